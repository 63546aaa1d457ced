//! What the specification says of documents, item by item: each test is named after the item of the
//! checklist that it is about (V versions, O root, S sources, W workflows, T steps, ..).

use serde_json::json;

use super::{read_document, told};
use crate::problem::Problem;
use crate::scenario::{ActionKind, Call, Destination, Payload, Query, Root, Scenario, Step};

/// A document of that version around these workflows, which begin at line 5.
pub(super) fn read(version: &str, workflows: &str) -> (Vec<Scenario>, Vec<Problem>) {
    read_document(&format!(
        "arazzo: {version}\ninfo: {{title: T, version: '1'}}\n\
         sourceDescriptions: [{{name: api, url: ./openapi.yaml, type: openapi}}]\nworkflows:\n{workflows}"
    ))
}

/// The Problems of a step of that version with these lines, which begin at line 8.
pub(super) fn step(version: &str, lines: &str) -> Vec<String> {
    told(&read(version, &one_step(lines)).1)
}

pub(super) fn one_step(lines: &str) -> String {
    let indented = lines.replace('\n', "\n        ");
    format!(
        "  - workflowId: w\n    inputs: {{properties: {{x: {{}}}}}}\n    steps:\n      - stepId: s\n        {indented}\n"
    )
}

/// The step of a document that has nothing wrong.
pub(super) fn right(version: &str, lines: &str) -> Step {
    let (mut scenarios, problems) = read(version, &one_step(lines));
    assert_eq!(problems, [], "{lines}");
    scenarios.remove(0).steps.remove(0)
}

pub(super) const NOTHING: [&str; 0] = [];

#[test]
fn v1_versions_are_read_without_regard_to_the_patch() {
    for version in ["1.0.0", "1.0.1", "1.0.99", "1.1.0", "1.1.7"] {
        assert_eq!(step(version, "operationId: list"), NOTHING, "{version}");
    }
    for (version, code) in [
        ("2.0.0", "invalid-value"),
        ("1.2.0", "unsupported"),
        ("1.1", "wrong-type"),
        ("'1.1'", "invalid-value"),
        ("1.1.0.0", "invalid-value"),
        ("one", "invalid-value"),
    ] {
        let problems = step(version, "operationId: list");
        assert_eq!(problems, [format!("1 {code}")], "{version}");
    }
}

#[test]
fn v3_fields_of_1_1_are_none_of_1_0() {
    for line in ["timeout: 5", "dependsOn: []"] {
        let lines = format!("operationId: list\n{line}");
        assert_eq!(step("1.1.0", &lines), NOTHING, "{line}");
        assert_eq!(step("1.0.1", &lines), ["10 unknown-field"], "{line}");
    }
    assert_eq!(
        step("1.1.0", "operationid: list"),
        ["9 unknown-field", "8 missing-field"]
    );
    assert_eq!(step("1.1.0", "operationId: list\nx-other: {a: 1}"), NOTHING);
}

#[test]
fn o1_what_the_root_must_have() {
    let (_, problems) = read_document("arazzo: 1.1.0\n");
    let expected = ["1 missing-field"; 3];
    assert_eq!(told(&problems), expected);
    let text = "arazzo: 1.1.0\ninfo: {}\nsourceDescriptions: []\nworkflows: []\n";
    let expected = ["2 missing-field", "2 missing-field", "3 missing-field"];
    assert_eq!(told(&read_document(text).1), expected);
}

#[test]
fn w1_names_of_workflows_are_unique_and_have_a_case() {
    let with = |first: &str, second: &str| {
        let text = format!(
            "  - {{workflowId: {first}, steps: [{{stepId: s, operationId: list}}]}}\n  \
             - {{workflowId: b, steps: [{{stepId: s, workflowId: {second}}}]}}\n"
        );
        told(&read("1.1.0", &text).1)
    };
    assert_eq!(with("a", "a"), NOTHING);
    assert_eq!(with("a", "A"), ["6 unknown-reference"]);
    assert_eq!(with("b", "b")[0], "6 duplicate-name");
    let nameless = told(&read("1.1.0", "  - steps: [{stepId: s, operationId: list}]\n").1);
    assert_eq!(nameless, ["5 missing-field"]);
}

