//! What is varied is what it is said to be, by the judge and by hand.

mod laws;
mod written;

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::http::Headers;
use crate::openapi;
use crate::source::Source;

/// A contract with one operation.
pub(super) fn contract(path: &str, method: &str, operation: &Value) -> Contract {
    let document = json!({
        "openapi": "3.1.1", "info": {"title": "T", "version": "1"},
        "paths": {path: {method: operation}},
        "components": {"schemas": {"Tree": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
        }}}}
    });
    let source = Source::parse("c.json", document.to_string()).expect("it is JSON");
    let (contract, problems) = openapi::lower("c", &Arc::new(source));
    assert_eq!(problems, [], "{operation}");
    contract.expect("a contract")
}

/// An operation that takes a body of JSON.
pub(super) fn taking(schema: &Value) -> Value {
    json!({
        "operationId": "put", "responses": {"204": {"description": "d"}},
        "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}}
    })
}

pub(super) fn request(url: &str, body: Option<&Value>) -> Request {
    let mut headers = Headers::default();
    if body.is_some() {
        headers.push("content-type", "application/json");
    }
    Request {
        method: "POST".into(),
        url: format!("http://127.0.0.1:1/api{url}"),
        headers,
        body: body.map_or_else(Bytes::new, |it| it.to_string().into()),
        caller: None,
    }
}

/// The variations of a request to the only operation.
fn varied(contract: &Contract, request: &Request) -> Vec<Variation> {
    let entropy = Entropy::from_seed(1);
    let varied = variations(contract, &contract.operations[0], request, &entropy);
    let varied = varied.expect("a request that the contract allows");
    assert!(!varied.is_cut);
    varied.list
}

/// Name and URL or body of each variation of a body.
fn of_body(schema: &Value, body: &Value) -> Vec<(String, String)> {
    let contract = contract("/things", "post", &taking(schema));
    let list = varied(&contract, &request("/things", Some(body)));
    let told = list.into_iter().map(|it| {
        let body = String::from_utf8_lossy(&it.request.body).into_owned();
        (it.name, body)
    });
    told.collect()
}

/// The body of the variation of that name.
fn body_of(told: &[(String, String)], name: &str) -> Option<String> {
    let found = told.iter().find(|(it, _)| it == name);
    found.map(|(_, body)| body.clone())
}

/// Name and target of each variation of a request without a body.
fn of_parameters(path: &str, parameters: &Value, url: &str) -> Vec<(String, String)> {
    let operation = json!({
        "operationId": "get", "responses": {"200": {"description": "d"}}, "parameters": parameters
    });
    let contract = contract(path, "get", &operation);
    let list = varied(&contract, &request(url, None));
    let told = list.into_iter().map(|it| {
        let headers = it
            .request
            .headers
            .iter()
            .map(|it| format!(" {}: {}", it.name, it.text()));
        let headers: String = headers.collect();
        (it.name, format!("{}{headers}", it.request.target()))
    });
    told.collect()
}

/// Names with the bodies that they have.
const CROSSED: &[(&str, &str)] = &[
    (
        "required-missing:body/name",
        r#"{"size":5,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "too-short:body/name",
        r#"{"name":"a","size":5,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "too-long:body/name",
        r#"{"name":"abccc","size":5,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "shortest-text:body/name",
        r#"{"name":"ab","size":5,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "longest-text:body/name",
        r#"{"name":"abcc","size":5,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "below-minimum:body/size",
        r#"{"name":"abc","size":0,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "above-maximum:body/size",
        r#"{"name":"abc","size":11,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "at-minimum:body/size",
        r#"{"name":"abc","size":1,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "at-maximum:body/size",
        r#"{"name":"abc","size":10,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "not-listed:body/kind",
        r#"{"name":"abc","size":5,"kind":"b-2","tags":["x","y"]}"#,
    ),
    (
        "listed:body/kind",
        r#"{"name":"abc","size":5,"kind":"b","tags":["x","y"]}"#,
    ),
    (
        "too-few-items:body/tags",
        r#"{"name":"abc","size":5,"kind":"a","tags":[]}"#,
    ),
    (
        "too-many-items:body/tags",
        r#"{"name":"abc","size":5,"kind":"a","tags":["x","y","x-1"]}"#,
    ),
    (
        "repeated-item:body/tags",
        r#"{"name":"abc","size":5,"kind":"a","tags":["x","x"]}"#,
    ),
    (
        "fewest-items:body/tags",
        r#"{"name":"abc","size":5,"kind":"a","tags":["x"]}"#,
    ),
    (
        "unknown-field:body/countersignUnknown",
        r#"{"name":"abc","size":5,"kind":"a","tags":["x","y"],"countersignUnknown":"x"}"#,
    ),
    (
        "null-not-allowed:body/name",
        r#"{"name":null,"size":5,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "optional-absent:body/size",
        r#"{"name":"abc","kind":"a","tags":["x","y"]}"#,
    ),
    (
        "text-foreign:body/name",
        r#"{"name":"Zoë ","size":5,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "text-astral:body/name",
        r#"{"name":"😀𝒳🚀","size":5,"kind":"a","tags":["x","y"]}"#,
    ),
    (
        "malformed-json:body",
        r#"{"name":"abc","size":5,"kind":"a","tags":["x","y"]"#,
    ),
    ("required-missing:body", ""),
];

