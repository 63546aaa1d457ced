//! Findings with one cause, told once: a list of a hundred items that are all wrong in the same way
//! is one thing to mend.
//!
//! Two findings have one cause when the same check, at the same place in the contract, says the same
//! sentence. The places in the response and the values differ and do not count.
//!
//! [`causes`] groups the findings of one case, [`RunCauses`] those of a whole run, of which it holds no
//! more than it says.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::human::{count, shorten};
use super::{CaseReport, boundary};
use crate::check::Finding;
use crate::verdict::Severity;

/// How many causes of each weight are held over a run: more than anybody reads, and few megabytes.
pub(super) const CAUSES_MAX: usize = 1000;

/// How many flows are named for one cause.
pub(super) const FLOWS_MAX: usize = 10;

/// The longest text of a finding that is held over a run, in bytes.
const TEXT_BYTES_MAX: usize = 1024;

/// A finding that stands for all with the same cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause<'f> {
    /// The first of them.
    pub first: &'f Finding,
    /// The others, in their order.
    pub others: Vec<&'f Finding>,
}

/// What two findings of one cause have in common; findings that weigh otherwise, or that
/// another waiver covers, are kept apart, so that no error hides behind a warning.
type Key<'f> = (
    &'f str,
    Severity,
    Option<(&'f str, usize, usize)>,
    &'f str,
    Option<&'f str>,
);

/// The causes of some findings, in the order in which each was seen first.
pub fn causes(findings: &[Finding]) -> Vec<Cause<'_>> {
    let mut causes: Vec<Cause<'_>> = Vec::new();
    let mut places: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for finding in findings {
        let place = *places.entry(key(finding)).or_insert(causes.len());
        match causes.get_mut(place) {
            Some(cause) => cause.others.push(finding),
            None => causes.push(Cause {
                first: finding,
                others: Vec::new(),
            }),
        }
    }
    causes
}

fn key(finding: &Finding) -> Key<'_> {
    let contract = finding.contract.as_ref();
    let contract = contract.map(|it| (it.path.as_ref(), it.span.start, it.span.end));
    let waiver = finding.waiver.as_ref().map(|it| it.at.as_str());
    let sentence = finding.sentence();
    (finding.check, finding.severity, contract, sentence, waiver)
}

impl Cause<'_> {
    /// How many findings there are, the first included.
    pub fn count(&self) -> usize {
        1 + self.others.len()
    }

    /// How many of the others belong to the step with this place in the transcript.
    pub fn others_in(&self, record: usize) -> usize {
        let others = self.others.iter();
        others.filter(|finding| finding.record == record).count()
    }
}

/// What is wrong in one way over a whole run.
#[derive(Debug, Clone)]
pub(super) struct RunCause {
    /// The first finding, with its texts cut to a bearable length.
    pub(super) first: Finding,
    /// The fingerprint of the first.
    pub(super) fingerprint: String,
    /// The id of the first: `api::workflow/step#check`.
    pub(super) id: String,
    /// What was asked there and what came back; may be empty.
    pub(super) line: String,
    /// How many findings there are.
    pub(super) places: usize,
    /// How many cases have one.
    pub(super) cases: usize,
    /// The flows of the first cases that have one.
    pub(super) flows: Vec<String>,
    /// The number of the case that was counted last.
    last: usize,
}

/// The causes of a run, in the order in which each was seen first.
pub(super) struct RunCauses {
    name: fn(&CaseReport, &Finding) -> String,
    cases: usize,
    /// Causes that weigh as errors.
    pub(super) errors: Held,
    /// Causes that weigh as warnings.
    pub(super) warnings: Held,
    /// Causes that are waived.
    pub(super) waived: Held,
}

/// The causes of one weight.
#[derive(Debug, Default)]
pub(super) struct Held {
    places: BTreeMap<String, usize>,
    /// Those that are held.
    pub(super) causes: Vec<RunCause>,
    /// How many findings have a cause that is not held.
    pub(super) left_out: usize,
}

impl RunCauses {
    /// One cause for all findings with the same check, weight, sentence and place in the contract; where
    /// there is no such place, in the scenario.
    pub(super) fn by_place() -> Self {
        Self::new(place_name)
    }

    /// One cause for all findings with the same fingerprint.
    pub(super) fn by_fingerprint() -> Self {
        Self::new(super::fingerprint)
    }

    fn new(name: fn(&CaseReport, &Finding) -> String) -> Self {
        Self {
            name,
            cases: 0,
            errors: Held::default(),
            warnings: Held::default(),
            waived: Held::default(),
        }
    }

