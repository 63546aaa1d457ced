//! Changes that a waiver bears: they pass, and are findings as well, so that every report says so.

use jiff::civil::Date;

use super::{Change, ChangeClass, ChangePlace, FlowChange};
use crate::check::waiver::{BorneChange, Waiver, bears};
use crate::check::{APPROVED_SNAPSHOT, Finding, Place};
use crate::transcript::Transcript;
use crate::verdict::Severity;

/// Gives the changes that waivers for the target bear the class of what is waived; with what is to be told
/// of them. Where the waiver has expired, a change stays what it is, and the finding says so.
pub fn waive(
    flow: &mut FlowChange,
    transcript: &Transcript,
    waivers: &[Waiver],
    today: Date,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for change in &mut flow.changes {
        if let Some(finding) = borne(change, transcript, waivers, today) {
            if finding.severity == Severity::Waived {
                change.judgement.class = ChangeClass::Waived;
            }
            findings.push(finding);
        }
    }
    findings
}

fn borne(
    change: &Change,
    transcript: &Transcript,
    waivers: &[Waiver],
    today: Date,
) -> Option<Finding> {
    let place = change.waived_place()?;
    let record = change.record?;
    let step = transcript.steps.get(record)?;
    let (contract, operation) = step.definition().call.operation()?;
    let promise = change.judgement.promise.as_ref()?;
    let status = step.last().map(|it| it.exchange.response.status);
    let subject = BorneChange {
        class: change.judgement.class.id(),
        operation: &operation.id,
        status,
        place: &place,
        contract: promise,
        now: change.new.as_deref(),
    };
    let waived = bears(&subject, waivers, today)?;
    let shown = |it: &Option<String>| it.clone().unwrap_or_else(|| "nothing".to_owned());
    Some(Finding {
        check: APPROVED_SNAPSHOT,
        severity: if waived.has_expired {
            Severity::Warning
        } else {
            Severity::Waived
        },
        record,
        attempt: step.attempts.len().saturating_sub(1),
        message: change.title.clone(),
        place,
        expected: shown(&change.old),
        actual: shown(&change.new),
        contract: Some(contract.location(promise)),
        promise: Some(promise.clone()),
        scenario: step.definition().location.clone(),
        waiver: Some(waived),
    })
}

impl Change {
    /// The place by which a waiver names it; none where none can be about it: where a step as a whole is new
    /// or gone, and where the contract is broken, which is a finding of its own.
    pub fn waived_place(&self) -> Option<Place> {
        if !self.judgement.class.can_be_waived() {
            return None;
        }
        match &self.place {
            ChangePlace::Step => None,
            ChangePlace::Request => Some(Place::Request),
            ChangePlace::Status => Some(Place::Status),
            ChangePlace::Header { name } => Some(Place::Header(name.clone())),
            ChangePlace::Body { pointer, .. } => Some(Place::Body(pointer.clone())),
        }
    }
}
