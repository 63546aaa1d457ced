//! Parameters and headers by media type, servers, paths, discriminators, links, callbacks, examples.

use std::sync::Arc;

use super::{lower, problems, read, with_paths, with_schemas};
use crate::contract::ParameterPlace;
use crate::problem::Problem;
use crate::source::Source;

/// The help lines of a document's Problems.
fn help(text: &str) -> Vec<String> {
    let (_, problems) = read(text);
    problems.into_iter().map(|it| it.help).collect()
}

#[test]
fn a_parameter_is_described_by_a_schema_or_by_one_media_type() {
    let parameter = |fields: &str| {
        with_paths(&format!(
            "  /a:\n    get:\n      parameters:\n        - {{name: q, in: query{fields}}}\n      responses: {{'200': {{description: d}}}}\n"
        ))
    };
    let (contract, told) = read(&parameter(
        ", content: {application/json: {schema: {type: object}}}",
    ));
    assert_eq!(told, []);
    let contract = contract.expect("a contract");
    let found = contract.operations[0]
        .parameter("q", ParameterPlace::Query)
        .expect("a parameter");
    assert_eq!(
        found
            .media_type
            .as_ref()
            .map(ToString::to_string)
            .as_deref(),
        Some("application/json")
    );
    assert!(found.schema.is_some());
    assert_eq!(problems(&parameter("")), ["7 missing-field"]);
    assert_eq!(problems(&parameter(", content: {}")), ["7 invalid-value"]);
    assert_eq!(
        problems(&parameter(", content: {a/b: {}, c/d: {}}")),
        ["7 invalid-value"]
    );
    assert_eq!(
        problems(&parameter(", schema: {}, content: {a/b: {}}")),
        ["7 invalid-value"]
    );
    assert_eq!(
        problems(&parameter(", schema: {}, example: 1, examples: {}")),
        ["7 invalid-value"]
    );
}

#[test]
fn servers_are_named_at_three_levels() {
    let text = with_paths(
        "  /a:\n    servers: [{url: https://path.example}]\n    get: {operationId: one, servers: [{url: 'https://{h}.example', variables: {h: {default: own}}}]}\n    \
         put: {operationId: two}\n  /b:\n    get: {operationId: three, servers: []}\nservers: [{url: https://root.example}]\n",
    );
    let (contract, told) = read(&text);
    assert_eq!(told, []);
    let contract = contract.expect("a contract");
    let url = |id: &str| {
        contract
            .operation(id)
            .map(|it| it.servers[0].url.clone())
            .unwrap_or_default()
    };
    assert_eq!(url("one"), "https://own.example");
    assert_eq!(url("two"), "https://path.example");
    assert_eq!(url("three"), "https://root.example");
}

#[test]
fn variables_of_servers_are_checked() {
    let server = |server: &str| {
        format!(
            "openapi: 3.1.1\ninfo: {{title: T, version: '1'}}\npaths: {{}}\nservers:\n  - {server}\n"
        )
    };
    for (text, expected) in [
        ("{url: 'https://{h}/'}", "5 unknown-reference"),
        (
            "{url: 'https://{h', variables: {h: {default: a}}}",
            "5 invalid-value",
        ),
        (
            "{url: 'https://{h}/', variables: {h: {enum: [a]}}}",
            "5 missing-field",
        ),
        (
            "{url: 'https://{h}/', variables: {h: {default: b, enum: [a]}}}",
            "5 invalid-value",
        ),
        (
            "{url: 'https://{h}/', variables: {h: {default: b, enum: []}}}",
            "5 invalid-value",
        ),
        ("{description: d}", "5 missing-field"),
    ] {
        assert_eq!(problems(&server(text)), [expected], "{text}");
    }
    for list in ["[]", "[a]"] {
        let text =
            format!("{{url: 'https://{{h}}/', variables: {{h: {{default: b, enum: {list}}}}}}}");
        let older = server(&text).replace("3.1.1", "3.0.4");
        let source = Source::parse("openapi.yaml", older).expect("YAML");
        let (_, told) = lower("t", &Arc::new(source));
        assert!(told.len() == 1 && !told[0].is_error(), "{told:?}");
    }
    for (url, version, expected) in [
        ("https://exa mple/v1", "3.1.1", Some(false)),
        ("mailto:x@y", "3.2.0", Some(false)),
        ("https://h/?x=1", "3.1.1", Some(false)),
        ("https://h/?x=1", "3.2.0", Some(true)),
        ("/v1#a", "3.2.0", Some(true)),
        ("/a:b", "3.2.0", None),
        ("v1", "3.2.0", None),
        ("https://u:p@h:8/v1", "3.2.0", None),
    ] {
        let text = server(&format!("{{url: '{url}'}}")).replace("3.1.1", version);
        let source = Source::parse("openapi.yaml", text).expect("YAML");
        let (_, told) = lower("t", &Arc::new(source));
        let told: Vec<bool> = told.iter().map(Problem::is_error).collect();
        assert_eq!(told, Vec::from_iter(expected), "{url} in {version}");
    }
    let once = "{url: 'https://{a}/', variables: {a: {default: '{b}'}, b: {default: c}}}";
    let (contract, _) = read(&server(once));
    assert_eq!(
        contract.expect("a contract").servers[0].url,
        "https://{b}/",
        "filled in once"
    );
}

