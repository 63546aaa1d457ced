//! HTTP messages as plain values: what was sent and what came back, with nothing decoded or hidden.
//!
//! Headers keep their order, their duplicates and their bytes; a body says how it ended. This module
//! sends nothing and judges nothing.

pub mod coding;
pub mod form;
mod grant;
mod headers;
mod media_type;
mod percent;
mod retry;
mod secret;
mod security;
pub mod sequence;
mod text;
mod token;
mod weblink;

pub use grant::Grant;
pub use headers::{Header, Headers, check_field_value};
pub use media_type::{MediaRange, MediaType, MediaTypeError};
pub use percent::{PATH, UNRESERVED, foreign_to_query, is_of_a_url, is_unreserved};
pub use retry::retry_after;
pub use secret::{hide_credentials, hide_secrets, is_secret_name};
pub use security::{Caller, CredentialPlace, DEFAULT_IDENTITY, SchemeSet, SecurityScheme};
pub use text::text;
pub use token::is_token;
pub use weblink::{WebLink, web_links};

use std::sync::Arc;

use bytes::Bytes;
use memchr::memchr;

/// A request as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method in upper case (`RFC 9110 §9`).
    pub method: String,
    /// The absolute URL, already percent-encoded.
    pub url: String,
    /// The header fields, in the order in which they are sent.
    pub headers: Headers,
    /// The body; empty when there is none.
    pub body: Bytes,
    /// As whom it is sent; none when nobody asks who it is. The credentials are no part of it.
    pub caller: Option<Arc<Caller>>,
}

/// A response as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code (`RFC 9110 §15`).
    pub status: u16,
    /// The header fields, in the order in which they came.
    pub headers: Headers,
    /// The body's bytes, with no content coding removed.
    pub body: Bytes,
    /// How the body ended.
    pub end: BodyEnd,
}

/// How a response's body ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyEnd {
    /// As the message framing promised.
    Complete,
    /// Before its promised end; the text says what the connection did (`RFC 9112 §8`).
    CutShort(String),
    /// It grew over the limit, in bytes, and reading was stopped there.
    TooLarge(usize),
    /// It did not end within the time limit, in milliseconds.
    TimedOut(u64),
}

/// One request with its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub response: Response,
}

impl Request {
    /// The path of the URL with its query, without scheme and authority.
    pub fn target(&self) -> &str {
        match &self.url[self.target_start()..] {
            "" => "/",
            target => target,
        }
    }

    /// Scheme and authority of the URL, as they are written.
    pub fn origin(&self) -> &str {
        &self.url[..self.target_start()]
    }

    fn target_start(&self) -> usize {
        let url = self.url.as_bytes();
        let scheme = memchr(b':', url).filter(|it| url[it + 1..].starts_with(b"//"));
        let after = scheme.map_or(0, |it| it + "://".len());
        let start = memchr(b'/', &url[after..]);
        start.map_or(url.len(), |it| after + it)
    }
}

impl Response {
    /// The `Content-Type`, when there is exactly one and it can be read.
    ///
    /// # Errors
    /// When the header is missing, given more than once, or not a media type (`RFC 9110 §8.3`).
    pub fn media_type(&self) -> Result<MediaType, MediaTypeError> {
        let mut values = self.headers.all("content-type");
        let first = values.next().ok_or(MediaTypeError::Missing)?;
        if values.next().is_some() {
            return Err(MediaTypeError::Repeated);
        }
        MediaType::parse(&first)
    }
}

/// A URL without its query.
pub fn without_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(path, _)| path)
}

/// A status code with its reason phrase, when it has one: `404 Not Found`.
pub fn status_line(status: u16) -> String {
    format!("{status} {}", reason(status)).trim_end().to_owned()
}

/// The standard reason phrase of a status code, or an empty text for an unknown one.
///
/// The table is ours because the phrase goes into reports, which must not depend on what a server
/// or an HTTP library says (`RFC 9110 §15`).
pub fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        418 => "I'm a Teapot",
        422 => "Unprocessable Content",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

/// Whether a method asks for nothing to be changed (`RFC 9110 §9.2.1`); `QUERY` as the registry of
/// methods has it.
pub fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "QUERY")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str) -> Request {
        Request {
            method: "GET".into(),
            url: url.into(),
            headers: Headers::default(),
            body: Bytes::new(),
            caller: None,
        }
    }

    #[test]
    fn a_url_is_an_origin_and_a_target() {
        for (url, origin, target) in [
            (
                "http://127.0.0.1:80/a/b?c=d",
                "http://127.0.0.1:80",
                "/a/b?c=d",
            ),
            ("http://127.0.0.1", "http://127.0.0.1", "/"),
            ("/a:b", "", "/a:b"),
        ] {
            let request = request(url);
            assert_eq!((request.origin(), request.target()), (origin, target));
        }
    }

    fn response(types: &[&str]) -> Response {
        let mut headers = Headers::default();
        for value in types {
            headers.push("Content-Type", value.as_bytes());
        }
        Response {
            status: 200,
            headers,
            body: Bytes::new(),
            end: BodyEnd::Complete,
        }
    }

    #[test]
    fn the_media_type_must_be_one_and_readable() {
        assert!(response(&["text/plain"]).media_type().is_ok());
        assert_eq!(response(&[]).media_type(), Err(MediaTypeError::Missing));
        assert_eq!(
            response(&["a/b", "a/b"]).media_type(),
            Err(MediaTypeError::Repeated)
        );
        assert!(matches!(
            response(&["nonsense"]).media_type(),
            Err(MediaTypeError::Malformed(_))
        ));
    }
}
