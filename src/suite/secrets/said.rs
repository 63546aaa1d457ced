//! What is said of a value in words: a sentence quotes it, also one that is too short to be looked for.

use super::clean::placeholder;
use super::marks::{Mark, Marks};
use crate::secret::Secrets;

/// Takes secrets out of a sentence about one try, and about a place in its answer where it is about one.
pub(super) fn clean(
    secrets: &Secrets,
    text: &mut String,
    (marks, place): (Option<&Marks>, Option<&str>),
) {
    for mark in marks.into_iter().flat_map(Marks::all) {
        let name = placeholder(secrets, &mark.name, &mark.value);
        let quoted = serde_json::Value::from(mark.value.as_str()).to_string();
        if text.contains(&quoted) {
            *text = text.replace(&quoted, &format!("\"{name}\""));
        }
        if is_about(mark, place) {
            replace_word(text, &mark.value, &name);
        }
    }
    secrets.clean(text);
}

/// Whether a sentence about a place is about a value, or about something that it is a part of.
fn is_about(mark: &Mark, place: Option<&str>) -> bool {
    let Some((way, place)) = mark.way.as_deref().zip(place) else {
        return false;
    };
    let rest = way.strip_prefix(place);
    rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

/// Replaces a value that stands for itself, with no letter or digit around it.
fn replace_word(text: &mut String, value: &str, name: &str) {
    let is_part = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let (mut out, mut done) = (String::new(), 0);
    for (at, _) in text.match_indices(value) {
        let end = at + value.len();
        if is_part(text[..at].chars().next_back()) || is_part(text[end..].chars().next()) {
            continue;
        }
        out.push_str(&text[done..at]);
        out.push_str(name);
        done = end;
    }
    if done > 0 {
        out.push_str(&text[done..]);
        *text = out;
    }
}
