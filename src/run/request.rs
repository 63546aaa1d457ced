//! From a step to the bytes that go over the wire.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::Value;

use super::conformance;
use super::form::{Filling, Form};
use super::query;
use super::scope::{Filled, Scope};
use crate::contract::{
    Contract, Intent, Operation, ParameterPlace, Segment, SentBody, XmlMapping, serialize,
};
use crate::http::form::FormKind;
use crate::http::{Headers, MediaType, Request};
use crate::json::plain;
use crate::problem::{Problem, ProblemCode};
use crate::scenario::{Argument, Body, Expression, Payload, Step, Target};
use crate::transcript::{RequestViolation, read_xml};
use crate::world::Site;

/// A request that is ready to be sent.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) request: Request,
    /// The values of the path's parameters, as text.
    pub(super) path: Vec<(String, String)>,
    /// Where it breaks the contract.
    pub(super) violations: Vec<RequestViolation>,
}

/// Why there is no request.
#[derive(Debug)]
pub(super) enum Unprepared {
    /// An expression has no value.
    Missing(Expression),
    /// The scenario asks for what cannot be sent.
    Wrong(Box<Problem>),
}

/// The URL before the path of a step's operation.
pub(super) fn base(
    step: &Step,
    (contract, operation): (&Contract, &Operation),
    site: &Site,
) -> Result<String, Unprepared> {
    let base = contract.base(operation, site).map_err(|why| {
        let help = format!(
            "add `\"{}\" = \"URL\"` to [targets.NAME.servers] in api.toml",
            why.server()
        );
        let (code, place) = (ProblemCode::InvalidRequest, step.location.clone());
        Unprepared::Wrong(Box::new(
            Problem::new(code, place, why.to_string()).with_help(help),
        ))
    })?;
    Ok(base.url)
}

/// Makes the request of a step.
pub(super) fn prepare(
    step: &Step,
    (contract, operation): (&Contract, &Operation),
    (arguments, body): (&[Argument], Option<&Body>),
    base_url: &str,
    scope: &Scope<'_>,
) -> Result<Prepared, Unprepared> {
    let values = fill_arguments(arguments, scope)?;
    let filled = body.map(|body| fill_body(body, (contract, operation), scope));
    let filled = filled.transpose()?;
    let (mut url, path) = url(operation, &values, base_url, step)?;
    if let Some(query) = query(operation, &values, arguments)? {
        url.push('?');
        url.push_str(&query);
    }
    let mut headers = headers(step, operation, &values)?;
    let (bytes, value) = match &filled {
        Some(filled) => {
            let written = filled.written_type.as_deref();
            let content_type = written.unwrap_or(filled.content_type);
            headers.set("content-type", content_type.as_bytes());
            (filled.bytes.clone(), filled.value.as_deref())
        }
        None => (Bytes::new(), None),
    };
    let sent_body = filled.as_ref().filter(|it| !it.bytes.is_empty());
    let intent = Intent {
        contract,
        operation,
        arguments: &values,
        body: sent_body.map(|it| SentBody {
            content_type: it.content_type,
            bytes: &it.bytes,
            value,
        }),
        read_xml,
    };
    let violations = conformance::violations(&intent);
    let request = Request {
        method: operation.method.clone(),
        url,
        headers,
        body: bytes,
        caller: step.caller.clone(),
    };
    Ok(Prepared {
        request,
        path,
        violations,
    })
}

type Values = Vec<(String, ParameterPlace, Value)>;

/// The header fields that parameters make, with the cookies.
fn headers(step: &Step, operation: &Operation, values: &Values) -> Result<Headers, Unprepared> {
    let mut headers = Headers::default();
    let mut cookies = Vec::new();
    for (name, place, value) in values {
        if serialize::is_in_url(*place) {
            continue;
        }
        let known = operation.parameter(name, *place);
        let texts = match (place, known) {
            (ParameterPlace::Cookie, Some(known)) => serialize::cookie(known, value),
            (ParameterPlace::Cookie, None) => {
                vec![format!("{name}={}", serialize::header(None, value))]
            }
            _ => vec![serialize::header(known, value)],
        };
        if texts.iter().any(|it| it.contains(['\r', '\n', '\0'])) {
            return Err(wrong(
                step,
                format!("the {} `{name}` holds a line break", place.as_str()),
            ));
        }
        match place {
            ParameterPlace::Cookie => cookies.extend(texts),
            _ => texts
                .into_iter()
                .for_each(|text| headers.push(name.as_str(), text)),
        }
    }
    if !cookies.is_empty() {
        headers.push("cookie", cookies.join("; "));
    }
    Ok(headers)
}

