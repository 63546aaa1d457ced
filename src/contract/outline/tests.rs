//! Which places and types a schema leaves, and where it leaves everything open.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::json::Path;
use crate::source::Source;

/// An outline of a schema that may refer to `#/schemas/..`.
fn outline(schema: &Value, shared: &Value) -> Outline {
    let document = json!({"schema": schema, "schemas": shared});
    let source = Source::parse("c.json", document.to_string()).expect("it is JSON");
    let contract = Contract {
        api: String::new(),
        title: String::new(),
        version: String::new(),
        source: Arc::new(source),
        documents: Vec::new(),
        translated: None,
        copies: Vec::new(),
        servers: Vec::new(),
        security_schemes: Vec::new(),
        token_schemes: Vec::new(),
        operations: Vec::new(),
        schemas: Vec::new(),
        shared: crate::contract::Shared::default(),
    };
    let place = Pointer::root().join("schema");
    Outline::new(&contract, &place, Direction::Response)
}

fn at(schema: &Value, pointer: &str) -> Result<String, String> {
    let shared = json!({
        "Tree": {"type": "object", "properties": {"next": {"$ref": "#/schemas/Tree"}, "size": {"type": "integer"}}},
    });
    let outline = outline(schema, &shared);
    let pointer = Pointer::parse(pointer).expect("the test's own pointer");
    let found = outline.root().at(&pointer);
    found
        .map(|it| it.types().to_string())
        .map_err(|miss| format!("{} of {:?} {}", miss.name, miss.declared, miss.place))
}

#[test]
fn what_is_declared_is_there_with_its_types() {
    let object = json!({"type": "object", "properties": {"a": {"type": ["string", "null"]}}});
    assert_eq!(at(&object, "/a").as_deref(), Ok("null or string"));
    assert_eq!(at(&object, "/b"), Err("b of [\"a\"] /schema".to_owned()));
    assert!(at(&object, "/a/x").is_err());
    let tree = json!({"$ref": "#/schemas/Tree"});
    assert_eq!(at(&tree, "/next/next/size").as_deref(), Ok("integer"));
    assert_eq!(
        at(&tree, "/next/siz").expect_err("no such").as_str(),
        "siz of [\"next\", \"size\"] /schemas/Tree"
    );
    let array = json!({"prefixItems": [{"const": 1}], "items": {"enum": ["x", true]}, "maxItems": 3, "type": "array"});
    assert_eq!(at(&array, "/0").as_deref(), Ok("integer"));
    assert_eq!(at(&array, "/2").as_deref(), Ok("boolean or string"));
    assert!(at(&array, "/3").is_err() && at(&array, "/x").is_err());
}

