//! `response-schema`: the body is what the contract promises.

use serde_json::Value;

use super::{Check, Fact, Place, Subject};
use crate::contract::{Judge, Judged, Judgement, MediaContent, Reading, SchemaUse, XmlMapping};
use crate::http::MediaType;
use crate::http::form::decode_urlencoded;
use crate::http::sequence::{Sequence, events};
use crate::json::Pointer;
use crate::schema::VIOLATIONS_MAX;
use crate::transcript::Content;
use crate::verdict::Severity;
use crate::xml;

/// See the module.
pub(super) const CHECK: Check = Check {
    id: "response-schema",
    summary: "the body satisfies its schema",
    explanation: "\
A place in the body breaks the schema that the contract gives for this status and media type. Every \
place is told, every item of a list is judged, and error bodies are judged like any other. Formats \
are asserted; numbers are compared exactly; a property that is `writeOnly` must not come back. Of a \
sequence (JSON lines, events) each item is judged; a form is judged as an object, its texts read as \
the schema wants them. XML is judged as the value that the `xml` objects of the schema make of it, \
and places in it are told as places of that value.

The same translation of the schema stands under `schemas/`, for use elsewhere.",
    severity: Severity::Error,
    examine,
};

fn examine(subject: &Subject<'_>) -> Vec<Fact> {
    let instead = missing_body(subject).or_else(|| unread_xml(subject));
    if let Some(fact) = instead {
        return vec![fact];
    }
    let judgement = judgement(subject);
    let body = || Place::Body(Pointer::root());
    let schemas = content(subject)
        .into_iter()
        .flat_map(MediaContent::schema_uses);
    let unusable = schemas.filter_map(|it| Fact::of_unusable(it, subject.contract, body()));
    let mut facts: Vec<Fact> = unusable.collect();
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
    let Some(content) = content(subject) else {
        return Judgement::default();
    };
    let mut judgement = judge_items(subject, content);
    if let Some(schema) = content.schema.as_ref().filter(|it| is_whole(subject, it))
        && let Ok(judge) = schema.judge(subject.contract)
    {
        let whole = judge_whole(subject, schema, judge);
        judgement.violations.extend(whole.violations);
        judgement.undeclared.extend(whole.undeclared);
    }
    judgement
}

/// Whether a schema is that of the whole body. That of a sequence may be: as an array (`OpenAPI 3.2
/// §4.14.5`). Before 3.2 there was no other place for that of an item.
fn is_whole(subject: &Subject<'_>, schema: &SchemaUse) -> bool {
    sequence(subject).is_none() || Reading::new(subject.contract).allows_type(schema, "array")
}

/// The kind of sequence that came.
fn sequence(subject: &Subject<'_>) -> Option<Sequence> {
    let media_type = subject.attempt.received.media_type.as_ref();
    media_type.ok().and_then(Sequence::of)
}

/// What the contract says of each item of a sequence.
fn judge_items(subject: &Subject<'_>, content: &MediaContent) -> Judgement {
    let mut all = Judgement::default();
    let own = content.item_schema.as_ref();
    let schema = own.or_else(|| content.schema.as_ref().filter(|it| !is_whole(subject, it)));
    let judge = schema.and_then(|it| it.judge(subject.contract).ok());
    let Some(judge) = judge.filter(|_| sequence(subject).is_some()) else {
        return all;
    };
    let items = match &subject.attempt.received.content {
        Content::Json(Value::Array(items)) => items.clone(),
        Content::Text(text) if sequence(subject) == Some(Sequence::Events) => events(text),
        _ => Vec::new(),
    };
    for (index, item) in items.iter().enumerate() {
        let within = |mut it: Judged| {
            let inside = Pointer::root().index(index);
            it.violation.instance = inside.append(&it.violation.instance);
            it
        };
        let judged = judge.examine(item);
        all.violations
            .extend(judged.violations.into_iter().map(within));
        all.undeclared
            .extend(judged.undeclared.into_iter().map(within));
        if all.violations.len() >= VIOLATIONS_MAX {
            break;
        }
    }
    all
}

fn judge_whole(subject: &Subject<'_>, schema: &SchemaUse, judge: &Judge) -> Judgement {
    match &subject.attempt.received.content {
        Content::Json(value) => judge.examine(value),
        Content::Text(text) if schema_of_xml(subject).is_some() => match xml::parse(text) {
            Ok(root) => XmlMapping::new(subject.contract).examine(&root, schema),
            Err(_) => Judgement::default(),
        },
        Content::Text(_) if is_form(subject) => {
            let pairs = decode_urlencoded(&subject.attempt.received.bytes);
            judge.examine(&Reading::new(subject.contract).form(&pairs, schema))
        }
        Content::Text(text) if sequence(subject) == Some(Sequence::Events) => {
            judge.examine(&Value::Array(events(text)))
        }
        Content::Text(text) if is_text(subject) => judge.examine_text(&Value::String(text.clone())),
        Content::Empty if is_text(subject) && !is_xml(subject) && may_have_body(subject) => {
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

fn is_form(subject: &Subject<'_>) -> bool {
    let media_type = subject.attempt.received.media_type.as_ref();
    media_type.is_ok_and(MediaType::is_form)
}

fn is_text(subject: &Subject<'_>) -> bool {
    let media_type = subject.attempt.received.media_type.as_ref();
    media_type.is_ok_and(|it| it.is_text() && !it.is_json() || it.is_xml())
}

fn is_xml(subject: &Subject<'_>) -> bool {
    let media_type = subject.attempt.received.media_type.as_ref();
    media_type.is_ok_and(MediaType::is_xml)
}

/// The schema that describes what is in a body of XML; one that is a text is judged as a text.
fn schema_of_xml<'s>(subject: &Subject<'s>) -> Option<&'s SchemaUse> {
    if !is_xml(subject) {
        return None;
    }
    let schema = content(subject)?.schema.as_ref()?;
    let describes = XmlMapping::new(subject.contract).describes(schema);
    describes.then_some(schema)
}

/// A document that a schema describes and that is not read: what cannot be judged is not right for that.
/// One that is no XML is a finding of another check.
fn unread_xml(subject: &Subject<'_>) -> Option<Fact> {
    let schema = schema_of_xml(subject)?;
    let Content::Text(text) = &subject.attempt.received.content else {
        return None;
    };
    let Err(xml::Fault::Refused(why)) = xml::parse(text) else {
        return None;
    };
    Some(Fact {
        message: format!("the XML cannot be judged: {why}"),
        place: Place::Body(Pointer::root()),
        expected: "a document that can be read".to_owned(),
        actual: why,
        contract: Some(schema.pointer.clone()),
        scenario: None,
    })
}

/// Whether the answer may have a body at all (`RFC 9110 §6.4.1`).
fn may_have_body(subject: &Subject<'_>) -> bool {
    let exchange = &subject.attempt.exchange;
    exchange.request.method != "HEAD" && !matches!(exchange.response.status, 204 | 205 | 304)
}

/// A body of JSON or XML that is promised and is not there.
fn missing_body(subject: &Subject<'_>) -> Option<Fact> {
    let empty = subject.attempt.received.content == Content::Empty;
    if !empty || !may_have_body(subject) {
        return None;
    }
    let promised = content(subject)?;
    let said = subject.attempt.received.media_type.clone().ok();
    let is_value = said
        .or_else(|| promised.range.as_media_type())
        .is_some_and(|it| it.is_json() || it.is_xml());
    if !is_value {
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
