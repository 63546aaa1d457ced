//! Documents that name each other, and what they call themselves (R references, S sources, X values).

use std::sync::Arc;

use super::{CONTRACT, OneFile, told};
use crate::arazzo::{Surroundings, lower_all, wanted};
use crate::openapi;
use crate::problem::Problem;
use crate::scenario::{Call, Scenario};
use crate::source::Source;

/// Lowers documents by their paths, between contracts by theirs.
fn read(contracts: &[(&str, &str)], documents: &[(&str, &str)]) -> (Vec<Scenario>, Vec<Problem>) {
    let source = |(path, text): &(&str, &str)| {
        Source::parse(path, (*text).to_owned()).expect("the test's own YAML")
    };
    let contracts: Vec<_> = contracts
        .iter()
        .map(|it| {
            let (contract, problems) = openapi::lower("t", &Arc::new(source(it)));
            assert_eq!(problems, []);
            Arc::new(contract.expect("a contract"))
        })
        .collect();
    let sources: Vec<Source> = documents.iter().map(source).collect();
    let surroundings = Surroundings {
        api: "t",
        contracts: &contracts,
        files: &OneFile,
    };
    lower_all(&sources.iter().collect::<Vec<_>>(), &surroundings)
}

const API: (&str, &str) = ("specs/t/openapi.yaml", CONTRACT);
const OTHER: (&str, &str) = (
    "specs/t/other/openapi.yaml",
    "openapi: 3.1.1\ninfo: {title: Others, version: '1'}\npaths:\n  /others: {get: {operationId: others, \
     responses: {'200': {description: d}}}}\n",
);

/// A document with these sources and these workflows, whose own lines begin at line 4.
fn document(sources: &str, workflows: &str) -> String {
    format!(
        "arazzo: 1.1.0\ninfo: {{title: T, version: '1'}}\nsourceDescriptions: [{sources}]\n{workflows}\n"
    )
}

const API_SOURCE: &str = "{name: api, url: openapi.yaml, type: openapi}";

/// The Problems of a document among these neighbours.
fn problems(text: &str, neighbours: &[(&str, &str)]) -> Vec<String> {
    let mut documents = vec![("specs/t/a.arazzo.yaml", text)];
    documents.extend(neighbours);
    told(&read(&[API, OTHER], &documents).1)
}

const NOTHING: [&str; 0] = [];

#[test]
fn t2_with_several_sources_an_operation_says_whose_it_is() {
    let with = |operation: &str| {
        let sources = format!("{API_SOURCE}, {{name: more, url: ./other/openapi.yaml}}");
        let workflow = format!(
            "workflows: [{{workflowId: w, steps: [{{stepId: s, operationId: {operation}}}]}}]"
        );
        problems(&document(&sources, &workflow), &[])
    };
    assert_eq!(with("$sourceDescriptions.more.others"), NOTHING);
    assert_eq!(with("$sourceDescriptions.api.list"), NOTHING);
    assert_eq!(with("others"), ["4 unknown-reference"]);
    assert_eq!(
        with("$sourceDescriptions.api.others"),
        ["4 unknown-reference"]
    );
    assert_eq!(
        with("$sourceDescriptions.less.others"),
        ["4 unknown-reference"]
    );
}

/// A document whose workflow can be called, and which has components of its own.
const LOGIN: (&str, &str) = (
    "specs/t/login.arazzo.yaml",
    "arazzo: 1.1.0\n$self: https://flows.example/login.arazzo.yaml\ninfo: {title: L, version: '1'}\n\
     sourceDescriptions: [{name: theirs, url: /specs/t/other/openapi.yaml}]\nworkflows:\n  - workflowId: login\n    \
     inputs: {properties: {user: {}}}\n    steps: [{stepId: s, operationId: others}]\n    outputs: {self: $self}\n",
);

#[test]
fn s3_workflows_of_another_document_have_their_own_sources() {
    let sources = format!("{API_SOURCE}, {{name: shared, url: login.arazzo.yaml, type: arazzo}}");
    let call = |id: &str, input: &str| {
        let workflow = format!(
            "workflows: [{{workflowId: w, steps: [{{stepId: s, workflowId: {id}, parameters: [{{name: {input}, value: 1}}]}}]}}]"
        );
        document(&sources, &workflow)
    };
    let text = call("$sourceDescriptions.shared.login", "user");
    let (scenarios, problems) = read(&[API, OTHER], &[("specs/t/a.arazzo.yaml", &text), LOGIN]);
    assert_eq!(problems, []);
    let Call::Workflow { workflow, .. } = &scenarios[0].steps[0].call else {
        unreachable!("a call")
    };
    assert_eq!(workflow, "login");
    let (contract, _) = scenarios[1].steps[0]
        .call
        .operation()
        .expect("an operation");
    assert_eq!(contract.title, "Others");
    for (id, input) in [
        ("login", "user"),
        ("$sourceDescriptions.shared.logon", "user"),
        ("$sourceDescriptions.api.login", "user"),
        ("$sourceDescriptions.shared.login", "usr"),
    ] {
        let told = self::problems(&call(id, input), &[LOGIN]);
        assert_eq!(told, ["4 unknown-reference"], "{id} {input}");
    }
}

