//! What an operation is called with, as far as its contract tells: values of its parameters, and a body.

use serde_json::Value;

use crate::contract::{
    Contract, MediaContent, Operation, Parameter, ParameterPlace, Response, SchemaUse,
    StatusPattern,
};
use crate::http::{MediaRange, MediaType, foreign_to_query};
use crate::json::Pointer;
use crate::sample::sample_where;
use crate::scenario::Expression;

/// A body that an operation takes.
#[derive(Debug, Clone)]
pub(super) struct DraftBody {
    pub(super) content_type: String,
    pub(super) payload: Value,
    /// Whether the contract itself shows the whole of it.
    pub(super) is_shown: bool,
}

/// The body to call an operation with.
///
/// # Errors
/// With what keeps it from being made, when the operation cannot do without.
pub(super) fn body(
    contract: &Contract,
    operation: &Operation,
) -> Result<Option<DraftBody>, String> {
    let Some(documented) = &operation.request_body else {
        return Ok(None);
    };
    let mut content: Vec<&MediaContent> = documented.content.iter().collect();
    content.sort_by_key(|it| preference(&media_type(it)));
    let made = content.into_iter().find_map(|it| of_content(contract, it));
    let is_usual = ["POST", "PUT", "PATCH"].contains(&operation.method.as_str());
    match made {
        Some(body) if documented.required || is_usual => Ok(Some(body)),
        None if documented.required => {
            Err("no body that satisfies its schema could be made up".to_owned())
        }
        _ => Ok(None),
    }
}

fn of_content(contract: &Contract, content: &MediaContent) -> Option<DraftBody> {
    let content_type = media_type(content);
    let is_json = MediaType::parse(&content_type).is_ok_and(|it| it.is_json());
    let shown = shown(contract, &content.pointer).into_iter().find(|value| {
        let is_right = |it: &SchemaUse| {
            let judge = it.judge(contract);
            judge.is_ok_and(|judge| judge.examine(value).is_clean())
        };
        is_plain(value) && content.schema.as_ref().is_none_or(is_right)
    });
    let is_shown = shown.is_some();
    let payload = match (shown, &content.schema) {
        (Some(value), _) => value,
        (None, Some(schema)) => sample_where(contract, schema, is_plain)?,
        (None, None) if is_json => Value::Object(serde_json::Map::new()),
        (None, None) => Value::from("text"),
    };
    Some(DraftBody {
        content_type,
        payload,
        is_shown,
    })
}

/// Whether the contract itself gives an operation its name.
pub(super) fn has_id(contract: &Contract, operation: &Operation) -> bool {
    let node = operation.pointer.lookup(contract.document());
    let id = node.and_then(|it| it.get("operationId"));
    id.and_then(Value::as_str) == Some(&operation.id)
}

/// Whether an operation takes a body.
pub(super) fn accepts(
    contract: &Contract,
    operation: &Operation,
    content_type: &str,
    payload: &Value,
) -> bool {
    let content = MediaType::parse(content_type).ok().and_then(|media_type| {
        let documented = operation.request_body.as_ref()?;
        documented.content_for(&media_type)
    });
    let schema = content.and_then(|it| it.schema.as_ref());
    schema.is_none_or(|it| {
        let judge = it.judge(contract);
        judge.is_ok_and(|judge| judge.examine(payload).is_clean())
    })
}

/// The media type to send for an entry, which may be a range.
pub(super) fn media_type(content: &MediaContent) -> String {
    match content.range.as_media_type() {
        Some(media_type) => media_type.to_string(),
        None if content.range.to_string().starts_with("text/") => "text/plain".to_owned(),
        None => "application/json".to_owned(),
    }
}

/// Which media type is taken first: what is written most plainly.
fn preference(media_type: &str) -> usize {
    let is_json = MediaType::parse(media_type).is_ok_and(|it| it.is_json());
    match media_type {
        "application/json" => 0,
        _ if is_json => 1,
        "application/x-www-form-urlencoded" => 2,
        "multipart/form-data" => 3,
        it if it.starts_with("text/") => 4,
        _ => 5,
    }
}

