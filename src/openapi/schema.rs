//! Schemas stay what they are, JSON Schema 2020-12; here only their references are looked after.

use serde_json::Value;

use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};

/// How deep schemas may nest.
const DEPTH_MAX: usize = 128;

/// Looks through a schema for references that point to nothing or out of the document, and for
/// keywords that would change what the rest means.
pub(super) fn check(node: &Node<'_>, problems: &mut Vec<Problem>) {
    walk(node, 0, problems);
}

fn walk(node: &Node<'_>, depth: usize, problems: &mut Vec<Problem>) {
    if depth > DEPTH_MAX {
        problems.push(
            node.problem(
                ProblemCode::Unsupported,
                format!("schemas nest deeper than {DEPTH_MAX}"),
            )
            .with_help("give the inner schemas names under components.schemas"),
        );
        return;
    }
    match node.value() {
        Value::Object(map) => {
            for name in map.keys() {
                let Some(field) = node.get(name) else {
                    continue;
                };
                match (name.as_str(), field.value()) {
                    ("$ref", Value::String(target)) => {
                        follow(&field, target, "schema", problems);
                    }
                    (
                        "$id" | "$anchor" | "$dynamicRef" | "$dynamicAnchor" | "$schema",
                        Value::String(_),
                    ) => {
                        problems.push(
                            field
                                .problem(
                                    ProblemCode::Unsupported,
                                    format!("`{name}` is not supported yet"),
                                )
                                .with_help("refer to schemas by `$ref: '#/components/schemas/..'`"),
                        );
                    }
                    // Values, not schemas: what stands in them is nobody's reference.
                    ("const" | "enum" | "default" | "example" | "examples", _) => {}
                    _ => walk(&field, depth + 1, problems),
                }
            }
        }
        Value::Array(values) => {
            for index in 0..values.len() {
                let place = node.pointer().index(index);
                if let Some(item) = Node::at(node.source(), &place) {
                    walk(&item, depth + 1, problems);
                }
            }
        }
        _ => {}
    }
}

/// The object that a reference inside the document names.
pub(super) fn follow<'a>(
    reference: &Node<'a>,
    target: &str,
    what: &str,
    problems: &mut Vec<Problem>,
) -> Option<Node<'a>> {
    let Some(fragment) = target.strip_prefix('#') else {
        problems.push(
            reference
                .problem(
                    ProblemCode::Unsupported,
                    "references to other documents are not supported yet",
                )
                .with_help("bring the object into this document, under `components`"),
        );
        return None;
    };
    let pointer = Pointer::from_fragment(fragment).ok();
    let found = pointer
        .as_ref()
        .and_then(|pointer| Node::at(reference.source(), pointer));
    if found.is_none() {
        problems.push(unresolved(reference, target, what, pointer.as_ref()));
    }
    found
}

fn unresolved(
    reference: &Node<'_>,
    target: &str,
    what: &str,
    pointer: Option<&Pointer>,
) -> Problem {
    let parent = pointer.and_then(Pointer::parent);
    let siblings = parent.and_then(|parent| Node::at(reference.source(), &parent));
    let siblings = siblings.and_then(|node| node.value().as_object());
    let names: Vec<&str> =
        siblings.map_or_else(Vec::new, |map| map.keys().map(String::as_str).collect());
    match pointer.and_then(Pointer::last) {
        Some(name) => {
            Problem::unknown_reference(reference.location(), what, &name, names.into_iter())
        }
        None => reference
            .problem(
                ProblemCode::UnknownReference,
                format!("`{target}` is no reference"),
            )
            .with_help("write it as `#/components/..`"),
    }
}
