//! Values with expressions in them, and bodies (`Arazzo 1.0.1 §4.6.13`, `§4.6.14`).

use serde_json::Value;

use super::document::{Document, only};
use super::outline::WorkflowOutline;
use super::selector::{Language, XPATH_HELP, language};
use super::workflow::invalid_expression;
use super::{extension, form, selector};
use crate::contract::Operation;
use crate::http::MediaType;
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Attachment, Body, Expression, Payload, Replacement, Target, Template};
use crate::xml::XPath;

/// How deep values may nest.
const DEPTH_MAX: usize = 128;

/// Lowers a value.
pub(super) fn lower(
    node: &Node<'_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Payload> {
    let literal = &[];
    lower_at(node, &Reading { document, literal }, 0, problems)
}

/// With what a value is read.
struct Reading<'r, 'd> {
    document: &'r Document<'d>,
    /// The places, from the root of the file, that are values as they stand.
    literal: &'r [Pointer],
}

fn lower_at(
    node: &Node<'_>,
    reading: &Reading<'_, '_>,
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
    if reading.literal.contains(node.pointer()) {
        return Some(Payload::Literal(node.value().clone()));
    }
    match node.value() {
        Value::String(text) => lower_text(node, text, reading.document, problems),
        Value::Array(_) => {
            let items = node.items(problems);
            let items: Option<Vec<Payload>> = items
                .iter()
                .map(|it| lower_at(it, reading, depth + 1, problems))
                .collect();
            Some(collapse_array(items?, node.value()))
        }
        value if selector::is_selector(value, reading.document) => {
            selector::lower(node, problems).map(Payload::Expression)
        }
        Value::Object(_) => {
            let mut fields = Vec::new();
            for (name, field) in node.entries(problems) {
                fields.push((
                    name.to_owned(),
                    lower_at(&field, reading, depth + 1, problems)?,
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

/// The inputs that a step or an action gives to a workflow, each of them one that it takes.
pub(super) fn inputs(
    owner: &Node<'_>,
    workflow: &WorkflowOutline,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<(String, Payload)> {
    let mut inputs: Vec<(String, Payload)> = Vec::new();
    for item in owner.get_items("parameters", problems) {
        let Some((name, value)) = input(&item, document, problems) else {
            continue;
        };
        if !workflow.inputs.contains(&name) {
            problems.push(Problem::unknown_reference(
                item.location(),
                &format!("input of the workflow `{}`", workflow.id),
                &name,
                workflow.inputs.iter().map(String::as_str),
            ));
        }
        if inputs.iter().any(|(given, _)| *given == name) {
            problems.push(
                item.problem(
                    ProblemCode::DuplicateName,
                    format!("the input `{name}` is given twice"),
                )
                .with_help("keep one of the two"),
            );
            continue;
        }
        inputs.push((name, value));
    }
    inputs
}

/// One input; where it would go in a request is of no matter.
pub(super) fn input(
    item: &Node<'_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<(String, Payload)> {
    let (object, value) = parameter(item, document, problems)?;
    let name = object.require_text("name", problems)?;
    let lowered = lower(&value, document, problems)?;
    form::check_files(&lowered, &value, form::Holder::Text, problems);
    Some((name.to_owned(), lowered))
}

/// The Parameter Object that an item is or refers to, and its value, which the reference may set.
pub(super) fn parameter<'n>(
    item: &Node<'n>,
    document: &Document<'n>,
    problems: &mut Vec<Problem>,
) -> Option<(Node<'n>, Node<'n>)> {
    let Some(reference) = item.get("reference") else {
        item.only(&["name", "in", "value"], problems);
        let value = item.require("value", problems)?;
        return Some((item.clone(), value));
    };
    let object = document.component(&reference, "parameters", problems)?;
    let value = match item.get("value") {
        Some(value) => value,
        None => object.require("value", problems)?,
    };
    Some((object, value))
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
        Some(field) => {
            let literal = extension.literal.iter();
            let literal: Vec<Pointer> = literal.map(|it| field.pointer().append(it)).collect();
            let literal = &literal;
            lower_at(field, &Reading { document, literal }, 0, problems)?
        }
        None => Payload::Literal(Value::Null),
    };
    let replacements = replacements(node, &content_type, document, problems);
    let body = Body {
        content_type,
        payload,
        raw: extension.raw,
        replacements,
        location: node.location(),
    };
    form::check(node, &body, problems);
    Some(body)
}

/// The replacements of a body.
fn replacements(
    node: &Node<'_>,
    content_type: &str,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Replacement> {
    let mut replacements = Vec::new();
    for item in node.get_items("replacements", problems) {
        let fields = ["target", "value", "targetSelectorType"];
        only(&item, &fields, &fields[2..], document.minor, problems);
        let target = target(&item, content_type, problems);
        let value = item.require("value", problems);
        let value = value.and_then(|it| lower(&it, document, problems));
        if let Some((target, value)) = target.zip(value) {
            replacements.push(Replacement { target, value });
        }
    }
    replacements
}

/// Where a replacement goes: a JSON Pointer, unless something else is said or the body is XML.
fn target(item: &Node<'_>, content_type: &str, problems: &mut Vec<Problem>) -> Option<Target> {
    let field = item.require("target", problems)?;
    let text = field.text(problems)?;
    let kinds = ["jsonpointer", "jsonpath", "xpath"];
    let language = match item.get("targetSelectorType") {
        Some(kind) => language(&kind, &kinds, problems)?,
        None if is_xml(content_type) => return usual_xpath(&field, text, problems),
        None => Language::JsonPointer,
    };
    match language {
        Language::JsonPath => selector::path(&field, text, problems).map(Target::Path),
        Language::XPath => selector::xpath(&field, text, problems).map(Target::XPath),
        _ => selector::pointer(&field, text, problems).map(Target::Pointer),
    }
}

/// The XPath of a target that names no version: one that means the same in all of them.
fn usual_xpath(field: &Node<'_>, text: &str, problems: &mut Vec<Problem>) -> Option<Target> {
    let path = XPath::parse(text).ok().filter(XPath::is_of_every_version);
    if path.is_none() {
        let message =
            "the target is an XPath of the version `xpath-31`, of which only plain paths are read";
        let problem = field.problem(ProblemCode::Unsupported, message);
        let help =
            format!("write a path such as `/order/@id`, or as `targetSelectorType` {XPATH_HELP}");
        problems.push(problem.with_help(help));
    }
    path.map(Target::XPath)
}

fn is_xml(content_type: &str) -> bool {
    MediaType::parse(content_type).is_ok_and(|it| it.is_xml())
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
