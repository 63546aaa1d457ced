//! What became of mutants, counted.

use std::collections::{BTreeMap, BTreeSet};

/// What kills a mutant: the check of that name, or one of these.
pub(super) const SNAPSHOT: &str = "snapshot";

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A flow noticed it.
    Killed {
        /// What noticed it: checks, `criterion`, `snapshot`, `lost`.
        by: BTreeSet<String>,
        /// The flow.
        flow: String,
    },
    /// No flow noticed it; the text says what would.
    Survived(String),
    /// No flow shows it; the text says why.
    Unreachable(String),
}

impl Fate {
    /// One word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Killed { .. } => "killed",
            Self::Survived(_) => "survived",
            Self::Unreachable(_) => "unreachable",
        }
    }

    /// Whether nothing noticed it but a snapshot.
    pub fn is_by_snapshot_only(&self) -> bool {
        match self {
            Self::Killed { by, .. } => by.len() == 1 && by.contains(SNAPSHOT),
            _ => false,
        }
    }
}

/// How many of the mutants that flows show were noticed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    /// How many were noticed.
    pub killed: usize,
    /// How many of them by a snapshot alone.
    pub by_snapshot_only: usize,
    /// How many were not.
    pub survived: usize,
    /// How many no flow shows.
    pub unreachable: usize,
}

impl Score {
    /// How many there are.
    pub fn mutants(self) -> usize {
        self.killed + self.survived + self.unreachable
    }

    /// The share of those that were noticed among those that flows show, in thousandths, rounded down;
    /// none where flows show none.
    pub fn per_mille(self) -> Option<usize> {
        let shown = self.killed + self.survived;
        self.killed.saturating_mul(1000).checked_div(shown)
    }

    /// How many more would have to be noticed for a share in hundredths.
    pub fn missing_to(self, percent: u8) -> usize {
        let shown = self.killed + self.survived;
        let wanted = shown.saturating_mul(usize::from(percent)).div_ceil(100);
        wanted.saturating_sub(self.killed)
    }
}

/// Counts fates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The numbers.
    pub score: Score,
    /// How many each thing that notices has killed.
    pub by: BTreeMap<String, usize>,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, fate: &Fate) {
        match fate {
            Fate::Killed { by, .. } => {
                self.score.killed += 1;
                self.score.by_snapshot_only += usize::from(fate.is_by_snapshot_only());
                for it in by {
                    *self.by.entry(it.clone()).or_default() += 1;
                }
            }
            Fate::Survived(_) => self.score.survived += 1,
            Fate::Unreachable(_) => self.score.unreachable += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn killed(by: &[&str]) -> Fate {
        Fate::Killed {
            by: by.iter().map(|it| (*it).to_owned()).collect(),
            flow: "a::b".to_owned(),
        }
    }

    #[test]
    fn what_no_flow_shows_does_not_count() {
        let mut tally = Tally::default();
        assert_eq!(tally.score.per_mille(), None);
        assert_eq!(tally.score.missing_to(100), 0);
        for fate in [
            killed(&["snapshot"]),
            killed(&["snapshot", "criterion"]),
            Fate::Survived(String::new()),
            Fate::Unreachable(String::new()),
        ] {
            tally.add(&fate);
        }
        assert_eq!(tally.score.per_mille(), Some(666));
        assert_eq!(
            (tally.score.mutants(), tally.score.by_snapshot_only),
            (4, 1)
        );
        assert_eq!(
            (tally.score.missing_to(66), tally.score.missing_to(67)),
            (0, 1)
        );
        assert_eq!(tally.by["snapshot"], 2);
    }
}
