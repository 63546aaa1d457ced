//! What breaks the contract at a place: one candidate for each rule that the schemas have there.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::places::Site;
use super::{Candidate, Edit, ITEMS_MAX, Kind, Place, number, text};
use crate::contract::{ParameterPlace, RequestRule, Types};
use crate::json::Pointer;
use crate::world::Entropy;

/// What an unknown field is called.
const UNKNOWN: &str = "countersignUnknown";

/// The candidates of a place.
pub(super) fn candidates(site: &Site<'_>, entropy: &Entropy) -> Vec<Candidate> {
    let mut found = Vec::new();
    // What stands in the path says what is asked about; of that only the spelling is varied.
    if site.parameter() != Some(ParameterPlace::Path) {
        absent(site, &mut found);
        found.extend(wrong_type(site, entropy));
        nulls(site, &mut found);
        match site.value() {
            Value::Number(_) => bounds(site, &mut found),
            Value::String(text) => lengths(site, text, &mut found),
            Value::Array(items) => counts(site, items, &mut found),
            Value::Object(members) => unknown_field(site, members, &mut found),
            _ => {}
        }
    }
    found.extend(not_listed(site));
    if let Value::String(text) = site.value() {
        patterns(site, text, &mut found);
    }
    formats(site, &mut found);
    found
}

fn keyword(name: &str) -> RequestRule {
    RequestRule::Keyword(name.to_owned())
}

/// Other values at the place, for one rule.
fn put(site: &Site<'_>, kind: Kind, rule: &str, values: Vec<Value>) -> Candidate {
    Candidate {
        kind,
        place: site.place.clone(),
        root: Some(Arc::clone(&site.root)),
        edits: values.into_iter().map(Edit::Put).collect(),
        rules: vec![keyword(rule)],
    }
}

/// What is required left out: the part itself, or members of an object.
fn absent(site: &Site<'_>, found: &mut Vec<Candidate>) {
    // Of what the request leaves out already nothing is left out.
    if site.is_added {
        return;
    }
    let mut push = |pointer: Pointer, rule: RequestRule| {
        found.push(Candidate {
            kind: Kind::REQUIRED_MISSING,
            place: Place {
                pointer,
                ..site.place.clone()
            },
            root: Some(Arc::clone(&site.root)),
            edits: vec![Edit::Drop],
            rules: vec![rule],
        });
    };
    if site.is_required && site.place.pointer.is_root() {
        push(Pointer::root(), RequestRule::Present);
    }
    for name in required(site) {
        push(site.place.pointer.join(name), keyword("required"));
    }
}

/// A value of a type that the place does not have; which one is drawn.
fn wrong_type(site: &Site<'_>, entropy: &Entropy) -> Option<Candidate> {
    site.said("type").next()?;
    let pool = [
        json!("x"),
        json!(7),
        json!(true),
        json!(["x"]),
        json!({"x": 1}),
        json!(0.5),
    ];
    let others = pool
        .into_iter()
        .filter(|it| !site.types.holds(Types::of(it)));
    let mut others: Vec<Value> = others.collect();
    let count = u64::try_from(others.len()).unwrap_or(u64::MAX);
    let drawn = entropy.fork(&site.place.name()).below(count);
    others.rotate_left(usize::try_from(drawn).unwrap_or(0));
    Some(put(site, Kind::WRONG_TYPE, "type", others))
}

/// Null for members that must be there, and for items of a list. Where a member may be left out, many
/// servers take null for that, and no client is harmed.
fn nulls(site: &Site<'_>, found: &mut Vec<Candidate>) {
    // On the wire a parameter is a text, and never null.
    if site.parameter().is_some() || site.is_added {
        return;
    }
    let mut push = |below: &str, keywords: [&str; 2]| {
        let declared = site.schemas.iter().find_map(|(at, map)| {
            let [keyword, name] = keywords;
            let schema = map.get(keyword)?;
            let is_named = keyword == "properties";
            let has = !is_named || schema.get(name).is_some();
            let at = at.join(keyword);
            has.then(|| if is_named { at.join(name) } else { at })
        });
        found.push(Candidate {
            kind: Kind::NULL,
            place: Place {
                pointer: site.place.pointer.join(below),
                contract: declared.unwrap_or_else(|| site.place.contract.clone()),
                ..site.place.clone()
            },
            root: Some(site.root.clone()),
            edits: vec![Edit::Put(Value::Null)],
            rules: ["type", "enum", "const"].map(keyword).to_vec(),
        });
    };
    if site.value().as_array().is_some_and(|it| !it.is_empty()) {
        push("0", ["items", ""]);
    }
    for name in required(site) {
        push(name, ["properties", name]);
    }
}

