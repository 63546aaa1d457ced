//! What the contract, and the findings of the run, say of each change.
//!
//! What was found weighs first: a finding that is an error at the place of a change says that it breaks
//! the contract. Only where nothing was found the contract is asked whether it knows the place.

use super::place::Relation;
use super::{
    Change, ChangeClass, ChangeKind, ChangePlace, ContractLine, FlowChange, Judgement, title,
};
use crate::check::{Finding, Place};
use crate::contract::{Contract, MediaContent, Operation, Response};
use crate::json::Pointer;
use crate::snapshot;
use crate::snapshot::text::Part;
use crate::source::Location;
use crate::transcript::{StepRecord, Transcript};
use crate::verdict::Severity;

/// How many of the findings that weigh as errors are kept.
const BREACHES_MAX: usize = 20;

const STEP_NEW: &str = "it was not played before";
const STEP_GONE: &str = "it is not played any more";
const STEP_OTHER: &str = "it came to something else as a whole";
const OTHER_SYMBOL: &str = "the value is another one's, or a time runs backwards";
const OTHER_OUTCOME: &str = "the step came to another class of status";
const ASKED_OTHERWISE: &str = "the scenario asks otherwise than before";
const NO_ANSWER: &str = "the contract says nothing of this answer";
const SAME_ELEMENTS: &str = "the elements are the same";
const NOT_DESCRIBED: &str = "the contract does not describe it";
const KNOWN: &str = "the contract knows it";
const NOT_DEMANDED: &str = "the contract does not demand it";
const ALLOWED: &str = "the contract allows it";

/// Judges every change of a flow by what happened in it.
pub fn judge(flow: &mut FlowChange, transcript: &Transcript, findings: &[Finding]) {
    let outcomes = other_outcomes(&flow.changes);
    for change in &mut flow.changes {
        let place = change.record;
        let record = place.and_then(|it| transcript.steps.get(it));
        let record = record.filter(|it| it.path() == change.step);
        let own = findings.iter().filter(|it| Some(it.record) == place);
        let own: Vec<&Finding> = own.filter(|_| record.is_some()).collect();
        let subject = Subject { record, own };
        change.judgement = subject.judge(change);
        let is_breaking = change.judgement.class == ChangeClass::Breaking;
        let is_waived = change.judgement.class == ChangeClass::Waived;
        if !is_breaking
            && !is_waived
            && change.record.is_some()
            && outcomes.contains(&change.record)
        {
            change.judgement.class = ChangeClass::Outcome;
            OTHER_OUTCOME.clone_into(&mut change.judgement.why);
        }
    }
    let errors = findings.iter().filter(|it| it.severity == Severity::Error);
    let mut breaches: Vec<Judgement> = Vec::new();
    for breach in errors.map(breach) {
        if breaches.len() < BREACHES_MAX && !breaches.contains(&breach) {
            breaches.push(breach);
        }
    }
    flow.breaches = breaches;
}

/// The steps whose status is of another class than it was.
fn other_outcomes(changes: &[Change]) -> Vec<Option<usize>> {
    let first = |it: &Option<String>| it.as_ref().and_then(|it| it.chars().next());
    let statuses = changes.iter().filter(|it| it.place == ChangePlace::Status);
    let others = statuses.filter(|it| first(&it.old) != first(&it.new));
    others.map(|it| it.record).collect()
}

fn breach(finding: &Finding) -> Judgement {
    Judgement {
        class: ChangeClass::Breaking,
        contract: finding.contract.as_ref().map(line),
        why: finding.message.clone(),
    }
}

fn said(class: ChangeClass, contract: Option<ContractLine>, why: &str) -> Judgement {
    Judgement {
        class,
        contract,
        why: why.to_owned(),
    }
}

fn line(location: &Location) -> ContractLine {
    ContractLine {
        file: location.path.to_string(),
        line: location.line,
        column: location.column,
    }
}

