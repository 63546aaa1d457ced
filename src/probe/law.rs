//! The laws: one function each, which looks at a step with what was read around it, asks what else it needs
//! to know, and accuses.

mod deleting;
mod leading;
mod linking;
mod listing;
mod paging;
mod plausible;
mod reach;
mod reading;
pub(super) mod refusing;
mod timing;
mod writing;

pub use reach::may_be_asked;

use super::around::Around;
use super::asker::Asker;
use crate::check::{Check, law};
use crate::world::Pending;

/// A law, and how it is asked.
pub(super) struct Law {
    /// Its name and what it means.
    pub(super) check: &'static Check,
    /// Whether one step of an operation is enough in a flow: it hangs on the operation and not on what the
    /// step did.
    pub(super) is_once: bool,
    /// Asks.
    pub(super) ask: for<'l> fn(&'l mut Asker<'_>, &'l Around<'_>) -> Pending<'l, ()>,
}

/// Every law that one step with its surroundings shows. First come those that only read, then those that
/// send a request again, last those that change the thing for a moment.
pub(super) const LAWS: &[Law] = &[
    each(&law::ASKED_IS_ANSWERED, reading::asked_is_answered),
    each(&law::CREATED_READS_BACK, reading::created_reads_back),
    each(&law::LIST_HOLDS_CREATED, listing::list_holds_created),
    each(&law::DELETED_IS_GONE, deleting::deleted_is_gone),
    each(&law::LIST_FORGETS_DELETED, listing::list_forgets_deleted),
    each(
        &law::REFUSAL_LEAVES_NO_TRACE,
        refusing::refusal_leaves_no_trace,
    ),
    each(&law::PATCH_KEEPS_REST, writing::patch_keeps_rest),
    each(&law::TIMES_GO_ON, timing::times_go_on),
    each(&law::TIMES_ARE_PLAUSIBLE, plausible::times_are_plausible),
    each(&law::LINKS_LEAD, linking::links_lead),
    once(&law::GET_IS_SAFE, reading::get_is_safe),
    once(&law::HEAD_AGREES, reading::head_agrees),
    once(&law::TOTAL_AGREES, listing::total_agrees),
    once(&law::LIMIT_LIMITS, paging::limit_limits),
    once(&law::PAGES_PART_THE_LIST, paging::pages_part_the_list),
    once(&law::FILTER_FILTERS, paging::filter_filters),
    once(&law::LINKS_LEAD, leading::other_links_lead),
    once(&law::CONDITIONS_COUNT, linking::conditions_count),
    each(
        &law::UNKNOWN_PATH_IS_REFUSED,
        refusing::unknown_path_is_refused,
    ),
    once(
        &law::CREDENTIALS_ARE_DEMANDED,
        refusing::credentials_are_demanded,
    ),
    each(&law::UPDATE_REPEATS, writing::update_repeats),
    each(&law::UPDATE_REPLACES, writing::update_replaces),
    once(&law::DELETE_REPEATS, deleting::delete_repeats),
];

type Ask = for<'l> fn(&'l mut Asker<'_>, &'l Around<'_>) -> Pending<'l, ()>;

const fn each(check: &'static Check, ask: Ask) -> Law {
    Law {
        check,
        is_once: false,
        ask,
    }
}

const fn once(check: &'static Check, ask: Ask) -> Law {
    Law {
        check,
        is_once: true,
        ask,
    }
}
