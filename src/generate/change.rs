//! A change that can be seen: another value for something that is sent, and what reading it must say.
//!
//! Changed is what nothing else is known by: no identifier, and nothing that refers to one.

use serde_json::Value;

use super::criterion::is_declared;
use super::draft::Criterion;
use super::request::{json_schema, success};
use crate::contract::{Contract, Operation};
use crate::json::Pointer;

/// How many members of a body are tried.
const MEMBERS_MAX: usize = 50;

/// How names end that refer to something.
const REFERRING: [&str; 6] = ["id", "key", "slug", "code", "ref", "token"];

/// A member of a body with another value that is accepted as well; not the one that is known by.
pub(super) fn other_value(
    body: &Value,
    known_by: Option<&Pointer>,
    accepts: impl Fn(&Value) -> bool,
) -> Option<(Pointer, Value)> {
    let members = body.as_object()?.iter().take(MEMBERS_MAX);
    let mut others = members.filter_map(|(name, value)| {
        let place = Pointer::root().join(name);
        if refers(name) || known_by == Some(&place) {
            return None;
        }
        let other = match value {
            Value::String(text) if is_speakable(text) => Value::from(format!("{text} changed")),
            Value::Number(number) => Value::from(number.as_i64()?.checked_add(1)?),
            _ => return None,
        };
        let mut changed = body.clone();
        place.set(&mut changed, other.clone()).ok()?;
        accepts(&changed).then_some((place, other))
    });
    others.next()
}

/// Whether the last word of a name is one of those: of `petId`, `pet_id` and `ID`, and not of `paid`.
fn refers(name: &str) -> bool {
    REFERRING.iter().any(|word| {
        let Some(start) = name.len().checked_sub(word.len()) else {
            return false;
        };
        let (before, last) = (name.get(..start), name.get(start..));
        let begins = before.is_some_and(|it| !it.ends_with(|it: char| it.is_ascii_lowercase()))
            || last.is_some_and(|it| it.starts_with(|it: char| it.is_ascii_uppercase()));
        begins && last.is_some_and(|it| it.eq_ignore_ascii_case(word))
    })
}

/// Whether a text can stand in a condition as it is.
fn is_speakable(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || " -_.".contains(letter);
    !text.is_empty() && text.chars().all(plain)
}

/// The criterion that an answer holds a value, where the contract says that it has that place.
pub(super) fn holds(
    contract: &Contract,
    read: &Operation,
    place: &Pointer,
    value: &Value,
) -> Option<Criterion> {
    let schema = json_schema(success(read)?.0)?;
    is_declared(contract, schema, place)?;
    let value = match value {
        Value::String(text) => format!("'{text}'"),
        other => other.to_string(),
    };
    Some(Criterion::Simple(format!(
        "$response.body#{place} == {value}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn other(body: &Value, accepts: impl Fn(&Value) -> bool) -> Option<(String, Value)> {
        let known_by = Pointer::root().join("name");
        let found = other_value(body, Some(&known_by), accepts);
        found.map(|(place, value)| (place.to_string(), value))
    }

    #[test]
    fn what_can_be_changed_is_no_identifier() {
        let body = json!({"name": "a", "petId": "b", "tags": ["x"], "note": "old", "size": 4});
        let note = ("/note".to_owned(), json!("old changed"));
        assert_eq!(other(&body, |_| true), Some(note));
        let size = ("/size".to_owned(), json!(5));
        assert_eq!(other(&body, |it| it["note"] == "old"), Some(size));
        assert_eq!(other(&body, |_| false), None);
    }

    #[test]
    fn the_last_word_of_a_name_says_that_it_refers() {
        for name in [
            "id", "ID", "petId", "pet_id", "pet-id", "userID", "apiKey", "é_id",
        ] {
            assert!(refers(name), "{name}");
        }
        for name in ["paid", "valid", "grid", "idle", "monkey", "é", ""] {
            assert!(!refers(name), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_said_in_a_condition_stays() {
        for value in [
            json!("it's"),
            json!("{$url}"),
            json!(""),
            json!(1.5),
            json!(null),
            json!(i64::MAX),
        ] {
            assert_eq!(other(&json!({"note": value}), |_| true), None);
        }
        assert_eq!(other(&json!(["note"]), |_| true), None);
    }
}
