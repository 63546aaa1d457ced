//! XML: documents as plain trees, read strictly and written so that they read the same.
//!
//! Reading is `roxmltree`'s; this module is the only one that names it. A document type declaration
//! is refused, and with it entities; depth, size and what would cost more than it says have limits.
//! Comments and processing instructions are left out, and a text is one text whether it was written
//! with CDATA or not. Sources: XML 1.0, Namespaces in XML 1.0.

mod path;
mod write;

pub use path::{XPath, XPathError};
pub use write::write;

/// How long a document may be, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How deep elements may stand within one another.
pub const DEPTH_MAX: usize = 128;
/// How many nodes a document may have.
pub const NODES_MAX: u32 = 500_000;
/// How many attributes one element may have; each is compared with all the others.
pub const ATTRIBUTES_MAX: usize = 5_000;
/// How many such comparisons a document may need, with those of namespaces: where one is declared, each
/// that holds there is compared with all the others.
pub const COMPARISONS_MAX: usize = 100_000_000;
/// How many namespaces may be declared for one element, by itself and further out.
pub const NAMESPACES_MAX: usize = 5_000;

/// The namespace of `xsi:nil` (`XML Schema Part 1 §2.6`).
pub const INSTANCE_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The namespace of `xml:lang` and its like.
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// The name of an element or an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The namespace that it is in, if any.
    pub namespace: Option<String>,
    /// What stands before the colon when it is written; of a name that was read, nothing.
    pub prefix: Option<String>,
    /// The name itself.
    pub local: String,
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: Name,
    /// Its attributes, without declarations of namespaces.
    pub attributes: Vec<(Name, String)>,
    /// What stands in it, in order.
    pub content: Vec<Content>,
}

/// What stands in an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Another element.
    Element(Element),
    /// Text.
    Text(String),
    /// Text that is written as a CDATA section.
    CData(String),
}

/// Why a text is not read as a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is no XML.
    #[error("{0}")]
    Malformed(String),
    /// It may be XML, and is not read here.
    #[error("{0}")]
    Refused(String),
}

impl Name {
    /// A name in no namespace.
    pub fn plain(local: impl Into<String>) -> Self {
        Self {
            namespace: None,
            prefix: None,
            local: local.into(),
        }
    }

    /// Whether it is in that namespace and has that name.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.namespace.as_deref() == Some(namespace) && self.local == local
    }
}

impl Element {
    /// An element with nothing in it.
    pub fn new(name: Name) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            content: Vec::new(),
        }
    }

    /// The elements in it, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.content.iter().filter_map(|it| match it {
            Content::Element(element) => Some(element),
            Content::Text(_) | Content::CData(_) => None,
        })
    }

    /// The text that stands directly in it.
    pub fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|it| match it {
            Content::Element(_) => None,
            Content::Text(text) | Content::CData(text) => Some(text.as_str()),
        });
        texts.collect()
    }

    /// Whether `xsi:nil` says that it is null.
    pub fn is_nil(&self) -> bool {
        let mut attributes = self.attributes.iter();
        attributes.any(|(name, value)| {
            name.is(INSTANCE_NAMESPACE, "nil") && matches!(value.trim(), "true" | "1")
        })
    }
}

/// Whether text is nothing but what stands between elements for the eye.
pub fn is_blank(text: &str) -> bool {
    text.bytes().all(|it| b" \t\r\n".contains(&it))
}

/// Whether a text can be the name of an element, without a prefix (`Namespaces in XML 1.0 §4`).
pub fn is_name(text: &str) -> bool {
    // What is more than a name leaves another one.
    parse(&format!("<{text}/>")).is_ok_and(|it| it.name == Name::plain(text))
}

/// Reads a document.
///
/// # Errors
/// When it is not well-formed, or goes beyond a limit.
pub fn parse(text: &str) -> Result<Element, Fault> {
    let document = document(text)?;
    element(document.root_element(), 0)
}

/// Reads a document as the tree that the crate has.
fn document(text: &str) -> Result<roxmltree::Document<'_>, Fault> {
    check_limits(text)?;
    let options = roxmltree::ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        entity_resolver: None,
    };
    roxmltree::Document::parse_with_options(text, options).map_err(|error| {
        let refuse = |what: String| Fault::Refused(what);
        match error {
            roxmltree::Error::DtdDetected => {
                refuse("it has a document type declaration, which is not read".to_owned())
            }
            roxmltree::Error::NodesLimitReached => {
                refuse(format!("it has more than {NODES_MAX} nodes"))
            }
            roxmltree::Error::AttributesLimitReached | roxmltree::Error::NamespacesLimitReached => {
                refuse(error.to_string())
            }
            _ => Fault::Malformed(error.to_string()),
        }
    })
}

