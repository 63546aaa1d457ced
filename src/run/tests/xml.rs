//! Bodies of XML: what is sent, and what the contract says of it.

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
