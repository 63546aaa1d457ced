//! What is read of a document, and what is said of a wrong one.

mod caller;
mod checklist;
mod documents;
mod form;
mod located;
mod snapshot;
mod table;
mod undo;
mod values;

use std::sync::Arc;

use serde_json::json;

use super::{Files, Surroundings, lower};
use crate::openapi;
use crate::problem::Problem;
use crate::scenario::{ActionKind, Call, Payload, Scenario, SnapshotLevel};
use crate::source::Source;

const CONTRACT: &str = r#"
openapi: 3.2.0
info: {title: Things, version: "1"}
paths:
  /things:
    get:
      operationId: list
      parameters: [{name: page, in: query, schema: {type: integer}}]
      responses: {"200": {description: d}}
    post:
      operationId: create
      requestBody: {required: true, content: {application/json: {}}}
      responses: {"201": {description: d}}
  /things/{id}:
    get:
      operationId: read
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: d}}
  /seen:
    get:
      operationId: seen
      parameters: [{name: X-Seen, in: header, required: true, schema: {type: string}}]
      responses: {"200": {description: d}}
  /open:
    get:
      operationId: open
      security: [{}, {token: []}]
      responses: {"200": {description: d}}
  /search:
    get:
      operationId: search
      parameters: [{name: q, in: querystring, content: {application/x-www-form-urlencoded: {schema: {type: object}}}}]
      responses: {"200": {description: d}}
  /guarded:
    get:
      operationId: guarded
      security: [{seal: [], token: []}]
      responses: {"200": {description: d}}
components:
  securitySchemes: {seal: {type: mutualTLS}, token: {type: http, scheme: bearer}}
"#;

struct OneFile;

impl Files for OneFile {
    fn load(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let bytes: &[u8] = match path {
            "files/a.bin" => b"bytes",
            "files/no-text.bin" => b"\xff\0",
            "rows.csv" => b"name,size,kind\nsmall,1,a\n\"big\",10,\n",
            "rows.yaml" => b"- name: one\n  inputs: {size: 1}\n",
            "broken.csv" => b"name,size\none\n",
            "strange.csv" => b"name,weight\na b,1\n",
            "latin.csv" => b"name\n\xe9\n",
            _ => return Err("no such file".to_owned()),
        };
        Ok(Arc::from(bytes))
    }
}

fn read_document(text: &str) -> (Vec<Scenario>, Vec<Problem>) {
    let contract = Source::parse("specs/t/openapi.yaml", CONTRACT.to_owned()).expect("YAML");
    let (contract, problems) = openapi::lower("t", &Arc::new(contract));
    assert_eq!(problems, []);
    let contracts = [Arc::new(contract.expect("a contract"))];
    let source = Source::parse("specs/t/t.arazzo.yaml", text.to_owned()).expect("YAML");
    lower(
        &source,
        &Surroundings {
            api: "t",
            contracts: &contracts,
            files: &OneFile,
        },
    )
}

/// A document around these workflows, which begin at line 5.
fn read(workflows: &str) -> (Vec<Scenario>, Vec<Problem>) {
    read_document(&format!(
        "arazzo: 1.0.1\ninfo: {{title: T, version: '1'}}\n\
         sourceDescriptions: [{{name: api, url: ./openapi.yaml, type: openapi}}]\nworkflows:\n{workflows}"
    ))
}

fn told(problems: &[Problem]) -> Vec<String> {
    problems
        .iter()
        .map(|problem| {
            let line = problem
                .location
                .as_ref()
                .map_or(0, |location| location.line);
            assert!(!problem.help.is_empty(), "no help: {problem}");
            format!("{line} {}", problem.code.id())
        })
        .collect()
}

/// The Problems of these workflows as `line code`.
fn problems(workflows: &str) -> Vec<String> {
    told(&read(workflows).1)
}

