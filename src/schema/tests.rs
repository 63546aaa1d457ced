//! Tests of whole schemas: what is valid, what is not, and how it is told.

use proptest::prelude::*;
use serde_json::json;

use super::*;

mod patterns;

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("the test's own JSON")
}

fn schema(document: &Value) -> Schema {
    Schema::compile(document).expect("the test's own schema")
}

/// Violations as `instance | keyword | message`.
fn told(document: &Value, text: &str) -> Vec<String> {
    let schema = schema(document);
    let value = value(text);
    let violations = schema.violations(&value);
    assert_eq!(violations.is_empty(), schema.is_valid(&value), "{text}");
    violations
        .iter()
        .map(|violation| {
            format!(
                "{} | {} | {}",
                violation.instance, violation.keyword, violation.message
            )
        })
        .collect()
}

fn order() -> Value {
    json!({
        "$schema": DIALECT,
        "$ref": "#/$defs/Order",
        "$defs": {
            "Order": {
                "type": "object",
                "required": ["id", "total"],
                "properties": {
                    "id": {"type": "string", "maxLength": 4},
                    "total": {"$ref": "#/$defs/a~1b"},
                    "state": {"enum": ["open", "paid"]},
                    "lines": {"type": "array", "items": {"$ref": "#/$defs/Order"}, "minItems": 1},
                },
                "additionalProperties": false,
            },
            "a/b": {"type": ["integer", "null"], "format": "int32", "minimum": 0},
        },
    })
}

#[test]
fn a_valid_value_has_no_violations() {
    assert_eq!(
        told(
            &order(),
            r#"{"id": "a", "total": 1.0, "lines": [{"id": "b", "total": null}]}"#
        ),
        [""; 0]
    );
}

#[test]
fn all_violations_are_told_in_the_order_of_the_value() {
    assert_eq!(
        told(
            &order(),
            r#"{"state": "x", "lines": [{"total": -1, "zz": [1], "aa": 1}, 3], "id": "too long", "total": "3"}"#
        ),
        [
            "/state | /$defs/Order/properties/state/enum | expected one of \"open\", \"paid\", got string \"x\"",
            "/lines/0 | /$defs/Order/additionalProperties | the member `zz` is not allowed here",
            "/lines/0 | /$defs/Order/additionalProperties | the member `aa` is not allowed here",
            "/lines/0 | /$defs/Order/required | the member `id` is missing",
            "/lines/0/total | /$defs/a~1b/minimum | expected at least 0, got integer -1",
            "/lines/1 | /$defs/Order/type | expected object, got integer 3",
            "/id | /$defs/Order/properties/id/maxLength | expected at most 4 characters, got 8 characters: \"too long\"",
            "/total | /$defs/a~1b/type | expected null or integer, got string \"3\"",
        ]
    );
}

