//! A case as a record has it, and back.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::RecordedCase;
use super::snapshots::Snapshots;
use super::sources::{RecordedPlace, SourceTable, Sources};
use crate::change::{FlowChange, Note};
use crate::check::waiver::Waived;
use crate::check::{self, Finding, Place};
use crate::json::Pointer;
use crate::problem::{Problem, ProblemCode};
use crate::report::{
    Captured, CaseReport, Probes, RecordedStep, ShownExchange, StepOutcome, StepReport, Tries,
};
use crate::verdict::{Severity, Verdict};

/// A case.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseLine<'c> {
    place: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    took_us: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began_us: Option<u64>,
    told: ToldCase<'c>,
    steps: Cow<'c, [RecordedStep<'c>]>,
    /// The number of its text, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshot: Option<usize>,
}

/// What was told of a case.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldCase<'c> {
    path: Cow<'c, str>,
    api: Cow<'c, str>,
    about: Cow<'c, str>,
    location: RecordedPlace,
    verdict: RecordedVerdict<'c>,
    snapshot: Cow<'c, str>,
    steps: Vec<ToldStep<'c>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    findings: Vec<RecordedFinding<'c>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<RecordedChange<'c>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<RecordedProblem<'c>>,
    /// How many tries it may have.
    tries_max: usize,
    /// What those before the last one came to; they have none before them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<ToldCase<'c>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probes: Option<Cow<'c, Probes>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RecordedVerdict<'c> {
    Passed,
    Failed,
    NeedsReview,
    Skipped(Cow<'c, str>),
    Broken(Cow<'c, str>),
}

/// What was told of a step.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldStep<'c> {
    path: Cow<'c, str>,
    operation: Cow<'c, str>,
    outcome: RecordedOutcome<'c>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<RecordedShown<'c>>,
    line: Cow<'c, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    manner: Cow<'c, str>,
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    notes: Cow<'c, [String]>,
    #[serde(default, skip_serializing_if = "<[Captured]>::is_empty")]
    captured: Cow<'c, [Captured]>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RecordedOutcome<'c> {
    Passed,
    Failed,
    NotRun(Cow<'c, str>),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedShown<'c> {
    attempt: usize,
    curl: Cow<'c, str>,
    head: Cow<'c, [String]>,
    body: Cow<'c, str>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedFinding<'c> {
    check: Cow<'c, str>,
    severity: RecordedSeverity,
    record: usize,
    attempt: usize,
    message: Cow<'c, str>,
    place: AnswerPlace<'c>,
    expected: Cow<'c, str>,
    actual: Cow<'c, str>,
    contract: Option<RecordedPlace>,
    promise: Option<Cow<'c, str>>,
    scenario: RecordedPlace,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waiver: Option<Cow<'c, Waived>>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RecordedSeverity {
    Waived,
    Warning,
    Error,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AnswerPlace<'c> {
    Status,
    Header(Cow<'c, str>),
    Body(Cow<'c, str>),
    Request,
    Flow,
}

/// What has changed; the changes themselves are what the two texts differ in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedChange<'c> {
    approved: Option<Cow<'c, str>>,
    layer: Option<Cow<'c, str>>,
    now: Cow<'c, str>,
    /// What was said of them.
    notes: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedProblem<'c> {
    code: Cow<'c, str>,
    severity: RecordedSeverity,
    location: Option<RecordedPlace>,
    message: Cow<'c, str>,
    also: Option<(RecordedPlace, Cow<'c, str>)>,
    help: Cow<'c, str>,
}

impl<'c> CaseLine<'c> {
    pub(super) fn of(
        (place, began, took): (usize, Option<Duration>, Option<Duration>),
        case: &'c CaseReport,
        steps: Cow<'c, [RecordedStep<'c>]>,
        snapshot: Option<usize>,
        sources: &mut SourceTable,
    ) -> Self {
        let micros = |it: Duration| u64::try_from(it.as_micros()).unwrap_or(u64::MAX);
        Self {
            place,
            took_us: took.map(micros),
            began_us: began.map(micros),
            told: ToldCase::of(case, sources),
            steps,
            snapshot,
        }
    }
}

impl CaseLine<'static> {
    /// The case; an error says what in the line makes no sense.
    pub(super) fn read(
        self,
        sources: &Sources,
        snapshots: &Snapshots,
    ) -> Result<RecordedCase, String> {
        let snapshot = match self.snapshot {
            Some(number) => {
                let text = snapshots.get(number);
                Some(text.ok_or("its snapshot is no text of the record")?)
            }
            None => None,
        };
        Ok(RecordedCase {
            place: self.place,
            took: self.took_us.map(Duration::from_micros),
            began: self.began_us.map(Duration::from_micros),
            report: self.told.read(&Places(sources))?,
            steps: self.steps.into_owned(),
            snapshot,
        })
    }
}

impl<'c> ToldCase<'c> {
    fn of(case: &'c CaseReport, sources: &mut SourceTable) -> Self {
        let findings = case.findings.iter();
        let problems = case.problems.iter();
        let earlier = case.tries.earlier.iter();
        Self {
            path: Cow::Borrowed(&case.path),
            api: Cow::Borrowed(&case.api),
            about: Cow::Borrowed(&case.about),
            location: sources.place(&case.location),
            verdict: RecordedVerdict::of(&case.verdict),
            snapshot: Cow::Borrowed(&case.snapshot),
            steps: case.steps.iter().map(ToldStep::of).collect(),
            findings: findings
                .map(|it| RecordedFinding::of(it, sources))
                .collect(),
            change: case.change.as_ref().map(RecordedChange::of),
            problems: problems
                .map(|it| RecordedProblem::of(it, sources))
                .collect(),
            tries_max: case.tries.max,
            earlier: earlier.map(|it| Self::of(it, sources)).collect(),
            probes: case.probes.as_ref().map(Cow::Borrowed),
        }
    }

    fn read(self, places: &Places<'_>) -> Result<CaseReport, String> {
        let steps: Vec<StepReport> = self.steps.into_iter().map(ToldStep::read).collect();
        let findings = self.findings.into_iter();
        let problems = self.problems.into_iter();
        let earlier = self.earlier.into_iter();
        let earlier: Result<_, String> = earlier.map(|it| it.read(places)).collect();
        Ok(CaseReport {
            path: self.path.into_owned(),
            api: self.api.into_owned(),
            about: self.about.into_owned(),
            location: places.read(&self.location)?,
            verdict: self.verdict.read(),
            findings: findings
                .map(|it| it.read(places))
                .collect::<Result<_, _>>()?,
            change: match self.change {
                Some(change) => Some(change.read(&steps)?),
                None => None,
            },
            steps,
            problems: problems
                .map(|it| it.read(places))
                .collect::<Result<_, _>>()?,
            snapshot: self.snapshot.into_owned(),
            tries: Tries {
                earlier: earlier?,
                max: self.tries_max,
            },
            probes: self.probes.map(Cow::into_owned),
            times: None,
        })
    }
}

/// Where the places of a record lead.
struct Places<'s>(&'s Sources);

impl Places<'_> {
    fn read(&self, place: &RecordedPlace) -> Result<crate::source::Location, String> {
        let location = self.0.location(place);
        location.ok_or_else(|| "a place is in no text of the record".to_owned())
    }
}

impl<'c> RecordedVerdict<'c> {
    fn of(verdict: &'c Verdict) -> Self {
        match verdict {
            Verdict::Passed => Self::Passed,
            Verdict::Failed => Self::Failed,
            Verdict::NeedsReview => Self::NeedsReview,
            Verdict::Skipped(why) => Self::Skipped(Cow::Borrowed(why)),
            Verdict::Broken(why) => Self::Broken(Cow::Borrowed(why)),
        }
    }

    fn read(self) -> Verdict {
        match self {
            Self::Passed => Verdict::Passed,
            Self::Failed => Verdict::Failed,
            Self::NeedsReview => Verdict::NeedsReview,
            Self::Skipped(why) => Verdict::Skipped(why.into_owned()),
            Self::Broken(why) => Verdict::Broken(why.into_owned()),
        }
    }
}

impl<'c> ToldStep<'c> {
    fn of(step: &'c StepReport) -> Self {
        Self {
            path: Cow::Borrowed(&step.path),
            operation: Cow::Borrowed(&step.operation),
            outcome: match &step.outcome {
                StepOutcome::Passed => RecordedOutcome::Passed,
                StepOutcome::Failed => RecordedOutcome::Failed,
                StepOutcome::NotRun(why) => RecordedOutcome::NotRun(Cow::Borrowed(why)),
            },
            shown: step.shown.as_ref().map(|shown| RecordedShown {
                attempt: shown.attempt,
                curl: Cow::Borrowed(&shown.curl),
                head: Cow::Borrowed(&shown.head),
                body: Cow::Borrowed(&shown.body),
            }),
            line: Cow::Borrowed(&step.line),
            manner: Cow::Borrowed(&step.manner),
            notes: Cow::Borrowed(&step.notes),
            captured: Cow::Borrowed(&step.captured),
        }
    }

    fn read(self) -> StepReport {
        StepReport {
            path: self.path.into_owned(),
            operation: self.operation.into_owned(),
            outcome: match self.outcome {
                RecordedOutcome::Passed => StepOutcome::Passed,
                RecordedOutcome::Failed => StepOutcome::Failed,
                RecordedOutcome::NotRun(why) => StepOutcome::NotRun(why.into_owned()),
            },
            shown: self.shown.map(|shown| ShownExchange {
                attempt: shown.attempt,
                curl: shown.curl.into_owned(),
                head: shown.head.into_owned(),
                body: shown.body.into_owned(),
            }),
            line: self.line.into_owned(),
            manner: self.manner.into_owned(),
            notes: self.notes.into_owned(),
            captured: self.captured.into_owned(),
        }
    }
}

impl<'c> RecordedFinding<'c> {
    fn of(finding: &'c Finding, sources: &mut SourceTable) -> Self {
        Self {
            check: Cow::Borrowed(finding.check),
            severity: finding.severity.into(),
            record: finding.record,
            attempt: finding.attempt,
            message: Cow::Borrowed(&finding.message),
            place: AnswerPlace::of(&finding.place),
            expected: Cow::Borrowed(&finding.expected),
            actual: Cow::Borrowed(&finding.actual),
            contract: finding.contract.as_ref().map(|it| sources.place(it)),
            promise: finding
                .promise
                .as_ref()
                .map(|it| Cow::Borrowed(it.as_str())),
            scenario: sources.place(&finding.scenario),
            waiver: finding.waiver.as_ref().map(Cow::Borrowed),
        }
    }

    fn read(self, places: &Places<'_>) -> Result<Finding, String> {
        let check = check::find(&self.check);
        let check = check.ok_or_else(|| format!("there is no check `{}`", self.check))?;
        Ok(Finding {
            check: check.id,
            severity: self.severity.into(),
            record: self.record,
            attempt: self.attempt,
            message: self.message.into_owned(),
            place: self.place.read()?,
            expected: self.expected.into_owned(),
            actual: self.actual.into_owned(),
            contract: match &self.contract {
                Some(place) => Some(places.read(place)?),
                None => None,
            },
            promise: self.promise.as_deref().map(pointer).transpose()?,
            scenario: places.read(&self.scenario)?,
            waiver: self.waiver.map(Cow::into_owned),
        })
    }
}

impl<'c> AnswerPlace<'c> {
    fn of(place: &'c Place) -> Self {
        match place {
            Place::Status => Self::Status,
            Place::Header(name) => Self::Header(Cow::Borrowed(name)),
            Place::Body(pointer) => Self::Body(Cow::Borrowed(pointer.as_str())),
            Place::Request => Self::Request,
            Place::Flow => Self::Flow,
        }
    }

    fn read(self) -> Result<Place, String> {
        Ok(match self {
            Self::Status => Place::Status,
            Self::Header(name) => Place::Header(name.into_owned()),
            Self::Body(place) => Place::Body(pointer(&place)?),
            Self::Request => Place::Request,
            Self::Flow => Place::Flow,
        })
    }
}

fn pointer(text: &str) -> Result<Pointer, String> {
    Pointer::parse(text).map_err(|error| error.to_string())
}

impl<'c> RecordedChange<'c> {
    fn of(change: &'c FlowChange) -> Self {
        Self {
            approved: change.approved.as_deref().map(Cow::Borrowed),
            layer: change.layer.as_deref().map(Cow::Borrowed),
            now: Cow::Borrowed(&change.now),
            notes: Note::of(change),
        }
    }

    fn read(self, steps: &[StepReport]) -> Result<FlowChange, String> {
        let change = FlowChange::between(self.approved.as_deref(), &self.now);
        let mut change = change.ok_or("a change of a flow changes nothing")?;
        change.layer = self.layer.map(Cow::into_owned);
        change.take_notes(&self.notes);
        crate::report::show_how_to_ask(&mut change, steps);
        Ok(change)
    }
}

impl<'c> RecordedProblem<'c> {
    fn of(problem: &'c Problem, sources: &mut SourceTable) -> Self {
        let also = problem.also.as_ref();
        Self {
            code: Cow::Borrowed(problem.code.id()),
            severity: problem.severity.into(),
            location: problem.location.as_ref().map(|it| sources.place(it)),
            message: Cow::Borrowed(&problem.message),
            also: also.map(|(place, why)| (sources.place(place), Cow::Borrowed(why.as_str()))),
            help: Cow::Borrowed(&problem.help),
        }
    }

    fn read(self, places: &Places<'_>) -> Result<Problem, String> {
        let code = ProblemCode::find(&self.code);
        let code = code.ok_or_else(|| format!("there is no kind of problem `{}`", self.code))?;
        Ok(Problem {
            code,
            severity: self.severity.into(),
            location: match &self.location {
                Some(place) => Some(places.read(place)?),
                None => None,
            },
            message: self.message.into_owned(),
            also: match self.also {
                Some((place, why)) => Some((places.read(&place)?, why.into_owned())),
                None => None,
            },
            help: self.help.into_owned(),
        })
    }
}

impl From<Severity> for RecordedSeverity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Waived => Self::Waived,
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        }
    }
}

impl From<RecordedSeverity> for Severity {
    fn from(severity: RecordedSeverity) -> Self {
        match severity {
            RecordedSeverity::Waived => Self::Waived,
            RecordedSeverity::Warning => Self::Warning,
            RecordedSeverity::Error => Self::Error,
        }
    }
}