/// What is known of a step.
struct Subject<'s> {
    record: Option<&'s StepRecord>,
    /// What was found in it.
    own: Vec<&'s Finding>,
}

/// What the contract says of a place.
struct Word {
    /// Where it says so, or where it says nothing.
    line: Option<ContractLine>,
    /// Whether it describes the place.
    is_described: bool,
    /// Whether it lists the values.
    is_fixed: bool,
}

impl Subject<'_> {
    fn judge(&self, change: &Change) -> Judgement {
        let mut found = self.own.iter().filter(|it| is_about(it, change));
        if let Some(error) = found.find(|it| it.severity == Severity::Error) {
            return breach(error);
        }
        let mut found = self.own.iter().filter(|it| is_about(it, change));
        if let Some(waived) = found.find(|it| it.severity == Severity::Waived) {
            return Judgement {
                class: ChangeClass::Waived,
                ..breach(waived)
            };
        }
        let (class, why) = match (&change.place, &change.kind) {
            (ChangePlace::Step, ChangeKind::Added) => (ChangeClass::StepNew, STEP_NEW),
            (ChangePlace::Step, ChangeKind::Removed) => (ChangeClass::StepGone, STEP_GONE),
            (ChangePlace::Step, _) => (ChangeClass::Unjudged, STEP_OTHER),
            _ if is_other_symbol(change) => (ChangeClass::Identity, OTHER_SYMBOL),
            (ChangePlace::Request, _) => (ChangeClass::AllowedValue, ASKED_OTHERWISE),
            _ => return self.by_contract(change),
        };
        said(class, None, why)
    }

    /// What the contract says of a change of an answer in which nothing is wrong.
    fn by_contract(&self, change: &Change) -> Judgement {
        let Some(word) = self.word(change) else {
            return said(ChangeClass::Undocumented, None, NO_ANSWER);
        };
        let mut warnings = self.own.iter().filter(|it| is_about(it, change));
        if let Some(warning) = warnings.next() {
            let line = warning.contract.as_ref().map(line);
            return said(ChangeClass::Undocumented, line, &warning.message);
        }
        let made_anew = made_anew(change).filter(|_| !word.is_fixed);
        let (class, why) = match (&change.kind, made_anew) {
            (ChangeKind::Reordered, _) => (ChangeClass::OrderOnly, SAME_ELEMENTS),
            (_, Some(kind)) => {
                let why = format!("both values look like {kind}");
                return said(ChangeClass::Volatile, word.line, &why);
            }
            _ if !word.is_described => (ChangeClass::Undocumented, NOT_DESCRIBED),
            (ChangeKind::Added, _) => (ChangeClass::AllowedAddition, KNOWN),
            (ChangeKind::Removed, _) => (ChangeClass::AllowedRemoval, NOT_DEMANDED),
            _ => (ChangeClass::AllowedValue, ALLOWED),
        };
        said(class, word.line, why)
    }

    /// What the contract says of the place of a change; none when it knows no such answer.
    fn word(&self, change: &Change) -> Option<Word> {
        let record = self.record?;
        let (contract, operation) = record.definition().call.operation()?;
        let last = record.last()?;
        let response = operation.response(last.exchange.response.status)?;
        let at = |pointer: &Pointer| Some(line(&contract.location(pointer)));
        Some(match &change.place {
            ChangePlace::Header { name } => {
                let mut headers = response.headers.iter();
                let header = headers.find(|it| it.name.eq_ignore_ascii_case(name));
                Word {
                    line: at(header.map_or(&response.pointer, |it| &it.pointer)),
                    // Which media types there are says the contract otherwise.
                    is_described: header.is_some() || name == "content-type",
                    is_fixed: false,
                }
            }
            ChangePlace::Body { pointer, .. } => {
                let media_type = last.received.media_type.as_ref();
                let content = media_type.ok().and_then(|it| response.content_for(it));
                body_word(contract, (operation, response), content, (change, pointer))
            }
            ChangePlace::Status | ChangePlace::Step | ChangePlace::Request => Word {
                line: at(&response.pointer),
                is_described: true,
                is_fixed: false,
            },
        })
    }
}

