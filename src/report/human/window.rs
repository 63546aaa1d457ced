//! What of a text is shown where columns are few: what is cut ends in `…`, and a line that differs is
//! shown around the words that differ.

use std::borrow::Cow;
use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::diff::{Hunk, Line, LineKind};
use crate::report::{boundary, escape_line};

/// Stands for what was cut.
const CUT: &str = "…";

/// How many columns a text takes in a terminal.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// A text that takes no more than so many columns; one that was cut ends in `…`.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return text.into();
    }
    let kept = head(text, columns.saturating_sub(1));
    let mark = if columns == 0 { "" } else { CUT };
    format!("{kept}{mark}").into()
}

/// A text that takes so many columns: filled up or cut.
pub fn fit(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let blank = " ".repeat(columns.saturating_sub(width(&text)));
    format!("{text}{blank}")
}

/// A place in a file, such as `specs/shop/openapi.yaml:9:3`, in no more than so many columns. What is cut is
/// the path, in the middle or at its begin: the name and the numbers stay.
pub fn cut_place(place: &str, columns: usize) -> Cow<'_, str> {
    if width(place) <= columns {
        return place.into();
    }
    let name = place.rfind('/').map_or("", |at| &place[at..]);
    match columns.checked_sub(width(name) + 1) {
        Some(left) if !name.is_empty() => format!("{}{CUT}{name}", head(place, left)).into(),
        _ => format!("{CUT}{}", tail(place, columns.saturating_sub(1))).into(),
    }
}

/// A text in lines of no more than so many columns, broken between words where that can be.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let wide = width(word.trim_end_matches(' '));
        if used > 0 && used + wide > columns {
            lines.push(String::new());
            used = 0;
        }
        let mut rest = word;
        while used + width(rest.trim_end_matches(' ')) > columns {
            let part = head(rest, columns);
            if part.is_empty() {
                break;
            }
            rest = &rest[part.len()..];
            if let Some(last) = lines.last_mut() {
                last.push_str(part);
            }
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(rest);
        }
        used += width(rest);
    }
    for line in &mut lines {
        line.truncate(line.trim_end_matches(' ').len());
    }
    lines
}

/// The longest begin of a text that takes no more than so many columns.
fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find_map(|(at, sign)| {
        used += sign.width().unwrap_or(0);
        (used > columns).then_some(at)
    });
    let mut kept = &text[..end.unwrap_or(text.len())];
    // Some signs are wider together than each by itself.
    while width(kept) > columns {
        kept = &kept[..boundary(kept, kept.len() - 1)];
    }
    kept
}

/// The longest end of a text that takes no more than so many columns.
fn tail(text: &str, columns: usize) -> &str {
    let mut starts = text.char_indices().rev().map(|(at, _)| at);
    let fits = |at: &usize| width(&text[*at..]) <= columns;
    let start = starts.by_ref().take_while(fits).last();
    &text[start.unwrap_or(text.len())..]
}

/// A part of a line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text, escaped.
    pub text: String,
    /// What it is.
    pub kind: PieceKind,
}

/// What a part of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// A text that the other line has, too, or that nobody has compared.
    Plain,
    /// Words that differ.
    Word,
    /// The sign for what was cut.
    Cut,
}

/// The bytes of each line of a hunk that have to be in view: the words that differ. Where one line took the
/// place of another and no words were compared, it is what lies between that which both begin and end with.
pub fn focuses(hunk: &Hunk) -> Vec<Vec<Range<usize>>> {
    let lines = &hunk.lines;
    let mut all: Vec<_> = lines.iter().map(|it| it.emphasis.clone()).collect();
    let mut at = 0;
    while at < lines.len() {
        let of = |from: usize, kind| {
            let run = lines[from..].iter().take_while(|it| it.kind == kind);
            run.count()
        };
        let removed = of(at, LineKind::Removed);
        let added = of(at + removed, LineKind::Added);
        for place in 0..removed.min(added) {
            let (old, new) = (at + place, at + removed + place);
            let between = between(&lines[old].text, &lines[new].text);
            for (line, range) in [(old, between.0), (new, between.1)] {
                if all[line].is_empty() {
                    all[line].push(range);
                }
            }
        }
        at += (removed + added).max(1);
    }
    all
}