#[test]
fn every_rule_of_a_body_is_crossed_by_exactly_one_and_met_exactly() {
    let schema = json!({"type": "object", "required": ["name"], "additionalProperties": false, "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 4},
        "size": {"type": "integer", "minimum": 1, "maximum": 10},
        "kind": {"enum": ["a", "b"]},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2, "uniqueItems": true}
    }});
    let body = json!({"name": "abc", "size": 5, "kind": "a", "tags": ["x", "y"]});
    let told = of_body(&schema, &body);
    for (name, expected) in CROSSED {
        assert_eq!(
            body_of(&told, name).as_deref(),
            Some(*expected),
            "{name} of {told:#?}"
        );
    }
}

#[test]
fn what_the_request_leaves_out_is_varied_where_it_would_stand() {
    let schema = json!({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string"}, "id": {"type": "integer", "readOnly": true},
        "spec": {"type": "object", "properties": {"size": {"type": "integer", "maximum": 10}}}
    }});
    let told = of_body(&schema, &json!({"name": "a"}));
    let above = body_of(&told, "above-maximum:body/spec/size");
    assert_eq!(above.as_deref(), Some(r#"{"name":"a","spec":{"size":11}}"#));
    let is_of_server = |(name, _): &(String, String)| name.contains("/id");
    assert!(
        !told.iter().any(is_of_server),
        "only the server writes it: {told:#?}"
    );
}

#[test]
fn what_cannot_be_proven_is_not_made() {
    // Another branch takes what one refuses, and any field is welcome.
    let schema = json!({"type": "object", "properties": {
        "a": {"anyOf": [{"type": "integer", "maximum": 5}, {"type": "integer", "minimum": 6}]},
        "b": {"type": ["string", "null"]},
        "c": {"const": 1}
    }});
    let told = of_body(&schema, &json!({"a": 1, "b": "x", "c": 1}));
    for name in [
        "above-maximum:body/a",
        "unknown-field:body/countersignUnknown",
        "null-not-allowed:body/b",
        "optional-absent:body",
    ] {
        assert_eq!(body_of(&told, name), None, "{told:#?}");
    }
    assert!(body_of(&told, "wrong-type:body/a").is_some(), "{told:#?}");
    assert!(body_of(&told, "not-listed:body/c").is_some(), "{told:#?}");
    let told = of_parameters(
        "/things",
        &json!([{"name": "q", "in": "query", "schema": {"type": "string"}}]),
        "/things?q=x",
    );
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    // Any text is a text: there is no wrong type, and no null.
    assert_eq!(
        names,
        [
            "optional-absent:query/q",
            "text-foreign:query/q",
            "text-astral:query/q",
            "text-combining:query/q"
        ]
    );
}

#[test]
fn what_names_something_else_or_is_secret_keeps_its_meaning() {
    let schema = json!({"type": "object", "properties": {
        "ownerId": {"type": "integer", "minimum": 1}, "password": {"type": "string", "minLength": 2},
        "title": {"type": "string", "minLength": 2}
    }});
    let body = json!({"ownerId": 7, "password": "abc", "title": "abc"});
    let told = of_body(&schema, &body);
    for name in [
        "at-minimum:body/ownerId",
        "shortest-text:body/password",
        "text-foreign:body/password",
    ] {
        assert_eq!(body_of(&told, name), None, "{told:#?}");
    }
    for name in [
        "below-minimum:body/ownerId",
        "too-short:body/password",
        "shortest-text:body/title",
        "optional-absent:body/ownerId",
    ] {
        assert!(body_of(&told, name).is_some(), "{name} of {told:#?}");
    }
}

#[test]
fn a_request_that_is_wrong_already_is_not_varied() {
    let schema = json!({"type": "object", "required": ["token"], "properties": {"token": {"type": "string", "maxLength": 3}}});
    let contract = contract("/things", "post", &taking(&schema));
    for (body, place) in [
        (Some(json!({"token": "hidden"})), "body/token"),
        (Some(json!({})), "body"),
        (None, "body"),
    ] {
        let request = request("/things", body.as_ref());
        let entropy = Entropy::from_seed(1);
        let why = variations(&contract, &contract.operations[0], &request, &entropy);
        let why = why.expect_err("it breaks the contract");
        assert_eq!(why.place, place);
        assert!(!why.to_string().contains("hidden"), "{why}");
    }
}

#[test]
fn of_a_large_body_only_the_whole_is_varied() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let contract = contract("/things", "post", &taking(&schema));
    let body = json!({"a": "x".repeat(1 << 17)});
    let request = request("/things", Some(&body));
    let entropy = Entropy::from_seed(1);
    let varied = variations(&contract, &contract.operations[0], &request, &entropy);
    let varied = varied.expect("it is allowed");
    let names: Vec<&str> = varied.list.iter().map(|it| it.name.as_str()).collect();
    let whole = [
        "required-missing:body",
        "wrong-media-type:body",
        "malformed-json:body",
    ];
    assert_eq!((names.as_slice(), varied.is_cut), (&whole[..], true));
}

