//! The key of a documented response: a status, a range of statuses, or the rest.

use std::fmt;

/// Which statuses a documented response is for (`OpenAPI 3.1 §4.8.16`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatusPattern {
    /// One status, such as `404`.
    Exact(u16),
    /// A class of statuses, such as `4XX`; holds the first digit.
    Class(u16),
    /// Every status that nothing else names.
    Default,
}

impl StatusPattern {
    /// Reads a key such as `200`, `2XX` or `default`; nothing when it is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "default" {
            return Some(Self::Default);
        }
        let bytes = text.as_bytes();
        let [first @ b'1'..=b'5', second, third] = bytes else {
            return None;
        };
        match (second, third) {
            (b'X', b'X') => Some(Self::Class(u16::from(first - b'0'))),
            (b'0'..=b'9', b'0'..=b'9') => text.parse().ok().map(Self::Exact),
            _ => None,
        }
    }

    /// Whether the pattern names this status.
    pub fn matches(self, status: u16) -> bool {
        match self {
            Self::Exact(own) => own == status,
            Self::Class(digit) => status / 100 == digit,
            Self::Default => true,
        }
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(status) => write!(formatter, "{status}"),
            Self::Class(digit) => write!(formatter, "{digit}XX"),
            Self::Default => formatter.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_shown_alike() {
        for text in ["200", "404", "599", "2XX", "5XX", "default"] {
            assert_eq!(
                StatusPattern::parse(text)
                    .map(|key| key.to_string())
                    .as_deref(),
                Some(text)
            );
        }
    }

    #[test]
    fn other_keys_are_refused() {
        for text in [
            "", "20", "2000", "2xx", "20X", "600", "XXX", "Default", "²00",
        ] {
            assert_eq!(StatusPattern::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_exact_one_comes_first_in_order() {
        let mut keys = [
            StatusPattern::Default,
            StatusPattern::Class(4),
            StatusPattern::Exact(404),
        ];
        keys.sort();
        assert!(keys.iter().all(|key| key.matches(404)));
        assert_eq!(keys[0], StatusPattern::Exact(404));
        assert!(!keys[1].matches(500));
    }
}
