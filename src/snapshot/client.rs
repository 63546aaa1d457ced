//! What the client said so far: a value that it sent itself is not made by the server, and stays as
//! it is in the snapshot.
//!
//! Looked through are the inputs, and of each request the URL (percent-decoded), the headers and the
//! body as text. A body that is too long or no text is not: what it holds counts as not sent.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::symbols::is_apart;
use crate::http::Request;

/// How much of the requests of one flow is looked through, in bytes: each value that a server makes is
/// searched in all of it.
const BYTES_MAX: usize = 64 * 1024;

/// What the client said so far.
#[derive(Debug, Default)]
pub(super) struct Sent<'t> {
    texts: Vec<Cow<'t, str>>,
    bytes: usize,
}

impl<'t> Sent<'t> {
    /// Adds the inputs of a flow.
    pub(super) fn add_inputs(&mut self, inputs: &Map<String, Value>) {
        for value in inputs.values() {
            self.add(Cow::Owned(value.to_string()));
        }
    }

    /// Adds a request.
    pub(super) fn add_request(&mut self, request: &'t Request) {
        self.add(percent_decode_str(request.target()).decode_utf8_lossy());
        for header in &request.headers {
            self.add(header.text());
        }
        if let Ok(text) = std::str::from_utf8(&request.body) {
            self.add(Cow::Borrowed(text));
        }
    }

    fn add(&mut self, text: Cow<'t, str>) {
        if self.bytes + text.len() <= BYTES_MAX && !text.is_empty() {
            self.bytes += text.len();
            self.texts.push(text);
        }
    }

    /// Whether the client said this, by itself or as whole words of something longer.
    pub(super) fn has(&self, value: &str) -> bool {
        let quoted = Value::from(value).to_string();
        let in_json = &quoted[1..quoted.len() - 1];
        self.texts
            .iter()
            .any(|text| holds(text, value) || (in_json != value && holds(text, in_json)))
    }
}

fn holds(text: &str, value: &str) -> bool {
    text.match_indices(value)
        .any(|(start, found)| is_apart(text, start, start + found.len()))
}

#[cfg(test)]
mod tests {
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
        }
    }

    #[test]
    fn what_was_sent_is_known() {
        let request = request(
            "http://h:1/a%2Fb/c?d=e%20f",
            r#"{"name":"web-1","quote":"a\"b"}"#,
        );
        let mut sent = Sent::default();
        sent.add_request(&request);
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
    fn too_much_is_not_looked_through() {
        let body = format!("needle {}", "x".repeat(BYTES_MAX));
        let request = request("http://h/", &body);
        let mut sent = Sent::default();
        sent.add_request(&request);
        assert!(!sent.has("needle"));
        assert!(sent.has("trace-77"));
    }
}
