//! What the contract says of the place of a change, and where: where it leaves a choice between schemas, in
//! the one that the answer satisfies.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{Change, ChangeKind, ChangePlace};
use crate::contract::{Contract, Direction, Operation, Response, SchemaUse, Spot};
use crate::json::Pointer;
use crate::transcript::StepRecord;

/// How many schemas of choices are held against the answers of one flow. What the rest would tell apart
/// stays together.
const SCHEMAS_MAX: usize = 500;
/// How many elements of lists are looked at where their order in the snapshot is another one.
const ELEMENTS_MAX: usize = 1_000;

/// What the contract says of a place.
pub(super) struct Word {
    /// Where it says so; or where it says nothing.
    pub(super) promise: Pointer,
    /// Whether it describes the place.
    pub(super) is_described: bool,
    /// Whether it lists the values.
    pub(super) is_fixed: bool,
}

/// Which schemas values satisfy; each is compiled once for a flow at most.
#[derive(Debug, Default)]
pub(super) struct Fits(BTreeMap<(String, Pointer), SchemaUse>);

impl Fits {
    /// Whether a schema is satisfied by one of the values; it is where nobody can tell.
    fn fits(&mut self, contract: &Contract, schema: &Pointer, values: &[&Value]) -> bool {
        let key = (contract.api.clone(), schema.clone());
        if self.0.len() >= SCHEMAS_MAX && !self.0.contains_key(&key) {
            return true;
        }
        let schema = self.0.entry(key);
        let schema = schema.or_insert_with_key(|(_, pointer)| {
            SchemaUse::new(pointer.clone(), Direction::Response)
        });
        match schema.judge(contract) {
            Ok(judge) => values.iter().any(|it| judge.is_valid(it)),
            Err(_) => true,
        }
    }
}

/// The last answer of a step, and what the contract knows of it.
pub(super) struct Answer<'s> {
    contract: &'s Contract,
    response: &'s Response,
    record: &'s StepRecord,
}

impl<'s> Answer<'s> {
    /// The answer of a step; none where the contract knows no such answer.
    pub(super) fn of(
        record: &'s StepRecord,
        (contract, operation): (&'s Contract, &'s Operation),
    ) -> Option<Self> {
        let last = record.last()?;
        let response = operation.response(last.exchange.response.status)?;
        Some(Self {
            contract,
            response,
            record,
        })
    }

    /// What the contract says of the place of a change.
    pub(super) fn word(&self, change: &Change, fits: &mut Fits) -> Word {
        let response = self.response;
        match &change.place {
            ChangePlace::Header { name } => {
                let mut headers = response.headers.iter();
                let header = headers.find(|it| it.name.eq_ignore_ascii_case(name));
                Word {
                    promise: header.map_or(&response.pointer, |it| &it.pointer).clone(),
                    // Which media types there are says the contract otherwise.
                    is_described: header.is_some() || name == "content-type",
                    is_fixed: false,
                }
            }
            ChangePlace::Body { pointer, lists } => {
                self.body_word(change, (pointer, lists.as_slice()), fits)
            }
            ChangePlace::Status | ChangePlace::Step | ChangePlace::Request => Word {
                promise: response.pointer.clone(),
                is_described: true,
                is_fixed: false,
            },
        }
    }

    /// What the contract says of a place in the body.
    fn body_word(
        &self,
        change: &Change,
        (pointer, lists): (&Pointer, &[bool]),
        fits: &mut Fits,
    ) -> Word {
        let silent = |promise: &Pointer| Word {
            promise: promise.clone(),
            is_described: false,
            is_fixed: false,
        };
        let last = self.record.last();
        let media_type = last.and_then(|it| it.received.media_type.as_ref().ok());
        let content = media_type.and_then(|it| self.response.content_for(it));
        let Some(schema) = content.and_then(|it| it.schema.as_ref()) else {
            return silent(content.map_or(&self.response.pointer, |it| &it.pointer));
        };
        let root = schema.outline(self.contract).root();
        // What was renamed stands under its new name.
        match root.at(pointer) {
            Ok(spot) => {
                let chosen = self.chosen(root, (change, pointer, lists), fits);
                let place = chosen.and_then(|it| it.place());
                let place = place.or_else(|| spot.place());
                Word {
                    promise: place.unwrap_or_else(|| schema.pointer.clone()),
                    is_described: spot.is_described() || pointer.is_root(),
                    is_fixed: spot.fixed().is_some(),
                }
            }
            Err(miss) => silent(&miss.place),
        }
    }

    /// The place of a change as the answer has chosen it, on the way to it and there.
    fn chosen<'o>(
        &self,
        root: Spot<'o>,
        (change, pointer, lists): (&Change, &Pointer, &[bool]),
        fits: &mut Fits,
    ) -> Option<Spot<'o>> {
        let body = self.record.last()?.received.json();
        let mut values: Vec<&Value> = body.into_iter().collect();
        let is_sorted = !self.record.definition().snapshot.unordered.is_empty();
        let mut narrowed = |spot: Spot<'o>, values: &[&Value]| {
            if values.is_empty() {
                return spot;
            }
            spot.fitting(&mut |schema| fits.fits(self.contract, schema, values))
        };
        let mut spot = narrowed(root, &values);
        let depth = lists.len();
        for (number, token) in pointer.tokens().enumerate() {
            let is_list = lists.get(number).copied().unwrap_or_default();
            values = below(&values, &token, is_list && is_sorted);
            if number + 1 == depth && change.kind == ChangeKind::Removed {
                // What stands there now is something else.
                values.clear();
            }
            spot = narrowed(spot.child(&token).ok()?, &values);
        }
        Some(spot)
    }
}

/// What of these values has that name; or every element of them, where nobody knows which it is.
fn below<'v>(values: &[&'v Value], token: &str, is_any: bool) -> Vec<&'v Value> {
    let found = values.iter().flat_map(|value| match value {
        Value::Array(elements) if is_any => elements.iter().collect(),
        Value::Array(elements) => {
            let index = token.parse::<usize>().ok();
            let element = index.and_then(|it| elements.get(it));
            element.into_iter().collect()
        }
        Value::Object(members) => members.get(token).into_iter().collect(),
        _ => Vec::new(),
    });
    found.take(ELEMENTS_MAX).collect()
}
