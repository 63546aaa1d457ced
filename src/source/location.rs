//! Places in a text: from byte offsets to lines and columns.
//!
//! Lines end with LF, CR LF or CR. Columns count characters (Unicode scalar values), not bytes and
//! not cells of a terminal.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// One place in one source text. Cheap to clone: path and text are shared.
#[derive(Clone)]
pub struct Location {
    /// The path of the source, as it was given.
    pub path: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// The place in bytes; empty for a place between two characters.
    pub span: Range<usize>,
    /// The whole text, so that the place can be shown; empty where its lines are not to be shown.
    pub text: Arc<str>,
}

impl Location {
    /// A whole line, from 1, of any text; the last one when there are not so many.
    pub fn at_line(path: &str, text: String, line: usize) -> Self {
        let text = Text::new(path, text);
        let lines = text.lines.get_or_init(|| text.line_starts());
        let place = line.saturating_sub(1).min(lines.len().saturating_sub(1));
        let start = lines.get(place).copied().unwrap_or_default();
        let end = lines
            .get(place + 1)
            .map_or(text.content.len(), |next| next - 1);
        text.location(start..end)
    }

    /// The same place without the text around it, for lines that may hold a secret.
    #[must_use]
    pub fn without_text(mut self) -> Self {
        self.text = Arc::from("");
        self
    }

    /// The first place of a text within this one; a text that goes on there as a name does not count.
    pub fn of(&self, needle: &str) -> Option<Self> {
        let inside = self.text.get(self.span.clone())?;
        let is_whole = |at: &usize| {
            let mut rest = inside[at + needle.len()..].chars();
            rest.next()
                .is_none_or(|it| !it.is_alphanumeric() && !"_-/~".contains(it))
        };
        let found = inside.match_indices(needle).map(|(at, _)| at);
        let start = self.span.start + found.filter(|_| !needle.is_empty()).find(is_whole)?;
        let before = &self.text[self.span.start..start];
        let breaks = before.matches('\n').count();
        let column = match before.rfind('\n') {
            Some(at) => from_one(before[at + 1..].chars().count()),
            None => self
                .column
                .saturating_add(from_one(before.chars().count()) - 1),
        };
        Some(Self {
            line: self.line.saturating_add(from_one(breaks) - 1),
            column,
            span: start..start + needle.len(),
            ..self.clone()
        })
    }

    /// Where it ends: line and column, from 1, of the place behind its last character.
    pub fn end(&self) -> (u32, u32) {
        let inside = self.text.get(self.span.clone()).unwrap_or_default();
        let line = self
            .line
            .saturating_add(from_one(inside.matches('\n').count()) - 1);
        match inside.rfind('\n') {
            Some(at) => (line, from_one(inside[at + 1..].chars().count())),
            None => (
                line,
                self.column
                    .saturating_add(from_one(inside.chars().count()) - 1),
            ),
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        let key = |location: &Self| (location.span.start, location.span.end);
        self.path
            .cmp(&other.path)
            .then_with(|| key(self).cmp(&key(other)))
    }
}

/// Locations are equal when path and byte range are: within one run a path has one text.
impl PartialEq for Location {
    fn eq(&self, other: &Self) -> bool {
        self.order(other).is_eq()
    }
}

impl Eq for Location {}

impl PartialOrd for Location {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Location {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(other)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self} {:?})", self.span)
    }
}

/// A count from 0 as a number from 1.
fn from_one(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1)
}

/// A text and its path, ready to say where a byte stands.
#[derive(Debug)]
pub(crate) struct Text {
    path: Arc<str>,
    content: Arc<str>,
    ascii: bool,
    /// Where each line starts, in bytes; made when first asked for.
    lines: OnceLock<Vec<usize>>,
}

