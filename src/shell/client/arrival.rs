//! What has come of an answer so far; it outlives the exchange that fills it.

use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderMap;

use crate::http::{BodyEnd, Headers, Response};

/// A body up to this size, in bytes, is copied out of the connection's read buffer. Records keep
/// bodies for the whole run, and a few bytes would keep a buffer of many kilobytes alive.
const COPIED_BYTES_MAX: usize = 4096;

/// The parts of an answer that have come.
#[derive(Debug)]
pub(super) struct Arrival {
    /// The status; 0 until the head has come.
    pub(super) status: u16,
    /// The fields, in their order.
    pub(super) headers: Headers,
    /// The URL of the redirect that is followed, when one is.
    pub(super) hop: Option<String>,
    first: Bytes,
    rest: BytesMut,
    bytes_max: usize,
}

impl Arrival {
    /// Nothing yet; the body may have that many bytes.
    pub(super) fn new(bytes_max: usize) -> Self {
        Self {
            status: 0,
            headers: Headers::default(),
            hop: None,
            first: Bytes::new(),
            rest: BytesMut::new(),
            bytes_max,
        }
    }

    /// Nothing yet, from the next URL.
    pub(super) fn clear(&mut self, hop: String) {
        *self = Self {
            hop: Some(hop),
            ..Self::new(self.bytes_max)
        };
    }

    /// The largest body, in bytes.
    pub(super) fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    /// Whether the status line and the fields have come.
    pub(super) fn has_head(&self) -> bool {
        self.status != 0
    }

    /// Takes status and fields.
    pub(super) fn take_head(&mut self, status: u16, fields: &HeaderMap) {
        self.status = status;
        for (name, value) in fields {
            self.headers.push(name.as_str(), value.as_bytes());
        }
    }

    /// Takes a piece of the body, cut where the limit is; answers whether it was taken whole.
    pub(super) fn take(&mut self, mut chunk: Bytes) -> bool {
        let room = self.bytes_max - self.first.len() - self.rest.len();
        let whole = chunk.len() <= room;
        chunk.truncate(room);
        if self.first.is_empty() {
            self.first = if chunk.len() <= COPIED_BYTES_MAX {
                Bytes::copy_from_slice(&chunk)
            } else {
                chunk
            };
        } else {
            self.rest.extend_from_slice(&chunk);
        }
        whole
    }

    /// The answer.
    pub(super) fn into_response(self, end: BodyEnd) -> Response {
        let body = if self.rest.is_empty() {
            self.first
        } else {
            let mut body = BytesMut::with_capacity(self.first.len() + self.rest.len());
            body.extend_from_slice(&self.first);
            body.extend_from_slice(&self.rest);
            body.freeze()
        };
        Response {
            status: self.status,
            headers: self.headers,
            body,
            end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(chunks: &[&[u8]], bytes_max: usize) -> (Vec<bool>, Bytes) {
        let mut arrival = Arrival::new(bytes_max);
        let taken = chunks
            .iter()
            .map(|chunk| arrival.take(Bytes::copy_from_slice(chunk)))
            .collect();
        (taken, arrival.into_response(BodyEnd::Complete).body)
    }

    #[test]
    fn pieces_are_joined_in_their_order() {
        assert_eq!(body_of(&[], 9), (vec![], Bytes::new()));
        assert_eq!(body_of(&[b"ab"], 9), (vec![true], Bytes::from("ab")));
        let (taken, body) = body_of(&[b"", b"ab", b"", b"cd", b"e"], 5);
        assert_eq!((taken, body), (vec![true; 5], Bytes::from("abcde")));
    }

    #[test]
    fn the_limit_cuts_and_tells() {
        assert_eq!(body_of(&[b"abc"], 2), (vec![false], Bytes::from("ab")));
        assert_eq!(
            body_of(&[b"ab", b"cd"], 3),
            (vec![true, false], Bytes::from("abc"))
        );
        assert_eq!(body_of(&[b"a"], 0), (vec![false], Bytes::new()));
    }

    #[test]
    fn the_next_url_begins_with_nothing() {
        let mut arrival = Arrival::new(4);
        arrival.take_head(302, &HeaderMap::new());
        arrival.take(Bytes::from("abcd"));
        arrival.clear("http://b/c".into());
        assert!(!arrival.has_head());
        assert!(
            arrival.take(Bytes::from("wxyz")),
            "the limit holds for each answer by itself"
        );
        assert_eq!(arrival.hop.as_deref(), Some("http://b/c"));
    }
}
