//! Tests of what is said of a change, with a small contract and flows of one or two answers.

mod promises;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::*;
use crate::arazzo::{self, Surroundings};
use crate::check::{Severities, examine};
use crate::http::{BodyEnd, Exchange, Headers, Request, Response};
use crate::openapi;
use crate::snapshot::{Renderer, SnapshotSettings};
use crate::source::Source;
use crate::transcript::{Attempt, End, Outcome, Received};

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: shop, version: '1'}
paths:
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
    get:
      operationId: readOrder
      responses:
        '200':
          description: one
          headers:
            ETag: {schema: {type: string}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
        '404': {description: none}
components:
  schemas:
    Order:
      type: object
      required: [name]
      properties:
        id: {type: string, readOnly: true}
        name: {type: string}
        total: {type: integer}
        state: {enum: [OPEN, '1714557600', '1714557601']}
        at: {type: string}
        note: {type: string}
        tags: {type: array, items: {type: string}}
        lines: {type: array, items: {type: object, properties: {total: {type: integer}}}}
        few: {type: array, maxItems: 1, items: {type: string}}
        pair: {type: object, maxProperties: 1, properties: {a: {type: string}, b: {type: string}}}
      additionalProperties: {type: string}
";

const SCENARIO: &str = r"
arazzo: 1.0.1
info: {title: shop, version: '1'}
sourceDescriptions:
  - {name: shop, url: openapi.yaml, type: openapi}
workflows:
  - workflowId: orders
    steps:
      - {stepId: read, operationId: readOrder, outputs: {order: $response.body#/id}, parameters: [{name: id, in: path, value: a}]}
      - {stepId: again, operationId: readOrder, parameters: [{name: id, in: path, value: $steps.read.outputs.order}]}
";

/// What one step was answered: status, a header, body.
type Answer = (u16, Option<(&'static str, &'static str)>, Value);

/// What a flow of these answers came to, by a contract.
fn played(contract: &str, answers: &[Answer]) -> Transcript {
    let source = |path: &str, text: &str| {
        Source::parse(path, text.to_owned()).expect("the test's own document")
    };
    let document = Arc::new(source("specs/shop/openapi.yaml", contract));
    let (contract, problems) = openapi::lower("shop", &document);
    assert!(problems.is_empty(), "{problems:?}");
    let contracts = [Arc::new(contract.expect("a contract"))];
    let surroundings = Surroundings {
        api: "shop",
        contracts: &contracts,
        files: &arazzo::NoFiles,
    };
    let scenario = source("specs/shop/orders.arazzo.yaml", SCENARIO);
    let (scenarios, problems) = arazzo::lower(&scenario, &surroundings);
    assert!(problems.is_empty(), "{problems:?}");
    let scenario = Arc::new(scenarios.into_iter().next().expect("a scenario"));
    let steps = answers.iter().enumerate().map(|(step, answer)| StepRecord {
        scenario: Arc::clone(&scenario),
        step,
        callers: Vec::new(),
        waits: Vec::new(),
        attempts: vec![attempt(answer)],
        unmet: Vec::new(),
        outputs: Map::new(),
        outcome: Outcome::Succeeded,
        period: None,
    });
    Transcript {
        steps: steps.collect(),
        scenario,
        inputs: Map::new(),
        outputs: Map::new(),
        end: End::Completed,
    }
}

fn attempt((status, header, body): &Answer) -> Attempt {
    let request = Request {
        method: "GET".into(),
        url: "http://h/orders/a".into(),
        headers: Headers::default(),
        body: Bytes::new(),
        caller: None,
    };
    let mut headers = Headers::default();
    let is_typed = header.is_some_and(|(name, _)| name == "Content-Type");
    if !is_typed {
        headers.push("Content-Type", "application/json");
    }
    if let Some((name, value)) = header {
        headers.push(*name, *value);
    }
    let response = Response {
        status: *status,
        headers,
        body: body.to_string().into(),
        end: BodyEnd::Complete,
    };
    Attempt {
        received: Received::decode(&response),
        exchange: Exchange { request, response },
        unmet: Vec::new(),
        broken_request: Vec::new(),
    }
}

/// The changes from one flow to another, judged by a contract.
fn judged(contract: &str, old: &[Answer], new: &[Answer]) -> Vec<Change> {
    let settings = SnapshotSettings {
        headers: vec!["X-Run".to_owned()],
        ..SnapshotSettings::default()
    };
    let text = |flow: &Transcript| Renderer::new(settings.clone()).render(flow, &"http://h".into());
    let (old, new) = (played(contract, old), played(contract, new));
    let mut change = FlowChange::between(Some(&text(&old)), &text(&new)).expect("a change");
    judge(&mut change, &new, &examine(&new, &Severities::default()));
    change.changes
}

/// The changes from one flow to another: class, title, line of the contract.
fn changes(old: &[Answer], new: &[Answer]) -> Vec<(ChangeClass, String, u32)> {
    let told = judged(CONTRACT, old, new).into_iter().map(|it| {
        let line = it.judgement.contract.map_or(0, |it| it.line);
        (it.judgement.class, it.title, line)
    });
    told.collect()
}

/// The only change from one body to another.
fn change(old: &Value, new: &Value) -> (ChangeClass, String, u32) {
    let answer = |body: &Value| [(200, None, body.clone())];
    let mut changes = changes(&answer(old), &answer(new));
    assert_eq!(changes.len(), 1, "{changes:?}");
    changes.remove(0)
}

/// What a member was, what it is, what is said of that: class, title, line of the contract.
#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<(Value, Value, ChangeClass, &'static str, u32)> {
    use ChangeClass as Class;
    vec![
        (
            json!({"total": 1}),
            json!({"total": "1"}),
            Class::Breaking,
            "`total`: integer -> string",
            24,
        ),
        (
            json!({"total": 1}),
            json!({"total": 2}),
            Class::AllowedValue,
            "`total`: 1 -> 2",
            24,
        ),
        (
            json!({}),
            json!({"note": "n"}),
            Class::AllowedAddition,
            "`note` added",
            27,
        ),
        (
            json!({"note": "n"}),
            json!({}),
            Class::AllowedRemoval,
            "`note` removed",
            27,
        ),
        (
            json!({}),
            json!({"other": 1}),
            Class::Breaking,
            "`other` added",
            32,
        ),
        (
            json!({"tags": ["x", "y"]}),
            json!({"tags": ["y", "x"]}),
            Class::OrderOnly,
            "`tags` in another order",
            28,
        ),
        (
            json!({"at": "2024-05-01T10:00:00Z"}),
            json!({"at": "2024-05-01T10:00:01Z"}),
            Class::Volatile,
            "`at`: \"2024-05-01T10:00:00Z\" -> \"2024-05-01T10:00:01Z\"",
            26,
        ),
        // What the contract lists is no drawn value, whatever it looks like.
        (
            json!({"state": "1714557600"}),
            json!({"state": "1714557601"}),
            Class::AllowedValue,
            "`state`: \"1714557600\" -> \"1714557601\"",
            25,
        ),
        (
            json!({"state": "OPEN"}),
            json!({"state": "open"}),
            Class::Breaking,
            "`state`: \"OPEN\" -> \"open\"",
            25,
        ),
        (
            json!({"lines": [{"total": 1}]}),
            json!({"lines": [{"total": null}]}),
            Class::Breaking,
            "`total`: integer -> null",
            29,
        ),
    ]
}

#[test]
fn every_class_is_found_where_it_is() {
    let order = |more: &Value| {
        let mut order = json!({"name": "a"});
        let map = order.as_object_mut().expect("an object");
        map.extend(more.as_object().expect("an object").clone());
        order
    };
    for (old, new, class, title, line) in cases() {
        let told = change(&order(&old), &order(&new));
        assert_eq!(told, (class, title.to_owned(), line));
    }
}

#[test]
fn a_member_that_must_be_there_is_missed_under_its_name() {
    let told = change(&json!({"name": "a", "note": "n"}), &json!({"note": "n"}));
    assert_eq!(told.0, ChangeClass::Breaking);
    let told = change(&json!({"name": "a"}), &json!({"title": "a"}));
    assert_eq!(
        (told.0, told.1.as_str()),
        (ChangeClass::Breaking, "`name` renamed to `title`")
    );
    // What else is gone at the same place is judged by itself.
    let (old, new) = (
        json!({"name": "a", "note": "n", "total": 1}),
        json!({"total": 1}),
    );
    let told = changes(&[(200, None, old)], &[(200, None, new)]);
    let classes: Vec<_> = told.iter().map(|it| (it.1.as_str(), it.0)).collect();
    let expected = [
        ("`name` removed", ChangeClass::Breaking),
        ("`note` removed", ChangeClass::AllowedRemoval),
    ];
    assert_eq!(classes, expected);
}

#[test]
fn heads_are_judged_as_the_contract_has_them() {
    let body = || json!({"name": "a"});
    let bare = || [(200, None, body())];
    for (old, new, class, title) in [
        (
            bare(),
            [(404, None, body())],
            ChangeClass::Outcome,
            "status: 200 -> 404",
        ),
        (
            bare(),
            [(201, None, body())],
            ChangeClass::Breaking,
            "status: 200 -> 201",
        ),
        (
            bare(),
            [(200, Some(("ETag", "1")), body())],
            ChangeClass::AllowedAddition,
            "header `etag` added",
        ),
        (
            bare(),
            [(200, Some(("X-Run", "1")), body())],
            ChangeClass::Undocumented,
            "header `x-run` added",
        ),
    ] {
        let told = changes(&old, &new);
        assert_eq!(told[0].0, class, "{told:?}");
        assert_eq!(told[0].1, title);
    }
}

#[test]
fn the_value_of_something_else_is_told() {
    let read = |id: &str| (200, None, json!({"id": id, "name": "a"}));
    let told = changes(
        &[read("order-1111"), read("order-1111")],
        &[read("order-1111"), read("order-2222")],
    );
    let title = "`id`: \"‹order#1›\" -> \"‹id#1›\"";
    assert_eq!(told, [(ChangeClass::Identity, title.to_owned(), 22)]);
}

#[test]
fn steps_come_and_go() {
    let answer = || (200, None, json!({"name": "a"}));
    let told = changes(&[answer()], &[answer(), answer()]);
    assert_eq!(
        told,
        [(ChangeClass::StepNew, "step `again` new".to_owned(), 0)]
    );
    let told = changes(&[answer(), answer()], &[answer()]);
    assert_eq!(
        told,
        [(ChangeClass::StepGone, "step `again` gone".to_owned(), 0)]
    );
    // A new step whose answer is wrong is no mere news.
    let told = changes(&[answer()], &[answer(), (200, None, json!({"name": 1}))]);
    assert_eq!(told[0].0, ChangeClass::Breaking);
}

#[test]
fn what_breaks_where_it_stands_is_not_allowed_by_being_known_itself() {
    let order = |member: &str, value: Value| json!({"name": "a", member: value});
    for (member, old, new) in [
        ("few", json!(["x"]), json!(["x", "y"])),
        ("pair", json!({"a": "x"}), json!({"a": "x", "b": "y"})),
    ] {
        let told = change(&order(member, old), &order(member, new));
        assert_eq!(told.0, ChangeClass::Breaking, "{told:?}");
    }
}

#[test]
fn a_symbol_on_one_side_alone_is_something_elses_value() {
    let read = |id: &str, note: &str| (200, None, json!({"id": id, "name": "a", "note": note}));
    let told = |old: &str, new: &str| {
        let (first, other) = (read("order-1111", "-"), |note: &str| {
            read("order-1111", note)
        });
        let told = changes(&[first.clone(), other(old)], &[first, other(new)]);
        assert_eq!(told.len(), 1, "{told:?}");
        told[0].0
    };
    assert_eq!(told("see order-1111", "see nothing"), ChangeClass::Identity);
    assert_eq!(told("see nothing", "see order-1111"), ChangeClass::Identity);
    assert_eq!(
        told("see order-1111", "look at order-1111"),
        ChangeClass::AllowedValue
    );
}

#[test]
fn another_class_of_status_takes_its_answer_along() {
    let body = |more: &str| json!({"name": "a", "note": more});
    let told = changes(&[(200, None, body("x"))], &[(404, None, body("y"))]);
    let classes: Vec<_> = told.iter().map(|it| it.0).collect();
    assert_eq!(classes[0], ChangeClass::Outcome);
    assert!(classes.iter().all(|it| !it.is_allowed()), "{told:?}");
}
