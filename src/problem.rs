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
    /// A step awaits a status that its operation does not document.
    UndocumentedStatus,
    /// An expression reads what the contract does not declare there.
    UndeclaredRead,
    /// What an expression gives can never be of the type that is wanted.
    TypeMismatch,
    /// A step that no way leads to.
    UnreachableStep,
    /// An output that nobody reads.
    UnusedOutput,
    /// A rule of `api.toml` that nothing falls under.
    StaleRule,
    /// A rule of `api.toml` that hides what the contract fixes.
    BlindRule,
    /// A rule on values that change, where the contract says enough without it.
    NeedlessRule,
    /// An identity that is used and not declared, or declared and not used.
    StrayIdentity,
    /// A layer of snapshots that no target has, or that says nothing of its own.
    StrayLayer,
    /// The contract says too little to judge an answer by.
    Untestable,
    /// An example breaks its own schema.
    BrokenExample,
}

const STALE_RULE: &str = "Nothing that the contract documents can fall under this rule of `api.toml`. Take it away, or mend its \
    place.";
const BLIND_RULE: &str = "A rule of `api.toml` takes a value for volatile that the contract fixes, so that a change of it would not \
    be seen. Fixed is what has a `const` or an `enum`, a boolean, the property of a `discriminator`, and the \
    order of an array that has `prefixItems`.";
const NEEDLESS_RULE: &str = "The contract gives the value a format that makes it a symbol by itself, and the rule says no more: a time \
    has the same symbol with it, and a UUID is called by a name that says nothing. Take it away.";
const STRAY_LAYER: &str = "A layer of snapshots (`snapshots/<api>/@<target>/`) is of a target that `api.toml` does not have, or \
    a snapshot in it says what is approved for all.";

impl ProblemCode {
    /// Every kind, in the order in which they are told.
    pub const ALL: &[Self] = &[
        Self::Syntax,
        Self::UnknownField,
        Self::MissingField,
        Self::WrongType,
        Self::InvalidValue,
        Self::UnknownReference,
        Self::DuplicateName,
        Self::ImpossibleOrder,
        Self::InvalidExpression,
        Self::InvalidRequest,
        Self::InvalidSchema,
        Self::Unsupported,
        Self::UnusableFile,
        Self::UndocumentedStatus,
        Self::UndeclaredRead,
        Self::TypeMismatch,
        Self::UnreachableStep,
        Self::UnusedOutput,
        Self::StaleRule,
        Self::BlindRule,
        Self::NeedlessRule,
        Self::StrayIdentity,
        Self::StrayLayer,
        Self::Untestable,
        Self::BrokenExample,
    ];

    /// The kind of that name.
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.id() == id)
    }

    /// What it means, and what to do, in a sentence or two.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Syntax => {
                "The text is not YAML, JSON or TOML, or has a key twice. Nothing else of the file was read."
            }
            Self::UnknownField => {
                "The format knows no such field. Look for a slip of the pen, or name it `x-..`."
            }
            Self::MissingField => "The format demands a field that is not there. Add it.",
            Self::WrongType => "The format demands a value of another type.",
            Self::InvalidValue => "The type is right, and the format does not allow this value.",
            Self::UnknownReference => {
                "The name points to nothing: an operation, step, workflow, check or component that is \
                 not there."
            }
            Self::DuplicateName => "The same name stands twice where it must be unique.",
            Self::ImpossibleOrder => {
                "A reference to something that has not happened by then, or that goes round in a circle."
            }
            Self::InvalidExpression => {
                "A runtime expression, a condition, a JSONPath or a regular expression that cannot be read."
            }
            Self::InvalidRequest => {
                "The contract does not allow the request. Mend it; where the refusal is the point, say \
                 so with `x-countersign: {request: invalid}`."
            }
            Self::InvalidSchema => {
                "The schema cannot be compiled. Schemas are JSON Schema 2020-12."
            }
            Self::Unsupported => "It is legal, and not supported here. Write it another way.",
            Self::UnusableFile => {
                "The file is missing, too large, not readable, or outside its folder."
            }
            Self::UndocumentedStatus => {
                "The step awaits a status that the contract does not document for its operation, or none can meet its \
                 criteria. Mend the criteria, or document the status."
            }
            Self::UndeclaredRead => {
                "An expression reads a place that the contract does not declare: no documented answer of the awaited \
                 status has it."
            }
            Self::TypeMismatch => {
                "An expression gives a value of another type than the parameter or the field of the body takes."
            }
            Self::UnreachableStep => {
                "No way through the flow leads to the step: the steps before it always end the flow or go elsewhere."
            }
            Self::UnusedOutput => {
                "Nobody reads the output, and it names no value of a snapshot. Take it away, or use it."
            }
            Self::StaleRule => STALE_RULE,
            Self::BlindRule => BLIND_RULE,
            Self::NeedlessRule => NEEDLESS_RULE,
            Self::StrayIdentity => {
                "An identity is declared and no step comes as it, or a step comes as one that `api.toml` does not declare."
            }
            Self::StrayLayer => STRAY_LAYER,
            Self::Untestable => {
                "The contract says too little to judge an answer by: no response, or JSON without a schema."
            }
            Self::BrokenExample => {
                "An example of the contract breaks the schema that it is an example of. One of the two is wrong."
            }
        }
    }

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
            Self::UndocumentedStatus => "undocumented-status",
            Self::UndeclaredRead => "undeclared-read",
            Self::TypeMismatch => "type-mismatch",
            Self::UnreachableStep => "unreachable-step",
            Self::UnusedOutput => "unused-output",
            Self::StaleRule => "stale-rule",
            Self::BlindRule => "blind-rule",
            Self::NeedlessRule => "needless-rule",
            Self::StrayIdentity => "stray-identity",
            Self::StrayLayer => "stray-layer",
            Self::Untestable => "untestable",
            Self::BrokenExample => "broken-example",
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

    /// The same, as a warning.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Whether it stops a run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
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
            format!("there is no {}", named(what, name)),
        );
        match crate::diff::nearest(name, candidates.clone()) {
            Some(nearest) => problem.with_help(format!("did you mean `{nearest}`?")),
            None => problem.with_help(listing(what, candidates)),
        }
    }
}

