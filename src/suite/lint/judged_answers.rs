//! Whether the contract says enough of each answer to judge it by.

use super::ContractRule;
use crate::contract::{Contract, MediaContent, Operation};
use crate::problem::{Problem, ProblemCode};

pub(super) const RULE: ContractRule = ContractRule {
    id: "judged-answers",
    summary: "Whether the contract says enough of each answer to judge it by.",
    examine,
};

fn examine(contract: &Contract) -> Vec<Problem> {
    let operations = contract.operations.iter();
    operations
        .flat_map(|it| of_operation(contract, it))
        .collect()
}

fn of_operation(contract: &Contract, operation: &Operation) -> Vec<Problem> {
    let (id, mut problems) = (&operation.id, Vec::new());
    if operation.responses.is_empty() {
        let place = contract.location(&operation.pointer.join("responses"));
        let message = format!("`{id}` documents no response, so every answer is a finding");
        problems.push(
            Problem::new(ProblemCode::Untestable, place, message)
                .with_help("document the answers that a client must expect")
                .as_warning(),
        );
    }
    for response in &operation.responses {
        for content in response.content.iter().filter(|it| says_nothing(it)) {
            let (status, range) = (response.status, &content.range);
            let message =
                format!("the answer {status} of `{id}` is {range}, of which nothing is said");
            problems.push(
                Problem::new(
                    ProblemCode::Untestable,
                    contract.location(&content.pointer),
                    message,
                )
                .with_help("add a `schema`, so that the body can be judged")
                .as_warning(),
            );
        }
    }
    problems
}

fn says_nothing(content: &MediaContent) -> bool {
    let media_type = content.range.as_media_type();
    content.schema.is_none() && media_type.is_some_and(|it| it.is_json())
}
