//! The report as one JSON document, for programs. `docs/report.schema.json` says what stands in it.
//!
//! It is written case by case, a line each, so that neither side needs to hold all of it. Texts are
//! read back as they were: whoever shows them to a person escapes them. Long bodies are cut, with the
//! number of bytes that were left out beside them.

mod change;
mod coverage;
mod tries;
mod waiver;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;

use change::SnapshotObject;
use coverage::CoverageObject;
use tries::TryObject;
use waiver::WaiverObject;

use super::escape::EscapedJson;
use super::varied::VariedCounts;
use super::{
    Captured, CaseReport, Format, FormatEntry, Probes, ShownExchange, StepOutcome, StepReport,
    Summary, Times, boundary, verdict_words,
};
use crate::change::FlowChange;
use crate::check::{Finding, Place};
use crate::problem::Problem;
use crate::source::Location;
use crate::verdict::Verdict;

/// The version of the document's form; it grows when a reader of the old form would be misled.
pub const VERSION: u32 = 2;

/// The largest part of a response's body that is written, in bytes.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;

pub(super) const ENTRY: FormatEntry = FormatEntry {
    id: "json",
    summary: "One JSON document with everything that the run came to.",
    wants_exchanges: false,
    create: || Box::new(Json { cases: 0 }),
};

/// The writer of one document.
struct Json {
    /// How many cases were written.
    cases: usize,
}

impl Format for Json {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(
            out,
            "{{\"countersign\":{{\"version\":{VERSION}}},\n\"cases\":["
        )
    }

    fn case(&mut self, case: &CaseReport, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.cases == 0 { b"\n" } else { b",\n" })?;
        self.cases += 1;
        // Made whole first: the stream takes one piece faster than hundreds.
        let mut case_text = Vec::new();
        write(&CaseObject::of(case), &mut case_text)?;
        out.write_all(&case_text)
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"\n],\n\"summary\":")?;
        write(&SummaryObject::of(summary), out)?;
        out.write_all(b"}\n")
    }
}

/// Writes an object, on one line.
pub(super) fn write(object: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    // Made whole first: a stream takes one piece faster than hundreds.
    let mut text = Vec::new();
    object.serialize(&mut Serializer::with_formatter(&mut text, EscapedJson))?;
    out.write_all(&text)
}

// The objects of the document. Their fields are written in the order in which they stand here.

/// A case.
#[derive(Serialize)]
pub(super) struct CaseObject<'c> {
    path: &'c str,
    verdict: &'static str,
    reason: Option<&'c str>,
    steps: Vec<StepObject<'c>>,
    findings: Vec<FindingObject<'c>>,
    snapshot: Option<SnapshotObject<'c>>,
    problems: Vec<ProblemObject<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flaky: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tries: Vec<TryObject<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probes: Option<&'c Probes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<&'c Times>,
}

#[derive(Serialize)]
struct StepObject<'c> {
    path: &'c str,
    operation: &'c str,
    outcome: &'static str,
    reason: Option<&'c str>,
    line: &'c str,
    exchange: Option<ExchangeObject<'c>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'c [String],
    #[serde(skip_serializing_if = "<[Captured]>::is_empty")]
    captured: &'c [Captured],
}

#[derive(Serialize)]
struct ExchangeObject<'c> {
    attempt: usize,
    curl: &'c str,
    head: &'c [String],
    body: &'c str,
    body_bytes_left_out: usize,
}

#[derive(Serialize)]
struct FindingObject<'c> {
    id: String,
    check: &'static str,
    severity: String,
    step: Option<&'c str>,
    attempt: usize,
    message: &'c str,
    place: PlaceObject<'c>,
    expected: &'c str,
    actual: &'c str,
    contract: Option<LocationObject<'c>>,
    scenario: LocationObject<'c>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<WaiverObject<'c>>,
}

#[derive(Serialize)]
#[serde(tag = "in", rename_all = "lowercase")]
enum PlaceObject<'c> {
    Status,
    Header { name: &'c str },
    Body { pointer: &'c str },
    Request,
    Flow,
}

#[derive(Serialize)]
struct LocationObject<'c> {
    file: &'c str,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct ProblemObject<'c> {
    code: &'static str,
    severity: String,
    message: &'c str,
    help: &'c str,
    location: Option<LocationObject<'c>>,
    also: Option<AlsoObject<'c>>,
}

#[derive(Serialize)]
struct AlsoObject<'c> {
    why: &'c str,
    location: LocationObject<'c>,
}

/// The numbers of a run.
#[derive(Serialize)]
pub(super) struct SummaryObject {
    selected: usize,
    passed: usize,
    failed: usize,
    needs_review: usize,
    broken: usize,
    skipped: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    flaky: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passed_waived: Option<usize>,
    steps: StepsObject,
    findings: FindingsObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    variations: Option<VariedCounts>,
    coverage: Option<CoverageObject>,
}

#[derive(Serialize)]
struct StepsObject {
    passed: usize,
    failed: usize,
    not_run: usize,
}

#[derive(Serialize)]
struct FindingsObject {
    errors: usize,
    warnings: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<usize>,
}

impl<'c> CaseObject<'c> {
    pub(super) fn of(case: &'c CaseReport) -> Self {
        let (verdict, reason) = verdict_words(&case.verdict);
        Self {
            path: &case.path,
            verdict,
            reason,
            steps: case.steps.iter().map(StepObject::of).collect(),
            findings: case
                .findings
                .iter()
                .map(|it| FindingObject::of(it, case))
                .collect(),
            snapshot: case
                .change
                .as_ref()
                .map(|it| SnapshotObject::of(it, (&case.location.path, &case.about))),
            problems: case.problems.iter().map(ProblemObject::of).collect(),
            flaky: (!case.tries.earlier.is_empty()).then(|| case.is_flaky()),
            tries: TryObject::all(case),
            probes: case.probes.as_ref(),
            times: case.times.as_ref(),
        }
    }
}

