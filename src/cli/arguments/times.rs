//! Whether reports hold times.

use clap::Args;

// Whether reports hold times.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(in crate::cli) struct TimesArguments {
    /// Let reports tell when each flow and each step was played: html as a timeline, json and jsonl as
    /// numbers. Two runs give other bytes then.
    #[arg(long, requires = "report")]
    pub(in crate::cli) report_times: bool,
}
