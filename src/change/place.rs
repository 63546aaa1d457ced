//! Where in an exchange something has changed.

use std::fmt;

use super::align::Token;
use crate::json::Pointer;
use crate::snapshot::text::{BODY, HEADERS, REQUEST, STATUS};

/// A place in a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangePlace {
    /// The step as a whole; or the flow, where it was not taken apart.
    Step,
    /// What was asked.
    Request,
    /// The status.
    Status,
    /// A header of the response.
    Header {
        /// Its name in lower case.
        name: String,
    },
    /// A place in the body of the response, as it is shown.
    Body {
        /// The way to it. Numbers are those of the snapshot, which sorts lists whose order means nothing.
        pointer: Pointer,
        /// Which parts of the way are numbers of elements, and no names of members.
        lists: Vec<bool>,
    },
}

impl ChangePlace {
    /// The place at the end of a way, the name of the step left out.
    pub(super) fn of(path: &[Token]) -> Self {
        let name = |token: &Token| match token {
            Token::Name(name) => name.clone(),
            Token::Index(index) => index.to_string(),
        };
        match path {
            [] | [Token::Index(_), ..] => Self::Step,
            [Token::Name(part), rest @ ..] => match (part.as_str(), rest) {
                (REQUEST, _) => Self::Request,
                (STATUS, _) => Self::Status,
                (HEADERS, [header, ..]) => Self::Header { name: name(header) },
                (BODY, rest) => {
                    let tokens = rest.iter().map(|it| unquoted(&name(it)));
                    let pointer = tokens.fold(Pointer::root(), |way, token| way.join(&token));
                    let lists = rest.iter().map(|it| matches!(it, Token::Index(_)));
                    Self::Body {
                        pointer,
                        lists: lists.collect(),
                    }
                }
                _ => Self::Step,
            },
        }
    }

    /// The name of what has changed, in few words: `total`, `items[]`, `header etag`, `status`.
    pub(super) fn subject(&self, step: &str) -> String {
        match self {
            Self::Step if step.is_empty() => "the flow".to_owned(),
            Self::Step => format!("step `{step}`"),
            Self::Request => "request".to_owned(),
            Self::Status => "status".to_owned(),
            Self::Header { name } => format!("header `{name}`"),
            Self::Body { pointer, lists } => match named(pointer, lists) {
                name if name.is_empty() => "body".to_owned(),
                name => format!("`{name}`"),
            },
        }
    }

    /// The place with `*` for every number of an element.
    pub(super) fn pattern(&self) -> Self {
        match self {
            Self::Body { pointer, lists } => Self::Body {
                pointer: pattern(pointer, lists),
                lists: lists.clone(),
            },
            other => other.clone(),
        }
    }
}

impl fmt::Display for ChangePlace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step => out.write_str("step"),
            Self::Request => out.write_str("request"),
            Self::Status => out.write_str("status"),
            Self::Header { name } => write!(out, "header {name}"),
            Self::Body { pointer, .. } => write!(out, "body {}", pointer.as_str()),
        }
    }
}

/// A pointer with `*` for every part that is the number of an element.
fn pattern(pointer: &Pointer, lists: &[bool]) -> Pointer {
    let parts = pointer.tokens().zip(lists);
    parts.fold(Pointer::root(), |way, (token, is_number)| {
        way.join(if *is_number { "*" } else { &token })
    })
}

/// The last name of a pointer, with `[]` for each list between it and the end.
fn named(pointer: &Pointer, lists: &[bool]) -> String {
    let mut inner = String::new();
    let parts: Vec<_> = pointer.tokens().zip(lists).collect();
    for (token, is_number) in parts.into_iter().rev() {
        if !is_number {
            return format!("{token}{inner}");
        }
        inner.push_str("[]");
    }
    inner
}

/// Where a place of an answer stands to that of a change. Which element of a list it is does not count:
/// the snapshot may show them in another order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// It is the same, or stands within it.
    Within,
    /// It is what the other stands in right away.
    Parent,
    /// It is what the other stands in, further up.
    Above,
    /// It is none of these.
    Elsewhere,
}

impl Relation {
    /// How a place stands to that of a change.
    pub(super) fn of(found: &Pointer, pointer: &Pointer, lists: &[bool]) -> Self {
        let found: Vec<_> = found.tokens().collect();
        let own: Vec<_> = pointer.tokens().zip(lists).collect();
        let is_number = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
        let mut both = found.iter().zip(&own);
        if !both.all(|(one, (other, is_list))| one == other || **is_list && is_number(one)) {
            return Self::Elsewhere;
        }
        match own.len().saturating_sub(found.len()) {
            0 => Self::Within,
            1 => Self::Parent,
            _ => Self::Above,
        }
    }
}

/// A name as it is meant; those of JSON are shown in quotes.
pub(super) fn unquoted(name: &str) -> String {
    if name.starts_with('"') {
        serde_json::from_str(name).unwrap_or_else(|_| name.to_owned())
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_names_stay_names() {
        let one = place(&["body", "\"404\"", "3"]);
        assert_eq!(one.pattern().to_string(), "body /404/*");
        assert_eq!(one.subject("list"), "`404[]`");
        let ChangePlace::Body { pointer, lists } = one else {
            unreachable!("it is in the body");
        };
        for (found, relation) in [
            ("/404/7", Relation::Within),
            ("/404/7/x", Relation::Within),
            ("/404", Relation::Parent),
            ("", Relation::Above),
            ("/200/3", Relation::Elsewhere),
            ("/404/x", Relation::Elsewhere),
        ] {
            let found = Pointer::parse(found).expect("a pointer");
            assert_eq!(
                Relation::of(&found, &pointer, &lists),
                relation,
                "{}",
                found.as_str()
            );
        }
    }

    fn place(path: &[&str]) -> ChangePlace {
        let token = |it: &&str| match it.parse() {
            Ok(index) => Token::Index(index),
            Err(_) => Token::Name((*it).to_owned()),
        };
        ChangePlace::of(&path.iter().map(token).collect::<Vec<_>>())
    }

    #[test]
    fn a_way_leads_to_a_place_that_has_a_name() {
        for (path, shown, subject) in [
            (vec![], "step", "step `list`"),
            (vec!["request"], "request", "request"),
            (vec!["status"], "status", "status"),
            (vec!["headers", "etag"], "header etag", "header `etag`"),
            (vec!["body"], "body ", "body"),
            (vec!["body", "3"], "body /3", "`[]`"),
            (vec!["body", "\"a/b\""], "body /a~1b", "`a/b`"),
            (
                vec!["body", "\"items\"", "3", "\"total\""],
                "body /items/3/total",
                "`total`",
            ),
            (vec!["body", "\"m\"", "0", "1"], "body /m/0/1", "`m[][]`"),
        ] {
            let place = place(&path);
            assert_eq!(place.to_string(), shown);
            assert_eq!(place.subject("list"), subject);
        }
    }

    #[test]
    fn numbers_of_elements_do_not_tell_patterns_apart() {
        let one = place(&["body", "\"items\"", "3", "\"4x\""]).pattern();
        assert_eq!(one.to_string(), "body /items/*/4x");
    }
}
