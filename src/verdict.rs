//! How a case ended, and how much a finding weighs.

use std::fmt;

/// How one case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every step was played and nothing was found.
    Passed,
    /// The target answered, and something was found.
    Failed,
    /// Nothing was found, but a snapshot is new or has changed within the contract.
    NeedsReview,
    /// The case was not played; the text says why.
    Skipped(String),
    /// The case could not be played to its end; the text says what stopped it.
    Broken(String),
}

/// How much a finding weighs. The order is from light to heavy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Known and borne: shown and counted, and nothing fails by it.
    Waived,
    /// Shown and counted, but the case does not fail by it.
    Warning,
    /// The case fails.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Waived => "waived",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}
