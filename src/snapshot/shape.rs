//! The shape of a body: names and types without the values.
//!
//! Elements of an array that have the same shape are shown once; different ones in an order that does
//! not depend on where they stood.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::body::SHOWN_BYTES_MAX;
use super::symbols::Symbols;
use crate::http::Response;
use crate::json;
use crate::transcript::{Content, Received};

/// The shape of a value.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Plain(&'static str),
    Array(BTreeSet<Shape>),
    Object(BTreeMap<String, Shape>),
}

/// Adds the shape of a body.
pub(super) fn write_shape(
    response: &Response,
    received: &Received,
    symbols: &Symbols,
    out: &mut String,
) {
    match &received.content {
        Content::Empty => out.push_str("(no body)\n"),
        Content::Text(_) => out.push_str("(text)\n"),
        Content::Binary => {
            let media_type = response.media_type();
            out.push_str("binary ");
            out.push_str(
                media_type
                    .as_ref()
                    .map_or("of unknown type", |it| it.essence()),
            );
            out.push('\n');
        }
        Content::Json(value) => {
            out.push_str(&shape_text(value, symbols, SHOWN_BYTES_MAX));
            out.push('\n');
        }
    }
}

/// The shape of a value, up to so many bytes and a little more.
pub(super) fn shape_text(value: &Value, symbols: &Symbols, bytes_max: usize) -> String {
    let mut text = String::new();
    if !write(&Shape::of(value, symbols), 0, bytes_max, &mut text) {
        text.push_str("\n…");
    }
    text
}

impl Shape {
    /// As deep as the value, which the decoder bounds.
    fn of(value: &Value, symbols: &Symbols) -> Self {
        match value {
            Value::Array(elements) => Self::Array(
                elements
                    .iter()
                    .map(|element| Self::of(element, symbols))
                    .collect(),
            ),
            Value::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|(key, value)| (shown_key(key, symbols), Self::of(value, symbols)))
                    .collect(),
            ),
            plain => Self::Plain(json::kind(plain)),
        }
    }
}

/// A key in quotes, as the snapshot shows it.
fn shown_key(key: &str, symbols: &Symbols) -> String {
    super::body::json_text(key, symbols)
}

/// False when the limit was hit; what is written so far stays.
fn write(shape: &Shape, depth: usize, length_max: usize, out: &mut String) -> bool {
    let break_line = |comma: bool, depth: usize, out: &mut String| {
        out.push_str(if comma { ",\n" } else { "\n" });
        out.extend(std::iter::repeat_n("  ", depth));
    };
    match shape {
        Shape::Plain(kind) => out.push_str(kind),
        Shape::Array(elements) if elements.is_empty() => out.push_str("[]"),
        Shape::Object(members) if members.is_empty() => out.push_str("{}"),
        Shape::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                break_line(index > 0, depth + 1, out);
                if !write(element, depth + 1, length_max, out) {
                    return false;
                }
            }
            break_line(false, depth, out);
            out.push(']');
        }
        Shape::Object(members) => {
            out.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                break_line(index > 0, depth + 1, out);
                out.push_str(key);
                out.push_str(": ");
                if !write(member, depth + 1, length_max, out) {
                    return false;
                }
            }
            break_line(false, depth, out);
            out.push('}');
        }
    }
    out.len() <= length_max
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shape(value: &Value) -> String {
        let mut out = String::new();
        let symbols = Symbols::new(&"".into());
        assert!(write(&Shape::of(value, &symbols), 0, usize::MAX, &mut out));
        out
    }

    #[test]
    fn values_are_replaced_by_their_types() {
        assert_eq!(
            shape(
                &json!({"b": [1, 2, 2.5], "a": null, "c": [], "d": {}, "e": {"f": "x", "g": true}})
            ),
            [
                "{",
                r#"  "a": null,"#,
                r#"  "b": ["#,
                "    integer,",
                "    number",
                "  ],",
                r#"  "c": [],"#,
                r#"  "d": {},"#,
                r#"  "e": {"#,
                r#"    "f": string,"#,
                r#"    "g": boolean"#,
                "  }",
                "}",
            ]
            .join("\n")
        );
    }

    #[test]
    fn the_order_and_the_number_of_elements_do_not_matter() {
        let one = json!([{"a": 1}, "x", {"a": 2}]);
        let other = json!(["y", {"a": 3}]);
        assert_eq!(shape(&one), shape(&other));
        assert_ne!(shape(&one), shape(&json!([{"a": "1"}, "x"])));
    }

    #[test]
    fn a_shape_has_an_end() {
        let value: serde_json::Map<String, Value> = (0..20_000)
            .map(|it| (format!("member-{it}"), json!(it)))
            .collect();
        let mut out = String::new();
        let shape = Shape::of(&Value::Object(value), &Symbols::new(&"".into()));
        assert!(!write(&shape, 0, SHOWN_BYTES_MAX, &mut out));
        assert!(out.len() < SHOWN_BYTES_MAX + 100);
    }
}
