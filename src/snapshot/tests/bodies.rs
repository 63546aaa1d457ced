//! Bodies that are no JSON of the usual size, and what is told apart of those that hold nothing.

use serde_json::{Value, json};

use super::fixture::{lines, shown, talk};
use crate::snapshot::text::{BODY, HEADERS, Part};

/// What is shown below the status of an answer: its headers and its body.
fn answer(headers: &[(&'static str, &str)], body: &[u8]) -> String {
    let mut list = talk("list", "/orders", 200, &Value::Null);
    list.headers = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes().to_vec()))
        .collect();
    list.body = body.to_vec();
    let text = shown(vec![list]);
    let (_, answer) = text.split_once("\n\n200\n").expect("an answer");
    let part = Part::of_flow(&text).expect("a flow");
    assert_eq!(part.flow_text() + "\n", text);
    answer.to_owned()
}

const TEXT: (&str, &str) = ("Content-Type", "text/plain");
const JSON: (&str, &str) = ("Content-Type", "application/json");

#[test]
fn bodies_that_hold_nothing_are_told_apart_where_they_can_be() {
    let none = "\n(no body)\n";
    // How the end of a message is marked is the business of whoever stands between: nothing was sent.
    assert_eq!(answer(&[], b""), none);
    assert_eq!(answer(&[("Content-Length", "0")], b""), none);
    // An empty text, and JSON that is none, are known by their type.
    assert_eq!(
        answer(&[TEXT], b""),
        lines(&["content-type: text/plain", "", "(no body)"])
    );
    assert_eq!(
        answer(&[JSON], b""),
        lines(&["content-type: application/json", "", "(no body)"])
    );
    for (head, body, shown) in [
        (JSON, &b"\"\""[..], "\"\""),
        (JSON, b"null", "null"),
        (JSON, b"{}", "{}"),
        (JSON, b"[]", "[]"),
        (TEXT, b"\n", "| \\n"),
        (TEXT, b" ", "| \\u{20}"),
        (TEXT, b"(no body)", "| (no body)"),
    ] {
        let text = answer(&[head], body);
        assert!(text.ends_with(&format!("\n\n{shown}\n")), "{text}");
    }
}

#[test]
fn headers_of_one_name_have_a_line_each_and_empty_ones_one_without_a_value() {
    let mut create = talk("create", "/orders", 201, &json!({}));
    let header = |value: &str| ("X-Empty", value.as_bytes().to_vec());
    create
        .headers
        .extend([header("b"), header(""), header("a"), header("b")]);
    let text = shown(vec![create]);
    let expected = lines(&[
        "x-empty: b",
        "x-empty:",
        "x-empty: a",
        "x-empty: b",
        "",
        "{}",
    ]);
    assert!(text.ends_with(&expected), "{text}");
    let flow = Part::of_flow(&text).expect("a flow");
    let headers = flow.members()[0]
        .1
        .member(HEADERS)
        .expect("headers")
        .members();
    assert_eq!(headers.len(), 5);
    assert_eq!(flow.flow_text() + "\n", text);
    let without = shown(vec![talk("create", "/orders", 201, &json!({}))]);
    assert!(!without.contains("x-empty"), "{without}");
}

#[test]
fn a_text_says_its_charset_where_it_is_not_the_usual_one() {
    for (media_type, body, expected) in [
        ("text/plain", &b"caf\xc3\xa9"[..], "| café\n"),
        ("text/plain; charset=UTF-8", b"caf\xc3\xa9", "| café\n"),
        ("text/plain; charset=utf8", b"caf\xc3\xa9", "| café\n"),
        (
            "text/plain; charset=ISO-8859-1",
            b"caf\xe9",
            "charset iso-8859-1\n| café\n",
        ),
        (
            "text/xml; charset=us-ascii",
            b"<a/>",
            "charset us-ascii\n| <a/>\n",
        ),
        // What should be JSON and is none is read as what JSON is in.
        (
            "application/json; charset=iso-8859-1",
            b"caf\xc3\xa9",
            "| café\n",
        ),
    ] {
        let text = answer(&[("Content-Type", media_type)], body);
        let (_, body) = text.split_once("\n\n").expect("a body");
        assert_eq!(body, expected, "{media_type}");
    }
    // In a charset that nobody knows, nothing is a text.
    let text = answer(
        &[("Content-Type", "text/plain; charset=klingon")],
        b"Qapla'",
    );
    assert!(
        text.contains("\n\nbinary text/plain 6 bytes sha256:"),
        "{text}"
    );
    assert!(text.ends_with("  |Qapla'|\n"), "{text}");
}

#[test]
fn long_bodies_are_shown_by_their_parts() {
    let json = json!((0..20_000).collect::<Vec<_>>()).to_string();
    let text = "a line of many\n".repeat(9_000);
    let types = [JSON, TEXT, ("Content-Type", "text/plain; charset=us-ascii")];
    let types = types
        .into_iter()
        .chain([("Content-Type", "application/octet-stream")]);
    for (head, (body, expected)) in types.zip([
        (json.as_str(), "\n\njson 108891 bytes sha256:"),
        (text.as_str(), "\n\ntext 153001 bytes sha256:"),
        (
            text.as_str(),
            "\n\ncharset us-ascii\ntext 153001 bytes sha256:",
        ),
        (
            text.as_str(),
            "\n\nbinary application/octet-stream 135000 bytes sha256:",
        ),
    ]) {
        let shown = answer(&[head], body.as_bytes());
        assert!(shown.contains(expected), "{shown}");
        assert!(shown.len() < 64 * 1024);
        let flow = Part::of_flow(&format!("# a\nGET /\n\n200\n{shown}")).expect("a flow");
        assert!(matches!(
            flow.members()[0].1.member(BODY),
            Some(Part::Leaf(_))
        ));
    }
}
