//! The report as Markdown, for the summary of a step (`GITHUB_STEP_SUMMARY`) or a comment.
//!
//! What is wrong comes first, by its cause over the whole run, then what waits for a review and what was
//! not played. Every text of a run stands in a span of code, in which services read neither markup nor
//! HTML nor the names of people; none begins a line.
//!
//! Sources: CommonMark 0.31 §6.1 (code spans); GitHub Docs, "Workflow commands" (the size of a summary).

use std::fmt::Write as _;
use std::io::{self, Write};

use super::counts::{Counts, count_flows};
use super::group::{Held, RunCause, RunCauses};
use super::human::{count, review_words, shorten};
use super::{CaseReport, Format, FormatEntry, PROGRAM, Summary};
use crate::verdict::{Severity, Verdict};

pub(super) const ENTRY: FormatEntry = FormatEntry {
    id: "markdown",
    summary: "Markdown for the summary of a CI job or a comment: what is wrong by its cause, what to review.",
    wants_exchanges: false,
    create: || Box::new(Markdown::default()),
};

/// The largest document, in bytes. GitHub takes 1 MiB from a step, and nothing at all of one that is
/// larger; other programs may have written to the same file.
const BYTES_MAX: usize = 900 * 1024;

/// What is kept free of it for the titles of sections and for what says how much was cut off, in bytes.
const RESERVED_BYTES: usize = 4 * 1024;

/// How many entries of a section are held until the end.
const ENTRIES_MAX: usize = 2000;

/// The writer of one document.
struct Markdown {
    causes: RunCauses,
    /// Flows that failed without a finding, or could not be played to the end, and wrong files.
    otherwise: Section,
    review: Section,
    skipped: Section,
}

/// Entries under a title.
#[derive(Default)]
struct Section {
    entries: Vec<String>,
    all: usize,
}

impl Default for Markdown {
    fn default() -> Self {
        Self {
            causes: RunCauses::by_place(),
            otherwise: Section::default(),
            review: Section::default(),
            skipped: Section::default(),
        }
    }
}

impl Section {
    fn add(&mut self, entry: String) {
        self.all += 1;
        if self.entries.len() < ENTRIES_MAX {
            self.entries.push(entry);
        }
    }

    fn of(held: &Held) -> Self {
        let entries = held.causes.iter().enumerate();
        Self {
            entries: entries
                .map(|(at, cause)| cause_entry(at + 1, cause))
                .collect(),
            all: held.causes.len(),
        }
    }
}

impl Format for Markdown {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn case(&mut self, case: &CaseReport, _: &mut dyn Write) -> io::Result<()> {
        self.causes.add(case);
        for problem in &case.problems {
            let place = problem.location.as_ref().map(ToString::to_string);
            let (place, text) = (code(&place.unwrap_or_default()), code(&problem.message));
            self.otherwise.add(format!(
                "- {} of a file, {place}: {text}\n",
                problem.severity
            ));
        }
        let flow = code(&case.path);
        let has_error = case
            .findings
            .iter()
            .any(|it| it.severity == Severity::Error);
        let change = case.change.as_ref();
        match &case.verdict {
            Verdict::Failed if has_error => {}
            Verdict::Failed => {
                let why =
                    change.map_or_else(|| "a step failed".to_owned(), |it| review_words(Some(it)));
                self.otherwise.add(format!("- failed: {flow}, {why}\n"));
            }
            Verdict::Broken(why) => {
                self.otherwise
                    .add(format!("- broken: {flow}, {}\n", code(why)));
            }
            Verdict::NeedsReview => self
                .review
                .add(format!("- {flow}, {}\n", review_words(change))),
            Verdict::Skipped(why) => self.skipped.add(format!("- {flow}, {}\n", code(why))),
            Verdict::Passed => {}
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let mut page = Page::new(summary);
        let errors = &self.causes.errors;
        page.put("What is wrong", &Section::of(errors), errors.left_out);
        page.put("Failed otherwise", &self.otherwise, 0);
        let warnings = &self.causes.warnings;
        page.put("Warnings", &Section::of(warnings), warnings.left_out);
        let waived = &self.causes.waived;
        page.put("Waived", &Section::of(waived), waived.left_out);
        page.put("To review", &self.review, 0);
        if self.review.all > 0 {
            writeln!(page.text, "\nTo decide: `{PROGRAM} review`").expect("a String takes all");
        }
        page.put("Not played", &self.skipped, 0);
        out.write_all(page.text.as_bytes())
    }
}

/// The document.
struct Page {
    text: String,
}

impl Page {
    /// The verdict and the numbers.
    fn new(summary: &Summary) -> Self {
        let counts = Counts::from(summary);
        let (sign, _, word) = counts.verdict();
        let numbers = [
            ("passed", counts.passed),
            ("failed", counts.failed),
            ("to review", counts.needs_review),
            ("broken", counts.broken),
            ("not played", counts.skipped),
            ("selected", counts.selected),
        ];
        let (mut head, mut rule, mut row) = ("|".to_owned(), "|".to_owned(), "|".to_owned());
        for (word, number) in numbers {
            write!(head, " {word} |").expect("a String takes all");
            write!(row, " {number} |").expect("a String takes all");
            rule.push_str(" ---: |");
        }
        let sentence = counts.sentence();
        Self {
            text: format!("## {sign} {PROGRAM}: {word}\n\n{sentence}\n\n{head}\n{rule}\n{row}\n"),
        }
    }

