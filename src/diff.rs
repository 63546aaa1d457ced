//! Differences between two texts, line by line, and the name nearest to a misspelt one.
//!
//! Gives operations; how they look is for whoever renders them. The only module that names the
//! diff crate. Work is bounded by size and not by time, so that the same texts always give the same
//! hunks: what is too large is compared coarsely, as one block taken out and one put in.

use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, InlineChangeOptions, TextDiff};

/// How many lines of either text, after what both begin and end with, are compared one by one.
pub const LINES_MAX: usize = 5_000;
/// How many bytes of lines put in the place of others are searched for the words that changed.
pub const EMPHASIS_BYTES_MAX: usize = 16 * 1024;
/// How many equal lines are shown before and after a change.
pub const CONTEXT_LINES: usize = 3;
/// How many characters of a name are compared in [`nearest`].
pub const NAME_CHARS_MAX: usize = 64;

/// A run of changed lines with the equal lines around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The number, from 1, of the hunk's first line in the old text; when it has none there, of the
    /// line before it, which is 0 at the top.
    pub old_start: usize,
    /// The same in the new text.
    pub new_start: usize,
    /// The lines, in order; removed ones before those put in their place.
    pub lines: Vec<Line>,
}

impl Hunk {
    /// How many lines of the old text the hunk covers.
    pub fn old_len(&self) -> usize {
        self.lines
            .iter()
            .filter(|line| line.kind != LineKind::Added)
            .count()
    }

    /// How many lines of the new text the hunk covers.
    pub fn new_len(&self) -> usize {
        self.lines
            .iter()
            .filter(|line| line.kind != LineKind::Removed)
            .count()
    }
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Whether the line is in both texts, or in which.
    pub kind: LineKind,
    /// The line without its line feed; a carriage return before that is kept, for it is a difference.
    pub text: String,
    /// The bytes of `text` that changed, when the line took the place of a similar one; else empty.
    pub emphasis: Vec<Range<usize>>,
    /// Whether the line ends with a line feed; only the last line of a text may not.
    pub terminated: bool,
}

/// Where a line of a hunk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineKind {
    /// In both texts.
    Equal,
    /// Only in the old text.
    Removed,
    /// Only in the new text.
    Added,
}

/// Compares two texts. Equal texts have no hunks, different ones at least one.
pub fn lines(old: &str, new: &str) -> Vec<Hunk> {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let operations = compare(&old, &new);
    if operations
        .iter()
        .all(|operation| matches!(operation, DiffOp::Equal { .. }))
    {
        return Vec::new();
    }
    similar::group_diff_ops(operations, CONTEXT_LINES)
        .into_iter()
        .map(|group| lay_out_hunk(&group, &old, &new))
        .collect()
}

/// A run of things that two lists have in common, or do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// Both have them, at these places.
    Same(Range<usize>, Range<usize>),
    /// Those of the old list stand where those of the new one do; either may be none.
    Other(Range<usize>, Range<usize>),
}

/// Lays two lists side by side, so that much of both is the same.
pub fn align<T: Hash + Ord>(old: &[T], new: &[T]) -> Vec<Run> {
    let runs = compare(old, new).into_iter();
    runs.map(|it| match it {
        DiffOp::Equal { .. } => Run::Same(it.old_range(), it.new_range()),
        _ => Run::Other(it.old_range(), it.new_range()),
    })
    .collect()
}

fn compare<T: Hash + Ord>(old: &[T], new: &[T]) -> Vec<DiffOp> {
    let head = old
        .iter()
        .zip(new)
        .take_while(|(old, new)| old == new)
        .count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev());
    let tail = tail.take_while(|(old, new)| old == new).count();
    let old_len = old_rest.len() - tail;
    let new_len = new_rest.len() - tail;
    if old_len <= LINES_MAX && new_len <= LINES_MAX {
        return similar::capture_diff_slices(Algorithm::Patience, old, new);
    }
    let equal = |old_index, new_index, len| DiffOp::Equal {
        old_index,
        new_index,
        len,
    };
    let block = DiffOp::Replace {
        old_index: head,
        old_len,
        new_index: head,
        new_len,
    };
    [
        equal(0, 0, head),
        block,
        equal(head + old_len, head + new_len, tail),
    ]
    .into_iter()
    .filter(|operation| !matches!(operation, DiffOp::Equal { len: 0, .. }))
    .collect()
}

