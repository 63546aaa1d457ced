//! One workflow while it is played: where it stands and what it has gathered.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::scenario::Scenario;
use crate::transcript::{Attempt, Outcome};

/// A workflow that is being played.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) scenario: Arc<Scenario>,
    pub(super) inputs: Map<String, Value>,
    /// What each step has handed on; none for a step that has not ended.
    pub(super) outputs: Vec<Option<Map<String, Value>>>,
    /// The place of the step that is played next, or is being played.
    pub(super) at: usize,
    /// The tries of the step that is being played.
    pub(super) attempts: Vec<Attempt>,
    /// How often each action of the step that is being played has retried it.
    pub(super) retries: Vec<u32>,
    /// Why it was entered.
    pub(super) entered: Entered,
    /// Once its flow has ended: the `always` steps that are still to be played.
    pub(super) teardown: Option<Vec<usize>>,
    /// Whether its flow has failed.
    pub(super) failed: bool,
    /// The workflow that takes its place once it has ended.
    pub(super) then: Option<String>,
}

/// Why a workflow is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entered {
    /// It is the case itself, or what the case went over to.
    Case,
    /// A step calls it and goes on with its outputs.
    Call,
    /// It is played before a step is retried.
    BeforeRetry,
}

impl Frame {
    pub(super) fn new(
        scenario: Arc<Scenario>,
        inputs: Map<String, Value>,
        entered: Entered,
    ) -> Self {
        let steps = scenario.steps.len();
        Self {
            scenario,
            inputs,
            outputs: vec![None; steps],
            at: 0,
            attempts: Vec::new(),
            retries: Vec::new(),
            entered,
            teardown: None,
            failed: false,
            then: None,
        }
    }

    /// What the step of that name has handed on; none while it has not ended.
    pub(super) fn outputs_of(&self, step: &str) -> Option<&Map<String, Value>> {
        let place = self.scenario.steps.iter().position(|it| it.id == step)?;
        self.outputs[place].as_ref()
    }

    /// Begins the end: after a failure the `always` steps that were not played, last one first.
    pub(super) fn begin_teardown(&mut self) {
        let waiting = self.scenario.steps.iter().enumerate();
        let waiting = waiting.filter(|(place, step)| step.always && self.outputs[*place].is_none());
        self.teardown = Some(waiting.map(|(place, _)| place).collect());
    }

    /// Goes to another step, with nothing kept of the one before.
    pub(super) fn go(&mut self, place: usize) {
        self.at = place;
        self.attempts.clear();
        self.retries.clear();
    }

    /// Whether a step's failure fails the flow: in the teardown nothing does any more.
    pub(super) fn outcome_of_failure(diverted: bool) -> Outcome {
        if diverted {
            Outcome::Diverted
        } else {
            Outcome::Failed
        }
    }
}
