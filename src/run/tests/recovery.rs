//! Flows that go on after a failure: what fails for the sake of a step, and what becomes of it.

use std::time::Duration;

use super::CALLS;
use super::stage::{answer, lost, play};
use crate::transcript::End;

/// A caller whose step says what happens when the workflow that it calls fails.
fn calling(on_failure: &str) -> String {
    format!(
        "
  - workflowId: first
    steps:
      - stepId: prepare
        workflowId: second
        onFailure: [{on_failure}]
      - stepId: never
        operationId: remove
        parameters: [{{name: id, in: path, value: '1'}}]
        onSuccess: [{{name: done, type: end}}]
      - stepId: instead
        operationId: read
        parameters: [{{name: id, in: path, value: '1'}}]
  - workflowId: second
    steps: [{{stepId: make, operationId: create, requestBody: {{payload: {{name: a}}}}}}]
"
    )
}

#[test]
fn a_caller_goes_elsewhere_when_what_it_calls_fails() {
    let play = play(
        &calling("{name: x, type: goto, stepId: instead}"),
        vec![answer(503, ""), answer(200, "")],
    );
    assert_eq!(
        play.outcomes(),
        ["prepare/make diverted", "prepare diverted", "instead ok"]
    );
    assert!(matches!(play.transcript.end, End::Completed));
}

#[test]
fn a_call_that_fails_is_tried_again() {
    let retry = calling("{name: x, type: retry, retryLimit: 1}");
    let answers = || vec![answer(503, ""), answer(201, ""), answer(204, "")];
    let healed = play(&retry, answers());
    assert_eq!(
        healed.outcomes(),
        [
            "prepare/make diverted",
            "prepare/make ok",
            "prepare ok",
            "never ok"
        ]
    );
    assert!(matches!(healed.transcript.end, End::Completed));
    let failed = play(&retry, vec![answer(503, ""), answer(503, "")]);
    assert_eq!(
        failed.outcomes(),
        [
            "prepare/make diverted",
            "prepare/make failed",
            "prepare failed"
        ]
    );
    assert!(matches!(failed.transcript.end, End::Failed(1)));
}

#[test]
fn a_call_that_lacks_a_value_is_made_good_too() {
    let declared = "  - workflowId: second
    inputs: {type: object, properties: {n: {type: string}}}";
    let workflows = calling("{name: x, type: goto, stepId: instead}")
        .replace("{name: a}", "{name: $inputs.n}")
        .replace("  - workflowId: second", declared);
    let play = play(&workflows, vec![answer(200, "")]);
    assert_eq!(
        play.outcomes(),
        ["prepare/make not run", "prepare diverted", "instead ok"]
    );
    assert!(matches!(play.transcript.end, End::Completed));
}

const BEFORE_RETRY: &str = "
  - workflowId: first
    steps:
      - stepId: look
        operationId: read
        parameters: [{name: id, in: path, value: '1'}]
        successCriteria: [{condition: $statusCode == 200}]
        onFailure: [{name: x, type: retry, retryLimit: 1, workflowId: second}]
  - workflowId: second
    steps: [{stepId: make, operationId: create, requestBody: {payload: {name: a}}}]
";

#[test]
fn what_fails_before_a_retry_counts_when_the_retry_fails() {
    let healed = play(
        BEFORE_RETRY,
        vec![answer(404, ""), answer(503, ""), answer(200, "")],
    );
    assert_eq!(healed.outcomes(), ["look/make diverted", "look ok"]);
    assert!(matches!(healed.transcript.end, End::Completed));
    let failed = play(
        BEFORE_RETRY,
        vec![answer(404, ""), answer(503, ""), answer(404, "")],
    );
    assert_eq!(failed.outcomes(), ["look/make failed", "look failed"]);
    assert!(matches!(failed.transcript.end, End::Failed(0)));
}

#[test]
fn a_target_that_is_lost_while_a_failed_call_is_tidied_ends_the_flow() {
    let play = play(CALLS, vec![answer(503, ""), lost()]);
    assert_eq!(
        play.outcomes(),
        [
            "prepare/make failed",
            "prepare/tidy not run",
            "prepare not run"
        ]
    );
    assert!(matches!(play.transcript.end, End::Lost(_)));
}

#[test]
fn a_call_is_tried_again_after_its_pause() {
    let play = play(
        &calling("{name: x, type: retry, retryLimit: 2, retryAfter: 1.5}"),
        vec![
            answer(503, ""),
            answer(503, ""),
            answer(201, ""),
            answer(204, ""),
        ],
    );
    assert_eq!(play.slept, Duration::from_secs(3));
    assert!(matches!(play.transcript.end, End::Completed));
}

/// A flow that fails at once, with a teardown of two steps, the last of which is tried again.
fn tidying(before: &str) -> String {
    format!(
        "
  - workflowId: first
    steps:
      - {{stepId: make, operationId: create, requestBody: {{payload: {{name: a}}}}}}
      - stepId: one
        operationId: remove
        parameters: [{{name: id, in: path, value: '1'}}]
        x-countersign: {{always: true}}
      - stepId: two
        operationId: remove
        parameters: [{{name: id, in: path, value: '2'}}]
        onFailure: [{{name: x, type: retry, retryLimit: 2, retryAfter: 2{before}}}]
        x-countersign: {{always: true}}
  - workflowId: second
    steps: [{{stepId: look, operationId: read, parameters: [{{name: id, in: path, value: '3'}}]}}]
"
    )
}

#[test]
fn what_must_always_be_done_is_tried_again() {
    let play = play(
        &tidying(""),
        vec![
            answer(503, ""),
            answer(500, ""),
            answer(500, ""),
            answer(204, ""),
            answer(204, ""),
        ],
    );
    assert_eq!(play.outcomes(), ["make failed", "two ok", "one ok"]);
    assert_eq!(
        play.lines(),
        [
            "POST /things",
            "DELETE /things/2",
            "DELETE /things/2",
            "DELETE /things/2",
            "DELETE /things/1"
        ]
    );
    assert_eq!(play.slept, Duration::from_secs(4));
    assert!(matches!(play.transcript.end, End::Failed(0)));
}

#[test]
fn what_must_always_be_done_is_not_tried_more_often_than_allowed() {
    let mut answers = vec![answer(503, "")];
    answers.extend((0..3).map(|_| answer(500, "")));
    answers.push(answer(204, ""));
    let play = play(&tidying(""), answers);
    assert_eq!(play.outcomes(), ["make failed", "two failed", "one ok"]);
    assert_eq!(play.transcript.steps[1].attempts.len(), 3);
}

#[test]
fn a_workflow_is_played_before_a_retry_in_the_teardown_too() {
    let play = play(
        &tidying(", workflowId: second"),
        vec![
            answer(503, ""),
            answer(500, ""),
            answer(200, ""),
            answer(204, ""),
            answer(204, ""),
        ],
    );
    assert_eq!(
        play.outcomes(),
        ["make failed", "two/look ok", "two ok", "one ok"]
    );
}

#[test]
fn a_target_that_is_lost_in_the_teardown_is_not_tried_again() {
    let play = play(
        &tidying(""),
        vec![answer(503, ""), answer(500, ""), lost(), answer(204, "")],
    );
    assert_eq!(play.outcomes(), ["make failed", "two not run", "one ok"]);
}
