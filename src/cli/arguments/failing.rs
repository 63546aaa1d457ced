//! What can be said of what makes a run fail.

use clap::{Args, ValueEnum};

// What makes a run fail.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct FailingArguments {
    /// What makes the run fail, instead of the usual [default: finding, target, review, and in CI
    /// skipped and flaky]; the rest is told and counted.
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        conflicts_with = "allow_skipped"
    )]
    pub(in crate::cli) fail_on: Vec<FailKind>,
    /// Whatever the run comes to, end with 0, and say with what it would have ended; what is wrong with
    /// the call or the files still fails.
    #[arg(long)]
    pub(in crate::cli) exit_zero: bool,
}

/// Something that a run may fail by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailKind {
    /// A flow failed.
    Finding,
    /// Something was found that weighs as a warning.
    Warning,
    /// A snapshot waits for a review, or in CI belongs to no flow.
    Review,
    /// The target gave no usable answer.
    Target,
    /// A flow was not played.
    Skipped,
    /// A flow passed only when it was played again.
    Flaky,
}
