//! What the extension key says of snapshots.

use super::{read_document, told};
use crate::problem::Problem;
use crate::scenario::{At, Scenario, SnapshotLevel, SnapshotRules};

/// A document that says this of snapshots: at its root, its workflow and its step.
fn read(root: &str, workflow: &str, step: &str) -> (Vec<Scenario>, Vec<Problem>) {
    read_document(&format!(
        "arazzo: 1.0.1\ninfo: {{title: T, version: '1'}}\nx-countersign: {{snapshot: {{{root}}}}}\n\
         sourceDescriptions: [{{name: api, url: ./openapi.yaml, type: openapi}}]\nworkflows:\n  \
         - workflowId: w\n    x-countersign: {{snapshot: {{{workflow}}}}}\n    steps:\n      \
         - stepId: s\n        operationId: list\n        x-countersign: {{snapshot: {{{step}}}}}\n"
    ))
}

fn rules(root: &str, workflow: &str, step: &str) -> SnapshotRules {
    let (mut scenarios, problems) = read(root, workflow, step);
    assert_eq!(problems, []);
    scenarios.remove(0).steps.remove(0).snapshot
}

fn names(rules: &SnapshotRules) -> Vec<&str> {
    rules.volatile.iter().map(|it| it.name.as_str()).collect()
}

#[test]
fn what_is_nearer_counts_first() {
    let rule = |name: &str| format!("volatile: [{{at: $.a, as: {name}, why: w}}]");
    let all = rules(
        &format!("body: shape, headers: [A, B], {}", rule("root")),
        &format!(
            "headers: [C], unordered: [{{at: $.list}}], {}",
            rule("flow")
        ),
        &format!(
            "body: exact, unordered: [{{at: $.list, by: $.n}}], {}",
            rule("step")
        ),
    );
    assert_eq!(all.body, SnapshotLevel::Exact);
    assert_eq!(all.headers.as_deref(), Some(&["c".to_owned()][..]));
    assert_eq!(names(&all), ["step", "flow", "root"]);
    let by: Vec<bool> = all.unordered.iter().map(|it| it.by.is_some()).collect();
    assert_eq!(by, [true, false]);
    let outer = rules("headers: [A]", "", "");
    assert_eq!(outer.headers.as_deref(), Some(&["a".to_owned()][..]));
    let none = rules("headers: [A]", "headers: []", "");
    assert_eq!(
        none.headers.as_deref(),
        Some(&[][..]),
        "none is a list, too"
    );
    assert_eq!(rules("", "", ""), SnapshotRules::default());
}

#[test]
fn a_rule_names_a_place_of_the_body_or_a_header() {
    let rules = rules(
        "",
        "",
        "volatile: [{at: '$[*].id', as: id, why: w}, {header: X-Run, as: run, why: w}]",
    );
    assert!(matches!(rules.volatile[0].at, At::Body(_)));
    assert!(matches!(&rules.volatile[1].at, At::Header(name) if name == "X-Run"));
}

#[test]
fn what_is_wrong_is_told_where_it_stands() {
    for (says, problem) in [
        ("bodi: exact", "unknown-field"),
        ("headers: X", "wrong-type"),
        ("headers: [1]", "wrong-type"),
        ("headers: ['a b']", "invalid-value"),
        ("headers: ['']", "invalid-value"),
        ("volatile: {at: $.a, as: a, why: w}", "wrong-type"),
        ("volatile: [{at: $.a, as: a}]", "missing-field"),
        ("volatile: [{at: $.a, why: w}]", "missing-field"),
        ("volatile: [{at: $.a, as: a, why: ' '}]", "invalid-value"),
        ("volatile: [{as: a, why: w}]", "missing-field"),
        (
            "volatile: [{at: $.a, header: b, as: a, why: w}]",
            "missing-field",
        ),
        ("volatile: [{at: a, as: a, why: w}]", "invalid-expression"),
        (
            "volatile: [{at: $.a, as: a, why: w, operation: list}]",
            "unknown-field",
        ),
        ("unordered: [$.a]", "wrong-type"),
        ("unordered: [{by: $.a}]", "missing-field"),
        ("unordered: [{at: '$['}]", "invalid-expression"),
        ("unordered: [{at: $.a, by: n}]", "invalid-expression"),
        ("unordered: [{at: $.a, why: w}]", "unknown-field"),
    ] {
        for (place, line) in [3, 7, 11].into_iter().enumerate() {
            let mut all = ["", "", ""];
            all[place] = says;
            let problems = read(all[0], all[1], all[2]).1;
            assert_eq!(told(&problems)[0], format!("{line} {problem}"), "{says}");
        }
    }
}

#[test]
fn a_place_names_a_limited_number() {
    let many = |count: usize| format!("headers: [{}]", vec!["a"; count].join(", "));
    assert_eq!(told(&read("", "", &many(100)).1), [""; 0]);
    assert_eq!(told(&read("", "", &many(101)).1), ["11 unsupported"]);
}
