//! What is secret: values that are found wherever they are about to be written, in the forms in which they
//! are usually said, and replaced by their names.
//!
//! A command makes a set and hands it down: to whoever comes by a secret, who adds it, and to whoever
//! writes, who asks. There is no set for all. Nothing here reads or writes anything, and while no secret is
//! known, asking costs one look at a number.

mod finder;
mod forms;
mod placeholder;
mod redactor;
mod search;
#[cfg(test)]
mod tests;
mod view;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use finder::Finder;
pub use finder::Sight;
pub use placeholder::{Kind, Name, Piece, pieces};
pub use redactor::Redactor;
pub use search::Search;

/// How many values are looked for at most.
pub const SECRETS_MAX: usize = 10_000;

/// The shortest value that is looked for within other texts, in bytes.
pub const VALUE_BYTES_MIN: usize = 8;

/// The same, of credentials.
pub const CREDENTIAL_BYTES_MIN: usize = 6;

/// The shortest number that is looked for, in digits.
pub const DIGITS_MIN: usize = 8;

/// How much of a longer value is looked for, in bytes.
pub const VALUE_BYTES_MAX: usize = 8 * 1024;

/// What stands in a sentence where a value is cut.
const CUT: &str = "…";

/// How many bytes one byte of a value has at most where it is written with escapes within escapes.
const ESCAPE_BYTES_MAX: usize = 12;

/// The secrets that are known so far. They only ever become more.
#[derive(Default)]
pub struct Secrets {
    finder: RwLock<Finder>,
    /// How many values are looked for: whoever has asked before knows by it whether there are more.
    generation: AtomicUsize,
    /// The length of the longest one.
    longest: AtomicUsize,
    /// Whether there were more than are looked for.
    is_full: AtomicBool,
    /// Credentials that are too short to be looked for.
    short: RwLock<BTreeSet<String>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} secrets", self.generation())
    }
}

impl Secrets {
    /// Adds a credential, by the name of its security scheme. Of `user:password` the password counts
    /// for itself, too.
    pub fn add_credential(&self, scheme: &str, value: &str) {
        let name = Name::new(Kind::Credential, scheme);
        let password = value.split_once(':').map(|(_, password)| password);
        for text in std::iter::once(value).chain(password) {
            if !is_looked_for(text, CREDENTIAL_BYTES_MIN) {
                let mut short = self.short.write().unwrap_or_else(PoisonError::into_inner);
                short.insert(scheme.to_owned());
            }
            self.add_lines(&name, text, CREDENTIAL_BYTES_MIN);
        }
    }

    /// Adds the value of a header field that goes out with every request, by the name of the field. What
    /// stands behind a word such as `Bearer` counts for itself, too, and of `Basic` the password.
    pub fn add_field(&self, field: &str, value: &str) {
        let name = Name::new(Kind::Credential, field);
        if !is_looked_for(value, CREDENTIAL_BYTES_MIN) {
            let mut short = self.short.write().unwrap_or_else(PoisonError::into_inner);
            short.insert(field.to_owned());
        }
        self.add_lines(&name, value, CREDENTIAL_BYTES_MIN);
        let Some((word, rest)) = value.split_once(' ') else {
            return;
        };
        if !word.bytes().all(|it| it.is_ascii_alphabetic()) || rest.contains(' ') {
            return;
        }
        self.add_lines(&name, rest, CREDENTIAL_BYTES_MIN);
        let pair = word
            .eq_ignore_ascii_case("basic")
            .then(|| forms::decoded(rest));
        let pair = pair.flatten();
        if let Some((_, password)) = pair.as_deref().and_then(|it| it.split_once(':')) {
            self.add_lines(&name, password, CREDENTIAL_BYTES_MIN);
        }
    }

    /// Adds any other value, by the name of the place that holds it. A short one is not looked for: whoever
    /// knows its place hides it there.
    pub fn add(&self, place: &str, value: &str) {
        self.add_lines(&Name::new(Kind::Secret, place), value, VALUE_BYTES_MIN);
    }

    /// Adds what stands behind the word `Basic`, with the password that it holds.
    pub fn add_basic(&self, place: &str, value: &str) {
        self.add(place, value);
        let pair = forms::decoded(value);
        if let Some((_, password)) = pair.as_deref().and_then(|it| it.split_once(':')) {
            self.add(place, password);
        }
    }

