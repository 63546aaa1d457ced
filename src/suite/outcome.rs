//! From a transcript with its findings to what is told of the case.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::civil::Date;

use super::captured::captured;
use crate::change::{ChangePolicy, Consequence, FlowChange};
use crate::check::Finding;
use crate::check::waiver::{self, Waiver};
use crate::plan::Case;
use crate::problem::{Problem, ProblemCode};
use crate::report::{CaseReport, ShownExchange, StepOutcome, StepReport, Tries, show_how_to_ask};
use crate::scenario::{Call, Step};
use crate::transcript::{Attempt, End, Outcome, StepRecord, Transcript, Wait};
use crate::verdict::{Severity, Verdict};
use crate::world::Site;

/// What is told of a case.
pub(super) fn report(
    case: &Case,
    (transcript, site): (&Transcript, &Site),
    findings: Vec<Finding>,
    (change, policy): (Option<FlowChange>, &ChangePolicy),
) -> CaseReport {
    let problems = problems(transcript);
    let mut change = change;
    let consequence = change.as_ref().map(|it| it.consequence(policy));
    let verdict = verdict(transcript, &findings, consequence, &problems);
    let mut steps = steps((transcript, site), &findings, change.as_ref());
    // What a target makes anew in every run changes no report of a flow in which all is well.
    let is_worth_a_look = verdict != Verdict::Passed || steps.iter().any(|it| it.shown.is_some());
    for (step, record) in steps.iter_mut().zip(&transcript.steps) {
        step.captured = captured(record, is_worth_a_look);
    }
    if let Some(change) = &mut change {
        show_how_to_ask(change, &steps);
    }
    CaseReport {
        path: case.id.clone(),
        api: case.scenario.api.clone(),
        about: case.scenario.summary.clone(),
        location: case.scenario.location.clone(),
        verdict,
        steps,
        findings,
        change,
        problems,
        snapshot: case.snapshot.clone(),
        tries: Tries::default(),
        probes: None,
        times: None,
    }
}

/// A case that was not played.
pub(super) fn skipped(case: &Case, reason: &str) -> CaseReport {
    let steps = case.scenario.steps.iter();
    CaseReport {
        path: case.id.clone(),
        api: case.scenario.api.clone(),
        about: case.scenario.summary.clone(),
        location: case.scenario.location.clone(),
        verdict: Verdict::Skipped(reason.to_owned()),
        steps: steps.map(|step| not_reached(step, reason)).collect(),
        findings: Vec::new(),
        change: None,
        problems: Vec::new(),
        snapshot: case.snapshot.clone(),
        tries: Tries::default(),
        probes: None,
        times: None,
    }
}

/// Marks what waivers are about, of what was found in a transcript. They are those for its target.
pub fn waive(findings: &mut [Finding], transcript: &Transcript, waivers: &[Waiver], today: Date) {
    for finding in findings {
        let record = transcript.steps.get(finding.record);
        let called = record.and_then(|it| it.definition().call.operation());
        let Some((record, (_, operation))) = record.zip(called) else {
            continue;
        };
        let attempt = record.attempts.get(finding.attempt);
        let status = attempt.map(|it| it.exchange.response.status);
        waiver::waive(finding, (&operation.id, status), waivers, today);
    }
}

fn problems(transcript: &Transcript) -> Vec<Problem> {
    match &transcript.end {
        End::Refused(problems) => problems.clone(),
        End::Stopped(why) => {
            let location = transcript.scenario.location.clone();
            let problem = Problem::new(ProblemCode::ImpossibleOrder, location, why.as_str());
            vec![problem.with_help("look for a `goto` or a call that never ends")]
        }
        End::Completed | End::Failed(_) | End::Lost(_) | End::Interrupted => Vec::new(),
    }
}

fn verdict(
    transcript: &Transcript,
    findings: &[Finding],
    consequence: Option<Consequence>,
    problems: &[Problem],
) -> Verdict {
    if findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
    {
        return Verdict::Failed;
    }
    match &transcript.end {
        End::Failed(_) => Verdict::Failed,
        End::Lost(error) => Verdict::Broken(error.to_string()),
        End::Refused(_) | End::Stopped(_) => {
            let first = problems
                .first()
                .map_or("", |problem| problem.message.as_str());
            Verdict::Broken(first.to_owned())
        }
        End::Interrupted => Verdict::Broken("the run was stopped".to_owned()),
        End::Completed => match consequence {
            None | Some(Consequence::Pass) => Verdict::Passed,
            Some(Consequence::Review) => Verdict::NeedsReview,
            Some(Consequence::Fail) => Verdict::Failed,
        },
    }
}