/// A thing with its name: a `step` that is called `a`, an `output of the step x` that is called `a`.
pub(crate) fn named(what: &str, name: &str) -> String {
    match what.split_once(" of ") {
        Some((kind, owner)) => format!("{kind} `{name}` of {owner}"),
        None => format!("{what} `{name}`"),
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

/// Takes the lines of the file away from Problems, where those may hold a secret; the places stay.
pub fn hide_lines(problems: &mut [Problem]) {
    for problem in problems {
        problem.location = problem.location.take().map(Location::without_text);
        let also = problem.also.take();
        problem.also = also.map(|(location, why)| (location.without_text(), why));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The kind that stands after another: a new one does not compile until it has its place here.
    fn after(code: ProblemCode) -> Option<ProblemCode> {
        Some(match code {
            ProblemCode::Syntax => ProblemCode::UnknownField,
            ProblemCode::UnknownField => ProblemCode::MissingField,
            ProblemCode::MissingField => ProblemCode::WrongType,
            ProblemCode::WrongType => ProblemCode::InvalidValue,
            ProblemCode::InvalidValue => ProblemCode::UnknownReference,
            ProblemCode::UnknownReference => ProblemCode::DuplicateName,
            ProblemCode::DuplicateName => ProblemCode::ImpossibleOrder,
            ProblemCode::ImpossibleOrder => ProblemCode::InvalidExpression,
            ProblemCode::InvalidExpression => ProblemCode::InvalidRequest,
            ProblemCode::InvalidRequest => ProblemCode::InvalidSchema,
            ProblemCode::InvalidSchema => ProblemCode::Unsupported,
            ProblemCode::Unsupported => ProblemCode::UnusableFile,
            ProblemCode::UnusableFile => ProblemCode::UndocumentedStatus,
            ProblemCode::UndocumentedStatus => ProblemCode::UndeclaredRead,
            ProblemCode::UndeclaredRead => ProblemCode::TypeMismatch,
            ProblemCode::TypeMismatch => ProblemCode::UnreachableStep,
            ProblemCode::UnreachableStep => ProblemCode::UnusedOutput,
            ProblemCode::UnusedOutput => ProblemCode::StaleRule,
            ProblemCode::StaleRule => ProblemCode::BlindRule,
            ProblemCode::BlindRule => ProblemCode::NeedlessRule,
            ProblemCode::NeedlessRule => ProblemCode::StrayIdentity,
            ProblemCode::StrayIdentity => ProblemCode::StrayLayer,
            ProblemCode::StrayLayer => ProblemCode::Untestable,
            ProblemCode::Untestable => ProblemCode::BrokenExample,
            ProblemCode::BrokenExample => return None,
        })
    }

    #[test]
    fn all_kinds_are_listed_and_found_by_their_names() {
        let all: Vec<ProblemCode> =
            std::iter::successors(Some(ProblemCode::Syntax), |it| after(*it)).collect();
        assert_eq!(ProblemCode::ALL, all);
        for code in all {
            assert_eq!(ProblemCode::find(code.id()), Some(code));
        }
        assert_eq!(ProblemCode::find("Syntax"), None);
        assert_eq!(ProblemCode::find(""), None);
    }
}
