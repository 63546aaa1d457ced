//! Which values of a response become symbols, and by which name.
//!
//! Their place decides, never how they read: a server that draws `abcdef` today and `a1c2e3` tomorrow
//! must give the same text. In this order, so that the most telling name wins: what a rule of the user
//! names; an output of a step that a request sends or the workflow hands on, and one that is a text and
//! that another step's criterion reads; what has the format of a time or an identifier; a text that is
//! `readOnly`; and the last part of a URL of the second and fourth kind, whose other parts tell the
//! reader something. Never: what the client said before, what the contract lists or writes out in a
//! path, booleans, null and the empty text.
//!
//! How long a value is says only where else it is known again: a short one at places of the same name
//! (and in the part of a URL where a step sends it), a longer one everywhere.

use std::sync::Arc;

use serde_json::Value;

use super::client::Sent;
use super::found::{Found, NUMBER_MIN, Pinned, member_of, pin_at};
use super::kind::Kind;
use super::outputs::{compares, known_at, sends, step_output};
use super::places::{Place, Places};
use super::rules::{SnapshotSettings, is_for};
use super::symbols::{Symbols, WHOLE_MIN, clean_name, label};
use super::unordered;
use crate::contract::Segment;
use crate::json::{self, Path, Pointer};
use crate::scenario::{At, Expression, Part, Root, SnapshotLevel};
use crate::transcript::{Attempt, StepRecord};

/// The headers whose value is a URL (`RFC 9110 §8.7`, `§10.2.2`).
pub(super) const ADDRESS_HEADERS: [&str; 2] = ["content-location", "location"];

/// The headers whose value is a date (`RFC 9110 §5.6.7`, `RFC 9111 §5.3`).
const DATE_HEADERS: [&str; 4] = ["date", "expires", "last-modified", "retry-after"];

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

/// What was taken in of a response, for whoever shows it.
pub(super) struct Taken {
    /// The places of the body, as it is shown, that have a stand-in by themselves.
    pub(super) pinned: Pinned,
    /// The body, where it is shown in another order than it came.
    pub(super) sorted: Option<Value>,
}

/// The largest body in which arrays are sorted, in bytes. What is longer is shown in the order in which
/// it came.
const SORTED_BYTES_MAX: usize = 4 * 1024 * 1024;

