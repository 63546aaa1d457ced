//! Symbols: stand-ins for the values that a server makes anew in every run.
//!
//! One table serves a whole flow. The same value is the same symbol wherever it shows up, alone or
//! within a longer text, plain or percent-encoded; another value is another symbol. So `‹release#1›`
//! where `‹release#2›` was approved means that the server answered with the wrong release.
//!
//! This module finds values in texts. Which values become symbols is decided in `sighting`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::utf8_percent_encode;

use super::escape::{CLOSE, OPEN};
use super::kind::Kind;
use crate::http::{PATH, UNRESERVED, is_unreserved};
use crate::world::Site;

/// What stands for a time that is earlier than what the same URL said at the same place before.
pub const EARLIER: &str = "‹time date-time, earlier›";
/// How many symbols one flow may have; values beyond it are shown as they are.
pub(super) const SYMBOLS_MAX: usize = 4096;
/// The shortest value that is known again anywhere, in bytes. A shorter one would be found where it
/// is not meant.
pub(super) const WHOLE_MIN: usize = 4;
/// The shortest value that is known again within a longer text, in bytes. Between the two it is known
/// again only as a whole text or a whole part of a URL.
const WITHIN_MIN: usize = 6;
/// The longest value that becomes a symbol, in bytes: longer ones are content, not names.
pub(super) const VALUE_BYTES_MAX: usize = 4096;

/// The symbols of one flow.
#[derive(Debug, Clone)]
pub(super) struct Symbols {
    /// What stands for each symbol, such as `‹release#1›`.
    shown: Vec<String>,
    /// The last number of each name.
    numbers: BTreeMap<String, usize>,
    /// The values as texts, with their symbols.
    whole: BTreeMap<String, usize>,
    /// The values that are too short for that, by the name of the place where they are known again.
    placed: BTreeMap<(String, String), usize>,
    /// The values as they may stand within a text, and their symbols.
    patterns: Vec<(String, usize)>,
    /// The patterns by their first bytes, the longest first.
    starts: BTreeMap<[u8; WHOLE_MIN], Vec<usize>>,
    /// Which bytes patterns begin with: a first look that spares the second for most of a text.
    first_bytes: [bool; 256],
}

/// The symbols of a text that have a number, in their order.
pub fn numbered(text: &str) -> Vec<&str> {
    let pieces = text.split(OPEN).skip(1);
    let symbols = pieces.filter_map(|it| it.split_once(CLOSE).map(|(symbol, _)| symbol));
    symbols.filter(|it| it.contains('#')).collect()
}

