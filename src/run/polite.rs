//! A server that says `429` or `503` and when to come back is asked again then (`RFC 6585 §4`,
//! `RFC 9110 §15.6.4`), where nobody has reckoned with that answer.

use std::time::Duration;

use super::actions::{Chosen, Waited};
use super::machine::Machine;
use crate::contract::StatusPattern;
use crate::scenario::{ActionKind, Step};
use crate::transcript::{Unmet, Wait};

/// How often one step is asked again.
const ASKED_AGAIN_MAX: usize = 5;

impl Machine {
    /// The pause before a step is asked again that the server turned away for now; none where the answer
    /// is one like any other: the contract documents its status, the scenario's criteria hold, or an action
    /// of the scenario tries again itself.
    pub(super) fn polite_pause(
        &mut self,
        step: &Step,
        (status, waited): (u16, Waited),
        unmet: &[Unmet],
        chosen: Option<&Chosen>,
    ) -> Option<Duration> {
        let pause = waited.asked?;
        let (_, operation) = step.call.operation()?;
        let is_expected = operation
            .responses
            .iter()
            .any(|it| it.status != StatusPattern::Default && it.status.matches(status));
        let retries = chosen.is_some_and(|it| {
            let action = step.on_failure.get(it.place());
            action.is_some_and(|it| matches!(it.kind, ActionKind::Retry { .. }))
        });
        let next = waited.since.saturating_add(pause);
        let is_late = step.within.is_some_and(|within| next > within);
        let frame = self.frames.last_mut().expect("a step belongs to a frame");
        let is_turned_away = matches!(status, 429 | 503)
            && !unmet.is_empty()
            && !(is_expected || retries || is_late || step.refused_handshake)
            && frame.waits.len() < ASKED_AGAIN_MAX;
        if !is_turned_away {
            return None;
        }
        frame.waits.push(Wait { status, pause });
        frame.again = frame.teardown.is_some();
        self.note_unsent();
        Some(pause)
    }
}
