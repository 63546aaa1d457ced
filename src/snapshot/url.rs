//! The named parts of a request's URL: what stands in the holes of the path, and the query.
//!
//! A hole counts when it is all of what stands between two slashes. The path may have a base before it,
//! so its segments are counted from its end. What is read is what a client writes
//! (`RFC 3986 §3.3`, `§3.4`), percent-decoded; what does not decode to text is left out.

use std::ops::Range;

use percent_encoding::percent_decode_str;

use crate::contract::{ParameterPlace, PathTemplate};

/// A part of a URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UrlPart {
    /// The name of the parameter.
    pub(super) name: String,
    /// Whether it stands in the path or in the query.
    pub(super) place: ParameterPlace,
    /// Its value, decoded.
    pub(super) text: String,
    /// Where the value stands in the URL, in bytes.
    pub(super) range: Range<usize>,
}

/// The parts of a URL below that of an operation with this path.
pub(super) fn parts(url: &str, path: Option<&PathTemplate>) -> Vec<UrlPart> {
    let url = url.split('#').next().unwrap_or(url);
    let path_end = url.find('?').unwrap_or(url.len());
    let mut found = Vec::new();
    let mut end = path_end;
    for hole in path.iter().flat_map(|path| path.as_str().rsplit('/')) {
        let start = url[..end].rfind('/').map_or(0, |slash| slash + 1);
        let name = hole.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        if let Some(name) = name.filter(|name| !name.contains(['{', '}'])) {
            found.extend(part(name, ParameterPlace::Path, url, start..end));
        }
        if start == 0 {
            break;
        }
        end = start - 1;
    }
    let mut start = path_end + 1;
    for pair in url.get(start..).unwrap_or_default().split('&') {
        let end = start + pair.len();
        if let Some((name, _)) = pair.split_once('=')
            && let Ok(decoded) = percent_decode_str(name).decode_utf8()
        {
            let value = start + name.len() + 1..end;
            found.extend(part(&decoded, ParameterPlace::Query, url, value));
        }
        start = end + 1;
    }
    found
}

fn part(name: &str, place: ParameterPlace, url: &str, range: Range<usize>) -> Option<UrlPart> {
    let text = percent_decode_str(&url[range.clone()]).decode_utf8().ok()?;
    (!text.is_empty()).then(|| UrlPart {
        name: name.to_owned(),
        place,
        text: text.into_owned(),
        range,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str, path: &str) -> Vec<String> {
        let path = PathTemplate::parse(path).expect("a template");
        let parts = parts(url, Some(&path));
        for part in &parts {
            assert!(url.get(part.range.clone()).is_some(), "{url}");
        }
        parts
            .iter()
            .map(|it| format!("{}={}", it.name, it.text))
            .collect()
    }

    #[test]
    fn holes_and_queries_are_found() {
        for (url, path, expected) in [
            ("/orders/7", "/orders/{id}", &["id=7"][..]),
            (
                "/base/orders/7/x?n=1&m=a%20b",
                "/orders/{id}/x",
                &["id=7", "n=1", "m=a b"],
            ),
            ("/a/1/b/2#x", "/a/{a}/b/{b}", &["b=2", "a=1"]),
            ("/a%2Fb", "/{id}", &["id=a/b"]),
        ] {
            assert_eq!(found(url, path), expected, "{url}");
        }
    }

    #[test]
    fn what_has_no_name_or_no_text_is_left_out() {
        for (url, path) in [
            ("/orders/7.json", "/orders/{id}.json"),
            ("/orders/", "/orders/{id}"),
            ("/orders/%ff", "/orders/{id}"),
            ("/orders?a&b=&%ff=1", "/orders"),
            ("", "/{id}"),
            ("?", "/{id}"),
        ] {
            assert!(found(url, path).is_empty(), "{url}");
        }
    }
}
