//! What stands in the place of a secret: `(credential:bearerAuth)`, `(secret:token)`.
//!
//! Letters, digits and signs that mean nothing in JSON, XML, HTML, YAML, TOML, a URL or a shell's quotes,
//! so that whatever a secret stood in stays well formed.

/// How long a name is at most, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// What kind of secret it is; that of an identity before any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What an identity shows for a security scheme.
    Credential,
    /// Any other.
    Secret,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Credential, Self::Secret];

    /// How a placeholder begins.
    fn opening(self) -> &'static str {
        match self {
            Self::Credential => "(credential:",
            Self::Secret => "(secret:",
        }
    }
}

/// What a secret is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    kind: Kind,
    name: String,
}

impl Name {
    /// The name of a secret by that of its place, of which only what is plain is kept.
    pub fn new(kind: Kind, place: &str) -> Self {
        let plain = |it: char| if is_plain(it) { it } else { '-' };
        let name: String = place.chars().map(plain).take(NAME_BYTES_MAX).collect();
        let name = if name.is_empty() {
            "-".to_owned()
        } else {
            name
        };
        Self { kind, name }
    }

    /// What stands in its place.
    pub fn placeholder(&self) -> String {
        format!("{}{})", self.kind.opening(), self.name)
    }
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "._-".contains(letter)
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'t> {
    /// What is no placeholder.
    Plain(&'t [u8]),
    /// A placeholder: its kind and its name.
    Placeholder(Kind, &'t str),
}

/// A text as what is in it: placeholders, and what stands between them.
pub fn pieces(text: &[u8]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut plain_from, mut at) = (0, 0);
    while let Some(next) = memchr::memchr(b'(', &text[at..]) {
        at += next;
        let Some((kind, name, length)) = at_begin(&text[at..]) else {
            at += 1;
            continue;
        };
        if plain_from < at {
            pieces.push(Piece::Plain(&text[plain_from..at]));
        }
        pieces.push(Piece::Placeholder(kind, name));
        at += length;
        plain_from = at;
    }
    if plain_from < text.len() {
        pieces.push(Piece::Plain(&text[plain_from..]));
    }
    pieces
}

/// The placeholder at the begin of these bytes, and its length.
fn at_begin(bytes: &[u8]) -> Option<(Kind, &str, usize)> {
    let kind = Kind::ALL
        .into_iter()
        .find(|it| bytes.starts_with(it.opening().as_bytes()))?;
    let begin = kind.opening().len();
    let rest = &bytes[begin..];
    let length = rest.iter().take(NAME_BYTES_MAX + 1);
    let length = length.take_while(|it| is_plain(char::from(**it))).count();
    let name = std::str::from_utf8(&rest[..length]).ok()?;
    let is_whole = (1..=NAME_BYTES_MAX).contains(&length) && rest.get(length) == Some(&b')');
    is_whole.then_some((kind, name, begin + length + 1))
}

/// The placeholder that a place in a text lies within.
pub(super) fn around(bytes: &[u8], start: usize, end: usize) -> Option<Name> {
    let first = start.saturating_sub(NAME_BYTES_MAX + 16);
    let opening = first + memchr::memrchr(b'(', &bytes[first..(start + 1).min(bytes.len())])?;
    let (kind, name, length) = at_begin(&bytes[opening..])?;
    let name = name.to_owned();
    (opening + length >= end).then_some(Name { kind, name })
}
