//! Several documents as one: files, pointers, identities, anchors, circles; and what is not followed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Reach, Shared, lower_with};
use crate::contract::{Contract, Direction, SchemaUse};
use crate::json::Pointer;
use crate::problem::Problem;
use crate::source::Source;

/// Lowers `openapi.yaml` with these files beside it.
pub(super) fn read(entry: &str, files: &[(&str, &str)]) -> (Contract, Vec<Problem>) {
    let (contract, problems) = read_or_refuse(entry, files);
    (contract.expect("a contract"), problems)
}

/// The same, where there may be no contract.
pub(super) fn read_or_refuse(
    entry: &str,
    files: &[(&str, &str)],
) -> (Option<Contract>, Vec<Problem>) {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    let load = |path: &str| match files.get(path) {
        Some(text) => Ok(Arc::from(text.as_bytes())),
        None => Err("there is no such file".to_owned()),
    };
    let source = Source::parse("specs/t/openapi.yaml", entry.to_owned()).expect("YAML");
    lower_with("t", &Arc::new(source), Reach::folder(&load))
}

/// A document with these shared schemas, which begin at line 6.
pub(super) fn with_schemas(version: &str, schemas: &str) -> String {
    format!(
        "openapi: {version}\ninfo: {{title: T, version: '1'}}\npaths: {{}}\ncomponents:\n  schemas:\n{schemas}"
    )
}

/// Where the shared schema `A` says that a value is wrong, as `file:line keyword`.
pub(super) fn broken(contract: &Contract, value: &Value) -> Vec<String> {
    let pointer = Pointer::parse("/components/schemas/A").expect("a pointer");
    let schema = SchemaUse::new(pointer, Direction::Response);
    let judge = schema.judge(contract).expect("a schema");
    let judged = judge.examine(value).violations.into_iter();
    judged
        .map(|it| {
            let at = contract.location(&it.place);
            format!("{}:{} {}", at.path, at.line, it.violation.keyword_name)
        })
        .collect()
}

pub(super) fn told(problems: &[Problem]) -> Vec<String> {
    let told = problems.iter().map(|it| {
        let at = it.location.as_ref().expect("a place");
        assert!(!it.help.is_empty(), "no help: {it}");
        format!("{}:{} {}", at.path, at.line, it.code.id())
    });
    told.collect()
}

#[test]
fn schemas_of_other_files_are_judged_where_they_stand() {
    let entry = with_schemas(
        "3.1.1",
        "    A: {properties: {price: {$ref: 'schemas/money.yaml#/Money'}}}\n",
    );
    let money = "Money:\n  type: object\n  required: [cents]\n  properties:\n    cents: {$ref: '#/Cents'}\n    \
                 name: {$ref: ../name.json}\nCents: {type: integer}\n";
    let files = [
        ("schemas/money.yaml", money),
        ("name.json", "{\"minLength\": 2}"),
    ];
    let (contract, problems) = read(&entry, &files);
    assert_eq!(problems, []);
    assert_eq!(
        broken(&contract, &json!({"price": {"cents": 1, "name": "ab"}})),
        [] as [&str; 0]
    );
    let wrong = json!({"price": {"cents": "1", "name": "a"}});
    assert_eq!(
        broken(&contract, &wrong),
        [
            "specs/t/schemas/money.yaml:7 type",
            "specs/t/name.json:1 minLength"
        ]
    );
    assert_eq!(
        broken(&contract, &json!({"price": {}})),
        ["specs/t/schemas/money.yaml:3 required"]
    );
}

#[test]
fn files_may_refer_to_each_other_in_a_circle() {
    let entry = with_schemas("3.1.1", "    A: {$ref: tree.yaml}\n");
    let tree =
        "type: object\nproperties:\n  leaf: {type: string}\n  children: {$ref: list.yaml#/Trees}\n";
    let list = "Trees: {type: array, items: {$ref: tree.yaml}}\n";
    let (contract, problems) = read(&entry, &[("tree.yaml", tree), ("list.yaml", list)]);
    assert_eq!(problems, []);
    let value = json!({"children": [{"children": [{"leaf": 1}]}]});
    assert_eq!(broken(&contract, &value), ["specs/t/tree.yaml:3 type"]);
    let round = [("a.yaml", "$ref: b.yaml\n"), ("b.yaml", "$ref: a.yaml\n")];
    let (_, problems) = read(&with_schemas("3.1.1", "    A: {$ref: a.yaml}\n"), &round);
    assert!(
        told(&problems)
            .iter()
            .all(|it| it.ends_with("impossible-order"))
    );
    assert!(!problems.is_empty());
}

