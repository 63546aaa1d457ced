//! What the specification says of values, criteria and components, item by item (C components,
//! K criteria, E and L queries, B bodies, X expressions).

use serde_json::json;

use super::checklist::{NOTHING, one_step, read, right, step};
use super::told;
use crate::scenario::{Call, CriterionKind, Payload, Target};

#[test]
fn c1_keys_of_components_are_plain() {
    let text = format!(
        "{}components:\n  inputs: {{'a b': {{}}, a.b-c_1: {{}}}}\n",
        one_step("operationId: list")
    );
    assert_eq!(told(&read("1.0.1", &text).1), ["11 invalid-value"]);
}

#[test]
fn c2_what_a_reference_adds_is_ignored_but_its_value() {
    let with = |item: &str| {
        let lines = format!("operationId: list\nparameters: [{item}]");
        let text = format!(
            "{}components: {{parameters: {{p: {{name: page, in: query, value: 1}}}}}}\n",
            one_step(&lines)
        );
        read("1.0.1", &text)
    };
    let (scenarios, problems) =
        with("{reference: $components.parameters.p, value: 7, name: other, strange: 1}");
    assert_eq!(problems, []);
    let Call::Operation { arguments, .. } = &scenarios[0].steps[0].call else {
        unreachable!("an operation")
    };
    assert_eq!(
        (arguments[0].name.as_str(), arguments[0].value.literal()),
        ("page", Some(&json!(7)))
    );
    for item in [
        "{reference: $components.parameters.q}",
        "{reference: $components.inputs.p}",
        "{reference: '#/components/parameters/p'}",
    ] {
        assert_eq!(told(&with(item).1), ["10 unknown-reference"], "{item}");
    }
}

#[test]
fn k8_a_type_needs_a_context() {
    for kind in ["simple", "regex", "jsonpath"] {
        let lines = format!("operationId: list\nsuccessCriteria: [{{condition: $, type: {kind}}}]");
        assert_eq!(step("1.0.1", &lines), ["10 missing-field"], "{kind}");
    }
    let braces = right(
        "1.0.1",
        "operationId: list\nsuccessCriteria: [{condition: '{$statusCode == 401}'}]",
    );
    assert!(matches!(braces.criteria[0].kind, CriterionKind::Simple(_)));
}

#[test]
fn e1_languages_have_their_own_versions() {
    for (kind, expected) in [
        ("jsonpath", None),
        ("{type: jsonpath}", None),
        ("{type: jsonpath, version: rfc9535}", None),
        (
            "{type: jsonpath, version: draft-goessner-dispatch-jsonpath-00}",
            Some("unsupported"),
        ),
        (
            "{type: jsonpath, version: xpath-10}",
            Some("unknown-reference"),
        ),
        ("{type: xpath, version: rfc9535}", Some("unknown-reference")),
        (
            "{type: jsonpointer, version: rfc6901}",
            Some("unknown-reference"),
        ),
        ("{type: regex}", Some("unknown-reference")),
        ("{version: rfc9535}", Some("missing-field")),
        ("xpath", Some("unsupported")),
        ("{type: xpath}", Some("unsupported")),
        ("{type: xpath, version: xpath-31}", Some("unsupported")),
        ("{type: xpath, version: xpath-20}", Some("unsupported")),
        (
            "{type: xpath, version: xpath-10}",
            Some("invalid-expression"),
        ),
        ("XPath", Some("unknown-reference")),
    ] {
        let lines = format!(
            "operationId: list\nsuccessCriteria: [{{context: $response.body, condition: $, type: {kind}}}]"
        );
        let expected: Vec<String> = expected.iter().map(|code| format!("10 {code}")).collect();
        assert_eq!(step("1.1.0", &lines), expected, "{kind}");
    }
}

/// The payload of a body of these lines.
fn body(version: &str, lines: &str) -> (Payload, Vec<Target>) {
    let step = right(
        version,
        &format!("operationId: create\nrequestBody:\n  {lines}"),
    );
    let Call::Operation {
        body: Some(body), ..
    } = step.call
    else {
        unreachable!("a body")
    };
    let targets = body.replacements.into_iter().map(|it| it.target);
    (body.payload, targets.collect())
}

