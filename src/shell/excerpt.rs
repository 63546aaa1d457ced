//! Problems as a person reads them: the sentence, the place in the file with the text around it, and
//! what to do next. What is shown is bounded, however large the file and however long its lines.

use std::fmt::Write;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::problem::Problem;
use crate::report::{escape, is_hidden};
use crate::source::Location;
use crate::verdict::Severity;

/// How many Problems are shown; of the others only the number.
const PROBLEMS_MAX: usize = 100;

/// How much of a line is shown before its mark, in bytes.
const BEFORE_BYTES_MAX: usize = 60;

/// How much of a line is shown from the mark's start on, in bytes.
const AFTER_BYTES_MAX: usize = 100;

/// The width that is laid out for, in columns; every window fits in.
const COLUMNS: usize = 200;

/// What stands where a line was cut.
const CUT: char = '…';

/// All Problems, one after the other with an empty line between, ending with a line end; empty when
/// there is none. Colour is for a terminal that shows it.
pub fn render_problems(problems: &[Problem], color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(COLUMNS);
    let mut text = String::new();
    for problem in problems.iter().take(PROBLEMS_MAX) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&render_problem(&renderer, problem));
        text.push('\n');
    }
    let rest = problems.len().saturating_sub(PROBLEMS_MAX);
    if rest > 0 {
        writeln!(text, "\n{rest} more are not shown").expect("a String takes all text");
    }
    text
}

fn render_problem(renderer: &Renderer, problem: &Problem) -> String {
    let level = match problem.severity {
        Severity::Waived => Level::INFO,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let title = level
        .primary_title(escape(&problem.message))
        .id(problem.code.id());
    let mut groups = vec![match &problem.location {
        Some(location) => point_at(title.into_group(), location, AnnotationKind::Primary),
        None => title.into_group(),
    }];
    if let Some((location, why)) = &problem.also {
        let title = Level::NOTE.secondary_title(escape(why));
        groups.push(point_at(
            title.into_group(),
            location,
            AnnotationKind::Context,
        ));
    }
    if !problem.help.is_empty() {
        groups.push(
            Level::HELP
                .secondary_title(escape(&problem.help))
                .into_group(),
        );
    }
    renderer.render(&groups)
}

/// A title that becomes the head of a group.
trait IntoGroup<'a> {
    fn into_group(self) -> Group<'a>;
}

impl<'a> IntoGroup<'a> for annotate_snippets::Title<'a> {
    fn into_group(self) -> Group<'a> {
        Group::with_title(self)
    }
}

/// Adds the place and the line that it stands in.
fn point_at<'a>(group: Group<'a>, location: &Location, kind: AnnotationKind) -> Group<'a> {
    let (line, column) = (as_usize(location.line), as_usize(location.column));
    let path = escape(&location.path).into_owned();
    if location.text.is_empty() {
        return group.element(Origin::path(path).line(line).char_column(column));
    }
    let window = Window::around(&location.text, &location.span);
    let snippet = Snippet::source(window.text).line_start(line).fold(false);
    let snippet = snippet.annotation(kind.span(window.mark));
    if window.begins_the_line {
        return group.element(snippet.path(path));
    }
    // The renderer counts the column in what it is shown, which here is not the whole line.
    group
        .element(Origin::path(path).line(line).char_column(column))
        .element(snippet)
}

fn as_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A piece of one line with the mark in it.
#[derive(Debug, PartialEq, Eq)]
struct Window {
    text: String,
    mark: Range<usize>,
    begins_the_line: bool,
}

impl Window {
    /// The piece around a span's start. A span of many lines is marked in its first one. The cost
    /// depends on the window's size alone.
    fn around(text: &str, span: &Range<usize>) -> Self {
        let marked_from = boundary_before(text, span.start);
        let from = boundary_before(text, marked_from.saturating_sub(BEFORE_BYTES_MAX));
        let to = boundary_before(text, marked_from.saturating_add(AFTER_BYTES_MAX));
        let before = &text[from..marked_from];
        let after = &text[marked_from..to];
        let (before, cut_before) = match before.rfind('\n') {
            Some(end) => (&before[end + 1..], false),
            None => (before, from > 0),
        };
        let (after, cut_after) = match after.find('\n') {
            Some(end) => (&after[..end], false),
            None => (after, to < text.len()),
        };
        let marked = boundary_before(text, span.end)
            .saturating_sub(marked_from)
            .min(after.len());
        let marked = boundary_before(after, marked);
        let mut shown = String::new();
        if cut_before {
            shown.push(CUT);
        }
        push_visible(&mut shown, before);
        let start = shown.len();
        push_visible(&mut shown, &after[..marked]);
        let end = shown.len();
        push_visible(&mut shown, after[marked..].trim_end_matches('\r'));
        if cut_after {
            shown.push(CUT);
        }
        Self {
            text: shown,
            mark: start..end,
            begins_the_line: !cut_before,
        }
    }
}

