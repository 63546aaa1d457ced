//! Chance from the system, for names that nobody else has. All else that is random hangs on a seed.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// The letters and digits of such a name; none looks like another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A short name that begins with a letter.
pub fn name() -> String {
    let mut bits = RandomState::new().build_hasher().finish();
    let mut name = String::from("t");
    for _ in 0..7 {
        let place = usize::try_from(bits % 32).unwrap_or_default();
        name.push(char::from(LETTERS[place]));
        bits /= 32;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_names_differ_and_are_plain() {
        let (one, other) = (name(), name());
        assert_ne!(one, other);
        assert_eq!(one.len(), 8);
        assert!(one.bytes().all(|it| it.is_ascii_alphanumeric()));
    }
}