/// A text without the names and numbers of its symbols: `‹release#2 uuid›` is `‹# uuid›`. None where it has
/// no symbol with a number.
pub fn without_names(text: &str) -> Option<String> {
    let mut pieces = text.split(OPEN);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    let mut found = false;
    for piece in pieces {
        out.push(OPEN);
        let end = piece.find(CLOSE).unwrap_or(piece.len());
        let (symbol, rest) = piece.split_at(end);
        match symbol.split_once('#') {
            Some((_, number)) => {
                found = true;
                out.push('#');
                out.push_str(number.trim_start_matches(|it: char| it.is_ascii_digit()));
            }
            None => out.push_str(symbol),
        }
        out.push_str(rest);
    }
    found.then_some(out)
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'p> {
    /// Text that stands as it is.
    Plain(&'p str),
    /// What stands for a symbol.
    Symbol(&'p str),
}

impl Symbols {
    /// A table that knows only where the target is: `‹base›`, and below it `‹origin›` when the base
    /// has a path, and `‹host›` for host and port by themselves. What stands for another server of the
    /// contract is called as the contract calls that.
    pub(super) fn new(site: &Site) -> Self {
        let mut symbols = Self {
            shown: Vec::new(),
            numbers: BTreeMap::new(),
            whole: BTreeMap::new(),
            placed: BTreeMap::new(),
            patterns: Vec::new(),
            starts: BTreeMap::new(),
            first_bytes: [false; 256],
        };
        let base = site.url.as_str();
        symbols.fix(base, "base");
        if let Some((scheme, rest)) = base.split_once("://") {
            let authority = rest.split('/').next().unwrap_or(rest);
            symbols.fix(&format!("{scheme}://{authority}"), "origin");
            // A host without a port is a name that may well be a constant of the API.
            if authority.contains(':') {
                symbols.fix(authority, "host");
            }
        }
        for (server, url) in &site.servers {
            symbols.fix(url.trim_end_matches('/'), server);
        }
        symbols
    }

    /// The symbol that stands for a whole text.
    pub(super) fn get(&self, text: &str) -> Option<&str> {
        if text.len() < WHOLE_MIN || !self.begins_like_one(text.as_bytes()[0]) {
            return None;
        }
        self.whole
            .get(text)
            .map(|&symbol| self.shown[symbol].as_str())
    }

    /// Whether some value begins with this byte.
    fn begins_like_one(&self, first: u8) -> bool {
        self.first_bytes[usize::from(first)]
    }

    /// Whether some value may stand at this byte: a look that is fast and lets some too many through.
    fn may_begin_at(&self, bytes: &[u8], at: usize) -> bool {
        self.begins_like_one(bytes[at])
            && (at == 0 || !bytes[at].is_ascii_alphanumeric() || !is_within_word(bytes, at))
    }

    /// Whether no further value can become a symbol.
    pub(super) fn is_full(&self) -> bool {
        self.shown.len() >= SYMBOLS_MAX
    }

    /// Makes a value a symbol, if it is none yet and long enough to be known again.
    ///
    /// A time has neither a number nor a name of its own: whether two things were made in the same
    /// second, or in the same millisecond, is chance, and must not show.
    pub(super) fn add(&mut self, text: &str, name: &str, kind: Option<Kind>) {
        let length = WHOLE_MIN..=VALUE_BYTES_MAX;
        if self.is_full() || !length.contains(&text.len()) || self.whole.contains_key(text) {
            return;
        }
        self.show(name, kind);
        self.know(text, self.shown.len() - 1);
    }

    /// Makes a value a symbol that is known again only as a whole and where the place has one of these
    /// names: elsewhere a value as short as this may well be another one.
    pub(super) fn add_placed(
        &mut self,
        text: &str,
        places: &[&str],
        name: &str,
        kind: Option<Kind>,
    ) {
        let known = |place: &&str| self.placed.get(&key(place, text)).copied();
        let symbol = match places.iter().find_map(known) {
            Some(symbol) => symbol,
            None if self.is_full() => return,
            None => {
                self.show(name, kind);
                self.shown.len() - 1
            }
        };
        for place in places {
            self.placed.entry(key(place, text)).or_insert(symbol);
        }
    }

    /// The symbol that stands for a short value at a place of this name.
    pub(super) fn at(&self, place: &str, text: &str) -> Option<&str> {
        if self.placed.is_empty() {
            return None;
        }
        self.placed
            .get(&key(place, text))
            .map(|&symbol| self.shown[symbol].as_str())
    }

    /// Whether there are values that are known again by their place alone.
    pub(super) fn has_placed(&self) -> bool {
        !self.placed.is_empty()
    }

    /// Takes away by what the symbols differ that an earlier table of the same flow has not: what is
    /// left of them does not hang on the order in which they were found.
    pub(super) fn blank_after(&mut self, earlier: &Self) {
        for shown in self.shown.iter_mut().skip(earlier.shown.len()) {
            *shown = label("", None);
        }
    }

    fn show(&mut self, name: &str, kind: Option<Kind>) {
        let shown = match kind.and_then(Kind::moment_name) {
            Some(name) => label(name, kind.filter(|kind| kind.as_str() != name)),
            None => {
                let name = clean_name(name);
                let number = self.numbers.entry(name.clone()).or_insert(0);
                *number += 1;
                label(
                    &format!("{name}#{number}"),
                    kind.filter(|kind| kind.as_str() != name),
                )
            }
        };
        self.shown.push(shown);
    }

    /// A value without a number, such as `‹base›`.
    fn fix(&mut self, text: &str, name: &str) {
        if text.len() >= WITHIN_MIN && !self.whole.contains_key(text) {
            self.shown.push(label(name, None));
            self.know(text, self.shown.len() - 1);
        }
    }

    fn know(&mut self, text: &str, symbol: usize) {
        self.whole.insert(text.to_owned(), symbol);
        let mut forms = vec![Cow::Borrowed(text)];
        if !is_unreserved(text) {
            forms.push(utf8_percent_encode(text, PATH).into());
            forms.push(utf8_percent_encode(text, UNRESERVED).into());
            // In this order equal ones are neighbours: each encodes all that the one before it does.
            forms.dedup();
        }
        for form in forms {
            let bytes = form.as_bytes();
            let Some(start) = bytes.first_chunk::<WHOLE_MIN>() else {
                continue;
            };
            self.first_bytes[usize::from(start[0])] = true;
            let length = form.len();
            let same_start = self.starts.entry(*start).or_default();
            let place = same_start.partition_point(|&it| self.patterns[it].0.len() >= length);
            same_start.insert(place, self.patterns.len());
            self.patterns.push((form.into_owned(), symbol));
        }
    }

    /// A text in pieces; none when no symbol stands for any of it, which is the usual case.
    pub(super) fn pieces<'p>(&'p self, text: &'p str) -> Option<Vec<Piece<'p>>> {
        if let Some(shown) = self.get(text) {
            return Some(vec![Piece::Symbol(shown)]);
        }
        let bytes = text.as_bytes();
        let last = bytes.len().checked_sub(WHOLE_MIN)?;
        if !(0..=last).any(|at| self.may_begin_at(bytes, at)) {
            return None;
        }
        self.pieces_around(text, &BTreeMap::new())
    }

    /// The same for a text of which some parts are settled: by their first byte, how long they are and
    /// what stands for them.
    pub(super) fn pieces_around<'p>(
        &'p self,
        text: &'p str,
        settled: &BTreeMap<usize, (usize, &'p str)>,
    ) -> Option<Vec<Piece<'p>>> {
        if settled.is_empty() && (self.patterns.is_empty() || text.len() < WHOLE_MIN) {
            return None;
        }
        let bytes = text.as_bytes();
        let mut pieces = Vec::new();
        let (mut at, mut written) = (0, 0);
        while at < bytes.len() {
            let found = match settled.get(&at) {
                Some(found) => Some(*found),
                None if self.may_begin_at(bytes, at) => self
                    .longest_at(text, at)
                    .map(|(length, symbol)| (length, self.shown[symbol].as_str())),
                None => None,
            };
            let Some((length, shown)) = found else {
                at += 1;
                if settled.is_empty() {
                    let next = (at..bytes.len()).find(|&at| self.may_begin_at(bytes, at));
                    at = next.unwrap_or(bytes.len());
                }
                continue;
            };
            if written < at {
                pieces.push(Piece::Plain(&text[written..at]));
            }
            pieces.push(Piece::Symbol(shown));
            at += length;
            written = at;
        }
        if pieces.is_empty() {
            return None;
        }
        if written < text.len() {
            pieces.push(Piece::Plain(&text[written..]));
        }
        Some(pieces)
    }

    /// The longest value that stands at this byte, with its length and its symbol.
    ///
    /// A pattern begins with the first byte of a character, so whatever matches begins at one.
    fn longest_at(&self, text: &str, at: usize) -> Option<(usize, usize)> {
        let start = text.as_bytes()[at..].first_chunk::<WHOLE_MIN>()?;
        let candidates = self.starts.get(start)?;
        candidates
            .iter()
            .map(|&it| &self.patterns[it])
            .find_map(|(pattern, symbol)| {
                let end = at + pattern.len();
                let matches = text.as_bytes()[at..].starts_with(pattern.as_bytes());
                let apart = matches
                    && if pattern.len() >= WITHIN_MIN {
                        is_apart(text, at, end)
                    } else {
                        is_url(text) && is_url_part(text, at, end)
                    };
                apart.then_some((pattern.len(), *symbol))
            })
    }

    /// A text with its symbols, when it has any, and otherwise as it is; for sorting and for names.
    pub(super) fn substituted(&self, text: &str) -> Option<String> {
        let pieces = self.pieces(text)?;
        let parts = pieces.iter().map(|piece| match piece {
            Piece::Plain(text) | Piece::Symbol(text) => *text,
        });
        Some(parts.collect())
    }
}

fn key(place: &str, text: &str) -> (String, String) {
    (place.to_owned(), text.to_owned())
}

/// What stands for a value: `‹name›` or `‹name kind›`.
pub(super) fn label(name: &str, kind: Option<Kind>) -> String {
    match kind {
        Some(kind) => format!("{OPEN}{name} {}{CLOSE}", kind.as_str()),
        None => format!("{OPEN}{name}{CLOSE}"),
    }
}

/// A name that fits into a symbol.
pub(super) fn clean_name(name: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let clean: String = name
        .chars()
        .take(64)
        .map(|c| if fits(c) { c } else { '_' })
        .collect();
    if clean.is_empty() {
        "value".to_owned()
    } else {
        clean
    }
}

/// Whether the byte before this one is of a word, and not the end of `%2F`, an encoded sign.
fn is_within_word(bytes: &[u8], at: usize) -> bool {
    let is_encoded = at >= 3 && bytes[at - 3] == b'%';
    bytes[at - 1].is_ascii_alphanumeric() && !is_encoded
}

/// Whether a part of a text is not the middle of a longer word.
pub(super) fn is_apart(text: &str, start: usize, end: usize) -> bool {
    let joined = |left: Option<char>, right: Option<char>| {
        left.is_some_and(char::is_alphanumeric) && right.is_some_and(char::is_alphanumeric)
    };
    let before = text[..start].chars().next_back();
    let first = text[start..end].chars().next();
    let last = text[start..end].chars().next_back();
    let after = text[end..].chars().next();
    // `%2F` before a value is an encoded sign and not a part of the word.
    let escape_before = start >= 3
        && text.as_bytes()[start - 3] == b'%'
        && text.as_bytes()[start - 2..start]
            .iter()
            .all(u8::is_ascii_hexdigit);
    (escape_before || !joined(before, first)) && !joined(last, after)
}

fn is_url(text: &str) -> bool {
    text.starts_with('/') || text.contains("://")
}

fn is_url_part(text: &str, start: usize, end: usize) -> bool {
    let ends = |c: char| matches!(c, '/' | '?' | '&' | '=' | '#');
    text[..start].ends_with(ends) && (end == text.len() || text[end..].starts_with(ends))
}

#[cfg(test)]
mod tests;
