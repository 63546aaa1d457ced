//! A body that is too long to be shown: so much of it that a reviewer knows what it is, and digests of
//! its parts, so that what has changed shows as a line that says where.
//!
//! ```text
//! json 120000 bytes sha256:…
//! shape:
//! [
//!   {
//!     "id": integer,
//!     "name": string
//!   }
//! ]
//! begins:
//! [
//!   {
//!     "id": 1,
//!     "name": "a"
//!   },
//!   … 4095 more
//! ]
//! parts:
//! /0 to 63: 7d1a…
//! /64 to 127: 9c02…
//! ```
//!
//! Digests are of what would be shown, with symbols. Lists are divided by powers of two, so that one more
//! element changes the last line alone.

use std::fmt::Write as _;

use serde_json::Value;

use super::body::{Member, Writer, text_lines, write_text, write_text_line};
use super::escape::show_last_blank;
use super::page::{PARTS_MAX, Page, part_size};
use super::shape::shape_text;
use super::symbols::Symbols;
use crate::json::Pointer;

/// How much each of the sections takes, in bytes.
const SECTION_BYTES_MAX: usize = 16 * 1024;
/// How many lines of a text are shown.
const HEAD_LINES: usize = 20;
/// How much of each line is shown, in characters.
const LINE_CHARS_MAX: usize = 200;
/// How many parts of a value have a digest.
const JSON_PARTS_MAX: usize = 256;
/// How deep parts are looked for.
const DEPTH_MAX: usize = 16;
/// What is shorter is not divided, in bytes.
const UNDIVIDED_BYTES_MAX: usize = 512;
/// How much of a name says where a part is, in characters.
const NAME_CHARS_MAX: usize = 40;

/// Adds a JSON value.
pub(super) fn write_large_json(value: &Value, writer: Writer<'_>, out: &mut String) {
    let compact = writer.compact();
    let mut all = Page::digest();
    compact.write(value, &mut all);
    writeln!(out, "json {}", all.fingerprint()).expect("a String can always be written to");
    let shape = shape_text(value, writer.symbols, SECTION_BYTES_MAX);
    section("shape", usize::MAX, &shape, out);
    let mut few = Page::with_limit(SECTION_BYTES_MAX);
    writer.few().write(value, &mut few);
    section("begins", usize::MAX, &few.text, out);
    let mut parts = Parts {
        writer: compact,
        text: String::new(),
    };
    parts.divide(value, &Pointer::root(), "", JSON_PARTS_MAX);
    section("parts", usize::MAX, parts.text.trim_end(), out);
}

/// Adds a text.
pub(super) fn write_large_text(text: &str, symbols: &Symbols, out: &mut String) {
    let mut all = Page::digest();
    write_text(text, symbols, &mut all);
    writeln!(out, "text {}", all.fingerprint()).expect("a String can always be written to");
    let mut head = Page::with_limit(SECTION_BYTES_MAX);
    write_text(text, symbols, &mut head);
    section("begins", HEAD_LINES, &head.text, out);
    let size = part_size(text_lines(text).count(), PARTS_MAX);
    let mut lines = text_lines(text).peekable();
    let (mut first, mut digests) = (1, String::new());
    while lines.peek().is_some() {
        let mut page = Page::digest();
        let mut last = first;
        for (index, line) in lines.by_ref().take(size).enumerate() {
            last = first + index;
            write_text_line(line, symbols, &mut page.text);
            page.text.push('\n');
            page.has_room();
        }
        let digest = page.short_digest();
        writeln!(digests, "lines {first} to {last}: {digest}").expect("a String takes all");
        first = last + 1;
    }
    section("parts", usize::MAX, digests.trim_end(), out);
}

/// Adds a section: so many lines of a text, as far as there is room, each up to its limit.
fn section(name: &str, lines_max: usize, text: &str, out: &mut String) {
    out.push_str(name);
    out.push_str(":\n");
    let end = out.len() + SECTION_BYTES_MAX;
    for (index, line) in text.lines().enumerate() {
        let start = out.len();
        if index == lines_max || start >= end {
            return out.push_str("…\n");
        }
        let cut = line.char_indices().nth(LINE_CHARS_MAX).map(|(at, _)| at);
        out.push_str(&line[..cut.unwrap_or(line.len())]);
        show_last_blank(out, start);
        out.push_str(if cut.is_some() { "…\n" } else { "\n" });
    }
}

