//! The one way a value is written: for snapshots, reports and comparison by eye.
//!
//! Two spaces for each level, members sorted by name (in the order of code points), numbers as the
//! value holds them, text kept readable. What could mislead a reader is escaped: control characters
//! (C0, DEL, C1), line and paragraph separators, and every character that changes the direction of
//! the text (Unicode's property Bidi_Control). The result is JSON again and reads back as an equal
//! value. This is not RFC 8785, which is made for signing and rewrites numbers.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Writes a value in canonical form, without a line break at the end.
pub fn render_canonical(value: &Value) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

/// Adds a value in canonical form to `out`, without a line break at the end. Recursion is as deep
/// as the value, which is at most [`DEPTH_MAX`](super::DEPTH_MAX) for everything that was read.
pub fn write_canonical(value: &Value, out: &mut String) {
    write_value(value, 0, out);
}

/// Adds a text as a JSON string in canonical form to `out`.
pub fn write_canonical_text(text: &str, out: &mut String) {
    write_string(text, out);
}

fn write_value(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(number.as_str()),
        Value::String(text) => write_string(text, out),
        Value::Array(elements) if elements.is_empty() => out.push_str("[]"),
        Value::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                break_line(index > 0, depth + 1, out);
                write_value(element, depth + 1, out);
            }
            break_line(false, depth, out);
            out.push(']');
        }
        Value::Object(members) if members.is_empty() => out.push_str("{}"),
        Value::Object(members) => write_members(members, depth, out),
    }
}

fn write_members(members: &Map<String, Value>, depth: usize, out: &mut String) {
    let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
    sorted.sort_unstable_by_key(|(key, _)| *key);
    out.push('{');
    for (index, (key, value)) in sorted.into_iter().enumerate() {
        break_line(index > 0, depth + 1, out);
        write_string(key, out);
        out.push_str(": ");
        write_value(value, depth + 1, out);
    }
    break_line(false, depth, out);
    out.push('}');
}

fn break_line(comma: bool, depth: usize, out: &mut String) {
    out.push_str(if comma { ",\n" } else { "\n" });
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let bytes = text.as_bytes();
    // Without an early end the compiler looks at many bytes at once.
    let is_plain =
        |plain: bool, &byte: &u8| plain & matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');
    if bytes.iter().fold(true, is_plain) {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut written = 0;
    let mut at = 0;
    while at < bytes.len() {
        // All that is escaped begins with one of these bytes; the rest is copied in runs.
        if !matches!(
            bytes[at],
            0..=0x1f | b'"' | b'\\' | 0x7f | 0xc2 | 0xd8 | 0xe2
        ) {
            at += 1;
            continue;
        }
        // All of them are first bytes of characters, so `at` stands between two.
        let character = text[at..].chars().next().expect("at is before the end");
        let next = at + character.len_utf8();
        if must_escape(character) {
            out.push_str(&text[written..at]);
            write_escape(character, out);
            written = next;
        }
        at = next;
    }
    out.push_str(&text[written..]);
    out.push('"');
}

fn must_escape(character: char) -> bool {
    matches!(character, '"' | '\\')
        || character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

fn write_escape(character: char, out: &mut String) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        other => {
            // All that is escaped lies below U+10000, so four digits are enough.
            write!(out, "\\u{:04x}", u32::from(other)).expect("a String can always be written to");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{decode, equal};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn sorts_and_indents() {
        let value: Value = serde_json::from_str(r#"{"b":[1.10,{}],"a":{"é":"ü"},"c":[]}"#)
            .expect("the test's own JSON");
        assert_eq!(
            render_canonical(&value),
            "{\n  \"a\": {\n    \"é\": \"ü\"\n  },\n  \"b\": [\n    1.10,\n    {}\n  ],\n  \"c\": []\n}"
        );
    }

    #[test]
    fn escapes_what_misleads() {
        for (text, expected) in [
            ("a\u{202e}b", r#""a\u202eb""#),
            ("\u{2066}\u{2069}", r#""\u2066\u2069""#),
            ("\u{61c}\u{200f}", r#""\u061c\u200f""#),
            ("\u{1b}[31m\u{7f}\u{9b}", r#""\u001b[31m\u007f\u009b""#),
            ("\r\n\t\"\\/", r#""\r\n\t\"\\/""#),
            ("\u{2028}", r#""\u2028""#),
        ] {
            assert_eq!(render_canonical(&json!(text)), expected);
        }
    }

    #[test]
    fn keeps_what_is_readable() {
        for text in [
            "naïve £ ©",
            "日本語",
            "🎵",
            "\u{a0}\u{2013}\u{200b}",
            "\u{627}\u{628}",
        ] {
            assert_eq!(render_canonical(&json!(text)), format!("\"{text}\""));
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|number| json!(number)),
            any::<f64>().prop_map(|number| json!(number)),
            any::<String>().prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                proptest::collection::vec((any::<String>(), inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_back_as_an_equal_value(value in values()) {
            let written = render_canonical(&value);
            prop_assert!(written.chars().all(|character| character == '\n' || !character.is_control()));
            let read = decode(written.as_bytes());
            prop_assert_eq!(read.faults, vec![]);
            let read = read.value.expect("canonical text has a value");
            prop_assert!(equal(&read, &value));
            prop_assert_eq!(render_canonical(&read), written);
        }
    }
}
