//! Beside which operations a law is asked at all, as far as the contract tells.

use crate::check::law;
use crate::contract::{Contract, Operation, plain_path};
use crate::http::is_safe;
use crate::probe::thing::is_plain;

/// Whether a law may be asked beside an operation. What hangs on the answers counts as yes.
pub fn may_be_asked(law: &str, contract: &Contract, operation: &Operation) -> bool {
    let is_read = operation.method == "GET";
    let life = contract.lifecycle_at(plain_path(operation));
    let is = |it: Option<&Operation>| it.is_some_and(|it| it.id == operation.id);
    let can = |it: Option<&Operation>| it.is_some_and(is_plain);
    let reads = life.as_ref().is_some_and(|it| can(it.read));
    let lists = life.as_ref().is_some_and(|it| can(it.list));
    let creates = life.as_ref().is_some_and(|it| is(Some(it.create)));
    let deletes = life.as_ref().is_some_and(|it| is(it.delete));
    let replaces = life
        .as_ref()
        .is_some_and(|it| is(it.replace) || it.is_named_by_client && is(Some(it.create)));
    let changes = [
        (law::CREATED_READS_BACK, creates && reads),
        (law::LIST_HOLDS_CREATED, creates && lists),
        (law::UPDATE_REPLACES, replaces && reads),
        (law::UPDATE_REPEATS, replaces && reads),
        (
            law::PATCH_KEEPS_REST,
            reads && life.as_ref().is_some_and(|it| is(it.patch)),
        ),
        (law::DELETED_IS_GONE, deletes && reads),
        (law::LIST_FORGETS_DELETED, deletes && lists),
        (law::DELETE_REPEATS, operation.method == "DELETE"),
        (law::TIMES_GO_ON, reads && !is_safe(&operation.method)),
        (
            law::REFUSAL_LEAVES_NO_TRACE,
            (reads || lists) && !is_safe(&operation.method),
        ),
    ];
    let asks = [
        (law::GET_IS_SAFE, is_read),
        (law::HEAD_AGREES, is_read),
        (
            law::ASKED_IS_ANSWERED,
            is_read && life.as_ref().is_some_and(|it| is(it.read)),
        ),
        (law::LIMIT_LIMITS, is_read && is_plain(operation)),
        (law::PAGES_PART_THE_LIST, is_read && is_plain(operation)),
        (law::FILTER_FILTERS, is_read && is_plain(operation)),
        (
            law::TOTAL_AGREES,
            life.as_ref().is_some_and(|it| is(it.list)),
        ),
        (law::LINKS_LEAD, operation.method != "DELETE"),
        (
            law::CONDITIONS_COUNT,
            ["GET", "PUT", "PATCH"].contains(&operation.method.as_str()),
        ),
        (
            law::CREDENTIALS_ARE_DEMANDED,
            operation.demands_credentials(),
        ),
    ];
    let mut known = changes.iter().chain(&asks);
    known.find(|(it, _)| it.id == law).is_none_or(|(_, is)| *is)
}
