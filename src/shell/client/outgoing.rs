//! From a request as a value to the HTTP library's own, or the reason why it cannot be sent as it
//! stands. Nothing is mended: what would go out differently does not go out.

use std::sync::OnceLock;

use percent_encoding::percent_decode_str;
use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use url::{ParseError, Position, Url};

use crate::http::Request;

/// Methods whose requests usually have a body, so that an empty one is told (`RFC 9110 §8.6`).
const WITH_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];

/// How much of an unusable text a message shows, in characters.
const SHOWN_CHARS_MAX: usize = 80;

/// The first origin that was asked, as it is written and as it is read. Most runs ask no other, and
/// reading scheme, host and port takes longer than reading the rest of a URL.
#[derive(Debug, Default)]
pub(super) struct Origin(OnceLock<(String, Url)>);

impl Origin {
    /// Reads a URL, as `Url::parse` does.
    fn parse(&self, url: &str) -> Result<Url, ParseError> {
        let (origin, target) = url.split_at(target_start(url));
        let is_plain = |text: &str| text.bytes().all(is_plain);
        // Slashes before the host are read over, so that without one it may come later.
        if !is_plain(origin) || !is_plain(target) || origin.ends_with('/') {
            return Url::parse(url);
        }
        let (written, read) = match self.0.get() {
            Some(known) => known,
            None => {
                let read = Url::parse(origin)?;
                self.0.get_or_init(|| (origin.to_owned(), read))
            }
        };
        if written != origin {
            return Url::parse(url);
        }
        let mut read = read.clone();
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        read.set_path(path);
        read.set_query(query);
        Ok(read)
    }
}

/// Whether a byte of a URL is none that reading it takes away or sets apart.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%[]".contains(&byte)
}

/// The request as the HTTP library takes it.
///
/// # Errors
/// When method, URL or a field cannot be written as they are, or the body is not as long as its own
/// `Content-Length` says.
pub(super) fn lower(request: &Request, origin: &Origin) -> Result<reqwest::Request, String> {
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| format!("`{}` is no method", shown(&request.method)))?;
    let url = parse_url(request, origin)?;
    let mut outgoing = reqwest::Request::new(method, url);
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
        *outgoing.body_mut() = Some(request.body.clone().into());
    }
    Ok(outgoing)
}

/// The URL, when it goes out as it is written. The URL standard takes dot segments, tabs and
/// backslashes away without a word; a test of a path must not test another one.
fn parse_url(request: &Request, origin: &Origin) -> Result<Url, String> {
    let url = origin
        .parse(&request.url)
        .map_err(|error| format!("`{}` is no URL: {error}", shown(&request.url)))?;
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
    let written = written_target(&request.url);
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
            assert!(lowered.body().is_none());
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

    proptest! {
        #[test]
        fn a_known_origin_changes_nothing(
            origins in proptest::collection::vec("(http|https|HTTP)://(h|H:8080|127\\.0\\.0\\.1:80|\\[::1\\]|u:p@h|)", 1..4),
            targets in proptest::collection::vec("(/|\\?|#|%2e|\\.|\\\\|[a-z:@'\" é]){0,8}", 1..4),
        ) {
            let known = Origin::default();
            for (origin, target) in origins.iter().zip(targets.iter().cycle()) {
                let url = format!("{origin}{target}");
                prop_assert_eq!(known.parse(&url), Url::parse(&url), "{}", url);
            }
        }
    }
}
