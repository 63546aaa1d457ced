//! A flow that passes at a later try is told as flaky, with what was found before; and a run ends in time.

use std::path::Path;

use countersign::schema::Schema;
use serde_json::Value;

use crate::stand_in::{self, Reply};
use crate::support::{self, Ran};

const CONTRACT: &str = "
openapi: 3.1.0
info: {title: Things, version: 1.0.0}
paths:
  /thing: {get: {operationId: look, responses: {'200': {description: There.}}}}
";

const FLOWS: &str = "
arazzo: 1.0.1
info: {title: Flows, version: 1.0.0}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - workflowId: looking
    steps: [{stepId: look, operationId: look}]
";

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs/things");
    support::write(&specs.join("openapi.yaml"), CONTRACT);
    support::write(&specs.join("flows.arazzo.yaml"), FLOWS);
    let approved = support::run(folder.path(), &["--target", &server(0), "--update", "new"]);
    assert_eq!(approved.code, Some(0), "{}", approved.story());
    folder
}

/// A server that fails so often before all is well.
fn server(failures: usize) -> String {
    stand_in::start(Box::new(move |_, before| Reply {
        status: if before < failures { 500 } else { 200 },
        headers: String::new(),
        body: String::new(),
    }))
}

fn play(root: &Path, failures: usize, arguments: &[&str]) -> Ran {
    let url = server(failures);
    support::run(root, &[&["--target", url.as_str()], arguments].concat())
}

#[test]
fn what_passes_at_a_later_try_is_flaky() {
    let project = project();
    let (json, junit) = (project.path().join("r.json"), project.path().join("r.xml"));
    let reports = [
        format!("--report=json={}", json.display()),
        format!("--report=junit={}", junit.display()),
    ];
    let wishes = ["--retries", "2", "--flaky-result", "pass"];
    let arguments = [&wishes[..], &[reports[0].as_str(), reports[1].as_str()]].concat();
    let ran = play(project.path(), 1, &arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(ran.out.contains("FLAKY 2/3"), "{}", ran.story());
    assert!(
        ran.out.contains("1 case: 1 passed (1 flaky)"),
        "{}",
        ran.story()
    );
    assert!(ran.out.contains("documented-status"), "{}", ran.story());
    let report: Value = serde_json::from_str(&support::read(&json)).expect("JSON");
    let case = &report["cases"][0];
    assert_eq!(
        (&case["verdict"], &case["flaky"]),
        (&"passed".into(), &true.into())
    );
    assert_eq!(case["tries"][0]["verdict"], "failed");
    assert_eq!(
        case["tries"][0]["findings"][0]["check"],
        "documented-status"
    );
    assert_eq!(report["summary"]["flaky"], 1);
    let schema = support::read(&support::root().join("docs/report.schema.json"));
    let schema = Schema::compile(&serde_json::from_str(&schema).expect("JSON")).expect("a schema");
    assert_eq!(schema.violations(&report).list, []);
    assert!(support::read(&junit).contains("<flakyFailure"));
}

#[test]
fn flaky_is_a_failure_in_ci_and_where_that_is_said() {
    let project = project();
    let ran = play(project.path(), 1, &["--retries", "1"]);
    assert_eq!(ran.code, Some(7), "{}", ran.story());
    let ran = play(
        project.path(),
        1,
        &["--retries", "1", "--flaky-result", "fail"],
    );
    assert_eq!(ran.code, Some(7), "{}", ran.story());
    let ran = play(
        project.path(),
        0,
        &["--retries", "1", "--flaky-result", "fail"],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(!ran.out.contains("flaky"), "{}", ran.story());
}

#[test]
fn what_fails_at_every_try_has_failed() {
    let project = project();
    let ran = play(project.path(), 9, &["--retries", "1"]);
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    assert!(ran.out.contains("try 1/2 FAIL"), "{}", ran.story());
    assert!(ran.out.contains(", try 2/2"), "{}", ran.story());
    let once = play(project.path(), 1, &[]);
    assert_eq!(once.code, Some(1), "{}", once.story());
}

#[test]
fn a_run_ends_in_its_time() {
    let project = project();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let json = project.path().join("r.json");
    let report = format!("--report=json={}", json.display());
    let ran = support::run(
        project.path(),
        &["--target", &url, "--global-timeout", "1", &report],
    );
    assert_eq!(ran.code, Some(124), "{}", ran.story());
    let report: Value = serde_json::from_str(&support::read(&json)).expect("whole JSON");
    assert_eq!(report["cases"][0]["verdict"], "broken");
}
