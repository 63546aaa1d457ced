//! A text that a regular expression matches: the shortest of the first alternatives, or a longer one where
//! repetitions leave room. Whether it does match is for the judge to say; what this cannot read
//! (look-around, references back) gives no text.
//!
//! Source: ECMA-262 §22.2.1, as far as contracts use it.

use std::iter::Peekable;
use std::str::Chars;

/// How deep groups may nest.
const DEPTH_MAX: usize = 32;
/// How long a text may become, in characters.
const LENGTH_MAX: usize = 10_000;
/// How many times more than demanded something is repeated, at most.
const EXTRA_MAX: usize = 256;
/// The characters that stand for "any other", in the order of preference.
const PLAIN: &str = "a1bcdefgh23456789 -_.A:/";

/// A text of at least and at most so many characters.
pub(super) fn make(pattern: &str, least: usize, most: usize, salt: usize) -> Option<String> {
    let mut extra = 0;
    loop {
        let mut maker = Maker {
            rest: pattern.chars().peekable(),
            extra,
            salt,
        };
        let text = maker
            .alternatives(0)
            .filter(|_| maker.rest.peek().is_none())?;
        let length = text.chars().count();
        if length >= least {
            return (length <= most).then_some(text);
        }
        if extra > EXTRA_MAX.max(least) {
            return None;
        }
        // Exactly what is lacking first: most patterns have one place that repeats.
        extra = if extra == 0 {
            least - length
        } else {
            extra + 1
        };
    }
}

struct Maker<'p> {
    rest: Peekable<Chars<'p>>,
    /// How many more repetitions than demanded are made where they are allowed.
    extra: usize,
    salt: usize,
}

impl Maker<'_> {
    /// The first of several alternatives; the others are read over.
    fn alternatives(&mut self, depth: usize) -> Option<String> {
        if depth > DEPTH_MAX {
            return None;
        }
        let first = self.sequence(depth)?;
        while self.rest.next_if_eq(&'|').is_some() {
            self.sequence(depth)?;
        }
        Some(first)
    }

    fn sequence(&mut self, depth: usize) -> Option<String> {
        let mut text = String::new();
        while let Some(next) = self.rest.peek().copied() {
            if next == '|' || next == ')' {
                break;
            }
            let atom = self.atom(depth)?;
            let times = self.times()?;
            if text.len() + atom.len().saturating_mul(times) > LENGTH_MAX {
                return None;
            }
            text.push_str(&atom.repeat(times));
        }
        Some(text)
    }

    fn atom(&mut self, depth: usize) -> Option<String> {
        match self.rest.next()? {
            '^' | '$' => Some(String::new()),
            '.' => Some(self.plain(|_| true)?.to_string()),
            '(' => {
                if self.rest.next_if_eq(&'?').is_some() {
                    self.group_kind()?;
                }
                let inner = self.alternatives(depth + 1)?;
                self.rest.next_if_eq(&')')?;
                Some(inner)
            }
            '[' => Some(self.class()?.to_string()),
            '\\' => match self.rest.peek()? {
                'b' | 'B' => {
                    self.rest.next();
                    Some(String::new())
                }
                '1'..='9' | 'k' => None,
                _ => {
                    let set = self.escape()?;
                    self.pick(&[set], false).map(String::from)
                }
            },
            '*' | '+' | '?' | '{' => None,
            other => Some(other.to_string()),
        }
    }

    /// What stands after `(?`; none for look-around.
    fn group_kind(&mut self) -> Option<()> {
        match self.rest.next()? {
            ':' => Some(()),
            '<' => {
                let name = self.rest.peek().filter(|it| !matches!(it, '=' | '!'));
                name?;
                while self.rest.next()? != '>' {}
                Some(())
            }
            _ => None,
        }
    }

    /// How many times the atom before is made.
    fn times(&mut self) -> Option<usize> {
        let (least, most) = match self.rest.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => {
                self.rest.next();
                let inside: String =
                    std::iter::from_fn(|| self.rest.next_if(|it| *it != '}')).collect();
                self.rest.next()?;
                let (low, high): (usize, usize) = match inside.split_once(',') {
                    None => (inside.parse().ok()?, inside.parse().ok()?),
                    Some((low, "")) => (low.parse().ok()?, usize::MAX),
                    Some((low, high)) => (low.parse().ok()?, high.parse().ok()?),
                };
                self.rest.next_if_eq(&'?');
                return Some(low.saturating_add(self.extra).min(high).max(low));
            }
            _ => return Some(1),
        };
        self.rest.next();
        self.rest.next_if_eq(&'?');
        Some((least + self.extra).min(most))
    }

    /// A character of a class, after its `[`.
    fn class(&mut self) -> Option<char> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut sets = Vec::new();
        loop {
            let set = match self.rest.next()? {
                ']' => break,
                '\\' => self.escape()?,
                other => Set::Range(other, other),
            };
            let low = match set {
                Set::Range(low, high) if low == high => low,
                other => {
                    sets.push(other);
                    continue;
                }
            };
            if self.rest.next_if_eq(&'-').is_none() {
                sets.push(set);
                continue;
            }
            match self.rest.next()? {
                ']' => {
                    sets.extend([set, Set::Range('-', '-')]);
                    break;
                }
                '\\' => match self.escape()? {
                    Set::Range(high, _) => sets.push(Set::Range(low, high)),
                    other => sets.extend([set, Set::Range('-', '-'), other]),
                },
                high => sets.push(Set::Range(low, high)),
            }
        }
        self.pick(&sets, negated)
    }

    /// What stands after a backslash.
    fn escape(&mut self) -> Option<Set> {
        let one = |it: char| Some(Set::Range(it, it));
        match self.rest.next()? {
            'd' => Some(Set::Digit(true)),
            'D' => Some(Set::Digit(false)),
            'w' => Some(Set::Word(true)),
            'W' => Some(Set::Word(false)),
            's' => Some(Set::Space(true)),
            'S' => Some(Set::Space(false)),
            'n' => one('\n'),
            'r' => one('\r'),
            't' => one('\t'),
            'f' => one('\u{c}'),
            'v' => one('\u{b}'),
            'x' => self.code(2),
            'u' => self.code(4),
            // Which characters a property has is not known here; letters are what is mostly meant.
            'p' | 'P' => {
                self.rest.next_if_eq(&'{')?;
                while self.rest.next()? != '}' {}
                Some(Set::Word(true))
            }
            other if other.is_ascii_alphanumeric() => None,
            other => one(other),
        }
    }

    fn code(&mut self, digits: usize) -> Option<Set> {
        let text: String = self.rest.by_ref().take(digits).collect();
        let code = u32::from_str_radix(&text, 16)
            .ok()
            .filter(|_| text.len() == digits)?;
        let character = char::from_u32(code)?;
        Some(Set::Range(character, character))
    }

    /// A character that is in one of the sets, or in none of them.
    fn pick(&self, sets: &[Set], negated: bool) -> Option<char> {
        let is_in = |it: char| sets.iter().any(|set| set.holds(it));
        if let Some(found) = self.plain(|it| is_in(it) != negated) {
            return Some(found);
        }
        // None of the plain ones: the first of a set that names its characters.
        sets.iter().filter(|_| !negated).find_map(|set| match set {
            Set::Range(low, _) => Some(*low),
            _ => None,
        })
    }

    fn plain(&self, is_right: impl Fn(char) -> bool) -> Option<char> {
        let right: Vec<char> = PLAIN.chars().filter(|it| is_right(*it)).collect();
        right.get(self.salt % right.len().max(1)).copied()
    }
}