#[test]
fn w2_inputs_refer_by_pointer_and_by_anchor() {
    let shared = "components:\n  inputs:\n    all:\n      $anchor: everything\n      properties: \
                  {a: {$ref: '#/components/inputs/one'}}\n    one: {type: integer, default: 4}\n";
    let workflow = |reference: &str| {
        format!(
            "  - workflowId: w\n    inputs: {{$ref: '{reference}'}}\n    steps: [{{stepId: s, \
             operationId: list, parameters: [{{name: page, in: query, value: $inputs.a}}]}}]\n{shared}"
        )
    };
    for reference in ["#/components/inputs/all", "#everything"] {
        let (scenarios, problems) = read("1.1.0", &workflow(reference));
        assert_eq!(problems, [], "{reference}");
        let schema = scenarios[0].inputs.as_ref().expect("a schema");
        assert!(schema.is_valid(&json!({"a": 1})));
        assert!(
            !schema.is_valid(&json!({"a": "x"})),
            "what is referred to counts"
        );
    }
    let wrong = told(&read("1.1.0", &workflow("#nothing")).1);
    assert_eq!(wrong, ["6 unknown-reference", "7 unknown-reference"]);
    for (from, to, line) in [
        ("inputs/one'}", "inputs/two'}", 11),
        ("{type: integer,", "{type: whole,", 13),
    ] {
        let text = workflow("#everything").replace(from, to);
        let told = told(&read("1.1.0", &text).1);
        assert_eq!(told, [format!("{line} invalid-schema")], "{to}");
    }
}

#[test]
fn w2_inputs_that_are_no_schema_are_told_at_the_keyword() {
    let text = "  - workflowId: w\n    inputs:\n      properties:\n        a:\n          pattern: '('\n    \
                steps: [{stepId: s, operationId: list}]\n";
    assert_eq!(told(&read("1.1.0", text).1), ["9 invalid-schema"]);
}

#[test]
fn w4_parameters_of_the_workflow_go_to_a_workflow_that_takes_them() {
    let (scenarios, problems) = read(
        "1.0.1",
        "  - workflowId: outer\n    parameters: [{name: x, value: 1}, {name: other, value: 2}]\n    \
         steps: [{stepId: s, workflowId: inner}]\n  - workflowId: inner\n    inputs: {properties: {x: {}}}\n    \
         steps: [{stepId: s, operationId: list}]\n",
    );
    assert_eq!(problems, []);
    let Call::Workflow { inputs, .. } = &scenarios[0].steps[0].call else {
        unreachable!("a call")
    };
    assert_eq!(inputs, &[("x".to_owned(), Payload::Literal(json!(1)))]);
}

#[test]
fn w5_a_step_overrides_actions_by_their_name_and_removes_none() {
    let (scenarios, problems) = read(
        "1.0.1",
        "  - workflowId: w\n    failureActions: [{name: a, type: end}, {name: b, type: end}]\n    steps:\n      \
         - {stepId: s, operationId: list, onFailure: [{name: b, type: retry}]}\n",
    );
    assert_eq!(problems, []);
    let actions = scenarios[0].steps[0].on_failure.iter();
    let names: Vec<_> = actions.map(|it| (it.name.as_str(), &it.kind)).collect();
    assert!(
        matches!(
            names.as_slice(),
            [("b", ActionKind::Retry { .. }), ("a", ActionKind::End)]
        ),
        "{names:?}"
    );
}

#[test]
fn w6_outputs_are_expressions_or_selectors() {
    let step = right(
        "1.1.0",
        "operationId: list\noutputs:\n  a: $response.body#/0\n  \
         b: {context: $response.body, selector: '$[*].id', type: jsonpath}\n  \
         c: {context: '$response.body#/0', selector: /id, type: {type: jsonpointer, version: rfc6901}}",
    );
    assert_eq!(step.outputs[0].1.query, None);
    assert!(matches!(step.outputs[1].1.query, Some(Query::Path(_))));
    assert_eq!(step.outputs[2].1.pointer.as_str(), "/0/id");
    let selector =
        "operationId: list\noutputs: {a: {context: $response.body, selector: $.a, type: jsonpath}}";
    assert_eq!(
        self::step("1.0.1", selector),
        ["10 wrong-type"],
        "1.0 has no selectors"
    );
    assert_eq!(
        self::step(
            "1.1.0",
            "operationId: list\noutputs: {a: {context: $response.body, type: jsonpath}}"
        ),
        ["10 missing-field"]
    );
}

