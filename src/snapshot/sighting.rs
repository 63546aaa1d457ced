//! Which values of a response become symbols, and by which name.
//!
//! In this order, so that the most telling name wins: what a rule of the user names; what a step hands
//! on; what has the format of a time or an identifier; a text that is `readOnly`; and the last part of
//! a URL of the second and fourth kind, whose other parts tell the reader something. Never: what the
//! client said before, what the contract lists, and what is too short to be known again. A plain word
//! such as `RUNNING`, or a sentence, is more likely a state or a message than an identifier, and hiding
//! it would hide the fault that a snapshot is there to show; so it must be an output that a later
//! request sends.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::client::Sent;
use super::kind::Kind;
use super::places::{Place, Places};
use super::rules::{At, SnapshotSettings};
use super::symbols::{Symbols, WHOLE_MIN, clean_name, label};
use crate::json::{self, Path, Pointer};
use crate::scenario::{Call, Expression, Part, Payload, Root, Scenario, SnapshotLevel};
use crate::transcript::{Attempt, StepRecord};

/// The shortest number that is known again, in characters; counts and codes are shorter.
const NUMBER_MIN: usize = 5;

/// The headers whose value is a date (`RFC 9110 §5.6.7`, `RFC 9111 §5.3`).
const DATE_HEADERS: [&str; 4] = ["date", "expires", "last-modified", "retry-after"];

/// The values of one response that a rule names and that are too short to be known again: each has its
/// stand-in at its place alone, and no number.
#[derive(Debug, Default)]
pub(super) struct Pinned {
    /// Places in the body.
    pub(super) body: BTreeMap<Pointer, String>,
    /// Headers, by their name in lower case.
    pub(super) headers: BTreeMap<String, String>,
}

/// One response with what the contract says of it.
pub(super) struct Sight<'t> {
    /// The step.
    pub(super) record: &'t StepRecord,
    /// Its last try.
    pub(super) attempt: &'t Attempt,
    /// What the contract says of the body.
    pub(super) body: Option<Arc<Places>>,
    /// What it says of headers, by their name in lower case.
    pub(super) headers: Vec<(String, Arc<Places>)>,
}

