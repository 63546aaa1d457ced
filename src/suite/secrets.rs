//! Secrets of flows: what the contract, the inputs and the settings say is secret is told to whoever writes,
//! and taken out of what happened once it has been checked. Checks see what was said; snapshots, reports
//! and records see names.

mod clean;
mod guide;
mod learning;
mod marks;
mod said;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use super::Api;
use crate::check::Finding;
use crate::contract::Contract;
use crate::plan::Case;
use crate::scenario::Scenario;
use crate::secret::Secrets;
use crate::transcript::{StepRecord, Transcript};
use guide::Guide;
pub(super) use learning::Learning;
use marks::{Mark, Marks};
use vocabulary::Vocabulary;

/// What of an API's requests and answers is secret.
#[derive(Debug)]
pub struct Telling {
    secrets: Arc<Secrets>,
    /// Names of members, fields, inputs and outputs.
    names: Vec<String>,
    contract: Arc<Contract>,
    scenarios: Vec<Arc<Scenario>>,
    /// What everybody may read in the contract and the scenarios.
    vocabulary: OnceLock<Vocabulary>,
}

impl Telling {
    /// What an API says, to be told to these.
    pub fn of(api: &Api, secrets: Arc<Secrets>) -> Self {
        Self {
            secrets,
            names: api.settings.secrets.clone(),
            contract: Arc::clone(&api.contract),
            scenarios: api.scenarios.clone(),
            vocabulary: OnceLock::new(),
        }
    }

    /// Learns the secret inputs of a case, which are known before it is played.
    pub fn learn_inputs(&self, case: &Case) {
        self.learn_values(&case.scenario.secrets, &case.inputs);
    }

    /// Learns the secrets of what happened, and puts names in their places.
    pub fn clean(&self, transcript: &mut Transcript, findings: &mut [Finding]) {
        let marks = self.learn(transcript);
        clean::transcript(self, transcript, &marks);
        clean::findings(&self.secrets, findings, &marks);
    }

    /// What is marked as secret in each try of each step.
    fn learn(&self, transcript: &Transcript) -> Vec<Vec<Marks>> {
        self.learn_values(&transcript.scenario.secrets, &transcript.inputs);
        self.learn_values(&[], &transcript.outputs);
        let steps = transcript.steps.iter();
        steps.map(|it| self.learn_step(it)).collect()
    }

    /// From here on the secrets of a step are known.
    pub(super) fn learn_of(&self, record: &StepRecord) {
        self.learn_step(record);
    }

    /// What is marked as secret in each try of a step; its secrets are known from here on.
    fn learn_step(&self, record: &StepRecord) -> Vec<Marks> {
        self.learn_values(&[], &record.outputs);
        let called = &record.scenario;
        for (name, value) in &called.defaults {
            if called.secrets.contains(name) {
                self.learn_value(name, value);
            }
        }
        let guide = Guide::of(self, record);
        let tries = record.attempts.iter().map(|it| Marks::of(&guide, it));
        let tries: Vec<Marks> = tries.collect();
        tries
            .iter()
            .flat_map(Marks::all)
            .for_each(|it| self.add(it));
        tries
    }

    /// Learns the values of those that have one of these names, or one of the settings.
    fn learn_values(&self, names: &[String], values: &Map<String, Value>) {
        for (name, value) in values {
            if names.contains(name) || self.is_named(name) {
                self.learn_value(name, value);
            }
        }
    }

    /// Learns all that a value of this name holds.
    fn learn_value(&self, name: &str, value: &Value) {
        let mut found = Vec::new();
        guide::scalars(value, &mut found);
        for text in found {
            self.add(&Mark::whole(name, text));
        }
    }

    /// Whether the settings name it.
    fn is_named(&self, name: &str) -> bool {
        self.names.iter().any(|it| it == name)
    }

    /// Has a value looked for, unless everybody may read it: then it is secret in its place alone.
    fn add(&self, mark: &Mark) {
        let value = mark.value.as_str();
        let is_public = || {
            let vocabulary = self
                .vocabulary
                .get_or_init(|| Vocabulary::of(&self.contract, &self.scenarios));
            vocabulary.holds(value)
        };
        let is_known = self.secrets.name_of(value).is_some();
        if value.len() < crate::secret::VALUE_BYTES_MIN || !is_known && is_public() {
            return;
        }
        if mark.is_basic {
            self.secrets.add_basic(&mark.name, value);
        } else {
            self.secrets.add(&mark.name, value);
        }
    }
}
