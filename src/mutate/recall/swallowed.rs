//! What is acknowledged and not done: later answers are what they were before.

use serde_json::Value;

use super::super::body::with;
use super::super::nature::Nature;
use super::super::trace::{Bond, twins};
use super::{Later, Recalling, is_gone, is_of_one};
use crate::json::{Pointer, equal};
use crate::mutate::Kind;

/// How many values of what was sent are put back.
const VALUES_MAX: usize = 200;

impl Recalling<'_> {
    /// What is known of each later answer about what was not done.
    pub(super) fn swallowed(&self) -> Vec<(usize, Later)> {
        let acts: Vec<usize> = self.acts().collect();
        let own = |place: &usize| acts.contains(place);
        let mut later = Vec::new();
        for place in (0..self.traces.all.len()).filter(|it| !own(it)) {
            let mut earlier = acts.iter().filter(|it| **it < place);
            let bound = earlier.find_map(|act| Some((*act, self.traces.bond(*act, place)?)));
            let Some((act, bond)) = bound else {
                continue;
            };
            let what = match self.mutant.kind {
                Kind::CreateSwallowed => self.never_made(act, place, bond),
                Kind::DeleteSwallowed => self.still_there(act, place, bond),
                _ => self.unchanged(act, place, bond),
            };
            later.extend(what.map(|it| (place, it)));
        }
        later
    }

    /// Whether something between two places made, or took away, what was changed at a place.
    fn is_between(&self, nature: Nature, act: usize, (from, to): (usize, usize)) -> bool {
        let mut between = from.saturating_add(1)..to;
        between.any(|it| {
            let trace = self.trace(it);
            let is_about = || {
                it == act
                    || self.traces.bond(it, act).is_some_and(is_of_one)
                    || self.traces.bond(act, it).is_some_and(is_of_one)
            };
            trace.nature == nature && trace.recorded.is_success() && is_about()
        })
    }

    /// The last answer to the same question before a change, to what was there then.
    fn before(&self, act: usize, question: usize) -> Option<usize> {
        let before = self.same_question(question, (0..act).rev())?;
        let is_made = self.is_between(Nature::Create, act, (before, act));
        (!is_made).then_some(before)
    }

    /// What is answered where nothing was made; none where nothing hangs on it.
    fn never_made(&self, act: usize, place: usize, bond: Bond) -> Option<Later> {
        let trace = self.trace(place);
        let reads = trace.nature == Nature::Read;
        let is_taken_away = self.is_between(Nature::Delete, act, (act, place));
        if !trace.recorded.is_success() || is_taken_away {
            return None;
        }
        // What is done to it, or with it, may be refused where it is not there.
        if !reads && !is_of_one(bond) {
            return None;
        }
        let before = self.same_question(place, (0..act).rev());
        if let Some(before) = before.filter(|_| reads) {
            return Some(self.said(before));
        }
        let mut afterwards = place.saturating_add(1)..self.traces.all.len();
        let gone = afterwards.find(|it| {
            let is_after = || self.is_between(Nature::Delete, act, (act, *it));
            self.trace(*it).asks_as(trace) && is_after()
        });
        if let Some(gone) = gone {
            return Some(self.said(gone));
        }
        let listed = || self.without_twins(act, place);
        if let Some(later) = reads.then(listed).flatten() {
            return Some(later);
        }
        Some(self.gone(place, bond))
    }

    /// A list without what was not made.
    fn without_twins(&self, act: usize, place: usize) -> Option<Later> {
        let (sent, answered) = (
            self.trace(act).sent.as_ref()?,
            self.trace(place).answered.as_ref()?,
        );
        let mut value = answered.clone();
        let is_item = |it: &Pointer| {
            let outer = it.parent().and_then(|it| it.lookup(answered).cloned());
            outer.is_some_and(|it| it.is_array())
        };
        let items: Vec<Pointer> = twins(answered, sent).into_iter().filter(is_item).collect();
        // From the last, so that those before keep their places.
        for item in items.iter().rev() {
            let (outer, last) = (item.parent()?, item.last()?.parse::<usize>().ok()?);
            let list = value.pointer_mut(outer.as_str())?.as_array_mut()?;
            (last < list.len()).then(|| list.remove(last))?;
        }
        (!items.is_empty()).then(|| self.valued(place, &value))?
    }

    /// What an operation answers of what is not there, wherever it was asked for something that was not.
    fn gone(&self, place: usize, bond: Bond) -> Later {
        if bond != Bond::One {
            return Later::Unknown;
        }
        let operation = self.trace(place).recorded.operation;
        let own = self.traces.all.iter().map(|it| it.recorded);
        let others = self.recordings.iter().flat_map(|it| &it.exchanges);
        let mut all = own.chain(others).filter(|it| it.operation == operation);
        let found = all.find(|it| is_gone(it));
        found.map_or(Later::Unknown, |it| {
            Later::Other(Box::new(it.exchange.response.clone()))
        })
    }

    /// What is answered where nothing was taken away; none where nothing hangs on it.
    fn still_there(&self, act: usize, place: usize, bond: Bond) -> Option<Later> {
        let trace = self.trace(place);
        if self.is_between(Nature::Create, act, (act, place)) {
            return None;
        }
        match trace.nature {
            Nature::Read => {
                let before = self.before(act, place);
                Some(before.map_or(Later::Unknown, |it| self.said(it)))
            }
            Nature::Delete if is_of_one(bond) && !trace.recorded.is_success() => {
                let before = self.same_question(place, (0..place).rev());
                let done = before.filter(|it| self.trace(*it).recorded.is_success());
                done.map(|it| self.said(it))
            }
            // That it can be made again, say, where it is still there.
            _ => {
                let names_it = || self.traces.bond(place, act).is_some_and(is_of_one);
                (is_of_one(bond) || names_it()).then_some(Later::Unknown)
            }
        }
    }

    /// What is answered where nothing was changed; none where nothing hangs on it.
    fn unchanged(&self, act: usize, place: usize, bond: Bond) -> Option<Later> {
        let trace = self.trace(place);
        if trace.nature == Nature::Create {
            // What it was changed to may be in the way of another one.
            return is_of_one(bond).then_some(Later::Unknown);
        }
        let reads = trace.nature == Nature::Read && trace.recorded.is_success();
        if !reads || self.is_between(Nature::Delete, act, (act, place)) {
            return None;
        }
        if let Some(before) = self.before(act, place) {
            return Some(self.said(before));
        }
        let put_back = self.put_back(act, place);
        Some(put_back.unwrap_or(Later::Unknown))
    }

    /// An answer with the values in it that were there before the first change was sent.
    fn put_back(&self, act: usize, place: usize) -> Option<Later> {
        let mut acts: Vec<usize> = self.acts().filter(|it| *it < place).collect();
        acts.retain(|it| self.traces.bond(*it, place).is_some());
        let sent = self.trace(*acts.last()?).sent.as_ref()?;
        let answered = self.trace(place).answered.as_ref()?;
        let body = self.body_of(place)?;
        let (mut value, mut changed) = (answered.clone(), false);
        for twin in twins(answered, sent) {
            for member in leaves(sent) {
                let at = twin.append(&member);
                let (Some(now), Some(new)) = (at.lookup(&value), member.lookup(sent)) else {
                    continue;
                };
                if !equal(now, new) {
                    continue;
                }
                let Some(former) = self.former(act, &member).filter(|it| !equal(it, now)) else {
                    continue;
                };
                let other = with(&value, &at, former).filter(|it| body.allows(it));
                changed |= other.is_some();
                value = other.unwrap_or(value);
            }
        }
        changed.then(|| self.valued(place, &value))?
    }

    /// The value of a member before a change, as it was sent or answered by what made or changed the same
    /// thing before.
    pub(super) fn former(&self, act: usize, member: &Pointer) -> Option<Value> {
        (0..act).rev().find_map(|earlier| {
            let trace = self.trace(earlier);
            let is_change = matches!(trace.nature, Nature::Create | Nature::Update);
            let is_same = self.traces.bond(earlier, act).is_some_and(is_of_one)
                || self.traces.bond(act, earlier).is_some_and(is_of_one);
            (is_change && is_same && trace.recorded.is_success()).then_some(())?;
            let within = |value: &Option<Value>| member.lookup(value.as_ref()?).cloned();
            within(&trace.sent).or_else(|| within(&trace.answered))
        })
    }
}

/// The places of the single values, and of the lists, of what was sent.
fn leaves(value: &Value) -> Vec<Pointer> {
    let mut found = Vec::new();
    let mut open = vec![(Pointer::root(), value)];
    while let Some((place, value)) = open.pop() {
        match value {
            Value::Object(members) => {
                open.extend(members.iter().map(|(name, it)| (place.join(name), it)));
            }
            _ => found.push(place),
        }
        if found.len() >= VALUES_MAX {
            break;
        }
    }
    found
}