/// The last place at or before an offset where a character begins, within the text.
fn boundary_before(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    // A character has at most four bytes.
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Adds the text with a stand-in of one column for each character that a terminal would obey. Tabs
/// become one space, so that marks stand under what they mean.
fn push_visible(shown: &mut String, text: &str) {
    shown.extend(text.chars().map(|character| match character {
        '\t' => ' ',
        character if is_hidden(character) => '\u{fffd}',
        character => character,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ProblemCode;
    use std::sync::Arc;

    /// The place of the first occurrence of a word.
    fn place(text: &str, word: &str) -> Location {
        let start = text.find(word).expect("the word is there");
        let line_start = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let line = text[..start].matches('\n').count() + 1;
        Location {
            path: Arc::from("specs/a.yaml"),
            line: u32::try_from(line).expect("few lines"),
            column: u32::try_from(text[line_start..start].chars().count() + 1).expect("short"),
            span: start..start + word.len(),
            text: Arc::from(text),
        }
    }

    fn problem(text: &str, word: &str) -> Problem {
        Problem::new(
            ProblemCode::UnknownField,
            place(text, word),
            "there is no field `sumary`",
        )
    }

    #[test]
    fn a_problem_shows_its_place_a_second_one_and_what_to_do() {
        let text = "info:\n  title: Ä\n  sumary: x\n";
        let shown = problem(text, "sumary")
            .with_also(place(text, "info"), "in this object")
            .with_help("did you mean `summary`?");
        let expected = "\
error[unknown-field]: there is no field `sumary`
 --> specs/a.yaml:3:3
  |
3 |   sumary: x
  |   ^^^^^^
  |
note: in this object
 --> specs/a.yaml:1:1
  |
1 | info:
  | ----
help: did you mean `summary`?
";
        assert_eq!(render_problems(&[shown], false), expected);
    }

    #[test]
    fn without_a_place_there_is_only_the_sentence() {
        let mut problem = Problem::without_place(ProblemCode::UnusableFile, "there is no folder");
        problem.severity = Severity::Warning;
        let expected = "warning[unusable-file]: there is no folder\n";
        assert_eq!(render_problems(&[problem], false), expected);
        assert_eq!(render_problems(&[], false), "");
    }

    #[test]
    fn colour_is_there_only_on_demand() {
        let problems = [problem("a: b", "b")];
        assert!(!render_problems(&problems, false).contains('\u{1b}'));
        assert!(render_problems(&problems, true).contains('\u{1b}'));
    }

    #[test]
    fn nothing_of_the_file_reaches_the_terminal_as_a_command() {
        let text = "a\u{1b}[2J\u{9b}31m\u{202e}: b\r\n\u{7}";
        let mut hostile = problem(text, "b").with_help("\u{1b}]0;x\u{7}");
        hostile.message = "m\u{1b}[2J\u{9b}".into();
        if let Some(location) = &mut hostile.location {
            location.path = Arc::from("p\u{1b}[2J");
        }
        let shown = render_problems(&[hostile], false);
        assert!(
            !shown
                .chars()
                .any(|shown| shown != '\n' && shown.is_control()),
            "{shown:?}"
        );
        assert!(!shown.contains('\u{202e}'));
    }

    #[test]
    fn a_window_is_cut_on_both_sides_and_keeps_its_mark() {
        let text = format!("{}needle{}", "ä".repeat(1000), "b".repeat(1000));
        let window = Window::around(&text, &place(&text, "needle").span);
        assert_eq!(&window.text[window.mark.clone()], "needle");
        assert!(window.text.starts_with("…ä") && window.text.ends_with("b…"));
        let shown = render_problems(&[problem(&text, "needle")], false);
        assert!(shown.contains(" --> specs/a.yaml:1:1001\n"), "{shown}");
        assert!(window.text.len() < BEFORE_BYTES_MAX + AFTER_BYTES_MAX + 8);
    }

    #[test]
    fn a_span_of_many_lines_is_marked_in_its_first() {
        let text = "a:\n  b: 1\n  c: 2\n";
        let window = Window::around(text, &(3..text.len()));
        assert_eq!((window.text.as_str(), window.mark), ("  b: 1", 0..6));
    }

    #[test]
    fn a_place_outside_the_text_or_inside_a_character_is_shown_near_it() {
        for (text, span) in [
            ("", 0..0),
            ("", 5..9),
            ("ä", 1..1),
            ("a\n", 2..2),
            ("ä", 0..1),
        ] {
            let window = Window::around(text, &span);
            assert!(window.mark.end <= window.text.len(), "{text:?} {span:?}");
            let mut problem = problem("a", "a");
            if let Some(location) = &mut problem.location {
                location.text = Arc::from(text);
                location.span = span;
            }
            assert!(render_problems(&[problem], false).starts_with("error[unknown-field]"));
        }
    }

    #[test]
    fn of_very_many_only_the_number_is_shown() {
        let text = format!("{}b", "x".repeat(20_000_000));
        let one = problem(&text, "b");
        let shown = render_problems(&vec![one; PROBLEMS_MAX + 7], false);
        assert!(shown.ends_with("\n7 more are not shown\n"));
        assert!(shown.len() < PROBLEMS_MAX * 500);
        assert_eq!(shown.matches("error[").count(), PROBLEMS_MAX);
    }

    proptest::proptest! {
        #[test]
        fn no_text_and_no_span_breaks_a_window(text in "\\PC{0,200}|[a\n\r\t\u{1b}ä]{0,300}", from in 0usize..700, length in 0usize..700) {
            let window = Window::around(&text, &(from..from + length));
            proptest::prop_assert!(window.text.is_char_boundary(window.mark.start));
            proptest::prop_assert!(window.text.is_char_boundary(window.mark.end));
            proptest::prop_assert!(!window.text.contains(char::is_control));
        }
    }
}
