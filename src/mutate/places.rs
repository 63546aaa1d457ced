//! The places of the values that a schema describes, and what can be wrong at each.
//!
//! A schema that stands within itself is followed once, and there is a limit to the places of one body.
//! Whether something is wrong that way is not known here: a schema may allow in one of its alternatives
//! what it forbids in the other.

use serde_json::Value;

use super::mutant::Wrong;
use crate::contract::{Contract, SchemaUse, Spot, Types};
use crate::json::Pointer;

/// How many places of one body are looked at.
const PLACES_MAX: usize = 2_000;
/// How deep places may lie within one another.
const DEPTH_MAX: usize = 24;
/// How many values that one place names are found in a body.
const FOUND_MAX: usize = 64;
/// What stands in a place for any item of a list and any member of a map.
pub(super) const ANY: &str = "*";
/// A name that no schema gives: it stands for the members of a map.
const UNNAMED: &str = "\u{0}";

/// The keywords that bound a value.
const BOUNDS: [&str; 8] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
];

/// A place in the values of a schema.
#[derive(Debug)]
pub(super) struct Described<'o> {
    pub(super) place: Pointer,
    pub(super) spot: Spot<'o>,
}

impl Described<'_> {
    /// Whether a list may stand here.
    pub(super) fn is_list(&self) -> bool {
        self.spot.types().holds(Types::ARRAY) && self.spot.types() != Types::ALL
    }

    /// Whether named members may stand below.
    pub(super) fn has_members(&self) -> bool {
        self.spot.types().holds(Types::OBJECT) && !self.spot.names().is_empty()
    }

    /// Whether a single value stands here.
    pub(super) fn is_leaf(&self) -> bool {
        !self.has_members() && self.spot.is_described()
    }

    /// The last name of the place; none for the whole value and for any item.
    pub(super) fn name(&self) -> Option<String> {
        let last = self.place.last()?;
        (last != ANY).then(|| last.into_owned())
    }

    /// All that can be wrong here, each with the rule's name where there are several.
    pub(super) fn wrongs(&self) -> Vec<(Pointer, Wrong)> {
        let spot = &self.spot;
        let here = || self.place.clone();
        let mut found = Vec::new();
        for name in required(spot) {
            found.push((self.place.join(&name), Wrong::Missing));
        }
        let types = spot.types();
        if types != Types::ALL {
            found.push((here(), Wrong::Type));
            if !types.holds(Types::NULL) {
                found.push((here(), Wrong::Null));
            }
        }
        if spot.fixed().is_some() {
            found.push((here(), Wrong::Enum));
        }
        if !spot.said("format").is_empty() {
            found.push((here(), Wrong::Format));
        }
        if !spot.said("pattern").is_empty() {
            found.push((here(), Wrong::Pattern));
        }
        for keyword in BOUNDS {
            if let Some(limit) = spot.said(keyword).first() {
                found.push((here(), Wrong::Bound(keyword, (*limit).clone())));
            }
        }
        if self.has_members() {
            found.push((here(), Wrong::Undeclared));
        }
        found
    }
}

fn required(spot: &Spot<'_>) -> Vec<String> {
    let lists = spot
        .said("required")
        .into_iter()
        .filter_map(Value::as_array);
    let mut names: Vec<String> = Vec::new();
    for name in lists.flatten().filter_map(Value::as_str) {
        if !names.iter().any(|it| it == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Every place of the values of a schema, from the outside to the inside.
pub(super) fn places<'c>(contract: &Contract, schema: &'c SchemaUse) -> Vec<Described<'c>> {
    let root = schema.outline(contract).root();
    let mut walk = Walk {
        found: Vec::new(),
        within: Vec::new(),
    };
    walk.visit(&Pointer::root(), &root);
    walk.found
}

struct Walk<'o> {
    found: Vec<Described<'o>>,
    /// The schemas that the place at hand stands within.
    within: Vec<Pointer>,
}

impl<'o> Walk<'o> {
    fn visit(&mut self, place: &Pointer, spot: &Spot<'o>) {
        let schema = spot.place();
        let stands_within_itself = schema.as_ref().is_some_and(|it| self.within.contains(it));
        let is_possible = spot.types() != Types::NONE;
        if stands_within_itself || !is_possible || !spot.is_described() {
            return;
        }
        if self.found.len() >= PLACES_MAX || self.within.len() >= DEPTH_MAX {
            return;
        }
        self.found.push(Described {
            place: place.clone(),
            spot: spot.clone(),
        });
        self.within.push(schema.unwrap_or_default());
        let types = spot.types();
        if types.holds(Types::OBJECT) {
            for name in spot.names() {
                if let Ok(child) = spot.child(&name) {
                    self.visit(&place.join(&name), &child);
                }
            }
            if let Ok(child) = spot.child(UNNAMED) {
                self.visit(&place.join(ANY), &child);
            }
        }
        if types.holds(Types::ARRAY)
            && types != Types::ALL
            && let Ok(child) = spot.child("0")
        {
            self.visit(&place.join(ANY), &child);
        }
        self.within.pop();
    }
}

/// Where in a value a place is, in the order of the value.
pub(super) fn locate(place: &Pointer, value: &Value) -> Vec<Pointer> {
    let mut found = vec![Pointer::root()];
    for token in place.tokens() {
        let mut next = Vec::new();
        for pointer in found {
            match pointer.lookup(value) {
                Some(Value::Array(items)) if token == ANY => {
                    next.extend((0..items.len()).map(|it| pointer.index(it)));
                }
                Some(Value::Object(members)) if token == ANY && !members.contains_key(ANY) => {
                    next.extend(members.keys().map(|it| pointer.join(it)));
                }
                Some(Value::Object(members)) if members.contains_key(&*token) => {
                    next.push(pointer.join(&token));
                }
                _ => {}
            }
            next.truncate(FOUND_MAX);
        }
        found = next;
    }
    found
}
