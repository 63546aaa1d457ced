//! Arazzo documents, lowered into Scenarios.
//!
//! Read: Arazzo 1.0.x with workflows, steps on operations (`operationId`, `operationPath`) and on
//! workflows of the same document, parameters, bodies with replacements, criteria of the types
//! simple, regex and jsonpath, actions, outputs, components, and one extension key, `x-countersign`.
//! Refused with a Problem: other versions, sources that are no OpenAPI document, criteria of the type
//! xpath, cookies, workflows of other documents.

mod action;
mod bind;
mod caller;
mod criterion;
mod document;
mod extension;
mod payload;
mod step;
mod workflow;

use std::sync::Arc;

use crate::contract::Contract;
use crate::problem::Problem;
use crate::scenario::Scenario;
use crate::source::Source;

/// What a document may refer to.
pub struct Surroundings<'s> {
    /// The short name of the API.
    pub api: &'s str,
    /// The contracts of the API, found by the path of their document.
    pub contracts: &'s [Arc<Contract>],
    /// The files that scenarios may send.
    pub files: &'s dyn Files,
}

/// The files that scenarios may send; none outside the API's folder.
pub trait Files {
    /// The bytes of a file, by its path relative to the API's folder.
    ///
    /// # Errors
    /// When the file is missing, too large, or outside the folder; the text says which.
    fn load(&self, path: &str) -> Result<Arc<[u8]>, String>;
}

/// Lowers a document; with the Problems of all of it, not of the first thing that is wrong.
pub fn lower(source: &Source, surroundings: &Surroundings<'_>) -> (Vec<Scenario>, Vec<Problem>) {
    let mut problems = Vec::new();
    let scenarios = document::lower(source, surroundings, &mut problems);
    (scenarios, problems)
}

#[cfg(test)]
mod tests;
