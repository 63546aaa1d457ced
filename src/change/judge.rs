//! What the contract, and the findings of the run, say of each change.
//!
//! What was found weighs first: a finding that is an error at the place of a change says that it breaks
//! the contract. Only where nothing was found the contract is asked whether it knows the place.

mod word;

use super::place::Relation;
use super::{
    Change, ChangeClass, ChangeKind, ChangePlace, ContractLine, FlowChange, Judgement, title,
};
use crate::check::{Finding, Place};
use crate::json::Pointer;
use crate::snapshot;
use crate::snapshot::text::Part;
use crate::source::Location;
use crate::transcript::{StepRecord, Transcript};
use crate::verdict::Severity;
use word::{Answer, Fits, Word};

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
    let mut fits = Fits::default();
    for change in &mut flow.changes {
        let place = change.record;
        let record = place.and_then(|it| transcript.steps.get(it));
        let record = record.filter(|it| it.path() == change.step);
        let own = findings.iter().filter(|it| Some(it.record) == place);
        let own: Vec<&Finding> = own.filter(|_| record.is_some()).collect();
        let mut subject = Subject {
            record,
            own,
            fits: &mut fits,
        };
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
        promise: finding.promise.clone(),
        why: finding.message.clone(),
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
    fits: &'s mut Fits,
}

impl Subject<'_> {
    fn judge(&mut self, change: &Change) -> Judgement {
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
            _ if is_other_symbol(change) => {
                let promise = self.promise(change);
                return self.said(ChangeClass::Identity, promise, OTHER_SYMBOL);
            }
            (ChangePlace::Request, _) => {
                let promise = self.promise(change);
                return self.said(ChangeClass::AllowedValue, promise, ASKED_OTHERWISE);
            }
            _ => return self.by_contract(change),
        };
        self.said(class, None, why)
    }

    /// What the contract says of a change of an answer in which nothing is wrong.
    fn by_contract(&mut self, change: &Change) -> Judgement {
        let Some(word) = self.word(change) else {
            return self.said(ChangeClass::Undocumented, self.operation(), NO_ANSWER);
        };
        let mut warnings = self.own.iter().filter(|it| is_about(it, change));
        if let Some(warning) = warnings.next() {
            let promise = warning.promise.clone().unwrap_or(word.promise);
            return self.said(ChangeClass::Undocumented, Some(promise), &warning.message);
        }
        let made_anew = made_anew(change).filter(|_| !word.is_fixed);
        let (class, why) = match (&change.kind, made_anew) {
            (ChangeKind::Reordered, _) => (ChangeClass::OrderOnly, SAME_ELEMENTS),
            (_, Some(kind)) => {
                let why = format!("both values look like {kind}");
                return self.said(ChangeClass::Volatile, Some(word.promise), &why);
            }
            _ if !word.is_described => (ChangeClass::Undocumented, NOT_DESCRIBED),
            (ChangeKind::Added, _) => (ChangeClass::AllowedAddition, KNOWN),
            (ChangeKind::Removed, _) => (ChangeClass::AllowedRemoval, NOT_DEMANDED),
            _ => (ChangeClass::AllowedValue, ALLOWED),
        };
        self.said(class, Some(word.promise), why)
    }

    /// What the contract says of the place of a change; none when it knows no such answer.
    fn word(&mut self, change: &Change) -> Option<Word> {
        let record = self.record?;
        let (contract, operation) = record.definition().call.operation()?;
        let answer = Answer::of(record, (contract, operation))?;
        Some(answer.word(change, self.fits))
    }

    /// Where the contract says something of the place of a change, or of what stands around it.
    fn promise(&mut self, change: &Change) -> Option<Pointer> {
        let word = match change.place {
            ChangePlace::Request => None,
            _ => self.word(change),
        };
        word.map(|it| it.promise).or_else(|| self.operation())
    }

    /// The operation that was called, of which the contract says something whatever was answered.
    fn operation(&self) -> Option<Pointer> {
        let (_, operation) = self.record?.definition().call.operation()?;
        Some(operation.pointer.clone())
    }

    fn said(&self, class: ChangeClass, promise: Option<Pointer>, why: &str) -> Judgement {
        let called = self.record.and_then(|it| it.definition().call.operation());
        let place = called.zip(promise.as_ref());
        Judgement {
            class,
            contract: place.map(|((contract, _), it)| line(&contract.location(it))),
            promise,
            why: why.to_owned(),
        }
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
