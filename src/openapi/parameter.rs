//! Parameters (`OpenAPI 3.1 §4.8.12`).

use super::{resolve, schema};
use crate::contract::{Direction, Parameter, ParameterPlace, SchemaUse, Style};
use crate::problem::{Node, Problem, ProblemCode};

const FIELDS: [&str; 13] = [
    "name",
    "in",
    "description",
    "required",
    "deprecated",
    "allowEmptyValue",
    "style",
    "explode",
    "allowReserved",
    "schema",
    "example",
    "examples",
    "content",
];

/// Header fields that parameters must not describe; they are given by other means
/// (`OpenAPI 3.1 §4.8.12.2`).
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// The parameters of a path item or an operation.
pub(super) fn lower_all(owner: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for node in owner.get_items("parameters", problems) {
        let place = node.location();
        let Some(parameter) =
            resolve(node, "parameter", problems).and_then(|it| lower(&it, problems))
        else {
            continue;
        };
        if parameters
            .iter()
            .any(|other| other.is(&parameter.name, parameter.place))
        {
            let (name, spot) = (&parameter.name, parameter.place.as_str());
            let message = format!("there are two {spot} parameters `{name}`");
            problems.push(
                Problem::new(ProblemCode::DuplicateName, place, message)
                    .with_help("keep one of the two"),
            );
            continue;
        }
        let header = parameter.place == ParameterPlace::Header;
        if !(header
            && IGNORED_HEADERS
                .iter()
                .any(|it| it.eq_ignore_ascii_case(&parameter.name)))
        {
            parameters.push(parameter);
        }
    }
    parameters
}

fn lower(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Parameter> {
    node.only(&FIELDS, problems);
    let name = node.require_text("name", problems)?;
    let place = place(node, problems)?;
    let required = node
        .get("required")
        .and_then(|it| it.boolean(problems))
        .unwrap_or(false);
    if place == ParameterPlace::Path && !required {
        problems.push(
            node.problem(
                ProblemCode::InvalidValue,
                format!("the path parameter `{name}` is optional"),
            )
            .with_help("write `required: true`; a path without it is another path"),
        );
    }
    if let Some(content) = node.get("content") {
        problems.push(
            content
                .problem(
                    ProblemCode::Unsupported,
                    "a parameter with `content` is not supported yet",
                )
                .with_help("describe it with `schema`"),
        );
    }
    let style = style(node, place, problems);
    let explode = node.get("explode").and_then(|it| it.boolean(problems));
    let schema_use = node.get("schema").map(|schema_node| {
        schema::check(&schema_node, problems);
        SchemaUse::new(schema_node.pointer().clone(), Direction::Request)
    });
    let allow_reserved = node
        .get("allowReserved")
        .and_then(|it| it.boolean(problems));
    Some(Parameter {
        name: name.to_owned(),
        place,
        required,
        style,
        explode: explode.unwrap_or(style == Style::Form),
        allow_reserved: allow_reserved.unwrap_or(false),
        schema: schema_use,
        pointer: node.pointer().clone(),
    })
}

fn place(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<ParameterPlace> {
    let field = node.require("in", problems)?;
    let text = field.text(problems)?;
    let place = ParameterPlace::parse(text);
    if place.is_none() {
        problems.push(
            field
                .problem(
                    ProblemCode::InvalidValue,
                    format!("a parameter cannot be in `{text}`"),
                )
                .with_help("write path, query, header or cookie"),
        );
    }
    place
}

fn style(node: &Node<'_>, place: ParameterPlace, problems: &mut Vec<Problem>) -> Style {
    let usual = match place {
        ParameterPlace::Path | ParameterPlace::Header => Style::Simple,
        ParameterPlace::Query | ParameterPlace::Cookie => Style::Form,
    };
    let Some(field) = node.get("style") else {
        return usual;
    };
    let Some(text) = field.text(problems) else {
        return usual;
    };
    let (style, places): (Style, &[ParameterPlace]) = match text {
        "simple" => (
            Style::Simple,
            &[ParameterPlace::Path, ParameterPlace::Header],
        ),
        "matrix" => (Style::Matrix, &[ParameterPlace::Path]),
        "label" => (Style::Label, &[ParameterPlace::Path]),
        "form" => (
            Style::Form,
            &[ParameterPlace::Query, ParameterPlace::Cookie],
        ),
        "spaceDelimited" => (Style::SpaceDelimited, &[ParameterPlace::Query]),
        "pipeDelimited" => (Style::PipeDelimited, &[ParameterPlace::Query]),
        "deepObject" => (Style::DeepObject, &[ParameterPlace::Query]),
        _ => (usual, &[]),
    };
    if !places.contains(&place) {
        let message = format!("a {} parameter has no style `{text}`", place.as_str());
        problems.push(
            field
                .problem(ProblemCode::InvalidValue, message)
                .with_help("leave `style` out for the usual one"),
        );
    }
    style
}
