//! What answers about a resource must say: that they are about it, and that a list holds it.

use serde_json::Value;

use super::draft::Criterion;
use super::request::{json_schema, success};
use super::resource::{Identity, Resource};
use crate::contract::{Contract, Operation, SchemaUse, Types};
use crate::json::Pointer;

/// Where the answer of an operation holds the name of the resource, when it declares the place.
pub(super) fn place_of(resource: &Resource<'_>) -> Option<Pointer> {
    match &resource.identity {
        Identity::Answer(text, _) => {
            let fragment = text
                .strip_prefix("$response.body#")
                .or_else(|| text.strip_prefix("$request.body#"));
            Pointer::parse(fragment?).ok()
        }
        Identity::Sent(pointer) => Some(pointer.clone()),
        Identity::Location(place) => place.clone(),
        Identity::Path => Some(Pointer::root().join(&resource.variable)),
    }
}

/// The criterion that an answer is about the resource itself.
pub(super) fn same_name(
    contract: &Contract,
    read: &Operation,
    resource: &Resource<'_>,
    id: &Value,
) -> Option<Criterion> {
    let place = place_of(resource).filter(|it| !it.is_root())?;
    let schema = json_schema(success(read)?.0)?;
    let types = is_declared(contract, schema, &place)?;
    // What `Location` ends in is a text, whatever a body says it with.
    let is_text = matches!(resource.identity, Identity::Location(_));
    if is_text && !types.holds(Types::STRING) {
        return None;
    }
    let id = id.as_str()?;
    Some(Criterion::Simple(format!("$response.body#{place} == {id}")))
}

/// The types of a place that a schema describes.
pub(super) fn is_declared(
    contract: &Contract,
    schema: &SchemaUse,
    place: &Pointer,
) -> Option<Types> {
    let root = schema.outline(contract).root();
    let spot = root.at(place).ok()?;
    spot.is_described().then(|| spot.types())
}

/// The criterion that a list holds the resource.
pub(super) fn listed(
    contract: &Contract,
    list: &Operation,
    resource: &Resource<'_>,
    id: &Value,
) -> Option<Criterion> {
    let place = place_of(resource).filter(|it| !it.is_root())?;
    let schema = json_schema(success(list)?.0)?;
    let root = schema.outline(contract).root();
    // The list is the answer itself, or the one member of it that is a list.
    let arrays: Vec<String> = root
        .names()
        .into_iter()
        .filter(|name| root.child(name).is_ok_and(|it| it.types() == Types::ARRAY))
        .collect();
    let (before, array) = match (root.types() == Types::ARRAY, arrays.as_slice()) {
        (true, _) => (String::new(), Pointer::root()),
        (false, [one]) => (member(one), Pointer::root().join(one)),
        _ => return None,
    };
    let types = is_declared(contract, schema, &array.index(0).append(&place))?;
    let steps: String = place.tokens().map(|it| member(&it)).collect();
    let id = id.as_str()?;
    let value = if types.holds(Types::STRING) {
        format!("'{{{id}}}'")
    } else {
        format!("{{{id}}}")
    };
    Some(Criterion::Query {
        note: "Guessed: the answer lists all of them, or the new one first.".to_owned(),
        query: format!("${before}[?@{steps} == {value}]"),
    })
}

/// A member in a JSONPath (RFC 9535 §2.5.1.1, §2.3.1.1).
fn member(name: &str) -> String {
    let mut letters = name.chars();
    let begins = letters
        .next()
        .is_some_and(|it| it.is_ascii_alphabetic() || it == '_');
    if begins && letters.all(|it| it.is_ascii_alphanumeric() || it == '_') {
        return format!(".{name}");
    }
    let escaped = name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("['{escaped}']")
}
