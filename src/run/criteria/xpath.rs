//! Criteria that ask by XPath what is true of a document of XML.

use std::cell::Cell;

use super::Scope;
use crate::json::plain;
use crate::scenario::{Expression, Pattern, Template};
use crate::xml::XPath;

/// Whether an expression is true of the document that the context is.
///
/// # Errors
/// With why that cannot be said.
pub(super) fn holds(
    context: &Expression,
    pattern: &Pattern<XPath>,
    scope: &Scope<'_>,
) -> Result<bool, String> {
    let value = scope.read(context).filter(|it| !it.is_null());
    let value = value.ok_or_else(|| format!("{context} has no value"))?;
    let document = plain(&value);
    match pattern {
        Pattern::Fixed(path) => path.holds(&document),
        Pattern::Template(template) => filled(template, scope)?.holds(&document),
    }
    .map_err(|why| format!("{context}: {why}"))
}

/// The expression with its values filled in: each stands for itself, and is no part of the language.
fn filled(template: &Template, scope: &Scope<'_>) -> Result<XPath, String> {
    let unfit = Cell::new(false);
    let quote = |text: String, before: &str| {
        let written = quoted(&text, before);
        unfit.set(unfit.get() || written.is_none());
        written.unwrap_or_default()
    };
    let text = scope.text(template, quote);
    let text = text.map_err(|expression| format!("{expression} has no value"))?;
    if unfit.get() {
        return Err(
            "a text with the quote that it stands in cannot be written in XPath 1.0".to_owned(),
        );
    }
    XPath::parse(&text).map_err(|error| error.to_string())
}

/// A value as it stands after the text before it: inside of quotes as it is, outside of them a number,
/// or a text in quotes. XPath 1.0 has no way to write a quote inside of the same.
fn quoted(text: &str, before: &str) -> Option<String> {
    let mut open = None;
    for c in before.chars() {
        match (open, c) {
            (Some(quote), c) if c == quote => open = None,
            (None, '\'' | '"') => open = Some(c),
            _ => {}
        }
    }
    if let Some(quote) = open {
        return (!text.contains(quote)).then(|| text.to_owned());
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.bytes().all(|it| it.is_ascii_digit() || it == b'.')
        && digits.matches('.').count() <= 1
        && digits.bytes().any(|it| it.is_ascii_digit());
    if is_number {
        return Some(text.to_owned());
    }
    let quote = ['\'', '"'].into_iter().find(|it| !text.contains(*it))?;
    Some(format!("{quote}{text}{quote}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_for_itself() {
        for (text, before, expected) in [
            ("a", "//b[. = '", Some("a")),
            ("a\"b", "//b[. = '", Some("a\"b")),
            ("a' or '1' = '1", "//b[. = '", None),
            ("1", "//b[", Some("1")),
            ("-1.5", "//b[. = ", Some("-1.5")),
            ("1 or true()", "//b[", Some("'1 or true()'")),
            ("it's", "//b[. = ", Some("\"it's\"")),
            ("'\"", "//b[. = ", None),
            ("a", "//b[@c = 'x' and . = \"", Some("a")),
        ] {
            assert_eq!(
                quoted(text, before).as_deref(),
                expected,
                "{text} after {before}"
            );
        }
    }
}
