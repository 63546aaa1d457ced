//! JSON values: where a part of one is, what it says, and how it is written.
//!
//! This module decodes response bodies strictly, points into values, compares them by meaning and
//! writes them in one canonical form. It does not read files, does not know where a value stands
//! in a text somebody wrote (that is `source`) and does not judge values against a schema.
//!
//! Sources: RFC 8259 (JSON), RFC 7493 (I-JSON), RFC 6901 (JSON Pointer), RFC 9535 (JSONPath).
//!
//! Numbers keep the text they were written with, so `1.0` and `1` are different `Value`s; compare
//! values with [`equal`], never with `==`.

mod canonical;
mod decode;
pub mod number;
mod path;
mod pointer;
pub(crate) mod scan;
mod strict;

pub use canonical::{render_canonical, write_canonical, write_canonical_text};
pub use decode::{DecodeFault, DecodeFaultKind, Decoded, FAULTS_MAX, decode};
pub use path::{
    PATH_BYTES_MAX, PATH_DEPTH_MAX, PATH_DESCENTS_MAX, Path, PathError, Segment, Selector,
};
pub(crate) use pointer::array_index;
pub use pointer::{Pointer, PointerError};

use serde_json::Value;

/// How many arrays and objects may stand inside one another. It is what `serde_json` allows, so
/// that a body and a source file have the same limit, and everything that walks a value may recurse.
pub const DEPTH_MAX: usize = 127;

/// The JSON Schema type of a value: `null`, `boolean`, `integer`, `number`, `string`, `array` or
/// `object`. A number without a fractional part is an `integer`, however it is written (`1.0`, `1e3`).
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number::is_integer(number) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A value as it stands inside a text: a string as it is, everything else as JSON.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether two values mean the same: numbers are compared by value (`1` equals `1.0`), members of
/// objects in any order, everything else exactly.
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => number::compare(left, right).is_eq(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, left)| right.get(key).is_some_and(|right| equal(left, right)))
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(text: &str) -> Value {
        serde_json::from_str(text).expect("the test's own JSON")
    }

    #[test]
    fn kinds_follow_json_schema() {
        for (text, expected) in [
            ("null", "null"),
            ("true", "boolean"),
            ("1", "integer"),
            ("1.0", "integer"),
            ("15e-1", "number"),
            ("0.5", "number"),
            ("\"\"", "string"),
            ("[]", "array"),
            ("{}", "object"),
        ] {
            assert_eq!(kind(&value(text)), expected, "{text}");
        }
    }

    #[test]
    fn equality_is_by_meaning() {
        assert!(equal(
            &value(r#"{"a":1,"b":[1.0]}"#),
            &value(r#"{"b":[1],"a":1e0}"#)
        ));
        assert!(equal(&json!(null), &json!(null)));
    }

    #[test]
    fn equality_sees_differences() {
        for (left, right) in [
            ("[1,2]", "[2,1]"),
            ("[1]", "[1,1]"),
            (r#"{"a":1}"#, r#"{"b":1}"#),
            (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
            ("\"1\"", "1"),
            ("null", "false"),
            ("9007199254740993", "9007199254740992"),
        ] {
            assert!(!equal(&value(left), &value(right)), "{left} {right}");
        }
    }
}
