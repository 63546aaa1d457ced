//! Reports: what a run came to, in the forms that people and machines read.
//!
//! A report holds no random value, and no time unless somebody asks for it: the same run gives the same bytes, whatever the
//! number of workers. Cases are written one by one, in the order of the plan, so that a long run
//! needs no memory for what is already told.
//!
//! [`FORMATS`] lists the forms that are written to a file. What a person reads in the terminal comes
//! from [`human`], which returns text and prints nothing. Both draw on the same model and judge nothing.

mod captured;
mod counts;
pub mod curl;
mod exchange;
mod escape;
mod fingerprint;
mod github;
mod gitlab;
mod group;
mod har;
pub mod html;
pub mod human;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod problems;
#[cfg(test)]
pub(crate) mod sample;
mod sarif;
mod shown;
mod tap;
mod times;
mod varied;
mod workflow_command;

pub use captured::{CAPTURED_MAX, Captured};
pub use escape::{escape, escape_line, is_hidden};
pub use exchange::{RecordedBody, RecordedExchange, RecordedField, RecordedStep};
pub use fingerprint::fingerprint;
pub use group::{Cause, causes};
pub use json::{ChangedFlow, VERSION as JSON_VERSION, report_of_changes};
pub use problems::{PROBLEM_FORMATS, ProblemFormat};
pub use shown::ShownExchange;
pub use times::Times;
pub use varied::{Varied, VariedSummary};

use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::change::FlowChange;
use crate::check::Finding;
use crate::coverage::{self, Covered};
use crate::problem::Problem;
use crate::secret::Secrets;
use crate::source::Location;
use crate::verdict::{Severity, Verdict};

/// The name by which this program is called in what people paste.
const PROGRAM: &str = "countersign";

/// What one case came to.
#[derive(Debug, Clone)]
pub struct CaseReport {
    /// The name that selects it: `api::workflow`.
    pub path: String,
    /// The API that its flow belongs to.
    pub api: String,
    /// What its flow is about, in the words of its document; may be empty.
    pub about: String,
    /// Where its flow begins.
    pub location: Location,
    /// How it ended.
    pub verdict: Verdict,
    /// Its steps: first one for each record of the transcript, in the same order, those of called
    /// workflows included, so that `Finding::record` is a place in this list; after them those that
    /// were not reached.
    pub steps: Vec<StepReport>,
    /// What was found, in the order of the steps.
    pub findings: Vec<Finding>,
    /// What differs from the approved snapshot.
    pub change: Option<FlowChange>,
    /// What is wrong with the scenario itself, and only showed when it was played.
    pub problems: Vec<Problem>,
    /// The name of its snapshot among those of its API.
    pub snapshot: String,
    /// How often it was played, and what the tries before this one came to.
    pub tries: Tries,
    /// What was asked beside its steps; none when nothing was.
    pub probes: Option<Probes>,
    /// When it was played, where that is to be told.
    pub times: Option<Times>,
}

/// The probes of a case. Those that show something stand among its steps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probes {
    /// How many were sent.
    pub sent: usize,
    /// Why not all of its steps were probed, when they were not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_early: Option<String>,
    /// What came of the operations whose requests were to be varied here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub varied: Vec<Varied>,
}

/// The tries of a case.
#[derive(Debug, Clone, Default)]
pub struct Tries {
    /// What those before the last one came to, the first one first.
    pub earlier: Vec<CaseReport>,
    /// How many there may be.
    pub max: usize,
}

/// What one step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    /// Its name from the case's point of view: `caller/step`.
    pub path: String,
    /// The operation that it calls; empty for a call of a workflow.
    pub operation: String,
    /// How it ended.
    pub outcome: StepOutcome,
    /// The last exchange, when it is worth showing: for a step with findings.
    pub shown: Option<ShownExchange>,
    /// Method and path with the status of the last answer, such as `GET /images -> 200`; empty when
    /// nothing was sent. The path is the request's for a step with findings, else the contract's.
    pub line: String,
    /// As whom it came and what it left out of what the operation demands; empty when it came as usual.
    pub manner: String,
    /// What else is worth knowing of how it was played.
    pub notes: Vec<String>,
    /// The values that it captured, and which steps read them.
    pub captured: Vec<Captured>,
}

/// How a step ended, for counting: passed + failed + not run = all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepOutcome {
    /// It was played and has no finding that weighs as an error.
    Passed,
    /// It was played and has one, or its criteria did not hold.
    Failed,
    /// It was not played; the text says why.
    NotRun(String),
}

