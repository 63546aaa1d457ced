//! Lists: that they hold what is there, and nothing else.

use crate::check::{Place, law};
use crate::probe::around::{Around, body, fact};
use crate::probe::asker::Asker;
use crate::probe::list::{Pages, elements, is_whole, total};
use crate::world::Pending;

/// `list-holds-created`
pub(super) fn list_holds_created<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let (Some(thing), Some(answer)) = (around.made(), &around.after.list) else {
            return;
        };
        let (Some(name), Some(operation)) = (thing.name(), thing.life.list) else {
            return;
        };
        let listed = answer
            .json()
            .and_then(elements)
            .filter(|_| answer.is_success());
        let Some((place, all)) = listed else { return };
        let called = (&**around.contract, operation);
        if is_whole(called, answer, all.len()) && !all.iter().any(|it| thing.is_in(it)) {
            let message = "what was created is not in the list";
            let said = (
                format!("an element with the name {name}"),
                format!("{} elements, none of them with it", all.len()),
            );
            let fact = fact(message, body(&place), said, operation);
            asker.accuse(&law::LIST_HOLDS_CREATED, answer, fact);
        }
    })
}

/// `list-forgets-deleted`
pub(super) fn list_forgets_deleted<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let (Some(thing), Some(answer)) = (around.removed(), &around.after.list) else {
            return;
        };
        // What can still be read is another finding; what never could is listed by right.
        let is_gone = around.after.item.as_ref().is_none_or(|it| !it.is_success());
        let operation = thing.life.list.filter(|_| is_gone && answer.is_success());
        let listed = answer.json().and_then(elements);
        let (Some(operation), Some((place, all))) = (operation, listed) else {
            return;
        };
        if let Some(at) = all.iter().position(|it| thing.is_in(it)) {
            let message = "what was deleted is still in the list";
            let said = ("no such element", "an element with its name");
            let fact = fact(message, body(&place.index(at)), said, operation);
            asker.accuse(&law::LIST_FORGETS_DELETED, answer, fact);
        }
    })
}

/// `total-agrees`
pub(super) fn total_agrees<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let is_list = around.about(|it| it.life.list).is_some();
        if !is_list || !around.is_done() {
            return;
        }
        let Some(value) = around.answered() else {
            return;
        };
        let (Some((_, all)), Some((place, total))) = (elements(value), total(value)) else {
            return;
        };
        let came = all.len() as u64;
        let has_pages = Pages::of(around.operation).is_some();
        if total < came || !has_pages && total != came {
            let message = "the total is not the number of elements";
            let expected = if has_pages {
                format!("at least {came}")
            } else {
                came.to_string()
            };
            let said = (expected, total.to_string());
            let place = Place::Body(place);
            let fact = fact(message, place, said, around.operation);
            asker.accuse_step(&law::TOTAL_AGREES, around.record, fact);
        }
    })
}