/// The values that the contract shows at an object with `example` or `examples`.
fn shown(contract: &Contract, owner: &Pointer) -> Vec<Value> {
    let Some(owner) = owner.lookup(contract.document()) else {
        return Vec::new();
    };
    let one = owner.get("example").cloned();
    let named = owner.get("examples").and_then(Value::as_object);
    let several = named.into_iter().flat_map(|it| it.values());
    let several = several.filter_map(|example| {
        let text = example.get("$ref").and_then(Value::as_str);
        let target = text.and_then(|it| Pointer::from_fragment(it.strip_prefix('#')?).ok());
        let example = match target {
            Some(target) => target.lookup(contract.document())?,
            None => example,
        };
        example.get("value").cloned()
    });
    one.into_iter().chain(several).collect()
}

/// The value of a parameter; none when no value satisfies its schema.
pub(super) fn parameter(contract: &Contract, parameter: &Parameter) -> Option<Value> {
    let is_right = |value: &Value| {
        let judge = parameter.schema.as_ref().map(|it| it.judge(contract));
        let is_valid = judge.is_none_or(|it| it.is_ok_and(|it| it.examine_text(value).is_clean()));
        // Nothing at all cannot stand in a path.
        let is_there = parameter.place != ParameterPlace::Path || value.as_str() != Some("");
        is_valid && is_there && is_query(parameter, value) && is_plain(value)
    };
    let shown = shown(contract, &parameter.pointer)
        .into_iter()
        .find(is_right);
    shown.or_else(|| match &parameter.schema {
        Some(schema) => sample_where(contract, schema, is_right),
        None => Some(Value::from("text")),
    })
}

/// Whether a value can be sent as a whole query, where it is to be one.
fn is_query(parameter: &Parameter, value: &Value) -> bool {
    if parameter.place != ParameterPlace::QueryString {
        return true;
    }
    let media_type = parameter.media_type.as_ref();
    let media_type = media_type.and_then(MediaRange::as_media_type);
    match (value, media_type) {
        (Value::String(text), _) => foreign_to_query(text).is_none(),
        (Value::Object(map), Some(it)) if it.is_form() => map.values().all(|it| !it.is_null()),
        (_, media_type) => media_type.is_some_and(|it| it.is_json()),
    }
}

/// Whether a scenario takes a value as it stands: no text in it is, or holds, an expression.
pub(super) fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let speaks = Expression::is_meant(text) || text.contains("{$");
            !speaks && !text.starts_with("$file(")
        }
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(members) => members.values().all(is_plain),
        _ => true,
    }
}

/// The statuses of a success, the most likely ones of a method first.
const SUCCESSES: &[(&str, &[u16])] = &[
    ("POST", &[201, 200, 202, 204]),
    ("DELETE", &[204, 200, 202]),
    ("", &[200, 201, 204, 202]),
];

/// The documented answer to expect when all goes well, and the condition that asks for it.
pub(super) fn success(operation: &Operation) -> Option<(&Response, String)> {
    let exact = |status: u16| {
        let found = operation.responses.iter();
        let mut found = found.filter(|it| it.status == StatusPattern::Exact(status));
        Some((found.next()?, format!("$statusCode == {status}")))
    };
    let likely = SUCCESSES
        .iter()
        .find(|(method, _)| method.is_empty() || *method == operation.method);
    let likely = likely.map_or(&[][..], |(_, statuses)| statuses);
    let documented = operation.responses.iter();
    let others = documented.filter_map(|it| match it.status {
        StatusPattern::Exact(status) if (200..400).contains(&status) => Some(status),
        _ => None,
    });
    let mut statuses = likely.iter().copied().chain(others);
    statuses.find_map(exact).or_else(|| {
        let class = |it: &&Response| it.status == StatusPattern::Class(2);
        let found = operation.responses.iter().find(class);
        let usual = |it: &&Response| it.status == StatusPattern::Default;
        let found = found.or_else(|| operation.responses.iter().find(usual))?;
        Some((found, "$statusCode >= 200 && $statusCode < 300".to_owned()))
    })
}

/// The condition that asks for the answer to a request for what is not there.
pub(super) fn gone(operation: &Operation) -> Option<String> {
    let documented = |status: u16| operation.response(status).is_some();
    let status = [404, 410].into_iter().find(|it| documented(*it))?;
    Some(format!("$statusCode == {status}"))
}

/// The schema of the JSON body of an answer.
pub(super) fn json_schema(response: &Response) -> Option<&SchemaUse> {
    let mut content = response.content.iter().filter(|it| {
        let media_type = it.range.as_media_type();
        media_type.is_some_and(|it| it.is_json())
    });
    content.next()?.schema.as_ref()
}
