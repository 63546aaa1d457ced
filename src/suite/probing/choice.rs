//! Which step of which flow varies the requests of an operation.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::equal;
use crate::plan::{Case, Plan};
use crate::probe::{Success, Ways};
use crate::scenario::{Comparison, Condition, Criterion, CriterionKind, Operand, Part, Root, Step};
use crate::suite::lint::awaited_statuses;

/// By API and operation the case that varies it, with the place of the step.
pub(super) type Varies = BTreeMap<(String, String), (String, usize)>;

/// The flow that varies each operation: the first of the plan that has a step of its own for it which awaits
/// a success, and that can be played again. Which one that is hangs on the plan alone.
pub(super) fn who_varies<'w>(
    plan: &Plan,
    is_awaited: impl Fn(&Case) -> bool,
    ways: impl Fn(&Case) -> &'w Ways,
) -> Varies {
    let mut varies = Varies::new();
    for case in &plan.cases {
        let scenario = &case.scenario;
        if is_awaited(case) {
            continue;
        }
        for (place, step) in scenario.steps.iter().enumerate() {
            let Some((_, operation)) = step.call.operation() else {
                continue;
            };
            let key = (scenario.api.clone(), operation.id.clone());
            if step.invalid_request
                || step.always
                || step.refused_handshake
                || varies.contains_key(&key)
            {
                continue;
            }
            if awaits_success(step, ways(case)) {
                varies.insert(key, (case.id.clone(), place));
            }
        }
    }
    varies
}

/// Whether a step awaits a success, also where the status says nothing of it.
fn awaits_success(step: &Step, ways: &Ways) -> bool {
    let statuses = awaited_statuses(step);
    let is_said_yes = |success: &Success| {
        let mut values = success.values.iter();
        values.any(|value| {
            let mut criteria = step.criteria.iter();
            !criteria.any(|it| is_broken(it, (success, value)))
        })
    };
    statuses.iter().all(|it| (200..400).contains(it))
        && ways.success.as_ref().is_none_or(is_said_yes)
}

/// Whether an answer breaks a criterion that has this value where it says of success.
fn is_broken(criterion: &Criterion, said: (&Success, &Value)) -> bool {
    match &criterion.kind {
        CriterionKind::Simple(condition) => holds(condition, said) == Some(false),
        _ => false,
    }
}

/// Whether a condition holds of such an answer; none where that hangs on more of it.
fn holds(condition: &Condition, said: (&Success, &Value)) -> Option<bool> {
    let all = |list: &[Condition], wanted: bool| {
        let known: Vec<_> = list.iter().map(|it| holds(it, said)).collect();
        if known.contains(&Some(wanted)) {
            return Some(wanted);
        }
        known.iter().all(Option::is_some).then_some(!wanted)
    };
    match condition {
        Condition::Any(list) => all(list, true),
        Condition::All(list) => all(list, false),
        Condition::Not(inner) => holds(inner, said).map(|it| !it),
        Condition::Compare(left, Comparison::Equal, right) => is_equal(left, right, said),
        Condition::Compare(left, Comparison::NotEqual, right) => {
            is_equal(left, right, said).map(|it| !it)
        }
        Condition::Compare(..) | Condition::Truth(_) => None,
    }
}

fn is_equal(left: &Operand, right: &Operand, said: (&Success, &Value)) -> Option<bool> {
    let (success, value) = said;
    match (left, right) {
        (Operand::Expression(it), Operand::Literal(literal))
        | (Operand::Literal(literal), Operand::Expression(it)) => {
            let is_it = it.root == Root::Response(Part::Body)
                && it.pointer == success.place
                && it.query.is_none();
            is_it.then(|| equal(literal, value))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::json::Pointer;

    fn is_kept(condition: &str, value: &Value) -> Option<bool> {
        let success = Success {
            place: Pointer::parse("/code").expect("a pointer"),
            values: vec![value.clone()],
        };
        let condition = Condition::parse(condition).expect("the test's own condition");
        holds(&condition, (&success, value))
    }

    #[test]
    fn what_a_criterion_says_of_success_is_known() {
        for (condition, expected) in [
            ("$response.body#/code == 0", Some(true)),
            ("0 == $response.body#/code", Some(true)),
            ("$response.body#/code == 7", Some(false)),
            ("$response.body#/code != 0", Some(false)),
            ("!($response.body#/code == 7)", Some(true)),
            (
                "$response.body#/code == 7 || $response.body#/code == 0",
                Some(true),
            ),
            (
                "$response.body#/code == 7 && $response.body#/a == 1",
                Some(false),
            ),
            // It hangs on more than that.
            ("$response.body#/code == 7 || $response.body#/a == 1", None),
            ("$response.body#/code > 7", None),
            ("$response.body#/other == 7", None),
            ("$statusCode == 404", None),
        ] {
            assert_eq!(is_kept(condition, &json!(0)), expected, "{condition}");
        }
    }
}