fn lay_out_hunk(group: &[DiffOp], old: &[&str], new: &[&str]) -> Hunk {
    let mut lines = Vec::new();
    for operation in group {
        let (old, new) = (&old[operation.old_range()], &new[operation.new_range()]);
        match operation {
            DiffOp::Equal { .. } => {
                lines.extend(old.iter().map(|text| line(LineKind::Equal, text)));
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                let start = lines.len();
                lines.extend(old.iter().map(|text| line(LineKind::Removed, text)));
                lines.extend(new.iter().map(|text| line(LineKind::Added, text)));
                emphasize(&mut lines[start..], old.len());
            }
        }
    }
    let start = |range: Option<Range<usize>>, empty: bool| {
        range.map_or(0, |range| range.start) + usize::from(!empty)
    };
    let mut hunk = Hunk {
        old_start: 0,
        new_start: 0,
        lines,
    };
    hunk.old_start = start(group.first().map(DiffOp::old_range), hunk.old_len() == 0);
    hunk.new_start = start(group.first().map(DiffOp::new_range), hunk.new_len() == 0);
    hunk
}

fn line(kind: LineKind, text: &str) -> Line {
    let (text, terminated) = match text.strip_suffix('\n') {
        Some(text) => (text, true),
        None => (text, false),
    };
    Line {
        kind,
        text: text.to_owned(),
        emphasis: Vec::new(),
        terminated,
    }
}

