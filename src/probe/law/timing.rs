//! Times that a server writes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::check::law;
use crate::json::{Pointer, equal};
use crate::probe::around::{Around, body, fact};
use crate::probe::asker::Asker;
use crate::probe::likeness::{find, time_of};
use crate::world::Pending;

/// How deep in an answer times are looked for.
const DEPTH_MAX: usize = 8;

/// `times-go-on`
pub(super) fn times_go_on<'l>(asker: &'l mut Asker<'_>, around: &'l Around<'_>) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::TIMES_GO_ON;
        let (Some(thing), Some(after)) = (&around.thing, &around.after.item) else {
            return;
        };
        let Some(second) = after
            .json()
            .filter(|_| after.is_success() && around.is_done())
        else {
            return;
        };
        let own = thing.writable().names();
        let now = times(second);
        let is_servers =
            |place: &Pointer| !place.last().is_some_and(|it| own.contains(it.as_ref()));
        let before = around.before.item.as_ref();
        let earlier = before
            .and_then(|it| it.json())
            .map(times)
            .unwrap_or_default();
        for (place, time) in &now {
            let Some(first) = earlier
                .get(place)
                .filter(|it| *it > time && is_servers(place))
            else {
                continue;
            };
            let message = "a time has run backwards";
            let said = (format!("{first} or later"), time.to_string());
            let fact = fact(message, body(place), said, around.operation);
            asker.accuse(check, after, fact);
        }
        if !has_changed_own(around, second) {
            return;
        }
        for (place, time) in now.iter().filter(|(place, _)| is_servers(place)) {
            let Some(created) = created_beside(place, &now) else {
                continue;
            };
            // Some servers say by the zero of their count that it was never changed.
            let is_never = time.as_second() <= 0;
            if !is_never && time.as_second() < created.as_second() {
                let message = "it was changed before it was created";
                let said = (format!("{created} or later"), time.to_string());
                let fact = fact(message, body(place), said, around.operation);
                asker.accuse(check, after, fact);
            }
        }
    })
}

/// Whether the step has changed something that the flow has made, so that the time of that change must be
/// later. What was copied or brought from elsewhere may keep the time of its last change until then.
fn has_changed_own(around: &Around<'_>, now: &Value) -> bool {
    let sent = around.sent_rightly().filter(|_| around.is_own);
    let earlier = around.before.item.as_ref().and_then(|it| it.json());
    let (Some(sent), Some(earlier)) = (sent, earlier) else {
        return false;
    };
    let names = sent.as_object().into_iter().flat_map(|it| it.keys());
    let names: BTreeSet<String> = names.cloned().collect();
    let (first, second) = (find(earlier, &names), find(now, &names));
    let (Some((_, first)), Some((_, second))) = (first, second) else {
        return false;
    };
    let mut both = names
        .iter()
        .filter_map(|it| Some((first.get(it)?, second.get(it)?)));
    both.any(|(first, second)| !equal(first, second))
}

/// The times in a value, by their places.
fn times(value: &Value) -> BTreeMap<Pointer, Timestamp> {
    let mut found = BTreeMap::new();
    gather(value, &Pointer::root(), &mut found, 0);
    found
}

fn gather(value: &Value, place: &Pointer, found: &mut BTreeMap<Pointer, Timestamp>, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    if let Some(time) = time_of(value) {
        found.insert(place.clone(), time);
    }
    for (name, it) in value.as_object().into_iter().flatten() {
        gather(it, &place.join(name), found, depth + 1);
    }
}

/// Whether a time is that of the last change, by its name.
fn is_change(place: &Pointer) -> bool {
    let name = place.last().unwrap_or_default().to_lowercase();
    let mut words = [
        "updated",
        "modified",
        "changed",
        "lastupdated",
        "last_updated",
        "lastmodified",
        "last_modified",
    ]
    .iter();
    words.any(|it| name.starts_with(it))
}

/// When it was created, of the time at which it was changed: `createdAt` beside `updatedAt`.
fn created_beside<'t>(
    place: &Pointer,
    times: &'t BTreeMap<Pointer, Timestamp>,
) -> Option<&'t Timestamp> {
    let beside = place.parent()?;
    let mut all = times
        .iter()
        .filter(|(it, _)| it.parent().as_ref() == Some(&beside));
    let created = |it: &Pointer| {
        it.last()
            .is_some_and(|it| it.to_lowercase().starts_with("created"))
    };
    all.find(|(it, _)| is_change(place) && created(it))
        .map(|(_, time)| time)
}
