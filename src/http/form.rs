//! Forms as request bodies: `application/x-www-form-urlencoded` and `multipart/form-data` (`RFC 7578`).
//!
//! The multipart encoder is our own, and short: what there is encodes into streams, with a boundary that
//! is another one in every run, and the same request must have the same bytes.

use std::fmt::Write as _;

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
pub fn encode_urlencoded(fields: &[Field<'_>]) -> String {
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    for field in fields {
        let text = String::from_utf8_lossy(field.value.bytes());
        serializer.append_pair(field.name, &text);
    }
    serializer.finish()
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
    bytes.windows(part.len()).any(|window| window == part)
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
        assert_eq!(encoded, "b=1%262%3D3+%2B&a=&b=%C3%A9");
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
            let read = read(&boundary, body);
            let same = read.iter().map(|(name, _, _, bytes)| (name, bytes));
            prop_assert!(same.eq(fields.iter().map(|(name, bytes)| (name, bytes))));
            let texts: Vec<(String, String)> = fields.iter()
                .map(|(name, bytes)| (name.clone(), String::from_utf8_lossy(bytes).into_owned())).collect();
            prop_assert_eq!(decode_urlencoded(encode_urlencoded(&files).as_bytes()), texts);
        }
    }
}
