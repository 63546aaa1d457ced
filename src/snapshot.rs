//! Snapshots: what a flow answered when somebody last approved it.

use crate::diff::Hunk;

/// What a comparison with the approved snapshot came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotChange {
    /// There is no approved snapshot yet.
    New,
    /// The flow answered otherwise than approved; with the lines that differ.
    Changed(Vec<Hunk>),
}
