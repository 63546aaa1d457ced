//! A small shop in memory, of whose operations most cannot be undone.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::http::{BodyEnd, Headers, Request, Response};
use crate::world::{Limits, Pending, Target, TargetError};

/// The contract of the shop.
pub(super) const CONTRACT: &str = r##"
openapi: 3.1.1
info: {title: Shop, version: "1"}
paths:
  /goods:
    post:
      operationId: stockUp
      responses: {"200": {description: there}}
  /orders:
    post:
      operationId: order
      responses:
        "200": {description: taken, content: {application/json: {schema: {type: object, properties: {id: {type: string, readOnly: true}}}}}}
        "409": {description: nothing there}
  /orders/{orderId}/payment:
    parameters: [{name: orderId, in: path, required: true, schema: {type: string}}]
    post:
      operationId: pay
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [by], properties: {by: {enum: [card, cash, cheque]}, note: {type: string, maxLength: 9}}}}}}
      responses: {"200": {description: paid}, "400": {description: wrong}, "409": {description: paid already}}
  /hours:
    put:
      operationId: setHours
      requestBody: {$ref: "#/components/requestBodies/Hours"}
      responses: {"200": {description: set}, "400": {description: wrong}}
    patch:
      operationId: changeHours
      requestBody: {$ref: "#/components/requestBodies/Hours"}
      responses: {"200": {description: set}, "400": {description: wrong}}
  /seats:
    post:
      operationId: hold
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {name: {type: string, maxLength: 9}}}}}}
      responses:
        "200": {description: held, content: {application/json: {schema: {type: object, properties: {seat: {type: integer}}}}}}
        "400": {description: wrong}
  /seats/release:
    post:
      operationId: release
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [seat], properties: {seat: {type: integer}}}}}}
      responses: {"200": {description: free}, "400": {description: wrong}}
components:
  requestBodies:
    Hours: {required: true, content: {application/json: {schema: {type: object, properties: {opens: {type: integer, minimum: 0, maximum: 23}, closes: {type: integer, minimum: 0, maximum: 24}}}}}}
"##;

