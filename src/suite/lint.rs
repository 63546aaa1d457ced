//! What can be known of an API without sending a request, beyond whether its files can be read.
//!
//! One file per rule, each with one question; [`RULES`] lists those that look at an API as a whole, and
//! [`CONTRACT_RULES`] those that need its contract alone. What a rule cannot know, it does not tell: a
//! schema that leaves something open is no reason for a word.

mod agreeing_types;
mod awaited;
mod declared_reads;
mod documented_status;
mod identities;
mod judged_answers;
mod named_encodings;
mod reachable_steps;
mod reading;
mod settled_rules;
mod true_examples;
mod used_outputs;
mod whole_requests;

pub(super) use awaited::statuses as awaited_statuses;

use super::Api;
use super::compile::{compile_contract, unmapped, unnamed};
use super::load::Suite;
use crate::contract::Contract;
use crate::problem::Problem;
use crate::scenario::{Call, Expression, Step};
use crate::source::Location;

/// One question to an API as a whole.
pub struct Rule {
    /// Its name.
    pub id: &'static str,
    /// What it asks, in a sentence.
    pub summary: &'static str,
    examine: fn(&Api) -> Vec<Problem>,
}

/// One question to a contract.
pub struct ContractRule {
    /// Its name.
    pub id: &'static str,
    /// What it asks, in a sentence.
    pub summary: &'static str,
    examine: fn(&Contract) -> Vec<Problem>,
}

/// Every question to an API as a whole.
pub const RULES: &[Rule] = &[
    documented_status::RULE,
    declared_reads::RULE,
    agreeing_types::RULE,
    whole_requests::RULE,
    reachable_steps::RULE,
    used_outputs::RULE,
    settled_rules::RULE,
    identities::RULE,
];

/// Every question to a contract.
pub const CONTRACT_RULES: &[ContractRule] = &[
    judged_answers::RULE,
    named_encodings::RULE,
    true_examples::RULE,
];

/// Everything that is worth a word about a suite that was loaded.
pub fn lint(suite: &Suite) -> Vec<Problem> {
    let mut problems = Vec::new();
    for api in &suite.apis {
        let found = lint_contract(&api.contract);
        // What is said of schemas that are none would be said in vain.
        let is_sound = found.iter().all(|it| !it.is_error());
        problems.extend(found);
        if is_sound {
            problems.extend(RULES.iter().flat_map(|rule| (rule.examine)(api)));
        }
    }
    problems.dedup();
    problems
}

/// Everything that is worth a word about a contract by itself.
pub fn lint_contract(contract: &Contract) -> Vec<Problem> {
    let mut problems = compile_contract(contract);
    if problems.is_empty() {
        let rules = CONTRACT_RULES.iter();
        problems.extend(rules.flat_map(|rule| (rule.examine)(contract)));
        problems.extend(unmapped_somewhere(contract));
    }
    problems
}

/// What cannot be mapped to XML, of operations that nobody may call, and what has no name there.
fn unmapped_somewhere(contract: &Contract) -> Vec<Problem> {
    let of = |it| {
        let unmapped = unmapped(contract, it).into_iter();
        unmapped.chain(unnamed(contract, it))
    };
    let problems = contract.operations.iter().flat_map(of);
    let mut problems: Vec<Problem> = problems.map(Problem::as_warning).collect();
    problems.sort_by(|left, right| left.location.cmp(&right.location));
    problems.dedup();
    problems
}

/// The expressions that a step sends or hands to a workflow, with the places that they stand in.
fn sent(step: &Step) -> Vec<(&Expression, &Location)> {
    let mut all = Vec::new();
    match &step.call {
        Call::Operation {
            arguments, body, ..
        } => {
            for argument in arguments {
                let read = argument.value.expressions().into_iter();
                all.extend(read.map(|it| (it, &argument.location)));
            }
            if let Some(body) = body {
                let replaced = body.replacements.iter().map(|it| &it.value);
                let values = [&body.payload].into_iter().chain(replaced);
                let read = values.flat_map(|it| it.expressions());
                all.extend(read.map(|it| (it, &body.location)));
            }
        }
        Call::Workflow { inputs, .. } => {
            let read = inputs.iter().flat_map(|(_, it)| it.expressions());
            all.extend(read.map(|it| (it, &step.location)));
        }
    }
    all
}

#[cfg(test)]
mod tests;
