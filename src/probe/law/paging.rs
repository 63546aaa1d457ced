//! Lists in parts: limits, pages and filters.

use std::collections::BTreeSet;

use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use crate::check::{Check, law};
use crate::contract::{Parameter, ParameterPlace};
use crate::http::{UNRESERVED, without_query};
use crate::probe::answer::Answer;
use crate::probe::around::{Around, body, fact};
use crate::probe::asker::Asker;
use crate::probe::likeness::shown;
use crate::probe::list::{Pages, default_of, elements, takes};
use crate::probe::question::Probe;
use crate::probe::thing::{is_plain, text_of};
use crate::world::Pending;

/// How many pages are read at most; a longer list is not judged.
const PAGES_MAX: u64 = 20;
/// In how many pages a list is read, about.
const PARTS: u64 = 4;
/// How large a page may be that is asked for.
const PAGE_MAX: u64 = 5;
/// How often pages must fail to be the list: what others add and take away meanwhile moves elements from one
/// page to the next, and the list may be as before.
const TRIES: usize = 3;

/// The URL of a list with query fields.
fn with_query(around: &Around<'_>, fields: &[(&Parameter, String)]) -> String {
    let url = without_query(&around.exchange().request.url);
    let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let pairs: Vec<String> = fields
        .iter()
        .map(|(it, value)| format!("{}={}", encode(&it.name), encode(value)))
        .collect();
    if pairs.is_empty() {
        url.to_owned()
    } else {
        format!("{url}?{}", pairs.join("&"))
    }
}

/// Asks for a list with query fields; the elements, when it came.
async fn list(
    asker: &mut Asker<'_>,
    around: &Around<'_>,
    check: &'static Check,
    fields: &[(&Parameter, String)],
) -> Option<(Answer, Vec<Value>)> {
    let called = (around.contract, around.operation);
    let mut probe = Probe::again(check, called, &around.exchange().request);
    probe.url = with_query(around, fields);
    let answer = asker.ask(probe).await.ok()?;
    let all = elements(answer.json()?)?.1.to_vec();
    answer.is_success().then_some((answer, all))
}

/// Whether the step has read a list that can be asked for by other query fields.
fn is_list(around: &Around<'_>) -> bool {
    let is_read = around.operation.method == "GET" && around.is_done();
    is_read && is_plain(around.operation) && around.answered().and_then(elements).is_some()
}

/// The smallest limit that the contract allows, and no large one.
fn smallest(around: &Around<'_>, limit: &Parameter) -> Option<u64> {
    (1..=PAGE_MAX).find(|it| takes(limit, *it, around.contract))
}

/// `limit-limits`
pub(super) fn limit_limits<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::LIMIT_LIMITS;
        let limit = Pages::of(around.operation).and_then(|it| it.limit);
        let Some(limit) = limit.filter(|_| is_list(around)) else {
            return;
        };
        // A member of that name makes it a filter.
        let all = around.answered().and_then(elements).map(|(_, all)| all);
        if all.is_some_and(|it| it.iter().any(|it| it.get(&limit.name).is_some())) {
            return;
        }
        let Some(size) = smallest(around, limit) else {
            return;
        };
        let asked = list(asker, around, check, &[(limit, size.to_string())]).await;
        let Some((answer, all)) = asked else { return };
        if all.len() as u64 > size {
            let message = format!("more elements come than `{}` allows", limit.name);
            let place = answer.json().and_then(elements).map(|(it, _)| it);
            let said = (format!("{size} at most"), format!("{} elements", all.len()));
            let place = body(&place.unwrap_or_default());
            let fact = fact(message, place, said, around.operation);
            asker.accuse(check, &answer, fact);
        }
    })
}

/// `pages-part-the-list`
pub(super) fn pages_part_the_list<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let mut told = None;
        for _ in 0..TRIES {
            told = parted_otherwise(asker, around).await;
            if told.is_none() {
                return;
            }
        }
        if let Some((answer, said)) = told {
            let message = "the pages together are not the list";
            let place = answer.json().and_then(elements).map(|(it, _)| it);
            let place = body(&place.unwrap_or_default());
            let fact = fact(message, place, said, around.operation);
            asker.accuse(&law::PAGES_PART_THE_LIST, &answer, fact);
        }
    })
}