#[test]
fn l1_a_selector_is_one_only_when_it_can_be_nothing_else() {
    let selects = |version: &str, value: &str| {
        let (payload, _) = body(version, &format!("payload: {{deep: [{value}]}}"));
        payload.literal().is_none()
    };
    let whole = "{context: $inputs.x, selector: $.a, type: jsonpath}";
    assert!(selects("1.1.0", whole));
    assert!(!selects(
        "1.0.1",
        "{context: inputs.x, selector: $.a, type: jsonpath}"
    ));
    for plain in [
        "{context: plain, selector: $.a, type: jsonpath}",
        "{context: $5, selector: $.a, type: jsonpath}",
        "{selector: $.a, type: jsonpath}",
    ] {
        assert!(!selects("1.1.0", plain), "{plain}");
    }
    let typo = "operationId: create\nrequestBody: {payload: {context: $inputs.x, selector: $.a, type: jsonpth}}";
    assert_eq!(step("1.1.0", typo), ["10 unknown-reference"]);
}

#[test]
fn b3_targets_are_pointers_and_paths() {
    let (_, targets) = body(
        "1.1.0",
        "payload: {a: [1]}\n  replacements:\n    - {target: /a, value: 1}\n    - {target: '$.a[*]', \
         targetSelectorType: jsonpath, value: 2}\n    - {target: /a/0, targetSelectorType: {type: jsonpointer, \
         version: rfc6901}, value: 3}",
    );
    assert!(
        matches!(
            targets.as_slice(),
            [Target::Pointer(_), Target::Path(_), Target::Pointer(_)]
        ),
        "{targets:?}"
    );
    for (replacement, problem) in [
        ("{target: a, value: 1}", "10 invalid-value"),
        (
            "{target: '$[', targetSelectorType: jsonpath, value: 1}",
            "10 invalid-expression",
        ),
        (
            "{target: /a, targetSelectorType: xpath, value: 1}",
            "10 unsupported",
        ),
        (
            "{target: /a, targetSelectorType: css, value: 1}",
            "10 unknown-reference",
        ),
        ("{target: /a}", "10 missing-field"),
    ] {
        let lines = format!(
            "operationId: create\nrequestBody: {{payload: {{a: 1}}, replacements: [{replacement}]}}"
        );
        assert_eq!(step("1.1.0", &lines), [problem], "{replacement}");
    }
    let xml = "operationId: create\nrequestBody: {contentType: application/xml, payload: <a/>, replacements: [{target: /a, value: 1}]}";
    assert_eq!(step("1.1.0", xml), NOTHING);
    let said = "{type: xpath, version: xpath-10}";
    for (target, kind, problem) in [
        ("/a[last()]", "", Some("unsupported")),
        ("/a[", "", Some("unsupported")),
        ("/a[last()]", said, None),
        ("/a[", said, Some("invalid-expression")),
        ("/a", "xpath", Some("unsupported")),
    ] {
        let kind = match kind {
            "" => String::new(),
            kind => format!("targetSelectorType: {kind}, "),
        };
        let lines = format!(
            "operationId: create\nrequestBody: {{contentType: application/xml, payload: <a/>, replacements: [{{target: '{target}', {kind}value: 1}}]}}"
        );
        let expected: Vec<String> = problem.iter().map(|it| format!("10 {it}")).collect();
        assert_eq!(step("1.1.0", &lines), expected, "{target} {kind}");
    }
}

/// The Problems of a step that calls an operation with these parameters.
fn with_parameters(version: &str, operation: &str, parameters: &str) -> Vec<String> {
    let lines = format!("operationId: {operation}\nparameters: [{parameters}]");
    step(version, &lines)
}

#[test]
fn p1_a_parameter_goes_to_a_place_that_the_version_knows() {
    let whole = "{name: q, in: querystring, value: {a: 1}}";
    assert_eq!(with_parameters("1.1.0", "search", whole), NOTHING);
    assert_eq!(
        with_parameters("1.0.1", "search", whole),
        ["10 invalid-value"]
    );
    for (parameter, problem) in [
        (
            "{name: x, in: querystring, value: a}",
            "10 unknown-reference",
        ),
        ("{name: q, in: query, value: a}", "10 unknown-reference"),
        ("{name: q, in: queryString, value: a}", "10 invalid-value"),
        ("{name: q, value: a}", "10 missing-field"),
        ("{name: q, in: querystring}", "10 missing-field"),
        (
            "{name: q, in: querystring, value: $file('files/a.bin')}",
            "10 wrong-type",
        ),
    ] {
        let told = with_parameters("1.1.0", "search", parameter);
        assert_eq!(told, [problem], "{parameter}");
    }
    let elsewhere = with_parameters("1.1.0", "list", whole);
    assert_eq!(
        elsewhere,
        ["10 unknown-reference"],
        "it takes parts of a query"
    );
}

