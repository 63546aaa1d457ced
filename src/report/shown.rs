//! An exchange, made ready for a person to look at.
//!
//! What is secret by the name of its header field is left out. What is secret inside a body has no
//! name here: whoever knows such values takes them out of the texts afterwards.

use super::curl;
use crate::digest::sha256;
use crate::http::{Header, reason};
use crate::json::render_canonical;
use crate::transcript::{Attempt, Content};
use crate::world::Site;

/// An exchange as it is shown to a person, with what is secret taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownExchange {
    /// Its place in the step's list of tries; findings of other tries do not point into it.
    pub attempt: usize,
    /// A command line that sends the same request again.
    pub curl: String,
    /// The status line of the response, such as `200 OK`, then its header fields as `name: value`.
    pub head: Vec<String>,
    /// The body of the response: canonical JSON, text, or a description of bytes. It is whole, since
    /// findings point into it; each form cuts it as it needs and says how much it left out.
    pub body: String,
}

impl ShownExchange {
    /// The try that has this place in its step's list, at a site.
    pub fn of(place: usize, attempt: &Attempt, site: &Site) -> Self {
        let response = &attempt.exchange.response;
        let status = format!("{} {}", response.status, reason(response.status));
        let mut head = vec![status.trim_end().to_owned()];
        // The time of the answer would make two reports of the same run differ.
        let told = response
            .headers
            .iter()
            .filter(|it| !it.name.eq_ignore_ascii_case("date"));
        head.extend(told.map(field));
        let received = &attempt.received;
        let body = match &received.content {
            Content::Empty => String::new(),
            Content::Json(value) => render_canonical(value).trim_end().to_owned(),
            Content::Text(text) => text.clone(),
            Content::Binary => describe(&received.bytes),
        };
        Self {
            attempt: place,
            curl: curl::render_to(&attempt.exchange.request, site),
            head,
            body,
        }
    }
}

fn field(header: &Header) -> String {
    if crate::http::is_secret_name(&header.name) {
        format!("{}: ({} bytes, secret)", header.name, header.value.len())
    } else {
        format!("{}: {}", header.name, header.text())
    }
}

/// Bytes that are no text, by what tells them apart from others.
fn describe(bytes: &[u8]) -> String {
    format!(
        "{} bytes that are no text, sha256 {}",
        bytes.len(),
        sha256(bytes)
    )
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::http::{BodyEnd, Exchange, Headers, Request, Response};
    use crate::transcript::Received;

    fn shown(status: u16, fields: &[(&str, &str)], body: &'static [u8]) -> ShownExchange {
        let mut headers = Headers::default();
        for (name, value) in fields {
            headers.push(*name, *value);
        }
        let response = Response {
            status,
            headers,
            body: Bytes::from_static(body),
            end: BodyEnd::Complete,
        };
        let request = Request {
            method: "GET".into(),
            url: "http://h/".into(),
            headers: Headers::default(),
            body: Bytes::new(),
            caller: None,
        };
        let received = Received::decode(&response);
        let exchange = Exchange { request, response };
        let attempt = Attempt {
            exchange,
            received,
            unmet: Vec::new(),
            broken_request: Vec::new(),
        };
        ShownExchange::of(2, &attempt, &Site::default())
    }

    #[test]
    fn json_is_laid_out_so_that_lines_can_be_pointed_at() {
        let fields = [
            ("content-type", "application/json"),
            ("Date", "Sat, 01 Jan 2000 00:00:00 GMT"),
            ("x-a", "1"),
        ];
        let shown = shown(200, &fields, br#"{"b":[1.0],"a":null}"#);
        assert_eq!(shown.attempt, 2);
        assert_eq!(shown.curl, "curl 'http://h/'");
        assert_eq!(
            shown.head,
            ["200 OK", "content-type: application/json", "x-a: 1"]
        );
        assert_eq!(shown.body, "{\n  \"a\": null,\n  \"b\": [\n    1.0\n  ]\n}");
    }

    #[test]
    fn secret_fields_are_not_shown() {
        let fields = [("Set-Cookie", "sid=s3cret"), ("x-auth-token", "s3cret")];
        let shown = shown(599, &fields, b"");
        let expected = [
            "599",
            "Set-Cookie: (10 bytes, secret)",
            "x-auth-token: (6 bytes, secret)",
        ];
        assert_eq!(shown.head, expected);
        assert_eq!(shown.body, "");
    }

    #[test]
    fn text_stays_and_bytes_are_described() {
        let text = shown(200, &[("content-type", "text/plain")], b"a\nb");
        assert_eq!(text.body, "a\nb");
        let bytes = shown(200, &[("content-type", "application/gzip")], b"\x1f\x8b");
        assert!(
            bytes.body.starts_with("2 bytes that are no text, sha256 "),
            "{}",
            bytes.body
        );
    }
}