    fn add_lines(&self, name: &Name, value: &str, bytes_min: usize) {
        // Of several lines each is found wherever it stands, and so all of them together. What stands
        // around the lines of a key is the same for everybody.
        let lines = value.lines().map(str::trim);
        for line in lines.filter(|it| !it.starts_with("-----")) {
            if is_looked_for(line, bytes_min) {
                self.add_line(name, start_of(line));
            }
        }
    }

    fn add_line(&self, name: &Name, line: &str) {
        let read = self.finder.read().unwrap_or_else(PoisonError::into_inner);
        if read.name_of(line).is_some_and(|it| it <= name) {
            return;
        }
        drop(read);
        let mut finder = self.finder.write().unwrap_or_else(PoisonError::into_inner);
        if finder.len() >= SECRETS_MAX && finder.name_of(line).is_none() {
            self.is_full.store(true, Ordering::Relaxed);
            return;
        }
        finder.add(name, line);
        self.longest.fetch_max(line.len(), Ordering::Release);
        self.generation.store(finder.len(), Ordering::Release);
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.generation() == 0
    }

    /// How many values are looked for. It grows whenever there is one more.
    pub fn generation(&self) -> usize {
        self.generation.load(Ordering::Acquire)
    }

    /// Whether there were more than are looked for.
    pub fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// The security schemes whose credentials are too short to be looked for; each is told once.
    pub fn take_short(&self) -> Vec<String> {
        let mut short = self.short.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *short).into_iter().collect()
    }

    /// How far a secret reaches at most, in whatever form, in bytes.
    pub fn reach(&self) -> usize {
        let longest = self.longest.load(Ordering::Acquire);
        longest.saturating_mul(ESCAPE_BYTES_MAX)
    }

    /// What a whole value is called, when it is looked for.
    pub fn name_of(&self, value: &str) -> Option<Name> {
        if self.is_empty() {
            return None;
        }
        let finder = self.finder.read().unwrap_or_else(PoisonError::into_inner);
        finder.name_of(start_of(value.trim())).cloned()
    }

    /// Where secrets stand in these bytes, in order, none within another.
    pub fn find(&self, bytes: &[u8]) -> Vec<Sight> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut finder = self.finder.read().unwrap_or_else(PoisonError::into_inner);
        if !finder.is_built() {
            drop(finder);
            let mut all = self.finder.write().unwrap_or_else(PoisonError::into_inner);
            all.build();
            drop(all);
            finder = self.finder.read().unwrap_or_else(PoisonError::into_inner);
        }
        finder.find(bytes)
    }

    /// The bytes with the name of each secret in its place.
    pub fn redact_bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let sights = self.find(bytes);
        if sights.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let mut out = Vec::with_capacity(bytes.len());
        let mut done = 0;
        for sight in sights {
            out.extend_from_slice(&bytes[done..sight.start]);
            out.extend_from_slice(sight.placeholder().as_bytes());
            done = sight.end;
        }
        out.extend_from_slice(&bytes[done..]);
        Cow::Owned(out)
    }

    /// The text with the name of each secret in its place.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.redact_bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// Does the same in place, with a sentence in which values may be cut: what is left of a secret before
    /// `…` is replaced as well.
    pub fn clean(&self, text: &mut String) {
        if let Cow::Owned(clean) = self.redact(text) {
            *text = clean;
        }
        if self.is_empty() {
            return;
        }
        let cuts: Vec<usize> = text.match_indices(CUT).map(|(at, _)| at).collect();
        let finder = self.finder.read().unwrap_or_else(PoisonError::into_inner);
        // From the last one, so that the places before stay what they are.
        for end in cuts.into_iter().rev() {
            if let Some((length, name)) = finder.begin_of_one(&text[..end]) {
                text.replace_range(end - length..end, &name.placeholder());
            }
        }
    }
}

/// Whether a value is looked for within other texts; what is short or plain would be found where it is not
/// meant, and what is left would not be readable.
fn is_looked_for(value: &str, bytes_min: usize) -> bool {
    let is_sign = |it: char| it.is_ascii() && !it.is_ascii_alphanumeric();
    if value.len() < bytes_min || value.chars().all(is_sign) {
        return false;
    }
    !is_number(value) || value.len() >= DIGITS_MIN
}

/// Whether a value consists of digits.
fn is_number(value: &str) -> bool {
    value.bytes().all(|it| it.is_ascii_digit())
}

/// As much of it as is looked for.
fn start_of(value: &str) -> &str {
    &value[..value.floor_char_boundary(VALUE_BYTES_MAX)]
}
