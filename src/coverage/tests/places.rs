//! The places of bodies that schemas have.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{attempt, contract, covered};
use crate::coverage::{Kind, PLACES_MAX, Universe};

/// What is offered by, and covered of, an answer of this schema.
struct Places {
    covered: Vec<String>,
    missing: Vec<String>,
    is_cut: bool,
}

fn text(schema: &Value) -> String {
    json!({
        "openapi": "3.1.1",
        "info": {"title": "T", "version": "1"},
        "paths": {"/t": {"get": {
            "operationId": "t",
            "responses": {"200": {
                "description": "it",
                "content": {"application/json": {"schema": schema}}
            }}
        }}},
        "components": {"schemas": {
            "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}},
            "Dog": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "dog"}}},
            "Tree": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Tree"}, "leaf": {"type": "string"}}}
        }}
    })
    .to_string()
}

fn places(schema: &Value, bodies: &[Value]) -> Places {
    let universe = Arc::new(Universe::new(&contract(&text(schema)), &[]));
    let answers: Vec<_> = bodies
        .iter()
        .map(|it| {
            let body = it.to_string();
            attempt(("http://h/t", &[], ""), (200, "application/json", &body))
        })
        .collect();
    let all = covered(&universe, 0, &answers);
    let kind = &all.apis["t"].kinds[&Kind::Places];
    let short = |it: &String| {
        it.trim_start_matches("t 200 application/json")
            .trim()
            .to_owned()
    };
    Places {
        covered: kind.covered.iter().map(short).collect(),
        missing: kind.missing.iter().map(short).collect(),
        is_cut: universe.is_cut(),
    }
}

#[test]
fn members_are_there_or_left_out() {
    let schema = json!({"type": "array", "items": {"type": "object", "required": ["id"], "properties": {
        "id": {"type": "string"},
        "size": {"type": ["integer", "null"]},
        "secret": {"type": "string", "writeOnly": true},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}}
    }}});
    let none = places(&schema, &[json!([])]);
    assert_eq!(none.covered, [""; 0]);
    assert_eq!(
        none.missing,
        [
            "/*",
            "/*/id",
            "/*/labels",
            "/*/labels absent",
            "/*/labels/*",
            "/*/size",
            "/*/size absent",
            "/*/size null"
        ]
    );
    let some = places(
        &schema,
        &[json!([{"id": "a", "size": null}, {"id": "b", "labels": {"x": "y"}}])],
    );
    assert_eq!(some.missing, [""; 0]);
    let some = places(&schema, &[json!([{"id": "a", "size": 1}])]);
    assert_eq!(some.covered, ["/*", "/*/id", "/*/labels absent", "/*/size"]);
}

#[test]
fn what_another_schema_requires_is_not_optional() {
    let schema = json!({"allOf": [
        {"type": "object", "properties": {"a": {"type": "string"}}},
        {"required": ["a"]}
    ]});
    assert_eq!(places(&schema, &[]).missing, ["/a"]);
}

#[test]
fn listed_values_are_told_apart() {
    let long = "x".repeat(50);
    let schema = json!({"enum": ["a", 1, null, long]});
    let seen = places(&schema, &[json!(1.0), json!(null)]);
    assert_eq!(seen.covered, ["= 1", "null"]);
    let cut = format!("= \"{}… #4", "x".repeat(39));
    assert_eq!(seen.missing, ["= \"a\"", &cut]);
    // Where there is one value alone, there is nothing to see.
    assert_eq!(
        places(&json!({"const": "a"}), &[json!("a")]).covered,
        [""; 0]
    );
}

#[test]
fn the_schema_that_is_taken_is_found_by_its_looks() {
    let cat = json!({"$ref": "#/components/schemas/Cat"});
    let dog = json!({"$ref": "#/components/schemas/Dog"});
    let schema = json!({"oneOf": [cat, dog, {"type": "string"}]});
    let seen = places(&schema, &[json!({"kind": "cat"})]);
    assert_eq!(seen.covered, ["/kind", "/lives absent", "oneOf Cat"]);
    assert_eq!(seen.missing, ["/lives", "oneOf 3", "oneOf Dog"]);
    let seen = places(&schema, &[json!("text")]);
    assert_eq!(seen.covered, ["oneOf 3"]);
    let wrong = places(&schema, &[json!({"kind": "cow"}), json!(1)]);
    assert_eq!(wrong.covered, [""; 0]);
    let nullable = json!({"anyOf": [cat, {"type": "null"}]});
    let seen = places(&nullable, &[json!(null)]);
    assert_eq!(seen.covered, ["null"]);
    assert_eq!(seen.missing, ["/kind", "/lives", "/lives absent"]);
}

#[test]
fn schemas_that_look_alike_are_asked() {
    let schema = json!({"anyOf": [
        {"title": "low", "type": "integer", "maximum": 9},
        {"title": "high", "type": "integer", "minimum": 8}
    ]});
    assert_eq!(places(&schema, &[json!(3)]).covered, ["anyOf low"]);
    assert_eq!(places(&schema, &[json!(30)]).covered, ["anyOf high"]);
    assert_eq!(
        places(&schema, &[json!(8)]).covered,
        ["anyOf high", "anyOf low"]
    );
}

#[test]
fn a_schema_within_itself_is_followed_once() {
    let tree = json!({"$ref": "#/components/schemas/Tree"});
    let seen = places(&tree, &[json!({"next": {"next": {"leaf": "a"}}})]);
    assert_eq!(
        [seen.covered, seen.missing].concat(),
        ["/leaf absent", "/next", "/leaf", "/next absent"]
    );
    assert!(!seen.is_cut);
    let list =
        json!({"type": "array", "items": {"oneOf": [tree, {"type": "array", "items": tree}]}});
    assert!(
        places(&list, &[json!([{"next": {}}])])
            .covered
            .contains(&"/* oneOf Tree".to_owned())
    );
}

#[test]
fn what_a_schema_may_cost_is_bounded() {
    let wide: serde_json::Map<String, Value> = (0..PLACES_MAX)
        .map(|it| (format!("m{it}"), json!({"type": "string"})))
        .collect();
    let wide = places(
        &json!({"type": "object", "properties": wide}),
        &[json!({"m0": ""})],
    );
    assert!(wide.is_cut);
    assert_eq!(wide.covered.len() + wide.missing.len(), PLACES_MAX);
    // Each step doubles what there is to follow, and none has a place of its own.
    let mut deep = json!({"type": "object"});
    for _ in 0..40 {
        deep = json!({"allOf": [deep.clone(), deep]});
        if deep.to_string().len() > 100_000 {
            break;
        }
    }
    assert!(places(&deep, &[json!({})]).is_cut);
}
