//! `[[uncovered]]`: what of the contract no flow exercises, and why that is so.

use std::fmt;
use std::sync::Arc;

use crate::contract::{Contract, StatusPattern};
use crate::coverage::{ExemptPart, Exemption, Universe};
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
    /// Anything that `coverage` names, such as `createImage 201 application/json /items/*/size absent`.
    Item(String),
}

impl fmt::Display for UncoveredPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(formatter, "status {status}"),
            Self::Field(field) => write!(formatter, "field `{field}`"),
            Self::Item(item) => write!(formatter, "`{item}`"),
        }
    }
}

impl Uncovered {
    /// What of the contract this takes away from what is to be covered.
    pub fn exemption(&self) -> Exemption {
        Exemption {
            operation: self.operation.clone(),
            part: match &self.part {
                UncoveredPart::Status(status) => ExemptPart::Status(*status),
                UncoveredPart::Field(field) => ExemptPart::Field(field.clone()),
                UncoveredPart::Item(item) => ExemptPart::Item(item.clone()),
            },
        }
    }
}

/// Reads one entry.
pub(super) fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Uncovered> {
    node.exactly(&["operation", "status", "field", "item", "why"], problems);
    let operation = node.get_text("operation", problems).map(str::to_owned);
    let why = node.require_text("why", problems);
    if why.is_some_and(|why| why.trim().is_empty()) {
        problems.push(
            node.problem(ProblemCode::InvalidValue, "the reason is empty")
                .with_help("say why no flow exercises it"),
        );
    }
    let why = why.map(str::to_owned);
    let part = match (node.get("status"), node.get("field"), node.get("item")) {
        (Some(field), None, None) => {
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
        (None, Some(field), None) => UncoveredPart::Field(field.text(problems)?.to_owned()),
        (None, None, Some(field)) => UncoveredPart::Item(field.text(problems)?.to_owned()),
        _ => {
            problems.push(
                node.problem(ProblemCode::MissingField, "an entry names one part")
                    .with_help("give it one of `status`, `field` and `item`"),
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

/// Complains of a status that no operation documents, and of an item that no contract has.
pub(super) fn check(root: &Node<'_>, contract: &Arc<Contract>, problems: &mut Vec<Problem>) {
    // What is wrong by itself has been told when the settings were read.
    let mut elsewhere = Vec::new();
    let mut universe = None;
    for node in root.get_items("uncovered", &mut elsewhere) {
        let Some(entry) = read(&node, &mut elsewhere) else {
            continue;
        };
        match &entry.part {
            UncoveredPart::Status(status) => {
                problems.extend(undocumented(&node, &entry, *status, contract));
            }
            UncoveredPart::Item(name) => {
                let universe = universe.get_or_insert_with(|| Universe::new(contract, &[]));
                let exemption = entry.exemption();
                let mut items = universe.items().iter();
                let is_known = items.any(|it| {
                    let operation = &contract.operations[it.operation].id;
                    exemption.takes(it, operation)
                });
                let unknown = node.problem(
                    ProblemCode::UnknownReference,
                    format!("the contract has nothing that is called `{name}`"),
                );
                let unknown =
                    unknown.with_help("write it as `countersign coverage --missing` tells it");
                problems.extend((!is_known).then_some(unknown));
            }
            UncoveredPart::Field(_) => {}
        }
    }
}

/// A Problem, when no operation that is meant documents a status.
fn undocumented(
    node: &Node<'_>,
    entry: &Uncovered,
    status: StatusPattern,
    contract: &Contract,
) -> Option<Problem> {
    let operation = entry.operation.as_ref();
    let mut operations = contract
        .operations
        .iter()
        .filter(|it| operation.is_none_or(|name| it.id == *name));
    let documented = operations.any(|it| it.responses.iter().any(|answer| answer.status == status));
    let problem = || {
        node.problem(
            ProblemCode::UnknownReference,
            format!("no such operation documents the status {status}"),
        )
        .with_help("take the entry away, or mend its status")
    };
    (!documented).then(problem)
}
