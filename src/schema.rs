//! JSON Schema: whether a value is what a contract says, and if not, why, in words.
//!
//! Draft 2020-12 only, offline: a reference to another document is an error when the schema is
//! compiled. `format` is an assertion here (see `format`), and patterns are matched in linear time,
//! except those with look-around, whose steps are limited. This module does not know OpenAPI: what
//! 3.0 writes differently is rewritten before it gets here. The only module that names the
//! validator crate. Source: JSON Schema 2020-12, Core and Validation.

mod format;
mod nearest;
mod violation;
mod wording;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use crate::json::Pointer;

pub use violation::{VIOLATIONS_MAX, Violation, Violations};
pub use wording::VALUE_CHARS_MAX;

/// The only value of `$schema` that is accepted, with or without an empty fragment.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// How many steps a pattern with look-around may take on one string.
pub const PATTERN_STEPS_MAX: usize = 100_000;

/// How much memory a pattern may take, compiled, in MiB: as much as the crates allow.
const PATTERN_MEBIBYTES_MAX: usize = 10;

/// A schema, compiled once and used for many values, from any thread.
#[derive(Debug, Clone)]
pub struct Schema {
    validator: Validator,
}

/// Why a document is not a usable schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// The keyword that is wrong, in the document.
    pub keyword: Pointer,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
}

/// How many parts a value may have for all of its violations to be looked for.
pub const VALUES_MAX: usize = 50_000;

impl Schema {
    /// Compiles a document, such as `{"$ref": "#/$defs/Order", "$defs": {…}}`.
    ///
    /// # Errors
    /// When the document breaks the rules of JSON Schema 2020-12, names another dialect, has a
    /// pattern that is no regular expression, or refers to something that is not in it.
    pub fn compile(document: &Value) -> Result<Self, CompileError> {
        if let Some(dialect) = document.get("$schema")
            && dialect
                .as_str()
                .map(|dialect| dialect.trim_end_matches('#'))
                != Some(DIALECT)
        {
            return Err(CompileError {
                keyword: Pointer::root().join("$schema"),
                message: format!("the dialect {dialect} is not supported; use \"{DIALECT}\""),
            });
        }
        let options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .should_validate_formats(true)
            .with_keyword("format", |_, format, _| format::compile(format));
        let linear = options
            .clone()
            .with_pattern_options(PatternOptions::regex());
        let stepwise = PatternOptions::fancy_regex().backtrack_limit(PATTERN_STEPS_MAX);
        linear
            .build(document)
            // Either a pattern needs look-around, or the second attempt fails for the same reason.
            .or_else(|_| options.with_pattern_options(stepwise).build(document))
            .map(|validator| Self { validator })
            .map_err(|error| {
                let message = match error.instance().as_str() {
                    Some(pattern) if is_too_large(pattern) => format!(
                        "the pattern {} is too large: compiled it takes more than {PATTERN_MEBIBYTES_MAX} MiB; how long a text \
                         may be says `maxLength`",
                        wording::show(error.instance())
                    ),
                    _ => error.to_string(),
                };
                CompileError {
                    keyword: violation::pointer(error.instance_path()),
                    message: wording::cut(&message, wording::MESSAGE_CHARS_MAX),
                }
            })
    }

    /// Whether a value is valid; much faster than asking for the violations.
    pub fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// Everything that is wrong with a value, in the order of the value. When no alternative of an
    /// `anyOf` or `oneOf` fits, what is wrong with the nearest one is told as well.
    ///
    /// Of a value of more than [`VALUES_MAX`] parts only the first violation is looked for: the others
    /// could take gigabytes to tell.
    pub fn violations(&self, value: &Value) -> Violations {
        if violation::parts(value, VALUES_MAX) < VALUES_MAX {
            return violation::collect(self.validator.iter_errors(value), value);
        }
        violation::collect(self.validator.validate(value).err().into_iter(), value)
    }
}

/// Whether a text is a regular expression, and too large a one.
fn is_too_large(pattern: &str) -> bool {
    let compiled = regex::RegexBuilder::new(pattern)
        .size_limit(PATTERN_MEBIBYTES_MAX << 20)
        .build();
    matches!(compiled, Err(regex::Error::CompiledTooBig(_)))
}

#[cfg(test)]
mod tests;
