//! Smaller requests that show the same as a variation.

use serde_json::Value;

use super::proof::{Ground, remove};
use super::{Expect, Variation};
use crate::contract::{Contract, Operation, ParameterPlace, RequestPart};
use crate::http::Request;
use crate::json::Pointer;

/// How many smaller requests one variation is worth.
pub const SHRINKS_MAX: usize = 100;

/// Smaller variations that show the same rule at the same place, the smallest first: without what is
/// optional, with fewer items, with shorter texts. Where the contract allows the variation, its own value stays
/// as it is, and of the rest only what is optional goes: another value may be refused for another reason. Each
/// is strictly smaller than the variation, so that
/// whoever goes on with one that still fails comes to an end.
pub fn shrink(contract: &Contract, operation: &Operation, variation: &Variation) -> Vec<Variation> {
    let request = &variation.request;
    let ground = Ground::new((contract, operation), request);
    let mut smaller: Vec<Request> = Vec::new();
    for (name, place, value) in &ground.arguments {
        if matches!(place, ParameterPlace::Path | ParameterPlace::QueryString) {
            continue;
        }
        let part = RequestPart::Parameter(*place, name.clone());
        if variation.expect() == Expect::Refused || part != variation.place.part {
            smaller.extend(ground.with(&part, (Some(value), None)));
        }
        smaller.extend(of_value(&ground, variation, &part, value));
    }
    if let Some(value) = &ground.body {
        smaller.extend(of_value(&ground, variation, &RequestPart::Body, value));
    }
    smaller.retain(|it| size(it) < size(request) && ground.still_shows(it, variation));
    smaller.sort_by_key(size);
    smaller.dedup();
    smaller.truncate(SHRINKS_MAX);
    let shrunk = smaller.into_iter().map(|request| Variation {
        request,
        ..variation.clone()
    });
    shrunk.collect()
}

/// How many bytes a request has that could be fewer.
fn size(request: &Request) -> usize {
    let headers = request.headers.iter();
    let headers = headers.map(|it| it.name.len() + it.value.len());
    request.url.len() + request.body.len() + headers.sum::<usize>()
}

/// The request with a smaller value of one part.
fn of_value(
    ground: &Ground<'_>,
    variation: &Variation,
    part: &RequestPart,
    value: &Value,
) -> Vec<Request> {
    let own = (*part == variation.place.part).then_some(&variation.place.pointer);
    let mut cuts = Vec::new();
    collect(value, &Pointer::root(), own, &mut cuts);
    if variation.expect() == Expect::Accepted {
        cuts.retain(|cut| is_of_the_rest(cut, value, own));
    }
    let smaller = cuts.into_iter().filter_map(|cut| {
        let mut root = value.clone();
        match cut {
            Cut::Drop(pointer) => drop(remove(&mut root, &pointer)?),
            Cut::Put(pointer, new) => pointer.set(&mut root, new).ok()?,
        }
        ground.with(part, (Some(value), Some(&root)))
    });
    smaller.collect()
}

/// Whether a cut takes away a member, and nothing of the value at a place.
fn is_of_the_rest(cut: &Cut, value: &Value, own: Option<&Pointer>) -> bool {
    let Cut::Drop(place) = cut else { return false };
    let parent = place.parent();
    let around = parent.as_ref().and_then(|it| it.lookup(value));
    around.is_some_and(Value::is_object) && !own.is_some_and(|it| it.contains(place))
}

/// A way to make a value smaller.
enum Cut {
    Drop(Pointer),
    Put(Pointer, Value),
}

/// The ways to make a value smaller that leave one place where it is.
fn collect(value: &Value, at: &Pointer, own: Option<&Pointer>, cuts: &mut Vec<Cut>) {
    if cuts.len() >= SHRINKS_MAX {
        return;
    }
    let is_around = own.is_some_and(|it| at.contains(it));
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let place = at.join(name);
                if !own.is_some_and(|it| place.contains(it)) {
                    cuts.push(Cut::Drop(place.clone()));
                }
                collect(member, &place, own, cuts);
            }
        }
        Value::Array(items) => {
            if let Some(half) = items.get(..items.len() / 2).filter(|_| !is_around) {
                cuts.push(Cut::Put(at.clone(), half.into()));
            }
            for (index, item) in items.iter().enumerate().rev() {
                let place = at.index(index);
                // What stands before the place moves it, when it goes.
                let is_behind = own.is_none_or(|it| !at.contains(it) || it == at);
                let is_last = index + 1 == items.len() && !own.is_some_and(|it| place.contains(it));
                if is_behind || is_last {
                    cuts.push(Cut::Drop(place.clone()));
                }
                collect(item, &place, own, cuts);
            }
        }
        Value::String(text) => {
            let count = text.chars().count();
            for length in [0, 1, count / 2, count.saturating_sub(1)] {
                if length < count {
                    let text = text.chars().take(length).collect();
                    cuts.push(Cut::Put(at.clone(), Value::String(text)));
                }
            }
        }
        _ => {}
    }
}
