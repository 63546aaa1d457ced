//! Workflows with a table of cases, and what else the extension says of workflows and redirects.

use serde_json::{Value, json};

use super::{problems, read};

/// A workflow that says this of itself; its extension stands in line 7.
fn with(extension: &str) -> String {
    format!(
        "  - workflowId: w\n    inputs: {{properties: {{size: {{type: integer}}, kind: {{type: string, default: z}}}}}}\n    \
         x-countersign: {{{extension}}}\n    steps: [{{stepId: s, operationId: list}}]\n"
    )
}

/// The rows as `name: inputs`.
fn rows(extension: &str) -> Value {
    let (scenarios, problems) = read(&with(extension));
    assert_eq!(problems, [], "{extension}");
    let rows = scenarios[0].rows.iter();
    rows.map(|row| (row.name.clone(), Value::Object(row.inputs.clone())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn a_table_stands_in_the_document_or_in_a_file() {
    assert_eq!(
        rows("cases: [{name: one, inputs: {size: 1}}, {name: two}]"),
        json!({"one": {"size": 1}, "two": {}})
    );
    assert_eq!(
        rows("cases: {file: rows.yaml}"),
        json!({"one": {"size": 1}})
    );
    let csv = json!({"small": {"size": 1, "kind": "a"}, "big": {"size": 10}});
    assert_eq!(
        rows("cases: {file: rows.csv}"),
        csv,
        "typed, and an empty cell is none"
    );
}

#[test]
fn what_is_wrong_with_a_table_is_told_where_it_stands() {
    for (cases, expected) in [
        ("[]", &["7 invalid-value"][..]),
        ("[{inputs: {size: 1}}]", &["7 missing-field"]),
        ("[{name: a b}]", &["7 invalid-value"]),
        ("[{name: a}, {name: A}]", &["7 duplicate-name"]),
        ("[{name: a, inputs: {weight: 1}}]", &["7 unknown-reference"]),
        ("[{name: a, input: {}}]", &["7 unknown-field"]),
        ("{file: nowhere.csv}", &["7 unusable-file"]),
        ("{file: files/a.bin}", &["7 unusable-file"]),
        ("{file: latin.csv}", &["7 unusable-file"]),
        ("{file: broken.csv}", &["2 syntax"]),
        (
            "{file: strange.csv}",
            &["1 unknown-reference", "2 invalid-value"],
        ),
        ("{path: rows.csv}", &["7 unknown-field", "7 missing-field"]),
    ] {
        assert_eq!(
            problems(&with(&format!("cases: {cases}"))),
            expected,
            "{cases}"
        );
    }
}

#[test]
fn nothing_depends_on_a_workflow_that_is_played_often() {
    let second =
        "  - workflowId: v\n    dependsOn: [w]\n    steps: [{stepId: s, operationId: list}]\n";
    let text = with("cases: [{name: a}]") + second;
    assert_eq!(problems(&text), ["10 impossible-order"]);
}

#[test]
fn locks_and_redirects_are_read() {
    let (scenarios, problems) = read(&with("exclusive: disk"));
    assert_eq!(problems, []);
    assert_eq!(scenarios[0].exclusive.as_deref(), Some("disk"));
    for (word, follows) in [("follow", Some(true)), ("manual", Some(false))] {
        let text = format!(
            "  - workflowId: w\n    steps: [{{stepId: s, operationId: list, x-countersign: {{redirect: {word}}}}}]\n"
        );
        let (scenarios, problems) = read(&text);
        assert_eq!(problems, []);
        assert_eq!(scenarios[0].steps[0].follows_redirects, follows);
    }
}
