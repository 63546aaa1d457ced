//! What is read of a document, and what is said of a wrong one.

mod content;
mod documents;
mod dynamic;
mod large;
mod remote;
mod security;
mod streams;

use std::fmt::Write as _;
use std::sync::Arc;

use super::{Reach, Shared, lower, lower_with};
use crate::contract::{Contract, ParameterPlace, StatusPattern, Style};
use crate::problem::Problem;
use crate::source::Source;

fn read(text: &str) -> (Option<Contract>, Vec<Problem>) {
    let source = Source::parse("openapi.yaml", text.to_owned()).expect("YAML");
    lower("t", &Arc::new(source))
}

/// The Problems of a document as `line code`, in the order in which they are told.
fn problems(text: &str) -> Vec<String> {
    let (_, problems) = read(text);
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

/// A document around these lines of `paths`, which begin at line 4.
fn with_paths(paths: &str) -> String {
    format!("openapi: 3.1.1\ninfo: {{title: T, version: '1'}}\npaths:\n{paths}")
}

#[test]
fn operations_are_read_whole() {
    let (contract, problems) = read(&with_paths(
        r##"  /a/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: x, in: query, schema: {type: string}}
    get:
      operationId: get
      summary: Get it.
      parameters:
        - {$ref: "#/components/parameters/X"}
        - {name: Accept, in: header, schema: {type: string}}
      responses:
        default: {description: d}
        4XX: {description: d}
        "404": {$ref: "#/components/responses/Gone"}
components:
  parameters: {X: {name: x, in: query, required: true, explode: false, schema: {type: array}}}
  responses: {Gone: {description: d, headers: {X-A: {required: true, schema: {type: integer}}, Content-Type: {}}}}
servers: [{url: "http://{h}/b", variables: {h: {default: a.example}}}]
"##,
    ));
    assert_eq!(problems, []);
    let contract = contract.expect("a contract");
    assert_eq!(contract.servers[0].url, "http://a.example/b");
    let operation = contract.operation("get").expect("an operation");
    assert_eq!(
        (operation.method.as_str(), operation.path.as_str()),
        ("GET", "/a/{id}")
    );
    let x = operation
        .parameter("x", ParameterPlace::Query)
        .expect("a parameter");
    assert!(
        x.required && !x.explode && x.style == Style::Form,
        "the operation's own one counts"
    );
    assert_eq!(operation.parameters.len(), 2, "Accept is no parameter");
    let statuses: Vec<StatusPattern> = operation.responses.iter().map(|it| it.status).collect();
    assert_eq!(
        statuses,
        [
            StatusPattern::Exact(404),
            StatusPattern::Class(4),
            StatusPattern::Default
        ]
    );
    let gone = operation.response(404).expect("a response");
    assert_eq!(
        gone.headers.len(),
        1,
        "Content-Type is no header of the contract"
    );
    assert_eq!(contract.location(&gone.pointer).line, 20);
}

#[test]
fn other_versions_are_refused() {
    assert_eq!(problems("openapi: 3.3.0"), ["1 unsupported"]);
    assert_eq!(problems("openapi: 4.0.0"), ["1 invalid-value"]);
    assert_eq!(problems("openapi: '3.1'"), ["1 unsupported"]);
    assert_eq!(problems("openapi: 3.x.1"), ["1 invalid-value"]);
    assert_eq!(
        problems("openapi: 3.1"),
        ["1 wrong-type"],
        "a number is no version"
    );
    assert_eq!(problems("info: {}"), ["1 missing-field"]);
}

#[test]
fn a_swagger_document_is_told_what_to_do() {
    let (contract, problems) = read("swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths: {}\n");
    assert!(contract.is_none());
    let [problem] = problems.as_slice() else {
        panic!("one Problem: {problems:?}");
    };
    assert_eq!(problem.location.as_ref().map(|it| it.line), Some(1));
    assert!(problem.help.contains("swagger2openapi"), "{problem}");
}

#[test]
fn fields_of_later_versions_are_told_apart_from_slips() {
    let (_, problems) =
        read("openapi: 3.0.4\ninfo: {title: T, version: '1'}\npaths: {}\nwebhooks: {}\n");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(
        problems[0].message,
        "`webhooks` is of OpenAPI 3.1, and this document is of 3.0"
    );
    let later = "openapi: 3.1.1\n$self: https://a.example/b\ninfo: {title: T, version: '1'}\npaths: {/a: {query: {}}}\n";
    assert_eq!(
        self::problems(later),
        ["2 unknown-field", "4 unknown-field"]
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = with_paths(
        r##"  a:
    get: {responses: {}}
  /b/{id}:
    get:
      operationId: same
      responses: {"20": {description: d}, "200": {}}
    post:
      operationId: same
      requestBody: {content: {nonsense: {}}}
      parameters: [{name: q, in: body}, {name: z, in: path, required: true}]
      responses: {"200": {$ref: "#/components/responses/Nope"}}
      respones: {}
  /c:
    put:
      parameters: [{name: s, in: query, style: label, schema: {$ref: other.yaml}}]
      responses: {"200": {description: d, content: {a/b: {schema: {$id: x}}}}}
"##,
    );
    let told = problems(&text);
    for expected in [
        "4 invalid-value",      // a path without a slash
        "9 invalid-value",      // a status of two digits
        "9 missing-field",      // a response without a description
        "12 invalid-value",     // a media type that is none
        "13 invalid-value",     // a parameter in the body
        "13 unknown-reference", // a path parameter without a hole
        "14 unknown-reference", // a dangling reference
        "15 unknown-field",
        "7 missing-field",  // a hole without a parameter
        "18 invalid-value", // a style that does not fit
        "18 unusable-file", // another document
    ] {
        assert!(
            told.contains(&expected.to_owned()),
            "{expected} is missing: {told:#?}"
        );
    }
    assert!(
        told.iter().any(|it| it.ends_with("duplicate-name")),
        "{told:#?}"
    );
}

#[test]
fn near_names_are_suggested() {
    let (_, problems) =
        read("openapi: 3.1.1\ninfo: {title: T, version: '1', descripton: d}\npath: {}\n");
    let help: Vec<&str> = problems
        .iter()
        .map(|problem| problem.help.as_str())
        .collect();
    assert!(help.contains(&"did you mean `paths`?"), "{help:?}");
}

#[test]
fn references_that_go_round_are_told() {
    let text = "openapi: 3.1.1\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        \
                '200': {$ref: '#/components/responses/A'}\ncomponents:\n  responses:\n    \
                A: {$ref: '#/components/responses/B'}\n    B: {$ref: '#/components/responses/A'}\n";
    assert_eq!(problems(text), ["10 impossible-order"]);
}

#[test]
fn schemas_may_refer_to_themselves_and_nest_only_so_deep() {
    let own = "openapi: 3.1.1\ninfo: {title: T, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    \
               A: {properties: {a: {$ref: '#/components/schemas/A'}}}\n";
    assert_eq!(problems(own), [] as [&str; 0]);
}

/// A document with these shared schemas, which begin at line 6.
fn with_schemas(schemas: &str) -> String {
    format!(
        "openapi: 3.1.1\ninfo: {{title: T, version: '1'}}\npaths: {{}}\ncomponents:\n  schemas:\n{schemas}"
    )
}

#[test]
fn names_of_properties_are_no_keywords() {
    let dangling = "    A: {properties: {default: {$ref: '#/nope'}, enum: {$ref: '#/nope'}}}\n";
    assert_eq!(
        problems(&with_schemas(dangling)),
        ["6 unknown-reference"; 2]
    );
    let values =
        "    A: {default: {$ref: '#/nope'}, examples: [{$ref: '#/nope'}], const: {$id: x}}\n";
    assert_eq!(problems(&with_schemas(values)), [] as [&str; 0]);
    assert_eq!(
        problems(&with_schemas("    A: {nullable: true}\n")),
        ["6 invalid-value"]
    );
}

#[test]
fn schemas_that_say_nothing_or_too_much_are_told() {
    let circle = "    A: {allOf: [{$ref: '#/components/schemas/B'}]}\n    B: {$ref: '#/components/schemas/A'}\n";
    assert_eq!(
        problems(&with_schemas(circle)),
        ["6 impossible-order", "7 impossible-order"]
    );
    let mut doubling = String::new();
    for level in 0..40 {
        let next = format!("{{$ref: '#/components/schemas/S{}'}}", level + 1);
        writeln!(doubling, "    S{level}: {{allOf: [{next}, {next}]}}")
            .expect("a String takes all");
    }
    doubling.push_str("    S40: {type: object}\n");
    let told = problems(&with_schemas(&doubling));
    assert!(
        !told.is_empty() && told.iter().all(|it| it.ends_with("unsupported")),
        "{told:?}"
    );
}

#[test]
fn the_fields_of_a_form_have_media_types() {
    let read_with = |written: &str| {
        let text = with_paths(&format!(
            "  /a:\n    post:\n      operationId: a\n      responses: {{'200': {{description: d}}}}\n      \
             requestBody: {{content: {{multipart/form-data: {{encoding: {{f: {{contentType: {written}}}}}}}}}}}\n"
        ));
        let (contract, problems) = read(&text);
        let contract = contract.expect("a contract");
        let body = contract.operations[0].request_body.as_ref();
        let content = &body.expect("a body").content[0];
        let encoding = content.encoding("f");
        let sent = encoding.and_then(|it| it.media_type.clone());
        (sent, problems.len())
    };
    for (written, sent) in [
        ("image/png", "image/png"),
        ("'text/plain; charset=utf-8'", "text/plain; charset=utf-8"),
        ("'image/*, image/png, image/gif'", "image/png"),
        ("image/*", "application/octet-stream"),
    ] {
        assert_eq!(read_with(written), (Some(sent.to_owned()), 0), "{written}");
    }
    for written in [
        "png",
        "''",
        "'image/png,'",
        r#""a/b\r\nX-Injected: c""#,
        r#""a/b\n\n--""#,
    ] {
        assert_eq!(read_with(written), (None, 1), "{written}");
    }
}
