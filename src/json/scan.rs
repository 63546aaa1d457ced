//! A tolerant walk over JSON text that says where everything stands.
//!
//! `serde_json` makes the values; this walk is for what it does not tell: byte ranges, every
//! repeated member, and several faults rather than the first. It reports `NaN` and `Infinity` as
//! parts of their own and goes on; at any other syntax fault it stops. It builds no values and does
//! not recurse. Source: RFC 8259 §2 to §7.

use std::ops::Range;

use super::DEPTH_MAX;

/// One thing met in the text. All offsets are in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// An array begins here.
    OpenArray(usize),
    /// An object begins here.
    OpenObject(usize),
    /// The innermost array or object ends before this offset.
    Close(usize),
    /// The name of a member, with its quotes.
    Key(Range<usize>),
    /// A string, number, boolean or null, with its quotes.
    Scalar(Range<usize>),
    /// `NaN`, `Infinity` or `-Infinity`: often written, never JSON.
    NotANumber(Range<usize>),
}

/// Where and why the walk stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) offset: usize,
    pub(crate) cause: Cause,
}

/// Why the walk stopped before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// More than `DEPTH_MAX` containers within one another.
    TooDeep,
    /// The value is complete, and something follows it.
    TrailingText,
    /// The text breaks the grammar; what was expected instead.
    Syntax(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
    Nothing,
}

/// An iterator over the parts of one JSON text. After a `Stop` it yields nothing more.
pub(crate) struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    expect: Expect,
    /// The open containers; true for objects.
    open: Vec<bool>,
    stopped: bool,
}

