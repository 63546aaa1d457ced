//! The statuses that a step lets pass, and the documented answers that have them.
//!
//! Every criterion is asked of every status: yes, no, or not without the rest of the answer. What
//! cannot be known counts as yes, so that too many answers are looked at and not too few.

use std::borrow::Cow;

use serde_json::{Number, Value};

use crate::contract::{Operation, Response};
use crate::json::number;
use crate::scenario::{
    Comparison, Condition, Criterion, CriterionKind, Operand, Pattern, Root, Step,
};

/// The statuses that there are (`RFC 9110 §15`).
const STATUSES: std::ops::RangeInclusive<u16> = 100..=599;

/// The statuses with which the step may succeed.
pub(in crate::suite) fn statuses(step: &Step) -> Vec<u16> {
    let is_awaited = |status: &u16| {
        if step.criteria.is_empty() {
            // Without criteria a documented success is awaited.
            return (200..400).contains(status);
        }
        let status = Number::from(*status);
        step.criteria
            .iter()
            .all(|it| allows(it, &status) != Some(false))
    };
    STATUSES.filter(is_awaited).collect()
}

/// Whether the step says anything of the status.
pub(super) fn is_said(step: &Step) -> bool {
    let mut read = step.criteria.iter().flat_map(Criterion::expressions);
    read.any(|it| it.root == Root::StatusCode)
}

/// The documented answers with which the step may succeed, each once.
pub(super) fn responses<'o>(step: &Step, operation: &'o Operation) -> Vec<&'o Response> {
    let mut found: Vec<&Response> = Vec::new();
    for status in statuses(step) {
        if let Some(response) = operation.response(status)
            && !found.iter().any(|it| std::ptr::eq(*it, response))
        {
            found.push(response);
        }
    }
    found
}

fn allows(criterion: &Criterion, status: &Number) -> Option<bool> {
    match &criterion.kind {
        CriterionKind::Simple(condition) => holds(condition, status),
        CriterionKind::Regex {
            context,
            pattern: Pattern::Fixed(pattern),
        } if context.root == Root::StatusCode => Some(pattern.is_match(status.as_str())),
        _ => None,
    }
}

fn holds(condition: &Condition, status: &Number) -> Option<bool> {
    match condition {
        Condition::Any(list) => {
            let known: Vec<_> = list.iter().map(|it| holds(it, status)).collect();
            if known.contains(&Some(true)) {
                return Some(true);
            }
            known.iter().all(Option::is_some).then_some(false)
        }
        Condition::All(list) => {
            let known: Vec<_> = list.iter().map(|it| holds(it, status)).collect();
            if known.contains(&Some(false)) {
                return Some(false);
            }
            known.iter().all(Option::is_some).then_some(true)
        }
        Condition::Not(inner) => holds(inner, status).map(|it| !it),
        Condition::Compare(left, comparison, right) => {
            let (left, right) = (value(left, status)?, value(right, status)?);
            Some(compare(&left, *comparison, &right))
        }
        Condition::Truth(Operand::Literal(value)) => Some(*value == Value::Bool(true)),
        Condition::Truth(Operand::Expression(_)) => None,
    }
}

/// A value as a number; of other literals no status is known to be equal.
fn value<'v>(operand: &'v Operand, status: &'v Number) -> Option<Cow<'v, Number>> {
    match operand {
        Operand::Expression(it) if it.root == Root::StatusCode => Some(Cow::Borrowed(status)),
        Operand::Literal(Value::Number(number)) => Some(Cow::Borrowed(number)),
        Operand::Literal(Value::String(text)) => serde_json::from_str(text).ok().map(Cow::Owned),
        Operand::Expression(_) | Operand::Literal(_) => None,
    }
}

fn compare(left: &Number, comparison: Comparison, right: &Number) -> bool {
    comparison.holds(number::compare(left, right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(condition: &str) -> Vec<u16> {
        let condition = Condition::parse(condition).expect("the test's own condition");
        let statuses = [200, 204, 302, 404, 500];
        let is_allowed = |status: &u16| holds(&condition, &Number::from(*status)) != Some(false);
        statuses.into_iter().filter(is_allowed).collect()
    }

    #[test]
    fn what_can_be_known_is_known() {
        for (condition, expected) in [
            ("$statusCode == 200", vec![200]),
            ("$statusCode == '404'", vec![404]),
            ("$statusCode >= 200 && $statusCode < 300", vec![200, 204]),
            ("!($statusCode < 400)", vec![404, 500]),
            ("$statusCode == 200 || $statusCode == 404", vec![200, 404]),
            ("500 == $statusCode && $response.body#/a == 1", vec![500]),
            ("$statusCode == 200 && $statusCode == 404", vec![]),
            ("false", vec![]),
        ] {
            assert_eq!(allowed(condition), expected, "{condition}");
        }
    }

    #[test]
    fn what_hangs_on_the_rest_of_the_answer_is_left_open() {
        let all = [200, 204, 302, 404, 500];
        for condition in [
            "$response.body#/a == 1",
            "$statusCode == 200 || $response.body#/a == 1",
            "$statusCode == $inputs.status",
            "!($response.body#/a == 1)",
            "$inputs.yes",
        ] {
            assert_eq!(allowed(condition), all, "{condition}");
        }
    }
}
