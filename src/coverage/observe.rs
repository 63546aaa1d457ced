//! What exchanges exercise, noted as they come.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::body::{Sent, received, sent};
use super::covered::{ApiCovered, Covered};
use super::tree::Tree;
use super::universe::{BodyTable, OperationTable, Universe};
use super::walk::Walk;
use bytes::Bytes;
use serde_json::Value;

use crate::contract::{MediaContent, Operation, ParameterPlace};
use crate::http::form::decode_urlencoded;
use crate::http::{MediaType, Request};
use crate::scenario::Call;
use crate::transcript::{Attempt, StepRecord};

/// What was exercised of some contracts.
#[derive(Debug)]
pub struct Coverage {
    apis: Vec<Observed>,
}

/// What was exercised of one.
#[derive(Debug)]
struct Observed {
    universe: Arc<Universe>,
    /// Whether every flow of the API was to be played.
    is_whole: bool,
    seen: Bits,
    /// Bodies that were sent and looked at, by operation and media type: most are the same in each round.
    sent: BTreeSet<(usize, String, Bytes)>,
}

/// How many bodies that were sent are remembered of an API.
const SENT_MAX: usize = 1_000;
/// The largest one that is, in bytes.
const SENT_BYTES_MAX: usize = 4_096;

/// Places of items in the list of a universe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    fn new(universe: &Universe) -> Self {
        Self(vec![0; universe.items().len().div_ceil(64)])
    }

    pub(super) fn set(&mut self, item: usize) {
        if let Some(word) = self.0.get_mut(item / 64) {
            *word |= 1 << (item % 64);
        }
    }

    pub(super) fn set_all(&mut self, items: impl IntoIterator<Item = usize>) {
        for item in items {
            self.set(item);
        }
    }

    pub(super) fn has(&self, item: usize) -> bool {
        let word = self.0.get(item / 64);
        word.is_some_and(|it| it & (1 << (item % 64)) != 0)
    }
}

impl Coverage {
    /// Nothing yet; of each contract with whether all its flows are to be played.
    pub fn new(universes: impl IntoIterator<Item = (Arc<Universe>, bool)>) -> Self {
        let apis = universes.into_iter().map(|(universe, is_whole)| Observed {
            seen: Bits::new(&universe),
            sent: BTreeSet::new(),
            universe,
            is_whole,
        });
        Self {
            apis: apis.collect(),
        }
    }

    /// Notes what a step exercises, in all its tries.
    pub fn observe(&mut self, step: &StepRecord) {
        let Call::Operation {
            contract,
            operation,
            ..
        } = &step.definition().call
        else {
            return;
        };
        // A contract that is none of an API of its own has no universe.
        let is_it = |it: &&mut Observed| Arc::ptr_eq(it.universe.contract(), contract);
        if let Some(observed) = self.apis.iter_mut().find(is_it) {
            for attempt in &step.attempts {
                observed.note(*operation, attempt);
            }
        }
    }

    /// Notes what one exchange of the first contract exercises.
    #[cfg(test)]
    pub(super) fn note(&mut self, operation: usize, attempt: &Attempt) {
        for observed in &mut self.apis {
            observed.note(operation, attempt);
        }
    }

    /// What was covered, by the names of the items.
    pub fn covered(&self) -> Covered {
        let apis = self.apis.iter().map(|it| {
            let universe = &it.universe;
            let mut covered = ApiCovered::new(universe.digest(), it.is_whole, universe.is_cut());
            for (number, item) in universe.items().iter().enumerate() {
                let kind = covered.kinds.entry(item.kind).or_default();
                let list: &mut BTreeSet<String> = match (it.seen.has(number), item.is_exempt) {
                    (true, _) => &mut kind.covered,
                    (false, true) => &mut kind.exempt,
                    (false, false) => &mut kind.missing,
                };
                list.insert(item.id.clone());
            }
            (universe.api().to_owned(), covered)
        });
        Covered {
            apis: apis.collect(),
        }
    }
}

