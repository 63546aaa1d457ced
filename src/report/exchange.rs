//! What was asked and answered, as records and reports have it: without credentials, and without the values of
//! fields that are secret by their names.

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
pub struct RecordedStep {
    /// Its name from the case's point of view: `caller/step`.
    pub path: String,
    /// The operation that it calls; empty for a call of a workflow.
    pub operation: String,
    /// What was sent and what came back, every try.
    pub tries: Vec<RecordedExchange>,
    /// From its first request to its last answer; none where it sent nothing, or nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

/// One request with its response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedExchange {
    /// As whom it was sent; none when nobody asks.
    pub identity: Option<String>,
    /// The method.
    pub method: String,
    /// The absolute URL, with the values of secret fields hidden.
    pub url: String,
    /// The header fields of the request.
    pub headers: Vec<RecordedField>,
    /// The body of the request.
    pub body: RecordedBody,
    /// The status of the response.
    pub status: u16,
    /// The header fields of the response.
    pub answer_headers: Vec<RecordedField>,
    /// The body of the response, with content codings undone.
    pub answer_body: RecordedBody,
    /// How the body of the response ended, where it did not end as it should.
    pub cut: Option<String>,
}

/// A header field; without its value where that is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedField(pub String, pub Option<String>);

/// A body, as text where it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RecordedBody {
    /// Text.
    Text(String),
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

impl RecordedStep {
    /// A step, without what is secret.
    pub fn of(record: &StepRecord) -> Self {
        let operation = record.definition().call.operation();
        Self {
            path: record.path(),
            operation: operation.map(|(_, it)| it.id.clone()).unwrap_or_default(),
            tries: record.attempts.iter().map(RecordedExchange::of).collect(),
            period: record.period,
        }
    }
}

impl RecordedExchange {
    /// An exchange, without what is secret.
    pub fn of(attempt: &Attempt) -> Self {
        let (request, response) = (&attempt.exchange.request, &attempt.exchange.response);
        let caller = request.caller.as_ref();
        Self {
            identity: caller.map(|it| it.identity.to_string()),
            method: request.method.clone(),
            url: hide_credentials(&request.url).into_owned(),
            headers: fields(&request.headers),
            body: RecordedBody::of(&request.body),
            status: response.status,
            answer_headers: fields(&response.headers),
            answer_body: RecordedBody::of(&attempt.received.bytes),
            cut: match &response.end {
                BodyEnd::Complete => None,
                BodyEnd::CutShort(why) => Some(why.clone()),
                BodyEnd::TooLarge(bytes) => Some(format!("it grew over {bytes} bytes")),
                BodyEnd::TimedOut(time) => Some(format!("it did not end within {time} ms")),
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
            headers.push(name.clone(), value.as_bytes());
        }
        if self.url.contains("[hidden]") {
            return Err("a part of the URL is secret".to_owned());
        }
        let body = self.body.bytes();
        Ok(Request {
            method: self.method.clone(),
            url: self.url.clone(),
            headers,
            body: body.ok_or("the body is too large to be kept")?,
            caller: None,
        })
    }
}

impl RecordedExchange {
    /// What came back, as far as it was kept.
    pub fn answer(&self) -> Response {
        let mut headers = Headers::default();
        for RecordedField(name, value) in &self.answer_headers {
            // The body is kept without its coding.
            if !name.eq_ignore_ascii_case("content-encoding") {
                let value = value.as_deref().unwrap_or_default();
                headers.push(name.clone(), value.as_bytes());
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

impl RecordedBody {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    fn of(bytes: &Bytes) -> Self {
        if bytes.len() > BODY_BYTES_MAX {
            return Self::Left {
                bytes: bytes.len(),
                sha256: sha256(bytes),
            };
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
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

fn fields(headers: &Headers) -> Vec<RecordedField> {
    let field = |it: &Header| {
        let value = (!is_secret_name(&it.name)).then(|| it.text().into_owned());
        RecordedField(it.name.clone(), value)
    };
    headers.iter().map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_kept_as_text_or_bytes_or_by_its_digest() {
        let body = RecordedBody::of(&Bytes::from_static(b"a\"b"));
        assert_eq!(body, RecordedBody::Text("a\"b".to_owned()));
        let body = RecordedBody::of(&Bytes::from_static(b"\xff\x00"));
        assert_eq!(body, RecordedBody::Base64("/wA=".to_owned()));
        assert_eq!(body.bytes().as_deref(), Some(&b"\xff\x00"[..]));
        let large = RecordedBody::of(&Bytes::from(vec![b'a'; BODY_BYTES_MAX + 1]));
        assert!(matches!(&large, RecordedBody::Left { bytes, .. } if *bytes == BODY_BYTES_MAX + 1));
        assert_eq!(large.bytes(), None);
        let most = RecordedBody::of(&Bytes::from(vec![b'a'; BODY_BYTES_MAX]));
        assert!(matches!(most, RecordedBody::Text(_)));
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
        exchange.url = "http://h/?token=[hidden]".to_owned();
        assert!(exchange.request().is_err());
    }
}
