//! A behaviour from memory: what a flow would have been told by a server that does something else than it
//! was asked to, as far as what the true one said tells it.
//!
//! Nothing is sent. What the operation answered stays; later answers about the same thing become what they
//! were before, or what they are where the thing is gone. Where the memory has no such answer, the mutant
//! is played in no flow.

mod default;
mod meddling;
mod swallowed;
mod unstored;
mod welcome;

use super::body::{Body, with_body};
use super::derive::Rules;
use super::trace::{Bond, Trace, Traces};
use super::{Kind, Mutant, Recorded, Recording};
use crate::http::Response;

/// Statuses that say that something is not there.
const GONE: [u16; 2] = [404, 410];

/// Why a behaviour is not played from memory in a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oblivion {
    /// The flow does not show it.
    NotShown,
    /// Nothing that was said tells what would be answered.
    Unknown,
}

/// A flow as it would have been.
#[derive(Debug, Clone)]
pub struct Recalled {
    /// What would have been said.
    pub recording: Recording,
    /// Whether every later answer is known. Where one is not, it might be what would have been noticed.
    pub is_whole: bool,
}

/// What is known of one later answer.
#[derive(Clone)]
enum Later {
    /// It would be this one.
    Other(Box<Response>),
    /// It would be this one, but more of its values may be others.
    Part(Box<Response>),
    /// Nobody knows.
    Unknown,
}

/// A flow as it would have been with a mutant at work that is a behaviour: the same, with other answers.
/// The flow is that of this place among the recordings.
///
/// # Errors
/// When the flow does not show it, or nothing that was said tells what would be answered.
pub fn recall(
    rules: &Rules,
    mutant: &Mutant,
    (flow, recordings): (usize, &[Recording]),
) -> Result<Recalled, Oblivion> {
    let recording = recordings.get(flow).ok_or(Oblivion::NotShown)?;
    if mutant.kind == Kind::AuthNotDemanded {
        return welcome::let_in(mutant, (flow, recordings));
    }
    // Most flows do not call the operation, and are not worth being read.
    let own = |it: &Recorded| it.operation == mutant.operation && it.is_success();
    if !recording.exchanges.iter().any(own) {
        return Err(Oblivion::NotShown);
    }
    let recalling = Recalling {
        rules,
        mutant,
        traces: Traces::of(rules, &recording.exchanges),
        recordings,
    };
    let later = match mutant.kind {
        Kind::FieldNotStored => recalling.unstored()?,
        _ => recalling.swallowed(),
    };
    altered(recording, later)
}

/// The recording with what is known of its later answers.
fn altered(recording: &Recording, later: Vec<(usize, Later)>) -> Result<Recalled, Oblivion> {
    let is_known = |it: &(usize, Later)| !matches!(it.1, Later::Unknown);
    if !later.is_empty() && !later.iter().any(is_known) {
        return Err(Oblivion::Unknown);
    }
    let is_whole = later.iter().all(|it| matches!(it.1, Later::Other(_)));
    let mut altered = recording.clone();
    for (place, later) in later {
        if let Later::Other(response) | Later::Part(response) = later {
            altered.exchanges[place].exchange.response = *response;
        }
    }
    Ok(Recalled {
        recording: altered,
        is_whole,
    })
}

/// A mutant in a flow that is remembered.
struct Recalling<'r> {
    rules: &'r Rules,
    mutant: &'r Mutant,
    traces: Traces<'r>,
    recordings: &'r [Recording],
}

impl Recalling<'_> {
    fn trace(&self, place: usize) -> &Trace<'_> {
        &self.traces.all[place]
    }

    /// The calls of the mutant's operation that went well.
    fn acts(&self) -> impl Iterator<Item = usize> {
        let all = self.traces.all.iter().enumerate();
        let own = all.filter(|(_, it)| it.recorded.operation == self.mutant.operation);
        own.filter(|(_, it)| it.recorded.is_success())
            .map(|(place, _)| place)
    }

    /// The last answer to the same question among those at these places, which are told from the last.
    fn same_question(
        &self,
        question: usize,
        mut places: impl Iterator<Item = usize>,
    ) -> Option<usize> {
        places.find(|it| self.trace(*it).asks_as(self.trace(question)))
    }

    /// What was answered at a place, for another one.
    fn said(&self, place: usize) -> Later {
        Later::Other(Box::new(
            self.trace(place).recorded.exchange.response.clone(),
        ))
    }

    /// The body of an answer that the contract knows, with its value.
    fn body_of(&self, place: usize) -> Option<Body<'_>> {
        let recorded = self.trace(place).recorded;
        let contract = &self.rules.contract;
        let operation = &contract.operations[recorded.operation];
        Body::of_response(contract, operation, &recorded.exchange.response)
    }

    /// An answer with another value, where the contract allows it.
    fn valued(&self, place: usize, value: &serde_json::Value) -> Option<Later> {
        let body = self.body_of(place)?;
        body.allows(value).then_some(())?;
        let response = &self.trace(place).recorded.exchange.response;
        let other = with_body(response, body.bytes(value));
        Some(Later::Other(Box::new(other)))
    }
}

/// Whether an answer says that what was asked for is not there.
fn is_gone(recorded: &Recorded) -> bool {
    GONE.contains(&recorded.status())
}

/// Whether an exchange is about the very thing, and not about many.
fn is_of_one(bond: Bond) -> bool {
    bond != Bond::Many
}
