//! Whole query strings, from the scenario to the URL that is asked; each test is named after the item
//! of the checklist that it is about.

use super::stage::{answer, play_document, scenarios_of};
use crate::run::foresee;
use crate::transcript::End;

fn workflow(operation: &str, value: &str, extension: &str) -> String {
    format!(
        "  - workflowId: w\n    inputs: {{properties: {{n: {{default: 7}}, text: {{default: 'a b'}}}}}}\n    steps:\n      \
         - stepId: a\n        operationId: {operation}\n        x-countersign: {{{extension}}}\n        \
         parameters: [{{name: q, in: querystring, value: {value}}}]\n        outputs: {{n: $request.query.n}}\n"
    )
}

/// The URL that is asked with that value, or what is said instead.
fn asked(operation: &str, value: &str) -> Result<String, String> {
    let text = workflow(operation, value, "");
    let play = play_document("1.1.0", &text, vec![answer(200, "")]);
    match (&play.transcript.end, play.asked.first()) {
        (End::Refused(problems), None) => Err(problems[0].message.clone()),
        (_, Some(request)) => Ok(request.url.clone()),
        (end, None) => Err(format!("{end:?}")),
    }
}

#[test]
fn p3_the_value_is_the_complete_query() {
    for (operation, value, query) in [
        ("search", "n=1&x=%20y", "n=1&x=%20y"),
        ("search", "'n={$inputs.n}'", "n=7"),
        (
            "search",
            "{n: $inputs.n, tags: [a b, c]}",
            "n=7&tags=a+b&tags=c",
        ),
        ("search", "{n: 1, other: $inputs.text}", "n=1&other=a+b"),
        ("select", "{n: $inputs.text}", "%7B%22n%22%3A%22a%20b%22%7D"),
        ("select", "'%7B%22n%22:1%7D'", "%7B%22n%22:1%7D"),
    ] {
        let path = format!("http://t/{operation}?{query}");
        assert_eq!(asked(operation, value), Ok(path), "{value}");
    }
}

#[test]
fn p3_its_parts_can_be_read_again() {
    let text = workflow("search", "{n: $inputs.n}", "");
    let play = play_document("1.1.0", &text, vec![answer(200, "")]);
    assert_eq!(play.transcript.steps[0].outputs["n"], "7");
}

#[test]
fn p3_what_would_be_no_query_is_not_sent() {
    for (operation, value, part) in [
        ("search", "'n=1 '", "cannot hold ' '"),
        ("search", "'n=1#a'", "cannot hold '#'"),
        ("search", "'n={$inputs.text}'", "cannot hold ' '"),
        ("search", "'n=1&p=100%'", "cannot hold '%'"),
        ("search", "[1]", "is of the type array"),
        ("search", "$inputs.n", "is of the type integer"),
        ("search", "{n: null}", "is null"),
    ] {
        let told = asked(operation, value).expect_err("it is not sent");
        assert!(told.contains(part), "{value}: {told}");
    }
}

#[test]
fn p3_it_is_judged_by_the_schema_of_its_media_type() {
    for (operation, value) in [
        ("search", "m=1"),
        ("search", "n=one"),
        ("search", "{n: $inputs.text}"),
        ("search", "{tags: [$inputs.text]}"),
        ("select", "{m: $inputs.n}"),
        ("select", "'%7B%7D'"),
        ("select", "n=1"),
    ] {
        let told = asked(operation, value).expect_err("it is not sent");
        assert!(told.contains("breaks the contract"), "{value}: {told}");
    }
}

#[test]
fn p3_what_is_known_before_is_told_before() {
    let told = |value: &str, extension: &str| {
        let scenarios = scenarios_of("1.1.0", &workflow("search", value, extension));
        let problems = foresee(&scenarios[0]).into_iter();
        let lines = problems.map(|it| it.location.map_or(0, |it| it.line));
        lines.collect::<Vec<_>>()
    };
    assert_eq!(told("n=1", ""), [0; 0]);
    assert_eq!(told("'n=1 '", ""), [11], "at the value");
    assert_eq!(told("m=1", ""), [8], "at the step");
    assert_eq!(told("m=1", "request: invalid"), [0; 0]);
    assert_eq!(
        told("'n=1 '", "request: invalid"),
        [11],
        "no wire can carry it"
    );
}
