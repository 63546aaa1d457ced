//! The layer that changes an answer on its way out.
//!
//! It knows methods, paths, statuses and bytes, and nothing of any API. What it cannot place it
//! leaves alone, byte for byte.

use std::convert::Infallible;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Number, Value};

use super::{Fault, Part, Place};

/// The largest answer that is changed, in bytes; far above what any mock answers.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Stands in a JSON value for what no JSON value can hold, until the value is text. No mock writes
/// a name or a string that begins with U+0000.
const STAND_IN: &str = "\u{0}stand-in";

/// What becomes of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// Nothing: the mock itself plays the fault.
    Nothing,
    /// Another status.
    Status(u16),
    /// Another value of the header at the place.
    Header(&'static str),
    /// The header at the place is gone.
    HeaderRemoved,
    /// Another answer altogether.
    Answered {
        status: u16,
        media_type: &'static str,
        body: &'static str,
    },
    /// The same status, another body.
    Reworded {
        media_type: &'static str,
        body: &'static str,
    },
    /// A body where there is none.
    Filled(&'static str),
    /// The same headers, no body.
    Emptied,
    /// Half of the body under the length of the whole.
    CutShort,
    /// A byte order mark before the body.
    ByteOrderMark,
    /// The text of the body in UTF-16, little-endian.
    Utf16,
    /// A second value after the JSON value.
    TextAfterJson,
    /// The object at the place repeats its first member.
    DuplicateKey,
    /// The value at the place is `NaN`.
    NotANumber,
    /// The string at the place has the byte FF.
    InvalidUtf8,
    /// The member at the place is gone.
    Removed,
    /// The value at the place has another type.
    Retyped,
    /// The value at the place is another one; the text is JSON.
    Put(&'static str),
    /// The value at the place is a similar one.
    Altered,
    /// Every number at the place and below it goes through a double.
    Rounded,
}

/// Lets the request through, and changes the answer if it is the one where `fault` shows.
pub(super) async fn spoil(
    State(fault): State<&'static Fault>,
    request: Request,
    next: Next,
) -> Response {
    let place = &fault.place;
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map(MatchedPath::as_str);
    let is_place = path == Some(place.path) && request.method() == place.method;
    let response = next.run(request).await;
    if is_place && response.status() == place.status {
        change_answer(response, place, fault.change).await
    } else {
        response
    }
}

async fn change_answer(mut response: Response, place: &Place, change: Change) -> Response {
    match (change, place.part) {
        (Change::Status(status), _) => *response.status_mut() = known_status(status),
        (Change::Header(value), Part::Header(name)) => {
            let name = HeaderName::from_static(name);
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        (Change::HeaderRemoved, Part::Header(name)) => {
            response.headers_mut().remove(name);
        }
        (
            Change::Answered {
                status,
                media_type,
                body,
            },
            _,
        ) => {
            response = reworded(response, media_type, body);
            *response.status_mut() = known_status(status);
        }
        (Change::Reworded { media_type, body }, _) => {
            response = reworded(response, media_type, body);
        }
        (Change::Filled(body), _) => response = reworded(response, "application/json", body),
        (change, Part::Body(pointer)) => return change_body(response, pointer, change).await,
        (_, Part::Handshake | Part::Status | Part::Header(_)) => {}
    }
    response
}

fn known_status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("the statuses of faults are constants, and tested")
}

/// The same answer with another body.
fn reworded(mut response: Response, media_type: &'static str, body: &'static str) -> Response {
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    with_body(response, Bytes::from_static(body.as_bytes()))
}

/// The same answer with other bytes; the server declares their length anew.
fn with_body(mut response: Response, bytes: Bytes) -> Response {
    response.headers_mut().remove(CONTENT_LENGTH);
    *response.body_mut() = Body::from(bytes);
    response
}

async fn change_body(response: Response, pointer: &str, change: Change) -> Response {
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, ANSWER_BYTES_MAX).await else {
        let mut failure =
            Response::new(Body::from("the answer is too large to play a fault in it"));
        *failure.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return failure;
    };
    let response = Response::from_parts(parts, Body::empty());
    if matches!(change, Change::CutShort) {
        return cut_short(response, &bytes);
    }
    let changed = change_bytes(&bytes, change).or_else(|| change_json(&bytes, pointer, change));
    with_body(response, changed.map_or(bytes, Bytes::from))
}

/// Half of the body, under the length of the whole. A body of unknown length makes the server
/// believe the header; when the body then ends early, it closes the connection, and drops what it
/// has not sent yet. So the end comes a turn later than the bytes, which are sent meanwhile.
fn cut_short(mut response: Response, bytes: &Bytes) -> Response {
    if bytes.is_empty() {
        return response;
    }
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = bytes.slice(..bytes.len() / 2);
    let pieces = futures_util::stream::unfold(Some(half), async |piece| {
        if piece.is_none() {
            tokio::task::yield_now().await;
        }
        piece.map(|half| (Ok::<_, Infallible>(half), None))
    });
    *response.body_mut() = Body::from_stream(pieces);
    response
}

/// The changes that need not know the JSON value; none for the others.
fn change_bytes(bytes: &[u8], change: Change) -> Option<Vec<u8>> {
    match change {
        Change::Emptied => Some(Vec::new()),
        Change::ByteOrderMark => Some([b"\xEF\xBB\xBF", bytes].concat()),
        Change::TextAfterJson => Some([bytes, b"\n{}"].concat()),
        Change::Utf16 => {
            let text = str::from_utf8(bytes).ok()?;
            Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
        }
        _ => None,
    }
}

/// The changes of one value in the JSON body; none when the body has no such place.
fn change_json(bytes: &[u8], pointer: &str, change: Change) -> Option<Vec<u8>> {
    let mut root: Value = serde_json::from_slice(bytes).ok()?;
    let mut replacement: Option<Vec<u8>> = None;
    match change {
        Change::Removed => {
            let (object, name) = member(&mut root, pointer)?;
            object.shift_remove(&name)?;
        }
        Change::Put(text) => {
            let value =
                serde_json::from_str(text).expect("the values of faults are constants, and tested");
            let (object, name) = member(&mut root, pointer)?;
            object.insert(name, value);
        }
        Change::DuplicateKey => {
            let object = root.pointer_mut(pointer)?.as_object_mut()?;
            let (name, value) = object.iter().next()?;
            replacement = Some(Value::from(name.as_str()).to_string().into_bytes());
            let value = value.clone();
            object.insert(STAND_IN.to_owned(), value);
        }
        Change::NotANumber => {
            *root.pointer_mut(pointer)? = Value::from(STAND_IN);
            replacement = Some(b"NaN".to_vec());
        }
        Change::InvalidUtf8 => {
            let value = root.pointer_mut(pointer)?;
            let mut text = Value::from(value.as_str()?).to_string().into_bytes();
            text.insert(1, 0xFF);
            *value = Value::from(STAND_IN);
            replacement = Some(text);
        }
        Change::Retyped => change_value(root.pointer_mut(pointer)?, retyped)?,
        Change::Altered => change_value(root.pointer_mut(pointer)?, altered)?,
        Change::Rounded => round(root.pointer_mut(pointer)?),
        _ => return None,
    }
    let text = root.to_string().into_bytes();
    match replacement {
        Some(replacement) => replace_stand_in(&text, &replacement),
        None => Some(text),
    }
}

/// The object that has the last name of `pointer` as a member, or would have, and that name.
fn member<'v>(root: &'v mut Value, pointer: &str) -> Option<(&'v mut Map<String, Value>, String)> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let object = root.pointer_mut(parent)?.as_object_mut()?;
    Some((object, name.replace("~1", "/").replace("~0", "~")))
}