#[test]
fn paths_of_one_shape_are_the_same_path() {
    let item = "{get: {parameters: [{name: N, in: path, required: true, schema: {}}]}}";
    let path = |path: &str, name: &str| format!("  '{path}': {}\n", item.replace('N', name));
    let same = with_paths(&format!("{}{}", path("/a/{x}", "x"), path("/a/{y}", "y")));
    assert_eq!(problems(&same), ["5 duplicate-name"]);
    let ranked = with_paths(&format!(
        "{}  /a/mine: {{}}\n{}",
        path("/a/{x}", "x"),
        path("/{y}/mine", "y")
    ));
    assert_eq!(
        problems(&ranked),
        [] as [&str; 0],
        "the concrete one goes first, and the author decides the rest"
    );
    assert_eq!(
        problems(&with_paths("  '/a?b=c': {}\n")),
        ["4 invalid-value"]
    );
}

#[test]
fn a_discriminator_names_what_exists() {
    let base = |rest: &str| {
        with_schemas(&format!(
            "    Pet: {{oneOf: [{{$ref: '#/components/schemas/Cat'}}], discriminator: {rest}}}\n    Cat: {{type: object}}\n"
        ))
    };
    assert_eq!(
        problems(&base(
            "{propertyName: kind, mapping: {a: Cat, b: '#/components/schemas/Cat'}}"
        )),
        [] as [&str; 0]
    );
    assert_eq!(problems(&base("{mapping: {}}")), ["6 missing-field"]);
    assert_eq!(
        problems(&base(
            "{propertyName: k, mapping: {a: '#/components/schemas/Dog'}}"
        )),
        ["6 unknown-reference"]
    );
    assert_eq!(
        problems(&base("{propertyName: k, mapping: {a: other.yaml}}")),
        ["6 unknown-reference"]
    );
    assert_eq!(
        help(&base("{propertyName: k, mapping: {a: Caat}}")),
        ["did you mean `Cat`?"]
    );
    assert_eq!(
        problems(&base("{propertyName: k, defaultMapping: Cat}")),
        ["6 unknown-field"]
    );
}

/// A contract of two operations, with these links from the one.
fn links(links: &str) -> String {
    with_paths(&format!(
        "  /a:\n    get: {{operationId: get, responses: {{'200': {{description: d, links: {links}}}}}}}\n  '/b/{{id}}':\n    \
         get: {{operationId: other, parameters: [{{name: id, in: path, required: true, schema: {{}}}}]}}\n"
    ))
}

