//! The end of a run: the numbers, once more all that did not pass, and the command to go on with.
//!
//! Names are printed so that they can be pasted back. Every case that was selected is counted, and
//! one that was not played says why.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use anstyle::Style;

use super::{Invocation, Palette, clock, count, paint, shorten, style_of, which_try, word};
use crate::change::{CLASSES, FlowChange};
use crate::coverage::Kind;
use crate::report::curl::quote;
use crate::report::{CaseReport, CoverageSummary, PROGRAM, StepOutcome, StepReport, Summary};
use crate::verdict::{Severity, Verdict};

/// How many lines repeat what did not pass.
const ENTRIES_MAX: usize = 100;

/// The width of the rule above the numbers, in characters.
const RULE_WIDTH: usize = 78;

/// Gathers what the end of a run repeats; its size does not grow with the size of the run.
#[derive(Debug, Clone, Default)]
pub struct Closing {
    /// What is repeated, in the order of the plan.
    entries: Vec<Entry>,
    /// What is waived, in the order in which each waiver was needed first.
    waived: Vec<WaivedEntry>,
    /// How many more there would be.
    left_out: usize,
    /// The first case that failed, with the first check that found something.
    first_failed: Option<(String, Option<&'static str>)>,
    /// The first case that broke.
    first_broken: Option<String>,
    /// The first case that needs review.
    first_review: Option<String>,
}

/// One line that is repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    word: &'static str,
    name: String,
    text: String,
}

/// A waiver with what it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct WaivedEntry {
    words: String,
    first: String,
    findings: usize,
}

impl Closing {
    /// Takes one more case in.
    pub fn add(&mut self, case: &CaseReport) {
        let path = || case.path.clone();
        match &case.verdict {
            Verdict::Passed if case.is_flaky() => {
                let text = format!("passed at try {}", which_try(case));
                self.repeat(case, path(), text);
            }
            Verdict::Passed => {}
            Verdict::Failed => {
                let errors = case
                    .findings
                    .iter()
                    .filter(|it| it.severity == Severity::Error);
                let check = errors.clone().next().map(|finding| finding.check);
                self.first_failed.get_or_insert_with(|| (path(), check));
                self.repeat_findings(case);
            }
            Verdict::NeedsReview => {
                self.first_review.get_or_insert_with(path);
                self.repeat(case, path(), review(case.change.as_ref()));
            }
            Verdict::Broken(why) => {
                self.first_broken.get_or_insert_with(path);
                self.repeat(case, path(), shorten(why));
            }
            Verdict::Skipped(reason) => {
                self.repeat(case, path(), format!("not run: {}", shorten(reason)));
            }
        }
        self.count_waived(case);
    }

    /// Repeats a case that failed, with a line for each name of a finding.
    fn repeat_findings(&mut self, case: &CaseReport) {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut names = Vec::new();
        for finding in case
            .findings
            .iter()
            .filter(|it| it.severity == Severity::Error)
        {
            let name = case.finding_id(finding);
            let number = places.entry(name.clone()).or_default();
            *number += 1;
            if *number == 1 {
                names.push(name);
            }
        }
        if names.is_empty() {
            let has_failed = |it: &StepReport| it.outcome == StepOutcome::Failed;
            let text = match &case.change {
                // Its changes are what the project calls a failure.
                Some(change) if !case.steps.iter().any(has_failed) => review(Some(change)),
                _ => "a step failed".to_owned(),
            };
            self.repeat(case, case.path.clone(), text);
        }
        for name in names {
            let number = places.get(&name).copied().unwrap_or_default();
            let text = if number > 1 {
                count(number, "place")
            } else {
                String::new()
            };
            self.repeat(case, name, text);
        }
    }

    fn repeat(&mut self, case: &CaseReport, name: String, text: String) {
        if self.entries.len() == ENTRIES_MAX {
            self.left_out += 1;
        } else {
            self.entries.push(Entry {
                word: word(case, &Palette::PLAIN).0,
                name,
                text,
            });
        }
    }

    /// Counts what waivers cover, each with the name of what it covers first.
    fn count_waived(&mut self, case: &CaseReport) {
        for finding in &case.findings {
            let Some(waiver) = finding.waiver.as_ref().filter(|it| !it.has_expired) else {
                continue;
            };
            let words = waiver.words();
            let is_full = self.waived.len() == ENTRIES_MAX;
            match self.waived.iter_mut().find(|it| it.words == words) {
                Some(known) => known.findings += 1,
                None if is_full => self.left_out += 1,
                None => self.waived.push(WaivedEntry {
                    words,
                    first: case.finding_id(finding),
                    findings: 1,
                }),
            }
        }
    }

