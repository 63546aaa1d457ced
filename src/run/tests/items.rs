//! More of what the specification says of playing, item by item: values and names (P, X), what a step
//! sends and what follows it (T, B, A), and what is shown of it (V).

use serde_json::{Value, json};

use super::stage::{Play, answer, play, play_document};
use crate::transcript::{End, Outcome};

/// A step that reads an existing thing, with these lines.
fn reading(id: &str, lines: &str) -> String {
    format!(
        "\n      - stepId: {id}\n        operationId: read\n        parameters: [{{name: id, in: path, value: {id}}}]{lines}"
    )
}

fn workflow(id: &str, steps: &[String]) -> String {
    format!("\n  - workflowId: {id}\n    steps:{}\n", steps.concat())
}

fn statuses(text: &str, answers: &[u16]) -> Play {
    let answers = answers.iter().map(|it| answer(*it, "{\"id\": \"n\"}"));
    play(text, answers.collect())
}

#[test]
fn v5_formats_are_demanded_and_a_password_is_not_shown() {
    let refused = |property: &str, value: &str| {
        let text = format!(
            "\n  - workflowId: w\n    inputs: {{properties: {{x: {{{property}, default: {value}}}}}}}\n    steps:{}\n",
            reading("a", "")
        );
        match statuses(&text, &[200]).transcript.end {
            End::Refused(problems) => Some(problems[0].message.clone()),
            _ => None,
        }
    };
    for (format, right, wrong) in [
        ("int32", "2147483647", "2147483648"),
        ("int64", "9223372036854775807", "9223372036854775808"),
    ] {
        let property = format!("type: integer, format: {format}");
        assert_eq!(refused(&property, right), None, "{format}");
        assert!(refused(&property, wrong).is_some(), "{format}");
    }
    for format in ["float", "double"] {
        let property = format!("type: number, format: {format}");
        assert_eq!(refused(&property, "1.5"), None, "{format}");
    }
    let told = |format: &str| {
        let property = format!("type: string, format: {format}, enum: [open]");
        refused(&property, "sesame").expect("it is wrong")
    };
    assert!(told("other").contains("sesame"));
    assert!(!told("password").contains("sesame"));
    let criterion = "\n        successCriteria: [{condition: $inputs.x == 'open'}]";
    for (format, actual) in [
        ("other", "$inputs.x is \"sesame\""),
        ("password", "$inputs.x is hidden"),
    ] {
        let text = format!(
            "\n  - workflowId: w\n    inputs: {{properties: {{x: {{format: {format}, default: sesame}}}}}}\n    steps:{}\n",
            reading("a", criterion)
        );
        let play = statuses(&text, &[200]);
        let unmet = &play.transcript.steps[0].attempts[0].unmet;
        assert_eq!(unmet[0].actual, actual);
    }
}

#[test]
fn t7_the_next_step_follows_success_and_nothing_follows_failure() {
    let text = workflow("w", &[reading("a", ""), reading("b", "")]);
    assert_eq!(statuses(&text, &[200, 200]).outcomes(), ["a ok", "b ok"]);
    let failed = statuses(&text, &[404]);
    assert_eq!(failed.outcomes(), ["a failed"]);
    assert!(matches!(failed.transcript.end, End::Failed(0)));
}

#[test]
fn t7_of_the_actions_the_first_counts_that_applies() {
    let actions = "\n        onSuccess:\n          \
                   - {name: never, type: goto, stepId: b, criteria: [{condition: $statusCode == 404}]}\n          \
                   - {name: always, type: goto, stepId: c}\n          - {name: late, type: end}";
    let steps = [reading("a", actions), reading("b", ""), reading("c", "")];
    let play = statuses(&workflow("w", &steps), &[200, 200]);
    assert_eq!(play.outcomes(), ["a ok", "c ok"]);
    let none = actions.replace("$statusCode == 404", "$statusCode == 200");
    let steps = [reading("a", &none), reading("b", ""), reading("c", "")];
    let play = statuses(&workflow("w", &steps), &[200, 200, 200]);
    assert_eq!(play.outcomes(), ["a ok", "b ok", "c ok"]);
}

