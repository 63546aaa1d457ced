//! Media types and media ranges (`RFC 9110 §8.3.1`, `§12.5.1`).

use std::fmt;

/// A media type such as `application/json; charset=utf-8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType {
    parsed: mime::Mime,
}

/// Why a `Content-Type` cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaTypeError {
    /// There is no such header.
    #[error("there is no Content-Type")]
    Missing,
    /// There is more than one.
    #[error("Content-Type is given more than once")]
    Repeated,
    /// The text is no media type.
    #[error("`{0}` is not a media type")]
    Malformed(String),
}

impl MediaType {
    /// Reads a media type.
    ///
    /// # Errors
    /// When the text is not `type/subtype` with optional parameters.
    pub fn parse(text: &str) -> Result<Self, MediaTypeError> {
        let malformed = || MediaTypeError::Malformed(text.chars().take(80).collect());
        let parsed: mime::Mime = text.trim().parse().map_err(|_| malformed())?;
        // The parser lets a second slash through; it is no character of a token.
        let slashes = parsed.essence_str().bytes().filter(|it| *it == b'/');
        if parsed.subtype().as_str().is_empty() || slashes.count() != 1 {
            return Err(malformed());
        }
        Ok(Self { parsed })
    }

    /// `type/subtype` in lower case, without parameters.
    pub fn essence(&self) -> &str {
        self.parsed.essence_str()
    }

    /// The `charset` parameter, when given.
    pub fn charset(&self) -> Option<&str> {
        self.parsed
            .get_param(mime::CHARSET)
            .map(|name| name.as_str())
    }

    /// The `boundary` parameter, when given (`RFC 2046 §5.1.1`).
    pub fn boundary(&self) -> Option<&str> {
        self.parsed
            .get_param(mime::BOUNDARY)
            .map(|name| name.as_str())
    }

    /// Whether the content is JSON: `application/json`, `text/json`, or a `+json` suffix
    /// (`RFC 6839 §3.1`).
    pub fn is_json(&self) -> bool {
        self.parsed.subtype() == mime::JSON || self.parsed.suffix() == Some(mime::JSON)
    }

    /// Whether the content is a form of names and values, `application/x-www-form-urlencoded`.
    pub fn is_form(&self) -> bool {
        self.essence() == "application/x-www-form-urlencoded"
    }

    /// Whether the content is XML: `application/xml`, `text/xml`, or a `+xml` suffix (`RFC 7303 §4`).
    pub fn is_xml(&self) -> bool {
        self.parsed.subtype() == mime::XML || self.parsed.suffix() == Some(mime::XML)
    }

    /// Whether the content is plain text that a person reads: `text/*`.
    pub fn is_text(&self) -> bool {
        self.parsed.type_() == mime::TEXT
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.parsed, formatter)
    }
}

/// A media range such as `application/*`, as a contract may use it as a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRange {
    parsed: mime::Mime,
}

impl MediaRange {
    /// Reads a media range.
    ///
    /// # Errors
    /// When the text is not `type/subtype`, `type/*` or `*/*`.
    pub fn parse(text: &str) -> Result<Self, MediaTypeError> {
        MediaType::parse(text).map(|media_type| Self {
            parsed: media_type.parsed,
        })
    }

    /// How exactly the range names the type: `None` when it does not, else a number that is higher
    /// for the more specific range (`*/*` 0, `type/*` 1, `type/subtype` 2, with parameters more).
    pub fn specificity(&self, media_type: &MediaType) -> Option<usize> {
        let (range, given) = (&self.parsed, &media_type.parsed);
        if range.type_() == mime::STAR {
            return Some(0);
        }
        if range.type_() != given.type_() {
            return None;
        }
        if range.subtype() == mime::STAR {
            return Some(1);
        }
        if range.essence_str() != given.essence_str() {
            return None;
        }
        if range.params().next().is_none() {
            return Some(2);
        }
        // UTF-8 is what JSON is in; saying so or not makes no difference (RFC 8259 §8.1).
        let json = media_type.is_json();
        let idle = |name: mime::Name<'_>, value: mime::Name<'_>| {
            json && name == mime::CHARSET && value == mime::UTF_8
        };
        let parameters_agree = range.params().all(|(name, value)| {
            idle(name, value) || given.get_param(name).is_some_and(|own| own == value)
        });
        parameters_agree.then(|| 2 + range.params().count())
    }

    /// Whether the range names exactly one type.
    pub fn is_concrete(&self) -> bool {
        self.parsed.type_() != mime::STAR && self.parsed.subtype() != mime::STAR
    }

    /// The range as a media type, when it names exactly one.
    pub fn as_media_type(&self) -> Option<MediaType> {
        self.is_concrete().then(|| MediaType {
            parsed: self.parsed.clone(),
        })
    }
}

impl fmt::Display for MediaRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.parsed, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specificity(range: &str, media_type: &str) -> Option<usize> {
        MediaRange::parse(range)
            .expect("a range")
            .specificity(&MediaType::parse(media_type).expect("a type"))
    }

    #[test]
    fn the_more_specific_range_wins() {
        assert_eq!(specificity("*/*", "application/json"), Some(0));
        assert_eq!(specificity("application/*", "application/json"), Some(1));
        assert_eq!(
            specificity("application/json", "application/json; charset=utf-8"),
            Some(2)
        );
        assert_eq!(
            specificity("text/plain; charset=utf-8", "text/plain; charset=UTF-8"),
            Some(3)
        );
        assert_eq!(specificity("text/plain; charset=utf-8", "text/plain"), None);
        assert_eq!(specificity("text/*", "application/json"), None);
        assert_eq!(
            specificity("application/json; charset=utf-8", "application/json"),
            Some(3)
        );
    }

    #[test]
    fn json_is_known_by_name_and_by_suffix() {
        for (text, json) in [
            ("application/json", true),
            ("application/problem+json", true),
            ("text/json", true),
            ("application/jsonl", false),
            ("text/plain", false),
        ] {
            assert_eq!(
                MediaType::parse(text).expect("a type").is_json(),
                json,
                "{text}"
            );
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "json", "a/b/c", "application/"] {
            assert!(MediaType::parse(text).is_err(), "{text}");
        }
    }
}
