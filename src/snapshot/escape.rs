//! Text as a reviewer sees it: what a line cannot show is written as an escape.
//!
//! The result is one to one: two different texts never look alike, and no text looks like a symbol,
//! whose opening `‹` is an escape wherever it is real. This is for headers and texts; JSON has escapes
//! of its own.

use std::fmt::Write as _;

/// The sign that opens a symbol.
pub(super) const OPEN: char = '‹';
/// The sign that closes a symbol.
pub(super) const CLOSE: char = '›';

/// Adds a part of a line. Line breaks are escapes as well.
pub(super) fn write_escaped(text: &str, out: &mut String) {
    if text
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && byte != b'\\')
    {
        // Almost every line is plain, and then copied as a whole.
        return out.push_str(text);
    }
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            hidden if is_hidden(hidden) || hidden == OPEN => write_code(hidden, out),
            plain => out.push(plain),
        }
    }
}

/// Adds a header's bytes; those that are not UTF-8 one by one.
pub(super) fn write_escaped_bytes(bytes: &[u8], out: &mut String) {
    for chunk in bytes.utf8_chunks() {
        write_escaped(chunk.valid(), out);
        for byte in chunk.invalid() {
            write!(out, "\\x{byte:02x}").expect("a String can always be written to");
        }
    }
}

/// Makes a blank at the end visible, which editors and file formats like to drop.
pub(super) fn show_last_blank(out: &mut String, line_start: usize) {
    if let Some(blank) = out[line_start..]
        .chars()
        .next_back()
        .filter(|it| it.is_whitespace())
    {
        out.pop();
        write_code(blank, out);
    }
}

fn write_code(character: char, out: &mut String) {
    write!(out, "\\u{{{:x}}}", u32::from(character)).expect("a String can always be written to");
}

/// What shows nothing, or changes how what follows is shown (Unicode's property Bidi_Control).
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        write_escaped(text, &mut out);
        show_last_blank(&mut out, 0);
        out
    }

    #[test]
    fn what_a_line_cannot_show_is_an_escape() {
        for (text, expected) in [
            ("plain ü 日", "plain ü 日"),
            ("a\r\n\tb", r"a\r\n\tb"),
            (r"\u{2039}", r"\\u{2039}"),
            ("‹id#1›", r"\u{2039}id#1›"),
            ("\u{202e}x\u{1b}[1m", r"\u{202e}x\u{1b}[1m"),
            ("two  ", r"two \u{20}"),
            ("wide\u{3000}", r"wide\u{3000}"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn bytes_that_are_no_text_stay_visible() {
        let mut out = String::new();
        write_escaped_bytes(b"a\xffb\xc3", &mut out);
        assert_eq!(out, r"a\xffb\xc3");
    }

    proptest! {
        #[test]
        fn different_texts_look_different(left in r"[a\\u{}2039‹ \r\n]{0,6}", right in r"[a\\u{}2039‹ \r\n]{0,6}") {
            prop_assert_eq!(left == right, escaped(&left) == escaped(&right));
        }

        #[test]
        fn no_text_opens_a_symbol(text in ".*") {
            prop_assert!(!escaped(&text).contains(OPEN));
        }
    }
}