impl Sight<'_> {
    /// Adds the values of this response to the table.
    ///
    /// Where the body is not shown as it is, only what the step hands on is added: how many other
    /// values there are may differ from run to run, and with them the numbers of all that follow.
    pub(super) fn take_in(
        &self,
        settings: &SnapshotSettings,
        sent: &Sent<'_>,
        symbols: &mut Symbols,
    ) -> Taken {
        let mut taken = Taken {
            pinned: Pinned::new(),
            sorted: self.sort(settings, sent, symbols),
        };
        let body = taken.sorted.as_ref().or(self.attempt.received.json());
        self.take_values(body, (settings, sent), symbols, &mut taken.pinned);
        if let Some(body) = body.filter(|_| self.is_exact()) {
            pin_placed(body, symbols, &mut taken.pinned);
        }
        taken
    }

    /// The body with the arrays sorted whose order means nothing; none where there is nothing to sort.
    fn sort(
        &self,
        settings: &SnapshotSettings,
        sent: &Sent<'_>,
        symbols: &Symbols,
    ) -> Option<Value> {
        let body = self.attempt.received.json()?;
        let rules = &self.record.definition().snapshot.unordered;
        let is_small = self.attempt.received.bytes.len() <= SORTED_BYTES_MAX;
        let arrays = unordered::find(rules, body);
        if arrays.is_empty() || !self.is_exact() || !is_small {
            return None;
        }
        // Which values become symbols does not hang on their order; by which number does.
        let mut tried = symbols.clone();
        let mut pinned = Pinned::new();
        self.take_values(Some(body), (settings, sent), &mut tried, &mut pinned);
        tried.blank_after(symbols);
        pin_placed(body, &tried, &mut pinned);
        Some(unordered::sort(body, &arrays, &tried, &pinned))
    }

    fn is_exact(&self) -> bool {
        self.record.definition().snapshot.body == SnapshotLevel::Exact
    }

    fn take_values(
        &self,
        body: Option<&Value>,
        (settings, sent): (&SnapshotSettings, &Sent<'_>),
        symbols: &mut Symbols,
        pinned: &mut Pinned,
    ) {
        if symbols.is_full() {
            return;
        }
        let exact = self.is_exact();
        if exact {
            self.take_rules(body, settings, symbols, pinned);
        }
        let mut addresses = Vec::new();
        self.take_outputs(sent, symbols, &mut addresses);
        if exact {
            self.take_headers(sent, symbols);
            self.take_body(body, sent, symbols, &mut addresses);
        }
        for (name, text) in addresses {
            if let Some(part) = last_part(&text)
                && symbols.get(&part).is_none()
                && !self.writes_out(&part)
                && !sent.has(&part)
            {
                symbols.add(&part, &name, None);
            }
        }
    }

    /// What the scenario says of its step comes before what is said of the API.
    fn take_rules(
        &self,
        body: Option<&Value>,
        settings: &SnapshotSettings,
        symbols: &mut Symbols,
        pinned: &mut Pinned,
    ) {
        let step = self.record.definition();
        let operation = step.call.operation().map(|(_, it)| it.id.as_str());
        let of_api = settings.volatile.iter().filter(|it| is_for(it, operation));
        for rule in step.snapshot.volatile.iter().chain(of_api) {
            match (&rule.at, body) {
                (At::Header(header), _) => self.take_ruled_header(header, &rule.name, symbols),
                (At::Body(path), Some(body)) => {
                    self.take_ruled_body((body, path), &rule.name, symbols, pinned);
                }
                (At::Body(_), None) => {}
            }
        }
    }

    fn take_ruled_header(&self, header: &str, name: &str, symbols: &mut Symbols) {
        let header = header.to_ascii_lowercase();
        let place = self
            .header_places(&header)
            .and_then(|it| it.at(&Pointer::root()));
        for value in self.attempt.exchange.response.headers.all(&header) {
            let Ok(kind) = kind_at(place, &value) else {
                continue;
            };
            let found = Found {
                text: &value,
                is_number: false,
                places: &[&header],
                name,
                kind,
            };
            found.add(symbols);
        }
    }

    fn take_ruled_body(
        &self,
        (body, path): (&Value, &Path),
        name: &str,
        symbols: &mut Symbols,
        pinned: &mut Pinned,
    ) {
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
                Some((text, is_number)) => {
                    let found = Found {
                        text: &text,
                        is_number,
                        places: &[&member_of(&place, body)],
                        name,
                        kind,
                    };
                    found.add(symbols);
                }
                None => {
                    pinned
                        .entry(place)
                        .or_insert_with(|| label(&clean_name(name), kind));
                }
            }
        }
    }

    fn take_outputs(
        &self,
        sent: &Sent<'_>,
        symbols: &mut Symbols,
        addresses: &mut Vec<(String, String)>,
    ) {
        let step = self.record.definition();
        for (name, expression) in &step.outputs {
            let Some(output) = self.output(expression) else {
                continue;
            };
            let scenario = &self.record.scenario;
            let is_told = output.kind.is_some() && !output.is_number;
            let is_used = sends(scenario, &step.id, name)
                || (!output.is_number && compares(scenario, &step.id, name));
            if !is_told && !is_used {
                continue;
            }
            if output.is_address {
                if !sent.has(&output.text) {
                    addresses.push((name.clone(), output.text));
                }
                continue;
            }
            let own = step_output(&step.id, name);
            let found = Found {
                text: &output.text,
                is_number: output.is_number,
                places: &known_at(expression, [&output.member, &own, name]),
                name,
                kind: output.kind,
            };
            found.add_unless(sent, symbols);
        }
    }

    /// The value that an output reads from the response, when it may become a symbol.
    fn output(&self, expression: &Expression) -> Option<Output> {
        let (place, value, member, is_url) = match &expression.root {
            Root::Response(Part::Body) => {
                let body = self.attempt.received.json()?;
                let pointer = expression.place_in(body)?;
                let value = pointer.lookup(body)?;
                let place = self.place(&pointer);
                let member = member_of(&pointer, body);
                (place, value.clone(), member, false)
            }
            Root::Response(Part::Header(name)) => {
                let name = name.to_ascii_lowercase();
                let text = self.attempt.exchange.response.headers.first(&name)?;
                let value = Value::from(text.as_ref());
                if let Some(query) = &expression.query {
                    // A part of the text is no address and has no place of its own.
                    (None, query.find(&value)?, name, false)
                } else {
                    let place = self
                        .header_places(&name)
                        .and_then(|it| it.at(&Pointer::root()));
                    let is_url = ADDRESS_HEADERS.contains(&name.as_str());
                    (place, value, name, is_url)
                }
            }
            _ => return None,
        };
        let (text, is_number) = text_of(&value)?;
        if place.is_some_and(|place| place.lists(&text)) {
            return None;
        }
        let kind = match &value {
            Value::String(text) => kind_at(place, text).ok()?,
            _ => Some(Kind::Json(json::kind(&value))),
        };
        let is_url = is_url || place.is_some_and(|place| place.address);
        Some(Output {
            is_address: !is_number && is_address(&text, is_url),
            text,
            is_number,
            kind,
            member,
        })
    }

    fn take_headers(&self, sent: &Sent<'_>, symbols: &mut Symbols) {
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
            for value in headers.all(name) {
                // Answers of the same second have the same date.
                let is_new = symbols.get(&value).is_none() && Kind::HttpDate.accepts(&value);
                if is_new && !sent.has(&value) {
                    symbols.add(&value, "time", Some(Kind::HttpDate));
                }
            }
        }
    }

    fn take_body(
        &self,
        body: Option<&Value>,
        sent: &Sent<'_>,
        symbols: &mut Symbols,
        addresses: &mut Vec<(String, String)>,
    ) {
        let (Some(places), Some(body)) = (&self.body, body) else {
            return;
        };
        let found = places.walk(body, symbols);
        // Formats first: their kind is known, and a `readOnly` text may be the same value.
        for (place, name, text) in found.iter().filter(|(place, ..)| !place.kinds.is_empty()) {
            take_told(place, name, text, sent, symbols);
        }
        for (place, name, text) in found.iter().filter(|(place, ..)| place.kinds.is_empty()) {
            if is_address(text, place.address) {
                addresses.push(((*name).to_owned(), (*text).to_owned()));
            } else {
                take_told(place, name, text, sent, symbols);
            }
        }
    }

    /// Whether the contract writes this out in a path: then it is no value.
    fn writes_out(&self, part: &str) -> bool {
        let Some((contract, _)) = self.record.definition().call.operation() else {
            return false;
        };
        let segments = contract
            .operations
            .iter()
            .flat_map(|operation| operation.path.segments());
        segments
            .filter_map(|segment| match segment {
                Segment::Literal(text) => Some(text),
                Segment::Variable(_) => None,
            })
            .any(|text| text.split('/').any(|it| it == part))
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

/// Gives the places of the body that hold a short value, by the name of the member that holds it, what
/// stands for it.
fn pin_placed(body: &Value, symbols: &Symbols, pinned: &mut Pinned) {
    if symbols.has_placed() {
        pin_at(body, "", &Pointer::root(), symbols, pinned);
    }
}

/// Takes in a text of which the contract tells something.
fn take_told(place: &Place, member: &str, text: &str, sent: &Sent<'_>, symbols: &mut Symbols) {
    let Ok(kind) = place.kind_of(text) else {
        return;
    };
    let name = match kind.and_then(Kind::symbol_name) {
        Some(name) => name,
        None if place.read_only => member,
        None => return,
    };
    if symbols.is_full() || place.lists(text) {
        return;
    }
    let found = Found {
        text,
        is_number: false,
        places: &[member],
        name,
        kind,
    };
    found.add_unless(sent, symbols);
}

/// What a step's output reads from a response.
struct Output {
    text: String,
    is_number: bool,
    is_address: bool,
    kind: Option<Kind>,
    /// The member or header that holds it.
    member: String,
}

fn kind_at(place: Option<&Place>, text: &str) -> Result<Option<Kind>, ()> {
    place.map_or(Ok(None), |place| place.kind_of(text))
}

/// The text by which a value is known again, and whether it is a number; none for anything else.
fn text_of(value: &Value) -> Option<(String, bool)> {
    match value {
        Value::String(text) => Some((text.clone(), false)),
        Value::Number(number) => Some((number.to_string(), true)),
        _ => None,
    }
}

/// Whether a text is a URL. A path is one only where the place says so: a token may begin with a slash
/// by chance.
fn is_address(text: &str, is_url: bool) -> bool {
    text.contains("://") || (is_url && text.starts_with('/'))
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
    (decoded.len() >= length).then(|| decoded.into_owned())
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
    fn a_path_is_a_url_only_where_the_place_says_so() {
        assert!(is_address("http://h/x", false) && is_address("/x", true));
        assert!(!is_address("/9zA+", false) && !is_address("x", true));
    }

    #[test]
    fn the_last_part_of_an_address_is_what_was_made() {
        for (address, expected) in [
            ("/apps/x/rel-4711", Some("rel-4711")),
            ("http://h:1/apps/rel%2B471?x=1#y", Some("rel+471")),
            ("/apps/rel-4711/", Some("rel-4711")),
            ("/apps/12345", Some("12345")),
            ("/apps/1234", None),
            ("/apps/brave-otter", Some("brave-otter")),
            ("http://host-1234", None),
            ("/", None),
            ("", None),
            ("/a/%ff%ff%ff%ff", None),
        ] {
            assert_eq!(last_part(address).as_deref(), expected, "{address}");
        }
    }
}
