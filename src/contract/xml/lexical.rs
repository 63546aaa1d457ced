//! Numbers and booleans as XML spells them and JSON does not (`XML Schema Part 2 §3.2.2`, `§3.2.3`,
//! `§3.3.13`).
//!
//! OpenAPI says what is an element and what an attribute, and not how their texts spell a value. Those who
//! write XML take that from XML Schema, where `1` is true and `007` is seven; a server that does so breaks
//! no promise.

use serde_json::Value;

/// The boolean that a text spells.
pub(super) fn boolean(text: &str) -> Option<Value> {
    match text {
        "true" | "1" => Some(Value::Bool(true)),
        "false" | "0" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// The number that a text spells: with a plus before it, leading zeros, or no digit on one side of the
/// point. What is no finite number is none.
pub(super) fn number(text: &str) -> Option<Value> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let end = rest.find(['e', 'E']).unwrap_or(rest.len());
    let (mantissa, exponent) = rest.split_at(end);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    serde_json::from_str(&format!("{sign}{whole}{point}{fraction}{exponent}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_xml_schema_spells_them() {
        for (text, spelt) in [
            ("007", "7"),
            ("+7", "7"),
            ("-007", "-7"),
            ("000", "0"),
            ("+0.50", "0.50"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1.5E+3", "1.5E+3"),
            ("0009007199254740993", "9007199254740993"),
        ] {
            let read = number(text).map(|it| it.to_string());
            let expected: Value = serde_json::from_str(spelt).expect("JSON");
            assert_eq!(read, Some(expected.to_string()), "{text}");
        }
        for text in [
            "", ".", "+", "-", "+-7", "7 7", "0x7", "1e", "e5", "INF", "NaN", "1,5", "\u{663}",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn booleans_are_two_words_or_two_digits() {
        for (text, value) in [("1", true), ("0", false), ("true", true), ("false", false)] {
            assert_eq!(boolean(text), Some(Value::Bool(value)), "{text}");
        }
        for text in ["", "2", "True", "01", "yes"] {
            assert_eq!(boolean(text), None, "{text}");
        }
    }
}
