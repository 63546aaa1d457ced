//! The arguments of the commands that decide on snapshots which wait for it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{RemoteArguments, parse_target_name};

// Which of the snapshots that wait for a decision.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct WaitingArguments {
    /// Parts of `api::workflow`; a snapshot is taken when any of them is part of its name, in either
    /// case. The name of an API takes those of that API alone.
    #[arg(value_name = "SELECTOR")]
    pub(in crate::cli) words: Vec<String>,
    /// A selector is the whole name.
    #[arg(long)]
    pub(in crate::cli) exact: bool,
}

// `pending`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct PendingArguments {
    #[command(flatten)]
    pub(in crate::cli) waiting: WaitingArguments,
    /// Show the lines that differ, too.
    #[arg(long, conflicts_with = "format")]
    pub(in crate::cli) diff: bool,
    /// How they are told.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(in crate::cli) format: PendingFormat,
}

/// How what waits is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PendingFormat {
    /// For people.
    Human,
    /// A JSON object for each, on a line of its own.
    Json,
}

// `review`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ReviewArguments {
    #[command(flatten)]
    pub(in crate::cli) waiting: WaitingArguments,
    /// Print what there is to decide on and the commands for it; so it is without a terminal, too.
    #[arg(long, conflicts_with_all = ["apply", "web"])]
    pub(in crate::cli) plain: bool,
    /// Review in a browser of this machine; prints the address to open.
    #[arg(long, conflicts_with = "apply")]
    pub(in crate::cli) web: bool,
    /// Review what another run found, by its report: one of the formats json and html.
    #[arg(long, value_name = "REPORT")]
    pub(in crate::cli) from: Option<PathBuf>,
    /// Carry out decisions that were made elsewhere; `-` reads the standard input.
    #[arg(long, value_name = "DECISIONS")]
    pub(in crate::cli) apply: Option<PathBuf>,
    /// Carry out also what approves an answer that breaks the contract.
    #[arg(long, requires = "apply")]
    pub(in crate::cli) accept_violations: bool,
}

// `accept`.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "a flag is a bool")]
pub(in crate::cli) struct AcceptArguments {
    #[command(flatten)]
    pub(in crate::cli) waiting: WaitingArguments,
    /// Only those of flows that have no approved snapshot yet.
    #[arg(long)]
    pub(in crate::cli) new_only: bool,
    /// Only the changes that the contract allows; the others wait on.
    #[arg(long)]
    pub(in crate::cli) allowed_only: bool,
    /// Also answers that break the contract.
    #[arg(long, conflicts_with = "allowed_only")]
    pub(in crate::cli) accept_violations: bool,
    /// For this target alone: of what it answered, what differs is kept in its layer of snapshots.
    #[arg(short, long, value_name = "NAME", value_parser = parse_target_name)]
    pub(in crate::cli) target: Option<String>,
    /// Remove the approved snapshots that no flow has any more, and those of layers that say what is
    /// approved for all; nothing else.
    #[arg(long, conflicts_with_all = ["words", "exact", "new_only", "allowed_only", "accept_violations", "target"])]
    pub(in crate::cli) unreferenced: bool,
    #[command(flatten)]
    pub(in crate::cli) remote: RemoteArguments,
}

// `reject`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct RejectArguments {
    #[command(flatten)]
    pub(in crate::cli) waiting: WaitingArguments,
}