/// A flow with changes, of which nothing else is known than its snapshot.
#[derive(Debug, Clone, Copy)]
pub struct ChangedFlow<'c> {
    /// The name that selects it.
    pub path: &'c str,
    /// The file that it is written in.
    pub source: &'c str,
    /// What it shows.
    pub about: &'c str,
    /// What has changed.
    pub change: &'c FlowChange,
}

/// The report of what waits for a decision.
pub fn report_of_changes<'c>(flows: impl Iterator<Item = ChangedFlow<'c>>) -> String {
    let cases: Vec<CaseObject<'c>> = flows.map(CaseObject::waiting).collect();
    let summary = Summary {
        selected: cases.len(),
        needs_review: cases.len(),
        ..Summary::default()
    };
    let mut out = format!("{{\"countersign\":{{\"version\":{VERSION}}},\n\"cases\":[").into_bytes();
    let written = cases.iter().enumerate().try_for_each(|(place, case)| {
        out.extend_from_slice(if place == 0 { b"\n" } else { b",\n" });
        write(case, &mut out)
    });
    let ended = written.and_then(|()| {
        out.extend_from_slice(b"\n],\n\"summary\":");
        write(&SummaryObject::of(&summary), &mut out)
    });
    ended.expect("memory takes all");
    out.extend_from_slice(b"}\n");
    String::from_utf8(out).expect("JSON is UTF-8")
}

impl<'c> CaseObject<'c> {
    fn waiting(flow: ChangedFlow<'c>) -> Self {
        let (verdict, reason) = verdict_words(&Verdict::NeedsReview);
        Self {
            path: flow.path,
            verdict,
            reason,
            steps: Vec::new(),
            findings: Vec::new(),
            snapshot: Some(SnapshotObject::of(flow.change, (flow.source, flow.about))),
            problems: Vec::new(),
            flaky: None,
            tries: Vec::new(),
            probes: None,
            times: None,
        }
    }
}

impl<'c> StepObject<'c> {
    fn of(step: &'c StepReport) -> Self {
        let (outcome, reason) = match &step.outcome {
            StepOutcome::Passed => ("passed", None),
            StepOutcome::Failed => ("failed", None),
            StepOutcome::NotRun(reason) => ("not-run", Some(reason.as_str())),
        };
        Self {
            path: &step.path,
            operation: &step.operation,
            outcome,
            reason,
            line: &step.line,
            exchange: step.shown.as_ref().map(ExchangeObject::of),
            notes: &step.notes,
            captured: &step.captured,
        }
    }
}

impl<'c> ExchangeObject<'c> {
    fn of(shown: &'c ShownExchange) -> Self {
        let end = boundary(&shown.body, BODY_BYTES_MAX);
        let body = &shown.body[..end];
        Self {
            attempt: shown.attempt,
            curl: &shown.curl,
            head: &shown.head,
            body,
            body_bytes_left_out: shown.body.len() - body.len(),
        }
    }
}

impl<'c> FindingObject<'c> {
    fn of(finding: &'c Finding, case: &'c CaseReport) -> Self {
        Self {
            id: case.finding_id(finding),
            check: finding.check,
            severity: finding.severity.to_string(),
            step: case.step(finding).map(|step| step.path.as_str()),
            attempt: finding.attempt,
            message: &finding.message,
            place: match &finding.place {
                Place::Status => PlaceObject::Status,
                Place::Header(name) => PlaceObject::Header { name },
                Place::Body(pointer) => PlaceObject::Body {
                    pointer: pointer.as_str(),
                },
                Place::Request => PlaceObject::Request,
                Place::Flow => PlaceObject::Flow,
            },
            expected: &finding.expected,
            actual: &finding.actual,
            contract: finding.contract.as_ref().map(LocationObject::of),
            scenario: LocationObject::of(&finding.scenario),
            waiver: finding.waiver.as_ref().map(WaiverObject::of),
        }
    }
}

impl<'c> LocationObject<'c> {
    fn of(location: &'c Location) -> Self {
        Self {
            file: &location.path,
            line: location.line,
            column: location.column,
        }
    }
}

impl<'c> ProblemObject<'c> {
    fn of(problem: &'c Problem) -> Self {
        Self {
            code: problem.code.id(),
            severity: problem.severity.to_string(),
            message: &problem.message,
            help: &problem.help,
            location: problem.location.as_ref().map(LocationObject::of),
            also: problem.also.as_ref().map(|(location, why)| AlsoObject {
                why,
                location: LocationObject::of(location),
            }),
        }
    }
}

impl SummaryObject {
    pub(super) fn of(summary: &Summary) -> Self {
        Self {
            selected: summary.selected,
            passed: summary.passed,
            failed: summary.failed,
            needs_review: summary.needs_review,
            broken: summary.broken,
            skipped: summary.skipped,
            flaky: Some(summary.flaky).filter(|it| *it > 0),
            passed_waived: Some(summary.passed_waived).filter(|it| *it > 0),
            steps: StepsObject {
                passed: summary.steps_passed,
                failed: summary.steps_failed,
                not_run: summary.steps_not_run,
            },
            findings: FindingsObject {
                errors: summary.errors,
                warnings: summary.warnings,
                waived: Some(summary.waived).filter(|it| *it > 0),
            },
            variations: summary.varied.counts(),
            coverage: summary.coverage.as_ref().map(CoverageObject::of),
        }
    }
}

#[cfg(test)]
mod tests;
