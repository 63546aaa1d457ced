//! Coverage: what of the contracts a run exercised.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::RemoteArguments;
use crate::coverage::{KINDS, Kind};

// `coverage`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct CoverageArguments {
    /// The run: `latest`, the begin of its name as `runs` lists it, or the path of a record.
    #[arg(value_name = "RUN", default_value = "latest")]
    pub(in crate::cli) run: String,
    /// Only these APIs.
    #[arg(value_name = "API")]
    pub(in crate::cli) apis: Vec<String>,
    /// Name everything that was not exercised, with steps that would do it.
    #[arg(long)]
    pub(in crate::cli) missing: bool,
    /// How it is told.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(in crate::cli) format: CoverageFormat,
    /// Fail where less of an API is covered: PERCENT of everything, or KIND=PERCENT with one of operations,
    /// statuses, media-types, parameters and places; may be given several times.
    #[arg(long, value_name = "[KIND=]PERCENT")]
    pub(in crate::cli) min: Vec<Minimum>,
    /// Fail where something is not covered that was once: by this file, or coverage.json of the project.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    #[expect(
        clippy::option_option,
        reason = "a flag with a value that may be left out"
    )]
    pub(in crate::cli) ratchet: Option<Option<PathBuf>>,
    /// Write that file anew with what is covered now.
    #[arg(long, requires = "ratchet")]
    pub(in crate::cli) update: bool,
    #[command(flatten)]
    pub(in crate::cli) remote: RemoteArguments,
}

/// How coverage is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CoverageFormat {
    /// A table.
    Human,
    /// One JSON document.
    Json,
}

/// How much is to be covered at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Minimum {
    /// Of which kind; none means of everything.
    pub(in crate::cli) kind: Option<Kind>,
    pub(in crate::cli) percent: u8,
}

impl FromStr for Minimum {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, percent) = match text.split_once('=') {
            Some((kind, percent)) => (Some(kind), percent),
            None => (None, text),
        };
        let kind = match kind {
            None => None,
            Some(id) => {
                let known = KINDS.map(Kind::id).join(", ");
                let found = Kind::find(id);
                Some(found.ok_or_else(|| format!("there is no kind `{id}`; there is {known}"))?)
            }
        };
        let is_plain = percent.bytes().all(|it| it.is_ascii_digit());
        let percent = percent.parse().ok().filter(|it| is_plain && *it <= 100);
        let percent = percent.ok_or("write a whole number from 0 to 100")?;
        Ok(Self { kind, percent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minimum_is_of_one_kind_or_of_everything() {
        let read = |text: &str| text.parse::<Minimum>();
        let all = Minimum {
            kind: None,
            percent: 80,
        };
        assert_eq!(read("80"), Ok(all));
        let statuses = Minimum {
            kind: Some(Kind::Statuses),
            percent: 100,
        };
        assert_eq!(read("statuses=100"), Ok(statuses));
        for text in [
            "",
            "101",
            "-1",
            "+1",
            "80%",
            "1.5",
            "=80",
            "status=80",
            "places=",
            "places=a",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
