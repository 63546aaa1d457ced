//! JSON Pointer: the name of one place in a value.
//!
//! Parses, builds, looks up and sets. It knows nothing of texts and positions, and it does not
//! resolve references between documents. Source: RFC 6901.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A JSON Pointer, kept in its escaped form; the empty pointer names the whole value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pointer(String);

/// Why a text is not a pointer, or why a place cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PointerError {
    /// A pointer that is not empty must begin with `/`.
    #[error("a JSON Pointer is empty or begins with `/`, but this one is `{0}`")]
    NoSlash(String),
    /// `~` must be followed by `0` (for `~`) or `1` (for `/`).
    #[error("in the JSON Pointer `{0}`, a `~` is not followed by `0` or `1`")]
    BadEscape(String),
    /// Percent-decoding a fragment did not give UTF-8, or met a `%` without two hexadecimal digits.
    #[error("the fragment `{0}` is not a percent-encoded JSON Pointer")]
    BadFragment(String),
    /// A place above the one to set does not exist.
    #[error("there is nothing at `{0}` to set a part of")]
    NoParent(Pointer),
    /// The place above is neither an array nor an object.
    #[error("the value at `{0}` has no parts: it is neither an array nor an object")]
    NotContainer(Pointer),
    /// The last part names no existing element of the array, and is not `-`.
    #[error("the array at `{parent}` has no element `{token}`; write `-` to append one")]
    NoElement {
        /// Where the array is.
        parent: Pointer,
        /// The part that should have named an element.
        token: String,
    },
}

/// What stands for itself in a fragment (RFC 3986 §3.5); everything else is percent-encoded.
const FRAGMENT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
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
    .remove(b'@')
    .remove(b'/')
    .remove(b'?');

impl TryFrom<String> for Pointer {
    type Error = PointerError;

    fn try_from(text: String) -> Result<Self, PointerError> {
        Self::parse(&text)
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}

impl Pointer {
    /// The pointer to the whole value.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// Parses a pointer in its string form, such as `/paths/~1pets/get`.
    ///
    /// # Errors
    /// When the text is not empty and does not begin with `/`, or has a `~` that escapes nothing.
    pub fn parse(text: &str) -> Result<Self, PointerError> {
        if !text.is_empty() && !text.starts_with('/') {
            return Err(PointerError::NoSlash(text.to_owned()));
        }
        let mut rest = text;
        while let Some(at) = rest.find('~') {
            if !rest[at + 1..].starts_with(['0', '1']) {
                return Err(PointerError::BadEscape(text.to_owned()));
            }
            rest = &rest[at + 2..];
        }
        Ok(Self(text.to_owned()))
    }

    /// Parses the URI fragment form (RFC 6901 §6), with or without its leading `#`.
    ///
    /// # Errors
    /// When percent-decoding fails or what it gives is not a pointer.
    pub fn from_fragment(fragment: &str) -> Result<Self, PointerError> {
        let encoded = fragment.strip_prefix('#').unwrap_or(fragment);
        let bad = || PointerError::BadFragment(fragment.to_owned());
        let mut rest = encoded.as_bytes();
        while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
            match rest.get(at + 1..at + 3) {
                Some(pair) if pair.iter().all(u8::is_ascii_hexdigit) => rest = &rest[at + 3..],
                _ => return Err(bad()),
            }
        }
        let decoded = percent_encoding::percent_decode_str(encoded)
            .decode_utf8()
            .map_err(|_| bad())?;
        Self::parse(&decoded)
    }

    /// Adds one part at the end; `token` is not escaped yet.
    pub fn push(&mut self, token: &str) {
        self.0.push('/');
        if token.contains(['~', '/']) {
            for character in token.chars() {
                match character {
                    '~' => self.0.push_str("~0"),
                    '/' => self.0.push_str("~1"),
                    other => self.0.push(other),
                }
            }
        } else {
            self.0.push_str(token);
        }
    }

    /// This pointer with one part more; `token` is not escaped yet.
    #[must_use]
    pub fn join(&self, token: &str) -> Self {
        let mut longer = self.clone();
        longer.push(token);
        longer
    }

