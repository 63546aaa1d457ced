//! A body of XML: its text, and whether it is well-formed.

use std::sync::LazyLock;

use super::{BodyFault, BodyFaultKind, Content, fault, in_charset};
use crate::http::MediaType;
use crate::xml;

/// How far into the body an XML declaration is looked for, in bytes.
const DECLARATION_BYTES_MAX: usize = 256;

/// What an XML declaration says of the charset (`XML 1.0 §4.3.3`).
static ENCODING: LazyLock<regex::bytes::Regex> = LazyLock::new(|| {
    let pattern = r#"^<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']"#;
    regex::bytes::Regex::new(pattern).expect("the pattern is right")
});

/// The text of a body. What of XML is not read here is no fault of the body.
pub(super) fn content(
    media_type: &MediaType,
    bytes: &[u8],
    faults: &mut Vec<BodyFault>,
) -> Content {
    let (charset, start) = charset(media_type, bytes);
    let before = faults.len();
    let Some(text) = in_charset(&charset, &bytes[start..], faults) else {
        return Content::Binary;
    };
    // What broke off, or is in another charset, is no XML either; saying so would be the same twice.
    let is_whole = faults.len() == before && faults.iter().all(|it| !breaks(it.kind));
    if is_whole && let Err(xml::Fault::Malformed(why)) = xml::parse(&text) {
        faults.push(fault(BodyFaultKind::Xml, why));
    }
    Content::Text(text)
}

/// The document that bytes of this type are.
///
/// # Errors
/// With why they are none, or none that is read.
pub fn read_xml(media_type: &MediaType, bytes: &[u8]) -> Result<xml::Element, String> {
    let mut faults = Vec::new();
    match content(media_type, bytes, &mut faults) {
        Content::Text(text) if faults.is_empty() => xml::parse(&text).map_err(|it| it.to_string()),
        _ => Err(faults.pop().map(|it| it.message).unwrap_or_default()),
    }
}

fn breaks(kind: BodyFaultKind) -> bool {
    matches!(kind, BodyFaultKind::Length | BodyFaultKind::TooLarge)
}

/// The charset of a body, and where its text begins: a byte-order mark counts before the header, and
/// that before the declaration (`RFC 7303 §3`).
fn charset(media_type: &MediaType, bytes: &[u8]) -> (String, usize) {
    if let Some((encoding, length)) = encoding_rs::Encoding::for_bom(bytes) {
        return (encoding.name().to_owned(), length);
    }
    if let Some(charset) = media_type.charset() {
        return (charset.to_owned(), 0);
    }
    let start = &bytes[..bytes.len().min(DECLARATION_BYTES_MAX)];
    let said = ENCODING.captures(start).and_then(|it| it.get(1));
    let said = said.and_then(|it| std::str::from_utf8(it.as_bytes()).ok());
    (said.unwrap_or("utf-8").to_owned(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(media_type: &str, bytes: &[u8]) -> (Content, Vec<BodyFaultKind>) {
        let media_type = MediaType::parse(media_type).expect("a media type");
        let mut faults = Vec::new();
        let content = content(&media_type, bytes, &mut faults);
        (content, faults.into_iter().map(|it| it.kind).collect())
    }

    #[test]
    fn the_charset_is_that_of_the_mark_the_header_or_the_declaration() {
        let latin = "application/xml; charset=iso-8859-1";
        let declared = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>";
        for (media_type, bytes) in [
            ("application/xml", "<a>\u{e9}</a>".as_bytes()),
            (latin, b"<a>\xe9</a>"),
            ("application/xml", declared),
            (latin, b"\xef\xbb\xbf<a>\xc3\xa9</a>"),
            (
                "application/xml; charset=utf-16",
                b"\xff\xfe<\0a\0>\0\xe9\0<\0/\0a\0>\0",
            ),
        ] {
            let (content, faults) = told(media_type, bytes);
            assert!(
                matches!(&content, Content::Text(text) if text.ends_with("<a>\u{e9}</a>")),
                "{content:?}"
            );
            assert_eq!(faults, [], "{media_type}");
        }
    }

    #[test]
    fn what_is_no_xml_is_told_once() {
        let xml = "application/xml";
        assert_eq!(told(xml, b"<a>").1, [BodyFaultKind::Xml]);
        assert_eq!(told("text/xml", b"{}").1, [BodyFaultKind::Xml]);
        assert_eq!(told(xml, b"<a>\xe9</a>").1, [BodyFaultKind::Charset]);
        assert_eq!(
            told("text/xml; charset=x", b"<a/>").1,
            [BodyFaultKind::Charset]
        );
        assert_eq!(told(xml, b"<!DOCTYPE a><a/>").1, [], "XML that is not read");
    }
}
