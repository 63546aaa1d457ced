//! Tests that the place of a value decides whether it is a symbol, and not what the server draws.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::string::string_regex;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::fixture::{BASE, shown, shown_body, talk};

/// What a client encodes in a part of a path.
const NOT_IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');
/// How many values of each kind are drawn.
const DRAWS: usize = 200;

/// A server that draws its values anew: an order is made, read and listed.
fn flow(member: &str, value: &Value) -> String {
    let order =
        json!({member: value, "note": "hello", "replicas": 3, "running": true, "gone": null});
    let in_url = match value {
        Value::String(text) => utf8_percent_encode(text, NOT_IN_PATH).to_string(),
        other => other.to_string(),
    };
    let id = if member == "id" { in_url.as_str() } else { "x" };
    let mut create = talk("create", "/orders", 201, &order);
    create.sent = r#"{"note":"hello","replicas":3}"#.to_owned();
    shown(vec![
        create,
        talk("read", &format!("/orders/{id}"), 200, &order),
        talk(
            "list",
            "/orders?n=3",
            200,
            &json!([order, {"note": "hello"}]),
        ),
    ])
}

fn runner() -> TestRunner {
    // The same values in every run of the test.
    TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    )
}

fn drawn(strategy: &impl Strategy<Value = Value>) -> Vec<Value> {
    let mut runner = runner();
    (0..DRAWS)
        .map(|_| {
            let tree = strategy.new_tree(&mut runner);
            tree.expect("the strategy rejects nothing").current()
        })
        .collect()
}

fn texts(pattern: &str) -> Vec<Value> {
    drawn(
        &string_regex(pattern)
            .expect("a pattern")
            .prop_map(Value::from),
    )
}

/// The same text for every value, with this symbol at the place.
fn assert_steady(member: &str, values: &[Value], symbol: &str) {
    let first = flow(member, &values[0]);
    let shown = format!("\"{member}\": {symbol}");
    assert_eq!(first.matches(&shown).count(), 3, "{first}");
    for value in values {
        assert_eq!(flow(member, value), first, "{member}: {value}");
    }
}

#[test]
fn a_read_only_text_is_a_symbol_whatever_it_is() {
    for pattern in [
        "[a-z0-9]{6}",
        "web-[a-z]{5}",
        "[A-Z][A-Z_]{3,9}",
        "[a-z0-9]{1,8}",
        "[0-9]{3,6}",
        "[/A-Za-z0-9+]{8}",
        "[a-z]{2,5} [a-z]{2,5}",
        "[äöü日本]{1,3}",
    ] {
        let mut values = texts(pattern);
        if pattern == "[a-z0-9]{6}" {
            values.push(json!("abcdef"));
        }
        assert_steady("token", &values, "\"‹token#1›\"");
    }
}

#[test]
fn a_read_only_header_is_a_symbol_whatever_it_is() {
    for value in texts("[a-z0-9]{1,8}") {
        let mut create = talk("create", "/orders", 201, &json!({}));
        let text = value.as_str().unwrap_or_default();
        create.headers.push(("X-Ticket", text.into()));
        assert!(
            shown(vec![create]).contains("\nx-ticket: ‹x-ticket#1›\n"),
            "{text}"
        );
    }
}

#[test]
fn an_output_that_is_sent_is_a_symbol_whatever_it_is() {
    for pattern in [
        "[a-z0-9]{6}",
        "[a-z]{5}-[a-z]{5}",
        "[a-z0-9]{1,8}",
        "[/A-Za-z0-9+]{8}",
    ] {
        assert_steady("id", &texts(pattern), "\"‹order#1›\"");
    }
    for range in [9_000..11_000_i64, 1..2_000] {
        let values = drawn(&range.prop_map(Value::from));
        assert_steady("id", &values, "‹order#1 integer›");
        assert!(flow("id", &values[0]).contains("\nGET /orders/‹order#1 integer›\n"));
    }
}

#[test]
fn an_output_that_is_handed_on_or_compared_is_one_too() {
    for range in [9_000..11_000_i64, 1..200] {
        let values = drawn(&range.prop_map(Value::from));
        assert_steady("number", &values, "‹number#1 integer›");
    }
    for pattern in ["[a-z0-9]{6}", "[a-z0-9]{1,5}"] {
        assert_steady("mark", &texts(pattern), "\"‹mark#1›\"");
    }
}

#[test]
fn the_last_part_of_an_address_is_one_too() {
    for pattern in ["/orders/[a-z0-9]{6}", "/orders/[a-z]{4,8}"] {
        assert_steady("link", &texts(pattern), "\"/orders/‹link#1›\"");
    }
    // What the contract writes out in a path is no value.
    assert!(shown_body(&json!({"link": format!("{BASE}/orders")})).contains("\"‹base›/orders\""));
}

#[test]
fn a_short_value_is_known_again_at_places_of_its_name_alone() {
    // The client's own number, and one that is the same by chance.
    let text = flow("id", &json!(3));
    assert!(text.contains("\"id\": ‹order#1 integer›"), "{text}");
    assert!(text.contains("\"replicas\": 3"), "{text}");
    assert!(text.contains("GET /orders?n=3\n"), "{text}");
    // Another value is another symbol.
    let order = |id: u32| json!({"id": id, "token": format!("t{id}")});
    let two = |second: u32| {
        shown(vec![
            talk("create", "/orders", 201, &order(1)),
            talk("list", "/orders", 200, &json!([order(1), order(second)])),
        ])
    };
    assert_ne!(two(1), two(2));
    assert!(two(2).contains("\"‹token#2›\""));
}

#[test]
fn what_the_client_sent_at_that_place_stays() {
    for (member, value) in [
        ("number", json!(7)),
        ("id", json!("ab")),
        ("token", json!("xy")),
    ] {
        let mut create = talk("create", "/orders", 201, &json!({member: value}));
        create.sent = json!({member: value}).to_string();
        let text = shown(vec![create]);
        assert!(!text.contains('‹'), "{text}");
    }
}

#[test]
fn what_nothing_marks_stays_whatever_it_is() {
    let [first, second] =
        [json!("a1b2c3"), json!("abcdef")].map(|it| shown_body(&json!({"free": it})));
    assert!(first.contains("a1b2c3") && second.contains("abcdef"));
    let text = shown_body(&json!({"state": true, "token": null, "number": 70_000}));
    assert!(!text.contains('‹'), "{text}");
}
