//! The report as workflow commands of GitHub Actions: notes beside the lines of the contract that are
//! broken. To be written to the standard output of a step (`github=-`).
//!
//! GitHub shows ten errors and ten warnings of a step and drops the others without a word. So what has
//! one cause over the whole run is one note, errors of the contract come first, and a last notice says how
//! many of how many are shown.

use std::io::{self, Write};

use super::counts::{Counts, count_flows};
use super::group::{Held, RunCause, RunCauses};
use super::human::{count, review_words, shorten};
use super::problems::github_command;
use super::workflow_command::{Annotation, level};
use super::{CaseReport, Format, FormatEntry, PROGRAM, Summary};
use crate::verdict::{Severity, Verdict};

pub(super) const ENTRY: FormatEntry = FormatEntry {
    id: "github",
    summary: "Workflow commands of GitHub Actions: notes beside the lines of the contract that are broken.",
    wants_exchanges: false,
    create: || Box::new(GitHub::default()),
};

/// How many notes of each weight are written: GitHub shows as many of a step.
const NOTES_MAX: usize = 10;

/// The writer of the commands.
struct GitHub {
    causes: RunCauses,
    /// What is no finding and weighs as an error.
    errors: Others,
    /// What is no finding and weighs as a warning.
    warnings: Others,
    /// What is no finding and weighs nothing: nothing so far.
    notices: Others,
}

/// Commands that are written after those of the causes.
#[derive(Default)]
struct Others {
    commands: Vec<String>,
    all: usize,
}

impl Default for GitHub {
    fn default() -> Self {
        Self {
            causes: RunCauses::by_place(),
            errors: Others::default(),
            warnings: Others::default(),
            notices: Others::default(),
        }
    }
}

impl Others {
    fn add(&mut self, command: String) {
        self.all += 1;
        if self.commands.len() < NOTES_MAX {
            self.commands.push(command);
        }
    }
}

impl Format for GitHub {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn case(&mut self, case: &CaseReport, _: &mut dyn Write) -> io::Result<()> {
        self.causes.add(case);
        for problem in &case.problems {
            self.of(problem.severity).add(github_command(problem));
        }
        let is_error = |it: &crate::check::Finding| it.severity == Severity::Error;
        let (severity, title, text) = match &case.verdict {
            Verdict::Failed if !case.findings.iter().any(is_error) => {
                let why = case
                    .change
                    .as_ref()
                    .map_or_else(|| "a step failed".to_owned(), |it| review_words(Some(it)));
                (Severity::Error, "failed", why)
            }
            Verdict::Broken(why) => (Severity::Error, "broken", shorten(why)),
            Verdict::NeedsReview => {
                let what = review_words(case.change.as_ref());
                let text = format!("{what}\n{PROGRAM} review");
                (Severity::Warning, "snapshot to review", text)
            }
            Verdict::Passed | Verdict::Failed | Verdict::Skipped(_) => return Ok(()),
        };
        let note = Annotation {
            level: level(severity),
            location: Some(&case.location),
            title,
            text: &format!("{}: {text}", case.path),
        };
        self.of(severity).add(note.command());
        Ok(())
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let errors = put(&self.causes.errors, &self.errors, out)?;
        let warnings = put(&self.causes.warnings, &self.warnings, out)?;
        let waived = put(&self.causes.waived, &self.notices, out)?;
        let mut text = Counts::from(summary).sentence();
        let kinds = [
            (errors, "error"),
            (warnings, "warning"),
            (waived, "waived cause"),
        ];
        for (shown, noun) in kinds {
            if shown.1 > 0 {
                text = format!("{text} {} of {} shown here.", shown.0, count(shown.1, noun));
            }
        }
        if self.causes.left_out() > 0 {
            let more = count(self.causes.left_out(), "finding");
            text = format!("{text} {more} of further causes not counted.");
        }
        let note = Annotation {
            level: "notice",
            location: None,
            title: PROGRAM,
            text: &text,
        };
        out.write_all(note.command().as_bytes())
    }
}

impl GitHub {
    fn of(&mut self, severity: Severity) -> &mut Others {
        match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Waived => &mut self.notices,
        }
    }
}

/// Writes the notes of one weight; answers how many of how many.
fn put(held: &Held, others: &Others, out: &mut dyn Write) -> io::Result<(usize, usize)> {
    let (with, without): (Vec<_>, Vec<_>) = held
        .causes
        .iter()
        .partition(|cause| cause.first.contract.is_some());
    let causes = with.into_iter().chain(without).map(command);
    let commands = causes.chain(others.commands.iter().cloned());
    let mut shown = 0;
    for command in commands.take(NOTES_MAX) {
        out.write_all(command.as_bytes())?;
        shown += 1;
    }
    Ok((shown, held.causes.len() + others.all))
}

