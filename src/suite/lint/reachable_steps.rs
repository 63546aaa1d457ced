//! Whether some way through the flow leads to each step.

use std::sync::Arc;

use super::Rule;
use crate::problem::{Problem, ProblemCode};
use crate::scenario::{Action, ActionKind, Destination, Scenario};
use crate::suite::Api;

pub(super) const RULE: Rule = Rule {
    id: "reachable-steps",
    summary: "Whether some way through the flow leads to each step.",
    examine,
};

fn examine(api: &Api) -> Vec<Problem> {
    api.scenarios.iter().flat_map(of_scenario).collect()
}

fn of_scenario(scenario: &Arc<Scenario>) -> Vec<Problem> {
    let reached = reached(scenario);
    let steps = scenario.steps.iter().zip(&reached);
    let lost = steps.filter(|(step, reached)| !**reached && !step.always);
    lost.map(|(step, _)| {
        let message = format!("no way leads to the step `{}`", step.id);
        let problem = Problem::new(ProblemCode::UnreachableStep, step.location.clone(), message);
        let cause = barrier(scenario, &reached);
        match cause {
            Some(action) => {
                problem.with_also(action.location.clone(), "the flow never goes on here")
            }
            None => problem,
        }
        .with_help("let a step before it go on, or take the step away")
    })
    .collect()
}

/// Which steps the flow can come to.
fn reached(scenario: &Scenario) -> Vec<bool> {
    let mut reached = vec![false; scenario.steps.len()];
    let mut open = vec![0];
    while let Some(place) = open.pop() {
        let Some(step) = scenario.steps.get(place) else {
            continue;
        };
        if std::mem::replace(&mut reached[place], true) {
            continue;
        }
        let (targets, decided) = targets(&step.on_success);
        open.extend(targets);
        if decided.is_none() {
            open.push(place + 1);
        }
        // Without an action that applies a failure ends the flow.
        open.extend(self::targets(&step.on_failure).0);
    }
    reached
}

/// The steps that a list of actions may go on with, and the action that leaves no other way.
fn targets(actions: &[Action]) -> (Vec<usize>, Option<&Action>) {
    let mut targets = Vec::new();
    for action in actions {
        if let ActionKind::Goto(Destination::Step(place)) = action.kind {
            targets.push(place);
        }
        // A retry gives way to the next action once it is used up.
        let is_retry = matches!(action.kind, ActionKind::Retry { .. });
        if action.criteria.is_empty() && !is_retry {
            return (targets, Some(action));
        }
    }
    (targets, None)
}

/// The first action that always leads away from the step behind it, which then is lost.
fn barrier<'s>(scenario: &'s Scenario, reached: &[bool]) -> Option<&'s Action> {
    let mut places = (0..scenario.steps.len()).filter(|it| reached[*it]);
    places.find_map(|place| {
        let is_lost = reached.get(place + 1) == Some(&false);
        targets(&scenario.steps[place].on_success)
            .1
            .filter(|_| is_lost)
    })
}
