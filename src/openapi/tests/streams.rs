//! What OpenAPI 3.2 brought: methods, whole query strings, streams, shared media types.

use super::{problems, read};
use crate::contract::{ParameterPlace, Style};

/// A document of 3.2 around these lines of `paths`, which begin at line 4.
fn with_paths(paths: &str) -> String {
    format!("openapi: 3.2.0\ninfo: {{title: T, version: '1'}}\npaths:\n{paths}")
}

#[test]
fn further_methods_are_read() {
    let text = with_paths(
        "  /a:\n    query: {operationId: find}\n    additionalOperations: {LINK: {operationId: link}, copy: {operationId: copy}}\n",
    );
    let (contract, told) = read(&text);
    assert_eq!(told, []);
    let contract = contract.expect("a contract");
    let methods: Vec<&str> = contract
        .operations
        .iter()
        .map(|it| it.method.as_str())
        .collect();
    assert_eq!(
        methods,
        ["QUERY", "LINK", "copy"],
        "a method is sent as it is written"
    );
    let link = contract.operation("link").expect("an operation");
    assert_eq!(
        link.address.as_str(),
        "/paths/~1a/additionalOperations/LINK"
    );
    let wrong = with_paths("  /a:\n    additionalOperations: {POST: {}, 'A B': {}, '': {}}\n");
    assert_eq!(problems(&wrong), ["5 invalid-value"; 3]);
}

#[test]
fn the_whole_query_may_be_one_parameter() {
    let parameters =
        |list: &str| with_paths(&format!("  /a:\n    get:\n      parameters: [{list}]\n"));
    let whole = "{name: w, in: querystring, content: {application/x-www-form-urlencoded: {schema: {type: object}}}}";
    let (contract, told) = read(&parameters(whole));
    assert_eq!(told, []);
    let contract = contract.expect("a contract");
    let found = contract.operations[0].parameter("w", ParameterPlace::QueryString);
    assert!(found.is_some_and(|it| it.media_type.is_some()));
    let beside = format!("{whole}, {{name: q, in: query, schema: {{}}}}");
    assert_eq!(problems(&parameters(&beside)), ["6 invalid-value"]);
    let twice = format!("{whole}, {}", whole.replace("name: w", "name: v"));
    assert_eq!(problems(&parameters(&twice)), ["6 invalid-value"]);
    assert_eq!(
        problems(&parameters("{name: w, in: querystring, schema: {}}")),
        ["6 invalid-value"]
    );
}

#[test]
fn cookies_have_a_style_of_their_own() {
    let text = with_paths(
        "  /a:\n    get:\n      parameters: [{name: c, in: cookie, style: cookie, schema: {type: array}}]\n",
    );
    let (contract, told) = read(&text);
    assert_eq!(told, []);
    let contract = contract.expect("a contract");
    let found = contract.operations[0]
        .parameter("c", ParameterPlace::Cookie)
        .expect("a parameter");
    assert!(found.style == Style::Cookie && found.explode);
    assert_eq!(
        problems(&text.replacen("3.2.0", "3.1.1", 1)),
        ["6 invalid-value"]
    );
}

#[test]
fn media_types_are_shared_and_have_items() {
    let text = with_paths(
        "  /a:\n    get:\n      responses:\n        '200': {content: {application/jsonl: {$ref: '#/components/mediaTypes/Log'}}}\n\
         components:\n  mediaTypes:\n    Log: {itemSchema: {type: object, required: [at]}}\n",
    );
    let (contract, told) = read(&text);
    assert_eq!(told, [], "a response needs no description any more");
    let contract = contract.expect("a contract");
    let content = &contract.operations[0].responses[0].content[0];
    let schema = content.item_schema.as_ref().expect("a schema");
    assert_eq!(contract.location(&schema.pointer).line, 10);
    let older = "openapi: 3.1.1\ninfo: {title: T, version: '1'}\ncomponents:\n  responses: {R: {description: d, content: {a/b: {itemSchema: {}}}}}\n";
    assert_eq!(problems(older), ["4 unknown-field"]);
}

#[test]
fn tags_stand_below_tags() {
    let with = |tags: &str| problems(&format!("{}tags: [{tags}]\n", with_paths("  {}\n")));
    assert_eq!(
        with("{name: a, kind: nav}, {name: b, parent: a}, {name: c, parent: b}"),
        [] as [&str; 0]
    );
    assert_eq!(with("{name: a, parent: b}"), ["5 unknown-reference"]);
    assert_eq!(with("{name: a, parent: a}"), ["5 impossible-order"]);
    assert_eq!(
        with("{name: a, parent: b}, {name: b, parent: a}, {name: c, parent: a}"),
        ["5 impossible-order"; 2],
        "one below a circle is not in it"
    );
}
