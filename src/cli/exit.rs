//! The exit code: one match, decided in one place.

use std::process::ExitCode;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All that was selected was done and is fine.
    Ok,
    /// The target answered and something was found; or a check of files found something.
    Findings,
    /// The command line is wrong.
    Usage,
    /// The target gave no usable answer.
    Target,
    /// The selection takes nothing.
    NothingSelected,
    /// Snapshots are new or have changed within the contract.
    NeedsReview,
    /// The user's files are wrong.
    Files,
    /// A bug in this program.
    Internal,
    /// A signal stopped the run; holds the exit code that the signal asks for.
    Signal(u8),
}

/// Everything that has a say in the exit code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reasons {
    /// The user's files are wrong.
    pub files: bool,
    /// Something was found.
    pub findings: bool,
    /// The target gave no answer.
    pub target: bool,
    /// Snapshots are to be reviewed.
    pub review: bool,
    /// A signal came, with the exit code that it asks for.
    pub signal: Option<u8>,
}

impl Reasons {
    /// The worst of them: a proven finding beats what is inconclusive.
    pub fn worst(self) -> Exit {
        match self {
            Self {
                signal: Some(code), ..
            } => Exit::Signal(code),
            Self { files: true, .. } => Exit::Files,
            Self { findings: true, .. } => Exit::Findings,
            Self { target: true, .. } => Exit::Target,
            Self { review: true, .. } => Exit::NeedsReview,
            _ => Exit::Ok,
        }
    }
}

impl Exit {
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
    fn the_worst_one_counts() {
        let all = Reasons {
            files: true,
            findings: true,
            target: true,
            review: true,
            signal: Some(130),
        };
        assert_eq!(all.worst().code(), 130);
        assert_eq!(
            Reasons {
                signal: None,
                ..all
            }
            .worst()
            .code(),
            6
        );
        assert_eq!(
            Reasons {
                signal: None,
                files: false,
                ..all
            }
            .worst()
            .code(),
            1
        );
        let rest = Reasons {
            target: true,
            review: true,
            ..Reasons::default()
        };
        assert_eq!(rest.worst().code(), 3);
        assert_eq!(
            Reasons {
                review: true,
                ..Reasons::default()
            }
            .worst()
            .code(),
            5
        );
        assert_eq!(Reasons::default().worst().code(), 0);
    }
}
