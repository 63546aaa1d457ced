//! When a variation is sent that the contract allows, which hangs on how it is undone.

use serde_json::{Map, Value};

use super::varying::Varying;
use crate::contract::{ParameterPlace, RequestPart, StatusPattern};
use crate::http::{MediaType, Request, is_safe};
use crate::vary::Variation;

/// When a variation is sent that the contract allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turn {
    /// Before the step: it changes nothing, or what it makes is taken away again.
    Before,
    /// After the step, with the request that then puts back what it changed.
    After(Box<Request>),
    /// Apart, or never: nobody knows how it is undone.
    Apart,
}

impl Varying<'_> {
    /// When a variation is sent that the contract allows.
    pub(super) fn turn(&self, variation: &Variation) -> Turn {
        let (_, operation) = self.called;
        if is_safe(&operation.method) || self.is_declared || self.is_taken_away() {
            return Turn::Before;
        }
        let undo = match operation.method.as_str() {
            // Another value of a query is about something else.
            "PUT" if !is_elsewhere(variation) => Some(self.request.clone()),
            "PATCH" if !is_elsewhere(variation) => self.put_back(&variation.request),
            _ => None,
        };
        undo.map_or(Turn::Apart, |it| Turn::After(Box::new(it)))
    }

    /// Whether the contract says how what it makes is taken away.
    fn is_taken_away(&self) -> bool {
        let (contract, operation) = self.called;
        let made = self.thing.as_ref().map(|it| &it.life);
        let is_made = made.is_some_and(|it| it.create.id == operation.id && !it.is_named_by_client);
        // Where another status than 201 answers, it may have been there before.
        let mut responses = operation.responses.iter();
        let says_made = responses.any(|it| it.status == StatusPattern::Exact(201));
        is_made && says_made && contract.removal(operation).is_some()
    }

    /// The request that puts back what another `PATCH` changes: the step's own, and what was read before of the
    /// members that it does not have. None where it is no merging of JSON (RFC 7386), or where that was not read.
    fn put_back(&self, other: &Request) -> Option<Request> {
        let (own, other) = (merged(self.request)?, merged(other)?);
        let read = self.before.item.as_ref().filter(|it| it.is_success());
        let read = read.and_then(|it| it.json()?.as_object());
        let mut body = own.clone();
        for (name, value) in &other {
            match own.get(name) {
                Some(own) if covers(own, value) => {}
                Some(_) => return None,
                None => drop(body.insert(name.clone(), read?.get(name)?.clone())),
            }
        }
        let mut request = self.request.clone();
        if body != own {
            request.body = serde_json::to_vec(&body).ok()?.into();
        }
        Some(request)
    }
}

/// Whether a variation asks for something else: by another value in the URL.
fn is_elsewhere(variation: &Variation) -> bool {
    matches!(
        &variation.place.part,
        RequestPart::Parameter(place, _)
            if !matches!(place, ParameterPlace::Header | ParameterPlace::Cookie)
    )
}

/// The members that a request writes.
fn merged(request: &Request) -> Option<Map<String, Value>> {
    let declared = request.headers.first("content-type")?;
    let media_type = MediaType::parse(&declared).ok()?;
    let kinds = ["application/json", "application/merge-patch+json"];
    let is_merged = kinds.contains(&media_type.essence());
    let body = serde_json::from_slice(&request.body)
        .ok()
        .filter(|_| is_merged)?;
    match body {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// Whether a value, merged into what another one was merged into, leaves nothing of that one.
fn covers(own: &Value, other: &Value) -> bool {
    match (own, other) {
        (Value::Object(own), Value::Object(other)) => other
            .iter()
            .all(|(name, it)| own.get(name).is_some_and(|own| covers(own, it))),
        (Value::Object(_), _) | (_, Value::Object(_)) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::covers;

    #[test]
    fn what_is_written_again_is_all_that_was_written() {
        for (own, other, expected) in [
            (json!(1), json!(2), true),
            (json!([1]), json!([]), true),
            (json!({"a": 1, "b": 2}), json!({"a": 3}), true),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
            (json!({"a": {"b": 1}}), json!({"a": {"c": 1}}), false),
            // What is no object any more has lost its members.
            (json!({"a": 1}), json!(null), false),
            (json!(1), json!({"a": 1}), false),
        ] {
            assert_eq!(covers(&own, &other), expected, "{own} {other}");
        }
    }
}
