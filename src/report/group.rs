//! Findings with one cause, told once: a list of a hundred items that are all wrong in the same way
//! is one thing to mend.
//!
//! Two findings have one cause when the same check, at the same place in the contract, says the same
//! sentence. The places in the response and the values differ and do not count.

use std::collections::BTreeMap;

use crate::check::Finding;
use crate::verdict::Severity;

/// A finding that stands for all with the same cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause<'f> {
    /// The first of them.
    pub first: &'f Finding,
    /// The others, in their order.
    pub others: Vec<&'f Finding>,
}

/// What two findings of one cause have in common; findings that weigh otherwise are kept apart, so
/// that no error hides behind a warning.
type Key<'f> = (&'f str, Severity, Option<(&'f str, usize, usize)>, &'f str);

/// The causes of some findings, in the order in which each was seen first.
pub fn causes(findings: &[Finding]) -> Vec<Cause<'_>> {
    let mut causes: Vec<Cause<'_>> = Vec::new();
    let mut places: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for finding in findings {
        let place = *places.entry(key(finding)).or_insert(causes.len());
        match causes.get_mut(place) {
            Some(cause) => cause.others.push(finding),
            None => causes.push(Cause {
                first: finding,
                others: Vec::new(),
            }),
        }
    }
    causes
}

fn key(finding: &Finding) -> Key<'_> {
    let contract = finding.contract.as_ref();
    let contract = contract.map(|it| (it.path.as_ref(), it.span.start, it.span.end));
    (finding.check, finding.severity, contract, &finding.message)
}

impl Cause<'_> {
    /// How many findings there are, the first included.
    pub fn count(&self) -> usize {
        1 + self.others.len()
    }

    /// How many of the others belong to the step with this place in the transcript.
    pub fn others_in(&self, record: usize) -> usize {
        let others = self.others.iter();
        others.filter(|finding| finding.record == record).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_same_cause_is_told_once_and_counted() {
        let case = sample::failed();
        let causes = causes(&case.findings);
        let counts: Vec<_> = causes
            .iter()
            .map(|it| (it.first.check, it.count()))
            .collect();
        assert_eq!(counts, [("response-schema", 3), ("response-headers", 1)]);
        assert_eq!((causes[0].others_in(1), causes[0].others_in(0)), (2, 0));
    }

    #[test]
    fn another_step_is_counted_apart() {
        let mut case = sample::failed();
        case.findings[1].record = 0;
        let causes = causes(&case.findings);
        assert_eq!((causes[0].others_in(1), causes[0].others_in(0)), (1, 1));
    }

    #[test]
    fn another_sentence_place_check_or_weight_is_another_cause() {
        let all = |change: fn(&mut Finding)| {
            let mut case = sample::failed();
            change(&mut case.findings[1]);
            causes(&case.findings).len()
        };
        assert_eq!(all(|_| ()), 2);
        assert_eq!(all(|finding| finding.actual = "null".into()), 2);
        assert_eq!(all(|finding| finding.message = "otherwise".into()), 3);
        assert_eq!(all(|finding| finding.contract = None), 3);
        assert_eq!(all(|finding| finding.check = "media-type"), 3);
        assert_eq!(all(|finding| finding.severity = Severity::Warning), 3);
    }

    #[test]
    fn nothing_found_has_no_cause() {
        assert!(causes(&[]).is_empty());
    }
}
