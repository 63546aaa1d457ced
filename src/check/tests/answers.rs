//! The checks over single answers: what is right is left alone, what is wrong is told at its place.

use std::sync::Arc;

use bytes::Bytes;

use crate::arazzo::{self, NoFiles, Surroundings};
use crate::check::{Severities, examine};
use crate::http::{BodyEnd, Exchange, Headers, Request, Response};
use crate::openapi;
use crate::source::Source;
use crate::transcript::{Attempt, End, Outcome, Received, StepRecord, Transcript};

const CONTRACT: &str = r#"
openapi: 3.1.1
info: {title: T, version: "1"}
paths:
  /a:
    get:
      operationId: a
      responses:
        "200":
          description: d
          headers: {X-Count: {required: true, schema: {type: integer}}}
          content:
            application/json; charset=utf-8: {schema: {type: object, required: [n]}}
            text/plain: {schema: {type: string, minLength: 2}}
        "201": {description: d}
        "204": {description: d}
        "205": {description: d}
        "202": {description: d, content: {"*/*": {schema: {type: object}}}}
"#;

/// The findings about one answer, as `check place`.
fn told(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<String> {
    told_by(CONTRACT, status, headers, body)
}

/// The findings about one answer to the operation `a` of a contract.
pub(super) fn told_by(
    contract: &str,
    status: u16,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<String> {
    let source = Source::parse("specs/t/openapi.yaml", contract.to_owned()).expect("YAML");
    let (contract, problems) = openapi::lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    let text = "arazzo: 1.0.1\ninfo: {title: T, version: '1'}\n\
                sourceDescriptions: [{name: api, url: openapi.yaml}]\n\
                workflows: [{workflowId: w, steps: [{stepId: s, operationId: a}]}]\n";
    let source = Source::parse("specs/t/t.arazzo.yaml", text.to_owned()).expect("YAML");
    let contracts = [Arc::new(contract.expect("a contract"))];
    let surroundings = Surroundings {
        api: "t",
        contracts: &contracts,
        files: &NoFiles,
    };
    let (scenarios, problems) = arazzo::lower(&source, &surroundings);
    assert_eq!(problems, []);
    let scenario = Arc::new(scenarios.into_iter().next().expect("a workflow"));
    let mut given = Headers::default();
    for (name, value) in headers {
        given.push(*name, *value);
    }
    let response = Response {
        status,
        headers: given,
        body: Bytes::copy_from_slice(body),
        end: BodyEnd::Complete,
    };
    let request = Request {
        method: "GET".into(),
        url: "http://t/a".into(),
        headers: Headers::default(),
        body: Bytes::new(),
        caller: None,
    };
    let attempt = Attempt {
        received: Received::decode(&response),
        exchange: Exchange { request, response },
        unmet: Vec::new(),
        broken_request: Vec::new(),
    };
    let record = StepRecord {
        scenario: Arc::clone(&scenario),
        step: 0,
        callers: Vec::new(),
        waits: Vec::new(),
        attempts: vec![attempt],
        outputs: serde_json::Map::new(),
        unmet: Vec::new(),
        outcome: Outcome::Succeeded,
        period: None,
    };
    let transcript = Transcript {
        scenario,
        inputs: serde_json::Map::new(),
        steps: vec![record],
        outputs: serde_json::Map::new(),
        end: End::Completed,
    };
    let findings = examine(&transcript, &Severities::default());
    findings
        .iter()
        .map(|finding| format!("{} {}", finding.check, finding.place))
        .collect()
}

const JSON: (&str, &str) = ("content-type", "application/json");
const TEXT: (&str, &str) = ("content-type", "text/plain");
const COUNT: (&str, &str) = ("x-count", "3");

#[test]
fn right_answers_are_left_alone() {
    let nothing: [&str; 0] = [];
    assert_eq!(
        told(200, &[JSON, COUNT], br#"{"n":1}"#),
        nothing,
        "UTF-8 need not be said"
    );
    assert_eq!(told(200, &[TEXT, COUNT], b"ok"), nothing);
    assert_eq!(told(201, &[], b""), nothing);
    assert_eq!(told(204, &[], b""), nothing);
    assert_eq!(told(204, &[("content-length", "0")], b""), nothing);
    assert_eq!(told(202, &[JSON], b"{}"), nothing);
}

#[test]
fn an_empty_body_is_judged_by_the_type_that_it_has() {
    assert_eq!(told(200, &[JSON, COUNT], b""), ["response-schema body"]);
    assert_eq!(
        told(200, &[TEXT, COUNT], b""),
        ["response-schema body"],
        "too short"
    );
    assert_eq!(told(202, &[JSON], b""), ["response-schema body"]);
}

#[test]
fn a_body_where_none_may_be_is_told() {
    assert_eq!(told(201, &[TEXT], b"x"), ["unexpected-body body"]);
    assert_eq!(
        told(204, &[("content-length", "5")], b""),
        ["unexpected-body body"]
    );
    assert_eq!(
        told(204, &[("transfer-encoding", "chunked")], b""),
        ["unexpected-body body"]
    );
    assert_eq!(told(205, &[], b"x"), ["unexpected-body body"]);
}

#[test]
fn headers_and_types_are_judged() {
    assert_eq!(
        told(200, &[JSON], br#"{"n":1}"#),
        ["response-headers header x-count"]
    );
    assert_eq!(
        told(200, &[JSON, ("x-count", "3a")], br#"{"n":1}"#),
        ["response-headers header x-count"]
    );
    assert_eq!(
        told(200, &[COUNT], br#"{"n":1}"#),
        ["media-type header content-type"]
    );
    let twice = [JSON, JSON, COUNT];
    assert_eq!(
        told(200, &twice, br#"{"n":1}"#),
        ["media-type header content-type"]
    );
    let other = [("content-type", "text/html"), COUNT];
    assert_eq!(
        told(200, &other, b"<p>"),
        ["media-type header content-type"]
    );
    assert_eq!(told(418, &[], b""), ["documented-status status"]);
}

#[test]
fn the_form_of_a_body_is_judged() {
    let json = |body: &[u8]| told(200, &[JSON, COUNT], body);
    assert_eq!(json(b"\xef\xbb\xbf{\"n\":1}"), ["body-decoding body"]);
    assert_eq!(json(br#"{"n":1,"n":2}"#), ["body-decoding body /n"]);
    assert_eq!(json(br#"{"n":1} x"#), ["body-decoding body"]);
    assert_eq!(json(br#"{"n":NaN}"#), ["body-decoding body"]);
    let gbk = [("content-type", "text/plain; charset=utf-8"), COUNT];
    assert_eq!(told(200, &gbk, b"\xc4\xe3\xba\xc3"), ["body-decoding body"]);
    let coded = [JSON, COUNT, ("content-encoding", "gzip")];
    assert_eq!(told(200, &coded, b"no gzip"), ["body-decoding body"]);
}