#[test]
fn a1_a_goto_of_a_workflow_does_not_come_back() {
    let action = "\n        onSuccess: [{name: over, type: goto, workflowId: v}]";
    let text = format!(
        "{}{}",
        workflow("w", &[reading("a", action), reading("b", "")]),
        workflow("v", &[reading("c", "")])
    );
    assert_eq!(statuses(&text, &[200, 200]).outcomes(), ["a ok", "c ok"]);
    let end = "\n        onSuccess: [{name: done, type: end}]";
    let text = workflow("w", &[reading("a", end), reading("b", "")]);
    let play = statuses(&text, &[200]);
    assert_eq!(play.outcomes(), ["a ok"]);
    assert!(matches!(play.transcript.end, End::Completed));
}

#[test]
fn a2_a_retry_is_used_up_before_a_later_action() {
    let actions = "\n        onFailure:\n          - {name: again, type: retry, retryLimit: 2}\n          \
                   - {name: on, type: goto, stepId: b}";
    let text = workflow("w", &[reading("a", actions), reading("b", "")]);
    let play = statuses(&text, &[404, 404, 404, 200]);
    assert_eq!(play.outcomes(), ["a diverted", "b ok"]);
    assert_eq!(play.transcript.steps[0].attempts.len(), 3);
    let once = actions.replace(", retryLimit: 2", "");
    let text = workflow("w", &[reading("a", &once), reading("b", "")]);
    assert_eq!(statuses(&text, &[404, 404, 200]).asked.len(), 3);
}

/// A step with two criteria, as those of its success and as those of an action.
fn both(first: &str, second: &str) -> [Vec<String>; 2] {
    let criteria = format!("[{{condition: {first}}}, {{condition: {second}}}]");
    let own = format!("\n        successCriteria: {criteria}");
    let action =
        format!("\n        onSuccess: [{{name: on, type: goto, stepId: c, criteria: {criteria}}}]");
    let play = |lines: &str| {
        let steps = [reading("a", lines), reading("b", ""), reading("c", "")];
        statuses(&workflow("w", &steps), &[200, 200, 200]).outcomes()
    };
    [play(&own), play(&action)]
}

#[test]
fn k7_a4_all_criteria_must_hold() {
    let [own, action] = both("$statusCode == 200", "$response.body#/id == 'n'");
    assert_eq!(own, ["a ok", "b ok", "c ok"]);
    assert_eq!(action, ["a ok", "c ok"]);
    for (first, second) in [
        ("$statusCode == 200", "$response.body#/id == 'm'"),
        ("$statusCode == 201", "$response.body#/id == 'n'"),
    ] {
        let [own, action] = both(first, second);
        assert_eq!(own, ["a failed"], "{first} {second}");
        assert_eq!(action, ["a ok", "b ok", "c ok"], "{first} {second}");
    }
}

#[test]
fn k6_a_criterion_that_cannot_be_evaluated_fails_and_says_why() {
    for (criterion, why) in [
        (
            "{context: $response.body, type: jsonpath, condition: '$[?@.a == {$response.header.x}]'}",
            "$response.header.x has no value",
        ),
        (
            "{context: $response.body#/none, type: jsonpath, condition: '$.a'}",
            "$response.body#/none has no value",
        ),
        (
            "{context: $response.body#/none, type: regex, condition: a}",
            "$response.body#/none has no value",
        ),
        (
            "{condition: $response.body#/none > 1}",
            "$response.body#/none has no value",
        ),
    ] {
        let lines = format!("\n        successCriteria: [{criterion}]");
        let play = statuses(&workflow("w", &[reading("a", &lines)]), &[200]);
        assert_eq!(play.outcomes(), ["a failed"], "{criterion}");
        let unmet = &play.transcript.steps[0].attempts[0].unmet;
        assert!(unmet[0].actual.contains(why), "{criterion}: {unmet:?}");
    }
}

