//! JSONPath: a query for places in a value. Source: RFC 9535.
//!
//! The query language is `serde_json_path`'s; this wrapper is the only module that names it, adds
//! limits (a query is parsed recursively, and `..` within `..` multiplies the work) and gives
//! places as JSON Pointers. Filters compare numbers as `f64`, as the crate does: integers beyond
//! 2^53 may count as equal in a filter although `json::equal` tells them apart.

mod segments;

pub use segments::{Segment, Selector};

use std::fmt;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::Pointer;

/// The longest query, in bytes.
pub const PATH_BYTES_MAX: usize = 4096;
/// How deep `[` and `(` may stand within one another in a query.
pub const PATH_DEPTH_MAX: usize = 12;
/// How many `..` a query may hold.
pub const PATH_DESCENTS_MAX: usize = 4;

/// A JSONPath query, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    text: String,
    query: JsonPath,
}

/// Why a text is not a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PathError {
    /// Where, in bytes from the start of the query.
    pub position: usize,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
}

impl Path {
    /// Parses a query, such as `$.items[?@.size > 3].name`.
    ///
    /// # Errors
    /// When the text is not a query of RFC 9535, or goes beyond one of the `PATH_..._MAX` limits.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        check_limits(text)?;
        let query = JsonPath::parse(text).map_err(|error| PathError {
            position: error.position().min(text.len()),
            message: format!("not a JSONPath query: {}", error.message()),
        })?;
        Ok(Self {
            text: text.to_owned(),
            query,
        })
    }

    /// The query as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The values the query finds, in its order; a value found twice is given twice.
    pub fn query<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        self.query.query(value).all()
    }

    /// The places of the values the query finds, in its order; one found twice is given twice.
    pub fn locate(&self, value: &Value) -> Vec<Pointer> {
        self.query
            .query_located(value)
            .locations()
            .map(|location| {
                let mut pointer = Pointer::root();
                for element in location.iter() {
                    match (element.as_name(), element.as_index()) {
                        (Some(name), _) => pointer.push(name),
                        (None, Some(index)) => pointer = pointer.index(index),
                        (None, None) => unreachable!("a part of a location is a name or an index"),
                    }
                }
                pointer
            })
            .collect()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn check_limits(text: &str) -> Result<(), PathError> {
    let refuse = |position, message: String| Err(PathError { position, message });
    if text.len() > PATH_BYTES_MAX {
        return refuse(
            PATH_BYTES_MAX,
            format!(
                "a JSONPath query has at most {PATH_BYTES_MAX} bytes, and this one has {}",
                text.len()
            ),
        );
    }
    let bytes = text.as_bytes();
    let (mut depth, mut descents, mut quote, mut at) = (0_usize, 0_usize, None, 0);
    while at < bytes.len() {
        match (bytes[at], quote) {
            (b'\\', Some(_)) => at += 1, // What it escapes closes no string.
            (byte, Some((open, _))) if byte == open => quote = None,
            (byte @ (b'"' | b'\''), None) => quote = Some((byte, at)),
            (b'[' | b'(', None) => depth += 1,
            (b']' | b')', None) => depth = depth.saturating_sub(1),
            (b'.', None) if bytes.get(at + 1) == Some(&b'.') => descents += 1,
            _ => {}
        }
        if depth > PATH_DEPTH_MAX {
            let message =
                format!("brackets stand more than {PATH_DEPTH_MAX} deep within one another");
            return refuse(at, message);
        }
        if descents > PATH_DESCENTS_MAX {
            return refuse(
                at,
                format!("a JSONPath query holds at most {PATH_DESCENTS_MAX} `..`"),
            );
        }
        at += 1;
    }
    match quote {
        // The library does not expect the end within an escape.
        Some((_, begin)) => refuse(begin, "a string is never closed".to_owned()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn path(text: &str) -> Path {
        Path::parse(text).expect("the test's own query")
    }

    #[test]
    fn finds_values_and_their_places() {
        let value = json!({"a/b": [{"n": 1, "x~": "p"}, {"n": 5}], "n": 9});
        for (query, expected) in [
            ("$", vec![""]),
            ("$['a/b'][0]['x~']", vec!["/a~1b/0/x~0"]),
            ("$['a/b'][?@.n > 2].n", vec!["/a~1b/1/n"]),
            ("$..n", vec!["/n", "/a~1b/0/n", "/a~1b/1/n"]),
            ("$['a/b'][-1]", vec!["/a~1b/1"]),
            ("$.nothing", vec![]),
        ] {
            let places = path(query).locate(&value);
            assert_eq!(
                places.iter().map(Pointer::as_str).collect::<Vec<_>>(),
                expected,
                "{query}"
            );
            let looked_up: Vec<_> = places
                .iter()
                .filter_map(|place| place.lookup(&value))
                .collect();
            assert_eq!(looked_up, path(query).query(&value), "{query}");
        }
    }

    #[test]
    fn filters_compare_numbers_by_value() {
        let value: Value = serde_json::from_str("[1.0, 1, 1e0, 2]").expect("the test's own JSON");
        assert_eq!(path("$[?@ == 1]").query(&value).len(), 3);
        assert_eq!(path("$[?@ > 1]").query(&value).len(), 1);
    }

    #[test]
    fn refuses_what_is_no_query() {
        for text in [
            "",
            "a",
            "$.",
            "$[",
            "$[?",
            "$['a",
            "$.a b",
            "$\r[\"1`*s3\\\\\\u",
            "$['\\",
            "$['a\\u00']",
            "$[1:2:3:4]",
            "$[?@.a = 1]",
            "$[?foo(@)]",
        ] {
            let error = Path::parse(text).expect_err("no query");
            assert!(
                error.position <= text.len() && !error.message.is_empty(),
                "{text}: {error:?}"
            );
        }
    }

    #[test]
    fn refuses_what_goes_beyond_a_limit() {
        let long = format!("$.{}", "a".repeat(PATH_BYTES_MAX));
        let deep = format!(
            "$[?{}@.a{}]",
            "(".repeat(PATH_DEPTH_MAX),
            ")".repeat(PATH_DEPTH_MAX)
        );
        for (text, reason) in [
            (long.as_str(), "bytes"),
            (&deep, "brackets stand more than"),
            ("$..a..b..c..d..e", "holds at most"),
        ] {
            let error = Path::parse(text).expect_err("beyond a limit");
            assert!(error.message.contains(reason), "{error}");
        }
        let brackets_in_a_name = format!("$['{}..\\'((..((..((..((..']", "[".repeat(40));
        assert!(Path::parse(&brackets_in_a_name).is_ok());
    }

    #[test]
    fn the_deepest_query_parses_in_no_time() {
        let deepest = format!(
            "$[?{}@.a{}]",
            "(".repeat(PATH_DEPTH_MAX - 1),
            ")".repeat(PATH_DEPTH_MAX - 1)
        );
        assert!(Path::parse(&deepest).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_parses_or_fails(text in r#"\$?[.\[\]()'"*?@a0:,=<>&|\\u -]{0,30}"#) {
            if let Ok(path) = Path::parse(&text) {
                path.locate(&json!([{"a": [0]}]));
            }
        }
    }
}
