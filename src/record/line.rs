//! One line of a record.

use serde::{Deserialize, Serialize};

use super::case::CaseLine;
use super::head::{End, Head};
use super::sources::SourceLine;

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
    /// The last one.
    End(End),
}