#[test]
fn links_lead_to_operations_and_their_parameters() {
    for (text, expected) in [
        (
            "{a: {operationId: other, parameters: {id: $response.body#/id}}}",
            None,
        ),
        ("{a: {operationId: other, parameters: {path.id: 1}}}", None),
        (
            "{a: {operationRef: '#/paths/~1b~1{id}/get', parameters: {id: 1}}}",
            None,
        ),
        (
            "{a: {operationRef: 'https://b.example/c.yaml#/paths/~1c/get', parameters: {id: 1}}}",
            None,
        ),
        (
            "{a: {operationRef: 'c.yaml#/paths/~1c/get'}}",
            Some("5 unusable-file"),
        ),
        (
            "{a: {operationRef: '#/paths/~1c/get'}}",
            Some("5 unknown-reference"),
        ),
        (
            "{a: {operationRef: '#/paths/~1b~1{id}/get', parameters: {no: 1}}}",
            Some("5 unknown-reference"),
        ),
        ("{a: {operationId: othre}}", Some("5 unknown-reference")),
        (
            "{a: {operationId: other, parameters: {query.id: 1}}}",
            Some("5 unknown-reference"),
        ),
        (
            "{a: {operationId: other, operationRef: '#/paths/~1a/get'}}",
            Some("5 invalid-value"),
        ),
        ("{a: {}}", Some("5 missing-field")),
        (
            "{a: {operationId: other, server: {url: 'https://{x}'}}}",
            Some("5 unknown-reference"),
        ),
        (
            "{a: {operationId: other, parameters: {id: $response.body.id}}}",
            Some("5 invalid-expression"),
        ),
        (
            "{a: {operationId: other, parameters: {id: 'x{$reqest.path.id}{$url}'}}}",
            Some("5 invalid-expression"),
        ),
        (
            "{a: {operationId: other, parameters: {id: $5, path.id: 'x{$5} {$url'}}}",
            None,
        ),
        (
            "{a: {operationId: other, requestBody: $request.bod}}",
            Some("5 invalid-expression"),
        ),
        (
            "{a: {operationId: other, requestBody: {id: $request.bod}}}",
            None,
        ),
    ] {
        assert_eq!(problems(&links(text)), Vec::from_iter(expected), "{text}");
    }
}

#[test]
fn links_to_operations_of_the_api_are_kept_with_their_answer() {
    let kept = |text: &str| {
        let (contract, _) = read(&links(text));
        let contract = contract.expect("a contract");
        let links = contract.operations[0].responses[0].links.iter();
        let links = links.map(|it| (it.name.clone(), it.operation, it.parameters.len()));
        links.collect::<Vec<_>>()
    };
    let two = "{a: {operationId: other, parameters: {id: $response.body#/id}}, \
               b: {operationRef: '#/paths/~1b~1{id}/get', parameters: {path.id: 1}}}";
    assert_eq!(kept(two), [("a".to_owned(), 1, 1), ("b".to_owned(), 1, 1)]);
    // What another server is asked, or with a body, is not kept.
    for text in [
        "{a: {operationId: other, server: {url: 'https://b.example'}}}",
        "{a: {operationId: other, requestBody: 1}}",
        "{a: {operationRef: 'https://b.example/c.yaml#/paths/~1c/get'}}",
    ] {
        assert_eq!(kept(text), [], "{text}");
    }
}

#[test]
fn what_the_api_calls_is_checked_and_not_kept() {
    let text = "openapi: 3.1.1\ninfo: {title: T, version: '1'}\nwebhooks:\n  made: {post: {operationId: made, respones: {}}}\n\
                paths:\n  /a:\n    get:\n      operationId: get\n      callbacks: {c: {'{$request.body#/url}': {post: {parameters: [{name: x, in: nowhere}]}}}}\n";
    let (contract, _) = read(text);
    assert_eq!(problems(text), ["9 invalid-value", "4 unknown-field"]);
    assert_eq!(contract.expect("a contract").operations.len(), 1);
    let named_twice = "openapi: 3.1.1\ninfo: {title: T, version: '1'}\nwebhooks:\n  made: {post: {operationId: get}}\npaths:\n  /a: {get: {operationId: get}}\n";
    assert_eq!(problems(named_twice), ["4 duplicate-name"]);
}

