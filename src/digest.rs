//! Names for bytes: digits of SHA-256.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// How many digits a short name has.
const SHORT_DIGITS: usize = 16;

/// A name for several things, in their order. Where one ends and the next begins counts.
#[derive(Debug, Clone, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// Takes one more thing.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes.len().to_le_bytes());
        self.0.update(bytes);
    }

    /// The first 16 digits.
    pub fn short(self) -> String {
        let mut digits = hex(&self.0.finalize());
        digits.truncate(SHORT_DIGITS);
        digits
    }
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(digits, "{byte:02x}").expect("a String can always be written to");
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_nothing_is_known() {
        let known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), known);
    }

    #[test]
    fn where_one_thing_ends_counts() {
        let short = |parts: &[&[u8]]| {
            let mut digest = Digest::default();
            for part in parts {
                digest.add(part);
            }
            digest.short()
        };
        assert_eq!(short(&[b"ab", b"c"]).len(), SHORT_DIGITS);
        assert_ne!(short(&[b"ab", b"c"]), short(&[b"a", b"bc"]));
        assert_eq!(short(&[b"ab"]), short(&[b"ab"]));
    }
}