#[test]
fn choices_and_parts_are_taken_together() {
    let all = json!({"allOf": [
        {"type": "object", "properties": {"a": {"type": "number"}}},
        {"properties": {"a": {"type": ["integer", "string"]}, "b": {}}}
    ]});
    assert_eq!(at(&all, "/a").as_deref(), Ok("integer"));
    assert_eq!(at(&all, "/b").as_deref(), Ok("any type"));
    assert!(at(&all, "/c").is_err());
    let one = json!({"type": "object", "oneOf": [
        {"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "null"}}, "required": ["b"]}
    ]});
    assert_eq!(at(&one, "/b").as_deref(), Ok("null"));
    assert!(at(&one, "/c").is_err());
    let sometimes = json!({"properties": {"k": {}}, "if": {}, "then": {"properties": {"t": {"type": "boolean"}}}});
    assert_eq!(at(&sometimes, "/t").as_deref(), Ok("boolean"));
}

#[test]
fn what_is_left_open_is_open() {
    for open in [
        json!({}),
        json!(true),
        json!({"type": "object"}),
        json!({"properties": {"b": {}}, "additionalProperties": true}),
        json!({"anyOf": [{"properties": {"b": {}}}, {"type": "object"}]}),
        json!({"properties": {"b": {}}, "patternProperties": {"^a": {}}}),
    ] {
        assert_eq!(at(&open, "/a/b/0").as_deref(), Ok("any type"), "{open}");
    }
    let map = json!({"additionalProperties": {"type": "integer"}, "properties": {"b": {"type": "string"}}});
    assert_eq!(at(&map, "/a").as_deref(), Ok("integer"));
    assert_eq!(at(&map, "/b").as_deref(), Ok("string"));
    let closed = json!({"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}, "additionalProperties": false}]});
    assert!(at(&closed, "/a").is_err());
    assert!(at(&json!(false), "/a").is_err());
}

#[test]
fn what_the_other_side_must_not_send_is_not_there() {
    let schema = json!({"properties": {"secret": {"type": "string", "writeOnly": true}, "a": {}}});
    assert_eq!(
        at(&schema, "/secret"),
        Err("secret of [\"a\"] /schema".to_owned())
    );
}

fn finds(schema: &Value, query: &str) -> Result<usize, String> {
    let outline = outline(
        schema,
        &json!({"Tree": {"type": "object", "properties": {
            "next": {"$ref": "#/schemas/Tree"}, "id": {"const": "x"}
        }}}),
    );
    let path = Path::parse(query).expect("the test's own query");
    let found = outline.root().find(&path.segments());
    found.map(|it| it.len()).map_err(|miss| miss.name)
}

#[test]
fn queries_are_followed_through_choices_and_below() {
    let page = json!({"type": "object", "properties": {"items": {"type": "array", "items": {"$ref": "#/schemas/Tree"}}}});
    assert_eq!(finds(&page, "$.items[*].id"), Ok(1));
    assert_eq!(finds(&page, "$.items[?@.id == 'y'].next.id"), Ok(1));
    // That of an element, and that of every `next`.
    assert_eq!(finds(&page, "$..id"), Ok(2));
    assert_eq!(finds(&page, "$.items[-1]['id', 'no']"), Ok(1));
    assert_eq!(finds(&page, "$.itms[*].id"), Err("itms".to_owned()));
    assert_eq!(finds(&page, "$.items.id"), Err("id".to_owned()));
    assert_eq!(finds(&page, "$..no"), Err("no".to_owned()));
    assert_eq!(finds(&page, "$.items[0].id[*]"), Err("*".to_owned()));
    assert_eq!(finds(&json!({}), "$.a..b[*]"), Ok(1));
    for query in [
        "$.items[?@.idd == 'y']",
        "$.items[?!@.id && count(@.idd) > 1].id",
        "$..[?@.idd]",
    ] {
        assert_eq!(finds(&page, query), Err("idd".to_owned()), "{query}");
    }
    assert_eq!(
        finds(&page, "$.items[?@.next.id > 'a' || @ == $.no]"),
        Ok(1)
    );
    assert_eq!(finds(&json!({}), "$.a[?@.b]"), Ok(1));
}

#[test]
fn fixed_values_are_those_of_every_choice() {
    let fixed = |schema: Value| {
        let outline = outline(&schema, &json!({}));
        let root = outline.root();
        root.fixed()
            .map(|it| it.into_iter().cloned().collect::<Vec<_>>())
    };
    assert_eq!(fixed(json!({"const": 1})), Some(vec![json!(1)]));
    assert_eq!(
        fixed(json!({"anyOf": [{"enum": [1, 2]}, {"const": 3}]})).map(|it| it.len()),
        Some(3)
    );
    assert_eq!(
        fixed(json!({"anyOf": [{"enum": [1, 2]}, {"type": "string"}]})),
        None
    );
    assert_eq!(fixed(json!({})), None);
}

#[test]
fn a_schema_with_too_many_choices_says_nothing() {
    let branch = json!({"oneOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}, {"properties": {"c": {}}}]});
    let many = json!({"type": "object", "allOf": vec![branch; 40]});
    assert_eq!(at(&many, "/zzz").as_deref(), Ok("any type"));
}

#[test]
fn formats_and_tuples_are_told_only_where_every_choice_has_them() {
    let spot = |schema: Value, tell: &dyn Fn(Spot<'_>) -> String| {
        tell(outline(&schema, &json!({})).root())
    };
    let formats = |schema| spot(schema, &|it| format!("{:?}", it.formats()));
    assert_eq!(
        formats(json!({"type": "string", "format": "date"})),
        "Some([\"date\"])"
    );
    let either = json!({"oneOf": [{"format": "date"}, {"format": "uuid"}]});
    assert_eq!(formats(either), "Some([\"date\", \"uuid\"])");
    let some = json!({"oneOf": [{"format": "date"}, {"type": "string"}]});
    assert_eq!(formats(some), "None");
    assert_eq!(formats(json!(true)), "None");
    let is_tuple = |schema| spot(schema, &|it| it.is_tuple().to_string());
    assert_eq!(is_tuple(json!({"prefixItems": [{}, {}]})), "true");
    for open in [
        json!({"prefixItems": [{}]}),
        json!({"items": {}}),
        json!(true),
        json!(false),
    ] {
        assert_eq!(is_tuple(open), "false");
    }
}
