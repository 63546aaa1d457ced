//! Content codings (`RFC 9110 §8.4`): a body as its author wrote it.

use std::io::Read;

use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

/// How many codings one on top of the other are undone.
const LAYERS_MAX: usize = 4;

/// Why a content coding cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodingError {
    /// A coding that was not asked for and is not known.
    #[error("the content coding `{0}` is not known")]
    Unknown(String),
    /// The bytes are not what the coding says.
    #[error("the body is no valid {0}")]
    Broken(String),
    /// The decoded body is larger than the limit, in bytes.
    #[error("the decoded body is larger than {0} bytes")]
    TooLarge(usize),
}

/// Undoes the codings that a `Content-Encoding` names, the last one first.
///
/// # Errors
/// When a coding is unknown, the bytes are not what it says, or the result is larger than the limit.
pub fn decode(body: &Bytes, codings: &str, bytes_max: usize) -> Result<Bytes, CodingError> {
    let mut body = body.clone();
    let names: Vec<String> = codings
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    if names.len() > LAYERS_MAX {
        return Err(CodingError::Unknown(codings.chars().take(80).collect()));
    }
    for name in names.iter().rev() {
        body = match name.as_str() {
            "" | "identity" => body,
            "gzip" | "x-gzip" => inflate(MultiGzDecoder::new(body.as_ref()), name, bytes_max)?,
            "deflate" => inflate(ZlibDecoder::new(body.as_ref()), name, bytes_max)?,
            _ => return Err(CodingError::Unknown(name.chars().take(80).collect())),
        };
    }
    Ok(body)
}

fn inflate(source: impl Read, name: &str, bytes_max: usize) -> Result<Bytes, CodingError> {
    let mut decoded = Vec::new();
    let limit = u64::try_from(bytes_max)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let read = source.take(limit).read_to_end(&mut decoded);
    if read.is_err() {
        return Err(CodingError::Broken(name.to_owned()));
    }
    if decoded.len() > bytes_max {
        return Err(CodingError::TooLarge(bytes_max));
    }
    Ok(Bytes::from(decoded))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("a vector takes everything");
        Bytes::from(encoder.finish().expect("a vector takes everything"))
    }

    #[test]
    fn gzip_comes_back_whole() {
        let body = gzip(b"hello");
        assert_eq!(
            decode(&body, "gzip", 100).as_deref(),
            Ok(b"hello".as_slice())
        );
        assert_eq!(
            decode(&gzip(&body), "gzip, gzip", 100).as_deref(),
            Ok(b"hello".as_slice())
        );
        assert_eq!(decode(&body, "identity", 100).as_deref(), Ok(body.as_ref()));
    }

    #[test]
    fn what_cannot_be_undone_is_said() {
        let body = gzip(&[0; 10_000]);
        assert_eq!(
            decode(&body, "gzip", 9_999),
            Err(CodingError::TooLarge(9_999))
        );
        assert_eq!(
            decode(&body.slice(..9), "gzip", 10_000),
            Err(CodingError::Broken("gzip".into()))
        );
        assert_eq!(
            decode(&body, "br", 1),
            Err(CodingError::Unknown("br".into()))
        );
        assert!(decode(&body, "gzip,gzip,gzip,gzip,gzip", 1).is_err());
    }
}
