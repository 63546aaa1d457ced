//! The tries of a flow before the last one, which the case itself tells.

use serde::Serialize;

use super::{FindingObject, StepObject};
use crate::report::{CaseReport, verdict_words};

#[derive(Serialize)]
pub(super) struct TryObject<'c> {
    verdict: &'static str,
    reason: Option<&'c str>,
    steps: Vec<StepObject<'c>>,
    findings: Vec<FindingObject<'c>>,
}

impl<'c> TryObject<'c> {
    /// Those of a case.
    pub(super) fn all(case: &'c CaseReport) -> Vec<Self> {
        let earlier = case.tries.earlier.iter();
        earlier.map(Self::of).collect()
    }

    fn of(case: &'c CaseReport) -> Self {
        let (verdict, reason) = verdict_words(&case.verdict);
        let findings = case.findings.iter();
        Self {
            verdict,
            reason,
            steps: case.steps.iter().map(StepObject::of).collect(),
            findings: findings.map(|it| FindingObject::of(it, case)).collect(),
        }
    }
}
