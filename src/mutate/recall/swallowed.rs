//! What is acknowledged and not done: later answers are what they were before.

use serde_json::Value;

use super::super::body::with;
use super::super::nature::Nature;
use super::super::trace::{Bond, twins};
use super::unstored::ends_in;
use super::{Later, Recalling, is_gone, is_of_one};
use crate::json::{Pointer, equal};
use crate::mutate::Kind;

/// Statuses that refuse what is done to something that was just taken away, where no other reason is as near.
const REFUSED: [u16; 4] = [400, 404, 410, 422];

/// How many values of what was sent are put back.
const VALUES_MAX: usize = 200;

impl Recalling<'_> {
    /// What is known of each later answer about what was not done.
    pub(super) fn swallowed(&self) -> Vec<(usize, Later)> {
        let acts: Vec<usize> = self.acts().collect();
        let own = |place: &usize| acts.contains(place);
        let mut later = Vec::new();
        for place in 0..self.traces.all.len() {
            if own(&place) {
                let is_open = self.mutant.kind == Kind::UpdateSwallowed
                    && self.tells_of_another(place, &acts);
                later.extend(is_open.then_some((place, Later::Unknown)));
                continue;
            }
            let mut earlier = acts.iter().rev().filter(|it| **it < place);
            let bound = earlier.find_map(|act| Some((*act, self.traces.bond(*act, place)?)));
            let Some((act, bond)) = bound else {
                continue;
            };
            let what = match self.mutant.kind {
                Kind::CreateSwallowed => self.never_made((act, place), bond, &later),
                Kind::DeleteSwallowed => self.still_there((act, place), bond, &later),
                _ => self.unchanged((act, place), bond, &later),
            };
            later.extend(what.map(|it| (place, it)));
        }
        later
    }

    /// Whether the answer to a change tells what an earlier one of the same operation has changed, and this one
    /// says nothing of.
    fn tells_of_another(&self, place: usize, acts: &[usize]) -> bool {
        let trace = self.trace(place);
        let Some(answered) = trace.answered.as_ref() else {
            return false;
        };
        let is_told = |act: usize, sent: &Value, member: &Pointer| {
            let new = member.lookup(sent);
            let says_so = |it: Option<&Value>| it.zip(new).is_some_and(|(it, new)| equal(it, new));
            let is_sent = trace
                .sent
                .as_ref()
                .is_some_and(|it| member.lookup(it).is_some());
            let is_old = says_so(self.former(act, member).as_ref());
            let mut found = ends_in(answered, member).into_iter();
            !is_sent && !is_old && found.any(|it| says_so(it.lookup(answered)))
        };
        let mut earlier = acts.iter().filter(|it| **it < place);
        earlier.any(|act| {
            let is_about = self.traces.bond(*act, place).is_some_and(is_of_one);
            let sent = self.trace(*act).sent.as_ref().filter(|_| is_about);
            sent.is_some_and(|sent| leaves(sent).iter().any(|it| is_told(*act, sent, it)))
        })
    }

    /// The last answer to the same question before a change, to what was there then.
    fn before(&self, act: usize, question: usize) -> Option<usize> {
        let before = self.same_question(question, (0..act).rev())?;
        let is_made = self.is_between(Nature::Create, act, (before, act));
        (!is_made).then_some(before)
    }

    /// What is answered at a place with the mutant at work, for another one.
    fn said_then(&self, place: usize, known: &[(usize, Later)]) -> Later {
        let other = known.iter().find(|it| it.0 == place);
        other.map_or_else(|| self.said(place), |it| it.1.clone())
    }

    /// What is answered where nothing was made; none where nothing hangs on it.
    fn never_made(
        &self,
        (act, place): (usize, usize),
        bond: Bond,
        known: &[(usize, Later)],
    ) -> Option<Later> {
        let trace = self.trace(place);
        let reads = trace.nature == Nature::Read;
        if !trace.recorded.is_success() {
            return None;
        }
        if self.is_between(Nature::Delete, act, (act, place)) {
            // What is found all the same was made by others, or something below it was taken away.
            return (reads && bond == Bond::One).then_some(Later::Unknown);
        }
        // What is done to it, or with it, may be refused where it is not there.
        if !reads && !is_of_one(bond) {
            return None;
        }
        if self.is_made_again(act, (act, place)) {
            return Some(Later::Unknown);
        }
        let before = self.same_question(place, (0..act).rev());
        if let Some(before) = before.filter(|_| reads) {
            return Some(self.said_then(before, known));
        }
        let mut afterwards = place.saturating_add(1)..self.traces.all.len();
        if let Some(gone) = afterwards.find(|it| self.is_without((act, place), *it, bond)) {
            return Some(self.said(gone));
        }
        let listed = || self.without_twins(act, place);
        if let Some(later) = reads.then(listed).flatten() {
            return Some(later);
        }
        Some(self.gone(place, bond))
    }

    /// Whether the same question was asked again once the thing was taken away, and not made again, and the
    /// answer is without it: it says so, refuses what was to be done to it, or is about many and has nothing
    /// like it.
    fn is_without(&self, (act, place): (usize, usize), again: usize, bond: Bond) -> bool {
        let trace = self.trace(again);
        if !trace.asks_as(self.trace(place)) {
            return false;
        }
        let mut between = (act.saturating_add(1)..again).rev();
        let taken = between.find(|it| {
            let just = (it.saturating_sub(1), it.saturating_add(1));
            self.is_between(Nature::Delete, act, just)
        });
        let is_away = taken.is_some_and(|it| !self.is_between(Nature::Create, act, (it, again)));
        let is_many = trace.nature == Nature::Read && bond != Bond::One;
        let sent = self.trace(act).sent.as_ref();
        let has_it = || {
            let both = trace.answered.as_ref().zip(sent);
            both.is_some_and(|(answered, sent)| !twins(answered, sent).is_empty())
        };
        let is_refused = is_gone(trace.recorded)
            || trace.nature != Nature::Read && REFUSED.contains(&trace.recorded.status());
        is_away && (is_refused || is_many && !has_it())
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
    fn still_there(
        &self,
        (act, place): (usize, usize),
        bond: Bond,
        known: &[(usize, Later)],
    ) -> Option<Later> {
        let trace = self.trace(place);
        if self.is_between(Nature::Create, act, (act, place)) {
            return None;
        }
        match trace.nature {
            Nature::Read => {
                let before = self.before(act, place);
                Some(before.map_or(Later::Unknown, |it| self.said_then(it, known)))
            }
            Nature::Delete if is_of_one(bond) && !trace.recorded.is_success() => {
                let before = self.same_question(place, (0..place).rev());
                let done = before.filter(|it| self.trace(*it).recorded.is_success());
                done.map(|it| self.said_then(it, known))
            }
            // That it can be made again, say, where it is still there.
            _ => {
                let names_it = || self.traces.bond(place, act).is_some_and(is_of_one);
                (is_of_one(bond) || names_it()).then_some(Later::Unknown)
            }
        }
    }

    /// What is answered where nothing was changed; none where nothing hangs on it.
    fn unchanged(
        &self,
        (act, place): (usize, usize),
        bond: Bond,
        known: &[(usize, Later)],
    ) -> Option<Later> {
        let trace = self.trace(place);
        if trace.nature == Nature::Create {
            // What it was changed to may be in the way of another one.
            return is_of_one(bond).then_some(Later::Unknown);
        }
        let reads = trace.nature == Nature::Read;
        if !trace.recorded.is_success() || !(reads || trace.tells()) {
            return None;
        }
        if self.is_between(Nature::Delete, act, (act, place)) {
            return (bond == Bond::One).then_some(Later::Unknown);
        }
        if self.is_meddled(act, (act, place), None) {
            return Some(Later::Unknown);
        }
        let before = self.before(act, place).filter(|_| reads);
        if let Some(before) = before.filter(|it| !self.is_meddled(act, (*it, act), None)) {
            return Some(self.said_then(before, known));
        }
        let put_back = self.put_back(act, place);
        Some(put_back.unwrap_or(Later::Unknown))
    }

    /// An answer with the values in it that were there before the change was sent.
    fn put_back(&self, act: usize, place: usize) -> Option<Later> {
        let sent = self.trace(act).sent.as_ref()?;
        let answered = self.trace(place).answered.as_ref()?;
        let body = self.body_of(place)?;
        let (mut value, mut changed) = (answered.clone(), false);
        // What was sent before by the same operation is not put back.
        let mut earlier = self.acts().filter(|it| *it < act);
        let mut is_whole = !earlier.any(|it| self.traces.bond(it, place).is_some());
        for twin in twins(answered, sent) {
            for member in leaves(sent) {
                let at = twin.append(&member);
                let (Some(now), Some(new)) = (at.lookup(&value), member.lookup(sent)) else {
                    continue;
                };
                if !equal(now, new) {
                    continue;
                }
                let former = self.former(act, &member);
                if former.as_ref().is_some_and(|it| equal(it, now)) {
                    continue;
                }
                let former = former.filter(|_| self.leaves_alone(act, place, &member));
                let other = former.and_then(|it| with(&value, &at, it));
                let other = other.filter(|it| body.allows(it));
                is_whole &= other.is_some();
                changed |= other.is_some();
                value = other.unwrap_or(value);
            }
        }
        let later = changed.then(|| self.valued(place, &value))??;
        match later {
            Later::Other(response) if !is_whole => Some(Later::Part(response)),
            later => Some(later),
        }
    }

    /// Whether what was asked at a place does not change a member itself.
    fn leaves_alone(&self, act: usize, place: usize, member: &Pointer) -> bool {
        let trace = self.trace(place);
        let name = member.last().unwrap_or_default();
        match trace.nature {
            Nature::Read => true,
            Nature::Delete => !trace.mentions(&name),
            _ => self.spares(place, (act, place), &name),
        }
    }

    /// The value of a member before a change, as it was sent or answered by what made or changed the same
    /// thing before. What the mutant's operation said tells nothing: it was not done. Nor does what was said
    /// before a change of which nobody knows what it does.
    pub(super) fn former(&self, act: usize, member: &Pointer) -> Option<Value> {
        for earlier in (0..act).rev() {
            let trace = self.trace(earlier);
            let is_own = trace.recorded.operation == self.mutant.operation;
            let is_same = || {
                self.traces.bond(earlier, act).is_some_and(is_of_one)
                    || self.traces.bond(act, earlier).is_some_and(is_of_one)
            };
            if is_own || !trace.recorded.is_success() || !is_same() {
                continue;
            }
            let within = |value: &Option<Value>| member.lookup(value.as_ref()?).cloned();
            match trace.nature {
                Nature::Create | Nature::Update => {
                    let found = within(&trace.sent).or_else(|| within(&trace.answered));
                    if found.is_some() {
                        return found;
                    }
                }
                Nature::Unknown => return None,
                Nature::Read | Nature::Delete => {}
            }
        }
        None
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
