//! Workflows (`Arazzo 1.0.1 §4.6.4`).

use std::sync::Arc;

use serde_json::Value;

use super::document::{Document, is_key};
use super::outline::{self, find_schema};
use super::{action, argument, extension, order, run_tag, selector, step};
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Expression, Readers, RunTag, Scenario};
use crate::schema::{CompileError, Schema};

const FIELDS: [&str; 11] = [
    "workflowId",
    "summary",
    "description",
    "inputs",
    "dependsOn",
    "steps",
    "successActions",
    "failureActions",
    "outputs",
    "parameters",
    "x-countersign",
];

/// Lowers one workflow.
pub(super) fn lower(
    node: &Node<'_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Scenario> {
    node.only(&FIELDS, problems);
    let id = node.require_text("workflowId", problems)?;
    let steps = node.require("steps", problems)?;
    let extension = extension::workflow(node, document, problems);
    let nodes = steps.items(problems);
    if nodes.is_empty() {
        problems.push(
            steps
                .problem(
                    ProblemCode::MissingField,
                    "a workflow has at least one step",
                )
                .with_help("add a step"),
        );
    }
    let nodes = order::by_dependency(nodes, problems);
    let step_ids = step_ids(&nodes, problems);
    let shared = step::Shared {
        parameters: parameters(node, document, problems),
        on_success: action::lower_all(node, "successActions", &step_ids, document, problems).into(),
        on_failure: action::lower_all(node, "failureActions", &step_ids, document, problems).into(),
        snapshot: extension.snapshot,
        identity: extension.identity,
        ids: &step_ids,
    };
    let steps = nodes
        .iter()
        .filter_map(|it| step::lower(it, &shared, document, problems))
        .collect();
    let Inputs {
        defaults,
        secrets,
        run_tag,
        schema: inputs,
    } = inputs(node, document, problems);
    Some(Scenario {
        api: document.surroundings.api.to_owned(),
        id: id.to_owned(),
        summary: node
            .get_text("summary", problems)
            .unwrap_or_default()
            .to_owned(),
        tags: extension.tags,
        defaults,
        inputs,
        secrets,
        run_tag,
        steps,
        outputs: outputs(node, document, problems),
        depends_on: depends_on(node, document, problems),
        constants: Arc::clone(&document.constants),
        rows: extension.rows,
        exclusive: extension.exclusive,
        location: node.location(),
        readers: Readers::default(),
    })
}

/// The parameters for all steps, no two of which may be the same.
fn parameters<'d>(
    node: &Node<'d>,
    document: &Document<'d>,
    problems: &mut Vec<Problem>,
) -> Vec<Node<'d>> {
    let items = node.get_items("parameters", problems);
    let mut seen = Vec::new();
    for item in &items {
        // What is wrong with one is told where a step takes it.
        let object = match item.get("reference") {
            Some(reference) => document.component(&reference, "parameters", &mut Vec::new()),
            None => Some(item.clone()),
        };
        let Some(identity) = object.as_ref().and_then(argument::identity) else {
            continue;
        };
        if seen.contains(&identity) {
            let message = format!("the parameter `{}` is given twice", identity.0);
            problems.push(
                item.problem(ProblemCode::DuplicateName, message)
                    .with_help("keep one of the two"),
            );
        }
        seen.push(identity);
    }
    items
}

fn step_ids<'d>(nodes: &[Node<'d>], problems: &mut Vec<Problem>) -> Vec<&'d str> {
    let mut ids: Vec<&str> = Vec::new();
    for node in nodes {
        let Some(field) = node.get("stepId") else {
            continue;
        };
        let Some(id) = field.value().as_str() else {
            continue;
        };
        if ids.contains(&id) {
            problems.push(
                field
                    .problem(
                        ProblemCode::DuplicateName,
                        format!("there are two steps `{id}`"),
                    )
                    .with_help("give each step of a workflow its own stepId"),
            );
        }
        ids.push(id);
    }
    ids
}

/// The outputs of a workflow or a step.
pub(super) fn outputs(
    node: &Node<'_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<(String, Expression)> {
    let mut outputs = Vec::new();
    for (name, field) in node.get_entries("outputs", problems) {
        if !is_key(name) {
            problems.push(
                Problem::new(
                    ProblemCode::InvalidValue,
                    field.key_location(),
                    format!("`{name}` cannot name an output"),
                )
                .with_help("use letters, digits, `.`, `-` and `_`"),
            );
        }
        let read = if field.value().is_object() && document.minor >= 1 {
            selector::lower(&field, problems)
        } else {
            expression(&field, problems)
        };
        outputs.extend(read.map(|it| (name.to_owned(), it)));
    }
    outputs
}

