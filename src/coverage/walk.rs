//! A body held against the places of its schema.

use serde_json::{Map, Value};

use super::fit::fits;
use super::observe::Bits;
use super::tree::{Branch, Part, Tree};
use crate::contract::Contract;
use crate::json;

/// One body with what is known of it.
pub(super) struct Walk<'w> {
    pub(super) tree: &'w Tree,
    pub(super) contract: &'w Contract,
    pub(super) seen: &'w mut Bits,
}

impl Walk<'_> {
    /// Notes every item that a value of the part has.
    pub(super) fn value(&mut self, part: usize, value: &Value) {
        let tree = self.tree;
        let part = &tree.parts[part];
        if value.is_null() {
            self.seen.set_all(part.null);
        }
        let is_it = |(it, _): &&(Value, Option<usize>)| json::equal(it, value);
        if let Some((_, item)) = part.listed.iter().find(is_it) {
            self.seen.set_all(*item);
        }
        match value {
            Value::Object(members) => self.members(part, members),
            Value::Array(elements) => self.elements(part, elements),
            _ => {}
        }
        for also in &part.also {
            self.value(*also, value);
        }
        for branches in &part.choices {
            self.choice(branches, value);
        }
    }

    fn members(&mut self, part: &Part, members: &Map<String, Value>) {
        let mut named = 0;
        for (name, value) in members {
            if let Some(member) = part.members.get(name) {
                named += 1;
                self.seen.set(member.present);
                self.value(member.part, value);
            } else if let Some((item, others)) = part.others {
                self.seen.set(item);
                self.value(others, value);
            }
        }
        if named == part.members.len() {
            return;
        }
        for (name, member) in part.members.iter() {
            if let Some(item) = member.absent.filter(|it| !self.seen.has(*it))
                && !members.contains_key(name)
            {
                self.seen.set(item);
            }
        }
    }

    fn elements(&mut self, part: &Part, elements: &[Value]) {
        for (place, value) in elements.iter().enumerate() {
            let held = part.leading.get(place).copied().or(part.elements);
            if let Some((item, below)) = held {
                self.seen.set(item);
                self.value(below, value);
            }
        }
    }

    /// Which of several schemas are taken. Mostly the looks of the value say it; where they leave
    /// several, those are asked.
    fn choice(&mut self, branches: &[Branch], value: &Value) {
        let tree = self.tree;
        let fitting: Vec<&Branch> = branches
            .iter()
            .filter(|it| fits(tree, it.part, value))
            .collect();
        let is_clear = fitting.len() < 2;
        for branch in fitting {
            let is_taken = is_clear
                || branch
                    .schema
                    .judge(self.contract)
                    .is_ok_and(|it| it.is_valid(value));
            if is_taken {
                self.seen.set_all(branch.item);
                self.value(branch.part, value);
            }
        }
    }
}
