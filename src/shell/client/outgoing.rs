//! From a request as a value to the HTTP library's own, or the reason why it cannot be sent as it
//! stands. Nothing is mended: what would go out differently does not go out.

use std::sync::OnceLock;

use hyper::Uri;
use percent_encoding::percent_decode_str;
use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use url::{Position, Url};

use crate::http::{Request, is_of_a_url};

/// A request as the HTTP libraries take it, to an absolute URL.
pub(super) type Outgoing = hyper::Request<reqwest::Body>;

/// Methods whose requests usually have a body, so that an empty one is told (`RFC 9110 §8.6`).
const WITH_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];

/// How long a URL may be that is not read whole, in bytes: far from where the library takes no longer one.
const KNOWN_BYTES_MAX: usize = 16 * 1024;

/// How much of an unusable text a message shows, in characters.
const SHOWN_CHARS_MAX: usize = 80;

/// The first origin that was asked, as it is written and as it goes out. Most runs ask no other, and to
/// read a whole URL takes longer than to see that its path is as the URL standard writes it.
#[derive(Debug, Default)]
pub(super) struct Origin(OnceLock<(String, Uri)>);

impl Origin {
    /// Where a request goes.
    ///
    /// # Errors
    /// When it is no URL of HTTP, or would not go out as it is written.
    fn uri(&self, url: &str) -> Result<Uri, String> {
        let (origin, target) = url.split_at(target_start(url));
        if let Some((written, uri)) = self.0.get()
            && written == origin
            && url.len() <= KNOWN_BYTES_MAX
            && is_settled(target)
        {
            let mut parts = uri.clone().into_parts();
            parts.path_and_query = target.parse().ok();
            if let Ok(uri) = Uri::from_parts(parts) {
                return Ok(uri);
            }
        }
        let uri = uri_of(&parse_url(url)?)?;
        // Slashes before the host are read over, so that without one it may come later.
        if !origin.ends_with('/') && origin.bytes().all(is_plain) {
            self.0.get_or_init(|| (origin.to_owned(), uri.clone()));
        }
        Ok(uri)
    }
}

/// Whether a byte of a URL is none that reading it takes away, sets apart or encodes, as an apostrophe in a query.
fn is_plain(byte: u8) -> bool {
    is_of_a_url(byte) && byte != b'\''
}

/// Whether path and query are such that reading them changes nothing: no part may be a dot segment.
fn is_settled(target: &str) -> bool {
    let bytes = target.as_bytes();
    let may_lead_away = |pair: &[u8]| matches!(pair, [b'/', b'.' | b'%']);
    target.starts_with('/')
        && bytes.iter().copied().all(is_plain)
        && !bytes.windows(2).any(may_lead_away)
}

/// A URL as the libraries take it.
///
/// # Errors
/// When they do not; the text says why.
pub(super) fn uri_of(url: &Url) -> Result<Uri, String> {
    let uri = Uri::try_from(url.as_str());
    uri.map_err(|error| format!("`{}` is no URL: {error}", shown(url.as_str())))
}

/// The same as one that can be taken apart and changed.
///
/// # Errors
/// When it is none; the text says why.
pub(super) fn url_of(uri: &Uri) -> Result<Url, String> {
    let text = uri.to_string();
    Url::parse(&text).map_err(|error| format!("`{}` is no URL: {error}", shown(&text)))
}

