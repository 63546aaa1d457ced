//! Where secrets stand in one request and its answer, by their places.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memchr;
use serde_json::Value;

use super::guide::{Guide, Side, WHOLE, step};
use crate::contract::{MediaContent, ParameterPlace, SchemaUse, XmlMapping};
use crate::http::form::{FormKind, decode_multipart, decode_urlencoded};
use crate::http::sequence::Sequence;
use crate::http::{CredentialPlace, Header, Headers, MediaType};
use crate::json::scan::{Part, Scan};
use crate::transcript::{Attempt, Content, read_xml};

/// A secret in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// Where it stands; empty where only its value is known.
    pub(super) range: Range<usize>,
    /// What its place is called.
    pub(super) name: String,
    /// What it is.
    pub(super) value: String,
    /// Whether it is what stands behind the word `Basic`.
    pub(super) is_basic: bool,
    /// What leads to it, where it is a value of JSON.
    pub(super) way: Option<String>,
}

impl Mark {
    fn new(range: Range<usize>, name: &str, value: impl Into<String>) -> Self {
        Self {
            range,
            name: name.to_owned(),
            value: value.into(),
            is_basic: false,
            way: None,
        }
    }

    /// A value whose place is nowhere in a text.
    pub(super) fn whole(name: &str, value: impl Into<String>) -> Self {
        Self::new(0..0, name, value)
    }
}

/// All secrets of one try.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) url: Vec<Mark>,
    /// For each header field of the request.
    pub(super) asked: Vec<Vec<Mark>>,
    pub(super) asked_body: Vec<Mark>,
    /// For each header field of the answer.
    pub(super) answered: Vec<Vec<Mark>>,
    /// In the body of the answer, with content codings undone.
    pub(super) answered_body: Vec<Mark>,
}

