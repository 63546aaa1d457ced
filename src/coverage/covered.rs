//! What was covered, by names: what records hold, what is joined, counted and told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{KINDS, Kind};

/// What was covered of some APIs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Covered {
    /// By the names of the APIs.
    pub apis: BTreeMap<String, ApiCovered>,
}

/// What was covered of one API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiCovered {
    /// A name for all that it offers; the same items have the same one.
    pub digest: String,
    /// Whether all its flows were to be played.
    pub whole: bool,
    /// Whether it has more places than are counted.
    pub cut: bool,
    /// The items, by their kinds.
    pub kinds: BTreeMap<Kind, KindCovered>,
}

/// The names of the items of one kind, each in one of the sets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindCovered {
    /// What was exercised.
    pub covered: BTreeSet<String>,
    /// What was not.
    pub missing: BTreeSet<String>,
    /// What was not, and is declared not to be.
    pub exempt: BTreeSet<String>,
}

/// How much was covered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Items that were exercised.
    pub covered: usize,
    /// Items that are to be exercised: those that were and those that were not.
    pub total: usize,
    /// Items that are declared not to be.
    pub exempt: usize,
}

/// What makes no sense together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoveredError {
    /// An item that is said to be covered and not to be.
    #[error("the item `{0}` stands twice in the coverage")]
    Twice(String),
    /// What was covered of two different contracts.
    #[error("the coverage of {0} is of two contracts")]
    Strangers(String),
}

/// What became of a documented status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusState {
    /// It was answered.
    Seen,
    /// It was not.
    Never,
    /// It was not, and is declared not to be.
    Exempt,
}

/// An operation with its documented statuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRow<'c> {
    /// The operation.
    pub operation: &'c str,
    /// Whether it was called.
    pub state: StatusState,
    /// Each documented status.
    pub statuses: Vec<(&'c str, StatusState)>,
}

impl Covered {
    /// How much of one kind was covered of all APIs together.
    pub fn count(&self, kind: Kind) -> Count {
        let counts = self.apis.values().map(|it| it.count(kind));
        counts.fold(Count::default(), Count::and)
    }

    /// What is known of the APIs of which all flows were to be played.
    #[must_use]
    pub fn of_whole_apis(&self) -> Self {
        let apis = self.apis.iter().filter(|(_, it)| it.whole);
        Self {
            apis: apis.map(|(name, it)| (name.clone(), it.clone())).collect(),
        }
    }

    /// Takes over what another one covers.
    ///
    /// # Errors
    /// When they are of different contracts.
    pub fn join(&mut self, other: Self) -> Result<(), CoveredError> {
        for (name, api) in other.apis {
            match self.apis.get_mut(&name) {
                None => drop(self.apis.insert(name, api)),
                Some(own) if own.digest == api.digest => own.join(api),
                Some(_) => return Err(CoveredError::Strangers(name)),
            }
        }
        Ok(())
    }

    /// Complains of what was written by somebody else, and makes no sense.
    ///
    /// # Errors
    /// With the first item that stands twice.
    pub fn check(&self) -> Result<(), CoveredError> {
        for kind in self.apis.values().flat_map(|it| it.kinds.values()) {
            let KindCovered {
                covered,
                missing,
                exempt,
            } = kind;
            let twice = missing.iter().find(|it| covered.contains(*it));
            let twice = twice.or_else(|| {
                let mut exempt = exempt.iter();
                exempt.find(|it| covered.contains(*it) || missing.contains(*it))
            });
            if let Some(twice) = twice {
                return Err(CoveredError::Twice(twice.clone()));
            }
        }
        Ok(())
    }
}

impl ApiCovered {
    /// Nothing yet.
    pub(super) fn new(digest: &str, whole: bool, cut: bool) -> Self {
        Self {
            digest: digest.to_owned(),
            whole,
            cut,
            kinds: KINDS.map(|it| (it, KindCovered::default())).into(),
        }
    }

    /// How much of one kind was covered.
    pub fn count(&self, kind: Kind) -> Count {
        self.kinds
            .get(&kind)
            .map(KindCovered::count)
            .unwrap_or_default()
    }

    /// How much of everything was covered.
    pub fn total(&self) -> Count {
        let counts = self.kinds.values().map(KindCovered::count);
        counts.fold(Count::default(), Count::and)
    }

    fn join(&mut self, other: Self) {
        self.whole |= other.whole;
        self.cut |= other.cut;
        for (kind, more) in other.kinds {
            let own = self.kinds.entry(kind).or_default();
            own.covered.extend(more.covered);
            own.missing.extend(more.missing);
            own.exempt.extend(more.exempt);
            own.missing.retain(|it| !own.covered.contains(it));
            own.exempt.retain(|it| !own.covered.contains(it));
        }
    }

    /// Every operation with its documented statuses, in the order of their names.
    pub fn rows(&self) -> Vec<StatusRow<'_>> {
        let mut rows: Vec<StatusRow<'_>> = Vec::new();
        for (operation, state) in self.states(Kind::Operations) {
            let statuses = Vec::new();
            rows.push(StatusRow {
                operation,
                state,
                statuses,
            });
        }
        for (id, state) in self.states(Kind::Statuses) {
            let Some((operation, status)) = id.rsplit_once(' ') else {
                continue;
            };
            let place = rows.binary_search_by(|it| it.operation.cmp(operation));
            if let Some(row) = place.ok().and_then(|it| rows.get_mut(it)) {
                row.statuses.push((status, state));
            }
        }
        rows
    }

    /// The items of a kind, each with what became of it, in the order of their names.
    fn states(&self, kind: Kind) -> Vec<(&str, StatusState)> {
        let Some(kind) = self.kinds.get(&kind) else {
            return Vec::new();
        };
        let sets = [
            (&kind.covered, StatusState::Seen),
            (&kind.missing, StatusState::Never),
            (&kind.exempt, StatusState::Exempt),
        ];
        let items = sets
            .into_iter()
            .flat_map(|(set, state)| set.iter().map(move |it| (it.as_str(), state)));
        let mut items: Vec<_> = items.collect();
        items.sort_unstable_by_key(|(id, _)| *id);
        items
    }
}

impl KindCovered {
    /// How much of it was covered.
    pub fn count(&self) -> Count {
        Count {
            covered: self.covered.len(),
            total: self.covered.len() + self.missing.len(),
            exempt: self.exempt.len(),
        }
    }
}

impl Count {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            covered: self.covered + other.covered,
            total: self.total + other.total,
            exempt: self.exempt + other.exempt,
        }
    }

    /// How much it is in tenths of a percent, rounded down, so that all of it alone is 100; all of
    /// nothing is all.
    pub fn per_mille(self) -> usize {
        let scaled = self.covered.saturating_mul(1000);
        scaled.checked_div(self.total).unwrap_or(1000)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.covered, self.total)
    }
}
