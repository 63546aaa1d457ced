//! Which of a flow's exchanges are about the same thing: told by their paths, else by the words of their
//! operations and the values that both name.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Recorded;
use super::derive::Rules;
use super::nature::Nature;
use super::noun::speaks_of;
use crate::contract::plain_path;
use crate::json::{Pointer, equal};

/// The largest body that is looked into, in bytes.
const BYTES_MAX: usize = 1024 * 1024;
/// How many values of one body are looked at.
const VALUES_MAX: usize = 5_000;

/// How an exchange is bound to one that changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bond {
    /// Its path is that of the thing, or lies below.
    One,
    /// Its path is one under which the thing is one of many.
    Many,
    /// Its operation speaks of such things, and it names none but this.
    Spoken,
}

/// An exchange, with what it names.
#[derive(Debug)]
pub(super) struct Trace<'r> {
    pub(super) recorded: &'r Recorded,
    pub(super) nature: Nature,
    /// The parts of its path, decoded.
    path: Vec<String>,
    /// Whether its path ends in the name of one thing.
    ends_in_name: bool,
    /// The values that it asks for: of its path, its query and its body.
    asked: BTreeSet<String>,
    /// What was sent, where it is JSON.
    pub(super) sent: Option<Value>,
    /// What was answered, where it is JSON.
    pub(super) answered: Option<Value>,
}

impl<'r> Trace<'r> {
    pub(super) fn of(rules: &Rules, recorded: &'r Recorded) -> Self {
        let operation = &rules.contract.operations[recorded.operation];
        let request = &recorded.exchange.request;
        let (address, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let sent = value(&request.body);
        let variables = operation.path.variables();
        let mut asked: BTreeSet<String> = variables
            .filter_map(|it| operation.path.value_in(address, it))
            .collect();
        let fields = query.split('&').filter_map(|it| it.split_once('='));
        asked.extend(fields.map(|(_, it)| decoded(it)));
        asked.extend(sent.iter().flat_map(texts));
        Self {
            recorded,
            nature: rules.nature(recorded.operation),
            path: path(address),
            ends_in_name: plain_path(operation).ends_with('}'),
            asked,
            sent,
            answered: value(&recorded.exchange.response.body),
        }
    }

    /// Whether it asks the same, as the same caller.
    pub(super) fn asks_as(&self, other: &Self) -> bool {
        let (own, other) = (
            &self.recorded.exchange.request,
            &other.recorded.exchange.request,
        );
        own.method == other.method
            && own.url == other.url
            && own.body == other.body
            && own.caller == other.caller
    }

    /// Whether both have the same path.
    pub(super) fn is_at(&self, other: &Self) -> bool {
        self.path == other.path
    }

    /// Whether its path ends in the name of one thing.
    pub(super) fn is_of_one(&self) -> bool {
        self.ends_in_name
    }

    /// Whether the answer has a body, which may tell how the thing is.
    pub(super) fn tells(&self) -> bool {
        !self.recorded.exchange.response.body.is_empty()
    }

    /// Whether a name stands anywhere in what was sent.
    pub(super) fn mentions(&self, name: &str) -> bool {
        let request = &self.recorded.exchange.request;
        let is_in = |text: &[u8]| memchr::memmem::find(text, name.as_bytes()).is_some();
        is_in(&request.body) || is_in(request.url.as_bytes())
    }

    /// The values that its thing may be named by: those that were sent, and those that came back.
    fn names(&self) -> BTreeSet<String> {
        let mut names = self.asked.clone();
        names.extend(self.answered.iter().flat_map(texts));
        names
    }

    /// The path that an answer names as that of what was made.
    fn located(&self) -> Option<Vec<String>> {
        let location = self.recorded.exchange.response.headers.first("location")?;
        let asked = url::Url::parse(&self.recorded.exchange.request.url).ok()?;
        let place = asked.join(location.trim()).ok()?;
        Some(path(place.as_str().split('?').next()?))
    }
}

/// The exchanges of a flow, and which of them are about the same thing.
#[derive(Debug)]
pub(super) struct Traces<'r> {
    pub(super) all: Vec<Trace<'r>>,
    /// Which operations speak of which, by their places.
    spoken: BTreeMap<(usize, usize), bool>,
}

