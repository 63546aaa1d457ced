//! One line of a text with its number, a mark under a part of it, and a title that says where it is.
//!
//! A line may be as long as its file: only a window around the mark is shown.

use std::ops::Range;

use super::window::width;
use super::{Palette, paint};
use crate::report::{boundary, escape_line};
use crate::source::Location;

/// The longest part of a line that is shown, in characters.
pub(super) const LINE_CHARS_MAX: usize = 100;

/// How many characters are shown before a mark in a line that is longer than that.
const BEFORE_CHARS_MAX: usize = 30;

/// A place in a text, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pane {
    /// Where it is, escaped.
    pub title: String,
    /// The lines.
    pub rows: Vec<Row>,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The line's number from 1; none where lines have no numbers.
    pub number: Option<u32>,
    /// The line or its window, escaped.
    pub text: String,
    /// What is marked in it.
    pub mark: Option<Mark>,
}

/// A mark under a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// How many columns stand before it.
    pub before: usize,
    /// How many columns it covers, at least one.
    pub width: usize,
    /// What is said beside it, escaped; may be empty.
    pub note: String,
}

impl Pane {
    /// The line of a place in a file, with the place marked where that is asked for.
    pub(super) fn of_location(location: &Location, is_marked: bool) -> Self {
        let (line, span) = line_of(location);
        let indent = line.len() - line.trim_start().len();
        let span = span.start.saturating_sub(indent)..span.end.saturating_sub(indent);
        let mut row = Row::new(location.line, &line[indent..], span, String::new());
        if !is_marked {
            row.mark = None;
        }
        Self {
            title: escape_line(&location.to_string()).into_owned(),
            rows: vec![row],
        }
    }

    /// How many columns the numbers of its lines take.
    pub(super) fn number_width(&self) -> usize {
        let numbers = self.rows.iter().filter_map(|row| row.number);
        numbers
            .map(|number| number.to_string().len())
            .max()
            .unwrap_or(0)
    }

    /// The lines of the pane, with numbers in a column of this width.
    pub(super) fn lines(&self, number_width: usize, palette: &Palette) -> Vec<String> {
        let mut lines = Vec::new();
        let blank = " ".repeat(number_width);
        let faint = palette.faint;
        lines.push(format!(
            "{blank} {} {}",
            paint(faint, "┌"),
            paint(palette.place, &self.title)
        ));
        for row in &self.rows {
            let number = row
                .number
                .map_or(String::new(), |number| number.to_string());
            let number = paint(faint, format_args!("{number:>number_width$} │"));
            lines.push(format!("{number} {}", row.text).trim_end().to_owned());
            let Some(mark) = &row.mark else { continue };
            let marked = format!("{} {}", "^".repeat(mark.width), mark.note);
            let gap = " ".repeat(mark.before);
            let marked = paint(palette.bad, marked.trim_end());
            lines.push(format!("{blank} {} {gap}{marked}", paint(faint, "│")));
        }
        lines
    }
}

impl Row {
    /// A line with a part of it marked, given in bytes.
    pub(super) fn new(number: u32, line: &str, span: Range<usize>, note: String) -> Self {
        let start = boundary(line, span.start);
        let end = boundary(line, span.end).max(start);
        let (before, marked, after) = (&line[..start], &line[start..end], &line[end..]);
        let is_long = line.chars().nth(LINE_CHARS_MAX).is_some();
        let (before, skipped) = if is_long {
            keep_last(before, BEFORE_CHARS_MAX)
        } else {
            (before, 0)
        };
        let left = LINE_CHARS_MAX - before.chars().count().min(LINE_CHARS_MAX);
        let (marked, cut) = keep_first(marked, left);
        let left = left - marked.chars().count();
        let (after, rest) = keep_first(after, left);
        let lead = match skipped {
            0 => String::new(),
            _ => format!("({skipped} characters before) … "),
        };
        let tail = match cut + rest {
            0 => String::new(),
            more => format!(" … ({more} more characters)"),
        };
        let before = format!("{lead}{}", escape_line(before));
        let marked = escape_line(marked);
        let mark = Mark {
            before: width(&before),
            width: width(&marked).max(1),
            note,
        };
        let text = format!("{before}{marked}{}{tail}", escape_line(after));
        Self {
            number: Some(number),
            text,
            mark: Some(mark),
        }
    }

