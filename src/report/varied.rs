//! Which operations were varied, and why others were not.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CaseReport;
use super::human::{count, shorten};

/// How many operations are named for one reason.
const NAMED_MAX: usize = 3;

/// What came of varying the requests of one operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Varied {
    /// The operation.
    pub operation: String,
    /// How many variations were sent.
    pub sent: usize,
    /// Why there were none, or no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
}

/// What came of varying all operations of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariedSummary {
    /// By the operation, with its API before it.
    by_operation: BTreeMap<String, Varied>,
}

/// How many operations were varied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct VariedCounts {
    /// Those of which something was sent.
    varied: usize,
    /// Those of them of which not all was.
    in_part: usize,
    /// Those of which nothing was sent.
    not_varied: usize,
    /// How many were not, or in part, by the reason.
    reasons: BTreeMap<String, usize>,
}

impl VariedSummary {
    /// Takes one more case in.
    pub(super) fn add(&mut self, case: &CaseReport) {
        let api = case.path.split("::").next().unwrap_or_default();
        for varied in case.probes.iter().flat_map(|it| &it.varied) {
            let name = format!("{api} {}", varied.operation);
            match self.by_operation.get_mut(&name) {
                // The same flow with other inputs has come further.
                Some(known) if known.sent < varied.sent => known.clone_from(varied),
                Some(_) => {}
                None => drop(self.by_operation.insert(name, varied.clone())),
            }
        }
    }

    /// The numbers; none where nothing was to be varied.
    pub(super) fn counts(&self) -> Option<VariedCounts> {
        let all = || self.by_operation.values();
        let mut counts = VariedCounts::default();
        for it in all() {
            counts.varied += usize::from(it.sent > 0);
            counts.in_part += usize::from(it.sent > 0 && it.left.is_some());
            counts.not_varied += usize::from(it.sent == 0);
            if let Some(why) = &it.left {
                *counts.reasons.entry(why.clone()).or_default() += 1;
            }
        }
        all().next().is_some().then_some(counts)
    }

    /// The same for people, in lines; none where nothing was to be varied.
    pub(super) fn lines(&self) -> Vec<String> {
        let Some(counts) = self.counts() else {
            return Vec::new();
        };
        let mut parts = vec![format!("{} varied", count(counts.varied, "operation"))];
        if counts.in_part > 0 {
            parts.push(format!("{} of them in part", counts.in_part));
        }
        if counts.not_varied > 0 {
            parts.push(format!("{} not", counts.not_varied));
        }
        let mut lines = vec![parts.join(", ")];
        for is_in_part in [true, false] {
            for why in counts.reasons.keys() {
                lines.extend(self.reason(why, is_in_part));
            }
        }
        lines
    }

    /// One reason, and whose it is.
    fn reason(&self, why: &str, is_in_part: bool) -> Option<String> {
        let all = self.by_operation.values();
        let own: Vec<&str> = all
            .filter(|it| it.left.as_deref() == Some(why) && (it.sent > 0) == is_in_part)
            .map(|it| it.operation.as_str())
            .collect();
        let named: Vec<String> = own.iter().take(NAMED_MAX).map(|it| shorten(it)).collect();
        let more = if own.len() > NAMED_MAX { ", .." } else { "" };
        let word = if is_in_part { "in part" } else { "not" };
        let (number, why, named) = (own.len(), shorten(why), named.join(", "));
        (number > 0).then(|| format!("{number} {word}: {why} ({named}{more})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Probes, sample};

    fn case(api: &str, varied: &[(&str, usize, Option<&str>)]) -> CaseReport {
        let varied = varied.iter().map(|(operation, sent, left)| Varied {
            operation: (*operation).to_owned(),
            sent: *sent,
            left: left.map(str::to_owned),
        });
        let mut case = sample::passed();
        case.path = format!("{api}::flow");
        case.probes = Some(Probes {
            varied: varied.collect(),
            ..Probes::default()
        });
        case
    }

    #[test]
    fn what_was_not_varied_is_counted_by_its_reason() {
        let mut summary = VariedSummary::default();
        assert_eq!((summary.counts(), summary.lines()), (None, Vec::new()));
        let early = Some("the flow ended early");
        summary.add(&case(
            "a",
            &[("make", 9, None), ("list", 0, early), ("read", 0, early)],
        ));
        summary.add(&case("a", &[("make", 3, Some("the budget was used up"))]));
        summary.add(&case(
            "b",
            &[("make", 2, Some("\u{1b}[2J")), ("list", 0, early)],
        ));
        assert_eq!(
            summary.lines(),
            [
                "2 operations varied, 1 of them in part, 3 not",
                "1 in part: \\u{1b}[2J (make)",
                "3 not: the flow ended early (list, read, list)",
            ]
        );
        let counts = summary.counts().expect("something was varied");
        assert_eq!(counts.reasons.get("the flow ended early"), Some(&3));
        assert_eq!(
            (counts.varied, counts.in_part, counts.not_varied),
            (2, 1, 3)
        );
    }
}
