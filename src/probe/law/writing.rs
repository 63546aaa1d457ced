//! What is written: that a PUT is whole and repeatable, and that a PATCH leaves the rest alone.

use serde_json::Value;

use crate::check::law;
use crate::contract::Operation;
use crate::http::MediaType;
use crate::json::{Pointer, equal};
use crate::probe::around::{Around, body, fact};
use crate::probe::asker::{Answer, Asker, Probe};
use crate::probe::likeness::{changed, find, not_as_sent, shown};
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
        let Some((name, less)) = without_one(around, &sent, read) else {
            return;
        };
        let called = (around.contract, around.operation);
        let mut probe = Probe::again(check, called, &around.exchange().request);
        probe.body = less.to_string().into();
        let shorter = asker.ask(probe).await;
        let left = match &shorter {
            Ok(it) if it.is_success() => thing.read(check, asker).await,
            _ => None,
        };
        // Whatever came of it, what the flow has put there is put there again.
        let first = Probe::again(check, called, &around.exchange().request);
        let _ = asker.ask(first).await;
        let Some(left) = left.filter(Answer::is_success) else {
            return;
        };
        let Some((place, kept)) = member(&left, &less, &name) else {
            return;
        };
        if sent.get(&name).is_some_and(|it| equal(it, &kept)) {
            let message = format!("a PUT without `{name}` leaves its old value");
            let said = ("no such member, or its default", shown(Some(&kept)));
            let fact = fact(message, body(&place), said, around.operation);
            asker.accuse(check, &left, fact);
        }
    })
}

/// What was sent without one member that need not be there, that has no default, and that is read back.
fn without_one(around: &Around<'_>, sent: &Value, read: &Answer) -> Option<(String, Value)> {
    let content_type = around.exchange().request.headers.first("content-type")?;
    let media_type = MediaType::parse(&content_type).ok()?;
    let documented = around.operation.request_body.as_ref()?;
    let schema = documented.content_for(&media_type)?.schema.as_ref()?;
    let judge = schema.judge(around.contract).ok()?;
    let spot = schema.outline(around.contract).root();
    let members = sent.as_object()?;
    members.keys().find_map(|name| {
        let mut less = members.clone();
        let value = less.remove(name)?;
        let less = Value::Object(less);
        let place = spot.child(name).ok()?.place()?;
        let schema = place.lookup(around.contract.document());
        let has_default = schema.and_then(|it| it.get("default")).is_some();
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
