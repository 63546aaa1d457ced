//! The discriminator: a hint which of several schemas a value is meant for (`OpenAPI 3.1 §4.8.25`).
//!
//! It changes no verdict, as the specification says; so all that can be asked is that it names what
//! exists. Whether a base schema closes its properties off knows `contract::export`.

use super::reader::{Fields, Reader};
use super::version::Version::{V3_0, V3_2};
use crate::json::Pointer;
use crate::problem::{Node, Problem};

const FIELDS: &Fields = &[
    (V3_0, &["propertyName", "mapping"]),
    (V3_2, &["defaultMapping"]),
];

/// Checks a discriminator, and gives the schemas that it names.
pub(super) fn check<'a>(node: &Node<'a>, reader: &mut Reader<'a>) -> Vec<Node<'a>> {
    reader.only(node, FIELDS);
    node.require_text("propertyName", &mut reader.problems);
    let mut named = Vec::new();
    for (_, target) in node.get_entries("mapping", &mut reader.problems) {
        named.extend(schema(&target, reader));
    }
    if let Some(target) = node.get("defaultMapping") {
        named.extend(schema(&target, reader));
    }
    named
}

/// The schema that a mapping names: by the name of a component, else by a reference.
fn schema<'a>(target: &Node<'a>, reader: &mut Reader<'a>) -> Option<Node<'a>> {
    let text = target.text(&mut reader.problems)?;
    let schemas = Pointer::root().join("components").join("schemas");
    let by_name = Node::at(target.source(), &schemas.join(text));
    if by_name.is_some() {
        return by_name;
    }
    let is_reference = text.contains(['#', '/']) || reader.peek(target, text).is_some();
    if is_reference {
        return reader.follow(target, text, "schema");
    }
    let all = Node::at(target.source(), &schemas);
    let all = all.as_ref().and_then(|it| it.value().as_object());
    let names: Vec<&str> =
        all.map_or_else(Vec::new, |map| map.keys().map(String::as_str).collect());
    let problem = Problem::unknown_reference(target.location(), "schema", text, names.into_iter());
    reader.problems.push(problem);
    None
}