    /// The end of the run, each line ended by a line feed.
    pub fn render(
        &self,
        summary: &Summary,
        took: Option<Duration>,
        invocation: &Invocation,
        palette: &Palette,
    ) -> String {
        let mut lines = vec![paint(palette.faint, "─".repeat(RULE_WIDTH))];
        let is_good = summary.passed + summary.skipped == summary.selected;
        let style = if is_good { palette.good } else { palette.bad };
        let clock = took.map_or(String::new(), |took| {
            format!(" {}", paint(palette.faint, clock(Some(took))))
        });
        lines.push(format!(
            "{}{clock} {}",
            label("Summary", style),
            cases(summary)
        ));
        let blank = label("", Style::new());
        lines.push(format!("{blank} {}", steps(summary)));
        if summary.errors + summary.warnings + summary.waived > 0 {
            let errors = count(summary.errors, "error");
            let warnings = count(summary.warnings, "warning");
            let waived = rest(&[(summary.waived, "waived")]);
            lines.push(format!("{blank} findings: {errors}, {warnings}{waived}"));
        }
        for entry in &self.entries {
            let style = style_of(entry.word, palette);
            let word = entry.word;
            let name = paint(palette.strong, quote(&entry.name));
            lines.push(
                format!("{} {name}  {}", label(word, style), entry.text)
                    .trim_end()
                    .to_owned(),
            );
        }
        for it in &self.waived {
            let name = paint(palette.strong, quote(&it.first));
            let (findings, words) = (count(it.findings, "finding"), shorten(&it.words));
            let word = label("WAIVED", palette.notice);
            lines.push(format!("{word} {name}  {findings} {words}"));
        }
        if self.left_out > 0 {
            lines.push(format!(
                "{blank} … {} not repeated here",
                count(self.left_out, "more line")
            ));
        }
        if let Some(next) = self.next(summary, invocation) {
            lines.push(format!("{} {next}", label("next", palette.strong)));
        }
        let varied = summary.varied.lines().into_iter().enumerate();
        lines.extend(varied.map(|(number, text)| match number {
            0 => format!("{} {text}", label("variations", palette.strong)),
            _ => format!("{blank} {text}"),
        }));
        let coverage = summary.coverage.as_ref();
        // Where nothing was played, there is nothing to tell of it.
        let is_played = |it: &&CoverageSummary| it.covered.count(Kind::Operations).covered > 0;
        if let Some(coverage) = coverage.filter(is_played) {
            let name = label("coverage", palette.strong);
            lines.push(format!("{name} {}", super::coverage::line(coverage)));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// The most useful command: to play what failed alone; when it was alone, to read about it.
    fn next(&self, summary: &Summary, invocation: &Invocation) -> Option<String> {
        let Invocation { command, selection } = invocation;
        if let Some((path, check)) = &self.first_failed {
            return Some(match check {
                Some(check) if summary.selected == 1 => format!("{PROGRAM} explain {check}"),
                _ => format!("{command} {}", quote(path)),
            });
        }
        if let Some(path) = &self.first_broken {
            return Some(format!("{command} {}", quote(path)));
        }
        self.first_review
            .as_ref()
            .map(|path| match summary.needs_review {
                1 => format!("{command} --update accept {}", quote(path)),
                _ => format!("{command}{selection} --update accept"),
            })
    }
}

/// What is to be reviewed, in a few words: how many changes there are of each class.
pub(in crate::report) fn review(change: Option<&FlowChange>) -> String {
    let Some(change) = change else {
        return String::new();
    };
    if change.approved.is_none() {
        return "new snapshot".to_owned();
    }
    let parts = CLASSES.iter().filter_map(|class| {
        let of_class = change.changes.iter();
        let number = of_class.filter(|it| it.judgement.class == *class).count();
        (number > 0).then(|| format!("{number} {class}"))
    });
    let parts: Vec<String> = parts.collect();
    format!("snapshot changed: {}", parts.join(", "))
}

fn label(text: &str, style: Style) -> String {
    paint(style, format_args!("{text:>12}"))
}

/// The numbers of cases, in words.
pub fn cases(summary: &Summary) -> String {
    let parts = [
        (summary.failed, "failed"),
        (
            summary.needs_review,
            if summary.needs_review == 1 {
                "needs review"
            } else {
                "need review"
            },
        ),
        (summary.broken, "broken"),
        (summary.skipped, "skipped"),
    ];
    let marks = [(summary.flaky, "flaky"), (summary.passed_waived, "waived")];
    let marks = match rest(&marks).strip_prefix(", ") {
        Some(marks) => format!(" ({marks})"),
        None => String::new(),
    };
    format!(
        "{}: {} passed{marks}{}",
        count(summary.selected, "case"),
        summary.passed,
        rest(&parts)
    )
}

fn steps(summary: &Summary) -> String {
    let parts = [
        (summary.steps_failed, "failed"),
        (summary.steps_not_run, "not run"),
    ];
    format!(
        "{}: {} passed{}",
        count(summary.steps(), "step"),
        summary.steps_passed,
        rest(&parts)
    )
}

/// The parts that are not zero.
fn rest(parts: &[(usize, &str)]) -> String {
    let mut out = String::new();
    for (number, word) in parts.iter().filter(|(number, _)| *number > 0) {
        write!(out, ", {number} {word}").expect("a String takes all");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn end(cases: &[CaseReport]) -> String {
        let mut summary = Summary::default();
        let mut closing = Closing::default();
        for case in cases {
            summary.add(case);
            closing.add(case);
        }
        closing.render(
            &summary,
            Some(Duration::from_millis(4200)),
            &Invocation::default(),
            &Palette::PLAIN,
        )
    }

    fn last_line(cases: &[CaseReport]) -> String {
        end(cases)
            .lines()
            .last()
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    #[test]
    fn what_is_waived_passes_and_is_told_once_for_each_waiver() {
        let mut other = sample::waived();
        other.path = "widgets::other".to_owned();
        let text = end(&[sample::waived(), other]);
        let told = "    2 cases: 2 passed (2 waived)
             2 steps: 2 passed
             findings: 0 errors, 0 warnings, 4 waived
      WAIVED widgets::counting/list#response-schema  4 findings waived until 2027-01-31: \
            totals are texts until the next version (widgets team, W-12), specs/widgets/api.toml:7
";
        let told = told.trim_start();
        assert!(text.ends_with(told), "{text}");
        let text = end(&[sample::expired()]);
        assert!(
            !text.contains("waived") && text.contains("1 failed"),
            "{text}"
        );
    }

    #[test]
    fn the_end_says_all_that_matters() {
        let rule = "─".repeat(78);
        assert_eq!(
            end(&sample::cases()),
            format!(
                "{rule}
     Summary [   4.200s] 5 cases: 1 passed, 1 failed, 1 needs review, 1 broken, 1 skipped
             7 steps: 3 passed, 1 failed, 3 not run
             findings: 4 errors, 1 warning
        FAIL widgets::listing/list#response-schema  3 places
        FAIL widgets::listing/list#response-headers
      REVIEW users::profile  snapshot changed: 1 allowed value
      BROKEN users::login  127.0.0.1:1: connection refused
        SKIP users::logout  not run: users::login has not passed
        next countersign run widgets::listing
"
            )
        );
    }

    #[test]
    fn without_failures_it_is_short() {
        let mut case = sample::passed();
        case.findings.clear();
        let text = end(&[case]);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains("1 case: 1 passed\n"), "{text}");
        assert!(!text.contains("next"), "{text}");
        assert!(end(&[]).contains("0 cases: 0 passed\n"));
    }

    #[test]
    fn the_next_command_fits_what_happened() {
        assert_eq!(
            last_line(&[sample::failed()]),
            "next countersign explain response-schema"
        );
        assert_eq!(
            last_line(&[sample::failed(), sample::passed()]),
            "next countersign run widgets::listing"
        );
        assert_eq!(
            last_line(&[sample::review(), sample::broken()]),
            "next countersign run users::login"
        );
        assert_eq!(
            last_line(&[sample::review(), sample::passed()]),
            "next countersign run --update accept users::profile"
        );
        assert_eq!(
            last_line(&[sample::review(), sample::review()]),
            "next countersign run --update accept"
        );
    }

    #[test]
    fn a_case_that_failed_without_a_finding_is_still_listed() {
        let mut case = sample::failed();
        case.findings.clear();
        let text = end(&[case, sample::passed()]);
        assert!(
            text.contains("FAIL widgets::listing  a step failed\n"),
            "{text}"
        );
    }

    #[test]
    fn a_case_that_failed_by_its_changes_says_which() {
        let mut case = sample::review();
        case.verdict = Verdict::Failed;
        let text = end(&[case]);
        assert!(
            text.contains("FAIL users::profile  snapshot changed: 1 allowed value\n"),
            "{text}"
        );
    }

    #[test]
    fn a_long_list_says_how_much_is_left_out() {
        let cases: Vec<_> = (0..ENTRIES_MAX + 7).map(|_| sample::broken()).collect();
        let text = end(&cases);
        assert!(
            text.contains("… 7 more lines not repeated here\n"),
            "{text}"
        );
        assert_eq!(text.matches("BROKEN").count(), ENTRIES_MAX);
    }

    #[test]
    fn a_name_is_one_word_of_a_shell() {
        let mut case = sample::broken();
        case.path = "users::log in\u{1b}[2J".to_owned();
        assert_eq!(
            last_line(&[case]),
            r"next countersign run $'users::log in\033[2J'"
        );
    }
}
