//! Checks: each asks one question of every answer, and says all that it finds.
//!
//! A check sees one exchange with the contract beside it. It looks at nothing else: not at the
//! clock, not at other findings, not at its own severity, which is a setting.
//!
//! | question | check |
//! |---|---|
//! | Is the body's form right? | `body-decoding`, `unexpected-body`, `media-type` |
//! | Is the answer documented? | `documented-status`, `undeclared-field` |
//! | Is it what the contract promises? | `response-headers`, `response-schema` |
//! | Is it what the scenario demands? | `success-criteria`, `request-conformance` |
//! | Is it what was approved, where a waiver bears that it is not? | `approved-snapshot` |
//! | Does the server keep what holds of resources everywhere? | those of [`law`], which probes ask |

mod approved_snapshot;
mod body_decoding;
mod documented_status;
pub mod law;
mod media_type;
mod request_conformance;
mod response_headers;
mod response_schema;
mod success_criteria;
mod undeclared_field;
mod unexpected_body;
pub mod waiver;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::contract::{Contract, Judged, Judgement, Operation, Response, SchemaUse};
use crate::json::Pointer;
use crate::source::Location;
use crate::transcript::{Attempt, End, Outcome, StepRecord, Transcript};
use crate::verdict::Severity;
use waiver::Waived;

/// A question that is asked of every answer.
#[derive(Debug)]
pub struct Check {
    /// Its stable name in kebab-case.
    pub id: &'static str,
    /// What it asks, in one line.
    pub summary: &'static str,
    /// What it finds, why that matters, and what to do; Markdown.
    pub explanation: &'static str,
    /// How much its findings weigh when nothing else is said.
    pub severity: Severity,
    /// Asks. It must not look at other findings, and it says all that it finds.
    pub examine: fn(&Subject<'_>) -> Vec<Fact>,
}

/// Every check, in the order in which findings of one step are told.
pub const CHECKS: &[&Check] = &[
    &documented_status::CHECK,
    &media_type::CHECK,
    &unexpected_body::CHECK,
    &body_decoding::CHECK,
    &response_headers::CHECK,
    &response_schema::CHECK,
    &undeclared_field::CHECK,
    &success_criteria::CHECK,
    &request_conformance::CHECK,
    &approved_snapshot::CHECK,
    &law::CREATED_READS_BACK,
    &law::UPDATE_REPLACES,
    &law::UPDATE_REPEATS,
    &law::PATCH_KEEPS_REST,
    &law::DELETED_IS_GONE,
    &law::DELETE_REPEATS,
    &law::GET_IS_SAFE,
    &law::HEAD_AGREES,
    &law::ASKED_IS_ANSWERED,
    &law::LIST_HOLDS_CREATED,
    &law::LIST_FORGETS_DELETED,
    &law::LIMIT_LIMITS,
    &law::PAGES_PART_THE_LIST,
    &law::FILTER_FILTERS,
    &law::TOTAL_AGREES,
    &law::LINKS_LEAD,
    &law::REFUSAL_LEAVES_NO_TRACE,
    &law::CONDITIONS_COUNT,
    &law::TIMES_GO_ON,
    &law::TIMES_ARE_PLAUSIBLE,
    &law::UNKNOWN_PATH_IS_REFUSED,
    &law::CREDENTIALS_ARE_DEMANDED,
    &law::INVALID_IS_REFUSED,
    &law::VALID_IS_ACCEPTED,
    &law::TEXT_COMES_BACK,
];

/// The check whose findings are changes that a waiver is about.
pub const APPROVED_SNAPSHOT: &str = approved_snapshot::CHECK.id;

impl Check {
    /// Whether the flow ends where it finds something, so that nothing else than an error makes sense.
    pub fn decides_the_flow(&self) -> bool {
        self.id == success_criteria::CHECK.id
    }
}

/// The check of that name.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id).copied()
}