/// What a run came to as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many cases were selected.
    pub selected: usize,
    /// Cases without any finding.
    pub passed: usize,
    /// Those of them that passed only when they were played again.
    pub flaky: usize,
    /// Those of them in which a waiver covers something.
    pub passed_waived: usize,
    /// Cases with findings.
    pub failed: usize,
    /// Cases whose snapshot is new or changed within the contract.
    pub needs_review: usize,
    /// Cases that could not be played to their end.
    pub broken: usize,
    /// Cases that were not played.
    pub skipped: usize,
    /// Steps that passed.
    pub steps_passed: usize,
    /// Steps that failed.
    pub steps_failed: usize,
    /// Steps that were not played.
    pub steps_not_run: usize,
    /// Findings that weigh as errors.
    pub errors: usize,
    /// Findings that weigh as warnings.
    pub warnings: usize,
    /// Findings that a waiver covers.
    pub waived: usize,
    /// What came of varying requests.
    pub varied: VariedSummary,
    /// What was covered of the contracts of which all flows were to be played; none when there is none,
    /// or it is not known.
    pub coverage: Option<CoverageSummary>,
}

/// What a run covered of contracts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageSummary {
    /// The items.
    pub covered: Covered,
    /// What differs from the coverage that is kept, when one is.
    pub change: Option<coverage::Change>,
}

impl CaseReport {
    /// Whether it passed, and not at its first try.
    pub fn is_flaky(&self) -> bool {
        self.verdict == Verdict::Passed && !self.tries.earlier.is_empty()
    }

    /// How many of its findings a waiver covers.
    pub fn waived(&self) -> usize {
        let findings = self.findings.iter();
        findings
            .filter(|it| it.severity == Severity::Waived)
            .count()
    }

    /// The step that a finding belongs to.
    pub fn step(&self, finding: &Finding) -> Option<&StepReport> {
        self.steps.get(finding.record)
    }

    /// The name of a finding's cause, to select and to search by: `api::workflow/step#check`.
    ///
    /// It holds no value and no place in a list, so that it stays the same from run to run; findings
    /// with one cause in one step share it.
    pub fn finding_id(&self, finding: &Finding) -> String {
        match self.step(finding) {
            Some(step) => format!("{}/{}#{}", self.path, step.path, finding.check),
            None => format!("{}#{}", self.path, finding.check),
        }
    }
}

/// Puts to each change of a flow the command that sends its step's request again, as far as it is shown.
pub fn show_how_to_ask(change: &mut FlowChange, steps: &[StepReport]) {
    for it in &mut change.changes {
        let step = it.record.and_then(|record| steps.get(record));
        let shown = step.and_then(|step| step.shown.as_ref());
        it.asked = shown.map(|shown| shown.curl.clone());
    }
}

impl Summary {
    /// Counts one more case.
    pub fn add(&mut self, case: &CaseReport) {
        self.selected += 1;
        self.varied.add(case);
        self.flaky += usize::from(case.is_flaky());
        let passed_waived = case.verdict == Verdict::Passed && case.waived() > 0;
        self.passed_waived += usize::from(passed_waived);
        *match case.verdict {
            Verdict::Passed => &mut self.passed,
            Verdict::Failed => &mut self.failed,
            Verdict::NeedsReview => &mut self.needs_review,
            Verdict::Broken(_) => &mut self.broken,
            Verdict::Skipped(_) => &mut self.skipped,
        } += 1;
        for step in &case.steps {
            *match step.outcome {
                StepOutcome::Passed => &mut self.steps_passed,
                StepOutcome::Failed => &mut self.steps_failed,
                StepOutcome::NotRun(_) => &mut self.steps_not_run,
            } += 1;
        }
        for finding in &case.findings {
            *match finding.severity {
                Severity::Error => &mut self.errors,
                Severity::Warning => &mut self.warnings,
                Severity::Waived => &mut self.waived,
            } += 1;
        }
    }

    /// How many steps there are, played or not.
    pub fn steps(&self) -> usize {
        self.steps_passed + self.steps_failed + self.steps_not_run
    }
}

/// A form in which a report is written, case by case.
///
/// `begin` comes once, then `case` once for each case in the order of the plan, then `end` once. An
/// implementation only writes: it judges nothing, counts nothing that the Summary counts, and puts
/// out no colour, no random value, and no time but those of a case that has them.
pub trait Format {
    /// Names secrets that must not stand in it. Whoever writes what it puts out takes them out of that; a
    /// form that packs what it says does so before.
    fn keep(&mut self, _secrets: &Arc<Secrets>) {}

    /// Writes what stands before the first case.
    ///
    /// # Errors
    /// When the output takes no more.
    fn begin(&mut self, out: &mut dyn io::Write) -> io::Result<()>;

    /// Writes one case.
    ///
    /// # Errors
    /// When the output takes no more.
    fn case(&mut self, case: &CaseReport, out: &mut dyn io::Write) -> io::Result<()>;

