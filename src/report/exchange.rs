//! What was asked and answered, as records and reports have it: without credentials, and without the values of
//! fields that are secret by their names.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::digest::sha256;
use crate::http::{BodyEnd, Header, Headers, Request, Response, hide_credentials, is_secret_name};
use crate::transcript::{Attempt, Period, StepRecord};

/// The largest part of a body that is kept, in bytes.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// A step of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedStep<'s> {
    /// Its name from the case's point of view: `caller/step`.
    pub path: Cow<'s, str>,
    /// The operation that it calls; empty for a call of a workflow.
    pub operation: Cow<'s, str>,
    /// What was sent and what came back, every try.
    pub tries: Vec<RecordedExchange<'s>>,
    /// From its first request to its last answer; none where it sent nothing, or nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

/// One request with its response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedExchange<'s> {
    /// As whom it was sent; none when nobody asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Cow<'s, str>>,
    /// The method.
    pub method: Cow<'s, str>,
    /// The absolute URL, with the values of secret fields hidden.
    pub url: Cow<'s, str>,
    /// The header fields of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<RecordedField<'s>>,
    /// The body of the request.
    #[serde(default, skip_serializing_if = "RecordedBody::is_empty")]
    pub body: RecordedBody<'s>,
    /// The status of the response.
    pub status: u16,
    /// The header fields of the response.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answer_headers: Vec<RecordedField<'s>>,
    /// The body of the response, with content codings undone.
    #[serde(default, skip_serializing_if = "RecordedBody::is_empty")]
    pub answer_body: RecordedBody<'s>,
    /// How the body of the response ended, where it did not end as it should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cow<'s, str>>,
}

/// A header field; without its value where that is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedField<'s>(pub Cow<'s, str>, pub Option<Cow<'s, str>>);

/// A body, as text where it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RecordedBody<'s> {
    /// Text.
    Text(Cow<'s, str>),
    /// Bytes that are no text, in Base64 (`RFC 4648 §4`).
    Base64(String),
    /// More bytes than are kept.
    Left {
        /// How many.
        bytes: usize,
        /// Their SHA-256, in hexadecimal digits.
        sha256: String,
    },
}

impl<'s> RecordedStep<'s> {
    /// A step, without what is secret.
    pub fn of(record: &'s StepRecord) -> Self {
        let operation = record.definition().call.operation();
        Self {
            path: record.path(),
            operation: operation
                .map(|(_, it)| it.id.as_str().into())
                .unwrap_or_default(),
            tries: record.attempts.iter().map(RecordedExchange::of).collect(),
            period: record.period,
        }
    }
}

impl<'s> RecordedExchange<'s> {
    /// An exchange, without what is secret.
    pub fn of(attempt: &'s Attempt) -> Self {
        let (request, response) = (&attempt.exchange.request, &attempt.exchange.response);
        let caller = request.caller.as_ref();
        Self {
            identity: caller.map(|it| (&*it.identity).into()),
            method: request.method.as_str().into(),
            url: hide_credentials(&request.url),
            headers: fields(&request.headers),
            body: RecordedBody::of(&request.body),
            status: response.status,
            answer_headers: fields(&response.headers),
            answer_body: RecordedBody::of(&attempt.received.bytes),
            cut: match &response.end {
                BodyEnd::Complete => None,
                BodyEnd::CutShort(why) => Some(why.into()),
                BodyEnd::TooLarge(bytes) => Some(format!("it grew over {bytes} bytes").into()),
                BodyEnd::TimedOut(time) => Some(format!("it did not end within {time} ms").into()),
            },
        }
    }

    /// The request, to be sent again. As whom is not said: that hangs on the contract.
    ///
    /// # Errors
    /// When a part of it was not kept; the text says which.
    pub fn request(&self) -> Result<Request, String> {
        let mut headers = Headers::default();
        for RecordedField(name, value) in &self.headers {
            let value = value.as_ref();
            let value = value.ok_or_else(|| format!("the value of `{name}` is secret"))?;
            headers.push(name.as_ref(), value.as_bytes());
        }
        if self.url.contains("[hidden]") {
            return Err("a part of the URL is secret".to_owned());
        }
        let body = self.body.bytes();
        Ok(Request {
            method: self.method.to_string(),
            url: self.url.to_string(),
            headers,
            body: body.ok_or("the body is too large to be kept")?,
            caller: None,
        })
    }
}