#[test]
fn every_kind_of_object_may_stand_in_another_file() {
    let entry = "openapi: 3.1.1\ninfo: {title: T, version: '1'}\npaths:\n  /a/{id}: {$ref: paths.yaml#/one}\n";
    let paths = "one:\n  get:\n    operationId: get\n    parameters: [{$ref: 'parts.yaml#/parameters/id'}]\n    \
                 responses: {'200': {$ref: 'parts.yaml#/responses/ok'}}\n";
    let parts = "parameters:\n  id: {name: id, in: path, required: true, schema: {type: integer}}\nresponses:\n  ok:\n    \
                 description: d\n    headers: {X-A: {$ref: '#/headers/a'}}\nheaders:\n  a: {schema: {type: integer}}\n";
    let (contract, problems) = read(entry, &[("paths.yaml", paths), ("parts.yaml", parts)]);
    assert_eq!(problems, []);
    let operation = contract.operation("get").expect("an operation");
    assert_eq!(operation.address.as_str(), "/paths/~1a~1{id}/get");
    let place = |pointer| contract.location(pointer).to_string();
    assert_eq!(place(&operation.pointer), "specs/t/paths.yaml:3:5");
    assert_eq!(
        place(&operation.parameters[0].pointer),
        "specs/t/parts.yaml:2:7"
    );
    let header = &operation.responses[0].headers[0];
    assert_eq!(place(&header.pointer), "specs/t/parts.yaml:8:6");
    let schema = header.schema.as_ref().expect("a schema");
    let judge = schema.judge(&contract).expect("a schema");
    assert!(!judge.examine_text(&json!("x")).is_clean());
}

#[test]
fn what_is_wrong_in_another_file_is_told_there() {
    let entry = "openapi: 3.1.1\ninfo: {title: T, version: '1'}\npaths:\n  /a: {$ref: paths.yaml}\n  /b: {$ref: broken.yaml}\n";
    let paths = "get:\n  responses:\n    '200': {descripton: d}\n    '404': {$ref: '#/nope'}\n";
    let (_, problems) = read(entry, &[("paths.yaml", paths), ("broken.yaml", "a: [\n")]);
    let told = told(&problems);
    for expected in [
        "specs/t/paths.yaml:3 unknown-field",
        "specs/t/paths.yaml:3 missing-field",
        "specs/t/paths.yaml:4 unknown-reference",
    ] {
        assert!(told.contains(&expected.to_owned()), "{expected}: {told:?}");
    }
    assert!(
        told.iter()
            .any(|it| it.starts_with("specs/t/broken.yaml:") && it.ends_with(" syntax")),
        "{told:?}"
    );
}

#[test]
fn what_lies_outside_of_the_folder_is_not_followed() {
    let schemas = "    A: {$ref: ../../other/secret.yaml}\n    B: {$ref: 'https://a.example/b.yaml#/C'}\n    \
                   C: {$ref: missing.yaml}\n    D: {$ref: 'file:///etc/passwd'}\n    E: {$ref: '/etc/passwd'}\n    \
                   F: {$ref: '..%2F..%2Fsecret.yaml'}\n    G: {$ref: '#here'}\n";
    let (_, problems) = read(&with_schemas("3.1.1", schemas), &[]);
    assert_eq!(
        told(&problems),
        [
            "specs/t/openapi.yaml:6 unsupported",
            "specs/t/openapi.yaml:7 unsupported",
            "specs/t/openapi.yaml:8 unusable-file",
            "specs/t/openapi.yaml:9 unsupported",
            "specs/t/openapi.yaml:10 unsupported",
            "specs/t/openapi.yaml:11 unusable-file",
            "specs/t/openapi.yaml:12 unknown-reference",
        ]
    );
    let offered = problems.iter().map(|it| it.help.contains("--allow-remote"));
    let offered: Vec<bool> = offered.collect();
    assert_eq!(offered, [false, true, false, false, false, false, false]);
}

