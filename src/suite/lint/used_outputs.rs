//! Whether somebody reads each output of a step. The snapshot counts: an output of an answer that it
//! keeps names a value there.

use super::Rule;
use crate::problem::{Problem, ProblemCode};
use crate::scenario::{Action, Call, Criterion, Expression, Root, Scenario, SnapshotLevel, Step};
use crate::suite::Api;

pub(super) const RULE: Rule = Rule {
    id: "used-outputs",
    summary: "Whether somebody reads each output of a step.",
    examine,
};

fn examine(api: &Api) -> Vec<Problem> {
    let mut problems = Vec::new();
    for scenario in &api.scenarios {
        let read = read_by(scenario);
        for step in &scenario.steps {
            for (name, expression) in &step.outputs {
                let is_read = read.iter().any(|it| reads(it, &step.id, name));
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

/// Every expression of a scenario.
fn read_by(scenario: &Scenario) -> Vec<&Expression> {
    let mut all: Vec<&Expression> = scenario.outputs.iter().map(|(_, it)| it).collect();
    for step in &scenario.steps {
        all.extend(super::sent(step).into_iter().map(|(it, _)| it));
        all.extend(step.criteria.iter().flat_map(Criterion::expressions));
        all.extend(step.outputs.iter().map(|(_, it)| it));
        let actions = step.on_success.iter().chain(step.on_failure.iter());
        let criteria = actions.flat_map(|Action { criteria, .. }| criteria);
        all.extend(criteria.flat_map(Criterion::expressions));
    }
    all
}

fn reads(expression: &Expression, step: &str, output: &str) -> bool {
    let Root::StepOutput { step: from, name } = &expression.root else {
        return false;
    };
    // An output may be read into: `$steps.a.outputs.b.c`.
    let first = name.split('.').next();
    from == step && (name == output || first == Some(output))
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