#[test]
fn p3_a_whole_query_stands_alone() {
    let whole = "{name: q, in: querystring, value: a=1}";
    for beside in [
        "{name: page, in: query, value: 1}",
        "{name: r, in: querystring, value: b=1}",
    ] {
        let both = format!("{whole}, {beside}");
        for operation in ["search", "list"] {
            let told = with_parameters("1.1.0", operation, &both);
            assert_eq!(told, ["10 invalid-value"], "{operation}: {beside}");
        }
    }
    let twice = with_parameters("1.1.0", "search", &format!("{whole}, {whole}"));
    assert_eq!(twice, ["10 duplicate-name"]);
    let other = format!("{whole}, {{name: If-Match, in: header, value: a}}");
    assert_eq!(with_parameters("1.1.0", "search", &other), NOTHING);
    let shared = "  - workflowId: w\n    parameters: [{name: page, in: query, value: 1}]\n    steps:\n      \
         - {stepId: a, operationId: search, parameters: [{name: q, in: querystring, value: a}]}\n";
    assert_eq!(told(&read("1.1.0", shared).1), ["8 invalid-value"]);
}

#[test]
fn p3_what_is_in_a_whole_query_can_be_read() {
    let reads = |parameters: &str| {
        let lines = format!(
            "operationId: search\nparameters: [{parameters}]\noutputs: {{a: $request.query.page}}"
        );
        step("1.1.0", &lines)
    };
    assert_eq!(reads("{name: q, in: querystring, value: page=1}"), NOTHING);
    assert_eq!(reads(""), ["11 unknown-reference"]);
}

#[test]
fn x9_a_part_of_the_request_is_one_that_is_declared() {
    let reads = |operation: &str, expression: &str| {
        step(
            "1.0.1",
            &format!("operationId: {operation}\noutputs: {{a: {expression}}}"),
        )
    };
    assert_eq!(reads("list", "$request.query.page"), NOTHING);
    assert_eq!(reads("list", "$request.header.accept"), NOTHING);
    assert_eq!(
        reads("list", "$request.query.Page"),
        ["10 unknown-reference"]
    );
    assert_eq!(
        reads("list", "$request.header.X-Page"),
        ["10 unknown-reference"]
    );
    assert_eq!(reads("list", "$request.path.id"), ["10 unknown-reference"]);
}

#[test]
fn b1_a_media_type_is_that_of_the_operation_where_none_is_given() {
    let media_type = |lines: &str| {
        let step = right(
            "1.1.0",
            &format!("operationId: create\nrequestBody: {{{lines}}}"),
        );
        let Call::Operation { body, .. } = step.call else {
            unreachable!("an operation")
        };
        body.expect("a body").content_type
    };
    assert_eq!(media_type("payload: {a: 1}"), "application/json");
    assert_eq!(
        media_type("contentType: application/x-ndjson, payload: a"),
        "application/x-ndjson"
    );
    let undocumented = "operationId: list\nrequestBody: {payload: a}";
    assert_eq!(step("1.1.0", undocumented), ["10 missing-field"]);
    let wrong = "operationId: create\nrequestBody: {contentType: json, payload: a}";
    assert_eq!(step("1.1.0", wrong), ["10 invalid-value"]);
}

#[test]
fn p4_values_keep_their_types() {
    let value = |version: &str, text: &str| {
        let lines =
            format!("operationId: list\nparameters: [{{name: X-A, in: header, value: {text}}}]");
        let Call::Operation { mut arguments, .. } = right(version, &lines).call else {
            unreachable!("an operation")
        };
        arguments.remove(0).value
    };
    for (text, expected) in [
        ("1.5", json!(1.5)),
        ("'1'", json!("1")),
        ("true", json!(true)),
        ("null", json!(null)),
        ("[1, {a: b}]", json!([1, {"a": "b"}])),
        ("{a: [null]}", json!({"a": [null]})),
        ("$5", json!("$5")),
    ] {
        assert_eq!(value("1.0.1", text), Payload::Literal(expected), "{text}");
    }
    assert!(matches!(
        value("1.0.1", "$inputs.x"),
        Payload::Expression(_)
    ));
    assert!(matches!(
        value("1.0.1", "'a{$inputs.x}'"),
        Payload::Template(_)
    ));
    assert!(matches!(value("1.0.1", "[$inputs.x]"), Payload::Array(_)));
    let selector = "{context: $inputs.x, selector: $.a, type: jsonpath}";
    assert!(matches!(value("1.1.0", selector), Payload::Expression(_)));
    for (text, problem) in [
        ("$input.x", "10 invalid-expression"),
        ("'a{$input.x}'", "10 invalid-expression"),
        ("$inputs.y", "10 unknown-reference"),
    ] {
        let lines =
            format!("operationId: list\nparameters: [{{name: X-A, in: header, value: {text}}}]");
        assert_eq!(step("1.0.1", &lines), [problem], "{text}");
    }
}

