//! The value of a body made wrong, or made another; what came of it is judged by the contract.

use bytes::Bytes;
use serde_json::Value;

use super::mutant::Wrong;
use super::places::locate;
use super::values;
use crate::contract::{Contract, Judge, Judgement, MediaContent, Operation, SchemaUse};
use crate::http::sequence::Sequence;
use crate::http::{MediaType, Request, Response};
use crate::json::Pointer;
use crate::transcript::{Content, Received};

/// The name of the member that nobody declares.
const UNDECLARED: &str = "countersign-undeclared";

/// The largest body that is made wrong, in bytes: it is made anew for each mutant that it shows.
const BYTES_MAX: usize = 1024 * 1024;

/// A body that is one value, with its schema.
#[derive(Debug)]
pub(super) struct Body<'c> {
    pub(super) value: Value,
    judge: &'c Judge,
    /// Whether it is a text, which has no places within and is nothing but a text.
    is_text: bool,
}

impl<'c> Body<'c> {
    /// The body of an answer; none where it is no single value, or no schema says what it must be.
    pub(super) fn of_response(
        contract: &'c Contract,
        operation: &'c Operation,
        response: &Response,
    ) -> Option<Self> {
        let documented = operation.response(response.status)?;
        (response.body.len() <= BYTES_MAX).then_some(())?;
        let received = Received::decode(response);
        let media_type = received.media_type.as_ref().ok()?;
        let content = documented.content_for(media_type)?;
        let schema = schema_of(content, media_type)?;
        let judge = schema.judge(contract).ok()?;
        let (value, is_text) = match received.content {
            Content::Json(value) => (value, false),
            Content::Text(text) if media_type.is_text() => (Value::String(text), true),
            _ => return None,
        };
        Some(Self {
            value,
            judge,
            is_text,
        })
    }

    /// The body of a request; none where it is no JSON.
    pub(super) fn of_request(
        contract: &'c Contract,
        operation: &'c Operation,
        request: &Request,
    ) -> Option<Self> {
        let documented = operation.request_body.as_ref()?;
        let media_type = MediaType::parse(&request.headers.first("content-type")?).ok()?;
        let schema = schema_of(documented.content_for(&media_type)?, &media_type)?;
        let judge = schema.judge(contract).ok()?;
        let value = media_type
            .is_json()
            .then(|| serde_json::from_slice(&request.body).ok());
        Some(Self {
            value: value.flatten()?,
            judge,
            is_text: false,
        })
    }

    /// Whether a place is in it.
    pub(super) fn shows(&self, place: &Pointer, wrong: &Wrong) -> bool {
        let mut found = locate(place, &self.value).into_iter();
        match wrong {
            Wrong::Undeclared => {
                found.any(|it| it.lookup(&self.value).is_some_and(Value::is_object))
            }
            Wrong::Bound("minItems" | "maxItems", _) => {
                found.any(|it| it.lookup(&self.value).is_some_and(Value::is_array))
            }
            _ => found.next().is_some(),
        }
    }

    /// The same body, wrong at the first place where the judge finds it so.
    pub(super) fn broken(&self, place: &Pointer, wrong: &Wrong, strict: bool) -> Option<Value> {
        locate(place, &self.value).iter().find_map(|pointer| {
            let mut tried = self.tries(pointer, wrong).into_iter();
            tried.find(|it| is_broken(&self.judge_value(it), wrong, strict))
        })
    }

    fn judge_value(&self, value: &Value) -> Judgement {
        if self.is_text {
            self.judge.examine_text(value)
        } else {
            self.judge.examine(value)
        }
    }

    fn tries(&self, pointer: &Pointer, wrong: &Wrong) -> Vec<Value> {
        match wrong {
            Wrong::Missing => without(&self.value, pointer).into_iter().collect(),
            Wrong::Undeclared => {
                let is_object = pointer.lookup(&self.value).is_some_and(Value::is_object);
                let added = pointer.join(UNDECLARED);
                let tried = is_object.then(|| with(&self.value, &added, Value::from("x")));
                tried.into_iter().flatten().collect()
            }
            _ => {
                let current = pointer.lookup(&self.value).unwrap_or(&Value::Null);
                let news = values::wrong(wrong, current).into_iter();
                let news = news.filter(|it| !self.is_text || it.is_string());
                news.filter_map(|it| with(&self.value, pointer, it))
                    .collect()
            }
        }
    }

    /// Whether another value would be right.
    pub(super) fn allows(&self, value: &Value) -> bool {
        self.judge_value(value).is_clean()
    }

    /// The same body with another value at a place, where the contract allows one.
    pub(super) fn altered(&self, pointer: &Pointer) -> Option<Value> {
        let current = pointer.lookup(&self.value)?;
        let news = values::others(current).into_iter();
        let mut tried = news.filter_map(|it| with(&self.value, pointer, it));
        tried.find(|it| self.allows(it))
    }

    /// The bytes of another value in its place.
    pub(super) fn bytes(&self, value: &Value) -> Bytes {
        match value {
            Value::String(text) if self.is_text => Bytes::from(text.clone()),
            _ => Bytes::from(value.to_string()),
        }
    }
}

/// The schema of a body that is one value.
fn schema_of<'c>(content: &'c MediaContent, media_type: &MediaType) -> Option<&'c SchemaUse> {
    let is_value = media_type.is_json() || media_type.is_text() && !media_type.is_xml();
    let is_sequence = Sequence::of(media_type).is_some();
    content.schema.as_ref().filter(|_| is_value && !is_sequence)
}

/// Whether a value is wrong in that way and no other than a judge says.
fn is_broken(judgement: &Judgement, wrong: &Wrong, strict: bool) -> bool {
    let breaks = |names: &[&str]| {
        let mut violations = judgement.violations.iter();
        violations.any(|it| names.contains(&it.violation.keyword_name.as_str()))
    };
    match wrong {
        Wrong::Missing => breaks(&["required"]),
        Wrong::Type => breaks(&["type"]),
        Wrong::Null => !judgement.violations.is_empty(),
        Wrong::Enum => breaks(&["enum", "const"]),
        Wrong::Format => breaks(&["format"]),
        Wrong::Pattern => breaks(&["pattern"]),
        Wrong::Bound(keyword, _) => breaks(&[keyword]),
        Wrong::Undeclared => {
            !judgement.violations.is_empty() || strict && !judgement.undeclared.is_empty()
        }
    }
}

/// A value with another at a place.
pub(super) fn with(value: &Value, pointer: &Pointer, new: Value) -> Option<Value> {
    let mut value = value.clone();
    pointer.set(&mut value, new).ok()?;
    Some(value)
}

/// A value without the member at a place.
pub(super) fn without(value: &Value, pointer: &Pointer) -> Option<Value> {
    let mut value = value.clone();
    let members = value
        .pointer_mut(pointer.parent()?.as_str())?
        .as_object_mut()?;
    members.shift_remove(&*pointer.last()?)?;
    Some(value)
}

/// An answer with another body, told truly by its header fields.
pub(super) fn with_body(response: &Response, body: Bytes) -> Response {
    let mut changed = response.clone();
    changed.headers.remove("content-encoding");
    if changed.headers.contains("content-length") {
        changed
            .headers
            .set("content-length", body.len().to_string());
    }
    changed.body = body;
    changed
}
