//! A response's body as the snapshot shows it, with symbols in the place of volatile values.
//!
//! JSON is written as `json::write_canonical` writes it, texts line by line behind a `| ` that nothing
//! in them can imitate, bytes as a dump ([`super::bytes`]). What is too long is digests of its parts
//! ([`super::large`]).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::bytes::write_bytes;
use super::escape::{OPEN, show_last_blank, write_escaped};
use super::large::{write_large_json, write_large_text};
use super::page::Page;
use super::sighting::Taken;
use super::symbols::{Piece, Symbols};
use crate::http::Response;
use crate::json::{self, Pointer};
use crate::transcript::{Content, Received};

/// The longest body that is shown as a whole, in bytes of what is shown.
pub(super) const SHOWN_BYTES_MAX: usize = 64 * 1024;
/// How many elements and members are shown where a few stand for all.
const FEW_ELEMENTS: usize = 2;
const FEW_MEMBERS: usize = 32;

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
            write_bytes(&received.bytes, out);
        }
        Content::Json(value) => {
            let value = taken.sorted.as_ref().unwrap_or(value);
            let writer = Writer::new(symbols, &taken.pinned);
            let mut page = Page::with_limit(SHOWN_BYTES_MAX);
            writer.write(value, &mut page);
            if page.has_room() {
                out.push_str(&page.text);
                out.push('\n');
            } else {
                write_large_json(value, writer, out);
            }
        }
        Content::Text(text) => {
            write_charset(received, out);
            let mut page = Page::with_limit(SHOWN_BYTES_MAX);
            write_text(text, symbols, &mut page);
            if page.has_room() {
                out.push_str(&page.text);
                out.push('\n');
            } else {
                write_large_text(text, symbols, out);
            }
        }
    }
}

/// Says in which charset a text came, where the answer declares another one than the usual.
fn write_charset(received: &Received, out: &mut String) {
    let media_type = received.media_type.as_ref().ok();
    // JSON is UTF-8 whatever is declared; what is none was read as such.
    let charset = media_type.filter(|it| !it.is_json());
    let Some(charset) = charset.and_then(|it| it.charset()) else {
        return;
    };
    let charset = charset.to_ascii_lowercase();
    if !matches!(charset.as_str(), "utf-8" | "utf8") {
        out.push_str("charset ");
        let start = out.len();
        write_escaped(&charset, out);
        show_last_blank(out, start);
        out.push('\n');
    }
}

/// Writes a text: its line breaks are line breaks, except the last, so that a text that ends with one
/// differs from a text that does not.
pub(super) fn write_text(text: &str, symbols: &Symbols, page: &mut Page) {
    for (index, line) in text_lines(text).enumerate() {
        if index > 0 {
            page.text.push('\n');
        }
        if !page.has_room() {
            return;
        }
        write_text_line(line, symbols, &mut page.text);
    }
}

/// The lines of a text; true with the last one, where the text ends with a line break.
pub(super) fn text_lines(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let (text, ends_with_break) = match text.strip_suffix('\n') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let mut lines = text.split('\n').peekable();
    std::iter::from_fn(move || {
        let line = lines.next()?;
        Some((line, ends_with_break && lines.peek().is_none()))
    })
}