#[test]
fn examples_are_no_references() {
    let schemas = "    A: {type: object, example: {$ref: gone.yaml}, default: {$ref: gone.yaml}, enum: [{$ref: gone.yaml}]}\n";
    let (contract, problems) = read(&with_schemas("3.1.1", schemas), &[]);
    assert_eq!(problems, []);
    assert_eq!(
        broken(&contract, &json!({"$ref": "gone.yaml"})),
        [] as [&str; 0],
        "it is a value like any other"
    );
}

#[test]
fn identities_and_anchors_are_found() {
    let schemas = "    A:\n      $id: https://a.example/schemas/order\n      properties:\n        \
                   lines: {items: {$ref: line}}\n        total: {$ref: '#money'}\n        \
                   again: {$ref: '#/properties/total'}\n      $defs:\n        M: {$anchor: money, type: integer}\n    \
                   L: {$id: https://a.example/schemas/line, type: string}\n";
    let (contract, problems) = read(&with_schemas("3.1.1", schemas), &[]);
    assert_eq!(problems, []);
    let right = json!({"lines": ["a"], "total": 1, "again": 2});
    assert_eq!(broken(&contract, &right), [] as [&str; 0]);
    let wrong = json!({"lines": [1], "total": "1", "again": "2"});
    assert_eq!(
        broken(&contract, &wrong),
        [
            "specs/t/openapi.yaml:14 type",
            "specs/t/openapi.yaml:13 type",
            "specs/t/openapi.yaml:13 type"
        ]
    );
    let twice =
        "    A: {$id: same}\n    B: {$id: same}\n    C: {$anchor: x}\n    D: {$anchor: x}\n";
    let (_, problems) = read(&with_schemas("3.1.1", twice), &[]);
    assert_eq!(
        told(&problems),
        [
            "specs/t/openapi.yaml:7 duplicate-name",
            "specs/t/openapi.yaml:9 duplicate-name"
        ]
    );
}

#[test]
fn a_dynamic_reference_is_a_plain_one_where_one_schema_can_be_meant() {
    let one = "    A: {$dynamicAnchor: node, properties: {next: {$dynamicRef: '#node'}, n: {type: integer}}}\n";
    let (contract, problems) = read(&with_schemas("3.1.1", one), &[]);
    assert_eq!(problems, []);
    assert_eq!(contract.copies, []);
    assert_eq!(
        broken(&contract, &json!({"next": {"n": "1"}})),
        ["specs/t/openapi.yaml:6 type"]
    );
}

#[test]
fn a_document_may_say_what_it_is_called() {
    let entry = "openapi: 3.2.0\n$self: https://a.example/apis/main\ninfo: {title: T, version: '1'}\npaths: {}\n\
                 components:\n  schemas:\n    A: {properties: {b: {$ref: 'https://a.example/apis/shared#/S'}, \
                 c: {$ref: './parts/c.yaml'}, d: {$ref: 'main#/components/schemas/D'}, e: {$ref: named.yaml}}}\n    D: {type: integer}\n";
    let named = "openapi: 3.2.0\n$self: shared\ninfo: {title: S, version: '1'}\npaths: {}\n";
    // A document that is reached by its file once is known by its name from then on.
    let files = [
        ("parts/c.yaml", "type: string\n"),
        ("named.yaml", named),
        ("shared", "S: {type: boolean}\n"),
    ];
    let (contract, problems) = read(entry, &files);
    assert_eq!(problems, []);
    let wrong = json!({"b": 1, "c": 1, "d": "x"});
    assert_eq!(
        broken(&contract, &wrong),
        [
            "specs/t/shared:1 type",
            "specs/t/parts/c.yaml:1 type",
            "specs/t/openapi.yaml:8 type"
        ]
    );
    let (_, problems) = read(
        "openapi: 3.2.0\n$self: 'a#b'\ninfo: {title: T, version: '1'}\npaths: {}\n",
        &[],
    );
    assert_eq!(told(&problems), ["specs/t/openapi.yaml:2 invalid-value"]);
}

