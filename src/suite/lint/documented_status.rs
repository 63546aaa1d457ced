//! Whether the contract documents a status that the step awaits.

use super::{Rule, awaited};
use crate::contract::{Contract, Operation};
use crate::problem::{Problem, ProblemCode};
use crate::scenario::Step;
use crate::suite::Api;

pub(super) const RULE: Rule = Rule {
    id: "documented-status",
    summary: "Whether the contract documents a status that the step awaits.",
    examine,
};

/// How many statuses a sentence names.
const NAMED_MAX: usize = 4;

fn examine(api: &Api) -> Vec<Problem> {
    let steps = api.scenarios.iter().flat_map(|it| &it.steps);
    let called = steps.filter_map(|step| Some((step, step.call.operation()?)));
    called
        .filter(|(step, _)| !step.refused_handshake)
        .filter_map(|(step, (contract, operation))| of_step(step, contract, operation))
        .collect()
}

fn of_step(step: &Step, contract: &Contract, operation: &Operation) -> Option<Problem> {
    let statuses = awaited::statuses(step);
    if !awaited::responses(step, operation).is_empty() || operation.responses.is_empty() {
        return None;
    }
    let place = step
        .criteria
        .first()
        .map_or(&step.location, |it| &it.location);
    let problem =
        |message: String| Problem::new(ProblemCode::UndocumentedStatus, place.clone(), message);
    let (id, documented) = (&operation.id, documented(operation));
    if statuses.is_empty() {
        return Some(
            problem(format!(
                "no status satisfies the criteria of the step `{}`",
                step.id
            ))
            .with_help(format!("`{id}` documents {documented}")),
        );
    }
    let also = contract.location(&operation.pointer.join("responses"));
    let awaited = if awaited::is_said(step) {
        format!("the step awaits {}", named(&statuses))
    } else {
        "the step awaits a success".to_owned()
    };
    Some(
        problem(format!("{awaited}, which `{id}` does not document"))
            .with_also(also, format!("it documents {documented}"))
            .with_help("mend the criterion, or document the status in the contract"),
    )
}

/// Statuses in words.
fn named(statuses: &[u16]) -> String {
    match statuses {
        [one] => format!("the status {one}"),
        several if several.len() <= NAMED_MAX => {
            let names: Vec<String> = several.iter().map(u16::to_string).collect();
            format!("one of the statuses {}", names.join(", "))
        }
        [first, .., last] => format!("a status of {first} to {last}"),
        [] => "no status".to_owned(),
    }
}

fn documented(operation: &Operation) -> String {
    let names = operation.responses.iter().map(|it| it.status.to_string());
    names.collect::<Vec<_>>().join(", ")
}
