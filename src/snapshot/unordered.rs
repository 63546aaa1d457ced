//! Arrays whose order means nothing, sorted so that two runs show them alike.
//!
//! They are sorted before values get their symbols, because a symbol's number says how early its value
//! came. So a value that will become one counts as nothing here; elements that differ in nothing else
//! stay in the order in which they came.

use std::collections::BTreeMap;

use serde_json::Value;

use super::body::plain_text;
use super::found::Pinned;
use super::symbols::Symbols;
use crate::json::{Path, Pointer};
use crate::scenario::UnorderedRule;

/// The arrays to sort by their places, each with what its elements are sorted by.
pub(super) type Arrays<'r> = BTreeMap<Pointer, Option<&'r Path>>;

/// The arrays of a body that rules name; the first rule that names one counts.
pub(super) fn find<'r>(rules: &'r [UnorderedRule], body: &Value) -> Arrays<'r> {
    let mut arrays = Arrays::new();
    for rule in rules {
        for place in rule.at.locate(body) {
            if place.lookup(body).is_some_and(Value::is_array) {
                arrays.entry(place).or_insert(rule.by.as_ref());
            }
        }
    }
    arrays
}

/// A body with these arrays sorted.
pub(super) fn sort(body: &Value, arrays: &Arrays<'_>, symbols: &Symbols, pinned: &Pinned) -> Value {
    let mut sorter = Sorter {
        arrays,
        symbols,
        pinned,
        orders: BTreeMap::new(),
    };
    sorter.text(body, &Pointer::root());
    sorter.sorted(body, &Pointer::root())
}

struct Sorter<'s> {
    arrays: &'s Arrays<'s>,
    symbols: &'s Symbols,
    pinned: &'s Pinned,
    /// The order of the elements of each array, by where they stood.
    orders: BTreeMap<Pointer, Vec<usize>>,
}

impl Sorter<'_> {
    /// A value as a text that is the same in whatever order the elements of these arrays came; on the way
    /// their order is found. As deep as the value, which the decoder bounds.
    fn text(&mut self, value: &Value, place: &Pointer) -> String {
        if let Some(shown) = self.pinned.get(place) {
            return shown.clone();
        }
        match value {
            Value::Array(elements) => {
                let elements = elements.iter().enumerate();
                let mut texts: Vec<String> = elements
                    .map(|(index, element)| self.text(element, &place.index(index)))
                    .collect();
                if let Some(order) = self.orders.get(place) {
                    // Looked at again for what is sorted by it.
                    texts = order.iter().map(|index| texts[*index].clone()).collect();
                } else if let Some(by) = self.arrays.get(place).copied() {
                    texts = self.put_in_order(value, place, by, texts);
                }
                format!("[{}]", texts.join(","))
            }
            Value::Object(members) => {
                let members = members.iter();
                let mut texts: Vec<(String, String)> = members
                    .map(|(key, member)| {
                        let text = self.text(member, &place.join(key));
                        (plain_text(&Value::from(key.as_str()), self.symbols), text)
                    })
                    .collect();
                texts.sort_unstable();
                let texts = texts.iter().map(|(key, text)| format!("{key}:{text}"));
                format!("{{{}}}", texts.collect::<Vec<_>>().join(","))
            }
            plain => plain_text(plain, self.symbols),
        }
    }

    /// Notes the order of an array's elements, and puts their texts in it.
    fn put_in_order(
        &mut self,
        array: &Value,
        place: &Pointer,
        by: Option<&Path>,
        texts: Vec<String>,
    ) -> Vec<String> {
        let mut keyed = Vec::with_capacity(texts.len());
        for (index, text) in texts.into_iter().enumerate() {
            let key = by.and_then(|by| self.key(by, &array[index], &place.index(index)));
            keyed.push((key, text, index));
        }
        keyed.sort();
        let order = keyed.iter().map(|(.., index)| *index).collect();
        self.orders.insert(place.clone(), order);
        keyed.into_iter().map(|(_, text, _)| text).collect()
    }

    /// What an element is sorted by; none where it has no such value.
    fn key(&mut self, by: &Path, element: &Value, place: &Pointer) -> Option<String> {
        let inside = by.locate(element).into_iter().next()?;
        let value = inside.lookup(element)?;
        Some(self.text(value, &place.append(&inside)))
    }

    /// A value in that order. As deep as the value, which the decoder bounds.
    fn sorted(&self, value: &Value, place: &Pointer) -> Value {
        match value {
            Value::Array(elements) => {
                let at = |index: usize| self.sorted(&elements[index], &place.index(index));
                match self.orders.get(place) {
                    Some(order) => order.iter().map(|index| at(*index)).collect(),
                    None => (0..elements.len()).map(at).collect(),
                }
            }
            Value::Object(members) => {
                let members = members.iter();
                let sorted = members
                    .map(|(key, member)| (key.clone(), self.sorted(member, &place.join(key))));
                Value::Object(sorted.collect())
            }
            plain => plain.clone(),
        }
    }
}