fn fill_arguments(arguments: &[Argument], scope: &Scope<'_>) -> Result<Values, Unprepared> {
    let mut values = Vec::with_capacity(arguments.len());
    for argument in arguments {
        match scope.fill(&argument.value) {
            Ok(Filled::Value(value)) => {
                values.push((argument.name.clone(), argument.place, value.into_owned()));
            }
            Ok(Filled::File(_)) => {
                let message = "a parameter cannot be a file";
                let location = argument.location.clone();
                let problem = Problem::new(ProblemCode::WrongType, location, message)
                    .with_help("send files in a body");
                return Err(Unprepared::Wrong(Box::new(problem)));
            }
            Err(expression) => return Err(Unprepared::Missing(expression.clone())),
        }
    }
    Ok(values)
}

/// A body with its values filled in.
struct FilledBody<'b> {
    content_type: &'b str,
    /// The media type with the parameters that writing the body gave it.
    written_type: Option<String>,
    bytes: Bytes,
    /// The JSON value, when it is one.
    value: Option<Cow<'b, Value>>,
}

fn fill_body<'b>(
    body: &'b Body,
    (contract, operation): (&Contract, &Operation),
    scope: &Scope<'_>,
) -> Result<FilledBody<'b>, Unprepared> {
    let content_type = body.content_type.as_str();
    if !body.raw
        && let Some(form) = fill_form(body, operation, scope)?
    {
        return Ok(form);
    }
    let missing = |expression: &Expression| Unprepared::Missing(expression.clone());
    let mut value = match scope.fill(&body.payload).map_err(missing)? {
        Filled::File(file) => {
            let value = read_as_json(content_type, &file.bytes);
            let bytes = Bytes::from_owner(std::sync::Arc::clone(&file.bytes));
            return Ok(FilledBody {
                content_type,
                written_type: None,
                bytes,
                value,
            });
        }
        Filled::Value(value) => value,
    };
    if let Some(written) = written_json(body, &value) {
        value = Cow::Owned(written);
    }
    let media_type = MediaType::parse(content_type).ok();
    let is_json = media_type.as_ref().is_some_and(MediaType::is_json);
    replace_all(body, scope, |target, new| match target {
        // Its places are those of the text that is sent.
        Target::XPath(_) if !is_json => true,
        _ => put(value.to_mut(), target, new.into_value()),
    })?;
    if is_json && !body.raw {
        let bytes = serde_json::to_vec(&value).expect("a JSON value can be written");
        return Ok(FilledBody {
            content_type,
            written_type: None,
            bytes: Bytes::from(bytes),
            value: Some(value),
        });
    }
    let is_xml = media_type.as_ref().is_some_and(MediaType::is_xml);
    let text = match value.as_ref() {
        Value::Null => String::new(),
        Value::Object(_) | Value::Array(_) if is_xml && !body.raw => {
            written_xml(body, (contract, operation), &value)?
        }
        other => plain(other),
    };
    let text = replace_in_xml(body, scope, text)?;
    let value = read_as_json(content_type, text.as_bytes());
    Ok(FilledBody {
        content_type,
        written_type: None,
        bytes: Bytes::from(text),
        value,
    })
}

/// The text of a document with every place replaced that an XPath finds.
fn replace_in_xml(body: &Body, scope: &Scope<'_>, mut text: String) -> Result<String, Unprepared> {
    for replacement in &body.replacements {
        let Target::XPath(path) = &replacement.target else {
            continue;
        };
        let new = scope.fill(&replacement.value);
        let new = new.map_err(|expression| Unprepared::Missing(expression.clone()))?;
        let replaced = match new.into_value() {
            Value::Array(_) | Value::Object(_) => {
                Err("the place of a text takes no list or object".to_owned())
            }
            Value::Null => path.replace(&text, ""),
            new => path.replace(&text, &plain(&new)),
        };
        text = replaced.map_err(|why| {
            let code = ProblemCode::UnknownReference;
            let problem = Problem::new(code, body.location.clone(), why);
            let help = "write the place that is replaced into the payload, as XML";
            Unprepared::Wrong(Box::new(problem.with_help(help)))
        })?;
    }
    Ok(text)
}

