//! What takes away again what a step makes: `x-countersign: {undo: ..}`.

use super::document::Document;
use super::step::{self, Shared};
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::Call;

/// Lowers the call that undoes a step. What the workflow gives all its steps is not given to it.
pub(super) fn lower(
    node: &Node<'_>,
    (made_by, shared): (&Call, &Shared<'_, '_>),
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Call> {
    let fields = ["operationId", "operationPath", "parameters", "requestBody"];
    node.exactly(&fields, problems);
    if made_by.operation().is_none() {
        problems.push(
            node.problem(
                ProblemCode::InvalidValue,
                "`undo` is for a step that calls an operation",
            )
            .with_help("say it in the steps of the workflow that is called"),
        );
        return None;
    }
    let bare = Shared {
        parameters: Vec::new(),
        on_success: [].into(),
        on_failure: [].into(),
        snapshot: shared.snapshot.clone(),
        identity: None,
        ids: shared.ids,
    };
    let call = step::call(node, &bare, document, false, problems)?;
    let (_, operation) = call.operation()?;
    if crate::http::is_safe(&operation.method) {
        let message = format!(
            "`{}` takes nothing away: {}",
            operation.id, operation.method
        );
        problems.push(
            node.problem(ProblemCode::InvalidValue, message)
                .with_help("name the operation that takes away what the step makes"),
        );
        return None;
    }
    Some(call)
}
