//! Whether anything of a contract speaks of what an operation makes or changes.
//!
//! A change that no other operation speaks of shows nowhere: the contract allows a server to forget it. What
//! is spoken of is told by words, as a reader tells it: the words of an operation's name without its verb,
//! and those of other operations' names, paths and fields.

use super::nature::words;
use super::places::places;
use crate::contract::{Contract, Operation, plain_path};

/// Whether another operation speaks of what one is about.
pub(super) fn is_spoken_of(contract: &Contract, operation: &Operation) -> bool {
    let path = plain_path(operation);
    let lifecycles = contract.lifecycles();
    if lifecycles
        .iter()
        .any(|it| it.item == path || it.collection == path)
    {
        return true;
    }
    let mut others = contract
        .operations
        .iter()
        .filter(|it| it.id != operation.id);
    // A name of one word tells nothing, and nothing is claimed.
    nouns(operation).is_empty() || others.any(|it| speaks_of(contract, it, operation))
}

/// Whether one operation speaks of what another is about; where the other has a name of one word, nobody
/// knows.
pub(super) fn speaks_of(contract: &Contract, one: &Operation, other: &Operation) -> bool {
    let spoken = spoken(contract, one);
    let is_it = |noun: &String| spoken.iter().any(|it| it.starts_with(noun.as_str()));
    nouns(other).iter().any(is_it)
}

/// What an operation is about: the words of its name without its verb.
fn nouns(operation: &Operation) -> Vec<String> {
    let words = words(&operation.id).into_iter().skip(1);
    words.map(|it| singular(&it)).collect()
}

/// The words of an operation: of its name, its path and what it is sent.
fn spoken(contract: &Contract, operation: &Operation) -> Vec<String> {
    let mut spoken = words(&operation.id);
    let bodies = operation.request_body.iter().flat_map(|it| &it.content);
    let schemas = bodies.filter_map(|it| it.schema.as_ref());
    let sent = schemas.flat_map(|it| places(contract, it));
    spoken.extend(sent.filter_map(|it| it.name()).flat_map(|it| words(&it)));
    let parameters = operation.parameters.iter();
    spoken.extend(parameters.flat_map(|it| words(&it.name)));
    spoken
}

fn singular(word: &str) -> String {
    let plain = word.strip_suffix("ies").map(|it| format!("{it}y"));
    plain.unwrap_or_else(|| word.strip_suffix('s').unwrap_or(word).to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::openapi;
    use crate::source::Source;

    const CONTRACT: &str = r"
openapi: 3.1.1
info: {title: Shop, version: '1'}
paths:
  /chart: {put: {operationId: uploadChart, responses: {'200': {description: there}}}}
  /push: {post: {operationId: pushImages, responses: {'200': {description: there}}}}
  /user: {post: {operationId: registerUser, responses: {'200': {description: there}}}}
  /run:
    post:
      operationId: startRelease
      parameters: [{name: username, in: query, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {type: object, properties: {image: {type: string}}}}}}
      responses: {'200': {description: there}}
";

    #[test]
    fn what_nothing_else_names_is_not_spoken_of() {
        let source = Source::parse("specs/t/openapi.yaml", CONTRACT.to_owned()).expect("YAML");
        let (contract, problems) = openapi::lower("t", &Arc::new(source));
        assert_eq!(problems, []);
        let contract = contract.expect("a contract");
        let spoken = |id: &str| {
            let operation = contract.operation(id).expect("an operation");
            is_spoken_of(&contract, operation)
        };
        assert!(spoken("pushImages") && spoken("registerUser"));
        assert!(!spoken("uploadChart") && !spoken("startRelease"));
    }
}
