//! Links: where an answer leads (`OpenAPI 3.1 §4.8.20`). They are not followed; that they lead to an
//! operation and its parameters, with expressions that are some, is checked.

use super::paths::Operations;
use super::reader::{Fields, Reader};
use super::{expression, server, version::Version::V3_0};
use crate::contract::Operation;
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
    for (_, node) in response.get_entries("links", &mut reader.problems) {
        note_one(node, reader);
    }
}

/// Notes one link.
pub(super) fn note_one<'a>(node: Node<'a>, reader: &mut Reader<'a>) {
    if let Some(node) = reader.resolve(node, "link")
        && reader.is_new(&node)
    {
        reader.links.push(node);
    }
}

/// Checks every link that was noted.
pub(super) fn check_all<'a>(operations: &Operations<'a, '_>, reader: &mut Reader<'a>) {
    for node in std::mem::take(&mut reader.links) {
        check(&node, operations, reader);
    }
}

fn check<'a>(node: &Node<'a>, operations: &Operations<'a, '_>, reader: &mut Reader<'a>) {
    reader.only(node, FIELDS);
    if let Some(server) = node.get("server") {
        server::lower_one(&server, reader);
    }
    let target = match (node.get("operationId"), node.get("operationRef")) {
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
    };
    if let Some(body) = node.get("requestBody") {
        expression::check_value(&body, reader);
    }
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
    }
}

/// Whether a reference leads to the document of another server. It cannot be looked into, and need not:
/// links are not followed.
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
