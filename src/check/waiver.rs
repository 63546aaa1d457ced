//! Waivers: deviations of a target that are known and borne until a day, one by one.
//!
//! A waiver covers what says the same sentence at the same places of the same operation, and nothing
//! else: a second mistake of the same shape fails as it would without it. What it covers stays a finding,
//! of the weight [`Severity::Waived`]. After its last day it covers nothing. A waiver of a change of a snapshot
//! names the class of the change and what is there now in place of check and sentence. Two waivers are of the
//! same when their [`Scope`]s are equal.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{APPROVED_SNAPSHOT, Finding, Place};
use crate::json::Pointer;
use crate::source::Location;
use crate::verdict::Severity;

/// What a part of a place becomes that may be any.
const ANY: &str = "*";

/// With so many digits a name in a body is taken for a value, such as an identifier or a date.
const DIGITS_OF_A_VALUE: usize = 4;

const STATUS: &str = "status";
const REQUEST: &str = "request";
const BODY: &str = "body";
const HEADER: &str = "header ";

/// A known deviation, as `api.toml` declares it.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// What it is about, and nothing else.
    pub scope: Scope,
    /// Why it is borne.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// Where it is followed up.
    pub ticket: Option<String>,
    /// The last day on which it is borne.
    pub expires: Date,
    /// Where it is declared.
    pub location: Location,
}

/// What a waiver is about: one deviation, at one place of the answers of one operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// What deviates.
    pub deviation: Deviation,
    /// The operation whose answers have it.
    pub operation: String,
    /// The place in the answer.
    pub at: WaivedPlace,
    /// The status of the answer; none for any.
    pub status: Option<u16>,
    /// The target that has it; none for every one.
    pub target: Option<String>,
}

/// What deviates from what was promised or approved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deviation {
    /// What a check finds.
    Finding {
        /// The check.
        check: &'static str,
        /// The place in the contract that says otherwise; none where findings have none.
        contract: Option<Pointer>,
        /// What is wrong, as findings say it, without the value at its end.
        message: String,
    },
    /// A change of a snapshot.
    Change {
        /// The name of its class.
        class: &'static str,
        /// The place in the contract that says of it.
        contract: Pointer,
        /// What is there now, as the snapshot shows it; none where nothing is there.
        now: Option<String>,
    },
}

/// A place in an answer, where a part of a pointer into the body may be any: `status`, `request`,
/// `header NAME`, `body`, or `/items/*/total`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaivedPlace(String);

/// What is told of the waiver of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waived {
    /// Where it is declared: file and line.
    pub at: String,
    /// Why the finding is borne.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// Where it is followed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The last day, as `2027-01-31`.
    pub expires: String,
    /// Whether that day is over, so that the finding weighs what it would without the waiver.
    pub has_expired: bool,
    /// What the finding would weigh without it.
    pub severity: String,
}

impl Waived {
    /// What is to be said of it, in a line.
    pub fn words(&self) -> String {
        let Self {
            at,
            reason,
            owner,
            expires,
            ..
        } = self;
        if self.has_expired {
            return format!("waiver expired on {expires}, {at}");
        }
        let ticket = self.ticket.as_ref().map(|it| format!(", {it}"));
        let ticket = ticket.unwrap_or_default();
        format!("waived until {expires}: {reason} ({owner}{ticket}), {at}")
    }
}

impl WaivedPlace {
    /// The place that a text names; none when it names none.
    pub fn parse(text: &str) -> Option<Self> {
        let is_pointer = || text.starts_with('/') && Pointer::parse(text).is_ok();
        let is_header = || text.strip_prefix(HEADER).is_some_and(|it| !it.is_empty());
        let is_place = matches!(text, STATUS | REQUEST | BODY) || is_header() || is_pointer();
        is_place.then(|| Self(text.to_owned()))
    }

    /// The place of a finding, with any index and any value in the names of its body; none where a
    /// finding has no place in an exchange.
    pub fn of(place: &Place) -> Option<Self> {
        Some(Self(match place {
            Place::Status => STATUS.to_owned(),
            Place::Header(name) => format!("{HEADER}{name}"),
            Place::Body(pointer) if pointer.is_root() => BODY.to_owned(),
            Place::Body(pointer) => {
                let mut place = Pointer::default();
                for token in pointer.tokens() {
                    place.push(if is_value(&token) { ANY } else { &token });
                }
                place.as_str().to_owned()
            }
            Place::Request => REQUEST.to_owned(),
            Place::Flow => return None,
        }))
    }

