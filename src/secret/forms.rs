//! The forms of a secret that cannot be undone place by place: Base64 and hexadecimal digits. What stands
//! before and behind it in the same Base64 text is not known, so there are three alignments.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The value itself, and its forms; each once.
pub(super) fn of(value: &str) -> Vec<String> {
    let digits = hexadecimal(value);
    let mut forms = vec![value.to_owned(), digits.to_ascii_uppercase(), digits];
    // With what hangs on nothing else, where nothing stands before or behind.
    forms.push(STANDARD_NO_PAD.encode(value));
    forms.push(URL_SAFE_NO_PAD.encode(value));
    for before in 0..3 {
        let shifted = [&[0; 2][..before], value.as_bytes()].concat();
        // Letters that hold a bit of what stands before or behind hang on that.
        let range = (before * 8).div_ceil(6)..shifted.len() * 8 / 6;
        forms.push(STANDARD_NO_PAD.encode(&shifted)[range.clone()].to_owned());
        forms.push(URL_SAFE_NO_PAD.encode(&shifted)[range].to_owned());
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// The text that is written in Base64, when it is one.
pub(super) fn decoded(value: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(value).ok()?).ok()
}

fn hexadecimal(value: &str) -> String {
    use std::fmt::Write as _;
    value.bytes().fold(String::new(), |mut text, byte| {
        // A String takes all.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
