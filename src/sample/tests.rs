//! What is made up satisfies its schema; where nothing can be made, nothing is handed out.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::contract::Direction;
use crate::openapi;
use crate::source::Source;

/// The sample of a schema, judged by its judge once more.
fn made(schema: &Value, direction: Direction) -> Option<Value> {
    let document = json!({
        "openapi": "3.1.1", "info": {"title": "T", "version": "1"}, "paths": {},
        "components": {"schemas": {"It": schema, "Tree": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
        }}}}
    });
    let source = Source::parse("c.json", document.to_string()).expect("it is JSON");
    let (contract, problems) = openapi::lower("c", &Arc::new(source));
    assert_eq!(problems, [], "{schema}");
    let contract = contract.expect("a contract");
    let place = Pointer::parse("/components/schemas/It").expect("a pointer");
    let using = SchemaUse::new(place, direction);
    let value = sample(&contract, &using);
    if let Some(value) = &value {
        let judge = using.judge(&contract).expect("a schema");
        assert!(judge.examine(value).is_clean(), "{schema}: {value}");
    }
    assert_eq!(
        value,
        sample(&contract, &using),
        "the same schema gives the same value"
    );
    value
}

#[test]
fn what_people_write_gets_a_value() {
    for schema in [
        json!({}),
        json!(true),
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "minLength": 20, "maxLength": 25}}}),
        json!({"type": "string", "pattern": "^[a-z]{3}-[0-9]{4}$"}),
        json!({"type": "string", "maxLength": 2}),
        json!({"type": "integer", "minimum": 10, "multipleOf": 7}),
        json!({"type": "integer", "exclusiveMaximum": -3}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        json!({"type": "number", "multipleOf": 0.25, "minimum": 0.3}),
        json!({"type": "array", "items": {"type": "string"}, "minItems": 3, "uniqueItems": true}),
        json!({"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "uniqueItems": true}),
        json!({"type": "array", "prefixItems": [{"type": "integer"}, {"const": "x"}], "items": false}),
        json!({"type": "array", "contains": {"const": 5}, "items": {"type": "integer"}}),
        json!({"allOf": [{"$ref": "#/components/schemas/Tree"}, {"required": ["size"], "properties": {"size": {"type": "integer"}}}]}),
        json!({"oneOf": [{"not": {}}, {"type": "boolean"}]}),
        json!({"oneOf": [{"type": "object", "required": ["k"], "properties": {"k": {"const": "a"}}}, {"type": "object", "required": ["k"], "properties": {"k": {"const": "b"}}}]}),
        json!({"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}}),
        json!({"type": "object", "properties": {"a": {"enum": [1, 2]}}, "if": {"properties": {"a": {"const": 1}}}, "then": {"required": ["b"]}}),
        json!({"type": ["null", "integer"]}),
        json!({"$ref": "#/components/schemas/Tree"}),
        json!({"type": "string", "enum": ["x", "y"], "allOf": [{"enum": ["y", "z"]}]}),
    ] {
        assert!(made(&schema, Direction::Request).is_some(), "{schema}");
    }
    for format in [
        "date-time",
        "date",
        "time",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "uri",
        "uri-reference",
        "uuid",
        "json-pointer",
        "regex",
        "byte",
        "base64url",
        "char",
        "uri-template",
        "idn-email",
        "iri",
    ] {
        let many = json!({"type": "array", "minItems": 3, "uniqueItems": true, "items": {"type": "string", "format": format}});
        assert!(made(&many, Direction::Request).is_some(), "{format}");
    }
    for format in ["int32", "int64", "uint8", "float", "double"] {
        let schema = json!({"type": "number", "format": format});
        assert!(made(&schema, Direction::Request).is_some(), "{format}");
    }
}

#[test]
fn examples_count_before_what_is_made_up() {
    let schema = json!({"type": "object", "required": ["a", "b", "c"], "properties": {
        "a": {"type": "string", "example": "Ada"}, "b": {"type": "integer", "default": 9}, "c": {"type": "string", "examples": [7, "no"]}
    }});
    let value = made(&schema, Direction::Request);
    // Where an example breaks its schema, none is trusted.
    assert_eq!(value, Some(json!({"a": "a", "b": 1, "c": "c"})));
    let schema = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}, "example": {"a": "whole"}});
    assert_eq!(
        made(&schema, Direction::Request),
        Some(json!({"a": "whole"}))
    );
}

