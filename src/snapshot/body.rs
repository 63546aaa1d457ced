//! A response's body as the snapshot shows it, with symbols in the place of volatile values.
//!
//! JSON is written as `json::write_canonical` writes it, texts line by line behind a `| ` that nothing
//! in them can imitate, bytes as a digest. What is too long is a digest with its first lines.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::escape::{OPEN, show_last_blank, write_escaped};
use super::page::{Page, fingerprint};
use super::sighting::Taken;
use super::symbols::{Piece, Symbols};
use crate::http::Response;
use crate::json::{self, Pointer};
use crate::transcript::{Content, Received};

/// The longest body that is shown as a whole, in bytes of what is shown.
pub(super) const SHOWN_BYTES_MAX: usize = 64 * 1024;
/// How many lines of a longer one are shown.
const HEAD_LINES: usize = 20;
/// How much of each of these lines is shown, in characters.
const HEAD_LINE_MAX: usize = 200;

/// Adds a body as it is.
pub(super) fn write_body(
    response: &Response,
    received: &Received,
    symbols: &Symbols,
    taken: &Taken,
    out: &mut String,
) {
    match &received.content {
        Content::Empty => out.push_str("(no body)\n"),
        Content::Binary => {
            let media_type = response.media_type();
            let media_type = media_type
                .as_ref()
                .map_or("of unknown type", |it| it.essence());
            out.push_str("binary ");
            write_escaped(media_type, out);
            out.push(' ');
            out.push_str(&fingerprint(&received.bytes));
            out.push('\n');
        }
        Content::Json(value) => {
            let value = taken.sorted.as_ref().unwrap_or(value);
            write_bounded(out, "json", |page, pretty| {
                Writer {
                    symbols,
                    pinned: &taken.pinned,
                    pretty,
                }
                .write(value, page);
            });
        }
        Content::Text(text) => {
            write_bounded(out, "text", |page, _| write_text(text, symbols, page));
        }
    }
}

/// Adds a whole body; or, where it is too long, a digest and the first lines. What makes a digest is
/// written a second time and without indentation: deep values indent to many times their size.
fn write_bounded(out: &mut String, what: &str, write: impl Fn(&mut Page, bool)) {
    let mut page = Page::with_limit(SHOWN_BYTES_MAX);
    write(&mut page, true);
    if page.has_room() {
        out.push_str(&page.text);
        out.push('\n');
        return;
    }
    let mut digest = Page::digest();
    write(&mut digest, false);
    out.push_str(what);
    out.push(' ');
    out.push_str(&digest.fingerprint());
    out.push_str(", the first lines:\n");
    for line in page.text.lines().take(HEAD_LINES) {
        let start = out.len();
        let cut = line.char_indices().nth(HEAD_LINE_MAX).map(|(at, _)| at);
        out.push_str(&line[..cut.unwrap_or(line.len())]);
        show_last_blank(out, start);
        out.push_str(if cut.is_some() { "…\n" } else { "\n" });
    }
    out.push_str("…\n");
}

/// Writes a text: its line breaks are line breaks, except the last, so that a text that ends with one
/// differs from a text that does not.
fn write_text(text: &str, symbols: &Symbols, page: &mut Page) {
    let (text, ends_with_break) = match text.strip_suffix('\n') {
        Some(text) => (text, true),
        None => (text, false),
    };
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            page.text.push('\n');
        }
        if !page.has_room() {
            return;
        }
        page.text.push('|');
        if !line.is_empty() {
            page.text.push(' ');
            let start = page.text.len();
            write_with_symbols(line, symbols, &mut page.text);
            show_last_blank(&mut page.text, start);
        }
    }
    if ends_with_break {
        page.text.push_str(if page.text.ends_with('|') {
            " \\n"
        } else {
            "\\n"
        });
    }
}

/// Adds a part of a line with its symbols.
pub(super) fn write_with_symbols(text: &str, symbols: &Symbols, out: &mut String) {
    write_shown(text, symbols.pieces(text), out);
}

/// Adds a part of a line with its symbols, and with what is settled of it already.
pub(super) fn write_around(
    text: &str,
    settled: &BTreeMap<usize, (usize, &str)>,
    symbols: &Symbols,
    out: &mut String,
) {
    if settled.is_empty() {
        write_with_symbols(text, symbols, out);
    } else {
        write_shown(text, symbols.pieces_around(text, settled), out);
    }
}

fn write_shown(text: &str, pieces: Option<Vec<Piece<'_>>>, out: &mut String) {
    let Some(pieces) = pieces else {
        return write_escaped(text, out);
    };
    for piece in pieces {
        match piece {
            Piece::Plain(text) => write_escaped(text, out),
            Piece::Symbol(shown) => out.push_str(shown),
        }
    }
}

