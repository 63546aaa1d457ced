//! `config`, as it is written on the command line.

use clap::{Args, Subcommand, ValueEnum};

use super::RemoteArguments;

// `config`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ConfigArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: ConfigCommand,
}

// What to do with settings.
#[derive(Debug, Clone, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Show every setting that holds, with where it comes from; never a secret.
    Show(ShowArguments),
}

// `config show`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ShowArguments {
    /// The APIs whose settings are shown; all when none is named.
    #[arg(value_name = "API")]
    pub(in crate::cli) apis: Vec<String>,
    /// How they are told.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(in crate::cli) format: ShowFormat,
    #[command(flatten)]
    pub(in crate::cli) remote: RemoteArguments,
}

/// How settings are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShowFormat {
    /// Lines for people.
    Human,
    /// One JSON object.
    Json,
}
