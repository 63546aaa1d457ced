//! Records of runs: what is written of a run, which part of it is played, and what is done with records
//! afterwards.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::run::{ReportPath, parse_report};
use super::{
    CredentialArguments, RemoteArguments, RunArguments, SelectionArguments, TimesArguments,
};
use crate::record::Shard;

// What is written of a run.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct RecordArguments {
    /// Write the record of the run to this file, instead of among the runs of the project.
    #[arg(long, value_name = "PATH", conflicts_with = "no_record")]
    pub(in crate::cli) record: Option<PathBuf>,
    /// Record nothing.
    #[arg(long)]
    pub(in crate::cli) no_record: bool,
}

impl RecordArguments {
    /// Nothing is recorded.
    pub(in crate::cli) const NOTHING: Self = Self {
        record: None,
        no_record: true,
    };
}

// Which part of a run is played.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ShardArguments {
    /// Play one of N parts of what is selected: I/N with I from 1 to N. `merge` joins their records.
    #[arg(long, value_name = "I/N")]
    pub(in crate::cli) shard: Option<Shard>,
    /// Cut the parts by the times of this record, and not by numbers of steps; the same for every part.
    #[arg(long, value_name = "RECORD", requires = "shard")]
    pub(in crate::cli) shard_times: Option<PathBuf>,
}

impl ShardArguments {
    /// All of it.
    pub(in crate::cli) const WHOLE: Self = Self {
        shard: None,
        shard_times: None,
    };
}

// `runs`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct RunsArguments {
    /// How they are told.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(in crate::cli) format: RunsFormat,
}

/// How runs are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RunsFormat {
    /// A line for each.
    Human,
    /// One JSON array.
    Json,
}

// `report`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ReportArguments {
    /// The run: `latest`, the begin of its name as `runs` lists it, or the path of a record.
    #[arg(value_name = "RUN", default_value = "latest")]
    pub(in crate::cli) run: String,
    /// Write a report, as `run --report` does; without it the run is told here.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report)]
    pub(in crate::cli) report: Vec<(String, ReportPath)>,
    #[command(flatten)]
    pub(in crate::cli) times: TimesArguments,
}

// `merge`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct MergeArguments {
    /// The records of all shards of one run.
    #[arg(required = true, value_name = "RECORD")]
    pub(in crate::cli) records: Vec<PathBuf>,
    /// Write the record of the whole run to this file.
    #[arg(short, long, value_name = "PATH")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Write a report, as `run --report` does.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report)]
    pub(in crate::cli) report: Vec<(String, ReportPath)>,
    #[command(flatten)]
    pub(in crate::cli) times: TimesArguments,
}

// `replay`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ReplayArguments {
    /// The exchange: RUN:FLOW/STEP, such as `latest:images::lifecycle/create`; the last try of the step.
    #[arg(value_name = "RUN:FLOW/STEP")]
    pub(in crate::cli) exchange: String,
    /// A URL, or the name of a target in api.toml [default: where it was sent before].
    #[arg(short, long, value_name = "URL|NAME")]
    pub(in crate::cli) target: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) credentials: CredentialArguments,
    /// Print the command that sends it, and send nothing.
    #[arg(long)]
    pub(in crate::cli) curl: bool,
    /// Send it, also where it may change something at a target that api.toml calls protected.
    #[arg(long)]
    pub(in crate::cli) allow_writes: bool,
}

// `diff`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct DiffArguments {
    /// The one: `mock`, a URL or the name of a target, which is played; or a run, as `report` takes it.
    #[arg(value_name = "A")]
    pub(in crate::cli) one: String,
    /// The other.
    #[arg(value_name = "B")]
    pub(in crate::cli) other: String,
    /// Parts of `api::workflow`, as `run` takes them.
    #[arg(value_name = "SELECTOR")]
    pub(in crate::cli) words: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) remote: RemoteArguments,
}

impl DiffArguments {
    /// What would have been said to `run` to play one side; none for the bundled mocks.
    pub(in crate::cli) fn as_run(&self, target: Option<&str>) -> RunArguments {
        RunArguments {
            selection: SelectionArguments {
                words: self.words.clone(),
                ..SelectionArguments::default()
            },
            target: target.map(str::to_owned),
            remote: self.remote,
            ..RunArguments::silent()
        }
    }
}
