//! How often flows are played, and how long.

use clap::{Args, ValueEnum};

// How often flows are played, and how long.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct TryArguments {
    /// Play a flow that fails again from its beginning, so often at most; one that passes then is flaky.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10))]
    pub(in crate::cli) retries: u32,
    /// What a flaky flow does to the exit code.
    #[arg(long, value_name = "RESULT", default_value = "auto")]
    pub(in crate::cli) flaky_result: FlakyResult,
    /// Stop the run after so long, in seconds, as a signal does: exit code 124.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub(in crate::cli) global_timeout: Option<u64>,
}

/// What a flaky flow does to the exit code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FlakyResult {
    /// `fail` in CI, else `pass`.
    #[default]
    Auto,
    /// Nothing.
    Pass,
    /// Exit code 7, when there is nothing worse.
    Fail,
}

impl Default for TryArguments {
    fn default() -> Self {
        Self {
            retries: 0,
            flaky_result: FlakyResult::Auto,
            global_timeout: None,
        }
    }
}

impl TryArguments {
    /// Whether somebody said that a flaky flow is a failure.
    pub(in crate::cli) fn must_not_be_flaky(&self) -> bool {
        self.flaky_result == FlakyResult::Fail
    }

    /// Whether a flaky flow is a failure; `is_ci` says whether nobody watches.
    pub(in crate::cli) fn fails_flaky(&self, is_ci: bool) -> bool {
        match self.flaky_result {
            FlakyResult::Auto => is_ci,
            FlakyResult::Pass => false,
            FlakyResult::Fail => true,
        }
    }
}