    /// Takes the findings of one more case in.
    pub(super) fn add(&mut self, case: &CaseReport) {
        self.cases += 1;
        for finding in &case.findings {
            let waiver = finding.waiver.as_ref().map_or("", |it| it.at.as_str());
            let name = (self.name)(case, finding) + waiver;
            let held = match finding.severity {
                Severity::Error => &mut self.errors,
                Severity::Warning => &mut self.warnings,
                Severity::Waived => &mut self.waived,
            };
            held.add(name, (case, self.cases), finding);
        }
    }

    /// Errors, then warnings, then what is waived.
    pub(super) fn all(&self) -> impl Iterator<Item = &RunCause> {
        let open = self.errors.causes.iter().chain(&self.warnings.causes);
        open.chain(&self.waived.causes)
    }

    /// How many findings have a cause that is not held.
    pub(super) fn left_out(&self) -> usize {
        self.errors.left_out + self.warnings.left_out + self.waived.left_out
    }
}

impl Held {
    fn add(&mut self, name: String, (case, number): (&CaseReport, usize), finding: &Finding) {
        let next = self.causes.len();
        match self.places.entry(name) {
            Entry::Occupied(entry) => self.causes[*entry.get()].repeat(&case.path, number),
            Entry::Vacant(_) if next >= CAUSES_MAX => self.left_out += 1,
            Entry::Vacant(entry) => {
                entry.insert(next);
                self.causes.push(RunCause::new((case, number), finding));
            }
        }
    }
}

impl RunCause {
    fn new((case, number): (&CaseReport, usize), finding: &Finding) -> Self {
        let mut first = finding.clone();
        for text in [&mut first.message, &mut first.expected, &mut first.actual] {
            text.truncate(boundary(text, TEXT_BYTES_MAX));
        }
        Self {
            first,
            fingerprint: super::fingerprint(case, finding),
            id: case.finding_id(finding),
            line: case
                .step(finding)
                .map_or_else(String::new, |step| step.line.clone()),
            places: 1,
            cases: 1,
            flows: vec![case.path.clone()],
            last: number,
        }
    }

    /// All of it in a line, for forms that have one text.
    pub(super) fn text(&self) -> String {
        let finding = &self.first;
        let (expected, actual) = (shorten(&finding.expected), shorten(&finding.actual));
        let values = match (expected.is_empty(), actual.is_empty()) {
            (true, true) => String::new(),
            (true, false) => format!(" (actual {actual})"),
            (false, true) => format!(" (expected {expected})"),
            (false, false) => format!(" (expected {expected}, actual {actual})"),
        };
        let line = match self.line.as_str() {
            "" => String::new(),
            line => format!("{}, ", shorten(line)),
        };
        let (places, cases) = (count(self.places, "place"), count(self.cases, "flow"));
        let message = shorten(&finding.message);
        let waiver = self.waiver().map(|it| format!("; {it}"));
        let waiver = waiver.unwrap_or_default();
        format!(
            "{message}{values} in {line}{}; {places}, {cases}{waiver}",
            self.id
        )
    }

    /// What is to be said of its waiver.
    pub(super) fn waiver(&self) -> Option<String> {
        let waiver = self.first.waiver.as_ref();
        waiver.map(|it| shorten(&it.words()))
    }

    fn repeat(&mut self, flow: &str, number: usize) {
        self.places += 1;
        if self.last == number {
            return;
        }
        self.last = number;
        self.cases += 1;
        // A flow that is played several times is named once.
        if self.flows.len() < FLOWS_MAX && !self.flows.iter().any(|it| it == flow) {
            self.flows.push(flow.to_owned());
        }
    }
}