#[test]
fn s1_the_type_of_a_source_is_found_or_must_be_right() {
    let with = |source: &str| problems(&document(source, "workflows: []"), &[LOGIN]);
    for right in [
        "{name: a, url: openapi.yaml}",
        "{name: a, url: login.arazzo.yaml}",
        "{name: a, url: ../t/./openapi.yaml}",
        "{name: a, url: 'openapi.yaml#/paths'}",
    ] {
        assert_eq!(with(right), NOTHING, "{right}");
    }
    assert_eq!(
        with("{name: a, url: openapi.yaml, type: arazzo}"),
        ["3 unknown-reference"]
    );
    assert_eq!(
        with("{name: a, url: login.arazzo.yaml, type: openapi}"),
        ["3 unknown-reference"]
    );
    assert_eq!(
        with("{name: a, url: https://elsewhere.example/openapi.yaml}"),
        ["3 unknown-reference"]
    );
    assert_eq!(
        with("{name: a, url: openapi.yaml, type: wsdl}"),
        ["3 unknown-reference"]
    );
    let twice = "{name: a, url: openapi.yaml}, {name: a, url: openapi.yaml}";
    assert_eq!(with(twice), ["3 duplicate-name"]);
}

#[test]
fn r2_a_document_may_name_itself() {
    let with = |own: &str| {
        let text = document(API_SOURCE, &format!("workflows: []\n$self: '{own}'"));
        problems(&text, &[])
    };
    assert_eq!(with("https://flows.example/a.arazzo.yaml"), NOTHING);
    assert_eq!(with("b.arazzo.yaml"), NOTHING);
    assert_eq!(with("https://flows.example/a#part"), ["5 invalid-value"]);
    assert_eq!(with("https://[bad"), ["5 invalid-value"]);
}

#[test]
fn r3_a_source_is_found_by_what_the_document_calls_itself() {
    for url in [
        "https://flows.example/login.arazzo.yaml",
        "login.arazzo.yaml",
    ] {
        let source = format!("{{name: shared, url: '{url}', type: arazzo}}");
        assert_eq!(
            problems(&document(&source, "workflows: []"), &[LOGIN]),
            NOTHING,
            "{url}"
        );
    }
}

#[test]
fn x1_x5_values_of_the_document_itself_are_read() {
    let with = |output: &str| {
        let workflow = format!(
            "$self: https://flows.example/a.yaml\nworkflows: [{{workflowId: w, outputs: {{a: {output}}}, \
             steps: [{{stepId: s, operationId: list}}]}}]"
        );
        read(
            &[API],
            &[("specs/t/a.arazzo.yaml", &document(API_SOURCE, &workflow))],
        )
    };
    for (expression, value) in [
        ("$self", "https://flows.example/a.yaml"),
        ("$sourceDescriptions.api.url", "openapi.yaml"),
        ("$sourceDescriptions.api.type", "openapi"),
    ] {
        let (scenarios, problems) = with(expression);
        assert_eq!(problems, [], "{expression}");
        assert_eq!(scenarios[0].constants[expression], value);
    }
    for expression in [
        "$sourceDescriptions.api.nothing",
        "$sourceDescriptions.b.url",
    ] {
        assert_eq!(
            told(&with(expression).1),
            ["5 unknown-reference"],
            "{expression}"
        );
    }
    assert_eq!(told(&with("$components.parameters.a").1), ["5 unsupported"]);
}

#[test]
fn w3_a_circle_over_documents_is_told() {
    let one = document(
        "{name: b, url: b.arazzo.yaml, type: arazzo}",
        "workflows: [{workflowId: one, dependsOn: [$sourceDescriptions.b.two], steps: [{stepId: s, workflowId: one2}]}]",
    );
    let two = document(
        "{name: a, url: a.arazzo.yaml, type: arazzo}",
        "workflows: [{workflowId: two, steps: [{stepId: s, workflowId: $sourceDescriptions.a.one}]}]",
    );
    let told = problems(&one, &[("specs/t/b.arazzo.yaml", &two)]);
    assert_eq!(
        told,
        [
            "4 unknown-reference",
            "4 impossible-order",
            "4 impossible-order"
        ]
    );
}

#[test]
fn the_files_that_sources_may_mean_are_known() {
    let text = document(
        "{name: a, url: ./more/x.yaml}, {name: b, url: https://a.example/y.yaml}, {name: c, url: 'z%20z.yaml'}",
        "workflows: []",
    );
    let source = Source::parse("specs/t/a.arazzo.yaml", text).expect("the test's own YAML");
    assert_eq!(wanted(&source), ["specs/t/more/x.yaml", "specs/t/z z.yaml"]);
}

