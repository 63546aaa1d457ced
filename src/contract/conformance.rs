//! Whether a request is one that the contract allows: where it breaks it, and which rule.

use serde_json::Value;

use super::{
    Contract, Judge, Judgement, Operation, Parameter, ParameterPlace, Reading, SchemaUse,
    XmlMapping,
};
use crate::http::form::{FormKind, decode_urlencoded};
use crate::http::{MediaRange, MediaType};
use crate::json::Pointer;
use crate::xml::Element;

/// The values of a request, before they are written as bytes or after they were read again.
#[derive(Debug, Clone)]
pub struct Intent<'i> {
    /// The contract.
    pub contract: &'i Contract,
    /// What is asked.
    pub operation: &'i Operation,
    /// The parameters that are given.
    pub arguments: &'i [(String, ParameterPlace, Value)],
    /// The body, when there is one.
    pub body: Option<SentBody<'i>>,
    /// How a body of XML is read.
    pub read_xml: ReadXml,
}

/// Reads the document that bytes of a media type are; else says why they are none.
pub type ReadXml = fn(&MediaType, &[u8]) -> Result<Element, String>;

/// A body as it is sent.
#[derive(Debug, Clone, Copy)]
pub struct SentBody<'i> {
    /// Its media type.
    pub content_type: &'i str,
    /// Its bytes.
    pub bytes: &'i [u8],
    /// The value that the bytes are; none when they are no JSON and no form.
    pub value: Option<&'i Value>,
}

/// A part of a request that the contract speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequestPart {
    /// A parameter, by its place and name.
    Parameter(ParameterPlace, String),
    /// The body.
    Body,
}

/// A rule for requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestRule {
    /// What is required is there.
    Present,
    /// There is a body only where one is documented.
    Documented,
    /// The media type of the body is a documented one.
    MediaType,
    /// The body is written in the language that its media type names.
    Syntax,
    /// This keyword of a schema.
    Keyword(String),
}

/// Where a request breaks the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestBreach {
    /// The part of the request.
    pub part: RequestPart,
    /// The place in the part; the whole of it where that is missing or is none at all.
    pub pointer: Pointer,
    /// The rule that is broken.
    pub rule: RequestRule,
    /// What the rule asks for, in few words, without anything of the request.
    pub expected: String,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// The place in the contract.
    pub contract_place: Pointer,
}

/// Where a request breaks the contract.
pub fn breaches(intent: &Intent<'_>) -> Vec<RequestBreach> {
    let mut breaches = Vec::new();
    for parameter in &intent.operation.parameters {
        let given = intent
            .arguments
            .iter()
            .find(|(name, place, _)| parameter.is(name, *place));
        let place = parameter.place.as_str();
        let part = || RequestPart::Parameter(parameter.place, parameter.name.clone());
        match (given, &parameter.schema) {
            (None, _) if parameter.required => breaches.push(RequestBreach {
                part: part(),
                pointer: Pointer::root(),
                rule: RequestRule::Present,
                expected: format!("the {place} parameter `{}`", parameter.name),
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
                    push(judgement, (&part(), &what), &mut breaches);
                }
            }
            _ => {}
        }
    }
    breaches.extend(of_body(intent));
    breaches
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

fn of_body(intent: &Intent<'_>) -> Vec<RequestBreach> {
    let operation = intent.operation;
    let fail = |rule: RequestRule, (expected, message): (&str, &str), place: &Pointer| {
        vec![RequestBreach {
            part: RequestPart::Body,
            pointer: Pointer::root(),
            rule,
            expected: expected.to_owned(),
            message: message.to_owned(),
            contract_place: place.clone(),
        }]
    };
    let (documented, sent) = match (&operation.request_body, intent.body) {
        (Some(body), None) if body.required => {
            let told = ("a body", "the required body is missing");
            return fail(RequestRule::Present, told, &body.pointer);
        }
        (None, Some(_)) => {
            let told = ("no body", "a body is sent, and the contract documents none");
            return fail(RequestRule::Documented, told, &operation.pointer);
        }
        (_, None) => return Vec::new(),
        (Some(body), Some(sent)) => (body, sent),
    };
    let content_type = sent.content_type;
    let media_type = MediaType::parse(content_type).ok();
    let content = media_type
        .as_ref()
        .and_then(|it| documented.content_for(it));
    let Some(content) = content else {
        let message = format!("the media type `{content_type}` is not documented");
        let told = ("a documented media type", message.as_str());
        return fail(RequestRule::MediaType, told, &documented.pointer);
    };
    let Some(schema) = &content.schema else {
        return Vec::new();
    };
    if let Some(value) = sent.value {
        return of_value(intent.contract, (schema, media_type.as_ref()), value);
    }
    if media_type.as_ref().is_some_and(MediaType::is_json) {
        let told = ("JSON", "the body is no JSON");
        return fail(RequestRule::Syntax, told, &content.pointer);
    }
    let read = |it: &MediaType| (intent.read_xml)(it, sent.bytes);
    of_xml(intent.contract, schema, media_type, read).unwrap_or_else(|why| {
        let message = format!("the body is no XML that can be read: {why}");
        fail(RequestRule::Syntax, ("XML", &message), &content.pointer)
    })
}

/// Where a body that is a value breaks its schema.
fn of_value(
    contract: &Contract,
    (schema, media_type): (&SchemaUse, Option<&MediaType>),
    value: &Value,
) -> Vec<RequestBreach> {
    let mut breaches = Vec::new();
    let Ok(judge) = schema.judge(contract) else {
        return breaches;
    };
    let is_form = media_type.and_then(FormKind::of).is_some();
    let judgement = if is_form {
        judge.examine_form(value)
    } else {
        judge.examine(value)
    };
    push(judgement, (&RequestPart::Body, "the body"), &mut breaches);
    breaches
}

/// Where a body of XML breaks its schema; an error where it is none.
fn of_xml(
    contract: &Contract,
    schema: &SchemaUse,
    media_type: Option<MediaType>,
    read: impl Fn(&MediaType) -> Result<Element, String>,
) -> Result<Vec<RequestBreach>, String> {
    let mut breaches = Vec::new();
    let mapping = XmlMapping::new(contract);
    let is_xml = media_type.filter(MediaType::is_xml);
    if let Some(media_type) = is_xml.filter(|_| mapping.describes(schema)) {
        let judgement = mapping.examine(&read(&media_type)?, schema);
        push(judgement, (&RequestPart::Body, "the body"), &mut breaches);
    }
    Ok(breaches)
}

fn push(
    judgement: Judgement,
    (part, what): (&RequestPart, &str),
    breaches: &mut Vec<RequestBreach>,
) {
    breaches.extend(judgement.violations.into_iter().map(|it| {
        let place = it.violation.instance.as_str();
        let place = if place.is_empty() {
            String::new()
        } else {
            format!(" at {place}")
        };
        RequestBreach {
            part: part.clone(),
            rule: RequestRule::Keyword(it.violation.keyword_name),
            expected: it.violation.expected,
            message: format!("{what}{place}: {}", it.violation.message),
            pointer: it.violation.instance,
            contract_place: it.place,
        }
    }));
}