/// The document that an object or a list is, by the schema of the body (`OpenAPI 3.1 §4.8.26`).
fn written_xml(
    body: &Body,
    (contract, operation): (&Contract, &Operation),
    value: &Value,
) -> Result<String, Unprepared> {
    let documented = operation.request_body.as_ref();
    let media_type = MediaType::parse(&body.content_type).ok();
    let content = documented.zip(media_type);
    let content = content.and_then(|(documented, it)| documented.content_for(&it));
    let written = match content.and_then(|it| it.schema.as_ref()) {
        Some(schema) => XmlMapping::new(contract).write(value, schema),
        None => Err("no schema says how this payload is written as XML".to_owned()),
    };
    written.map_err(|why| {
        let code = ProblemCode::InvalidRequest;
        let problem = Problem::new(code, body.location.clone(), why);
        let help = "write the payload as a text of XML, or mend the `xml` objects of the contract";
        Unprepared::Wrong(Box::new(problem.with_help(help)))
    })
}

/// The object or the list that a text is, where the payload of a JSON body is written as a text.
fn written_json(body: &Body, value: &Value) -> Option<Value> {
    let is_written = matches!(
        &body.payload,
        Payload::Template(_) | Payload::Literal(Value::String(_))
    );
    let text = value.as_str().filter(|_| is_written && !body.raw)?;
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let content_type = &body.content_type;
    read_as_json(content_type, text.as_bytes()).map(Cow::into_owned)
}

/// Puts a value where a replacement goes; whether there is such a place.
fn put(value: &mut Value, target: &Target, new: Value) -> bool {
    match target {
        Target::Pointer(pointer) => pointer.set(value, new).is_ok(),
        Target::Path(path) => {
            let places = path.locate(value);
            let mut put = places.iter().map(|it| it.set(value, new.clone()).is_ok());
            // An iterator of nothing would hold as well.
            !places.is_empty() && put.all(|done| done)
        }
        Target::XPath(_) => false,
    }
}

/// Puts every replacement of a body where it belongs; `replace` tells whether there is such a place.
fn replace_all<'b>(
    body: &'b Body,
    scope: &Scope<'_>,
    mut replace: impl FnMut(&Target, Filled<'b>) -> bool,
) -> Result<(), Unprepared> {
    for replacement in &body.replacements {
        let new = scope.fill(&replacement.value);
        let new = new.map_err(|expression| Unprepared::Missing(expression.clone()))?;
        let target = &replacement.target;
        if !replace(target, new) {
            let target = target.as_str();
            let message = format!("the payload has no place `{target}` to replace");
            let problem = Problem::new(
                ProblemCode::UnknownReference,
                body.location.clone(),
                message,
            )
            .with_help("write the object that holds it into the payload");
            return Err(Unprepared::Wrong(Box::new(problem)));
        }
    }
    Ok(())
}

