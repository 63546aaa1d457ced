//! Forms: what becomes of a payload, and which forms are refused.

use super::stage::{answer, play, scenarios};
use crate::http::Request;
use crate::http::form::{decode_multipart, decode_urlencoded};
use crate::run::foresee;
use crate::transcript::End;

const BYTES: &str = "$file('files/no-text.bin')";
const TEXT: &str = "$file('files/text.txt')";

fn flow(content_type: &str, rest: &str) -> String {
    format!(
        "
  - workflowId: first
    inputs: {{type: object, properties: {{f: {{default: {{n: 7, l: [a, b]}}}}, s: {{default: n=5}}, z: {{default: [1]}}, e: {{default: null}}}}}}
    steps: [{{stepId: send, operationId: fill, requestBody: {{contentType: {content_type}, {rest}}}}}]
"
    )
}

fn sent(content_type: &str, rest: &str) -> Request {
    let play = play(&flow(content_type, rest), vec![answer(201, "")]);
    let [request] = play.asked.as_slice() else {
        unreachable!("{rest}: {:?}", play.transcript.end)
    };
    request.clone()
}

/// The parts of a multipart form: name, file name, and bytes as text.
fn parts(rest: &str) -> Vec<(String, Option<String>, String)> {
    let request = sent("multipart/form-data", rest);
    let parts = decode_multipart("countersign-form", &request.body).expect("a form");
    let parts = parts.into_iter();
    parts
        .map(|it| (it.name, it.file, it.bytes.escape_ascii().to_string()))
        .collect()
}

fn fields(rest: &str) -> Vec<(String, String)> {
    decode_urlencoded(&sent("application/x-www-form-urlencoded", rest).body)
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn part(name: &str, file: Option<&str>, bytes: &str) -> (String, Option<String>, String) {
    (name.to_owned(), file.map(str::to_owned), bytes.to_owned())
}

fn refused(content_type: &str, rest: &str) -> String {
    let play = play(&flow(content_type, rest), vec![]);
    assert_eq!(play.asked, [], "{rest}");
    let End::Refused(problems) = play.transcript.end else {
        unreachable!("{rest}: {:?}", play.transcript.end)
    };
    problems[0].message.clone()
}

#[test]
fn each_file_of_a_list_is_a_part() {
    let got = parts(&format!("payload: {{n: 5, f: [{BYTES}, x, {TEXT}]}}"));
    let expected = [
        part("n", None, "5"),
        part("f", Some("no-text.bin"), "\\xff\\x00"),
        part("f", None, "x"),
        part("f", Some("text.txt"), "text"),
    ];
    assert_eq!(got, expected);
    let text = fields(&format!("payload: {{n: 5, l: [{TEXT}, x]}}"));
    assert_eq!(text, [pair("n", "5"), pair("l", "text"), pair("l", "x")]);
}

#[test]
fn a_file_is_replaced_and_replaces() {
    let got = parts(&format!(
        "payload: {{n: 5, f: {TEXT}, l: [a, b], o: {{a: {{b: c}}}}}}, replacements: [\
         {{target: /f, value: {BYTES}}}, {{target: /l/1, value: {TEXT}}}, {{target: /l/-, value: c}}, \
         {{target: /o/a/b, value: {TEXT}}}, {{target: /new, value: {TEXT}}}]"
    ));
    let expected = [
        part("n", None, "5"),
        part("f", Some("no-text.bin"), "\\xff\\x00"),
        part("l", None, "a"),
        part("l", Some("text.txt"), "text"),
        part("l", None, "c"),
        part("o", None, r#"{\"a\":{\"b\":\"text\"}}"#),
        part("new", Some("text.txt"), "text"),
    ];
    assert_eq!(got, expected);
    let rest = format!("payload: {{n: 5, f: {TEXT}}}, replacements: [{{target: /f, value: x}}]");
    assert_eq!(parts(&rest)[1], part("f", None, "x"));
    for place in ["/f/a", "/m/a", "/l/7", "/o/b/c"] {
        let rest = format!(
            "payload: {{n: 5, f: {TEXT}, l: [a], o: {{}}}}, replacements: [{{target: {place}, value: x}}]"
        );
        let why = refused("multipart/form-data", &rest);
        assert_eq!(
            why,
            format!("the payload has no place `{place}` to replace")
        );
    }
    let rest =
        format!("payload: {{n: 5, f: {TEXT}}}, replacements: [{{target: /f, value: $inputs.e}}]");
    assert!(refused("multipart/form-data", &rest).contains("`f` is null"));
}

#[test]
fn an_expression_that_is_an_object_is_a_form() {
    let expected = [pair("n", "7"), pair("l", "a"), pair("l", "b")];
    assert_eq!(fields("payload: $inputs.f"), expected);
    assert_eq!(parts("payload: $inputs.f").len(), 3);
    // A text is taken as somebody wrote it, where nothing has to part it.
    assert_eq!(fields("payload: $inputs.s"), [pair("n", "5")]);
    assert!(refused("multipart/form-data", "payload: $inputs.s").contains("what parts it"));
    let why = refused("application/x-www-form-urlencoded", "payload: $inputs.z");
    assert_eq!(why, "a form is an object, and this is of the type array");
    assert!(refused("multipart/form-data", "payload: $inputs.e").contains("of the type null"));
}

#[test]
fn a_form_is_judged_as_it_goes_over_the_wire() {
    assert_eq!(fields("payload: {n: '5'}"), [pair("n", "5")]);
    let content_type = "application/x-www-form-urlencoded";
    let why = refused(content_type, "payload: {n: [], l: x}");
    assert!(why.contains("the member `n` is missing"), "{why}");
    let why = refused(content_type, "payload: {n: x}");
    assert!(why.contains("the body at /n: expected integer"), "{why}");
    for nulls in ["{n: null}", "{n: 5, l: [a, null]}"] {
        let why = refused(content_type, &format!("payload: {nulls}"));
        assert!(
            why.contains("is null, and a form has no word for that"),
            "{why}"
        );
    }
}

#[test]
fn what_is_no_form_is_foreseen() {
    let foreseen = |rest: &str| foresee(&scenarios(&flow("multipart/form-data", rest))[0]).len();
    assert_eq!(foreseen("payload: {n: 5}"), 0);
    for rest in [
        "payload: {n: null}",
        "payload: [1]",
        "payload: text",
        "payload: 5",
    ] {
        assert_eq!(foreseen(rest), 1, "{rest}");
    }
    let raw = "payload: text, x-countersign: {raw: true}";
    assert_eq!(foreseen(raw), 0);
}
