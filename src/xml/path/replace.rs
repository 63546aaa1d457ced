//! Places in the text of a document, and other text in their stead. All around stays as it is written.

use std::ops::Range;

use super::tree::Item;
use crate::xml::write::escaped;

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Text in an element.
    Text(Range<usize>),
    /// The value of an attribute.
    Attribute(Range<usize>),
    /// The end of the tag of an element that has neither content nor an end tag, with its name.
    Empty(Range<usize>, String),
}

impl Place {
    fn range(&self) -> &Range<usize> {
        match self {
            Self::Text(range) | Self::Attribute(range) | Self::Empty(range, _) => range,
        }
    }

    /// What is written there for a text.
    fn written(&self, new: &str) -> String {
        match self {
            Self::Text(_) => escaped(new, false),
            Self::Attribute(_) => escaped(new, true),
            Self::Empty(_, name) => format!(">{}</{name}>", escaped(new, false)),
        }
    }
}

/// Where the text of a node stands.
pub(super) fn place(text: &str, item: &Item<'_>) -> Result<Place, String> {
    if let Some(attribute) = item.own_attribute() {
        return Ok(Place::Attribute(attribute.range_value()));
    }
    let node = item.node();
    if node.is_element() {
        return Ok(content(text, node));
    }
    let parent = node.parent_element().filter(|_| node.is_text());
    let alone = parent.filter(|it| it.children().count() == 1);
    match (alone, parent) {
        (Some(parent), _) => Ok(content(text, parent)),
        (None, Some(_)) if !text[node.range()].contains('<') => Ok(Place::Text(node.range())),
        _ => Err("only elements, attributes and texts can be replaced".to_owned()),
    }
}

/// Where the content of an element stands. Neither a tag nor the value of an attribute holds a `<`, so
/// the last `</` is that of its own end.
fn content(text: &str, element: roxmltree::Node<'_, '_>) -> Place {
    let range = element.range();
    let whole = &text[range.clone()];
    let mut quote = None;
    let end_of_tag = whole.bytes().position(|byte| {
        match (byte, quote) {
            (byte, Some(open)) if byte == open => quote = None,
            (b'"' | b'\'', None) => quote = Some(byte),
            _ => {}
        }
        byte == b'>' && quote.is_none()
    });
    let start = end_of_tag.map_or(whole.len(), |it| it + 1);
    match whole.rfind("</") {
        Some(end) if end >= start => Place::Text(range.start + start..range.start + end),
        _ => {
            let name = whole[1..].split([' ', '\t', '\r', '\n', '/', '>']).next();
            let name = name.unwrap_or_default().to_owned();
            Place::Empty(range.end - "/>".len()..range.end, name)
        }
    }
}

/// The document with another text at these places.
pub(super) fn splice(text: &str, mut places: Vec<Place>, new: &str) -> Result<String, String> {
    places.sort_by_key(|it| it.range().start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for place in &places {
        let range = place.range();
        let Some(before) = text.get(at..range.start) else {
            return Err("one place to replace stands within another".to_owned());
        };
        out.push_str(before);
        out.push_str(&place.written(new));
        at = range.end;
    }
    out.push_str(&text[at..]);
    match crate::xml::parse(&out) {
        Ok(_) => Ok(out),
        Err(fault) => Err(format!("it cannot be written as XML: {fault}")),
    }
}
