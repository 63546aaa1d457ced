//! How flows end before their last step, and that what must always be done is still done.

use serde_json::Map;

use super::machine::Machine;
use crate::problem::Problem;
use crate::scenario::Expression;
use crate::transcript::{End, Outcome, Transcript};
use crate::world::TargetError;

impl Machine {
    /// What has been played so far, as the end of the play.
    pub(super) fn broken_off(&mut self) -> Transcript {
        self.end.get_or_insert(End::Interrupted);
        self.transcript()
    }

    /// Ends the flow of the innermost workflow.
    pub(super) fn end_flow(&mut self, failed: bool) {
        if let Some(frame) = self.frames.last_mut() {
            frame.failed |= failed;
            frame.begin_teardown();
        }
    }

    /// Ends the flows of all workflows that are being played.
    pub(super) fn end_all(&mut self) {
        for frame in &mut self.frames {
            frame.failed = true;
            if frame.teardown.is_none() {
                frame.begin_teardown();
            }
        }
    }

    /// The step cannot be played, because something that it needs was never handed on.
    pub(super) fn cannot_run(&mut self, reason: &str) {
        let tearing_down = self
            .frames
            .last()
            .is_some_and(|frame| frame.teardown.is_some());
        self.record(Outcome::NotRun(reason.to_owned()), Map::new());
        if !tearing_down {
            self.blame_last();
            self.give_up_rounds(&Outcome::Failed);
            self.end_flow(true);
        }
    }

    pub(super) fn lose(&mut self, error: TargetError) {
        let reason = format!("no answer from {error}");
        self.abandon(End::Lost(error), &reason);
    }

    pub(super) fn refuse(&mut self, problems: Vec<Problem>) {
        self.abandon(End::Refused(problems), "its request was not sent");
    }

    /// Gives the step up and ends all flows; what must always be done is still tried.
    pub(super) fn abandon(&mut self, end: End, reason: &str) {
        if self.frames.is_empty() {
            self.end.get_or_insert(end);
            return;
        }
        let tearing_down = self
            .frames
            .last()
            .is_some_and(|frame| frame.teardown.is_some());
        let playing = self
            .frames
            .last()
            .is_some_and(|frame| frame.at < frame.scenario.steps.len());
        if playing {
            self.record(Outcome::NotRun(reason.to_owned()), Map::new());
            self.give_up_rounds(&Outcome::NotRun(reason.to_owned()));
        }
        self.end.get_or_insert(end);
        if tearing_down {
            return;
        }
        self.end_all();
    }
}

/// Why a step cannot be played that needs a value.
pub(super) fn lacking(expression: &Expression) -> String {
    format!("needs {expression}, which has no value")
}
