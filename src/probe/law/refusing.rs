//! What is refused: that it leaves no trace, and that what must be refused is.

use std::sync::Arc;

use serde_json::Value;

use super::linking::on_same_server;
use crate::check::{Check, Place, law};
use crate::contract::{Contract, Operation};
use crate::http::{Request, is_safe, without_query};
use crate::journal::fits;
use crate::json::Pointer;
use crate::probe::answer::Answer;
use crate::probe::around::{Around, body, fact};
use crate::probe::asker::{Asker, Of};
use crate::probe::likeness::{changed, not_as_sent};
use crate::probe::list::elements;
use crate::probe::question::{Manner, Probe, Silence};
use crate::probe::thing::{Reading, Thing};
use crate::world::{Pending, Site};

/// A path that no server has.
const NO_PATH: &str = "/countersign-no-such-path";
/// How often a request that was refused must have added something to a list, and nothing have come or gone
/// there without it: other clients add things as well, and what is taken away may be there a while longer.
const TRIES: usize = 3;

/// `refusal-leaves-no-trace`
pub(super) fn refusal_leaves_no_trace<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let Some(thing) = around.thing.as_ref().filter(|_| around.is_refused()) else {
            return;
        };
        let sent = around.sent();
        let traced = Traced {
            thing,
            called: (around.contract, around.operation),
            request: &around.exchange().request,
            sent: sent.as_ref(),
        };
        let readings = (&around.before, &around.after);
        trace(asker, &traced, readings, &law::REFUSAL_LEAVES_NO_TRACE).await;
    })
}

/// A request that was refused.
pub(in crate::probe) struct Traced<'t> {
    pub(in crate::probe) thing: &'t Thing<'t>,
    /// The contract with the operation that it calls.
    pub(in crate::probe) called: (&'t Arc<Contract>, &'t Operation),
    pub(in crate::probe) request: &'t Request,
    /// What was sent, when it was JSON.
    pub(in crate::probe) sent: Option<&'t Value>,
}

/// Accuses where a request that was refused has changed what clients can write, or has made something.
pub(in crate::probe) async fn trace(
    asker: &mut Asker<'_>,
    traced: &Traced<'_>,
    (before, after): (&Reading, &Reading),
    check: &'static Check,
) {
    let (thing, by) = (traced.thing, traced.called.1);
    if let (Some(first), Some(second)) = (&before.item, &after.item) {
        if first.is_success() != second.is_success() {
            let message = "a request that was refused has made or taken away something";
            let said = (first.line(), second.line());
            asker.accuse(check, second, fact(message, Place::Status, said, by));
            return;
        }
        if let (true, Some(one), Some(other)) = (first.is_success(), first.json(), second.json()) {
            for it in changed(one, other, &thing.writable()) {
                let message = "a request that was refused has changed something";
                let said = (it.expected, it.actual);
                asker.accuse(check, second, fact(message, body(&it.place), said, by));
            }
        }
    }
    // A thing that the server names is looked for by what was sent, where no other flow may send the same.
    let (None, Some(sent), true) = (&thing.item, traced.sent, asker.is_alone()) else {
        return;
    };
    let (Some(first), Some(second)) = (&before.list, &after.list) else {
        return;
    };
    if let (Some(one), Some(other)) = (alike(first, sent, thing), alike(second, sent, thing))
        && other > one
        && adds_each_time(asker, traced, (sent, check)).await
    {
        let message = "a request that was refused has made something";
        let place = second.json().and_then(elements).map(|(it, _)| it);
        let said = (
            format!("{one} elements like it"),
            format!("{other} elements like it"),
        );
        let place = body(&place.unwrap_or_else(Pointer::root));
        asker.accuse(check, second, fact(message, place, said, by));
    }
}

/// Whether the request adds an element each time that it is sent and refused again, and none comes or goes
/// without it.
async fn adds_each_time(
    asker: &mut Asker<'_>,
    traced: &Traced<'_>,
    (sent, check): (&Value, &'static Check),
) -> bool {
    for number in 1..=TRIES {
        let before = counted(asker, traced, (sent, check)).await;
        if before.is_none() {
            return false;
        }
        // Once more each time: what others do may have the same beat.
        for _ in 0..number {
            if before != counted(asker, traced, (sent, check)).await {
                return false;
            }
        }
        let again = Probe::again(check, traced.called, traced.request).unjudged();
        let is_refused = asker.ask(again).await.is_ok_and(|it| it.is_refusal());
        if !is_refused || counted(asker, traced, (sent, check)).await <= before {
            return false;
        }
    }
    true
}

/// How many elements of the list hold what was sent, now.
async fn counted(
    asker: &mut Asker<'_>,
    traced: &Traced<'_>,
    (sent, check): (&Value, &'static Check),
) -> Option<usize> {
    let list = traced.thing.list(check, asker).await?;
    alike(&list, sent, traced.thing)
}

/// How many elements of a list hold what was sent.
fn alike(list: &Answer, sent: &Value, thing: &Thing<'_>) -> Option<usize> {
    let (_, all) = elements(list.json()?)?;
    let members = sent.as_object()?;
    let is_alike = |it: &&Value| {
        let has_any = members.keys().any(|name| it.get(name).is_some());
        has_any && not_as_sent(sent, it, &thing.writable()).is_empty()
    };
    Some(all.iter().filter(is_alike).count())
}

/// `unknown-path-is-refused`; once for what lies below a URL and for whoever shows something there, since
/// nothing else of the step is in it
pub(super) fn unknown_path_is_refused<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::UNKNOWN_PATH_IS_REFUSED;
        let base = around.base(asker.world().site);
        let shown = asker.shown(around.operation);
        let Some((base, shown)) = base.zip(shown) else {
            return;
        };
        let url = format!("{base}{NO_PATH}");
        let of = Of::Below(base, shown);
        if asker.is_settled(check, &of) {
            return;
        }
        let at = (&**around.contract, asker.world().site);
        if is_called_by(&url, at, |_| true) {
            return asker.settle(check, of);
        }
        let mut probe = Probe::get(check, (around.contract, around.operation), url).unjudged();
        probe.is_led = false;
        // Also where no answer comes: this path may be one where none ever does.
        asker.settle(check, of);
        let Ok(answer) = asker.ask(probe).await else {
            return;
        };
        // A redirect leads to where somebody logs in, or to the front page.
        if !matches!(answer.status() / 100, 3 | 4) {
            let message = "a path that no operation of this server has is not refused";
            let said = ("404 Not Found", answer.line());
            let fact = fact(message, Place::Status, said, around.operation);
            asker.accuse(check, &answer, fact);
        }
    })
}

