//! The bundled flows exercise their contracts whole: each operation, each documented status, each field
//! of a request. What they do not, `api.toml` names with its reason, and nothing more than that.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use countersign::contract::{Contract, Operation};
use countersign::http::form::decode_urlencoded;
use countersign::http::{MediaType, Request};
use countersign::json::Pointer;
use countersign::mock::MOCKS;
use countersign::plan::{self, Selection};
use countersign::shell::client::Client;
use countersign::shell::signals::Stop;
use countersign::suite::{Api, Session, UncoveredPart};
use countersign::transcript::Transcript;
use countersign::world::{Limits, Site, VirtualClock, World};
use serde_json::{Map, Value};

use crate::support;

/// How deep the fields of a request are looked into; schemas may refer to themselves.
const DEPTH_MAX: usize = 12;

/// What stands in a field's name for any key of a map and any item of a list.
const ANY: &str = "*";

/// A part of a contract: an operation's status, or a field of its request.
type Parts = BTreeMap<String, BTreeSet<String>>;

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_status_and_request_field_is_exercised() {
    let project = support::load(&support::root());
    let mut holes = String::new();
    for mock in MOCKS {
        let api = project.suite.api(mock.id).expect("a bundled API");
        let stand = support::serve(mock, None).await;
        let client = Client::new(stand.keyring.clone(), Stop::new()).expect("the keys are sound");
        let selection = Selection {
            words: vec![format!("{}::", mock.id)],
            ..Selection::default()
        };
        let plan = plan::lay_out(&project.suite.scenarios(), &selection, 0, &|_| Map::new());
        let session = Session::new(&project.suite, &plan, BTreeMap::new());
        let (clock, stop) = (VirtualClock::default(), Stop::new());
        let site = Site::from(stand.serving.url().as_str());
        let mut seen = Parts::new();
        for case in &plan.cases {
            let world = World {
                target: &client,
                site: &site,
                clock: &clock,
                stopping: &stop,
                limits: Limits::default(),
            };
            let transcript = session.record(case, world).await.expect("it is played");
            note(&transcript, &mut seen);
        }
        complain(api, &promised(&api.contract), &seen, &mut holes);
    }
    assert!(holes.is_empty(), "{holes}");
}

/// All parts of a contract.
fn promised(contract: &Contract) -> Parts {
    let mut parts = Parts::new();
    for operation in &contract.operations {
        let own = parts.entry(operation.id.clone()).or_default();
        own.extend(operation.responses.iter().map(|it| status_part(&it.status)));
        for parameter in &operation.parameters {
            own.insert(format!("{} {}", parameter.place.as_str(), parameter.name));
        }
        let content = operation.request_body.iter().flat_map(|it| &it.content);
        for schema in content.filter_map(|content| content.schema.as_ref()) {
            fields(contract, &schema.pointer, "", DEPTH_MAX, own);
        }
    }
    parts
}

fn status_part(status: &impl std::fmt::Display) -> String {
    format!("status {status}")
}

/// The fields that a schema names, as pointers.
fn fields(
    contract: &Contract,
    place: &Pointer,
    above: &str,
    depth: usize,
    parts: &mut BTreeSet<String>,
) {
    let document = contract.document();
    let Some(schema) = place.lookup(document) else {
        return;
    };
    if depth == 0 {
        return;
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let fragment = reference.strip_prefix('#').expect("one document");
        let target = Pointer::from_fragment(fragment).expect("the contract was read");
        fields(contract, &target, above, depth - 1, parts);
    }
    let inner = |name: &str| place.join(name);
    for (name, own) in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if own.get("readOnly") == Some(&Value::Bool(true)) || *own == Value::Bool(false) {
            continue;
        }
        let field = format!("{above}/{name}");
        let target = inner("properties").join(name);
        parts.insert(field.clone());
        fields(contract, &target, &field, depth - 1, parts);
    }
    for keyword in ["items", "additionalProperties"] {
        if schema.get(keyword).is_some_and(Value::is_object) {
            fields(
                contract,
                &inner(keyword),
                &format!("{above}/{ANY}"),
                depth - 1,
                parts,
            );
        }
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let branches = schema.get(keyword).and_then(Value::as_array);
        for index in 0..branches.map_or(0, Vec::len) {
            fields(
                contract,
                &inner(keyword).index(index),
                above,
                depth - 1,
                parts,
            );
        }
    }
}

