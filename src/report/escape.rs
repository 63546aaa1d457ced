//! Text from a target or a file, made safe to show: what would steer a terminal, hide, or change the
//! direction of reading is written out (`\u{1b}`).
//!
//! This is for people's eyes. A backslash stays as it is, so the result cannot be read back. JSON has
//! escapes of its own ([`EscapedJson`]), which are read back as what they stand for.
//!
//! Sources: ECMA-48 (control functions), UAX #9 (bidirectional controls), XML 1.0 §2.2 (what a
//! document cannot hold).

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde_json::ser::Formatter;

/// The text with line feeds and tabs kept and everything else that is hidden or steers written out.
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_where(text, |letter| {
        letter != '\n' && letter != '\t' && is_hidden(letter)
    })
}

/// The text as one line: line feeds and tabs are written out as well (`\n`, `\t`).
pub fn escape_line(text: &str) -> Cow<'_, str> {
    escape_where(text, is_hidden)
}

fn escape_where(text: &str, is_unsafe: impl Fn(char) -> bool) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let Some(first) = text.find(&is_unsafe) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    for letter in text[first..].chars() {
        match letter {
            _ if !is_unsafe(letter) => out.push(letter),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ => write!(out, "\\u{{{:x}}}", u32::from(letter)).expect("a String takes all"),
        }
    }
    Cow::Owned(out)
}

/// JSON in which everything that is hidden or steers is written as `\u001b` (RFC 8259 §7), also what
/// JSON would allow to stand as it is.
pub(super) struct EscapedJson;

impl Formatter for EscapedJson {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        if is_plain(rest) {
            return out.write_all(rest.as_bytes());
        }
        while let Some(letter) = rest.chars().find(|letter| is_hidden(*letter)) {
            let (plain, from) = rest.split_once(letter).unwrap_or((rest, ""));
            out.write_all(plain.as_bytes())?;
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = from;
        }
        out.write_all(rest.as_bytes())
    }
}

/// A whole document as JSON on one line, ending with a line end.
pub(super) fn to_json(document: &impl serde::Serialize) -> String {
    let mut text = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut text, EscapedJson);
    document.serialize(&mut writer).expect("memory takes all");
    text.push(b'\n');
    String::from_utf8(text).expect("JSON is UTF-8")
}

/// Whether a text is all visible ASCII and spaces: the usual case, seen without a look at characters.
fn is_plain(text: &str) -> bool {
    // Without an early end the compiler looks at many bytes at once.
    text.bytes()
        .fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
}

/// Whether a character steers the terminal, is not seen, changes the direction of reading, or cannot
/// stand in XML. Joiners (U+200C, U+200D) are not: scripts and emoji need them.
pub fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'   // C0, DEL, C1
        | '\u{61c}' | '\u{200e}' | '\u{200f}'   // marks of direction
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{200b}' | '\u{2060}' | '\u{feff}'  // no width
        | '\u{2028}' | '\u{2029}'               // line and paragraph separators
        | '\u{fffe}' | '\u{ffff}'               // not characters at all
        | '\u{e0000}'..='\u{e007f}') // tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_text_is_not_copied() {
        for text in [
            "",
            "plain",
            "Grüße, 世界 \u{1f469}\u{200d}\u{1f680}",
            "a\\b",
        ] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
            assert!(matches!(escape_line(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn a_terminal_escape_is_seen_and_does_nothing() {
        assert_eq!(escape("\u{1b}[2Jgone"), "\\u{1b}[2Jgone");
        assert_eq!(escape("\u{9b}31m"), "\\u{9b}31m");
        assert_eq!(escape("a\rb\u{8}\u{7f}\0"), "a\\rb\\u{8}\\u{7f}\\u{0}");
    }

    #[test]
    fn text_cannot_change_the_direction_of_reading_or_hide() {
        assert_eq!(escape("\u{202e}nimda\u{2066}"), "\\u{202e}nimda\\u{2066}");
        assert_eq!(
            escape("a\u{200b}b\u{feff}\u{e0041}"),
            "a\\u{200b}b\\u{feff}\\u{e0041}"
        );
    }

    #[test]
    fn line_feeds_stay_in_a_text_and_not_in_a_line() {
        assert_eq!(escape("a\n\tb\u{2028}"), "a\n\tb\\u{2028}");
        assert_eq!(escape_line("a\n\tb"), "a\\n\\tb");
    }

    fn as_json(text: &str) -> String {
        let mut out = Vec::new();
        let mut writer = serde_json::Serializer::with_formatter(&mut out, EscapedJson);
        serde::Serialize::serialize(text, &mut writer).expect("memory takes all");
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn json_steers_no_terminal_either() {
        assert_eq!(as_json("a\u{1b}[2J\n\"é"), r#""a\u001b[2J\n\"é""#);
        assert_eq!(as_json("\u{9b}2J\u{7f}z"), r#""\u009b2J\u007fz""#);
        assert_eq!(as_json("\u{202e}\u{e0041}"), r#""\u202e\udb40\udc41""#);
    }

    proptest! {
        #[test]
        fn json_is_read_back_as_it_was(text in any::<String>()) {
            let json = as_json(&text);
            prop_assert!(!json.chars().any(is_hidden));
            let back: String = serde_json::from_str(&json).expect("JSON");
            prop_assert_eq!(back, text);
        }

        #[test]
        fn nothing_hidden_is_left(text in any::<String>()) {
            let line = escape_line(&text);
            prop_assert!(!line.chars().any(is_hidden));
            prop_assert_eq!(escape_line(&line), line.as_ref());
        }
    }
}
