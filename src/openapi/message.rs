//! Request bodies and responses (`OpenAPI 3.1 §4.8.13` to `§4.8.17`).

use super::reader::{Fields, Reader};
use super::version::Version::{V3_0, V3_1, V3_2};
use super::{components, link, parameter, schema};
use crate::contract::{
    Direction, Encoding, Header, MediaContent, RequestBody, Response, SchemaUse, StatusPattern,
};
use crate::http::MediaRange;
use crate::problem::{Node, Problem, ProblemCode};

const BODY_FIELDS: &Fields = &[(V3_0, &["description", "content", "required"])];
const RESPONSE_FIELDS: &Fields = &[
    (V3_0, &["description", "headers", "content", "links"]),
    (V3_2, &["summary"]),
];
const HEADER_FIELDS: &Fields = &[(
    V3_0,
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
)];
const MEDIA_FIELDS: &Fields = &[
    (V3_0, &["schema", "example", "examples", "encoding"]),
    (V3_2, &["itemSchema", "prefixEncoding", "itemEncoding"]),
];
const ENCODING_FIELDS: &Fields = &[
    (
        V3_0,
        &[
            "contentType",
            "headers",
            "style",
            "explode",
            "allowReserved",
        ],
    ),
    (V3_2, &["encoding", "prefixEncoding", "itemEncoding"]),
];

/// The body of an operation's request.
pub(super) fn request_body<'a>(node: Node<'a>, reader: &mut Reader<'a>) -> Option<RequestBody> {
    let node = reader.resolve(node, "request body")?;
    reader.only(&node, BODY_FIELDS);
    node.require("content", &mut reader.problems);
    let content = content(&node, Direction::Request, reader);
    Some(RequestBody {
        required: flag(&node, "required", reader),
        content,
        pointer: reader.place(&node),
    })
}

/// The responses of an operation, the most exact status first.
pub(super) fn responses<'a>(operation: &Node<'a>, reader: &mut Reader<'a>) -> Vec<Response> {
    // Since 3.1 an operation may leave open what it answers.
    let node = if reader.version(operation) >= V3_1 {
        operation.get("responses")
    } else {
        operation.require("responses", &mut reader.problems)
    };
    let Some(node) = node else {
        return Vec::new();
    };
    let mut responses = Vec::new();
    for (key, entry) in node.entries(&mut reader.problems) {
        if key.starts_with("x-") {
            continue;
        }
        let Some(status) = StatusPattern::parse(key) else {
            let location = entry.key_location();
            reader.problems.push(
                Problem::new(
                    ProblemCode::InvalidValue,
                    location,
                    format!("`{key}` is no status"),
                )
                .with_help("write a status such as '404', a class such as '4XX', or default"),
            );
            continue;
        };
        if let Some(entry) = reader.resolve(entry, "response") {
            responses.push(response(status, &entry, reader));
        }
    }
    responses.sort_by_key(|response| response.status);
    responses
}

/// Looks through a response that is not used yet.
pub(super) fn check_response<'a>(node: &Node<'a>, reader: &mut Reader<'a>) {
    response(StatusPattern::Default, node, reader);
}

fn response<'a>(status: StatusPattern, node: &Node<'a>, reader: &mut Reader<'a>) -> Response {
    reader.only(node, RESPONSE_FIELDS);
    if reader.version(node) < V3_2 {
        node.require("description", &mut reader.problems);
    }
    node.get_text("description", &mut reader.problems);
    let mut headers = Vec::new();
    for (name, entry) in node.get_entries("headers", &mut reader.problems) {
        let Some(entry) = reader.resolve(entry, "header") else {
            continue;
        };
        let header = header(name, &entry, reader);
        // A header `Content-Type` is described by the media types (`OpenAPI 3.1 §4.8.17.1`).
        if !name.eq_ignore_ascii_case("content-type") {
            headers.push(header);
        }
    }
    link::note(node, reader);
    Response {
        status,
        headers,
        content: content(node, Direction::Response, reader),
        links: Vec::new(),
        pointer: reader.place(node),
    }
}

/// Looks through a header that is not used yet.
pub(super) fn check_header<'a>(node: &Node<'a>, reader: &mut Reader<'a>) {
    header("", node, reader);
}

fn header<'a>(name: &str, node: &Node<'a>, reader: &mut Reader<'a>) -> Header {
    reader.only(node, HEADER_FIELDS);
    components::examples(node, reader);
    if let Some(style) = node.get("style")
        && let Some(text) = style.text(&mut reader.problems)
        && text != "simple"
    {
        let message = format!("a header has no style `{text}`");
        let problem = style.problem(ProblemCode::InvalidValue, message);
        reader
            .problems
            .push(problem.with_help("leave `style` out; a header is always `simple`"));
    }
    let (schema, content) = described(node, Direction::Response, reader);
    Header {
        name: name.to_owned(),
        required: flag(node, "required", reader),
        explode: flag(node, "explode", reader),
        schema,
        media_type: content.map(|it| it.range),
        pointer: reader.place(node),
    }
}

/// What the value of a parameter or a header is written in.
pub(super) struct Written {
    pub(super) range: MediaRange,
    pub(super) encodings: Vec<Encoding>,
}