/// The request as the HTTP library takes it.
///
/// # Errors
/// When method, URL or a field cannot be written as they are, or the body is not as long as its own
/// `Content-Length` says.
pub(super) fn lower(request: &Request, origin: &Origin) -> Result<Outgoing, String> {
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| format!("`{}` is no method", shown(&request.method)))?;
    let mut outgoing = Outgoing::default();
    *outgoing.method_mut() = method;
    *outgoing.uri_mut() = origin.uri(&request.url)?;
    let headers = outgoing.headers_mut();
    for field in &request.headers {
        let name = HeaderName::from_bytes(field.name.as_bytes())
            .map_err(|_| format!("`{}` is no field name", shown(&field.name)))?;
        let value = HeaderValue::from_bytes(&field.value)
            .map_err(|_| format!("the value of `{name}` holds a control character"))?;
        headers
            .try_append(name, value)
            .map_err(|_| "there are too many fields".to_owned())?;
    }
    if !headers.contains_key(TRANSFER_ENCODING) {
        for value in headers.get_all(CONTENT_LENGTH) {
            let promised = value
                .to_str()
                .ok()
                .and_then(|text| text.parse::<usize>().ok());
            if promised != Some(request.body.len()) {
                let promised = String::from_utf8_lossy(value.as_bytes());
                let (promised, length) = (shown(&promised), request.body.len());
                return Err(format!(
                    "Content-Length is `{promised}`, the body has {length} bytes"
                ));
            }
        }
        if request.body.is_empty()
            && WITH_BODY.contains(&request.method.as_str())
            && !headers.contains_key(CONTENT_LENGTH)
        {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
    }
    if !request.body.is_empty() {
        *outgoing.body_mut() = request.body.clone().into();
    }
    Ok(outgoing)
}

/// The URL, when it goes out as it is written. The URL standard takes dot segments, tabs and
/// backslashes away without a word; a test of a path must not test another one.
fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("`{}` is no URL: {error}", shown(text)))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "the scheme `{}` is not supported",
            shown(url.scheme())
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        // They would become a field that no record shows.
        return Err("the URL holds a user or a password; use an Authorization field".into());
    }
    let sent = &url[Position::BeforePath..Position::AfterQuery];
    let written = written_target(text);
    // An empty path is sent as `/` (`RFC 9112 §3.2.1`).
    let sent_as_written = if written.starts_with('/') {
        sent
    } else {
        &sent[1..]
    };
    let same = written == sent_as_written
        || percent_decode_str(written).eq(percent_decode_str(sent_as_written));
    if same {
        Ok(url)
    } else {
        Err(format!("the path would be sent as `{}`", shown(sent)))
    }
}

/// Path and query of a URL as they are written, without the fragment.
fn written_target(url: &str) -> &str {
    let target = &url[target_start(url)..];
    target.split_once('#').map_or(target, |(target, _)| target)
}

/// Where path, query or fragment of a URL begin.
fn target_start(url: &str) -> usize {
    let scheme = url.find(':').filter(|it| url[*it..].starts_with("://"));
    let authority = scheme.map_or(0, |it| it + "://".len());
    let rest = url[authority..].find(['/', '?', '#']);
    rest.map_or(url.len(), |it| authority + it)
}

