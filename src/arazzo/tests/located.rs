//! What the `Location` of an answer tells a step.

use serde_json::json;

use super::read;

fn with(extension: &str) -> String {
    format!(
        "  - workflowId: first\n    steps:\n      - stepId: make\n        operationId: create\n        requestBody: {{contentType: application/json, payload: {{}}}}\n        \
         outputs: {{own: $statusCode}}\n        x-countersign: {{{extension}}}\n"
    )
}

#[test]
fn a_part_of_location_becomes_an_output() {
    for target in [
        "operationId: read",
        "operationPath: '{$sourceDescriptions.api.url}#/paths/~1things~1{id}/get'",
    ] {
        let (scenarios, problems) = read(&with(&format!(
            "location: {{{target}, outputs: {{new: id}}}}"
        )));
        assert_eq!(problems, [], "{target}");
        let outputs = &scenarios[0].steps[0].outputs;
        assert_eq!(outputs.len(), 2);
        let (name, expression) = &outputs[1];
        assert_eq!(name, "new");
        assert_eq!(
            expression.to_string(),
            "$response.header.Location at `{id}` of /things/{id}"
        );
        let query = expression.query.as_ref().expect("a part of it");
        for (location, expected) in [
            ("/things/7", Some(json!("7"))),
            (
                "http://127.0.0.1:1/api/things/a%20b?x=/things/9#/things/8",
                Some(json!("a b")),
            ),
            ("/things", None),
            ("/others/7", None),
            ("", None),
        ] {
            assert_eq!(query.find(&json!(location)), expected, "{location}");
        }
        assert_eq!(query.find(&json!(7)), None);
    }
}

#[test]
fn what_location_cannot_tell_is_refused() {
    for (extension, why) in [
        (
            "location: {operationId: raed, outputs: {new: id}}",
            "there is no operation `raed`",
        ),
        ("location: {outputs: {new: id}}", "names one operation"),
        ("location: {operationId: read}", "outputs"),
        (
            "location: {operationId: read, outputs: {new: name}}",
            "there is no variable `name` of the path",
        ),
        (
            "location: {operationId: list, outputs: {new: id}}",
            "there is no variable `id` of the path",
        ),
        (
            "location: {operationId: read, outputs: {own: id}}",
            "`own` cannot name an output here",
        ),
        (
            "location: {operationId: read, outputs: {'a b': id}}",
            "`a b` cannot name an output here",
        ),
        (
            "location: {operationId: read, outputs: {new: id}, more: 1}",
            "more",
        ),
        ("location: read", "location"),
    ] {
        let problems = read(&with(extension)).1;
        let told: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
        assert!(
            told.iter().any(|it| it.contains(why)),
            "{extension}: {told:?}"
        );
    }
}