/// What lies between that which both texts begin and end with.
fn between(old: &str, new: &str) -> (Range<usize>, Range<usize>) {
    let pairs = old.bytes().zip(new.bytes());
    let start = boundary(old, pairs.take_while(|(old, new)| old == new).count());
    let ends = old[start..].bytes().rev().zip(new[start..].bytes().rev());
    let same = ends.take_while(|(old, new)| old == new).count();
    let end = |text: &str| {
        let end = text.len() - same;
        (end..=text.len())
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(text.len())
    };
    (start..end(old), start..end(new))
}

/// A line in no more than so many columns, with what has to be in view, and as much around it as there is
/// room for.
pub fn window(line: &Line, focus: &[Range<usize>], columns: usize) -> Vec<Piece> {
    let whole = 0..line.text.len();
    // A sign takes four bytes at the most.
    let is_short = line.text.len() <= columns.saturating_mul(4);
    if is_short && width(&escape_line(&line.text)) <= columns {
        return pieces(line, &[whole]);
    }
    let first = focus.first().cloned().unwrap_or(0..0);
    let mut focus = focus.to_vec();
    while focus.len() > 1 && cost(line, &around(line, &focus, 0)) > columns {
        focus.pop();
    }
    let fits = |context: &usize| cost(line, &around(line, &focus, *context)) <= columns;
    let (mut least, mut most) = (0, columns + 1);
    if fits(&0) && !focus.is_empty() {
        while most - least > 1 {
            let middle = usize::midpoint(least, most);
            if fits(&middle) {
                least = middle;
            } else {
                most = middle;
            }
        }
        return pieces(line, &around(line, &focus, least));
    }
    // Not even one word has room: its begin, with a little before it.
    let start = back(&line.text, first.start, columns / 4);
    let mut end = forward(&line.text, start, columns);
    while end > start && cost(line, std::slice::from_ref(&(start..end))) > columns {
        end = boundary(&line.text, end - 1);
    }
    // Where nothing has room, one sign says that all is cut.
    let kept = if start == end { 0..0 } else { start..end };
    pieces(line, std::slice::from_ref(&kept))
}

/// How many characters of a line its pieces leave out, of so many pieces as [`window`] gives.
pub fn left_out(line: &Line, pieces: &[Piece]) -> usize {
    if pieces.iter().all(|it| it.kind != PieceKind::Cut) {
        return 0;
    }
    let shown = pieces.iter().filter(|it| it.kind != PieceKind::Cut);
    let shown: usize = shown.map(|it| it.text.chars().count()).sum();
    escape_line(&line.text)
        .chars()
        .count()
        .saturating_sub(shown)
}

/// The parts with so many characters around them.
fn around(line: &Line, focus: &[Range<usize>], context: usize) -> Vec<Range<usize>> {
    let text = &line.text;
    let mut kept: Vec<Range<usize>> = Vec::new();
    for it in focus {
        let start = back(text, boundary(text, it.start), context);
        let end = forward(text, boundary(text, it.end), context);
        match kept.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => kept.push(start..end),
        }
    }
    kept
}

fn back(text: &str, from: usize, chars: usize) -> usize {
    let before = text[..from].char_indices().rev().take(chars).last();
    before.map_or(from, |(at, _)| at)
}

fn forward(text: &str, from: usize, chars: usize) -> usize {
    let behind = text[from..].char_indices().nth(chars);
    behind.map_or(text.len(), |(at, _)| from + at)
}

/// How many columns parts of a line take, with the signs for what is cut.
fn cost(line: &Line, kept: &[Range<usize>]) -> usize {
    let texts = kept
        .iter()
        .map(|it| width(&escape_line(&line.text[it.clone()])));
    let is_cut_after = kept.last().is_some_and(|it| it.end < line.text.len());
    let is_cut_before = kept.first().is_some_and(|it| it.start > 0);
    let gaps = kept.len().saturating_sub(1);
    texts.sum::<usize>() + gaps + usize::from(is_cut_before) + usize::from(is_cut_after)
}

