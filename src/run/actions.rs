//! Actions: what happens after a step, by the first one that applies (`Arazzo 1.0.1 §4.6.7`, `§4.6.8`).

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::criteria;
use super::frame::Entered;
use super::machine::Machine;
use super::scope::Scope;
use crate::scenario::{Action, ActionKind, Destination, Step};
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

impl Machine {
    /// The action that applies, by its place in the list.
    pub(super) fn choose(
        &self,
        step: &Step,
        succeeded: bool,
        waited: Waited,
        scope: &Scope<'_>,
    ) -> Option<usize> {
        let frame = self.frames.last().expect("a step belongs to a frame");
        let actions = if succeeded {
            &step.on_success
        } else {
            &step.on_failure
        };
        actions.iter().enumerate().position(|(place, action)| {
            let used_up = match action.kind {
                ActionKind::Retry { limit, after, .. } => {
                    let all_played = frame.retries.get(place).is_some_and(|n| *n >= limit);
                    all_played || waited.is_over(step.within, after)
                }
                _ => false,
            };
            !used_up && criteria::all_hold(&action.criteria, scope)
        })
    }

    /// Does what an action says, or what is usual without one.
    pub(super) fn act(
        &mut self,
        chosen: Option<usize>,
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
        let action = chosen
            .map(|place| &actions[place])
            .filter(|action| match action.kind {
                ActionKind::Retry { .. } => !stopped,
                _ => !tearing_down,
            });
        if let (
            Some(place),
            Some(Action {
                kind: ActionKind::Retry { after, before, .. },
                ..
            }),
        ) = (chosen, action)
        {
            if frame.retries.len() <= place {
                frame.retries.resize(place + 1, 0);
            }
            frame.retries[place] += 1;
            frame.again = tearing_down;
            self.settle(&Outcome::Diverted);
            let pause = pause.unwrap_or(*after);
            if let Some(workflow) = before {
                self.enter(workflow, Map::new(), Entered::BeforeRetry);
            }
            return Some(pause);
        }
        let kind = action.map(|action| action.kind.clone());
        let outcome = match &kind {
            _ if succeeded => Outcome::Succeeded,
            Some(ActionKind::Goto(_)) => Outcome::Diverted,
            _ => Outcome::Failed,
        };
        self.record(outcome, outputs);
        match kind {
            _ if tearing_down => {}
            Some(ActionKind::Goto(Destination::Step(place))) => self.go(place),
            Some(ActionKind::Goto(Destination::Workflow(id))) => self.go_over(&id),
            Some(ActionKind::End) => self.end_flow(!succeeded),
            _ if succeeded => {
                let next = self.frames.last().map_or(0, |frame| frame.at + 1);
                self.go(next);
            }
            _ => self.end_flow(true),
        }
        None
    }
}
