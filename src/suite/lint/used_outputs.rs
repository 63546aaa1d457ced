//! Whether somebody reads each output of a step. The snapshot counts: an output of an answer that it
//! keeps names a value there.

use super::Rule;
use crate::problem::{Problem, ProblemCode};
use crate::scenario::{Call, Expression, Root, SnapshotLevel, Step};
use crate::suite::Api;

pub(super) const RULE: Rule = Rule {
    id: "used-outputs",
    summary: "Whether somebody reads each output of a step.",
    examine,
};

fn examine(api: &Api) -> Vec<Problem> {
    let mut problems = Vec::new();
    for scenario in &api.scenarios {
        for step in &scenario.steps {
            for (name, expression) in &step.outputs {
                let reads = |it: &&Expression| it.reads_output(&step.id, name);
                let is_read = scenario.hands_on(&step.id, name)
                    || scenario.readers(&step.id, name).next().is_some()
                    || step.expressions().iter().any(reads);
                if is_read || names_a_value(step, expression) {
                    continue;
                }
                let within = step.location.of(&format!("{name}: {expression}"));
                let place = within.or_else(|| step.location.of(name));
                let message = format!("nobody reads the output `{name}` of the step `{}`", step.id);
                let at = place.unwrap_or_else(|| step.location.clone());
                problems.push(
                    Problem::new(ProblemCode::UnusedOutput, at, message)
                        .with_help("take it away, or read it in a later step")
                        .as_warning(),
                );
            }
        }
    }
    problems
}

/// Whether the snapshot of the step shows what the output reads.
fn names_a_value(step: &Step, expression: &Expression) -> bool {
    let kept = matches!(
        step.snapshot.body,
        SnapshotLevel::Exact | SnapshotLevel::Shape
    );
    kept && matches!(step.call, Call::Operation { .. })
        && matches!(expression.root, Root::Response(_))
}
