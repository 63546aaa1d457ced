//! What the grammar takes and what it refuses.

use super::*;

#[test]
fn every_form_is_read() {
    for text in [
        "$url",
        "$method",
        "$statusCode",
        "$self",
        "$message.header.X-Id",
        "$message.payload#/a",
        "$request.header.Accept",
        "$request.query.a.b",
        "$request.path.id",
        "$request.body",
        "$request.body#/a/0",
        "$response.header.X-Tag",
        "$response.body#/a~1b",
        "$response.body.items[0].id",
        "$response.body['a b']",
        "$inputs.name",
        "$inputs.name#/a",
        "$outputs.x",
        "$steps.make-it.outputs.id",
        "$workflows.other.outputs.id#/0",
        "$workflows.other.inputs.id",
        "$sourceDescriptions.api.url",
        "$components.parameters.page",
    ] {
        let expression = Expression::parse(text);
        assert!(expression.is_ok(), "{text}: {expression:?}");
        assert!(Expression::is_meant(text), "{text}");
    }
}

#[test]
fn navigation_is_a_pointer() {
    let dotted = Expression::parse("$response.body.items[0]['x/y']").expect("an expression");
    let pointed = Expression::parse("$response.body#/items/0/x~1y").expect("an expression");
    assert_eq!(dotted.pointer, pointed.pointer);
}

#[test]
fn what_breaks_the_grammar_is_refused() {
    for text in [
        "",
        "é",
        "$é",
        "$",
        "$response",
        "$response.",
        "$response.bodies",
        "$response.query.a",
        "$response.path.a",
        "$response.header.",
        "$response.header.a b",
        "$steps.a.output.b",
        "$steps.a",
        "$inputs.",
        "$statusCode#/a",
        "$response.body#a",
        "$response.body[",
        "$response.body[x]",
        "$response.body[0]x",
        "$step.a.outputs.b",
        "$response.body.a#/b",
    ] {
        assert!(Expression::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_near_miss_is_meant_and_told_its_neighbour() {
    let error = Expression::parse("$step.a.outputs.b").expect_err("no such word");
    assert_eq!(error.nearest, Some("$steps"));
    assert!(Expression::is_meant("$step.a.outputs.b"));
}

#[test]
fn prices_and_variables_are_plain_text() {
    for text in ["$", "$5.00", "$HOME", "$urls", "costs $inputs.x", "$schema"] {
        assert!(!Expression::is_meant(text), "{text}");
    }
}
