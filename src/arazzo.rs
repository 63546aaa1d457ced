//! Arazzo documents, lowered into Scenarios.
//!
//! Read: Arazzo 1.0 and 1.1, whatever the patch. Steps on operations (`operationId`, `operationPath`)
//! of any OpenAPI document of the API's folder, and on workflows of any Arazzo document of it; a
//! document may name itself (`$self`). Criteria of the types simple, regex and jsonpath; selectors and
//! targets in JSONPath (RFC 9535) and as JSON Pointers; and one extension key, `x-countersign`.
//!
//! Refused with a Problem: other versions, AsyncAPI with all that belongs to it, versions of XPath other than 1.0,
//! the JSONPath of the draft before its RFC, sources outside of the folder (nothing is fetched), and a
//! `timeout` for a step that calls a workflow.

mod action;
mod argument;
mod bind;
mod caller;
mod criterion;
mod document;
mod extension;
mod form;
mod located;
mod order;
mod outline;
mod payload;
mod references;
mod run_tag;
mod selector;
mod snapshot;
mod step;
mod table;
mod undo;
mod workflow;

use std::sync::Arc;

use self::outline::Outline;
use crate::contract::Contract;
use crate::parallel;
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
pub trait Files: Sync {
    /// The bytes of a file, by its path relative to the API's folder.
    ///
    /// # Errors
    /// When the file is missing, too large, or outside the folder; the text says which.
    fn load(&self, path: &str) -> Result<Arc<[u8]>, String>;

    /// The bytes of a file that the API shares with others, by its path relative to the project's
    /// folder.
    ///
    /// # Errors
    /// As `load`, and always where there is no project around the folder.
    fn load_shared(&self, _path: &str) -> Result<Arc<[u8]>, String> {
        Err("there is no project around the folder".to_owned())
    }
}

/// No files at all: around documents that stand alone.
#[derive(Debug, Clone, Copy)]
pub struct NoFiles;

impl Files for NoFiles {
    fn load(&self, _path: &str) -> Result<Arc<[u8]>, String> {
        Err("no files here".to_owned())
    }
}

/// Lowers a document that stands alone; with the Problems of all of it, not of the first thing that
/// is wrong.
pub fn lower(source: &Source, surroundings: &Surroundings<'_>) -> (Vec<Scenario>, Vec<Problem>) {
    lower_all(&[source], surroundings)
}

/// Lowers the documents of an API, which may name each other's workflows.
pub fn lower_all(
    sources: &[&Source],
    surroundings: &Surroundings<'_>,
) -> (Vec<Scenario>, Vec<Problem>) {
    let outlines: Vec<Outline> = sources.iter().map(|it| Outline::read(it)).collect();
    let bytes: usize = sources.iter().map(|it| it.text().len()).sum();
    let is_much = bytes >= parallel::TEXT_BYTES_MIN;
    let lowered = parallel::map(is_much, sources.to_vec(), |source| {
        let mut problems = Vec::new();
        let scenarios = document::lower(source, &outlines, surroundings, &mut problems);
        (scenarios, problems)
    });
    let (mut scenarios, mut problems) = (Vec::new(), Vec::new());
    for (own, wrong) in lowered {
        scenarios.extend(own);
        problems.extend(wrong);
    }
    bind::check_circles(&scenarios, &mut problems);
    (scenarios, problems)
}

/// The paths of files besides the known ones that the sources of a document may mean.
pub fn wanted(source: &Source) -> Vec<String> {
    outline::wanted(source)
}

#[cfg(test)]
mod tests;
