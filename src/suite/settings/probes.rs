//! `[probes]`: what probes have to know of an API that its contract cannot say.

use crate::json::Pointer;
use crate::probe::{Exception, Success, Ways};
use crate::problem::{Node, Problem, ProblemCode};

/// Reads it; with all its Problems.
pub(super) fn read(root: &Node<'_>, problems: &mut Vec<Problem>) -> Ways {
    let Some(node) = root.get("probes") else {
        return Ways::default();
    };
    node.exactly(&["success", "except"], problems);
    let success = node.get("success").and_then(|it| success(&it, problems));
    let entries = node.get_items("except", problems);
    let exceptions = entries.iter().filter_map(|it| exception(it, problems));
    let exceptions = exceptions.collect();
    Ways {
        success,
        exceptions,
    }
}

fn success(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Success> {
    node.exactly(&["place", "is"], problems);
    let place = node.require("place", problems);
    let place = place.and_then(|it| pointer(&it, problems));
    let values = node.require("is", problems)?;
    let values: Vec<_> = values
        .items(problems)
        .iter()
        .map(|it| it.value().clone())
        .collect();
    if values.is_empty() {
        let problem = node.problem(ProblemCode::InvalidValue, "no value is a success");
        problems.push(problem.with_help("list the values that are, such as `is = [0]`"));
        return None;
    }
    Some(Success {
        place: place?,
        values,
    })
}

fn pointer(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Pointer> {
    match Pointer::parse(node.text(problems)?) {
        Ok(place) => Some(place),
        Err(error) => {
            let problem = node.problem(ProblemCode::InvalidValue, error.to_string());
            problems.push(problem.with_help("write a JSON Pointer into the body, such as `/code`"));
            None
        }
    }
}

fn exception(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Exception> {
    node.exactly(&["operation", "place", "why"], problems);
    let operation = node.require_text("operation", problems);
    let place = node.require_text("place", problems);
    let why = node.require_text("why", problems);
    if why.is_some_and(|it| it.trim().is_empty()) {
        let problem = node.problem(ProblemCode::InvalidValue, "the reason is empty");
        problems.push(problem.with_help("say what refuses it, and why no schema can say that"));
    }
    Some(Exception {
        operation: operation?.to_owned(),
        place: place?.to_owned(),
        why: why?.to_owned(),
    })
}