/// A flow over each of its parts.
pub(super) const WORKFLOWS: &str = r#"
arazzo: 1.0.1
info: {title: Shop, version: "1"}
sourceDescriptions: [{name: api, url: openapi.yaml, type: openapi}]
workflows:
  - workflowId: fill
    steps:
      - stepId: stock
        operationId: stockUp
  - workflowId: buy
    dependsOn: [fill]
    steps:
      - stepId: order
        operationId: order
        outputs: {id: $response.body#/id}
      - stepId: pay
        operationId: pay
        parameters: [{name: orderId, in: path, value: $steps.order.outputs.id}]
        requestBody: {contentType: application/json, payload: {by: card, note: thanks}}
  - workflowId: open
    steps:
      - stepId: set
        operationId: setHours
        requestBody: {contentType: application/json, payload: {opens: 9, closes: 18}}
      - stepId: change
        operationId: changeHours
        requestBody: {contentType: application/json, payload: {opens: 8}}
  - workflowId: sit
    steps:
      - stepId: hold
        operationId: hold
        requestBody: {contentType: application/json, payload: {name: Ann}}
        x-countersign:
          undo: {operationId: release, requestBody: {contentType: application/json, payload: {seat: $response.body#/seat}}}
        outputs: {seat: $response.body#/seat}
      - stepId: free
        operationId: release
        requestBody: {contentType: application/json, payload: {seat: $steps.hold.outputs.seat}}
"#;

/// A server in memory.
pub(super) struct Shop {
    fault: &'static str,
    state: Mutex<State>,
}

/// What a shop keeps.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct State {
    pub(super) is_stocked: bool,
    /// The orders, each with whether it is paid.
    pub(super) orders: Vec<bool>,
    pub(super) hours: Value,
    /// The seats that are held.
    pub(super) held: Vec<usize>,
    seats: usize,
    /// What was asked.
    pub(super) asked: Vec<String>,
}

impl Shop {
    pub(super) fn with(fault: &'static str) -> Self {
        Self {
            fault,
            state: Mutex::default(),
        }
    }

    /// What it keeps by now.
    pub(super) fn state(&self) -> State {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }

    fn answer(&self, request: &Request) -> Response {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let target = request.target().to_owned();
        let body = String::from_utf8_lossy(&request.body).into_owned();
        state
            .asked
            .push(format!("{} {target} {body}", request.method));
        let sent: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
        let declared = request.headers.first("content-type");
        if !body.is_empty() && declared.as_deref() != Some("application/json") {
            return empty(400);
        }
        let path: Vec<&str> = target.trim_start_matches('/').split('/').collect();
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["goods"]) => {
                state.is_stocked = true;
                empty(200)
            }
            ("POST", ["orders"]) if state.is_stocked && self.fault != "sold-out" => {
                state.orders.push(false);
                told(200, &json!({"id": (state.orders.len() - 1).to_string()}))
            }
            ("POST", ["orders", id, "payment"]) => self.pay(&mut state, id, &sent),
            ("PUT" | "PATCH", ["hours"]) if is_hours(&sent) => {
                if request.method == "PUT" {
                    state.hours = json!({});
                }
                for (name, it) in sent.as_object().into_iter().flatten() {
                    state.hours[name] = it.clone();
                }
                empty(200)
            }
            ("POST", ["seats"]) if is_text(&sent["name"]) && sent.is_object() => {
                state.seats += 1;
                let seat = state.seats;
                state.held.push(seat);
                told(200, &json!({"seat": seat}))
            }
            ("POST", ["seats", "release"]) if sent["seat"].is_i64() => {
                state
                    .held
                    .retain(|it| Some(*it as u64) != sent["seat"].as_u64());
                empty(200)
            }
            ("POST", ["orders"]) => empty(409),
            _ => empty(400),
        }
    }

    fn pay(&self, state: &mut State, id: &str, sent: &Value) -> Response {
        let by = sent["by"].as_str();
        let is_right = by.is_some_and(|it| ["card", "cash", "cheque"].contains(&it));
        let order = id
            .parse()
            .ok()
            .and_then(|it: usize| state.orders.get_mut(it));
        let Some(order) = order.filter(|_| is_right && is_text(&sent["note"])) else {
            return empty(400);
        };
        let is_refused = match self.fault {
            "no-cash" => by == Some("cash"),
            "ascii-only" => sent["note"].as_str().is_some_and(|it| !it.is_ascii()),
            _ => false,
        };
        if is_refused {
            return empty(400);
        }
        if self.fault == "cheque-breaks" && by == Some("cheque") {
            return empty(500);
        }
        // Who pays twice is told so in the worst way.
        let status = if std::mem::replace(order, true) {
            500
        } else {
            200
        };
        empty(status)
    }
}

fn is_text(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|it| it.chars().count() <= 9)
}

fn is_hours(value: &Value) -> bool {
    let members = value.as_object();
    members.is_some_and(|it| {
        it.iter().all(|(name, it)| {
            let most = if name == "opens" { 23 } else { 24 };
            it.as_i64().is_some_and(|it| (0..=most).contains(&it))
        })
    })
}

fn empty(status: u16) -> Response {
    Response {
        status,
        headers: Headers::default(),
        body: Bytes::new(),
        end: BodyEnd::Complete,
    }
}

fn told(status: u16, body: &Value) -> Response {
    let mut headers = Headers::default();
    headers.push("content-type", "application/json");
    Response {
        status,
        headers,
        body: Bytes::from(body.to_string()),
        end: BodyEnd::Complete,
    }
}

impl Target for Shop {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        _limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        Box::pin(std::future::ready(Ok(self.answer(request))))
    }
}
