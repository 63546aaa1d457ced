//! What the page says without its script: the verdict with its numbers, and a table of what did not
//! pass. Every text of a run is escaped twice over: hidden characters, then markup.

use std::fmt::Write as _;
use std::io;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::report::Captured;
use crate::report::counts::{Counts, count_flows};
use crate::report::escape_line;
use crate::report::human::{count, shorten};

/// How many flows stand in the table.
const ROWS_MAX: usize = 200;

/// How many captured values of a flow stand in the table.
const CAPTURED_MAX: usize = 8;

/// The width of the line that shows the shares, in its own units.
const SHARE_WIDTH: usize = 1000;

/// What the page itself tells of a case, out of its object in the document.
#[derive(Debug, Deserialize)]
pub(super) struct CaseHead {
    path: String,
    verdict: String,
    reason: Option<String>,
    findings: Vec<FindingHead>,
    snapshot: Option<SnapshotHead>,
    #[serde(default)]
    steps: Vec<StepHead>,
}

#[derive(Debug, Deserialize)]
struct StepHead {
    path: String,
    #[serde(default)]
    captured: Vec<Captured>,
}

#[derive(Debug, Deserialize)]
struct FindingHead {
    check: String,
    severity: String,
    step: Option<String>,
    message: String,
}

/// Both forms: a word, and an object.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum SnapshotHead {
    Word(String),
    Stated { state: String },
    Other(IgnoredAny),
}

impl CaseHead {
    /// Reads the line of a case as the `json` form writes it.
    pub(super) fn read(line: &[u8]) -> io::Result<Self> {
        let from = line.iter().position(|byte| *byte == b'{');
        Ok(serde_json::from_slice(&line[from.unwrap_or(0)..])?)
    }

    /// What there is to say, in a line.
    fn line(&self) -> String {
        if let Some(reason) = &self.reason {
            return reason.clone();
        }
        let is_error = |it: &&FindingHead| it.severity == "error";
        let Some(first) = self.findings.iter().find(is_error) else {
            return match (self.verdict.as_str(), &self.snapshot) {
                ("failed", _) => "a step failed",
                (_, Some(SnapshotHead::Word(state) | SnapshotHead::Stated { state }))
                    if state == "new" =>
                {
                    "the snapshot is new"
                }
                _ => "the snapshot has changed",
            }
            .to_owned();
        };
        let step = first.step.as_ref().map(|step| format!("{step}: "));
        let line = format!(
            "{}{}: {}",
            step.unwrap_or_default(),
            first.check,
            first.message
        );
        match self.findings.iter().filter(is_error).count() - 1 {
            0 => line,
            more => format!("{line} (and {more} more)"),
        }
    }
}

impl CaseHead {
    /// What its steps captured, and who reads it, as markup.
    fn captured(&self) -> String {
        let all = self.steps.iter().flat_map(|step| {
            let told = step.captured.iter();
            told.map(move |it| format!("{}: {}", step.path, words(it)))
        });
        let mut left = all.clone().count();
        if left == 0 {
            return String::new();
        }
        let mut out = "<ul>".to_owned();
        for line in all.take(CAPTURED_MAX) {
            left -= 1;
            write!(out, "<li>{}</li>", markup(&shorten(&line))).expect("a String takes all");
        }
        if left > 0 {
            write!(out, "<li>{left} more</li>").expect("a String takes all");
        }
        out + "</ul>"
    }
}

/// What was captured, in words.
fn words(captured: &Captured) -> String {
    let mut out = captured.name.clone();
    if let Some(value) = &captured.value {
        let ellipsis = if captured.bytes_left_out > 0 {
            "…"
        } else {
            ""
        };
        out = format!("{out} = {value}{ellipsis}");
    }
    if !captured.read_by.is_empty() {
        out = format!("{out}, read by {}", captured.read_by.join(", "));
    }
    if captured.readers_left_out > 0 {
        out = format!("{out} and {} more", captured.readers_left_out);
    }
    out
}

