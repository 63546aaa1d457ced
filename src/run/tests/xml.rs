//! Bodies of XML: what is sent, and what the contract says of it.

use serde_json::{Value, json};

use super::stage::{answer_of, play_document};
use crate::transcript::End;

/// What is sent as the body of a step with these lines under `requestBody`; or why it is not.
fn sent(step: &str, lines: &str) -> Result<String, String> {
    let text = format!(
        "\n  - workflowId: w\n    inputs: {{properties: {{q: {{default: '5'}}, o: {{default: {{n: 7}}}}}}}}\n    steps:\n      - stepId: a\n        \
         operationId: file\n{step}        requestBody:\n          {lines}\n"
    );
    let answers = vec![answer_of("application/xml", 201, "<ok/>")];
    let play = play_document("1.1.0", &text, answers);
    match (&play.transcript.end, play.asked.first()) {
        (End::Refused(problems), _) => Err(problems[0].message.clone()),
        (_, Some(request)) => {
            let body = String::from_utf8_lossy(&request.body);
            Ok(body
                .trim_start_matches("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
                .to_owned())
        }
        (end, None) => Err(format!("{end:?}")),
    }
}

fn xml(payload: &str) -> Result<String, String> {
    sent(
        "",
        &format!("contentType: application/xml\n          payload: {payload}"),
    )
}

#[test]
fn b2_an_object_is_written_as_its_schema_says() {
    assert_eq!(
        xml("{n: $inputs.q, id: a<b, l: [x, '{$inputs.q}']}").as_deref(),
        Ok("<doc id=\"a&lt;b\"><n>5</n><l><i>x</i><i>5</i></l></doc>")
    );
    assert_eq!(xml("$inputs.o").as_deref(), Ok("<doc><n>7</n></doc>"));
    for (payload, why) in [
        ("{n: x}", "the body at /n"),
        ("{id: a}", "the body"),
        ("{n: 1, id: [1]}", "`id` is a text in XML"),
        ("{n: 1, a b: 1}", "XML"),
    ] {
        let told = xml(payload).expect_err(payload);
        assert!(told.contains(why), "{payload}: {told}");
    }
    let undescribed = sent("", "contentType: text/xml\n          payload: {n: 1}");
    assert!(
        undescribed
            .expect_err("no schema")
            .contains("no schema says")
    );
}

#[test]
fn b2_a_text_of_xml_is_sent_as_it_is_and_judged() {
    assert_eq!(
        xml("'<doc><!-- c --><n>{$inputs.q}</n></doc>'").as_deref(),
        Ok("<doc><!-- c --><n>5</n></doc>")
    );
    for (payload, why) in [
        ("<doc><n>x</n></doc>", "the body at /n"),
        ("<other><n>1</n></other>", "the root element is `other`"),
        ("<doc><n>1</n>", "no XML that can be read"),
        (
            "<!DOCTYPE doc><doc><n>1</n></doc>",
            "document type declaration",
        ),
        ("7", "no XML that can be read"),
    ] {
        let told = xml(payload).expect_err(payload);
        assert!(told.contains(why), "{payload}: {told}");
    }
    let invalid = "        x-countersign: {request: invalid}\n";
    let lines = "contentType: application/xml\n          payload: <doc><n>x</n></doc>";
    assert_eq!(sent(invalid, lines).as_deref(), Ok("<doc><n>x</n></doc>"));
    let raw = "contentType: application/xml\n          payload: <doc>\n          x-countersign: {raw: true}";
    assert_eq!(sent(invalid, raw).as_deref(), Ok("<doc>"));
    let free = "contentType: text/xml\n          payload: <a/>";
    assert_eq!(sent("", free).as_deref(), Ok("<a/>"));
}

/// What becomes of a step with these lines that gets this answer: its outcome, what its criteria read
/// instead, and its outputs.
fn asked(document: &str, lines: &str) -> (String, Vec<String>, Value) {
    let text = format!(
        "\n  - workflowId: w\n    inputs: {{properties: {{q: {{default: it's}}, n: {{default: 2}}}}}}\n    steps:\n      - stepId: a\n        \
         operationId: file\n        requestBody: {{contentType: text/xml, payload: <a/>}}\n        {lines}\n"
    );
    let answers = vec![answer_of("application/xml", 201, document)];
    let play = play_document("1.1.0", &text, answers);
    let step = &play.transcript.steps[0];
    let unmet = step.attempts.iter().flat_map(|it| &it.unmet);
    let unmet = unmet.map(|it| it.actual.clone()).collect();
    (play.outcomes()[0].clone(), unmet, json!(step.outputs))
}

const PETS: &str = "<pets><pet id='1'>it's</pet><pet id='2'>Tom</pet></pets>";

/// Whether a condition holds for an answer, or what was read instead.
fn holds(document: &str, condition: &str) -> Result<(), String> {
    let lines = format!(
        "successCriteria: [{{context: $response.body, condition: '{}', type: {{type: xpath, version: xpath-10}}}}]",
        condition.replace('\'', "''")
    );
    let (outcome, mut unmet, _) = asked(document, &lines);
    assert_eq!(outcome == "a ok", unmet.is_empty(), "{condition}");
    unmet.pop().map_or(Ok(()), Err)
}

#[test]
fn k5_an_xpath_is_true_or_not() {
    for (condition, expected) in [
        ("//pet", true),
        ("//dog", false),
        ("count(//pet) = 2", true),
        ("count(//pet)", true),
        ("0", false),
        ("'false'", true),
        ("//pet[@id = {$inputs.n}] = 'Tom'", true),
        ("//pet[{$inputs.n}] = {$inputs.q}", false),
        ("//pet[. = \"{$inputs.q}\"]/@id = 1", true),
    ] {
        assert_eq!(holds(PETS, condition).is_ok(), expected, "{condition}");
    }
}

#[test]
fn k6_an_xpath_that_cannot_be_evaluated_fails_and_says_why() {
    for (document, condition, why) in [
        (PETS, "//p:pet", "no namespace for `p:`"),
        (PETS, "count(1) = 1", "node-set"),
        (PETS, "//pet = '{$inputs.q}'", "cannot be written"),
        (PETS, "//pet = {$response.header.x}", "has no value"),
        ("<pets>", "//pet", "$response.body"),
        (
            "<!DOCTYPE pets><pets/>",
            "/pets",
            "document type declaration",
        ),
    ] {
        let told = holds(document, condition).expect_err(condition);
        assert!(told.contains(why), "{condition}: {told}");
    }
}

#[test]
fn l1_an_xpath_selects_texts() {
    let select = |selector: &str| {
        let kind = "type: {type: xpath, version: xpath-10}";
        let lines = format!(
            "outputs: {{o: {{context: $response.body, selector: \"{selector}\", {kind}}}}}"
        );
        asked(PETS, &lines).2["o"].clone()
    };
    assert_eq!(select("//pet[2]"), json!("Tom"));
    assert_eq!(select("//pet/@id"), json!(["1", "2"]));
    assert_eq!(select("count(//pet)"), json!(2));
    assert_eq!(select("//pet = 'Tom'"), json!(true));
    assert_eq!(select("//dog"), Value::Null);
}

#[test]
fn b3_places_of_xml_are_replaced() {
    let replace = |payload: &str, replacements: &str| {
        let lines = format!(
            "contentType: application/xml\n          payload: {payload}\n          replacements: [{replacements}]"
        );
        sent("", &lines)
    };
    let text = "'<doc id=\"a\"><n/><!-- c --></doc>'";
    assert_eq!(
        replace(
            text,
            "{target: /doc/n, value: $inputs.q}, {target: /doc/@id, value: '<{$inputs.q}>'}"
        )
        .as_deref(),
        Ok("<doc id=\"&lt;5&gt;\"><n>5</n><!-- c --></doc>")
    );
    let last =
        "{target: '//i[last()]', targetSelectorType: {type: xpath, version: xpath-10}, value: z}";
    assert_eq!(
        replace("{n: 1, l: [x, y]}", last).as_deref(),
        Ok("<doc><n>1</n><l><i>x</i><i>z</i></l></doc>"),
        "an object is written before"
    );
    assert_eq!(
        replace(
            "{n: 1}",
            "{target: /n, targetSelectorType: jsonpointer, value: 2}"
        )
        .as_deref(),
        Ok("<doc><n>2</n></doc>")
    );
    let json = "contentType: application/json\n          payload: {n: 1}\n          replacements: [\
                {target: /n, targetSelectorType: {type: xpath, version: xpath-10}, value: 1}]";
    let told = sent("", json).expect_err("JSON has no such places");
    assert!(told.contains("no place `/n`"), "{told}");
    for (payload, replacement, why) in [
        (text, "{target: /doc/x, value: 1}", "no place `/doc/x`"),
        (
            text,
            "{target: /doc/n, value: [1]}",
            "takes no list or object",
        ),
        (text, "{target: /doc/n, value: x}", "the body at /n"),
        (
            text,
            "{target: /n, targetSelectorType: jsonpointer, value: 2}",
            "no place `/n`",
        ),
        ("<doc>", "{target: /doc, value: 1}", "never closed"),
    ] {
        let told = replace(payload, replacement).expect_err(replacement);
        assert!(told.contains(why), "{replacement}: {told}");
    }
}
