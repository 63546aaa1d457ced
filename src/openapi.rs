//! OpenAPI documents, lowered into the Contract.
//!
//! Read: OpenAPI 3.1 with all its descriptions of operations, parameters, bodies, responses and
//! headers; references inside the document. Refused with a Problem: other versions, references to
//! other documents, parameters with `content`, an own `$schema`-dialect. Left alone: callbacks,
//! webhooks, links and examples, which nothing here judges yet.

mod document;
mod message;
mod parameter;
mod schema;
mod security;
mod version;

use std::sync::Arc;

use crate::contract::Contract;
use crate::problem::{Node, Problem};
use crate::source::Source;

/// Lowers a document; with the Problems of all of it, not of the first thing that is wrong.
///
/// There is no Contract where the document is none of a supported version.
pub fn lower(api: &str, source: &Arc<Source>) -> (Option<Contract>, Vec<Problem>) {
    let mut problems = Vec::new();
    let root = Node::root(source);
    let contract = version::read(&root, &mut problems)
        .map(|_version| document::lower(api, source, &mut problems));
    (contract, problems)
}

/// Follows a `$ref` of an object that is no schema, to the object itself.
fn resolve<'a>(node: Node<'a>, what: &str, problems: &mut Vec<Problem>) -> Option<Node<'a>> {
    let mut node = node;
    for _ in 0..REFERENCE_CHAIN_MAX {
        let Some(reference) = node.get("$ref") else {
            return Some(node);
        };
        let text = reference.text(problems)?;
        node = schema::follow(&reference, text, what, problems)?;
    }
    problems.push(
        Problem::new(
            crate::problem::ProblemCode::ImpossibleOrder,
            node.location(),
            format!("this {what} refers to itself"),
        )
        .with_help("let one of the references in the circle hold the object itself"),
    );
    None
}

/// How many references in a row are followed.
const REFERENCE_CHAIN_MAX: usize = 32;

#[cfg(test)]
mod tests;