#[test]
fn a_violation_names_its_parts() {
    let found = schema(&order()).violations(&value(r#"{"id": "a", "extra": {}}"#));
    let parts: Vec<_> = found
        .iter()
        .map(|violation| {
            let Violation {
                keyword_name,
                expected,
                actual,
                property,
                ..
            } = violation;
            (
                keyword_name.as_str(),
                expected.as_str(),
                actual.as_str(),
                property.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        parts,
        [
            (
                "additionalProperties",
                "no member `extra`",
                "an empty object",
                Some("extra")
            ),
            (
                "required",
                "a member `total`",
                "object with 2 members",
                Some("total")
            ),
        ]
    );
}

/// Each case: a schema, a value that breaks one rule, and what is said about it.
fn check_words(cases: &[(&str, &str, &str)]) {
    for (document, text, expected) in cases {
        let told = told(&value(document), text);
        assert_eq!(told.len(), 1, "{document} {text}: {told:?}");
        assert!(
            told[0].ends_with(&format!("| {expected}")),
            "{document} {text}: {told:?}"
        );
    }
}

#[test]
fn rules_of_scalars_have_their_words() {
    check_words(&[
        (
            r#"{"const": {"a": 1}}"#,
            "2",
            r#"expected {"a":1}, got integer 2"#,
        ),
        (r#"{"enum": [1]}"#, "2.5", "expected 1, got number 2.5"),
        (
            r#"{"minLength": 1}"#,
            "\"\"",
            "expected at least 1 character, got 0 characters: \"\"",
        ),
        (
            r#"{"maximum": 1}"#,
            "2",
            "expected at most 1, got integer 2",
        ),
        (
            r#"{"exclusiveMaximum": 1}"#,
            "1",
            "expected less than 1, got integer 1",
        ),
        (
            r#"{"exclusiveMinimum": 1}"#,
            "1",
            "expected more than 1, got integer 1",
        ),
        (
            r#"{"multipleOf": 3}"#,
            "4",
            "expected a multiple of 3, got integer 4",
        ),
        (
            r#"{"pattern": "^a"}"#,
            "\"b\"",
            "expected text that matches `^a`, got string \"b\"",
        ),
        (
            r#"{"format": "int32"}"#,
            "1.5",
            "expected an integer of 32 bits, got number 1.5",
        ),
        (
            r#"{"format": "ipv4"}"#,
            "\"x\"",
            "expected an IPv4 address, got string \"x\"",
        ),
        ("false", "1", "expected nothing, got integer 1"),
        (
            r#"{"not": {"type": "null"}}"#,
            "null",
            "expected what `not` does not describe, got null",
        ),
        (
            r#"{"oneOf": [true, false, true]}"#,
            "1",
            "expected exactly one of 3 alternatives, got integer 1 that fits alternatives 1 and 3",
        ),
    ]);
}

#[test]
fn rules_of_arrays_have_their_words() {
    check_words(&[
        (
            r#"{"maxItems": 1}"#,
            "[1, 2]",
            "expected at most 1 item, got 2 items",
        ),
        (
            r#"{"minItems": 2}"#,
            "[1]",
            "expected at least 2 items, got 1 item",
        ),
        (
            r#"{"uniqueItems": true}"#,
            "[1, 1.0]",
            "expected items that all differ, got array of 2 items with repeated items",
        ),
        (
            r#"{"contains": {"type": "null"}}"#,
            "[1]",
            "expected an array with fitting items, as `contains` asks, got array of 1 item",
        ),
        (
            r#"{"items": false}"#,
            "[1]",
            "expected nothing, got integer 1",
        ),
        (
            r#"{"prefixItems": [true], "items": false}"#,
            "[1, 2]",
            "expected nothing, got integer 2",
        ),
        (
            r#"{"unevaluatedItems": false}"#,
            "[1]",
            "expected no further items, got array of 1 item with 1 unexpected item",
        ),
    ]);
}

#[test]
fn rules_of_objects_have_their_words() {
    check_words(&[
        (
            r#"{"maxProperties": 0}"#,
            r#"{"a": 1}"#,
            "expected at most 0 members, got 1 member",
        ),
        (
            r#"{"minProperties": 1}"#,
            "{}",
            "expected at least 1 member, got 0 members",
        ),
        (
            r#"{"properties": {"a": false}}"#,
            r#"{"a": true}"#,
            "expected nothing, got boolean true",
        ),
        (
            r#"{"unevaluatedProperties": false}"#,
            r#"{"a": 1}"#,
            "the member `a` is not allowed here",
        ),
        (
            r#"{"additionalProperties": false}"#,
            r#"{"a": 1}"#,
            "the member `a` is not allowed here",
        ),
        (
            r#"{"properties": {"additionalProperties": false}}"#,
            r#"{"additionalProperties": {"a": 1}}"#,
            "expected nothing, got object with 1 member",
        ),
        (
            r#"{"propertyNames": {"maxLength": 1}}"#,
            r#"{"ab": 1}"#,
            "expected at most 1 character, got 2 characters: \"ab\"",
        ),
        (
            r#"{"dependentRequired": {"a": ["b"]}}"#,
            r#"{"a": 1}"#,
            "the member `b` is missing",
        ),
    ]);
}

#[test]
fn the_nearest_alternative_is_told() {
    let pets = json!({"oneOf": [
        {"type": "string"},
        {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind"]},
        {"type": "object", "properties": {"kind": {"const": "dog"}, "bark": {"type": "string"}}, "required": ["kind", "bark"]},
    ]});
    assert_eq!(
        told(
            &json!({"properties": {"pet": pets}}),
            r#"{"pet": {"kind": "dog", "lives": "x"}}"#
        ),
        [
            "/pet | /properties/pet/oneOf | expected exactly one of 3 alternatives, got object with 2 members",
            "/pet | /properties/pet/oneOf/2/required | the member `bark` is missing",
        ]
    );
    let nested = json!({"anyOf": [{"type": "null"}, {"anyOf": [{"type": "null"}, {"type": "array", "items": {"type": "null"}}]}]});
    assert_eq!(
        told(&nested, "[null, 1]"),
        [
            " | /anyOf | expected one of 2 alternatives, got array of 2 items",
            " | /anyOf/1/anyOf | expected one of 2 alternatives, got array of 2 items",
            "/1 | /anyOf/1/anyOf/1/items/type | expected null, got integer 1",
        ]
    );
}

#[test]
fn long_values_are_cut() {
    let text = format!("\"{}\"", "é".repeat(VALUE_CHARS_MAX + 5));
    let told = told(&json!({"type": "null"}), &text);
    assert!(told[0].ends_with("\"… (5 more characters)"), "{told:?}");
    let names: Vec<String> = (0..500).map(|number| format!("name{number}")).collect();
    let found = schema(&json!({"enum": names})).violations(&json!(1));
    assert!(
        found[0].expected.chars().count() < 300 && found[0].expected.ends_with(" more)"),
        "{}",
        found[0].expected
    );
}

#[test]
fn the_number_of_violations_is_bounded() {
    let many = Value::from(vec![1; VIOLATIONS_MAX + 7]);
    let found = schema(&json!({"items": {"type": "null"}})).violations(&many);
    assert_eq!((found.len(), found.omitted), (VIOLATIONS_MAX, 7));
    let members: serde_json::Map<String, Value> = (0..VIOLATIONS_MAX + 3)
        .map(|number| (number.to_string(), json!(1)))
        .collect();
    let document = json!({"additionalProperties": false, "required": ["zz"]});
    let found = schema(&document).violations(&Value::Object(members));
    assert_eq!((found.len(), found.omitted), (VIOLATIONS_MAX, 4));
}

#[test]
fn numbers_are_judged_exactly() {
    let document = value(r#"{"maximum": 9007199254740992, "multipleOf": 0.1}"#);
    assert_eq!(told(&document, "9007199254740993").len(), 1);
    assert_eq!(told(&document, "0.3").len(), 0);
    assert_eq!(told(&json!({"const": 1}), "1.0").len(), 0);
    assert_eq!(told(&json!({"enum": [100]}), "1e2").len(), 0);
    assert_eq!(told(&json!({"type": "integer"}), "1e400").len(), 0);
}

#[test]
fn what_is_no_schema_is_refused_with_its_place() {
    for (document, place) in [
        (json!({"type": "strin"}), "/type"),
        (
            json!({"properties": {"a": {"minLength": -1}}}),
            "/properties/a/minLength",
        ),
        (
            json!({"properties": {"a": {"pattern": "("}}}),
            "/properties/a/pattern",
        ),
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#"}),
            "/$schema",
        ),
        (json!({"$schema": 1}), "/$schema"),
        (json!(1), ""),
    ] {
        let error = Schema::compile(&document).expect_err("no schema");
        assert_eq!(error.keyword.as_str(), place, "{document}: {error:?}");
        assert!(!error.message.is_empty());
    }
}

#[test]
fn references_stay_within_the_document() {
    for target in [
        "#/$defs/Missing",
        "https://example.com/other.json",
        "file:///etc/passwd",
        "other.json#/a",
    ] {
        let error = Schema::compile(&json!({"properties": {"a": {"$ref": target}}}))
            .expect_err("not in the document");
        let name = target.rsplit('/').next().unwrap_or(target);
        assert!(error.message.contains(name), "{target}: {error}");
    }
}

#[test]
fn look_around_works_and_is_bounded() {
    let document = json!({"pattern": "^(?!x)(a+)+$"});
    assert_eq!(told(&document, "\"aaa\"").len(), 0);
    assert_eq!(told(&document, "\"xaa\"").len(), 1);
    let hostile = format!("\"{}b\"", "a".repeat(200));
    assert_eq!(told(&document, &hostile).len(), 1);
    let linear = json!({"pattern": "^(a+)+$"});
    assert_eq!(
        told(&linear, &format!("\"{}b\"", "a".repeat(100_000))).len(),
        1
    );
}

#[test]
fn references_in_circles_end() {
    for document in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}}),
    ] {
        let schema = schema(&document);
        let _ = schema.is_valid(&json!({"a": [1]}));
        let _ = schema.violations(&json!({"a": [1]}));
    }
}

#[test]
fn the_deepest_values_and_documents_are_judged() {
    let deepest = |innermost: Value, wrap: fn(Value) -> Value, levels: usize| {
        (0..levels).fold(innermost, |inner, _| wrap(inner))
    };
    let tree = json!({"anyOf": [{"type": "null"}, {"type": "array", "items": {"$ref": "#"}}]});
    let wrap: fn(Value) -> Value = |inner| json!([inner]);
    let levels = crate::json::DEPTH_MAX;
    assert!(schema(&tree).is_valid(&deepest(json!(null), wrap, levels)));
    assert!(
        !schema(&tree)
            .violations(&deepest(json!(1), wrap, levels))
            .is_empty()
    );
    let wrap: fn(Value) -> Value = |inner| json!({ "items": inner });
    let document = deepest(json!({"type": "null"}), wrap, levels - 1);
    let wrap: fn(Value) -> Value = |inner| json!([inner]);
    assert_eq!(
        schema(&document)
            .violations(&deepest(json!(1), wrap, levels - 1))
            .len(),
        1
    );
}

#[test]
fn long_chains_of_references_are_followed() {
    let last = 2_000;
    let mut definitions: serde_json::Map<String, Value> = (0..last)
        .map(|number| {
            (
                format!("d{number}"),
                json!({"$ref": format!("#/$defs/d{}", number + 1)}),
            )
        })
        .collect();
    definitions.insert(format!("d{last}"), json!({"type": "null"}));
    let found = schema(&json!({"$ref": "#/$defs/d0", "$defs": definitions})).violations(&json!(1));
    assert_eq!(found[0].keyword.as_str(), format!("/$defs/d{last}/type"));
}

#[test]
fn a_schema_is_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    shared(&schema(&order()));
}

proptest! {
    /// Whatever the document says, compiling gives a schema or an error, and judging agrees with itself.
    #[test]
    fn any_small_schema_compiles_or_fails(
        keyword in "type|enum|pattern|format|items|properties|required|\\$ref|allOf|minimum",
        operand in prop_oneof![
            Just(json!("string")), Just(json!(["a"])), Just(json!({"a": false})), Just(json!(1)),
            Just(json!(null)), Just(json!("#")), Just(json!([{"type": "null"}])),
        ],
        body in prop_oneof![Just(json!("a")), Just(json!({"a": 1})), Just(json!([1])), Just(json!(null))],
    ) {
        if let Ok(schema) = Schema::compile(&json!({keyword: operand})) {
            prop_assert_eq!(schema.is_valid(&body), schema.violations(&body).is_empty());
        }
    }
}

#[test]
fn of_a_huge_value_only_the_first_violation_is_looked_for() {
    let schema = Schema::compile(&json!({"items": {"type": "string"}})).expect("a schema");
    let huge = json!(vec![1; VALUES_MAX]);
    assert_eq!(schema.violations(&huge).len(), 1);
    let large = json!(vec![1; 1_000]);
    let violations = schema.violations(&large);
    assert_eq!(violations.len() + violations.omitted, 1_000);
}
