//! Links: where an answer leads (`OpenAPI 3.1 §4.8.20`). That they lead to an operation and its parameters,
//! with expressions that are some, is checked; those that need nothing more are kept with their answer.

use std::collections::BTreeMap;

use super::paths::Operations;
use super::reader::{Fields, Reader};
use super::{expression, server, version::Version::V3_0};
use crate::contract::{Link, Operation};
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};

const FIELDS: &Fields = &[(
    V3_0,
    &[
        "operationRef",
        "operationId",
        "parameters",
        "requestBody",
        "description",
        "server",
    ],
)];

/// Notes the links of a response; they are checked when all operations are known.
pub(super) fn note<'a>(response: &Node<'a>, reader: &mut Reader<'a>) {
    let place = reader.place(response);
    for (name, node) in response.get_entries("links", &mut reader.problems) {
        if let Some(link) = note_one(node, reader) {
            reader.leads.push((place.clone(), name.to_owned(), link));
        }
    }
}

/// Notes one link, and says where it stands.
pub(super) fn note_one<'a>(node: Node<'a>, reader: &mut Reader<'a>) -> Option<Pointer> {
    let node = reader.resolve(node, "link")?;
    let place = reader.place(&node);
    if reader.is_new(&node) {
        reader.links.push(node);
    }
    Some(place)
}

/// Checks every link that was noted, and gives each answer those that it has.
pub(super) fn bind_all<'a>(operations: &mut Operations<'a, '_>, reader: &mut Reader<'a>) {
    let mut known = BTreeMap::new();
    for node in std::mem::take(&mut reader.links) {
        let link = check(&node, operations, reader);
        known.extend(link.map(|it| (reader.place(&node), it)));
    }
    let mut own: BTreeMap<Pointer, Vec<Link>> = BTreeMap::new();
    for (response, name, place) in std::mem::take(&mut reader.leads) {
        if let Some(link) = known.get(&place) {
            let link = Link {
                name,
                ..link.clone()
            };
            let links = own.entry(response).or_default();
            // An answer that several operations refer to is read for each of them.
            if !links.iter().any(|it| it.name == link.name) {
                links.push(link);
            }
        }
    }
    if own.is_empty() {
        return;
    }
    let responses = operations.list.iter_mut().flat_map(|it| &mut it.responses);
    for response in responses {
        if let Some(links) = own.get(&response.pointer) {
            response.links.clone_from(links);
        }
    }
}

/// Checks a link; what it asks for, where that is an operation of this API with parameters alone.
fn check<'a>(
    node: &Node<'a>,
    operations: &Operations<'a, '_>,
    reader: &mut Reader<'a>,
) -> Option<Link> {
    reader.only(node, FIELDS);
    if let Some(server) = node.get("server") {
        server::lower_one(&server, reader);
    }
    let target = target(node, operations, reader);
    if let Some(body) = node.get("requestBody") {
        expression::check_value(&body, reader);
    }
    let mut parameters = Vec::new();
    for (name, argument) in node.get_entries("parameters", &mut reader.problems) {
        expression::check_value(&argument, reader);
        let Some(operation) = target else { continue };
        if !has_parameter(operation, name) {
            let known = operation.parameters.iter().map(|it| it.name.as_str());
            let at = argument.key_location();
            let what = format!("parameter of {}", operation.id);
            reader
                .problems
                .push(Problem::unknown_reference(at, &what, name, known));
        }
        parameters.push((name.to_owned(), argument.value().clone()));
    }
    let is_plain = node.get("server").is_none() && node.get("requestBody").is_none();
    let target = target.filter(|_| is_plain)?;
    let mut list = operations.list.iter();
    Some(Link {
        name: String::new(),
        operation: list.position(|it| it.pointer == target.pointer)?,
        parameters,
    })
}

/// The operation that a link leads to.
fn target<'o, 'a>(
    node: &Node<'a>,
    operations: &'o Operations<'a, '_>,
    reader: &mut Reader<'a>,
) -> Option<&'o Operation> {
    match (node.get("operationId"), node.get("operationRef")) {
        (Some(id), None) => by_id(&id, operations, reader),
        (None, Some(reference)) => {
            let text = reference.text(&mut reader.problems);
            let text = text.filter(|it| !leads_elsewhere(&reference, it, reader));
            let found = text.and_then(|it| reader.follow(&reference, it, "operation"));
            let place = found.map(|it| reader.place(&it));
            operations
                .list
                .iter()
                .find(|it| Some(&it.pointer) == place.as_ref())
        }
        (Some(_), Some(_)) => {
            let message =
                "a link names its operation twice, by `operationId` and by `operationRef`";
            let problem = node.problem(ProblemCode::InvalidValue, message);
            reader
                .problems
                .push(problem.with_help("keep one of the two"));
            None
        }
        (None, None) => {
            let message = "the link names no operation";
            let problem = Problem::new(ProblemCode::MissingField, node.key_location(), message);
            reader
                .problems
                .push(problem.with_help("add `operationId:`"));
            None
        }
    }
}

/// Whether a reference leads to the document of another server. It cannot be looked into, and need not:
/// such links are not followed.
fn leads_elsewhere<'a>(reference: &Node<'a>, text: &str, reader: &Reader<'a>) -> bool {
    text.contains("://") && reader.peek(reference, text).is_none()
}

fn by_id<'o, 'a>(
    id: &Node<'a>,
    operations: &'o Operations<'a, '_>,
    reader: &mut Reader<'a>,
) -> Option<&'o Operation> {
    let text = id.text(&mut reader.problems)?;
    let found = operations.by_id(text);
    if found.is_none() && !operations.is_named(text) {
        let names = operations.list.iter().map(|it| it.id.as_str());
        let problem = Problem::unknown_reference(id.location(), "operation", text, names);
        reader.problems.push(problem);
    }
    found
}

/// Whether a link may give this parameter: by its name, or with its place before it (`path.id`).
fn has_parameter(operation: &Operation, name: &str) -> bool {
    operation.parameters.iter().any(|it| {
        let qualified = name.strip_prefix(it.place.as_str());
        let qualified = qualified.and_then(|rest| rest.strip_prefix('.'));
        it.is(name, it.place) || qualified.is_some_and(|rest| it.is(rest, it.place))
    })
}