/// The table of what did not pass; its size does not grow with the size of the run.
#[derive(Debug, Default)]
pub(super) struct Told {
    rows: String,
    all: usize,
}

impl Told {
    /// Takes one more case in.
    pub(super) fn add(&mut self, case: &CaseHead) {
        let Some(word) = row_word(&case.verdict) else {
            return;
        };
        self.all += 1;
        if self.all > ROWS_MAX {
            return;
        }
        writeln!(
            self.rows,
            "<tr><td>{word}</td><th scope=\"row\">{}</th><td>{}{}</td></tr>",
            markup(&case.path),
            markup(&shorten(&case.line())),
            case.captured(),
        )
        .expect("a String takes all");
    }

    /// The table as markup.
    pub(super) fn render(&self) -> String {
        if self.all == 0 {
            return "<p>No flow failed or needs review.</p>".to_owned();
        }
        let more = match self.all.saturating_sub(ROWS_MAX) {
            0 => String::new(),
            more => format!(
                "<p>{} not in this table.</p>\n",
                count_flows(more, "is", "are")
            ),
        };
        format!(
            "<table class=\"told\">\n<caption>What did not pass: {}</caption>\n\
             <thead><tr><th scope=\"col\">Verdict</th><th scope=\"col\">Flow</th><th scope=\"col\">Why</th></tr></thead>\n\
             <tbody>\n{}</tbody>\n</table>\n{more}",
            count(self.all, "flow"),
            self.rows,
        )
    }
}

fn row_word(verdict: &str) -> Option<&'static str> {
    match verdict {
        "failed" => Some("failed"),
        "broken" => Some("broken"),
        "needs-review" => Some("needs review"),
        _ => None,
    }
}

/// The top of the page: the verdict in a word and a sentence, and numbers that add up.
pub(super) fn verdict(counts: &Counts) -> String {
    let (sign, tone, word) = counts.verdict();
    let shares = shares(counts);
    let mut bar = String::new();
    let mut items = String::new();
    let mut before = 0;
    for (class, sign, tone, word, number) in shares {
        let at = |flows: usize| flows * SHARE_WIDTH / counts.selected.max(1);
        let (from, to) = (at(before), at(before + number));
        before += number;
        if number == 0 {
            continue;
        }
        write!(
            bar,
            "<rect class=\"{class}\" x=\"{from}\" width=\"{}\" height=\"6\"/>",
            to - from
        )
        .expect("a String takes all");
        write!(
            items,
            "<li><span class=\"sign {tone}\" aria-hidden=\"true\">{sign}</span><b>{number}</b> {word}</li>"
        )
        .expect("a String takes all");
    }
    format!(
        "<header class=\"top\">\n<p class=\"brand\">countersign</p>\n\
         <h1><span class=\"sign {tone}\" aria-hidden=\"true\">{sign}</span> {word}</h1>\n\
         <p class=\"sentence\">{}</p>\n\
         <svg class=\"share\" viewBox=\"0 0 {SHARE_WIDTH} 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{bar}</svg>\n\
         <ul class=\"counts\">{items}<li>= <b>{}</b> selected</li></ul>\n</header>",
        counts.sentence(),
        counts.selected,
    )
}

/// Class, sign, tone, word and number of each verdict.
type Share = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    usize,
);

fn shares(counts: &Counts) -> [Share; 5] {
    [
        ("passed", "✓", "good", "passed", counts.passed),
        ("failed", "✗", "bad", "failed", counts.failed),
        (
            "needs-review",
            "~",
            "note",
            "to review",
            counts.needs_review,
        ),
        ("broken", "!", "bad", "broken", counts.broken),
        ("skipped", "○", "calm", "not played", counts.skipped),
    ]
}

/// A text of a run as markup that stands for itself.
fn markup(text: &str) -> String {
    let mut out = String::new();
    for letter in escape_line(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}
