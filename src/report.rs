//! Reports: what a run came to, in the forms that people and machines read.
//!
//! A report holds no time and no random value: the same run gives the same bytes, whatever the
//! number of workers. Cases are written one by one, in the order of the plan, so that a long run
//! needs no memory for what is already told.

use std::sync::Arc;

use crate::check::Finding;
use crate::problem::Problem;
use crate::scenario::Scenario;
use crate::snapshot::SnapshotChange;
use crate::verdict::Verdict;

/// What one case came to.
#[derive(Debug, Clone)]
pub struct CaseReport {
    /// The name that selects it: `api::workflow`.
    pub path: String,
    /// What was played.
    pub scenario: Arc<Scenario>,
    /// How it ended.
    pub verdict: Verdict,
    /// Its steps in the order of the flow, those of called workflows included, and after them those
    /// that were not played.
    pub steps: Vec<StepReport>,
    /// What was found, in the order of the steps.
    pub findings: Vec<Finding>,
    /// What differs from the approved snapshot.
    pub change: Option<SnapshotChange>,
    /// What is wrong with the scenario itself, and only showed when it was played.
    pub problems: Vec<Problem>,
}

/// What one step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    /// Its name from the case's point of view: `caller/step`.
    pub path: String,
    /// The operation that it calls; empty for a call of a workflow.
    pub operation: String,
    /// How it ended.
    pub outcome: StepOutcome,
    /// The last exchange, when it is worth showing: for a step with findings.
    pub shown: Option<ShownExchange>,
    /// Method and path of the request with the status of the last answer, such as
    /// `GET /images -> 200`; empty when nothing was sent.
    pub line: String,
}

/// How a step ended, for counting: passed + failed + not run = all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepOutcome {
    /// It was played and has no finding that weighs as an error.
    Passed,
    /// It was played and has one, or its criteria did not hold.
    Failed,
    /// It was not played; the text says why.
    NotRun(String),
}

/// An exchange as it is shown to a person, with what is secret taken out and what is long cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownExchange {
    /// A command line that sends the same request again.
    pub curl: String,
    /// The status and the header fields of the response, a line each.
    pub head: Vec<String>,
    /// The body of the response: canonical JSON, text, or a description of bytes.
    pub body: String,
}

/// What a run came to as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many cases were selected.
    pub selected: usize,
    /// Cases without any finding.
    pub passed: usize,
    /// Cases with findings.
    pub failed: usize,
    /// Cases whose snapshot is new or changed within the contract.
    pub needs_review: usize,
    /// Cases that could not be played to their end.
    pub broken: usize,
    /// Cases that were not played.
    pub skipped: usize,
    /// Steps that passed.
    pub steps_passed: usize,
    /// Steps that failed.
    pub steps_failed: usize,
    /// Steps that were not played.
    pub steps_not_run: usize,
    /// Findings that weigh as errors.
    pub errors: usize,
    /// Findings that weigh as warnings.
    pub warnings: usize,
}
