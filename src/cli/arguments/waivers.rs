//! `waivers`, as it is written on the command line.

use clap::{Args, Subcommand};
use jiff::civil::Date;

// `waivers`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct WaiversArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: WaiversCommand,
}

// What to do with waivers.
#[derive(Debug, Clone, Subcommand)]
pub(in crate::cli) enum WaiversCommand {
    /// List what is waived, with who answers for it and until when.
    List,
    /// Waive what a recorded run found, one waiver for each cause.
    Add(WaiversAdd),
    /// Take away what has expired and what the newest whole run did not need.
    Prune(WaiversPrune),
}

// `waivers add`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct WaiversAdd {
    /// The finding, as reports print it: `api::flow/step#check`.
    #[arg(value_name = "FINDING")]
    pub(in crate::cli) finding: String,
    /// The run that found it, as `report` takes it [default: latest].
    #[arg(
        long,
        value_name = "RUN",
        default_value = "latest",
        hide_default_value = true
    )]
    pub(in crate::cli) from: String,
    /// Why it is borne.
    #[arg(long, value_name = "TEXT", value_parser = parse_filled)]
    pub(in crate::cli) reason: String,
    /// Who answers for that.
    #[arg(long, value_name = "NAME", value_parser = parse_filled)]
    pub(in crate::cli) owner: String,
    /// Where it is followed up.
    #[arg(long, value_name = "TEXT", value_parser = parse_filled)]
    pub(in crate::cli) ticket: Option<String>,
    /// The last day on which it is borne, a year from now at most [default: in 30 days].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    pub(in crate::cli) expires: Option<Date>,
}

// `waivers prune`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct WaiversPrune {
    /// The run that says what is needed, as `report` takes it [default: the newest that can tell].
    #[arg(long, value_name = "RUN")]
    pub(in crate::cli) from: Option<String>,
    /// Print what would be taken away, and write nothing.
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

fn parse_filled(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("write a few words".to_owned());
    }
    Ok(text.to_owned())
}

fn parse_date(text: &str) -> Result<Date, String> {
    let is_date = text.len() == "2027-01-31".len();
    let date = text.parse().ok().filter(|_| is_date);
    date.ok_or_else(|| "write a day such as 2027-01-31".to_owned())
}