/// The members that must be there, and are.
fn required<'s>(site: &'s Site<'_>) -> Vec<&'s str> {
    let Value::Object(members) = site.value() else {
        return Vec::new();
    };
    let mut names: Vec<&str> = Vec::new();
    for (_, required) in site.said("required") {
        let required = required.as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            if members.contains_key(name) && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Numbers on the other side of each bound, and off the grid.
fn bounds(site: &Site<'_>, found: &mut Vec<Candidate>) {
    let grids: Vec<&Value> = site.said("multipleOf").map(|(_, it)| it).collect();
    for (rule, kind, sign) in [
        ("minimum", Kind::BELOW_MINIMUM, -1),
        ("maximum", Kind::ABOVE_MAXIMUM, 1),
    ] {
        for (_, bound) in site.said(rule) {
            let mut values: Vec<Value> = number::beside(bound, sign).into_iter().collect();
            // On the grid, when there is one, so that the bound alone is broken.
            let step = |grid: &&Value| number::moved(bound, grid, sign);
            values.splice(0..0, grids.iter().filter_map(step));
            found.push(put(site, kind, rule, values));
        }
    }
    for (rule, kind) in [
        ("exclusiveMinimum", Kind::AT_EXCLUSIVE_MINIMUM),
        ("exclusiveMaximum", Kind::AT_EXCLUSIVE_MAXIMUM),
    ] {
        for (_, bound) in site.said(rule) {
            found.push(put(site, kind, rule, vec![bound.clone()]));
        }
    }
    for grid in &grids {
        let value = site.value();
        let near = [number::beside(value, 1), number::beside(value, -1)];
        let halves = [
            number::half_beside(value, grid, 1),
            number::half_beside(value, grid, -1),
        ];
        let values = near.into_iter().chain(halves).flatten().collect();
        found.push(put(site, Kind::NO_MULTIPLE, "multipleOf", values));
    }
}

/// Texts that are one character too short or too long.
fn lengths(site: &Site<'_>, text: &str, found: &mut Vec<Candidate>) {
    for (_, least) in site.said("minLength") {
        let length = least.as_u64().and_then(|it| it.checked_sub(1));
        let texts = length
            .map(|it| text::of_length(text, it))
            .unwrap_or_default();
        found.push(put(site, Kind::TOO_SHORT, "minLength", texts));
    }
    for (_, most) in site.said("maxLength") {
        let length = most.as_u64().and_then(|it| it.checked_add(1));
        let texts = length
            .map(|it| text::of_length(text, it))
            .unwrap_or_default();
        found.push(put(site, Kind::TOO_LONG, "maxLength", texts));
    }
}

/// Lists with one item too few, too many or the same twice.
fn counts(site: &Site<'_>, items: &[Value], found: &mut Vec<Candidate>) {
    for (_, least) in site.said("minItems") {
        let length = least.as_u64().and_then(|it| it.checked_sub(1));
        let lists = length.map(|it| lists(items, it)).unwrap_or_default();
        found.push(put(site, Kind::TOO_FEW_ITEMS, "minItems", lists));
    }
    for (_, most) in site.said("maxItems") {
        let length = most.as_u64().and_then(|it| it.checked_add(1));
        let lists = length.map(|it| lists(items, it)).unwrap_or_default();
        found.push(put(site, Kind::TOO_MANY_ITEMS, "maxItems", lists));
    }
    if site
        .said("uniqueItems")
        .any(|(_, it)| *it == Value::Bool(true))
        && let Some(first) = items.first()
    {
        let longer = items.iter().chain([first]).cloned().collect();
        let mut same = items.to_vec();
        same.iter_mut().skip(1).for_each(|it| *it = first.clone());
        let lists = vec![Value::Array(longer), Value::Array(same)];
        found.push(put(site, Kind::REPEATED_ITEM, "uniqueItems", lists));
    }
}

/// Lists of a length: of items that differ, and of the same ones again.
pub(super) fn lists(items: &[Value], length: u64) -> Vec<Value> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let Some(first) = items.first().filter(|_| length <= ITEMS_MAX) else {
        return Vec::new();
    };
    let kept: Vec<Value> = items.iter().take(length).cloned().collect();
    let more = length.saturating_sub(kept.len());
    let others = (1..=more).map(|number| text::another(first, number));
    let differing: Vec<Value> = kept.iter().cloned().chain(others).collect();
    let same: Vec<Value> = items.iter().cycle().take(length).cloned().collect();
    if differing == same {
        return vec![Value::Array(same)];
    }
    vec![Value::Array(differing), Value::Array(same)]
}

/// A field that no schema knows.
fn unknown_field(site: &Site<'_>, members: &Map<String, Value>, found: &mut Vec<Candidate>) {
    if members.contains_key(UNKNOWN) {
        return;
    }
    let closing = ["additionalProperties", "unevaluatedProperties"];
    let is_closed = |rule: &&str| site.said(rule).any(|(_, it)| *it == Value::Bool(false));
    if !closing.iter().any(is_closed) {
        return;
    }
    let place = Place {
        pointer: site.place.pointer.join(UNKNOWN),
        ..site.place.clone()
    };
    let mut candidate = put(
        site,
        Kind::UNKNOWN_FIELD,
        "false",
        vec![json!("x"), json!(7)],
    );
    candidate.rules.extend(closing.map(keyword));
    found.push(Candidate { place, ..candidate });
}

/// A value that is near to those which are listed and none of them.
fn not_listed(site: &Site<'_>) -> Option<Candidate> {
    let constants = site.said("const").map(|(_, it)| it.clone());
    let lists = site.said("enum").filter_map(|(_, it)| it.as_array());
    let listed: Vec<Value> = constants.chain(lists.flatten().cloned()).collect();
    let last = listed.last()?;
    let mut values: Vec<Value> = listed.iter().map(|it| text::another(it, 1)).collect();
    values.truncate(super::MEMBERS_MAX);
    values.insert(0, text::another(last, 2));
    values.extend([json!("countersign-unlisted"), json!(7)]);
    Some(Candidate {
        rules: vec![keyword("enum"), keyword("const")],
        ..put(site, Kind::NOT_LISTED, "enum", values)
    })
}

fn patterns(site: &Site<'_>, text: &str, found: &mut Vec<Candidate>) {
    for _ in site.said("pattern") {
        found.push(put(
            site,
            Kind::PATTERN_LEFT,
            "pattern",
            text::strangers(text),
        ));
    }
}

fn formats(site: &Site<'_>, found: &mut Vec<Candidate>) {
    for (_, format) in site.said("format") {
        let format = format.as_str().unwrap_or_default();
        let mut values = text::near_misses(format);
        if let Value::String(text) = site.value() {
            values.extend(text::strangers(text));
        }
        found.push(put(site, Kind::FORMAT_BROKEN, "format", values));
    }
}
