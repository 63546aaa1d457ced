//! The Transcript: what was asked and answered in one case, and how each step ended.
//!
//! Whoever recorded it, whether live or from a record, it is judged in the same way: checks,
//! snapshots and reports read a Transcript and nothing else of a run.

mod body;
mod period;

pub use body::{BodyFault, BodyFaultKind, Content, Received, read_xml};
pub use period::Period;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::http::Exchange;
use crate::json::Pointer;
use crate::problem::Problem;
use crate::scenario::{Scenario, Step};
use crate::world::TargetError;

/// What happened in one case.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// What was played.
    pub scenario: Arc<Scenario>,
    /// The inputs, defaults included.
    pub inputs: Map<String, Value>,
    /// The steps in the order in which they ended, those of called workflows included.
    pub steps: Vec<StepRecord>,
    /// What the workflow hands on.
    pub outputs: Map<String, Value>,
    /// How it ended.
    pub end: End,
}

/// How a flow ended.
#[derive(Debug, Clone)]
pub enum End {
    /// By its last step, or by an action that says so after a success.
    Completed,
    /// By a step that failed, whose record has this place.
    Failed(usize),
    /// The target gave no answer.
    Lost(TargetError),
    /// A request was not sent, because the scenario asks for what it may not.
    Refused(Vec<Problem>),
    /// A limit was hit; the text says which.
    Stopped(String),
    /// Somebody asked the run to stop.
    Interrupted,
}

/// What happened in one step.
#[derive(Debug, Clone)]
pub struct StepRecord {
    /// The scenario that the step belongs to.
    pub scenario: Arc<Scenario>,
    /// Its place in that scenario.
    pub step: usize,
    /// The steps that called that scenario, outermost first; empty for a step of the case itself.
    pub callers: Vec<String>,
    /// What was sent and what came back, every try; empty for a step that calls a workflow.
    pub attempts: Vec<Attempt>,
    /// When it was asked again because the server turned it away for a while.
    pub waits: Vec<Wait>,
    /// The criteria that did not hold, of a step that calls a workflow which did not fail; those of
    /// other steps stand with their tries.
    pub unmet: Vec<Unmet>,
    /// What it hands on.
    pub outputs: Map<String, Value>,
    /// How it ended.
    pub outcome: Outcome,
    /// From its first request to its last answer; none where it sent nothing, or nobody knows.
    pub period: Option<Period>,
}

/// A pause that a server asked for, with an answer that nobody reckoned with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The status of the answer.
    pub status: u16,
    /// How long was waited.
    pub pause: Duration,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// All its criteria held.
    Succeeded,
    /// Some did not, and an action took the flow elsewhere.
    Diverted,
    /// Some did not.
    Failed,
    /// It was not played; the text says why.
    NotRun(String),
}

/// One request with its answer.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// What was sent and what came back.
    pub exchange: Exchange,
    /// The body of the response, decoded.
    pub received: Received,
    /// The criteria that did not hold.
    pub unmet: Vec<Unmet>,
    /// Where the request breaks the contract; only a step that says so sends such a request.
    pub broken_request: Vec<RequestViolation>,
}

/// A criterion that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// Its place in the step's list; none for the rule that applies where there is no list.
    pub criterion: Option<usize>,
    /// What was read instead, in words.
    pub actual: String,
    /// The place in the response's body that it read, when it read one.
    pub place: Option<Pointer>,
}

/// Where a request breaks the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestViolation {
    /// What is wrong.
    pub message: String,
    /// The place in the contract.
    pub contract_place: Pointer,
}

impl StepRecord {
    /// The step as the scenario has it.
    pub fn definition(&self) -> &Step {
        &self.scenario.steps[self.step]
    }

    /// Its name from the case's point of view: `caller/step`.
    pub fn path(&self) -> Cow<'_, str> {
        let own = self.definition().id.as_str();
        if self.callers.is_empty() {
            return Cow::Borrowed(own);
        }
        let length = self.callers.iter().map(|it| it.len() + 1).sum::<usize>();
        let mut path = String::with_capacity(length + own.len());
        for caller in &self.callers {
            path.push_str(caller);
            path.push('/');
        }
        Cow::Owned(path + own)
    }

    /// The last try, which decided how the step ended.
    pub fn last(&self) -> Option<&Attempt> {
        self.attempts.last()
    }
}