    /// The place of a change as it is, with the index that an element has in the snapshot; none where a
    /// change has no place in an exchange.
    pub fn exactly(place: &Place) -> Option<Self> {
        match place {
            Place::Body(pointer) if !pointer.is_root() => Some(Self(pointer.as_str().to_owned())),
            _ => Self::of(place),
        }
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a place is this one.
    pub fn covers(&self, place: &Place) -> bool {
        match place {
            Place::Status => self.0 == STATUS,
            Place::Request => self.0 == REQUEST,
            Place::Flow => false,
            Place::Header(name) => {
                let own = self.0.strip_prefix(HEADER);
                own.is_some_and(|it| it.eq_ignore_ascii_case(name))
            }
            Place::Body(pointer) if pointer.is_root() => self.0 == BODY,
            Place::Body(pointer) => {
                let Ok(own) = Pointer::parse(&self.0) else {
                    return false;
                };
                let is_same = |(own, its): (std::borrow::Cow<'_, str>, _)| own == ANY || own == its;
                own.tokens().count() == pointer.tokens().count()
                    && own.tokens().zip(pointer.tokens()).all(is_same)
            }
        }
    }
}

/// Whether a name in a body is an index or looks like what a server makes up.
pub fn is_value(token: &str) -> bool {
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    !token.is_empty() && (digits == token.len() || digits >= DIGITS_OF_A_VALUE)
}

impl Deviation {
    /// The check by which reports tell it.
    pub fn check(&self) -> &'static str {
        match self {
            Self::Finding { check, .. } => check,
            Self::Change { .. } => APPROVED_SNAPSHOT,
        }
    }
}

impl Scope {
    /// Whether it is about what was found in an answer of an operation.
    fn is_about(&self, finding: &Finding, operation: &str, status: Option<u16>) -> bool {
        let is_it = match &self.deviation {
            Deviation::Finding {
                check,
                contract,
                message,
            } => {
                *check == finding.check
                    && *contract == finding.promise
                    && message == finding.sentence()
            }
            Deviation::Change { .. } => false,
        };
        is_it && self.is_at(operation, status, &finding.place)
    }

    /// Whether it is about a change.
    fn bears(&self, change: &BorneChange<'_>) -> bool {
        let is_it = match &self.deviation {
            Deviation::Change {
                class,
                contract,
                now,
            } => {
                *class == change.class
                    && contract == change.contract
                    && now.as_deref() == change.now
            }
            Deviation::Finding { .. } => false,
        };
        is_it && self.is_at(change.operation, change.status, change.place)
    }

    /// Whether a place of an answer is the one that it is about.
    fn is_at(&self, operation: &str, status: Option<u16>, place: &Place) -> bool {
        self.operation == operation
            && (self.status.is_none() || self.status == status)
            && self.at.covers(place)
    }
}

impl Waiver {
    /// Whether it is meant for a target; none is one without a name.
    pub fn is_for(&self, target: Option<&str>) -> bool {
        let own = self.scope.target.as_deref();
        own.is_none() || own == target
    }

    /// Whether its last day is over.
    pub fn has_expired(&self, today: Date) -> bool {
        self.expires < today
    }

    /// Where it is declared: file and line.
    pub fn place(&self) -> String {
        format!("{}:{}", self.location.path, self.location.line)
    }

    fn waived(&self, severity: &str, today: Date) -> Waived {
        Waived {
            at: self.place(),
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            ticket: self.ticket.clone(),
            expires: self.expires.to_string(),
            has_expired: self.has_expired(today),
            severity: severity.to_owned(),
        }
    }
}

/// A change of a snapshot, as a waiver sees it.
#[derive(Debug, Clone, Copy)]
pub struct BorneChange<'c> {
    /// The name of its class.
    pub class: &'c str,
    /// The operation.
    pub operation: &'c str,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The place in the answer.
    pub place: &'c Place,
    /// The place in the contract that says of it.
    pub contract: &'c Pointer,
    /// What is there now, as the snapshot shows it.
    pub now: Option<&'c str>,
}

/// What is told of the waiver that bears a change: one that holds, else the one that expired last.
pub fn bears(change: &BorneChange<'_>, waivers: &[Waiver], today: Date) -> Option<Waived> {
    let about = waivers.iter().filter(|it| it.scope.bears(change));
    let waiver = about.max_by_key(|it| it.expires)?;
    Some(waiver.waived("review", today))
}

/// Marks a finding that a waiver is about: it is waived by one that holds, and weighs what it weighs where
/// all have expired.
pub fn waive(
    finding: &mut Finding,
    (operation, status): (&str, Option<u16>),
    waivers: &[Waiver],
    today: Date,
) {
    let about = waivers
        .iter()
        .filter(|it| it.scope.is_about(finding, operation, status));
    let Some(waiver) = about.max_by_key(|it| it.expires) else {
        return;
    };
    let waived = waiver.waived(finding.severity.to_string().as_str(), today);
    if !waived.has_expired {
        finding.severity = Severity::Waived;
    }
    finding.waiver = Some(waived);
}

#[cfg(test)]
mod tests;
