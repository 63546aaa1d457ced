//! XPath 1.0: a query for places in a document, and what it says of it.
//!
//! The language is `xpath-eval`'s; this is the only place that names it. An expression is bounded in
//! length and depth, and what it does in steps and in the text that it reads: `//` within predicates
//! multiplies the work, and `concat` the memory. Functions
//! that are unknown or are called with the wrong number of arguments, and variables, are refused when
//! the expression is read. So are `id`, which needs a document type declaration, and `lang`, which the
//! crate compares with the first part of a language alone.
//!
//! A prefix means the namespace that the document's root element gives it, as Arazzo has no other
//! place to say so. A name without one is in no namespace. Source: XPath 1.0.

mod check;
mod replace;
mod tree;

use std::fmt;

use serde_json::{Number, Value};
use xpath_eval::{EvaluationContext, Value as Answer};

use tree::{Effort, Item};

/// The longest expression, in bytes.
const PATH_BYTES_MAX: usize = 1000;
/// How deep parts of an expression may stand within one another.
const PATH_DEPTH_MAX: usize = 40;
/// How many steps one evaluation may take.
const STEPS_MAX: u64 = 10_000_000;

/// An XPath 1.0 expression, parsed.
#[derive(Debug, Clone)]
pub struct XPath {
    text: String,
    expression: xpath_eval::Expr,
    /// The prefixes of the names in it.
    prefixes: Vec<String>,
}

impl PartialEq for XPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for XPath {}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an XPath 1.0 expression: {message}")]
pub struct XPathError {
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
}

/// A document that expressions are evaluated in, and how much more of that there may be.
struct Evaluation<'d> {
    document: &'d roxmltree::Document<'d>,
    effort: Effort,
}

impl XPath {
    /// Parses an expression, such as `//item[@id = '1']/name`.
    ///
    /// # Errors
    /// When the text is no expression of XPath 1.0, or goes beyond one of the limits.
    pub fn parse(text: &str) -> Result<Self, XPathError> {
        let refuse = |message: String| XPathError { message };
        check::limits(text).map_err(refuse)?;
        let parsed = xpath_eval::parse(text).map_err(|error| {
            let before = text.get(..error.position).unwrap_or(text);
            let column = before.chars().count() + 1;
            refuse(format!("{} at its character {column}", error.message))
        })?;
        let prefixes = check::expression(&parsed).map_err(refuse)?;
        Ok(Self {
            text: text.to_owned(),
            expression: parsed,
            prefixes,
        })
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it means the same in every version of XPath: a path of names from the root, with
    /// numbers or comparisons with a text as its only predicates.
    pub fn is_of_every_version(&self) -> bool {
        check::is_of_every_version(&self.expression)
    }

    /// Whether it is true of a document, by its effective boolean value (`XPath 1.0 §4.3`).
    ///
    /// # Errors
    /// When the text is no document that is read, or the expression cannot be evaluated in it.
    pub fn holds(&self, text: &str) -> Result<bool, String> {
        self.evaluate(text, |answer| Ok(answer.to_boolean()))
    }

    /// What it finds in a document: of one node its text, of several a list of them, of none nothing;
    /// a text, a number or a boolean as what it is.
    ///
    /// # Errors
    /// When the text is no document that is read, or the expression cannot be evaluated in it.
    pub fn select(&self, text: &str) -> Result<Option<Value>, String> {
        self.evaluate(text, |answer| match answer {
            Answer::NodeSet(nodes) => {
                let text = |it: &Item<'_>| Value::String(xpath_eval::Node::string_value(*it));
                Ok(match nodes.as_slice() {
                    [] => None,
                    [only] => Some(text(only)),
                    several => Some(several.iter().map(text).collect()),
                })
            }
            Answer::Boolean(value) => Ok(Some(Value::Bool(value))),
            Answer::Number(value) => match number(value) {
                Some(number) => Ok(Some(Value::Number(number))),
                None => Err(format!("`{}` is no number here", self.text)),
            },
            Answer::String(value) => Ok(Some(Value::String(value))),
        })
    }

    /// A document with every place that is found replaced by a text.
    ///
    /// # Errors
    /// When nothing is found, or something that holds no text.
    pub fn replace(&self, text: &str, new: &str) -> Result<String, String> {
        let places = self.evaluate(text, |answer| match answer {
            Answer::NodeSet(nodes) => {
                let places = nodes.iter().map(|it| replace::place(text, it));
                places.collect::<Result<Vec<_>, _>>()
            }
            _ => Err(format!("`{}` finds no nodes", self.text)),
        })?;
        if places.is_empty() {
            return Err(format!(
                "the payload has no place `{}` to replace",
                self.text
            ));
        }
        replace::splice(text, places, new)
    }

    fn evaluate<T>(
        &self,
        text: &str,
        read: impl FnOnce(Answer<Item<'_>>) -> Result<T, String>,
    ) -> Result<T, String> {
        let document = super::document(text).map_err(|fault| fault.to_string())?;
        let evaluation = Evaluation {
            document: &document,
            effort: Effort::new(STEPS_MAX),
        };
        let root = document.root_element();
        let bound = |prefix: &str| match prefix {
            "xml" => Some(super::XML_NAMESPACE.to_owned()),
            _ => root.lookup_namespace_uri(Some(prefix)).map(str::to_owned),
        };
        if let Some(prefix) = self.prefixes.iter().find(|it| bound(it).is_none()) {
            return Err(format!(
                "the root element gives no namespace for `{prefix}:`"
            ));
        }
        let mut context =
            EvaluationContext::new(Item::root(evaluation.document, &evaluation.effort));
        context.namespaces = Some(&bound);
        let answer = xpath_eval::evaluate(&self.expression, &context);
        let answer = answer.map_err(|error| error.to_string())?;
        let read = read(answer)?;
        if evaluation.effort.is_spent() {
            return Err(format!(
                "`{}` takes more than {STEPS_MAX} steps, or reads more than {} bytes of text",
                self.text,
                tree::TEXT_BYTES_MAX
            ));
        }
        Ok(read)
    }
}

/// A number of XPath as one of JSON, which has whole ones.
fn number(value: f64) -> Option<Number> {
    if value.is_finite() && value.fract() == 0.0 {
        // The decimal form of a whole `f64` has no point and no exponent.
        let text = format!("{}", value + 0.0);
        return serde_json::from_str(&text).ok();
    }
    Number::from_f64(value)
}

impl fmt::Display for XPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