fn change_value(value: &mut Value, change: fn(&Value) -> Option<Value>) -> Option<()> {
    *value = change(value)?;
    Some(())
}

/// A value of another type; the mistake that a careless server would make.
fn retyped(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Bool(truth) => Some(Value::from(truth.to_string())),
        Value::Number(number) => Some(Value::from(number.to_string())),
        Value::String(_) => Some(Value::from(false)),
        Value::Array(_) => Some(Value::Object(Map::new())),
        Value::Object(_) => Some(Value::Array(Vec::new())),
    }
}

/// Another value of the same type, length and look.
fn altered(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(truth) => Some(Value::from(!truth)),
        Value::Number(number) => Some(Value::from(number.as_i64()?.checked_add(1)?)),
        Value::String(text) => {
            let mut letters: Vec<char> = text.chars().collect();
            let last = letters.last_mut()?;
            *last = match *last {
                '1' => '2',
                digit if digit.is_ascii_digit() => '1',
                'x' => 'y',
                _ => 'x',
            };
            Some(Value::from(String::from_iter(letters)))
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Rounds every number in `value`. It recurses as deep as the value, whose depth the JSON parser
/// has bounded (128).
fn round(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(rounded) = rounded(number) {
                *number = rounded;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(members) => members.values_mut().for_each(round),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The number as a server writes it that knows only doubles; none when a double holds it, so that
/// no number is spoilt which is right, and none for one with an exponent.
fn rounded(exact: &Number) -> Option<Number> {
    let text = exact.to_string();
    if text.contains(['e', 'E']) {
        return None;
    }
    let rounded = exact.as_f64()?.to_string();
    let is_fraction = text.contains('.');
    let significant = if is_fraction {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if significant == rounded {
        None
    } else {
        rounded.parse().ok()
    }
}

fn replace_stand_in(text: &[u8], replacement: &[u8]) -> Option<Vec<u8>> {
    let written = Value::from(STAND_IN).to_string().into_bytes();
    let start = text
        .windows(written.len())
        .position(|window| window == written)?;
    Some([&text[..start], replacement, &text[start + written.len()..]].concat())
}

#[cfg(test)]
mod tests;
