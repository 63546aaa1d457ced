//! Where a redirect leads and what is sent there (`RFC 9110 §15.4`).

use url::Url;

use crate::http::{Headers, Request};

/// Fields that say nothing of who asks; only they are sent to another origin. A list of secret ones
/// could not be complete: an API key may stand in a field of any name.
const HARMLESS: [&str; 8] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "content-encoding",
    "content-language",
    "content-type",
    "user-agent",
];

/// Fields that belong to one message on one connection, made anew for the next.
const OWN_TO_MESSAGE: [&str; 3] = ["host", "content-length", "transfer-encoding"];

/// The request that follows the answer, or none where the answer is no redirect that can be followed.
pub(super) fn next(request: &Request, status: u16, answered: &Headers) -> Option<Request> {
    let keeps_method = match status {
        // Every client changes POST, and only POST, although the standard regrets it (§15.4.2).
        301 | 302 => request.method != "POST",
        303 => request.method == "GET" || request.method == "HEAD",
        307 | 308 => true,
        _ => return None,
    };
    let mut locations = answered.all("location");
    let location = locations.next()?;
    if locations.next().is_some() {
        return None;
    }
    let from = Url::parse(&request.url).ok()?;
    let to = from.join(&location).ok()?;
    if !matches!(to.scheme(), "http" | "https") || !to.username().is_empty() {
        return None;
    }
    let same_origin = from.origin() == to.origin();
    let mut headers = Headers::default();
    for field in &request.headers {
        let is = |name: &&str| field.name.eq_ignore_ascii_case(name);
        let of_the_body = field
            .name
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case("content-"));
        let kept = !OWN_TO_MESSAGE.iter().any(&is)
            && (keeps_method || !of_the_body)
            && (same_origin || HARMLESS.iter().any(is));
        if kept {
            headers.push(field.name.clone(), field.value.clone());
        }
    }
    let (method, body) = if keeps_method {
        (request.method.clone(), request.body.clone())
    } else {
        ("GET".to_owned(), bytes::Bytes::new())
    };
    Some(Request {
        method,
        url: to.into(),
        headers,
        body,
        // Who asks is the business of the server that was meant.
        caller: request.caller.clone().filter(|_| same_origin),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn request(method: &str) -> Request {
        let mut headers = Headers::default();
        for (name, value) in [
            ("Host", "other.example"),
            ("Accept", "text/plain"),
            ("Authorization", "Bearer s3cret"),
            ("X-Api-Key", "s3cret"),
            ("Content-Type", "text/plain"),
            ("Content-Length", "4"),
        ] {
            headers.push(name, value);
        }
        let url = "http://a.example/x/y?z=1".to_owned();
        Request {
            method: method.into(),
            url,
            headers,
            body: Bytes::from("body"),
            caller: None,
        }
    }

    fn follow(method: &str, status: u16, location: &str) -> Option<Request> {
        let mut answered = Headers::default();
        answered.push("location", location);
        next(&request(method), status, &answered)
    }

    fn names(request: &Request) -> Vec<&str> {
        request
            .headers
            .iter()
            .map(|field| field.name.as_str())
            .collect()
    }

    #[test]
    fn the_method_follows_the_status() {
        for (status, given, then) in [
            (301, "POST", "GET"),
            (302, "POST", "GET"),
            (301, "PUT", "PUT"),
            (303, "POST", "GET"),
            (303, "DELETE", "GET"),
            (303, "HEAD", "HEAD"),
            (307, "POST", "POST"),
            (308, "PATCH", "PATCH"),
        ] {
            let next = follow(given, status, "/b").expect("a redirect");
            assert_eq!(next.method, then, "{status} {given}");
            assert_eq!(next.body.is_empty(), given != then, "{status} {given}");
        }
    }

    #[test]
    fn a_location_may_be_relative() {
        for (location, url) in [
            ("../b", "http://a.example/b"),
            ("?z=2", "http://a.example/x/y?z=2"),
            ("//b.example/c", "http://b.example/c"),
            ("https://b.example", "https://b.example/"),
        ] {
            assert_eq!(
                follow("GET", 302, location).map(|next| next.url).as_deref(),
                Some(url)
            );
        }
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        let here = follow("GET", 307, "/b").expect("a redirect");
        assert_eq!(
            names(&here),
            ["Accept", "Authorization", "X-Api-Key", "Content-Type"]
        );
        for elsewhere in [
            "http://b.example/",
            "https://a.example/",
            "http://a.example:81/",
        ] {
            let there = follow("GET", 307, elsewhere).expect("a redirect");
            assert_eq!(names(&there), ["Accept", "Content-Type"], "{elsewhere}");
        }
        let without_body = follow("POST", 303, "/b").expect("a redirect");
        assert_eq!(
            names(&without_body),
            ["Accept", "Authorization", "X-Api-Key"]
        );
    }

    #[test]
    fn what_cannot_be_followed_is_an_answer() {
        for location in [
            "http://",
            "ftp://a.example/",
            "mailto:a@b",
            "http://u:p@b.example/",
        ] {
            assert_eq!(follow("GET", 302, location), None, "{location}");
        }
        for status in [200, 300, 304, 305, 399, 404] {
            assert_eq!(follow("GET", status, "/b"), None, "{status}");
        }
        let mut two = Headers::default();
        two.push("location", "/b");
        two.push("location", "/c");
        assert_eq!(next(&request("GET"), 302, &two), None);
        assert_eq!(next(&request("GET"), 302, &Headers::default()), None);
    }
}
