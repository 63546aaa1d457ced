//! `request-conformance`: a request that is marked as invalid is invalid.

use super::{Check, Fact, Place, Subject};
use crate::verdict::Severity;

/// See the module.
pub(super) const CHECK: Check = Check {
    id: "request-conformance",
    summary: "a request marked as invalid breaks the contract",
    explanation: "\
Every request is judged by the contract before it is sent. One that breaks it is not sent, and the \
run ends with a Problem, unless the step says `x-countersign: {request: invalid}`.

This finding is the other way round: the step says so, and the request is one that the contract \
allows. Then either the mark is stale, or the contract is too wide: it allows what the server refuses.",
    severity: Severity::Error,
    examine,
};

fn examine(subject: &Subject<'_>) -> Vec<Fact> {
    let marked = subject.record.definition().invalid_request;
    if !marked || !subject.attempt.broken_request.is_empty() || !subject.last {
        return Vec::new();
    }
    vec![Fact {
        message: "the request is marked as invalid, and the contract allows it".to_owned(),
        place: Place::Request,
        expected: "a request that breaks the contract".to_owned(),
        actual: "a request that the contract allows".to_owned(),
        contract: Some(subject.operation.pointer.clone()),
        scenario: None,
    }]
}
