//! What can be written on the command line. Values only: nothing is opened, nothing is resolved.
//!
//! What stands above a group of arguments, or of commands below a command, is a comment: `clap` would take
//! documentation for what the command does, which its name in [`Command`] says.

mod config;
mod coverage;
mod credentials;
mod failing;
mod doctor;
mod mutate;
mod noise;
mod probing;
mod record;
mod run;
mod safety;
mod times;
mod tries;
mod waiting;
mod waivers;

pub(super) use config::{ConfigArguments, ConfigCommand, ShowArguments, ShowFormat};
pub(super) use coverage::{CoverageArguments, CoverageFormat, Minimum};
pub(super) use credentials::{CredentialArguments, SecretSource};
pub(super) use doctor::{DoctorArguments, DoctorFormat};
pub(super) use failing::{FailKind, FailingArguments};
pub(super) use mutate::MutateArguments;
pub(super) use noise::NoiseArguments;
pub(super) use probing::ProbingArguments;
pub(super) use record::{
    DiffArguments, MergeArguments, RecordArguments, ReplayArguments, ReportArguments,
    RunsArguments, RunsFormat, ShardArguments,
};
pub(super) use run::{ReportPath, RunArguments, UpdateWhen};
pub(super) use safety::{CleanupArguments, SafetyArguments};
pub(super) use times::TimesArguments;
pub(super) use tries::TryArguments;
pub(super) use waiting::{
    AcceptArguments, PendingArguments, PendingFormat, RejectArguments, ReviewArguments,
    WaitingArguments,
};
pub(super) use waivers::{WaiversAdd, WaiversArguments, WaiversCommand, WaiversPrune};

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Examples and exit codes, told below the help.
const AFTER: &str = "\
Exit codes: 0 ok, 1 findings, 2 usage, 3 target unusable, 4 nothing played, 5 snapshots to review,
6 your files, 7 flaky, 8 a secret withheld, 70 internal, 124 out of time, 130/143 stopped by a signal.
The worst one counts: 70 > 8 > 124, 130, 143 > 2 > 6 > 1 > 3 > 5 > 4 > 7 > 0.";

/// The top of the help.
const BEFORE: &str = "\
Examples:
  countersign run                                play every flow against the bundled mocks
  countersign run qappctl-shim --target URL      play one API's flows against a server
  countersign pending --diff                     how flows answered otherwise than approved
  countersign accept lifecycle                   approve what those flows answered
  countersign noise lifecycle                    find values that differ from run to run
  countersign check                              look for mistakes in specs/, send nothing
  countersign init openapi.yaml                  begin a project with first flows for an API
  countersign mock qappctl-shim                  serve a mock and print its URL
  countersign explain response-schema            what a check asks, and what to do";

/// Plays whole flows against an HTTP API, judges every answer by its contract, and compares it with
/// an approved snapshot.
#[derive(Debug, Clone, Parser)]
#[command(name = "countersign", version, before_help = BEFORE, after_help = AFTER)]
#[command(disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Arguments {
    /// The folder that holds specs/, schemas/ and snapshots/.
    #[arg(
        short = 'C',
        long = "directory",
        global = true,
        value_name = "DIR",
        default_value = "."
    )]
    pub directory: PathBuf,
    /// When to use colour.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Clone, Subcommand)]
