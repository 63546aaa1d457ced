//! `documented-status`: the contract knows the status that came.

use super::{Check, Fact, Place, Subject};
use crate::http::status_line;
use crate::verdict::Severity;

/// See the module.
pub(super) const CHECK: Check = Check {
    id: "documented-status",
    summary: "the contract documents the status that came",
    explanation: "\
The response's status is none that the contract documents for the operation: neither by itself \
(`404`), nor by its class (`4XX`), nor by `default`.

A client that was written from the contract does not expect it. Either the server is wrong, or the \
contract is incomplete: then add the response to the operation.",
    severity: Severity::Error,
    examine,
};

fn examine(subject: &Subject<'_>) -> Vec<Fact> {
    if subject.documented.is_some() {
        return Vec::new();
    }
    let status = subject.attempt.exchange.response.status;
    let documented: Vec<String> = subject
        .operation
        .responses
        .iter()
        .map(|response| response.status.to_string())
        .collect();
    vec![Fact {
        message: format!("the status {status} is not documented"),
        place: Place::Status,
        expected: format!("one of {}", documented.join(", ")),
        actual: status_line(status),
        contract: Some(subject.operation.pointer.join("responses")),
        scenario: None,
    }]
}
