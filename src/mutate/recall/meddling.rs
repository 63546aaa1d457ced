//! What others than the mutant's operation did to the same thing in between, which may have done what the
//! mutant left undone.

use super::super::nature::Nature;
use super::super::trace::Bond;
use super::{Recalling, is_of_one};

impl Recalling<'_> {
    /// Whether something between two places made, or took away, what was changed at a place.
    pub(super) fn is_between(
        &self,
        nature: Nature,
        act: usize,
        (from, to): (usize, usize),
    ) -> bool {
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

    /// Whether another operation than the mutant's made the thing of an act again between two places.
    pub(super) fn is_made_again(&self, act: usize, (from, to): (usize, usize)) -> bool {
        self.others(from, to)
            .any(|it| self.trace(it).nature == Nature::Create && self.makes((act, it), (from, to)))
    }

    /// Whether another operation than the mutant's may have changed the thing of an act between two places:
    /// a field of it, where one is named.
    pub(super) fn is_meddled(
        &self,
        act: usize,
        (from, to): (usize, usize),
        field: Option<&str>,
    ) -> bool {
        self.others(from, to).any(|it| match self.trace(it).nature {
            Nature::Read | Nature::Delete => false,
            Nature::Create => self.makes((act, it), (from, to)),
            Nature::Update | Nature::Unknown => {
                let is_about = self.traces.bond(act, it).is_some()
                    || self.traces.bond(it, act).is_some_and(is_of_one);
                is_about && !field.is_some_and(|name| self.spares(it, (act, to), name))
            }
        })
    }

    /// Whether a change leaves a field as it is: a `PATCH` of the very thing that says nothing of it.
    pub(super) fn spares(&self, change: usize, (act, place): (usize, usize), name: &str) -> bool {
        let trace = self.trace(change);
        let is_patch = trace.recorded.exchange.request.method == "PATCH";
        let is_it = trace.is_at(self.trace(act)) || trace.is_at(self.trace(place));
        is_patch && is_it && !trace.mentions(name)
    }

    /// What went well between two places, and is not of the mutant's operation.
    fn others(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        let between = from.saturating_add(1)..to;
        between.filter(|it| {
            let recorded = self.trace(*it).recorded;
            recorded.is_success() && recorded.operation != self.mutant.operation
        })
    }

    /// Whether what makes something makes the thing of an act. By words alone it is told where the thing was
    /// taken away before.
    fn makes(&self, (act, it): (usize, usize), (from, to): (usize, usize)) -> bool {
        let (forth, back) = (self.traces.bond(act, it), self.traces.bond(it, act));
        let is_put = forth == Some(Bond::One) && self.trace(it).is_of_one();
        let is_spoken = [forth, back].contains(&Some(Bond::Spoken));
        back == Some(Bond::One)
            || is_put
            || is_spoken && self.is_between(Nature::Delete, act, (from, it.min(to)))
    }
}