/// What two findings of one cause have in common.
fn place_name(_: &CaseReport, finding: &Finding) -> String {
    let place = finding.contract.as_ref().unwrap_or(&finding.scenario);
    let (start, end) = (place.span.start, place.span.end);
    let (check, path, message) = (finding.check, &place.path, finding.sentence());
    format!("{check} {start} {end} {path}\n{message}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_same_cause_is_told_once_and_counted() {
        let case = sample::failed();
        let causes = causes(&case.findings);
        let counts: Vec<_> = causes
            .iter()
            .map(|it| (it.first.check, it.count()))
            .collect();
        assert_eq!(counts, [("response-schema", 3), ("response-headers", 1)]);
        assert_eq!((causes[0].others_in(1), causes[0].others_in(0)), (2, 0));
    }

    #[test]
    fn another_step_is_counted_apart() {
        let mut case = sample::failed();
        case.findings[1].record = 0;
        let causes = causes(&case.findings);
        assert_eq!((causes[0].others_in(1), causes[0].others_in(0)), (1, 1));
    }

    #[test]
    fn another_sentence_place_check_or_weight_is_another_cause() {
        let all = |change: fn(&mut Finding)| {
            let mut case = sample::failed();
            change(&mut case.findings[1]);
            causes(&case.findings).len()
        };
        assert_eq!(all(|_| ()), 2);
        assert_eq!(all(|finding| finding.actual = "null".into()), 2);
        // A sentence of a schema ends with the value.
        let mut case = sample::failed();
        for (finding, value) in case.findings.iter_mut().zip(["1", "null", "[]"]) {
            finding.message = format!("expected string, got {value}");
            finding.actual = value.to_owned();
        }
        assert_eq!(causes(&case.findings).len(), 2);
        assert_eq!(all(|finding| finding.message = "otherwise".into()), 3);
        assert_eq!(all(|finding| finding.contract = None), 3);
        assert_eq!(all(|finding| finding.check = "media-type"), 3);
        assert_eq!(all(|finding| finding.severity = Severity::Warning), 3);
    }

    #[test]
    fn nothing_found_has_no_cause() {
        assert!(causes(&[]).is_empty());
    }

    fn gathered(mut all: RunCauses, cases: &[CaseReport]) -> RunCauses {
        for case in cases {
            all.add(case);
        }
        all
    }

    #[test]
    fn over_a_run_a_cause_is_told_once_with_its_flows() {
        let mut other = sample::failed();
        other.path = "widgets::other".to_owned();
        let cases = [sample::passed(), sample::failed(), sample::failed(), other];
        let all = gathered(RunCauses::by_place(), &cases);
        let told: Vec<_> = all
            .all()
            .map(|it| (it.first.check, it.places, it.cases))
            .collect();
        let expected = [
            ("response-schema", 9, 3),
            ("response-headers", 3, 3),
            ("media-type", 1, 1),
        ];
        assert_eq!(told, expected);
        let first = &all.errors.causes[0];
        assert_eq!(first.flows, ["widgets::listing", "widgets::other"]);
        assert_eq!(first.id, "widgets::listing/list#response-schema");
        assert_eq!(first.line, "GET /widgets -> 200");
        assert_eq!(all.left_out(), 0);
    }

    #[test]
    fn another_operation_is_the_same_cause_and_another_fingerprint() {
        let mut other = sample::failed();
        other.steps[1].operation = "searchWidgets".to_owned();
        other.findings.truncate(1);
        let cases = [sample::failed(), other];
        let number = |all: RunCauses| gathered(all, &cases).errors.causes.len();
        assert_eq!(number(RunCauses::by_place()), 2);
        assert_eq!(number(RunCauses::by_fingerprint()), 3);
    }

    #[test]
    fn criteria_of_two_steps_are_two_causes() {
        let mut case = sample::failed();
        for finding in &mut case.findings {
            (finding.contract, finding.promise) = (None, None);
            finding.message = "a success criterion does not hold".to_owned();
            finding.check = "success-criteria";
        }
        case.findings[3].scenario = sample::contract_place("/info");
        assert_eq!(
            gathered(RunCauses::by_place(), &[case]).errors.causes.len(),
            2
        );
    }

    #[test]
    fn what_is_held_is_bounded_and_warnings_take_no_place_of_errors() {
        let mut case = sample::failed();
        let finding = case.findings[0].clone();
        case.findings.clear();
        for number in 0..CAUSES_MAX + 7 {
            let mut one = finding.clone();
            one.severity = Severity::Warning;
            one.message = format!("{number} {}", "é".repeat(TEXT_BYTES_MAX));
            case.findings.push(one);
        }
        case.findings.push(finding);
        let mut cases = vec![case];
        cases.extend((0..FLOWS_MAX + 3).map(|number| {
            let mut case = sample::failed();
            case.path = format!("widgets::{number}");
            case
        }));
        let all = gathered(RunCauses::by_place(), &cases);
        assert_eq!((all.warnings.causes.len(), all.left_out()), (CAUSES_MAX, 7));
        assert!(all.all().all(|it| it.first.message.len() <= TEXT_BYTES_MAX));
        let first = &all.errors.causes[0];
        assert_eq!((first.flows.len(), first.cases), (FLOWS_MAX, FLOWS_MAX + 4));
    }
}
