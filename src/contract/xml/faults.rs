//! What the `xml` objects of schemas say that cannot be mapped, known before anything is sent.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::shape::{Node, Shapes};
use crate::contract::export::{Holds, holds, reference};
use crate::json::Pointer;
use crate::xml;

/// How many schemas are looked at.
const SCHEMAS_MAX: usize = 10_000;

/// The words of an `xml` object.
const WORDS: [&str; 6] = [
    "name",
    "namespace",
    "prefix",
    "attribute",
    "wrapped",
    "nodeType",
];
/// What `nodeType` may be.
const NODES: [&str; 5] = ["element", "attribute", "text", "cdata", "none"];

/// What cannot be mapped in a schema and in all that it holds and refers to, with the places.
pub(super) fn find(document: &Value, schema: &Pointer) -> Vec<(Pointer, String)> {
    let mut found = Vec::new();
    for (place, schema) in all(document, schema) {
        if let Some(xml) = schema.get("xml") {
            found.extend(told(xml, schema).map(|what| (place.join("xml"), what)));
        }
        found.extend(items(document, schema, &place));
    }
    found.sort();
    found.dedup();
    found
}

/// The properties in a schema and in all that it holds and refers to whose names no element and no
/// attribute can have, and that have no other one.
pub(super) fn unnamed(
    shapes: Shapes<'_>,
    document: &Value,
    schema: &Pointer,
) -> Vec<(Pointer, String)> {
    let mut found = Vec::new();
    for (place, schema) in all(document, schema) {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if xml::is_name(name) || *property == Value::Bool(false) {
                continue;
            }
            let shape = vec![property];
            let names = match shapes.node(&shape) {
                Node::None if shapes.is_list(&shape) => {
                    shapes.names(&shapes.item(&shape, 0), Some(name))
                }
                // They have no name.
                Node::Text | Node::CData | Node::None => continue,
                Node::Attribute | Node::Element => shapes.names(&shape, Some(name)),
            };
            if !names.list.iter().any(|it| xml::is_name(it)) {
                let what = format!("`{name}` can name no element and no attribute of XML");
                found.push((place.join("properties").join(name), what));
            }
        }
    }
    found
}

/// A schema and all that it holds and refers to, with the places.
fn all<'d>(document: &'d Value, schema: &Pointer) -> Vec<(Pointer, &'d Map<String, Value>)> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::from([schema.clone()]);
    let mut open = vec![schema.clone()];
    // It ends, because no place is new twice.
    while let Some(place) = open.pop() {
        let Some(schema) = place.lookup(document).and_then(Value::as_object) else {
            continue;
        };
        for part in parts(schema, &place) {
            if seen.len() < SCHEMAS_MAX && seen.insert(part.clone()) {
                open.push(part);
            }
        }
        found.push((place, schema));
    }
    found
}

/// The places of the schemas that a schema holds or refers to.
fn parts(schema: &Map<String, Value>, place: &Pointer) -> Vec<Pointer> {
    let mut parts = Vec::new();
    for (keyword, value) in schema {
        let at = place.join(keyword);
        match (holds(keyword), value) {
            (Some(Holds::One), _) => parts.push(at),
            (Some(Holds::List), Value::Array(list)) => {
                parts.extend((0..list.len()).map(|index| at.index(index)));
            }
            (Some(Holds::Map), Value::Object(map)) => {
                parts.extend(map.keys().map(|name| at.join(name)));
            }
            _ => {}
        }
    }
    parts.extend(reference(schema));
    parts
}

/// What is wrong with one `xml` object.
fn told(xml: &Value, schema: &Map<String, Value>) -> Option<String> {
    let Some(xml) = xml.as_object() else {
        return Some("`xml` is an object".to_owned());
    };
    for (word, value) in xml {
        let fits = match word.as_str() {
            "attribute" | "wrapped" => value.is_boolean(),
            "nodeType" => value.as_str().is_some_and(|it| NODES.contains(&it)),
            "name" | "prefix" => value.as_str().is_some_and(xml::is_name),
            "namespace" => value.is_string(),
            _ => {
                if word.starts_with("x-") {
                    continue;
                }
                return Some(format!(
                    "`xml` has no field `{word}`; it has {}",
                    WORDS.join(", ")
                ));
            }
        };
        if !fits {
            return Some(format!("`{word}` of `xml` cannot be {value}"));
        }
    }
    let holds = |word: &str| xml.get(word) == Some(&Value::Bool(true));
    let node = xml.get("nodeType").and_then(Value::as_str);
    if node.is_some() && (xml.contains_key("attribute") || xml.contains_key("wrapped")) {
        return Some(
            "`nodeType` stands for `attribute` and `wrapped`, and not beside them".to_owned(),
        );
    }
    let is_attribute = holds("attribute") || node == Some("attribute");
    let is_text = matches!(node, Some("text" | "cdata"));
    let holds_more = match schema.get("type") {
        Some(Value::String(name)) => name == "array" || name == "object",
        _ => schema.contains_key("properties") || schema.contains_key("items"),
    };
    if holds_more && (is_attribute || is_text) {
        return Some("a list or an object as an attribute or a text cannot be mapped".to_owned());
    }
    None
}

/// What is wrong with the items of a list: each is an element.
fn items(document: &Value, schema: &Map<String, Value>, place: &Pointer) -> Vec<(Pointer, String)> {
    let mut found = Vec::new();
    let first = schema.get("prefixItems").and_then(Value::as_array);
    let first = (0..first.map_or(0, Vec::len)).map(|it| place.join("prefixItems").index(it));
    for at in first.chain([place.join("items")]) {
        let Some(item) = at.lookup(document).and_then(Value::as_object) else {
            continue;
        };
        let target = reference(item).and_then(|it| it.lookup(document)?.as_object());
        let said = |key: &str| {
            let own = item.get("xml").and_then(|it| it.get(key));
            own.or_else(|| target?.get("xml")?.get(key))
        };
        let kind = item.get("type").or_else(|| target?.get("type"));
        let node = said("nodeType").and_then(Value::as_str);
        let is_list = kind.is_some_and(|it| it == "array");
        let is_bare = match node {
            Some(node) => node != "element",
            None => is_list && said("wrapped") != Some(&Value::Bool(true)),
        };
        // A reference has no element of its own, and what it refers to has.
        let is_reference = item.contains_key("$ref") && node == Some("none") && target.is_some();
        let is_attribute = said("attribute") == Some(&Value::Bool(true));
        if is_attribute || is_bare && !is_reference {
            let what = "an item of a list that is no element of its own cannot be mapped";
            found.push((at, what.to_owned()));
        }
    }
    found
}
