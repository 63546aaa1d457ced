//! What exchanges exercise of small contracts.

mod places;

use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::contract::{Contract, StatusPattern};
use crate::http::{BodyEnd, Exchange, Headers, Request, Response};
use crate::openapi;
use crate::source::Source;
use crate::transcript::{Attempt, Received};

const CONTRACT: &str = r#"
openapi: 3.1.1
info: {title: Things, version: "1"}
paths:
  /things/{id}:
    get:
      operationId: read
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: filter, in: query, style: deepObject, schema: {type: object}}
        - {name: X-Trace, in: header, schema: {type: string}}
        - {name: session, in: cookie, schema: {type: string}}
      responses:
        "200": {description: there, content: {application/json: {schema: {type: object}}, text/plain: {}}}
        4XX: {description: not there}
        default: {description: else}
    put:
      operationId: write
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/Thing'}}
          multipart/form-data: {schema: {$ref: '#/components/schemas/Thing'}}
      responses: {"204": {description: done}}
components:
  schemas:
    Thing:
      type: object
      required: [name]
      properties:
        name: {type: string}
        size: {enum: [s, m]}
        made: {type: string, readOnly: true}
"#;

pub(super) fn contract(text: &str) -> Arc<Contract> {
    let source = Source::parse("specs/t/openapi.yaml", text.to_owned()).expect("YAML");
    let (contract, problems) = openapi::lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    Arc::new(contract.expect("a contract"))
}

/// A request and its answer: method and URL, header lines, body; status, media type, body.
pub(super) fn attempt(
    (url, head, sent): (&str, &[(&str, &str)], &str),
    (status, media_type, body): (u16, &str, &str),
) -> Attempt {
    let mut headers = Headers::default();
    for (name, value) in head {
        headers.push(*name, *value);
    }
    let mut answered = Headers::default();
    if !media_type.is_empty() {
        answered.push("content-type", media_type);
    }
    let response = Response {
        status,
        headers: answered,
        body: Bytes::copy_from_slice(body.as_bytes()),
        end: BodyEnd::Complete,
    };
    Attempt {
        received: Received::decode(&response),
        exchange: Exchange {
            request: Request {
                method: "GET".to_owned(),
                url: url.to_owned(),
                headers,
                body: Bytes::copy_from_slice(sent.as_bytes()),
                caller: None,
            },
            response,
        },
        unmet: Vec::new(),
        broken_request: Vec::new(),
    }
}

/// What exchanges of an operation cover, of a kind.
pub(super) fn covered(universe: &Arc<Universe>, operation: usize, attempts: &[Attempt]) -> Covered {
    let mut coverage = Coverage::new([(Arc::clone(universe), true)]);
    for attempt in attempts {
        coverage.note(operation, attempt);
    }
    coverage.covered()
}

fn of_kind(covered: &Covered, kind: Kind) -> Vec<&str> {
    let items = covered.apis["t"].kinds[&kind].covered.iter();
    items.map(String::as_str).collect()
}

fn universe(exemptions: &[Exemption]) -> Arc<Universe> {
    Arc::new(Universe::new(&contract(CONTRACT), exemptions))
}

const PLAIN: (&str, &[(&str, &str)], &str) = ("http://h/things/1", &[], "");

#[test]
fn statuses_are_covered_as_they_are_documented() {
    let universe = universe(&[]);
    for (status, item) in [(200, "read 200"), (404, "read 4XX"), (500, "read default")] {
        let covered = covered(&universe, 0, &[attempt(PLAIN, (status, "", ""))]);
        assert_eq!(of_kind(&covered, Kind::Operations), ["read"]);
        assert_eq!(of_kind(&covered, Kind::Statuses), [item]);
        let missing = &covered.apis["t"].kinds[&Kind::Statuses].missing;
        assert!(missing.len() == 3 && !missing.contains(item), "{missing:?}");
    }
    // What is not documented covers nothing; that is a finding and no coverage.
    let covered = covered(&universe, 1, &[attempt(PLAIN, (500, "", ""))]);
    assert_eq!(of_kind(&covered, Kind::Statuses), [""; 0]);
}