/// The last page and what is expected and there, where the pages are not the list that stays the same
/// meanwhile; none where they are, or nobody can know.
async fn parted_otherwise(
    asker: &mut Asker<'_>,
    around: &Around<'_>,
) -> Option<(Answer, (String, String))> {
    let check = &law::PAGES_PART_THE_LIST;
    let pages = Pages::of(around.operation).filter(|_| is_list(around))?;
    let (limit, step) = (pages.limit?, pages.page.or(pages.offset)?);
    let (_, before) = list(asker, around, check, &[]).await?;
    // So large that few pages are enough, and small enough that there are some.
    let wished = (before.len() as u64 / PARTS).max(1);
    let mut sizes = wished..wished.saturating_add(PAGE_MAX);
    let size = sizes.find(|it| takes(limit, *it, around.contract))?;
    let counts_pages = pages.page.is_some();
    let contract = around.contract;
    let first = match default_of(step, contract) {
        _ if !counts_pages => 0,
        Some(first) => first,
        None => u64::from(takes(step, 1, contract)),
    };
    let (mut parts, mut last) = (Vec::new(), None);
    for number in 0..PAGES_MAX {
        let at = if counts_pages {
            first + number
        } else {
            number * size
        };
        let fields = [(limit, size.to_string()), (step, at.to_string())];
        let (answer, part) = list(asker, around, check, &fields).await?;
        let is_last = (part.len() as u64) < size;
        parts.extend(part);
        if is_last {
            last = Some(answer);
            break;
        }
    }
    let answer = last?;
    let (_, after) = list(asker, around, check, &[]).await?;
    if sorted(&before) != sorted(&after) {
        return None;
    }
    let (listed, parted) = (sorted(&before), sorted(&parts));
    let is_twice = parted.windows(2).any(|it| it[0] == it[1]);
    let held: BTreeSet<&String> = parted.iter().collect();
    let lacking = listed.iter().filter(|it| !held.contains(it)).count();
    // A list may be longer than what comes of it when nobody asks for a page.
    let is_otherwise = is_twice && !listed.windows(2).any(|it| it[0] == it[1]) || lacking > 0;
    let expected = format!("each of {} elements once", listed.len());
    let there = parted.len();
    let actual = format!("{there} elements, {lacking} of the list are missing");
    is_otherwise.then_some((answer, (expected, actual)))
}

/// Elements as texts, in order.
fn sorted(elements: &[Value]) -> Vec<String> {
    let mut texts: Vec<String> = elements.iter().map(crate::json::render_canonical).collect();
    texts.sort_unstable();
    texts
}

/// `filter-filters`
pub(super) fn filter_filters<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let check = &law::FILTER_FILTERS;
        let first = around.answered().and_then(elements);
        let first = first
            .and_then(|(_, all)| all.first())
            .filter(|_| is_list(around));
        let Some(members) = first.and_then(Value::as_object) else {
            return;
        };
        let fields = around.operation.parameters.iter();
        let fields = fields.filter(|it| it.place == ParameterPlace::Query);
        for field in fields {
            let wished = members.get(&field.name).and_then(plain_text);
            let Some(wished) = wished.filter(|it| !it.is_empty()) else {
                continue;
            };
            // Of other texts nobody knows whether they are meant as they stand: `since`, `like`.
            let spot = field
                .schema
                .as_ref()
                .map(|it| it.outline(around.contract).root());
            let is_listed = spot.as_ref().is_some_and(|it| it.fixed().is_some());
            let is_boolean = members.get(&field.name).is_some_and(Value::is_boolean);
            if !is_listed && !is_boolean {
                continue;
            }
            let schema = field.schema.as_ref().map(|it| it.judge(around.contract));
            let is_right = |it: &crate::contract::Judge| {
                it.examine_text(&Value::String(wished.clone())).is_clean()
            };
            if !matches!(schema, Some(Ok(judge)) if is_right(judge)) {
                continue;
            }
            let asked = list(asker, around, check, &[(field, wished.clone())]).await;
            let Some((answer, all)) = asked else { continue };
            let root = answer.json().and_then(elements).map(|(it, _)| it);
            let root = root.unwrap_or_default();
            let satisfies = |it: &Value| {
                let own = it.get(&field.name).and_then(plain_text);
                own.is_none_or(|own| own.eq_ignore_ascii_case(&wished))
            };
            if let Some(at) = all.iter().position(|it| !satisfies(it)) {
                let place = root.index(at).join(&field.name);
                let message = format!("an element does not satisfy the filter `{}`", field.name);
                let said = (wished.clone(), shown(all[at].get(&field.name)));
                let fact = fact(message, body(&place), said, around.operation);
                asker.accuse(check, &answer, fact);
            }
        }
    })
}

/// A value as the query of a URL has it.
fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::Bool(it) => Some(it.to_string()),
        other => text_of(other),
    }
}
