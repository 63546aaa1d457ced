//! Values on their way into the table of symbols, and the short ones on their way back into a body.
//!
//! Which values these are is decided in `sighting`; how long they are decides here where else they are
//! known again.

use std::collections::BTreeMap;

use serde_json::Value;

use super::client::Sent;
use super::kind::Kind;
use super::symbols::{Symbols, WHOLE_MIN};
use crate::json::Pointer;

/// The shortest number that is known again anywhere, in characters; counts and codes are shorter.
pub(super) const NUMBER_MIN: usize = 5;

/// The places of one body that have a stand-in by themselves: short values, and what a rule names that
/// is neither a text nor a number and so has no number of its own.
pub(super) type Pinned = BTreeMap<Pointer, String>;

/// A value on its way into the table.
pub(super) struct Found<'f> {
    pub(super) text: &'f str,
    pub(super) is_number: bool,
    /// The names of the places where it is known again when it is short: first the member or header
    /// that holds it.
    pub(super) places: &'f [&'f str],
    /// The name of its symbol.
    pub(super) name: &'f str,
    pub(super) kind: Option<Kind>,
}

impl Found<'_> {
    fn is_short(&self) -> bool {
        let length = if self.is_number {
            NUMBER_MIN
        } else {
            WHOLE_MIN
        };
        self.text.len() < length
    }

    /// Adds it to the table, unless the client said it.
    pub(super) fn add_unless(&self, sent: &Sent<'_>, symbols: &mut Symbols) {
        let was_sent = if self.is_short() {
            let place = self.places.first().copied().unwrap_or_default();
            sent.has_at(place, self.text)
        } else {
            symbols.get(self.text).is_some() || sent.has(self.text)
        };
        if !was_sent {
            self.add(symbols);
        }
    }

    pub(super) fn add(&self, symbols: &mut Symbols) {
        if self.text.is_empty() {
            // Nothing is there, and that is worth showing.
        } else if self.is_short() {
            symbols.add_placed(self.text, self.places, self.name, self.kind);
        } else {
            symbols.add(self.text, self.name, self.kind);
        }
    }
}

/// As deep as the value, which the decoder bounds.
pub(super) fn pin_at(
    value: &Value,
    name: &str,
    place: &Pointer,
    symbols: &Symbols,
    pinned: &mut Pinned,
) {
    let shown = match value {
        Value::String(text) => symbols.at(name, text).map(|shown| format!("\"{shown}\"")),
        Value::Number(number) => symbols.at(name, number.as_str()).map(str::to_owned),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                pin_at(element, name, &place.index(index), symbols, pinned);
            }
            return;
        }
        Value::Object(members) => {
            for (key, member) in members {
                pin_at(member, key, &place.join(key), symbols, pinned);
            }
            return;
        }
        Value::Null | Value::Bool(_) => None,
    };
    if let Some(shown) = shown {
        pinned.entry(place.clone()).or_insert(shown);
    }
}

/// The name of the member that holds a place: its own, or that of the list in which it stands.
pub(super) fn member_of(place: &Pointer, body: &Value) -> String {
    let mut name = String::new();
    let mut value = Some(body);
    for token in place.tokens() {
        value = match value {
            Some(Value::Array(elements)) => {
                token.parse().ok().and_then(|at: usize| elements.get(at))
            }
            Some(Value::Object(members)) => {
                name = token.clone().into_owned();
                members.get(token.as_ref())
            }
            _ => None,
        };
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_by_the_member_that_holds_it() {
        let body = serde_json::json!({"list": [[{"0": 1}], "x"]});
        for (place, expected) in [
            ("", ""),
            ("/list", "list"),
            ("/list/1", "list"),
            ("/list/0/0/0", "0"),
            ("/absent/x", "absent"),
        ] {
            let place = Pointer::parse(place).expect("a pointer");
            assert_eq!(member_of(&place, &body), expected, "{place}");
        }
    }
}
