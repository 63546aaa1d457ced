//! Each rule with what breaks it beside what keeps it, on an API of things.

mod contracts;
mod excepting;
mod registry;
mod rules;

use std::fmt::Write as _;

use super::*;
use crate::arazzo::NoFiles;
use crate::suite::{Folder, SourceText, load};

const CONTRACT: &str = r##"
openapi: 3.1.1
info: {title: Things, version: "1"}
security: [{key: []}]
paths:
  /things:
    get:
      operationId: list
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: only, in: query, schema: {type: array, items: {type: string}}}
      responses:
        "200":
          description: all
          headers: {X-Total: {schema: {type: integer}}}
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}}}
    post:
      operationId: create
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Draft"}}}
      responses:
        "201": {description: made, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
        "400": {description: no, content: {application/json: {schema: {type: object, properties: {why: {type: string}}}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    delete:
      operationId: remove
      responses:
        "204": {description: done}
        "404": {description: none, content: {text/plain: {schema: {type: string}}}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Draft:
      type: object
      required: [name, tags]
      properties:
        name: {type: string, minLength: 2}
        size: {type: integer}
        tags: {type: array, items: {type: string}}
    Thing:
      type: object
      required: [id, name]
      properties:
        id: {type: integer}
        name: {type: string}
        kind: {const: thing}
        open: {type: object}
"##;

/// What the rules say of steps, and of settings.
fn told_of(contract: &str, steps: &str, settings: &str) -> Vec<String> {
    let text = |path: &str, text: String| SourceText {
        path: path.to_owned(),
        text,
    };
    let mut flows = "arazzo: 1.0.1\ninfo: {title: T, version: '1'}\n\
        sourceDescriptions: [{name: api, url: openapi.yaml, type: openapi}]\n\
        workflows:\n  - workflowId: flow\n    inputs: {type: object, properties: {word: {type: string, default: w}, number: {type: integer, default: 3}, any: {}}}\n    steps:\n"
        .to_owned();
    for line in steps.lines().filter(|it| !it.trim().is_empty()) {
        writeln!(flows, "      {line}").expect("a String takes all");
    }
    let folder = Folder {
        api: "t".to_owned(),
        contract: text("specs/t/openapi.yaml", contract.to_owned()),
        scenarios: vec![text("specs/t/t.arazzo.yaml", flows)],
        settings: Some(text("specs/t/api.toml", settings.to_owned())),
        others: Vec::new(),
        files: Box::new(NoFiles),
    };
    let (suite, problems) = load(vec![folder]);
    assert_eq!(problems, [], "{steps}");
    let told = lint(&suite).into_iter();
    told.map(|it| format!("{}: {}; {}", it.code.id(), it.message, it.help))
        .collect()
}

fn of_steps(steps: &str) -> Vec<String> {
    told_of(CONTRACT, steps, "")
}

const CREATE: &str = "
- stepId: create
  operationId: create
  requestBody: {payload: {name: cog, tags: []}}
  successCriteria: [{condition: $statusCode == 201}]
  outputs: {id: $response.body#/id, name: $response.body#/name, whole: $response.body, open: $response.body#/open/x}
";

#[test]
fn what_is_in_order_gets_no_word() {
    let steps = format!(
        "{CREATE}
- stepId: list
  operationId: list
  parameters: [{{name: limit, in: query, value: $steps.create.outputs.id}}, {{name: only, in: query, value: [$steps.create.outputs.name]}}]
  successCriteria:
    - condition: $statusCode == 200 && $response.header.X-Total >= 1
    - {{context: $response.body, type: jsonpath, condition: \"$[?@.id == {{$steps.create.outputs.id}}]\"}}
    - condition: $response.body#/0/ghost == null
- stepId: remove
  operationId: remove
  parameters: [{{name: id, in: path, value: $steps.create.outputs.whole#/id}}]
  onFailure: [{{name: over, type: end, criteria: [{{condition: $response.body == 'none'}}]}}]
"
    );
    assert_eq!(of_steps(&steps), [""; 0]);
}

#[test]
fn a_status_that_is_not_documented_is_told() {
    let remove = |criteria: &str| {
        of_steps(&format!(
            "- {{stepId: remove, operationId: remove, parameters: [{{name: id, in: path, value: 1}}], successCriteria: [{criteria}]}}"
        ))
    };
    for (criteria, expected) in [
        (
            "{condition: $statusCode == 200}",
            "undocumented-status: the step awaits the status 200, which `remove` does not document; mend the criterion, or document the status in the contract",
        ),
        (
            "{condition: $statusCode >= 500}",
            "undocumented-status: the step awaits a status of 500 to 599, which `remove` does not document; mend the criterion, or document the status in the contract",
        ),
        (
            "{condition: $statusCode == 204}, {condition: $statusCode == 404}",
            "undocumented-status: no status satisfies the criteria of the step `remove`; `remove` documents 204, 404",
        ),
        (
            "{context: $statusCode, type: regex, condition: '^5'}",
            "undocumented-status: the step awaits a status of 500 to 599, which `remove` does not document; mend the criterion, or document the status in the contract",
        ),
    ] {
        assert_eq!(remove(criteria), [expected], "{criteria}");
    }
    for criteria in [
        "{condition: $statusCode < 500}",
        "{context: $statusCode, type: regex, condition: '^(204|404)$'}",
    ] {
        assert_eq!(remove(criteria), [""; 0], "{criteria}");
    }
}

#[test]
fn what_no_answer_declares_is_not_read() {
    for (part, expected) in [
        (
            "outputs: {id: $response.body#/idd}",
            "undeclared-read: `$response.body#/idd` reads `idd`, which the contract does not declare; did you mean `id`?",
        ),
        (
            "outputs: {id: $response.body#/name/first}",
            "undeclared-read: `$response.body#/name/first` looks for `first` in a value of the type string; read something else, or mend the contract",
        ),
        (
            "outputs: {id: $response.body#/why}",
            "undeclared-read: `$response.body#/why` reads `why`, which the contract does not declare; it declares `id`, `name`, `kind`, `open`",
        ),
        (
            "outputs: {id: $response.header.X-Nothing}",
            "undeclared-read: `$response.header.X-Nothing` reads a header field that the answer does not document; document the header field in the contract",
        ),
    ] {
        let steps = format!(
            "- {{stepId: a, operationId: create, requestBody: {{payload: {{name: cog, tags: []}}}}, successCriteria: [{{condition: $statusCode == 201}}], {part}}}"
        );
        assert_eq!(of_steps(&steps), [expected], "{part}");
    }
    let query = "- {stepId: a, operationId: list, successCriteria: [{context: $response.body, type: jsonpath, condition: '$[*].nmae'}]}";
    let expected = "undeclared-read: `$[*].nmae` reads `nmae`, which the contract does not declare; did you mean `name`?";
    assert_eq!(of_steps(query), [expected]);
    let nothing = "- {stepId: a, operationId: remove, parameters: [{name: id, in: path, value: 1}], successCriteria: [{condition: $statusCode == 204}, {condition: $response.body#/x == 1}]}";
    let expected = "undeclared-read: `$response.body#/x` reads a body, and the documented answer has none; read something else, or document the body in the contract";
    assert_eq!(of_steps(nothing), [expected]);
}

#[test]
fn an_output_is_followed_to_where_it_comes_from() {
    let steps = format!(
        "{CREATE}\n- {{stepId: b, operationId: remove, parameters: [{{name: id, in: path, value: $steps.create.outputs.whole#/ident}}]}}"
    );
    let told = of_steps(&steps);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("undeclared-read: `$steps.create.outputs.whole#/ident` reads `ident`"),
        "{told:?}"
    );
}

#[test]
fn types_that_can_never_agree_are_told() {
    for (value, expected) in [
        (
            "$steps.create.outputs.whole",
            "type-mismatch: the path parameter `id` takes integer, and `$steps.create.outputs.whole` gives object; read another value, or say `x-countersign: {request: invalid}`",
        ),
        ("$steps.create.outputs.id", ""),
        ("$steps.create.outputs.open", ""),
        // A text may be a number's.
        ("$steps.create.outputs.name", ""),
        ("$inputs.number", ""),
        ("$inputs.any", ""),
    ] {
        let steps = format!(
            "{CREATE}\n- {{stepId: b, operationId: remove, parameters: [{{name: id, in: path, value: {value}}}]}}"
        );
        let expected: Vec<&str> = [expected].into_iter().filter(|it| !it.is_empty()).collect();
        assert_eq!(of_steps(&steps), expected, "{value}");
    }
    for (size, is_right) in [
        ("$steps.create.outputs.id", true),
        ("$steps.create.outputs.name", false),
        ("$inputs.number", true),
        ("$inputs.word", false),
        ("'{$steps.create.outputs.id}'", false),
    ] {
        let steps = format!(
            "{CREATE}\n- {{stepId: b, operationId: create, requestBody: {{payload: {{name: cog, tags: [], size: {size}}}}}}}"
        );
        let told = of_steps(&steps);
        assert_eq!(told.is_empty(), is_right, "{size}: {told:?}");
        assert!(
            told.iter()
                .all(|it| it.contains("/size") && it.contains("integer")),
            "{told:?}"
        );
        let invalid = steps.replace(
            "stepId: b,",
            "stepId: b, x-countersign: {request: invalid},",
        );
        assert_eq!(of_steps(&invalid), [""; 0]);
    }
}

#[test]
fn what_a_request_lacks_is_told_whatever_it_reads() {
    let body = |payload: &str, more: &str| {
        of_steps(&format!(
            "{CREATE}\n- {{stepId: b, operationId: create, requestBody: {{payload: {payload}}}{more}}}"
        ))
    };
    let broken = |what: &str, help: &str| {
        [format!(
            "invalid-request: the request breaks the contract: the body{what}; mend the {help}, or say `x-countersign: {{request: invalid}}`"
        )]
    };
    let nothing: [String; 0] = [];
    assert_eq!(
        body("{name: $steps.create.outputs.name}", ""),
        broken(": the member `tags` is missing", "body")
    );
    assert_eq!(
        body("{name: $inputs.word, tags: []}", ""),
        broken(
            " at /name: expected at least 2 characters, got 1 character: \"w\"",
            "step"
        )
    );
    assert_eq!(
        body("{name: $steps.create.outputs.name, tags: [1]}", ""),
        broken(" at /tags/0: expected string, got integer 1", "body")
    );
    for right in [
        "{name: $steps.create.outputs.name, tags: []}",
        "{name: 'a{$inputs.word}', tags: []}",
        "$inputs.any",
        "{name: $inputs.any, tags: $steps.create.outputs.open}",
    ] {
        assert_eq!(body(right, ""), nothing, "{right}");
    }
    assert_eq!(
        body(
            "{name: $steps.create.outputs.name}",
            ", x-countersign: {request: invalid}"
        ),
        nothing
    );
}

#[test]
fn steps_that_no_way_leads_to_are_told() {
    let step = |id: &str, more: &str| format!("- {{stepId: {id}, operationId: list{more}}}\n");
    let lost = |steps: &[String]| {
        let told = of_steps(&steps.concat());
        told.iter()
            .filter_map(|it| {
                Some(
                    it.strip_prefix("unreachable-step: no way leads to the step `")?
                        .split('`')
                        .next()?
                        .to_owned(),
                )
            })
            .collect::<Vec<_>>()
    };
    let end = ", onSuccess: [{name: e, type: end}]";
    let jump = ", onSuccess: [{name: g, type: goto, stepId: c}]";
    let maybe = ", onSuccess: [{name: e, type: end, criteria: [{condition: $statusCode == 200}]}]";
    let rescue =
        ", onSuccess: [{name: e, type: end}], onFailure: [{name: g, type: goto, stepId: c}]";
    let (b, c) = (step("b", ""), step("c", ""));
    assert_eq!(lost(&[step("a", end), b.clone(), c.clone()]), ["b", "c"]);
    assert_eq!(lost(&[step("a", jump), b.clone(), c.clone()]), ["b"]);
    assert_eq!(lost(&[step("a", maybe), b.clone(), c.clone()]), [""; 0]);
    assert_eq!(lost(&[step("a", rescue), b, c]), ["b"]);
    let always = step("b", ", x-countersign: {always: true}");
    assert_eq!(lost(&[step("a", end), always]), [""; 0]);
}

#[test]
fn an_output_that_nobody_reads_and_no_snapshot_shows_is_told() {
    let step = |more: &str| {
        of_steps(&format!(
            "- {{stepId: a, operationId: list, outputs: {{first: $response.body#/0/id}}{more}}}"
        ))
    };
    assert_eq!(step(""), [""; 0]);
    let expected = "unused-output: nobody reads the output `first` of the step `a`; take it away, or read it in a later step";
    assert_eq!(
        step(", x-countersign: {snapshot: {body: 'off'}}"),
        [expected]
    );
    let read = step(
        ", x-countersign: {snapshot: {body: 'off'}}}\n- {stepId: b, operationId: list, parameters: [{name: limit, in: query, value: $steps.a.outputs.first}]",
    );
    assert_eq!(read, [""; 0]);
}

#[test]
fn identities_are_declared_and_come() {
    let told = |step: &str, declared: &str| {
        let mut settings = String::new();
        for name in declared.split_whitespace() {
            writeln!(settings, "[identities.{name}]\nkey = {{ env = \"KEY\" }}")
                .expect("a String takes all");
        }
        told_of(
            CONTRACT,
            &format!("- {{stepId: a, operationId: list{step}}}"),
            &settings,
        )
    };
    let viewer = ", x-countersign: {as: viewer}";
    assert_eq!(told("", ""), [""; 0]);
    assert_eq!(told("", "default"), [""; 0]);
    assert_eq!(told(viewer, "viewer"), [""; 0]);
    assert_eq!(
        told(viewer, "viewr"),
        [
            "stray-identity: the step comes as `viewer`, which api.toml does not declare; did you mean `viewr`?",
            "stray-identity: no step comes as `viewr`; take it away, or let a step say `x-countersign: {as: viewr}`",
        ]
    );
    assert_eq!(told("", "default admin").len(), 1);
}

/// What the rules say of a contract alone.
fn of_contract(text: &str) -> Vec<String> {
    let text = SourceText {
        path: "c.yaml".to_owned(),
        text: text.to_owned(),
    };
    let (contract, problems) = crate::suite::load_contract("c", text, &NoFiles);
    assert_eq!(problems, []);
    let told = lint_contract(&contract.expect("a contract")).into_iter();
    told.map(|it| {
        format!(
            "{} {}: {}",
            it.location.map_or(0, |it| it.line),
            it.code.id(),
            it.message
        )
    })
    .collect()
}

#[test]
fn a_contract_says_what_answers_are_judged_by() {
    let text = "openapi: 3.1.1
info: {title: T, version: '1'}
paths:
  /a:
    get: {operationId: a, responses: {}}
    put:
      operationId: b
      responses:
        '200': {description: d, content: {application/json: {}}}
        '404': {description: d, content: {text/plain: {}}}
        '409': {description: d, content: {application/problem+json: {schema: {}}}}
";
    let expected = [
        "5 untestable: `a` documents no response, so every answer is a finding",
        "9 untestable: the answer 200 of `b` is application/json, of which nothing is said",
    ];
    assert_eq!(of_contract(text), expected);
}

#[test]
fn an_example_satisfies_its_own_schema() {
    let text = "openapi: 3.1.1
info: {title: T, version: '1'}
paths:
  /a/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}, example: x}
    post:
      operationId: a
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Pet'}
            examples:
              right: {value: {name: Rex}}
              wrong: {value: {name: 7}}
              readOnly: {value: {name: Rex, id: 1}}
              elsewhere: {externalValue: 'https://example.com/x.json'}
      responses:
        '200':
          description: d
          headers: {X-A: {schema: {type: boolean}, example: true}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}, example: {}}}
components:
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string, examples: [Rex, 1]}
";
    let told = of_contract(text);
    let lines: Vec<&str> = told
        .iter()
        .map(|it| it.split(' ').next().expect("a line"))
        .collect();
    assert_eq!(lines, ["6", "15", "16", "22", "30"], "{told:#?}");
    assert!(
        told.iter()
            .all(|it| it.contains("broken-example: the example breaks its schema: "))
    );
}
