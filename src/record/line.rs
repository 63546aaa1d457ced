//! One line of a record.

use serde::{Deserialize, Serialize};

use super::case::CaseLine;
use super::head::{End, Head};
use super::sources::SourceLine;
use crate::coverage::Covered;

/// One line of a record.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line<'l> {
    /// The first one.
    Run(Box<Head>),
    /// A text that cases after it point into.
    Source(SourceLine<'l>),
    /// A case.
    Case(Box<CaseLine<'l>>),
    /// What the run covered of the contracts, once, before the end.
    Coverage(Box<Covered>),
    /// The last one.
    End(End),
}