impl Text {
    pub(crate) fn new(path: &str, text: String) -> Self {
        Self {
            path: Arc::from(path),
            ascii: text.is_ascii(),
            content: Arc::from(text),
            lines: OnceLock::new(),
        }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn as_str(&self) -> &str {
        &self.content
    }

    /// Where the text proper begins: after a byte order mark, which editors hide.
    pub(super) fn start(&self) -> usize {
        if self.content.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        }
    }

    /// The place of a byte range; what is beyond the end or within a character is moved back.
    pub(crate) fn location(&self, range: Range<usize>) -> Location {
        let start = self.boundary_before(range.start).max(self.start());
        let end = self.boundary_before(range.end).max(start);
        let lines = self.lines.get_or_init(|| self.line_starts());
        let line = lines
            .partition_point(|&line| line <= start)
            .saturating_sub(1);
        let before = &self.content[lines[line]..start];
        // One file may be one line of many megabytes; ASCII needs no counting.
        let column = if self.ascii {
            before.len()
        } else {
            before.chars().count()
        };
        Location {
            path: Arc::clone(&self.path),
            line: from_one(line),
            column: from_one(column),
            span: start..end,
            text: Arc::clone(&self.content),
        }
    }

    /// The last place between two characters that is not after `offset`.
    fn boundary_before(&self, offset: usize) -> usize {
        let mut at = offset.min(self.content.len());
        while !self.content.is_char_boundary(at) {
            at -= 1; // Ends at 0, which is a boundary, after at most three steps.
        }
        at
    }

    fn line_starts(&self) -> Vec<usize> {
        let bytes = self.content.as_bytes();
        let mut starts = vec![self.start()];
        for (at, &byte) in bytes.iter().enumerate() {
            let lone_return = byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
            if byte == b'\n' || lone_return {
                starts.push(at + 1);
            }
        }
        starts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(text: &str, offset: usize) -> (u32, u32) {
        let location = Text::new("x", text.to_owned()).location(offset..offset);
        (location.line, location.column)
    }

    #[test]
    fn counts_lines_and_characters() {
        for (text, offset, expected) in [
            ("", 0, (1, 1)),
            ("ab", 9, (1, 3)),
            ("a\nb", 2, (2, 1)),
            ("a\r\nb", 3, (2, 1)),
            ("a\rb", 2, (2, 1)),
            ("é=ü", 3, (1, 3)),
            ("é=ü", 1, (1, 1)),
            ("\u{feff}ab", 4, (1, 2)),
            ("\n\n", 2, (3, 1)),
        ] {
            assert_eq!(place(text, offset), expected, "{text:?} {offset}");
        }
    }

    #[test]
    fn orders_by_path_then_place() {
        let at = |path, start| Text::new(path, "text".to_owned()).location(start..start + 1);
        assert!(at("a", 3) < at("b", 0));
        assert!(at("a", 0) < at("a", 1));
        assert_eq!(at("a", 1), at("a", 1));
        assert_ne!(at("a", 1), at("b", 1));
        assert_eq!(at("dir/a.yaml", 2).to_string(), "dir/a.yaml:1:3");
    }

    #[test]
    fn finds_a_text_within_a_place_and_where_it_ends() {
        let text = Text::new("x", "é: $a.bc\n  é: $a.b\n".to_owned());
        let whole = text.location(0..text.as_str().len());
        let found = whole.of("$a.b").expect("it is there");
        assert_eq!((found.line, found.column), (2, 6));
        assert_eq!(&found.text[found.span.clone()], "$a.b");
        assert_eq!(found.end(), (2, 10));
        assert_eq!(whole.end(), (3, 1));
        assert_eq!(whole.of("$c"), None);
        assert_eq!(whole.of(""), None);
    }

    proptest! {
        #[test]
        fn any_range_has_a_place(text in "[aé\r\n\u{feff}]{0,9}", start in 0..40_usize, end in 0..40_usize) {
            let location = Text::new("x", text.clone()).location(start..end);
            prop_assert!(text.get(location.span).is_some());
        }
    }
}
