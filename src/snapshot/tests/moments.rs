//! Tests of times that run backwards.

use serde_json::{Value, json};

use super::fixture::{Talk, shown, talk};
use crate::snapshot::EARLIER;

/// Reads of orders, each answered with this body: how often a time runs backwards.
fn backwards(answers: &[(&str, Value)]) -> usize {
    let talks: Vec<Talk> = answers
        .iter()
        .map(|(path, body)| talk("read", path, 200, body))
        .collect();
    let text = shown(talks);
    assert!(text.contains("‹time date-time›"), "{text}");
    text.matches(EARLIER).count()
}

const EARLY: &str = "2024-05-01T10:00:00Z";
/// The same instant in other words.
const SAME: &str = "2024-05-01T12:00:00+02:00";
const LATE: &str = "2024-05-01T10:00:01Z";

#[test]
fn a_time_that_goes_on_or_stands_still_says_nothing() {
    for (first, second) in [(EARLY, LATE), (EARLY, EARLY), (EARLY, SAME), (SAME, EARLY)] {
        let answer = |time| ("/orders/a", json!({"changed": time}));
        assert_eq!(backwards(&[answer(first), answer(second)]), 0);
    }
}

#[test]
fn a_time_that_runs_backwards_says_so_until_it_has_caught_up() {
    let answer = |time| ("/orders/a", json!({"changed": time, "made": EARLY}));
    assert_eq!(backwards(&[answer(LATE), answer(EARLY)]), 1);
    assert_eq!(backwards(&[answer(LATE), answer(EARLY), answer(SAME)]), 2);
    assert_eq!(backwards(&[answer(LATE), answer(EARLY), answer(LATE)]), 1);
}

#[test]
fn what_is_asked_elsewhere_or_stands_elsewhere_is_another_time() {
    let other = ("/orders/b", json!({"changed": EARLY}));
    assert_eq!(
        backwards(&[("/orders/a", json!({"changed": LATE})), other]),
        0
    );
    let other = ("/orders/a", json!({"made": EARLY}));
    assert_eq!(
        backwards(&[("/orders/a", json!({"changed": LATE})), other]),
        0
    );
    // Which element of a list comes first may change.
    let list = |first: &str, second: &str| {
        let items = json!([{"made": first}, {"made": second}]);
        talk("list", "/orders", 200, &items)
    };
    let text = shown(vec![list(LATE, EARLY), list(EARLY, LATE)]);
    assert!(!text.contains(EARLIER), "{text}");
}
