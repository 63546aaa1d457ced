//! Steps (`Arazzo 1.0.1 §4.6.5`).

use std::sync::Arc;

use super::document::{Document, only};
use super::workflow::outputs;
use super::{action, argument, caller, criterion, extension, located, payload, undo};
use crate::contract::{Contract, Operation};
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Action, ActionKind, Argument, Call, Criterion, SnapshotRules, Step};

const FIELDS: [&str; 16] = [
    "stepId",
    "description",
    "operationId",
    "operationPath",
    "workflowId",
    "parameters",
    "requestBody",
    "successCriteria",
    "onSuccess",
    "onFailure",
    "outputs",
    "timeout",
    "dependsOn",
    "channelPath",
    "action",
    "correlationId",
];

/// Those that came with 1.1.
const NEWER: [&str; 5] = [
    "timeout",
    "dependsOn",
    "channelPath",
    "action",
    "correlationId",
];

/// Those that are of messages, and of no use here.
const OF_MESSAGES: [&str; 3] = ["channelPath", "action", "correlationId"];

/// What all steps of a workflow share.
pub(super) struct Shared<'s, 'd> {
    pub(super) parameters: Vec<Node<'d>>,
    pub(super) on_success: Arc<[Action]>,
    pub(super) on_failure: Arc<[Action]>,
    pub(super) snapshot: SnapshotRules,
    /// The identity of steps that name none.
    pub(super) identity: Option<String>,
    pub(super) ids: &'s [&'d str],
}