/// What a check sees.
#[derive(Debug)]
pub struct Subject<'s> {
    /// The contract.
    pub contract: &'s Contract,
    /// The operation that was called.
    pub operation: &'s Operation,
    /// What the contract documents for the status that came.
    pub documented: Option<&'s Response>,
    /// The step.
    pub record: &'s StepRecord,
    /// The exchange.
    pub attempt: &'s Attempt,
    /// Whether it is the last try of its step, which decides.
    pub last: bool,
    /// What the contract says of the body, asked once for all checks.
    judgement: OnceCell<Judgement>,
}

/// What a check says; the rest of a Finding is where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What is wrong, in one sentence without the values.
    pub message: String,
    /// The place in the response.
    pub place: Place,
    /// What should have been there.
    pub expected: String,
    /// What was there.
    pub actual: String,
    /// The place in the contract that says so.
    pub contract: Option<Pointer>,
    /// The line in the scenario, where it is another one than the step's.
    pub scenario: Option<Location>,
}

impl Fact {
    /// That a schema is none, when it cannot be compiled: an answer that nothing can be held against is
    /// not right for that.
    fn of_unusable(schema: &SchemaUse, contract: &Contract, place: Place) -> Option<Self> {
        let error = schema.judge(contract).err()?;
        Some(Self {
            message: "the schema cannot be compiled, so nothing is judged by it".to_owned(),
            place,
            expected: "a schema in JSON Schema 2020-12".to_owned(),
            actual: error.to_string(),
            contract: Some(schema.origin_of(contract, error)),
            scenario: None,
        })
    }

    fn from_judged(judged: Judged, place: Place) -> Self {
        let violation = judged.violation;
        Self {
            message: violation.message,
            place,
            expected: violation.expected,
            actual: violation.actual,
            contract: Some(judged.place),
            scenario: None,
        }
    }
}

/// Something that is wrong with a target's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The id of the check that found it.
    pub check: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// The place of the step in the transcript.
    pub record: usize,
    /// The place of the try in the step's list.
    pub attempt: usize,
    /// What is wrong, in one sentence without the values.
    pub message: String,
    /// The place in the response.
    pub place: Place,
    /// What should have been there.
    pub expected: String,
    /// What was there.
    pub actual: String,
    /// The line in the contract that says so.
    pub contract: Option<Location>,
    /// The same place by its name, which stays where lines move.
    pub promise: Option<Pointer>,
    /// The line in the scenario that led there.
    pub scenario: Location,
    /// The waiver that is about it.
    pub waiver: Option<Waived>,
}

/// A place in an exchange.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The status line.
    Status,
    /// A header field of the response.
    Header(String),
    /// A place in the JSON body of the response; the root for all of it.
    Body(Pointer),
    /// The request.
    Request,
    /// None in particular.
    Flow,
}

/// How much the findings of each check weigh; none means that the check is off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Severities(BTreeMap<&'static str, Option<Severity>>);

impl Severities {
    /// Sets the weight of one check.
    pub fn set(&mut self, check: &'static Check, severity: Option<Severity>) {
        self.0.insert(check.id, severity);
    }

    /// How much the findings of a check weigh; none when it is off.
    pub fn of(&self, check: &Check) -> Option<Severity> {
        self.0
            .get(check.id)
            .copied()
            .unwrap_or(Some(check.severity))
    }
}

/// Asks every check about every exchange of a transcript.
///
/// What is found in several tries of one step is told once, at the first of them: how often a step is
/// repeated until an answer suits it is chance.
pub fn examine(transcript: &Transcript, severities: &Severities) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for (place, record) in transcript.steps.iter().enumerate() {
        findings.extend(examine_step(record, place, severities));
    }
    findings.extend(stuck(transcript, severities));
    findings
}

/// Asks every check about every exchange of one step, whose place in its transcript is given.
pub fn examine_step(record: &StepRecord, place: usize, severities: &Severities) -> Vec<Finding> {
    let mut findings = ask_call(record, place, severities);
    let first = findings.len();
    for number in 0..record.attempts.len() {
        let found = ask(record, (place, number), severities);
        let known = findings.len();
        for finding in found {
            let is_new = !findings[first..known].iter().any(|it| it.is_same(&finding));
            findings.extend(is_new.then_some(finding));
        }
    }
    findings
}

