//! What can be known of requests before anything is sent: those that hold no expression are the same
//! at every time.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Map;

use super::conformance::refusals;
use super::frame::{Entered, Frame};
use super::request;
use super::scope::Scope;
use crate::problem::Problem;
use crate::scenario::{Argument, Body, Call, Scenario};

/// Where requests without an expression break the contract, though their step does not say so.
pub fn foresee(scenario: &Arc<Scenario>) -> Vec<Problem> {
    let frame = Frame::new(Arc::clone(scenario), Map::new(), Entered::Case);
    let workflows = BTreeMap::new();
    let scope = Scope {
        frame: &frame,
        workflows: &workflows,
        called: None,
        exchange: None,
        path: &[],
    };
    let mut problems = Vec::new();
    for step in scenario.steps.iter().filter(|step| !step.invalid_request) {
        let Call::Operation {
            contract,
            operation,
            arguments,
            body,
        } = &step.call
        else {
            continue;
        };
        let Some(operation) = contract.operations.get(*operation) else {
            continue;
        };
        let body = body.as_deref();
        if !is_fixed(arguments, body) {
            continue;
        }
        let given = (arguments.as_slice(), body);
        // What cannot be sent at all has been told when the step was bound.
        if let Ok(prepared) = request::prepare(step, (contract, operation), given, "", &scope) {
            problems.extend(refusals(step, contract, &prepared.violations));
        }
    }
    problems
}

fn is_fixed(arguments: &[Argument], body: Option<&Body>) -> bool {
    let replaced = body
        .into_iter()
        .flat_map(|it| &it.replacements)
        .map(|it| &it.value);
    let values = arguments.iter().map(|it| &it.value);
    let mut payloads = values.chain(body.map(|it| &it.payload)).chain(replaced);
    payloads.all(|payload| payload.expressions().is_empty())
}