fn shown(text: &str) -> String {
    text.chars()
        .take(SHOWN_CHARS_MAX)
        .flat_map(char::escape_debug)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Headers;
    use bytes::Bytes;
    use proptest::prelude::*;

    fn request(method: &str, url: &str, fields: &[(&str, &str)], body: &str) -> Request {
        let mut headers = Headers::default();
        for (name, value) in fields {
            headers.push(*name, value.as_bytes());
        }
        let body = Bytes::copy_from_slice(body.as_bytes());
        Request {
            method: method.into(),
            url: url.into(),
            headers,
            body,
            caller: None,
        }
    }

    fn refusal(method: &str, url: &str, fields: &[(&str, &str)]) -> String {
        lower(&request(method, url, fields, "abc"), &Origin::default())
            .expect_err("it cannot be sent")
    }

    #[test]
    fn what_is_written_goes_out() {
        for url in [
            "http://h",
            "http://h?a=b",
            "http://h/?a=/../b",
            "HTTP://H:80/a%2Fb%20c;d=e?f=g%26&h=i#fragment",
            "https://[::1]:8443//a//",
            "http://h/it's?it's=\"x\"",
        ] {
            let lowered = lower(&request("GET", url, &[], ""), &Origin::default()).expect(url);
            assert!(hyper::body::Body::is_end_stream(lowered.body()));
        }
    }

    #[test]
    fn what_would_go_out_differently_is_refused() {
        for (url, why) in [
            ("http://h/a/../b", "the path would be sent as `/b`"),
            ("http://h/a/%2e%2E/b", "the path would be sent as `/b`"),
            ("http://h/./a", "the path would be sent as `/a`"),
            ("http://h/a\\b", "the path would be sent as `/a/b`"),
            ("http://h/a\tb", "the path would be sent as `/ab`"),
            ("http://h/a ", "the path would be sent as `/a`"),
            (
                "http://u:p@h/",
                "the URL holds a user or a password; use an Authorization field",
            ),
            ("ftp://h/", "the scheme `ftp` is not supported"),
            ("/a", "`/a` is no URL: relative URL without a base"),
            ("http://", "`http://` is no URL: empty host"),
        ] {
            assert_eq!(refusal("GET", url, &[]), why);
        }
    }

    #[test]
    fn methods_and_fields_must_be_writable() {
        let url = "http://h/";
        assert_eq!(refusal("G T", url, &[]), "`G T` is no method");
        assert_eq!(
            refusal("GET", url, &[("a b", "c")]),
            "`a b` is no field name"
        );
        let smuggled = refusal("GET", url, &[("X-A", "b\r\nx-c: d")]);
        assert_eq!(smuggled, "the value of `x-a` holds a control character");
    }

    #[test]
    fn a_length_must_be_the_bodys_own() {
        let url = "http://h/";
        for length in ["2", "4", "x", "-3"] {
            let why = refusal("POST", url, &[("Content-Length", length)]);
            assert_eq!(
                why,
                format!("Content-Length is `{length}`, the body has 3 bytes")
            );
        }
        assert!(
            lower(
                &request("POST", url, &[("Content-Length", "3")], "abc"),
                &Origin::default()
            )
            .is_ok()
        );
    }

    #[test]
    fn an_empty_body_is_told_where_one_is_usual() {
        let told = |method, fields: &[(&str, &str)]| {
            let lowered = lower(
                &request(method, "http://h/", fields, ""),
                &Origin::default(),
            )
            .expect("it can be sent");
            lowered.headers().get_all(CONTENT_LENGTH).iter().count()
        };
        assert_eq!(
            (told("POST", &[]), told("PATCH", &[]), told("PUT", &[])),
            (1, 1, 1)
        );
        assert_eq!((told("GET", &[]), told("DELETE", &[])), (0, 0));
        assert_eq!(told("POST", &[("content-length", "0")]), 1);
        assert_eq!(told("POST", &[("transfer-encoding", "chunked")]), 0);
    }

    #[test]
    fn what_is_too_long_is_so_for_a_known_origin_too() {
        let known = Origin::default();
        assert!(known.uri("http://h/").is_ok());
        for (path, is_sent) in [(KNOWN_BYTES_MAX, true), (65_535, false)] {
            let url = format!("http://h/{}", "a".repeat(path - 1));
            assert_eq!(known.uri(&url).is_ok(), is_sent, "{path}");
            assert_eq!(known.uri(&url), Origin::default().uri(&url), "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_known_origin_changes_nothing(
            origins in proptest::collection::vec("(http|https|HTTP)://(h|H:8080|127\\.0\\.0\\.1:80|\\[::1\\]|u:p@h|)", 1..4),
            targets in proptest::collection::vec("(/|\\?|#|%2e|%|\\.|\\\\|[a-z:@'\"\\[| é]){0,8}", 1..4),
        ) {
            let known = Origin::default();
            for (origin, target) in origins.iter().zip(targets.iter().cycle()) {
                let url = format!("{origin}{target}");
                let fresh = Origin::default().uri(&url);
                prop_assert_eq!(known.uri(&url), fresh, "{}", url);
            }
        }

        #[test]
        fn what_is_settled_is_read_as_it_is_written(target in "/(/|\\?|%2e|%|\\.|[a-z:@(\\[*]){0,12}") {
            prop_assume!(is_settled(&target));
            let read = Url::parse(&format!("http://h{target}")).expect("a URL");
            prop_assert_eq!(&read[Position::BeforePath..], target.as_str());
        }
    }
}
