//! A field that is acknowledged and not kept: later answers have the value that it had before, or none.

use serde_json::{Map, Value};

use super::super::body::{Body, with, without};
use super::super::nature::Nature;
use super::super::places::{ANY, locate};
use super::super::trace::{Bond, twins};
use super::{Later, Oblivion, Recalling};
use crate::json::{Pointer, equal};

impl Recalling<'_> {
    /// What is known of each later answer that has the field.
    pub(super) fn unstored(&self) -> Result<Vec<(usize, Later)>, Oblivion> {
        let acts: Vec<(usize, Pointer)> = self
            .acts()
            .filter_map(|act| Some((act, self.sent_field(act)?)))
            .collect();
        if acts.is_empty() {
            return Err(Oblivion::NotShown);
        }
        let mut later = Vec::new();
        for place in 0..self.traces.all.len() {
            let mut earlier = acts.iter().rev().filter(|(act, _)| *act < place);
            let bound = earlier.find_map(|it| Some((it, self.traces.bond(it.0, place)?)));
            let Some(((act, field), bond)) = bound else {
                continue;
            };
            let trace = self.trace(place);
            if trace.nature != Nature::Read || !trace.recorded.is_success() {
                continue;
            }
            later.push((place, self.without_field((*act, field), place, bond)));
        }
        Ok(later)
    }

    /// Where the field stands in what was sent, where the contract allows that.
    fn sent_field(&self, act: usize) -> Option<Pointer> {
        let contract = &self.rules.contract;
        let recorded = self.trace(act).recorded;
        let operation = &contract.operations[recorded.operation];
        let body = Body::of_request(contract, operation, &recorded.exchange.request)?;
        let field = locate(&self.mutant.place, &body.value).into_iter().next()?;
        body.allows(&body.value).then_some(field)
    }

    /// An answer as it is where the field was not kept.
    fn without_field(&self, (act, field): (usize, &Pointer), place: usize, bond: Bond) -> Later {
        let known = || {
            let sent = self.trace(act).sent.as_ref()?;
            let answered = self.trace(place).answered.as_ref()?;
            let new = field.lookup(sent)?;
            let body = self.body_of(place)?;
            let former = self.former_at((act, field), place);
            let mut value = answered.clone();
            let mut is_changed = false;
            for at in stored(answered, (sent, field), bond) {
                if !at.lookup(&value).is_some_and(|it| equal(it, new)) {
                    continue;
                }
                // Left out of a change it stays as it was, which is as it is.
                if former.as_ref().is_some_and(|it| equal(it, new)) && !self.replaces(act) {
                    return None;
                }
                let former = former.clone().filter(|it| !equal(it, new));
                if let Some(other) = other_value(&body, &value, &at, former) {
                    (value, is_changed) = (other, true);
                }
            }
            is_changed.then(|| self.valued(place, &value))?
        };
        known().unwrap_or(Later::Unknown)
    }

    /// Whether what is not sent is gone: a field that is left out of a change stays as it was, but within an
    /// item of a list, which is sent as a whole.
    fn replaces(&self, act: usize) -> bool {
        let trace = self.trace(act);
        let is_of_item = self.mutant.place.tokens().any(|it| it == ANY);
        let is_put = trace.recorded.exchange.request.method == "PUT";
        trace.nature == Nature::Create || is_put || is_of_item
    }

    /// The value of the field before it was changed: as the same question was answered, else as it was sent.
    fn former_at(&self, (act, field): (usize, &Pointer), place: usize) -> Option<Value> {
        let before = self.same_question(place, (0..act).rev());
        let answered = before.and_then(|it| self.trace(it).answered.as_ref());
        let sent = self.trace(act).sent.as_ref();
        let read = answered.zip(sent).and_then(|(answered, _)| {
            let found = ends_in(answered, field);
            found.first().and_then(|it| it.lookup(answered)).cloned()
        });
        read.filter(|_| self.trace(act).nature != Nature::Create)
            .or_else(|| self.former(act, field))
    }
}

/// The value with what was there before, else without the member, else with an empty or another one.
fn other_value(
    body: &Body<'_>,
    value: &Value,
    at: &Pointer,
    former: Option<Value>,
) -> Option<Value> {
    let allowed = |it: &Value| body.allows(it);
    let back = former.and_then(|it| with(value, at, it));
    let left_out = || without(value, at).filter(allowed);
    let altered = || {
        let current = at.lookup(value)?;
        let news = emptied(current)
            .into_iter()
            .chain(super::super::values::others(current));
        let mut tried = news.filter_map(|it| with(value, at, it));
        tried.find(allowed)
    };
    back.filter(allowed).or_else(left_out).or_else(altered)
}

/// The empty list or object, for one that is not.
fn emptied(value: &Value) -> Option<Value> {
    match value {
        Value::Array(items) if !items.is_empty() => Some(Value::Array(Vec::new())),
        Value::Object(members) if !members.is_empty() => Some(Value::Object(Map::new())),
        _ => None,
    }
}

/// Where an answer has the field: in what agrees with what was sent, else wherever it ends so, where the
/// answer is about the thing alone.
fn stored(answered: &Value, (sent, field): (&Value, &Pointer), bond: Bond) -> Vec<Pointer> {
    let twins = twins(answered, sent).into_iter();
    let own: Vec<Pointer> = twins.map(|it| it.append(field)).collect();
    if own.is_empty() && bond == Bond::One {
        return ends_in(answered, field);
    }
    own
}

/// The places of a value that end in a field: it itself, or within an envelope.
fn ends_in(value: &Value, field: &Pointer) -> Vec<Pointer> {
    let outer = ["data", "result"].iter();
    let outer = outer.map(|it| Pointer::root().join(it).append(field));
    let tried = std::iter::once(field.clone()).chain(outer);
    tried.filter(|it| it.lookup(value).is_some()).collect()
}
