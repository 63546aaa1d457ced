//! Request bodies and responses (`OpenAPI 3.1 §4.8.13` to `§4.8.17`).

use super::{resolve, schema};
use crate::contract::{
    Direction, Header, MediaContent, RequestBody, Response, SchemaUse, StatusPattern,
};
use crate::http::MediaRange;
use crate::problem::{Node, Problem, ProblemCode};

/// The body of an operation's request.
pub(super) fn request_body(node: Node<'_>, problems: &mut Vec<Problem>) -> Option<RequestBody> {
    let node = resolve(node, "request body", problems)?;
    node.only(&["description", "content", "required"], problems);
    let content = content(&node, Direction::Request, problems);
    node.require("content", problems);
    Some(RequestBody {
        required: node
            .get("required")
            .and_then(|it| it.boolean(problems))
            .unwrap_or(false),
        content,
        pointer: node.pointer().clone(),
    })
}

/// The responses of an operation, the most exact status first.
pub(super) fn responses(operation: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<Response> {
    let Some(node) = operation.require("responses", problems) else {
        return Vec::new();
    };
    let mut responses = Vec::new();
    for (key, entry) in node.entries(problems) {
        if key.starts_with("x-") {
            continue;
        }
        let Some(status) = StatusPattern::parse(key) else {
            let location = entry.key_location();
            problems.push(
                Problem::new(
                    ProblemCode::InvalidValue,
                    location,
                    format!("`{key}` is no status"),
                )
                .with_help("write a status such as '404', a class such as '4XX', or default"),
            );
            continue;
        };
        if let Some(entry) = resolve(entry, "response", problems) {
            responses.push(response(status, &entry, problems));
        }
    }
    responses.sort_by_key(|response| response.status);
    responses
}

fn response(status: StatusPattern, node: &Node<'_>, problems: &mut Vec<Problem>) -> Response {
    node.only(
        &["summary", "description", "headers", "content", "links"],
        problems,
    );
    node.require_text("description", problems);
    let mut headers = Vec::new();
    for (name, entry) in node.get_entries("headers", problems) {
        // A header `Content-Type` is described by the media types (`OpenAPI 3.1 §4.8.17.1`).
        if name.eq_ignore_ascii_case("content-type") {
            continue;
        }
        if let Some(entry) = resolve(entry, "header", problems) {
            headers.push(header(name, &entry, problems));
        }
    }
    Response {
        status,
        headers,
        content: content(node, Direction::Response, problems),
        pointer: node.pointer().clone(),
    }
}

fn header(name: &str, node: &Node<'_>, problems: &mut Vec<Problem>) -> Header {
    node.only(
        &[
            "description",
            "required",
            "deprecated",
            "style",
            "explode",
            "schema",
            "example",
            "examples",
            "content",
        ],
        problems,
    );
    let schema_use = node.get("schema").map(|schema_node| {
        schema::check(&schema_node, problems);
        SchemaUse::new(schema_node.pointer().clone(), Direction::Response)
    });
    Header {
        name: name.to_owned(),
        required: node
            .get("required")
            .and_then(|it| it.boolean(problems))
            .unwrap_or(false),
        schema: schema_use,
        pointer: node.pointer().clone(),
    }
}

fn content(
    owner: &Node<'_>,
    direction: Direction,
    problems: &mut Vec<Problem>,
) -> Vec<MediaContent> {
    let mut content = Vec::new();
    for (key, node) in owner.get_entries("content", problems) {
        node.only(&["schema", "example", "examples", "encoding"], problems);
        let range = match MediaRange::parse(key) {
            Ok(range) => range,
            Err(why) => {
                let location = node.key_location();
                problems.push(
                    Problem::new(ProblemCode::InvalidValue, location, why.to_string())
                        .with_help("write a media type such as `application/json`"),
                );
                continue;
            }
        };
        let schema_use = node.get("schema").map(|schema_node| {
            schema::check(&schema_node, problems);
            SchemaUse::new(schema_node.pointer().clone(), direction)
        });
        content.push(MediaContent {
            range,
            schema: schema_use,
            encodings: encodings(&node, problems),
            pointer: node.pointer().clone(),
        });
    }
    content
}

/// The media types of the fields of a form (`OpenAPI 3.1 §4.8.15`); the first one where several are
/// allowed.
fn encodings(content: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<(String, String)> {
    let mut encodings = Vec::new();
    for (name, node) in content.get_entries("encoding", problems) {
        node.only(
            &[
                "contentType",
                "headers",
                "style",
                "explode",
                "allowReserved",
            ],
            problems,
        );
        if let Some(text) = node.get_text("contentType", problems) {
            let first = text.split(',').next().unwrap_or(text).trim();
            encodings.push((name.to_owned(), first.to_owned()));
        }
    }
    encodings
}
