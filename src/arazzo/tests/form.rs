//! Files inside of texts, and what the media type of a form may not say.

use super::step;

fn told(content_type: &str, payload: &str) -> Vec<String> {
    step(&format!(
        "operationId: create\nrequestBody: {{contentType: {content_type}, {payload}}}"
    ))
}

const BYTES: &str = "$file('files/no-text.bin')";
const TEXT: &str = "$file('files/a.bin')";

#[test]
fn bytes_stand_where_bytes_can() {
    for (content_type, payload) in [
        ("multipart/form-data", format!("payload: {{a: {BYTES}}}")),
        (
            "multipart/form-data",
            format!("payload: {{a: [b, {BYTES}]}}"),
        ),
        (
            "application/x-www-form-urlencoded",
            format!("payload: {{a: {TEXT}}}"),
        ),
        ("application/octet-stream", format!("payload: {BYTES}")),
        ("application/json", format!("payload: {{a: {TEXT}}}")),
        (
            "multipart/form-data",
            format!("payload: {{}}, replacements: [{{target: /a, value: {BYTES}}}]"),
        ),
    ] {
        assert_eq!(
            told(content_type, &payload),
            [] as [&str; 0],
            "{content_type} {payload}"
        );
    }
}

#[test]
fn bytes_inside_of_a_text_are_told() {
    for (content_type, payload) in [
        (
            "application/x-www-form-urlencoded",
            format!("payload: {{a: {BYTES}}}"),
        ),
        (
            "application/x-www-form-urlencoded",
            format!("payload: {{a: [{BYTES}]}}"),
        ),
        (
            "multipart/form-data",
            format!("payload: {{a: {{b: {BYTES}}}}}"),
        ),
        ("application/json", format!("payload: {{a: {BYTES}}}")),
        (
            "application/json",
            format!("payload: {{}}, replacements: [{{target: /a, value: {BYTES}}}]"),
        ),
    ] {
        assert_eq!(
            told(content_type, &payload),
            ["9 unusable-file"],
            "{content_type} {payload}"
        );
    }
    let replaced = format!("payload: {TEXT}, replacements: [{{target: /a, value: 1}}]");
    assert_eq!(told("text/plain", &replaced), ["9 invalid-value"]);
    let list =
        format!("operationId: list\nparameters: [{{name: page, in: query, value: [{BYTES}]}}]");
    assert_eq!(step(&list), ["9 unusable-file"]);
}

#[test]
fn a_form_has_one_boundary() {
    let ours = "multipart/form-data; boundary=mine";
    assert_eq!(told(ours, "payload: {a: b}"), ["9 invalid-value"]);
    // The text of a form is parted by what was said.
    assert_eq!(told(ours, "payload: '--mine--'"), [] as [&str; 0]);
    assert_eq!(
        told("text/plain; boundary=mine", "payload: {a: b}"),
        [] as [&str; 0]
    );
}