/// A workflow with a bit of everything.
const WHOLE: &str = r##"  - workflowId: first
    summary: S.
    inputs: {$ref: "#/components/inputs/common"}
    parameters: [{reference: $components.parameters.page, value: 2}]
    failureActions: [{reference: $components.failureActions.again}]
    x-countersign: {tags: [a, b], snapshot: {body: shape}}
    steps:
      - stepId: one
        operationId: $sourceDescriptions.api.list
        outputs: {first: "$response.body#/0/id"}
      - stepId: two
        operationPath: "{$sourceDescriptions.api.url}#/paths/~1things/post"
        requestBody:
          payload: {a: $steps.one.outputs.first, b: "x {$inputs.name}", c: [1], price: $5, raw: $inputs.nope}
          replacements: [{target: /a, value: 1}]
          x-countersign: {literal: [/raw]}
        x-countersign: {always: true, snapshot: {body: "off"}}
        parameters: [{name: page, in: query, value: 3}]
        onFailure: []
components:
  inputs: {common: {type: object, properties: {name: {type: string, default: n}}}}
  parameters: {page: {name: page, in: query, value: 1}}
  failureActions: {again: {name: again, type: retry, retryAfter: 0.5, retryLimit: 3}}
"##;

#[test]
fn workflows_are_read_whole() {
    let (scenarios, problems) = read(WHOLE);
    // The second operation takes no query; its own parameter stands for the shared one.
    assert_eq!(told(&problems), ["22 unknown-reference"]);
    let scenario = &scenarios[0];
    assert_eq!(scenario.defaults, [("name".to_owned(), json!("n"))]);
    assert_eq!(scenario.tags, ["a", "b"]);
    let [one, two] = scenario.steps.as_slice() else {
        unreachable!("two steps were written")
    };
    let Call::Operation { arguments, .. } = &one.call else {
        unreachable!("an operation")
    };
    assert_eq!(
        arguments[0].value,
        Payload::Literal(json!(2)),
        "the reference's own value counts"
    );
    assert!(matches!(
        one.on_failure[0].kind,
        ActionKind::Retry { limit: 3, .. }
    ));
    assert_eq!(
        (one.snapshot.body, two.snapshot.body),
        (SnapshotLevel::Shape, SnapshotLevel::Off)
    );
    assert_eq!(
        two.on_failure.len(),
        1,
        "what the workflow says cannot be removed"
    );
    assert!(two.always);
    let Call::Operation {
        body: Some(body), ..
    } = &two.call
    else {
        unreachable!("a body")
    };
    assert_eq!(
        body.content_type, "application/json",
        "the only one that the operation takes"
    );
    let Payload::Object(fields) = &body.payload else {
        unreachable!("an object")
    };
    assert!(matches!(fields[0].1, Payload::Expression(_)));
    assert!(matches!(fields[1].1, Payload::Template(_)));
    assert_eq!(
        fields[3].1,
        Payload::Literal(json!("$5")),
        "a price is no expression"
    );
    assert_eq!(
        fields[4].1,
        Payload::Literal(json!("$inputs.nope")),
        "a literal stays"
    );
}

#[test]
fn other_versions_and_sources_are_refused() {
    for (text, code) in [
        ("arazzo: 1.2.0", "unsupported"),
        ("arazzo: '1.0'", "invalid-value"),
        ("arazzo: 2.0.0", "invalid-value"),
        ("arazzo: 1.0", "wrong-type"),
        ("info: {}", "missing-field"),
    ] {
        let (scenarios, problems) = read_document(text);
        assert_eq!(
            (scenarios.len(), told(&problems)),
            (0, vec![format!("1 {code}")]),
            "{text}"
        );
    }
    let with_source = |source: &str| {
        let text = format!(
            "arazzo: 1.0.1\ninfo: {{title: T, version: '1'}}\nsourceDescriptions: [{source}]\nworkflows: []\n"
        );
        told(&read_document(&text).1)
    };
    assert_eq!(
        with_source("{name: a, url: ./opneapi.yaml}"),
        ["3 unknown-reference"]
    );
    assert_eq!(
        with_source("{name: a, url: ../t/openapi.yaml}"),
        [] as [&str; 0]
    );
    assert_eq!(
        with_source("{name: a, url: b, type: arazzo}"),
        ["3 unknown-reference"]
    );
}