    /// This pointer with the index of an array's element added.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut longer = self.clone();
        write!(longer.0, "/{index}").expect("a String can always be written to");
        longer
    }

    /// The pointer one part shorter; none for the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.rfind('/').map(|at| Self(self.0[..at].to_owned()))
    }

    /// The parts in order, unescaped.
    pub fn tokens(&self) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
        let mut parts = self.0.split('/');
        parts.next(); // What stands before the first slash: nothing.
        parts.map(unescape)
    }

    /// The last part, unescaped; none for the root.
    pub fn last(&self) -> Option<Cow<'_, str>> {
        self.0.rfind('/').map(|at| unescape(&self.0[at + 1..]))
    }

    /// Whether this names the whole value.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `other` is this place or lies within it.
    pub fn contains(&self, other: &Self) -> bool {
        other
            .0
            .strip_prefix(&self.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// This place as it is seen from a place above it; none when it does not lie within that.
    pub fn within(&self, ancestor: &Self) -> Option<Self> {
        ancestor
            .contains(self)
            .then(|| Self(self.0[ancestor.0.len()..].to_owned()))
    }

    /// This pointer with all the parts of another one added.
    #[must_use]
    pub fn append(&self, rest: &Self) -> Self {
        Self(format!("{}{}", self.0, rest.0))
    }

    /// The form that stands behind the `#` of a URI (RFC 6901 §6).
    pub fn to_fragment(&self) -> String {
        percent_encoding::utf8_percent_encode(&self.0, FRAGMENT).to_string()
    }

    /// The string form, escaped.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part of `value` this names; none when there is no such part.
    pub fn lookup<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.tokens().try_fold(value, |value, token| match value {
            Value::Object(members) => members.get(token.as_ref()),
            Value::Array(elements) => elements.get(array_index(&token)?),
            _ => None,
        })
    }

    /// Puts `new` at this place of `value`: replaces or creates the member of an object, replaces
    /// the element of an array, or appends one when the last part is `-`.
    ///
    /// # Errors
    /// When a place above does not exist or has no parts, or an array has no such element. `value`
    /// is then unchanged.
    pub fn set(&self, value: &mut Value, new: Value) -> Result<(), PointerError> {
        let (Some(parent), Some(token)) = (self.parent(), self.last()) else {
            *value = new;
            return Ok(());
        };
        match value.pointer_mut(parent.as_str()) {
            None => Err(PointerError::NoParent(parent)),
            Some(Value::Object(members)) => {
                members.insert(token.into_owned(), new);
                Ok(())
            }
            Some(Value::Array(elements)) if token == "-" => {
                elements.push(new);
                Ok(())
            }
            Some(Value::Array(elements)) => {
                let place = array_index(&token).and_then(|index| elements.get_mut(index));
                let token = token.into_owned();
                *place.ok_or(PointerError::NoElement { parent, token })? = new;
                Ok(())
            }
            Some(_) => Err(PointerError::NotContainer(parent)),
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        // In this order, or `~01` would become `/` (RFC 6901 §4).
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

/// The index a part names: digits without leading zeros (RFC 6901 §4).
pub(crate) fn array_index(token: &str) -> Option<usize> {
    let canonical = token == "0" || !token.starts_with('0');
    if canonical && token.bytes().all(|byte| byte.is_ascii_digit()) {
        token.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn pointer(text: &str) -> Pointer {
        Pointer::parse(text).expect("the test's own pointer")
    }

    #[test]
    fn looks_up_the_examples_of_the_standard() {
        let document = json!({"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "m~n": 8, " ": 7});
        for (text, expected) in [
            ("/foo", json!(["bar", "baz"])),
            ("/foo/0", json!("bar")),
            ("/", json!(0)),
            ("/a~1b", json!(1)),
            ("/c%d", json!(2)),
            ("/m~0n", json!(8)),
            ("/ ", json!(7)),
        ] {
            assert_eq!(pointer(text).lookup(&document), Some(&expected), "{text}");
        }
        assert_eq!(Pointer::root().lookup(&document), Some(&document));
    }

    #[test]
    fn finds_nothing_where_nothing_is() {
        let document = json!({"a": [1, 2], "b": "text"});
        for text in [
            "/c",
            "/a/2",
            "/a/01",
            "/a/+1",
            "/a/-",
            "/a/",
            "/b/0",
            "/a/99999999999999999999",
        ] {
            assert_eq!(pointer(text).lookup(&document), None, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_pointer() {
        assert!(matches!(Pointer::parse("a"), Err(PointerError::NoSlash(_))));
        for text in ["/~", "/a~2b", "/~0~"] {
            assert!(
                matches!(Pointer::parse(text), Err(PointerError::BadEscape(_))),
                "{text}"
            );
        }
        for text in ["#/%", "#/%4", "#/%zz", "#/%ff"] {
            assert!(
                matches!(
                    Pointer::from_fragment(text),
                    Err(PointerError::BadFragment(_))
                ),
                "{text}"
            );
        }
        assert!(Pointer::from_fragment("#anchor").is_err());
    }

    #[test]
    fn decodes_fragments() {
        assert_eq!(
            Pointer::from_fragment("#/paths/~1pets~1%7Bid%7D"),
            Ok(pointer("/paths/~1pets~1{id}"))
        );
        assert_eq!(Pointer::from_fragment("/%C3%A9"), Ok(pointer("/é")));
        assert_eq!(Pointer::from_fragment("#"), Ok(Pointer::root()));
    }

    #[test]
    fn sets_members_and_elements() {
        let mut value = json!({"a": [1]});
        pointer("/a/0")
            .set(&mut value, json!(2))
            .expect("the element is there");
        pointer("/a/-")
            .set(&mut value, json!(3))
            .expect("an array can be appended to");
        pointer("/b~1c")
            .set(&mut value, json!({}))
            .expect("a member can be made");
        pointer("/b~1c/d")
            .set(&mut value, json!(null))
            .expect("a member can be made");
        assert_eq!(value, json!({"a": [2, 3], "b/c": {"d": null}}));
        Pointer::root()
            .set(&mut value, json!(7))
            .expect("the whole can be replaced");
        assert_eq!(value, json!(7));
    }

    #[test]
    fn sets_nothing_where_it_cannot() {
        let mut value = json!({"a": [1], "b": 1});
        let before = value.clone();
        let mut fail = |text: &str| {
            pointer(text)
                .set(&mut value, json!(0))
                .expect_err("cannot be set")
        };
        assert!(matches!(fail("/x/y"), PointerError::NoParent(_)));
        assert!(matches!(fail("/b/y"), PointerError::NotContainer(_)));
        assert!(matches!(fail("/a/1"), PointerError::NoElement { .. }));
        assert!(matches!(fail("/a/x"), PointerError::NoElement { .. }));
        assert_eq!(value, before);
    }

    #[test]
    fn knows_what_it_contains() {
        assert!(pointer("/a").contains(&pointer("/a/b")));
        assert!(pointer("/a").contains(&pointer("/a")));
        assert!(!pointer("/a").contains(&pointer("/ab")));
        assert!(!pointer("/a/b").contains(&pointer("/a")));
    }

    proptest! {
        #[test]
        fn tokens_survive(tokens in proptest::collection::vec(".*", 0..5)) {
            let mut built = Pointer::root();
            for token in &tokens {
                built.push(token);
            }
            let parsed = Pointer::parse(built.as_str()).expect("what push made is a pointer");
            prop_assert_eq!(parsed.tokens().map(Cow::into_owned).collect::<Vec<_>>(), tokens.clone());
            prop_assert_eq!(parsed.last().map(Cow::into_owned), tokens.last().cloned());
        }

        #[test]
        fn any_text_parses_or_fails(text in ".*") {
            if let Ok(parsed) = Pointer::parse(&text) {
                prop_assert_eq!(parsed.to_string(), text);
            }
        }

        #[test]
        fn any_fragment_decodes_or_fails(text in "[#/%0-9a-f~é]*") {
            let _ = Pointer::from_fragment(&text);
        }
    }
}