impl<'t> Scan<'t> {
    /// Begins at byte `start` of `text`, which must lie between two characters.
    pub(crate) fn new(text: &'t str, start: usize) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: start,
            expect: Expect::Value,
            open: Vec::new(),
            stopped: false,
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn step(&mut self) -> Result<Option<Part>, Stop> {
        loop {
            self.skip_space();
            let byte = self.bytes.get(self.at).copied();
            match (self.expect, byte) {
                (Expect::Nothing, None) => return Ok(None),
                (Expect::Nothing, Some(_)) => return Err(self.stop(Cause::TrailingText)),
                (Expect::CommaOrEnd, Some(b',')) => {
                    self.at += 1;
                    self.expect = if self.in_object() {
                        Expect::Key
                    } else {
                        Expect::Value
                    };
                }
                (Expect::CommaOrEnd | Expect::KeyOrEnd, Some(b'}')) if self.in_object() => {
                    return Ok(Some(self.close()));
                }
                (Expect::CommaOrEnd | Expect::ValueOrEnd, Some(b']')) if !self.in_object() => {
                    return Ok(Some(self.close()));
                }
                (Expect::CommaOrEnd, _) if self.in_object() => {
                    return Err(self.syntax("expected `,` or `}`"));
                }
                (Expect::CommaOrEnd, _) => return Err(self.syntax("expected `,` or `]`")),
                (Expect::Key | Expect::KeyOrEnd, Some(b'"')) => return self.key().map(Some),
                (Expect::Key | Expect::KeyOrEnd, _) => {
                    return Err(self.syntax("expected the name of a member, in double quotes"));
                }
                (Expect::Value | Expect::ValueOrEnd, Some(byte)) => {
                    return self.value(byte).map(Some);
                }
                (Expect::Value | Expect::ValueOrEnd, None) => {
                    return Err(self.syntax("expected a value, but the text ends"));
                }
            }
        }
    }

    fn value(&mut self, first: u8) -> Result<Part, Stop> {
        let start = self.at;
        match first {
            b'[' => self.open(false).map(|()| Part::OpenArray(start)),
            b'{' => self.open(true).map(|()| Part::OpenObject(start)),
            b'"' => self
                .string()
                .map(|range| self.complete(Part::Scalar(range))),
            _ => {
                for word in ["NaN", "Infinity", "-Infinity"] {
                    if self.take_word(word) {
                        return Ok(self.complete(Part::NotANumber(start..self.at)));
                    }
                }
                for word in ["true", "false", "null"] {
                    if self.take_word(word) {
                        return Ok(self.complete(Part::Scalar(start..self.at)));
                    }
                }
                self.number()?;
                Ok(self.complete(Part::Scalar(start..self.at)))
            }
        }
    }

    fn complete(&mut self, part: Part) -> Part {
        self.expect = if self.open.is_empty() {
            Expect::Nothing
        } else {
            Expect::CommaOrEnd
        };
        part
    }

    fn open(&mut self, object: bool) -> Result<(), Stop> {
        if self.open.len() >= DEPTH_MAX {
            return Err(self.stop(Cause::TooDeep));
        }
        self.open.push(object);
        self.at += 1;
        self.expect = if object {
            Expect::KeyOrEnd
        } else {
            Expect::ValueOrEnd
        };
        Ok(())
    }

    fn close(&mut self) -> Part {
        self.open.pop();
        self.at += 1;
        let end = self.at;
        self.complete(Part::Close(end))
    }

    fn in_object(&self) -> bool {
        self.open.last().copied().unwrap_or(false)
    }

    fn key(&mut self) -> Result<Part, Stop> {
        let range = self.string()?;
        self.skip_space();
        if self.bytes.get(self.at) != Some(&b':') {
            return Err(self.syntax("expected `:` after the name of a member"));
        }
        self.at += 1;
        self.expect = Expect::Value;
        Ok(Part::Key(range))
    }

    /// A whole word: `nullx` is not `null` with something after it.
    fn take_word(&mut self, word: &str) -> bool {
        let rest = &self.bytes[self.at..];
        let follows = rest.get(word.len()).copied().unwrap_or(b' ');
        let whole = !follows.is_ascii_alphanumeric() && follows != b'_';
        if rest.starts_with(word.as_bytes()) && whole {
            self.at += word.len();
            true
        } else {
            false
        }
    }

    fn string(&mut self) -> Result<Range<usize>, Stop> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(start..self.at);
                }
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) => {
                    return Err(self.syntax("a control character in a string must be escaped"));
                }
                Some(_) => self.at += 1,
                None => return Err(self.syntax("a string is not closed")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Stop> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let unit = self.unit(self.at)?;
                let paired = match unit {
                    0xd800..=0xdbff => matches!(self.unit(self.at + 6), Ok(0xdc00..=0xdfff)),
                    0xdc00..=0xdfff => false,
                    _ => {
                        self.at += 6;
                        return Ok(());
                    }
                };
                if !paired {
                    return Err(self.syntax("half of a surrogate pair stands alone"));
                }
                self.at += 12;
            }
            _ => return Err(self.syntax("no such escape in a string")),
        }
        Ok(())
    }

    /// The UTF-16 code unit of the escape `\uXXXX` at `at`.
    fn unit(&self, at: usize) -> Result<u32, Stop> {
        let Some([b'\\', b'u', digits @ ..]) = self.bytes.get(at..at + 6) else {
            return Err(self.syntax("`\\u` needs four hexadecimal digits"));
        };
        digits.iter().try_fold(0, |unit, &digit| {
            char::from(digit)
                .to_digit(16)
                .map(|digit| unit * 16 + digit)
                .ok_or_else(|| self.syntax("`\\u` needs four hexadecimal digits"))
        })
    }

    fn number(&mut self) -> Result<(), Stop> {
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        match self.bytes.get(self.at) {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits("expected a digit")?,
            _ => return Err(self.syntax("expected a value")),
        }
        if matches!(self.bytes.get(self.at), Some(b'0'..=b'9')) {
            return Err(self.syntax("a number does not begin with a zero"));
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits("expected a digit after the decimal point")?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("expected a digit in the exponent")?;
        }
        Ok(())
    }

    fn digits(&mut self, message: &'static str) -> Result<(), Stop> {
        let start = self.at;
        while matches!(self.bytes.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            Err(self.syntax(message))
        } else {
            Ok(())
        }
    }

    fn stop(&self, cause: Cause) -> Stop {
        Stop {
            offset: self.at,
            cause,
        }
    }

    fn syntax(&self, message: &'static str) -> Stop {
        self.stop(Cause::Syntax(message))
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<Part, Stop>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.stopped {
            return None;
        }
        let item = self.step().transpose();
        self.stopped = !matches!(item, Some(Ok(_)));
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn parts(text: &str) -> Vec<Result<Part, Stop>> {
        Scan::new(text, 0).collect()
    }

    #[test]
    fn says_where_everything_stands() {
        let expected = [
            Part::OpenObject(0),
            Part::Key(1..4),
            Part::OpenArray(5),
            Part::Scalar(6..7),
            Part::NotANumber(9..18),
            Part::Close(19),
            Part::Close(20),
        ];
        let expected: Vec<_> = expected.into_iter().map(Ok).collect();
        assert_eq!(parts(r#"{"a":[1, -Infinity]}"#), expected);
    }

    #[test]
    fn stops_where_the_grammar_is_broken() {
        for (text, offset) in [
            ("", 0),
            ("[1,]", 3),
            ("[1 2]", 3),
            ("[1}", 2),
            (r#"{"a" 1}"#, 5),
            (r#"{"a":1,}"#, 7),
            ("{a:1}", 1),
            ("\"abc", 4),
            ("\"a\nb\"", 2),
            (r#""\x""#, 1),
            (r#""\u12g4""#, 1),
            (r#""\ud800\u0041""#, 1),
            (r#""\udc00""#, 1),
            ("01", 1),
            ("1.", 2),
            ("1e+", 3),
            ("-", 1),
            ("nullx", 0),
            ("NaNs", 0),
        ] {
            let last = parts(text).pop().expect("at least the stop");
            let stop = last.expect_err("the text is wrong");
            assert_eq!(
                (stop.offset, matches!(stop.cause, Cause::Syntax(_))),
                (offset, true),
                "{text}"
            );
        }
    }

    #[test]
    fn stops_at_what_follows_and_at_the_depth_limit() {
        let after = parts("1 x").pop().expect("a part");
        assert_eq!(
            after,
            Err(Stop {
                offset: 2,
                cause: Cause::TrailingText
            })
        );
        let deep = "[".repeat(DEPTH_MAX + 1);
        let last = parts(&deep).pop().expect("a part");
        assert_eq!(
            last,
            Err(Stop {
                offset: DEPTH_MAX,
                cause: Cause::TooDeep
            })
        );
    }

    proptest! {
        /// The walk and serde_json accept the same texts.
        #[test]
        fn agrees_with_serde_json(text in r#"[\[\]{},: "\\ua0-9.eE+-]{0,24}|\[?(true|null|"(\\u[d0][8c0][0-9a]{2}|é)*"|-?[0-9.e]{1,5})[,\]]?"#) {
            let accepted = parts(&text).iter().all(Result::is_ok);
            prop_assert_eq!(accepted, serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
        }

        #[test]
        fn any_text_ends(text in ".*") {
            prop_assert!(parts(&text).len() <= text.len() + 1);
        }
    }
}
