//! The lines in which a flow answered otherwise than approved.
//!
//! Every line has both numbers and a sign, which stay when the text is copied; the words that differ
//! stand out by style.

use std::ops::Range;

use anstyle::Style;

use super::pane::LINE_CHARS_MAX;
use super::window::{PieceKind, focuses, left_out, window};
use super::{Palette, count, paint};
use crate::change::{Change, ChangeClass, FlowChange};
use crate::diff::{Hunk, Line, LineKind};
use crate::report::escape_line;

/// How many lines of a change are shown.
pub(super) const CHANGE_LINES_MAX: usize = 120;

/// How many lines were taken out and put in, in words.
pub(super) fn extent(hunks: &[Hunk]) -> String {
    let lines = |kind| {
        hunks
            .iter()
            .flat_map(|hunk| &hunk.lines)
            .filter(move |it| it.kind == kind)
    };
    let removed = lines(LineKind::Removed).count();
    let added = lines(LineKind::Added).count();
    format!("{} removed, {added} added", count(removed, "line"))
}

/// How many changes are listed by themselves.
const CHANGES_SHOWN_MAX: usize = 20;

/// What has changed, a line each, with what the contract says of it; nothing where all is new.
pub(super) fn summary(change: &FlowChange, palette: &Palette) -> Vec<String> {
    if change.approved.is_none() {
        return Vec::new();
    }
    let each = change.changes.iter().take(CHANGES_SHOWN_MAX);
    let mut out: Vec<String> = each.map(|it| one(it, palette)).collect();
    if change.changes.len() > out.len() {
        let more = change.changes.len() - out.len();
        out.push(format!("… {} not listed", count(more, "more change")));
    }
    out
}

/// A change in one line: its class, where it is, what it is, and the line of the contract.
pub fn one(change: &Change, palette: &Palette) -> String {
    let class = change.judgement.class;
    let style = match class {
        ChangeClass::Breaking | ChangeClass::Identity => palette.bad,
        _ if class.is_allowed() => palette.faint,
        _ => palette.notice,
    };
    let class = paint(
        style,
        format_args!("{} {:<19}", class.sign(), class.words()),
    );
    let step = escape_line(&change.step);
    let mut out = format!("{class} {step}  {}", escape_line(&change.title));
    if let Some(line) = &change.judgement.contract {
        out.push_str("  ");
        out.push_str(&paint(palette.faint, escape_line(&line.to_string())));
    }
    out
}

/// The lines of a change, and a note of how many more there are.
pub fn lines(hunks: &[Hunk], palette: &Palette) -> Vec<String> {
    let all: usize = hunks.iter().map(|hunk| hunk.lines.len()).sum();
    let last = hunks
        .iter()
        .map(|hunk| (hunk.old_start + hunk.lines.len()).max(hunk.new_start + hunk.lines.len()));
    let width = last.max().unwrap_or(0).to_string().len();
    let mut out = Vec::new();
    let mut shown = 0;
    for (place, hunk) in hunks.iter().enumerate() {
        if shown == CHANGE_LINES_MAX {
            break;
        }
        if place > 0 {
            out.push(paint(palette.faint, "⋮"));
        }
        let (mut old, mut new) = (hunk.old_start, hunk.new_start);
        let focuses = focuses(hunk);
        let lines = hunk.lines.iter().zip(&focuses);
        for (line, focus) in lines.take(CHANGE_LINES_MAX - shown) {
            let (left, right) = match line.kind {
                LineKind::Equal => (old.to_string(), new.to_string()),
                LineKind::Removed => (old.to_string(), String::new()),
                LineKind::Added => (String::new(), new.to_string()),
            };
            let numbers = paint(
                palette.faint,
                format_args!("{left:>width$} {right:>width$} │"),
            );
            out.push(format!("{numbers} {}", text(line, focus, palette)));
            old += usize::from(line.kind != LineKind::Added);
            new += usize::from(line.kind != LineKind::Removed);
            shown += 1;
        }
    }
    if all > shown {
        out.push(format!(
            "… {} of the change not shown",
            count(all - shown, "more line")
        ));
    }
    out
}

