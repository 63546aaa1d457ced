//! Snapshots: what a flow answered when somebody last approved it.
//!
//! A whole flow is one text ([`render()`]), kept in one file ([`render_file`], [`parse_file`]) and
//! compared line by line ([`compare()`]). A value that the server makes anew in every run has a symbol in
//! its place, which keeps its identity over the flow and says its kind. Times are the exception: their
//! symbols say the kind alone, because whether two things happen in the same second is chance. This
//! module reads no disk and decides nothing about what is accepted.
//!
//! Which means to choose for a value that changes from run to run:
//!
//! - none, when the contract gives it the format of a time or an identifier or says `readOnly`, or when
//!   the flow sends, hands on or compares it as the output of a step: it becomes a symbol by itself;
//! - a format or `readOnly` in the contract, when it deserves one: everybody gains;
//! - a rule ([`crate::scenario::VolatileRule`]), when the contract cannot say it;
//! - the level `shape` for a body whose size changes, `contract` for one of which nothing is known;
//! - the level `off` for a step that only prepares something.

mod body;
mod bytes;
mod client;
mod compare;
mod escape;
mod file;
mod found;
mod kind;
mod moments;
mod large;
mod outputs;
mod page;
mod places;
mod render;
mod rules;
mod shape;
mod sighting;
mod symbols;
pub mod text;
mod unordered;
mod url;

pub use compare::compare;
pub use file::{
    FileFault, FileFaultKind, FileState, SnapshotFile, approved_name, digest, parse_file,
    render_file, text_name,
};
pub use kind::{made_anew, speaks_for_itself};
pub use render::{Renderer, render};
pub use rules::SnapshotSettings;
pub use symbols::{EARLIER, numbered, without_names};

use crate::diff::Hunk;

/// What a comparison with the approved snapshot came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotChange {
    /// There is no approved snapshot yet.
    New,
    /// The flow answered otherwise than approved; with the lines that differ.
    Changed(Vec<Hunk>),
}

#[cfg(test)]
mod tests;
