//! What can be known of requests before anything is sent: those that hold no expression are the same
//! at every time.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::conformance::refusals;
use super::frame::{Entered, Frame};
use super::request::{self, Unprepared};
use super::scope::Scope;
use crate::problem::Problem;
use crate::scenario::{Argument, Body, Call, Expression, Root, Scenario};

/// Where requests without an expression cannot be sent, or break the contract though their step does
/// not say so.
pub fn foresee(scenario: &Arc<Scenario>) -> Vec<Problem> {
    foresee_where(scenario, Map::new(), |read, _| read.is_empty())
}

/// Where requests that read nothing but inputs break the contract, when these have their defaults.
pub fn foresee_defaults(scenario: &Arc<Scenario>) -> Vec<Problem> {
    let is_known = |expression: &&Expression, inputs: &Map<String, Value>| match &expression.root {
        Root::Input(name) => inputs.contains_key(name),
        _ => false,
    };
    let defaults = scenario.defaults.iter().cloned().collect();
    foresee_where(scenario, defaults, |read, inputs| {
        !read.is_empty() && read.iter().all(|it| is_known(it, inputs))
    })
}

/// Where requests break the contract whose expressions are of a certain kind.
fn foresee_where(
    scenario: &Arc<Scenario>,
    inputs: Map<String, Value>,
    is_meant: impl Fn(&[&Expression], &Map<String, Value>) -> bool,
) -> Vec<Problem> {
    let frame = Frame::new(Arc::clone(scenario), inputs, Entered::Case);
    let workflows = BTreeMap::new();
    let scope = Scope {
        frame: &frame,
        workflows: &workflows,
        called: None,
        exchange: None,
        path: &[],
    };
    let mut problems = Vec::new();
    for step in &scenario.steps {
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
        if !is_meant(&read(arguments, body), &frame.inputs) {
            continue;
        }
        let given = (arguments.as_slice(), body);
        match request::prepare(step, (contract, operation), given, "", &scope) {
            Ok(prepared) if !step.invalid_request => {
                problems.extend(refusals(step, contract, &prepared.violations));
            }
            Ok(_) | Err(Unprepared::Missing(_)) => {}
            Err(Unprepared::Wrong(problem)) => problems.push(*problem),
        }
    }
    problems
}

/// Every expression of a request.
fn read<'r>(arguments: &'r [Argument], body: Option<&'r Body>) -> Vec<&'r Expression> {
    let replaced = body
        .into_iter()
        .flat_map(|it| &it.replacements)
        .map(|it| &it.value);
    let values = arguments.iter().map(|it| &it.value);
    let payloads = values.chain(body.map(|it| &it.payload)).chain(replaced);
    payloads.flat_map(|payload| payload.expressions()).collect()
}
