//! What is kept under `components` to be referred to, looked through whether it is used or not
//! (`OpenAPI 3.1 §4.8.7`).

use super::paths::Operations;
use super::reader::{Fields, Reader};
use super::version::Version::{V3_0, V3_1, V3_2};
use super::{link, message, parameter, schema};
use crate::contract::Direction;
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};

const FIELDS: &Fields = &[
    (
        V3_0,
        &[
            "schemas",
            "responses",
            "parameters",
            "examples",
            "requestBodies",
            "headers",
            "securitySchemes",
            "links",
            "callbacks",
        ],
    ),
    (V3_1, &["pathItems"]),
    (V3_2, &["mediaTypes"]),
];
const EXAMPLE_FIELDS: &Fields = &[
    (V3_0, &["summary", "description", "value", "externalValue"]),
    (V3_2, &["dataValue", "serializedValue"]),
];

/// The shared schemas: their names with their places.
pub(super) fn schemas<'a>(root: &Node<'a>, reader: &mut Reader<'a>) -> Vec<(String, Pointer)> {
    let Some(components) = root.get("components") else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for (name, node) in components.get_entries("schemas", &mut reader.problems) {
        if !reader.is_full() {
            schema::check(&node, reader);
        }
        names.push((name.to_owned(), node.pointer().clone()));
    }
    names
}

/// Looks through everything else.
pub(super) fn check<'a>(
    root: &Node<'a>,
    operations: &mut Operations<'a, '_>,
    reader: &mut Reader<'a>,
) {
    let Some(components) = root.get("components") else {
        return;
    };
    reader.only(&components, FIELDS);
    for (kind, map) in components.entries(&mut reader.problems) {
        if kind.starts_with("x-") {
            continue;
        }
        for (name, node) in map.entries(&mut reader.problems) {
            if reader.is_full() {
                return;
            }
            check_name(name, &node, reader);
            check_one(kind, node, operations, reader);
        }
    }
}

fn check_one<'a>(
    kind: &str,
    node: Node<'a>,
    operations: &mut Operations<'a, '_>,
    reader: &mut Reader<'a>,
) {
    match kind {
        "responses" => {
            if let Some(node) = reader.resolve(node, "response") {
                message::check_response(&node, reader);
            }
        }
        "parameters" => {
            if let Some(node) = reader.resolve(node, "parameter") {
                parameter::check(&node, reader);
            }
        }
        "examples" => {
            if let Some(node) = reader.resolve(node, "example") {
                example(&node, reader);
            }
        }
        "requestBodies" => {
            message::request_body(node, reader);
        }
        "headers" => {
            if let Some(node) = reader.resolve(node, "header") {
                message::check_header(&node, reader);
            }
        }
        "links" => drop(link::note_one(node, reader)),
        "callbacks" => operations.callback(node, reader),
        "pathItems" => operations.unnamed(node, reader),
        "mediaTypes" => {
            if let Some(node) = reader.resolve(node, "media type") {
                message::media_type(&node, "*/*", Direction::Neutral, reader);
            }
        }
        // Schemas were looked through before, security schemes are elsewhere.
        _ => {}
    }
}

/// Complains about a name that references could not spell (`OpenAPI 3.1 §4.8.7.1`).
fn check_name<'a>(name: &str, node: &Node<'a>, reader: &mut Reader<'a>) {
    let plain = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
    if name.is_empty() || !name.chars().all(plain) {
        let message = format!("`{name}` cannot name a component");
        let problem = Problem::new(ProblemCode::InvalidValue, node.key_location(), message);
        let help = "use letters, digits, `.`, `_` and `-`";
        reader.problems.push(problem.with_help(help));
    }
}

/// The examples of a parameter, a header or a media type.
pub(super) fn examples<'a>(owner: &Node<'a>, reader: &mut Reader<'a>) {
    let Some(field) = owner.get("examples") else {
        return;
    };
    if owner.get("example").is_some() {
        let message = "`example` and `examples` exclude each other";
        let problem = field.problem(ProblemCode::InvalidValue, message);
        reader
            .problems
            .push(problem.with_help("keep one of the two"));
    }
    for (_, node) in field.entries(&mut reader.problems) {
        if let Some(node) = reader.resolve(node, "example") {
            example(&node, reader);
        }
    }
}

fn example<'a>(node: &Node<'a>, reader: &mut Reader<'a>) {
    reader.only(node, EXAMPLE_FIELDS);
    for (one, other) in [
        ("value", "externalValue"),
        ("value", "dataValue"),
        ("value", "serializedValue"),
        ("serializedValue", "externalValue"),
    ] {
        if let (Some(_), Some(field)) = (node.get(one), node.get(other)) {
            let message = format!("`{one}` and `{other}` exclude each other");
            let problem = field.problem(ProblemCode::InvalidValue, message);
            reader
                .problems
                .push(problem.with_help("keep one of the two"));
        }
    }
}
