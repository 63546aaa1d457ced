//! First scenarios for a contract that nobody has written any for: one flow over the life of each
//! resource, one call of every other operation, in files that a person goes on with.
//!
//! ```text
//! Contract ─ resources ─► what is made, read, changed, taken away ─ lifecycle ─► Flow
//!          └ the other operations ─ smoke ─► Flow           Flow ─ draft ─► Arazzo, with comments
//! ```
//!
//! Values come from the contract's examples, else are made up by its schemas; what neither gives is an
//! input with a guess, and is said to be one. The same contract gives the same files.

mod change;
mod criterion;
mod draft;
mod flow;
mod project;
mod request;
mod resource;
mod skeleton;
mod yaml;

pub use project::{github_job, gitlab_job, settings};
pub use skeleton::{Skeleton, skeletons};

use crate::contract::{Contract, Operation};
use draft::{Flow, Head};

/// How many operations flows are drafted for.
pub const OPERATIONS_MAX: usize = 20_000;

/// A file that was drafted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFile {
    /// Its name, in the folder of the contract.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// What was drafted for a contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drafts {
    /// The files, the flows of resources first.
    pub files: Vec<DraftFile>,
    /// What no flow calls, and why.
    pub left_out: Vec<String>,
}

/// Drafts the first scenarios of a contract that stands in a file of this name.
pub fn generate(contract: &Contract, file: &str) -> Drafts {
    let (resources, mut left_out) = resource::resources(contract);
    let mut drafts = Drafts::default();
    let mut called: Vec<&Operation> = Vec::new();
    let mut numbers = 1..;
    let mut next = || numbers.next().unwrap_or(OPERATIONS_MAX);
    for resource in resources.iter().take(OPERATIONS_MAX) {
        match flow::lifecycle(contract, &resources, resource, next()) {
            Ok((flow, operations)) => {
                called.extend(operations);
                let name = format!("{}.arazzo.yaml", kebab_case(&resource.name));
                let title = format!("The life of one {}", resource.name);
                drafts
                    .files
                    .push(document(&name, &title, file, &[], &[flow]));
            }
            Err(why) => left_out.push(format!("There is no flow for {}: {why}.", resource.item)),
        }
    }
    let is_called = |it: &&Operation| called.iter().any(|other| std::ptr::eq(*other, *it));
    let mut flows: Vec<Flow> = Vec::new();
    for operation in contract
        .operations
        .iter()
        .filter(|it| !is_called(it))
        .take(OPERATIONS_MAX)
    {
        match flow::smoke(contract, &resources, operation, next()) {
            Ok(mut flow) => {
                flow.id = flow::free(&flow.id, |id| flows.iter().any(|it| it.id == id));
                flows.push(flow);
            }
            Err(why) => left_out.push(format!("{} is not called: {why}.", operation.id)),
        }
    }
    if !flows.is_empty() {
        let title = "What no other flow calls";
        let smoke = document("smoke.arazzo.yaml", title, file, &left_out, &flows);
        drafts.files.push(smoke);
    }
    drafts.left_out = left_out;
    drafts
}

fn document(
    name: &str,
    title: &str,
    contract: &str,
    notes: &[String],
    flows: &[Flow],
) -> DraftFile {
    let head = Head {
        title,
        contract,
        notes,
    };
    DraftFile {
        name: name.to_owned(),
        text: draft::write(&head, flows),
    }
}

/// A name of small letters and hyphens: that of a file or a folder.
pub fn kebab_case(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            if letter.is_ascii_uppercase() && name.ends_with(|it: char| it.is_ascii_lowercase()) {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests;