fn command(cause: &RunCause) -> String {
    let finding = &cause.first;
    let mut text = shorten(&finding.message);
    for (word, value) in [("expected", &finding.expected), ("actual", &finding.actual)] {
        if !value.is_empty() {
            text = format!("{text}\n{word}: {}", shorten(value));
        }
    }
    if let Some(waiver) = cause.waiver() {
        text = format!("{text}\n{waiver}");
    }
    let flows = count_flows(cause.cases, "has it", "have it");
    text = format!(
        "{text}\n{}: {}, {}; {}, {flows}\n{PROGRAM} explain {}",
        cause.id,
        shorten(&cause.line),
        finding.place,
        count(cause.places, "place"),
        finding.check,
    );
    let note = Annotation {
        level: level(finding.severity),
        location: Some(finding.contract.as_ref().unwrap_or(&finding.scenario)),
        title: finding.check,
        text: &text,
    };
    note.command()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn lines(cases: &[CaseReport]) -> Vec<String> {
        let text = sample::written(&ENTRY, cases);
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn causes_stand_at_their_lines_and_a_notice_ends_it() {
        let lines = lines(&sample::cases());
        let begins = [
            "::error file=specs/widgets/openapi.yaml,line=9,endLine=9,col=16,endColumn=31,title=response-schema::\
             `total` must be integer%0Aexpected: integer%0Aactual: string \"3\"%0A\
             widgets::listing/list#response-schema: GET /widgets -> 200, body /items/0/total; \
             3 places, 1 flow has it%0Acountersign explain response-schema",
            "::error file=specs/widgets/flows.arazzo.yaml,line=5,endLine=5,col=17,endColumn=21,title=response-headers::",
            "::error file=specs/widgets/flows.arazzo.yaml,line=5,endLine=5,col=17,endColumn=21,title=invalid-value::",
            "::error file=specs/widgets/flows.arazzo.yaml,line=5,endLine=5,col=17,endColumn=21,title=broken::\
             users::login: 127.0.0.1:1: connection refused",
            "::warning file=specs/widgets/flows.arazzo.yaml,line=5,endLine=5,col=17,endColumn=21,title=media-type::",
            "::warning file=specs/widgets/flows.arazzo.yaml,line=5,endLine=5,col=17,endColumn=21,title=snapshot to review::\
             users::profile: snapshot changed: 1 allowed value%0Acountersign review",
            "::notice title=countersign::1 flow failed; 1 flow waits for a review; 1 flow could not be played to the end; \
             1 flow was not played. 4 of 4 errors shown here. 2 of 2 warnings shown here.",
        ];
        assert_eq!(lines.len(), begins.len(), "{lines:#?}");
        for (line, begin) in lines.iter().zip(begins) {
            assert!(line.starts_with(begin), "{line}\n{begin}");
        }
    }

    #[test]
    fn no_more_are_written_than_are_shown_and_those_of_the_contract_come_first() {
        let mut case = sample::failed();
        let finding = case.findings[0].clone();
        case.findings.rotate_right(1);
        for number in 0..3 * NOTES_MAX {
            let mut one = finding.clone();
            one.message = format!("{number}");
            case.findings.push(one.clone());
            one.severity = Severity::Warning;
            case.findings.push(one);
        }
        let lines = lines(&[case]);
        let number = |begin: &str| lines.iter().filter(|line| line.starts_with(begin)).count();
        assert_eq!(
            number("::error file=specs/widgets/openapi.yaml,"),
            NOTES_MAX
        );
        assert_eq!(
            (number("::error"), number("::warning")),
            (NOTES_MAX, NOTES_MAX)
        );
        let last = lines.last().expect("a notice");
        let end = "1 flow failed. 10 of 32 errors shown here. 10 of 30 warnings shown here.";
        assert!(last.ends_with(end), "{last}");
    }

    #[test]
    fn a_flow_that_failed_without_a_finding_is_an_error_too() {
        let mut case = sample::failed();
        case.findings.clear();
        let mut changed = sample::review();
        changed.verdict = Verdict::Failed;
        let lines = lines(&[case, changed]);
        assert!(
            lines[0].ends_with("title=failed::widgets::listing: a step failed"),
            "{}",
            lines[0]
        );
        let end = "users::profile: snapshot changed: 1 allowed value";
        assert!(
            lines[1].starts_with("::error") && lines[1].ends_with(end),
            "{}",
            lines[1]
        );
    }

    #[test]
    fn a_run_in_order_has_one_notice() {
        let mut case = sample::passed();
        case.findings.clear();
        assert_eq!(
            lines(&[case]),
            ["::notice title=countersign::The one flow passed."]
        );
    }

    #[test]
    fn what_is_waived_is_a_notice() {
        let lines = lines(&[sample::waived()]);
        assert_eq!(lines.len(), 2, "{lines:#?}");
        assert!(lines[0].starts_with("::notice file=specs/widgets/openapi.yaml,line=9,"));
        let words = "%0Awaived until 2027-01-31: totals are texts until the next version (widgets team, W-12), \
            specs/widgets/api.toml:7%0A";
        assert!(lines[0].contains(words), "{}", lines[0]);
        let last =
            "::notice title=countersign::The one flow passed. 1 of 1 waived cause shown here.";
        assert_eq!(lines[1], last);
    }

    #[test]
    fn hostile_text_begins_no_command() {
        let mut case = sample::failed();
        case.findings[0].message = "a\r\n::stop-commands::x\n\u{1b}[2J".to_owned();
        case.findings[0].actual = "%0A::error::%".to_owned();
        let text = sample::written(&ENTRY, &[case]);
        for line in text.lines() {
            assert!(
                line.starts_with("::error ") || line.starts_with("::notice "),
                "{line}"
            );
        }
        assert!(
            text.contains(r"a\r\n::stop-commands::x\n\u{1b}[2J"),
            "{text}"
        );
        assert!(text.contains("actual: %250A::error::%25%0A"), "{text}");
    }
}
