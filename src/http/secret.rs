//! What is secret by its name, so that it is not shown.

use std::borrow::Cow;

use memchr::memchr2;

/// What makes a name a secret one, in letters and digits alone: the rest of the words that begin with these
/// two.
fn secret_words(begin: [u8; 2]) -> &'static [&'static [u8]] {
    match &begin {
        b"ac" => &[b"cesskey"],
        b"ap" => &[b"ikey"],
        b"au" => &[b"thorization"],
        b"co" => &[b"okie"],
        b"cr" => &[b"edential"],
        b"jw" => &[b"t"],
        b"pa" => &[b"sswd", b"ssword"],
        b"pr" => &[b"ivatekey"],
        b"se" => &[b"cret", b"ssion"],
        // A signature is told by its first letters, too.
        b"si" => &[b"g"],
        b"to" => &[b"ken"],
        b"xa" => &[b"uth"],
        _ => &[],
    }
}

/// Marks for the next page are named like secrets, and the request means nothing without them.
const HARMLESS: &[&[u8]] = &[
    b"pagetoken",
    b"nextpagetoken",
    b"nexttoken",
    b"continuationtoken",
];

/// Whether what stands under this name is secret: a header field, a field of a query.
pub fn is_secret_name(name: &str) -> bool {
    let mut rest = letters(name);
    let mut before = 0;
    while let Some(letter) = rest.next() {
        let follows = |word: &&[u8]| {
            let next = rest.clone().take(word.len());
            next.eq(word.iter().copied())
        };
        if secret_words([before, letter]).iter().any(follows) {
            let is_it = |word: &&[u8]| letters(name).eq(word.iter().copied());
            return !HARMLESS.iter().any(is_it);
        }
        before = letter;
    }
    false
}

/// The letters and digits of a name, in lower case.
fn letters(name: &str) -> impl Iterator<Item = u8> + Clone {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    letters.map(|it| it.to_ascii_lowercase())
}

/// The path and query of a URL with the values of secret fields hidden.
pub fn hide_secrets(target: &str) -> Cow<'_, str> {
    let Some((path, query)) = target.split_once('?') else {
        return Cow::Borrowed(target);
    };
    let mut hidden = false;
    let fields: Vec<Cow<'_, str>> = query
        .split('&')
        .map(|field| match field.split_once('=') {
            Some((name, value)) if is_secret_name(name) && !value.is_empty() => {
                hidden = true;
                Cow::Owned(format!("{name}=[hidden]"))
            }
            _ => Cow::Borrowed(field),
        })
        .collect();
    if hidden {
        Cow::Owned(format!("{path}?{}", fields.join("&")))
    } else {
        Cow::Borrowed(target)
    }
}

/// A URL with who it is asked as, and the values of secret fields, hidden.
pub fn hide_credentials(url: &str) -> Cow<'_, str> {
    // Most have neither a query nor anybody who asks.
    if memchr2(b'?', b'@', url.as_bytes()).is_none() {
        return Cow::Borrowed(url);
    }
    let hidden = hide_secrets(url);
    let Some((scheme, rest)) = hidden.split_once("://") else {
        return hidden;
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((_, host)) => Cow::Owned(format!("{scheme}://[hidden]@{host}{}", &rest[end..])),
        None => hidden,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_is_hidden_in_a_url() {
        for (url, shown) in [
            ("https://a.example/b@c?d@e", "https://a.example/b@c?d@e"),
            ("parts/a.yaml#/A", "parts/a.yaml#/A"),
            ("https://u:p@a.example/b", "https://[hidden]@a.example/b"),
            ("https://token@a.example", "https://[hidden]@a.example"),
            (
                "https://u:p@q@a.example#/A",
                "https://[hidden]@a.example#/A",
            ),
            (
                "https://u:p@a.example/b?token=x",
                "https://[hidden]@a.example/b?token=[hidden]",
            ),
        ] {
            assert_eq!(hide_credentials(url), shown);
        }
    }

    #[test]
    fn a_name_is_secret_by_its_words_however_long_it_is() {
        let long = "x".repeat(32);
        for (name, is_secret) in [
            ("Authorization".to_owned(), true),
            ("X-API-Key".to_owned(), true),
            (format!("{long}-To_Ken"), true),
            (format!("{long}-tok"), false),
            ("page_token".to_owned(), false),
            ("content-type".to_owned(), false),
            ("Tøken".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_secret_name(&name), is_secret, "{name}");
        }
    }

    #[test]
    fn secret_fields_are_hidden_and_others_stay() {
        for (target, shown) in [
            ("/a?b=c", "/a?b=c"),
            ("/a", "/a"),
            ("/a?api_key=x&b=c", "/a?api_key=[hidden]&b=c"),
            ("/a?b=c&access_token=x%20y", "/a?b=c&access_token=[hidden]"),
            ("/a?token=", "/a?token="),
            ("/a?page_token=x", "/a?page_token=x"),
        ] {
            assert_eq!(hide_secrets(target), shown);
        }
    }
}
