//! What everybody may read in an API's own files: values that the contract fixes or shows, and names. Such
//! a value is no secret by itself, and to look for it everywhere would make what is written unreadable.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::contract::Contract;
use crate::scenario::Scenario;

/// Values and names that are public.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// Values of the contract, and names of members and parameters.
    values: BTreeSet<String>,
    /// Names of flows, steps and operations, which stand in reports as a whole.
    names: Vec<String>,
}

impl Vocabulary {
    /// That of an API.
    pub(super) fn of(contract: &Contract, scenarios: &[Arc<Scenario>]) -> Self {
        let mut values = BTreeSet::new();
        gather(contract.document(), &mut values);
        let mut names = vec![contract.api.clone()];
        for operation in &contract.operations {
            names.push(operation.id.clone());
            names.push(operation.path.as_str().to_owned());
            let parameters = operation.parameters.iter();
            values.extend(parameters.map(|it| it.name.clone()));
        }
        for scenario in scenarios {
            names.push(scenario.path());
            names.extend(scenario.steps.iter().map(|it| it.id.clone()));
        }
        Self { values, names }
    }

    /// Whether a value is public.
    pub(super) fn holds(&self, value: &str) -> bool {
        self.values.contains(value) || self.names.iter().any(|it| it.contains(value))
    }
}

/// Gathers what schemas fix and show, and the names of members.
fn gather(document: &Value, values: &mut BTreeSet<String>) {
    match document {
        Value::Object(map) => {
            for (keyword, value) in map {
                match (keyword.as_str(), value) {
                    ("enum" | "const" | "example" | "examples" | "default", shown) => {
                        texts(shown, values);
                    }
                    ("properties", Value::Object(members)) => {
                        values.extend(members.keys().cloned());
                        members.values().for_each(|it| gather(it, values));
                    }
                    (_, other) => gather(other, values),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|it| gather(it, values)),
        _ => {}
    }
}

/// All texts and numbers in a value.
fn texts(value: &Value, values: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            values.insert(text.clone());
        }
        Value::Number(number) => {
            values.insert(number.to_string());
        }
        Value::Array(items) => items.iter().for_each(|it| texts(it, values)),
        Value::Object(members) => members.values().for_each(|it| texts(it, values)),
        Value::Bool(_) | Value::Null => {}
    }
}
