//! What deploy-installer reads from a request for a release, and refuses.

use axum::http::HeaderMap;
use serde_json::{Map, Value};

use super::Refusal;
use crate::mock::reply;

/// Which release is meant: its namespace and its name within it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ReleasePlace {
    pub(super) namespace: String,
    pub(super) name: String,
}

/// What is to be installed.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) values: Map<String, Value>,
}

/// The release that the path and the query name.
///
/// # Errors
/// When the query names no namespace, or an empty one.
pub(super) fn place(name: String, query: Option<&str>) -> Result<ReleasePlace, Refusal> {
    match reply::query_value(query, "namespace") {
        Some(namespace) => Ok(ReleasePlace { namespace, name }),
        None => Err(Refusal::bad_request("缺少必填参数: namespace")),
    }
}

/// Whether the registry is to be set in the values: yes, unless the query says no.
///
/// # Errors
/// When the query says neither `true` nor `false`.
pub(super) fn set_registry(query: Option<&str>) -> Result<bool, Refusal> {
    match reply::query_value(query, "set-registry").as_deref() {
        None | Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(_) => Err(Refusal::bad_request(
            "参数 set-registry 必须是 true 或 false",
        )),
    }
}

/// Refuses a file that is not sent as one. That there is none is another mistake.
pub(super) fn is_raw(headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    if body.is_empty() || reply::is_of_type(headers, "application/octet-stream") {
        return Ok(());
    }
    let message = "Content-Type 必须是 application/octet-stream";
    Err(Refusal::bad_request(message))
}

/// The order in the body.
///
/// # Errors
/// When the body is not declared to be JSON or is not a JSON object, when one of the `required`
/// fields is missing or null (all are named, in order), and when a field has the wrong type.
pub(super) fn order(headers: &HeaderMap, body: &[u8], required: &[&str]) -> Result<Order, Refusal> {
    if !reply::is_of_type(headers, reply::JSON) {
        return Err(Refusal::bad_request("Content-Type 必须是 application/json"));
    }
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(body) else {
        return Err(Refusal::bad_request("请求体必须是有效的 JSON 对象"));
    };
    fields.retain(|_, value| !value.is_null());
    let missing: Vec<&str> = required
        .iter()
        .copied()
        .filter(|name| !fields.contains_key(*name))
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::bad_request(format!(
            "缺少必填字段: {}",
            missing.join(", ")
        )));
    }
    for name in ["name", "version"] {
        if fields
            .get(name)
            .is_some_and(|value| value.as_str().is_none_or(str::is_empty))
        {
            return Err(Refusal::bad_request(format!(
                "字段 {name} 必须是非空字符串"
            )));
        }
    }
    match fields.remove("values") {
        Some(Value::Object(values)) => Ok(Order { values }),
        None => Ok(Order { values: Map::new() }),
        Some(_) => Err(Refusal::bad_request("字段 values 必须是对象")),
    }
}