#[test]
fn w4_parameters_of_the_workflow_go_to_every_step_unless_it_has_its_own() {
    let (scenarios, problems) = read(
        "1.1.0",
        "  - workflowId: w\n    parameters: [{name: page, in: query, value: 1}, {name: X-A, in: header, value: a}]\n    \
         steps:\n      - {stepId: a, operationId: list}\n      - {stepId: b, operationId: list, \
         parameters: [{name: page, in: query, value: 2}, {name: x-a, in: header, value: b}]}\n      \
         - {stepId: c, operationId: list, parameters: [{name: page, in: header, value: 3}]}\n",
    );
    assert_eq!(problems, []);
    let given = scenarios[0].steps.iter().map(|step| {
        let Call::Operation { arguments, .. } = &step.call else {
            unreachable!("an operation")
        };
        let texts = arguments.iter().map(|it| {
            let value = it.value.literal().expect("it is written out");
            format!("{}={value}", it.place.as_str())
        });
        texts.collect::<Vec<_>>().join(" ")
    });
    assert_eq!(
        given.collect::<Vec<_>>(),
        [
            "query=1 header=\"a\"",
            "query=2 header=\"b\"",
            "header=3 query=1 header=\"a\""
        ]
    );
}

#[test]
fn w7_no_list_holds_anything_twice() {
    let two = |field: &str, one: &str, other: &str| {
        let text = format!(
            "  - workflowId: w\n    {field}: [{one}, {other}]\n    steps: [{{stepId: s, operationId: list}}]\n  \
             - {{workflowId: v, steps: [{{stepId: s, operationId: list}}]}}\n\
             components: {{parameters: {{p: {{name: page, in: query, value: 1}}}}}}\n"
        );
        told(&read("1.1.0", &text).1)
    };
    let page = "{name: page, in: query, value: 1}";
    let shared = "{reference: $components.parameters.p}";
    let end = "{name: e, type: end}";
    for (field, one, other) in [
        ("parameters", page, page),
        ("parameters", page, shared),
        ("parameters", shared, shared),
        (
            "parameters",
            "{name: X-A, in: header, value: 1}",
            "{name: x-a, in: header, value: 1}",
        ),
        ("dependsOn", "v", "v"),
        ("successActions", end, end),
        ("failureActions", end, end),
    ] {
        let told = two(field, one, other);
        assert_eq!(told, ["6 duplicate-name"], "{field}: {one} {other}");
    }
    let other = "{name: page, in: header, value: 1}";
    assert_eq!(two("parameters", page, other), NOTHING);
    let also = "{name: E, type: end}";
    assert_eq!(two("successActions", end, also), NOTHING);
    let step = |items: &str| {
        step(
            "1.1.0",
            &format!("operationId: list\nparameters: [{items}]"),
        )
    };
    assert_eq!(step(&format!("{page}, {page}")), ["10 duplicate-name"]);
    assert_eq!(
        step("{name: X-A, in: header, value: 1}, {name: x-a, in: header, value: 1}"),
        ["10 duplicate-name"]
    );
}

#[test]
fn t1_a_step_calls_one_thing() {
    assert_eq!(step("1.1.0", "description: d"), ["8 missing-field"]);
    let two =
        "operationId: list\noperationPath: '{$sourceDescriptions.api.url}#/paths/~1things/get'";
    assert_eq!(step("1.1.0", two), ["8 missing-field"]);
}

