//! What lists look like: their elements, their totals, and how they are asked for in parts.

use serde_json::Value;

use super::answer::Answer;
use crate::contract::{Contract, Operation, Parameter, ParameterPlace, Types};
use crate::json::Pointer;

/// How deep in an answer the elements may stand.
const DEPTH_MAX: usize = 3;

/// Names of query fields that bound how many elements come.
const LIMITS: [&str; 4] = ["limit", "perpage", "pagesize", "maxresults"];
/// The same, where another field says which part comes.
const LIMITS_OF_PARTS: [&str; 4] = ["size", "count", "top", "first"];
/// Names of query fields that count pages.
const PAGES: [&str; 4] = ["page", "pagenumber", "pagenum", "pageno"];
/// Names of query fields that count elements which are passed over.
const OFFSETS: [&str; 4] = ["offset", "skip", "start", "startindex"];
/// Names of members that count all elements.
const TOTALS: [&str; 4] = ["total", "totalcount", "totalitems", "totalelements"];
/// Names of members that lead to the rest of a list.
const NEXT: [&str; 5] = ["next", "nextpage", "nextpagetoken", "nextcursor", "cursor"];

/// How a list is asked for in parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pages<'o> {
    /// How many come at once.
    pub(super) limit: Option<&'o Parameter>,
    /// Which page.
    pub(super) page: Option<&'o Parameter>,
    /// How many are passed over.
    pub(super) offset: Option<&'o Parameter>,
}

/// A name without what different styles put between its words.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|it| it.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

impl<'o> Pages<'o> {
    /// The query fields of an operation by which a list is asked for in parts; none when it has none.
    pub(super) fn of(operation: &'o Operation) -> Option<Self> {
        let called = |names: &[&str]| {
            let mut all = operation.parameters.iter();
            all.find(|it| {
                it.place == ParameterPlace::Query && names.contains(&plain(&it.name).as_str())
            })
        };
        let (page, offset) = (called(&PAGES), called(&OFFSETS));
        let in_parts = page.or(offset).and_then(|_| called(&LIMITS_OF_PARTS));
        let pages = Self {
            limit: called(&LIMITS).or(in_parts),
            page,
            offset,
        };
        let has_any = pages.limit.or(pages.page).or(pages.offset).is_some();
        has_any.then_some(pages)
    }
}

/// Whether all of a list came, as far as anybody can know: nothing leads to more, and fewer elements came
/// than come at once when nobody says how many.
pub(super) fn is_whole(
    (contract, operation): (&Contract, &Operation),
    answer: &Answer,
    came: usize,
) -> bool {
    let members = answer.json().and_then(Value::as_object);
    let mut members = members.into_iter().flatten();
    let leads_on = members.any(|(name, it)| NEXT.contains(&plain(name).as_str()) && !it.is_null());
    let filters = operation.parameters.iter().any(|it| {
        let schema = it.schema.as_ref();
        let types = schema.map(|it| it.outline(contract).root().types());
        it.place == ParameterPlace::Query && types == Some(Types::named(&Value::from("boolean")))
    });
    let is_part = match Pages::of(operation) {
        None => false,
        Some(pages) => pages
            .limit
            .and_then(|it| default_of(it, contract))
            .is_none_or(|it| came as u64 >= it),
    };
    !leads_on && !filters && !is_part && answer.header("link").is_none()
}

/// The whole number that a parameter is when nobody says it.
pub(super) fn default_of(parameter: &Parameter, contract: &Contract) -> Option<u64> {
    let place = parameter
        .schema
        .as_ref()?
        .outline(contract)
        .root()
        .place()?;
    let schema = place.lookup(contract.document())?;
    schema.get("default")?.as_u64()
}

/// Whether a whole number is right for a parameter.
pub(super) fn takes(parameter: &Parameter, number: u64, contract: &Contract) -> bool {
    let judge = parameter.schema.as_ref().map(|it| it.judge(contract));
    let Some(Ok(judge)) = judge else {
        return false;
    };
    judge.examine_text(&Value::from(number)).is_clean()
}

/// The elements of a list, and where they stand: the first array at the smallest depth.
pub(super) fn elements(value: &Value) -> Option<(Pointer, &[Value])> {
    let mut level = vec![(Pointer::root(), value)];
    for _ in 0..DEPTH_MAX {
        let mut next = Vec::new();
        for (place, it) in level {
            match it {
                Value::Array(items) => return Some((place, items)),
                Value::Object(members) => {
                    next.extend(members.iter().map(|(name, it)| (place.join(name), it)));
                }
                _ => {}
            }
        }
        level = next;
    }
    None
}

/// The number beside the elements that counts all of them, and where it stands.
pub(super) fn total(value: &Value) -> Option<(Pointer, u64)> {
    let (place, _) = elements(value)?;
    let beside = place.parent()?;
    let members = beside.lookup(value)?.as_object()?;
    members.iter().find_map(|(name, it)| {
        let is_total = TOTALS.contains(&plain(name).as_str());
        let number = it.as_u64().filter(|_| is_total)?;
        Some((beside.join(name), number))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn elements_are_found_where_lists_have_them() {
        for (value, place, count) in [
            (json!([1, 2]), "", 2),
            (json!({"items": [1]}), "/items", 1),
            (
                json!({"data": {"list": [1, 2, 3]}, "code": 0}),
                "/data/list",
                3,
            ),
        ] {
            let (found, all) = elements(&value).expect("a list");
            assert_eq!((found.as_str(), all.len()), (place, count));
        }
        for value in [json!({"a": {"b": {"c": [1]}}}), json!(1), json!({})] {
            assert!(elements(&value).is_none(), "{value}");
        }
    }

    #[test]
    fn a_total_stands_beside_the_elements() {
        let value = json!({"items": [1], "total_count": 3});
        let (place, number) = total(&value).expect("a total");
        assert_eq!((place.as_str(), number), ("/total_count", 3));
        for value in [
            json!({"data": {"items": []}, "total": 3}),
            json!({"items": [], "total": "3"}),
            json!({"items": [], "count": 3}),
            json!([1]),
        ] {
            assert!(total(&value).is_none(), "{value}");
        }
    }
}
