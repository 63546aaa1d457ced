//! What is not exercised for a reason, and is no hole.

use super::universe::{Item, Side, What};
use super::{Aspect, Kind};
use crate::contract::StatusPattern;

/// A part of a contract that is declared not to be exercised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// The operation; none means all of them.
    pub operation: Option<String>,
    /// What of it.
    pub part: ExemptPart,
}

/// What is not exercised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExemptPart {
    /// A documented status, with all that its answers hold.
    Status(StatusPattern),
    /// A field of the request, such as `/spec/name`, or `query page`; with all below it.
    Field(String),
    /// An item by its name, with all below it.
    Item(String),
}

impl Exemption {
    /// Whether an item of an operation of that name is meant.
    pub fn takes(&self, item: &Item, operation: &str) -> bool {
        if self.operation.as_ref().is_some_and(|it| it != operation) {
            return false;
        }
        match (&self.part, &item.what) {
            (ExemptPart::Item(name), _) => begins(&item.id, name),
            (
                ExemptPart::Status(status),
                What::Status(own)
                | What::MediaType(Side::Response(own))
                | What::Place(Side::Response(own), ..),
            ) => own == status,
            (ExemptPart::Field(field), What::Parameter { .. }) => {
                let own = item.id.get(operation.len() + 1..);
                own.is_some_and(|own| begins(own, field))
            }
            (ExemptPart::Field(field), What::Place(Side::Request, place, aspect)) => {
                begins(&place_name(place.as_str(), aspect), field)
            }
            _ => false,
        }
    }
}

/// A place of a body with what is asked of it, as the end of an item's name has it.
pub(super) fn place_name(place: &str, aspect: &Aspect) -> String {
    let aspect = aspect.to_string();
    let gap = if place.is_empty() || aspect.is_empty() {
        ""
    } else {
        " "
    };
    format!("{place}{gap}{aspect}")
}

/// Whether a name is another one, or of something below it.
fn begins(name: &str, with: &str) -> bool {
    let rest = name.strip_prefix(with);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ' ']))
}

impl Item {
    /// Whether it is one of those that the project's own rule asks for: an operation, a status, or a
    /// field of a request that is sent.
    pub fn is_basic(&self) -> bool {
        match (&self.what, self.kind) {
            (What::Parameter { is_sent, .. }, _) => *is_sent,
            (What::Place(Side::Request, _, aspect), _) => *aspect == Aspect::Present,
            (_, kind) => matches!(kind, Kind::Operations | Kind::Statuses),
        }
    }
}
