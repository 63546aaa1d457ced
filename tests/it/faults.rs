//! The gate bites: every fault of every mock is found by its check, at its place, and without a
//! fault nothing is found at all.
//!
//! `cargo test --test it faults -- --nocapture` prints the matrix.

use std::fmt::Write as _;
use std::sync::Arc;

use countersign::check::{self, Finding};
use countersign::cli::{Exit, Project};
use countersign::contract::Contract;
use countersign::json::Pointer;
use countersign::mock::{Fault, MOCKS, Mock, Part};
use countersign::report::CaseReport;
use countersign::suite::Outcome;
use countersign::verdict::Severity;
use futures_util::{StreamExt as _, stream};

use crate::support;

/// How many mocks are played against at once.
const MOCKS_AT_ONCE: usize = 48;

/// How many flows are played at once against one mock.
const JOBS: usize = 4;

/// A fault with what was found.
struct Row {
    mock: &'static Mock,
    fault: &'static Fault,
    outcomes: Vec<Outcome>,
}

impl Row {
    async fn play(project: Arc<Project>, mock: &'static Mock, fault: &'static Fault) -> Self {
        let serving = support::serve(mock, Some(fault)).await;
        let outcomes = support::play_api(&project, mock.id, &serving.url(), JOBS).await;
        serving.stop().await;
        Self {
            mock,
            fault,
            outcomes,
        }
    }

    /// Every finding with the case that it stands in.
    fn findings(&self) -> impl Iterator<Item = (&CaseReport, &Finding)> {
        self.outcomes.iter().flat_map(|outcome| {
            let case = outcome.report.as_ref();
            case.findings.iter().map(move |finding| (case, finding))
        })
    }

    /// The findings that are this fault: of its check and at its place.
    fn caught(&self, contract: &Contract) -> Vec<(&CaseReport, &Finding)> {
        self.findings()
            .filter(|(_, finding)| finding.check == self.fault.check)
            .filter(|(case, finding)| is_at(case, finding, self.fault, contract))
            .collect()
    }

    /// The exit code of a run of these flows.
    fn exit(&self) -> Exit {
        let exits = self.outcomes.iter().map(Exit::of_case);
        exits.max().expect("every API has flows")
    }
}

/// Whether a finding stands where a fault shows.
fn is_at(case: &CaseReport, finding: &Finding, fault: &Fault, contract: &Contract) -> bool {
    let Some(step) = case.step(finding) else {
        return false;
    };
    let operation = contract
        .operations
        .iter()
        .find(|operation| operation.id == step.operation);
    let is_operation = operation.is_some_and(|operation| {
        operation.method == fault.place.method && operation.path.as_str() == fault.place.path
    });
    // A fault's place has the status that is due, the step's line the one that came.
    let is_status = step.line.ends_with(&format!(" -> {}", fault.place.status));
    is_operation
        && match (&finding.place, fault.place.part) {
            (check::Place::Status, Part::Status) => !is_status,
            (check::Place::Header(found), Part::Header(name)) => {
                is_status && found.eq_ignore_ascii_case(name)
            }
            (check::Place::Body(found), Part::Body(pointer)) => {
                let place = Pointer::parse(pointer).expect("faults have pointers");
                is_status && is_in_body(found, finding, &place)
            }
            _ => false,
        }
}

/// Whether a finding stands at a place of a body, as nearly as its check can know it.
fn is_in_body(found: &Pointer, finding: &Finding, place: &Pointer) -> bool {
    let names = |text: &str| place.last().is_some_and(|name| text.contains(&*name));
    match finding.check {
        // A text that is no JSON has no places in it; one that has a name twice has.
        "body-decoding" => found.is_root() || place.contains(found),
        // A criterion reads the value, something in it, or the whole body to look for it.
        "success-criteria" => found.contains(place) || place.contains(found),
        // What is missing is missed by the object that should have it.
        _ => found == place || (place.parent().as_ref() == Some(found) && names(&finding.expected)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_every_mock_is_found_where_it_is() {
    let mut project = support::load(&support::root());
    let undeclared = check::find("undeclared-field").expect("a check");
    for api in &mut project.suite.apis {
        api.settings
            .severities
            .set(undeclared, Some(Severity::Error));
    }
    let project = Arc::new(project);
    let pairs = MOCKS
        .iter()
        .flat_map(|mock| mock.faults.iter().map(move |fault| (mock, fault)));
    let rows: Vec<Row> = stream::iter(pairs)
        .map(|(mock, fault)| tokio::spawn(Row::play(Arc::clone(&project), mock, fault)))
        .buffered(MOCKS_AT_ONCE)
        .map(|row| row.expect("playing does not panic"))
        .collect()
        .await;
    let mut table = String::new();
    let mut missed = String::new();
    for row in &rows {
        let api = project.suite.api(row.mock.id).expect("a bundled API");
        let caught = row.caught(&api.contract);
        let first = caught.first();
        let by = first.map_or_else(
            || "MISSED".to_owned(),
            |(case, finding)| case.finding_id(finding),
        );
        let _ = writeln!(
            table,
            "{:<17} {:<25} {by:<75} {}",
            row.mock.id, row.fault.id, row.fault.place
        );
        let heavy = caught
            .iter()
            .any(|(_, finding)| finding.severity == Severity::Error);
        if !heavy || row.exit() != Exit::Findings {
            let _ = writeln!(missed, "{}", story(row));
        }
    }
    println!("{table}{} pairs of a mock and a fault", rows.len());
    assert!(missed.is_empty(), "{missed}");
}

/// What is wrong with a row, for whoever mends it.
fn story(row: &Row) -> String {
    let (fault, exit) = (row.fault, row.exit());
    let mut text = format!(
        "{} {}: {} was not found at {}; the run ends with {exit:?}; there was",
        row.mock.id, fault.id, fault.check, fault.place
    );
    for (case, finding) in row.findings() {
        let line = case.step(finding).map_or("", |step| step.line.as_str());
        let _ = write!(
            text,
            "\n    {} {line} {}: {}",
            case.finding_id(finding),
            finding.place,
            finding.actual
        );
    }
    text
}