impl Marks {
    /// Those of a try.
    pub(super) fn of(guide: &Guide<'_>, attempt: &Attempt) -> Self {
        let (request, response) = (&attempt.exchange.request, &attempt.exchange.response);
        let headers = |headers: &Headers, side| -> Vec<Vec<Mark>> {
            headers.iter().map(|it| header(guide, it, side)).collect()
        };
        let side = Side::Answered(response.status);
        Self {
            url: url(guide, &request.url),
            asked: headers(&request.headers, Side::Asked),
            asked_body: asked_body(guide, attempt),
            answered: headers(&response.headers, side),
            answered_body: answered_body(guide, attempt),
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Mark> {
        let headers = self.asked.iter().chain(&self.answered).flatten();
        let bodies = self.asked_body.iter().chain(&self.answered_body);
        self.url.iter().chain(headers).chain(bodies)
    }
}

fn url(guide: &Guide<'_>, url: &str) -> Vec<Mark> {
    if !guide.names_any {
        return Vec::new();
    }
    let bytes = url.as_bytes();
    let end = memchr(b'#', bytes).unwrap_or(bytes.len());
    let Some(start) = memchr(b'?', &bytes[..end]) else {
        return Vec::new();
    };
    fields(&url[start + 1..end], start + 1, |name| {
        let is_it = |it: &CredentialPlace| *it == CredentialPlace::Query(name.to_owned());
        let scheme = guide.scheme(is_it).map(|it| it.name.clone());
        let is_secret = || guide.is_secret_field(name, ParameterPlace::Query);
        scheme.or_else(|| is_secret().then(|| name.to_owned()))
    })
}

/// The secret fields of a query or a form that begins at a place.
fn fields(text: &str, start: usize, name_of: impl Fn(&str) -> Option<String>) -> Vec<Mark> {
    let (mut marks, mut at) = (Vec::new(), start);
    for field in text.split('&') {
        let decoded = decode_urlencoded(field.as_bytes()).into_iter().next();
        if let Some((name, value)) = decoded
            && !value.is_empty()
            && let Some(name) = name_of(&name)
        {
            let begin = at + field.find('=').map_or(field.len(), |it| it + 1);
            marks.push(Mark::new(begin..at + field.len(), &name, value));
        }
        at += field.len() + 1;
    }
    marks
}

fn header(guide: &Guide<'_>, header: &Header, side: Side) -> Vec<Mark> {
    let name = header.name.as_str();
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    let text = || std::str::from_utf8(&header.value).ok();
    if is("cookie") || is("set-cookie") {
        return text().map_or_else(Vec::new, |it| cookies(guide, it, is("cookie")));
    }
    let is_asked = matches!(side, Side::Asked);
    if is("authorization") && is_asked {
        return text()
            .map(|it| authorization(guide, name, it))
            .into_iter()
            .collect();
    }
    if !guide.names_any {
        return Vec::new();
    }
    let fits = |it: &CredentialPlace| matches!(it, CredentialPlace::Header(own) if is(own));
    let scheme = guide.scheme(fits).filter(|_| is_asked);
    let scheme = scheme.map(|it| it.name.as_str());
    let is_secret = || guide.is_secret_header(name, side);
    // Most fields are not secret, whatever they hold.
    let Some(name) = scheme.or_else(|| is_secret().then_some(name)) else {
        return Vec::new();
    };
    let text = text().filter(|it| !it.is_empty());
    let mark = text.map(|text| Mark::new(0..text.len(), name, text));
    mark.into_iter().collect()
}

/// What stands behind the word in the field by which a request says who asks.
fn authorization(guide: &Guide<'_>, name: &str, text: &str) -> Mark {
    let word = text.get(..6).filter(|_| text.len() > 6);
    let is_basic = word.is_some_and(|it| it.eq_ignore_ascii_case("basic "));
    let place = if is_basic {
        CredentialPlace::Basic
    } else {
        CredentialPlace::Bearer
    };
    let scheme = guide.scheme(|it| *it == place);
    let name = scheme.map_or(name, |it| it.name.as_str());
    let begin = text.find(' ').map_or(0, |it| it + 1);
    Mark {
        is_basic,
        ..Mark::new(begin..text.len(), name, &text[begin..])
    }
}

/// The secret cookies of a field. Behind the first pair of a `Set-Cookie` stand words for everybody.
fn cookies(guide: &Guide<'_>, text: &str, is_asked: bool) -> Vec<Mark> {
    let (mut marks, mut at) = (Vec::new(), 0);
    let pairs = text.split(';').take(if is_asked { usize::MAX } else { 1 });
    for pair in pairs {
        if let Some((name, value)) = pair.split_once('=').filter(|(_, it)| !it.is_empty()) {
            let name = name.trim();
            let is_it = |it: &CredentialPlace| *it == CredentialPlace::Cookie(name.to_owned());
            let scheme = guide.scheme(is_it).map(|it| it.name.as_str());
            let is_secret = || guide.is_secret_field(name, ParameterPlace::Cookie);
            if let Some(name) = scheme.or_else(|| is_secret().then_some(name)) {
                let begin = at + pair.len() - value.len();
                marks.push(Mark::new(begin..at + pair.len(), name, value));
            }
        }
        at += pair.len() + 1;
    }
    marks
}

fn asked_body(guide: &Guide<'_>, attempt: &Attempt) -> Vec<Mark> {
    let request = &attempt.exchange.request;
    let body = guide.operation.and_then(|it| it.request_body.as_ref());
    if request.body.is_empty() || !guide.looks_into_any(body.map_or(&[], |it| &it.content)) {
        return Vec::new();
    }
    let media_type = request.headers.first("content-type");
    let Some(media_type) = media_type.and_then(|it| MediaType::parse(&it).ok()) else {
        return Vec::new();
    };
    let schema = body.and_then(|it| it.content_for(&media_type));
    let schema = schema.and_then(|it| it.schema.as_ref());
    let text = std::str::from_utf8(&request.body);
    match (FormKind::of(&media_type), text) {
        (Some(kind), text) => form(
            guide,
            (kind, &media_type, schema),
            (&request.body, text.ok()),
        ),
        (None, Ok(text)) if media_type.is_json() => {
            let may_hold = guide.looks_into(schema);
            let value = may_hold.then(|| serde_json::from_str(text).ok()).flatten();
            value.map_or_else(Vec::new, |it| json(text, &guide.scalars(schema, &it)))
        }
        (None, _) if media_type.is_xml() => xml(guide, (&media_type, schema), &request.body),
        (None, Ok(text)) => plain(guide, schema, text),
        (None, Err(_)) => Vec::new(),
    }
}

fn form(
    guide: &Guide<'_>,
    (kind, media_type, schema): (FormKind, &MediaType, Option<&SchemaUse>),
    (body, text): (&[u8], Option<&str>),
) -> Vec<Mark> {
    let is_secret = |name: &str, value: &str| {
        let form = Value::Object([(name.to_owned(), value.into())].into_iter().collect());
        guide.scalars(schema, &form).into_values().next()
    };
    if kind == FormKind::UrlEncoded {
        return fields(text.unwrap_or_default(), 0, |name| is_secret(name, "x"));
    }
    let boundary = media_type.boundary().unwrap_or_default();
    let (mut marks, mut from) = (Vec::new(), 0);
    for part in decode_multipart(boundary, body).unwrap_or_default() {
        let Some(at) = memchr::memmem::find(&body[from..], part.bytes) else {
            continue;
        };
        let range = from + at..from + at + part.bytes.len();
        from = range.end;
        let value = std::str::from_utf8(part.bytes);
        let value = value
            .ok()
            .filter(|it| !it.is_empty() && part.file.is_none());
        if let Some(value) = value
            && let Some(name) = is_secret(&part.name, value)
        {
            marks.push(Mark::new(range, &name, value));
        }
    }
    marks
}

fn answered_body(guide: &Guide<'_>, attempt: &Attempt) -> Vec<Mark> {
    let received = &attempt.received;
    let status = attempt.exchange.response.status;
    let response = guide.operation.and_then(|it| it.response(status));
    if !guide.looks_into_any(response.map_or(&[], |it| &it.content)) {
        return Vec::new();
    }
    let media_type = received.media_type.as_ref().ok();
    let content = response.zip(media_type);
    let content = content.and_then(|(it, media_type)| it.content_for(media_type));
    let schema = content.and_then(|it| it.schema.as_ref());
    match (&received.content, media_type) {
        (Content::Json(Value::Array(items)), Some(media_type))
            if Sequence::of(media_type).is_some() =>
        {
            sequence(guide, (content, media_type), items)
        }
        (Content::Json(value), _) => {
            let scalars = guide.scalars(schema, value);
            let text = std::str::from_utf8(&received.bytes);
            text.map_or_else(|_| Vec::new(), |it| json(it, &scalars))
        }
        (Content::Text(_), Some(media_type)) if media_type.is_xml() => {
            xml(guide, (media_type, schema), &received.bytes)
        }
        (Content::Text(_), _) => {
            let text = std::str::from_utf8(&received.bytes);
            text.map_or_else(|_| Vec::new(), |it| plain(guide, schema, it))
        }
        (Content::Empty | Content::Binary, _) => Vec::new(),
    }
}

/// A text that is secret as a whole.
fn plain(guide: &Guide<'_>, schema: Option<&SchemaUse>, text: &str) -> Vec<Mark> {
    let is_secret = schema.is_some_and(|it| guide.is_secret(it));
    let mark = is_secret.then(|| Mark::new(0..text.len(), WHOLE, text));
    mark.into_iter().collect()
}

/// The secrets of JSON texts one after the other, by their values alone.
fn sequence(
    guide: &Guide<'_>,
    (content, _): (Option<&MediaContent>, &MediaType),
    items: &[Value],
) -> Vec<Mark> {
    let schema = content.and_then(|it| it.item_schema.as_ref());
    let items = items.iter();
    let marks = items.flat_map(|it| of_value(it, &guide.scalars(schema, it)));
    marks.collect()
}

/// The secrets of a document of XML, by their values alone.
fn xml(
    guide: &Guide<'_>,
    (media_type, schema): (&MediaType, Option<&SchemaUse>),
    bytes: &[u8],
) -> Vec<Mark> {
    let schema = schema.filter(|it| it.has_secrets(guide.contract));
    let Some((schema, root)) = schema.zip(read_xml(media_type, bytes).ok()) else {
        return Vec::new();
    };
    let value = XmlMapping::new(guide.contract).value(&root, schema);
    of_value(&value, &guide.scalars(Some(schema), &value))
}

fn of_value(value: &Value, scalars: &BTreeMap<String, String>) -> Vec<Mark> {
    let marks = scalars.iter().filter_map(|(way, name)| {
        let mut texts = Vec::new();
        super::guide::scalars(value.pointer(way)?, &mut texts);
        Some(Mark::whole(name, texts.pop()?))
    });
    marks.collect()
}

/// The scalars of a text of JSON to which one of these ways leads.
fn json(text: &str, scalars: &BTreeMap<String, String>) -> Vec<Mark> {
    /// An array or an object that is open.
    struct Open {
        way: String,
        /// How many elements were met; none in an object.
        elements: Option<usize>,
        key: String,
    }
    let mut marks = Vec::new();
    if scalars.is_empty() {
        return marks;
    }
    let mut open: Vec<Open> = Vec::new();
    let here = |open: &mut Vec<Open>| match open.last_mut() {
        None => String::new(),
        Some(Open {
            way,
            elements: None,
            key,
        }) => step(way, key),
        Some(Open {
            way,
            elements: Some(met),
            ..
        }) => {
            *met += 1;
            step(way, &(*met - 1).to_string())
        }
    };
    for part in Scan::new(text, 0).map_while(Result::ok) {
        match part {
            Part::OpenArray(_) | Part::OpenObject(_) => {
                let is_array = matches!(part, Part::OpenArray(_));
                let way = here(&mut open);
                open.push(Open {
                    way,
                    elements: is_array.then_some(0),
                    key: String::new(),
                });
            }
            Part::Close(_) => drop(open.pop()),
            Part::Key(range) => {
                if let Some(last) = open.last_mut() {
                    last.key = serde_json::from_str(&text[range]).unwrap_or_default();
                }
            }
            Part::NotANumber(_) => drop(here(&mut open)),
            Part::Scalar(range) => {
                let way = here(&mut open);
                let name = scalars.get(&way);
                let mut texts = Vec::new();
                if let Ok(value) = serde_json::from_str(&text[range.clone()]) {
                    super::guide::scalars(&value, &mut texts);
                }
                // What is empty or null says nothing.
                if let Some((name, value)) = name.zip(texts.pop()) {
                    marks.push(Mark {
                        way: Some(way),
                        ..Mark::new(range, name, value)
                    });
                }
            }
        }
    }
    marks
}
