//! Strict decoding of a body that should be JSON.
//!
//! Every fault that can be known is reported, each with its place, and the value is still given
//! when there is one: a body with a byte order mark and a repeated member has two faults and a
//! value. Nothing is repaired. Encodings other than UTF-8 are faults, and media types are not
//! looked at. Sources: RFC 8259 (§8.1 encoding), RFC 7493 §2.1 (surrogates) and §2.3 (names).
//!
//! `serde_json` writes exponents one way (`1E5` becomes `1e+5`); otherwise numbers keep their text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use super::pointer::Pointer;
use super::scan::{Cause, Part, Scan};
use super::{DEPTH_MAX, scan, strict};

/// How many faults of one body are reported.
pub const FAULTS_MAX: usize = 100;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What came out of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The value, when the body has one in spite of its faults.
    pub value: Option<Value>,
    /// What is wrong, in the order of the text; at most [`FAULTS_MAX`]. Empty for good JSON.
    pub faults: Vec<DecodeFault>,
}

/// One thing that is wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeFault {
    /// What kind of fault it is.
    pub kind: DecodeFaultKind,
    /// Where it is, in bytes from the start of the body.
    pub offset: usize,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters; in bytes for a body that is not UTF-8.
    pub column: u32,
    /// For a repeated member, where the first one is, in bytes from the start of the body.
    pub first: Option<usize>,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
}

/// The kinds of fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecodeFaultKind {
    /// The body begins with a byte order mark (RFC 8259 §8.1 forbids writing one).
    ByteOrderMark,
    /// A member stands twice in an object (RFC 7493 §2.3). The value holds the last one.
    DuplicateKey {
        /// The member.
        pointer: Pointer,
    },
    /// `NaN`, `Infinity` or `-Infinity`. There is no value.
    NotANumber,
    /// Something follows the value.
    TrailingText,
    /// The bytes are not UTF-8. There is no value.
    InvalidUtf8,
    /// There is nothing but white space. There is no value.
    Empty,
    /// Containers within one another deeper than [`DEPTH_MAX`]. There is no value.
    TooDeep,
    /// The text breaks the grammar. There is no value.
    Syntax,
}

/// Decodes a body.
pub fn decode(bytes: &[u8]) -> Decoded {
    let start = if bytes.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let mut faults = Faults {
        bytes,
        list: Vec::new(),
    };
    if start > 0 {
        faults.add(
            DecodeFaultKind::ByteOrderMark,
            0,
            "the body begins with a byte order mark",
        );
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let message = "the body is not UTF-8";
            faults.add(DecodeFaultKind::InvalidUtf8, error.valid_up_to(), message);
            return Decoded {
                value: None,
                faults: faults.list,
            };
        }
    };
    if text[start..]
        .bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
    {
        faults.add(DecodeFaultKind::Empty, start, "the body is empty");
        return Decoded {
            value: None,
            faults: faults.list,
        };
    }
    let mut deserializer = serde_json::Deserializer::from_str(&text[start..]);
    let parsed = strict::read_value(&mut deserializer);
    let ended = deserializer.end();
    let flawless = matches!(parsed, Ok((_, false))) && ended.is_ok();
    if !flawless {
        faults.find(text, start);
    }
    let value = match parsed {
        Ok((value, _)) => Some(value),
        Err(error) => {
            if faults
                .list
                .iter()
                .all(|fault| fault.kind == DecodeFaultKind::ByteOrderMark)
            {
                // The walk and serde_json disagree; serde_json has the last word.
                faults.add(DecodeFaultKind::Syntax, start, &error.to_string());
            }
            None
        }
    };
    Decoded {
        value,
        faults: faults.list,
    }
}

struct Faults<'b> {
    bytes: &'b [u8],
    list: Vec<DecodeFault>,
}

