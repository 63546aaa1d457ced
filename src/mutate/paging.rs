//! Lists and pages of them.

use serde_json::Value;

use super::places::locate;
use crate::contract::{Operation, ParameterPlace};
use crate::http::Request;
use crate::json::Pointer;

/// Names of query parameters that ask for another page.
const NAMES: &[&str] = &[
    "page",
    "pagenumber",
    "pagetoken",
    "offset",
    "skip",
    "start",
    "startingafter",
    "after",
    "cursor",
    "continue",
    "marker",
];

/// The query parameter by which an operation is asked for another page.
pub(super) fn page_parameter(operation: &Operation) -> Option<&str> {
    let mut queried = operation
        .parameters
        .iter()
        .filter(|it| it.place == ParameterPlace::Query);
    let found = queried.find(|it| {
        let plain: String = it
            .name
            .to_lowercase()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        NAMES.contains(&plain.as_str())
    });
    found.map(|it| it.name.as_str())
}

/// The path of a request, and its query.
pub(super) fn parts(request: &Request) -> (String, String) {
    let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    (path.to_owned(), query.to_owned())
}

/// The lists at a place, as many as there are.
fn lists(place: &Pointer, value: &Value) -> Vec<Pointer> {
    let mut found = locate(place, value);
    found.retain(|it| it.lookup(value).is_some_and(Value::is_array));
    found
}

/// The last item of the first list at a place.
pub(super) fn last_item(place: &Pointer, value: &Value) -> Option<Value> {
    let items = lists(place, value).first()?.lookup(value)?.as_array()?;
    items.last().cloned()
}

/// A value with each list at a place changed in turn, until one is what is wanted.
pub(super) fn with_list(
    place: &Pointer,
    value: &Value,
    change: impl Fn(&mut Vec<Value>) -> bool,
    is_wanted: impl Fn(&Value) -> bool,
) -> Option<Value> {
    lists(place, value).iter().find_map(|pointer| {
        let mut changed = value.clone();
        let items = changed.pointer_mut(pointer.as_str())?.as_array_mut()?;
        (change(items) && is_wanted(&changed)).then_some(changed)
    })
}
