//! Actions: what happens after a step, by the first one that applies (`Arazzo 1.0.1 §4.6.7`, `§4.6.8`).

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::calls::fill_inputs;
use super::criteria;
use super::ending::lacking;
use super::frame::Entered;
use super::machine::Machine;
use super::scope::Scope;
use crate::scenario::{ActionKind, Destination, Expression, Step};
use crate::transcript::{End, Outcome};

/// How long a step has been waited for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Waited {
    /// The time since its first answer.
    pub(super) since: Duration,
    /// How much longer the last answer asks to wait.
    pub(super) asked: Option<Duration>,
}

impl Waited {
    /// Whether the next try would come after the step's deadline.
    fn is_over(self, within: Option<Duration>, pause: Duration) -> bool {
        let next = self.since.saturating_add(self.asked.unwrap_or(pause));
        within.is_some_and(|within| next > within)
    }
}

/// The action that applies.
#[derive(Debug)]
pub(super) struct Chosen {
    /// Its place in the list.
    place: usize,
    /// The inputs of the workflow that it leads to; or what one of them needs, and nobody handed on.
    inputs: Result<Map<String, Value>, Expression>,
}

impl Chosen {
    /// Its place in the list.
    pub(super) fn place(&self) -> usize {
        self.place
    }
}

impl Machine {
    /// The action that applies.
    pub(super) fn choose(
        &self,
        step: &Step,
        succeeded: bool,
        waited: Waited,
        scope: &Scope<'_>,
    ) -> Option<Chosen> {
        let frame = self.frames.last().expect("a step belongs to a frame");
        let actions = if succeeded {
            &step.on_success
        } else {
            &step.on_failure
        };
        let place = actions.iter().enumerate().position(|(place, action)| {
            let used_up = match action.kind {
                ActionKind::Retry { limit, after, .. } => {
                    let all_played = frame.retries.get(place).is_some_and(|n| *n >= limit);
                    all_played || waited.is_over(step.within, after)
                }
                _ => false,
            };
            !used_up && criteria::all_hold(&action.criteria, scope)
        })?;
        let destination = actions[place].destination();
        let inputs = fill_inputs(destination.map_or(&[], Destination::inputs), scope);
        Some(Chosen { place, inputs })
    }

    /// Does what an action says, or what is usual without one.
    pub(super) fn act(
        &mut self,
        chosen: Option<Chosen>,
        succeeded: bool,
        outputs: Map<String, Value>,
        pause: Option<Duration>,
    ) -> Option<Duration> {
        let frame = self.frames.last_mut().expect("a step belongs to a frame");
        let scenario = Arc::clone(&frame.scenario);
        let step = &scenario.steps[frame.at];
        let actions = if succeeded {
            &step.on_success
        } else {
            &step.on_failure
        };
        let tearing_down = frame.teardown.is_some();
        // Nothing is tried again once a limit has stopped the case.
        let stopped = matches!(self.end, Some(End::Stopped(_)));
        let chosen = chosen.filter(|it| match actions[it.place].kind {
            ActionKind::Retry { .. } => !stopped,
            _ => !tearing_down,
        });
        let (action, inputs) = match chosen {
            Some(Chosen { place, inputs }) => match inputs {
                Ok(inputs) => (Some((place, &actions[place].kind)), inputs),
                Err(expression) => {
                    self.cannot_run(&lacking(&expression));
                    return None;
                }
            },
            None => (None, Map::new()),
        };
        if let Some((place, ActionKind::Retry { after, before, .. })) = action {
            frame.count_retry(place);
            frame.again = tearing_down;
            self.settle(&Outcome::Diverted);
            let pause = pause.unwrap_or(*after);
            match before {
                Some(Destination::Workflow { workflow, .. }) => {
                    self.enter(workflow, inputs, Entered::BeforeRetry);
                }
                Some(Destination::Step(first)) if !tearing_down => self.go_round(*first),
                _ => {}
            }
            return Some(pause);
        }
        let kind = action.map(|(_, kind)| kind.clone());
        let outcome = match &kind {
            _ if succeeded => Outcome::Succeeded,
            Some(ActionKind::Goto(_)) => Outcome::Diverted,
            _ => Outcome::Failed,
        };
        self.record(outcome, outputs);
        if !tearing_down {
            self.go_on_with(kind, succeeded, inputs);
        }
        None
    }

    /// Goes on behind the step at hand as an action says, or as is usual without one.
    fn go_on_with(
        &mut self,
        kind: Option<ActionKind>,
        succeeded: bool,
        inputs: Map<String, Value>,
    ) {
        match kind {
            // Whatever it would go on with: it was played for another step, which waits for it.
            _ if succeeded && self.come_round() => {}
            Some(ActionKind::Goto(destination)) => {
                self.give_up_rounds(&Outcome::Diverted);
                match destination {
                    Destination::Step(place) => self.go(place),
                    Destination::Workflow { workflow, .. } => self.go_over(&workflow, inputs),
                }
            }
            Some(ActionKind::End) => {
                let outcome = if succeeded {
                    Outcome::Diverted
                } else {
                    Outcome::Failed
                };
                self.give_up_rounds(&outcome);
                self.end_flow(!succeeded);
            }
            _ if succeeded => {
                let next = self.frames.last().map_or(0, |frame| frame.at + 1);
                self.go(next);
            }
            _ => {
                self.give_up_rounds(&Outcome::Failed);
                self.end_flow(true);
            }
        }
    }
}
