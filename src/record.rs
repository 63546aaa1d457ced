//! A record: all that is known of one run, in one file, so that it can be told again, joined with others,
//! compared, and asked again.
//!
//! ```text
//! CaseReport + Transcript ─ Writer ─► lines of JSON ─ Record::read ─► CaseReport, RecordedStep
//!                              Records of shards ─ merge ─► Record
//! ```
//!
//! Each line is one JSON object: first the run, then cases in the order in which they ended, with the
//! texts that they point into and those of their snapshots before them, then what was covered of the
//! contracts, then the end. A record is a log and holds times; what is made of it holds none. What is secret by its name is not in it, nor are credentials, which are put into
//! requests on their way out. Nothing here reads a disk.

mod case;
mod head;
mod line;
mod merge;
mod read;
#[cfg(test)]
mod sample;
mod snapshots;
mod sources;
mod waivers;
mod write;

pub use head::{End, Head, RecordedApi, Shard};
pub use merge::{MergeError, merge};
pub use read::{RecordError, ends};
pub use waivers::{DeclaredWaiver, WaiverTally, WaiverUse};
pub use write::{Writer, write};

use std::sync::Arc;
use std::time::Duration;

use crate::coverage::Covered;
use crate::report::{CaseReport, RecordedStep, Times};
use crate::transcript::Period;

/// The version of the file's form; it grows when a reader of the old form would be misled.
pub const VERSION: u32 = 2;

/// A run, read back.
#[derive(Debug, Clone)]
pub struct Record {
    /// What was played, and against what.
    pub head: Head,
    /// The cases, in the order of the plan.
    pub cases: Vec<RecordedCase>,
    /// What it covered of the contracts; none in a record that was written before that was known.
    pub coverage: Option<Covered>,
    /// How it ended.
    pub end: End,
}

/// A case of a record.
#[derive(Debug, Clone)]
pub struct RecordedCase {
    /// Its place in the plan, counted over all rounds and all shards.
    pub place: usize,
    /// When it began, counted from the begin of the run; none when it was not played, or nobody knows.
    pub began: Option<Duration>,
    /// How long it took; none when it was not played.
    pub took: Option<Duration>,
    /// What was told of it.
    pub report: CaseReport,
    /// What was asked and answered, step by step.
    pub steps: Vec<RecordedStep<'static>>,
    /// The text of its snapshot, when it came to its end.
    pub snapshot: Option<Arc<str>>,
}

impl RecordedCase {
    /// When it was played, and its steps.
    pub fn times(&self) -> Option<Times> {
        let case = Period::at(self.began?);
        let case = case.until(case.began().saturating_add(self.took?));
        Some(Times::of(case, self.steps.iter().map(|it| it.period)))
    }
}

impl Record {
    /// The case of that name.
    pub fn case(&self, path: &str) -> Option<&RecordedCase> {
        self.cases.iter().find(|it| it.report.path == path)
    }
}