#[test]
fn each_document_has_its_own_version() {
    let entry = with_schemas("3.1.1", "    A: {$ref: 'old.yaml#/components/schemas/A'}\n");
    let old = with_schemas("3.0.3", "    A: {type: string, nullable: true}\n");
    let (contract, problems) = read(&entry, &[("old.yaml", &old)]);
    assert_eq!(problems, []);
    assert_eq!(broken(&contract, &json!(null)), [] as [&str; 0]);
    assert_eq!(broken(&contract, &json!(1)), ["specs/t/old.yaml:6 type"]);
}

#[test]
fn dialects_other_than_2020_12_are_refused() {
    let text = "openapi: 3.1.1\njsonSchemaDialect: https://spec.openapis.org/oas/3.1/dialect/base\n\
                info: {title: T, version: '1'}\ncomponents:\n  schemas:\n    \
                A: {$schema: 'https://json-schema.org/draft/2020-12/schema', type: string}\n    \
                B: {$schema: 'http://json-schema.org/draft-07/schema#'}\n";
    let (_, problems) = read(text, &[]);
    assert_eq!(told(&problems), ["specs/t/openapi.yaml:7 unsupported"]);
}

#[test]
fn one_document_as_it_stands_is_not_copied() {
    let (contract, _) = read(
        &with_schemas(
            "3.1.1",
            "    A: {$ref: '#/components/schemas/B'}\n    B: {}\n",
        ),
        &[],
    );
    assert_eq!(contract.translated, None);
}

#[test]
fn schemas_that_double_are_told_once_and_where_it_begins() {
    let crowd = |count: usize| {
        let level = |it: usize| {
            let next = format!("{{$ref: '#/components/schemas/L{}'}}", it + 1);
            format!("    L{it}: {{anyOf: [{next}, {next}]}}\n")
        };
        let levels: String = (0..count).map(level).collect();
        let schemas =
            format!("    A: {{$ref: '#/components/schemas/L0'}}\n{levels}    L{count}: {{}}\n");
        read_or_refuse(&with_schemas("3.1.1", &schemas), &[])
    };
    // With each level there are twice as many, and three: 8,189 with eleven.
    let (contract, problems) = crowd(11);
    assert!(contract.is_some() && problems.is_empty(), "{problems:?}");
    let (contract, problems) = crowd(64);
    assert!(contract.is_none());
    assert_eq!(told(&problems), ["specs/t/openapi.yaml:6 unsupported"]);
    assert!(crowd(12).0.is_none());
}

/// What is said of a contract of a project that shares a folder.
fn shared(reference: &str) -> Vec<String> {
    let files = |path: &str| match path {
        "specs/common/money.yaml" => Ok(Arc::from(*b"Money: {$ref: 'parts/cents.yaml'}\n")),
        "specs/common/parts/cents.yaml" => Ok(Arc::from(*b"type: integer\n")),
        _ => Err("there is no such file".to_owned()),
    };
    let schemas = format!("    A: {{$ref: '{reference}'}}\n");
    let entry = with_schemas("3.1.1", &schemas);
    let source = Source::parse("specs/t/openapi.yaml", entry).expect("YAML");
    let reach = Reach {
        shared: Some(Shared {
            folders: &["specs/common".to_owned()],
            load: &files,
        }),
        ..Reach::folder(&|_| Err("there is no such file".to_owned()))
    };
    let (contract, problems) = lower_with("t", &Arc::new(source), reach);
    let contract = contract.expect("a contract");
    if problems.is_empty() {
        return broken(&contract, &json!("x"));
    }
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_shared_is_read_and_nothing_else_of_the_project() {
    let found = shared("../common/money.yaml#/Money");
    assert_eq!(found, ["specs/common/parts/cents.yaml:1 type"]);
    for (reference, told) in [
        (
            "../private/money.yaml#/Money",
            "`specs/private/money.yaml` lies outside of the API's folder",
        ),
        (
            "../commons/money.yaml",
            "`specs/commons/money.yaml` lies outside of the API's folder",
        ),
        (
            "../common/../../secret.yaml",
            "`secret.yaml` lies outside of the API's folder",
        ),
        (
            "../../../../specs/common/none.yaml",
            "`specs/common/none.yaml` cannot be used: there is no such file",
        ),
    ] {
        let found = shared(reference);
        assert!(found.len() == 1 && found[0].contains(told), "{found:?}");
    }
}