#[test]
fn t3_a_path_may_be_percent_encoded() {
    for path in ["/paths/~1things~1{id}/get", "/paths/~1things~1%7Bid%7D/get"] {
        let lines = format!(
            "operationPath: '{{$sourceDescriptions.api.url}}#{path}'\nparameters: [{{name: id, in: path, value: '1'}}]"
        );
        let step = right("1.0.1", &lines);
        let (_, operation) = step.call.operation().expect("an operation");
        assert_eq!(operation.id, "read");
    }
    let unknown = "operationPath: '{$sourceDescriptions.api.url}#/paths/~1thing/get'";
    assert_eq!(step("1.0.1", unknown), ["9 unknown-reference"]);
}

#[test]
fn t4_a_called_workflow_takes_parameters_without_a_place() {
    let with = |step: &str| {
        let text = format!(
            "  - workflowId: outer\n    steps:\n      - {{stepId: s, workflowId: inner, {step}}}\n  \
             - workflowId: inner\n    inputs: {{properties: {{x: {{}}}}}}\n    steps: [{{stepId: s, operationId: list}}]\n"
        );
        told(&read("1.1.0", &text).1)
    };
    assert_eq!(with("parameters: [{name: x, value: 1}]"), NOTHING);
    assert_eq!(
        with("parameters: [{name: X, value: 1}]"),
        ["7 unknown-reference"]
    );
    let placeless = "operationId: list\nparameters: [{name: page, value: 1}]";
    assert_eq!(step("1.1.0", placeless), ["10 missing-field"]);
}

#[test]
fn t5_a_body_is_for_an_operation() {
    let body = "requestBody: {payload: {a: 1}}";
    assert_eq!(
        step("1.1.0", &format!("operationId: create\n{body}")),
        NOTHING
    );
    assert_eq!(step("1.1.0", "operationId: create"), ["8 invalid-request"]);
    let text = format!(
        "  - {{workflowId: outer, steps: [{{stepId: s, workflowId: inner, {body}}}]}}\n  \
         - {{workflowId: inner, steps: [{{stepId: s, operationId: list}}]}}\n"
    );
    assert_eq!(told(&read("1.1.0", &text).1), ["5 unsupported"]);
}

#[test]
fn t6_a_list_of_criteria_is_not_empty() {
    let lines = "operationId: list\nsuccessCriteria: []";
    assert_eq!(step("1.1.0", lines), ["10 missing-field"]);
    assert_eq!(step("1.0.1", lines), NOTHING);
}

#[test]
fn t9_steps_stand_behind_those_that_they_depend_on() {
    let order = |first: &str, second: &str| {
        let (scenarios, problems) = read(
            "1.1.0",
            &format!(
                "  - workflowId: w\n    steps:\n      - {{stepId: a, operationId: list, {first}}}\n      \
                 - {{stepId: b, operationId: list, outputs: {{x: $response.body}}, {second}}}\n"
            ),
        );
        let ids = scenarios.iter().flat_map(|it| &it.steps);
        let ids: Vec<String> = ids.map(|it| it.id.clone()).collect();
        (ids.concat(), told(&problems))
    };
    let nothing = || Vec::<String>::new();
    assert_eq!(order("", ""), ("ab".to_owned(), nothing()));
    assert_eq!(order("dependsOn: [b]", ""), ("ba".to_owned(), nothing()));
    let reads = "parameters: [{name: page, in: query, value: $steps.b.outputs.x}]";
    assert_eq!(
        order(reads, "").1,
        ["7 impossible-order"],
        "forward, and nobody says so"
    );
    assert_eq!(
        order(reads, "dependsOn: []").1,
        ["7 impossible-order"],
        "what another step says does not count"
    );
    let both = format!("dependsOn: [b], {reads}");
    assert_eq!(order(&both, ""), ("ba".to_owned(), nothing()));
    assert_eq!(
        order("dependsOn: [b]", "dependsOn: [a]").1,
        ["7 impossible-order"]
    );
    assert_eq!(order("dependsOn: [a]", "").1, ["7 impossible-order"]);
    assert_eq!(order("dependsOn: [c]", "").1, ["7 unknown-reference"]);
    assert_eq!(order("", "dependsOn: [a, a]").1, ["8 duplicate-name"]);
}

