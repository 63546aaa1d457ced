//! Whether what is read is what was sent, and whether what was read twice is the same.
//!
//! A server may answer with more than it was sent, and put it into an envelope. So the object that has the
//! most members in common is compared, and only in what both have. What clients cannot write is the
//! server's own, and may change by itself.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::contract::{Contract, Operation, Spot};
use crate::json::{Pointer, equal, kind};

/// How deep an envelope may be.
const ENVELOPE_DEPTH_MAX: usize = 3;
/// How deep values are compared.
const DEPTH_MAX: usize = 32;
/// How many differences are told.
const DIFFERENCES_MAX: usize = 20;
/// Names of members that a server may change by itself, though clients can write them.
const OWN_PACE: [&str; 9] = [
    "version",
    "revision",
    "etag",
    "generation",
    "state",
    "status",
    "phase",
    "progress",
    "resourceversion",
];
/// How many characters of a value are shown.
const SHOWN_MAX: usize = 200;

/// A place in which two values differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// The place in the second value.
    pub(super) place: Pointer,
    /// What is in the first.
    pub(super) expected: String,
    /// What is in the second.
    pub(super) actual: String,
}

/// What clients can write of a thing: what the bodies of the requests declare that make and change it.
#[derive(Debug)]
pub(super) struct Writable<'o>(Vec<Spot<'o>>);

impl<'o> Writable<'o> {
    /// What these operations take.
    pub(super) fn of(
        contract: &'o Contract,
        operations: impl IntoIterator<Item = &'o Operation>,
    ) -> Self {
        let bodies = operations
            .into_iter()
            .filter_map(|it| it.request_body.as_ref());
        let schemas = bodies.flat_map(|it| it.content.iter().filter_map(|it| it.schema.as_ref()));
        Self(schemas.map(|it| it.outline(contract).root()).collect())
    }

    /// The names of the members that are declared here; none where any may be.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for spot in &self.0 {
            let is_own = |name: &String| spot.child(name).is_ok_and(|it| !it.is_read_only());
            names.extend(spot.names().into_iter().filter(is_own));
        }
        names
    }

    /// Whether only the server writes the member of that name: no request may hold it.
    fn is_servers(&self, name: &str) -> bool {
        let is_servers = |spot: &Spot<'_>| spot.child(name).map_or(true, |it| it.is_read_only());
        !self.0.is_empty() && self.0.iter().all(is_servers)
    }

    fn child(&self, name: &str) -> Self {
        Self(self.0.iter().filter_map(|it| it.child(name).ok()).collect())
    }
}

/// The object in a value that has the most of these members, and where it is; the outermost of several.
pub(super) fn find<'v>(value: &'v Value, names: &BTreeSet<String>) -> Option<(Pointer, &'v Value)> {
    let mut best: Option<(usize, Pointer, &Value)> = None;
    let mut level = vec![(Pointer::root(), value)];
    for _ in 0..=ENVELOPE_DEPTH_MAX {
        let mut next = Vec::new();
        for (place, it) in level {
            let Some(members) = it.as_object() else {
                continue;
            };
            let common = members.keys().filter(|key| names.contains(*key)).count();
            if common > best.as_ref().map_or(0, |it| it.0) {
                best = Some((common, place.clone(), it));
            }
            next.extend(members.iter().map(|(key, it)| (place.join(key), it)));
        }
        level = next;
    }
    best.map(|(_, place, value)| (place, value))
}

/// Where what was read is not what was sent: only members that both have, of the same type, and that the
/// server does not write alone.
pub(super) fn not_as_sent(sent: &Value, read: &Value, writable: &Writable<'_>) -> Vec<Difference> {
    let names = sent.as_object();
    let names: BTreeSet<String> = names
        .into_iter()
        .flat_map(|it| it.keys().cloned())
        .collect();
    let mut found = Vec::new();
    if let Some((place, own)) = find(read, &names) {
        compare_sent(sent, own, (&place, writable), &mut found, 0);
    }
    found
}

