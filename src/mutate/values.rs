//! Values in the place of others: wrong ones, and right ones that are something else.

use serde_json::{Number, Value, json};

use super::mutant::Wrong;

/// How long a text or a list is made to be too long.
const LENGTH_MAX: usize = 100_000;

/// What no format and hardly a pattern lets pass.
const NONSENSE: &str = "\u{ac} nothing of the sort";

/// Values to put in the place of one so that it is wrong in a way; the likeliest first. Whether one is
/// wrong is for the contract's judge to say.
pub(super) fn wrong(wrong: &Wrong, value: &Value) -> Vec<Value> {
    match wrong {
        Wrong::Missing | Wrong::Undeclared => Vec::new(),
        Wrong::Null => vec![Value::Null],
        Wrong::Type => other_types(value),
        Wrong::Enum => unlisted(value),
        Wrong::Format | Wrong::Pattern => misshapen(value),
        Wrong::Bound(keyword, limit) => crossing(keyword, limit, value).into_iter().collect(),
    }
}

fn other_types(value: &Value) -> Vec<Value> {
    let others = [json!(7), json!("seven"), json!(true), json!({}), json!([])];
    let kind = crate::json::kind(value);
    let others = others
        .into_iter()
        .filter(|it| crate::json::kind(it) != kind);
    others.collect()
}

fn unlisted(value: &Value) -> Vec<Value> {
    let same_type = match value {
        Value::String(text) => vec![json!(format!("{text}-unlisted"))],
        Value::Number(_) => vec![json!(918_273_645), json!(-1)],
        Value::Bool(it) => vec![json!(!it)],
        _ => Vec::new(),
    };
    same_type.into_iter().chain([json!(NONSENSE)]).collect()
}

fn misshapen(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => vec![
            json!(NONSENSE),
            json!(format!("{text}\u{ac}")),
            json!(format!("\u{ac}{text}")),
            json!(""),
        ],
        Value::Number(_) => vec![json!(4_294_967_296_u64), json!(u64::MAX), json!(0.5)],
        _ => Vec::new(),
    }
}

fn crossing(keyword: &str, limit: &Value, value: &Value) -> Option<Value> {
    match keyword {
        "minimum" => moved(limit, -1),
        "maximum" => moved(limit, 1),
        "exclusiveMinimum" | "exclusiveMaximum" => Some(limit.clone()),
        _ => {
            let limit = usize::try_from(limit.as_u64()?).ok()?;
            sized(keyword, limit, value)
        }
    }
}

fn moved(limit: &Value, by: i32) -> Option<Value> {
    if let Some(whole) = limit.as_i64() {
        return whole.checked_add(i64::from(by)).map(Value::from);
    }
    let moved = limit.as_f64()? + f64::from(by);
    Number::from_f64(moved).map(Value::Number)
}

fn sized(keyword: &str, limit: usize, value: &Value) -> Option<Value> {
    let shorter = limit.checked_sub(1);
    let longer = limit.checked_add(1).filter(|it| *it <= LENGTH_MAX);
    match (keyword, value) {
        ("minLength", Value::String(text)) => {
            Some(json!(text.chars().take(shorter?).collect::<String>()))
        }
        ("maxLength", Value::String(text)) => {
            let last = text.chars().last().unwrap_or('x');
            let endless = text.chars().chain(std::iter::repeat(last));
            Some(json!(endless.take(longer?).collect::<String>()))
        }
        ("minItems", Value::Array(items)) => Some(items.iter().take(shorter?).cloned().collect()),
        ("maxItems", Value::Array(items)) => {
            let first = items.first()?;
            Some(
                items
                    .iter()
                    .chain(std::iter::repeat(first))
                    .take(longer?)
                    .cloned()
                    .collect(),
            )
        }
        _ => None,
    }
}

/// Values that are something else and may be right; the nearest first.
pub(super) fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => other_texts(text).into_iter().map(Value::String).collect(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => [whole.checked_add(1), whole.checked_sub(1)]
                .into_iter()
                .flatten()
                .map(Value::from)
                .collect(),
            None => vec![json!(0.5)],
        },
        Value::Bool(it) => vec![json!(!it)],
        _ => Vec::new(),
    }
}

/// Texts of the same length and form: with another last, or first, letter or digit.
fn other_texts(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let places = || 0..letters.len();
    let changed = |place: usize| {
        let other = next(letters[place])?;
        let mut changed = letters.clone();
        changed[place] = other;
        Some(changed.into_iter().collect::<String>())
    };
    let last = places().rev().find_map(changed);
    let first = places().find_map(changed);
    let longer = format!("{text}0");
    last.into_iter().chain(first).chain([longer]).collect()
}

/// The next letter or digit, in a circle.
fn next(letter: char) -> Option<char> {
    match letter {
        '9' => Some('0'),
        'z' => Some('a'),
        'Z' => Some('A'),
        '0'..='8' | 'a'..='y' | 'A'..='Y' => char::from_u32(u32::from(letter).saturating_add(1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_values_are_other_values() {
        for value in [
            json!("a9"),
            json!("Zz-"),
            json!(""),
            json!(7),
            json!(0.25),
            json!(true),
        ] {
            let others = others(&value);
            assert!(!others.is_empty(), "{value}");
            assert!(!others.contains(&value), "{value}");
        }
        assert_eq!(others(&json!("v1.9"))[0], json!("v1.0"));
        assert!(others(&json!({})).is_empty());
    }

    #[test]
    fn bounds_are_crossed_by_one() {
        let crossed = |keyword, limit: Value, value: Value| crossing(keyword, &limit, &value);
        assert_eq!(crossed("minimum", json!(1), json!(5)), Some(json!(0)));
        assert_eq!(crossed("maximum", json!(1.5), json!(1)), Some(json!(2.5)));
        assert_eq!(
            crossed("exclusiveMaximum", json!(3), json!(1)),
            Some(json!(3))
        );
        assert_eq!(
            crossed("minLength", json!(2), json!("abc")),
            Some(json!("a"))
        );
        assert_eq!(
            crossed("maxLength", json!(2), json!("ab")),
            Some(json!("abb"))
        );
        assert_eq!(
            crossed("maxItems", json!(1), json!([1])),
            Some(json!([1, 1]))
        );
        assert_eq!(crossed("minLength", json!(0), json!("a")), None);
        assert_eq!(crossed("maxItems", json!(1), json!([])), None);
        assert_eq!(crossed("maxLength", json!(u64::MAX), json!("a")), None);
        assert_eq!(crossed("minLength", json!(2), json!(5)), None);
    }
}