    /// A line without a mark.
    pub(super) fn plain(number: u32, line: &str) -> Self {
        Self {
            mark: None,
            ..Self::new(number, line, 0..0, String::new())
        }
    }
}

/// The line in which a place begins, as `source` counts lines (LF, CR LF or CR ends one), and the part of the place that is in that line, in bytes.
pub(super) fn line_of(location: &Location) -> (&str, Range<usize>) {
    let text: &str = &location.text;
    let start = boundary(text, location.span.start);
    let line_start = text[..start].rfind(['\n', '\r']).map_or(0, |feed| feed + 1);
    let line_end = text[start..]
        .find(['\n', '\r'])
        .map_or(text.len(), |feed| start + feed);
    let line = &text[line_start..line_end];
    let last = location.span.end.min(line_start + line.len()).max(start);
    (
        line,
        (start - line_start).min(line.len())..(last - line_start).min(line.len()),
    )
}

fn keep_first(text: &str, chars_max: usize) -> (&str, usize) {
    match text.char_indices().nth(chars_max) {
        None => (text, 0),
        Some((end, _)) => (&text[..end], text[end..].chars().count()),
    }
}

fn keep_last(text: &str, chars_max: usize) -> (&str, usize) {
    let skipped = text.chars().count().saturating_sub(chars_max);
    let start = text
        .char_indices()
        .nth(skipped)
        .map_or(text.len(), |(start, _)| start);
    (&text[start..], skipped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(line: &str, span: Range<usize>) -> (String, String) {
        let row = Row::new(1, line, span, String::new());
        let mark = row.mark.expect("a place is marked");
        let carets = format!("{}{}", " ".repeat(mark.before), "^".repeat(mark.width));
        (row.text, carets)
    }

    #[test]
    fn the_mark_stands_under_what_it_marks() {
        assert_eq!(shown("a: {b}", 3..6), ("a: {b}".into(), "   ^^^".into()));
        assert_eq!(shown("世界: x", 8..9), ("世界: x".into(), "      ^".into()));
        assert_eq!(
            shown("\u{1b}x: y", 4..5),
            ("\\u{1b}x: y".into(), "         ^".into())
        );
    }

    #[test]
    fn a_place_without_width_or_outside_is_still_marked() {
        assert_eq!(shown("ab", 2..2), ("ab".into(), "  ^".into()));
        assert_eq!(shown("ab", 7..9), ("ab".into(), "  ^".into()));
        assert_eq!(shown("", 0..1), (String::new(), "^".into()));
        assert_eq!(shown("é", 1..1), ("é".into(), "^".into()));
    }

    #[test]
    fn a_long_line_is_shown_around_its_mark() {
        let line = format!("{}MARK{}", "a".repeat(500), "b".repeat(500));
        let (text, carets) = shown(&line, 500..504);
        assert!(text.starts_with("(470 characters before) … aaaa"), "{text}");
        assert!(text.ends_with("b … (434 more characters)"), "{text}");
        assert_eq!(
            &text.chars().collect::<Vec<_>>()[carets.rfind(' ').expect("gap") + 1..][..4],
            ['M', 'A', 'R', 'K']
        );
        let (text, _) = shown(&"c".repeat(300), 0..300);
        assert_eq!(text, format!("{} … (200 more characters)", "c".repeat(100)));
    }

    proptest! {
        #[test]
        fn any_place_in_any_line_is_shown(line in "\\PC{0,150}|.{0,150}", start in 0_usize..600, len in 0_usize..600) {
            let row = Row::new(1, &line, start..start + len, String::new());
            prop_assert!(!row.text.contains('\n'));
            prop_assert!(row.text.chars().count() <= LINE_CHARS_MAX * 10 + 60);
            let mark = row.mark.expect("a place is marked");
            prop_assert!(mark.before + mark.width <= width(&row.text) + 1);
        }

        #[test]
        fn any_location_has_its_line(text in "[a\u{e9}\r\n]{0,30}", start in 0_usize..70, len in 0_usize..70) {
            let location = Location {
                path: "x".into(), line: 1, column: 1, span: start..start + len, text: text.into(),
            };
            let (line, span) = line_of(&location);
            prop_assert!(!line.contains('\n'));
            prop_assert!(line.get(span).is_some() || !line.is_ascii());
        }
    }
}
