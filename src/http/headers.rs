//! Header fields, with order, duplicates and bytes kept (`RFC 9110 §5`).

use std::borrow::Cow;

use super::text::text;

/// One header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name as it was written; compared without regard to case.
    pub name: String,
    /// The value's bytes; a value need not be text (`RFC 9110 §5.5`).
    pub value: Vec<u8>,
}

/// The header fields of one message, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<Header>);

impl Headers {
    /// Adds a field at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) {
        self.0.push(Header {
            name: name.into(),
            value: value.into(),
        });
    }

    /// Puts one field in the place of all fields of that name.
    pub fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.remove(name);
        self.push(name, value);
    }

    /// Takes all fields of that name away.
    pub fn remove(&mut self, name: &str) {
        self.0
            .retain(|header| !header.name.eq_ignore_ascii_case(name));
    }

    /// The first value of that name, as text; bytes that are not UTF-8 are replaced.
    pub fn first(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(Header::text)
    }

    /// Every value of that name, as text, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Cow<'a, str>> + 'a {
        self.0
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(Header::text)
    }

    /// Whether there is a field of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|header| header.name.eq_ignore_ascii_case(name))
    }

    /// All fields, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Header> {
        self.0.iter()
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = &'a Header;
    type IntoIter = std::slice::Iter<'a, Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Header {
    /// The value as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> Cow<'_, str> {
        text(&self.value)
    }
}

/// Whether a text can be the value of a header field (`RFC 9110 §5.5`), as it is.
///
/// # Errors
/// With what is wrong with it, in words that go after what it is; they do not hold it.
pub fn check_field_value(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("is empty");
    }
    if text.contains(|it: char| it.is_control()) {
        return Err("holds a line break or another control character");
    }
    if text.trim() != text {
        return Err("begins or ends with a space, which is taken away on its way");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_duplicates_stay() {
        let mut headers = Headers::default();
        headers.push("X-Tag", "a");
        headers.push("x-tag", "b");
        assert_eq!(headers.all("X-TAG").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(headers.first("x-tag").as_deref(), Some("a"));
        headers.set("X-Tag", "c");
        assert_eq!(headers.len(), 1);
        assert!(!headers.contains("missing"));
    }

    #[test]
    fn a_value_that_is_not_text_is_still_kept() {
        let mut headers = Headers::default();
        headers.push("x-raw", vec![0xff, b'a']);
        assert_eq!(headers.first("x-raw").as_deref(), Some("\u{fffd}a"));
        assert_eq!(
            headers.iter().next().map(|header| header.value.as_slice()),
            Some(&[0xff, b'a'][..])
        );
    }
}
