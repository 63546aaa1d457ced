//! What is read: that it is what was made, that reading changes nothing, that the right thing comes.

use crate::check::{Place, law};
use crate::http::status_line;
use crate::probe::around::{Around, body, fact};
use crate::probe::asker::Asker;
use crate::probe::likeness::{changed, not_as_sent};
use crate::probe::question::Probe;
use crate::world::Pending;

/// What a server answers that knows no `HEAD` where it knows `GET`.
const NO_HEAD: [u16; 4] = [400, 404, 405, 501];

/// `created-reads-back`
pub(super) fn created_reads_back<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::CREATED_READS_BACK;
        let (Some(thing), Some(read)) = (around.made(), &around.after.item) else {
            return;
        };
        let by = thing.life.read.unwrap_or(around.operation);
        if !read.is_success() {
            let message = "what was created cannot be read";
            let said = ("200 OK", read.line());
            asker.accuse(check, read, fact(message, Place::Status, said, by));
            return;
        }
        let (Some(sent), Some(value)) = (around.sent_rightly(), read.json()) else {
            return;
        };
        for it in not_as_sent(&sent, value, &thing.writable()) {
            let message = "what is read is not what was sent when it was created";
            let said = (it.expected, it.actual);
            asker.accuse(check, read, fact(message, body(&it.place), said, by));
        }
    })
}

/// `asked-is-answered`
pub(super) fn asked_is_answered<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let is_read = around.operation.method == "GET" && around.is_done();
        let thing = around.about(|it| it.life.read).filter(|_| is_read);
        let (Some(thing), Some(value)) = (thing, around.answered()) else {
            return;
        };
        let (Some(asked), Some(own)) = (thing.name(), thing.own_name(value)) else {
            return;
        };
        if asked != own && around.is_own {
            let message = "another thing comes back than the one that was asked for";
            let place = Place::Body(crate::json::Pointer::root());
            let fact = fact(message, place, (asked, own), around.operation);
            asker.accuse_step(&law::ASKED_IS_ANSWERED, around.record, fact);
        }
    })
}

/// `get-is-safe`
pub(super) fn get_is_safe<'l>(asker: &'l mut Asker<'_>, around: &'l Around<'_>) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::GET_IS_SAFE;
        if around.operation.method != "GET" || !around.is_done() {
            return;
        }
        let called = (around.contract, around.operation);
        let request = &around.exchange().request;
        let mut last = None;
        for _ in 0..2 {
            match asker.ask(Probe::again(check, called, request)).await {
                Ok(answer) => last = Some(answer),
                Err(_) => return,
            }
        }
        let Some(answer) = last else { return };
        if answer.status() != around.status() {
            let said = (status_line(around.status()), answer.line());
            let message = "the same GET is answered by another status";
            let fact = fact(message, Place::Status, said, around.operation);
            asker.accuse(check, &answer, fact);
            return;
        }
        let thing = around.about(|it| it.life.read);
        let both = around.answered().zip(answer.json());
        let (Some(thing), Some((first, second))) = (thing, both) else {
            return;
        };
        for it in changed(first, second, &thing.writable()) {
            let message = "reading it has changed it";
            let said = (it.expected, it.actual);
            let fact = fact(message, body(&it.place), said, around.operation);
            asker.accuse(check, &answer, fact);
        }
    })
}

/// `head-agrees`
pub(super) fn head_agrees<'l>(asker: &'l mut Asker<'_>, around: &'l Around<'_>) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::HEAD_AGREES;
        if around.operation.method != "GET" || !around.is_done() {
            return;
        }
        let documented = around.contract.operations.iter();
        let mut same_path =
            documented.filter(|it| it.path.as_str() == around.operation.path.as_str());
        let own = same_path.find(|it| it.method == "HEAD");
        let called = (around.contract, own.unwrap_or(around.operation));
        let mut probe = Probe::again(check, called, &around.exchange().request);
        "HEAD".clone_into(&mut probe.method);
        probe.is_judged = own.is_some();
        let Ok(answer) = asker.ask(probe).await else {
            return;
        };
        if own.is_none() && NO_HEAD.contains(&answer.status()) {
            return;
        }
        let by = called.1;
        if answer.status() != around.status() {
            let said = (status_line(around.status()), answer.line());
            let message = "HEAD is answered by another status than GET";
            asker.accuse(check, &answer, fact(message, Place::Status, said, by));
        }
        for name in ["content-type", "etag"] {
            let of_get = around.exchange().response.headers.first(name);
            let (of_get, of_head) = (
                of_get.map(std::borrow::Cow::into_owned),
                answer.header(name),
            );
            // HEAD may leave out what takes work to know (RFC 9110 §9.3.2).
            let (Some(of_get), Some(of_head)) = (of_get, of_head) else {
                continue;
            };
            if of_get != of_head {
                let message = "HEAD has another header field than GET";
                let said = (of_get, of_head);
                let place = Place::Header(name.to_owned());
                asker.accuse(check, &answer, fact(message, place, said, by));
            }
        }
    })
}