/// Finds the words that changed between removed lines, `removed` in number, and those after them.
fn emphasize(block: &mut [Line], removed: usize) {
    let bytes: usize = block.iter().map(|line| line.text.len()).sum();
    if removed == 0 || removed == block.len() || bytes > EMPHASIS_BYTES_MAX {
        return;
    }
    let texts: Vec<String> = block.iter().map(|line| line.text.clone()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (old, new) = texts.split_at(removed);
    let diff = TextDiff::from_slices(old, new);
    let mut options = InlineChangeOptions::new();
    options.semantic_cleanup(true);
    for operation in diff.ops() {
        for change in diff.iter_inline_changes_with_options_deadline(operation, options, None) {
            let place = match (change.old_index(), change.new_index()) {
                (Some(index), None) => index,
                (None, Some(index)) => removed + index,
                _ => continue,
            };
            let mut at = 0;
            for &(emphasized, piece) in change.values() {
                if emphasized && !piece.is_empty() {
                    extend(&mut block[place].emphasis, at..at + piece.len());
                }
                at += piece.len();
            }
        }
    }
}

fn extend(ranges: &mut Vec<Range<usize>>, next: Range<usize>) {
    match ranges.last_mut() {
        Some(last) if last.end == next.start => last.end = next.end,
        _ => ranges.push(next),
    }
}

/// The candidate a misspelt name most likely means; none when nothing is near. Upper and lower case
/// and separators (`order_id`, `orderId`) count least, then letters left out, put in, changed or
/// swapped, up to one in three. Of several equally near, the first one.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(name);
    let allowed = (wanted.len() / 3).max(1);
    if wanted.is_empty() {
        return None;
    }
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates.filter(|&candidate| candidate != name) {
        let folded = fold(candidate);
        if folded.len().abs_diff(wanted.len()) > allowed {
            continue;
        }
        let distance = distance(&wanted, &folded);
        // A name of one or two letters is near to any other; only its spelling may differ.
        let near = distance == 0 || (distance <= allowed && distance * 2 < wanted.len());
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Letters and digits in lower case, at most `NAME_CHARS_MAX`.
fn fold(name: &str) -> Vec<char> {
    let letters = name.chars().filter(|character| character.is_alphanumeric());
    letters
        .flat_map(char::to_lowercase)
        .take(NAME_CHARS_MAX)
        .collect()
}

/// The number of letters to leave out, put in, change or swap with their neighbour (the optimal
/// string alignment distance).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut earlier: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    for (row, &letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, &other) in right.iter().enumerate() {
            let changed = previous[column] + usize::from(letter != other);
            let mut fewest = changed
                .min(previous[column + 1] + 1)
                .min(current[column] + 1);
            let crossed = row > 0 && column > 0;
            if crossed && letter == right[column - 1] && left[row - 1] == other {
                fewest = fewest.min(earlier[column - 1] + 1);
            }
            current.push(fewest);
        }
        earlier = std::mem::replace(&mut previous, current);
    }
    previous[right.len()]
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use proptest::prelude::*;

    /// Hunks as unified diff, changed words in brackets.
    fn shown(old: &str, new: &str) -> String {
        let mut out = String::new();
        for hunk in lines(old, new) {
            let (old_len, new_len) = (hunk.old_len(), hunk.new_len());
            writeln!(
                out,
                "@@ -{},{old_len} +{},{new_len} @@",
                hunk.old_start, hunk.new_start
            )
            .expect("a String can be written to");
            for line in hunk.lines {
                out.push(match line.kind {
                    LineKind::Equal => ' ',
                    LineKind::Removed => '-',
                    LineKind::Added => '+',
                });
                let mut text = line.text;
                for range in line.emphasis.iter().rev() {
                    text.insert(range.end, ']');
                    text.insert(range.start, '[');
                }
                out.push_str(&text);
                out.push_str(if line.terminated { "\n" } else { "$\n" });
            }
        }
        out
    }

    #[test]
    fn shows_changes_in_their_context() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n";
        let new = old.replace("5\n6", "5\nnew\n6").replace("15\n", "");
        assert_eq!(
            shown(old, &new),
            "@@ -3,6 +3,7 @@\n 3\n 4\n 5\n+new\n 6\n 7\n 8\n@@ -12,6 +13,5 @@\n 12\n 13\n 14\n-15\n 16\n 17\n"
        );
    }

    #[test]
    fn shows_the_words_that_changed() {
        assert_eq!(
            shown("total: 12 items\nend\n", "total: 15 items\nend\n"),
            "@@ -1,2 +1,2 @@\n-total: [12] items\n+total: [15] items\n end\n"
        );
        assert_eq!(
            shown("abc\n", "xyz 1 2 3\n"),
            "@@ -1,1 +1,1 @@\n-abc\n+xyz 1 2 3\n"
        );
    }

    #[test]
    fn ends_and_empty_texts() {
        assert_eq!(shown("a", "a"), "");
        assert_eq!(shown("", ""), "");
        assert_eq!(shown("a", "a\n"), "@@ -1,1 +1,1 @@\n-a$\n+a\n");
        assert_eq!(shown("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
        assert_eq!(shown("a\n", ""), "@@ -1,1 +0,0 @@\n-a\n");
        assert_eq!(lines("a\r\n", "a\n")[0].lines[0].text, "a\r");
    }

    #[test]
    fn what_is_too_large_is_one_block() {
        let text = |from: usize, count: usize| -> String {
            (from..from + count)
                .flat_map(|number| [number.to_string(), "\n".to_owned()])
                .collect()
        };
        let old = format!("head\n{}tail\n", text(0, LINES_MAX + 1));
        let new = format!("head\n{}tail\n", text(1, LINES_MAX + 1));
        let hunks = lines(&old, &new);
        assert_eq!(hunks.len(), 1);
        assert_eq!(hunks[0].lines.len(), 2 * (LINES_MAX + 1) + 2);
        let within = format!("head\n{}tail\n", text(1, LINES_MAX));
        let hunks = lines(&format!("head\n{}tail\n", text(0, LINES_MAX)), &within);
        assert_eq!(
            hunks.iter().map(|hunk| hunk.lines.len()).sum::<usize>(),
            1 + 4 + 4 + 1
        );
    }

    #[test]
    fn long_replacements_have_no_emphasis() {
        let old = "a ".repeat(EMPHASIS_BYTES_MAX);
        let hunks = lines(&format!("{old}1\n"), &format!("{old}2\n"));
        assert!(hunks[0].lines.iter().all(|line| line.emphasis.is_empty()));
    }

    #[test]
    fn finds_the_name_that_was_meant() {
        let names = ["createOrder", "listOrders", "getOrder", "deleteOrder", "id"];
        for (name, expected) in [
            ("createorder", Some("createOrder")),
            ("create_order", Some("createOrder")),
            ("craeteOrder", Some("createOrder")),
            ("listOrder", Some("listOrders")),
            ("getOrders", Some("getOrder")),
            ("ID", Some("id")),
            ("if", None),
            ("cancelInvoice", None),
            ("", None),
            ("---", None),
        ] {
            assert_eq!(nearest(name, names.into_iter()), expected, "{name}");
        }
        assert_eq!(nearest("ab1", ["ab2", "ab3"].into_iter()), Some("ab2"));
        assert_eq!(nearest("same", ["same"].into_iter()), None);
    }

    proptest! {
        /// The old and the new text can both be read back from a diff with nothing left out.
        #[test]
        fn nothing_is_lost(old in "([abc é]{0,3}\n){0,6}[ab]?", new in "([abc é]{0,3}\n){0,6}[ab]?") {
            let hunks = lines(&old, &new);
            prop_assert_eq!(hunks.is_empty(), old == new);
            for (text, absent) in [(&old, LineKind::Added), (&new, LineKind::Removed)] {
                let all: Vec<&str> = text.split_inclusive('\n').collect();
                for hunk in &hunks {
                    let start = if absent == LineKind::Added { hunk.old_start } else { hunk.new_start };
                    let kept: Vec<_> = hunk.lines.iter().filter(|line| line.kind != absent).collect();
                    let first = if kept.is_empty() { start } else { start - 1 };
                    for (line, expected) in kept.iter().zip(&all[first..first + kept.len()]) {
                        let end = if line.terminated { "\n" } else { "" };
                        prop_assert_eq!(&format!("{}{end}", line.text), expected);
                        for range in &line.emphasis {
                            prop_assert!(line.text.get(range.clone()).is_some());
                        }
                    }
                }
            }
        }

        #[test]
        fn the_nearest_is_one_of_the_candidates(name in ".{0,8}", candidates in proptest::collection::vec(".{0,8}", 0..4)) {
            let found = nearest(&name, candidates.iter().map(String::as_str));
            prop_assert!(found.is_none_or(|found| candidates.iter().any(|candidate| candidate == found)));
        }
    }
}
