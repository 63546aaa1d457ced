//! Values with expressions in them, and bodies (`Arazzo 1.0.1 §4.6.13`, `§4.6.14`).

use serde_json::Value;

use super::document::Document;
use super::extension;
use super::workflow::invalid_expression;
use crate::contract::Operation;
use crate::http::MediaType;
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Attachment, Body, Expression, Payload, Replacement, Template};

/// How deep values may nest.
const DEPTH_MAX: usize = 128;

/// Lowers a value.
pub(super) fn lower(
    node: &Node<'_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Payload> {
    lower_at(node, document, 0, problems)
}

fn lower_at(
    node: &Node<'_>,
    document: &Document<'_>,
    depth: usize,
    problems: &mut Vec<Problem>,
) -> Option<Payload> {
    if depth > DEPTH_MAX {
        let message = format!("values nest deeper than {DEPTH_MAX}");
        problems.push(
            node.problem(ProblemCode::Unsupported, message)
                .with_help("flatten the value"),
        );
        return None;
    }
    match node.value() {
        Value::String(text) => lower_text(node, text, document, problems),
        Value::Array(_) => {
            let items = node.items(problems);
            let items: Option<Vec<Payload>> = items
                .iter()
                .map(|it| lower_at(it, document, depth + 1, problems))
                .collect();
            Some(collapse_array(items?, node.value()))
        }
        Value::Object(_) => {
            let mut fields = Vec::new();
            for (name, field) in node.entries(problems) {
                fields.push((
                    name.to_owned(),
                    lower_at(&field, document, depth + 1, problems)?,
                ));
            }
            let plain = fields.iter().all(|(_, it)| it.literal().is_some());
            Some(if plain {
                Payload::Literal(node.value().clone())
            } else {
                Payload::Object(fields)
            })
        }
        value => Some(Payload::Literal(value.clone())),
    }
}

fn collapse_array(items: Vec<Payload>, value: &Value) -> Payload {
    let plain = items.iter().all(|it| it.literal().is_some());
    if plain {
        Payload::Literal(value.clone())
    } else {
        Payload::Array(items)
    }
}

fn lower_text(
    node: &Node<'_>,
    text: &str,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Payload> {
    let file = text
        .strip_prefix("$file(")
        .and_then(|it| it.strip_suffix(')'));
    if let Some(quoted) = file {
        let path = quoted.trim().trim_matches(['\'', '"']);
        return match document.surroundings.files.load(path) {
            Ok(bytes) => {
                let name = path.rsplit('/').next().unwrap_or(path).into();
                Some(Payload::File(Attachment { name, bytes }))
            }
            Err(why) => {
                problems.push(
                    node.problem(ProblemCode::UnusableFile, format!("`{path}`: {why}"))
                        .with_help("paths are relative to the folder of the API"),
                );
                None
            }
        };
    }
    if Expression::is_meant(text) {
        let parsed = Expression::parse(text);
        return parsed
            .map(Payload::Expression)
            .map_err(|error| problems.push(invalid_expression(node, &error)))
            .ok();
    }
    match Template::parse(text) {
        Ok(template) if template.expressions().next().is_none() => {
            Some(Payload::Literal(Value::String(text.to_owned())))
        }
        Ok(template) => Some(Payload::Template(template)),
        Err(error) => {
            problems.push(invalid_expression(node, &error));
            None
        }
    }
}

/// Lowers a request body.
pub(super) fn body(
    node: &Node<'_>,
    operation: &Operation,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Body> {
    node.only(
        &["contentType", "payload", "replacements", "x-countersign"],
        problems,
    );
    let extension = extension::body(node, problems);
    let content_type = content_type(node, operation, problems)?;
    let payload_node = node.get("payload");
    let payload = match &payload_node {
        Some(field) if extension.raw => Payload::Literal(field.value().clone()),
        Some(field) => lower(field, document, problems)?,
        None => Payload::Literal(Value::Null),
    };
    let payload = if extension.literal.is_empty() {
        payload
    } else {
        restore_literals(
            payload,
            payload_node.as_ref()?.value(),
            &extension.literal,
            &Pointer::root(),
        )
    };
    let mut replacements = Vec::new();
    for item in node.get_items("replacements", problems) {
        item.only(&["target", "value"], problems);
        let Some(target) = item.require("target", problems) else {
            continue;
        };
        let Some(text) = target.text(problems) else {
            continue;
        };
        let value = item
            .require("value", problems)
            .and_then(|it| lower(&it, document, problems));
        match (Pointer::parse(text), value) {
            (Ok(target), Some(value)) => replacements.push(Replacement { target, value }),
            (Err(_), _) => problems.push(
                target
                    .problem(
                        ProblemCode::InvalidValue,
                        format!("`{text}` is no JSON Pointer"),
                    )
                    .with_help("write it as `/field/0`"),
            ),
            (Ok(_), None) => {}
        }
    }
    let raw = extension.raw;
    Some(Body {
        content_type,
        payload,
        raw,
        replacements,
        location: node.location(),
    })
}

/// The media type that is given, else the only one that the operation takes.
fn content_type(
    node: &Node<'_>,
    operation: &Operation,
    problems: &mut Vec<Problem>,
) -> Option<String> {
    if let Some(field) = node.get("contentType") {
        let text = field.text(problems)?;
        if let Err(error) = MediaType::parse(text) {
            problems.push(
                field
                    .problem(ProblemCode::InvalidValue, error.to_string())
                    .with_help("write a media type such as `application/json`"),
            );
            return None;
        }
        return Some(text.to_owned());
    }
    let content = operation
        .request_body
        .as_ref()
        .map_or(&[][..], |body| &body.content);
    if let [only] = content
        && let Some(media_type) = only.range.as_media_type()
    {
        return Some(media_type.to_string());
    }
    let ranges: Vec<String> = content.iter().map(|it| it.range.to_string()).collect();
    problems.push(
        Problem::new(
            ProblemCode::MissingField,
            node.key_location(),
            "`contentType` is missing",
        )
        .with_help(if ranges.is_empty() {
            "the contract documents no body here; say which media type to send".to_owned()
        } else {
            format!("the operation takes {}", ranges.join(", "))
        }),
    );
    None
}

/// Puts the parts back that are to be sent as they stand.
fn restore_literals(
    payload: Payload,
    written: &Value,
    literal: &[Pointer],
    at: &Pointer,
) -> Payload {
    if literal.contains(at) {
        return Payload::Literal(written.clone());
    }
    match payload {
        Payload::Object(fields) => Payload::Object(
            fields
                .into_iter()
                .map(|(name, value)| {
                    let inner = written.get(&name).unwrap_or(&Value::Null);
                    let restored = restore_literals(value, inner, literal, &at.join(&name));
                    (name, restored)
                })
                .collect(),
        ),
        Payload::Array(items) => Payload::Array(
            items
                .into_iter()
                .enumerate()
                .map(|(index, value)| {
                    let inner = written.get(index).unwrap_or(&Value::Null);
                    restore_literals(value, inner, literal, &at.index(index))
                })
                .collect(),
        ),
        other => other,
    }
}
