//! Which waivers a run could have needed, and which of them it did.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::report::{CaseReport, StepOutcome};
use crate::verdict::Verdict;

/// A waiver for the target of a run that plays all flows of its API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredWaiver {
    /// The API.
    pub api: String,
    /// The operation whose answers it is about.
    pub operation: String,
    /// Where it is declared: file and line.
    pub at: String,
    /// Its last day.
    pub expires: String,
    /// Whether that was over when the run began.
    pub has_expired: bool,
}

/// What a run says of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaiverUse {
    /// Something was found that it is about.
    Needed,
    /// The operation was called wherever it is, and nothing was found that it is about.
    Stale,
    /// Not every call of the operation was answered: the run cannot tell.
    Unknown,
}

/// Counts, case by case, what becomes of waivers.
#[derive(Debug, Clone, Default)]
pub struct WaiverTally {
    waivers: Vec<Counted>,
}

#[derive(Debug, Clone)]
struct Counted {
    declared: DeclaredWaiver,
    is_needed: bool,
    is_called: bool,
    /// Whether a call of the operation may be missing.
    is_missed: bool,
}

impl WaiverTally {
    /// Begins with the waivers that a run could need.
    pub fn new(declared: &[DeclaredWaiver]) -> Self {
        let counted = |it: &DeclaredWaiver| Counted {
            declared: it.clone(),
            is_needed: false,
            is_called: false,
            is_missed: false,
        };
        Self {
            waivers: declared.iter().map(counted).collect(),
        }
    }

    /// Takes one more case in, with the tries before its last one.
    pub fn add(&mut self, case: &CaseReport) {
        if self.waivers.is_empty() {
            return;
        }
        let tries = case.tries.earlier.iter().chain([case]);
        let findings = tries.flat_map(|it| &it.findings);
        let needed: BTreeSet<&str> = findings
            .filter_map(|it| Some(it.waiver.as_ref()?.at.as_str()))
            .collect();
        for it in &mut self.waivers {
            if it.declared.api == case.api {
                it.is_needed |= needed.contains(it.declared.at.as_str());
                it.count_calls(case);
            }
        }
    }

    /// What the run says of each waiver.
    pub fn uses(&self) -> impl Iterator<Item = (&DeclaredWaiver, WaiverUse)> {
        self.waivers.iter().map(|it| {
            let told = match (it.is_needed, it.is_called && !it.is_missed) {
                (true, _) => WaiverUse::Needed,
                (false, true) => WaiverUse::Stale,
                (false, false) => WaiverUse::Unknown,
            };
            (&it.declared, told)
        })
    }
}

impl Counted {
    fn count_calls(&mut self, case: &CaseReport) {
        // What such a flow did not play, it did not need to.
        let is_whole = matches!(case.verdict, Verdict::Passed | Verdict::NeedsReview);
        // What was probed in part may have hidden anything.
        let probes = case.probes.as_ref();
        self.is_missed |= probes.is_some_and(|it| it.ended_early.is_some());
        for step in &case.steps {
            let is_own = step.operation == self.declared.operation;
            let is_played = !matches!(step.outcome, StepOutcome::NotRun(_));
            self.is_called |= is_own && is_played;
            // A workflow that was not called may have called anything.
            let may_call = is_own || step.operation.is_empty();
            self.is_missed |= may_call && !is_played && !is_whole;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::waiver::Waived;
    use crate::report::{Probes, sample};

    fn declared(operation: &str) -> DeclaredWaiver {
        DeclaredWaiver {
            api: "widgets".to_owned(),
            operation: operation.to_owned(),
            at: "api.toml:3".to_owned(),
            expires: "2027-01-31".to_owned(),
            has_expired: false,
        }
    }

    fn told(operation: &str, cases: &[CaseReport]) -> WaiverUse {
        let mut tally = WaiverTally::new(&[declared(operation)]);
        for case in cases {
            tally.add(case);
        }
        let told = tally.uses().next().map(|(_, told)| told);
        told.expect("there is one")
    }

    fn waived() -> CaseReport {
        let mut case = sample::passed();
        case.findings[0].waiver = Some(Waived {
            at: "api.toml:3".to_owned(),
            reason: "known".to_owned(),
            owner: "team".to_owned(),
            ticket: None,
            expires: "2027-01-31".to_owned(),
            has_expired: false,
            severity: "error".to_owned(),
        });
        case
    }

    #[test]
    fn what_was_called_and_not_needed_is_stale() {
        assert_eq!(told("createWidgets", &[sample::passed()]), WaiverUse::Stale);
        assert_eq!(told("createWidgets", &[waived()]), WaiverUse::Needed);
        let mut again = sample::passed();
        again.tries.earlier = vec![waived()];
        assert_eq!(told("createWidgets", &[again]), WaiverUse::Needed);
    }

    #[test]
    fn what_was_not_called_everywhere_is_not_known() {
        assert_eq!(
            told("otherWidgets", &[sample::passed()]),
            WaiverUse::Unknown
        );
        assert_eq!(told("createWidgets", &[]), WaiverUse::Unknown);
        // `read` was not reached, for the flow failed before.
        assert_eq!(told("readWidgets", &[sample::failed()]), WaiverUse::Unknown);
        let mut other = sample::failed();
        other.steps[2].operation = String::new();
        let cases = [sample::passed(), other];
        assert_eq!(told("createWidgets", &cases), WaiverUse::Unknown);
        let mut in_part = sample::passed();
        in_part.probes = Some(Probes {
            sent: 1,
            ended_early: Some("it cannot be played twice".to_owned()),
            varied: Vec::new(),
        });
        assert_eq!(told("createWidgets", &[in_part]), WaiverUse::Unknown);
        let mut elsewhere = sample::passed();
        elsewhere.api = "users".to_owned();
        assert_eq!(told("createWidgets", &[elsewhere]), WaiverUse::Unknown);
    }
}
