//! Takes the secrets out of what happened: each in its place first, whatever its length, and then every
//! other sight of it.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::Telling;
use super::marks::{Mark, Marks};
use super::said;
use crate::check::{Finding, Place};
use crate::http::Headers;
use crate::json::Pointer;
use crate::secret::{Kind, Name, Secrets};
use crate::transcript::{Attempt, End, Received, Transcript};

/// Cleans what happened, with what is marked in each try of each step.
pub(super) fn transcript(telling: &Telling, transcript: &mut Transcript, marks: &[Vec<Marks>]) {
    let secrets = &*telling.secrets;
    let is_marked = marks.iter().flatten().any(|it| it.all().next().is_some());
    let has_names = !telling.names.is_empty() || !transcript.scenario.secrets.is_empty();
    if secrets.is_empty() && !is_marked && !has_names {
        return;
    }
    let inputs = transcript.scenario.secrets.clone();
    values(telling, &inputs, &mut transcript.inputs);
    values(telling, &[], &mut transcript.outputs);
    for (record, marks) in transcript.steps.iter_mut().zip(marks) {
        values(telling, &[], &mut record.outputs);
        for unmet in &mut record.unmet {
            said::clean(secrets, &mut unmet.actual, (None, None));
        }
        for (it, marks) in record.attempts.iter_mut().zip(marks) {
            attempt(secrets, it, marks);
        }
    }
    match &mut transcript.end {
        End::Lost(error) => secrets.clean(&mut error.detail),
        End::Stopped(why) => secrets.clean(why),
        End::Refused(problems) => {
            for problem in problems {
                secrets.clean(&mut problem.message);
                secrets.clean(&mut problem.help);
            }
        }
        End::Completed | End::Failed(_) | End::Interrupted => {}
    }
}

/// Cleans what was found, with what is marked in each try of each step.
pub(super) fn findings(secrets: &Secrets, findings: &mut [Finding], marks: &[Vec<Marks>]) {
    for finding in findings {
        let marks = marks.get(finding.record);
        let marks = marks.and_then(|it| it.get(finding.attempt));
        let place = match &finding.place {
            Place::Body(pointer) => Some(pointer.as_str()),
            _ => None,
        };
        for text in [
            &mut finding.message,
            &mut finding.expected,
            &mut finding.actual,
        ] {
            said::clean(secrets, text, (marks, place));
        }
        if let Place::Body(pointer) = &mut finding.place {
            clean_pointer(secrets, pointer);
        }
    }
}

/// Cleans the names in a place. As a pointer writes them, with `~1` for a slash, nobody looks for them.
fn clean_pointer(secrets: &Secrets, pointer: &mut Pointer) {
    let mut clean = Pointer::default();
    for token in pointer.tokens() {
        clean.push(&secrets.redact(&token));
    }
    *pointer = clean;
}

/// Cleans inputs or outputs, of which these are secret as a whole, and those that the settings name.
fn values(telling: &Telling, names: &[String], values: &mut Map<String, Value>) {
    for (name, value) in values {
        let is_secret = names.contains(name) || telling.is_named(name);
        clean_value(&telling.secrets, is_secret.then_some(name), value);
    }
}

fn clean_value(secrets: &Secrets, name: Option<&str>, value: &mut Value) {
    match value {
        Value::Array(items) => {
            let items = items.iter_mut();
            items.for_each(|it| clean_value(secrets, name, it));
        }
        Value::Object(members) => {
            let members = members.values_mut();
            members.for_each(|it| clean_value(secrets, name, it));
        }
        scalar => {
            let mut texts = Vec::new();
            super::guide::scalars(scalar, &mut texts);
            let Some(text) = texts.pop() else {
                return;
            };
            if let Some(name) = name {
                *scalar = placeholder(secrets, name, &text).into();
            } else if let Cow::Owned(clean) = secrets.redact(&text) {
                *scalar = clean.into();
            }
        }
    }
}

pub(super) fn placeholder(secrets: &Secrets, place: &str, value: &str) -> String {
    let known = secrets.name_of(value);
    let name = known.unwrap_or_else(|| Name::new(Kind::Secret, place));
    name.placeholder()
}

fn attempt(secrets: &Secrets, attempt: &mut Attempt, marks: &Marks) {
    for unmet in &mut attempt.unmet {
        let place = unmet.place.as_ref().map(Pointer::as_str);
        said::clean(secrets, &mut unmet.actual, (Some(marks), place));
    }
    for broken in &mut attempt.broken_request {
        said::clean(secrets, &mut broken.message, (Some(marks), None));
    }
    let exchange = &mut attempt.exchange;
    let (request, response) = (&mut exchange.request, &mut exchange.response);
    if let Some(url) = without(secrets, request.url.as_bytes(), &marks.url) {
        request.url = String::from_utf8_lossy(&url).into_owned();
    }
    headers(secrets, &mut request.headers, &marks.asked);
    if let Some(body) = without(secrets, &request.body, &marks.asked_body) {
        request.body = body.into();
    }
    headers(secrets, &mut response.headers, &marks.answered);
    if let Some(body) = without(secrets, &attempt.received.bytes, &marks.answered_body) {
        // From here on nobody asks how it was coded.
        response.headers.remove("content-encoding");
        response.body = Bytes::from(body);
        attempt.received = Received::decode(response);
    }
}

fn headers(secrets: &Secrets, headers: &mut Headers, marks: &[Vec<Mark>]) {
    let all = headers.iter().zip(marks);
    let cleaned = all.map(|(header, marks)| without(secrets, &header.value, marks));
    let cleaned: Vec<Option<Vec<u8>>> = cleaned.collect();
    if cleaned.iter().all(Option::is_none) {
        return;
    }
    let mut clean = Headers::default();
    for (header, value) in headers.iter().zip(cleaned) {
        let value = value.unwrap_or_else(|| header.value.clone());
        clean.push(header.name.clone(), value);
    }
    *headers = clean;
}

/// Bytes without their secrets; none where there are none.
fn without(secrets: &Secrets, bytes: &[u8], marks: &[Mark]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut done = 0;
    for mark in marks.iter().filter(|it| !it.range.is_empty()) {
        out.extend_from_slice(&bytes[done..mark.range.start]);
        let placeholder = placeholder(secrets, &mark.name, &mark.value);
        let quote: &[u8] = if mark.way.is_some() { b"\"" } else { b"" };
        out.extend_from_slice(quote);
        out.extend_from_slice(placeholder.as_bytes());
        out.extend_from_slice(quote);
        done = mark.range.end;
    }
    if done == 0 {
        return match secrets.redact_bytes(bytes) {
            Cow::Owned(clean) => Some(clean),
            Cow::Borrowed(_) => None,
        };
    }
    out.extend_from_slice(&bytes[done..]);
    Some(secrets.redact_bytes(&out).into_owned())
}