fn steps(
    (transcript, site): (&Transcript, &Site),
    findings: &[Finding],
    change: Option<&FlowChange>,
) -> Vec<StepReport> {
    let changes = change.map_or(&[][..], |it| &it.changes);
    let records = transcript.steps.iter().enumerate();
    let mut steps: Vec<StepReport> = records
        .map(|(place, record)| {
            let own: Vec<&Finding> = findings
                .iter()
                .filter(|finding| finding.record == place)
                .collect();
            let has_changed = changes.iter().any(|it| it.record == Some(place));
            played((record, site), &own, has_changed)
        })
        .collect();
    let reason = match &transcript.end {
        End::Failed(place) => match transcript.steps.get(*place) {
            Some(record) => format!("`{}` failed", record.path()),
            None => "the flow failed".to_owned(),
        },
        End::Completed => "the flow went another way".to_owned(),
        End::Lost(_) => "the target gave no answer".to_owned(),
        End::Refused(_) => "a request was not sent".to_owned(),
        End::Stopped(_) | End::Interrupted => "the flow was stopped".to_owned(),
    };
    for (place, step) in transcript.scenario.steps.iter().enumerate() {
        let is_it = |record: &StepRecord| record.callers.is_empty() && record.step == place;
        let same = |record: &StepRecord| Arc::ptr_eq(&record.scenario, &transcript.scenario);
        if !transcript
            .steps
            .iter()
            .any(|record| is_it(record) && same(record))
        {
            steps.push(not_reached(step, &reason));
        }
    }
    steps
}

/// Probes that show something, as steps.
pub(super) fn beside(
    (records, site): (&[StepRecord], &Site),
    findings: &[Finding],
) -> Vec<StepReport> {
    let records = records.iter().enumerate();
    let told = records.map(|(place, record)| {
        let own: Vec<&Finding> = findings.iter().filter(|it| it.record == place).collect();
        played((record, site), &own, false)
    });
    told.collect()
}

fn not_reached(step: &Step, reason: &str) -> StepReport {
    StepReport {
        path: step.id.clone(),
        operation: operation(step),
        outcome: StepOutcome::NotRun(reason.to_owned()),
        shown: None,
        line: String::new(),
        manner: step.manner(),
        notes: Vec::new(),
        captured: Vec::new(),
    }
}

fn operation(step: &Step) -> String {
    match &step.call {
        Call::Operation { .. } => step
            .call
            .operation()
            .map(|(_, operation)| operation.id.clone())
            .unwrap_or_default(),
        Call::Workflow { .. } => String::new(),
    }
}

/// A step that was played. Its exchange is shown where there is something to look at: the try with the
/// heaviest finding, else, where its answer has changed, the last.
fn played(
    (record, site): (&StepRecord, &Site),
    findings: &[&Finding],
    has_changed: bool,
) -> StepReport {
    let heaviest = findings
        .iter()
        .max_by_key(|finding| (finding.severity, Reverse(finding.attempt)));
    let failed = heaviest.is_some_and(|finding| finding.severity == Severity::Error);
    let last = has_changed.then(|| record.attempts.len().saturating_sub(1));
    let attempt = heaviest.map(|it| it.attempt).or(last);
    let shown = attempt.and_then(|it| {
        let shown = record.attempts.get(it)?;
        Some(ShownExchange::of(it, shown, site))
    });
    let outcome = match &record.outcome {
        Outcome::NotRun(reason) => StepOutcome::NotRun(reason.clone()),
        Outcome::Failed => StepOutcome::Failed,
        _ if failed => StepOutcome::Failed,
        Outcome::Succeeded | Outcome::Diverted => StepOutcome::Passed,
    };
    let line = record
        .last()
        .map(|last| line(record, last, shown.is_some()));
    let mut notes: Vec<String> = record.waits.iter().map(waited).collect();
    // Who answered, the proxy or the server, cannot be told from the answer.
    let proxy = (!findings.is_empty()).then(|| site.proxy());
    notes.extend(
        proxy
            .flatten()
            .map(|it| format!("asked through the proxy {it}")),
    );
    StepReport {
        path: record.path().into_owned(),
        operation: operation(record.definition()),
        outcome,
        shown,
        line: line.unwrap_or_default(),
        manner: record.definition().manner(),
        notes,
        captured: Vec::new(),
    }
}

/// That a step was asked again.
fn waited(wait: &Wait) -> String {
    let seconds = wait.pause.as_secs();
    format!("waited {seconds} s, asked again ({})", wait.status)
}

/// What was asked and answered. The path is the one that was sent only where the exchange is shown,
/// too: elsewhere it is the contract's, so that what a target makes anew in every run changes no report
/// of a run in which all is well.
fn line(record: &StepRecord, attempt: &Attempt, sent: bool) -> String {
    let (request, response) = (&attempt.exchange.request, &attempt.exchange.response);
    match record.definition().call.operation() {
        Some((_, operation)) if !sent => exchange(
            (&operation.method, operation.path.as_str()),
            response.status,
        ),
        _ => exchange(
            (
                &request.method,
                &crate::http::hide_secrets(request.target()),
            ),
            response.status,
        ),
    }
}

/// In a line: `GET /a -> 200`.
fn exchange((method, target): (&str, &str), status: u16) -> String {
    [method, " ", target, " -> ", &status.to_string()].concat()
}
