//! Bytes with one kind of escapes undone, and where each of them stood. What is no escape stays as it is,
//! so a text that is escaped in part, or in nobody's usual way, is looked through as well.
//!
//! The crates that undo such escapes do not say where they stood.

/// A quote within quotes of a shell.
const SHELL_QUOTE: &[u8] = b"'\\''";

/// A kind of escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// `%2F` (`RFC 3986 §2.1`).
    Percent,
    /// The same, with `+` for a space.
    Form,
    /// `\/`, `\n`, `\u002f` (`RFC 8259 §7`); any other sign behind a backslash is itself.
    Backslash,
    /// `&amp;`, `&#47;`, `&#x2f;`.
    Entity,
    /// `'\''`, as a shell has a quote within quotes.
    Shell,
}

impl Escape {
    pub(super) const ALL: [Self; 5] = [
        Self::Percent,
        Self::Form,
        Self::Backslash,
        Self::Entity,
        Self::Shell,
    ];

    /// Where the first sign is that may begin one.
    fn first(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Percent => memchr::memchr(b'%', bytes),
            Self::Form => memchr::memchr2(b'%', b'+', bytes),
            Self::Backslash => memchr::memchr(b'\\', bytes),
            Self::Entity => memchr::memchr(b'&', bytes),
            Self::Shell => memchr::memmem::find(bytes, SHELL_QUOTE),
        }
    }

    /// What an escape at the begin of these bytes stands for, and its length.
    fn undo(self, bytes: &[u8]) -> Option<(Sign, usize)> {
        let letter = |(letter, length)| (Sign::Letter(letter), length);
        let byte = |bytes| percent(bytes).map(|it| (Sign::Byte(it), 3));
        match self {
            Self::Form if bytes.starts_with(b"+") => Some((Sign::Byte(b' '), 1)),
            Self::Percent | Self::Form => byte(bytes),
            Self::Backslash => backslash(bytes).map(letter),
            Self::Entity => entity(bytes).map(letter),
            Self::Shell => Some((Sign::Byte(b'\''), SHELL_QUOTE.len())),
        }
    }
}

/// What an escape stands for.
#[derive(Debug, Clone, Copy)]
enum Sign {
    Letter(char),
    Byte(u8),
}

/// Bytes with escapes undone, and where they stood.
#[derive(Debug)]
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// Where something begins that is copied or undone: its place here, and in the text that was looked at.
    parts: Vec<(usize, usize)>,
}

impl View {
    /// The bytes with the escapes undone; none where there are none.
    pub(super) fn of(escape: Escape, bytes: &[u8]) -> Option<Self> {
        let mut next = escape.first(bytes);
        next?;
        let mut view = Self {
            bytes: Vec::with_capacity(bytes.len()),
            parts: vec![(0, 0)],
        };
        let (mut done, mut has_any) = (0, false);
        while let Some(at) = next {
            let length = match escape.undo(&bytes[at..]) {
                Some((sign, length)) => {
                    view.bytes.extend_from_slice(&bytes[done..at]);
                    view.parts.push((view.bytes.len(), at));
                    view.add(sign);
                    view.parts.push((view.bytes.len(), at + length));
                    has_any = true;
                    done = at + length;
                    length
                }
                None => 1,
            };
            let from = at + length;
            next = escape.first(&bytes[from..]).map(|it| from + it);
        }
        view.bytes.extend_from_slice(&bytes[done..]);
        has_any.then_some(view)
    }

    fn add(&mut self, sign: Sign) {
        match sign {
            Sign::Letter(letter) => {
                let mut room = [0; 4];
                let letter = letter.encode_utf8(&mut room);
                self.bytes.extend_from_slice(letter.as_bytes());
            }
            Sign::Byte(byte) => self.bytes.push(byte),
        }
    }

    /// Where a byte of this stood in the text that was looked at.
    pub(super) fn place(&self, at: usize) -> usize {
        let behind = self.parts.partition_point(|(here, _)| *here <= at);
        let (here, there) = self.parts[behind.saturating_sub(1)];
        there + (at - here)
    }
}

fn percent(bytes: &[u8]) -> Option<u8> {
    let digits = bytes.strip_prefix(b"%")?.get(..2)?;
    u8::try_from(hexadecimal(digits)?).ok()
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let is_plain = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_plain)?;
    u32::from_str_radix(digits, 16).ok()
}

fn backslash(bytes: &[u8]) -> Option<(char, usize)> {
    let sign = *bytes.strip_prefix(b"\\")?.first()?;
    match sign {
        b'u' => unicode(bytes),
        b'n' => Some(('\n', 2)),
        b't' => Some(('\t', 2)),
        b'r' => Some(('\r', 2)),
        b'b' => Some(('\u{8}', 2)),
        b'f' => Some(('\u{c}', 2)),
        sign if sign.is_ascii_punctuation() => Some((char::from(sign), 2)),
        _ => None,
    }
}

/// `\u002f`, `\ud83d\ude00` and `\u{1f600}`.
fn unicode(bytes: &[u8]) -> Option<(char, usize)> {
    let rest = bytes.strip_prefix(b"\\u")?;
    if let Some(rest) = rest.strip_prefix(b"{") {
        let end = rest.iter().take(7).position(|it| *it == b'}')?;
        let sign = char::from_u32(hexadecimal(&rest[..end])?)?;
        return Some((sign, end + 4));
    }
    let first = hexadecimal(rest.get(..4)?)?;
    if let Some(sign) = char::from_u32(first) {
        return Some((sign, 6));
    }
    let second = hexadecimal(rest.get(4..)?.strip_prefix(b"\\u")?.get(..4)?)?;
    let (high, low) = (first.checked_sub(0xd800)?, second.checked_sub(0xdc00)?);
    let sign =
        char::from_u32(0x1_0000 + (high << 10) + low).filter(|_| high < 0x400 && low < 0x400);
    Some((sign?, 12))
}

/// The longest escape of this kind that is looked for, in bytes.
const ENTITY_BYTES_MAX: usize = 12;

fn entity(bytes: &[u8]) -> Option<(char, usize)> {
    let rest = bytes.strip_prefix(b"&")?;
    let end = rest
        .iter()
        .take(ENTITY_BYTES_MAX)
        .position(|it| *it == b';')?;
    let name = std::str::from_utf8(&rest[..end]).ok()?;
    let sign = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => hexadecimal(digits.as_bytes())?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((sign, end + 2))
}
