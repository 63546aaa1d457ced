//! One mutant.

use std::sync::Arc;

use serde_json::Value;

use super::Kind;
use crate::contract::{Contract, Operation, StatusPattern};
use crate::http::Caller;
use crate::json::Pointer;
use crate::mock::Fault;

/// A way in which a server is wrong, at one place.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// Its name, the same in every run: `operation/status/kind:place`.
    pub id: String,
    /// The kind that it is of.
    pub kind: Kind,
    /// The operation that it is about, by its place in the contract.
    pub operation: usize,
    /// The name of the operation.
    pub operation_id: String,
    /// The documented answer that it is about; none when it is about the operation.
    pub status: Option<StatusPattern>,
    /// The place in the body, `*` standing for any item of a list or member of a map; empty where there is
    /// none.
    pub place: Pointer,
    pub(super) change: Change,
}

/// What is done.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// The value at the place is made wrong.
    Value(Wrong),
    /// Another status.
    Status(u16),
    /// Another media type.
    MediaType,
    /// No media type.
    NoMediaType,
    /// No header field of this name.
    NoHeader(String),
    /// Another value of the header field of this name.
    Header(String),
    /// Half a body.
    Truncated,
    /// No answer.
    TimedOut,
    /// Who is turned away is let through as somebody else.
    LetThrough(Arc<Caller>),
    /// What a behaviour of that kind does.
    Behaviour,
    /// The mock plays it.
    Fault(&'static Fault),
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wrong {
    /// It is not there.
    Missing,
    /// Its type.
    Type,
    /// It is null.
    Null,
    /// It is not listed.
    Enum,
    /// Its format.
    Format,
    /// Its pattern.
    Pattern,
    /// It crosses what a keyword says.
    Bound(&'static str, Value),
    /// It has a member that nobody declares.
    Undeclared,
}

impl Mutant {
    /// A mutant of an operation, or of one of its answers.
    pub(super) fn new(
        contract: &Contract,
        operation: usize,
        status: Option<StatusPattern>,
        (kind, rule, place): (Kind, &str, &Pointer),
        change: Change,
    ) -> Self {
        let operation_id = contract.operations[operation].id.clone();
        let answer = status.map_or(String::new(), |it| format!("/{it}"));
        let gap = if rule.is_empty() { "" } else { "-" };
        let at = if place.is_root() {
            String::new()
        } else {
            format!(":{place}")
        };
        Self {
            id: format!("{operation_id}{answer}/{kind}{gap}{rule}{at}"),
            kind,
            operation,
            operation_id,
            status,
            place: place.clone(),
            change,
        }
    }

    /// The operation that it is about.
    pub fn operation<'c>(&self, contract: &'c Contract) -> &'c Operation {
        &contract.operations[self.operation]
    }

    /// The fault that the mock is to play, where that is it.
    pub fn fault(&self) -> Option<&'static Fault> {
        match self.change {
            Change::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    /// What it does, in a few words.
    pub fn summary(&self) -> &'static str {
        self.fault().map_or(self.kind.summary(), |it| it.summary)
    }

    /// Whether it changes answers alone, so that what a target said before is enough to play it.
    pub fn is_of_answers(&self) -> bool {
        let is_other = matches!(
            self.kind,
            Kind::CreateSwallowed
                | Kind::UpdateSwallowed
                | Kind::DeleteSwallowed
                | Kind::FieldNotStored
                | Kind::AuthNotDemanded
                | Kind::Fault
        );
        !is_other
    }

    /// Whether all that it does is seen in each single answer that it changes.
    pub fn is_of_message(&self) -> bool {
        !matches!(
            self.change,
            Change::TimedOut | Change::Behaviour | Change::LetThrough(_) | Change::Fault(_)
        )
    }

    /// Whether it is about an answer of that operation with that status.
    pub(super) fn is_about(&self, contract: &Contract, operation: usize, status: u16) -> bool {
        let documented = contract
            .operations
            .get(operation)
            .and_then(|it| it.response(status));
        let answer = documented.map(|it| it.status);
        self.operation == operation && (self.status.is_none() || self.status == answer)
    }
}
