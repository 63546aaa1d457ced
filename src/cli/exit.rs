//! The exit code: one match, decided in one place.

use std::process::ExitCode;

use crate::suite::Outcome;
use crate::verdict::Verdict;

/// How the program ended, from light to heavy: where several things happened, the heaviest counts,
/// so that a proven finding beats what is inconclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All that was selected was done and is fine.
    Ok,
    /// A flow passed only when it was played again, and that counts.
    Flaky,
    /// The selection takes nothing, nothing of it could be played, or in CI a flow was skipped.
    NothingSelected,
    /// Snapshots are new or have changed within the contract.
    NeedsReview,
    /// The target gave no usable answer.
    Target,
    /// The target answered and something was found; or a check of files found something.
    Findings,
    /// The user's files are wrong.
    Files,
    /// The command line is wrong.
    Usage,
    /// A signal stopped the run; holds the exit code that the signal asks for.
    Signal(u8),
    /// A bug in this program.
    Internal,
}

impl Exit {
    /// What one case asks for; a run ends with the heaviest of its cases.
    pub fn of_case(outcome: &Outcome) -> Self {
        let case = &outcome.report;
        match case.verdict {
            _ if !case.problems.is_empty() => Self::Files,
            Verdict::Failed => Self::Findings,
            _ if outcome.lost => Self::Target,
            Verdict::NeedsReview => Self::NeedsReview,
            Verdict::Passed | Verdict::Skipped(_) | Verdict::Broken(_) => Self::Ok,
        }
    }

    /// The code.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Target => 3,
            Self::NothingSelected => 4,
            Self::NeedsReview => 5,
            Self::Files => 6,
            Self::Flaky => 7,
            Self::Internal => 70,
            Self::Signal(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Tells a wrong command line, the help or the version.
pub(super) fn for_usage(message: &clap::Error) -> ExitCode {
    // A stream that takes no more has nobody who could be told so.
    let _ = message.print();
    let exit = if message.exit_code() == 0 {
        Exit::Ok
    } else {
        Exit::Usage
    };
    exit.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_one_counts() {
        let from_light_to_heavy = [0, 7, 4, 5, 3, 1, 6, 2, 130, 70];
        let mut all = [
            Exit::Internal,
            Exit::Signal(130),
            Exit::Usage,
            Exit::Files,
            Exit::Findings,
            Exit::Target,
            Exit::NeedsReview,
            Exit::NothingSelected,
            Exit::Flaky,
            Exit::Ok,
        ];
        all.sort();
        assert_eq!(all.map(Exit::code), from_light_to_heavy);
    }
}
