//! What of a contract was exercised: which operations were called, which documented answers came, and
//! which parts of bodies were there, left out or of each kind.
//!
//! ```text
//! Contract + Exemptions ─ Universe::new ─► Items ─ Coverage::observe(StepRecord ..) ─► bits ─► Covered
//!                                                 Covered of shards ─ merge ─► Covered
//! ```
//!
//! An item has a name that says what it is and stays the same from run to run, such as `createImage 201`
//! or `createImage 201 application/json /items/*/size absent`. The tables that an exchange is held
//! against are made once, before anything is sent; what was seen is a bit for each item. Nothing here
//! judges: an answer that breaks its schema exercises the places that it has.

mod body;
mod covered;
mod exempt;
mod fit;
mod members;
mod observe;
mod ratchet;
mod spot;
mod tree;
mod universe;
mod walk;

pub use covered::{ApiCovered, Count, Covered, CoveredError, KindCovered, StatusRow, StatusState};
pub use exempt::{ExemptPart, Exemption};
pub use observe::Coverage;
pub use ratchet::{Baseline, BaselineError, Change};
pub use tree::{Aspect, PLACES_MAX};
pub use universe::{ITEMS_MAX, Item, Side, Universe, What};

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kinds of things that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Operations that were called.
    Operations,
    /// Documented statuses that were answered.
    Statuses,
    /// Documented media types of requests and answers.
    MediaTypes,
    /// Parameters that were sent, and optional ones that were left out.
    Parameters,
    /// Places of bodies.
    Places,
}

/// Every kind, in the order in which they are told.
pub const KINDS: [Kind; 5] = [
    Kind::Operations,
    Kind::Statuses,
    Kind::MediaTypes,
    Kind::Parameters,
    Kind::Places,
];

impl Kind {
    /// The name by which it is asked for.
    pub fn id(self) -> &'static str {
        match self {
            Self::Operations => "operations",
            Self::Statuses => "statuses",
            Self::MediaTypes => "media-types",
            Self::Parameters => "parameters",
            Self::Places => "places",
        }
    }

    /// The kind of that name.
    pub fn find(id: &str) -> Option<Self> {
        KINDS.into_iter().find(|it| it.id() == id)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.id())
    }
}

#[cfg(test)]
mod tests;
