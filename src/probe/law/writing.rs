//! What is written: that a PUT is whole and repeatable, and that a PATCH leaves the rest alone.

use serde_json::Value;

use crate::check::law;
use crate::contract::{Direction, Operation, SchemaUse, Spot, names_of_identifier};
use crate::http::MediaType;
use crate::json::{Pointer, equal};
use crate::probe::answer::Answer;
use crate::probe::around::{Around, body, fact};
use crate::probe::asker::Asker;
use crate::probe::likeness::{changed, find, not_as_sent, shown};
use crate::probe::question::Probe;
use crate::probe::thing::Thing;
use crate::sample::sample;
use crate::world::Pending;

/// `update-repeats`
pub(super) fn update_repeats<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::UPDATE_REPEATS;
        let (Some(thing), Some(once)) = (around.replaced(), &around.after.item) else {
            return;
        };
        let called = (around.contract, around.operation);
        let again = Probe::again(check, called, &around.exchange().request);
        let Ok(answer) = asker.ask(again).await else {
            return;
        };
        // Another version by now, a state that allows no change: the first one was another request.
        if matches!(answer.status(), 409 | 412 | 422 | 423 | 428) {
            return;
        }
        if !answer.is_success() {
            let message = "the same PUT is not accepted a second time";
            let said = ("a success", answer.line());
            let place = crate::check::Place::Status;
            asker.accuse(check, &answer, fact(message, place, said, around.operation));
            return;
        }
        let Some(twice) = thing.read(check, asker).await else {
            return;
        };
        let (Some(first), Some(second)) = (once.json(), twice.json()) else {
            return;
        };
        for it in changed(first, second, &thing.writable()) {
            let message = "the same PUT twice is not the same as once";
            let said = (it.expected, it.actual);
            let fact = fact(message, body(&it.place), said, around.operation);
            asker.accuse(check, &twice, fact);
        }
    })
}

/// `update-replaces`
pub(super) fn update_replaces<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::UPDATE_REPLACES;
        let (Some(thing), Some(sent)) = (around.replaced(), around.sent_rightly()) else {
            return;
        };
        let Some(read) = around.after.item.as_ref().filter(|it| it.is_success()) else {
            return;
        };
        if let Some(value) = read.json() {
            for it in not_as_sent(&sent, value, &thing.writable()) {
                let message = "what is read is not what was put there";
                let said = (it.expected, it.actual);
                let fact = fact(message, body(&it.place), said, around.operation);
                asker.accuse(check, read, fact);
            }
        }
        let pair = match without_one(around, &sent, read) {
            Some((name, less)) => Some((name, sent.clone(), less)),
            None => with_one(around, &sent).map(|(name, more)| (name, more, sent.clone())),
        };
        if let Some((name, more, less)) = pair {
            let is_merged = merged(asker, (around, thing), (&name, &more, &less)).await;
            // Whatever came of it, what the flow has put there is put there again.
            let called = (around.contract, around.operation);
            let first = Probe::again(check, called, &around.exchange().request);
            let _ = asker.restore(first).await;
            if let Some((left, place, kept)) = is_merged {
                let message = format!("a PUT without `{name}` leaves its old value");
                let said = ("no such member, or its default", shown(Some(&kept)));
                let fact = fact(message, body(&place), said, around.operation);
                asker.accuse(check, &left, fact);
            }
        }
    })
}

/// Puts more, then less, and reads what is left of the member that the second one has not; with its place
/// and its value, when that is the old one.
async fn merged(
    asker: &mut Asker<'_>,
    (around, thing): (&Around<'_>, &Thing<'_>),
    (name, more, less): (&str, &Value, &Value),
) -> Option<(Answer, Pointer, Value)> {
    let check = &law::UPDATE_REPLACES;
    for value in [more, less] {
        let called = (around.contract, around.operation);
        let mut probe = Probe::again(check, called, &around.exchange().request);
        probe.body = value.to_string().into();
        asker.ask(probe).await.ok().filter(Answer::is_success)?;
        // What cannot be read after it was put there says nothing when it is gone.
        let read = thing.read(check, asker).await.filter(Answer::is_success)?;
        let (place, kept) = member(&read, value, name)?;
        let is_old = more.get(name).is_some_and(|it| equal(it, &kept));
        if !is_old {
            return None;
        }
        if std::ptr::eq(value, less) {
            return Some((read, place, kept));
        }
    }
    None
}

