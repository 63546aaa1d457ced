//! The values that bodies are, as far as their schemas describe them.

use std::borrow::Cow;

use serde_json::Value;

use crate::contract::{Contract, MediaContent, Reading, XmlMapping};
use crate::http::MediaType;
use crate::http::form::{FormKind, decode_urlencoded};
use crate::http::sequence::{Sequence, events};
use crate::json;
use crate::transcript::{Content, Received, read_xml};
use crate::xml;

/// A body as a value.
pub(super) enum Sent<'b> {
    /// All of it is one.
    Whole(Cow<'b, Value>),
    /// It is a sequence of them: an array.
    Sequence(Cow<'b, Value>),
}

impl Sent<'_> {
    /// The whole value.
    pub(super) fn whole(&self) -> &Value {
        match self {
            Self::Whole(value) | Self::Sequence(value) => value,
        }
    }

    /// Each value of a sequence.
    pub(super) fn each(&self) -> &[Value] {
        match self {
            Self::Whole(_) => &[],
            Self::Sequence(value) => value.as_array().map_or(&[], Vec::as_slice),
        }
    }
}

/// The body of a request.
pub(super) fn sent<'b>(
    contract: &Contract,
    content: &MediaContent,
    media_type: &MediaType,
    bytes: &'b [u8],
) -> Option<Sent<'b>> {
    let whole = |it| Some(Sent::Whole(Cow::Owned(it)));
    if media_type.is_json() {
        return whole(serde_json::from_slice(bytes).ok()?);
    }
    let schema = content.schema.as_ref();
    let reading = Reading::new(contract);
    if FormKind::of(media_type).is_some() {
        return whole(reading.sent_form(media_type, bytes, schema?)?);
    }
    if media_type.is_xml() {
        let root = read_xml(media_type, bytes).ok()?;
        return whole(XmlMapping::new(contract).value(&root, schema?));
    }
    let text = std::str::from_utf8(bytes).ok()?;
    match Sequence::of(media_type) {
        Some(Sequence::Events) => Some(Sent::Sequence(Cow::Owned(events(text).into()))),
        Some(sequence) => {
            let items = sequence.split(text).into_iter();
            let items = items.filter_map(|it| json::decode(it.as_bytes()).value);
            Some(Sent::Sequence(Cow::Owned(items.collect())))
        }
        None if media_type.is_text() => whole(text.into()),
        None => None,
    }
}

/// The body of an answer.
pub(super) fn received<'b>(
    contract: &Contract,
    content: &MediaContent,
    received: &'b Received,
) -> Option<Sent<'b>> {
    let media_type = received.media_type.as_ref().ok()?;
    let schema = content.schema.as_ref();
    let owned = |it| Some(Sent::Whole(Cow::Owned(it)));
    match &received.content {
        Content::Json(value) if Sequence::of(media_type).is_some() => {
            Some(Sent::Sequence(Cow::Borrowed(value)))
        }
        Content::Json(value) => Some(Sent::Whole(Cow::Borrowed(value))),
        Content::Text(text) if media_type.is_xml() => {
            let root = xml::parse(text).ok()?;
            owned(XmlMapping::new(contract).value(&root, schema?))
        }
        Content::Text(_) if media_type.is_form() => {
            let pairs = decode_urlencoded(&received.bytes);
            owned(Reading::new(contract).form(&pairs, schema?))
        }
        Content::Text(text) if Sequence::of(media_type) == Some(Sequence::Events) => {
            Some(Sent::Sequence(Cow::Owned(events(text).into())))
        }
        Content::Text(text) => owned(text.as_str().into()),
        Content::Empty | Content::Binary => None,
    }
}
