//! Workflows that call workflows: how the Machine enters one and comes back from it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::actions::Waited;
use super::answer::read_outputs;
use super::criteria;
use super::frame::{Entered, Frame};
use super::machine::Machine;
use super::scope::Scope;
use crate::plan::find;
use crate::problem::{Problem, ProblemCode};
use crate::scenario::{Expression, Payload, Scenario};
use crate::transcript::{End, Outcome};

/// How deep workflows may call workflows.
const CALLS_MAX: usize = 16;

/// How many steps of a workflow may wait to be tried again while another one is played for them.
const ROUNDS_MAX: usize = 16;

impl Machine {
    pub(super) fn enter(&mut self, workflow: &str, inputs: Map<String, Value>, entered: Entered) {
        let found = find(&self.library.scenarios, &self.case.api, workflow).cloned();
        let Some(scenario) = found else {
            // Refused when the scenario was bound.
            self.abandon(
                End::Stopped(format!("there is no workflow `{workflow}`")),
                "it is missing",
            );
            return;
        };
        if self.frames.len() >= CALLS_MAX {
            let limit = format!("workflows call each other more than {CALLS_MAX} deep");
            self.abandon(End::Stopped(limit), "the flow was stopped");
            return;
        }
        let mut all: Map<String, Value> = scenario.defaults.iter().cloned().collect();
        all.extend(inputs);
        if let Some(problem) = wrong_inputs(&scenario, &all) {
            self.refuse(vec![problem]);
            return;
        }
        self.frames.push(Frame::new(scenario, all, entered));
    }

    /// Leaves the innermost workflow, and goes on in the one that called it; with the pause before the
    /// call is tried again when it is.
    pub(super) fn leave(&mut self) -> Option<Duration> {
        let frame = self.frames.last().expect("there is a frame to leave");
        let scenario = Arc::clone(&frame.scenario);
        let outputs = self.with_scope(None, None, |scope| read_outputs(&scenario.outputs, scope));
        self.note_leave();
        let frame = self.frames.pop().expect("there is a frame to leave");
        if let Some((workflow, inputs)) = frame.then.filter(|_| self.end.is_none()) {
            self.enter(&workflow, inputs, frame.entered);
            return None;
        }
        if let Some(caller) = self.frames.last_mut() {
            caller.undecided.extend(frame.causes);
        }
        match frame.entered {
            Entered::Case => {
                self.case_outputs = outputs;
                None
            }
            Entered::BeforeRetry => None,
            Entered::Call => self.come_back(frame.failed, outputs),
        }
    }

    /// Ends the step that called a workflow, with what the workflow handed on; or has it tried again,
    /// after the pause that is returned.
    fn come_back(&mut self, failed: bool, called: Map<String, Value>) -> Option<Duration> {
        let frame = self.frames.last().expect("a call has a caller");
        let scenario = Arc::clone(&frame.scenario);
        let step = &scenario.steps[frame.at];
        let (unmet, own, chosen) = self.with_scope(None, Some(&called), |scope| {
            // What a flow that failed has not handed on is no news.
            let unmet = if failed {
                Vec::new()
            } else {
                criteria::unmet(&step.criteria, scope)
            };
            let holds = !failed && unmet.is_empty();
            let own = read_outputs(&step.outputs, scope);
            (
                unmet,
                own,
                self.choose(step, holds, Waited::default(), scope),
            )
        });
        let given_up = failed && !matches!(self.end, None | Some(End::Failed(_)));
        if given_up {
            let tearing_down = frame.teardown.is_some();
            self.record(
                Outcome::NotRun("the flow that it called was given up".to_owned()),
                called,
            );
            if !tearing_down {
                self.end_flow(true);
            }
            return None;
        }
        let mut outputs = called;
        outputs.extend(own);
        let holds = !failed && unmet.is_empty();
        if let Some(frame) = self.frames.last_mut() {
            frame.unmet = unmet;
        }
        self.act(chosen, holds, outputs, None)
    }

    /// Goes over to another workflow for good, once the `always` steps of this one are played.
    pub(super) fn go_over(&mut self, workflow: &str, inputs: Map<String, Value>) {
        self.end_flow(false);
        if let Some(frame) = self.frames.last_mut() {
            frame.then = Some((workflow.to_owned(), inputs));
        }
    }

    /// Plays another step of this workflow, and comes back to the one at hand to try it again.
    pub(super) fn go_round(&mut self, first: usize) {
        let frame = self.frames.last_mut().expect("a step belongs to a frame");
        if frame.rounds.len() >= ROUNDS_MAX {
            let limit = format!("retries wait for each other more than {ROUNDS_MAX} deep");
            self.abandon(End::Stopped(limit), "the flow was stopped");
            return;
        }
        frame.go_round(first);
    }

    /// Comes back to the step that the one at hand was played for; whether there is one.
    pub(super) fn come_round(&mut self) -> bool {
        let frame = self.frames.last_mut().expect("a step belongs to a frame");
        frame.come_round()
    }

    /// Ends the steps that wait for the one at hand: they are not tried again.
    pub(super) fn give_up_rounds(&mut self, outcome: &Outcome) {
        while self.come_round() {
            self.record(outcome.clone(), Map::new());
        }
    }
}

/// The inputs of a workflow.
///
/// # Errors
/// With the expression that has no value.
pub(super) fn fill_inputs(
    inputs: &[(String, Payload)],
    scope: &Scope<'_>,
) -> Result<Map<String, Value>, Expression> {
    let mut filled = Map::new();
    for (name, payload) in inputs {
        match scope.fill(payload) {
            Ok(value) => filled.insert(name.clone(), value.into_value()),
            Err(expression) => return Err(expression.clone()),
        };
    }
    Ok(filled)
}

/// What is wrong with the inputs of a workflow.
pub(super) fn wrong_inputs(scenario: &Scenario, inputs: &Map<String, Value>) -> Option<Problem> {
    let violations = scenario
        .inputs
        .as_ref()?
        .violations(&Value::Object(inputs.clone()));
    let violation = violations.iter().next()?;
    let place = violation.instance.as_str().trim_start_matches('/');
    let which = if place.is_empty() {
        "the inputs".to_owned()
    } else {
        format!("the input `{place}`")
    };
    let is_secret = scenario.secrets.iter().any(|it| it == place);
    let why = if is_secret {
        "its schema says otherwise"
    } else {
        &violation.message
    };
    let message = format!("{which} of `{}` cannot be used: {why}", scenario.id);
    Some(
        Problem::new(
            ProblemCode::InvalidValue,
            scenario.location.clone(),
            message,
        )
        .with_help("mend the value where it is given, or the schema under `inputs`"),
    )
}
