//! Whether a request is one that the contract allows, before it is sent.

use crate::contract::{Contract, Intent, breaches};
use crate::problem::{Problem, ProblemCode};
use crate::scenario::Step;
use crate::transcript::RequestViolation;

/// The Problems of a request that breaks the contract and does not say so.
pub(super) fn refusals(
    step: &Step,
    contract: &Contract,
    violations: &[RequestViolation],
) -> Vec<Problem> {
    let told = violations.iter().map(|violation| {
        let message = format!("the request breaks the contract: {}", violation.message);
        let place = contract.location(&violation.contract_place);
        Problem::new(ProblemCode::InvalidRequest, step.location.clone(), message)
            .with_also(place, "the contract says so")
            .with_help("mend the step, or say `x-countersign: {request: invalid}`")
    });
    told.collect()
}

/// Where a request breaks the contract.
pub(super) fn violations(intent: &Intent<'_>) -> Vec<RequestViolation> {
    let breaches = breaches(intent).into_iter();
    let violations = breaches.map(|it| RequestViolation {
        message: it.message,
        contract_place: it.contract_place,
    });
    violations.collect()
}