#[test]
fn callbacks_are_named_by_expressions() {
    for (key, expected) in [
        ("$request.body#/url", None),
        ("https://a.example/hook", None),
        (
            "https://a.example?id={$request.body#/id}&of={$request.query.of}",
            None,
        ),
        ("x-own", None),
        ("{$request.body#/a}{$request.bdy}", Some("error 4:67")),
        ("$request.body.url", Some("error 4:48")),
        ("$callback", Some("error 4:48")),
        ("https://a.example/{$url", Some("error 4:47")),
        ("https://a.example/{id}", Some("warning 4:67")),
    ] {
        let text = with_paths(&format!(
            "  /a: {{post: {{operationId: a, callbacks: {{c: {{'{key}': {{post: {{}}}}}}}}}}}}\n"
        ));
        let (_, problems) = read(&text);
        let told: Vec<String> = problems
            .iter()
            .filter(|it| it.code.id() == "invalid-expression")
            .map(|it| {
                let at = it.location.as_ref().expect("a place");
                let severity = if it.is_error() { "error" } else { "warning" };
                format!("{severity} {}:{}", at.line, at.column)
            })
            .collect();
        assert_eq!(told, Vec::from_iter(expected), "{key}");
    }
}

#[test]
fn callbacks_that_go_round_end() {
    let text = with_paths(
        "  /a: {post: {callbacks: {c: {$ref: '#/components/callbacks/C'}}}}\ncomponents:\n  callbacks:\n    \
         C: {'{$url}': {post: {callbacks: {again: {$ref: '#/components/callbacks/C'}}}}}\n",
    );
    assert_eq!(problems(&text), [] as [&str; 0]);
}

#[test]
fn components_that_nobody_uses_are_checked() {
    let text = with_paths(
        "  {}\ncomponents:\n  responses: {R: {}}\n  parameters: {P: {name: p}}\n  requestBodies: {B: {}}\n  headers: {H: {style: form, schema: {}}}\n  \
         examples: {E: {value: 1, externalValue: x}}\n  links: {L: {}}\n  pathItems: {I: {gett: {}}}\n  securitySchemes: {S: {type: x}}\n  \
         schemas: {'a b': {}}\n  callbacks: {C: {x: {$ref: '#/nope'}}}\n",
    )
    .replacen("paths:\n  {}", "paths: {}", 1);
    let told = problems(&text);
    for (line, code) in [
        (5, "missing-field"),
        (6, "missing-field"),
        (7, "missing-field"),
        (8, "invalid-value"),
        (9, "invalid-value"),
        (10, "missing-field"),
        (11, "unknown-field"),
        (12, "unknown-reference"),
        (13, "invalid-value"),
        (14, "unknown-reference"),
    ] {
        assert!(
            told.contains(&format!("{line} {code}")),
            "{line} {code}: {told:?}"
        );
    }
    assert_eq!(told.len(), 10, "{told:?}");
}

#[test]
fn what_is_shared_is_told_once() {
    let text = with_paths(
        "  /a: {get: {responses: {'200': {$ref: '#/components/responses/R'}}}, put: {responses: {'200': {$ref: '#/components/responses/R'}}}}\n\
         components:\n  responses: {R: {}}\n",
    );
    assert_eq!(problems(&text), ["6 missing-field"]);
}

#[test]
fn a_license_is_found_in_one_way() {
    let with = |version: &str, license: &str| {
        problems(&format!(
            "openapi: {version}\ninfo: {{title: T, version: '1', contact: {{email: a@a.example}}, license: {{{license}}}}}\npaths: {{}}\n"
        ))
    };
    for right in [
        "name: MIT",
        "name: MIT, identifier: MIT",
        "name: MIT, url: https://a.example",
    ] {
        assert_eq!(with("3.1.1", right), [] as [&str; 0], "{right}");
    }
    assert_eq!(with("3.1.1", "identifier: MIT"), ["2 missing-field"]);
    assert_eq!(
        with(
            "3.1.1",
            "name: MIT, identifier: MIT, url: https://a.example"
        ),
        ["2 invalid-value"]
    );
    assert_eq!(
        with("3.0.4", "name: MIT, identifier: MIT"),
        ["2 unknown-field"]
    );
}
