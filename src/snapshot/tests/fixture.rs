//! What the tests of flows share: a small contract, a small scenario, and how an answer becomes a
//! transcript.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::arazzo::{self, Surroundings};
use crate::contract::Contract;
use crate::http::{BodyEnd, Exchange, Headers, Request, Response};
use crate::openapi;
use crate::scenario::Scenario;
use crate::snapshot::{Renderer, SnapshotSettings};
use crate::source::Source;
use crate::transcript::{Attempt, End, Outcome, Received, StepRecord, Transcript};

pub(super) const BASE: &str = "http://127.0.0.1:40001";

const CONTRACT: &str = r"
openapi: 3.1.0
info: {title: shop, version: '1'}
paths:
  /orders:
    post:
      operationId: createOrder
      requestBody:
        content: {application/json: {schema: {type: object}}}
      responses:
        '201':
          description: made
          headers:
            Location: {schema: {type: string}}
            X-Request-Id: {schema: {type: string, format: uuid}}
            Last-Modified: {schema: {type: string}}
            X-Empty: {schema: {type: string}}
            X-Ticket: {schema: {type: string, readOnly: true}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
    get:
      operationId: listOrders
      responses:
        '200':
          description: all
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Order'}}
            text/plain: {}
            application/octet-stream: {}
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
    get:
      operationId: readOrder
      responses:
        '200':
          description: one
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
components:
  schemas:
    Order:
      type: object
      properties:
        id: {type: string}
        number: {type: integer}
        made: {type: string, format: date-time}
        changed: {type: string, format: date-time}
        token: {type: string, readOnly: true}
        state: {type: string, readOnly: true}
        phase: {type: string, readOnly: true, enum: [step1, step2]}
        note: {type: string}
        mark: {type: string}
        link: {type: string, format: uri-reference, readOnly: true}
";

const SCENARIO: &str = r"
arazzo: 1.0.1
info: {title: shop, version: '1'}
sourceDescriptions:
  - {name: shop, url: openapi.yaml, type: openapi}
workflows:
  - workflowId: orders
    summary: An order is made, read and listed.
    steps:
      - stepId: create
        operationId: createOrder
        requestBody: {contentType: application/json, payload: {note: hello}}
        outputs:
          order: $response.body#/id
          number: $response.body#/number
          note: $response.body#/note
          phase: $response.body#/phase
          at: $response.header.Location
          mark: $response.body#/mark
      - stepId: read
        operationId: readOrder
        parameters:
          - {name: id, in: path, value: $steps.create.outputs.order}
        successCriteria:
          - condition: $response.body#/mark == $steps.create.outputs.mark
      - {stepId: list, operationId: listOrders}
      - {stepId: shape, operationId: listOrders, x-countersign: {snapshot: {body: shape}}}
      - {stepId: contract, operationId: listOrders, x-countersign: {snapshot: {body: contract}}}
      - {stepId: off, operationId: listOrders, x-countersign: {snapshot: {body: 'off'}}}
      - {stepId: sorted, operationId: listOrders, x-countersign: {snapshot: {unordered: [{at: $}]}}}
      - stepId: sortedBy
        operationId: listOrders
        x-countersign: {snapshot: {unordered: [{at: $, by: $.note}, {at: $, by: $.mark}, {at: '$[*].parts'}]}}
      - stepId: ruled
        operationId: listOrders
        x-countersign:
          snapshot:
            headers: [X-Run]
            volatile: [{at: '$[*].mark', as: stamp, why: w}, {header: x-run, as: run, why: w}]
      - {stepId: bare, operationId: listOrders, x-countersign: {snapshot: {headers: []}}}
    outputs:
      number: $steps.create.outputs.number
      at: $steps.create.outputs.at
      phase: $steps.create.outputs.phase
";

fn scenario() -> Arc<Scenario> {
    static SHARED: OnceLock<Arc<Scenario>> = OnceLock::new();
    Arc::clone(SHARED.get_or_init(|| {
        let source = |path: &str, text: &str| {
            Source::parse(path, text.to_owned()).expect("the test's own document")
        };
        let (contract, problems) = openapi::lower(
            "shop",
            &Arc::new(source("specs/shop/openapi.yaml", CONTRACT)),
        );
        assert!(problems.is_empty(), "{problems:?}");
        let contracts: [Arc<Contract>; 1] = [Arc::new(contract.expect("a contract"))];
        let surroundings = Surroundings {
            api: "shop",
            contracts: &contracts,
            files: &arazzo::NoFiles,
        };
        let (scenarios, problems) = arazzo::lower(
            &source("specs/shop/orders.arazzo.yaml", SCENARIO),
            &surroundings,
        );
        assert!(problems.is_empty(), "{problems:?}");
        Arc::new(scenarios.into_iter().next().expect("a scenario"))
    }))
}

/// What one step asked and was answered.
pub(super) struct Talk {
    pub(super) step: &'static str,
    pub(super) url: String,
    pub(super) sent: String,
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

pub(super) fn talk(step: &'static str, path: &str, status: u16, body: &Value) -> Talk {
    Talk {
        step,
        url: format!("{BASE}{path}"),
        sent: String::new(),
        status,
        headers: vec![("Content-Type", b"application/json".to_vec())],
        body: body.to_string().into_bytes(),
    }
}

pub(super) fn attempt(talk: Talk) -> Attempt {
    let mut asked = Headers::default();
    if !talk.sent.is_empty() {
        asked.push("Content-Type", "application/json");
    }
    let request = Request {
        method: "GET".into(),
        url: talk.url,
        headers: asked,
        body: talk.sent.into(),
        caller: None,
    };
    let mut headers = Headers::default();
    for (name, value) in talk.headers {
        headers.push(name, value);
    }
    let body = Bytes::from(talk.body);
    let response = Response {
        status: talk.status,
        headers,
        body,
        end: BodyEnd::Complete,
    };
    let received = Received::decode(&response);
    let exchange = Exchange { request, response };
    Attempt {
        exchange,
        received,
        unmet: Vec::new(),
        broken_request: Vec::new(),
    }
}

pub(super) fn record(step: &str, attempts: Vec<Attempt>) -> StepRecord {
    let scenario = scenario();
    StepRecord {
        step: scenario.step(step).expect("a step of the scenario"),
        scenario,
        callers: Vec::new(),
        waits: Vec::new(),
        attempts,
        unmet: Vec::new(),
        outputs: Map::new(),
        outcome: Outcome::Succeeded,
        period: None,
    }
}

pub(super) fn transcript(steps: Vec<StepRecord>) -> Transcript {
    Transcript {
        scenario: scenario(),
        inputs: Map::new(),
        steps,
        outputs: Map::new(),
        end: End::Completed,
    }
}

pub(super) fn shown_by(settings: SnapshotSettings, talks: Vec<Talk>) -> String {
    let steps = talks
        .into_iter()
        .map(|it| record(it.step, vec![attempt(it)]))
        .collect();
    Renderer::new(settings).render(&transcript(steps), &BASE.into())
}

pub(super) fn shown(talks: Vec<Talk>) -> String {
    shown_by(SnapshotSettings::default(), talks)
}

/// The body of a flow of one step, whose answer is this value.
pub(super) fn shown_body(value: &Value) -> String {
    let text = shown(vec![talk("read", "/orders/x", 200, value)]);
    text.split("\n\n")
        .nth(2)
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

pub(super) fn lines(text: &[&str]) -> String {
    text.join("\n") + "\n"
}
