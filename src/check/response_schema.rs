//! `response-schema`: the body is what the contract promises.

use serde_json::Value;

use super::{Check, Fact, Place, Subject};
use crate::contract::{Judgement, MediaContent};
use crate::json::Pointer;
use crate::transcript::Content;
use crate::verdict::Severity;

/// See the module.
pub(super) const CHECK: Check = Check {
    id: "response-schema",
    summary: "the body satisfies its schema",
    explanation: "\
A place in the body breaks the schema that the contract gives for this status and media type. Every \
place is told, every item of a list is judged, and error bodies are judged like any other. Formats \
are asserted; numbers are compared exactly; a property that is `writeOnly` must not come back.

The same translation of the schema stands under `schemas/`, for use elsewhere.",
    severity: Severity::Error,
    examine,
};

fn examine(subject: &Subject<'_>) -> Vec<Fact> {
    if let Some(missing) = missing_body(subject) {
        return vec![missing];
    }
    let judgement = judgement(subject);
    let mut facts: Vec<Fact> = Vec::new();
    for judged in &judgement.violations {
        let place = Place::Body(judged.violation.instance.clone());
        let fact = Fact::from_judged(judged.clone(), place);
        // A schema that is referred to on two ways says the same twice.
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }
    facts
}

/// What the contract says of the body that came.
pub(super) fn judgement<'j>(subject: &'j Subject<'_>) -> &'j Judgement {
    subject.judgement.get_or_init(|| judge(subject))
}

fn judge(subject: &Subject<'_>) -> Judgement {
    let schema = content(subject).and_then(|content| content.schema.as_ref());
    let Some(judge) = schema.and_then(|schema| schema.judge(subject.contract).ok()) else {
        return Judgement::default();
    };
    match &subject.attempt.received.content {
        Content::Json(value) => judge.examine(value),
        Content::Text(text) if is_text(subject) => judge.examine_text(&Value::String(text.clone())),
        Content::Empty if is_text(subject) && may_have_body(subject) => {
            judge.examine(&Value::String(String::new()))
        }
        Content::Text(_) | Content::Empty | Content::Binary => Judgement::default(),
    }
}

/// What the contract says of a body of the type that came.
fn content<'s>(subject: &Subject<'s>) -> Option<&'s MediaContent> {
    let documented = subject.documented?;
    match &subject.attempt.received.media_type {
        Ok(media_type) => documented.content_for(media_type),
        // Without a readable type the only documented one is taken; the missing header is a finding
        // of its own.
        Err(_) => documented
            .content
            .first()
            .filter(|_| documented.content.len() == 1),
    }
}

fn is_text(subject: &Subject<'_>) -> bool {
    let media_type = subject.attempt.received.media_type.as_ref();
    media_type.is_ok_and(|it| it.is_text() && !it.is_json())
}

/// Whether the answer may have a body at all (`RFC 9110 §6.4.1`).
fn may_have_body(subject: &Subject<'_>) -> bool {
    let exchange = &subject.attempt.exchange;
    exchange.request.method != "HEAD" && !matches!(exchange.response.status, 204 | 205 | 304)
}

/// A JSON body that is promised and is not there.
fn missing_body(subject: &Subject<'_>) -> Option<Fact> {
    let empty = subject.attempt.received.content == Content::Empty;
    if !empty || !may_have_body(subject) {
        return None;
    }
    let promised = content(subject)?;
    let said = subject.attempt.received.media_type.clone().ok();
    let json = said
        .or_else(|| promised.range.as_media_type())
        .is_some_and(|it| it.is_json());
    if !json {
        return None;
    }
    Some(Fact {
        message: "the body is missing".to_owned(),
        place: Place::Body(Pointer::root()),
        expected: format!("a body of the type {}", promised.range),
        actual: "no body".to_owned(),
        contract: Some(promised.pointer.clone()),
        scenario: None,
    })
}
