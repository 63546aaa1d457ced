//! One line of a record.

use serde::{Deserialize, Serialize};

use super::case::CaseLine;
use super::head::{End, Head};
use super::snapshots::SnapshotLine;
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
    /// The text of a snapshot that cases after it have.
    Snapshot(SnapshotLine<'l>),
    /// A case.
    Case(Box<CaseLine<'l>>),
    /// What the run covered of the contracts, once, before the end.
    Coverage(Box<Covered>),
    /// The last one.
    End(End),
}