impl Sight<'_> {
    /// Adds the values of this response to the table.
    ///
    /// Where the body is not shown as it is, only what the step hands on is added: how many other
    /// values there are may differ from run to run, and with them the numbers of all that follow.
    pub(super) fn take_in(
        &self,
        settings: &SnapshotSettings,
        sent: &Sent,
        symbols: &mut Symbols,
    ) -> Pinned {
        let mut pinned = Pinned::default();
        if symbols.is_full() {
            return pinned;
        }
        let exact = self.record.definition().snapshot == SnapshotLevel::Exact;
        if exact {
            self.take_rules(settings, symbols, &mut pinned);
        }
        let mut addresses = Vec::new();
        self.take_outputs(sent, symbols, &mut addresses);
        if exact {
            self.take_headers(sent, symbols);
            self.take_body(sent, symbols, &mut addresses);
        }
        for (name, text) in addresses {
            if let Some(part) = last_part(&text)
                && !sent.has(&part)
            {
                symbols.add(&part, &name, None);
            }
        }
        pinned
    }

    fn take_rules(&self, settings: &SnapshotSettings, symbols: &mut Symbols, pinned: &mut Pinned) {
        let operation = self.record.definition().call.operation();
        let operation = operation.map(|(_, operation)| operation.id.as_str());
        for rule in settings
            .volatile
            .iter()
            .filter(|rule| rule.is_for(operation))
        {
            match &rule.at {
                At::Header(header) => self.take_ruled_header(header, &rule.name, symbols, pinned),
                At::Body(path) => self.take_ruled_body(path, &rule.name, symbols, pinned),
            }
        }
    }

    fn take_ruled_header(
        &self,
        header: &str,
        name: &str,
        symbols: &mut Symbols,
        pinned: &mut Pinned,
    ) {
        let header = header.to_ascii_lowercase();
        let place = self
            .header_places(&header)
            .and_then(|it| it.at(&Pointer::root()));
        for value in self.attempt.exchange.response.headers.all(&header) {
            let Ok(kind) = kind_at(place, &value) else {
                continue;
            };
            if value.len() >= WHOLE_MIN {
                symbols.add(&value, name, kind);
            } else if !value.is_empty() {
                pinned
                    .headers
                    .insert(header.clone(), label(&clean_name(name), kind));
            }
        }
    }

    fn take_ruled_body(&self, path: &Path, name: &str, symbols: &mut Symbols, pinned: &mut Pinned) {
        let Some(body) = self.attempt.received.json() else {
            return;
        };
        let mut places = path.locate(body);
        places.sort_by_cached_key(|place| order_of(place, symbols));
        for place in places {
            let kind = match place.lookup(body) {
                // That nothing is there is worth showing.
                None | Some(Value::Null) => continue,
                Some(Value::String(text)) => match kind_at(self.place(&place), text) {
                    Ok(kind) => kind,
                    Err(()) => continue,
                },
                Some(other) => Some(Kind::Json(json::kind(other))),
            };
            match place.lookup(body).and_then(text_of) {
                Some(text) => symbols.add(&text, name, kind),
                None => {
                    pinned
                        .body
                        .entry(place)
                        .or_insert_with(|| label(&clean_name(name), kind));
                }
            }
        }
    }

    fn take_outputs(
        &self,
        sent: &Sent,
        symbols: &mut Symbols,
        addresses: &mut Vec<(String, String)>,
    ) {
        let step = self.record.definition();
        for (name, expression) in &step.outputs {
            let Some((text, kind)) = self.output(expression) else {
                continue;
            };
            if sent.has(&text) {
                continue;
            }
            if is_address(&text) {
                addresses.push((name.clone(), text));
            } else if kind.is_some()
                || !is_prose(&text)
                || sends(&self.record.scenario, &step.id, name)
            {
                symbols.add(&text, name, kind);
            }
        }
    }

    /// The value that an output reads from the response, when it may become a symbol.
    fn output(&self, expression: &Expression) -> Option<(String, Option<Kind>)> {
        let (place, value) = match &expression.root {
            Root::Response(Part::Body) => {
                let value = expression.pointer.lookup(self.attempt.received.json()?)?;
                (self.place(&expression.pointer), value.clone())
            }
            Root::Response(Part::Header(name)) => {
                let name = name.to_ascii_lowercase();
                let text = self.attempt.exchange.response.headers.first(&name)?;
                let places = self.header_places(&name);
                (
                    places.and_then(|it| it.at(&Pointer::root())),
                    Value::from(text.as_ref()),
                )
            }
            _ => return None,
        };
        let text = text_of(&value)?;
        if place.is_some_and(|place| place.lists(&text)) {
            return None;
        }
        match &value {
            Value::String(text) => Some((text.clone(), kind_at(place, text).ok()?)),
            _ => Some((text, Some(Kind::Json(json::kind(&value))))),
        }
    }

    fn take_headers(&self, sent: &Sent, symbols: &mut Symbols) {
        let headers = &self.attempt.exchange.response.headers;
        for (name, places) in &self.headers {
            for value in headers.all(name) {
                let value = Value::from(value.as_ref());
                for (place, _, text) in places.walk(&value, symbols) {
                    take_told(place, name, text, sent, symbols);
                }
            }
        }
        for name in DATE_HEADERS {
            for value in headers
                .all(name)
                .filter(|value| Kind::HttpDate.accepts(value))
            {
                if !sent.has(&value) {
                    symbols.add(&value, "time", Some(Kind::HttpDate));
                }
            }
        }
    }

    fn take_body(&self, sent: &Sent, symbols: &mut Symbols, addresses: &mut Vec<(String, String)>) {
        let (Some(places), Some(body)) = (&self.body, self.attempt.received.json()) else {
            return;
        };
        let found = places.walk(body, symbols);
        // Formats first: their kind is known, and a `readOnly` text may be the same value.
        for (place, name, text) in found.iter().filter(|(place, ..)| !place.kinds.is_empty()) {
            take_told(place, name, text, sent, symbols);
        }
        for (place, name, text) in found.iter().filter(|(place, ..)| place.kinds.is_empty()) {
            if is_address(text) {
                addresses.push(((*name).to_owned(), (*text).to_owned()));
            } else {
                take_told(place, name, text, sent, symbols);
            }
        }
    }

    fn place(&self, pointer: &Pointer) -> Option<&Place> {
        self.body.as_ref()?.at(pointer)
    }

    fn header_places(&self, name: &str) -> Option<&Places> {
        self.headers
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, places)| places.as_ref())
    }
}

