//! What a scenario says of the snapshots of its own steps.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixture::{lines, shown, shown_by, talk};
use crate::json::Path;
use crate::scenario::{At, UnorderedRule, VolatileRule};
use crate::snapshot::symbols::Symbols;
use crate::snapshot::{SnapshotSettings, unordered};

/// The body of a step whose answer is this value.
fn body(step: &'static str, value: &Value) -> String {
    let text = shown(vec![talk(step, "/orders", 200, value)]);
    text.split_once("json\n\n").expect("a body").1.to_owned()
}

/// Elements of a list as a server makes them anew: the same notes, and other values.
fn made(run: usize, notes: &[&str]) -> Vec<Value> {
    let each = notes.iter().enumerate();
    each.map(|(index, note)| {
        json!({
            "note": note, "token": format!("{run}token{index}"), "made": format!("2024-05-0{}T10:00:00Z", 1 + run % 9),
            "state": format!("{}", (run + index) % 7),
        })
    })
    .collect()
}

proptest! {
    #[test]
    fn two_runs_with_other_orders_and_values_give_the_same_text(
        list in (0..9_usize).prop_flat_map(|run| Just(made(run, &["b", "c", "a", "b"])).prop_shuffle())
    ) {
        let first = Value::from(made(1, &["a", "b", "b", "c"]));
        for step in ["sorted", "sortedBy"] {
            prop_assert_eq!(body(step, &Value::from(list.clone())), body(step, &first));
        }
    }
}

#[test]
fn the_order_shows_where_nobody_says_that_it_means_nothing() {
    let (mut list, turned) = (made(1, &["a", "b"]), Value::from(made(1, &["a", "b"])));
    list.reverse();
    assert_ne!(body("list", &Value::from(list)), body("list", &turned));
}

#[test]
fn elements_are_sorted_by_what_is_said_and_inner_lists_before_outer_ones() {
    let list = json!([
        {"note": "b", "mark": "1", "parts": [3, 1, 2]}, {"mark": "0"}, {"note": "a", "mark": "2", "parts": ["x", null]},
    ]);
    let expected = json!([
        {"mark": "0"}, {"note": "a", "mark": "2", "parts": ["x", null]}, {"note": "b", "mark": "1", "parts": [1, 2, 3]},
    ]);
    assert_eq!(body("sortedBy", &list), body("list", &expected));
}

#[test]
fn symbols_are_numbered_as_they_are_shown() {
    let list = json!([{"note": "z", "token": "first1"}, {"note": "a", "token": "second"}]);
    let expected = lines(&[
        "[",
        "  {",
        r#"    "note": "a","#,
        r#"    "token": "‹token#1›""#,
        "  },",
        "  {",
        r#"    "note": "z","#,
        r#"    "token": "‹token#2›""#,
        "  }",
        "]",
    ]);
    assert_eq!(body("sorted", &list), expected);
}

#[test]
fn a_value_that_is_known_already_tells_elements_apart() {
    let flow = |list: &Value| {
        shown(vec![
            talk("create", "/orders", 201, &json!({"id": "ord-77aa"})),
            talk("read", "/orders/ord-77aa", 200, &json!({})),
            talk("sorted", "/orders", 200, list),
        ])
    };
    let one = json!({"token": "ord-77aa"});
    let other = json!({"token": "made-anew"});
    let (before, after) = (flow(&json!([one, other])), flow(&json!([other, one])));
    assert_eq!(before, after);
    assert!(
        before.contains("‹order#1›") && before.contains("‹token#1›"),
        "{before}"
    );
}

#[test]
fn what_is_no_array_stays_as_it_is() {
    for value in [json!({"note": "b"}), json!("text"), json!([]), json!(null)] {
        assert_eq!(body("sorted", &value), body("list", &value), "{value}");
    }
}

#[test]
fn what_is_nested_deeply_takes_no_more_time_for_each_level() {
    // The decoder allows 128 levels; sorted by itself, each would cost twice what the next one does.
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner, 0]));
    let rule = UnorderedRule {
        at: Path::parse("$..*").expect("a path"),
        by: Some(Path::parse("$").expect("a path")),
    };
    let rules = [rule];
    let arrays = unordered::find(&rules, &deep);
    let symbols = Symbols::new(&"".into());
    let sorted = unordered::sort(&deep, &arrays, &symbols, &BTreeMap::new());
    assert_ne!(sorted, deep);
}

fn settings() -> SnapshotSettings {
    let at = At::Body(Path::parse("$[*].mark").expect("a path"));
    SnapshotSettings {
        volatile: vec![VolatileRule {
            operation: None,
            at,
            name: "usual".to_owned(),
            why: "it is new".to_owned(),
        }],
        headers: vec!["X-Usual".to_owned()],
    }
}

/// A step whose answer has a mark and two headers.
fn marked(step: &'static str) -> String {
    let mut list = talk(step, "/orders", 200, &json!([{"mark": "abcdef"}]));
    list.headers.push(("X-Run", b"run-4711".to_vec()));
    list.headers.push(("X-Usual", b"kept".to_vec()));
    shown_by(settings(), vec![list])
}

#[test]
fn what_the_step_says_counts_before_what_is_said_of_the_api() {
    let usual = marked("list");
    assert!(
        usual.contains("‹usual#1›") && usual.contains("x-usual: kept") && !usual.contains("x-run")
    );
    let own = marked("ruled");
    assert!(
        own.contains("‹stamp#1›") && own.contains("x-run: ‹run#1›"),
        "{own}"
    );
    assert!(
        !own.contains("x-usual"),
        "its headers count instead of the usual ones: {own}"
    );
    let bare = marked("bare");
    assert!(
        bare.contains("‹usual#1›") && !bare.contains("x-usual"),
        "{bare}"
    );
    assert!(bare.contains("content-type: "), "{bare}");
}