impl Faults<'_> {
    fn add(&mut self, kind: DecodeFaultKind, offset: usize, message: &str) {
        if self.list.len() < FAULTS_MAX {
            let (line, column) = line_and_column(self.bytes, offset);
            let message = message.to_owned();
            self.list.push(DecodeFault {
                kind,
                offset,
                line,
                column,
                first: None,
                message,
            });
        }
    }

    /// Walks over the text a second time; only for bodies known to be wrong.
    fn find(&mut self, text: &str, start: usize) {
        let mut place = Place {
            text,
            open: Vec::new(),
        };
        for part in Scan::new(text, start) {
            match part {
                Ok(Part::Key(range)) => {
                    let offset = range.start;
                    if let Some((pointer, first)) = place.enter_member(range) {
                        let message = format!("the member `{pointer}` stands twice");
                        self.add(DecodeFaultKind::DuplicateKey { pointer }, offset, &message);
                        if let Some(fault) = self.list.last_mut() {
                            fault.first = Some(first);
                        }
                    }
                }
                Ok(Part::NotANumber(range)) => {
                    place.next_element();
                    let message = format!("`{}` is not JSON", &text[range.clone()]);
                    self.add(DecodeFaultKind::NotANumber, range.start, &message);
                }
                Ok(Part::Scalar(_)) => place.next_element(),
                Ok(Part::OpenArray(_)) => place.open(Level::Array { next: 0 }),
                Ok(Part::OpenObject(_)) => {
                    place.open(Level::Object {
                        seen: BTreeMap::new(),
                        key: Cow::Borrowed(""),
                    });
                }
                Ok(Part::Close(_)) => place.close(),
                Err(stop) => self.add_stop(&stop),
            }
            if self.list.len() >= FAULTS_MAX {
                break;
            }
        }
    }

    fn add_stop(&mut self, stop: &scan::Stop) {
        match stop.cause {
            Cause::TooDeep => {
                let message =
                    format!("more than {DEPTH_MAX} arrays and objects within one another");
                self.add(DecodeFaultKind::TooDeep, stop.offset, &message);
            }
            Cause::TrailingText => {
                self.add(
                    DecodeFaultKind::TrailingText,
                    stop.offset,
                    "text follows the value",
                );
            }
            Cause::Syntax(message) => self.add(DecodeFaultKind::Syntax, stop.offset, message),
        }
    }
}

/// Where the second walk is.
struct Place<'t> {
    text: &'t str,
    open: Vec<Level<'t>>,
}

enum Level<'t> {
    Array {
        next: usize,
    },
    Object {
        seen: BTreeMap<Cow<'t, str>, usize>,
        key: Cow<'t, str>,
    },
}

impl<'t> Place<'t> {
    fn open(&mut self, level: Level<'t>) {
        self.open.push(level);
    }

    fn close(&mut self) {
        self.open.pop();
        self.next_element();
    }

    fn next_element(&mut self) {
        if let Some(Level::Array { next }) = self.open.last_mut() {
            *next += 1;
        }
    }

    /// Notes the name of a member; when the object has it already, says which and where first.
    fn enter_member(&mut self, range: Range<usize>) -> Option<(Pointer, usize)> {
        let name = member_name(&self.text[range.clone()]);
        let Some(Level::Object { seen, key }) = self.open.last_mut() else {
            return None;
        };
        key.clone_from(&name);
        let first = *seen.entry(name).or_insert(range.start);
        (first != range.start).then(|| (self.pointer(), first))
    }

    fn pointer(&self) -> Pointer {
        let mut pointer = Pointer::root();
        for level in &self.open {
            match level {
                Level::Array { next } => pointer = pointer.index(*next),
                Level::Object { key, .. } => pointer.push(key),
            }
        }
        pointer
    }
}

/// The name within the quotes. The walk has checked its escapes, so it always decodes.
pub(crate) fn member_name(quoted: &str) -> Cow<'_, str> {
    let inner = &quoted[1..quoted.len() - 1];
    if inner.contains('\\') {
        serde_json::from_str(quoted).map_or(Cow::Borrowed(inner), Cow::Owned)
    } else {
        Cow::Borrowed(inner)
    }
}

/// The line and column of a byte, both from 1.
fn line_and_column(bytes: &[u8], offset: usize) -> (u32, u32) {
    let before = &bytes[..offset];
    let line_start = before
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |at| at + 1);
    let breaks = before.split(|&byte| byte == b'\n').count() - 1; // One piece at least.
    let line = &before[line_start..];
    let columns = std::str::from_utf8(line).map_or(line.len(), |line| line.chars().count());
    let from_one = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    (from_one(breaks), from_one(columns))
}

#[cfg(test)]
mod tests {
    use super::super::strict::NUMBER_KEY;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn kinds(text: impl AsRef<[u8]>) -> Vec<DecodeFaultKind> {
        decode(text.as_ref())
            .faults
            .into_iter()
            .map(|fault| fault.kind)
            .collect()
    }

    fn twice(pointer: &str) -> DecodeFaultKind {
        DecodeFaultKind::DuplicateKey {
            pointer: Pointer::parse(pointer).expect("the test's own pointer"),
        }
    }