/// The body as a form; none when none is to be sent, or somebody wrote its text.
fn fill_form<'b>(
    body: &'b Body,
    operation: &Operation,
    scope: &Scope<'_>,
) -> Result<Option<FilledBody<'b>>, Unprepared> {
    let content_type = body.content_type.as_str();
    let Ok(media_type) = MediaType::parse(content_type) else {
        return Ok(None);
    };
    let Some(kind) = FormKind::of(&media_type) else {
        return Ok(None);
    };
    let mut form = match Form::fill(&body.payload, scope)? {
        Filling::Form(form) => form,
        Filling::Bytes => return Ok(None),
        // The parts of a text that somebody wrote are told apart by what he said.
        Filling::Text if kind == FormKind::UrlEncoded || media_type.boundary().is_some() => {
            return Ok(None);
        }
        Filling::Text => {
            let why = "the text of a multipart form says nowhere what parts it";
            let help = "write the fields as an object, or `multipart/form-data; boundary=..`";
            return Err(no_form(body, why.to_owned(), help));
        }
        Filling::Other(kind) => {
            let why = format!("a form is an object, and this is of the type {kind}");
            return Err(no_form(body, why, "write its fields as an object"));
        }
    };
    replace_all(body, scope, |target, new| form.replace(target, &new))?;
    if let Some(name) = form.null() {
        let why = format!("the field `{name}` is null, and a form has no word for that");
        return Err(no_form(
            body,
            why,
            "leave it out, or write '' for an empty one",
        ));
    }
    let documented = operation.request_body.as_ref();
    let documented = documented.and_then(|it| it.content_for(&media_type));
    let encodings = documented.map_or(&[][..], |it| &it.encodings);
    let encoded = form.encode(kind, content_type, encodings);
    let (written_type, bytes) = encoded.map_err(|name| {
        let why = format!("the file of the field `{name}` is no text, as this kind of form has it");
        no_form(body, why, "send it in `multipart/form-data`")
    })?;
    Ok(Some(FilledBody {
        content_type,
        written_type: Some(written_type),
        bytes: Bytes::from(bytes),
        value: Some(Cow::Owned(form.value())),
    }))
}

fn no_form(body: &Body, message: String, help: &str) -> Unprepared {
    let code = ProblemCode::InvalidRequest;
    let problem = Problem::new(code, body.location.clone(), message).with_help(help);
    Unprepared::Wrong(Box::new(problem))
}

/// The JSON value of bytes that go out as JSON, when they are any.
fn read_as_json<'b>(content_type: &str, bytes: &[u8]) -> Option<Cow<'b, Value>> {
    let is_json = MediaType::parse(content_type).is_ok_and(|it| it.is_json());
    is_json
        .then(|| serde_json::from_slice(bytes).ok())
        .flatten()
        .map(Cow::Owned)
}

fn url(
    operation: &Operation,
    values: &Values,
    base_url: &str,
    step: &Step,
) -> Result<(String, Vec<(String, String)>), Unprepared> {
    let mut url = base_url.trim_end_matches('/').to_owned();
    let mut path = Vec::new();
    for segment in operation.path.segments() {
        match segment {
            Segment::Literal(text) => url.push_str(text),
            Segment::Variable(name) => {
                let parameter = operation.parameter(name, ParameterPlace::Path);
                let value = values
                    .iter()
                    .find(|(given, place, _)| *place == ParameterPlace::Path && given == name);
                let (Some(parameter), Some((_, _, value))) = (parameter, value) else {
                    let message = format!("the path parameter `{name}` is not given");
                    return Err(wrong(step, message));
                };
                let text = serialize::path(parameter, value);
                // A segment of dots alone would name another path (RFC 3986 §5.2.4).
                let text = if matches!(text.as_str(), "." | "..") {
                    text.replace('.', "%2E")
                } else {
                    text
                };
                url.push_str(&text);
                path.push((name.clone(), plain(value)));
            }
        }
    }
    Ok((url, path))
}

/// The query; none where nothing of it is given.
fn query(
    operation: &Operation,
    values: &Values,
    arguments: &[Argument],
) -> Result<Option<String>, Unprepared> {
    let mut pairs = Vec::new();
    for ((name, place, value), argument) in values.iter().zip(arguments) {
        let Some(parameter) = operation.parameter(name, *place) else {
            continue;
        };
        match place {
            ParameterPlace::Query => pairs.extend(serialize::query(parameter, value)),
            ParameterPlace::QueryString => {
                pairs.push(query::whole(parameter, value).map_err(|why| {
                    let location = argument.location.clone();
                    let code = ProblemCode::InvalidRequest;
                    let problem = Problem::new(code, location, why.message).with_help(why.help);
                    Unprepared::Wrong(Box::new(problem))
                })?);
            }
            _ => {}
        }
    }
    Ok((!pairs.is_empty()).then(|| pairs.join("&")))
}

fn wrong(step: &Step, message: String) -> Unprepared {
    let problem = Problem::new(ProblemCode::InvalidRequest, step.location.clone(), message)
        .with_help("mend the parameters of this step");
    Unprepared::Wrong(Box::new(problem))
}
