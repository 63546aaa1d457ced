//! Documents that are large or made to hurt: a Contract or a Problem, and soon.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, json};

use super::{Reach, lower, lower_with, with_schemas};
use crate::contract::Direction;
use crate::contract::SchemaUse;
use crate::json::Pointer;
use crate::source::Source;

/// How many paths the largest document has.
const PATHS: usize = 100_000;

#[test]
fn a_hundred_thousand_paths_are_read() {
    let paths: Map<_, _> = (0..PATHS)
        .map(|it| {
            (
                format!("/a{it}"),
                json!({"get": {"operationId": format!("a{it}")}}),
            )
        })
        .collect();
    let text = json!({"openapi": "3.1.1", "info": {"title": "T", "version": "1"}, "paths": paths});
    let source = Source::parse("openapi.json", text.to_string()).expect("JSON");
    let (contract, problems) = lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    assert_eq!(contract.expect("a contract").operations.len(), PATHS);
}

#[test]
fn a_hundred_thousand_wrong_paths_are_told_up_to_a_limit() {
    let paths: Map<_, _> = (0..PATHS)
        .map(|it| (format!("/a{it}"), json!({"gett": {}})))
        .collect();
    let text = json!({"openapi": "3.1.1", "info": {"title": "T", "version": "1"}, "paths": paths});
    let source = Source::parse("openapi.json", text.to_string()).expect("JSON");
    let (_, problems) = lower("t", &Arc::new(source));
    assert_eq!(problems.len(), 1_001);
    assert!(
        problems
            .last()
            .is_some_and(|it| it.message.contains("was not looked at"))
    );
}

#[test]
fn a_long_chain_of_references_is_judged_to_its_end() {
    let levels = 5_000;
    let mut chain = String::new();
    for level in 0..levels {
        let next = level + 1;
        writeln!(
            chain,
            "    S{level}: {{items: {{$ref: '#/components/schemas/S{next}'}}}}"
        )
        .expect("a String takes all");
    }
    writeln!(chain, "    S{levels}: {{type: integer}}").expect("a String takes all");
    let source = Source::parse("openapi.yaml", with_schemas(&chain)).expect("YAML");
    let (contract, problems) = lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    let contract = contract.expect("a contract");
    let pointer = Pointer::parse("/components/schemas/S0").expect("a pointer");
    let schema = SchemaUse::new(pointer, Direction::Response);
    let judge = schema.judge(&contract).expect("a schema");
    assert!(judge.examine(&json!([[[]]])).is_clean());
}

#[test]
fn circles_of_references_are_judged() {
    let mut ring = String::new();
    for place in 0..200 {
        let next = (place + 1) % 200;
        let members = format!("n: {{$ref: '#/components/schemas/S{next}'}}, v: {{type: integer}}");
        writeln!(ring, "    S{place}: {{properties: {{{members}}}}}").expect("a String takes all");
    }
    let source = Source::parse("openapi.yaml", with_schemas(&ring)).expect("YAML");
    let (contract, problems) = lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    let contract = contract.expect("a contract");
    let pointer = Pointer::parse("/components/schemas/S0").expect("a pointer");
    let schema = SchemaUse::new(pointer, Direction::Response);
    let judge = schema.judge(&contract).expect("a schema");
    let judged = judge.examine(&json!({"n": {"n": {"v": "x"}}}));
    let [violation] = judged.violations.as_slice() else {
        panic!("one violation: {judged:?}");
    };
    assert_eq!(
        violation.place.as_str(),
        "/components/schemas/S2/properties/v/type"
    );
}

#[test]
fn files_that_lead_on_for_ever_are_left_at_a_limit() {
    let load = |path: &str| {
        let number: usize = path
            .trim_end_matches(".yaml")
            .parse()
            .map_err(|_| "no such file".to_owned())?;
        let text = format!("properties: {{a: {{$ref: {}.yaml}}}}\n", number + 1);
        Ok(Arc::from(text.into_bytes()))
    };
    let text = with_schemas("    A: {$ref: 0.yaml}\n");
    let source = Source::parse("openapi.yaml", text).expect("YAML");
    let (_, problems) = lower_with("t", &Arc::new(source), Reach::folder(&load));
    let [problem] = problems.as_slice() else {
        panic!("one Problem: {problems:?}");
    };
    assert!(
        problem.message.contains("at most 1000 documents"),
        "{problem}"
    );
}
