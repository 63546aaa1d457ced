//! Learning while a flow is played: what a step was handed out is known as a secret before the journal keeps
//! how the thing is taken away again.

use super::Telling;
use crate::journal::FlowJournal;
use crate::run::{Upcoming, Watch};
use crate::transcript::StepRecord;
use crate::world::Pending;

/// The largest answers of a step that are looked into before its flow has ended, in bytes.
const ANSWERS_BYTES_MAX: usize = 1024 * 1024;

/// Learns the secrets of each step as it ends, and lets somebody else look on.
pub(in crate::suite) struct Learning<'l, 'w> {
    telling: &'l Telling,
    other: Option<&'w mut dyn Watch>,
}

impl<'l, 'w> Learning<'l, 'w> {
    /// Learns for these, and lets another one look on.
    pub(in crate::suite) fn new(telling: &'l Telling, other: Option<&'w mut dyn Watch>) -> Self {
        Self { telling, other }
    }
}

impl Watch for Learning<'_, '_> {
    fn before<'a>(
        &'a mut self,
        upcoming: Upcoming<'a>,
        journal: Option<&'a mut FlowJournal<'_>>,
    ) -> Pending<'a, ()> {
        match &mut self.other {
            Some(other) => other.before(upcoming, journal),
            None => Box::pin(async {}),
        }
    }

    fn after<'a>(
        &'a mut self,
        record: &'a StepRecord,
        journal: Option<&'a mut FlowJournal<'_>>,
    ) -> Pending<'a, ()> {
        let attempts = record.attempts.iter();
        let bytes: usize = attempts.map(|it| it.received.bytes.len()).sum();
        if bytes <= ANSWERS_BYTES_MAX {
            self.telling.learn_step(record);
        }
        match &mut self.other {
            Some(other) => other.after(record, journal),
            None => Box::pin(async {}),
        }
    }

    fn has_seen_enough(&self) -> bool {
        let other = self.other.as_ref();
        other.is_some_and(|it| it.has_seen_enough())
    }
}
