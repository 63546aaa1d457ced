//! Runtime expressions (`Arazzo 1.1.0 Runtime Expressions`): one grammar, read once, never evaluated
//! as code. The grammar itself stands in `grammar`.
//!
//! A Selector Object is an expression, too: one with a query that looks into what it reads.

mod grammar;

use std::fmt;

use serde_json::Value;

use crate::contract::PathTemplate;
use crate::json::{Path, Pointer};
use crate::xml::XPath;

/// A runtime expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    text: String,
    /// What it reads.
    pub root: Root,
    /// Where inside of it; the root pointer for all of it.
    pub pointer: Pointer,
    /// What is looked for there, when it is the context of a Selector Object.
    pub query: Option<Query>,
}

/// What a Selector Object looks for (`Arazzo 1.1.0 Selector Object`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// A JSONPath. One node is that value, several are a list of them, none is no value.
    Path(Box<Path>),
    /// An XPath, of a document of XML. Of nodes it gives the texts, as a JSONPath gives values.
    XPath(Box<XPath>),
    /// What stands in the hole of that name, where a URL ends as this path; of no Selector Object, but of
    /// `x-countersign: {location: ..}`.
    Hole(Box<(PathTemplate, String)>),
}

/// What an expression reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// The URL of the request.
    Url,
    /// The method of the request.
    Method,
    /// The status of the response.
    StatusCode,
    /// A part of the request.
    Request(Part),
    /// A part of the response.
    Response(Part),
    /// The identity of the document, from its field `$self`.
    Itself,
    /// A part of a message of an AsyncAPI document.
    Message(Part),
    /// An input of this workflow.
    Input(String),
    /// An output of this workflow.
    Output(String),
    /// An output of a step.
    StepOutput {
        /// The step.
        step: String,
        /// The output.
        name: String,
    },
    /// An input of another workflow.
    WorkflowInput {
        /// The workflow.
        workflow: String,
        /// The input.
        name: String,
    },
    /// An output of another workflow.
    WorkflowOutput {
        /// The workflow.
        workflow: String,
        /// The output.
        name: String,
    },
    /// Something of a source description.
    SourceDescription {
        /// The source description.
        source: String,
        /// An operation, a workflow or a field of it.
        reference: String,
    },
    /// A reusable object, such as `$components.parameters.page`.
    Component {
        /// `inputs`, `parameters`, `successActions` or `failureActions`.
        kind: String,
        /// The object.
        name: String,
    },
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A header field.
    Header(String),
    /// A parameter of the query.
    Query(String),
    /// A parameter of the path.
    Path(String),
    /// The decoded body.
    Body,
    /// The payload of a message that is no HTTP message.
    Payload,
}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no runtime expression: {why}")]
pub struct ExpressionError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
    /// What may have been meant.
    pub nearest: Option<&'static str>,
}

/// The first words that expressions have.
const ROOTS: [&str; 13] = [
    "$url",
    "$method",
    "$statusCode",
    "$self",
    "$request",
    "$response",
    "$message",
    "$inputs",
    "$outputs",
    "$steps",
    "$workflows",
    "$sourceDescriptions",
    "$components",
];

/// Those of them that are whole expressions.
const WHOLE: [&str; 4] = ["$url", "$method", "$statusCode", "$self"];

/// How long an expression may be, in bytes.
const LENGTH_MAX: usize = 4096;

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// When the text does not follow the grammar as a whole.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        if text.len() > LENGTH_MAX {
            return Err(ExpressionError {
                text: text.chars().take(40).collect(),
                why: format!("it is longer than {LENGTH_MAX} bytes"),
                nearest: None,
            });
        }
        let (root, pointer) = grammar::parse(text).map_err(|why| ExpressionError {
            text: text.to_owned(),
            why,
            nearest: nearest_root(text),
        })?;
        Ok(Self {
            text: text.to_owned(),
            root,
            pointer,
            query: None,
        })
    }

    /// The same, as the context of a query.
    #[must_use]
    pub fn with_query(self, query: Query) -> Self {
        Self {
            query: Some(query),
            ..self
        }
    }

    /// The same, at a place inside of what it reads.
    #[must_use]
    pub fn at(self, place: &Pointer) -> Self {
        Self {
            pointer: self.pointer.append(place),
            ..self
        }
    }

    /// Whether a text means to be an expression: it begins with a first word that expressions have,
    /// or with one that comes close. Everything else that begins with `$` is plain text.
    pub fn is_meant(text: &str) -> bool {
        if !text.starts_with('$') {
            return false;
        }
        let word = first_word(text);
        if WHOLE.contains(&word) {
            return text == word;
        }
        let rest = &text[word.len()..];
        rest.starts_with('.') && (ROOTS.contains(&word) || nearest_root(text).is_some())
    }

    /// The one place in a document that it reads, given the whole of what its root names.
    pub fn place_in(&self, document: &Value) -> Option<Pointer> {
        let path = match &self.query {
            None => return Some(self.pointer.clone()),
            Some(Query::Path(path)) => path,
            Some(Query::XPath(_) | Query::Hole(_)) => return None,
        };
        match path.locate(self.pointer.lookup(document)?).as_slice() {
            [only] => Some(self.pointer.append(only)),
            _ => None,
        }
    }

    /// The expression as it was written; of a Selector Object, its context.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it reads the response of the step that it stands in.
    pub fn reads_response(&self) -> bool {
        matches!(self.root, Root::Response(_) | Root::StatusCode)
    }
}

impl Query {
    /// What it finds in a value; nothing when it finds nothing, or cannot be evaluated in it.
    pub fn find(&self, value: &Value) -> Option<Value> {
        let path = match self {
            Self::Path(path) => path,
            Self::XPath(path) => return path.select(value.as_str()?).ok().flatten(),
            Self::Hole(hole) => {
                let path = value.as_str()?.split(['?', '#']).next()?;
                return hole.0.value_in(path, &hole.1).map(Value::String);
            }
        };
        match path.query(value).as_slice() {
            [] => None,
            [only] => Some((*only).clone()),
            several => Some(several.iter().map(|&it| it.clone()).collect()),
        }
    }
}

/// The letters and digits at the beginning, with the `$` before them.
fn first_word(text: &str) -> &str {
    let belongs = |(at, c): &(usize, char)| c.is_ascii_alphanumeric() || (*at == 0 && *c == '$');
    let length = text
        .char_indices()
        .take_while(belongs)
        .map(|(_, c)| c.len_utf8())
        .sum();
    &text[..length]
}

fn nearest_root(text: &str) -> Option<&'static str> {
    let word = first_word(text);
    if ROOTS.contains(&word) {
        None
    } else {
        crate::diff::nearest(word, ROOTS.into_iter())
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)?;
        match &self.query {
            Some(Query::Path(path)) => write!(formatter, " at {path}"),
            Some(Query::XPath(path)) => write!(formatter, " at {path}"),
            Some(Query::Hole(hole)) => write!(formatter, " at `{{{}}}` of {}", hole.1, hole.0),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
