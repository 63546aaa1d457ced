//! What an answer says to the flow: its outputs, whether it is a success, how long to wait.

use serde_json::{Map, Value};

use super::scope::Scope;
use crate::scenario::{Expression, Step};
use crate::transcript::Unmet;

/// The outputs that have a value.
pub(super) fn read_outputs(
    outputs: &[(String, Expression)],
    scope: &Scope<'_>,
) -> Map<String, Value> {
    let read = outputs.iter().filter_map(|(name, expression)| {
        scope
            .read(expression)
            .map(|value| (name.clone(), value.into_owned()))
    });
    read.collect()
}

/// The rule where a step has no criteria: a documented status of class 2xx or 3xx.
pub(super) fn usual_criterion(step: &Step, status: u16) -> Vec<Unmet> {
    let documented = step
        .call
        .operation()
        .is_some_and(|(_, it)| it.response(status).is_some());
    if documented && matches!(status / 100, 2 | 3) {
        return Vec::new();
    }
    vec![Unmet {
        criterion: None,
        actual: format!("$statusCode is {status}"),
        place: None,
    }]
}

/// What is wrong with any answer where the handshake was to be refused.
pub(super) fn accepted_handshake(status: u16) -> Vec<Unmet> {
    vec![Unmet {
        criterion: None,
        actual: format!("the handshake was accepted, and $statusCode is {status}"),
        place: None,
    }]
}
