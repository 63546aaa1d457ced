//! A tree as text.
//!
//! What is written is read again and compared: a name that is none, or a character that XML cannot
//! hold, is an error and no broken document.

use super::{Content, DEPTH_MAX, Element, INSTANCE_NAMESPACE, Name, XML_NAMESPACE, parse};

/// What stands before every document.
const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// The namespaces that names may use where something is written: prefix, namespace. The prefix of the
/// default one is empty.
type Scope = Vec<(String, String)>;

/// Writes a document.
///
/// # Errors
/// With what it is that XML cannot say.
pub fn write(root: &Element) -> Result<String, String> {
    let mut out = DECLARATION.to_owned();
    write_element(root, &mut Scope::new(), 0, &mut out)?;
    let read = parse(&out).map_err(|fault| format!("it cannot be written as XML: {fault}"))?;
    if same(root, &read) {
        Ok(out)
    } else {
        Err("it holds a name that XML cannot have".to_owned())
    }
}

fn write_element(
    element: &Element,
    scope: &mut Scope,
    depth: usize,
    out: &mut String,
) -> Result<(), String> {
    if depth > DEPTH_MAX {
        return Err(format!("it nests deeper than {DEPTH_MAX}"));
    }
    let outer = scope.len();
    let mut declared = String::new();
    let name = qualified(&element.name, true, scope, &mut declared)?;
    let mut attributes = String::new();
    for (attribute, value) in &element.attributes {
        let name = qualified(attribute, false, scope, &mut declared)?;
        attributes.extend([" ", &name, "=\"", &escaped(value, true), "\""]);
    }
    out.extend(["<", &name, &declared, &attributes]);
    if element.content.is_empty() {
        out.push_str("/>");
    } else {
        out.push('>');
        for content in &element.content {
            match content {
                Content::Element(inner) => write_element(inner, scope, depth + 1, out)?,
                Content::Text(text) => out.push_str(&escaped(text, false)),
                Content::CData(text) => out.push_str(&section(text)),
            }
        }
        out.extend(["</", &name, ">"]);
    }
    scope.truncate(outer);
    Ok(())
}

/// A name as it is written here; what it needs is declared.
fn qualified(
    name: &Name,
    is_element: bool,
    scope: &mut Scope,
    declared: &mut String,
) -> Result<String, String> {
    let bound = |scope: &Scope, prefix: &str| {
        let found = scope.iter().rev().find(|(it, _)| it == prefix);
        found.map(|(_, namespace)| namespace.clone())
    };
    let local = &name.local;
    let Some(namespace) = &name.namespace else {
        // Inside of a default namespace an element without one has to say so.
        if is_element && bound(scope, "").is_some_and(|it| !it.is_empty()) {
            scope.push((String::new(), String::new()));
            declared.push_str(" xmlns=\"\"");
        }
        return Ok(local.clone());
    };
    let usual = match namespace.as_str() {
        XML_NAMESPACE => return Ok(format!("xml:{local}")),
        INSTANCE_NAMESPACE => Some("xsi"),
        _ => None,
    };
    let prefix = name.prefix.as_deref().or(usual).unwrap_or_default();
    if prefix.is_empty() && !is_element {
        return Err(format!(
            "the attribute `{local}` is in a namespace and has no prefix"
        ));
    }
    if bound(scope, prefix).as_ref() != Some(namespace) {
        scope.push((prefix.to_owned(), namespace.clone()));
        let colon = if prefix.is_empty() { "" } else { ":" };
        let value = escaped(namespace, true);
        declared.extend([" xmlns", colon, prefix, "=\"", &value, "\""]);
    }
    Ok(match prefix {
        "" => local.clone(),
        _ => format!("{prefix}:{local}"),
    })
}

/// Text with what has a meaning written as a reference.
pub(super) fn escaped(text: &str, is_attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' if is_attribute => out.push_str("&quot;"),
            // Every reader turns these into something else (`XML 1.0 §2.11`, `§3.3.3`).
            '\r' => out.push_str("&#13;"),
            '\n' if is_attribute => out.push_str("&#10;"),
            '\t' if is_attribute => out.push_str("&#9;"),
            other => out.push(other),
        }
    }
    out
}

/// A CDATA section; its end inside of it is parted, and a carriage return, which it cannot hold, stands
/// outside.
fn section(text: &str) -> String {
    let text = text.replace("]]>", "]]]]><![CDATA[>");
    let text = text.replace('\r', "]]>&#13;<![CDATA[");
    format!("<![CDATA[{text}]]>")
}

/// Whether two trees are the same document, however their texts are parted.
fn same(left: &Element, right: &Element) -> bool {
    let names = |it: &Element| {
        let name = (it.name.namespace.clone(), it.name.local.clone());
        let attributes = it.attributes.iter();
        let mut attributes: Vec<_> = attributes
            .map(|(name, value)| (name.namespace.clone(), name.local.clone(), value.clone()))
            .collect();
        attributes.sort_unstable();
        (name, attributes)
    };
    let (mine, theirs) = (joined(left), joined(right));
    names(left) == names(right)
        && mine.len() == theirs.len()
        && mine.iter().zip(&theirs).all(|pair| match pair {
            (Piece::Element(left), Piece::Element(right)) => same(left, right),
            (Piece::Text(left), Piece::Text(right)) => left == right,
            _ => false,
        })
}

/// What stands in an element, with texts side by side as one.
enum Piece<'e> {
    Element(&'e Element),
    Text(String),
}

fn joined(element: &Element) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for content in &element.content {
        match (content, pieces.last_mut()) {
            (Content::Element(inner), _) => pieces.push(Piece::Element(inner)),
            (Content::Text(text) | Content::CData(text), _) if text.is_empty() => {}
            (Content::Text(text) | Content::CData(text), Some(Piece::Text(before))) => {
                before.push_str(text);
            }
            (Content::Text(text) | Content::CData(text), _) => {
                pieces.push(Piece::Text(text.clone()));
            }
        }
    }
    pieces
}