/// A set of characters.
#[derive(Debug, Clone, Copy)]
enum Set {
    Range(char, char),
    Digit(bool),
    Word(bool),
    Space(bool),
}

impl Set {
    fn holds(self, character: char) -> bool {
        match self {
            Self::Range(low, high) => (low..=high).contains(&character),
            Self::Digit(is) => character.is_ascii_digit() == is,
            Self::Word(is) => (character.is_ascii_alphanumeric() || character == '_') == is,
            Self::Space(is) => character.is_whitespace() == is,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn usual_patterns_get_a_text_that_they_match() {
        for (pattern, least) in [
            ("^[a-z][a-z0-9-]{2,62}$", 0),
            ("^[a-z]+$", 8),
            (r"^\d{3}-\d{4}$", 0),
            ("^(foo|bar)?baz$", 0),
            ("^v[0-9]+(\\.[0-9]+){1,2}$", 0),
            ("^[^/]+/[^/:]+(:.+)?$", 12),
            (r"^[A-Fa-f0-9]{32}$", 0),
            (r"^sha256:[a-f0-9]{64}$", 0),
            (r"^\w+@\w+\.[A-Z]{2,}$", 0),
            (r"^[\w.\-]+$", 3),
            (r"^(?:a|b)(?<name>c)\/\x41\u0042$", 0),
            ("x", 0),
            ("", 5),
        ] {
            let text = make(pattern, least, usize::MAX, 0);
            let text = text.or_else(|| pattern.is_empty().then(String::new));
            let text = text.unwrap_or_else(|| unreachable!("{pattern} has no text"));
            // The engine here writes named groups and escapes of slashes its own way.
            let known = pattern
                .replace("(?<", "(?P<")
                .replace(r"\/", "/")
                .replace(r"\u0042", "B");
            let regex = regex::Regex::new(&known).expect("the test's own pattern");
            assert!(regex.is_match(&text), "{pattern}: {text}");
            assert!(
                pattern.is_empty() || text.chars().count() >= least,
                "{pattern}: {text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_gives_no_text() {
        for pattern in [
            "(?=a)b", "(?!a)b", "(?<=a)b", r"(a)\1", "(", "[a", "a{", "*", r"\", r"\x4",
        ] {
            assert_eq!(make(pattern, 0, 100, 0), None, "{pattern}");
        }
        assert_eq!(make(&"(".repeat(10_000), 0, 100, 0), None);
        assert_eq!(make("a{9999}{9999}", 0, usize::MAX, 0), None);
        assert_eq!(make("^aaa$", 0, 2, 0), None);
        assert_eq!(make("^aaa$", 5, 9, 0), None);
    }

    proptest! {
        #[test]
        fn no_pattern_panics_or_takes_long(pattern in "\\PC{0,40}", least in 0_usize..100, salt in 0_usize..30) {
            let _ = make(&pattern, least, 200, salt);
        }

        #[test]
        fn what_is_made_mostly_matches(pattern in "\\^(\\[a-f0-9\\]|x|\\(y\\|z\\)|\\\\d|\\.)([+*?]|\\{2,4\\})?(-|_)\\$") {
            let regex = regex::Regex::new(&pattern).expect("it is built of such parts");
            let text = make(&pattern, 0, 200, 0).expect("it is built of such parts");
            prop_assert!(regex.is_match(&text), "{pattern}: {text}");
        }
    }
}
