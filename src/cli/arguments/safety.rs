//! What makes a run safe on a server that others use, too, and what is said to `cleanup`.

use clap::Args;

use super::{CredentialArguments, RemoteArguments, RunArguments, SelectionArguments};

// What makes a run safe on a server that others use, too.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct SafetyArguments {
    /// Keep no journal of what flows make at the target, and take nothing away but what flows do.
    #[arg(long, requires = "target")]
    pub(in crate::cli) no_journal: bool,
    /// A word that tells this run's things from those of others, for the input of flows that says
    /// `x-countersign: {runTag: true}`; `auto` makes one up.
    #[arg(long, value_name = "TEXT|auto", value_parser = parse_tag)]
    pub(in crate::cli) run_tag: Option<String>,
    /// How many requests per second the target is asked at most, by all flows together.
    #[arg(long, value_name = "N", requires = "target", value_parser = parse_rate)]
    pub(in crate::cli) rate: Option<f64>,
}

/// How long a tag may be. One that is short would be found in texts that have nothing to do with it.
const TAG_CHARS: std::ops::RangeInclusive<usize> = 4..=32;

fn parse_tag(text: &str) -> Result<String, String> {
    let is_plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    let begins = text.starts_with(|it: char| it.is_ascii_lowercase());
    let ends = !text.ends_with('-');
    if TAG_CHARS.contains(&text.len()) && text.bytes().all(is_plain) && begins && ends {
        return Ok(text.to_owned());
    }
    Err("write 4 to 32 small letters, digits and hyphens, such as `pr-4217`".to_owned())
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "write a number".to_owned())?;
    crate::world::Pace::per_second(rate).map(|_| rate)
}

// `cleanup`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct CleanupArguments {
    /// The run, by the name of its journal; without it all runs.
    #[arg(value_name = "RUN")]
    pub(in crate::cli) run: Option<String>,
    /// The URL, or the name in api.toml, of the target that the run was played against.
    #[arg(short, long, value_name = "URL|NAME")]
    pub(in crate::cli) target: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) credentials: CredentialArguments,
    /// Print what would be sent, and send nothing.
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Take what cannot be taken away for gone, such as after somebody has looked.
    #[arg(long, conflicts_with = "dry_run")]
    pub(in crate::cli) forget: bool,
    /// Clean up also at a target that api.toml calls protected.
    #[arg(long, requires = "target")]
    pub(in crate::cli) allow_writes: bool,
    /// How long one request may take, in seconds [default: what the target says, or 30].
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(in crate::cli) timeout: Option<u64>,
    #[command(flatten)]
    pub(in crate::cli) remote: RemoteArguments,
}

impl CleanupArguments {
    /// What would have been said to `run`, to reach the same target with the same keys.
    pub(in crate::cli) fn as_run(&self, apis: &[String]) -> RunArguments {
        RunArguments {
            selection: SelectionArguments {
                words: apis.iter().map(|api| format!("{api}::")).collect(),
                exact: false,
                tag: Vec::new(),
            },
            target: self.target.clone(),
            credentials: self.credentials.clone(),
            timeout: self.timeout,
            allow_writes: self.allow_writes,
            allow_skipped: true,
            remote: self.remote,
            ..RunArguments::silent()
        }
    }
}
