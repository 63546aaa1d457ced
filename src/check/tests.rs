//! What is found in flows that call workflows, played against a target that answers from a script.

mod answers;
mod media;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::arazzo::{self, NoFiles, Surroundings};
use crate::http::{self, BodyEnd, Headers};
use crate::openapi;
use crate::plan::Case;
use crate::run::{Library, Machine, drive};
use crate::source::Source;
use crate::world::{Limits, NeverStopping, ScriptedTarget, VirtualClock, World};

const CONTRACT: &str = r#"
openapi: 3.1.1
info: {title: Things, version: "1"}
paths:
  /thing:
    get:
      operationId: read
      responses:
        "200": {description: there, content: {application/json: {schema: {type: object}}}}
"#;

/// The criterion stands in line 10, the step of the called workflow in line 14.
const WORKFLOWS: &str = "arazzo: 1.0.1
info: {title: T, version: '1'}
sourceDescriptions: [{name: api, url: openapi.yaml, type: openapi}]
workflows:
  - workflowId: first
    steps:
      - stepId: call
        workflowId: second
        successCriteria:
          - condition: $outputs.n == 2
        onFailure: []
      - {stepId: after, operationId: read}
  - workflowId: second
    steps: [{stepId: look, operationId: read, outputs: {n: $response.body#/n}}]
    outputs: {n: $steps.look.outputs.n}
";

fn answer(status: u16, body: &str) -> http::Response {
    let mut headers = Headers::default();
    headers.push("content-type", "application/json");
    http::Response {
        status,
        headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
        end: BodyEnd::Complete,
    }
}

/// Plays the first workflow of a document against these answers.
fn play(workflows: &str, answers: Vec<http::Response>) -> Transcript {
    let source = Source::parse("specs/t/openapi.yaml", CONTRACT.to_owned()).expect("YAML");
    let (contract, problems) = openapi::lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    let contracts = [Arc::new(contract.expect("a contract"))];
    let surroundings = Surroundings {
        api: "t",
        contracts: &contracts,
        files: &NoFiles,
    };
    let source = Source::parse("specs/t/t.arazzo.yaml", workflows.to_owned()).expect("YAML");
    let (scenarios, problems) = arazzo::lower(&source, &surroundings);
    assert_eq!(problems, []);
    let scenarios: Vec<_> = scenarios.into_iter().map(Arc::new).collect();
    let case = Case {
        id: scenarios[0].path(),
        snapshot: scenarios[0].id.clone(),
        scenario: Arc::clone(&scenarios[0]),
        inputs: serde_json::Map::new(),
        seed: 0,
        round: 0,
        number: 0,
    };
    let library = Library {
        scenarios: Arc::new(scenarios),
        played: BTreeMap::new(),
    };
    let target = ScriptedTarget::new(answers.into_iter().map(Ok));
    let clock = VirtualClock::default();
    let world = World {
        target: &target,
        site: &"http://t".into(),
        clock: &clock,
        stopping: &NeverStopping,
        limits: Limits::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(drive(
        Machine::new(&case, library, &"http://t".into()),
        world,
    ))
}

/// Each finding as `check path:line place`.
fn found(transcript: &Transcript) -> Vec<String> {
    let findings = examine(transcript, &Severities::default());
    findings
        .iter()
        .map(|it| {
            let step = transcript.steps[it.record].path();
            let line = it.scenario.line;
            format!("{} {step}:{line} {}", it.check, it.place)
        })
        .collect()
}

#[test]
fn a_criterion_of_a_call_that_does_not_hold_is_found_at_its_line() {
    let transcript = play(WORKFLOWS, vec![answer(200, r#"{"n":1}"#)]);
    assert!(matches!(transcript.end, End::Failed(1)));
    assert_eq!(found(&transcript), ["success-criteria call:10 flow"]);
    let finding = &examine(&transcript, &Severities::default())[0];
    assert_eq!(finding.expected, "$outputs.n == 2");
    assert!(finding.actual.contains('1'), "{}", finding.actual);
}

#[test]
fn a_criterion_of_a_call_that_holds_is_not_found() {
    let answers = vec![answer(200, r#"{"n":2}"#), answer(200, "{}")];
    assert_eq!(found(&play(WORKFLOWS, answers)), [""; 0]);
}

#[test]
fn a_call_that_fails_is_found_once_where_it_failed() {
    let transcript = play(WORKFLOWS, vec![answer(503, r#"{"n":1}"#)]);
    let found = found(&transcript);
    let demands: Vec<_> = found
        .iter()
        .filter(|it| it.starts_with("success-criteria"))
        .collect();
    assert_eq!(demands, ["success-criteria call/look:14 status"]);
}

#[test]
fn what_a_caller_made_good_is_not_found() {
    let elsewhere = "onFailure: [{name: x, type: goto, stepId: after}]";
    let workflows = WORKFLOWS.replace("onFailure: []", elsewhere).replace(
        "{stepId: look, operationId: read,",
        "{stepId: look, operationId: read, successCriteria: [{condition: $statusCode == 201}],",
    );
    let answers = vec![answer(200, r#"{"n":1}"#), answer(200, "{}")];
    let transcript = play(&workflows, answers);
    assert!(matches!(transcript.end, End::Completed));
    assert_eq!(found(&transcript), [""; 0]);
}