#[test]
fn parameters_are_sent_or_left_out() {
    let universe = universe(&[]);
    let plain = covered(&universe, 0, &[attempt(PLAIN, (200, "", ""))]);
    assert_eq!(
        of_kind(&plain, Kind::Parameters),
        [
            "read cookie session absent",
            "read header X-Trace absent",
            "read path id",
            "read query filter absent"
        ]
    );
    let head = [("x-trace", "1"), ("cookie", "a=b; session=c")];
    let full = ("http://h/things/1?filter%5Ba%5D=b", &head[..], "");
    let full = covered(&universe, 0, &[attempt(full, (200, "", ""))]);
    assert_eq!(
        of_kind(&full, Kind::Parameters),
        [
            "read cookie session",
            "read header X-Trace",
            "read path id",
            "read query filter"
        ]
    );
    let near = ("http://h/things/1?filters=1&filte=2", &[][..], "");
    let near = covered(&universe, 0, &[attempt(near, (200, "", ""))]);
    assert!(of_kind(&near, Kind::Parameters).contains(&"read query filter absent"));
}

#[test]
fn bodies_are_of_documented_media_types_or_left_out() {
    let universe = universe(&[]);
    let media = |sent: (&str, &[(&str, &str)], &str)| {
        let covered = covered(&universe, 1, &[attempt(sent, (204, "", ""))]);
        let media = of_kind(&covered, Kind::MediaTypes).join(", ");
        media + " | " + &of_kind(&covered, Kind::Places).join(", ")
    };
    let url = "http://h/things/1";
    assert_eq!(media((url, &[], "")), "write request absent | ");
    let json = &[("content-type", "application/json")][..];
    assert_eq!(
        media((url, json, r#"{"name": "a"}"#)),
        "write request application/json | write request application/json /name, \
         write request application/json /size absent"
    );
    assert_eq!(
        media((url, json, "no JSON")),
        "write request application/json | "
    );
    let form = &[("content-type", "multipart/form-data; boundary=b")][..];
    let body = "--b\r\nContent-Disposition: form-data; name=\"size\"\r\n\r\nm\r\n--b--\r\n";
    assert_eq!(
        media((url, form, body)),
        "write request multipart/form-data | write request multipart/form-data /size, \
         write request multipart/form-data /size = \"m\""
    );
    let other = &[("content-type", "text/csv")][..];
    assert_eq!(media((url, other, "a")), " | ");
    let got = [
        attempt(PLAIN, (200, "text/plain", "a")),
        attempt(PLAIN, (200, "image/png", "a")),
        attempt(PLAIN, (200, "application/json", "")),
    ];
    let got = covered(&universe, 0, &got);
    assert_eq!(of_kind(&got, Kind::MediaTypes), ["read 200 text/plain"]);
}

#[test]
fn what_is_exempt_is_counted_apart_until_it_is_covered() {
    let exempt = |operation: Option<&str>, part| {
        let operation = operation.map(str::to_owned);
        let universe = universe(&[Exemption { operation, part }]);
        let covered = covered(&universe, 0, &[attempt(PLAIN, (404, "", ""))]);
        let kinds = covered.apis["t"].kinds.values();
        let exempt = kinds.flat_map(|it| &it.exempt).cloned();
        (exempt.collect::<Vec<_>>(), covered.count(Kind::Statuses))
    };
    let status = |status| ExemptPart::Status(StatusPattern::Exact(status));
    let (items, count) = exempt(None, status(200));
    assert_eq!(
        items,
        [
            "read 200",
            "read 200 application/json",
            "read 200 text/plain"
        ]
    );
    assert_eq!((count.covered, count.total, count.exempt), (1, 3, 1));
    assert_eq!(exempt(Some("write"), status(200)).0, [""; 0]);
    let class = ExemptPart::Status(StatusPattern::Class(4));
    let (items, count) = exempt(None, class);
    assert_eq!(items, [""; 0], "it was covered");
    assert_eq!((count.covered, count.total, count.exempt), (1, 4, 0));
    let field = |field: &str| ExemptPart::Field(field.to_owned());
    assert_eq!(
        exempt(None, field("header X-Trace")).0,
        ["read header X-Trace"]
    );
    assert_eq!(exempt(None, field("header X")).0, [""; 0]);
    assert_eq!(exempt(None, field("/size")).0.len(), 8);
    assert_eq!(exempt(None, field("/siz")).0, [""; 0]);
    let item = |item: &str| ExemptPart::Item(item.to_owned());
    assert_eq!(exempt(None, item("read 200")).0.len(), 3);
    assert_eq!(exempt(None, item("read 20")).0, [""; 0]);
    assert_eq!(exempt(None, item("write")).0.len(), 16);
}

#[test]
fn parts_joined_are_the_whole() {
    let universe = universe(&[]);
    let attempts = [
        attempt(PLAIN, (200, "text/plain", "a")),
        attempt(PLAIN, (404, "", "")),
        attempt(
            ("http://h/things/1?filter%5Ba%5D=b", &[], ""),
            (500, "", ""),
        ),
    ];
    let whole = covered(&universe, 0, &attempts);
    let mut joined = Covered::default();
    for attempt in attempts.iter().rev() {
        let part = covered(&universe, 0, std::slice::from_ref(attempt));
        joined.join(part).expect("they are of one contract");
    }
    assert_eq!(joined, whole);
    assert_eq!(joined.check(), Ok(()));
    let text = serde_json::to_string(&joined).expect("texts");
    let read: Covered = serde_json::from_str(&text).expect("what was written");
    assert_eq!(read, whole);
    let other = Arc::new(Universe::new(
        universe.contract(),
        &[Exemption {
            operation: None,
            part: ExemptPart::Item("read".to_owned()),
        }],
    ));
    let other = covered(&other, 0, &[]);
    assert_eq!(
        joined.join(other).map_err(|it| it.to_string()),
        Err("the coverage of t is of two contracts".to_owned())
    );
    let api = joined.apis.get_mut("t").expect("it is there");
    let kind = api.kinds.get_mut(&Kind::Statuses).expect("it is there");
    kind.missing.insert("read 200".to_owned());
    assert_eq!(
        joined.check().map_err(|it| it.to_string()),
        Err("the item `read 200` stands twice in the coverage".to_owned())
    );
}

#[test]
fn the_matrix_has_each_operation_with_its_statuses() {
    let universe = universe(&[Exemption {
        operation: None,
        part: ExemptPart::Status(StatusPattern::Default),
    }]);
    let covered = covered(&universe, 0, &[attempt(PLAIN, (200, "", ""))]);
    let rows = covered.apis["t"].rows();
    let told: Vec<String> = rows.iter().map(|it| format!("{it:?}")).collect();
    assert_eq!(
        told,
        [
            "StatusRow { operation: \"read\", state: Seen, statuses: [(\"200\", Seen), (\"4XX\", Never), \
             (\"default\", Exempt)] }",
            "StatusRow { operation: \"write\", state: Never, statuses: [(\"204\", Never)] }"
        ]
    );
}

#[test]
fn what_was_lost_is_told_and_what_is_gone_is_no_loss() {
    let universe = universe(&[]);
    let all = [attempt(PLAIN, (200, "", "")), attempt(PLAIN, (404, "", ""))];
    let baseline = Baseline::updated(None, &covered(&universe, 0, &all));
    let read = Baseline::read(&baseline.text()).expect("what was written");
    assert_eq!(read, baseline);
    assert!(read.compare(&covered(&universe, 0, &all)).is_none());
    let change = read.compare(&covered(&universe, 0, &all[..1]));
    assert_eq!(change.lost, [("t".to_owned(), "read 4XX".to_owned())]);
    assert_eq!((change.gained, change.gone), (0, 0));
    let more = [
        all[0].clone(),
        all[1].clone(),
        attempt(PLAIN, (500, "", "")),
    ];
    let change = read.compare(&covered(&universe, 0, &more));
    assert_eq!((change.lost.len(), change.gained), (0, 1));
    let other = contract(&CONTRACT.replace("4XX", "5XX"));
    let other = Arc::new(Universe::new(&other, &[]));
    let change = read.compare(&covered(&other, 0, &all[..1]));
    assert_eq!((change.lost.len(), change.gained, change.gone), (0, 0, 1));
    for (text, why) in [
        ("{}", "it is no baseline"),
        ("{\"version\": 9, \"apis\": {}}", "version 9"),
        (
            "{\"version\": 1, \"apis\": {}, \"x\": 1}",
            "it is no baseline",
        ),
    ] {
        let told = Baseline::read(text).expect_err("no baseline").to_string();
        assert!(told.contains(why), "{told}");
    }
}