// Of all commands but the one that is called only the names and what they do are needed.
#[command(defer = true)]
pub(super) enum Command {
    /// Play flows, judge every answer, compare snapshots.
    Run(Box<RunArguments>),
    /// Decide on what has changed, one by one, in the terminal or in a browser.
    Review(ReviewArguments),
    /// List the snapshots that wait for a decision.
    Pending(PendingArguments),
    /// Approve snapshots that wait for it.
    Accept(AcceptArguments),
    /// Take away snapshots that wait for a decision; what was approved stays.
    Reject(RejectArguments),
    /// List the flows that a selection takes.
    List(ListArguments),
    /// Look for mistakes in contracts, scenarios and settings; send nothing.
    Check(CheckArguments),
    /// Write first scenarios for an OpenAPI document, beside it; overwrites nothing.
    Generate(GenerateArguments),
    /// Begin a project for an OpenAPI document: folder, scenarios, settings, a job for CI.
    Init(InitArguments),
    /// Write the JSON Schemas of every contract to schemas/.
    Schemas(GeneratedArguments),
    /// Write a page of every API to docs/apis/: operations, flows as diagrams, readings.
    Docs(GeneratedArguments),
    /// Play flows twice, and propose rules for values that differ from run to run.
    Noise(NoiseArguments),
    /// Play flows with mutants, to see what they would notice.
    Mutate(Box<MutateArguments>),
    /// List the runs that were recorded.
    Runs(RunsArguments),
    /// Tell a run once more, or write reports of it.
    Report(ReportArguments),
    /// Tell what of the contracts a run exercised, and what it did not.
    Coverage(CoverageArguments),
    /// Join the records of the shards of a run.
    Merge(MergeArguments),
    /// Send a recorded exchange again.
    Replay(ReplayArguments),
    /// Compare two recorded runs, or what two targets answer.
    Diff(DiffArguments),
    /// Take away what runs that were killed have left at a target.
    Cleanup(CleanupArguments),
    /// Try what a run needs, one thing after the other; change nothing.
    Doctor(DoctorArguments),
    /// Show the settings that hold, and where they come from.
    Config(ConfigArguments),
    /// List the deviations of targets that are known and borne, add some, take needless ones away.
    Waivers(WaiversArguments),
    /// Serve a bundled mock.
    Mock(MockArguments),
    /// Explain a check.
    Explain(ExplainArguments),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

// Which flows.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct SelectionArguments {
    /// Parts of `api::workflow`; a flow is taken when any of them is part of its name, in
    /// either case. The name of an API takes the flows of that API, and no other API is read.
    #[arg(value_name = "SELECTOR")]
    pub(super) words: Vec<String>,
    /// A selector is the whole name.
    #[arg(long)]
    pub(super) exact: bool,
    /// Only flows with this tag; may be given several times.
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,
}

// What contracts may refer to.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct RemoteArguments {
    /// Fetch what a `$ref` of a contract names by a URL of http or https.
    #[arg(long)]
    pub(super) allow_remote: bool,
}

impl Command {
    /// Whether the standard output is given to a report, so that nothing else may be written there.
    pub(super) fn gives_away_stdout(&self) -> bool {
        match self {
            Self::Run(arguments) => {
                let mut paths = arguments.report.iter();
                paths.any(|(_, path)| *path == ReportPath::Stdout)
            }
            Self::Mutate(arguments) => arguments.json == Some(ReportPath::Stdout),
            _ => false,
        }
    }
}

impl SelectionArguments {
    /// One flow, by its whole name.
    pub(super) fn of_flow(flow: &str) -> Self {
        Self {
            words: vec![flow.to_owned()],
            exact: true,
            tag: Vec::new(),
        }
    }
}

impl RemoteArguments {
    /// Nothing is fetched.
    pub(super) const NONE: Self = Self {
        allow_remote: false,
    };
}

// `list`.
#[derive(Debug, Clone, Args)]
pub(super) struct ListArguments {
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
    /// Show the steps of each flow, too.
    #[arg(long)]
    pub(super) steps: bool,
    #[command(flatten)]
    pub(super) remote: RemoteArguments,
}

// `check`.
#[derive(Debug, Clone, Args)]
pub(super) struct CheckArguments {
    /// OpenAPI documents to check by themselves, instead of the project.
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// How problems are told: human, json, sarif or github.
    #[arg(long, value_name = "FORMAT", default_value = HUMAN, value_parser = parse_problem_format)]
    pub(super) format: String,
    /// Let warnings fail as errors do.
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) remote: RemoteArguments,
}

// `generate`.
#[derive(Debug, Clone, Args)]
pub(super) struct GenerateArguments {
    /// The OpenAPI document.
    #[arg(value_name = "OPENAPI")]
    pub(super) contract: PathBuf,
    #[command(flatten)]
    pub(super) remote: RemoteArguments,
}

// `init`.
#[derive(Debug, Clone, Args)]
pub(super) struct InitArguments {
    /// The OpenAPI document; it is copied into the specs folder.
    #[arg(value_name = "OPENAPI")]
    pub(super) contract: PathBuf,
    /// The short name of the API [default: from the document's title].
    #[arg(long, value_name = "API", value_parser = parse_api_name)]
    pub(super) name: Option<String>,
    /// For which CI service a job is written.
    #[arg(long, value_name = "SERVICE", default_value = "github")]
    pub(super) ci: CiService,
    #[command(flatten)]
    pub(super) remote: RemoteArguments,
}

/// A CI service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CiService {
    /// GitHub Actions.
    Github,
    /// GitLab CI/CD.
    Gitlab,
    /// None of them.
    None,
}

/// The name of the format that is for people.
pub(super) const HUMAN: &str = "human";