#[test]
fn what_only_the_other_side_writes_is_left_out() {
    let schema = json!({"type": "object", "required": ["id", "name", "secret"], "properties": {
        "id": {"type": "integer", "readOnly": true}, "name": {"type": "string"}, "secret": {"type": "string", "writeOnly": true}
    }});
    assert_eq!(
        made(&schema, Direction::Request),
        Some(json!({"name": "name", "secret": "secret"}))
    );
    assert_eq!(
        made(&schema, Direction::Response),
        Some(json!({"id": 1, "name": "name"}))
    );
}

#[test]
fn elements_are_the_same_where_there_is_one_value() {
    let one = json!({"type": "integer", "minimum": 7, "maximum": 7});
    let mut schema = json!({"type": "array", "minItems": 2, "items": one});
    assert_eq!(made(&schema, Direction::Request), Some(json!([7, 7])));
    schema["uniqueItems"] = json!(true);
    assert_eq!(made(&schema, Direction::Request), None);
}

#[test]
fn what_nothing_satisfies_gets_nothing() {
    for schema in [
        json!(false),
        json!({"type": "integer", "minimum": 3, "maximum": 2}),
        json!({"type": "integer", "multipleOf": 10, "minimum": 1, "maximum": 9}),
        json!({"type": "string", "pattern": "^a$", "minLength": 2}),
        json!({"type": "object", "required": ["a"], "properties": {"a": false}}),
        json!({"allOf": [{"const": 1}, {"const": 2}]}),
        json!({"type": "array", "minItems": 100_000_000}),
        json!({"type": "string", "minLength": 100_000_000}),
        json!({"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/components/schemas/It"}}}),
    ] {
        assert_eq!(made(&schema, Direction::Request), None, "{schema}");
    }
}

/// Schemas as people write them.
fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0_i64..50, 0_i64..50).prop_map(
            |(low, more)| json!({"type": "integer", "minimum": low, "maximum": low + more})
        ),
        (0_u8..12, 0_u8..9).prop_map(
            |(low, more)| json!({"type": "string", "minLength": low, "maxLength": low + more})
        ),
        Just(json!({"type": "boolean"})),
        Just(json!({"type": ["string", "null"], "format": "date-time"})),
        Just(json!({"enum": ["a", "b", 3]})),
        Just(json!({"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"})),
        Just(json!({"$ref": "#/components/schemas/Tree"})),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let members =
            proptest::collection::vec((inner.clone(), any::<bool>(), any::<bool>()), 0..4);
        prop_oneof![
            members.prop_map(|members| {
                let name = |index: usize| format!("m{index}");
                let mut required = Vec::new();
                let mut properties = Map::new();
                for (index, (schema, is_required, is_read_only)) in members.into_iter().enumerate()
                {
                    let schema = if is_read_only {
                        json!({"allOf": [schema], "readOnly": true})
                    } else {
                        schema
                    };
                    required.extend(is_required.then(|| name(index)));
                    properties.insert(name(index), schema);
                }
                json!({"type": "object", "required": required, "properties": properties})
            }),
            (inner.clone(), 0_u8..3).prop_map(
                |(items, least)| json!({"type": "array", "items": items, "minItems": least})
            ),
            proptest::collection::vec(inner.clone(), 1..3)
                .prop_map(|branches| json!({"anyOf": branches})),
            inner.prop_map(|one| json!({"allOf": [one]})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_value_that_is_made_satisfies_its_schema_and_most_schemas_get_one(schema in schemas()) {
        prop_assert!(made(&schema, Direction::Request).is_some(), "{schema}");
    }
}