    /// Writes what was asked and answered in the case before. Only a form whose entry says that it wants
    /// it is asked.
    ///
    /// # Errors
    /// When the output takes no more.
    fn exchanges(
        &mut self,
        _case: &CaseReport,
        _steps: &[RecordedStep<'_>],
        _out: &mut dyn io::Write,
    ) -> io::Result<()> {
        Ok(())
    }

    /// Writes what stands after the last case.
    ///
    /// # Errors
    /// When the output takes no more.
    fn end(&mut self, summary: &Summary, out: &mut dyn io::Write) -> io::Result<()>;
}

/// A form of report that can be asked for.
#[derive(Debug, Clone, Copy)]
pub struct FormatEntry {
    /// The name to ask for it by, in kebab-case.
    pub id: &'static str,
    /// What it is, in a sentence.
    pub summary: &'static str,
    /// Whether it wants what was asked and answered, too.
    pub wants_exchanges: bool,
    /// Makes a writer for one report.
    pub create: fn() -> Box<dyn Format>,
}

/// Every form of report that is written to a file, in the order of their names.
pub const FORMATS: &[FormatEntry] = &[
    github::ENTRY,
    gitlab::ENTRY,
    har::ENTRY,
    html::ENTRY,
    json::ENTRY,
    jsonl::ENTRY,
    junit::ENTRY,
    markdown::ENTRY,
    sarif::ENTRY,
    tap::ENTRY,
];

/// The form of that name.
pub fn find(id: &str) -> Option<&'static FormatEntry> {
    FORMATS.iter().find(|entry| entry.id == id)
}

/// The last place between two characters of a text that is not after `at`, in bytes.
fn boundary(text: &str, at: usize) -> usize {
    let mut places = (0..=at.min(text.len())).rev();
    places
        .find(|place| text.is_char_boundary(*place))
        .unwrap_or(0)
}

/// The stable word for a verdict, as JSON has it, and its reason.
fn verdict_words(verdict: &Verdict) -> (&'static str, Option<&str>) {
    match verdict {
        Verdict::Passed => ("passed", None),
        Verdict::Failed => ("failed", None),
        Verdict::NeedsReview => ("needs-review", None),
        Verdict::Skipped(reason) => ("skipped", Some(reason)),
        Verdict::Broken(cause) => ("broken", Some(cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_add_up() {
        let mut summary = Summary::default();
        for case in sample::cases() {
            summary.add(&case);
        }
        let sum = summary.passed
            + summary.failed
            + summary.needs_review
            + summary.broken
            + summary.skipped;
        assert_eq!(sum, summary.selected);
        assert_eq!(summary.selected, sample::cases().len());
        let steps: usize = sample::cases().iter().map(|case| case.steps.len()).sum();
        assert_eq!(summary.steps(), steps);
        assert_eq!((summary.errors, summary.warnings), (4, 1));
        assert_eq!(
            (
                summary.steps_passed,
                summary.steps_failed,
                summary.steps_not_run
            ),
            (3, 1, 3)
        );
    }

    #[test]
    fn a_finding_is_named_by_case_step_and_check() {
        let case = sample::failed();
        assert_eq!(
            case.finding_id(&case.findings[0]),
            "widgets::listing/list#response-schema"
        );
    }

    #[test]
    fn a_finding_without_a_step_is_named_by_its_case() {
        let mut case = sample::failed();
        case.findings[0].record = 99;
        assert!(case.step(&case.findings[0]).is_none());
        assert_eq!(
            case.finding_id(&case.findings[0]),
            "widgets::listing#response-schema"
        );
    }

    #[test]
    fn formats_have_unique_kebab_case_names_and_are_found_by_them() {
        for (place, entry) in FORMATS.iter().enumerate() {
            assert!(
                entry
                    .id
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            );
            assert!(entry.summary.ends_with('.'), "{}", entry.id);
            let first = FORMATS.iter().position(|other| other.id == entry.id);
            assert_eq!(first, Some(place), "{} stands twice", entry.id);
            assert!(find(entry.id).is_some());
        }
        assert!(find("html5").is_none());
        assert!(find("JSON").is_none());
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(boundary("aé", 2), 1);
        assert_eq!(boundary("aé", 3), 3);
        assert_eq!(boundary("aé", 99), 3);
        assert_eq!(boundary("", 5), 0);
    }

    /// Writes all cases of the sample in one form.
    fn written(entry: &FormatEntry) -> String {
        sample::written(entry, &sample::cases())
    }

    #[test]
    fn the_same_cases_give_the_same_bytes() {
        for entry in FORMATS {
            assert_eq!(written(entry), written(entry), "{}", entry.id);
        }
    }

    #[test]
    fn an_output_that_takes_no_more_is_an_error() {
        for entry in FORMATS {
            let mut format = (entry.create)();
            let mut room = [0_u8; 8];
            let mut out = &mut room[..];
            let told = format
                .begin(&mut out)
                .and_then(|()| format.case(&sample::failed(), &mut out))
                .and_then(|()| format.end(&Summary::default(), &mut out));
            assert!(told.is_err(), "{}", entry.id);
        }
    }
}
