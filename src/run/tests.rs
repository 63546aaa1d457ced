//! Whole flows against a target that answers from a script: every path through the Machine.

mod caller;
mod checklist;
mod forms;
mod items;
mod ledger;
mod polite;
mod query;
mod recovery;
mod stage;
mod waiting;
mod xml;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, json};

use super::{Library, Machine, Played, drive, foresee};
use crate::scenario::Scenario;
use crate::transcript::End;
use crate::world::{Limits, ScriptedTarget, VirtualClock, World};
use stage::{
    Flag, Play, StoppingTarget, answer, block_on, case, library, lost, play, play_with, scenarios,
};

const CREATE: &str = "
  - workflowId: first
    steps:
      - stepId: make
        operationId: create
        requestBody: {payload: {name: '{$inputs.name}'}}
        outputs: {id: $response.body#/id}
      - stepId: look
        operationId: read
        parameters: [{name: id, in: path, value: $steps.make.outputs.id}]
      - stepId: tidy
        operationId: remove
        parameters: [{name: id, in: path, value: $steps.make.outputs.id}]
        x-countersign: {always: true}
    inputs: {type: object, properties: {name: {type: string, default: a b}}}
    outputs: {id: $steps.make.outputs.id}
";

#[test]
fn a_flow_hands_values_on_from_step_to_step() {
    let play = play(
        CREATE,
        vec![
            answer(201, r#"{"id":"x/1"}"#),
            answer(200, "{}"),
            answer(204, ""),
        ],
    );
    assert_eq!(play.outcomes(), ["make ok", "look ok", "tidy ok"]);
    assert_eq!(
        play.lines(),
        ["POST /things", "GET /things/x%2F1", "DELETE /things/x%2F1"]
    );
    assert_eq!(play.asked[0].body, r#"{"name":"a b"}"#);
    assert_eq!(
        play.transcript.outputs,
        *json!({"id": "x/1"}).as_object().expect("an object")
    );
    assert!(matches!(play.transcript.end, End::Completed));
}

#[test]
fn after_a_failure_only_what_is_always_done_is_done() {
    let play = play(
        CREATE,
        vec![
            answer(201, r#"{"id":"1"}"#),
            answer(404, ""),
            answer(204, ""),
        ],
    );
    assert_eq!(play.outcomes(), ["make ok", "look failed", "tidy ok"]);
    assert!(matches!(play.transcript.end, End::Failed(1)));
}

#[test]
fn a_step_that_needs_what_nobody_handed_on_is_not_run() {
    let play = play(CREATE, vec![answer(201, "{}")]);
    assert_eq!(play.outcomes(), ["make ok", "look not run", "tidy not run"]);
    assert!(matches!(play.transcript.end, End::Failed(1)));
}

#[test]
fn a_target_that_is_lost_ends_the_flow() {
    let play = play(CREATE, vec![answer(201, r#"{"id":"1"}"#), lost(), lost()]);
    assert_eq!(play.outcomes(), ["make ok", "look not run", "tidy not run"]);
    assert_eq!(play.lines().len(), 3, "the teardown is tried");
    assert!(matches!(play.transcript.end, End::Lost(_)));
}

#[test]
fn a_request_that_breaks_the_contract_is_not_sent() {
    let play = play(
        "
  - workflowId: first
    steps:
      - stepId: make
        operationId: create
        requestBody: {payload: {name: 1}}
",
        vec![],
    );
    let End::Refused(problems) = &play.transcript.end else {
        unreachable!("{:?}", play.transcript.end)
    };
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].message.contains("/name"),
        "{}",
        problems[0].message
    );
    assert_eq!(play.asked, []);
}

#[test]
fn a_request_that_is_marked_is_sent() {
    let play = play(
        "
  - workflowId: first
    steps:
      - stepId: make
        operationId: create
        requestBody: {payload: {name: 1}}
        successCriteria: [{condition: $statusCode == 503}]
        x-countersign: {request: invalid}
",
        vec![answer(503, "")],
    );
    assert_eq!(play.outcomes(), ["make ok"]);
    assert_eq!(play.transcript.steps[0].attempts[0].broken_request.len(), 1);
}

const RETRY: &str = "
  - workflowId: first
    steps:
      - stepId: make
        operationId: create
        requestBody: {payload: {name: a}}
        successCriteria: [{condition: $statusCode == 201}]
        onFailure:
          - {name: busy, type: retry, retryAfter: 1.5, retryLimit: 2, criteria: [{condition: $statusCode == 503}]}
";

#[test]
fn a2_a_step_is_tried_again_until_it_succeeds() {
    let play = play(
        RETRY,
        vec![answer(503, ""), answer(503, ""), answer(201, "")],
    );
    assert_eq!(play.outcomes(), ["make ok"]);
    assert_eq!(play.transcript.steps[0].attempts.len(), 3);
    assert_eq!(play.slept, Duration::from_secs(3));
}

#[test]
fn a2_a_step_is_not_tried_more_often_than_allowed() {
    let play = play(
        RETRY,
        vec![answer(503, ""), answer(503, ""), answer(503, "")],
    );
    assert_eq!(play.outcomes(), ["make failed"]);
    assert_eq!(play.asked.len(), 3);
}

#[test]
fn a2_the_server_says_how_long_to_wait() {
    let wait = |value: &str| {
        let mut busy = answer(503, "").expect("an answer");
        busy.headers.push("Retry-After", value);
        play(RETRY, vec![Ok(busy), answer(201, "")]).slept
    };
    assert_eq!(wait("7"), Duration::from_secs(7));
    assert_eq!(
        wait("Thu, 01 Jan 1970 00:00:20 GMT"),
        Duration::from_secs(20)
    );
    assert_eq!(
        wait("Fri, 01 Jan 1960 00:00:00 GMT"),
        Duration::ZERO,
        "the past is now"
    );
    assert_eq!(
        wait("999999"),
        Duration::from_mins(5),
        "no server stops a run for long"
    );
    assert_eq!(
        wait("soon"),
        Duration::from_millis(1500),
        "nonsense is no answer"
    );
}

#[test]
fn an_action_takes_the_flow_elsewhere() {
    let play = play(
        "
  - workflowId: first
    steps:
      - stepId: look
        operationId: read
        parameters: [{name: id, in: path, value: '1'}]
        successCriteria: [{condition: $statusCode == 200}]
        onFailure: [{name: make, type: goto, stepId: make}]
        onSuccess: [{name: done, type: end}]
      - stepId: never
        operationId: remove
        parameters: [{name: id, in: path, value: '1'}]
      - stepId: make
        operationId: create
        requestBody: {payload: {name: a}}
        onSuccess: [{name: back, type: goto, stepId: look}]
",
        vec![answer(404, ""), answer(201, ""), answer(200, "")],
    );
    assert_eq!(play.outcomes(), ["look diverted", "make ok", "look ok"]);
    assert!(matches!(play.transcript.end, End::Completed));
}

#[test]
fn a_circle_is_stopped() {
    let answers = std::iter::repeat_with(|| answer(200, "{}"))
        .take(20_000)
        .collect();
    let play = play(
        "
  - workflowId: first
    steps:
      - stepId: look
        operationId: read
        parameters: [{name: id, in: path, value: '1'}]
        onSuccess: [{name: again, type: goto, stepId: look}]
",
        answers,
    );
    assert!(matches!(play.transcript.end, End::Stopped(_)));
    assert!(play.asked.len() <= 10_000);
}

const CALLS: &str = "
  - workflowId: first
    steps:
      - stepId: prepare
        workflowId: second
        parameters: [{name: name, value: b}]
        outputs: {made: $outputs.id}
      - stepId: look
        operationId: read
        parameters: [{name: id, in: path, value: $steps.prepare.outputs.made}]
  - workflowId: second
    inputs: {type: object, properties: {name: {type: string}}}
    steps:
      - stepId: make
        operationId: create
        requestBody: {payload: {name: $inputs.name}}
        outputs: {id: $response.body#/id}
      - stepId: tidy
        operationId: remove
        parameters: [{name: id, in: path, value: 'x'}]
        x-countersign: {always: true}
    outputs: {id: $steps.make.outputs.id}
";

#[test]
fn t4_a_called_workflow_hands_its_outputs_to_the_caller() {
    let play = play(
        CALLS,
        vec![
            answer(201, r#"{"id":"7"}"#),
            answer(204, ""),
            answer(200, ""),
        ],
    );
    assert_eq!(
        play.outcomes(),
        [
            "prepare/make ok",
            "prepare/tidy ok",
            "prepare ok",
            "look ok"
        ]
    );
    assert_eq!(play.asked[0].body, r#"{"name":"b"}"#);
    assert_eq!(play.asked[2].target(), "/things/7");
}

#[test]
fn a_called_workflow_that_fails_fails_its_caller() {
    let play = play(CALLS, vec![answer(503, ""), answer(204, "")]);
    assert_eq!(
        play.outcomes(),
        ["prepare/make failed", "prepare/tidy ok", "prepare failed"]
    );
    assert!(matches!(play.transcript.end, End::Failed(0)));
}

#[test]
fn what_others_handed_on_can_be_read() {
    let workflows = "
  - workflowId: first
    dependsOn: [second]
    steps:
      - stepId: look
        operationId: read
        parameters: [{name: id, in: path, value: $workflows.second.outputs.id}]
  - workflowId: second
    steps: [{stepId: make, operationId: create, requestBody: {payload: {name: a}}}]
";
    let with_outputs = |scenarios: &[Arc<Scenario>]| {
        let outputs = json!({"id": "5"}).as_object().cloned().expect("an object");
        let played = Played {
            inputs: Map::new(),
            outputs,
        };
        Library {
            played: [("second".to_owned(), played)].into(),
            ..library(scenarios)
        }
    };
    let play = play_with(workflows, with_outputs, vec![answer(200, "")]);
    assert_eq!(play.lines(), ["GET /things/5"]);
}

#[test]
fn a_wish_to_stop_ends_the_flow_and_still_tidies() {
    let scenarios = scenarios(CREATE);
    let machine = Machine::new(
        &case(&scenarios[0]),
        library(&scenarios),
        &"http://t".into(),
    );
    let flag = Arc::new(Flag::default());
    let answers = [answer(201, r#"{"id":"1"}"#), answer(204, "")];
    let inner = ScriptedTarget::new(answers);
    let target = StoppingTarget {
        inner,
        after: 1,
        flag: Arc::clone(&flag),
    };
    let clock = VirtualClock::default();
    let world = World {
        target: &target,
        site: &"http://t".into(),
        clock: &clock,
        stopping: flag.as_ref(),
        limits: Limits::default(),
    };
    let transcript = block_on(drive(machine, world));
    assert!(matches!(transcript.end, End::Interrupted));
    let play = Play {
        transcript,
        asked: target.inner.asked(),
        slept: Duration::ZERO,
    };
    assert_eq!(play.outcomes(), ["make ok", "look not run", "tidy ok"]);
}

#[test]
fn teardown_goes_from_the_last_to_the_first() {
    let play = play(
        "
  - workflowId: first
    steps:
      - stepId: make
        operationId: create
        requestBody: {payload: {name: a}}
      - {stepId: one, operationId: remove, parameters: [{name: id, in: path, value: '1'}], x-countersign: {always: true}}
      - {stepId: two, operationId: remove, parameters: [{name: id, in: path, value: '2'}], x-countersign: {always: true}}
",
        vec![answer(503, ""), answer(204, ""), answer(500, "")],
    );
    assert_eq!(play.outcomes(), ["make failed", "two ok", "one failed"]);
    assert!(
        matches!(play.transcript.end, End::Failed(0)),
        "the first failure is the one that counts"
    );
}

#[test]
fn without_criteria_a_documented_success_is_demanded() {
    let get = "
  - workflowId: first
    steps: [{stepId: look, operationId: read, parameters: [{name: id, in: path, value: '1'}]}]
";
    assert_eq!(play(get, vec![answer(200, "")]).outcomes(), ["look ok"]);
    assert_eq!(
        play(get, vec![answer(404, "")]).outcomes(),
        ["look failed"],
        "documented, no success"
    );
    assert_eq!(
        play(get, vec![answer(202, "")]).outcomes(),
        ["look failed"],
        "not documented"
    );
}

#[test]
fn wrong_inputs_are_the_users_to_mend() {
    let number = |name: &str| {
        format!(
            "
  - workflowId: {name}
    inputs: {{type: object, required: [n], properties: {{n: {{type: integer}}}}}}
    steps: [{{stepId: look, operationId: read, parameters: [{{name: id, in: path, value: $inputs.n}}]}}]
"
        )
    };
    let refused = |workflows: &str| {
        let play = play(workflows, vec![]);
        assert_eq!(play.asked, []);
        let End::Refused(problems) = play.transcript.end else {
            unreachable!("{:?}", play.transcript.end)
        };
        problems[0].message.clone()
    };
    assert!(refused(&number("first")).contains("`first`"));
    let call = "
  - workflowId: first
    steps: [{stepId: call, workflowId: second, parameters: [{name: n, value: x}]}]";
    assert!(refused(&format!("{call}{}", number("second"))).contains("the input `n` of `second`"));
}

#[test]
fn a_request_without_expressions_is_judged_before_anything_is_sent() {
    let step = |payload: &str, mark: &str| {
        let text = format!(
            "
  - workflowId: first
    inputs: {{type: object, properties: {{n: {{type: string}}}}}}
    steps: [{{stepId: make, operationId: create, requestBody: {{payload: {payload}}}{mark}}}]
"
        );
        foresee(&scenarios(&text)[0]).len()
    };
    assert_eq!(step("{name: a}", ""), 0);
    assert_eq!(step("{titel: a}", ""), 1);
    assert_eq!(step("{name: 1}", ""), 1);
    assert_eq!(step("{name: 1}", ", x-countersign: {request: invalid}"), 0);
    assert_eq!(step("{name: $inputs.n}", ""), 0, "not known yet");
}
