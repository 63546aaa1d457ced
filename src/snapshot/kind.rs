//! The kinds of value that a symbol may vouch for: a symbol says its kind only when the value that it
//! stands for is of that kind.
//!
//! Sources: JSON Schema 2020-12 validation §7.3 (formats), RFC 3339 §5.6, RFC 9562 §4, RFC 9110 §5.6.7.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr as _;

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An instant: `2024-05-01T10:00:00Z`.
    DateTime,
    /// A day: `2024-05-01`.
    Date,
    /// A time of day with its offset: `10:00:00Z`.
    Time,
    /// An instant as headers have it: `Wed, 01 May 2024 10:00:00 GMT`.
    HttpDate,
    /// `00000000-0000-0000-0000-000000000000`, in either case.
    Uuid,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A JSON type other than string.
    Json(&'static str),
}

impl Kind {
    /// The kind that a `format` of a schema names; none for formats that are not checked here.
    pub(super) fn of_format(format: &str) -> Option<Self> {
        match format {
            "date-time" => Some(Self::DateTime),
            "date" => Some(Self::Date),
            "time" => Some(Self::Time),
            "uuid" => Some(Self::Uuid),
            "ipv4" => Some(Self::Ipv4),
            "ipv6" => Some(Self::Ipv6),
            _ => None,
        }
    }

    /// What a symbol says of its kind.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::DateTime => "date-time",
            Self::Date => "date",
            Self::Time => "time",
            Self::HttpDate => "http-date",
            Self::Uuid => "uuid",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Json(name) => name,
        }
    }

    /// The name of the symbols of those kinds that tell a time.
    pub(super) fn moment_name(self) -> Option<&'static str> {
        match self {
            Self::DateTime | Self::Time | Self::HttpDate => Some("time"),
            Self::Date => Some("date"),
            Self::Uuid | Self::Ipv4 | Self::Ipv6 | Self::Json(_) => None,
        }
    }

    /// The name of the symbols of those kinds whose values are new by nature; none for an address,
    /// which may be the same in every run.
    pub(super) fn symbol_name(self) -> Option<&'static str> {
        match self {
            Self::Uuid => Some("uuid"),
            other => other.moment_name(),
        }
    }

    /// Whether a text is of this kind.
    pub(super) fn accepts(self, text: &str) -> bool {
        match self {
            Self::DateTime => is_date_time(text),
            Self::Date => text.len() == 10 && jiff::civil::Date::from_str(text).is_ok(),
            Self::Time => is_date_time(&format!("2000-01-01T{text}")),
            Self::HttpDate => is_http_date(text),
            Self::Uuid => is_uuid(text),
            Self::Ipv4 => Ipv4Addr::from_str(text).is_ok(),
            Self::Ipv6 => Ipv6Addr::from_str(text).is_ok(),
            Self::Json(_) => false,
        }
    }
}

/// How many digits a number has at least that may count the seconds since 1970.
const EPOCH_DIGITS_MIN: usize = 10;
/// How many digits a name has at least that may be drawn by chance.
const DRAWN_DIGITS_MIN: usize = 16;

/// What a value is, in a word or two, when it looks like one that is made anew in every run; without
/// quotes. A guess, for a person to decide on.
pub fn made_anew(text: &str) -> Option<&'static str> {
    let is_long = |digits: usize| text.len() >= digits;
    if let Some(kind) = [Kind::DateTime, Kind::HttpDate, Kind::Uuid]
        .into_iter()
        .find(|it| it.accepts(text))
    {
        return Some(match kind {
            Kind::Uuid => "a UUID",
            _ => "an instant",
        });
    }
    if is_long(EPOCH_DIGITS_MIN) && text.bytes().all(|it| it.is_ascii_digit()) {
        return Some("a time or a number that is drawn");
    }
    let is_drawn = is_long(DRAWN_DIGITS_MIN)
        && text.bytes().all(|it| it.is_ascii_hexdigit())
        && text.bytes().any(|it| it.is_ascii_digit());
    is_drawn.then_some("a drawn name")
}

/// Names of symbols that say nothing of their values.
const EMPTY_NAMES: [&str; 5] = ["any", "guid", "id", "uuid", "value"];

/// Whether a text of that format becomes a symbol by itself, and one that tells as much as a symbol of
/// that name would.
pub fn speaks_for_itself(format: &str, name: &str) -> bool {
    let kind = Kind::of_format(format);
    let is_empty = || EMPTY_NAMES.iter().any(|it| it.eq_ignore_ascii_case(name));
    kind.is_some_and(|kind| {
        kind.moment_name().is_some() || kind.symbol_name().is_some() && is_empty()
    })
}

