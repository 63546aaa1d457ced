//! What the `Location` of an answer tells: `x-countersign: {location: ..}`. The path of an operation says
//! which part of it is meant, and what is read becomes an output of the step.

use super::document::{Document, is_key};
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Call, Expression, Query};

/// What is read.
const LOCATION: &str = "$response.header.Location";

/// Adds the outputs that come out of `Location`.
pub(super) fn lower(
    node: &Node<'_>,
    call: &Call,
    outputs: &mut Vec<(String, Expression)>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) {
    node.exactly(&["operationId", "operationPath", "outputs"], problems);
    if call.operation().is_none() {
        let message = "`location` is for a step that calls an operation";
        problems.push(
            node.problem(ProblemCode::InvalidValue, message)
                .with_help("say it in the steps of the workflow that is called"),
        );
        return;
    }
    let (by_id, by_path) = (node.get("operationId"), node.get("operationPath"));
    let found = match (&by_id, &by_path) {
        (Some(target), None) => target
            .text(problems)
            .and_then(|text| document.operation_by_id(target, text, problems)),
        (None, Some(target)) => target
            .text(problems)
            .and_then(|text| document.operation_by_path(target, text, problems)),
        _ => {
            let message = "`location` names one operation, whose path it has";
            problems.push(
                node.problem(ProblemCode::MissingField, message)
                    .with_help("give it one of operationId, operationPath"),
            );
            None
        }
    };
    let Some((contract, operation)) = found else {
        return;
    };
    let path = &contract.operations[operation].path;
    let holes: Vec<&str> = path.variables().collect();
    if node.require("outputs", problems).is_none() {
        return;
    }
    for (name, field) in node.get_entries("outputs", problems) {
        let Some(hole) = field.text(problems) else {
            continue;
        };
        if !holes.contains(&hole) {
            let (location, names) = (field.location(), holes.iter().copied());
            let what = "variable of the path";
            problems.push(Problem::unknown_reference(location, what, hole, names));
            continue;
        }
        if !is_key(name) || outputs.iter().any(|(known, _)| known == name) {
            let message = format!("`{name}` cannot name an output here");
            problems.push(
                Problem::new(ProblemCode::InvalidValue, field.key_location(), message)
                    .with_help("use letters, digits, `.`, `-` and `_`, and each name once"),
            );
            continue;
        }
        let query = Query::Hole(Box::new((path.clone(), hole.to_owned())));
        outputs.push((name.to_owned(), location().with_query(query)));
    }
}

fn location() -> Expression {
    Expression::parse(LOCATION).expect("it is an expression")
}