#[test]
fn t5_b4_a_body_goes_with_any_method_when_the_step_insists() {
    let step = |mark: &str| {
        format!(
            "\n  - workflowId: w\n    steps:\n      - stepId: a\n        operationId: read\n        \
             parameters: [{{name: id, in: path, value: a}}]\n        \
             requestBody: {{contentType: application/json, payload: {{n: 1}}}}{mark}\n"
        )
    };
    let refused = statuses(&step(""), &[200]);
    let End::Refused(problems) = &refused.transcript.end else {
        unreachable!("the contract has no such body")
    };
    assert!(problems[0].message.contains("body"), "{problems:?}");
    let mark = "\n        x-countersign: {request: invalid}";
    let sent = statuses(&step(mark), &[200]);
    assert_eq!(sent.lines(), ["GET /things/a"]);
    assert_eq!(sent.asked[0].body, "{\"n\":1}");
    let documented = "\n  - workflowId: w\n    steps: [{stepId: a, operationId: find, requestBody: {payload: {n: 1}}}]\n";
    let sent = statuses(documented, &[200]);
    assert_eq!(sent.lines(), ["GET /find"]);
    assert_eq!(sent.asked[0].body, "{\"n\":1}");
}

/// The outputs of a step that has asked for everything there is, each an expression.
fn read(expressions: &[&str]) -> Vec<Value> {
    let outputs: Vec<String> = expressions
        .iter()
        .enumerate()
        .map(|(place, it)| format!("o{place}: \"{it}\""))
        .collect();
    let text = format!(
        "\n  - workflowId: w\n    steps:\n      - stepId: a\n        operationId: look\n        \
         parameters: [{{name: id, in: path, value: a/b}}, {{name: q, in: query, value: x y}}, \
         {{name: X-In, in: header, value: up}}]\n        requestBody: {{payload: {{a.b: [1, {{c~d: true}}]}}}}\n        \
         outputs: {{{}}}\n",
        outputs.join(", ")
    );
    let mut answer = answer(200, r#"{"n": 1.50, "list": [{"a/b": null}], "text": "t"}"#);
    if let Ok(answer) = &mut answer {
        answer.headers.push("X-Out", "down");
    }
    let play = play(&text, vec![answer]);
    assert_eq!(play.outcomes(), ["a ok"], "{:?}", play.transcript.end);
    let outputs = &play.transcript.steps[0].outputs;
    (0..expressions.len())
        .map(|place| {
            outputs
                .get(&format!("o{place}"))
                .cloned()
                .unwrap_or(Value::Null)
        })
        .collect()
}

#[test]
fn x1_request_and_status_are_read() {
    assert_eq!(
        read(&["$url", "$method", "$statusCode"]),
        [
            json!("http://t/look/a%2Fb?q=x%20y"),
            json!("POST"),
            json!(200)
        ]
    );
}

#[test]
fn x2_every_part_of_a_message_is_read() {
    for (expression, expected) in [
        ("$request.header.x-in", json!("up")),
        ("$request.query.q", json!("x y")),
        ("$request.path.id", json!("a/b")),
        ("$request.body", json!({"a.b": [1, {"c~d": true}]})),
        ("$request.body#/a.b/1/c~0d", json!(true)),
        ("$response.header.x-OUT", json!("down")),
        ("$response.body#/list/0/a~1b", json!(null)),
        ("$response.body#/text", json!("t")),
        ("$response.body#/none", json!(null)),
        ("$response.header.none", json!(null)),
    ] {
        assert_eq!(read(&[expression]), [expected], "{expression}");
    }
}

#[test]
fn x7_names_may_hold_dots_and_have_a_case() {
    let text = "
  - workflowId: w
    inputs: {properties: {a.b-c: {default: 1}, A: {default: {b.c: 2}}}}
    steps:
      - stepId: s
        operationId: create
        requestBody: {payload: {name: '{$inputs.a.b-c}', n: $inputs.A#/b.c}}
        outputs: {o.p-q: $response.body#/id}
      - {stepId: t, operationId: read, parameters: [{name: id, in: path, value: $steps.s.outputs.o.p-q}]}
";
    let play = statuses(text, &[201, 200]);
    assert_eq!(play.asked[0].body, r#"{"name":"1","n":2}"#);
    assert_eq!(play.asked[1].target(), "/things/n");
    let lacking = "
  - workflowId: w
    inputs: {properties: {a: {default: {B: 1}}}}
    steps: [{stepId: s, operationId: read, parameters: [{name: id, in: path, value: $inputs.a#/b}]}]
";
    let play = statuses(lacking, &[]);
    let Outcome::NotRun(why) = &play.transcript.steps[0].outcome else {
        unreachable!("`B` is not `b`")
    };
    assert!(why.contains("$inputs.a#/b"), "{why}");
}

/// The body of a request with this payload.
fn sent(payload: &str) -> String {
    let inputs = "n: {default: 1.50}, b: {default: false}, z: {default: null}, l: {default: [1, '2']}, \
                  o: {default: {k: v}}, s: {default: 'a \"b\"'}";
    let text = format!(
        "\n  - workflowId: w\n    inputs: {{properties: {{{inputs}}}}}\n    steps:\n      - stepId: a\n        \
         operationId: find\n        requestBody: {{payload: {{v: {payload}}}}}\n"
    );
    let play = play_document("1.1.0", &text, vec![answer(200, "{}")]);
    play.asked.first().map_or_else(String::new, |request| {
        String::from_utf8_lossy(&request.body).into_owned()
    })
}

#[test]
fn x8_a_whole_value_keeps_its_type_and_an_embedded_one_is_text() {
    for (payload, expected) in [
        ("$inputs.n", r#"{"v":1.50}"#),
        ("$inputs.b", r#"{"v":false}"#),
        ("$inputs.z", r#"{"v":null}"#),
        ("$inputs.l", r#"{"v":[1,"2"]}"#),
        ("$inputs.o", r#"{"v":{"k":"v"}}"#),
        ("$inputs.s", r#"{"v":"a \"b\""}"#),
        ("'{$inputs.n}'", r#"{"v":"1.50"}"#),
        ("'is {$inputs.b}'", r#"{"v":"is false"}"#),
        (
            "'{$inputs.l} {$inputs.o}'",
            r#"{"v":"[1,\"2\"] {\"k\":\"v\"}"}"#,
        ),
        ("'<{$inputs.s}>'", r#"{"v":"<a \"b\">"}"#),
    ] {
        assert_eq!(sent(payload), expected, "{payload}");
    }
    assert_eq!(
        sent("'{$inputs.o#/none}'"),
        "",
        "what is not there is not sent"
    );
}

#[test]
fn x4_inputs_and_outputs_are_read_into() {
    let text = "
  - workflowId: w
    steps:
      - stepId: call
        workflowId: v
        parameters: [{name: given, value: {deep: [a]}}]
        outputs: {own: $outputs.made#/deep/0}
      - {stepId: a, operationId: read, parameters: [{name: id, in: path, value: $steps.call.outputs.own}]}
      - {stepId: b, operationId: read, parameters: [{name: id, in: path, value: $steps.call.outputs.made#/deep/0}]}
  - workflowId: v
    inputs: {properties: {given: {}}}
    steps: [{stepId: s, operationId: read, parameters: [{name: id, in: path, value: $inputs.given#/deep/0}], outputs: {all: $inputs.given}}]
    outputs: {made: $steps.s.outputs.all}
";
    let play = statuses(text, &[200, 200, 200]);
    assert_eq!(play.lines(), ["GET /things/a"; 3]);
    let lacking = text.replace("outputs.own}", "outputs.own#/x}");
    let play = statuses(&lacking, &[200, 200]);
    assert_eq!(play.outcomes(), ["call/s ok", "call ok", "a not run"]);
}
