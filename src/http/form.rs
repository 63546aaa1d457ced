//! Forms as request bodies: `application/x-www-form-urlencoded` and `multipart/form-data` (`RFC 7578`).
//!
//! The multipart encoder is our own, and short: what there is encodes into streams, with a boundary that
//! is another one in every run, and the same request must have the same bytes.

use std::fmt::Write as _;

use super::MediaType;

/// The two kinds of forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormKind {
    /// `application/x-www-form-urlencoded`: texts alone.
    UrlEncoded,
    /// `multipart/form-data`: texts and files.
    Multipart,
}

impl FormKind {
    /// The kind of form that a media type names.
    pub fn of(media_type: &MediaType) -> Option<Self> {
        match media_type.essence() {
            "application/x-www-form-urlencoded" => Some(Self::UrlEncoded),
            "multipart/form-data" => Some(Self::Multipart),
            _ => None,
        }
    }
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'f> {
    /// Its name.
    pub name: &'f str,
    /// What it holds.
    pub value: FieldValue<'f>,
}

/// What a field of a form holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue<'f> {
    /// A text, with its media type when it is to be said.
    Text(String, Option<&'f str>),
    /// A file with its name and its media type.
    File {
        /// The name that the server is told; no path.
        name: &'f str,
        /// The media type.
        media_type: &'f str,
        /// The bytes.
        bytes: &'f [u8],
    },
}

impl FieldValue<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text, _) => text.as_bytes(),
            Self::File { bytes, .. } => bytes,
        }
    }
}

/// What multipart boundaries begin with.
const BOUNDARY: &str = "countersign-form";

/// The form as `application/x-www-form-urlencoded` (`WHATWG URL §5`); a file is its bytes as text.
///
/// # Errors
/// With the name of a field whose bytes are no text: such a form cannot hold them.
pub fn encode_urlencoded<'f>(fields: &[Field<'f>]) -> Result<String, &'f str> {
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    for field in fields {
        let text = std::str::from_utf8(field.value.bytes()).map_err(|_| field.name)?;
        serializer.append_pair(field.name, text);
    }
    Ok(serializer.finish())
}

/// The pairs of a body of `application/x-www-form-urlencoded`, in their order.
pub fn decode_urlencoded(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

/// The form as `multipart/form-data`: its boundary and its bytes. The boundary is always the same, but
/// where a field holds it.
pub fn encode_multipart(fields: &[Field<'_>]) -> (String, Vec<u8>) {
    let mut boundary = BOUNDARY.to_owned();
    let mut rounds = 0;
    // A text of a given length holds less boundaries than it has bytes, so this ends.
    while fields
        .iter()
        .any(|field| holds(field.value.bytes(), boundary.as_bytes()))
    {
        rounds += 1;
        boundary = format!("{BOUNDARY}-{rounds}");
    }
    let mut out = Vec::new();
    for field in fields {
        out.extend_from_slice(head(field, &boundary).as_bytes());
        out.extend_from_slice(field.value.bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (boundary, out)
}

/// The lines before a field's value (`RFC 7578 §4.2`, `§4.4`).
fn head(field: &Field<'_>, boundary: &str) -> String {
    let name = quoted(field.name);
    let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
    let media_type = match &field.value {
        FieldValue::Text(_, media_type) => *media_type,
        FieldValue::File {
            name, media_type, ..
        } => {
            write!(head, "; filename=\"{}\"", quoted(name)).expect("a String takes all");
            Some(*media_type)
        }
    };
    if let Some(media_type) = media_type {
        write!(head, "\r\nContent-Type: {media_type}").expect("a String takes all");
    }
    head.push_str("\r\n\r\n");
    head
}

/// A name as it stands between quotes, as browsers write it (`HTML §4.10.22.8`).
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    place_of(bytes, part).is_some()
}

fn place_of(bytes: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, part)
}

/// One part of a `multipart/form-data` body as [`encode_multipart`] writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'b> {
    /// The field's name.
    pub name: String,
    /// The file's name, when it is one.
    pub file: Option<String>,
    /// The media type, when one is said.
    pub media_type: Option<&'b str>,
    /// What it holds.
    pub bytes: &'b [u8],
}

/// The parts of a body that [`encode_multipart`] could have written; none of any other body.
pub fn decode_multipart<'b>(boundary: &str, body: &'b [u8]) -> Option<Vec<Part<'b>>> {
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(&delimiter.as_bytes()[2..])?;
    let mut parts = Vec::new();
    // Each round takes some bytes away.
    while rest != b"--\r\n" {
        rest = rest.strip_prefix(b"\r\n")?;
        let end = place_of(rest, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&rest[..end]).ok()?;
        rest = &rest[end + 4..];
        let end = place_of(rest, delimiter.as_bytes())?;
        parts.push(part(head, &rest[..end])?);
        rest = &rest[end + delimiter.len()..];
    }
    Some(parts)
}

fn part<'b>(head: &'b str, bytes: &'b [u8]) -> Option<Part<'b>> {
    let rest = head.strip_prefix("Content-Disposition: form-data; name=\"")?;
    let (name, rest) = rest.split_once('"')?;
    let (file, rest) = match rest.strip_prefix("; filename=\"") {
        Some(rest) => {
            let (file, rest) = rest.split_once('"')?;
            (Some(unquoted(file)), rest)
        }
        None => (None, rest),
    };
    let media_type = rest.strip_prefix("\r\nContent-Type: ");
    let is_whole = media_type.map_or(rest.is_empty(), |it| !it.contains(['\r', '\n']));
    is_whole.then(|| Part {
        name: unquoted(name),
        file,
        media_type,
        bytes,
    })
}

