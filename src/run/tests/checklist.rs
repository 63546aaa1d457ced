//! What the specification says of playing, item by item: each test is named after the item of the
//! checklist that it is about.

use std::time::Duration;

use serde_json::json;

use super::stage::{Play, answer, case, late, library, play, play_document, scenarios_of};
use crate::run::{Effect, Machine};
use crate::transcript::{End, Outcome};
use crate::world::{Limits, REDIRECTS_MAX, Site};

/// A step that reads an existing thing, with these lines.
fn reading(id: &str, lines: &str) -> String {
    format!(
        "\n      - stepId: {id}\n        operationId: read\n        parameters: [{{name: id, in: path, value: {id}}}]{lines}"
    )
}

fn workflow(id: &str, steps: &[String]) -> String {
    format!("\n  - workflowId: {id}\n    steps:{}\n", steps.concat())
}

#[test]
fn t8_a_step_that_takes_too_long_fails() {
    let text = workflow(
        "w",
        &[reading("a", "\n        timeout: 250"), reading("b", "")],
    );
    let play = play_document("1.1.0", &text, vec![late()]);
    assert_eq!(play.outcomes(), ["a failed"]);
    assert!(
        matches!(play.transcript.end, End::Failed(0)),
        "nothing is lost"
    );
    assert_eq!(
        play.transcript.steps[0].unmet[0].actual,
        "no answer within 250 ms"
    );
    let without = play_document("1.1.0", &workflow("w", &[reading("a", "")]), vec![late()]);
    assert!(
        matches!(without.transcript.end, End::Lost(_)),
        "nobody said how long it may take"
    );
}

#[test]
fn t8_then_the_failure_actions_apply() {
    let actions = "\n        timeout: 250\n        onFailure:\n          \
                   - {name: again, type: retry, retryAfter: 2, retryLimit: 1}\n          \
                   - {name: on, type: goto, stepId: c}";
    let steps = [reading("a", actions), reading("b", ""), reading("c", "")];
    let text = workflow("w", &steps);
    let again = play_document(
        "1.1.0",
        &text,
        vec![late(), answer(200, ""), answer(200, ""), answer(200, "")],
    );
    assert_eq!(again.outcomes(), ["a ok", "b ok", "c ok"]);
    assert_eq!(again.slept, Duration::from_secs(2));
    assert_eq!(again.transcript.steps[0].unmet, [], "the last try counts");
    let on = play_document("1.1.0", &text, vec![late(), late(), answer(200, "")]);
    assert_eq!(on.outcomes(), ["a diverted", "c ok"]);
}

#[test]
fn t9_a_step_is_not_run_before_what_it_depends_on() {
    let jump = "\n        onSuccess: [{name: on, type: goto, stepId: c}]";
    let steps = [
        reading("a", jump),
        reading("b", ""),
        reading("c", "\n        dependsOn: [b]"),
    ];
    let play = play_document("1.1.0", &workflow("w", &steps), vec![answer(200, "")]);
    assert_eq!(play.outcomes(), ["a ok", "c not run"]);
    let Outcome::NotRun(why) = &play.transcript.steps[1].outcome else {
        unreachable!("it is not run")
    };
    assert_eq!(why, "needs the step `b`, which was not played");
}

const SELECTING: &str = "
  - workflowId: w
    steps:
      - stepId: a
        operationId: read
        parameters: [{name: id, in: path, value: a}]
        outputs:
          one: {context: $response.body, selector: '$.list[?@.n == 2].name', type: jsonpath}
          all: {context: $response.body, selector: '$.list[*].name', type: jsonpath}
          at: {context: '$response.body#/list', selector: /0/name, type: jsonpointer}
      - stepId: b
        operationId: create
        requestBody:
          payload:
            name: {context: $steps.a.outputs.all, selector: '$[1]', type: jsonpath}
      - stepId: c
        operationId: read
        parameters:
          - name: id
            in: path
            value: {context: $steps.a.outputs.all, selector: '$[7]', type: jsonpath}
