//! Rules that could be made for a value that changes from run to run.

use super::{Change, ChangeClass, ChangeKind, ChangePlace, VolatileDraft};
use crate::json::Pointer;

/// The name of a symbol where nothing better is known.
const NAME_USUAL: &str = "value";

impl VolatileDraft {
    /// The rules that could be made for the value of a change, the best first: they differ in the name
    /// of the symbol. None where it is no single value that has changed.
    pub fn offered(change: &Change) -> Vec<Self> {
        let (own, at, header) = match &change.place {
            _ if change.kind != ChangeKind::Changed => return Vec::new(),
            ChangePlace::Header { name } => (name.clone(), None, Some(name.clone())),
            ChangePlace::Body { pointer, lists } if !pointer.is_root() => {
                (name_of(pointer, lists), Some(query(pointer, lists)), None)
            }
            _ => return Vec::new(),
        };
        let why = match change.judgement.class {
            ChangeClass::Volatile => change.judgement.why.clone(),
            _ => "it changes from run to run".to_owned(),
        };
        let rule = |name: &str| Self {
            at: at.clone(),
            header: header.clone(),
            name: name.to_owned(),
            why: why.clone(),
        };
        let guess = match () {
            () if why.contains("UUID") => "uuid",
            () if why.contains("instant") || why.contains("time") => "time",
            () => "id",
        };
        let mut names = vec![own.as_str()];
        names.extend([guess, NAME_USUAL].into_iter().filter(|it| *it != own));
        names.into_iter().map(rule).collect()
    }
}

impl ChangePlace {
    /// A JSONPath to it, in every element of the lists on the way; none where it is not in the body.
    pub fn query(&self) -> Option<String> {
        match self {
            Self::Body { pointer, lists } => Some(query(pointer, lists)),
            _ => None,
        }
    }
}

/// The last name on the way.
fn name_of(pointer: &Pointer, lists: &[bool]) -> String {
    let parts: Vec<_> = pointer.tokens().zip(lists).collect();
    let mut names = parts
        .into_iter()
        .rev()
        .filter(|(_, is_number)| !**is_number);
    names
        .next()
        .map_or_else(|| NAME_USUAL.to_owned(), |(name, _)| name.into_owned())
}

/// A JSONPath (RFC 9535) to a place, in every element of the lists on the way.
fn query(pointer: &Pointer, lists: &[bool]) -> String {
    let parts = pointer.tokens().zip(lists);
    parts.fold("$".to_owned(), |path, (token, is_number)| {
        let is_word = token
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'_')
            && !token.starts_with(|it: char| it.is_ascii_digit())
            && !token.is_empty();
        match () {
            () if *is_number => path + "[*]",
            () if is_word => path + "." + &token,
            () => path + "[" + &serde_json::Value::from(token.as_ref()).to_string() + "]",
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::FlowChange;
    use crate::json::Path;

    fn offered(old: &str, new: &str) -> Vec<VolatileDraft> {
        let flow = |body: &str| format!("# a\nGET /\n\n200\n\n{body}");
        let change = FlowChange::between(Some(&flow(old)), &flow(new)).expect("a change");
        VolatileDraft::offered(change.changes.last().expect("a change"))
    }

    #[test]
    fn a_rule_finds_the_place_in_every_element() {
        let list = |value: &str| {
            format!("{{\n  \"a-b\": [\n    {{\n      \"c\": {value}\n    }}\n  ]\n}}")
        };
        let rules = offered(&list("1"), &list("2"));
        let names: Vec<&str> = rules.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["c", "id", "value"]);
        let at = rules[0].at.clone().expect("a place");
        assert_eq!(at, "$[\"a-b\"][*].c");
        let body = serde_json::json!({"a-b": [{"c": 1}, {"c": 2}]});
        assert_eq!(Path::parse(&at).expect("a query").query(&body).len(), 2);
    }

    #[test]
    fn a_place_of_the_body_has_a_query() {
        let place = |text: &str, lists: &[bool]| ChangePlace::Body {
            pointer: Pointer::parse(text).expect("a pointer"),
            lists: lists.to_vec(),
        };
        assert_eq!(place("", &[]).query().as_deref(), Some("$"));
        let within = place("/a/0/b c", &[false, true, false]).query();
        assert_eq!(within.as_deref(), Some("$.a[*][\"b c\"]"));
        let named = place("/404", &[false]).query();
        assert_eq!(named.as_deref(), Some("$[\"404\"]"));
        assert_eq!(ChangePlace::Status.query(), None);
    }

    #[test]
    fn a_header_has_a_rule_and_a_whole_body_has_none() {
        let flow = |etag: &str| format!("# a\nGET /\n\n200\netag: {etag}\n\n1");
        let change = FlowChange::between(Some(&flow("1")), &flow("2")).expect("a change");
        let rules = VolatileDraft::offered(&change.changes[0]);
        assert_eq!(rules[0].header.as_deref(), Some("etag"));
        assert_eq!(offered("1", "2"), []);
    }
}