#[test]
fn every_kind_is_made_of_some_request() {
    let schema = json!({"type": "object", "required": ["a"], "additionalProperties": false, "properties": {
        "a": {"type": "string", "minLength": 2, "maxLength": 9}, "b": {"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2},
        "c": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 2}, "d": {"type": "string", "pattern": "^[a-z]+$"},
        "e": {"type": "string", "format": "date"}, "f": {"enum": ["x", "y"]},
        "g": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true, "items": {"type": "string"}}
    }});
    let body = json!({"a": "abc", "b": 4, "c": 1, "d": "abc", "e": "2024-01-01", "f": "x", "g": ["p", "q"]});
    let contract = contract("/things", "post", &taking(&schema));
    let list = varied(&contract, &request("/things", Some(&body)));
    let made: BTreeSet<Kind> = list.iter().map(|it| it.kind).collect();
    let missing: Vec<&Kind> = KINDS.iter().filter(|it| !made.contains(it)).collect();
    // The least of `b` is not on its grid.
    assert_eq!(missing, [&Kind::AT_MINIMUM, &Kind::AT_MAXIMUM]);
    for variation in &list {
        let line = contract.location(&variation.place.contract);
        assert!(line.line > 0, "{variation:?}");
        assert!(
            !variation.why.is_empty() && !variation.why.ends_with('.'),
            "{variation:?}"
        );
    }
}

#[test]
fn what_is_smaller_shows_the_same() {
    let schema = json!({"type": "object", "required": ["name", "spec"], "properties": {
        "name": {"type": "string", "minLength": 1}, "note": {"type": "string"},
        "spec": {"type": "object", "properties": {"size": {"type": "integer", "maximum": 10}, "more": {"type": "array", "items": {"type": "string"}}}}
    }});
    let mut operation = taking(&schema);
    operation["parameters"] =
        json!([{"name": "dry", "in": "query", "schema": {"type": "boolean"}}]);
    let contract = contract("/things", "post", &operation);
    let body =
        json!({"name": "a long name", "note": "n", "spec": {"size": 5, "more": ["a", "b", "c"]}});
    let list = varied(&contract, &request("/things?dry=true", Some(&body)));
    let above = list
        .iter()
        .find(|it| it.name == "above-maximum:body/spec/size");
    let mut smallest = above.expect("it is varied").clone();
    let mut rounds = 0;
    // A server that always fails lets it become as small as it can be.
    while let Some(smaller) = shrink(&contract, &contract.operations[0], &smallest)
        .into_iter()
        .next()
    {
        assert_eq!(smaller.name, smallest.name);
        smallest = smaller;
        rounds += 1;
        assert!(rounds < 100, "it comes to an end");
    }
    assert_eq!(smallest.request.target(), "/api/things");
    let body = String::from_utf8_lossy(&smallest.request.body).into_owned();
    assert_eq!(body, r#"{"name":"a","spec":{"size":11}}"#);
    let missing = list
        .iter()
        .find(|it| it.name == "optional-absent:query/dry");
    let smaller = shrink(
        &contract,
        &contract.operations[0],
        missing.expect("it is varied"),
    );
    assert!(smaller.iter().all(|it| it.expect() == Expect::Accepted));
    assert!(smaller.len() <= SHRINKS_MAX && !smaller.is_empty());
}

#[test]
fn what_is_allowed_keeps_its_value_while_it_shrinks() {
    let schema = json!({"type": "object", "required": ["owner", "title"], "properties": {
        "owner": {"type": "string"}, "title": {"type": "string", "maxLength": 12}, "note": {"type": "string"}
    }});
    let contract = contract("/things", "post", &taking(&schema));
    let body = json!({"owner": "somebody", "title": "t", "note": "n"});
    let list = varied(&contract, &request("/things", Some(&body)));
    for name in ["longest-text:body/title", "text-foreign:body/title"] {
        let variation = list.iter().find(|it| it.name == name).expect(name);
        let sent =
            |it: &Variation| -> Value { serde_json::from_slice(&it.request.body).expect("JSON") };
        let title = sent(variation)["title"].clone();
        let smaller = shrink(&contract, &contract.operations[0], variation);
        let smaller: Vec<Value> = smaller.iter().map(sent).collect();
        // Another owner might be refused for another reason, and a shorter title is no longest one.
        assert_eq!(
            smaller,
            [json!({"owner": "somebody", "title": title})],
            "{name}"
        );
    }
}