/// Writes one of them.
pub(super) fn write_text_line(
    (line, ends_with_break): (&str, bool),
    symbols: &Symbols,
    out: &mut String,
) {
    out.push('|');
    if !line.is_empty() {
        out.push(' ');
        let start = out.len();
        write_with_symbols(line, symbols, out);
        show_last_blank(out, start);
    }
    if ends_with_break {
        out.push_str(if out.ends_with('|') { " \\n" } else { "\\n" });
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
#[derive(Clone, Copy)]
pub(super) struct Writer<'w> {
    pub(super) symbols: &'w Symbols,
    /// Places with stand-ins of their own.
    pinned: &'w BTreeMap<Pointer, String>,
    /// Whether each member and element has its own line.
    pretty: bool,
    /// Whether a few elements and members stand for all.
    few: bool,
}

/// A member of an object: its name with symbols where it has some, its name, its value.
pub(super) type Member<'v> = (Option<String>, &'v String, &'v Value);

impl<'w> Writer<'w> {
    /// One that writes each member and element on its own line.
    pub(super) fn new(symbols: &'w Symbols, pinned: &'w BTreeMap<Pointer, String>) -> Self {
        Self {
            symbols,
            pinned,
            pretty: true,
            few: false,
        }
    }

    /// The one that writes all of it on one line. Deep values indent to many times their size.
    pub(super) fn compact(self) -> Self {
        Self {
            pretty: false,
            ..self
        }
    }

    /// The one that writes the first elements of a list, and how many more there are.
    pub(super) fn few(self) -> Self {
        Self { few: true, ..self }
    }

    pub(super) fn write(&self, value: &Value, page: &mut Page) {
        self.write_part(value, &Pointer::root(), page);
    }

    /// Writes what stands at a place.
    pub(super) fn write_part(&self, value: &Value, place: &Pointer, page: &mut Page) {
        // Pointers are made only where some place is looked for.
        let place = Some(place).filter(|_| !self.pinned.is_empty());
        self.write_at(value, place, 0, page);
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
                let shown = self.shown(elements.len(), FEW_ELEMENTS);
                for (index, element) in elements.iter().take(shown).enumerate() {
                    if !page.has_room() {
                        return;
                    }
                    self.break_line(index > 0, depth + 1, page);
                    let place = place.map(|place| place.index(index));
                    self.write_at(element, place.as_ref(), depth + 1, page);
                }
                self.write_rest(elements.len() - shown, depth + 1, page);
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
        let sorted = self.sorted(members);
        let shown = self.shown(sorted.len(), FEW_MEMBERS);
        page.text.push('{');
        for (index, member) in sorted.iter().take(shown).enumerate() {
            if !page.has_room() {
                return;
            }
            self.break_line(index > 0, depth + 1, page);
            self.write_key(member, &mut page.text);
            page.text.push_str(if self.pretty { ": " } else { ":" });
            let (_, key, value) = member;
            let place = place.map(|place| place.join(key));
            self.write_at(value, place.as_ref(), depth + 1, page);
        }
        self.write_rest(sorted.len() - shown, depth + 1, page);
        self.break_line(false, depth, page);
        page.text.push('}');
    }

    /// Members as they are shown: the order of values that differ from run to run means nothing.
    pub(super) fn sorted<'v>(&self, members: &'v Map<String, Value>) -> Vec<Member<'v>> {
        let mut sorted: Vec<Member<'v>> = members
            .iter()
            .map(|(key, value)| (self.symbols.substituted(key), key, value))
            .collect();
        sorted.sort_unstable_by(|left, right| {
            let left_key = left.0.as_deref().unwrap_or(left.1);
            left_key.cmp(right.0.as_deref().unwrap_or(right.1))
        });
        sorted
    }

    /// Writes the name of a member.
    pub(super) fn write_key(&self, (substituted, key, _): &Member<'_>, out: &mut String) {
        if substituted.is_some() {
            let pieces = self.symbols.pieces(key).unwrap_or_default();
            write_pieces(&pieces, out);
        } else {
            write_json_text(key, out);
        }
    }

    /// How many of so many are shown.
    fn shown(&self, all: usize, few: usize) -> usize {
        if self.few { all.min(few) } else { all }
    }

    /// Says how many more there are.
    fn write_rest(&self, left: usize, depth: usize, page: &mut Page) {
        if left > 0 {
            self.break_line(true, depth, page);
            write!(page.text, "… {left} more").expect("a String can always be written to");
        }
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
    Writer::new(symbols, &pinned).write(value, &mut page);
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
        let mut page = Page::with_limit(SHOWN_BYTES_MAX);
        Writer::new(symbols, &BTreeMap::new()).write(value, &mut page);
        page.text + "\n"
    }

    fn text_page(text: &str) -> String {
        let mut page = Page::with_limit(SHOWN_BYTES_MAX);
        write_text(text, &Symbols::new(&"".into()), &mut page);
        page.text + "\n"
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