// `schemas` and `docs`.
#[derive(Debug, Clone, Args)]
pub(super) struct GeneratedArguments {
    /// Write nothing; fail when something else stands there than what would be written.
    #[arg(long)]
    pub(super) check: bool,
    #[command(flatten)]
    pub(super) remote: RemoteArguments,
}

// `mock`.
#[derive(Debug, Clone, Args)]
pub(super) struct MockArguments {
    /// Which mock.
    #[arg(required_unless_present = "list_faults", value_name = "API")]
    pub(super) api: Option<String>,
    /// Where it listens; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub(super) listen: SocketAddr,
    /// Where the certificates of a mock that is reached by TLS are written, and its token; without it
    /// a new folder among the temporary ones.
    #[arg(long, value_name = "DIR")]
    pub(super) tls_dir: Option<PathBuf>,
    /// A way in which it misbehaves.
    #[arg(long, value_name = "ID")]
    pub(super) fault: Option<String>,
    /// List the faults, of one mock or of all.
    #[arg(long)]
    pub(super) list_faults: bool,
    /// The seed of the values that it makes.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
}

// `explain`.
#[derive(Debug, Clone, Args)]
pub(super) struct ExplainArguments {
    /// A check or a kind of problem, such as response-schema; without it all are listed.
    #[arg(value_name = "ID")]
    pub(super) id: Option<String>,
    /// Print the page of all checks and kinds of problems: docs/checks.md.
    #[arg(long, conflicts_with = "id")]
    pub(super) markdown: bool,
}

/// The name of a folder that is the same everywhere.
fn parse_api_name(text: &str) -> Result<String, String> {
    let name = crate::generate::kebab_case(text);
    if !name.is_empty() && name == text {
        return Ok(name);
    }
    Err("write small letters, digits and hyphens, such as `my-api`".to_owned())
}

fn parse_target_name(text: &str) -> Result<String, String> {
    if crate::suite::is_target_name(text) {
        return Ok(text.to_owned());
    }
    Err("write the name of a target in api.toml, such as `staging`".to_owned())
}

fn parse_problem_format(text: &str) -> Result<String, String> {
    let formats = crate::report::PROBLEM_FORMATS.iter().map(|it| it.id);
    let known: Vec<&str> = [HUMAN].into_iter().chain(formats).collect();
    if known.contains(&text) {
        return Ok(text.to_owned());
    }
    let known = known.join(", ");
    Err(format!("there is no format `{text}`; there is {known}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_command_says_the_same_before_and_after_its_arguments_are_known() {
        let plain = Arguments::command();
        let mut whole = Arguments::command();
        whole.build();
        let about = |of: &clap::Command| {
            let texts = [of.get_about(), of.get_long_about()];
            texts.map(|it| it.map(ToString::to_string))
        };
        for command in plain.get_subcommands() {
            let name = command.get_name();
            let built = whole.find_subcommand(name).expect("the same one");
            assert_eq!(about(command), about(built), "{name}");
            assert!(command.get_about().is_some(), "{name}");
        }
    }

    #[test]
    fn wrong_values_are_usage_errors() {
        for argv in [
            vec!["countersign", "run", "--jobs", "0"],
            vec!["countersign", "run", "--repeat", "0"],
            vec!["countersign", "run", "--report", "pdf=x"],
            vec!["countersign", "run", "--report", "json="],
            vec!["countersign", "run", "--fail-on", "everything"],
            vec!["countersign", "run", "--fail-on", ""],
            vec!["countersign", "run", "--fail-on=review", "--allow-skipped"],
            vec!["countersign", "run", "--update", "always"],
            vec!["countersign", "run", "--credential", "a=env:B"],
            vec!["countersign", "run", "-t", "x", "--cert", "c"],
            vec!["countersign", "accept", "--target", "../up"],
            vec!["countersign", "accept", "-t", "x", "--unreferenced"],
            vec!["countersign", "noise", "--update", "accept"],
            vec!["countersign", "noise", "--fault", "x"],
            vec!["countersign", "check", "--format", "xml"],
            vec!["countersign", "generate"],
            vec!["countersign", "init", "a.yaml", "--name", "../up"],
            vec!["countersign", "init", "a.yaml", "--ci", "jenkins"],
            vec!["countersign", "mock"],
            vec!["countersign", "mock", "x", "--listen", "nowhere"],
            vec!["countersign", "frobnicate"],
            vec!["countersign"],
        ] {
            let error = Arguments::try_parse_from(&argv).expect_err(argv[1..].join(" ").as_str());
            assert_eq!(error.exit_code(), 2, "{argv:?}");
        }
    }
}