/// Writes JSON with symbols.
struct Writer<'w> {
    symbols: &'w Symbols,
    /// Places with stand-ins of their own.
    pinned: &'w BTreeMap<Pointer, String>,
    /// Whether each member and element has its own line.
    pretty: bool,
}

impl Writer<'_> {
    fn write(&self, value: &Value, page: &mut Page) {
        // Pointers are made only where some place is looked for.
        let place = (!self.pinned.is_empty()).then(Pointer::root);
        self.write_at(value, place.as_ref(), 0, page);
    }

    /// As deep as the value, which the decoder bounds.
    fn write_at(&self, value: &Value, place: Option<&Pointer>, depth: usize, page: &mut Page) {
        if let Some(shown) = place.and_then(|place| self.pinned.get(place)) {
            page.text.push_str(shown);
            return;
        }
        match value {
            Value::String(text) => self.write_string(text, page),
            Value::Number(number) => match self.symbols.get(number.as_str()) {
                Some(shown) => page.text.push_str(shown),
                None => json::write_canonical(value, &mut page.text),
            },
            Value::Array(elements) if !elements.is_empty() => {
                page.text.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if !page.has_room() {
                        return;
                    }
                    self.break_line(index > 0, depth + 1, page);
                    let place = place.map(|place| place.index(index));
                    self.write_at(element, place.as_ref(), depth + 1, page);
                }
                self.break_line(false, depth, page);
                page.text.push(']');
            }
            Value::Object(members) if !members.is_empty() => {
                self.write_members(members, place, depth, page);
            }
            plain => json::write_canonical(plain, &mut page.text),
        }
    }

    fn write_members(
        &self,
        members: &Map<String, Value>,
        place: Option<&Pointer>,
        depth: usize,
        page: &mut Page,
    ) {
        // Sorted as they are shown: the order of values that differ from run to run means nothing.
        let mut sorted: Vec<_> = members
            .iter()
            .map(|(key, value)| (self.symbols.substituted(key), key, value))
            .collect();
        sorted.sort_unstable_by(|left, right| {
            let left_key = left.0.as_deref().unwrap_or(left.1);
            left_key.cmp(right.0.as_deref().unwrap_or(right.1))
        });
        page.text.push('{');
        for (index, (substituted, key, value)) in sorted.into_iter().enumerate() {
            if !page.has_room() {
                return;
            }
            self.break_line(index > 0, depth + 1, page);
            if substituted.is_some() {
                let pieces = self.symbols.pieces(key).unwrap_or_default();
                write_pieces(&pieces, &mut page.text);
            } else {
                write_json_text(key, &mut page.text);
            }
            page.text.push_str(if self.pretty { ": " } else { ":" });
            let place = place.map(|place| place.join(key));
            self.write_at(value, place.as_ref(), depth + 1, page);
        }
        self.break_line(false, depth, page);
        page.text.push('}');
    }

    fn write_string(&self, text: &str, page: &mut Page) {
        if let Some(pieces) = self.symbols.pieces(text) {
            write_pieces(&pieces, &mut page.text);
        } else {
            write_json_text(text, &mut page.text);
        }
    }

    fn break_line(&self, comma: bool, depth: usize, page: &mut Page) {
        if comma {
            page.text.push(',');
        }
        if self.pretty {
            page.text.push('\n');
            page.text.extend(std::iter::repeat_n("  ", depth));
        }
    }
}

/// A text as a JSON string with its symbols.
pub(super) fn json_text(text: &str, symbols: &Symbols) -> String {
    plain_text(&Value::from(text), symbols)
}

/// A value that has no parts with its symbols.
pub(super) fn plain_text(value: &Value, symbols: &Symbols) -> String {
    let mut page = Page::with_limit(usize::MAX);
    let pinned = BTreeMap::new();
    let writer = Writer {
        symbols,
        pinned: &pinned,
        pretty: true,
    };
    writer.write_at(value, None, 0, &mut page);
    page.text
}