impl<'r> Traces<'r> {
    pub(super) fn of(rules: &Rules, exchanges: &'r [Recorded]) -> Self {
        let all: Vec<Trace<'r>> = exchanges.iter().map(|it| Trace::of(rules, it)).collect();
        let own: BTreeSet<usize> = exchanges.iter().map(|it| it.operation).collect();
        let pairs = own
            .iter()
            .flat_map(|one| own.iter().map(move |other| (*one, *other)));
        let operations = &rules.contract.operations;
        let speaks = |one: &usize, other: &usize| {
            speaks_of(&rules.contract, &operations[*one], &operations[*other])
        };
        let spoken = pairs.map(|(one, other)| ((one, other), speaks(&one, &other)));
        let spoken = spoken.collect();
        Self { all, spoken }
    }

    /// How an exchange is about the thing that another one changed; none where it is about something else.
    pub(super) fn bond(&self, change: usize, other: usize) -> Option<Bond> {
        let (change, other) = (&self.all[change], &self.all[other]);
        if change.path.len() > other.path.len() && change.path.starts_with(&other.path) {
            return Some(Bond::Many);
        }
        if change.path == other.path {
            let bond = if other.ends_in_name {
                Bond::One
            } else {
                Bond::Many
            };
            return Some(bond);
        }
        if change
            .located()
            .is_some_and(|it| other.path.starts_with(&it))
        {
            return Some(Bond::One);
        }
        if other.path.starts_with(&change.path) {
            let name = &other.path[change.path.len()];
            let is_it = change.ends_in_name || change.names().contains(name);
            return is_it.then_some(Bond::One);
        }
        let operations = (other.recorded.operation, change.recorded.operation);
        let speaks = self.spoken.get(&operations).copied().unwrap_or(false);
        let names_it = || {
            let names = change.names();
            other.asked.is_empty() || other.asked.iter().any(|it| names.contains(it))
        };
        (speaks && names_it()).then_some(Bond::Spoken)
    }
}

/// The objects within a value that agree with what was sent, as far as they have the same members, and agree
/// in at least one of them; the outer ones alone.
pub(super) fn twins(value: &Value, sent: &Value) -> Vec<Pointer> {
    let mut found = Vec::new();
    let mut open = vec![(Pointer::root(), value)];
    let mut seen = 0_usize;
    while let Some((place, value)) = open.pop() {
        seen += 1;
        if seen > VALUES_MAX {
            break;
        }
        match value {
            Value::Object(members) => {
                if agreement(value, sent).is_some_and(|it| it > 0) {
                    found.push(place);
                    continue;
                }
                let members = members.iter();
                open.extend(members.rev().map(|(name, it)| (place.join(name), it)));
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                open.extend(items.rev().map(|(number, it)| (place.index(number), it)));
            }
            _ => {}
        }
    }
    found
}

/// In how many members two objects agree; none where they differ in one.
fn agreement(one: &Value, sent: &Value) -> Option<usize> {
    let (Value::Object(one), Value::Object(sent)) = (one, sent) else {
        return Some(0);
    };
    let mut agreed = 0;
    for (name, sent) in sent {
        match (one.get(name), sent) {
            (Some(own @ Value::Object(_)), Value::Object(_)) => agreed += agreement(own, sent)?,
            (None, _) | (Some(Value::Array(_)), Value::Array(_)) => {}
            (Some(own), sent) => {
                equal(own, sent).then_some(())?;
                agreed += 1;
            }
        }
    }
    Some(agreed)
}

fn value(body: &[u8]) -> Option<Value> {
    (body.len() <= BYTES_MAX).then_some(())?;
    serde_json::from_slice(body).ok()
}

/// The texts and whole numbers within a value.
fn texts(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Number(number) if number.is_i64() => found.push(number.to_string()),
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
        if found.len() >= VALUES_MAX {
            break;
        }
    }
    found.retain(|it| !it.is_empty());
    found
}

fn path(address: &str) -> Vec<String> {
    let (_, rest) = address.split_once("://").unwrap_or(("", address));
    let (_, path) = rest.split_once('/').unwrap_or((rest, ""));
    let parts = path.split('/').filter(|it| !it.is_empty());
    parts.map(decoded).collect()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
