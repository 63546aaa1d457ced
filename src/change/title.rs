//! What a change is, in a few words.

use super::ChangeKind;
use super::align::Difference;
use super::place::{ChangePlace, unquoted};
use crate::snapshot::text::Part;

/// How much of a value is shown, in characters.
const VALUE_CHARS_MAX: usize = 40;

/// The words: the same for the same change in another place.
pub(super) fn of(difference: &Difference, place: &ChangePlace, step: &str) -> String {
    let subject = place.subject(step);
    match (&difference.kind, &difference.old, &difference.new) {
        (ChangeKind::Added, _, _) if *place == ChangePlace::Step => format!("{subject} new"),
        (ChangeKind::Removed, _, _) if *place == ChangePlace::Step => format!("{subject} gone"),
        (ChangeKind::Added, _, _) => format!("{subject} added"),
        (ChangeKind::Removed, _, _) => format!("{subject} removed"),
        (ChangeKind::Renamed(old), _, _) => {
            format!("`{}` renamed to {subject}", unquoted(old))
        }
        (ChangeKind::Reordered, _, _) => format!("{subject} in another order"),
        (ChangeKind::Changed, Some(old), Some(new)) => match changed(old, new, place) {
            Some((old, new)) => format!("{subject}: {old} -> {new}"),
            None => format!("{subject} changed"),
        },
        (ChangeKind::Changed, _, _) => format!("{subject} changed"),
    }
}

/// What stood and stands there, when that fits a few words: types where they differ, else values.
fn changed(old: &Part, new: &Part, place: &ChangePlace) -> Option<(String, String)> {
    let in_body = matches!(place, ChangePlace::Body { .. });
    let (was, is) = (kind(old), kind(new));
    if in_body && was != is && was != "symbol" && is != "symbol" {
        return Some((was.to_owned(), is.to_owned()));
    }
    let (Part::Leaf(old), Part::Leaf(new)) = (old, new) else {
        return None;
    };
    if *place == ChangePlace::Step || old.contains('\n') || new.contains('\n') {
        return None;
    }
    Some((cut(old), cut(new)))
}

/// The JSON type of what is shown.
pub(super) fn kind(part: &Part) -> &'static str {
    let text = match part {
        Part::Members(_) => return "object",
        Part::Elements(_) => return "array",
        Part::Leaf(text) => text,
    };
    match text.as_bytes() {
        b"true" | b"false" => "boolean",
        b"null" => "null",
        [b'"', ..] => "string",
        [b'-' | b'0'..=b'9', ..] if text.contains(['.', 'e', 'E']) => "number",
        [b'-' | b'0'..=b'9', ..] => "integer",
        _ if text.starts_with('‹') => "symbol",
        _ => "text",
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
