//! The forms of a secret that are looked for as they are: those in which every sign is coded, and those
//! that cannot be undone place by place. What stands before and behind a value in the same Base64 text is
//! not known, so that has three alignments.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The shortest run of letters and digits by which the rest of a value is found, in bytes.
const ANCHOR_BYTES_MIN: usize = 4;

/// The longest value that is looked for with every sign of it escaped, in bytes.
const ESCAPED_BYTES_MAX: usize = 512;

/// The value itself, and its forms; each once.
pub(super) fn of(value: &str) -> Vec<String> {
    let mut forms = forms_of(value);
    if !value.is_ascii() {
        // A server that takes a field for ISO 8859-1 (`RFC 9110 §5.5`) says it back with a letter for each byte.
        let by_bytes: String = value.bytes().map(char::from).collect();
        forms.extend(forms_of(&by_bytes));
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn forms_of(value: &str) -> Vec<String> {
    let digits = coded(value, |_| true, |byte| format!("{byte:02x}"));
    let mut forms = vec![value.to_owned(), digits.to_ascii_uppercase(), digits];
    forms.extend(in_base64(value));
    forms.extend(in_percent(value, |byte| !byte.is_ascii_alphanumeric()));
    forms.extend(in_units(value, |letter| !letter.is_ascii()));
    if value.len() <= ESCAPED_BYTES_MAX {
        forms.extend(in_percent(value, |_| true));
        forms.extend(in_units(value, |_| true));
        forms.extend(in_entities(value));
    }
    forms
}

fn in_base64(value: &str) -> Vec<String> {
    // With what hangs on nothing else, where nothing stands before or behind.
    let mut forms = vec![STANDARD_NO_PAD.encode(value), URL_SAFE_NO_PAD.encode(value)];
    for before in 0..3 {
        let shifted = [&[0; 2][..before], value.as_bytes()].concat();
        // Letters that hold a bit of what stands before or behind hang on that.
        let range = (before * 8).div_ceil(6)..shifted.len() * 8 / 6;
        forms.push(STANDARD_NO_PAD.encode(&shifted)[range.clone()].to_owned());
        forms.push(URL_SAFE_NO_PAD.encode(&shifted)[range].to_owned());
    }
    for at in 0..forms.len() {
        let form = forms[at].clone();
        forms.extend(in_percent(&form, |byte| b"+/".contains(&byte)));
        forms.push(form.replace('/', "\\/"));
    }
    forms
}

/// With percent signs for some bytes, in both cases.
fn in_percent(value: &str, is_coded: impl Fn(u8) -> bool + Copy) -> [String; 2] {
    let lower = coded(value, is_coded, |byte| format!("%{byte:02x}"));
    let upper = coded(value, is_coded, |byte| format!("%{byte:02X}"));
    [lower, upper]
}

fn coded(value: &str, is_coded: impl Fn(u8) -> bool, code: impl Fn(u8) -> String) -> String {
    // Bytes that are not coded are letters and digits, or the others of a text that is plain.
    let mut out = Vec::with_capacity(value.len());
    for byte in value.bytes() {
        if is_coded(byte) {
            out.extend_from_slice(code(byte).as_bytes());
        } else {
            out.push(byte);
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// With the code units of some letters, as JSON has them, in both cases.
fn in_units(value: &str, is_coded: impl Fn(char) -> bool) -> [String; 2] {
    let [mut lower, mut upper] = [String::new(), String::new()];
    for letter in value.chars() {
        if !is_coded(letter) {
            lower.push(letter);
            upper.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            // A String takes all.
            let _ = write!(lower, "\\u{unit:04x}");
            let _ = write!(upper, "\\u{unit:04X}");
        }
    }
    [lower, upper]
}

/// With the numbers of all letters, as XML has them, in both notations.
fn in_entities(value: &str) -> [String; 2] {
    let [mut decimal, mut hexadecimal] = [String::new(), String::new()];
    for letter in value.chars().map(u32::from) {
        // As above.
        let _ = write!(decimal, "&#{letter};");
        let _ = write!(hexadecimal, "&#x{letter:x};");
    }
    [decimal, hexadecimal]
}

/// How a value is found in which some signs are escaped and others are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mixed<'v> {
    /// There is nothing that is escaped alone.
    Never,
    /// By the letters and digits that stand in it one after the other: nobody escapes those alone.
    Around(&'v str),
    /// By nothing shorter: the whole text is looked through with its escapes undone.
    Anywhere,
}

/// How a value is found in which some signs are escaped and others are not.
pub(super) fn mixed(value: &str) -> Mixed<'_> {
    let is_sign = |letter: char| letter.is_ascii() && !letter.is_ascii_alphanumeric();
    if !value.contains(is_sign) {
        return Mixed::Never;
    }
    let runs = value.split(|letter: char| !letter.is_ascii_alphanumeric());
    match runs.max_by_key(|it| it.len()) {
        Some(longest) if longest.len() >= ANCHOR_BYTES_MIN => Mixed::Around(longest),
        _ => Mixed::Anywhere,
    }
}

/// The text that is written in Base64, when it is one.
pub(super) fn decoded(value: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(value).ok()?).ok()
}
