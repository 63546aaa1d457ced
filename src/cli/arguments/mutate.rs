//! What can be said to `mutate`.

use clap::Args;

use super::{
    CredentialArguments, RemoteArguments, ReportPath, RunArguments, SafetyArguments,
    SelectionArguments,
};
use crate::mutate::{KINDS, Kind, Share};

// `mutate`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct MutateArguments {
    /// Only these APIs.
    #[arg(value_name = "API")]
    pub(in crate::cli) apis: Vec<String>,
    /// A URL, or the name of a target in api.toml. Without it bundled mocks are started, and their faults
    /// are mutants, too.
    #[arg(short, long, value_name = "URL|NAME")]
    pub(in crate::cli) target: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) credentials: CredentialArguments,
    /// Only mutants of this kind; may be given several times.
    #[arg(long, value_name = "KIND", value_parser = parse_kind)]
    pub(in crate::cli) only: Vec<Kind>,
    /// Fail where a smaller share of an API's mutants is killed, such as 95 or 99.5.
    #[arg(long, value_name = "PERCENT")]
    pub(in crate::cli) min_score: Option<Share>,
    /// List the mutants and play none; the flows are played once to know what they show.
    #[arg(long)]
    pub(in crate::cli) list: bool,
    /// Write all of it as JSON; `-` is the standard output.
    #[arg(long, value_name = "PATH", value_parser = parse_path)]
    pub(in crate::cli) json: Option<ReportPath>,
    /// How many mutants are played at once [default: 8].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(in crate::cli) jobs: Option<u16>,
    /// How long one request may take, in seconds [default: what the target says, or 30].
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(in crate::cli) timeout: Option<u64>,
    /// Play flows that may change something, also at a target that api.toml calls protected.
    #[arg(long, requires = "target")]
    pub(in crate::cli) allow_writes: bool,
    /// The seed of everything that is random.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(in crate::cli) seed: u64,
    #[command(flatten)]
    pub(in crate::cli) safety: SafetyArguments,
    #[command(flatten)]
    pub(in crate::cli) remote: RemoteArguments,
}

impl MutateArguments {
    /// What would have been said to `run`, which writes nothing.
    pub(in crate::cli) fn as_run(&self) -> RunArguments {
        RunArguments {
            selection: SelectionArguments {
                words: self.apis.iter().map(|it| format!("{it}::")).collect(),
                ..SelectionArguments::default()
            },
            target: self.target.clone(),
            credentials: self.credentials.clone(),
            jobs: self.jobs,
            timeout: self.timeout,
            allow_writes: self.allow_writes,
            seed: self.seed,
            safety: self.safety.clone(),
            remote: self.remote,
            ..RunArguments::silent()
        }
    }
}

fn parse_kind(text: &str) -> Result<Kind, String> {
    Kind::find(text).ok_or_else(|| {
        let known: Vec<&str> = KINDS.iter().map(|(_, id, _)| *id).collect();
        format!("there is no kind `{text}`; there is {}", known.join(", "))
    })
}

fn parse_path(text: &str) -> Result<ReportPath, String> {
    match text {
        "" => Err("the path is empty".to_owned()),
        "-" => Ok(ReportPath::Stdout),
        path => Ok(ReportPath::File(path.into())),
    }
}
