//! What 3.0 writes differently, how it is judged then, and what 3.0 does not have.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::contract::{Contract, Direction, SchemaUse};
use crate::json::Pointer;
use crate::openapi::lower;
use crate::problem::Problem;
use crate::source::Source;

/// A document of 3.0 with these shared schemas, which begin at line 6.
fn read(schemas: &str) -> (Contract, Vec<Problem>) {
    let text = format!(
        "openapi: 3.0.4\ninfo: {{title: T, version: '1'}}\npaths: {{}}\ncomponents:\n  schemas:\n{schemas}"
    );
    let source = Source::parse("openapi.yaml", text).expect("YAML");
    let (contract, problems) = lower("t", &Arc::new(source));
    (contract.expect("a contract"), problems)
}

/// The places in the contract that each value breaks, with the lines that they stand in.
fn broken(schema: &str, values: &[Value]) -> Vec<Vec<String>> {
    let (contract, problems) = read(&format!("    A: {schema}\n    B: {{type: string}}\n"));
    assert_eq!(problems, []);
    let pointer = Pointer::parse("/components/schemas/A").expect("a pointer");
    let schema = SchemaUse::new(pointer, Direction::Response);
    let judge = schema.judge(&contract).expect("a schema");
    let told = values.iter().map(|value| {
        let judged = judge.examine(value).violations.into_iter();
        judged
            .map(|it| {
                assert_eq!(contract.location(&it.place).line, 6, "{}", it.place);
                it.place.last().unwrap_or_default().into_owned()
            })
            .collect()
    });
    told.collect()
}

#[test]
fn nullable_widens_the_type_beside_it() {
    let nothing: Vec<String> = Vec::new();
    let told = broken(
        "{type: string, nullable: true}",
        &[json!(null), json!("a"), json!(1)],
    );
    assert_eq!(
        told,
        [nothing.clone(), nothing.clone(), vec!["type".to_owned()]]
    );
    let told = broken(
        "{type: string, nullable: false}",
        &[json!(null), json!("a")],
    );
    assert_eq!(told, [vec!["type".to_owned()], nothing.clone()]);
    let listed = "{type: string, nullable: true, enum: [a]}";
    assert_eq!(
        broken(listed, &[json!(null)]),
        [["enum"]],
        "the other keywords stay what they are"
    );
    let other = "{nullable: true, allOf: [{type: string}]}";
    assert_eq!(
        broken(other, &[json!(null)]),
        [["type"]],
        "there is no type beside it"
    );
}

#[test]
fn exclusive_bounds_are_flags_of_bounds() {
    let nothing: Vec<String> = Vec::new();
    let open =
        "{type: integer, minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: false}";
    let told = broken(open, &[json!(1), json!(2), json!(5), json!(6)]);
    assert_eq!(
        told,
        [
            vec!["exclusiveMinimum".to_owned()],
            nothing.clone(),
            nothing.clone(),
            vec!["maximum".to_owned()]
        ]
    );
    let idle = "{type: integer, exclusiveMinimum: true}";
    assert_eq!(
        broken(idle, &[json!(-1)]),
        [nothing],
        "there is no bound to exclude"
    );
}

#[test]
fn what_stands_beside_a_reference_is_ignored() {
    let nothing: Vec<String> = Vec::new();
    let beside = "{properties: {a: {$ref: '#/components/schemas/B', minLength: 9, nullable: true, const: 1}}}";
    let (contract, problems) = read(&format!("    A: {beside}\n    B: {{type: string}}\n"));
    assert_eq!(problems, [], "nor is it read");
    drop(contract);
    let told = broken(beside, &[json!({"a": "x"})]);
    assert_eq!(told, [nothing]);
}

#[test]
fn formats_are_asserted_in_3_0_too() {
    let told = broken(
        "{type: integer, format: int32}",
        &[json!(2_147_483_648_i64), json!(1)],
    );
    assert_eq!(told, [vec!["format".to_owned()], Vec::new()]);
    let told = broken("{type: string, format: byte}", &[json!("a"), json!("YQ==")]);
    assert_eq!(told, [vec!["format".to_owned()], Vec::new()]);
}

#[test]
fn keywords_and_types_that_3_0_does_not_have_are_refused() {
    let told = |schema: &str| {
        let (_, problems) = read(&format!("    A: {schema}\n"));
        let told = problems.iter().map(|it| {
            assert!(!it.help.is_empty(), "{it}");
            format!("{} {}", it.code.id(), it.help)
        });
        told.collect::<Vec<_>>()
    };
    for (schema, code, help) in [
        ("{const: 1}", "unknown-field", "`enum` with the one value"),
        (
            "{patternProperties: {a: {}}}",
            "unknown-field",
            "additionalProperties",
        ),
        ("{$defs: {}}", "unknown-field", "OpenAPI 3.1"),
        (
            "{requird: [a]}",
            "unknown-field",
            "did you mean `required`?",
        ),
        ("{type: 'null'}", "invalid-value", "nullable: true"),
        ("{type: file}", "invalid-value", "format: binary"),
        ("{type: [string, 'null']}", "wrong-type", "a string"),
        ("{type: array}", "missing-field", "items"),
        ("{nullable: yes please}", "wrong-type", "a boolean"),
        (
            "{minimum: 1, exclusiveMinimum: 0}",
            "wrong-type",
            "a boolean",
        ),
        ("true", "wrong-type", "an object"),
    ] {
        let told = told(schema);
        let is_it = |it: &String| it.starts_with(code) && it.contains(help);
        assert!(
            told.len() == 1 && told.iter().all(is_it),
            "{schema}: {told:#?}"
        );
    }
    assert_eq!(
        told("{x-own: 1, example: {const: 1}, deprecated: true}"),
        [] as [&str; 0]
    );
}

#[test]
fn exported_schemas_are_json_schema() {
    let (contract, _) = read("    A: {type: string, nullable: true, example: a}\n");
    let files = crate::contract::files(&contract);
    let [file] = files.as_slice() else {
        panic!("one schema: {files:?}");
    };
    assert_eq!(file.document["type"], json!(["string", "null"]));
    assert_eq!(file.document.get("nullable"), None);
}