/// What was sent with one member more, that has no default.
fn with_one(around: &Around<'_>, sent: &Value) -> Option<(String, Value)> {
    let schema = body_schema(around)?;
    let judge = schema.judge(around.contract).ok()?;
    let spot = schema.outline(around.contract).root();
    let members = sent.as_object()?;
    spot.names().into_iter().find_map(|name| {
        let below = spot.child(&name).ok()?;
        let place = below.place()?;
        let is_telling = is_telling(around, &name, &below) && !has_default(around, &place);
        if members.contains_key(&name) || below.is_read_only() || !is_telling {
            return None;
        }
        let value = sample(around.contract, &SchemaUse::new(place, Direction::Request))?;
        let mut more = members.clone();
        more.insert(name.clone(), value.clone());
        let more = Value::Object(more);
        (!is_empty(&value) && judge.is_valid(&more)).then_some((name, more))
    })
}

/// Whether a member that is left out should be gone: none that names the thing, and none of a few listed
/// values, of which one may be what a server puts there by itself.
fn is_telling(around: &Around<'_>, name: &str, spot: &Spot<'_>) -> bool {
    let thing = around.thing.as_ref();
    let names = thing.map(|it| names_of_identifier(it.life.variable));
    let is_name = names.is_some_and(|it| it.iter().any(|it| it == name));
    !is_name && spot.fixed().is_none()
}

fn has_default(around: &Around<'_>, place: &Pointer) -> bool {
    let schema = place.lookup(around.contract.document());
    schema.and_then(|it| it.get("default")).is_some()
}

/// The schema of the body that was sent.
fn body_schema<'r>(around: &Around<'r>) -> Option<&'r SchemaUse> {
    let content_type = around.exchange().request.headers.first("content-type")?;
    let media_type = MediaType::parse(&content_type).ok()?;
    let documented = around.operation.request_body.as_ref()?;
    documented.content_for(&media_type)?.schema.as_ref()
}

/// What was sent without one member that need not be there, that has no default, and that is read back.
fn without_one(around: &Around<'_>, sent: &Value, read: &Answer) -> Option<(String, Value)> {
    let schema = body_schema(around)?;
    let judge = schema.judge(around.contract).ok()?;
    let spot = schema.outline(around.contract).root();
    let members = sent.as_object()?;
    members.keys().find_map(|name| {
        let mut less = members.clone();
        let value = less.remove(name)?;
        let less = Value::Object(less);
        let below = spot.child(name).ok()?;
        let has_default = has_default(around, &below.place()?) || !is_telling(around, name, &below);
        let (_, kept) = member(read, sent, name)?;
        let is_kept = equal(&kept, &value);
        let is_telling = !has_default && is_kept && !is_empty(&value);
        (is_telling && judge.is_valid(&less)).then(|| (name.clone(), less))
    })
}

/// Whether a value may well be what a server puts where nothing was sent.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

/// The member of that name of the object in an answer that is like what was sent.
fn member(answer: &Answer, sent: &Value, name: &str) -> Option<(Pointer, Value)> {
    let mut names: std::collections::BTreeSet<String> = sent.as_object()?.keys().cloned().collect();
    names.insert(name.to_owned());
    let (place, own) = find(answer.json()?, &names)?;
    Some((place.join(name), own.get(name)?.clone()))
}

/// `patch-keeps-rest`
pub(super) fn patch_keeps_rest<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::PATCH_KEEPS_REST;
        let thing = around
            .about(|it| it.life.patch)
            .filter(|_| around.is_done());
        let (Some(thing), Some(sent)) = (thing, around.sent_rightly()) else {
            return;
        };
        let (Some(before), Some(after)) = (&around.before.item, &around.after.item) else {
            return;
        };
        if !before.is_success() || !after.is_success() {
            return;
        }
        let (Some(first), Some(second)) = (before.json(), after.json()) else {
            return;
        };
        let accuse =
            |asker: &mut Asker<'_>, message: &str, it: crate::probe::likeness::Difference| {
                let said = (it.expected, it.actual);
                let operation: &Operation = around.operation;
                asker.accuse(
                    check,
                    after,
                    fact(message, body(&it.place), said, operation),
                );
            };
        // `null` asks for a member to be taken away (RFC 7386 §2).
        let mut kept = sent.clone();
        if let Some(members) = kept.as_object_mut() {
            members.retain(|_, it| !it.is_null());
        }
        for it in not_as_sent(&kept, second, &thing.writable()) {
            accuse(asker, "what is read is not what was sent", it);
        }
        for it in changed(first, second, &thing.writable()) {
            let is_sent = it
                .place
                .tokens()
                .any(|name| sent.get(name.as_ref()).is_some());
            if !is_sent {
                accuse(asker, "a member has changed that was not sent", it);
            }
        }
    })
}
