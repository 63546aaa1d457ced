//! Documents elsewhere, where they may be fetched: what is asked for, and what is told.

use std::cell::RefCell;
use std::sync::Arc;

use super::documents::{broken, told, with_schemas};
use super::{Reach, lower_with};
use crate::contract::Contract;
use crate::problem::Problem;
use crate::source::Source;
use serde_json::json;

/// Lowers a document; what was asked for comes with it. Of a name with `moved` there is something at
/// another place.
fn read(entry: &str, remote: &[(&str, &str)]) -> (Contract, Vec<Problem>, Vec<String>) {
    let asked = RefCell::new(Vec::new());
    let fetch = |url: &str| {
        asked.borrow_mut().push(url.to_owned());
        let found = url.replace("/moved/", "/here/");
        match remote.iter().find(|(it, _)| *it == found) {
            Some((_, text)) => Ok((found, Arc::from(text.as_bytes()))),
            None => Err("the server answered 404".to_owned()),
        }
    };
    let load = |path: &str| match path {
        "own.yaml" => Ok(Arc::from(*b"$id: https://a.example/own\ntype: string\n")),
        _ => Err("there is no such file".to_owned()),
    };
    let source = Source::parse("specs/t/openapi.yaml", entry.to_owned()).expect("YAML");
    let reach = Reach {
        fetch: Some(&fetch),
        ..Reach::folder(&load)
    };
    let (contract, problems) = lower_with("t", &Arc::new(source), reach);
    (contract.expect("a contract"), problems, asked.into_inner())
}

#[test]
fn what_is_fetched_is_judged_where_it_stands() {
    let entry = with_schemas(
        "3.1.1",
        "    A: {properties: {price: {$ref: 'https://a.example/moved/money.yaml#/Money'}, \
         again: {$ref: 'https://a.example/here/money.yaml#/Cents'}}}\n",
    );
    let money = "Money:\n  properties:\n    cents: {$ref: '#/Cents'}\n    name: {$ref: ../name.json?v=1}\nCents: {type: integer}\n";
    let remote = [
        ("https://a.example/here/money.yaml", money),
        ("https://a.example/name.json?v=1", "{\"minLength\": 2}"),
    ];
    let (contract, problems, asked) = read(&entry, &remote);
    assert_eq!(problems, []);
    let wrong = json!({"price": {"cents": "1", "name": "a"}, "again": "x"});
    assert_eq!(
        broken(&contract, &wrong),
        [
            "https://a.example/here/money.yaml:5 type",
            "https://a.example/name.json?v=1:1 minLength",
            "https://a.example/here/money.yaml:5 type",
        ]
    );
    let expected = [
        "https://a.example/moved/money.yaml",
        "https://a.example/name.json?v=1",
    ];
    assert_eq!(
        asked, expected,
        "what a redirect led to is not asked for again"
    );
}

#[test]
fn nothing_is_asked_for_that_is_here_or_is_no_reference() {
    let schemas = "    A: {$ref: 'https://a.example/own'}\n    B: {$ref: own.yaml}\n    \
                   C: {$id: https://a.example/c, oneOf: [{$ref: '#/$defs/D'}], $defs: {D: {$id: D, type: object, properties: {k: {type: string}}}}, \
                   discriminator: {propertyName: k, mapping: {d: D}}}\n    \
                   E: {type: object, example: {$ref: 'https://a.example/gone'}, x-a: {$ref: 'https://a.example/gone'}}\n    \
                   F: {$ref: 'file:///etc/passwd'}\n";
    let (_, problems, asked) = read(&with_schemas("3.1.1", schemas), &[]);
    assert_eq!(asked, [""; 0]);
    let last = told(&problems).pop();
    assert_eq!(last.as_deref(), Some("specs/t/openapi.yaml:10 unsupported"));
}

#[test]
fn names_of_a_mapping_are_not_asked_for() {
    let entry = with_schemas(
        "3.1.1",
        "    A: {$ref: 'https://a.example/pets.yaml#/Pet'}\n",
    );
    let pets = "Pet:\n  type: object\n  required: [kind]\n  properties: {kind: {type: string}}\n  \
                discriminator: {propertyName: kind, mapping: {cat: Cat, dog: 'dog.yaml#/Dog'}}\n";
    let (_, _, asked) = read(&entry, &[("https://a.example/pets.yaml", pets)]);
    assert_eq!(
        asked,
        ["https://a.example/pets.yaml", "https://a.example/dog.yaml"]
    );
}

#[test]
fn a_password_in_a_url_is_not_told() {
    let schemas = "    A: {$ref: 'https://ann:hunter2@a.example/gone.yaml'}\n    \
                   B: {$ref: 'https://ann:hunter2@a.example/broken.yaml'}\n    \
                   C: {$ref: 'https://a.example/gone.yaml?token=hunter2'}\n    \
                   D: {$ref: 'ftp://ann:hunter2@a.example/gone.yaml'}\n    \
                   E: {$ref: 'https://a.example/gone.yaml'}\n";
    let broken = ("https://ann:hunter2@a.example/broken.yaml", "a: 1");
    let (_, problems, _) = read(&with_schemas("3.1.1", schemas), &[broken]);
    assert_eq!(problems.len(), 4, "{problems:?}");
    for problem in &problems {
        let location = problem.location.as_ref().expect("a place");
        let all = format!("{} {}", problem.message, problem.help);
        assert!(!all.contains("hunter2"), "{all}");
        assert_eq!(location.text.is_empty(), location.line < 10, "{problem:?}");
    }
    assert_eq!(
        problems[0].message,
        "`https://[hidden]@a.example/gone.yaml` could not be fetched: the server answered 404"
    );
}

#[test]
fn what_cannot_be_fetched_or_read_is_told_at_the_reference() {
    let schemas = "    A: {$ref: 'https://a.example/gone.yaml'}\n    B: {$ref: 'https://a.example/broken.yaml'}\n    \
                   C: {$ref: 'https://a.example/fine.yaml#/Nope'}\n    D: {$ref: 'https://a.example/gone.yaml#/X'}\n";
    let remote = [
        ("https://a.example/broken.yaml", "{"),
        ("https://a.example/fine.yaml", "Yes: {}\n"),
    ];
    let (_, problems, asked) = read(&with_schemas("3.1.1", schemas), &remote);
    assert_eq!(asked.len(), 3, "{asked:?}");
    let told = told(&problems);
    for expected in [
        "specs/t/openapi.yaml:6 unusable-file",
        "https://a.example/broken.yaml:1 syntax",
        "specs/t/openapi.yaml:8 unknown-reference",
        "specs/t/openapi.yaml:9 unusable-file",
    ] {
        assert!(told.contains(&expected.to_owned()), "{expected}: {told:?}");
    }
    let first = problems.iter().find(|it| it.message.contains("gone.yaml"));
    let message = "`https://a.example/gone.yaml` could not be fetched: the server answered 404";
    assert_eq!(first.map(|it| it.message.as_str()), Some(message));
}
