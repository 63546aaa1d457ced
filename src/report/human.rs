//! What a person reads: one line for each case, a block for each that did not pass, and the end.
//!
//! Nothing is printed here; every function returns text. A status is always a sign and a word, and
//! colour only comes on top, so that nothing is lost where there is none. Every text that comes from
//! a target or a file is escaped, and what is cut says how much was left out. Times are handed in,
//! since only the terminal knows them.

mod answer;
mod block;
mod change;
mod closing;
mod coverage;
mod pane;
mod steps;
mod tries;
pub mod window;

pub use block::failure;
pub use change::{lines as changed_lines, one as change_line};
pub(super) use closing::review as review_words;
pub use closing::{Closing, cases};
pub use steps::steps;
pub use tries::tries;

use std::borrow::Cow;
use std::fmt::Display;
use std::fmt::Write as _;
use std::time::Duration;

use anstyle::{AnsiColor, Style};

use super::{CaseReport, PROGRAM, Probes, StepOutcome, escape_line};
use crate::verdict::{Severity, Verdict};

/// The width that paths are filled up to in status lines, in characters.
const PATH_WIDTH: usize = 32;

/// The longest value that is shown in a line, in characters.
const VALUE_CHARS_MAX: usize = 200;

/// The styles of the text. With [`Palette::PLAIN`] no escape sequence is put out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// What passed.
    pub good: Style,
    /// What failed, and what a target got wrong.
    pub bad: Style,
    /// What somebody should look at.
    pub notice: Style,
    /// Names of places.
    pub place: Style,
    /// Names that can be pasted.
    pub strong: Style,
    /// Frames, numbers and what is only beside the point.
    pub faint: Style,
    /// The words that differ in a removed line.
    pub removed_word: Style,
    /// The words that differ in an added line.
    pub added_word: Style,
}

impl Palette {
    /// No style at all.
    pub const PLAIN: Self = Self {
        good: Style::new(),
        bad: Style::new(),
        notice: Style::new(),
        place: Style::new(),
        strong: Style::new(),
        faint: Style::new(),
        removed_word: Style::new(),
        added_word: Style::new(),
    };

    /// The terminal's own sixteen colours, which its user has chosen to be readable.
    pub const COLOURED: Self = Self {
        good: AnsiColor::Green.on_default().bold(),
        bad: AnsiColor::Red.on_default().bold(),
        notice: AnsiColor::Yellow.on_default().bold(),
        place: AnsiColor::Cyan.on_default(),
        strong: Style::new().bold(),
        faint: Style::new().dimmed(),
        removed_word: AnsiColor::Red.on_default().invert(),
        added_word: AnsiColor::Green.on_default().invert(),
    };
}

/// How the run was called: printed commands begin alike, so that pasting one plays against the same
/// target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The command with the flags that say where and against what, such as
    /// `countersign run --target local`.
    pub command: String,
    /// What was selected, with a space before it; empty for everything.
    pub selection: String,
}

impl Default for Invocation {
    fn default() -> Self {
        Self {
            command: format!("{PROGRAM} run"),
            selection: String::new(),
        }
    }
}

/// Where a case stands in the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// How many cases have ended, this one included.
    pub ended: usize,
    /// How many there are.
    pub all: usize,
}

/// The line that says how a case ended, without a line feed. A case that was not played has no time.
pub fn status_line(
    case: &CaseReport,
    position: Position,
    took: Option<Duration>,
    palette: &Palette,
) -> String {
    let (word, style) = word(case, palette);
    let word = if case.is_flaky() {
        Cow::Owned(format!("{word} {}", which_try(case)))
    } else {
        Cow::Borrowed(word)
    };
    let (faint, strong) = (palette.faint, palette.strong);
    let Position { ended, all } = position;
    let width = all.checked_ilog10().map_or(1, |it| it as usize + 1);
    let path = escape_line(&case.path);
    // One text: this is written for each case that ends.
    let mut line = format!(
        "{style}{word:>12}{style:#} {faint}{}{faint:#} ({ended:>width$}/{all}) {strong}{path}{strong:#}{:gap$}  {}",
        clock(took),
        "",
        tally(case),
        gap = PATH_WIDTH.saturating_sub(window::width(&path)),
    );
    line.truncate(line.trim_end().len());
    line
}

/// The word for how a case ended in the terminal, with its colour.
fn word(case: &CaseReport, palette: &Palette) -> (&'static str, Style) {
    let word = match case.verdict {
        Verdict::Passed if case.is_flaky() => "FLAKY",
        Verdict::Passed => "PASS",
        Verdict::Failed => "FAIL",
        Verdict::NeedsReview => "REVIEW",
        Verdict::Broken(_) => "BROKEN",
        Verdict::Skipped(_) => "SKIP",
    };
    (word, style_of(word, palette))
}

/// The colour of such a word.
fn style_of(word: &str, palette: &Palette) -> Style {
    match word {
        "PASS" => palette.good,
        "FAIL" | "BROKEN" => palette.bad,
        _ => palette.notice,
    }
}

