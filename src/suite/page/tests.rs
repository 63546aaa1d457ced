//! What a page says of an API, and of texts that are hostile to it.

use super::{is_page, render_page};
use crate::arazzo::NoFiles;
use crate::suite::{Folder, SourceText};

const CONTRACT: &str = r#"
openapi: 3.1.1
info: {title: T, version: "1", description: "Reading: a blank is nothing."}
paths:
  /things:
    get:
      operationId: list
      security: [{token: []}]
      responses: {"200": {description: d}}
    post:
      operationId: create
      summary: "Makes one\nor | more."
      responses: {"201": {description: d}}
components:
  securitySchemes: {token: {type: apiKey, in: header, name: Token}}
"#;

const FLOWS: &str = r#"
arazzo: 1.0.1
info: {title: T, version: "1"}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - workflowId: w
    summary: "```\n<b>loud</b>"
    steps:
      - stepId: a#b;c
        operationId: list
        x-countersign: {as: viewer, without: [token]}
        successCriteria:
          - condition: $statusCode == 200
          - condition: $response.body#/status/code == 11100
          - condition: $response.body#/message == 'x' || $response.body#/message == 'y'
          - condition: $response.body#/third == 3
      - stepId: own
        operationId: list
        parameters: [{name: Token, in: header, value: wrong}]
        onFailure: [{name: again, type: retry, retryAfter: 1, retryLimit: 3}]
        successCriteria:
          - condition: $response.body#/phase == 'Ready'
      - stepId: found
        operationId: list
        onFailure: [{name: again, type: retry, retryAfter: 1, retryLimit: 3}]
        successCriteria:
          - condition: $statusCode == 200
          - {context: $response.body, type: jsonpath, condition: "$[?@.a == 'b']"}
"#;

fn page() -> String {
    let text = |path: &str, text: &str| SourceText {
        path: format!("specs/t/{path}"),
        text: text.to_owned(),
    };
    let folder = Folder {
        api: "t".to_owned(),
        contract: text("openapi.yaml", CONTRACT),
        scenarios: vec![text("t.arazzo.yaml", FLOWS)],
        settings: None,
        others: Vec::new(),
        files: Box::new(NoFiles),
    };
    let (suite, problems) = crate::suite::load(vec![folder]);
    assert_eq!(problems, []);
    render_page(suite.api("t").expect("it is there"))
}

#[test]
fn an_operation_is_one_row() {
    let page = page();
    assert!(
        page.contains("\n| `list` | `GET /things` | 200 | `token` |\n"),
        "{page}"
    );
    let row = "\n| `create`<br>Makes one or \\| more. | `POST /things` | 201 |  |\n";
    assert!(page.contains(row), "{page}");
}

#[test]
fn how_it_was_read_comes_before_the_flows() {
    let page = page();
    let place = |text: &str| page.find(text).expect(text);
    assert!(place("## Readings\n\n- the API: a blank is nothing.") < place("## Flows"));
}

#[test]
fn a_summary_begins_nothing() {
    let page = page();
    let said = "### w\n\n\\`\\`\\` &lt;b>loud&lt;/b>\n\n```mermaid\n";
    assert!(page.contains(said), "{page}");
}

#[test]
fn a_diagram_tells_who_asks_and_what_is_awaited() {
    let page = page();
    for line in [
        "    C->>S: a#35;b#59;c: list as viewer without token\n",
        "    S-->>C: 200, status/code 11100, message x or y\n",
        "    loop until phase Ready\n        C->>S: own: list with a Token of its own\n",
        "    loop until $[?@.a == 'b']\n        C->>S: found: list\n        S-->>C: 200\n",
    ] {
        assert!(page.contains(line), "{line}{page}");
    }
    assert!(!page.contains("third"), "{page}");
}

#[test]
fn a_page_is_known_by_what_it_says() {
    assert!(is_page(&page()));
    for other in [
        "",
        "# t\n",
        "# t\n\nWritten by hand.\n",
        "Generated from [specs/t]",
    ] {
        assert!(!is_page(other), "{other}");
    }
}