/// A line; around the words that differ where it is long.
fn text(line: &Line, focus: &[Range<usize>], palette: &Palette) -> String {
    let (sign, style, word) = match line.kind {
        LineKind::Equal => (' ', Style::new(), Style::new()),
        LineKind::Removed => ('-', palette.bad, palette.removed_word),
        LineKind::Added => ('+', palette.good, palette.added_word),
    };
    let mut out = paint(style, format_args!("{sign} "));
    let pieces = window(line, focus, LINE_CHARS_MAX);
    for it in &pieces {
        let style = match it.kind {
            PieceKind::Plain => style,
            PieceKind::Word => word,
            PieceKind::Cut => palette.faint,
        };
        out.push_str(&paint(style, &it.text));
    }
    let rest = left_out(line, &pieces);
    if rest > 0 {
        out.push_str(&paint(
            palette.faint,
            format_args!(" ({rest} more characters)"),
        ));
    }
    if !line.terminated {
        out.push_str(&paint(palette.faint, " (no line feed at the end)"));
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff;

    fn plain(old: &str, new: &str) -> String {
        lines(&diff::lines(old, new), &Palette::PLAIN).join("\n")
    }

    #[test]
    fn signs_and_numbers_stay_without_colour() {
        assert_eq!(
            plain("a\nb: 1\nc\n", "a\nb: 2\nd\nc\n"),
            "1 1 │   a\n2   │ - b: 1\n  2 │ + b: 2\n  3 │ + d\n3 4 │   c"
        );
        assert_eq!(
            extent(&diff::lines("a\n", "b\nc\n")),
            "1 line removed, 2 added"
        );
    }

    #[test]
    fn the_words_that_differ_stand_out() {
        let hunks = diff::lines("\"total\": 3,\n", "\"total\": 4,\n");
        let coloured = lines(&hunks, &Palette::COLOURED).join("\n");
        let (removed, added) = (Palette::COLOURED.removed_word, Palette::COLOURED.added_word);
        assert!(
            coloured.contains(&format!("{removed}3{removed:#}")),
            "{coloured:?}"
        );
        assert!(
            coloured.contains(&format!("{added}4{added:#}")),
            "{coloured:?}"
        );
        let stripped = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(stripped, lines(&hunks, &Palette::PLAIN).join("\n"));
    }

    #[test]
    fn hunks_are_apart_and_a_missing_line_feed_is_told() {
        let middle = "x\n".repeat(20);
        let text = plain(&format!("a\n{middle}z\n"), &format!("b\n{middle}z"));
        assert!(text.contains("\n⋮\n"), "{text}");
        assert!(
            text.ends_with("22 │ + z (no line feed at the end)"),
            "{text}"
        );
    }

    #[test]
    fn a_long_change_and_a_long_line_say_what_is_left_out() {
        let text = plain("", &"n\n".repeat(CHANGE_LINES_MAX + 5));
        assert_eq!(text.lines().count(), CHANGE_LINES_MAX + 1);
        assert!(
            text.ends_with("… 5 more lines of the change not shown"),
            "{text}"
        );
        let text = plain("", &format!("{}\n", "é".repeat(150)));
        assert!(text.ends_with("é… (51 more characters)"), "{text}");
        let begin = "lorem ".repeat(50);
        let text = plain(&format!("{begin}OLD"), &format!("{begin}NEW"));
        assert!(text.contains("OLD") && text.contains("NEW"), "{text}");
    }

    #[test]
    fn an_answer_cannot_steer_the_terminal() {
        assert!(plain("a\n", "\u{1b}[2J\r\n").contains(r"+ \u{1b}[2J\r"));
    }
}
