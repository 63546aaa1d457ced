//! What a record says of the run as a whole.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::waivers::DeclaredWaiver;

/// What was played, and against what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The version of the file's form.
    pub version: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// When the run began, as RFC 3339 writes it.
    pub began: String,
    /// The command that plays it again, without what was selected.
    pub command: String,
    /// What was selected, with a space before it; empty for everything.
    pub selection: String,
    /// The target, by name or URL; none for bundled mocks.
    pub target: Option<String>,
    /// The seed of everything that was random.
    pub seed: u64,
    /// The APIs that were played, by their names.
    pub apis: BTreeMap<String, RecordedApi>,
    /// How many cases the plan has, in all rounds and all shards.
    pub cases: usize,
    /// A name for the plan: the same cases with the same inputs and seeds have the same one.
    pub plan: String,
    /// Which part of the plan was played; none for all of it.
    pub shard: Option<Shard>,
    /// The waivers that it could need, of the APIs whose flows are all in the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<DeclaredWaiver>,
}

/// An API of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedApi {
    /// A name for what it was judged by: contract, scenarios and settings.
    pub digest: String,
    /// Where it was reached.
    pub url: String,
}

/// One of several parts of a plan that are played apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// Which one, from 1.
    pub index: usize,
    /// How many there are.
    pub of: usize,
}

/// How many parts a plan may have.
const SHARDS_MAX: usize = 10_000;

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write it as I/N with I from 1 to N, such as 1/3".to_owned();
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        let number = |text: &str| -> Option<usize> {
            let is_plain = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
            text.parse().ok().filter(|_| is_plain)
        };
        let index = number(index).ok_or_else(wrong)?;
        let of = number(of).ok_or_else(wrong)?;
        if index == 0 || index > of || of > SHARDS_MAX {
            return Err(wrong());
        }
        Ok(Self { index, of })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.index, self.of)
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// How many cases stand in the record.
    pub cases: usize,
    /// The exit code that the run came to.
    pub exit: u8,
    /// What it came to, in a few words.
    pub told: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_written_as_it_is_read() {
        for text in ["1/1", "2/3", "10000/10000"] {
            let shard: Shard = text.parse().expect("a shard");
            assert_eq!(shard.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in [
            "", "1", "/", "0/3", "4/3", "1/0", "1/10001", "+1/3", "1/ 3", "a/b", "1/3/3", "-1/3",
        ] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