impl RecordedExchange<'_> {
    /// What came back, as far as it was kept.
    pub fn answer(&self) -> Response {
        let mut headers = Headers::default();
        for RecordedField(name, value) in &self.answer_headers {
            // The body is kept without its coding.
            if !name.eq_ignore_ascii_case("content-encoding") {
                let value = value.as_deref().unwrap_or_default();
                headers.push(name.as_ref(), value.as_bytes());
            }
        }
        Response {
            status: self.status,
            headers,
            body: self.answer_body.bytes().unwrap_or_default(),
            end: BodyEnd::Complete,
        }
    }
}

impl Default for RecordedBody<'_> {
    /// The empty one.
    fn default() -> Self {
        Self::Text(Cow::Borrowed(""))
    }
}

impl<'s> RecordedField<'s> {
    fn of(header: &'s Header) -> Self {
        let value = (!is_secret_name(&header.name)).then(|| header.text());
        Self(header.name.as_str().into(), value)
    }
}

impl<'s> RecordedBody<'s> {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    fn of(bytes: &'s [u8]) -> Self {
        if bytes.len() > BODY_BYTES_MAX {
            return Self::Left {
                bytes: bytes.len(),
                sha256: sha256(bytes),
            };
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.into()),
            Err(_) => Self::Base64(STANDARD.encode(bytes)),
        }
    }

    /// The bytes; none where they were not kept.
    pub fn bytes(&self) -> Option<Bytes> {
        match self {
            Self::Text(text) => Some(Bytes::copy_from_slice(text.as_bytes())),
            Self::Base64(text) => STANDARD.decode(text).ok().map(Bytes::from),
            Self::Left { .. } => None,
        }
    }
}

fn fields(headers: &Headers) -> Vec<RecordedField<'_>> {
    headers.iter().map(RecordedField::of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_kept_as_text_or_bytes_or_by_its_digest() {
        let body = RecordedBody::of(b"a\"b");
        assert_eq!(body, RecordedBody::Text("a\"b".into()));
        let body = RecordedBody::of(b"\xff\x00");
        assert_eq!(body, RecordedBody::Base64("/wA=".into()));
        assert_eq!(body.bytes().as_deref(), Some(&b"\xff\x00"[..]));
        let bytes = vec![b'a'; BODY_BYTES_MAX + 1];
        let large = RecordedBody::of(&bytes);
        assert!(matches!(&large, RecordedBody::Left { bytes, .. } if *bytes == BODY_BYTES_MAX + 1));
        assert_eq!(large.bytes(), None);
        let most = RecordedBody::of(&bytes[..BODY_BYTES_MAX]);
        assert!(matches!(most, RecordedBody::Text(_)));
    }

    #[test]
    fn what_is_empty_is_not_written_and_read_back_as_empty() {
        let mut exchange = crate::report::sample::exchange();
        let read =
            |text: &str| serde_json::from_str::<RecordedExchange>(text).expect("an exchange");
        let written = serde_json::to_string(&exchange).expect("JSON");
        assert_eq!(read(&written), exchange);
        exchange.headers.clear();
        exchange.answer_headers.clear();
        exchange.body = RecordedBody::default();
        exchange.answer_body = RecordedBody::default();
        let written = serde_json::to_string(&exchange).expect("JSON");
        assert!(
            !written.contains("headers") && !written.contains("body"),
            "{written}"
        );
        assert_eq!(read(&written), exchange);
        assert_eq!(read(&written).answer().body, Bytes::new());
    }

    #[test]
    fn what_is_secret_by_its_name_is_not_kept_and_not_sent_again() {
        let mut headers = Headers::default();
        headers.push("X-A", "1");
        headers.push("Authorization", "s3cret");
        let fields = fields(&headers);
        assert!(!format!("{fields:?}").contains("s3cret"));
        let mut exchange = crate::report::sample::exchange();
        assert!(exchange.request().is_ok());
        exchange.headers = fields;
        let refused = exchange.request().expect_err("a secret is missing");
        assert!(refused.contains("Authorization"), "{refused}");
        exchange.headers.clear();
        exchange.url = "http://h/?token=[hidden]".into();
        assert!(exchange.request().is_err());
    }
}
