//! A step with what was read before and after it: what the laws look at.

use std::sync::Arc;

use serde_json::Value;

use super::thing::{Reading, Thing};
use crate::check::{Fact, Place};
use crate::contract::{Contract, Operation};
use crate::http::Exchange;
use crate::json::Pointer;
use crate::transcript::{Attempt, StepRecord};
use crate::world::Site;

/// A step that has been played.
#[derive(Debug)]
pub(super) struct Around<'r> {
    pub(super) contract: &'r Arc<Contract>,
    pub(super) operation: &'r Operation,
    pub(super) record: &'r StepRecord,
    pub(super) attempt: &'r Attempt,
    /// Whether the answer says in its body that nothing was done.
    pub(super) says_no: bool,
    /// Whether the flow itself has made the thing.
    pub(super) is_own: bool,
    /// The thing that it is about.
    pub(super) thing: Option<Thing<'r>>,
    /// What was read before, of a step that may change something.
    pub(super) before: Reading,
    /// What was read afterwards.
    pub(super) after: Reading,
}

impl<'r> Around<'r> {
    pub(super) fn exchange(&self) -> &'r Exchange {
        &self.attempt.exchange
    }

    pub(super) fn status(&self) -> u16 {
        self.exchange().response.status
    }

    /// What the requests of its operation begin with at a site.
    pub(super) fn base(&self, site: &Site) -> Option<String> {
        let base = self.contract.base(self.operation, site);
        base.ok().map(|it| it.url)
    }

    /// Whether it was done: `202` promises it and no more (`RFC 9110 §15.3.3`).
    pub(super) fn is_done(&self) -> bool {
        self.status() / 100 == 2 && self.status() != 202 && !self.says_no
    }

    pub(super) fn is_refused(&self) -> bool {
        self.status() / 100 == 4 || self.says_no
    }

    /// The thing, where the step called that operation of its life.
    pub(super) fn about(
        &self,
        pick: impl Fn(&Thing<'r>) -> Option<&'r Operation>,
    ) -> Option<&Thing<'r>> {
        let thing = self.thing.as_ref()?;
        let is_it = pick(thing).is_some_and(|it| it.id == self.operation.id);
        is_it.then_some(thing)
    }

    /// The thing, where the step has made it.
    pub(super) fn made(&self) -> Option<&Thing<'r>> {
        self.about(|it| Some(it.life.create))
            .filter(|_| self.is_done())
    }

    /// The thing, where the step has put all of it.
    pub(super) fn replaced(&self) -> Option<&Thing<'r>> {
        let puts = |it: &Thing<'r>| {
            let named_by_client = it.life.is_named_by_client.then_some(it.life.create);
            it.life.replace.or(named_by_client)
        };
        self.about(puts).filter(|_| self.is_done())
    }

    /// The thing, where the step has taken it away.
    pub(super) fn removed(&self) -> Option<&Thing<'r>> {
        self.about(|it| it.life.delete).filter(|_| self.is_done())
    }

    /// The body that was sent, when it is an object in JSON that the contract allows.
    pub(super) fn sent_rightly(&self) -> Option<Value> {
        self.sent()
            .filter(|_| !self.record.definition().invalid_request)
    }

    /// The body that was sent, when it is an object in JSON.
    pub(super) fn sent(&self) -> Option<Value> {
        let value: Value = serde_json::from_slice(&self.exchange().request.body).ok()?;
        value.is_object().then_some(value)
    }

    /// The body that came, when it is JSON.
    pub(super) fn answered(&self) -> Option<&'r Value> {
        self.attempt.received.json()
    }
}

/// What a law says of a place, with where the contract has the operation that it is about.
pub(super) fn fact(
    message: impl Into<String>,
    place: Place,
    (expected, actual): (impl Into<String>, impl Into<String>),
    operation: &Operation,
) -> Fact {
    Fact {
        message: message.into(),
        place,
        expected: expected.into(),
        actual: actual.into(),
        contract: Some(operation.pointer.clone()),
        scenario: None,
    }
}

/// A place in the body.
pub(super) fn body(place: &Pointer) -> Place {
    Place::Body(place.clone())
}
