//! A field that is acknowledged and not kept: later answers have the value that it had before, or none.

use serde_json::{Map, Value};

use super::super::body::{Body, with, without};
use super::super::nature::Nature;
use super::super::places::{ANY, locate};
use super::super::trace::{Bond, twins};
use super::{Later, Oblivion, Recalling, is_of_one};
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
            let is_act = acts.iter().any(|it| it.0 == place);
            if is_act || !self.may_show(place, bond) {
                continue;
            }
            let is_known = self.shows_it(*act, place, &acts);
            let what = is_known.then(|| self.without_field((*act, field), place, bond));
            later.push((place, what.unwrap_or(Later::Unknown)));
        }
        Ok(later)
    }

    /// Whether an answer may have the field: one that reads, or one that tells how the thing is since.
    fn may_show(&self, place: usize, bond: Bond) -> bool {
        let trace = self.trace(place);
        let tells = match trace.nature {
            Nature::Read => true,
            Nature::Create => trace.tells() && is_of_one(bond),
            _ => trace.tells(),
        };
        tells && trace.recorded.is_success()
    }

    /// Whether the field of an answer is as the act left it: nobody else may have changed it since.
    fn shows_it(&self, act: usize, place: usize, acts: &[(usize, Pointer)]) -> bool {
        let name = self.mutant.place.last().unwrap_or_default();
        let trace = self.trace(place);
        let leaves_it = match trace.nature {
            Nature::Read => true,
            Nature::Delete => !trace.mentions(&name),
            _ => self.spares(place, (act, place), &name),
        };
        // What the same operation was sent since without the field replaces it where it is a `PUT`.
        let is_act = |it: &usize| acts.iter().any(|(act, _)| act == it);
        let mut own = self.acts().filter(|it| act < *it && *it < place);
        let is_replaced = own.any(|it| {
            let is_about = self.traces.bond(it, act).is_some_and(is_of_one)
                || self.traces.bond(act, it).is_some_and(is_of_one);
            !is_act(&it) && is_about && !self.spares(it, (act, place), &name)
        });
        leaves_it && !is_replaced && !self.is_meddled(act, (act, place), Some(&*name))
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
            let defaults = self.defaults_sent(act, field);
            let former = self.former_at((act, field), place);
            // A change of which nobody knows what it does may have set it before.
            if former.is_none() && !self.replaces(act) && self.is_obscured(act) {
                return None;
            }
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
                let mut defaults = defaults.clone();
                defaults.extend(self.defaults_answered(place, &at));
                let stays = former.is_some() && !self.replaces(act);
                // Left out it may be what was sent all the same.
                if !stays && defaults.iter().any(|it| equal(it, new)) {
                    return None;
                }
                let first: Vec<Value> = match former {
                    Some(former) if stays || defaults.is_empty() => vec![former],
                    _ => defaults,
                };
                if let Some(other) = other_value(&body, &value, &at, first) {
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
        let before = before.filter(|it| self.is_untouched(act, *it));
        let answered = before.and_then(|it| self.trace(it).answered.as_ref());
        let sent = self.trace(act).sent.as_ref();
        let read = answered.zip(sent).and_then(|(answered, _)| {
            let found = ends_in(answered, field);
            found.first().and_then(|it| it.lookup(answered)).cloned()
        });
        read.filter(|_| self.trace(act).nature != Nature::Create)
            .or_else(|| self.former(act, field))
    }

    /// Whether something before an act may have changed the field, of which nobody knows what it does.
    fn is_obscured(&self, act: usize) -> bool {
        (0..act).any(|it| {
            let trace = self.trace(it);
            let is_about = || {
                self.traces.bond(act, it).is_some_and(is_of_one)
                    || self.traces.bond(it, act).is_some_and(is_of_one)
            };
            trace.nature == Nature::Unknown && trace.recorded.is_success() && is_about()
        })
    }

    /// Whether an answer before an act tells how the thing was at it: the mutant was not at work on it then,
    /// and nobody has changed it since.
    fn is_untouched(&self, act: usize, before: usize) -> bool {
        let mut earlier = self.acts().filter(|it| *it < before);
        let name = self.mutant.place.last().unwrap_or_default();
        !earlier.any(|it| self.traces.bond(it, before).is_some())
            && !self.is_meddled(act, (before, act), Some(&*name))
    }
}

/// The value with the first that the contract allows of what may be there, else without the member, else with an empty or another one.
fn other_value(body: &Body<'_>, value: &Value, at: &Pointer, first: Vec<Value>) -> Option<Value> {
    let allowed = |it: &Value| body.allows(it);
    let mut back = first.into_iter().filter_map(|it| with(value, at, it));
    let left_out = || without(value, at).filter(allowed);
    let altered = || {
        let current = at.lookup(value)?;
        let news = emptied(current)
            .into_iter()
            .chain(super::super::values::others(current));
        let mut tried = news.filter_map(|it| with(value, at, it));
        tried.find(allowed)
    };
    back.find(allowed).or_else(left_out).or_else(altered)
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
pub(super) fn ends_in(value: &Value, field: &Pointer) -> Vec<Pointer> {
    let outer = ["data", "result"].iter();
    let outer = outer.map(|it| Pointer::root().join(it).append(field));
    let tried = std::iter::once(field.clone()).chain(outer);
    tried.filter(|it| it.lookup(value).is_some()).collect()
}