/// The parts of a line that are kept, in plain pieces and in words that differ.
fn pieces(line: &Line, kept: &[Range<usize>]) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut put = |text: &str, kind| {
        let text = escape_line(text).into_owned();
        if !text.is_empty() {
            out.push(Piece { text, kind });
        }
    };
    let mut seen = 0;
    for part in kept {
        if part.start > seen {
            put(CUT, PieceKind::Cut);
        }
        let mut at = part.start;
        for word in &line.emphasis {
            let start = word.start.clamp(at, part.end);
            let end = word.end.clamp(start, part.end);
            put(
                line.text.get(at..start).unwrap_or_default(),
                PieceKind::Plain,
            );
            put(
                line.text.get(start..end).unwrap_or_default(),
                PieceKind::Word,
            );
            at = end;
        }
        put(
            line.text.get(at..part.end).unwrap_or_default(),
            PieceKind::Plain,
        );
        seen = part.end;
    }
    if seen < line.text.len() {
        put(CUT, PieceKind::Cut);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diff;

    fn shown(old: &str, new: &str, columns: usize) -> Vec<String> {
        let hunks = diff::lines(old, new);
        let each = hunks.iter().flat_map(|hunk| {
            let focuses = focuses(hunk);
            let lines = hunk.lines.clone().into_iter().zip(focuses);
            lines.map(|(line, focus)| window(&line, &focus, columns))
        });
        each.map(|it| it.iter().map(|it| it.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn what_differs_in_a_long_line_is_in_view() {
        let (before, after) = ("lorem ".repeat(50), " ipsum".repeat(50));
        let old = format!("{before}OLD{after}\n");
        assert_eq!(
            shown(&old, &old.replace("OLD", "NEWER"), 21),
            ["…m lorem OLD ipsum i…", "… lorem NEWER ipsum …"]
        );
        // What was only put in is looked for in the other line, too.
        let shown_both = shown(&old, &old.replace("OLD", "OLD OR NEW"), 30);
        assert!(
            shown_both.iter().all(|it| it.contains("OLD")),
            "{shown_both:?}"
        );
        // So is what nobody has compared, since it is too long for that.
        let long = "a ".repeat(diff::EMPHASIS_BYTES_MAX);
        assert_eq!(
            shown(&format!("{long}1\n"), &format!("{long}2\n"), 8),
            ["…a a a 1", "…a a a 2"]
        );
    }

    #[test]
    fn words_that_are_far_apart_are_both_in_view() {
        let middle = " lorem".repeat(60);
        let old = format!("a: 1,{middle}, b: 2");
        let new = format!("a: 7,{middle}, b: 8");
        let both = shown(&old, &new, 20);
        assert!(both[1].contains('7') && both[1].contains('8'), "{both:?}");
        assert!(both[1].contains('…'), "{both:?}");
    }

    #[test]
    fn where_nothing_has_room_one_sign_says_so() {
        assert_eq!(shown("%", "%a", 1), ["%", "…"]);
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("世界世界", 4), "世…");
        assert_eq!(cut("ab", 0), "");
        assert_eq!(fit("世", 4), "世  ");
        let place = "specs/shop/openapi.yaml:450:13";
        assert_eq!(cut_place(place, 30), place);
        assert_eq!(cut_place(place, 26), "specs…/openapi.yaml:450:13");
        assert_eq!(cut_place(place, 12), "…yaml:450:13");
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
    }

    proptest! {
        #[test]
        fn no_window_is_wider_than_it_may(
            old in "\\PC{0,60}|.{0,60}", new in "\\PC{0,60}|.{0,60}", columns in 1_usize..40,
        ) {
            for text in shown(&old, &new, columns) {
                prop_assert!(width(&text) <= columns, "{text:?}");
            }
            let texts = [cut(&old, columns), cut_place(&old, columns)];
            prop_assert!(texts.iter().all(|it| width(it) <= columns), "{texts:?}");
            prop_assert!(wrap(&old, columns.max(2)).iter().all(|it| width(it) <= columns.max(2)));
        }
    }
}
