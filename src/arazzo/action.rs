//! What happens after a step (`Arazzo 1.0.1 §4.6.7`, `§4.6.8`).

use std::time::Duration;

use super::document::{Document, only};
use super::{criterion, payload};
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Action, ActionKind, Destination};

const FIELDS: [&str; 8] = [
    "name",
    "type",
    "workflowId",
    "stepId",
    "criteria",
    "retryAfter",
    "retryLimit",
    "parameters",
];

/// How long a retry may wait, in seconds.
const RETRY_AFTER_MAX: f64 = 3600.0;

/// How often a step may be retried.
const RETRY_LIMIT_MAX: u64 = 1000;

/// The actions in a field of a workflow or a step.
pub(super) fn lower_all(
    owner: &Node<'_>,
    field: &str,
    step_ids: &[&str],
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Action> {
    let failure = matches!(field, "onFailure" | "failureActions");
    let kind = if failure {
        "failureActions"
    } else {
        "successActions"
    };
    let mut actions: Vec<Action> = Vec::new();
    for item in owner.get_items(field, problems) {
        let object = match item.get("reference") {
            Some(reference) => document.component(&reference, kind, problems),
            None => Some(item.clone()),
        };
        let lowered = object.and_then(|it| lower(&it, failure, step_ids, document, problems));
        let Some(action) = lowered else { continue };
        if actions.iter().any(|other| other.name == action.name) {
            problems.push(
                item.problem(
                    ProblemCode::DuplicateName,
                    format!("there are two actions `{}`", action.name),
                )
                .with_help("give each action of a list its own name"),
            );
        }
        actions.push(action);
    }
    actions
}

fn lower(
    node: &Node<'_>,
    failure: bool,
    step_ids: &[&str],
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Action> {
    only(node, &FIELDS, &["parameters"], document.minor, problems);
    let name = node.require_text("name", problems)?;
    let field = node.require("type", problems)?;
    let text = field.text(problems)?;
    let destination = destination(node, step_ids, document, problems);
    let kind = match (text, failure) {
        ("end", _) => ActionKind::End,
        ("goto", _) => match destination {
            Some(destination) => ActionKind::Goto(destination),
            None => {
                if node.get("stepId").is_none() && node.get("workflowId").is_none() {
                    problems.push(
                        node.problem(ProblemCode::MissingField, "a `goto` goes nowhere")
                            .with_help("give it a stepId or a workflowId"),
                    );
                }
                return None;
            }
        },
        ("retry", true) => retry(node, destination, problems)?,
        _ => {
            let known: &[&str] = if failure {
                &["end", "goto", "retry"]
            } else {
                &["end", "goto"]
            };
            problems.push(Problem::unknown_reference(
                field.location(),
                "type of action",
                text,
                known.iter().copied(),
            ));
            return None;
        }
    };
    let criteria = node.get_items("criteria", problems);
    Some(Action {
        name: name.to_owned(),
        criteria: criteria
            .iter()
            .filter_map(|it| criterion::lower(it, problems))
            .collect(),
        kind,
        location: node.location(),
    })
}

fn retry(
    node: &Node<'_>,
    before: Option<Destination>,
    problems: &mut Vec<Problem>,
) -> Option<ActionKind> {
    let after = match node.get("retryAfter") {
        Some(field) => {
            let seconds = field.amount(problems)?;
            if seconds > RETRY_AFTER_MAX {
                problems.push(
                    field
                        .problem(ProblemCode::InvalidValue, "a retry waits at most an hour")
                        .with_help("retryAfter is in seconds"),
                );
                return None;
            }
            seconds
        }
        None => 0.0,
    };
    let limit = match node.get("retryLimit") {
        Some(field) => {
            let limit = field.count(problems)?;
            if limit > RETRY_LIMIT_MAX {
                let message = format!("a step is retried at most {RETRY_LIMIT_MAX} times");
                problems.push(
                    field
                        .problem(ProblemCode::InvalidValue, message)
                        .with_help("raise retryAfter instead"),
                );
                return None;
            }
            limit
        }
        None => 1,
    };
    let limit = u32::try_from(limit).expect("it is below RETRY_LIMIT_MAX");
    Some(ActionKind::Retry {
        after: Duration::from_secs_f64(after),
        limit,
        before,
    })
}

fn destination(
    node: &Node<'_>,
    step_ids: &[&str],
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Destination> {
    if let Some(parameters) = node.get("parameters")
        && node.get("workflowId").is_none()
    {
        problems.push(
            Problem::new(
                ProblemCode::InvalidValue,
                parameters.key_location(),
                "the parameters of an action are the inputs of a workflow, and it names none",
            )
            .with_help("name it with `workflowId`, or take the parameters away"),
        );
    }
    match (node.get("stepId"), node.get("workflowId")) {
        (Some(field), None) => {
            let id = field.text(problems)?;
            let found = step_ids.iter().position(|it| *it == id);
            if found.is_none() {
                let known = step_ids.iter().copied();
                problems.push(Problem::unknown_reference(
                    field.location(),
                    "step",
                    id,
                    known,
                ));
            }
            found.map(Destination::Step)
        }
        (None, Some(field)) => {
            let text = field.text(problems)?;
            let workflow = document.workflow(&field, text, problems)?;
            Some(Destination::Workflow {
                workflow: workflow.id.clone(),
                inputs: payload::inputs(node, workflow, document, problems),
            })
        }
        (Some(field), Some(_)) => {
            problems.push(
                field
                    .problem(
                        ProblemCode::InvalidValue,
                        "an action goes to a step or to a workflow",
                    )
                    .with_help("take one of the two away"),
            );
            None
        }
        (None, None) => None,
    }
}
