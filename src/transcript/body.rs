//! A response's body, decoded strictly: what it says, and everything about its form that is wrong.

mod xml;

use bytes::Bytes;
use serde_json::Value;

use crate::http::sequence::Sequence;
use crate::http::{BodyEnd, MediaType, MediaTypeError, Response, coding};
use crate::json::{self, DecodeFaultKind, Pointer};
use crate::world::BODY_BYTES_MAX;

pub use xml::read_xml;

/// A body with what it says.
#[derive(Debug, Clone)]
pub struct Received {
    /// The bytes, with content codings undone.
    pub bytes: Bytes,
    /// What the response says that they are; or why that cannot be known.
    pub media_type: Result<MediaType, MediaTypeError>,
    /// What they say.
    pub content: Content,
    /// What is wrong with their form.
    pub faults: Vec<BodyFault>,
}

/// What a body says.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// There is no body.
    Empty,
    /// A JSON value.
    Json(Value),
    /// Text.
    Text(String),
    /// Bytes that are neither.
    Binary,
}

/// Something wrong with the form of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyFault {
    /// Which kind of thing.
    pub kind: BodyFaultKind,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The place in the JSON value, when there is one.
    pub place: Option<Pointer>,
}

/// The kinds of things that can be wrong with the form of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BodyFaultKind {
    /// It ended early, did not end, or grew over the limit.
    Length,
    /// It is larger than what is read.
    TooLarge,
    /// Its content coding cannot be undone.
    Coding,
    /// Its bytes are not in the charset that is declared.
    Charset,
    /// It begins with a byte-order mark.
    ByteOrderMark,
    /// The same name stands twice in an object.
    DuplicateKey,
    /// It holds `NaN` or `Infinity`.
    NotANumber,
    /// Something follows the JSON value.
    TrailingText,
    /// It is no JSON.
    Syntax,
    /// It is no XML.
    Xml,
}

impl Received {
    /// Decodes the body of a response.
    pub fn decode(response: &Response) -> Self {
        let mut faults = Vec::new();
        let media_type = response.media_type();
        length_faults(response, &mut faults);
        let codings: Vec<_> = response.headers.all("content-encoding").collect();
        let bytes = if codings.is_empty() {
            response.body.clone()
        } else {
            match coding::decode(&response.body, &codings.join(","), BODY_BYTES_MAX) {
                Ok(bytes) => bytes,
                Err(error) => {
                    faults.push(fault(BodyFaultKind::Coding, error.to_string()));
                    return Self {
                        bytes: response.body.clone(),
                        media_type,
                        content: Content::Binary,
                        faults,
                    };
                }
            }
        };
        let content = content(media_type.as_ref().ok(), &bytes, &mut faults);
        Self {
            bytes,
            media_type,
            content,
            faults,
        }
    }

    /// The JSON value, when it is one.
    pub fn json(&self) -> Option<&Value> {
        match &self.content {
            Content::Json(value) => Some(value),
            _ => None,
        }
    }
}

fn fault(kind: BodyFaultKind, message: impl Into<String>) -> BodyFault {
    BodyFault {
        kind,
        message: message.into(),
        place: None,
    }
}

fn length_faults(response: &Response, faults: &mut Vec<BodyFault>) {
    let got = response.body.len();
    let message = match &response.end {
        BodyEnd::Complete => return,
        BodyEnd::CutShort(why) => match response.headers.first("content-length") {
            Some(promised) => format!("Content-Length promises {promised} bytes, and {got} came"),
            None => format!("it broke off after {got} bytes: {why}"),
        },
        BodyEnd::TooLarge(limit) => {
            let message = format!("only its first {limit} bytes were read");
            return faults.push(fault(BodyFaultKind::TooLarge, message));
        }
        BodyEnd::TimedOut(limit) => format!("it did not end within {limit} ms; {got} bytes came"),
    };
    faults.push(fault(BodyFaultKind::Length, message));
}

fn content(media_type: Option<&MediaType>, bytes: &Bytes, faults: &mut Vec<BodyFault>) -> Content {
    if bytes.is_empty() {
        return Content::Empty;
    }
    let Some(media_type) = media_type else {
        // Nothing says what it is. A value that can be read lets the flow go on; the missing type
        // is a finding of its own.
        let value = json::decode(bytes).value;
        return value.map_or(Content::Binary, Content::Json);
    };
    if media_type.is_json() {
        return json_content(media_type, bytes, faults);
    }
    let sequence = Sequence::of(media_type);
    if let Some(sequence @ (Sequence::JsonLines | Sequence::JsonSequence)) = sequence {
        return sequence_content(sequence, bytes, faults);
    }
    if media_type.is_xml() {
        return xml::content(media_type, bytes, faults);
    }
    if media_type.is_text() || media_type.is_form() {
        return text_content(media_type, bytes, faults);
    }
    Content::Binary
}

