//! What the steps of a flow captured, and who of the others read it.

use serde_json::Value;

use crate::report::{CAPTURED_MAX, Captured};
use crate::scenario::Scenario;
use crate::transcript::StepRecord;

/// What a step captured; with the values where they are worth looking at.
pub(super) fn captured(record: &StepRecord, has_values: bool) -> Vec<Captured> {
    let outputs = record.outputs.iter().take(CAPTURED_MAX);
    let told = outputs.map(|(name, value): (&String, &Value)| {
        let readers = readers(record, name);
        Captured::of(name, has_values.then_some(value), readers)
    });
    told.collect()
}

/// The steps that read an output, by their paths. A workflow that hands it on gives it to the step that
/// called it.
fn readers(record: &StepRecord, output: &str) -> Vec<String> {
    let scenario: &Scenario = &record.scenario;
    let step = &record.definition().id;
    let own = scenario.readers(step, output).map(|it| {
        let callers = record.callers.iter().map(String::as_str);
        let names: Vec<&str> = callers.chain([it.id.as_str()]).collect();
        names.join("/")
    });
    let mut all: Vec<String> = own.collect();
    if scenario.hands_on(step, output) && !record.callers.is_empty() {
        all.push(record.callers.join("/"));
    }
    all
}
