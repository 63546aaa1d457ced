//! What can be said to `noise`: how to play, and whether to write.

use clap::Args;

use super::{CredentialArguments, RemoteArguments, RunArguments, SelectionArguments};

// `noise`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct NoiseArguments {
    #[command(flatten)]
    pub(in crate::cli) selection: SelectionArguments,
    /// A URL, or the name of a target in api.toml. Without it bundled mocks are started, for each time
    /// anew.
    #[arg(short, long, value_name = "URL|NAME")]
    pub(in crate::cli) target: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) credentials: CredentialArguments,
    /// Write the rules into api.toml.
    #[arg(long)]
    pub(in crate::cli) write: bool,
    /// How many flows are played at once [default: 8].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(in crate::cli) jobs: Option<u16>,
    /// How long one request may take, in seconds [default: what the target says, or 30].
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(in crate::cli) timeout: Option<u64>,
    /// The seed of everything that is random the first time; the second time it is the next one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(in crate::cli) seed: u64,
    #[command(flatten)]
    pub(in crate::cli) remote: RemoteArguments,
}

impl NoiseArguments {
    /// What would have been said to `run`, which writes nothing, for the first or the second time.
    pub(in crate::cli) fn as_run(&self, time: u64) -> RunArguments {
        RunArguments {
            selection: self.selection.clone(),
            target: self.target.clone(),
            credentials: self.credentials.clone(),
            jobs: self.jobs,
            timeout: self.timeout,
            seed: self.seed.wrapping_add(time),
            remote: self.remote,
            ..RunArguments::silent()
        }
    }
}
