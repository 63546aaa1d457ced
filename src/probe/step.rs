//! A probe as a step of a scenario of its own, so that its answer is judged and told like any other.

use std::sync::Arc;

use crate::contract::{Contract, Operation};
use crate::http::Caller;
use crate::scenario::{Call, Readers, Scenario, SnapshotRules, Step};

/// Where probes stand: beside a step.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The scenario of the step that it stands beside.
    pub(super) scenario: Arc<Scenario>,
    /// The step's place in it.
    pub(super) step: usize,
    /// The steps that called that scenario, and the step.
    pub(super) path: Vec<String>,
}

impl Origin {
    /// Beside the step at that place of a scenario, which these steps called.
    pub fn new(scenario: &Arc<Scenario>, step: usize, callers: &[String]) -> Self {
        let mut path = callers.to_vec();
        path.push(scenario.steps[step].id.clone());
        Self {
            scenario: Arc::clone(scenario),
            step,
            path,
        }
    }

    /// The step that probes stand beside.
    pub(super) fn step(&self) -> &Step {
        &self.scenario.steps[self.step]
    }
}

/// The scenario of one probe: a single step that calls the operation.
pub(super) fn scenario_of(
    origin: &Origin,
    id: &str,
    (contract, operation): (&Arc<Contract>, &Operation),
    caller: Option<Arc<Caller>>,
) -> Arc<Scenario> {
    let beside = origin.step();
    let mut all = contract.operations.iter();
    let place = all.position(|it| it.id == operation.id);
    let step = Step {
        id: id.to_owned(),
        summary: String::new(),
        call: Call::Operation {
            contract: Arc::clone(contract),
            operation: place.unwrap_or(usize::MAX),
            arguments: Vec::new(),
            body: None,
        },
        depends_on: Vec::new(),
        criteria: Vec::new(),
        on_success: Arc::default(),
        on_failure: Arc::default(),
        outputs: Vec::new(),
        caller,
        refused_handshake: false,
        invalid_request: false,
        always: false,
        undo: None,
        timeout: None,
        within: None,
        follows_redirects: None,
        snapshot: SnapshotRules::default(),
        location: beside.location.clone(),
    };
    Arc::new(Scenario {
        api: origin.scenario.api.clone(),
        id: origin.scenario.id.clone(),
        summary: String::new(),
        tags: Vec::new(),
        defaults: Vec::new(),
        inputs: None,
        secrets: Vec::new(),
        run_tag: None,
        steps: vec![step],
        outputs: Vec::new(),
        depends_on: Vec::new(),
        constants: Arc::default(),
        rows: Vec::new(),
        exclusive: None,
        location: beside.location.clone(),
        readers: Readers::default(),
    })
}
