//! Where a body is written to: a text that stops growing at a limit, or a digest of all of it.

use sha2::{Digest as _, Sha256};

use crate::digest::{hex, sha256};

/// How much is held before it goes into the digest, in bytes.
const CHUNK_BYTES: usize = 8 * 1024;

/// Into how many parts what is long is divided, each with a digest.
pub(super) const PARTS_MAX: usize = 64;

/// How many digits of a digest tell a part from another one.
const SHORT_DIGITS: usize = 16;

/// What is set aside for a text at first, in bytes; most bodies need no more.
const FIRST_BYTES: usize = 1024;

/// A page that a body is written on.
#[derive(Debug)]
pub(super) struct Page {
    /// What is written; with a digest, what has not gone into it yet.
    pub(super) text: String,
    keep: Keep,
}

#[derive(Debug)]
enum Keep {
    /// The text, up to this many bytes.
    Text(usize),
    /// A digest and the length of the text.
    Digest(Box<Sha256>, usize),
}

impl Page {
    /// A page that holds so many bytes, and then a little more.
    pub(super) fn with_limit(bytes_max: usize) -> Self {
        Self {
            text: String::with_capacity(bytes_max.min(FIRST_BYTES)),
            keep: Keep::Text(bytes_max),
        }
    }

    /// A page that keeps a digest alone.
    pub(super) fn digest() -> Self {
        Self {
            text: String::new(),
            keep: Keep::Digest(Box::default(), 0),
        }
    }

    /// Whether there is room for more. To be asked after every value.
    pub(super) fn has_room(&mut self) -> bool {
        match &mut self.keep {
            Keep::Text(bytes_max) => self.text.len() <= *bytes_max,
            Keep::Digest(digest, length) => {
                if self.text.len() >= CHUNK_BYTES {
                    digest.update(&self.text);
                    *length += self.text.len();
                    self.text.clear();
                }
                true
            }
        }
    }

    /// What was written as `1234 bytes sha256:…`.
    pub(super) fn fingerprint(self) -> String {
        let (length, digest) = self.finish();
        format!("{length} bytes sha256:{digest}")
    }

    /// The first digits of the digest of what was written.
    pub(super) fn short_digest(self) -> String {
        shortened(self.finish().1)
    }

    fn finish(self) -> (usize, String) {
        let (digest, length) = match self.keep {
            Keep::Text(_) => (Box::default(), 0),
            Keep::Digest(digest, length) => (digest, length),
        };
        let digest: Sha256 = *digest;
        let length = length + self.text.len();
        (length, hex(&digest.chain_update(&self.text).finalize()))
    }
}

/// How many of so many stand in each part, when there are at most so many parts: a power of two, so that
/// a few more leave the parts before them as they are.
pub(super) fn part_size(all: usize, parts_max: usize) -> usize {
    all.div_ceil(parts_max.max(1)).max(1).next_power_of_two()
}

/// Bytes as `1234 bytes sha256:…`.
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    let digest = sha256(bytes);
    format!("{} bytes sha256:{digest}", bytes.len())
}

/// The first digits of the digest of bytes.
pub(super) fn short_digest(bytes: &[u8]) -> String {
    shortened(sha256(bytes))
}

fn shortened(mut digits: String) -> String {
    digits.truncate(SHORT_DIGITS);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_of_all_that_was_written() {
        let all = "0123456789".repeat(2_000);
        let mut page = Page::digest();
        for part in all.as_bytes().chunks(7) {
            page.text
                .push_str(std::str::from_utf8(part).expect("digits"));
            assert!(page.has_room());
        }
        assert_eq!(page.fingerprint(), fingerprint(all.as_bytes()));
        // FIPS 180-4: the digest of nothing.
        assert_eq!(
            Page::digest().fingerprint(),
            "0 bytes sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn what_is_divided_has_no_more_parts_than_there_may_be() {
        for (all, parts, size) in [
            (0, 64, 1),
            (64, 64, 1),
            (65, 64, 2),
            (129, 64, 4),
            (9, 0, 16),
        ] {
            assert_eq!(part_size(all, parts), size, "{all}");
        }
        for all in 1..5_000_usize {
            assert!(
                all.div_ceil(part_size(all, PARTS_MAX)) <= PARTS_MAX,
                "{all}"
            );
        }
    }

    #[test]
    fn a_text_has_room_up_to_its_limit() {
        let mut page = Page::with_limit(3);
        page.text.push_str("abc");
        assert!(page.has_room());
        page.text.push('d');
        assert!(!page.has_room());
    }
}