impl Observed {
    fn note(&mut self, number: usize, attempt: &Attempt) {
        let contract = Arc::clone(self.universe.contract());
        let universe = Arc::clone(&self.universe);
        let operation = contract.operations.get(number);
        let table = universe.operations.get(number);
        let (Some(operation), Some(table)) = (operation, table) else {
            return;
        };
        self.seen.set(table.called);
        self.note_parameters((operation, table), &attempt.exchange.request);
        if !self.is_known(number, &attempt.exchange.request) {
            self.note_request((operation, table), &attempt.exchange.request);
        }
        let status = attempt.exchange.response.status;
        let mut documented = operation.responses.iter().zip(&table.responses);
        let Some((response, table)) = documented.find(|(it, _)| it.status.matches(status)) else {
            return;
        };
        self.seen.set(table.status);
        if attempt.received.bytes.is_empty() {
            return;
        }
        let Ok(media_type) = &attempt.received.media_type else {
            return;
        };
        let content = response.content_for(media_type);
        if let Some((content, table)) = matching(content, &response.content, &table.bodies) {
            self.seen.set(table.media_type);
            let body = received(&contract, content, &attempt.received);
            self.note_body(table, body.as_ref());
        }
    }

    /// Whether the same body was sent to the operation before. It is, from now on.
    fn is_known(&mut self, operation: usize, request: &Request) -> bool {
        if request.body.len() > SENT_BYTES_MAX {
            return false;
        }
        let media_type = request.headers.first("content-type").unwrap_or_default();
        let body = (operation, media_type.into_owned(), request.body.clone());
        self.sent.contains(&body) || (self.sent.len() < SENT_MAX && !self.sent.insert(body))
    }

    fn note_parameters(
        &mut self,
        (operation, table): (&Operation, &OperationTable),
        request: &Request,
    ) {
        if table.parameters.is_empty() {
            return;
        }
        let query = request.url.split_once('?').map_or("", |(_, it)| it);
        let names: BTreeSet<String> = decode_urlencoded(query.as_bytes())
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let cookies: Vec<_> = request.headers.all("cookie").collect();
        for (parameter, (sent, absent)) in operation.parameters.iter().zip(&table.parameters) {
            let name = parameter.name.as_str();
            let is_sent = match parameter.place {
                ParameterPlace::Path => true,
                ParameterPlace::Query => is_in_query(name, &names),
                ParameterPlace::QueryString => !query.is_empty(),
                ParameterPlace::Header => request.headers.contains(name),
                ParameterPlace::Cookie => {
                    let mut pairs = cookies.iter().flat_map(|it| it.split(';'));
                    pairs.any(|it| it.trim().split('=').next() == Some(name))
                }
            };
            let item = if is_sent { Some(*sent) } else { *absent };
            self.seen.set_all(item);
        }
    }

    fn note_request(
        &mut self,
        (operation, table): (&Operation, &OperationTable),
        request: &Request,
    ) {
        let Some(documented) = &operation.request_body else {
            return;
        };
        if request.body.is_empty() && !request.headers.contains("content-type") {
            return self.seen.set_all(table.no_body);
        }
        let content_type = request.headers.first("content-type").unwrap_or_default();
        let Ok(media_type) = MediaType::parse(&content_type) else {
            return;
        };
        let content = documented.content_for(&media_type);
        if let Some((content, table)) = matching(content, &documented.content, &table.request) {
            self.seen.set(table.media_type);
            let contract = Arc::clone(self.universe.contract());
            let body = sent(&contract, content, &media_type, &request.body);
            self.note_body(table, body.as_ref());
        }
    }

    fn note_body(&mut self, table: &BodyTable, body: Option<&Sent<'_>>) {
        let Some(body) = body else {
            return;
        };
        if let Some(tree) = &table.whole {
            self.walk(tree, body.whole());
        }
        // Before there was a place for the schema of each item, that of the whole body was it.
        if let Some(tree) = table.each.as_ref().or(table.whole.as_ref()) {
            for value in body.each() {
                self.walk(tree, value);
            }
        }
    }

    fn walk(&mut self, tree: &Tree, value: &Value) {
        let contract = Arc::clone(self.universe.contract());
        let mut walk = Walk {
            tree,
            contract: &contract,
            seen: &mut self.seen,
        };
        walk.value(0, value);
    }
}

/// Whether a parameter is in a query, by its own name or with the name of a member behind it.
fn is_in_query(name: &str, names: &BTreeSet<String>) -> bool {
    let with_member = format!("{name}[");
    let after = names.range(with_member.clone()..).next();
    names.contains(name) || after.is_some_and(|it| it.starts_with(&with_member))
}

/// The entry of a list of contents with its items.
fn matching<'c, 't>(
    found: Option<&'c MediaContent>,
    contents: &'c [MediaContent],
    tables: &'t [BodyTable],
) -> Option<(&'c MediaContent, &'t BodyTable)> {
    let found = found?;
    let mut pairs = contents.iter().zip(tables);
    pairs.find(|(it, _)| std::ptr::eq(*it, found))
}
