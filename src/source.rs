//! Source files: one text, the value it holds, and where every part of the value stands.
//!
//! JSON (RFC 8259) and YAML (1.2.2, core schema) become one `serde_json::Value` each, and every
//! place of the value, named by a JSON Pointer, has a line, a column and a byte range. This module
//! does not read files, does not follow references and does not know what a document means.
//!
//! What has no place in JSON is a fault: keys that are not scalars, `.inf` and `.nan`, tags of an
//! application, several documents in one text. Scalar keys are always strings, as OpenAPI asks
//! (`200:` is the key `"200"`). Faults are collected, so that all are seen at once.

mod json_marks;
mod location;
mod mark;
mod scalar;
mod size;
mod toml;
mod yaml;

use std::sync::OnceLock;

use serde_json::Value;

use crate::json::{self, DecodeFaultKind, Pointer};

pub use location::Location;
pub(crate) use location::Text;
use mark::Mark;
pub use yaml::{COPIED_BYTES_MAX, NODES_MAX};

/// The largest text, in bytes.
pub const TEXT_MAX: usize = 64 * 1024 * 1024;

/// One text, its value, and where every part of the value stands.
#[derive(Debug)]
pub struct Source {
    text: Text,
    root: Value,
    /// For JSON made when first asked for: a flawless file is never walked a second time.
    marks: OnceLock<Mark>,
}

/// Something that keeps a text from being a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// Where it is.
    pub location: Location,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// A second place that explains the first: for a repeated key, where the key stood before.
    pub also: Option<Location>,
}

impl Source {
    /// Parses a text: as JSON when `path` ends in `.json`, as TOML when in `.toml`, else as YAML. The path is kept to be
    /// shown; nothing is read from it.
    ///
    /// # Errors
    /// When the text is not one JSON-like value; all faults that could be found, in the order of
    /// the text, at most [`FAULTS_MAX`](json::FAULTS_MAX).
    pub fn parse(path: &str, text: String) -> Result<Self, Vec<SyntaxFault>> {
        let text = Text::new(path, text);
        let size = text.as_str().len();
        if size > TEXT_MAX {
            let message = format!("the file has {size} bytes, and at most {TEXT_MAX} are read");
            return Err(vec![SyntaxFault {
                location: text.location(0..0),
                message,
                also: None,
            }]);
        }
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        if extension.eq_ignore_ascii_case("json") {
            Self::parse_json(text)
        } else {
            let (root, mark) = if extension.eq_ignore_ascii_case("toml") {
                toml::load(&text)?
            } else {
                yaml::load(&text)?
            };
            Ok(Self {
                text,
                root,
                marks: OnceLock::from(mark),
            })
        }
    }

    fn parse_json(text: Text) -> Result<Self, Vec<SyntaxFault>> {
        let decoded = json::decode(text.as_str().as_bytes());
        let faults: Vec<SyntaxFault> = decoded
            .faults
            .into_iter()
            .filter(|fault| fault.kind != DecodeFaultKind::ByteOrderMark)
            .map(|fault| SyntaxFault {
                location: text.location(fault.offset..fault.offset),
                message: fault.message,
                also: fault.first.map(|first| text.location(first..first)),
            })
            .collect();
        match decoded.value {
            Some(root) if faults.is_empty() => Ok(Self {
                text,
                root,
                marks: OnceLock::new(),
            }),
            _ => Err(faults),
        }
    }

    /// The path the text came from, as it was given.
    pub fn path(&self) -> &str {
        self.text.path()
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// The whole value.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The part of the value a pointer names; none when there is no such part.
    pub fn value(&self, pointer: &Pointer) -> Option<&Value> {
        pointer.lookup(&self.root)
    }

    /// Where a value stands; when there is none, where its nearest existing ancestor stands.
    pub fn location(&self, pointer: &Pointer) -> Location {
        let (mark, _) = self.marks().find(&self.root, pointer);
        self.text.location(mark.value.range())
    }

    /// Where the name of a member stands. For an element of an array and for the whole value, where
    /// the value stands; when there is no such part, as [`location`](Self::location).
    pub fn key_location(&self, pointer: &Pointer) -> Location {
        let (mark, found) = self.marks().find(&self.root, pointer);
        let span = if found && !mark.key.is_empty() {
            mark.key
        } else {
            mark.value
        };
        self.text.location(span.range())
    }

    /// The place of any range of bytes of the text; what lies beyond its end is cut off.
    pub fn location_of_bytes(&self, range: std::ops::Range<usize>) -> Location {
        self.text.location(range)
    }

    fn marks(&self) -> &Mark {
        self.marks
            .get_or_init(|| json_marks::walk(self.text.as_str(), self.text.start()))
    }
}

#[cfg(test)]
mod tests;
