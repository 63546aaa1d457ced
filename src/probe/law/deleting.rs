//! What is deleted: that it is gone, and that deleting it again does no harm.

use crate::check::{Place, law};
use crate::json::equal;
use crate::probe::around::{Around, fact};
use crate::probe::asker::Asker;
use crate::probe::question::Probe;
use crate::world::Pending;

/// `deleted-is-gone`
pub(super) fn deleted_is_gone<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let (Some(thing), Some(after)) = (around.removed(), &around.after.item) else {
            return;
        };
        if thing.life.read.is_none() || !after.is_success() {
            return;
        }
        // A thing may live on as one that is marked as deleted.
        let before = around.before.item.as_ref().and_then(|it| it.json());
        let is_as_before = match (before, after.json()) {
            (Some(before), Some(after)) => equal(before, after),
            _ => false,
        };
        if is_as_before {
            let message = "what was deleted can still be read";
            let said = ("404 Not Found or 410 Gone", after.line());
            let fact = fact(message, Place::Status, said, around.operation);
            asker.accuse(&law::DELETED_IS_GONE, after, fact);
        }
    })
}

/// `delete-repeats`
pub(super) fn delete_repeats<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::DELETE_REPEATS;
        if around.operation.method != "DELETE" || !around.is_done() {
            return;
        }
        let called = (around.contract, around.operation);
        let again = Probe::again(check, called, &around.exchange().request);
        let Ok(answer) = asker.ask(again).await else {
            return;
        };
        if answer.status() / 100 == 5 {
            let message = "a second DELETE brings the server into trouble";
            let said = ("a success, 404 Not Found or 410 Gone", answer.line());
            let fact = fact(message, Place::Status, said, around.operation);
            asker.accuse(check, &answer, fact);
        }
    })
}