#[test]
fn r1_a_name_is_unknown_only_when_all_documents_were_read() {
    let source =
        "{name: shared, url: login.arazzo.yaml, type: arazzo}, {name: api, url: openapi.yaml}";
    let text = document(
        source,
        "workflows:\n  - workflowId: w\n    dependsOn: [later]\n    steps: [{stepId: s, workflowId: $sourceDescriptions.shared.login}]\n  \
         - workflowId: later\n    inputs: {$ref: '#/components/inputs/last'}\n    steps: [{stepId: s, operationId: list}]\n\
         components: {inputs: {last: {type: object}}}",
    );
    let own = ("specs/t/a.arazzo.yaml", text.as_str());
    for documents in [[own, LOGIN], [LOGIN, own]] {
        assert_eq!(read(&[API, OTHER], &documents).1, []);
    }
    assert_eq!(
        problems(&text, &[]),
        ["3 unknown-reference"],
        "the other document is not there"
    );
}

#[test]
fn r4_sources_are_named_relative_to_what_the_document_is_called() {
    let with = |own: &str, url: &str| {
        let source = format!("{{name: shared, url: '{url}', type: arazzo}}");
        let text = document(&source, &format!("workflows: []\n$self: '{own}'"));
        problems(&text, &[LOGIN])
    };
    let own = "https://flows.example/a.arazzo.yaml";
    for url in [
        "login.arazzo.yaml",
        "./login.arazzo.yaml#/workflows/0",
        "/login.arazzo.yaml",
        "/specs/t/login.arazzo.yaml",
    ] {
        assert_eq!(with(own, url), NOTHING, "{url}");
    }
    assert_eq!(
        with(
            "https://flows.example/below/a.arazzo.yaml",
            "../login.arazzo.yaml"
        ),
        NOTHING
    );
    assert_eq!(with(own, "more/login.arazzo.yaml"), ["3 unknown-reference"]);
}

#[test]
fn s2_every_version_of_openapi_is_a_source() {
    let workflow = "workflows: [{workflowId: w, steps: [{stepId: s, operationId: $sourceDescriptions.a.others}]}]";
    let text = document("{name: a, url: ./other/openapi.yaml}", workflow);
    for version in ["3.0.4", "3.1.2", "3.2.0"] {
        let other = OTHER.1.replace("3.1.1", version);
        let contracts = [API, (OTHER.0, other.as_str())];
        let (_, problems) = read(&contracts, &[("specs/t/a.arazzo.yaml", &text)]);
        assert_eq!(problems, [], "{version}");
    }
    let swagger = "swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths: {}\n";
    let source = Source::parse(OTHER.0, swagger.to_owned()).expect("YAML");
    let (contract, problems) = openapi::lower("t", &Arc::new(source));
    assert!(contract.is_none(), "2.0 is no source here");
    assert_eq!(told(&problems), ["1 unsupported"]);
}

#[test]
fn v4_any_name_is_one_of_a_document() {
    let own_name = "$self: https://flows.example/login.arazzo.yaml\n";
    let text = LOGIN.1.replace(own_name, "");
    let text = text.replace("    outputs: {self: $self}\n", "");
    for name in ["arazzo.yaml", "logins.yml", "login"] {
        let path = format!("specs/t/{name}");
        let source = format!("{{name: shared, url: {name}, type: arazzo}}");
        let own = document(&source, "workflows: []");
        assert_eq!(problems(&own, &[(&path, &text)]), NOTHING, "{name}");
        assert_eq!(problems(&own, &[]), ["3 unknown-reference"], "{name}");
    }
}

#[test]
fn c3_components_are_those_of_their_own_document() {
    let components = "components: {parameters: {page: {name: page, in: query, value: 1}}}";
    let with = |own: &str, other: &str| {
        let one = document(
            API_SOURCE,
            &format!(
                "workflows: [{{workflowId: one, steps: [{{stepId: s, operationId: list, parameters: [{{reference: $components.parameters.page}}]}}]}}]\n{own}"
            ),
        );
        let two = document(
            "{name: a, url: a.arazzo.yaml, type: arazzo}",
            &format!(
                "workflows: [{{workflowId: two, steps: [{{stepId: s, workflowId: $sourceDescriptions.a.one}}]}}]\n{other}"
            ),
        );
        problems(&one, &[("specs/t/b.arazzo.yaml", &two)])
    };
    assert_eq!(with(components, ""), NOTHING);
    assert_eq!(with("", components), ["4 unknown-reference"]);
}

#[test]
fn z2_z3_nothing_is_fetched_whatever_its_media_type_is() {
    for kind in ["openapi", "arazzo"] {
        let source = format!("{{name: a, url: 'https://elsewhere.example/a.yaml', type: {kind}}}");
        let text = document(&source, "workflows: []");
        assert_eq!(problems(&text, &[]), ["3 unknown-reference"], "{kind}");
        let source = Source::parse("specs/t/a.arazzo.yaml", text).expect("YAML");
        assert_eq!(wanted(&source), NOTHING, "{kind}");
    }
    assert_eq!(
        problems(&document(API_SOURCE, "workflows: []"), &[]),
        NOTHING
    );
}
