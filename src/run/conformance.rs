//! Whether a request is one that the contract allows, before it is sent.

use serde_json::Value;

use crate::contract::{
    Contract, Judge, Judgement, Operation, Parameter, ParameterPlace, Reading, SchemaUse,
    XmlMapping,
};
use crate::http::form::{FormKind, decode_urlencoded};
use crate::http::{MediaRange, MediaType};
use crate::json::Pointer;
use crate::problem::{Problem, ProblemCode};
use crate::scenario::Step;
use crate::transcript::{RequestViolation, read_xml};

/// The values of a request, before they are written as bytes.
pub(super) struct Intent<'i> {
    pub(super) contract: &'i Contract,
    pub(super) operation: &'i Operation,
    pub(super) arguments: &'i [(String, ParameterPlace, Value)],
    pub(super) body: Option<SentBody<'i>>,
}

/// A body as it is sent.
#[derive(Clone, Copy)]
pub(super) struct SentBody<'i> {
    pub(super) content_type: &'i str,
    pub(super) bytes: &'i [u8],
    /// The value that the bytes are; none when they are no JSON and no form.
    pub(super) value: Option<&'i Value>,
}

/// The Problems of a request that breaks the contract and does not say so.
pub(super) fn refusals(
    step: &Step,
    contract: &Contract,
    violations: &[RequestViolation],
) -> Vec<Problem> {
    let told = violations.iter().map(|violation| {
        let message = format!("the request breaks the contract: {}", violation.message);
        let place = contract.location(&violation.contract_place);
        Problem::new(ProblemCode::InvalidRequest, step.location.clone(), message)
            .with_also(place, "the contract says so")
            .with_help("mend the step, or say `x-countersign: {request: invalid}`")
    });
    told.collect()
}

/// Where a request breaks the contract.
pub(super) fn violations(intent: &Intent<'_>) -> Vec<RequestViolation> {
    let mut violations = Vec::new();
    for parameter in &intent.operation.parameters {
        let given = intent
            .arguments
            .iter()
            .find(|(name, place, _)| parameter.is(name, *place));
        let place = parameter.place.as_str();
        match (given, &parameter.schema) {
            (None, _) if parameter.required => violations.push(RequestViolation {
                message: format!(
                    "the required {place} parameter `{}` is missing",
                    parameter.name
                ),
                contract_place: parameter.pointer.clone(),
            }),
            (Some((_, _, value)), Some(schema)) => {
                let Ok(judge) = schema.judge(intent.contract) else {
                    continue;
                };
                let judgement = match parameter.place {
                    ParameterPlace::QueryString => {
                        judge_query(judge, (parameter, schema), value, intent.contract)
                    }
                    _ => judge.examine_text(value),
                };
                if !judgement.is_clean() {
                    let what = format!("the {place} parameter `{}`", parameter.name);
                    push(judgement, &what, &mut violations);
                }
            }
            _ => {}
        }
    }
    body_violations(intent, &mut violations);
    violations
}

/// Judges a whole query string: the value that it is in its media type, when it is given as a text.
fn judge_query(
    judge: &Judge,
    (parameter, schema): (&Parameter, &SchemaUse),
    value: &Value,
    contract: &Contract,
) -> Judgement {
    let media_type = parameter.media_type.as_ref();
    let media_type = media_type.and_then(MediaRange::as_media_type);
    match (media_type, value) {
        (Some(it), Value::String(text)) if it.is_form() => {
            let pairs = decode_urlencoded(text.as_bytes());
            judge.examine(&Reading::new(contract).form(&pairs, schema))
        }
        (Some(it), value) if it.is_form() => judge.examine_form(value),
        (Some(it), Value::String(text)) if it.is_json() => {
            let plain = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
            let read = serde_json::from_str(&plain);
            judge.examine(&read.unwrap_or_else(|_| value.clone()))
        }
        (Some(it), value) if it.is_json() => judge.examine(value),
        (_, value) => judge.examine_text(value),
    }
}

fn body_violations(intent: &Intent<'_>, violations: &mut Vec<RequestViolation>) {
    let operation = intent.operation;
    let fail = |message: &str, place: &Pointer, violations: &mut Vec<RequestViolation>| {
        let contract_place = place.clone();
        violations.push(RequestViolation {
            message: message.to_owned(),
            contract_place,
        });
    };
    let (documented, sent) = match (&operation.request_body, intent.body) {
        (Some(body), None) if body.required => {
            return fail("the required body is missing", &body.pointer, violations);
        }
        (None, Some(_)) => {
            let message = "a body is sent, and the contract documents none";
            return fail(message, &operation.pointer, violations);
        }
        (_, None) => return,
        (Some(body), Some(sent)) => (body, sent),
    };
    let content_type = sent.content_type;
    let media_type = MediaType::parse(content_type).ok();
    let content = media_type
        .as_ref()
        .and_then(|it| documented.content_for(it));
    let Some(content) = content else {
        let message = format!("the media type `{content_type}` is not documented");
        return fail(&message, &documented.pointer, violations);
    };
    let Some(schema) = &content.schema else {
        return;
    };
    match sent.value {
        Some(value) => {
            let Ok(judge) = schema.judge(intent.contract) else {
                return;
            };
            let is_form = media_type.as_ref().and_then(FormKind::of).is_some();
            let judgement = if is_form {
                judge.examine_form(value)
            } else {
                judge.examine(value)
            };
            push(judgement, "the body", violations);
        }
        None if media_type.as_ref().is_some_and(MediaType::is_json) => {
            fail("the body is no JSON", &content.pointer, violations);
        }
        None => {
            let is_xml = media_type.filter(MediaType::is_xml);
            let mapping = XmlMapping::new(intent.contract);
            let Some(media_type) = is_xml.filter(|_| mapping.describes(schema)) else {
                return;
            };
            match read_xml(&media_type, sent.bytes) {
                Ok(root) => push(mapping.examine(&root, schema), "the body", violations),
                Err(why) => {
                    let message = format!("the body is no XML that can be read: {why}");
                    fail(&message, &content.pointer, violations);
                }
            }
        }
    }
}

fn push(judgement: Judgement, what: &str, violations: &mut Vec<RequestViolation>) {
    violations.extend(judgement.violations.into_iter().map(|it| {
        let place = it.violation.instance.as_str();
        let place = if place.is_empty() {
            String::new()
        } else {
            format!(" at {place}")
        };
        let message = format!("{what}{place}: {}", it.violation.message);
        RequestViolation {
            message,
            contract_place: it.place,
        }
    }));
}
