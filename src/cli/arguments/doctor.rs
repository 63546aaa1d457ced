//! `doctor`, as it is written on the command line.

use clap::{Args, ValueEnum};

use super::{CredentialArguments, RemoteArguments};

// `doctor`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct DoctorArguments {
    /// The APIs to look at; all when none is named.
    #[arg(value_name = "API")]
    pub(in crate::cli) apis: Vec<String>,
    /// The target to try: a name in api.toml or a URL. Without it nothing is sent.
    #[arg(short, long, value_name = "NAME|URL")]
    pub(in crate::cli) target: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) credentials: CredentialArguments,
    /// How it is told.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(in crate::cli) format: DoctorFormat,
    #[command(flatten)]
    pub(in crate::cli) remote: RemoteArguments,
}

/// How what was found is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DoctorFormat {
    /// Lines for people.
    Human,
    /// One JSON object.
    Json,
}
