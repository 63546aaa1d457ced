//! `success-criteria`: the answer is what the scenario demands.

use super::{Check, Fact, Place, Subject};
use crate::transcript::{Outcome, StepRecord, Unmet};
use crate::verdict::Severity;

/// See the module.
pub(super) const CHECK: Check = Check {
    id: "success-criteria",
    summary: "the step's success criteria hold",
    explanation: "\
A criterion of the step does not hold, and no action took the flow elsewhere. A step without criteria \
demands a documented status of class 2xx or 3xx. Tries that were repeated are not judged by this, \
only the last one is.

Here the state of the server shows: an update that is not stored, a deletion that deletes nothing, a \
list that misses what was created.

A flow ends where this finds something, so it is always an error: `[checks]` cannot make it less.",
    severity: Severity::Error,
    examine,
};

fn examine(subject: &Subject<'_>) -> Vec<Fact> {
    if !subject.last || subject.record.outcome != Outcome::Failed {
        return Vec::new();
    }
    subject
        .attempt
        .unmet
        .iter()
        .map(|unmet| fact(subject.record, unmet))
        .collect()
}

/// What is found in a step that calls a workflow, and in one that had no answer in its time: there is
/// no exchange to ask about.
pub(super) fn examine_call(record: &StepRecord) -> Vec<Fact> {
    if record.outcome != Outcome::Failed {
        return Vec::new();
    }
    let facts = record.unmet.iter().map(|unmet| Fact {
        place: Place::Flow,
        ..fact(record, unmet)
    });
    facts.collect()
}

fn fact(record: &StepRecord, unmet: &Unmet) -> Fact {
    let criteria = &record.definition().criteria;
    let criterion = unmet.criterion.and_then(|place| criteria.get(place));
    let (message, expected) = match criterion {
        Some(criterion) => ("a success criterion does not hold", criterion.text.clone()),
        None if record.definition().refused_handshake => (
            "the server did not refuse the TLS handshake",
            "an alert of the server, and no answer".to_owned(),
        ),
        None if record.unmet.contains(unmet) && record.definition().timeout.is_some() => (
            "the step was not done in its time",
            "an answer within its `timeout`".to_owned(),
        ),
        None => (
            "the step did not succeed",
            "a documented status of class 2xx or 3xx".to_owned(),
        ),
    };
    let reads_status = expected.contains("$statusCode") || criterion.is_none();
    let place = match &unmet.place {
        Some(pointer) => Place::Body(pointer.clone()),
        None if reads_status => Place::Status,
        None => Place::Flow,
    };
    Fact {
        message: message.to_owned(),
        place,
        expected,
        actual: unmet.actual.clone(),
        contract: None,
        scenario: criterion.map(|it| it.location.clone()),
    }
}