/// Refuses what the parser would need more time or memory for than its length says.
fn check_limits(text: &str) -> Result<(), Fault> {
    let refuse = |what: String| Err(Fault::Refused(what));
    if text.len() > DOCUMENT_BYTES_MAX {
        return refuse(format!("it is longer than {DOCUMENT_BYTES_MAX} bytes"));
    }
    let mut comparisons = 0_usize;
    // How many namespaces hold in each element that is open.
    let mut open: Vec<usize> = Vec::new();
    let mut rest = text;
    while let Some(tag) = next_tag(&mut rest) {
        if tag.starts_with('/') {
            open.pop();
            continue;
        }
        let counts = Counts::of(tag);
        if counts.attributes > ATTRIBUTES_MAX {
            return refuse(format!(
                "an element has more than {ATTRIBUTES_MAX} attributes"
            ));
        }
        let holding = open.last().copied().unwrap_or_default() + counts.namespaces;
        if holding > NAMESPACES_MAX {
            return refuse(format!(
                "more than {NAMESPACES_MAX} namespaces are declared for one element"
            ));
        }
        comparisons += counts.attributes * counts.attributes / 2;
        if counts.namespaces > 0 {
            comparisons += holding * holding / 2;
        }
        if comparisons > COMPARISONS_MAX {
            return refuse(format!(
                "it has too many elements with many attributes or namespaces: their names would have to be \
                 compared more than {COMPARISONS_MAX} times"
            ));
        }
        if !counts.is_whole {
            open.push(holding);
        }
        if open.len() > NODES_MAX as usize {
            return refuse(format!("it has more than {NODES_MAX} nodes"));
        }
    }
    Ok(())
}

/// The next tag, from behind its `<`, with all that follows it. What stands in comments, sections of text
/// and instructions is none.
fn next_tag<'t>(rest: &mut &'t str) -> Option<&'t str> {
    let skipped = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")];
    loop {
        let (_, found) = rest.split_once('<')?;
        *rest = found;
        let Some((begin, end)) = skipped.iter().find(|(begin, _)| found.starts_with(begin)) else {
            return Some(found);
        };
        let (_, behind) = found[begin.len()..].split_once(end)?;
        *rest = behind;
    }
}

/// What of a tag costs more than it says.
#[derive(Default)]
struct Counts {
    attributes: usize,
    namespaces: usize,
    /// Whether it is a whole element.
    is_whole: bool,
}

impl Counts {
    /// An attribute has a `=` outside of quotes, and a tag ends with the first `>` outside of them.
    fn of(tag: &str) -> Self {
        let mut counts = Self::default();
        let (mut quote, mut before) = (None, 0);
        for (at, byte) in tag.bytes().enumerate() {
            match (byte, quote) {
                (_, Some(open)) if byte == open => quote = None,
                (b'"' | b'\'', None) => quote = Some(byte),
                (b'=', None) => counts.attributes += 1,
                (b'<', None) => break,
                (b'>', None) => {
                    counts.is_whole = before == b'/';
                    break;
                }
                (b'x', None) if before.is_ascii_whitespace() => {
                    counts.namespaces += usize::from(tag[at..].starts_with("xmlns"));
                }
                _ => {}
            }
            before = byte;
        }
        counts
    }
}

fn element(node: roxmltree::Node<'_, '_>, depth: usize) -> Result<Element, Fault> {
    if depth >= DEPTH_MAX {
        let what = format!("elements stand more than {DEPTH_MAX} deep within one another");
        return Err(Fault::Refused(what));
    }
    let mut element = Element::new(Name {
        // `xmlns=""` takes the namespace away.
        namespace: node
            .tag_name()
            .namespace()
            .filter(|it| !it.is_empty())
            .map(str::to_owned),
        prefix: None,
        local: node.tag_name().name().to_owned(),
    });
    for attribute in node.attributes() {
        let name = Name {
            namespace: attribute.namespace().map(str::to_owned),
            prefix: None,
            local: attribute.name().to_owned(),
        };
        let value = attribute.value().to_owned();
        element.attributes.push((name, value));
    }
    for child in node.children() {
        if child.is_element() {
            let inner = self::element(child, depth + 1)?;
            element.content.push(Content::Element(inner));
        } else if let Some(text) = child.text().filter(|_| child.is_text()) {
            match element.content.last_mut() {
                // A comment stood between them.
                Some(Content::Text(before)) => before.push_str(text),
                _ => element.content.push(Content::Text(text.to_owned())),
            }
        }
    }
    Ok(element)
}

#[cfg(test)]
mod tests;
