//! One workflow while it is played: where it stands and what it has gathered.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::scenario::Scenario;
use crate::transcript::{Attempt, Period, Unmet, Wait};

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
    /// When the step that is being played was asked again because the server turned it away.
    pub(super) waits: Vec<Wait>,
    /// The criteria that did not hold when the step that is being played came back from a workflow.
    pub(super) unmet: Vec<Unmet>,
    /// How often each action of the step that is being played has retried it.
    pub(super) retries: Vec<u32>,
    /// When the step that is being played had its first answer.
    pub(super) answered: Option<Duration>,
    /// From its first request to its last answer.
    pub(super) period: Option<Period>,
    /// Why it was entered.
    pub(super) entered: Entered,
    /// Once its flow has ended: the `always` steps that are still to be played.
    pub(super) teardown: Option<Vec<usize>>,
    /// Whether the step at hand is to be tried again, before the teardown goes on to the next one.
    pub(super) again: bool,
    /// Whether its flow has failed.
    pub(super) failed: bool,
    /// The places of the records that made it fail, the first cause first.
    pub(super) causes: Vec<usize>,
    /// The causes of workflows that failed on behalf of the step that is being played, whose own end
    /// decides what becomes of them.
    pub(super) undecided: Vec<usize>,
    /// The workflow that takes its place once it has ended.
    pub(super) then: Option<(String, Map<String, Value>)>,
    /// The steps that wait to be tried again while another one is played for them, innermost last.
    pub(super) rounds: Vec<Round>,
}

/// A step that waits to be tried again.
#[derive(Debug)]
pub(super) struct Round {
    at: usize,
    attempts: Vec<Attempt>,
    unmet: Vec<Unmet>,
    retries: Vec<u32>,
    answered: Option<Duration>,
    period: Option<Period>,
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
            waits: Vec::new(),
            unmet: Vec::new(),
            retries: Vec::new(),
            answered: None,
            period: None,
            entered,
            teardown: None,
            again: false,
            failed: false,
            causes: Vec::new(),
            undecided: Vec::new(),
            then: None,
            rounds: Vec::new(),
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

    /// Counts that an action has retried the step at hand.
    pub(super) fn count_retry(&mut self, action: usize) {
        if self.retries.len() <= action {
            self.retries.resize(action + 1, 0);
        }
        self.retries[action] += 1;
        self.unmet.clear();
    }

    /// Goes to another step, and keeps the one at hand to come back to.
    pub(super) fn go_round(&mut self, first: usize) {
        self.rounds.push(Round {
            at: self.at,
            attempts: std::mem::take(&mut self.attempts),
            unmet: std::mem::take(&mut self.unmet),
            retries: std::mem::take(&mut self.retries),
            answered: self.answered.take(),
            period: self.period.take(),
        });
        self.go(first);
    }

    /// Comes back to the step that was kept last; whether there is one.
    pub(super) fn come_round(&mut self) -> bool {
        let Some(kept) = self.rounds.pop() else {
            return false;
        };
        self.at = kept.at;
        self.attempts = kept.attempts;
        self.unmet = kept.unmet;
        self.retries = kept.retries;
        self.answered = kept.answered;
        self.period = kept.period;
        true
    }

    /// Goes to another step, with nothing kept of the one before.
    pub(super) fn go(&mut self, place: usize) {
        self.at = place;
        self.attempts.clear();
        self.waits.clear();
        self.unmet.clear();
        self.retries.clear();
        self.answered = None;
        self.period = None;
    }
}
