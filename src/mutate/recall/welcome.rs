//! Who is turned away is let through: told what the same operation said to somebody who may.

use std::cmp::Reverse;

use super::super::mutant::Change;
use super::super::{Called, Mutant, Recorded, Recording};
use super::{Oblivion, Recalled};
use crate::http::{Exchange, Request};

/// Statuses that turn somebody away.
const TURNED_AWAY: [u16; 2] = [401, 403];

/// The flow in which everybody is let in.
pub(super) fn let_in(
    mutant: &Mutant,
    (flow, recordings): (usize, &[Recording]),
) -> Result<Recalled, Oblivion> {
    let Change::LetThrough(caller) = &mutant.change else {
        return Err(Oblivion::NotShown);
    };
    let recording = &recordings[flow];
    let mut altered = recording.clone();
    let (mut shown, mut known) = (0_usize, 0_usize);
    for call in recording.calls(mutant.operation) {
        let Called::Answered(place, said) = call else {
            continue;
        };
        let is_other = said.exchange.request.caller.as_ref() != Some(caller);
        if !(is_other && TURNED_AWAY.contains(&said.status())) {
            continue;
        }
        shown += 1;
        if let Some(welcome) = welcome(said, (flow, place), recordings) {
            altered.exchanges[place].exchange.response = welcome.exchange.response.clone();
            known += 1;
        }
    }
    // From the last, so that those before keep their places.
    for number in (0..recording.refused.len()).rev() {
        let refused = &recording.refused[number];
        if refused.operation != mutant.operation {
            continue;
        }
        shown += 1;
        let nearest = nearest(mutant.operation, (flow, refused.before), recordings);
        if let Some(welcome) = nearest {
            accept(&mut altered, number, welcome);
            known += 1;
        }
    }
    match (shown, known) {
        (0, _) => Err(Oblivion::NotShown),
        (_, 0) => Err(Oblivion::Unknown),
        _ => Ok(Recalled {
            recording: altered,
            is_whole: known == shown,
        }),
    }
}

/// Puts an answer in the place of a handshake that was refused.
fn accept(altered: &mut Recording, number: usize, welcome: &Recorded) {
    let refused = altered.refused.remove(number);
    for later in &mut altered.refused[number..] {
        later.before += 1;
    }
    let recorded = Recorded {
        operation: refused.operation,
        step: refused.step,
        exchange: Exchange {
            request: Request {
                caller: None,
                ..welcome.exchange.request.clone()
            },
            response: welcome.exchange.response.clone(),
        },
    };
    altered.exchanges.insert(refused.before, recorded);
}

/// What somebody was told who may: asked the same, in any flow; else by the call that is nearest.
fn welcome<'r>(
    said: &Recorded,
    (flow, place): (usize, usize),
    recordings: &'r [Recording],
) -> Option<&'r Recorded> {
    let own = &said.exchange.request;
    let mut all = recordings[flow..].iter().chain(&recordings[..flow]);
    let same = all.find_map(|recording| {
        let mut calls = recording.of_operation(said.operation);
        calls.find(|it| {
            let other = &it.exchange.request;
            it.is_success() && other.url == own.url && other.body == own.body
        })
    });
    same.or_else(|| nearest(said.operation, (flow, place), recordings))
}

/// The call that went well and is nearest to a place of a flow; else the first one of another flow.
fn nearest(
    operation: usize,
    (flow, place): (usize, usize),
    recordings: &[Recording],
) -> Option<&Recorded> {
    let own = recordings[flow].exchanges.iter().enumerate();
    let own = own.filter(|(_, it)| it.operation == operation && it.is_success());
    let near = own.min_by_key(|(at, _)| (at.abs_diff(place), Reverse(*at)));
    let mut others = recordings.iter().flat_map(|it| it.of_operation(operation));
    near.map(|(_, it)| it)
        .or_else(|| others.find(|it| it.is_success()))
}
