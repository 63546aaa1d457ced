//! What became of mutants, counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

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

    /// How many more would have to be noticed for a share.
    pub fn missing_to(self, share: Share) -> usize {
        let shown = self.killed + self.survived;
        let wanted = shown.saturating_mul(usize::from(share.0)).div_ceil(10_000);
        wanted.saturating_sub(self.killed)
    }
}

/// A share, from 0 to 100 hundredths, with two digits behind the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u16);

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no number from 0 to 100, such as 95 or 99.5");
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        if !(is_number(whole) && is_number(rest) && rest.len() <= 2) {
            return Err(wrong());
        }
        let number: u16 = whole.parse().map_err(|_| wrong())?;
        let behind: u16 = format!("{rest:0<2}").parse().map_err(|_| wrong())?;
        let all = number
            .checked_mul(100)
            .and_then(|it| it.checked_add(behind));
        all.filter(|it| *it <= 10_000).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, behind) = (self.0 / 100, self.0 % 100);
        match behind {
            0 => write!(out, "{whole}"),
            _ if behind % 10 == 0 => write!(out, "{whole}.{}", behind / 10),
            _ => write!(out, "{whole}.{behind:02}"),
        }
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
        let share = |it: &str| it.parse::<Share>().expect("a share");
        assert_eq!(tally.score.missing_to(share("100")), 0);
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
            ["66", "66.66", "66.67", "67"].map(|it| tally.score.missing_to(share(it))),
            [0, 0, 1, 1]
        );
        assert_eq!(tally.by["snapshot"], 2);
    }

    #[test]
    fn a_share_is_a_number_with_two_digits_behind_the_point() {
        for (text, told) in [
            ("0", "0"),
            ("95", "95"),
            ("99.5", "99.5"),
            ("99.05", "99.05"),
            ("100.00", "100"),
        ] {
            let share: Share = text.parse().expect(text);
            assert_eq!(share.to_string(), told);
        }
        for text in [
            "", ".", "1.", ".5", "100.01", "101", "-1", "1e1", "99.555", "99,5", "70000",
        ] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }
}