/// Adds what a transcript exercises.
fn note(transcript: &Transcript, seen: &mut Parts) {
    for record in &transcript.steps {
        let Some((_, operation)) = record.definition().call.operation() else {
            continue;
        };
        let own = seen.entry(operation.id.clone()).or_default();
        for attempt in &record.attempts {
            let status = attempt.exchange.response.status;
            if let Some(documented) = operation.response(status) {
                own.insert(status_part(&documented.status));
            }
            note_request(operation, &attempt.exchange.request, own);
        }
    }
}

fn note_request(operation: &Operation, request: &Request, parts: &mut BTreeSet<String>) {
    let (_, query) = request.url.split_once('?').unwrap_or(("", ""));
    for (name, _) in decode_urlencoded(query.as_bytes()) {
        parts.insert(format!("query {name}"));
    }
    for name in operation.path.variables() {
        parts.insert(format!("path {name}"));
    }
    for parameter in &operation.parameters {
        if request.headers.contains(&parameter.name) {
            parts.insert(format!("header {}", parameter.name));
        }
        let cookies = request.headers.first("cookie").unwrap_or_default();
        let mut pairs = cookies.split("; ");
        if pairs.any(|pair| pair.split('=').next() == Some(&parameter.name)) {
            parts.insert(format!("cookie {}", parameter.name));
        }
    }
    let content_type = request.headers.first("content-type").unwrap_or_default();
    let Ok(media_type) = MediaType::parse(&content_type) else {
        return;
    };
    if media_type.is_json() {
        if let Ok(value) = serde_json::from_slice(&request.body) {
            note_value(&value, "", parts);
        }
    } else if media_type.essence() == "application/x-www-form-urlencoded" {
        let names = decode_urlencoded(&request.body).into_iter();
        parts.extend(names.map(|(name, _)| format!("/{name}")));
    } else if media_type.essence() == "multipart/form-data" {
        let text = String::from_utf8_lossy(&request.body);
        let heads = text
            .split("Content-Disposition: form-data; name=\"")
            .skip(1);
        let names = heads.filter_map(|rest| rest.split('"').next());
        parts.extend(names.map(|name| format!("/{name}")));
    }
}

/// Every place of a value under every name that a contract may have for it: its own, or any.
fn note_value(value: &Value, above: &str, parts: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                for name in [name.as_str(), ANY] {
                    let field = format!("{above}/{name}");
                    parts.insert(field.clone());
                    note_value(member, &field, parts);
                }
            }
        }
        Value::Array(items) => {
            let field = format!("{above}/{ANY}");
            for item in items {
                note_value(item, &field, parts);
            }
        }
        _ => {}
    }
}

/// Tells holes that nobody explains, and explanations of what is no hole.
fn complain(api: &Api, promised: &Parts, seen: &Parts, holes: &mut String) {
    let none = BTreeSet::new();
    let mut used = BTreeSet::new();
    for (operation, parts) in promised {
        let exercised = seen.get(operation).unwrap_or(&none);
        for part in parts.difference(exercised) {
            let reason = api.settings.uncovered.iter().position(|entry| {
                let named = match &entry.part {
                    UncoveredPart::Status(status) => status_part(status),
                    UncoveredPart::Field(field) => field.clone(),
                };
                named == *part && entry.operation.as_ref().is_none_or(|it| it == operation)
            });
            match reason {
                Some(place) => drop(used.insert(place)),
                None => writeln!(holes, "{} {operation}: no flow has {part}", api.name)
                    .expect("a String takes all"),
            }
        }
    }
    for (place, entry) in api.settings.uncovered.iter().enumerate() {
        if !used.contains(&place) {
            writeln!(holes, "{}: there is no such hole: {entry:?}", api.name)
                .expect("a String takes all");
        }
    }
}
