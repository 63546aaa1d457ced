//! A part of a request exchanged for another value of it, as bytes.

use serde_json::Value;

use super::proof::{Ground, media_type};
use crate::contract::{Parameter, ParameterPlace, RequestPart, Style, serialize};
use crate::http::form::{
    Field, FieldValue, FormKind, Part, decode_multipart, encode_multipart, encode_urlencoded,
};
use crate::http::{MediaType, Request};
use crate::json::plain;

impl Ground<'_> {
    /// The request with another value of a part; none where that cannot be written. Of a part that goes
    /// away nothing is left.
    pub(super) fn with(
        &self,
        part: &RequestPart,
        (old, new): (Option<&Value>, Option<&Value>),
    ) -> Option<Request> {
        let request = self.request;
        let mut changed = request.clone();
        match part {
            RequestPart::Body => put_body(&mut changed, old, new)?,
            RequestPart::Parameter(place, name) => {
                let parameter = self.operation.parameter(name, *place)?;
                match place {
                    ParameterPlace::Query => {
                        let url = &request.url;
                        changed.url = with_query(url, parameter, (old, new));
                    }
                    ParameterPlace::Path => {
                        let text = serialize::path(parameter, new?);
                        changed.url = self.with_segment(&request.url, name, &text)?;
                    }
                    ParameterPlace::Header => {
                        changed.headers.remove(name);
                        if let Some(value) = new {
                            let text = serialize::header(Some(parameter), value);
                            changed.headers.push(name.as_str(), as_field(text)?);
                        }
                    }
                    ParameterPlace::Cookie => put_cookie(&mut changed, parameter, new)?,
                    ParameterPlace::QueryString => return None,
                }
            }
        }
        Some(changed)
    }

    /// The URL with another text in the hole of that name.
    fn with_segment(&self, url: &str, name: &str, text: &str) -> Option<String> {
        // Such a segment would name another path (RFC 3986 §5.2.4).
        if text.is_empty() || matches!(text, "." | "..") {
            return None;
        }
        let (path, query) = url
            .split_once('?')
            .map_or((url, None), |(it, query)| (it, Some(query)));
        let wanted: Vec<&str> = self.operation.path.as_str().split('/').skip(1).collect();
        let mut given: Vec<&str> = path.split('/').collect();
        let start = given.len().checked_sub(wanted.len())?;
        let hole = format!("{{{name}}}");
        let place = wanted.iter().position(|it| *it == hole)?;
        *given.get_mut(start + place)? = text;
        let path = given.join("/");
        Some(query.map_or_else(|| path.clone(), |query| format!("{path}?{query}")))
    }
}

fn put_body(request: &mut Request, old: Option<&Value>, new: Option<&Value>) -> Option<()> {
    let Some(value) = new else {
        request.body = bytes::Bytes::new();
        request.headers.remove("content-type");
        return Some(());
    };
    let media_type = media_type(request)?;
    let body = if media_type.is_json() {
        serde_json::to_vec(value).ok()?
    } else {
        let (content_type, body) = form(request, &media_type, (old?, value))?;
        request.headers.set("content-type", content_type.as_bytes());
        body
    };
    request.body = body.into();
    Some(())
}

/// A text that a header field can hold as it is: visible, and with no space at its ends.
fn as_field(text: String) -> Option<String> {
    let is_visible = text.bytes().all(|it| matches!(it, b' '..=b'~'));
    (is_visible && text.trim() == text && !text.is_empty()).then_some(text)
}

fn with_query(
    url: &str,
    parameter: &Parameter,
    (old, new): (Option<&Value>, Option<&Value>),
) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let is_own = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
        let inner = name.strip_prefix(parameter.name.as_str());
        let is_deep = parameter.style == Style::DeepObject;
        // The members of an object stand under their own names.
        let members = old
            .and_then(Value::as_object)
            .filter(|_| parameter.explode && !is_deep);
        members.map_or_else(
            || inner.is_some_and(|it| it.is_empty() || is_deep && it.starts_with('[')),
            |it| it.contains_key(name.as_ref()),
        )
    };
    let pairs = query.split('&').filter(|it| !it.is_empty() && !is_own(it));
    let mut pairs: Vec<String> = pairs.map(str::to_owned).collect();
    pairs.extend(
        new.into_iter()
            .flat_map(|it| serialize::query(parameter, it)),
    );
    if pairs.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", pairs.join("&"))
}

fn put_cookie(request: &mut Request, parameter: &Parameter, new: Option<&Value>) -> Option<()> {
    let mut cookies: Vec<String> = Vec::new();
    for text in request.headers.all("cookie") {
        let others = text.split(';').map(str::trim);
        let others = others.filter(|it| it.split('=').next() != Some(parameter.name.as_str()));
        cookies.extend(others.filter(|it| !it.is_empty()).map(str::to_owned));
    }
    for text in new
        .into_iter()
        .flat_map(|it| serialize::cookie(parameter, it))
    {
        cookies.push(as_field(text).filter(|it| !it.contains(';'))?);
    }
    request.headers.remove("cookie");
    if !cookies.is_empty() {
        request.headers.push("cookie", cookies.join("; "));
    }
    Some(())
}

/// The media type and the bytes of a form whose value becomes another one. Fields that stay the same are
/// the same bytes.
fn form(
    request: &Request,
    media_type: &MediaType,
    (old, new): (&Value, &Value),
) -> Option<(String, Vec<u8>)> {
    let kind = FormKind::of(media_type)?;
    let (old, new) = (old.as_object()?, new.as_object()?);
    let boundary = media_type.boundary();
    let parts = boundary.and_then(|it| decode_multipart(it, &request.body));
    let parts = parts.unwrap_or_default();
    let mut fields: Vec<(String, FieldValue<'_>)> = Vec::new();
    for (name, value) in new {
        let mut same = parts.iter().filter(|it| it.name == *name).peekable();
        if old.get(name) == Some(value) && same.peek().is_some() {
            fields.extend(same.map(|it| (name.clone(), value_of(it))));
            continue;
        }
        let items = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        for item in items {
            // A form has no word for null.
            let said = item.is_object().then_some("application/json");
            let text = Some(item).filter(|it| !it.is_null()).map(plain)?;
            fields.push((name.clone(), FieldValue::Text(text, said)));
        }
    }
    let fields = fields.iter().map(|(name, value)| Field {
        name,
        value: value.clone(),
    });
    let fields: Vec<Field<'_>> = fields.collect();
    let essence = media_type.essence();
    match kind {
        FormKind::UrlEncoded => {
            let content_type = request.headers.first("content-type")?.into_owned();
            Some((content_type, encode_urlencoded(&fields).ok()?.into_bytes()))
        }
        FormKind::Multipart => {
            let (boundary, body) = encode_multipart(&fields);
            Some((format!("{essence}; boundary={boundary}"), body))
        }
    }
}

/// What a field holds that was read.
fn value_of<'f>(part: &'f Part<'f>) -> FieldValue<'f> {
    match (&part.file, part.media_type) {
        (Some(name), Some(media_type)) => FieldValue::File {
            name,
            media_type,
            bytes: part.bytes,
        },
        (_, media_type) => {
            let text = String::from_utf8_lossy(part.bytes).into_owned();
            FieldValue::Text(text, media_type)
        }
    }
}
