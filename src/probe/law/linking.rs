//! What an answer says of a resource beside its body: where it is, and which version it is.

use url::Url;

use crate::check::{Place, law};
use crate::http::{Request, hide_credentials, without_query};
use crate::journal::fits;
use crate::probe::around::{Around, body, fact};
use crate::probe::asker::Asker;
use crate::probe::likeness::changed;
use crate::probe::question::Probe;
use crate::world::Pending;

/// A tag that no server gives.
const STRANGE_TAG: &str = "\"countersign-no-such-version\"";

/// `links-lead`
pub(super) fn links_lead<'l>(asker: &'l mut Asker<'_>, around: &'l Around<'_>) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::LINKS_LEAD;
        let location = around.exchange().response.headers.first("location");
        let Some(location) = location.filter(|_| around.status() == 201) else {
            return;
        };
        let request = &around.exchange().request;
        let place = Place::Header("location".to_owned());
        let Some(url) = on_same_server(request, &location) else {
            if Url::parse(&request.url).is_ok_and(|it| it.join(location.trim()).is_err()) {
                let said = ("a URL", hide_credentials(&location).into_owned());
                let fact = fact("Location is no URL", place, said, around.operation);
                asker.accuse_step(check, around.record, fact);
            }
            return;
        };
        // Where the contract has an operation for reading what is there, the answer is judged by it.
        let base = around.base(asker.world().site).unwrap_or_default();
        let path = without_query(&url)
            .strip_prefix(base.as_str())
            .map(str::to_owned);
        let mut reads = around
            .contract
            .operations
            .iter()
            .filter(|it| it.method == "GET");
        let known = path.and_then(|path| reads.find(|it| fits(&it.path, &path)));
        let called = (around.contract, known.unwrap_or(around.operation));
        let mut probe = Probe::get(check, called, url);
        probe.is_judged = known.is_some();
        let Ok(answer) = asker.ask(probe).await else {
            return;
        };
        if answer.is_gone() || answer.status() / 100 == 5 || known.is_some() && !answer.is_success()
        {
            let message = "Location leads to nothing";
            let said = ("what was created", answer.line());
            let fact = fact(message, Place::Status, said, around.operation);
            asker.accuse(check, &answer, fact);
        }
    })
}

/// Where a reference leads, when it is on the server that was asked.
pub(super) fn on_same_server(request: &Request, location: &str) -> Option<String> {
    let asked = Url::parse(&request.url).ok()?;
    let mut place = asked.join(location.trim()).ok()?;
    place.set_fragment(None);
    let is_same = place.origin() == asked.origin();
    let is_plain = place.username().is_empty() && place.password().is_none();
    (is_same && is_plain).then(|| place.to_string())
}

/// `conditions-count`
pub(super) fn conditions_count<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        not_modified(asker, around).await;
        if_match(asker, around).await;
    })
}

/// `If-None-Match` with the tag that came.
async fn not_modified(asker: &mut Asker<'_>, around: &Around<'_>) {
    let check = &law::CONDITIONS_COUNT;
    let tag = around.exchange().response.headers.first("etag");
    let is_read = around.operation.method == "GET" && around.status() == 200;
    let Some(tag) = tag.filter(|_| is_read) else {
        return;
    };
    let called = (around.contract, around.operation);
    let mut probe = Probe::again(check, called, &around.exchange().request).unjudged();
    probe.headers.set("if-none-match", tag.as_bytes());
    let Ok(answer) = asker.ask(probe).await else {
        return;
    };
    // Another tag means that it is another version by now.
    let is_same = answer.header("etag").is_none_or(|it| it == tag);
    if answer.status() != 304 && is_same {
        let message = "If-None-Match with the current ETag is not obeyed";
        let said = ("304 Not Modified", answer.line());
        let fact = fact(message, Place::Status, said, around.operation);
        asker.accuse(check, &answer, fact);
    }
}

/// `If-Match` with a tag that nothing has.
async fn if_match(asker: &mut Asker<'_>, around: &Around<'_>) {
    let check = &law::CONDITIONS_COUNT;
    let writes = ["PUT", "PATCH"].contains(&around.operation.method.as_str());
    let documents = around.operation.responses.iter();
    let mut documents =
        documents.filter(|it| it.status == crate::contract::StatusPattern::Exact(412));
    let (Some(thing), Some(before)) = (&around.thing, &around.after.item) else {
        return;
    };
    let has_tag = before.header("etag").is_some();
    if !writes || !around.is_done() || !has_tag || documents.next().is_none() {
        return;
    }
    let called = (around.contract, around.operation);
    let mut probe = Probe::again(check, called, &around.exchange().request);
    probe.headers.set("if-match", STRANGE_TAG);
    let Ok(answer) = asker.ask(probe).await else {
        return;
    };
    if answer.status() / 100 != 4 {
        let message = "If-Match with another ETag is not obeyed";
        let said = ("412 Precondition Failed", answer.line());
        let fact = fact(message, Place::Status, said, around.operation);
        asker.accuse(check, &answer, fact);
        return;
    }
    let Some(after) = thing.read(check, asker).await else {
        return;
    };
    if let (Some(first), Some(second)) = (before.json(), after.json()) {
        for it in changed(first, second, &thing.writable()) {
            let message = "what was refused for its If-Match has changed something";
            let said = (it.expected, it.actual);
            let fact = fact(message, body(&it.place), said, around.operation);
            asker.accuse(check, &after, fact);
        }
    }
}