fn is_date_time(text: &str) -> bool {
    // The parser reads more than RFC 3339, such as a time without seconds, so the shape is looked at
    // first.
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let Some((head, mut rest)) = bytes.split_at_checked(shape.len()) else {
        return false;
    };
    let fits = head.iter().zip(shape).all(|(byte, wanted)| match wanted {
        b'd' => byte.is_ascii_digit(),
        b'T' => byte.eq_ignore_ascii_case(&b'T'),
        other => byte == other,
    });
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits == 0 {
            return false;
        }
        rest = &fraction[digits..];
    }
    let has_offset = match rest {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            [h1, h2, m1, m2].iter().all(|it| it.is_ascii_digit())
        }
        _ => false,
    };
    fits && has_offset && jiff::Timestamp::from_str(text).is_ok()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The preferred form alone: the obsolete ones may be read but not sent.
fn is_http_date(text: &str) -> bool {
    text.len() == 29
        && text.ends_with(" GMT")
        && jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(text)
            .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_kind_are_known() {
        for (kind, text) in [
            (Kind::DateTime, "2024-05-01T10:00:00Z"),
            (Kind::DateTime, "2024-05-01t10:00:00.123456789+02:00"),
            (Kind::Date, "2024-02-29"),
            (Kind::Time, "10:00:00.5-01:00"),
            (Kind::HttpDate, "Wed, 01 May 2024 10:00:00 GMT"),
            (Kind::Uuid, "6F9619FF-8b86-d011-b42d-00cf4fc964ff"),
            (Kind::Ipv4, "127.0.0.1"),
            (Kind::Ipv6, "::1"),
        ] {
            assert!(kind.accepts(text), "{} {text}", kind.as_str());
        }
    }

    #[test]
    fn what_looks_as_if_it_was_drawn_is_guessed() {
        for (text, guess) in [
            ("2024-05-01T10:00:00Z", Some("an instant")),
            ("6f9619ff-8b86-d011-b42d-00cf4fc964ff", Some("a UUID")),
            ("1714557600", Some("a time or a number that is drawn")),
            ("9f86d081884c7d65", Some("a drawn name")),
            ("171455760", None),
            ("facadefacadefacade", None),
            ("RUNNING", None),
            ("", None),
        ] {
            assert_eq!(made_anew(text), guess, "{text}");
        }
    }

    #[test]
    fn times_need_no_rule_and_names_may_say_more_than_a_format() {
        for (format, name) in [("date-time", "created"), ("date", "day"), ("uuid", "Id")] {
            assert!(speaks_for_itself(format, name), "{format} {name}");
        }
        for (format, name) in [
            ("uuid", "order"),
            ("ipv4", "value"),
            ("email", "value"),
            ("", "id"),
        ] {
            assert!(!speaks_for_itself(format, name), "{format} {name}");
        }
    }

    #[test]
    fn near_misses_are_not_of_the_kind() {
        for (kind, text) in [
            (Kind::DateTime, ""),
            (Kind::DateTime, "2024-05-01 10:00:00Z"),
            (Kind::DateTime, "2024-05-01T10:00Z"),
            (Kind::DateTime, "2024-05-01T10:00:00"),
            (Kind::DateTime, "2024-05-01T10:00:00.Z"),
            (Kind::DateTime, "2024-02-30T10:00:00Z"),
            (Kind::DateTime, "2024-05-01T10:00:00+0200"),
            (Kind::DateTime, "2024-05-01T10:00:00Z[UTC]"),
            (Kind::DateTime, "2024-05-01T10:00:00é"),
            (Kind::Date, "2023-02-29"),
            (Kind::Date, "20240501"),
            (Kind::Time, "10:00:00"),
            (Kind::Time, "25:00:00Z"),
            (Kind::HttpDate, "Wed, 01 May 2024 10:00:00 +0000"),
            (Kind::HttpDate, "Wednesday, 01-May-24 10:00:00 GMT"),
            (Kind::Uuid, "6f9619ff-8b86-d011-b42d-00cf4fc964f"),
            (Kind::Uuid, "6f9619ff08b86-d011-b42d-00cf4fc964ff"),
            (Kind::Ipv4, "127.0.0.256"),
            (Kind::Ipv6, "127.0.0.1"),
        ] {
            assert!(!kind.accepts(text), "{} {text}", kind.as_str());
        }
    }
}
