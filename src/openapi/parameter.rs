//! Parameters (`OpenAPI 3.1 §4.8.12`).

use super::reader::{Fields, Reader};
use super::version::Version::{V3_0, V3_2};
use super::{components, message};
use crate::contract::{Direction, FormStyle, Parameter, ParameterPlace, Style};
use crate::problem::{Node, Problem, ProblemCode};

const FIELDS: &Fields = &[(
    V3_0,
    &[
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
    ],
)];

/// Header fields that parameters must not describe; they are given by other means
/// (`OpenAPI 3.1 §4.8.12.2`).
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// The parameters of a path item or an operation.
pub(super) fn lower_all<'a>(owner: &Node<'a>, reader: &mut Reader<'a>) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for node in owner.get_items("parameters", &mut reader.problems) {
        let place = node.clone();
        let Some(node) = reader.resolve(node, "parameter") else {
            continue;
        };
        let Some(parameter) = lower(&node, reader) else {
            continue;
        };
        if parameters
            .iter()
            .any(|other| other.is(&parameter.name, parameter.place))
        {
            let (name, spot) = (&parameter.name, parameter.place.as_str());
            let message = format!("there are two {spot} parameters `{name}`");
            reader.problems.push(
                place
                    .problem(ProblemCode::DuplicateName, message)
                    .with_help("keep one of the two"),
            );
            continue;
        }
        let header = parameter.place == ParameterPlace::Header;
        let ignored = IGNORED_HEADERS.iter();
        if !(header
            && ignored
                .into_iter()
                .any(|it| it.eq_ignore_ascii_case(&parameter.name)))
        {
            parameters.push(parameter);
        }
    }
    parameters
}

/// Looks through a parameter that is not used yet.
pub(super) fn check<'a>(node: &Node<'a>, reader: &mut Reader<'a>) {
    lower(node, reader);
}

/// A whole query string is one parameter, and then there is no other of the query
/// (`OpenAPI 3.2 §4.12.2`).
pub(super) fn check_query<'a>(
    parameters: &[Parameter],
    operation: &Node<'a>,
    reader: &mut Reader<'a>,
) {
    let whole = |it: &&Parameter| it.place == ParameterPlace::QueryString;
    let count = parameters.iter().filter(whole).count();
    let part = parameters
        .iter()
        .find(|it| it.place == ParameterPlace::Query);
    let other = match (count, part) {
        (0, _) | (1, None) => return,
        (_, Some(part)) => format!("the query parameter `{}`", part.name),
        (_, None) => "another one".to_owned(),
    };
    let message = format!("the whole query string is a parameter, and so is {other}");
    let problem = operation.problem(ProblemCode::InvalidValue, message);
    let help = "describe the query by one parameter `in: querystring`, or by some `in: query`";
    reader.problems.push(problem.with_help(help));
}

fn lower<'a>(node: &Node<'a>, reader: &mut Reader<'a>) -> Option<Parameter> {
    reader.only(node, FIELDS);
    components::examples(node, reader);
    let name = node.require_text("name", &mut reader.problems)?;
    let place = place(node, reader)?;
    let required = message::flag(node, "required", reader);
    if place == ParameterPlace::Path && !required {
        reader.problems.push(
            node.problem(
                ProblemCode::InvalidValue,
                format!("the path parameter `{name}` is optional"),
            )
            .with_help("write `required: true`; a path without it is another path"),
        );
    }
    if node.get("schema").is_none() && node.get("content").is_none() {
        let message = format!("nothing says what the parameter `{name}` may be");
        let problem = Problem::new(ProblemCode::MissingField, node.key_location(), message);
        reader
            .problems
            .push(problem.with_help("add `schema:`, such as `schema: {type: string}`"));
    }
    check_whole(node, place, reader);
    let style = style(node, place, reader);
    let explode = node.get("explode");
    let explode = explode.and_then(|it| it.boolean(&mut reader.problems));
    let allow_reserved = message::flag(node, "allowReserved", reader);
    let (schema, content) = message::described(node, Direction::Request, reader);
    let (media_type, encodings) = content.map(|it| (it.range, it.encodings)).unzip();
    Some(Parameter {
        name: name.to_owned(),
        place,
        required,
        style,
        explode: explode.unwrap_or(matches!(style, Style::Form | Style::Cookie)),
        allow_reserved,
        schema,
        media_type,
        encodings: encodings.unwrap_or_default(),
        pointer: reader.place(node),
    })
}

/// A whole query string has a media type, and no style.
fn check_whole<'a>(node: &Node<'a>, place: ParameterPlace, reader: &mut Reader<'a>) {
    if place != ParameterPlace::QueryString {
        return;
    }
    for name in ["schema", "style", "explode", "allowReserved"] {
        if let Some(field) = node.get(name) {
            let message = format!("a whole query string has no `{name}`");
            let at = field.key_location();
            let problem = Problem::new(ProblemCode::InvalidValue, at, message);
            let help = "describe it by `content`, such as `application/x-www-form-urlencoded`";
            reader.problems.push(problem.with_help(help));
        }
    }
}

fn place<'a>(node: &Node<'a>, reader: &mut Reader<'a>) -> Option<ParameterPlace> {
    let field = node.require("in", &mut reader.problems)?;
    let text = field.text(&mut reader.problems)?;
    let place = ParameterPlace::parse(text);
    let since = match place {
        Some(ParameterPlace::QueryString) => V3_2,
        _ => V3_0,
    };
    let place = place.filter(|_| reader.version(node) >= since);
    if place.is_none() {
        let problem = field.problem(
            ProblemCode::InvalidValue,
            format!("a parameter cannot be in `{text}`"),
        );
        let help = match text {
            "querystring" => "write the document in OpenAPI 3.2",
            "body" => "describe the body by `requestBody`",
            "formData" => "describe the form by `requestBody`",
            _ => "write path, query, header or cookie",
        };
        reader.problems.push(problem.with_help(help));
    }
    place
}

/// How a field of a form is written, where its encoding says so.
pub(super) fn form_style<'a>(node: &Node<'a>, reader: &mut Reader<'a>) -> FormStyle {
    let style = style(node, ParameterPlace::Query, reader);
    let explode = node.get("explode");
    let explode = explode.and_then(|it| it.boolean(&mut reader.problems));
    FormStyle {
        style,
        explode: explode.unwrap_or(style == Style::Form),
    }
}

fn style<'a>(node: &Node<'a>, place: ParameterPlace, reader: &mut Reader<'a>) -> Style {
    let usual = match place {
        ParameterPlace::Path | ParameterPlace::Header => Style::Simple,
        ParameterPlace::Query | ParameterPlace::QueryString | ParameterPlace::Cookie => Style::Form,
    };
    if place == ParameterPlace::QueryString {
        return usual;
    }
    let Some(field) = node.get("style") else {
        return usual;
    };
    let Some(text) = field.text(&mut reader.problems) else {
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
        "cookie" if reader.version(node) >= V3_2 => (Style::Cookie, &[ParameterPlace::Cookie]),
        _ => (usual, &[]),
    };
    if !places.contains(&place) {
        let message = format!("a {} parameter has no style `{text}`", place.as_str());
        reader.problems.push(
            field
                .problem(ProblemCode::InvalidValue, message)
                .with_help("leave `style` out for the usual one"),
        );
    }
    style
}
