//! Variations of one request against its contract: those that break it in one place, and those that keep
//! it where that is hard.
//!
//! ```text
//! Request ─ sent: its values ─► places ─ wrong, right, whole ─► Candidates ─ proof ─► Variations
//! ```
//!
//! Every variation is proven after it was written: its bytes are read again and judged by the judge that
//! the run asks before it sends. One that breaks the contract breaks the rule that it is meant to break, at
//! its place; one that keeps it breaks nothing. What cannot be proven is not made. The same request and
//! the same entropy give the same list.

mod kind;
mod number;
mod places;
mod proof;
mod right;
mod sent;
mod shrink;
mod text;
mod whole;
mod wrong;

pub use kind::{Expect, KINDS, Kind};
pub use shrink::{SHRINKS_MAX, shrink};

use std::sync::Arc;

use serde_json::Value;

use crate::contract::{Contract, Operation, RequestPart, RequestRule};
use crate::http::Request;
use crate::json::Pointer;
use crate::world::Entropy;
use proof::Ground;

/// How many variations one request is worth.
pub const VARIATIONS_MAX: usize = 500;
/// How many letters a text may be made long.
const LETTERS_MAX: usize = 65_536;
/// How many items a list may be made long.
const ITEMS_MAX: usize = 1_000;
/// How many of the values that a schema lists are tried.
const MEMBERS_MAX: usize = 32;

/// A request that differs from another one in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variation {
    /// Its name, unique among those of one request and the same in every run:
    /// `required-missing:body/spec/name`.
    pub name: String,
    /// In what it differs.
    pub kind: Kind,
    /// Where.
    pub place: Place,
    /// The request.
    pub request: Request,
    /// What the contract says of it, in a sentence without a full stop and without a value of the request.
    pub why: String,
    /// The rule that it breaks; none where it breaks none.
    rule: Option<RequestRule>,
}

/// Where a variation differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The part of the request.
    pub part: RequestPart,
    /// The place in the part.
    pub pointer: Pointer,
    /// The place in the contract that speaks of it.
    pub contract: Pointer,
}

/// The variations of one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Varied {
    /// Those that were proven, in the order of the contract's parameters and then of the body.
    pub list: Vec<Variation>,
    /// Whether there are more than are made.
    pub is_cut: bool,
}

/// Why a request is not varied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the request breaks the contract already at `{place}`, which asks for {expected}")]
pub struct Unvaried {
    /// The place in the request.
    pub place: String,
    /// What the contract asks for there.
    pub expected: String,
}

impl Variation {
    /// What a server that keeps the contract does with it.
    pub fn expect(&self) -> Expect {
        self.kind.expect()
    }
}

impl Place {
    /// Its name: `body/spec/name`, `query/limit`.
    pub fn name(&self) -> String {
        let pointer = self.pointer.as_str();
        match &self.part {
            RequestPart::Body => format!("body{pointer}"),
            RequestPart::Parameter(place, name) => format!("{}/{name}{pointer}", place.as_str()),
        }
    }
}

/// Varies a request that the contract allows.
///
/// # Errors
/// When the contract does not allow it, as its bytes are: what it would do wrong besides is not known.
pub fn variations(
    contract: &Contract,
    operation: &Operation,
    request: &Request,
    entropy: &Entropy,
) -> Result<Varied, Unvaried> {
    let ground = Ground::new((contract, operation), request);
    if let Some(breach) = ground.breaches(request).into_iter().next() {
        let place = Place {
            part: breach.part,
            pointer: breach.pointer,
            contract: breach.contract_place,
        };
        return Err(Unvaried {
            place: place.name(),
            expected: breach.expected,
        });
    }
    let mut varied = Varied::default();
    let places = places::places(&ground);
    varied.is_cut = places.is_cut;
    let candidates = places.list.iter().flat_map(|site| {
        let wrong = wrong::candidates(site, entropy);
        wrong.into_iter().chain(right::candidates(site))
    });
    for candidate in candidates.chain(whole::candidates(operation, request)) {
        let Some(variation) = ground.prove(candidate) else {
            continue;
        };
        if varied.list.len() >= VARIATIONS_MAX {
            varied.is_cut = true;
            break;
        }
        varied.add(variation);
    }
    Ok(varied)
}

impl Varied {
    /// Adds a variation under a name of its own, unless its request is there already.
    fn add(&mut self, mut variation: Variation) {
        let is_same =
            |it: &Variation| it.request == variation.request && it.expect() == variation.expect();
        if self.list.iter().any(is_same) {
            return;
        }
        let plain = variation.name.clone();
        let mut number = 1;
        // Each round takes a number that fewer variations than there are can have.
        while self.list.iter().any(|it| it.name == variation.name) {
            number += 1;
            variation.name = format!("{plain}#{number}");
        }
        self.list.push(variation);
    }
}

/// A variation that is still to be proven.
struct Candidate {
    kind: Kind,
    place: Place,
    /// The value of the part that is changed; none where there is none.
    root: Option<Arc<Value>>,
    /// Ways to make it, the best first.
    edits: Vec<Edit>,
    /// The rules of which one is to be broken.
    rules: Vec<RequestRule>,
}

/// A change of a request.
enum Edit {
    /// Another value at the place.
    Put(Value),
    /// Nothing at the place.
    Drop,
    /// Other bytes as the body.
    Bytes(Vec<u8>),
    /// Another media type of the body.
    MediaType(&'static str),
}

#[cfg(test)]
mod tests;
