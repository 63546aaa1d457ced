//! `[[uncovered]]`: what of the contract no flow exercises, and why that is so.

use std::fmt;

use crate::contract::{Contract, StatusPattern};
use crate::problem::{Node, Problem, ProblemCode};

/// A part of the contract that is not exercised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncovered {
    /// The operation; none means all of them.
    pub operation: Option<String>,
    /// What of it.
    pub part: UncoveredPart,
    /// The reason, for the next reader.
    pub why: String,
}

/// What of an operation is not exercised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UncoveredPart {
    /// A documented status.
    Status(StatusPattern),
    /// A field of the request, such as `/spec/name`, or `query page`.
    Field(String),
}

impl fmt::Display for UncoveredPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(formatter, "status {status}"),
            Self::Field(field) => write!(formatter, "field `{field}`"),
        }
    }
}

/// Reads one entry.
pub(super) fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Uncovered> {
    node.exactly(&["operation", "status", "field", "why"], problems);
    let operation = node.get_text("operation", problems).map(str::to_owned);
    let why = node.require_text("why", problems);
    if why.is_some_and(|why| why.trim().is_empty()) {
        problems.push(
            node.problem(ProblemCode::InvalidValue, "the reason is empty")
                .with_help("say why no flow exercises it"),
        );
    }
    let why = why.map(str::to_owned);
    let part = match (node.get("status"), node.get("field")) {
        (Some(field), None) => {
            let text = field.text(problems)?;
            let Some(status) = StatusPattern::parse(text) else {
                problems.push(
                    field
                        .problem(ProblemCode::InvalidValue, format!("`{text}` is no status"))
                        .with_help("write a status such as \"404\", a class such as \"4XX\", or \"default\""),
                );
                return None;
            };
            UncoveredPart::Status(status)
        }
        (None, Some(field)) => UncoveredPart::Field(field.text(problems)?.to_owned()),
        _ => {
            problems.push(
                node.problem(ProblemCode::MissingField, "an entry names one part")
                    .with_help("give it `status` or `field`"),
            );
            return None;
        }
    };
    Some(Uncovered {
        operation,
        part,
        why: why?,
    })
}

/// Complains of a status that no operation documents.
pub(super) fn check(root: &Node<'_>, contract: &Contract, problems: &mut Vec<Problem>) {
    // What is wrong by itself has been told when the settings were read.
    let mut elsewhere = Vec::new();
    for node in root.get_items("uncovered", &mut elsewhere) {
        let Some(Uncovered {
            operation,
            part: UncoveredPart::Status(status),
            ..
        }) = read(&node, &mut elsewhere)
        else {
            continue;
        };
        let mut operations = contract
            .operations
            .iter()
            .filter(|it| operation.as_ref().is_none_or(|name| it.id == *name));
        let documented =
            operations.any(|it| it.responses.iter().any(|answer| answer.status == status));
        if !documented {
            problems.push(
                node.problem(
                    ProblemCode::UnknownReference,
                    format!("no such operation documents the status {status}"),
                )
                .with_help("take the entry away, or mend its status"),
            );
        }
    }
}