fn compare_sent(
    sent: &Value,
    read: &Value,
    (place, writable): (&Pointer, &Writable<'_>),
    found: &mut Vec<Difference>,
    depth: usize,
) {
    if found.len() >= DIFFERENCES_MAX || depth > DEPTH_MAX {
        return;
    }
    match (sent, read) {
        (Value::Object(sent), Value::Object(read)) => {
            for (name, value) in sent {
                let is_servers = writable.is_servers(name) || has_own_pace(name);
                if let Some(own) = read.get(name).filter(|_| !is_servers) {
                    let at = (&place.join(name), &writable.child(name));
                    compare_sent(value, own, at, found, depth + 1);
                }
            }
        }
        (Value::Array(first), Value::Array(second)) if are_same_set(first, second) => {}
        (Value::Array(first), Value::Array(second)) if first.len() == second.len() => {
            for (index, (one, other)) in first.iter().zip(second).enumerate() {
                let at = (&place.index(index), &writable.child("0"));
                compare_sent(one, other, at, found, depth + 1);
            }
        }
        // Another type is another notion of the same name; whether it is right the contract says.
        _ if is_comparable(sent, read)
            && !equal(sent, read)
            && !are_same_time(sent, read)
            && !are_same_plainly(sent, read) =>
        {
            found.push(difference(place, Some(sent), Some(read)));
        }
        _ => {}
    }
}

fn is_comparable(one: &Value, other: &Value) -> bool {
    let class = |it: &Value| match kind(it) {
        "integer" => "number",
        kind => kind,
    };
    class(one) == class(other)
}

/// Where what clients can write has changed between two readings.
pub(super) fn changed(before: &Value, after: &Value, writable: &Writable<'_>) -> Vec<Difference> {
    let names = writable.names();
    let mut found = Vec::new();
    if let (Some((_, before)), Some((place, after))) = (find(before, &names), find(after, &names)) {
        compare(Some(before), Some(after), (&place, writable), &mut found, 0);
    }
    found
}

fn compare(
    before: Option<&Value>,
    after: Option<&Value>,
    (place, writable): (&Pointer, &Writable<'_>),
    found: &mut Vec<Difference>,
    depth: usize,
) {
    if found.len() >= DIFFERENCES_MAX || depth > DEPTH_MAX {
        return;
    }
    match (before, after) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let mut names = writable.names();
            if names.is_empty() {
                names.extend(one.keys().chain(other.keys()).cloned());
            }
            names.retain(|it| !has_own_pace(it));
            for name in names {
                let at = (&place.join(&name), &writable.child(&name));
                compare(one.get(&name), other.get(&name), at, found, depth + 1);
            }
        }
        (None, None) => {}
        (Some(one), Some(other)) if equal(one, other) || are_times(one, other) => {}
        (one, other) => found.push(difference(place, one, other)),
    }
}

fn difference(place: &Pointer, expected: Option<&Value>, actual: Option<&Value>) -> Difference {
    Difference {
        place: place.clone(),
        expected: shown(expected),
        actual: shown(actual),
    }
}

/// A value in short.
pub(super) fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else {
        return "nothing".to_owned();
    };
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{} ..", &text[..end]),
        None => text,
    }
}

/// The moment that a text is (`RFC 3339 §5.6`).
pub(super) fn time_of(value: &Value) -> Option<jiff::Timestamp> {
    value.as_str()?.parse().ok()
}

fn are_times(one: &Value, other: &Value) -> bool {
    time_of(one).is_some() && time_of(other).is_some()
}

/// Whether two texts are one moment, to the second: a server may keep less of it.
fn are_same_time(one: &Value, other: &Value) -> bool {
    let second = |it: &Value| time_of(it).map(jiff::Timestamp::as_second);
    second(one).is_some_and(|it| second(other) == Some(it))
}

/// Whether two texts differ in case and in the space around them alone, as names that a server makes plain.
fn are_same_plainly(one: &Value, other: &Value) -> bool {
    let plain = |it: &Value| it.as_str().map(|it| it.trim().to_lowercase());
    plain(one).is_some_and(|it| plain(other) == Some(it))
}

/// Whether two lists hold the same in any order: a set has none.
fn are_same_set(one: &[Value], other: &[Value]) -> bool {
    let sorted = |list: &[Value]| {
        let mut texts: Vec<String> = list.iter().map(crate::json::render_canonical).collect();
        texts.sort_unstable();
        texts
    };
    one.len() == other.len() && sorted(one) == sorted(other)
}

fn has_own_pace(name: &str) -> bool {
    OWN_PACE.contains(&name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn all(sent: &Value, read: &Value) -> Vec<Difference> {
        not_as_sent(sent, read, &Writable(Vec::new()))
    }

    #[test]
    fn what_is_read_in_an_envelope_is_found() {
        let sent = json!({"name": "a", "size": 1});
        let read = json!({"code": 0, "data": {"id": 7, "name": "a", "size": 1.0}});
        assert_eq!(all(&sent, &read), []);
        let read = json!({"code": 0, "data": {"id": 7, "name": "b", "size": 1}});
        let found = all(&sent, &read);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place.as_str(), "/data/name");
        assert_eq!((&*found[0].expected, &*found[0].actual), ("\"a\"", "\"b\""));
    }

    #[test]
    fn what_only_one_side_has_or_has_in_another_type_is_not_compared() {
        let sent = json!({"name": "a", "secret": "s", "size": 1, "deep": {"x": 1, "y": 2}});
        let read = json!({"name": "a", "size": "1", "deep": {"x": 1}, "more": true});
        assert_eq!(all(&sent, &read), []);
    }

    #[test]
    fn lists_are_compared_element_by_element() {
        let sent = json!({"tags": ["a", "b"]});
        assert_eq!(all(&sent, &json!({"tags": ["a", "b"]})), []);
        let found = all(&sent, &json!({"tags": ["a", "c"]}));
        assert_eq!(found[0].place.as_str(), "/tags/1");
        let found = all(&sent, &json!({"tags": ["a"]}));
        assert_eq!(found[0].place.as_str(), "/tags");
    }

    #[test]
    fn where_no_member_is_in_both_none_is_compared() {
        assert_eq!(all(&json!({"a": 1}), &json!({"b": 2})), []);
        assert_eq!(all(&json!([1]), &json!({"b": 2})), []);
    }

    #[test]
    fn what_is_long_is_shown_in_short() {
        let long = "x".repeat(1_000);
        assert!(shown(Some(&json!(long))).chars().count() < 210);
    }
}