/// Whether some operation of a contract that is meant may be called by a URL.
fn is_called_by(
    url: &str,
    (contract, site): (&Contract, &Site),
    is_meant: impl Fn(&Operation) -> bool,
) -> bool {
    contract.operations.iter().any(|it| {
        let base = contract.base(it, site).ok();
        let target = base.and_then(|base| url.strip_prefix(&base.url));
        target.is_some_and(|target| fits(&it.path, target)) && is_meant(it)
    })
}

/// `credentials-are-demanded`
pub(super) fn credentials_are_demanded<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::CREDENTIALS_ARE_DEMANDED;
        if !around.operation.demands_credentials() || !around.is_done() {
            return;
        }
        let request = &around.exchange().request;
        let of = Of::Server(request.origin().to_owned());
        if asker.is_settled(check, &of) {
            return;
        }
        let called = (around.contract, around.operation);
        let mut probe = Probe::again(check, called, request).unjudged();
        probe.manner = Manner::Anonymous;
        probe.is_led = false;
        let answer = match asker.ask(probe).await {
            Ok(answer) => answer,
            // Which operation is called was not heard: so it will be for every other one.
            Err(Silence::Unheard) => return asker.settle(check, of),
            Err(Silence::Refused | Silence::NotAsked | Silence::Lost) => return,
        };
        let answer = match own_redirect(asker, around, &answer) {
            Some(url) => {
                let mut probe = Probe::get(check, called, url).unjudged();
                probe.manner = Manner::Anonymous;
                probe.is_led = false;
                asker.ask(probe).await.unwrap_or(answer)
            }
            None => answer,
        };
        if !answer.is_refusal() && answer.status() / 100 != 3 {
            let message = "a request without credentials is not refused";
            let said = ("401 Unauthorized or 403 Forbidden", answer.line());
            let fact = fact(message, Place::Status, said, around.operation);
            asker.accuse(check, &answer, fact);
            take_away(asker, around, &answer).await;
            return;
        }
        let thing = around.thing.as_ref();
        let Some(thing) = thing.filter(|_| !is_safe(&around.operation.method)) else {
            return;
        };
        let now = thing.look(check, asker).await;
        let traced = Traced {
            thing,
            called,
            request,
            sent: None,
        };
        trace(asker, &traced, (&around.after, &now), check).await;
    })
}

/// Where a redirect leads that may be the operation's own, and no refusal: the step goes where redirects lead,
/// and who calls what is there is to show credentials as well. A `/` at the end counts for nothing, since
/// servers put it there.
fn own_redirect(asker: &Asker<'_>, around: &Around<'_>, answer: &Answer) -> Option<String> {
    if answer.status() / 100 != 3 || !asker.is_led() {
        return None;
    }
    let exchange = answer.exchange();
    let location = exchange.response.headers.first("location")?;
    let url = on_same_server(&exchange.request, &location)?;
    let place = without_query(&url);
    let places = [place, place.strip_suffix('/').unwrap_or(place)];
    let at = (&**around.contract, asker.world().site);
    let is_it = places
        .iter()
        .any(|it| is_called_by(it, at, Operation::demands_credentials));
    is_it.then_some(url)
}

/// Takes away what a request has made that should have been refused, where it is another thing than the
/// step's own.
async fn take_away(asker: &mut Asker<'_>, around: &Around<'_>, answer: &Answer) {
    let check = &law::CREDENTIALS_ARE_DEMANDED;
    let site = asker.world().site;
    let request = &around.exchange().request;
    // What is answered by another status may have been there before.
    let made = around.made().filter(|_| answer.status() == 201);
    let other = Thing::of(around.contract, around.operation, request, site);
    let (Some(own), Some(other)) = (made, other) else {
        return;
    };
    let item = other.named(answer.exchange(), answer.json()).item;
    let item = item.filter(|it| own.item.as_ref() != Some(it));
    if let (Some(url), Some(delete)) = (item, own.life.delete) {
        let _ = asker.restore(own.probe(check, delete, url)).await;
    }
}