fn write_pieces(pieces: &[Piece<'_>], out: &mut String) {
    out.push('"');
    for piece in pieces {
        match piece {
            Piece::Symbol(shown) => out.push_str(shown),
            Piece::Plain(text) => {
                let mut quoted = String::new();
                write_json_text(text, &mut quoted);
                out.push_str(&quoted[1..quoted.len() - 1]);
            }
        }
    }
    out.push('"');
}

/// Adds a text as a JSON string in which nothing looks like a symbol.
fn write_json_text(text: &str, out: &mut String) {
    let start = out.len();
    json::write_canonical_text(text, out);
    // Every sign that would open a symbol becomes an escape of JSON.
    if !text.is_ascii() && text.contains(OPEN) {
        let escaped = out[start..].replace(OPEN, "\\u2039");
        out.truncate(start);
        out.push_str(&escaped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn json_page(value: &Value, symbols: &Symbols) -> String {
        let pinned = BTreeMap::new();
        let mut out = String::new();
        write_bounded(&mut out, "json", |page, pretty| {
            Writer {
                symbols,
                pinned: &pinned,
                pretty,
            }
            .write(value, page);
        });
        out
    }

    fn text_page(text: &str) -> String {
        let mut out = String::new();
        let symbols = Symbols::new(&"".into());
        write_bounded(&mut out, "text", |page, _| write_text(text, &symbols, page));
        out
    }

    #[test]
    fn texts_cannot_leave_their_margin() {
        for (text, expected) in [
            ("a", "| a\n"),
            ("a\n", "| a\\n\n"),
            ("\n", "| \\n\n"),
            ("a\r\nb\r\n", "| a\\r\n| b\\r\\n\n"),
            ("a\n\n# forged\n", "| a\n|\n| # forged\\n\n"),
            ("tail  \nx", "| tail \\u{20}\n| x\n"),
            ("‹id#1›\\", "| \\u{2039}id#1›\\\\\n"),
        ] {
            assert_eq!(text_page(text), expected, "{text:?}");
        }
    }

    #[test]
    fn symbols_stand_for_values_keys_and_numbers() {
        let mut symbols = Symbols::new(&"http://h:81".into());
        symbols.add("rel-4711", "release", None);
        symbols.add(
            "471100",
            "id",
            Some(super::super::kind::Kind::Json("integer")),
        );
        let value = json!({
            "rel-4711": {"self": "http://h:81/r/rel-4711", "id": 471_100, "n": 4711},
            "a": "\"rel-4711\" ‹fake›",
        });
        let expected = [
            "{",
            r#"  "a": "\"‹release#1›\" \u2039fake›","#,
            r#"  "‹release#1›": {"#,
            r#"    "id": ‹id#1 integer›,"#,
            r#"    "n": 4711,"#,
            r#"    "self": "‹base›/r/‹release#1›""#,
            "  }",
            "}\n",
        ];
        assert_eq!(json_page(&value, &symbols), expected.join("\n"));
    }

    #[test]
    fn members_stand_in_the_order_of_what_is_shown() {
        let mut symbols = Symbols::new(&"".into());
        symbols.add("zzz-1", "key", None);
        symbols.add("aaa-1", "key", None);
        let shown = json_page(&json!({"aaa-1": 2, "zzz-1": 1}), &symbols);
        assert_eq!(shown, "{\n  \"‹key#1›\": 1,\n  \"‹key#2›\": 2\n}\n");
    }

    #[test]
    fn a_long_body_is_a_digest_with_its_first_lines() {
        let symbols = Symbols::new(&"".into());
        let mut value: Value = (0..20_000).collect();
        let page = json_page(&value, &symbols);
        assert!(page.starts_with("json 108891 bytes sha256:"), "{page}");
        assert_eq!(page.lines().count(), HEAD_LINES + 2);
        value[19_999] = json!(0);
        assert_ne!(page, json_page(&value, &symbols));
        let line = "x".repeat(SHOWN_BYTES_MAX + 1);
        assert!(
            text_page(&line)
                .lines()
                .all(|line| line.chars().count() <= HEAD_LINE_MAX + 1)
        );
    }

    #[test]
    fn deep_values_do_not_grow() {
        let text = format!(
            "{}{}{}",
            "[".repeat(120),
            "0,".repeat(50_000) + "0",
            "]".repeat(120)
        );
        let value: Value = serde_json::from_str(&text).expect("the test's own JSON");
        assert!(json_page(&value, &Symbols::new(&"".into())).len() < SHOWN_BYTES_MAX);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|number| json!(number)),
            any::<f64>().prop_map(|number| json!(number)),
            "[^‹]*".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                proptest::collection::vec(("[^‹]*", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn without_symbols_it_is_canonical(value in values()) {
            let shown = json_page(&value, &Symbols::new(&"".into()));
            prop_assert_eq!(shown.trim_end_matches('\n'), json::render_canonical(&value));
        }

        #[test]
        fn nothing_fakes_a_symbol(text in ".*‹.*") {
            let value = Value::Array(vec![json!({ &text: 1 }), text.into()]);
            let shown = json_page(&value, &Symbols::new(&"".into()));
            prop_assert!(!shown.contains(OPEN));
        }

        #[test]
        fn different_texts_look_different(left in r"[a\n\r |]{0,6}", right in r"[a\n\r |]{0,6}") {
            prop_assert_eq!(left == right, text_page(&left) == text_page(&right));
        }
    }
}
