//! Checks: each asks one question of every answer, and says all that it finds.
//!
//! A check sees one step of a Transcript with the contract beside it. It looks at nothing else: not
//! at the clock, not at other findings, not at its own severity, which is a setting.

use crate::json::Pointer;
use crate::source::Location;
use crate::verdict::Severity;

/// Something that is wrong with a target's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The id of the check that found it.
    pub check: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// The place of the step in the transcript.
    pub record: usize,
    /// The place of the try in the step's list.
    pub attempt: usize,
    /// What is wrong, in one sentence without the values.
    pub message: String,
    /// The place in the response.
    pub place: Place,
    /// What should have been there.
    pub expected: String,
    /// What was there.
    pub actual: String,
    /// The line in the contract that says so.
    pub contract: Option<Location>,
    /// The line in the scenario that led there.
    pub scenario: Location,
}

/// A place in an exchange.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The status line.
    Status,
    /// A header field of the response.
    Header(String),
    /// A place in the JSON body of the response; the root for all of it.
    Body(Pointer),
    /// The request.
    Request,
    /// None in particular.
    Flow,
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status => formatter.write_str("status"),
            Self::Header(name) => write!(formatter, "header {name}"),
            Self::Body(pointer) if pointer.as_str().is_empty() => formatter.write_str("body"),
            Self::Body(pointer) => write!(formatter, "body {pointer}"),
            Self::Request => formatter.write_str("request"),
            Self::Flow => formatter.write_str("flow"),
        }
    }
}
