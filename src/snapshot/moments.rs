//! Times that run backwards.
//!
//! A time has no number, because whether two things happen in one second is chance. What is no chance is
//! its direction: what the same URL says at the same place is never earlier than what it said before, in
//! any run, unless the server is wrong. Where it is, the symbol says so. In a list nothing is said: which
//! element stands where may change.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use jiff::Timestamp;
use serde_json::Value;

use super::found::Pinned;
use super::kind::Kind;
use super::symbols::{EARLIER, Symbols};
use crate::json::Pointer;

/// How deep a body is looked into.
const DEPTH_MAX: usize = 16;
/// How many times are kept of one flow.
const MOMENTS_MAX: usize = 1_000;

/// The latest time of each place that a flow has seen, by the URL that was asked.
#[derive(Debug, Default)]
pub(super) struct Moments(BTreeMap<(String, Pointer), Timestamp>);

impl Moments {
    /// Takes the times of a body in that are symbols, and pins those that are earlier than before.
    pub(super) fn take_in(
        &mut self,
        url: &str,
        body: &Value,
        symbols: &Symbols,
        pinned: &mut Pinned,
    ) {
        let mut found = Vec::new();
        find(body, &mut Vec::new(), symbols, &mut found);
        for (place, moment) in found {
            let key = (url.to_owned(), place);
            match self.0.get(&key) {
                Some(latest) if moment < *latest => {
                    pinned.insert(key.1, format!("\"{EARLIER}\""));
                }
                None if self.0.len() >= MOMENTS_MAX => {}
                _ => drop(self.0.insert(key, moment)),
            }
        }
    }
}

/// The times outside of lists.
fn find<'v>(
    value: &'v Value,
    way: &mut Vec<&'v str>,
    symbols: &Symbols,
    found: &mut Vec<(Pointer, Timestamp)>,
) {
    match value {
        Value::Object(members) if way.len() < DEPTH_MAX => {
            for (name, member) in members {
                way.push(name);
                find(member, way, symbols, found);
                way.pop();
            }
        }
        // Few texts are symbols, and to know that costs little.
        Value::String(text) if symbols.get(text).is_some() && Kind::DateTime.accepts(text) => {
            let place = || way.iter().fold(Pointer::root(), |to, name| to.join(name));
            found.extend(Timestamp::from_str(text).map(|moment| (place(), moment)));
        }
        _ => {}
    }
}