/// Digests of the parts of a value, a line each.
struct Parts<'w> {
    writer: Writer<'w>,
    text: String,
}

impl Parts<'_> {
    /// Adds up to so many lines for what stands at a place. As deep as the limit.
    fn divide(&mut self, value: &Value, place: &Pointer, shown: &str, lines_max: usize) {
        let is_deep = place.tokens().count() >= DEPTH_MAX;
        let lines_max = if is_deep || self.is_short(value, place) {
            1
        } else {
            lines_max
        };
        match value {
            Value::Array(elements) if lines_max > 1 && !elements.is_empty() => {
                let size = part_size(elements.len(), lines_max.min(PARTS_MAX));
                let each = lines_max / elements.len();
                for (group, part) in elements.chunks(size).enumerate() {
                    let first = group * size;
                    if let [element] = part {
                        let shown = format!("{shown}/{first}");
                        self.divide(element, &place.index(first), &shown, each);
                        continue;
                    }
                    let last = first + part.len() - 1;
                    self.add(&format!("{shown}/{first} to {last}"), |writer, page| {
                        for (index, element) in part.iter().enumerate() {
                            writer.write_part(element, &place.index(first + index), page);
                            page.text.push('\n');
                            page.has_room();
                        }
                    });
                }
            }
            Value::Object(members) if lines_max > 1 && !members.is_empty() => {
                let members = self.writer.sorted(members);
                let size = part_size(members.len(), lines_max.min(PARTS_MAX));
                let each = lines_max / members.len();
                for part in members.chunks(size) {
                    self.members(part, place, shown, each);
                }
            }
            value => self.add(shown, |writer, page| writer.write_part(value, place, page)),
        }
    }

    /// Adds the lines of one member, or one line for several.
    fn members(&mut self, part: &[Member<'_>], place: &Pointer, shown: &str, lines_max: usize) {
        if let [member @ (_, key, value)] = part {
            let shown = format!("{shown}/{}", self.name(member));
            return self.divide(value, &place.join(key), &shown, lines_max);
        }
        let (Some(first), Some(last)) = (part.first(), part.last()) else {
            return;
        };
        let shown = format!("{shown}/{} to {}", self.name(first), self.name(last));
        self.add(&shown, |writer, page| {
            for member in part {
                let (_, key, value) = member;
                writer.write_key(member, &mut page.text);
                writer.write_part(value, &place.join(key), page);
                page.text.push('\n');
                page.has_room();
            }
        });
    }

    /// The name of a member, cut; in quotes where it is no plain word.
    fn name(&self, member: &Member<'_>) -> String {
        let mut name = String::new();
        self.writer.write_key(member, &mut name);
        let bare = name.trim_matches('"');
        let is_word = |it: u8| it.is_ascii_alphanumeric() || b"_-.".contains(&it);
        if !bare.is_empty() && bare.bytes().all(is_word) {
            name = bare.to_owned();
        }
        if let Some((cut, _)) = name.char_indices().nth(NAME_CHARS_MAX) {
            name.truncate(cut);
            name.push('…');
        }
        name
    }

    fn is_short(&self, value: &Value, place: &Pointer) -> bool {
        let mut page = Page::with_limit(UNDIVIDED_BYTES_MAX);
        self.writer.write_part(value, place, &mut page);
        page.has_room()
    }

    fn add(&mut self, shown: &str, write: impl Fn(&Writer<'_>, &mut Page)) {
        let mut page = Page::digest();
        write(&self.writer, &mut page);
        let shown = if shown.is_empty() { "all" } else { shown };
        let digest = page.short_digest();
        writeln!(self.text, "{shown}: {digest}").expect("a String can always be written to");
    }
}

#[cfg(test)]
mod tests;
