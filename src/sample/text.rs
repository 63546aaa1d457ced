//! Texts of a format, a pattern and a length (`JSON Schema 2020-12 validation §6.3, §7.3`, and the
//! OpenAPI Initiative's format registry).

use serde_json::{Map, Value};

use super::pattern;

/// How long a text is made at most, in characters.
const LENGTH_MAX: usize = 10_000;

/// What is written where a format is asked for. Names and addresses are those that are kept for
/// examples (RFC 2606, RFC 5737, RFC 3849); `#` stands for a digit that makes texts differ.
const FORMATS: &[(&str, &str)] = &[
    ("date-time", "2024-01-02T03:04:0#Z"),
    ("date", "2024-01-0#"),
    ("time", "03:04:0#Z"),
    ("duration", "P#D"),
    ("email", "someone#@example.com"),
    ("idn-email", "someone#@example.com"),
    ("hostname", "host#.example.com"),
    ("idn-hostname", "host#.example.com"),
    ("ipv4", "192.0.2.#"),
    ("ipv6", "2001:db8::#"),
    ("uri", "https://example.com/#"),
    ("uri-reference", "/#"),
    ("iri", "https://example.com/#"),
    ("iri-reference", "/#"),
    ("uri-template", "/things/{id}/#"),
    ("uuid", "00000000-0000-4000-8000-00000000000#"),
    ("json-pointer", "/#"),
    ("relative-json-pointer", "#/a"),
    ("regex", "^a{#}$"),
    ("byte", "bWFk#Q=="),
    ("base64url", "bWFk#Q"),
    ("char", "#"),
];

/// A text that satisfies all the schemas.
pub(super) fn make(schemas: &[&Map<String, Value>], name: &str, salt: usize) -> Option<String> {
    let text_of = |keyword: &str| schemas.iter().find_map(|map| map.get(keyword)?.as_str());
    let counts = |keyword: &'static str| {
        schemas
            .iter()
            .filter_map(move |map| map.get(keyword)?.as_u64())
    };
    let least = usize::try_from(counts("minLength").max().unwrap_or(0)).ok()?;
    let most = counts("maxLength").min().unwrap_or(u64::MAX);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if least > LENGTH_MAX {
        return None;
    }
    if let Some(pattern) = text_of("pattern") {
        return pattern::make(pattern, least, most, salt);
    }
    let known = text_of("format").and_then(|format| FORMATS.iter().find(|(it, _)| *it == format));
    if let Some((_, text)) = known {
        let digit = 1 + salt % 9;
        return Some(text.replace('#', &digit.to_string()));
    }
    let word = if name.is_empty() { "text" } else { name };
    let mut text = match salt {
        0 => word.to_owned(),
        salt => format!("{word}-{salt}"),
    };
    while text.chars().count() < least {
        text.push_str("-more");
    }
    if text.chars().count() <= most {
        return Some(text);
    }
    // Cut at its front, where texts of one array are alike.
    let surplus = text.chars().count() - most;
    Some(text.chars().skip(surplus).collect())
}
