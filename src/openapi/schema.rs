//! Schemas stay what they are, JSON Schema 2020-12; here only their references are looked after.

use serde_json::Value;

use crate::contract::export::{self, Holds};
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};

/// How deep schemas may nest.
const DEPTH_MAX: usize = 128;

/// How many schemas may look at one value, counted with every repetition. A schema that refers to
/// another one twice, which does so again, doubles with every level.
const EXPANSIONS_MAX: usize = 10_000;

/// Looks through a schema for references that point to nothing or out of the document, and for
/// keywords that would change what the rest means.
pub(super) fn check(node: &Node<'_>, problems: &mut Vec<Problem>) {
    let before = problems.len();
    walk(node, 0, problems);
    if problems.len() == before {
        let mut budget = EXPANSIONS_MAX;
        expand(node, &mut Vec::new(), &mut budget, problems);
    }
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
    let Value::Object(map) = node.value() else {
        return;
    };
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
            ) => problems.push(
                field
                    .problem(
                        ProblemCode::Unsupported,
                        format!("`{name}` is not supported yet"),
                    )
                    .with_help("refer to schemas by `$ref: '#/components/schemas/..'`"),
            ),
            ("nullable", Value::Bool(_)) => problems.push(
                field
                    .problem(
                        ProblemCode::InvalidValue,
                        "`nullable` is of OpenAPI 3.0 and says nothing here",
                    )
                    .with_help("write the type as a list, such as `type: [string, 'null']`"),
            ),
            _ => {
                for part in parts(&field, name) {
                    walk(&part, depth + 1, problems);
                }
            }
        }
    }
}

/// The schemas that a keyword holds.
fn parts<'a>(field: &Node<'a>, keyword: &str) -> Vec<Node<'a>> {
    // What is of another type is told when the schema is compiled.
    let mut elsewhere = Vec::new();
    match export::holds(keyword) {
        Some(Holds::One) => vec![field.clone()],
        Some(Holds::List) => field.items(&mut elsewhere),
        Some(Holds::Map) => {
            let entries = field.entries(&mut elsewhere);
            entries.into_iter().map(|(_, part)| part).collect()
        }
        None => Vec::new(),
    }
}

/// Counts the schemas that look at the same value as this one; complains of a circle, which never
/// says anything, and of too many.
fn expand(
    node: &Node<'_>,
    path: &mut Vec<Pointer>,
    budget: &mut usize,
    problems: &mut Vec<Problem>,
) {
    if *budget == 0 || path.len() > DEPTH_MAX {
        return;
    }
    *budget -= 1;
    if *budget == 0 {
        let message = format!("more than {EXPANSIONS_MAX} schemas look at one value here");
        problems.push(
            node.problem(ProblemCode::Unsupported, message)
                .with_help("look for `allOf` that refers to the same schema more than once"),
        );
        return;
    }
    if path.contains(node.pointer()) {
        *budget = 0;
        problems.push(
            node.problem(
                ProblemCode::ImpossibleOrder,
                "this schema refers to itself for the same value, so it says nothing",
            )
            .with_help("take the reference out of the circle"),
        );
        return;
    }
    path.push(node.pointer().clone());
    if let Value::Object(map) = node.value() {
        for keyword in map.keys().filter(|name| export::is_in_place(name)) {
            let Some(field) = node.get(keyword) else {
                continue;
            };
            let referred = field.value().as_str().filter(|_| keyword == "$ref");
            let target = referred.and_then(|it| follow(&field, it, "schema", &mut Vec::new()));
            for part in target.into_iter().chain(parts(&field, keyword)) {
                expand(&part, path, budget, problems);
            }
        }
    }
    path.pop();
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
