//! What becomes of a snapshot that is new or has changed.

use std::collections::BTreeMap;

use super::SourceText;
use crate::change::FlowChange;
use crate::problem::{Problem, ProblemCode};
use crate::snapshot;
use crate::source::Location;
use crate::verdict::Verdict;

/// What is done with snapshots that are new or have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateMode {
    /// Nothing is written.
    Check,
    /// They are written beside the approved ones, to be reviewed.
    Pending,
    /// Those that do not exist yet are approved; changed ones are written to be reviewed.
    New,
    /// All are approved.
    Accept,
}

/// An approved snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Its path, as it is shown.
    pub path: String,
    /// Its text, without the header.
    pub body: String,
}

/// What is to be done on the disk with one snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing, but a pending one that is left from before is taken away.
    Settled,
    /// It is written as pending.
    WritePending,
    /// It is written as approved.
    Approve,
    /// Nothing.
    Nothing,
}

impl UpdateMode {
    /// What is to be done with a snapshot.
    ///
    /// What a flow that failed answers is never approved by a run, whatever was asked for: it is
    /// written to be looked at, with what is wrong with it. A change that passes needs no decision.
    pub fn decide(self, change: Option<&FlowChange>, verdict: &Verdict) -> Step {
        let has_failed = *verdict == Verdict::Failed;
        match (change, self) {
            (_, Self::Check) => Step::Nothing,
            (None, _) if has_failed => Step::Nothing,
            (None, _) => Step::Settled,
            (Some(_), _) if has_failed => Step::WritePending,
            (Some(_), Self::Accept) => Step::Approve,
            (Some(_), _) if *verdict == Verdict::Passed => Step::Settled,
            (Some(change), Self::New) if change.approved.is_none() => Step::Approve,
            (Some(_), Self::Pending | Self::New) => Step::WritePending,
        }
    }
}

/// The approved snapshots of an API by the name of their workflow; with the Problems of those that
/// cannot be read.
pub fn baselines(texts: Vec<(String, SourceText)>) -> (BTreeMap<String, Baseline>, Vec<Problem>) {
    let mut baselines = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, SourceText { path, text }) in texts {
        match snapshot::parse_file(&text) {
            Ok(file) => {
                baselines.insert(
                    name,
                    Baseline {
                        path,
                        body: file.body,
                    },
                );
            }
            Err(fault) => {
                let location = Location::at_line(&path, text, fault.line as usize);
                let message = format!("this is no snapshot: {}", fault.message);
                problems.push(
                    Problem::new(ProblemCode::Syntax, location, message).with_help(
                        "restore it; or remove it, and approve it anew with `countersign run --update new`",
                    ),
                );
            }
        }
    }
    (baselines, problems)
}
