//! The schemas of OpenAPI 3.0, a dialect of its own, written as JSON Schema 2020-12
//! (`OpenAPI 3.0 §4.7.24`).
//!
//! | 3.0 | 2020-12 |
//! |---|---|
//! | `type: string` with `nullable: true` | `type: [string, 'null']` |
//! | `minimum: 1` with `exclusiveMinimum: true` | `exclusiveMinimum: 1` |
//! | anything beside `$ref` | nothing: it is ignored |
//!
//! `nullable` widens a `type` that stands beside it and nothing else. Keywords that the dialect does
//! not have are no part of it, even where JSON Schema has them; they are refused, because a tool of
//! 3.0 would read over them.

use serde_json::json;

use super::reader::Reader;
use crate::contract::export;
use crate::problem::{Node, Problem, ProblemCode};

/// The keywords that 3.0 has.
const KEYWORDS: [&str; 36] = [
    "$ref",
    "title",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
    "enum",
    "type",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "items",
    "properties",
    "additionalProperties",
    "description",
    "format",
    "default",
    "nullable",
    "discriminator",
    "readOnly",
    "writeOnly",
    "xml",
    "externalDocs",
    "example",
    "deprecated",
];

/// The types that 3.0 has.
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Keywords of JSON Schema that 3.0 does not have, and how to say it there.
const LATER: [(&str, &str); 5] = [
    ("const", "write `enum` with the one value"),
    ("examples", "write `example`"),
    ("patternProperties", "write `additionalProperties`"),
    (
        "prefixItems",
        "write `items`, with `minItems` and `maxItems`",
    ),
    ("contentEncoding", "write `format: byte` for base64"),
];

/// Notes how a schema of 3.0 is written in 2020-12, and complains about what is none.
pub(super) fn rewrite<'a>(node: &Node<'a>, reader: &mut Reader<'a>) {
    let Some(map) = node.value().as_object() else {
        return;
    };
    if map.contains_key("$ref") {
        for keyword in map.keys().filter(|it| *it != "$ref") {
            reader.edit(node, keyword, None);
        }
        return;
    }
    for keyword in map.keys() {
        if !KEYWORDS.contains(&keyword.as_str()) && !keyword.starts_with("x-") {
            reader.problems.extend(foreign(node, keyword));
        }
    }
    rewrite_type(node, reader);
    for (flag, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        let Some(field) = node.get(flag) else {
            continue;
        };
        match field.boolean(&mut reader.problems) {
            Some(true) => {
                // Without a bound there is nothing to exclude.
                reader.edit(node, flag, map.get(bound).cloned());
                reader.edit(node, bound, None);
            }
            Some(false) => reader.edit(node, flag, None),
            None => {}
        }
    }
}

fn rewrite_type<'a>(node: &Node<'a>, reader: &mut Reader<'a>) {
    let nullable = node.get("nullable");
    if nullable.is_some() {
        reader.edit(node, "nullable", None);
    }
    let nullable = nullable.and_then(|it| it.boolean(&mut reader.problems)) == Some(true);
    let Some(field) = node.get("type") else {
        return;
    };
    let Some(name) = field.text(&mut reader.problems) else {
        return;
    };
    if !TYPES.contains(&name) {
        let message = format!("`{name}` is no type of OpenAPI 3.0");
        let problem = field.problem(ProblemCode::InvalidValue, message);
        let help = match name {
            "null" => "write `nullable: true` beside the type that it may have else".to_owned(),
            "file" => "write `type: string` with `format: binary`".to_owned(),
            _ => format!("its types are {}", TYPES.join(", ")),
        };
        reader.problems.push(problem.with_help(help));
        return;
    }
    if name == "array" {
        node.require("items", &mut reader.problems);
    }
    if nullable {
        reader.edit(node, "type", Some(json!([name, "null"])));
    }
}

fn foreign(node: &Node<'_>, keyword: &str) -> Option<Problem> {
    let field = node.get(keyword)?;
    let later = LATER.iter().find(|(name, _)| *name == keyword);
    let is_json_schema =
        later.is_some() || keyword.starts_with('$') || export::holds(keyword).is_some();
    let message = if is_json_schema {
        format!("`{keyword}` is no keyword of OpenAPI 3.0; JSON Schema came with 3.1")
    } else {
        format!("`{keyword}` is no keyword of OpenAPI 3.0")
    };
    let known = KEYWORDS.into_iter().filter(|_| !is_json_schema);
    let help = match (later, crate::diff::nearest(keyword, known)) {
        (Some((_, help)), _) => format!("{help}, or write the document in OpenAPI 3.1"),
        (None, Some(nearest)) => format!("did you mean `{nearest}`?"),
        (None, None) => "take it away, or write the document in OpenAPI 3.1".to_owned(),
    };
    let at = field.key_location();
    Some(Problem::new(ProblemCode::UnknownField, at, message).with_help(help))
}

#[cfg(test)]
mod tests;
