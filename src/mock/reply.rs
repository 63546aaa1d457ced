//! Answers and questions that every mock shapes alike: JSON and empty answers, query parameters,
//! media types.
//!
//! How an API words its errors is not here: each mock has its own.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::Value;

/// The media type of JSON, RFC 8259 §11.
pub(super) const JSON: &str = "application/json";

/// An answer of one media type.
pub(super) fn typed(
    status: StatusCode,
    media_type: &'static str,
    body: impl Into<Body>,
) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// A JSON answer.
pub(super) fn json(status: StatusCode, value: &Value) -> Response {
    typed(status, JSON, value.to_string())
}

/// 200 without a body, and so without a media type.
pub(super) fn empty() -> Response {
    Response::new(Body::empty())
}

/// Whether the headers name `media_type`, whatever its parameters (RFC 9110 §8.3.1). Without a
/// Content-Type they name none.
pub(super) fn is_of_type(headers: &HeaderMap, media_type: &str) -> bool {
    let named = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = named.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(media_type)
}

/// The first value of the query parameter `name`; an empty value is as good as none.
pub(super) fn query_value(query: Option<&str>, name: &str) -> Option<String> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    #[test]
    fn a_media_type_is_compared_without_case_and_parameters() {
        assert!(is_of_type(
            &headers("Application/JSON; charset=utf-8"),
            JSON
        ));
        assert!(is_of_type(&headers(" application/json ;"), JSON));
    }

    #[test]
    fn another_or_no_media_type_is_refused() {
        assert!(!is_of_type(&headers("application/jsonx"), JSON));
        assert!(!is_of_type(&headers("text/plain"), JSON));
        assert!(!is_of_type(&HeaderMap::new(), JSON));
    }

    #[test]
    fn a_query_value_is_decoded() {
        assert_eq!(
            query_value(Some("a=1&name=x%2Fy+z&name=2"), "name").as_deref(),
            Some("x/y z")
        );
    }

    #[test]
    fn an_absent_or_empty_query_value_is_none() {
        assert_eq!(query_value(None, "name"), None);
        assert_eq!(query_value(Some("name="), "name"), None);
        assert_eq!(query_value(Some("names=1"), "name"), None);
    }
}
