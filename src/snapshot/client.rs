//! What the client said so far: a value that it sent itself is not made by the server, and stays as
//! it is in the snapshot.
//!
//! Looked through are the inputs, and of each request the URL (percent-decoded), the headers and the
//! body: as text, an archive that is no text with its bytes that are, and one that is compressed by gzip
//! as what it was before. What is too long is not looked through, and counts as not sent.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::symbols::is_apart;
use super::url::parts;
use crate::contract::PathTemplate;
use crate::http::form::{FormKind, decode_urlencoded};
use crate::http::{MediaType, Request, coding, text};

/// How much of the requests of one flow is looked through, in bytes: each value that a server makes is
/// searched in all of it.
const BYTES_MAX: usize = 64 * 1024;

/// The first bytes of what gzip compressed (`RFC 1952 §2.3.1`).
const GZIP_START: &[u8] = &[0x1f, 0x8b];

/// What stands between two texts. It joins no words, and no value holds it: it is a noncharacter, which
/// is not for interchange (`Unicode 16.0 §23.7`).
const BETWEEN: char = '\u{ffff}';

/// What the client said so far.
#[derive(Debug, Default)]
pub(super) struct Sent<'t> {
    /// All texts, each once and with `BETWEEN` after it: one text is searched faster than many.
    said: String,
    /// Where each of them stands.
    places: Vec<Range<usize>>,
    /// What was said by the name of the place where it stood; taken apart when it is first asked for,
    /// because few flows ask.
    placed: RefCell<Placed<'t>>,
    bytes: usize,
}

/// Texts and numbers of JSON, and parts of URLs, by the name of the place where they stood.
#[derive(Debug, Default)]
struct Placed<'t> {
    known: BTreeSet<(String, String)>,
    waiting: Vec<Waiting<'t>>,
}

/// Something that is not taken apart yet.
#[derive(Debug, Clone, Copy)]
enum Waiting<'t> {
    Inputs(&'t Map<String, Value>),
    Target(&'t Request, Option<&'t PathTemplate>),
    Body(&'t Request),
}

impl<'t> Sent<'t> {
    /// Adds the inputs of a flow.
    pub(super) fn add_inputs(&mut self, inputs: &'t Map<String, Value>) {
        self.placed.get_mut().waiting.push(Waiting::Inputs(inputs));
        for value in inputs.values() {
            self.add(&value.to_string());
        }
    }

    /// Adds a request to an operation with this path.
    pub(super) fn add_request(&mut self, request: &'t Request, path: Option<&'t PathTemplate>) {
        let waiting = &mut self.placed.get_mut().waiting;
        if self.bytes + request.target().len() <= BYTES_MAX {
            waiting.push(Waiting::Target(request, path));
        }
        if !request.body.is_empty() && self.bytes + request.body.len() <= BYTES_MAX {
            waiting.push(Waiting::Body(request));
        }
        self.add(&decoded(request.target()));
        for header in &request.headers {
            self.add(&header.text());
        }
        if request.body.starts_with(GZIP_START) {
            let room = BYTES_MAX - self.bytes;
            if let Ok(body) = coding::decode(&request.body, "gzip", room) {
                self.add(&text(&body));
            }
        } else if self.bytes + request.body.len() <= BYTES_MAX {
            match form(request) {
                Some(fields) => fields.iter().for_each(|(_, value)| self.add(value)),
                None => self.add(&text(&request.body)),
            }
        }
    }

    fn add(&mut self, text: &str) {
        if self.bytes + text.len() > BYTES_MAX || text.is_empty() {
            return;
        }
        // Repetitions count as well: whether a later text is still looked through must not depend on
        // whether two values happened to be the same.
        self.bytes += text.len();
        let is_it = |place: &Range<usize>| self.said[place.clone()] == *text;
        if !self.places.iter().any(is_it) {
            let start = self.said.len();
            self.said.push_str(text);
            self.places.push(start..self.said.len());
            self.said.push(BETWEEN);
        }
    }

    /// Whether the client said this at a place of this name. For short values, that stand by chance
    /// somewhere in what it said.
    pub(super) fn has_at(&self, place: &str, value: &str) -> bool {
        let mut placed = self.placed.borrow_mut();
        for waiting in std::mem::take(&mut placed.waiting) {
            placed.take_apart(waiting);
        }
        placed.known.contains(&(place.to_owned(), value.to_owned()))
    }

    /// Whether the client said this, by itself or as whole words of something longer.
    pub(super) fn has(&self, value: &str) -> bool {
        let escaped = value.contains(|c: char| c.is_control() || matches!(c, '"' | '\\'));
        holds(&self.said, value)
            || escaped && {
                let quoted = Value::from(value).to_string();
                holds(&self.said, &quoted[1..quoted.len() - 1])
            }
    }
}

impl Placed<'_> {
    fn take_apart(&mut self, waiting: Waiting<'_>) {
        match waiting {
            Waiting::Inputs(inputs) => {
                inputs
                    .iter()
                    .for_each(|(name, value)| self.place(name, value));
            }
            Waiting::Target(request, path) => {
                let parts = parts(request.target(), path).into_iter();
                self.known.extend(parts.map(|it| (it.name, it.text)));
            }
            Waiting::Body(request) => {
                if let Some(fields) = form(request) {
                    self.known.extend(fields);
                } else if let Ok(body) = serde_json::from_slice(&request.body) {
                    self.place("", &body);
                }
            }
        }
    }

    /// As deep as the value, which the parser bounds.
    fn place(&mut self, name: &str, value: &Value) {
        match value {
            Value::String(text) => {
                self.known.insert((name.to_owned(), text.clone()));
            }
            Value::Number(number) => {
                self.known.insert((name.to_owned(), number.to_string()));
            }
            Value::Array(elements) => elements.iter().for_each(|it| self.place(name, it)),
            Value::Object(members) => members.iter().for_each(|(name, it)| self.place(name, it)),
            Value::Null | Value::Bool(_) => {}
        }
    }
}