#[test]
fn p5_names_have_a_case_except_those_of_headers() {
    let with = |place: &str, name: &str| {
        let lines =
            format!("operationId: seen\nparameters: [{{name: {name}, in: {place}, value: '1'}}]");
        step("1.1.0", &lines)
    };
    assert_eq!(with("header", "X-Seen"), NOTHING);
    assert_eq!(with("header", "x-seen"), NOTHING, "it is the required one");
    assert_eq!(
        with("header", "X-Other"),
        ["8 invalid-request"],
        "the required one is not given"
    );
    let page = |name: &str| {
        let lines =
            format!("operationId: list\nparameters: [{{name: {name}, in: query, value: 1}}]");
        step("1.1.0", &lines)
    };
    assert_eq!(page("page"), NOTHING);
    assert_eq!(page("Page"), ["10 unknown-reference"]);
}

#[test]
fn x3_x6_what_no_http_message_and_no_value_has_is_refused() {
    let reads = |expression: &str| {
        step(
            "1.1.0",
            &format!("operationId: list\noutputs: {{a: '{expression}'}}"),
        )
    };
    assert_eq!(reads("$response.body#/a"), NOTHING);
    for expression in ["$message.payload#/a", "$message.header.X-A"] {
        assert_eq!(reads(expression), ["10 unsupported"], "{expression}");
    }
    assert_eq!(reads("$components.parameters.p"), ["10 unsupported"]);
    assert_eq!(reads("$components.schemas.p"), ["10 invalid-expression"]);
    assert_eq!(reads("$response.payload"), ["10 invalid-expression"]);
}

/// A document with an extension wherever one may stand.
const EXTENDED: &str = "arazzo: 1.1.0
x-root: {any: [thing]}
x-arazzo-root: 1
info: {title: T, version: '1', x-oai-info: null}
sourceDescriptions: [{name: api, url: openapi.yaml, type: openapi, x-oas-source: 1}]
workflows:
  - workflowId: w
    x-workflow: true
    successActions: [{name: e, type: end, x-action: 1, criteria: [{condition: 'true', x-criterion: 1}]}]
    steps:
      - stepId: s
        x-step: 1
        operationId: create
        parameters: [{name: X-A, in: header, value: 1, x-parameter: 1}]
        requestBody:
          x-body: 1
          payload: {x-payload: $statusText}
          replacements: [{target: /a, value: 1, x-replacement: 1}]
        successCriteria:
          - {context: $response.body, condition: $, type: {type: jsonpath, version: rfc9535, x-type: 1}}
        outputs: {a: {context: $response.body, selector: $.a, type: jsonpath, x-selector: 1}}
components: {x-components: 1, parameters: {p: {name: X-A, in: header, value: 1, x-parameter: 1}}}
";

#[test]
fn z1_extensions_are_accepted_and_ignored() {
    let (scenarios, problems) = super::read_document(EXTENDED);
    assert_eq!(problems, []);
    let Call::Operation { body, .. } = &scenarios[0].steps[0].call else {
        unreachable!("an operation")
    };
    let payload = &body.as_ref().expect("a body").payload;
    assert_eq!(
        payload.literal(),
        Some(&json!({"x-payload": "$statusText"})),
        "a payload is nobody's object"
    );
    for (extension, line) in [
        ("x-root", 2),
        ("x-workflow", 8),
        ("x-step", 12),
        ("x-body", 16),
    ] {
        let text = EXTENDED.replace(extension, &extension[2..]);
        let problems = super::read_document(&text).1;
        assert_eq!(
            told(&problems),
            [format!("{line} unknown-field")],
            "{extension}"
        );
    }
}

#[test]
fn z2_what_could_cost_more_than_it_says_is_refused() {
    let long = format!("$inputs.x#/{}", "a".repeat(5_000));
    let outputs = format!("operationId: list\noutputs: {{a: '{long}'}}");
    assert_eq!(step("1.1.0", &outputs), ["10 invalid-expression"]);
    let pattern = "operationId: list\nsuccessCriteria: [{context: $response.body, type: regex, condition: '((a{99}){99}){99}'}]";
    assert_eq!(step("1.1.0", pattern), ["10 invalid-expression"]);
    let outside = "operationId: create\nrequestBody: {payload: $file('../../etc/passwd')}";
    assert_eq!(step("1.1.0", outside), ["10 unusable-file"]);
}