/// What a parameter or a header must be: by its `schema`, or by the one media type of its `content`,
/// which is then given too.
pub(super) fn described<'a>(
    node: &Node<'a>,
    direction: Direction,
    reader: &mut Reader<'a>,
) -> (Option<SchemaUse>, Option<Written>) {
    let (plain, held) = (node.get("schema"), node.get("content"));
    if let (Some(_), Some(field)) = (&plain, &held) {
        let message = "`schema` and `content` exclude each other";
        let problem = field.problem(ProblemCode::InvalidValue, message);
        reader
            .problems
            .push(problem.with_help("keep one of the two"));
    }
    let Some(field) = held else {
        return (plain.map(|it| schema_use(&it, direction, reader)), None);
    };
    let mut entries = content(node, direction, reader);
    if entries.len() == 1
        && let Some(entry) = entries.pop()
    {
        let (range, encodings) = (entry.range, entry.encodings);
        return (entry.schema, Some(Written { range, encodings }));
    }
    let count = field.value().as_object().map_or(0, serde_json::Map::len);
    if count != 1 {
        let message = format!("`content` holds {count} media types, and one is wanted");
        let problem = field.problem(ProblemCode::InvalidValue, message);
        reader
            .problems
            .push(problem.with_help("keep the one that is sent"));
    }
    (None, None)
}

/// A place where a schema is used.
pub(super) fn schema_use<'a>(
    node: &Node<'a>,
    direction: Direction,
    reader: &mut Reader<'a>,
) -> SchemaUse {
    schema::check(node, reader);
    reader.schema_use(reader.place(node), direction)
}

/// A boolean field, which is usually false.
pub(super) fn flag<'a>(node: &Node<'a>, name: &str, reader: &mut Reader<'a>) -> bool {
    let field = node.get(name);
    field.and_then(|it| it.boolean(&mut reader.problems)) == Some(true)
}

fn content<'a>(
    owner: &Node<'a>,
    direction: Direction,
    reader: &mut Reader<'a>,
) -> Vec<MediaContent> {
    let mut content = Vec::new();
    for (key, node) in owner.get_entries("content", &mut reader.problems) {
        let node = if reader.version(&node) >= V3_2 {
            reader.resolve(node, "media type")
        } else {
            Some(node)
        };
        if let Some(node) = node {
            content.extend(media_type(&node, key, direction, reader));
        }
    }
    content
}

/// One media type.
pub(super) fn media_type<'a>(
    node: &Node<'a>,
    key: &str,
    direction: Direction,
    reader: &mut Reader<'a>,
) -> Option<MediaContent> {
    reader.only(node, MEDIA_FIELDS);
    components::examples(node, reader);
    let schema = node.get("schema");
    let schema = schema.map(|it| schema_use(&it, direction, reader));
    let item_schema = node.get("itemSchema");
    let item_schema = item_schema.map(|it| schema_use(&it, direction, reader));
    let encodings = encodings(node, reader);
    match MediaRange::parse(key) {
        Ok(range) => Some(MediaContent {
            range,
            schema,
            item_schema,
            encodings,
            pointer: reader.place(node),
        }),
        Err(why) => {
            let location = node.key_location();
            reader.problems.push(
                Problem::new(ProblemCode::InvalidValue, location, why.to_string())
                    .with_help("write a media type such as `application/json`"),
            );
            None
        }
    }
}

/// What a field of a form is sent as where the contract allows only ranges.
const BYTES: &str = "application/octet-stream";

/// How the fields of a form are written (`OpenAPI 3.1 §4.8.15`).
fn encodings<'a>(content: &Node<'a>, reader: &mut Reader<'a>) -> Vec<Encoding> {
    for name in ["prefixEncoding", "itemEncoding"] {
        if let (Some(field), Some(_)) = (content.get(name), content.get("encoding")) {
            let message = format!("`encoding` and `{name}` exclude each other");
            let problem = field.problem(ProblemCode::InvalidValue, message);
            reader
                .problems
                .push(problem.with_help("keep one of the two"));
        }
    }
    let mut encodings = Vec::new();
    for (name, node) in content.get_entries("encoding", &mut reader.problems) {
        reader.only(&node, ENCODING_FIELDS);
        for (_, entry) in node.get_entries("headers", &mut reader.problems) {
            if let Some(entry) = reader.resolve(entry, "header") {
                header("", &entry, reader);
            }
        }
        let written = ["style", "explode", "allowReserved"];
        let by_style = written.iter().any(|it| node.get(it).is_some());
        encodings.push(Encoding {
            field: name.to_owned(),
            media_type: encoded_type(&node, reader),
            style: by_style.then(|| parameter::form_style(&node, reader)),
        });
    }
    encodings
}

/// The media type that a field of a form has: where several are allowed, the first one that is no range.
fn encoded_type<'a>(encoding: &Node<'a>, reader: &mut Reader<'a>) -> Option<String> {
    let field = encoding.get("contentType")?;
    let text = field.text(&mut reader.problems)?;
    let allowed: Result<Vec<_>, _> = text.split(',').map(MediaRange::parse).collect();
    match allowed {
        Ok(allowed) => {
            let mut named = allowed.iter().filter_map(MediaRange::as_media_type);
            let first = named.next().map(|it| it.to_string());
            Some(first.unwrap_or_else(|| BYTES.to_owned()))
        }
        Err(why) => {
            let problem = field.problem(ProblemCode::InvalidValue, why.to_string());
            let help = "write a media type such as `image/png`, or several with commas";
            reader.problems.push(problem.with_help(help));
            None
        }
    }
}
