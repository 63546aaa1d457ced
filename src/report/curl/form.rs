//! A multipart form as options of curl, which writes the same fields with a boundary of its own.

use super::{INLINE_BYTES_MAX, Variables};
use crate::http::form::{FormKind, Part, decode_multipart};
use crate::http::{MediaType, Request};

/// The parts of a form that curl can write itself; none of any other body.
pub(super) fn of(request: &Request) -> Option<Vec<Part<'_>>> {
    let mut types = request.headers.all("content-type");
    let written = types.next().filter(|_| types.next().is_none())?;
    let media_type = MediaType::parse(&written).ok()?;
    let boundary = media_type.boundary()?;
    let is_plain =
        written.eq_ignore_ascii_case(&format!("multipart/form-data; boundary={boundary}"));
    if !is_plain || FormKind::of(&media_type) != Some(FormKind::Multipart) {
        return None;
    }
    let parts = decode_multipart(boundary, &request.body)?;
    let texts = parts.iter().filter(|part| part.file.is_none());
    let length: usize = texts.map(|part| part.bytes.len()).sum();
    let is_writable =
        !parts.is_empty() && length <= INLINE_BYTES_MAX && parts.iter().all(is_writable);
    is_writable.then_some(parts)
}

/// Whether curl writes a part like this one when it is told to.
fn is_writable(part: &Part<'_>) -> bool {
    let named = !part.name.is_empty() && !part.name.contains(['=', '\0']);
    named
        && match &part.file {
            // The name that is sent is that of the file which is read.
            Some(name) => {
                !name.is_empty()
                    && !name.contains(['/', '\0', '\r', '\n'])
                    && part.media_type.is_some()
            }
            None => std::str::from_utf8(part.bytes).is_ok_and(|it| !it.contains('\0')),
        }
}

/// Writes the parts as options.
pub(super) fn write(parts: &[Part<'_>], variables: &mut Variables<'_>, out: &mut String) {
    for part in parts {
        let text = String::from_utf8_lossy(part.bytes);
        let (option, value) = match (&part.file, part.media_type) {
            (Some(name), media_type) => {
                let media_type = media_type.unwrap_or_default();
                let value = format!("@{};type={media_type}", word(name));
                (" -F ", value)
            }
            (None, Some(media_type)) => (" -F ", format!("{};type={media_type}", quoted(&text))),
            (None, None) if is_plain(&text) => (" -F ", text.into_owned()),
            // Where a letter means something to `-F`, another option takes the text as it stands.
            (None, None) => (" --form-string ", text.into_owned()),
        };
        out.push_str(option);
        variables.write_text(format!("{}={value}", part.name).as_bytes(), out);
    }
}

/// Whether curl takes a text as it stands.
fn is_plain(text: &str) -> bool {
    text.trim() == text && !text.starts_with(['@', '<']) && !text.contains([';', ',', '"', '\\'])
}

/// A name of a file as curl reads it.
fn word(name: &str) -> String {
    if is_plain(name) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