/// JSON texts one after the other: an array of what they say, when all of them are JSON.
fn sequence_content(sequence: Sequence, bytes: &Bytes, faults: &mut Vec<BodyFault>) -> Content {
    let Ok(text) = std::str::from_utf8(bytes) else {
        faults.push(fault(BodyFaultKind::Charset, "the body is not UTF-8"));
        return Content::Binary;
    };
    let mut items = Vec::new();
    let mut wrong = Vec::new();
    for (index, part) in sequence.split(text).into_iter().enumerate() {
        let decoded = json::decode(part.as_bytes());
        let found = decoded.faults.into_iter().map(|found| BodyFault {
            message: format!("item {} of the sequence: {}", index + 1, found.message),
            place: place_of(&found.kind).map(|it| Pointer::root().index(index).append(it)),
            kind: kind_of(&found.kind),
        });
        wrong.extend(found);
        items.extend(decoded.value);
        if wrong.len() >= json::FAULTS_MAX {
            break;
        }
    }
    let whole = wrong
        .iter()
        .all(|it| it.kind == BodyFaultKind::DuplicateKey);
    faults.extend(wrong);
    if whole {
        Content::Json(Value::Array(items))
    } else {
        plain_content(bytes)
    }
}

fn kind_of(fault: &DecodeFaultKind) -> BodyFaultKind {
    match fault {
        DecodeFaultKind::ByteOrderMark => BodyFaultKind::ByteOrderMark,
        DecodeFaultKind::DuplicateKey { .. } => BodyFaultKind::DuplicateKey,
        DecodeFaultKind::NotANumber => BodyFaultKind::NotANumber,
        DecodeFaultKind::TrailingText => BodyFaultKind::TrailingText,
        DecodeFaultKind::InvalidUtf8 => BodyFaultKind::Charset,
        _ => BodyFaultKind::Syntax,
    }
}

fn place_of(fault: &DecodeFaultKind) -> Option<&Pointer> {
    match fault {
        DecodeFaultKind::DuplicateKey { pointer } => Some(pointer),
        _ => None,
    }
}

fn json_content(media_type: &MediaType, bytes: &Bytes, faults: &mut Vec<BodyFault>) -> Content {
    if let Some(charset) = media_type.charset()
        && !charset.eq_ignore_ascii_case("utf-8")
    {
        let message = format!("JSON is UTF-8, and the charset `{charset}` is declared");
        faults.push(fault(BodyFaultKind::Charset, message));
    }
    if faults
        .iter()
        .any(|fault| fault.kind == BodyFaultKind::TooLarge)
    {
        // What was cut off by this side says nothing about the JSON, and it is long to read.
        return plain_content(bytes);
    }
    let decoded = json::decode(bytes);
    // A body that broke off is no JSON either; saying so would be the same thing twice.
    let broken_off = faults
        .iter()
        .any(|fault| fault.kind == BodyFaultKind::Length);
    for found in decoded.faults {
        let kind = kind_of(&found.kind);
        if kind == BodyFaultKind::Syntax && broken_off {
            continue;
        }
        let place = place_of(&found.kind).cloned();
        let message = format!(
            "{} (line {}, column {})",
            found.message, found.line, found.column
        );
        faults.push(BodyFault {
            kind,
            message,
            place,
        });
    }
    decoded
        .value
        .map_or_else(|| plain_content(bytes), Content::Json)
}

/// Bytes that are no JSON although they should be.
fn plain_content(bytes: &Bytes) -> Content {
    match std::str::from_utf8(bytes) {
        Ok(text) => Content::Text(text.to_owned()),
        Err(_) => Content::Binary,
    }
}

fn text_content(media_type: &MediaType, bytes: &Bytes, faults: &mut Vec<BodyFault>) -> Content {
    let name = media_type.charset().unwrap_or("utf-8");
    in_charset(name, bytes, faults).map_or(Content::Binary, Content::Text)
}

/// The text that bytes are in a charset; none when nobody knows it.
fn in_charset(name: &str, bytes: &[u8], faults: &mut Vec<BodyFault>) -> Option<String> {
    let Some(encoding) = encoding_rs::Encoding::for_label(name.as_bytes()) else {
        faults.push(fault(
            BodyFaultKind::Charset,
            format!("the charset `{name}` is not known"),
        ));
        return None;
    };
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors {
        let message = format!("the bytes are not in the charset `{name}` that is declared");
        faults.push(fault(BodyFaultKind::Charset, message));
    }
    Some(text.into_owned())
}
