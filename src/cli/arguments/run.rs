//! What can be said to `run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::records::LATEST;

use super::{
    CredentialArguments, FailingArguments, ProbingArguments, RecordArguments, RemoteArguments,
    SafetyArguments, SelectionArguments, ShardArguments, TimesArguments, TryArguments,
};

// `run`.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "a flag is a bool")]
pub(in crate::cli) struct RunArguments {
    #[command(flatten)]
    pub(in crate::cli) selection: SelectionArguments,
    /// A URL, or the name of a target in api.toml. Without it bundled mocks are started.
    #[arg(short, long, value_name = "URL|NAME")]
    pub(in crate::cli) target: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) credentials: CredentialArguments,
    /// How many flows are played at once [default: 8].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(in crate::cli) jobs: Option<u16>,
    /// Play all of it so often, to find what does not always answer alike; compares snapshots, writes
    /// none. With --jobs a flow may be played several times at once.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(in crate::cli) repeat: u32,
    /// What to do with snapshots that are new or have changed.
    #[arg(
        short,
        long,
        value_name = "MODE",
        default_value = "auto",
        conflicts_with = "repeat"
    )]
    pub(in crate::cli) update: UpdateWhen,
    /// Write a report: github, gitlab, har, html, json, jsonl, junit, markdown, sarif or tap, and where to;
    /// `-` is the standard output. May be given several times.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report)]
    pub(in crate::cli) report: Vec<(String, ReportPath)>,
    /// How long one request may take, in seconds [default: what the target says, or 30].
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(in crate::cli) timeout: Option<u64>,
    /// How long to wait until the target answers at all, in seconds.
    #[arg(long, value_name = "SECONDS", requires = "target", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(in crate::cli) wait: Option<u64>,
    /// Begin no further flow once so many have failed; those under way are played to their end.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) max_fail: Option<u32>,
    /// The same as `--max-fail 1`.
    #[arg(long, conflicts_with = "max_fail")]
    pub(in crate::cli) fail_fast: bool,
    /// Play flows that may change something, also at a target that api.toml calls protected.
    #[arg(long, requires = "target")]
    pub(in crate::cli) allow_writes: bool,
    /// Show every step of every flow, not only those that failed.
    #[arg(short, long)]
    pub(in crate::cli) verbose: bool,
    /// In CI, too, flows whose credentials or servers are missing may be skipped; without this that is
    /// exit code 4.
    #[arg(long)]
    pub(in crate::cli) allow_skipped: bool,
    #[command(flatten)]
    pub(in crate::cli) failing: FailingArguments,
    /// The seed of everything that is random.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(in crate::cli) seed: u64,
    /// The fault that bundled mocks have; to see what a finding looks like.
    #[arg(long, value_name = "ID", conflicts_with = "target")]
    pub(in crate::cli) fault: Option<String>,
    /// Only flows that did not pass in a recorded run: that of this name, or the newest.
    #[arg(long, value_name = "RUN", num_args = 0..=1, require_equals = true, default_missing_value = LATEST)]
    pub(in crate::cli) failed: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) record: RecordArguments,
    #[command(flatten)]
    pub(in crate::cli) shard: ShardArguments,
    #[command(flatten)]
    pub(in crate::cli) safety: SafetyArguments,
    #[command(flatten)]
    pub(in crate::cli) tries: TryArguments,
    #[command(flatten)]
    pub(in crate::cli) probing: ProbingArguments,
    #[command(flatten)]
    pub(in crate::cli) times: TimesArguments,
    #[command(flatten)]
    pub(in crate::cli) remote: RemoteArguments,
}

impl RunArguments {
    /// A run of everything that writes nothing, for commands that play flows for another purpose.
    pub(in crate::cli) fn silent() -> Self {
        Self {
            selection: SelectionArguments::default(),
            target: None,
            credentials: CredentialArguments::default(),
            jobs: None,
            repeat: 1,
            update: UpdateWhen::Check,
            report: Vec::new(),
            timeout: None,
            wait: None,
            max_fail: None,
            fail_fast: false,
            allow_writes: false,
            verbose: false,
            allow_skipped: false,
            failing: FailingArguments::default(),
            seed: 0,
            fault: None,
            record: RecordArguments::NOTHING,
            shard: ShardArguments::WHOLE,
            failed: None,
            safety: SafetyArguments::default(),
            tries: TryArguments::default(),
            probing: ProbingArguments::default(),
            times: TimesArguments::default(),
            remote: RemoteArguments::NONE,
        }
    }

    /// How many flows may fail before no further one begins.
    pub(in crate::cli) fn failures_max(&self) -> Option<u32> {
        self.max_fail.or(self.fail_fast.then_some(1))
    }

    /// The name of the target, where it is none of a URL.
    pub(in crate::cli) fn named_target(&self) -> Option<&str> {
        let target = self.target.as_deref();
        target.filter(|target| !target.contains("://"))
    }
}

/// What to do with snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum UpdateWhen {
    /// `check` in CI, else pending ones are written beside the approved.
    Auto,
    /// Write nothing.
    Check,
    /// Approve those that do not exist yet.
    New,
    /// Approve all that satisfy the contract.
    Accept,
}

/// Where a report is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum ReportPath {
    /// To the standard output.
    Stdout,
    /// To a file.
    File(PathBuf),
}

impl std::fmt::Display for ReportPath {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stdout => formatter.write_str("the standard output"),
            Self::File(path) => path.display().fmt(formatter),
        }
    }
}

pub(super) fn parse_report(text: &str) -> Result<(String, ReportPath), String> {
    let (format, path) = text.split_once('=').ok_or("write it as FORMAT=PATH")?;
    let known: Vec<&str> = crate::report::FORMATS
        .iter()
        .map(|entry| entry.id)
        .collect();
    if !known.contains(&format) {
        return Err(format!(
            "there is no format `{format}`; there is {}",
            known.join(", ")
        ));
    }
    if path.is_empty() {
        return Err("the path is empty".to_owned());
    }
    let path = match path {
        "-" => ReportPath::Stdout,
        path => ReportPath::File(PathBuf::from(path)),
    };
    Ok((format.to_owned(), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_format() {
        use clap::Args as _;
        let mut run = RunArguments::augment_args(clap::Command::new("run"));
        let help = run.render_long_help().to_string();
        let (_, from) = help.split_once("Write a report:").expect("the flag");
        let (told, _) = from.split_once("May be given").expect("its end");
        let words: Vec<&str> = told.split([',', ' ', '\n']).collect();
        for entry in crate::report::FORMATS {
            assert!(words.contains(&entry.id), "{}", entry.id);
        }
    }

    #[test]
    fn a_dash_is_the_standard_output_and_a_file_of_that_name_has_a_folder() {
        let path = |text| parse_report(text).map(|(_, path)| path);
        assert_eq!(path("json=-"), Ok(ReportPath::Stdout));
        let file = ReportPath::File(PathBuf::from("./-"));
        assert_eq!(path("json=./-"), Ok(file));
        assert!(path("json=").is_err() && path("-").is_err() && path("=-").is_err());
    }
}
