//! Of any schema: what is wrong is wrong, what is right is right, and the same seed gives the same list.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{contract, request, taking};
use crate::contract::SchemaUse;
use crate::sample::sample;
use crate::vary::{Expect, Kind, VARIATIONS_MAX, Varied, shrink, variations};
use crate::world::Entropy;

/// Schemas as people write them.
fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (-50_i64..50, 0_i64..50).prop_map(
            |(low, more)| json!({"type": "integer", "minimum": low, "maximum": low + more})
        ),
        (1_i64..9, 0_i64..9).prop_map(
            |(grid, low)| json!({"type": "number", "exclusiveMinimum": low, "multipleOf": grid})
        ),
        (0_u8..12, 0_u8..9).prop_map(
            |(low, more)| json!({"type": "string", "minLength": low, "maxLength": low + more})
        ),
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "string"})),
        Just(json!({"type": ["string", "null"], "format": "date-time"})),
        Just(json!({"enum": ["a", "b", 3]})),
        Just(json!({"const": "x"})),
        Just(json!({"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"})),
        Just(json!({"type": "string", "format": "uuid"})),
        Just(json!({"$ref": "#/components/schemas/Tree"})),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let members =
            proptest::collection::vec((inner.clone(), any::<bool>(), any::<bool>()), 0..4);
        prop_oneof![
            (members, any::<bool>()).prop_map(|(members, is_open)| {
                let mut required = Vec::new();
                let mut properties = Map::new();
                for (index, (schema, is_required, is_read_only)) in members.into_iter().enumerate()
                {
                    let schema = if is_read_only {
                        json!({"allOf": [schema], "readOnly": true})
                    } else {
                        schema
                    };
                    required.extend(is_required.then(|| format!("m{index}")));
                    properties.insert(format!("m{index}"), schema);
                }
                json!({"type": "object", "required": required, "properties": properties, "additionalProperties": is_open})
            }),
            (inner.clone(), 0_u8..3, any::<bool>()).prop_map(|(items, least, unique)| {
                json!({"type": "array", "items": items, "minItems": least, "maxItems": least + 1, "uniqueItems": unique})
            }),
            proptest::collection::vec(inner.clone(), 1..3)
                .prop_map(|branches| json!({"oneOf": branches})),
            (inner.clone(), inner).prop_map(|(one, other)| json!({"anyOf": [{"allOf": [one]}, other]})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn what_is_wrong_is_wrong_and_what_is_right_is_right(schema in schemas(), seed: u64) {
        let contract = contract("/things", "post", &taking(&schema));
        let operation = &contract.operations[0];
        let documented = operation.request_body.as_ref().expect("a body");
        let using: &SchemaUse = documented.content[0].schema.as_ref().expect("a schema");
        let Some(value) = sample(&contract, using) else {
            return Ok(());
        };
        let request = request("/things", Some(&value));
        let entropy = Entropy::from_seed(seed);
        let varied = variations(&contract, operation, &request, &entropy).expect("it is allowed");
        let again = variations(&contract, operation, &request, &entropy);
        prop_assert_eq!(Ok(&varied), again.as_ref(), "the same seed gives the same list");
        prop_assert!(varied.list.len() <= VARIATIONS_MAX);
        let Varied { list, .. } = varied;
        let judge = using.judge(&contract).expect("a schema");
        let whole = [Kind::WRONG_MEDIA_TYPE, Kind::MALFORMED_JSON, Kind::REQUIRED_MISSING];
        for variation in &list {
            prop_assert_ne!(&variation.request, &request, "{} differs", &variation.name);
            if variation.place.pointer.is_root() && whole.contains(&variation.kind) {
                continue;
            }
            // Judged here by the schema alone, and not by the proof.
            let body = serde_json::from_slice(&variation.request.body).expect("it is JSON");
            let is_right = judge.examine(&body).violations.is_empty();
            prop_assert_eq!(is_right, variation.expect() == Expect::Accepted, "{}: {}", &variation.name, body);
        }
        let names: std::collections::BTreeSet<&str> = list.iter().map(|it| it.name.as_str()).collect();
        prop_assert_eq!(names.len(), list.len(), "names are unique");
        for variation in list.iter().take(4) {
            for smaller in shrink(&contract, operation, variation) {
                let size = |it: &crate::http::Request| it.url.len() + it.body.len();
                prop_assert!(size(&smaller.request) < size(&variation.request) || variation.kind == Kind::WRONG_MEDIA_TYPE);
                prop_assert_eq!(&smaller.name, &variation.name);
            }
        }
    }

    #[test]
    fn no_request_panics(path in "[/a-z{}%0-9?&=;.]{0,30}", header in ".{0,10}", body: Vec<u8>) {
        let operation = json!({
            "operationId": "put", "responses": {"204": {"description": "d"}},
            "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "format": "int32"}},
                {"name": "a", "in": "query", "style": "deepObject", "explode": true, "schema": {"type": "object"}},
                {"name": "b", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}},
                {"name": "c", "in": "cookie", "schema": {"type": "integer"}}
            ],
            "requestBody": {"content": {"*/*": {"schema": {"type": "object", "properties": {"a": {"type": "integer"}}}}}}
        });
        let contract = contract("/things/{id}", "put", &operation);
        for content_type in ["application/json", "application/xml", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded", ";"] {
            let mut request = request(&path, None);
            request.headers.push("content-type", content_type);
            request.headers.push("cookie", header.as_str());
            request.body = body.clone().into();
            let entropy = Entropy::from_seed(0);
            if let Ok(varied) = variations(&contract, &contract.operations[0], &request, &entropy) {
                for variation in varied.list.iter().take(2) {
                    drop(shrink(&contract, &contract.operations[0], variation));
                }
            }
        }
    }
}
