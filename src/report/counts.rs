//! How many flows ended in which way, in numbers, a word and a sentence: the same ones in every form
//! that is for people.

use serde::Deserialize;

use super::Summary;
use super::human::count;

/// How a run ended and how many flows did; the order is that in which they are told.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Counts {
    pub(super) selected: usize,
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) needs_review: usize,
    pub(super) broken: usize,
    pub(super) skipped: usize,
}

impl From<&Summary> for Counts {
    fn from(summary: &Summary) -> Self {
        Self {
            selected: summary.selected,
            passed: summary.passed,
            failed: summary.failed,
            needs_review: summary.needs_review,
            broken: summary.broken,
            skipped: summary.skipped,
        }
    }
}

impl Counts {
    /// The verdict over all of it: a sign, the tone of it, and a word.
    pub(super) fn verdict(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self { failed: 1.., .. } => ("✗", "bad", "Failed"),
            Self { broken: 1.., .. } => ("!", "bad", "Broken"),
            Self {
                needs_review: 1.., ..
            } => ("~", "note", "Needs review"),
            Self { passed: 0, .. } => ("○", "calm", "Nothing was played"),
            _ => ("✓", "good", "Passed"),
        }
    }

    /// What the run came to, in a sentence.
    pub(super) fn sentence(&self) -> String {
        let Self {
            selected,
            passed,
            failed,
            needs_review,
            broken,
            skipped,
        } = self;
        if *selected == 0 {
            return "No flow was selected.".to_owned();
        }
        if passed == selected {
            return match selected {
                1 => "The one flow passed.".to_owned(),
                _ => format!("All {selected} flows passed."),
            };
        }
        let parts = [
            (*failed, "failed", "failed"),
            (*needs_review, "waits for a review", "wait for a review"),
            (
                *broken,
                "could not be played to the end",
                "could not be played to the end",
            ),
            (*skipped, "was not played", "were not played"),
        ];
        let told: Vec<String> = parts
            .iter()
            .filter(|(number, ..)| *number > 0)
            .map(|(number, one, many)| count_flows(*number, one, many))
            .collect();
        format!("{}.", told.join("; "))
    }
}

/// So many flows, with what they do in the singular or the plural.
pub(super) fn count_flows(number: usize, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        count(number, "flow"),
        if number == 1 { one } else { many }
    )
}