#[test]
fn t9_a_step_of_another_workflow_must_be_there() {
    let with = |reference: &str| {
        let text = format!(
            "  - workflowId: w\n    dependsOn: [v]\n    steps: [{{stepId: a, operationId: list, dependsOn: ['{reference}']}}]\n  \
             - workflowId: v\n    steps: [{{stepId: b, operationId: list}}]\n"
        );
        told(&read("1.1.0", &text).1)
    };
    assert_eq!(with("$workflows.v.steps.b"), NOTHING);
    assert_eq!(with("$workflows.v.steps.c"), ["7 unknown-reference"]);
    assert_eq!(with("$workflows.u.steps.b"), ["7 unknown-reference"]);
    assert_eq!(with("$workflows.v.b"), ["7 invalid-value"]);
}

#[test]
fn t10_messages_are_refused() {
    for lines in [
        "channelPath: '{$sourceDescriptions.api.url}#/channels/a'\noperationId: list",
        "operationId: list\naction: send",
        "operationId: list\ncorrelationId: $inputs.x",
    ] {
        let told = step("1.1.0", lines);
        assert!(
            told.len() == 1 && told[0].ends_with("unsupported"),
            "{told:?}"
        );
    }
    let reads = "operationId: list\noutputs: {a: $message.payload#/a}";
    assert_eq!(step("1.1.0", reads), ["10 unsupported"]);
    let source = "arazzo: 1.1.0\ninfo: {title: T, version: '1'}\n\
                  sourceDescriptions: [{name: a, url: a.yaml, type: asyncapi}]\nworkflows: []\n";
    assert_eq!(told(&read_document(source).1), ["3 unsupported"]);
}

#[test]
fn a1_an_action_goes_to_a_step_or_to_a_workflow() {
    for (line, problem) in [
        (
            "onSuccess: [{name: a, type: goto, stepId: s, workflowId: w}]",
            "10 invalid-value",
        ),
        (
            "onSuccess: [{name: a, type: goto, stepId: S}]",
            "10 unknown-reference",
        ),
        (
            "onSuccess: [{name: a, type: goto, workflowId: v}]",
            "10 unknown-reference",
        ),
        (
            "onSuccess: [{name: a, type: Goto, stepId: s}]",
            "10 unknown-reference",
        ),
    ] {
        let lines = format!("operationId: list\n{line}");
        assert_eq!(step("1.0.1", &lines), [problem], "{line}");
    }
}

#[test]
fn a2_a_retry_without_a_limit_is_one() {
    let step = right(
        "1.0.1",
        "operationId: list\nonFailure: [{name: a, type: retry}]",
    );
    assert!(matches!(
        step.on_failure[0].kind,
        ActionKind::Retry { limit: 1, .. }
    ));
}

#[test]
fn a5_actions_hand_parameters_to_a_workflow() {
    let with = |action: &str| {
        read(
            "1.1.0",
            &format!(
                "  - workflowId: w\n    steps: [{{stepId: s, operationId: list, onFailure: [{{name: a, {action}}}]}}]\n  \
                 - workflowId: v\n    inputs: {{properties: {{x: {{}}}}}}\n    steps: [{{stepId: s, operationId: list}}]\n"
            ),
        )
    };
    let (scenarios, problems) =
        with("type: goto, workflowId: v, parameters: [{name: x, value: $statusCode}]");
    assert_eq!(problems, []);
    let ActionKind::Goto(Destination::Workflow { inputs, .. }) =
        &scenarios[0].steps[0].on_failure[0].kind
    else {
        unreachable!("a workflow")
    };
    assert!(matches!(&inputs[0].1, Payload::Expression(it) if it.root == Root::StatusCode));
    for (action, problem) in [
        (
            "type: goto, workflowId: v, parameters: [{name: y, value: 1}]",
            "6 unknown-reference",
        ),
        (
            "type: retry, stepId: s, parameters: [{name: x, value: 1}]",
            "6 invalid-value",
        ),
        (
            "type: goto, workflowId: v, parameters: [{name: x}]",
            "6 missing-field",
        ),
    ] {
        assert_eq!(told(&with(action).1), [problem], "{action}");
    }
}
