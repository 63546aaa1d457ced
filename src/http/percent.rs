//! Which characters of a URI percent-encoding leaves alone (`RFC 3986 §2`).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// What percent-encoding leaves alone where anything else may have a meaning (`RFC 3986 §2.3`).
pub const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Whether it leaves a text alone wherever that stands.
pub fn is_unreserved(text: &str) -> bool {
    let is_left_alone = |it: u8| it.is_ascii_alphanumeric() || b"-._~".contains(&it);
    text.bytes().all(is_left_alone)
}

/// What it leaves alone in a path, where less has a meaning (`RFC 3986 §3.3`).
pub const PATH: &AsciiSet = &UNRESERVED
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// Whether a byte stands in a URL as it is, before a fragment: a percent sign, a letter, a digit, or one of the
/// other characters of `RFC 3986 §2.2` and `§2.3` but `#`.
pub fn is_of_a_url(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'\\' | b'#' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'}' | b'|'
        )
}

/// The first character of a text that no query can hold (`RFC 3986 §3.4`): it would have to be encoded.
/// None where the text is a query as it stands.
pub fn foreign_to_query(text: &str) -> Option<char> {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/?".contains(it);
    let is_encoded = |rest: &[u8]| match rest {
        [first, second, ..] => first.is_ascii_hexdigit() && second.is_ascii_hexdigit(),
        _ => false,
    };
    let is_foreign = |(at, letter): &(usize, char)| match letter {
        '%' => !is_encoded(&text.as_bytes()[at + 1..]),
        letter => !is_plain(*letter),
    };
    let found = text.char_indices().find(is_foreign);
    found.map(|(_, letter)| letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unreserved_is_encoded_nowhere() {
        for letter in (0..=0x17f).filter_map(char::from_u32) {
            let text = letter.to_string();
            let encoded = percent_encoding::utf8_percent_encode(&text, UNRESERVED).to_string();
            assert_eq!(is_unreserved(&text), encoded == text, "{letter:?}");
        }
    }

    #[test]
    fn a_query_holds_what_is_encoded() {
        for text in ["", "a=1&b=%20", "?a/b:@!$'()*+,;=-._~", "%C3%a9"] {
            assert_eq!(foreign_to_query(text), None, "{text}");
        }
        for (text, letter) in [
            ("a b", ' '),
            ("a=1#b", '#'),
            ("f[x]=1", '['),
            ("é", 'é'),
            ("100%", '%'),
            ("%2", '%'),
            ("%2g", '%'),
            ("%é", '%'),
            ("a\r\nb", '\r'),
        ] {
            assert_eq!(foreign_to_query(text), Some(letter), "{text}");
        }
    }

    #[test]
    fn a_byte_of_a_url_is_reserved_unreserved_or_a_percent_sign() {
        for byte in u8::MIN..=u8::MAX {
            let listed = b"-._~!$&'()*+,;=:@/?[]%".contains(&byte);
            let expected = listed || byte.is_ascii_alphanumeric();
            assert_eq!(is_of_a_url(byte), expected, "{byte:#x}");
        }
    }
}
