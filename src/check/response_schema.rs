//! `response-schema`: the body is what the contract promises.

use serde_json::Value;

use super::{Check, Fact, Place, Subject};
use crate::contract::{Judgement, SchemaUse};
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
    judgement
        .violations
        .iter()
        .cloned()
        .map(|it| {
            let place = Place::Body(it.violation.instance.clone());
            Fact::from_judged(it, place)
        })
        .collect()
}

/// What the contract says of the body that came.
pub(super) fn judgement<'j>(subject: &'j Subject<'_>) -> &'j Judgement {
    subject.judgement.get_or_init(|| judge(subject))
}

fn judge(subject: &Subject<'_>) -> Judgement {
    let Some(schema) = schema(subject) else {
        return Judgement::default();
    };
    let Ok(judge) = schema.judge(subject.contract) else {
        return Judgement::default();
    };
    match &subject.attempt.received.content {
        Content::Json(value) => judge.examine(value),
        Content::Text(text) if is_text(subject) => judge.examine(&Value::String(text.clone())),
        Content::Text(_) | Content::Empty | Content::Binary => Judgement::default(),
    }
}

fn schema<'s>(subject: &Subject<'s>) -> Option<&'s SchemaUse> {
    let documented = subject.documented?;
    let content = match &subject.attempt.received.media_type {
        Ok(media_type) => documented.content_for(media_type),
        // Without a readable type the only documented one is taken; the missing header is a finding
        // of its own.
        Err(_) => documented
            .content
            .first()
            .filter(|_| documented.content.len() == 1),
    };
    content?.schema.as_ref()
}

fn is_text(subject: &Subject<'_>) -> bool {
    let media_type = subject.attempt.received.media_type.as_ref();
    media_type.is_ok_and(|it| it.is_text() && !it.is_json())
}

/// A JSON body that is promised and is not there.
fn missing_body(subject: &Subject<'_>) -> Option<Fact> {
    let documented = subject.documented?;
    let exchange = &subject.attempt.exchange;
    let without =
        exchange.request.method == "HEAD" || matches!(exchange.response.status, 204 | 304);
    let promised = documented.content.first()?;
    let json = promised
        .range
        .as_media_type()
        .is_some_and(|it| it.is_json());
    if without || !json || subject.attempt.received.content != Content::Empty {
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
