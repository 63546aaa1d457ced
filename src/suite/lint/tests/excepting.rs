//! What is said of laws that are excepted where they are never asked.

use super::told_of;

const SHELF: &str = r#"
openapi: 3.1.1
info: {title: Shelf, version: "1"}
paths:
  /books:
    get: {operationId: list, responses: {"200": {description: all}}}
    post: {operationId: add, responses: {"201": {description: made}}}
  /books/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: read, responses: {"200": {description: one}}}
    put: {operationId: replace, responses: {"200": {description: one}}}
    delete: {operationId: remove, responses: {"204": {description: gone}}}
  /search:
    post: {operationId: search, responses: {"200": {description: found}}}
"#;

fn told(law: &str, operation: &str) -> Vec<String> {
    let settings = format!(
        "[[probes.except]]\noperation = \"{operation}\"\nlaw = \"{law}\"\nwhy = \"so it is\"\n"
    );
    told_of(SHELF, "- {stepId: a, operationId: list}", &settings)
}

#[test]
fn a_law_that_may_be_asked_there_is_excepted_quietly() {
    for (law, operation) in [
        ("created-reads-back", "add"),
        ("list-holds-created", "add"),
        ("update-replaces", "replace"),
        ("deleted-is-gone", "remove"),
        ("get-is-safe", "read"),
        ("total-agrees", "list"),
        ("refusal-leaves-no-trace", "add"),
        ("links-lead", "search"),
        ("times-are-plausible", "search"),
        ("unknown-path-is-refused", "remove"),
    ] {
        assert_eq!(
            told(law, operation),
            Vec::<String>::new(),
            "{law} {operation}"
        );
    }
}

#[test]
fn a_law_that_is_never_asked_there_is_told() {
    for (law, operation) in [
        ("created-reads-back", "read"),
        ("get-is-safe", "search"),
        ("update-replaces", "add"),
        ("deleted-is-gone", "replace"),
        ("patch-keeps-rest", "replace"),
        ("total-agrees", "read"),
        ("refusal-leaves-no-trace", "search"),
        ("links-lead", "remove"),
        ("credentials-are-demanded", "add"),
    ] {
        let message = format!(
            "stale-rule: nothing can fall under the exception: `{law}` is never asked beside `{operation}`; \
             take the exception away; `countersign explain {law}` says of what the law is"
        );
        assert_eq!(told(law, operation), [message]);
    }
}