/// The fields of a form that hides its texts behind escapes; none of any other body.
fn form(request: &Request) -> Option<Vec<(String, String)>> {
    let content_type = request.headers.first("content-type")?;
    let media_type = MediaType::parse(&content_type).ok()?;
    let is_form = FormKind::of(&media_type) == Some(FormKind::UrlEncoded);
    is_form.then(|| decode_urlencoded(&request.body))
}

/// A path and query as it reads when it is decoded.
fn decoded(target: &str) -> Cow<'_, str> {
    match memchr::memchr(b'%', target.as_bytes()) {
        Some(_) => percent_decode_str(target).decode_utf8_lossy(),
        None => Cow::Borrowed(target),
    }
}

fn holds(text: &str, value: &str) -> bool {
    // An empty value would be found within characters.
    value.is_empty()
        || memchr::memmem::find_iter(text.as_bytes(), value)
            .any(|start| is_apart(text, start, start + value.len()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::http::Headers;
    use bytes::Bytes;
    use serde_json::json;

    fn request(url: &str, body: &str) -> Request {
        let mut headers = Headers::default();
        headers.push("X-Trace", "trace-77");
        let body = Bytes::copy_from_slice(body.as_bytes());
        Request {
            method: "POST".into(),
            url: url.into(),
            headers,
            body,
            caller: None,
        }
    }

    #[test]
    fn what_was_sent_is_known() {
        let request = request(
            "http://h:1/a%2Fb/c?d=e%20f",
            r#"{"name":"web-1","quote":"a\"b"}"#,
        );
        let mut sent = Sent::default();
        sent.add_request(&request, None);
        let inputs = json!({"image": "nginx:1.25"});
        sent.add_inputs(inputs.as_object().expect("an object"));
        for value in [
            "a/b",
            "e f",
            "web-1",
            "trace-77",
            "nginx:1.25",
            "nginx",
            "a\"b",
        ] {
            assert!(sent.has(value), "{value}");
        }
        for value in ["web-12", "eb-1", "ngin", "h:1", "other"] {
            assert!(!sent.has(value), "{value}");
        }
    }

    #[test]
    fn what_an_archive_holds_was_sent() {
        let plain = b"\0\xff\0name: example-app\nversion: 1.0.0\n\0";
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(plain).expect("a Vec takes all");
        let compressed = writer.finish().expect("a Vec takes all");
        let mut request = request("http://h/", "");
        for body in [plain.to_vec(), compressed.clone()] {
            request.body = body.into();
            let mut sent = Sent::default();
            sent.add_request(&request, None);
            assert!(sent.has("example-app") && sent.has("1.0.0"));
            assert!(!sent.has("2.0.0"));
        }
        request.body = compressed[..compressed.len() / 2].to_vec().into();
        let mut sent = Sent::default();
        sent.add_request(&request, None);
        assert!(!sent.has("1.0.0"));
    }

    #[test]
    fn what_a_form_holds_was_sent_whatever_its_type_is_written_like() {
        let sent = |content_type: &str| {
            let mut request = request("http://h/", "name=web%2F1");
            request.headers.push("content-type", content_type);
            let mut sent = Sent::default();
            sent.add_request(&request, None);
            sent.has("web/1")
        };
        assert!(sent("application/x-www-form-urlencoded"));
        assert!(sent("Application/X-WWW-Form-URLEncoded; charset=utf-8"));
        for other in ["application/x-www-form-urlencoded-not", "text/plain", "x"] {
            assert!(!sent(other), "{other}");
        }
    }

    #[test]
    fn too_much_is_not_looked_through() {
        let body = format!("needle {}", "x".repeat(BYTES_MAX));
        let request = request("http://h/", &body);
        let mut sent = Sent::default();
        sent.add_request(&request, None);
        assert!(!sent.has("needle"));
        assert!(sent.has("trace-77"));
    }
}