/// One step with these lines, which begin at line 8.
fn step(lines: &str) -> Vec<String> {
    let indented = lines.replace('\n', "\n        ");
    problems(&format!(
        "  - workflowId: w\n    steps:\n      - stepId: s\n        {indented}\n"
    ))
}

/// Lines of a step with the Problem that they have.
const MISTAKES: &[(&str, &str)] = &[
    ("operationId: lst", "8 unknown-reference"),
    ("operationId: list\nworkflowId: w", "7 missing-field"),
    ("description: nothing to call", "7 missing-field"),
    ("operationId: list\nsuccesCriteria: []", "9 unknown-field"),
    ("operationId: read", "7 invalid-request"),
    ("operationId: create", "7 invalid-request"),
    (
        "operationId: list\nparameters: [{name: pag, in: query, value: 1}]",
        "9 unknown-reference",
    ),
    (
        "operationId: list\nparameters: [{name: page, in: querry, value: 1}]",
        "9 invalid-value",
    ),
    (
        "operationId: list\nparameters: [{name: page, in: query}]",
        "9 missing-field",
    ),
    (
        "operationId: list\nparameters: [{reference: $components.parameters.x}]",
        "9 unknown-reference",
    ),
    (
        "operationId: list\nparameters: [{name: page, in: query, value: $input.x}]",
        "9 invalid-expression",
    ),
    (
        "operationId: list\nparameters: [{name: page, in: query, value: $inputs.x}]",
        "9 unknown-reference",
    ),
    (
        "operationId: list\nparameters: [{name: page, in: query, value: $statusCode}]",
        "9 impossible-order",
    ),
    (
        "operationId: list\nsuccessCriteria: [{condition: $statusCode = 200}]",
        "9 invalid-expression",
    ),
    (
        "operationId: list\nsuccessCriteria: [{condition: $..a, type: jsonpath}]",
        "9 missing-field",
    ),
    (
        "operationId: list\nsuccessCriteria: [{context: $response.body, condition: '$[', type: jsonpath}]",
        "9 invalid-expression",
    ),
    (
        "operationId: list\nsuccessCriteria: [{context: $response.body, condition: '(', type: regex}]",
        "9 invalid-expression",
    ),
    (
        "operationId: list\nsuccessCriteria: [{context: $response.body, condition: a, type: xpath}]",
        "9 unsupported",
    ),
    (
        "operationId: list\nsuccessCriteria: [{context: $response.body, condition: a, type: rexex}]",
        "9 unknown-reference",
    ),
    (
        "operationId: list\nonSuccess: [{name: a, type: retry}]",
        "9 unknown-reference",
    ),
    (
        "operationId: list\nonFailure: [{name: a, type: goto}]",
        "9 missing-field",
    ),
    (
        "operationId: list\nonFailure: [{name: a, type: goto, stepId: x}]",
        "9 unknown-reference",
    ),
    (
        "operationId: list\nonFailure: [{name: a, type: retry, retryLimit: -1}]",
        "9 wrong-type",
    ),
    (
        "operationId: list\nonFailure: [{name: a, type: retry, retryAfter: 9999}]",
        "9 invalid-value",
    ),
    (
        "operationId: list\nonFailure: [{name: a, type: end}, {name: a, type: end}]",
        "9 duplicate-name",
    ),
    (
        "operationId: list\noutputs: {'a b': $response.body}",
        "9 invalid-value",
    ),
    (
        "operationId: list\noutputs: {a: response.body}",
        "9 invalid-expression",
    ),
    (
        "operationId: list\nx-countersign: {alway: true}",
        "9 unknown-field",
    ),
    (
        "operationId: list\nx-countersign: {snapshot: {body: some}}",
        "9 unknown-reference",
    ),
    (
        "operationId: list\nx-countersign: {request: wrong}",
        "9 invalid-value",
    ),
    (
        "operationId: create\nrequestBody: {payload: $file('files/b.bin')}",
        "9 unusable-file",
    ),
    (
        "operationId: create\nrequestBody: {contentType: json, payload: 1}",
        "9 invalid-value",
    ),
    (
        "operationId: create\nrequestBody: {payload: {a: 1}, x-countersign: {raw: true}}",
        "9 wrong-type",
    ),
    (
        "operationId: create\nrequestBody: {payload: {a: 1}, x-countersign: {literal: [/b]}}",
        "9 unknown-reference",
    ),
    (
        "operationId: create\nrequestBody: {payload: 1, replacements: [{target: a, value: 1}]}",
        "9 invalid-value",
    ),
    ("workflowId: x", "8 unknown-reference"),
    ("workflowId: w", "5 impossible-order"),
];

