//! What a flow does with the outputs of its steps: sends them, hands them on, compares them.

use crate::scenario::{Call, Expression, Payload, Query, Root, Scenario};

/// By which name a short value is known that a step reads from an output of another one.
pub(super) fn output_name(expression: &Expression) -> Option<String> {
    match &expression.root {
        Root::StepOutput { step, name } if expression.pointer.is_root() => {
            Some(step_output(step, name))
        }
        _ => None,
    }
}

pub(super) fn step_output(step: &str, output: &str) -> String {
    format!("$steps.{step}.outputs.{output}")
}

/// The names by which the value of an output is known when it is short: of what holds it, of the output
/// itself, and of a part of a URL, which nothing in the answer names, the one that the flow gives it.
pub(super) fn known_at<'n>(
    expression: &Expression,
    [holder, own, given]: [&'n str; 3],
) -> Vec<&'n str> {
    let is_part = matches!(expression.query, Some(Query::Hole(_)));
    let given = is_part.then_some(given);
    [holder, own].into_iter().chain(given).collect()
}

fn reads(expression: &Expression, step: &str, output: &str) -> bool {
    matches!(&expression.root, Root::StepOutput { step: from, name } if from == step && name == output)
}

/// Whether a criterion of a step reads an output of another one.
pub(super) fn compares(scenario: &Scenario, step: &str, output: &str) -> bool {
    let others = scenario.steps.iter().filter(|it| it.id != step);
    others
        .flat_map(|it| &it.criteria)
        .any(|it| it.expressions().iter().any(|it| reads(it, step, output)))
}

/// Whether a flow sends an output of one of its steps in a request, or hands it on.
pub(super) fn sends(scenario: &Scenario, step: &str, output: &str) -> bool {
    let is_it = |expression: &Expression| reads(expression, step, output);
    let in_payload = |payload: &Payload| payload.expressions().into_iter().any(is_it);
    let in_call = |call: &Call| match call {
        Call::Operation {
            arguments, body, ..
        } => {
            arguments.iter().any(|argument| in_payload(&argument.value))
                || body.iter().any(|body| {
                    in_payload(&body.payload)
                        || body.replacements.iter().any(|it| in_payload(&it.value))
                })
        }
        Call::Workflow { inputs, .. } => inputs.iter().any(|(_, payload)| in_payload(payload)),
    };
    scenario.steps.iter().any(|step| in_call(&step.call))
        || scenario
            .outputs
            .iter()
            .any(|(_, expression)| is_it(expression))
}