    #[test]
    fn good_json_has_no_faults() {
        let body = r#" {"a": [1.10, -0, 1e400, "\ud834\udd1e", null, true], "b": {}} "#;
        let decoded = decode(body.as_bytes());
        assert_eq!(decoded.faults, vec![]);
        assert_eq!(decoded.value, serde_json::from_str(body).ok());
        let text = decoded.value.expect("good JSON").to_string();
        assert_eq!(text, r#"{"a":[1.10,-0,1e+400,"𝄞",null,true],"b":{}}"#);
    }

    #[test]
    fn finds_all_faults_and_keeps_the_value() {
        let decoded =
            decode("\u{feff}{\"a\":1,\n \"é\": [{\"x\":1,\"\\u0078\":2}], \"a\":3} 4".as_bytes());
        let found: Vec<_> = decoded
            .faults
            .iter()
            .map(|fault| (&fault.kind, fault.line, fault.column))
            .collect();
        assert_eq!(
            found,
            vec![
                (&DecodeFaultKind::ByteOrderMark, 1, 1),
                (&twice("/é/0/x"), 2, 15),
                (&twice("/a"), 2, 29),
                (&DecodeFaultKind::TrailingText, 2, 36),
            ]
        );
        assert_eq!(decoded.faults[2].first, Some(4));
        assert_eq!(decoded.value, Some(json!({"a": 3, "é": [{"x": 2}]})));
    }

    #[test]
    fn finds_faults_without_a_value() {
        use DecodeFaultKind::{ByteOrderMark, Empty, InvalidUtf8, NotANumber, Syntax, TooDeep};
        let deep = "[".repeat(DEPTH_MAX + 1) + &"]".repeat(DEPTH_MAX + 1);
        let cases: Vec<(&[u8], Vec<DecodeFaultKind>)> = vec![
            (b"", vec![Empty]),
            (b" \r\n\t", vec![Empty]),
            (b"\xef\xbb\xbf", vec![ByteOrderMark, Empty]),
            (b"\"\xff\"", vec![InvalidUtf8]),
            (b"\xff\xfe1\0", vec![InvalidUtf8]),
            (b"[NaN, -Infinity, 1]", vec![NotANumber, NotANumber]),
            (
                br#"{"a":1,"a":Infinity"#,
                vec![twice("/a"), NotANumber, Syntax],
            ),
            (b"{'a':1}", vec![Syntax]),
            (b"[1,]", vec![Syntax]),
            (br#""\ud800""#, vec![Syntax]),
            (deep.as_bytes(), vec![TooDeep]),
        ];
        for (body, expected) in cases {
            let decoded = decode(body);
            let shown = String::from_utf8_lossy(body).into_owned();
            assert_eq!((kinds(body), decoded.value), (expected, None), "{shown}");
        }
    }

    #[test]
    fn the_deepest_allowed_body_decodes() {
        let body = "[".repeat(DEPTH_MAX) + &"]".repeat(DEPTH_MAX);
        assert_eq!(kinds(body), vec![]);
    }

    #[test]
    fn a_body_cannot_pass_an_object_off_as_a_number() {
        for content in [
            "\"12\"",
            "\"x\"",
            "\"\\u0031\"",
            "5",
            "null",
            "true",
            "[1]",
            "{\"a\":1}",
        ] {
            let body = format!("{{\"{NUMBER_KEY}\":{content}}}");
            let decoded = decode(body.as_bytes());
            assert_eq!(decoded.faults, vec![], "{body}");
            assert!(
                decoded
                    .value
                    .is_some_and(|value| value.get(NUMBER_KEY).is_some()),
                "{body}"
            );
        }
        let twice = decode(format!("{{\"{NUMBER_KEY}\":1,\"{NUMBER_KEY}\":2}}").as_bytes());
        assert_eq!(twice.faults.len(), 1);
    }

    #[test]
    fn reports_a_bounded_number_of_faults() {
        let body = format!("[{}1]", "NaN,".repeat(FAULTS_MAX * 2));
        assert_eq!(decode(body.as_bytes()).faults.len(), FAULTS_MAX);
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_value_or_a_fault(body: Vec<u8>) {
            let decoded = decode(&body);
            prop_assert!(decoded.value.is_some() || !decoded.faults.is_empty());
        }

        #[test]
        fn agrees_with_serde_json(body in r#"[\[\]{},:"a1 e.N-]{0,16}|\{("[ab]":[0-9],){1,3}"[ab]":[0-9]\}"#) {
            let decoded = decode(body.as_bytes());
            match serde_json::from_str::<Value>(&body) {
                Ok(value) => prop_assert_eq!(decoded.value, Some(value)),
                Err(_) => prop_assert!(!decoded.faults.is_empty()),
            }
        }
    }
}
