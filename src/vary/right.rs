//! What keeps the contract at a place, where that is hard: bounds met exactly, every listed value, text in
//! other scripts, and nothing of what is optional.

use std::sync::Arc;

use serde_json::Value;

use super::places::Site;
use super::wrong::lists;
use super::{Candidate, Edit, Kind, MEMBERS_MAX, Place, text};
use crate::contract::{ParameterPlace, RequestPart, Types};
use crate::http::is_secret_name;

/// The candidates of a place.
pub(super) fn candidates(site: &Site<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    // Another value in the path asks about something else.
    if site.parameter() == Some(ParameterPlace::Path) {
        return found;
    }
    absent(site, &mut found);
    listed(site, &mut found);
    values(site, &mut found);
    // What is there already is no variation.
    let given = site.value();
    if !site.is_added {
        for candidate in &mut found {
            candidate
                .edits
                .retain(|it| !matches!(it, Edit::Put(value) if value == given));
        }
    }
    found
}

/// Other values within the bounds of a place. Where a value is the name of another thing, or secret, any
/// other one may be right by the contract and still mean nothing to the server.
fn values(site: &Site<'_>, found: &mut Vec<Candidate>) {
    let name = name_of(site);
    if names_another(&name) || is_secret_name(&name) {
        return;
    }
    match site.value() {
        Value::Number(_) => {
            for (rule, kind) in [("minimum", Kind::AT_MINIMUM), ("maximum", Kind::AT_MAXIMUM)] {
                for (_, bound) in site.said(rule) {
                    found.push(put(site, kind, vec![bound.clone()]));
                }
            }
        }
        Value::String(given) => texts(site, given, found),
        Value::Array(items) => {
            for (rule, kind) in [
                ("minItems", Kind::FEWEST_ITEMS),
                ("maxItems", Kind::MOST_ITEMS),
            ] {
                for (_, count) in site.said(rule) {
                    let lists = count.as_u64().map(|it| lists(items, it));
                    found.push(put(site, kind, lists.unwrap_or_default()));
                }
            }
        }
        _ => {}
    }
}

fn put(site: &Site<'_>, kind: Kind, values: Vec<Value>) -> Candidate {
    Candidate {
        kind,
        place: site.place.clone(),
        root: Some(Arc::clone(&site.root)),
        edits: values.into_iter().map(Edit::Put).collect(),
        rules: Vec::new(),
    }
}

/// What is not required left out.
fn absent(site: &Site<'_>, found: &mut Vec<Candidate>) {
    if site.is_added {
        return;
    }
    let mut push = |place: Place| {
        found.push(Candidate {
            place,
            edits: vec![Edit::Drop],
            ..put(site, Kind::OPTIONAL_ABSENT, Vec::new())
        });
    };
    let is_part = site.place.pointer.is_root() && site.parameter().is_some();
    if is_part && !site.is_required {
        push(site.place.clone());
    }
    let required: Vec<&str> = site
        .said("required")
        .filter_map(|(_, it)| it.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let members = site.value().as_object();
    for name in members.into_iter().flat_map(serde_json::Map::keys) {
        if !required.contains(&name.as_str()) {
            push(Place {
                pointer: site.place.pointer.join(name),
                ..site.place.clone()
            });
        }
    }
}

/// Each value of a list.
fn listed(site: &Site<'_>, found: &mut Vec<Candidate>) {
    let lists = site.said("enum").filter_map(|(_, it)| it.as_array());
    for value in lists.flatten().take(MEMBERS_MAX) {
        found.push(put(site, Kind::LISTED, vec![value.clone()]));
    }
}

/// Texts of the shortest and the longest length, and in other scripts.
fn texts(site: &Site<'_>, given: &str, found: &mut Vec<Candidate>) {
    let lengths = |rule| site.said(rule).filter_map(|(_, it)| it.as_u64());
    let (least, most) = (lengths("minLength").max(), lengths("maxLength").min());
    for (kind, length) in [(Kind::SHORTEST_TEXT, least), (Kind::LONGEST_TEXT, most)] {
        let texts = length.map(|it| text::of_length(given, it));
        found.push(put(site, kind, texts.unwrap_or_default()));
    }
    if !is_free(site) {
        return;
    }
    for (kind, script) in [
        (Kind::TEXT_FOREIGN, text::FOREIGN),
        (Kind::TEXT_ASTRAL, text::ASTRAL),
        (Kind::TEXT_COMBINING, text::COMBINING),
    ] {
        let fitted = text::fitted(script, least, most);
        found.push(put(site, kind, fitted.into_iter().collect()));
    }
}

/// Whether any text may stand at the place: no rule limits more than its length.
fn is_free(site: &Site<'_>) -> bool {
    let limiting = [
        "enum",
        "const",
        "pattern",
        "format",
        "contentMediaType",
        "contentEncoding",
    ];
    let is_limited = limiting.iter().any(|rule| site.said(rule).next().is_some());
    // Field values and cookies are ASCII (RFC 9110 §5.5, RFC 6265 §4.1.1).
    let is_ascii = matches!(
        site.parameter(),
        Some(ParameterPlace::Header | ParameterPlace::Cookie)
    );
    site.types.holds(Types::STRING) && !site.is_added && !is_limited && !is_ascii
}

/// By what name a value is known: that of the parameter, or of the nearest member around it.
fn name_of(site: &Site<'_>) -> String {
    let tokens = site.place.pointer.tokens();
    let mut names = tokens.filter(|it| it.parse::<usize>().is_err());
    match (names.next_back(), &site.place.part) {
        (Some(name), _) => name.into_owned(),
        (None, RequestPart::Parameter(_, name)) => name.clone(),
        (None, RequestPart::Body) => String::new(),
    }
}

/// Whether a name says that its value is the name of another thing: `ownerId`, `parent_ref`, `key`.
fn names_another(name: &str) -> bool {
    let plain = name.to_ascii_lowercase();
    let words = ["id", "ids", "uuid", "uid", "key", "ref", "slug", "code"];
    words.iter().any(|word| {
        let Some(before) = plain.strip_suffix(word) else {
            return false;
        };
        let is_new_word = name
            .as_bytes()
            .get(before.len())
            .is_some_and(u8::is_ascii_uppercase);
        before.is_empty() || before.ends_with(['_', '-', '.']) || is_new_word
    })
}

#[cfg(test)]
mod tests {
    use super::names_another;

    #[test]
    fn names_that_point_elsewhere_are_known() {
        for name in ["id", "ownerId", "owner_id", "parent-ref", "apiKey", "UUID"] {
            assert!(names_another(name), "{name}");
        }
        for name in ["name", "paid", "grid", "monkey", "title", "", "barcodes"] {
            assert!(!names_another(name), "{name}");
        }
    }
}