#[test]
fn each_mistake_in_a_step_is_told_at_its_line() {
    for (lines, expected) in MISTAKES {
        assert_eq!(step(lines), [*expected], "{lines}");
    }
    assert_eq!(
        step("operationId: create\nrequestBody: {payload: $file('files/a.bin')}"),
        [] as [&str; 0]
    );
}

#[test]
fn what_is_read_must_come_before() {
    let steps = |first: &str, second: &str| {
        problems(&format!(
            "  - workflowId: w\n    steps:\n      \
             - {{stepId: a, operationId: list, parameters: [{{name: page, in: query, value: {first}}}], outputs: {{x: $response.body}}}}\n      \
             - {{stepId: b, operationId: list, parameters: [{{name: page, in: query, value: {second}}}], outputs: {{y: $response.body}}}}\n"
        ))
    };
    assert_eq!(steps("1", "$steps.a.outputs.x"), [] as [&str; 0]);
    assert_eq!(steps("$steps.b.outputs.y", "1"), ["7 impossible-order"]);
    assert_eq!(
        steps("1", "$steps.b.outputs.y"),
        ["8 impossible-order"],
        "its own response comes later"
    );
    assert_eq!(steps("1", "$steps.c.outputs.y"), ["8 unknown-reference"]);
    assert_eq!(steps("1", "$steps.a.outputs.z"), ["8 unknown-reference"]);
    assert_eq!(steps("1", "$workflows.v.outputs.z"), ["8 impossible-order"]);
}

#[test]
fn workflows_that_need_each_other_in_a_circle_are_told() {
    let step = "steps: [{stepId: s, operationId: list}]";
    let told = problems(&format!(
        "  - {{workflowId: a, dependsOn: [b], {step}}}\n  - {{workflowId: b, dependsOn: [a], {step}}}\n  \
         - {{workflowId: c, dependsOn: [a], {step}}}\n"
    ));
    assert_eq!(told, ["5 impossible-order", "6 impossible-order"]);
    assert_eq!(
        problems(&format!("  - {{workflowId: a, dependsOn: [x], {step}}}\n")),
        ["5 unknown-reference"]
    );
    assert_eq!(
        problems(&format!(
            "  - {{workflowId: a, {step}}}\n  - {{workflowId: a, {step}}}\n"
        )),
        ["6 duplicate-name"]
    );
    assert_eq!(
        problems(&format!("  - {{workflowId: a/b, {step}}}\n")),
        ["5 invalid-value"]
    );
    assert_eq!(
        problems("  - {workflowId: a, steps: []}\n"),
        ["5 missing-field"]
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let told = problems(
        "  - workflowId: w\n    stesp: 1\n    steps:\n      - {stepId: a, operationId: lits}\n      \
         - {stepId: a, operationId: read}\n",
    );
    let expected = [
        "6 unknown-field",
        "9 duplicate-name",
        "8 unknown-reference",
        "9 invalid-request",
    ];
    assert_eq!(told, expected);
}
