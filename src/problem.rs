//! What is wrong with the user's own files: a place, a sentence, and what to do next.
//!
//! A Problem is never about a target's answer (that is a Finding) and never about the network (that
//! is an error). Whoever reads a file collects all its Problems; nobody stops at the first.

mod node;

pub use node::Node;

use std::fmt;

use crate::source::{Location, SyntaxFault};
use crate::verdict::Severity;

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which kind of thing.
    pub code: ProblemCode,
    /// An error stops the run before anything is sent; a warning does not.
    pub severity: Severity,
    /// Where; absent only where there is no file to point into, such as a missing folder.
    pub location: Option<Location>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// A second place that belongs to it, with a word on why.
    pub also: Option<(Location, String)>,
    /// What to do next.
    pub help: String,
}

/// The kinds of Problem. Tests compare these, not prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemCode {
    /// The text is not YAML, JSON or TOML.
    Syntax,
    /// A field that the format does not know.
    UnknownField,
    /// A field that the format demands.
    MissingField,
    /// A value of another type than the format demands.
    WrongType,
    /// A value of the right type that the format does not allow.
    InvalidValue,
    /// A name that points to nothing.
    UnknownReference,
    /// The same name twice where it must be unique.
    DuplicateName,
    /// A reference to something that has not happened by then, or that goes round in a circle.
    ImpossibleOrder,
    /// A runtime expression or a condition that cannot be read.
    InvalidExpression,
    /// A request that the contract does not allow and that the scenario does not mark as such.
    InvalidRequest,
    /// A schema that cannot be compiled.
    InvalidSchema,
    /// Legal, but not supported here.
    Unsupported,
    /// A file that is missing, too large, or outside its folder.
    UnusableFile,
}

impl ProblemCode {
    /// Its stable name in kebab-case.
    pub fn id(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::UnknownField => "unknown-field",
            Self::MissingField => "missing-field",
            Self::WrongType => "wrong-type",
            Self::InvalidValue => "invalid-value",
            Self::UnknownReference => "unknown-reference",
            Self::DuplicateName => "duplicate-name",
            Self::ImpossibleOrder => "impossible-order",
            Self::InvalidExpression => "invalid-expression",
            Self::InvalidRequest => "invalid-request",
            Self::InvalidSchema => "invalid-schema",
            Self::Unsupported => "unsupported",
            Self::UnusableFile => "unusable-file",
        }
    }
}

impl Problem {
    /// An error at a place.
    pub fn new(code: ProblemCode, location: Location, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            location: Some(location),
            message: message.into(),
            also: None,
            help: String::new(),
        }
    }

    /// An error that has no place in a file.
    pub fn without_place(code: ProblemCode, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            location: None,
            message: message.into(),
            also: None,
            help: String::new(),
        }
    }

    /// The same, with what to do next.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The same, with a second place.
    #[must_use]
    pub fn with_also(mut self, location: Location, why: impl Into<String>) -> Self {
        self.also = Some((location, why.into()));
        self
    }

    /// A reference that points to nothing, with the nearest name that exists.
    pub fn unknown_reference<'c>(
        location: Location,
        what: &str,
        name: &str,
        candidates: impl Iterator<Item = &'c str> + Clone,
    ) -> Self {
        let problem = Self::new(
            ProblemCode::UnknownReference,
            location,
            format!("there is no {what} `{name}`"),
        );
        match crate::diff::nearest(name, candidates.clone()) {
            Some(nearest) => problem.with_help(format!("did you mean `{nearest}`?")),
            None => problem.with_help(listing(what, candidates)),
        }
    }
}

/// How many names a help line lists.
const LISTED_MAX: usize = 8;

fn listing<'c>(what: &str, candidates: impl Iterator<Item = &'c str>) -> String {
    let names: Vec<&str> = candidates.collect();
    if names.is_empty() {
        return format!("no {what} is declared");
    }
    let shown = names
        .iter()
        .take(LISTED_MAX)
        .map(|name| format!("`{name}`"));
    let shown = shown.collect::<Vec<_>>().join(", ");
    let rest = names.len().saturating_sub(LISTED_MAX);
    let more = if rest == 0 {
        String::new()
    } else {
        format!(" and {rest} more")
    };
    format!("there is {shown}{more}")
}

impl From<SyntaxFault> for Problem {
    fn from(fault: SyntaxFault) -> Self {
        let problem = Self::new(ProblemCode::Syntax, fault.location, fault.message);
        match fault.also {
            Some(first) => problem
                .with_also(first, "first here")
                .with_help("keep one of the two"),
            None => problem.with_help("mend the syntax; nothing else of this file was read"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(formatter, "{location}: ")?;
        }
        write!(
            formatter,
            "{}[{}]: {}",
            self.severity,
            self.code.id(),
            self.message
        )?;
        if !self.help.is_empty() {
            write!(formatter, "; help: {}", self.help)?;
        }
        Ok(())
    }
}