/// A field that must be a runtime expression.
pub(super) fn expression(field: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Expression> {
    let text = field.text(problems)?;
    Expression::parse(text)
        .map_err(|error| problems.push(invalid_expression(field, &error)))
        .ok()
}

/// The Problem of a text that means to be an expression and is none.
pub(super) fn invalid_expression(
    field: &Node<'_>,
    error: &crate::scenario::ExpressionError,
) -> Problem {
    let problem = field.problem(ProblemCode::InvalidExpression, error.to_string());
    match error.nearest {
        Some(nearest) => problem.with_help(format!("did you mean `{nearest}`?")),
        None => problem.with_help("see `Runtime Expressions` in the Arazzo Specification"),
    }
}

fn depends_on(
    node: &Node<'_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for item in node.get_items("dependsOn", problems) {
        let Some(text) = item.text(problems) else {
            continue;
        };
        let Some(found) = document.workflow(&item, text, problems) else {
            continue;
        };
        if found.has_rows {
            let message = format!("`{text}` is played once for each of its cases");
            problems.push(
                item.problem(ProblemCode::ImpossibleOrder, message)
                    .with_help("depend on a workflow without `cases`, or call it in a step"),
            );
        }
        if names.contains(&found.id) {
            let message = format!("`{text}` is named twice");
            problems.push(
                item.problem(ProblemCode::DuplicateName, message)
                    .with_help("take one of the two away"),
            );
        } else {
            names.push(found.id.clone());
        }
    }
    names
}

/// What a workflow says of its inputs.
#[derive(Default)]
struct Inputs {
    defaults: Vec<(String, Value)>,
    secrets: Vec<String>,
    run_tag: Option<RunTag>,
    schema: Option<Schema>,
}

/// The inputs' schema, those that have a default, and those that are secret.
fn inputs(node: &Node<'_>, document: &Document<'_>, problems: &mut Vec<Problem>) -> Inputs {
    let Some(field) = node.get("inputs") else {
        return Inputs::default();
    };
    let field = match field.get("$ref") {
        Some(reference) => match referenced_inputs(&reference, document, problems) {
            Some(field) => field,
            None => return Inputs::default(),
        },
        None => field,
    };
    let (mut defaults, mut secrets) = (Vec::new(), Vec::new());
    for (name, property) in field.get_entries("properties", problems) {
        let format = property.get("format");
        if format.is_some_and(|it| it.value() == "password") {
            secrets.push(name.to_owned());
        }
        if let Some(default) = property.get("default") {
            defaults.push((name.to_owned(), default.value().clone()));
        }
    }
    let schema = compile(&field);
    if let Err(error) = &schema {
        let message = format!("the inputs are no JSON Schema: {error}");
        let at = field.source().location(&place_of(error, &field));
        problems.push(
            Problem::new(ProblemCode::InvalidSchema, at, message)
                .with_help("write them in JSON Schema 2020-12"),
        );
    }
    Inputs {
        defaults,
        secrets,
        run_tag: run_tag::lower(&field, problems),
        schema: schema.ok(),
    }
}

/// Compiles a schema, whose references are references into the document.
fn compile(field: &Node<'_>) -> Result<Schema, CompileError> {
    let own = field.value();
    if !outline::holds_key(own, "$ref") {
        return Schema::compile(own);
    }
    let mut whole = field.source().root().clone();
    whole["$ref"] = format!("#{}", field.pointer().to_fragment()).into();
    Schema::compile(&whole)
}

/// The keyword that is wrong; the schema as a whole where none is named.
fn place_of(error: &CompileError, field: &Node<'_>) -> Pointer {
    let own = !outline::holds_key(field.value(), "$ref");
    match own {
        true => field.pointer().append(&error.keyword),
        false if error.keyword.is_root() => field.pointer().clone(),
        false => error.keyword.clone(),
    }
}

fn referenced_inputs<'d>(
    reference: &Node<'d>,
    document: &Document<'d>,
    problems: &mut Vec<Problem>,
) -> Option<Node<'d>> {
    let text = reference.text(problems)?;
    let found = find_schema(document.root.source(), text);
    if found.is_none() {
        let all = document
            .root
            .get("components")
            .and_then(|it| it.get("inputs"));
        let map = all.and_then(|it| it.value().as_object());
        let names: Vec<String> = map.map_or_else(Vec::new, |map| {
            map.keys()
                .map(|name| format!("#/components/inputs/{name}"))
                .collect()
        });
        let names = names.iter().map(String::as_str);
        problems.push(Problem::unknown_reference(
            reference.location(),
            "schema",
            text,
            names,
        ));
    }
    found
}
