//! Mutants of small contracts.

mod behaviours;
mod between;
mod memory;
mod messages;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::contract::Contract;
use crate::http::{BodyEnd, Exchange, Headers, Request, Response};
use crate::openapi;
use crate::source::Source;

/// A contract in which things are made, read, changed and taken away.
const CONTRACT: &str = r#"
openapi: 3.1.1
info: {title: Things, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      parameters: [{name: page, in: query, schema: {type: integer}}]
      responses:
        "200":
          description: all
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}
    post:
      operationId: createThing
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses:
        "201":
          description: made
          headers: {X-Left: {required: true, schema: {type: integer, minimum: 0}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        "409": {description: there, content: {text/plain: {schema: {type: string, maxLength: 9}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: readThing
      responses:
        "200": {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        "404": {description: not there}
    delete:
      operationId: deleteThing
      responses: {"204": {description: gone}}
components:
  schemas:
    Thing:
      type: object
      required: [id]
      properties:
        id: {type: string, pattern: '^[a-z]{1,4}$'}
        size: {type: [integer, "null"], maximum: 9}
        kind: {enum: [a, b]}
        tags: {type: array, maxItems: 2, items: {type: string}}
        more: {$ref: '#/components/schemas/Thing'}
"#;

fn contract() -> Arc<Contract> {
    let source = Source::parse("specs/t/openapi.yaml", CONTRACT.to_owned()).expect("YAML");
    let (contract, problems) = openapi::lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    Arc::new(contract.expect("a contract"))
}

fn response(status: u16, media_type: &str, body: &str) -> Response {
    let mut headers = Headers::default();
    headers.push("content-type", media_type);
    headers.push("content-length", body.len().to_string());
    if status == 201 {
        headers.push("X-Left", "7");
    }
    Response {
        status,
        headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
        end: BodyEnd::Complete,
    }
}

/// One exchange: the operation, what is sent to a URL, the status and what comes back.
fn said(
    rules: &Rules,
    operation: &str,
    (url, sent): (&str, Value),
    (status, came): (u16, Value),
) -> Recorded {
    let contract = rules.contract();
    let place = contract.operations.iter().position(|it| it.id == operation);
    let place = place.expect("an operation");
    let mut headers = Headers::default();
    headers.push("content-type", "application/json");
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        value => value.to_string(),
    };
    Recorded {
        operation: place,
        step: operation.to_owned(),
        exchange: Exchange {
            request: Request {
                method: contract.operations[place].method.clone(),
                url: format!("http://t{url}"),
                headers,
                body: Bytes::from(text(&sent)),
                caller: None,
            },
            response: response(status, "application/json", &text(&came)),
        },
    }
}

fn recording(exchanges: Vec<Recorded>) -> Recording {
    Recording {
        flow: "t::flow".to_owned(),
        steps: exchanges.len(),
        exchanges,
        refused: Vec::new(),
    }
}

/// A thing is made, read, listed and taken away.
fn life(rules: &Rules) -> Recording {
    let thing = json!({"id": "ab", "size": 3, "tags": ["x"]});
    let none = || Value::Null;
    recording(vec![
        said(rules, "readThing", ("/things/ab", none()), (404, none())),
        said(
            rules,
            "createThing",
            ("/things", thing.clone()),
            (201, thing.clone()),
        ),
        said(
            rules,
            "readThing",
            ("/things/ab", none()),
            (200, thing.clone()),
        ),
        said(
            rules,
            "listThings",
            ("/things?page=1", none()),
            (200, json!([thing])),
        ),
        said(
            rules,
            "listThings",
            ("/things?page=2", none()),
            (200, json!([{"id": "cd"}])),
        ),
        said(rules, "deleteThing", ("/things/ab", none()), (204, none())),
        said(rules, "readThing", ("/things/ab", none()), (404, none())),
    ])
}

fn rules_of(text: &str) -> Rules {
    let source = Source::parse("specs/t/openapi.yaml", text.to_owned()).expect("YAML");
    let (contract, problems) = openapi::lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    Rules::new(&Arc::new(contract.expect("a contract")), true).shared()
}

fn none() -> Value {
    Value::Null
}

/// What the flow would have said with a mutant at work, and each answer with its status.
fn played(
    rules: &Rules,
    recordings: &[Recording],
    id: &str,
) -> Result<Vec<(u16, Value)>, Oblivion> {
    let derived = derive(rules, recordings);
    let mutant = &find(&derived, id).mutant;
    let recalled = recall(rules, mutant, (0, recordings))?;
    let answers = recalled.recording.exchanges.iter().map(|it| {
        let response = &it.exchange.response;
        let body = serde_json::from_slice(&response.body).unwrap_or_default();
        (response.status, body)
    });
    Ok(answers.collect())
}

/// Why a mutant is played nowhere.
fn reason(rules: &Rules, recordings: &[Recording], id: &str) -> String {
    match &find(&derive(rules, recordings), id).reach {
        Reach::Nowhere(why) => why.clone(),
        Reach::Flows(flows) => panic!("{id} is played in {flows:?}"),
    }
}

const FORGOTTEN: &str = "nothing that the target said tells what it would answer then";

fn find<'d>(derived: &'d [Derived], id: &str) -> &'d Derived {
    let found = derived.iter().find(|it| it.mutant.id == id);
    let all: Vec<&str> = derived.iter().map(|it| it.mutant.id.as_str()).collect();
    found.unwrap_or_else(|| panic!("{id} is none of {all:#?}"))
}

#[test]
fn every_kind_is_in_the_list_once_with_a_name_in_kebab_case() {
    for (kind, id, summary) in KINDS {
        assert_eq!(Kind::find(id), Some(*kind));
        assert_eq!((kind.id(), kind.to_string().as_str()), (*id, *id));
        let is_plain = id.bytes().all(|it| it.is_ascii_lowercase() || it == b'-');
        assert!(is_plain && !summary.ends_with('.'), "{id}");
    }
    assert_eq!(Kind::find("nonsense"), None);
}

#[test]
fn names_are_the_same_in_every_run_and_nobody_has_two() {
    let rules = Rules::new(&contract(), true);
    let ids = || {
        let derived = derive(&rules, &[life(&rules)]);
        derived
            .into_iter()
            .map(|it| it.mutant.id)
            .collect::<Vec<String>>()
    };
    let first = ids();
    assert_eq!(first, ids());
    let mut sorted = first.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), first.len());
}