/// What the contract says of a place in a body.
fn body_word(
    contract: &Contract,
    (_, response): (&Operation, &Response),
    content: Option<&MediaContent>,
    (change, pointer): (&Change, &Pointer),
) -> Word {
    let at = |pointer: &Pointer| Some(line(&contract.location(pointer)));
    let silent = |line| Word {
        line,
        is_described: false,
        is_fixed: false,
    };
    let Some(schema) = content.and_then(|it| it.schema.as_ref()) else {
        return silent(at(&response.pointer));
    };
    let root = schema.outline(contract).root();
    // What was renamed stands under its new name.
    match root.at(pointer) {
        Ok(spot) => Word {
            line: spot.place().as_ref().and_then(at).or(at(&schema.pointer)),
            is_described: spot.is_described() || change.place.is_root(),
            is_fixed: spot.fixed().is_some(),
        },
        Err(miss) => silent(at(&miss.place)),
    }
}

impl ChangePlace {
    fn is_root(&self) -> bool {
        matches!(self, Self::Body { pointer, .. } if pointer.is_root())
    }
}

/// Whether a finding is about a change: at its place or within it; or at what it stands in, unless that is
/// about another member. What is found of no place of an answer is about all of it.
fn is_about(finding: &Finding, change: &Change) -> bool {
    match (&finding.place, &change.place) {
        // A step that is new is judged as a whole.
        (_, ChangePlace::Step) => change.kind != ChangeKind::Removed,
        (_, ChangePlace::Request) => false,
        (Place::Header(found), ChangePlace::Header { name }) => found.eq_ignore_ascii_case(name),
        (Place::Body(found), ChangePlace::Body { pointer, lists }) => {
            match Relation::of(found, pointer, lists) {
                Relation::Within => true,
                Relation::Parent => names_it(finding, change, pointer),
                Relation::Above => !names_some(finding),
                Relation::Elsewhere => false,
            }
        }
        (Place::Status, ChangePlace::Status) | (Place::Flow, _) => true,
        _ => false,
    }
}

/// Whether what is found of an object or a list is about that member or element, or about all of them.
fn names_it(finding: &Finding, change: &Change, pointer: &Pointer) -> bool {
    let new = pointer.last().unwrap_or_default();
    let is_named = |name: &str| finding.message.contains(&format!("`{name}`"));
    let old = match &change.kind {
        ChangeKind::Renamed(old) => is_named(&super::place::unquoted(old)),
        _ => false,
    };
    old || is_named(&new) || !names_some(finding)
}

/// Whether a finding is about a single member, that is missing or must not be there.
fn names_some(finding: &Finding) -> bool {
    finding.message.contains("member `")
}

/// Whether other symbols are shown, or symbols on one side alone; or a time runs backwards.
fn is_other_symbol(change: &Change) -> bool {
    let (Some(old), Some(new)) = (&change.old, &change.new) else {
        return false;
    };
    let runs_backwards = new.contains(snapshot::EARLIER) && !old.contains(snapshot::EARLIER);
    let is_value = matches!(change.kind, ChangeKind::Changed);
    runs_backwards || is_value && snapshot::numbered(old) != snapshot::numbered(new)
}

/// What both values are, when they look as if the server made them anew each time.
fn made_anew(change: &Change) -> Option<&'static str> {
    let (old, new) = (change.old.as_ref()?, change.new.as_ref()?);
    if change.kind != ChangeKind::Changed || title::kind(&Part::Leaf(old.clone())) == "boolean" {
        return None;
    }
    let (old, new) = (old.trim_matches('"'), new.trim_matches('"'));
    let kind = snapshot::made_anew(old)?;
    (snapshot::made_anew(new) == Some(kind)).then_some(kind)
}

#[cfg(test)]
mod tests;
