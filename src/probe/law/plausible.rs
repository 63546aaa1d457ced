//! Whether times that a server made can be: neither later than its own clock nor from before there were any.
//!
//! What time it is says the answer itself, in its field `Date` (`RFC 9110 §6.6.1`): no clock of ours is
//! needed, and a server on another day is right by its own.

use jiff::{SignedDuration, Timestamp, civil};
use serde_json::Value;

use crate::check::law;
use crate::contract::Operation;
use crate::json::Pointer;
use crate::probe::around::{Around, body, fact};
use crate::probe::asker::Asker;
use crate::probe::likeness::{Writable, time_of};
use crate::world::Pending;

/// How much later than its own clock a server may say that something was: zones are confused easily.
const LATE_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How deep in an answer times are looked for.
const DEPTH_MAX: usize = 8;
/// How many times of one answer are looked at.
const TIMES_MAX: usize = 200;
/// How names begin that say when something was made, without what stands between words.
const MADE: [&str; 6] = [
    "created",
    "creationtime",
    "creationdate",
    "createtime",
    "ctime",
    "registeredat",
];
/// The same for when it was changed.
const CHANGED: [&str; 10] = [
    "updated",
    "updatetime",
    "modified",
    "modificationtime",
    "changed",
    "lastupdated",
    "lastupdatetime",
    "lastmodified",
    "lastchanged",
    "mtime",
];
/// What stands in names of times that may lie ahead.
const AHEAD: [&str; 13] = [
    "expir", "until", "valid", "end", "due", "next", "sched", "deadline", "renew", "planned",
    "before", "window", "allowed",
];

/// A time in an answer.
struct Told {
    place: Pointer,
    time: Timestamp,
    text: String,
}

/// `times-are-plausible`
pub(super) fn times_are_plausible<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        let date = around.exchange().response.headers.first("date");
        let Some(date) = date.filter(|_| around.is_done()) else {
            return;
        };
        let Ok(now) = jiff::fmt::rfc2822::parse(date.trim()) else {
            return;
        };
        let latest = now.timestamp().saturating_add(LATE_MAX);
        let Ok(latest) = latest else { return };
        for told in suspects(around, latest) {
            let (message, expected) = if told.time > latest {
                let expected = format!("no later than {date}, which is its Date, and a day");
                ("a time lies ahead that is said to be over", expected)
            } else {
                let expected = "a time at which there was something".to_owned();
                ("a time is none: it was never set", expected)
            };
            let said = (expected, told.text);
            let fact = fact(message, body(&told.place), said, around.operation);
            asker.accuse_step(&law::TIMES_ARE_PLAUSIBLE, around.record, fact);
        }
    })
}

/// The times that cannot be, and that nobody but the server has written.
fn suspects(around: &Around<'_>, latest: Timestamp) -> Vec<Told> {
    let Some(answered) = around.answered() else {
        return Vec::new();
    };
    let mut gathered = Vec::new();
    gather(answered, &Pointer::root(), &mut gathered);
    gathered.retain(|it| it.cannot_be(latest) && !is_sent(around, &it.text));
    if gathered.is_empty() {
        return gathered;
    }
    // Looked at last: that takes time, and hardly any time is suspect.
    let contract = around.contract;
    let documented = around.operation.response(around.status());
    let mut schemas = documented.into_iter().flat_map(|it| &it.content);
    let schema = schemas.find_map(|it| it.schema.as_ref());
    let outline = schema.map(|it| it.outline(contract).root());
    let operations = contract.operations.iter();
    let writes = |it: &&Operation| it.request_body.is_some();
    let written = Writable::of(contract, operations.filter(writes)).names();
    gathered.retain(|it| {
        let spot = outline.as_ref().and_then(|spot| spot.at(&it.place).ok());
        let name = it.place.last().unwrap_or_default();
        // What no client can write, or none of this name.
        spot.is_some_and(|spot| spot.is_read_only()) || !written.contains(name.as_ref())
    });
    gathered
}

impl Told {
    /// Whether it is later than the latest that may be, or the time at which it was made was never set.
    fn cannot_be(&self, latest: Timestamp) -> bool {
        let name: String = self
            .place
            .last()
            .unwrap_or_default()
            .chars()
            .filter(|it| it.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        let begins = |words: &[&str]| words.iter().any(|it| name.starts_with(it));
        let (is_made, is_changed) = (begins(&MADE), begins(&CHANGED));
        let is_ahead = AHEAD.iter().any(|it| name.contains(it)) || name.ends_with("by");
        let is_over = (is_made || is_changed) && !is_ahead && self.time > latest;
        // What is there was made once; that it was never changed, used or deleted some servers say by a zero.
        is_over || is_made && is_zero(self.time)
    }
}

/// Whether a time is the zero of some way to count.
fn is_zero(time: Timestamp) -> bool {
    let zeros = [
        civil::date(1, 1, 1),
        civil::date(1900, 1, 1),
        civil::date(1970, 1, 1),
    ];
    let time = time.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    zeros.iter().any(|it| it.at(0, 0, 0, 0) == time)
}

/// Whether a client has sent this text with the request.
fn is_sent(around: &Around<'_>, text: &str) -> bool {
    let request = &around.exchange().request;
    let is_in = |bytes: &[u8]| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    is_in(&request.body) || is_in(request.url.as_bytes())
}

/// The times within a value.
fn gather(value: &Value, place: &Pointer, found: &mut Vec<Told>) {
    if place.tokens().count() > DEPTH_MAX || found.len() >= TIMES_MAX {
        return;
    }
    match value {
        Value::Object(members) => {
            for (name, it) in members {
                gather(it, &place.join(name), found);
            }
        }
        Value::Array(items) => {
            for (number, it) in items.iter().enumerate() {
                gather(it, &place.index(number), found);
            }
        }
        Value::String(text) => found.extend(time_of(value).map(|time| Told {
            place: place.clone(),
            time,
            text: text.clone(),
        })),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