    /// Adds what there is room for, and says how much there is beyond.
    fn put(&mut self, title: &str, section: &Section, findings_left_out: usize) {
        if section.all == 0 {
            return;
        }
        write!(self.text, "\n### {title} ({})\n\n", section.all).expect("a String takes all");
        let mut put = 0;
        for entry in &section.entries {
            if self.text.len() + entry.len() > BYTES_MAX - RESERVED_BYTES {
                break;
            }
            self.text.push_str(entry);
            put += 1;
        }
        let mut left_out = Vec::new();
        if section.all > put {
            left_out.push(format!("{} of {}", section.all - put, section.all));
        }
        if findings_left_out > 0 {
            left_out.push(format!(
                "{} of further causes",
                count(findings_left_out, "finding")
            ));
        }
        if !left_out.is_empty() {
            let left_out = left_out.join(", and ");
            write!(self.text, "\n_Not shown here: {left_out}._\n").expect("a String takes all");
        }
    }
}

fn cause_entry(number: usize, cause: &RunCause) -> String {
    let finding = &cause.first;
    let mut text = format!(
        "{number}. **{}** {}\n",
        finding.check,
        code(&finding.message)
    );
    let mut line = |words: &str| writeln!(text, "   - {words}").expect("a String takes all");
    if let Some(contract) = &finding.contract {
        line(&format!("contract: {}", code(&contract.to_string())));
    }
    line(&format!(
        "scenario: {}",
        code(&finding.scenario.to_string())
    ));
    let place = code(&finding.place.to_string());
    line(&match cause.line.as_str() {
        "" => format!("seen at: {place}"),
        request => format!("seen at: {}, {place}", code(request)),
    });
    for (word, value) in [("expected", &finding.expected), ("actual", &finding.actual)] {
        if !value.is_empty() {
            line(&format!("{word}: {}", code(value)));
        }
    }
    let flows: Vec<String> = cause.flows.iter().map(|flow| code(flow)).collect();
    let more = match cause.cases.saturating_sub(flows.len()) {
        0 => "",
        _ => ", ..",
    };
    let (places, has) = (
        count(cause.places, "place"),
        count_flows(cause.cases, "has it", "have it"),
    );
    line(&format!("{places}; {has}: {}{more}", flows.join(", ")));
    if let Some(waiver) = cause.waiver() {
        line(&code(&waiver));
    }
    line(&format!(
        "to read on: `{PROGRAM} explain {}`",
        finding.check
    ));
    text
}

/// A text as a span of code, in which nothing means anything: shortened, on one line, between more
/// backticks than it has in a row.
fn code(text: &str) -> String {
    let text = shorten(text);
    let longest = text.split(|letter| letter != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0) + 1);
    // A space on each side is taken away again, where it is not all.
    match text.as_str() {
        "" => "(nothing)".to_owned(),
        text if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) => {
            format!("{fence} {text} {fence}")
        }
        text => format!("{fence}{text}{fence}"),
    }
}

#[cfg(test)]
mod tests;