/// The name that [`quoted`] wrote, or another one that it would write so.
fn unquoted(name: &str) -> String {
    name.replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::{FromRequest as _, Multipart};
    use futures_util::FutureExt as _;
    use proptest::prelude::*;

    use super::*;

    /// What the server's library reads: name, file name, media type and bytes of each field.
    type Read = Vec<(String, Option<String>, Option<String>, Vec<u8>)>;

    fn read(boundary: &str, body: Vec<u8>) -> Read {
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let request = axum::http::Request::builder()
            .header("content-type", content_type)
            .body(Body::from(body))
            .expect("a request");
        let reading = async {
            let mut form = Multipart::from_request(request, &()).await.expect("a form");
            let mut fields = Read::new();
            while let Some(field) = form.next_field().await.expect("a field") {
                let name = field.name().expect("a name").to_owned();
                let file = field.file_name().map(str::to_owned);
                let media_type = field.content_type().map(str::to_owned);
                let bytes = field.bytes().await.expect("bytes").to_vec();
                fields.push((name, file, media_type, bytes));
            }
            fields
        };
        reading.now_or_never().expect("all bytes are there")
    }

    fn text<'f>(name: &'f str, value: &str) -> Field<'f> {
        let value = FieldValue::Text(value.to_owned(), None);
        Field { name, value }
    }

    #[test]
    fn a_multipart_form_is_the_same_bytes_each_time() {
        let file = FieldValue::File {
            name: "a \"b\".zip",
            media_type: "application/zip",
            bytes: b"PK",
        };
        let fields = [
            text("user", "zoë"),
            Field {
                name: "file",
                value: file,
            },
        ];
        let (boundary, body) = encode_multipart(&fields);
        let expected = "--countersign-form\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nzoë\r\n\
            --countersign-form\r\nContent-Disposition: form-data; name=\"file\"; \
            filename=\"a %22b%22.zip\"\r\nContent-Type: application/zip\r\n\r\nPK\r\n\
            --countersign-form--\r\n";
        assert_eq!(String::from_utf8(body).expect("text"), expected);
        assert_eq!(boundary, "countersign-form");
    }

    #[test]
    fn a_field_cannot_end_the_form() {
        let hostile = "a\r\n--countersign-form--\r\n--countersign-form-1";
        let (boundary, body) = encode_multipart(&[text("a", hostile), text("b", "c")]);
        assert_eq!(boundary, "countersign-form-2");
        let values: Vec<_> = read(&boundary, body).into_iter().map(|it| it.3).collect();
        assert_eq!(values, [hostile.as_bytes(), b"c"]);
    }

    #[test]
    fn a_urlencoded_form_is_escaped_and_keeps_its_order() {
        let encoded = encode_urlencoded(&[text("b", "1&2=3 +"), text("a", ""), text("b", "é")]);
        assert_eq!(encoded.as_deref(), Ok("b=1%262%3D3+%2B&a=&b=%C3%A9"));
    }

    #[test]
    fn bytes_that_are_no_text_are_in_no_urlencoded_form() {
        let value = FieldValue::File {
            name: "a.bin",
            media_type: "application/octet-stream",
            bytes: b"\xff\0",
        };
        let fields = [text("a", "b"), Field { name: "f", value }];
        assert_eq!(encode_urlencoded(&fields), Err("f"));
    }

    #[test]
    fn only_what_could_be_ours_is_taken_apart() {
        let head = "--b\r\nContent-Disposition: form-data; name=\"a\"";
        let good = format!("{head}\r\n\r\nx\r\n--b--\r\n");
        let parts = decode_multipart("b", good.as_bytes()).expect("a form");
        assert_eq!((parts.len(), parts[0].bytes), (1, &b"x"[..]));
        for other in [
            String::new(),
            good.replace("--b--", "--b"),
            good.replace("form-data", "attachment"),
            format!("preamble\r\n{good}"),
            format!("{good}epilogue"),
            format!("{head}\r\nX-More: y\r\n\r\nx\r\n--b--\r\n"),
            format!("{head}\r\nContent-Type: a/b\r\nX-More: y\r\n\r\nx\r\n--b--\r\n"),
        ] {
            assert_eq!(decode_multipart("b", other.as_bytes()), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_again(
            fields in prop::collection::vec(("[a-zA-Z0-9_\\[\\]]{1,8}", any::<Vec<u8>>()), 0..4)
        ) {
            let files: Vec<Field<'_>> = fields.iter().map(|(name, bytes)| {
                let value = FieldValue::File { name: "f", media_type: "application/octet-stream", bytes };
                Field { name, value }
            }).collect();
            let (boundary, body) = encode_multipart(&files);
            let parts = decode_multipart(&boundary, &body).expect("our own");
            let ours = parts.iter().map(|part| (&part.name, part.bytes));
            prop_assert!(ours.eq(fields.iter().map(|(name, bytes)| (name, bytes.as_slice()))));
            let read = read(&boundary, body);
            let same = read.iter().map(|(name, _, _, bytes)| (name, bytes));
            prop_assert!(same.eq(fields.iter().map(|(name, bytes)| (name, bytes))));
            let texts: Result<Vec<(String, String)>, _> = fields.iter()
                .map(|(name, bytes)| Ok((name.clone(), String::from_utf8(bytes.clone())?))).collect();
            let texts: Result<_, std::string::FromUtf8Error> = texts;
            let encoded = encode_urlencoded(&files);
            prop_assert_eq!(encoded.ok().map(|it| decode_urlencoded(it.as_bytes())), texts.ok());
        }
    }
}