/// Lowers one step.
pub(super) fn lower(
    node: &Node<'_>,
    shared: &Shared<'_, '_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Step> {
    only(node, &FIELDS, &NEWER, document.minor, problems);
    refuse_messages(node, problems);
    let id = node.require_text("stepId", problems)?;
    let depends_on = depends_on(node, shared.ids, document, problems);
    let extension = extension::step(node, &shared.snapshot, problems);
    let criteria = criteria(node, document, problems);
    let mut actions = |own: &str, usual: &Arc<[Action]>| match node.get(own) {
        Some(_) => overriding(
            action::lower_all(node, own, shared.ids, document, problems),
            usual,
        ),
        None => Arc::clone(usual),
    };
    let on_success = actions("onSuccess", &shared.on_success);
    let on_failure = actions("onFailure", &shared.on_failure);
    let call = call(node, shared, document, extension.invalid_request, problems)?;
    let caller = caller::lower(
        node,
        (&call, &extension),
        shared.identity.as_deref(),
        problems,
    );
    caller::check_handshake(node, &call, &extension, problems);
    let undone = extension.undo.as_ref();
    let undo = undone.and_then(|it| undo::lower(it, (&call, shared), document, problems));
    let mut outputs = outputs(node, document, problems);
    if let Some(node) = &extension.located {
        located::lower(node, &call, &mut outputs, document, problems);
    }
    if extension.within.is_some() && !is_tried_again(&call, &on_failure) {
        problems.push(
            node.problem(
                ProblemCode::InvalidValue,
                "`within` limits tries of a request, and no failure action tries this one again",
            )
            .with_help("add a failure action of the type retry, or take `within` away"),
        );
    }
    Some(Step {
        id: id.to_owned(),
        summary: node
            .get_text("description", problems)
            .unwrap_or_default()
            .to_owned(),
        call,
        depends_on,
        criteria,
        on_success,
        on_failure,
        outputs,
        caller,
        refused_handshake: extension.refused_handshake,
        invalid_request: extension.invalid_request,
        always: extension.always,
        undo: undo.map(Box::new),
        timeout: extension.timeout,
        within: extension.within,
        follows_redirects: extension.follows_redirects,
        snapshot: extension.snapshot,
        location: node.location(),
    })
}

/// A step with a field of AsyncAPI calls no operation of HTTP.
fn refuse_messages(node: &Node<'_>, problems: &mut Vec<Problem>) {
    for (name, field) in OF_MESSAGES
        .iter()
        .filter_map(|it| Some((it, node.get(it)?)))
    {
        let message = format!("`{name}` is for messages of AsyncAPI, which are not supported");
        problems.push(
            Problem::new(ProblemCode::Unsupported, field.key_location(), message)
                .with_help("call an operation of an OpenAPI document"),
        );
    }
}

/// The success criteria. Since 1.1 there is at least one where there is a list.
fn criteria(
    node: &Node<'_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Criterion> {
    let items = node.get_items("successCriteria", problems);
    if let Some(field) = node.get("successCriteria")
        && items.is_empty()
        && field.value().is_array()
        && document.minor >= 1
    {
        problems.push(
            field
                .problem(ProblemCode::MissingField, "the list holds no criterion")
                .with_help("add one, or take the list away: then a documented 2xx or 3xx succeeds"),
        );
    }
    let lowered = items.iter().filter_map(|it| criterion::lower(it, problems));
    lowered.collect()
}

/// A step's own actions, then those of its workflow that it does not override by their name: they
/// cannot be removed.
fn overriding(own: Vec<Action>, usual: &[Action]) -> Arc<[Action]> {
    let kept = usual
        .iter()
        .filter(|usual| own.iter().all(|it| it.name != usual.name))
        .cloned()
        .collect::<Vec<_>>();
    own.into_iter().chain(kept).collect()
}

/// The steps of this workflow that must have been played before, by their places. Those of other
/// workflows are checked when all of them are there.
fn depends_on(
    node: &Node<'_>,
    ids: &[&str],
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<usize> {
    let mut places = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for item in node.get_items("dependsOn", problems) {
        let Some(text) = item.text(problems) else {
            continue;
        };
        if seen.contains(&text) {
            let message = format!("`{text}` is named twice");
            problems.push(
                item.problem(ProblemCode::DuplicateName, message)
                    .with_help("take one of the two away"),
            );
        }
        seen.push(text);
        if text.starts_with('$') {
            document.step_elsewhere(&item, text, problems);
            continue;
        }
        match ids.iter().position(|id| *id == text) {
            Some(place) => places.push(place),
            None => problems.push(Problem::unknown_reference(
                item.location(),
                "step",
                text,
                ids.iter().copied(),
            )),
        }
    }
    places
}

/// Whether a step sends its request again when it fails.
fn is_tried_again(call: &Call, on_failure: &[Action]) -> bool {
    let mut kinds = on_failure.iter().map(|action| &action.kind);
    call.operation().is_some() && kinds.any(|kind| matches!(kind, ActionKind::Retry { .. }))
}

pub(super) fn call(
    node: &Node<'_>,
    shared: &Shared<'_, '_>,
    document: &Document<'_>,
    invalid: bool,
    problems: &mut Vec<Problem>,
) -> Option<Call> {
    let named = ["operationId", "operationPath", "workflowId"];
    let given: Vec<Node<'_>> = named.iter().filter_map(|name| node.get(name)).collect();
    let [target] = given.as_slice() else {
        problems.push(
            node.problem(
                ProblemCode::MissingField,
                format!(
                    "a step names one thing to call, and this one names {}",
                    given.len()
                ),
            )
            .with_help("give it one of operationId, operationPath, workflowId"),
        );
        return None;
    };
    let text = target.text(problems)?;
    if node.get("workflowId").is_some() {
        return call_workflow(node, target, shared, document, problems);
    }
    let (contract, operation) = if node.get("operationId").is_some() {
        document.operation_by_id(target, text, problems)?
    } else {
        document.operation_by_path(target, text, problems)?
    };
    let model = &contract.operations[operation];
    let arguments = argument::lower_all(node, &shared.parameters, document, model, problems);
    if !invalid {
        demand_required(node, &contract, model, &arguments, problems);
    }
    let body = node.get("requestBody");
    let body = body
        .and_then(|it| payload::body(&it, model, document, problems))
        .map(Box::new);
    Some(Call::Operation {
        contract: Arc::clone(&contract),
        operation,
        arguments,
        body,
    })
}

fn call_workflow(
    node: &Node<'_>,
    target: &Node<'_>,
    shared: &Shared<'_, '_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Call> {
    for name in ["timeout", "requestBody"] {
        if let Some(field) = node.get(name) {
            let message = format!("`{name}` is for a step that calls an operation");
            problems.push(
                Problem::new(ProblemCode::Unsupported, field.key_location(), message)
                    .with_help("say it in the steps of the workflow that is called"),
            );
        }
    }
    let text = target.text(problems)?;
    let workflow = document.workflow(target, text, problems)?;
    let mut inputs = payload::inputs(node, workflow, document, problems);
    // What the calling workflow gives all its steps goes to those that take it.
    for item in &shared.parameters {
        let Some((name, value)) = payload::input(item, document, &mut Vec::new()) else {
            continue;
        };
        let given = inputs.iter().any(|(given, _)| *given == name);
        if !given && workflow.inputs.contains(&name) {
            inputs.push((name, value));
        }
    }
    Some(Call::Workflow {
        workflow: workflow.id.clone(),
        inputs,
    })
}

/// Every required parameter and body is given.
fn demand_required(
    node: &Node<'_>,
    contract: &Contract,
    operation: &Operation,
    arguments: &[Argument],
    problems: &mut Vec<Problem>,
) {
    let why = "the contract requires it";
    for parameter in operation.parameters.iter().filter(|it| it.required) {
        if !arguments.iter().any(|it| parameter.is(&it.name, it.place)) {
            let (name, place) = (&parameter.name, parameter.place.as_str());
            let message = format!("the required {place} parameter `{name}` is not given");
            problems.push(
                node.problem(ProblemCode::InvalidRequest, message)
                    .with_also(contract.location(&parameter.pointer), why)
                    .with_help("give it, or say `x-countersign: {request: invalid}`"),
            );
        }
    }
    let body = operation.request_body.as_ref().filter(|body| body.required);
    if let Some(body) = body.filter(|_| node.get("requestBody").is_none()) {
        problems.push(
            node.problem(
                ProblemCode::InvalidRequest,
                "the required body is not given",
            )
            .with_also(contract.location(&body.pointer), why)
            .with_help("give a requestBody, or say `x-countersign: {request: invalid}`"),
        );
    }
}
