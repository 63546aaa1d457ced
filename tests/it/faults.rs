//! The gate bites: every fault of every mock is found by its check, at its place, and without a
//! fault nothing is found at all.
//!
//! `cargo test --test it faults -- --nocapture` prints the matrix.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use countersign::check::{self, Finding};
use countersign::cli::{Exit, Project};
use countersign::contract::Contract;
use countersign::json::Pointer;
use countersign::mock::{self, Fault, MOCKS, Mock, Part};
use countersign::report::CaseReport;
use countersign::suite::Outcome;
use countersign::verdict::{Severity, Verdict};
use futures_util::{StreamExt as _, stream};

use crate::support::{self, MockProgram};

/// How many mocks are played against at once.
const MOCKS_AT_ONCE: usize = 16;

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
        let stand = support::serve(mock, Some(fault)).await;
        let outcomes = support::play_api(&project, mock.id, &stand, JOBS).await;
        stand.serving.stop().await;
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

    /// Whether a step says the same of several of its tries.
    fn tells_twice(&self) -> bool {
        let mut said = BTreeSet::new();
        let mut keys = self.findings().map(|(case, finding)| {
            let id = case.finding_id(finding);
            let place = finding.place.to_string();
            (id, place, &finding.message, &finding.expected)
        });
        keys.any(|key| !said.insert(key))
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
            (check::Place::Status, Part::Handshake) => true,
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

/// The bundled project, in which what is not declared weighs as much as what is wrong.
fn strict_project() -> Project {
    let mut project = support::load(&support::root());
    let undeclared = check::find("undeclared-field").expect("a check");
    for api in &mut project.suite.apis {
        api.settings
            .severities
            .set(undeclared, Some(Severity::Error));
    }
    project
}

/// Every fault of every mock.
fn pairs() -> impl Iterator<Item = (&'static Mock, &'static Fault)> {
    MOCKS
        .iter()
        .flat_map(|mock| mock.faults.iter().map(move |fault| (mock, fault)))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_every_mock_is_found_where_it_is() {
    let project = Arc::new(strict_project());
    let rows: Vec<Row> = stream::iter(pairs())
        .map(|(mock, fault)| tokio::spawn(Row::play(Arc::clone(&project), mock, fault)))
        .buffered(MOCKS_AT_ONCE)
        .map(|row| row.expect("playing does not panic"))
        .collect()
        .await;
    let mut table = String::new();
    let mut complaints = String::new();
    for row in &rows {
        let api = project.suite.api(row.mock.id).expect("a bundled API");
        let caught = row.caught(&api.contract);
        let (mock, fault, at) = (row.mock.id, row.fault.id, row.fault.place);
        let by = match caught.first() {
            Some((case, finding)) => case.finding_id(finding),
            None => "nothing".to_owned(),
        };
        let _ = writeln!(table, "{mock:<17} {fault:<25} {by:<75} {at}");
        let heavy = caught
            .iter()
            .any(|(_, finding)| finding.severity == Severity::Error);
        if !heavy || row.exit() != Exit::Findings || row.tells_twice() {
            let _ = writeln!(complaints, "{}", story(row));
        }
    }
    println!("{table}{} pairs of a mock and a fault", rows.len());
    assert!(complaints.is_empty(), "{complaints}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_fault_nothing_is_found_and_no_snapshot_changes() {
    let project = strict_project();
    for mock in MOCKS {
        let stand = support::serve(mock, None).await;
        let outcomes = support::play_api(&project, mock.id, &stand, JOBS).await;
        let api = project.suite.api(mock.id).expect("a bundled API");
        assert_eq!(outcomes.len(), api.scenarios.len());
        for outcome in outcomes {
            let case = &outcome.report;
            assert_eq!(case.verdict, Verdict::Passed, "{case:#?}");
            assert!(case.findings.is_empty(), "{case:#?}");
            assert_eq!(case.change, None, "{}", case.path);
        }
    }
}

/// A scenario that says of a request that it breaks the contract, which it does not. It proves the one
/// check that no fault of a server can.
const STALE_MARK: &str = "
arazzo: 1.0.1
info: {title: A mark that is stale, version: 1.0.0}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - workflowId: stale
    steps:
      - stepId: health
        operationId: getHealth
        x-countersign: {request: invalid}
        successCriteria: [{condition: $statusCode == 200}]
";

#[tokio::test]
async fn a_mark_that_is_stale_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs/deploy-installer");
    let contract = support::root().join("specs/deploy-installer/openapi.yaml");
    support::write(&specs.join("openapi.yaml"), &support::read(&contract));
    support::write(&specs.join("stale.arazzo.yaml"), STALE_MARK);
    let project = support::load(folder.path());
    let mock = mock::find("deploy-installer").expect("a bundled mock");
    let stand = support::serve(mock, None).await;
    let outcomes = support::play_api(&project, mock.id, &stand, JOBS).await;
    let case = &outcomes[0].report;
    let found: Vec<_> = case
        .findings
        .iter()
        .map(|finding| (finding.check, finding.severity, &finding.place))
        .collect();
    let expected = (
        "request-conformance",
        Severity::Error,
        &check::Place::Request,
    );
    assert_eq!(found, [expected]);
    assert_eq!(Exit::of_case(&outcomes[0]), Exit::Findings);
}

#[test]
fn the_program_names_the_place_and_exits_1_with_a_fault_and_0_without() {
    let image = "PUT /internal/api/deploy-installer/v1/agents/image -> 200";
    let project = support::load(&support::root());
    let refused = "POST /apps/zenx-refused/releases -> 400";
    for (api, fault, words) in [
        ("deploy-installer", None, vec![]),
        (
            "deploy-installer",
            Some("wrong-type"),
            vec![image, "response-schema: ", "response body, /images "],
        ),
        ("qappctl-shim", None, vec![]),
        (
            "qappctl-shim",
            Some("missing-header"),
            vec![refused, "response-headers: ", "x-content-type-options"],
        ),
    ] {
        let mock = MockProgram::start(api, fault);
        let selector = format!("{api}::");
        let ran = support::run(&support::root(), &[&selector, "--target", &mock.url]);
        let code = i32::from(fault.is_some());
        let flows = project
            .suite
            .api(api)
            .expect("a bundled API")
            .scenarios
            .len();
        let all_passed = format!("{flows} cases: {flows} passed");
        assert_eq!(
            ran.out.contains(&all_passed),
            fault.is_none(),
            "{}",
            ran.story()
        );
        assert_eq!(ran.code, Some(code), "{api} {fault:?}: {}", ran.story());
        for word in words {
            assert!(ran.out.contains(word), "{word}: {}", ran.story());
        }
    }
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