/// Takes in a text of which the contract tells something.
fn take_told(place: &Place, member: &str, text: &str, sent: &Sent, symbols: &mut Symbols) {
    let Ok(kind) = place.kind_of(text) else {
        return;
    };
    let name = match kind.and_then(Kind::symbol_name) {
        Some(name) => name,
        None if place.read_only && (kind.is_some() || !is_prose(text)) => member,
        None => return,
    };
    if symbols.is_full() || symbols.get(text).is_some() || place.lists(text) || sent.has(text) {
        return;
    }
    symbols.add(text, name, kind);
}

fn kind_at(place: Option<&Place>, text: &str) -> Result<Option<Kind>, ()> {
    place.map_or(Ok(None), |place| place.kind_of(text))
}

/// The text by which a value is known again; none when it is too short, or no text or number.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.len() >= WHOLE_MIN => Some(text.clone()),
        Value::Number(number) if number.as_str().len() >= NUMBER_MIN => Some(number.to_string()),
        _ => None,
    }
}

/// Whether a text reads like a word or a sentence: it has white space, or nothing but letters and what
/// joins words.
fn is_prose(text: &str) -> bool {
    text.contains(char::is_whitespace)
        || text
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '-' | '_' | '.'))
}

fn is_address(text: &str) -> bool {
    text.starts_with('/') || text.contains("://")
}

/// The last part of the path of a URL, as it reads when it is decoded.
fn last_part(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next()?;
    let after_scheme = path.split_once("://").map_or(path, |(_, rest)| rest);
    let (_, last) = after_scheme.trim_end_matches('/').rsplit_once('/')?;
    let decoded = percent_encoding::percent_decode_str(last)
        .decode_utf8()
        .ok()?;
    let is_number = decoded.bytes().all(|byte| byte.is_ascii_digit());
    let length = if is_number { NUMBER_MIN } else { WHOLE_MIN };
    (decoded.len() >= length && !is_prose(&decoded)).then(|| decoded.into_owned())
}

/// Whether a flow sends an output of one of its steps in a request, or hands it on.
fn sends(scenario: &Scenario, step: &str, output: &str) -> bool {
    let is_it = |expression: &Expression| match &expression.root {
        Root::StepOutput { step: from, name } => from == step && name == output,
        _ => false,
    };
    let in_payload = |payload: &Payload| payload.expressions().into_iter().any(is_it);
    let in_call = |call: &Call| match call {
        Call::Operation {
            arguments, body, ..
        } => {
            arguments.iter().any(|argument| in_payload(&argument.value))
                || body.iter().any(|body| {
                    in_payload(&body.payload)
                        || body.replacements.iter().any(|it| in_payload(&it.value))
                })
        }
        Call::Workflow { inputs, .. } => inputs.iter().any(|(_, payload)| in_payload(payload)),
    };
    scenario.steps.iter().any(|step| in_call(&step.call))
        || scenario
            .outputs
            .iter()
            .any(|(_, expression)| is_it(expression))
}

/// A part of a place, in the order in which the snapshot shows members and elements.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Element(usize),
    Member(String),
}

fn order_of(place: &Pointer, symbols: &Symbols) -> Vec<Token> {
    let token = |token: &str| match token.parse() {
        Ok(index) => Token::Element(index),
        Err(_) => Token::Member(
            symbols
                .substituted(token)
                .unwrap_or_else(|| token.to_owned()),
        ),
    };
    place.tokens().map(|it| token(&it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_identifiers() {
        for text in [
            "RUNNING",
            "IN_PROGRESS",
            "not found",
            "try 2 of 3",
            "日本",
            "",
        ] {
            assert!(is_prose(text), "{text}");
        }
        for text in ["v1", "a/b", "g221201-1902", "x=y"] {
            assert!(!is_prose(text), "{text}");
        }
    }

    #[test]
    fn the_last_part_of_an_address_is_what_was_made() {
        for (address, expected) in [
            ("/apps/x/rel-4711", Some("rel-4711")),
            ("http://h:1/apps/rel%2B471?x=1#y", Some("rel+471")),
            ("/apps/rel-4711/", Some("rel-4711")),
            ("/apps/12345", Some("12345")),
            ("/apps/1234", None),
            ("/apps/releases", None),
            ("http://host-1234", None),
            ("/", None),
            ("", None),
            ("/a/%ff%ff%ff%ff", None),
        ] {
            assert_eq!(last_part(address).as_deref(), expected, "{address}");
        }
    }
}