/// Asks every check about one exchange: that of the given try of a step, whose place is given, too.
fn ask(
    record: &StepRecord,
    (place, number): (usize, usize),
    severities: &Severities,
) -> Vec<Finding> {
    let Some((contract, operation)) = record.definition().call.operation() else {
        return Vec::new();
    };
    let attempt = &record.attempts[number];
    let subject = Subject {
        contract,
        operation,
        documented: operation.response(attempt.exchange.response.status),
        record,
        attempt,
        last: number + 1 == record.attempts.len(),
        judgement: OnceCell::new(),
    };
    let mut findings = Vec::new();
    for check in CHECKS {
        let Some(severity) = severities.of(check) else {
            continue;
        };
        let facts = (check.examine)(&subject);
        if facts.is_empty() {
            // As of most checks.
            continue;
        }
        let found = |fact| Finding::new((check, severity), (record, place, number), contract, fact);
        findings.extend(facts.into_iter().map(found));
    }
    findings
}

/// Asks about a step that calls a workflow, whose place is given, too.
fn ask_call(record: &StepRecord, place: usize, severities: &Severities) -> Vec<Finding> {
    let Some(severity) = severities.of(&success_criteria::CHECK) else {
        return Vec::new();
    };
    let facts = success_criteria::examine_call(record).into_iter();
    let findings = facts.map(|fact| Finding {
        check: success_criteria::CHECK.id,
        severity,
        record: place,
        attempt: 0,
        message: fact.message,
        place: fact.place,
        expected: fact.expected,
        actual: fact.actual,
        contract: None,
        promise: None,
        scenario: fact
            .scenario
            .unwrap_or_else(|| record.definition().location.clone()),
        waiver: None,
    });
    findings.collect()
}

impl Finding {
    /// What a check found in a try of a step; the places of the step and of the try are given.
    pub fn new(
        (check, severity): (&'static Check, Severity),
        (record, place, attempt): (&StepRecord, usize, usize),
        contract: &Contract,
        fact: Fact,
    ) -> Self {
        let step = || record.definition().location.clone();
        Self {
            check: check.id,
            severity,
            record: place,
            attempt,
            message: fact.message,
            place: fact.place,
            expected: fact.expected,
            actual: fact.actual,
            contract: fact.contract.as_ref().map(|it| contract.location(it)),
            promise: fact.contract,
            scenario: fact.scenario.unwrap_or_else(step),
            waiver: None,
        }
    }

    /// What is wrong, without the value that a schema's sentences end with: `expected 1, got integer 2`.
    pub fn sentence(&self) -> &str {
        let before = self.message.strip_suffix(&self.actual);
        let before = before.and_then(|it| it.strip_suffix(", got "));
        before.unwrap_or(&self.message)
    }

    /// Whether it says of another try what this one says of its own.
    fn is_same(&self, other: &Self) -> bool {
        (self.check, &self.place, &self.message, &self.expected)
            == (other.check, &other.place, &other.message, &other.expected)
    }
}

/// The step that stopped the flow, because it needs what an answer did not hold.
fn stuck(transcript: &Transcript, severities: &Severities) -> Option<Finding> {
    let End::Failed(place) = transcript.end else {
        return None;
    };
    let record = transcript.steps.get(place)?;
    let Outcome::NotRun(reason) = &record.outcome else {
        return None;
    };
    Some(Finding {
        check: success_criteria::CHECK.id,
        severity: severities.of(&success_criteria::CHECK)?,
        record: place,
        attempt: 0,
        message: "the step cannot be played".to_owned(),
        place: Place::Flow,
        expected: "a value for everything that it sends".to_owned(),
        actual: reason.clone(),
        contract: None,
        promise: None,
        scenario: record.definition().location.clone(),
        waiver: None,
    })
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status => formatter.write_str("status"),
            Self::Header(name) => write!(formatter, "header {name}"),
            Self::Body(pointer) if pointer.as_str().is_empty() => formatter.write_str("body"),
            Self::Body(pointer) => write!(formatter, "body {pointer}"),
            Self::Request => formatter.write_str("request"),
            Self::Flow => formatter.write_str("flow"),
        }
    }
}

#[cfg(test)]
mod tests;