";

#[test]
fn l1_selectors_give_one_value_a_list_or_none() {
    let body = r#"{"list":[{"n":1,"name":"x"},{"n":2,"name":"y"}]}"#;
    let play = play_document("1.1.0", SELECTING, vec![answer(200, body), answer(201, "")]);
    let outputs = &play.transcript.steps[0].outputs;
    assert_eq!(
        json!(outputs),
        json!({"one": "y", "all": ["x", "y"], "at": "x"})
    );
    assert_eq!(play.asked[1].body, r#"{"name":"y"}"#);
    assert_eq!(play.outcomes(), ["a ok", "b ok", "c not run"]);
}

/// What is sent as the body of a step with these lines under `requestBody`.
fn sent(lines: &str) -> Result<String, String> {
    let text = format!(
        "\n  - workflowId: w\n    inputs: {{properties: {{q: {{default: 5}}}}}}\n    steps:\n      - stepId: a\n        \
         operationId: create\n        x-countersign: {{request: invalid}}\n        requestBody:\n          {lines}\n"
    );
    let play = play_document("1.1.0", &text, vec![answer(201, "")]);
    match (&play.transcript.end, play.asked.first()) {
        (End::Refused(problems), _) => Err(problems[0].message.clone()),
        (_, Some(request)) => Ok(String::from_utf8_lossy(&request.body).into_owned()),
        (end, None) => Err(format!("{end:?}")),
    }
}

#[test]
fn b2_a_json_text_is_the_json_that_it_writes() {
    assert_eq!(
        sent("payload: '{\"name\": \"{$inputs.q}\", \"n\": {$inputs.q}}'"),
        Ok(r#"{"name":"5","n":5}"#.to_owned())
    );
    assert_eq!(
        sent("payload: 'plain {$inputs.q}'"),
        Ok(r#""plain 5""#.to_owned())
    );
    assert_eq!(
        sent("payload: '{broken {$inputs.q}'"),
        Ok(r#""{broken 5""#.to_owned())
    );
    assert_eq!(sent("payload: $inputs.q"), Ok("5".to_owned()));
}

#[test]
fn b3_every_place_that_a_path_finds_is_replaced() {
    let items = "payload: {items: [{sku: a, n: 1}, {sku: b, n: 1}, {sku: a, n: 1}]}\n          replacements: ";
    let path = |path: &str| {
        sent(&format!(
            "{items}[{{target: \"{path}\", targetSelectorType: jsonpath, value: $inputs.q}}]"
        ))
    };
    assert_eq!(
        path("$.items[?@.sku == 'a'].n"),
        Ok(r#"{"items":[{"sku":"a","n":5},{"sku":"b","n":1},{"sku":"a","n":5}]}"#.to_owned())
    );
    let nowhere = path("$.items[?@.sku == 'c'].n").expect_err("nothing to replace");
    assert!(nowhere.contains("no place `$.items"), "{nowhere}");
    let added = sent(&format!("{items}[{{target: /new, value: 1}}]"));
    assert!(added.expect("it is added").ends_with(r#","new":1}"#));
}

/// Two workflows, the first of which has a step with these actions that goes to the second one.
fn with_action(action: &str, answers: Vec<u16>) -> Play {
    let first = workflow("w", &[reading("a", &format!("\n        {action}"))]);
    let second = "  - workflowId: v
    inputs: {required: [x], properties: {x: {type: [string, integer]}}}
    steps:
      - {stepId: m, operationId: read, parameters: [{name: id, in: path, value: $inputs.x}]}
";
    let answers = answers.into_iter().map(|it| answer(it, r#"{"id":"n"}"#));
    play_document("1.1.0", &format!("{first}{second}"), answers.collect())
}

#[test]
fn a5_a_workflow_gets_the_parameters_of_the_action() {
    let over = "parameters: [{name: x, value: $response.body#/id}]}]";
    let play = with_action(
        &format!("onSuccess: [{{name: g, type: goto, workflowId: v, {over}"),
        vec![200, 200],
    );
    assert_eq!(play.lines(), ["GET /things/a", "GET /things/n"]);
    assert_eq!(play.outcomes(), ["a ok", "m ok"]);
    let play = with_action(
        &format!("onFailure: [{{name: g, type: retry, workflowId: v, {over}"),
        vec![404, 200, 200],
    );
    assert_eq!(
        play.lines(),
        ["GET /things/a", "GET /things/n", "GET /things/a"]
    );
    assert!(matches!(play.transcript.end, End::Completed));
    let lacks = "parameters: [{name: x, value: $response.body#/nothing}]}]";
    let play = with_action(
        &format!("onFailure: [{{name: g, type: retry, workflowId: v, {lacks}"),
        vec![404],
    );
    assert_eq!(play.outcomes(), ["a not run"]);
}

/// A step that is retried after another one was played.
fn with_step_before(answers: Vec<u16>) -> Play {
    let actions = "\n        onSuccess: [{name: done, type: end}]\n        \
                   onFailure: [{name: again, type: retry, stepId: b, retryLimit: 2}]";
    let text = workflow(
        "w",
        &[reading("a", actions), reading("b", ""), reading("c", "")],
    );
    play(
        &text,
        answers.into_iter().map(|it| answer(it, "")).collect(),
    )
}

#[test]
fn a3_a_step_is_played_before_a_retry_and_comes_back() {
    let play = with_step_before(vec![404, 200, 404, 200, 200]);
    assert_eq!(
        play.lines(),
        ["a", "b", "a", "b", "a"].map(|id| format!("GET /things/{id}"))
    );
    assert_eq!(play.outcomes(), ["b ok", "b ok", "a ok"]);
    assert_eq!(play.transcript.steps[2].attempts.len(), 3);
    assert!(matches!(play.transcript.end, End::Completed));
}

#[test]
fn a3_a_step_that_fails_before_a_retry_ends_both() {
    let play = with_step_before(vec![404, 404]);
    assert_eq!(play.outcomes(), ["b failed", "a failed"]);
    assert!(matches!(play.transcript.end, End::Failed(0)));
    let used_up = with_step_before(vec![404, 200, 404, 200, 404]);
    assert_eq!(used_up.outcomes(), ["b ok", "b ok", "a failed"]);
}

#[test]
fn a6_steps_that_wait_for_each_other_are_stopped() {
    let waits = |id: &str| {
        format!(
            "\n        onFailure: [{{name: again, type: retry, stepId: {id}, retryLimit: 1000}}]"
        )
    };
    let text = workflow("w", &[reading("a", &waits("b")), reading("b", &waits("a"))]);
    let play = play(&text, (0..100).map(|_| answer(404, "")).collect());
    assert!(
        matches!(&play.transcript.end, End::Stopped(why) if why.contains("deep")),
        "{:?}",
        play.transcript.end
    );
    assert!(play.asked.len() < 100);
}

/// What a step of an operation with its own server does at a site.
fn at(site: &Site) -> Effect {
    let text = workflow(
        "w",
        &["\n      - {stepId: a, operationId: archive}".to_owned()],
    );
    let scenarios = super::scenarios(&text);
    Machine::new(&case(&scenarios[0]), library(&scenarios), site).proceed()
}

#[test]
fn r5_the_url_is_that_of_the_operations_own_server() {
    match at(&"http://t/proxy/v1".into()) {
        Effect::Send(request, _) => assert_eq!(request.url, "http://t/proxy/old/archive"),
        other => unreachable!("{other:?}"),
    }
    match at(&"http://t/proxy".into()) {
        Effect::Finished(transcript) => {
            let End::Refused(problems) = &transcript.end else {
                unreachable!("{:?}", transcript.end)
            };
            assert!(
                problems[0]
                    .message
                    .contains("`/old` beside `https://things.example/v1`")
            );
            assert!(problems[0].help.contains("[targets.NAME.servers]"));
        }
        other => unreachable!("{other:?}"),
    }
}

/// Whether a criterion of a step holds for an answer.
fn holds(criterion: &str, body: &str) -> bool {
    let lines = format!("\n        successCriteria: [{criterion}]");
    let play = play(
        &workflow("w", &[reading("a", &lines)]),
        vec![answer(200, body)],
    );
    play.outcomes() == ["a ok"]
}

#[test]
fn k4_a_filter_of_an_object_is_never_true_by_its_own_root() {
    let jsonpath = |condition: &str| {
        format!("{{context: $response.body, type: jsonpath, condition: '{condition}'}}")
    };
    let body = r#"{"x":[1],"y":2}"#;
    assert!(!holds(&jsonpath("$[?count($.x[*]) == 0 && @]"), body));
    assert!(
        holds(&jsonpath("$[?count(@.x[*]) == 1]"), body),
        "the object as an item"
    );
    assert!(holds(&jsonpath("$.x[0]"), body), "the object itself");
    assert!(!holds(&jsonpath("$.x[1]"), body));
}

#[test]
fn k1_k2_conditions_compare_as_the_specification_says() {
    let body = r#"{"name":"Ada","n":"10","none":null,"list":[{"a.b":true}]}"#;
    for (condition, expected) in [
        ("$response.body.name == ''aDA''", true),
        ("$response.body.n > 9", true),
        ("$response.body.none == null", true),
        ("$response.body.missing == null", true),
        ("$response.body.name != null", true),
        ("$response.body.none < 1", false),
        ("$response.body.list[0][''a.b'']", true),
        (
            "!($statusCode >= 300) && ($response.body#/n == 10 || false)",
            true,
        ),
        ("$response.body.name", false),
    ] {
        assert_eq!(
            holds(&format!("{{condition: '{condition}'}}"), body),
            expected,
            "{condition}"
        );
    }
}

#[test]
fn k3_a_pattern_is_searched_for_and_nothing_matches_none() {
    let regex = |context: &str, pattern: &str| {
        format!("{{context: {context}, type: regex, condition: '{pattern}'}}")
    };
    assert!(holds(&regex("$statusCode", "^2\\d{2}$"), ""));
    assert!(holds(&regex("$response.body#/a", "b+"), r#"{"a":"abbc"}"#));
    assert!(!holds(&regex("$response.body#/b", ".*"), r#"{"a":"abbc"}"#));
    assert!(!holds(&regex("$response.body#/a", ".*"), r#"{"a":null}"#));
}

#[test]
fn a_step_says_how_its_request_is_sent() {
    let usual = Limits {
        time: Duration::from_secs(7),
        redirects: 3,
        ..Limits::default()
    };
    let wishes = |says: &str| {
        let lines = format!("\n        {says}");
        let text = workflow("w", &[reading("a", &lines)]);
        let scenarios = scenarios_of("1.1.0", &text);
        let mut machine = Machine::new(
            &case(&scenarios[0]),
            library(&scenarios),
            &"http://t".into(),
        );
        match machine.proceed() {
            Effect::Send(_, wishes) => wishes,
            other => unreachable!("{other:?}"),
        }
    };
    for (says, redirects, time) in [
        ("x-countersign: {redirect: manual}", 0, usual.time),
        (
            "x-countersign: {redirect: follow}",
            REDIRECTS_MAX,
            usual.time,
        ),
        ("timeout: 5", 3, Duration::from_millis(5)),
    ] {
        let own = Limits {
            time,
            redirects,
            ..usual
        };
        assert_eq!(wishes(says).over(usual), own, "{says}");
    }
    assert_eq!(wishes("x-countersign: {always: false}").over(usual), usual);
    // What is asked beside a step has the time that is usual.
    assert_eq!(wishes("timeout: 5").beside().over(usual), usual);
}
