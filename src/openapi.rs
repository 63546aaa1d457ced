//! OpenAPI documents, lowered into the Contract.
//!
//! Read: OpenAPI 3.0, 3.1 and 3.2, in one document or in several files of the API's folder, with all
//! their descriptions of operations, parameters, bodies, responses, headers, servers and security;
//! what only other APIs call (webhooks, callbacks) and what only describes (links, examples) is
//! checked for form. Refused with a Problem: Swagger 2.0, documents outside of the folder, unless
//! they may be fetched, other dialects of JSON Schema.
//!
//! What the versions write differently is told apart here and nowhere above: schemas of 3.0 and
//! references of every kind are rewritten to JSON Schema 2020-12 in one tree (`Reader::translated`).

mod components;
mod discovery;
mod discriminator;
mod document;
mod draft;
mod dynamic;
mod expression;
mod library;
mod link;
mod message;
mod oauth;
mod parameter;
mod paths;
mod reader;
mod schema;
mod security;
mod server;
mod version;

use std::sync::Arc;

pub use library::{Fetch, Load, Reach, Shared};

use crate::contract::Contract;
use crate::problem::{Node, Problem};
use crate::source::Source;
use library::Library;
use reader::Reader;

/// Lowers a document that stands alone; with the Problems of all of it, not of the first thing that
/// is wrong.
///
/// There is no Contract where the document is none of a supported version, and where so many schemas
/// look at one value that to compile them would take memory and time without end.
pub fn lower(api: &str, source: &Arc<Source>) -> (Option<Contract>, Vec<Problem>) {
    let load: Load<'_> = &|_| Err("this document stands alone".to_owned());
    lower_with(api, source, Reach::folder(load))
}

/// Lowers a document with those that it refers to.
pub fn lower_with(
    api: &str,
    source: &Arc<Source>,
    reach: Reach<'_>,
) -> (Option<Contract>, Vec<Problem>) {
    let mut problems = Vec::new();
    let Some(version) = version::read(&Node::root(source), &mut problems) else {
        return (None, problems);
    };
    let library = Library::discover(source, version, reach);
    let mut reader = Reader::new(&library);
    let contract = document::lower(api, &mut reader);
    let contract = (!reader.is_crowded()).then_some(contract);
    (contract, reader.into_problems())
}

#[cfg(test)]
mod tests;
