//! YAML as a person writes it: blocks, plain words where they are safe, comments above what they are
//! about. Only what this module wrote is ever read back, so it knows one way of writing each value.
//!
//! Source: YAML 1.2.2, chapters 7 and 8.

use std::fmt::Write as _;

use serde_json::Value;

use crate::report::{escape_line, is_hidden};

/// Why writing cannot fail.
const TAKES_ALL: &str = "a String takes all";

/// How wide a comment is, in characters.
const COMMENT_WIDTH: usize = 100;

/// A document that is being written.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    depth: usize,
    /// Whether the next line stands behind a `- `.
    item: bool,
}

impl Page {
    /// The whole text.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// A comment, on as many lines as it needs.
    pub(super) fn comment(&mut self, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + word.chars().count() >= COMMENT_WIDTH {
                self.comment_line(&std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.comment_line(&line);
    }

    fn comment_line(&mut self, line: &str) {
        let indent = "  ".repeat(self.depth);
        // What is hidden or steers a terminal has no place in a comment.
        let shown = escape_line(line);
        writeln!(self.text, "{indent}# {shown}").expect(TAKES_ALL);
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A field with a value on its line, or a block below it.
    pub(super) fn field(&mut self, name: &str, value: &Value) {
        let name = scalar(&Value::from(name));
        match value {
            Value::Object(map) if !map.is_empty() => {
                self.line(&format!("{name}:"));
                self.block(|page| page.members(map));
            }
            Value::Array(items) if !items.is_empty() => {
                self.line(&format!("{name}:"));
                self.block(|page| page.elements(items));
            }
            value => self.line(&format!("{name}: {}", scalar(value))),
        }
    }

    /// A field whose block is written by a function.
    pub(super) fn open(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        self.line(&format!("{}:", scalar(&Value::from(name))));
        self.block(write);
    }

    /// An element that is a block: the first line that is written stands behind the dash.
    pub(super) fn element(&mut self, write: impl FnOnce(&mut Self)) {
        self.item = true;
        self.block(write);
    }

    fn block(&mut self, write: impl FnOnce(&mut Self)) {
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    fn members(&mut self, map: &serde_json::Map<String, Value>) {
        for (name, value) in map {
            self.field(name, value);
        }
    }

    fn elements(&mut self, items: &[Value]) {
        for item in items {
            match item {
                Value::Object(map) if !map.is_empty() => self.element(|page| page.members(map)),
                Value::Array(inner) if !inner.is_empty() => {
                    self.line("-");
                    self.block(|page| page.elements(inner));
                }
                value => self.line(&format!("- {}", scalar(value))),
            }
        }
    }

    fn line(&mut self, text: &str) {
        let (depth, dash) = if std::mem::take(&mut self.item) {
            (self.depth.saturating_sub(1), "- ")
        } else {
            (self.depth, "")
        };
        let indent = "  ".repeat(depth);
        writeln!(self.text, "{indent}{dash}{text}").expect(TAKES_ALL);
    }
}

/// A value on one line.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        Value::String(text) => quoted(text),
        // JSON is YAML, and what is left has no text in it.
        value => value.to_string(),
    }
}

/// A text in double quotes; what is hidden or steers is written out.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if is_hidden(letter) => {
                write!(out, "\\U{:08x}", u32::from(letter)).expect(TAKES_ALL);
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Whether a text may stand without quotes, and is read back as that text.
fn is_plain(text: &str) -> bool {
    let first = text.chars().next();
    let begins = first.is_some_and(|it| it.is_ascii_alphabetic() || "$/_".contains(it));
    let begins = begins || text.starts_with("./");
    let plain = |it: char| it.is_ascii_alphanumeric() || "$/_-.:#=<>!&|()?*+@~ ,;".contains(it);
    // Words that some readers take for something else than a text.
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    begins
        && text.chars().all(plain)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !words.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use proptest::prelude::*;
    use serde_json::json;

    fn written(value: &Value) -> String {
        let mut page = Page::default();
        page.comment("what it is");
        page.field("it", value);
        page.into_text()
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "(?s).{0,12}|[-:#{}'\"\\\\ \n\tyn~?*&!%@`>|]{0,8}|true|No|1e3|0x1|2024-01-01"
                .prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec(("\\PC{0,6}|[-:#? ]{1,3}|yes|1", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn it_reads_as_a_person_writes() {
        let value = json!({"a": "plain words", "b": [1, {"c": "$response.body#/id", "d": []}], "e: f": "yes", "g": {}});
        let expected = "\
# what it is
it:
  a: plain words
  b:
    - 1
    - c: $response.body#/id
      d: []
  \"e: f\": \"yes\"
  g: {}
";
        assert_eq!(written(&value), expected);
    }

    #[test]
    fn a_comment_is_broken_between_words_and_steers_nothing() {
        let mut page = Page::default();
        page.comment(&format!("{} \u{1b}[2J\nend: x", "word ".repeat(40)));
        let text = page.into_text();
        assert!(
            text.lines()
                .all(|it| it.starts_with("# ") && it.chars().count() <= 104),
            "{text}"
        );
        assert!(text.lines().count() > 1 && !text.contains('\u{1b}'));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in values()) {
            let text = written(&value);
            let read = Source::parse("a.yaml", text.clone()).map(|it| it.root()["it"].clone());
            prop_assert_eq!(read, Ok(value), "{}", text);
        }
    }
}