/// Which try a case ended with, of how many there may be.
fn which_try(case: &CaseReport) -> String {
    format!("{}/{}", case.tries.earlier.len() + 1, case.tries.max)
}

/// A time in its frame, eleven characters wide.
fn clock(took: Option<Duration>) -> String {
    match took {
        Some(took) => format!("[{:>8.3}s]", took.as_secs_f64()),
        None => "[         ]".to_owned(),
    }
}

/// How many steps passed, and whatever else a line should say.
fn tally(case: &CaseReport) -> String {
    if let Verdict::Skipped(reason) = &case.verdict {
        return format!("not run: {}", shorten(reason));
    }
    let all = case.steps.len();
    let passed = case
        .steps
        .iter()
        .filter(|step| step.outcome == StepOutcome::Passed)
        .count();
    let mut text = if passed == all {
        count(all, "step")
    } else {
        format!("{passed}/{all} steps")
    };
    let light = case
        .findings
        .iter()
        .filter(|it| it.severity == Severity::Warning)
        .count();
    if light > 0 {
        write!(text, ", {}", count(light, "warning")).expect("a String takes all");
    }
    if case.waived() > 0 {
        write!(text, ", {} waived", case.waived()).expect("a String takes all");
    }
    let is_probed = |it: &&Probes| it.sent > 0 || it.ended_early.is_some() || it.varied.is_empty();
    if let Some(probes) = case.probes.as_ref().filter(is_probed) {
        write!(text, ", {}", count(probes.sent, "probe")).expect("a String takes all");
        if let Some(why) = &probes.ended_early {
            write!(text, " (ended early: {})", shorten(why)).expect("a String takes all");
        }
    }
    let notes = case.steps.iter().flat_map(|step| &step.notes);
    for note in notes.take(1) {
        write!(text, ", {}", shorten(note)).expect("a String takes all");
    }
    if !case.tries.earlier.is_empty() && !case.is_flaky() {
        write!(text, ", try {}", which_try(case)).expect("a String takes all");
    }
    match &case.verdict {
        Verdict::NeedsReview => text.push_str(", snapshot to review"),
        Verdict::Broken(why) => {
            write!(text, ", {}", shorten(why)).expect("a String takes all");
        }
        _ => {}
    }
    text
}

/// A number with its noun, in the plural where it is not one.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// Puts a text into a style; the style ends with it.
fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A text as one line of a bearable length, with a note of what was left out.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARS_MAX) {
        None => escape_line(text).into_owned(),
        Some((end, _)) => {
            let rest = text[end..].chars().count();
            format!("{} … ({rest} more characters)", escape_line(&text[..end]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn line(case: &CaseReport, took: Option<u64>) -> String {
        let position = Position { ended: 3, all: 17 };
        status_line(
            case,
            position,
            took.map(Duration::from_millis),
            &Palette::PLAIN,
        )
    }

    #[test]
    fn each_verdict_has_its_word() {
        let lines: Vec<_> = sample::cases()
            .iter()
            .map(|case| line(case, Some(12)))
            .collect();
        assert_eq!(
            lines,
            [
                "        PASS [   0.012s] ( 3/17) widgets::lifecycle                1 step, 1 warning",
                "        FAIL [   0.012s] ( 3/17) widgets::listing                  1/4 steps",
                "      REVIEW [   0.012s] ( 3/17) users::profile                    1 step, snapshot to review",
                "      BROKEN [   0.012s] ( 3/17) users::login                      0/1 steps, 127.0.0.1:1: connection refused",
                "        SKIP [   0.012s] ( 3/17) users::logout                     not run: users::login has not passed",
            ]
        );
    }

    #[test]
    fn without_a_time_the_columns_stay() {
        assert_eq!(
            line(&sample::failed(), None),
            "        FAIL [         ] ( 3/17) widgets::listing                  1/4 steps"
        );
    }

    #[test]
    fn colour_comes_on_top() {
        let position = Position { ended: 1, all: 1 };
        let coloured = status_line(&sample::failed(), position, None, &Palette::COLOURED);
        assert_eq!(
            coloured,
            "\u{1b}[1m\u{1b}[31m        FAIL\u{1b}[0m \u{1b}[2m[         ]\u{1b}[0m (1/1) \
             \u{1b}[1mwidgets::listing\u{1b}[0m                  1/4 steps"
        );
        let plain = status_line(&sample::failed(), position, None, &Palette::PLAIN);
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    }

    #[test]
    fn a_cause_cannot_fake_a_line_or_fill_the_screen() {
        let mut case = sample::broken();
        case.verdict = Verdict::Broken(format!("x\n        PASS \u{1b}[2J{}", "y".repeat(300)));
        let line = line(&case, None);
        assert!(line.contains(r"x\n        PASS \u{1b}[2J"), "{line}");
        assert!(line.ends_with("y … (119 more characters)"), "{line}");
        case.path = "a\u{202e}::b".to_owned();
        assert!(super::tests::line(&case, None).contains(r"a\u{202e}::b"));
    }
}
