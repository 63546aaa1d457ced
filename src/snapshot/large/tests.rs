//! What is too long is shown by its parts, and a change in it says where it is.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::snapshot::body::SHOWN_BYTES_MAX;
use crate::snapshot::text::Part;

fn json_digest(value: &Value) -> String {
    let mut out = String::new();
    let symbols = Symbols::new(&"".into());
    write_large_json(value, Writer::new(&symbols, &BTreeMap::new()), &mut out);
    out
}

fn text_digest(text: &str) -> String {
    let mut out = String::new();
    write_large_text(text, &Symbols::new(&"".into()), &mut out);
    out
}

/// The lines of the second that are not those of the first, without their digests.
fn differing(one: &str, other: &str) -> Vec<String> {
    let lines: Vec<&str> = one.lines().collect();
    let new = other.lines().filter(|line| !lines.contains(line));
    let place = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    new.map(place).collect()
}

fn things(count: usize) -> Value {
    let thing = |it: usize| json!({"id": it, "name": format!("thing {it}"), "tags": ["a"]});
    json!({"items": (0..count).map(thing).collect::<Vec<_>>(), "next": "/things?after=1"})
}

#[test]
fn a_long_list_shows_what_it_is_and_a_digest_for_each_part() {
    let text = json_digest(&things(5_000));
    assert!(text.starts_with("json "), "{text}");
    let shape =
        "\nshape:\n{\n  \"items\": [\n    {\n      \"id\": integer,\n      \"name\": string,\n";
    assert!(text.contains(shape), "{text}");
    let begins =
        "\nbegins:\n{\n  \"items\": [\n    {\n      \"id\": 0,\n      \"name\": \"thing 0\",\n";
    assert!(text.contains(begins), "{text}");
    assert!(text.contains("\n    … 4998 more\n  ],\n"), "{text}");
    assert!(text.contains("\nparts:\n/items/0 to 127: "), "{text}");
    assert!(text.contains("\n/items/4992 to 4999: "), "{text}");
    assert!(text.contains("\n/next: "), "{text}");
}

#[test]
fn a_change_of_one_element_is_one_line_that_says_where() {
    let before = things(5_000);
    let mut after = before.clone();
    after["items"][300]["name"] = json!("other");
    let (before, after) = (json_digest(&before), json_digest(&after));
    assert_eq!(
        differing(&before, &after),
        ["json 222812 bytes sha256", "/items/256 to 383"]
    );
    let mut few: Value = (0..40)
        .map(|it| json!({"id": it, "text": "x".repeat(3_000)}))
        .collect();
    let before = json_digest(&few);
    few[7]["text"] = json!("y".repeat(3_000));
    assert_eq!(differing(&before, &json_digest(&few))[1..], ["/7/text"]);
}

#[test]
fn one_more_element_changes_the_end_alone() {
    let told = differing(&json_digest(&things(5_000)), &json_digest(&things(5_001)));
    assert_eq!(told[1..], ["    … 4999 more", "/items/4992 to 5000"]);
}

#[test]
fn a_map_is_divided_by_its_names() {
    let entry = |it: usize| {
        (
            format!("key/{it:04}"),
            json!({"value": it, "text": "x".repeat(60)}),
        )
    };
    let mut map: serde_json::Map<String, Value> = (0..1_000).map(entry).collect();
    let before = json_digest(&Value::Object(map.clone()));
    assert!(
        before.contains("\nparts:\n/\"key/0000\" to \"key/0015\": "),
        "{before}"
    );
    assert!(before.contains("\n  … 968 more\n"), "{before}");
    map.insert("key/0020".to_owned(), json!(1));
    let after = json_digest(&Value::Object(map));
    let told = differing(&before, &after);
    assert!(
        told.contains(&"/\"key/0016\" to \"key/0031\"".to_owned()),
        "{told:?}"
    );
    assert_eq!(told.iter().filter(|it| it.starts_with('/')).count(), 1);
}

#[test]
fn a_single_long_value_is_cut() {
    let text = json_digest(&json!("x".repeat(70_000)));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1..4], ["shape:", "string", "begins:"]);
    assert_eq!(lines[4].chars().count(), LINE_CHARS_MAX + 1);
    assert!(lines[6].starts_with("all: "), "{}", lines[6]);
}

#[test]
fn a_long_text_has_a_digest_for_each_block_of_lines() {
    let line = |it: usize| format!("line {it} of many");
    let mut lines: Vec<String> = (1..=8_000).map(line).collect();
    let before = text_digest(&lines.join("\n"));
    assert!(before.starts_with("text "), "{before}");
    assert!(before.contains("\nbegins:\n| line 1 of many\n"), "{before}");
    assert!(
        before.contains("\n| line 20 of many\n…\nparts:\nlines 1 to 128: "),
        "{before}"
    );
    assert!(before.contains("\nlines 7937 to 8000: "), "{before}");
    lines[499] = "other".to_owned();
    let after = text_digest(&lines.join("\n"));
    assert_eq!(differing(&before, &after)[1..], ["lines 385 to 512"]);
    let ended = text_digest(&(lines.join("\n") + "\n"));
    assert_eq!(differing(&after, &ended)[1..], ["lines 7937 to 8000"]);
}

#[test]
fn whatever_is_long_is_shown_in_bounds_and_taken_apart() {
    let nested = |depth: usize, inside: Value| {
        (0..depth).fold(inside, |inside, _| json!({ "k".repeat(90): [inside] }))
    };
    let many: Value = (0..20_000).collect();
    let wide: Value = (0..300)
        .map(|it| (0..300).map(|at| json!(it * at)).collect::<Vec<_>>())
        .collect();
    let names = (0..9_000).map(|it| ("日".repeat(300) + &it.to_string(), json!(null)));
    for value in [
        nested(110, many.clone()),
        nested(5, wide),
        Value::Object(names.collect()),
        json!(["\u{1b}‹".repeat(30_000), many]),
    ] {
        let text = json_digest(&value);
        assert!(text.len() < SHOWN_BYTES_MAX, "{}", text.len());
        assert_flow(&text);
    }
    for text in [
        "\n".repeat(70_000),
        "日 ".repeat(70_000),
        "# a\n\n".repeat(20_000),
    ] {
        let text = text_digest(&text);
        assert!(text.len() < SHOWN_BYTES_MAX, "{}", text.len());
        assert_flow(&text);
    }
}

/// That a step with this body, and one behind it, are taken apart and put together again.
fn assert_flow(body: &str) {
    let flow = format!("# a\nGET /\n\n200\n\n{body}\n# b\nGET /");
    let part = Part::of_flow(&flow).expect("a flow");
    assert_eq!(part.members().len(), 2);
    assert_eq!(part.flow_text(), flow);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn another_value_has_other_digests(place in 0_usize..900, other in 0_usize..900) {
        let before = things(900);
        let mut after = before.clone();
        after["items"][place]["id"] = json!(other);
        let told = differing(&json_digest(&before), &json_digest(&after));
        let parts = told.iter().filter(|it| it.starts_with("/items/")).count();
        prop_assert_eq!(parts, usize::from(place != other));
    }
}
