//! A value in a file, read with complaints: the one way in which files of the user are taken apart.

use std::ffi::OsStr;
use std::path::Path;

use serde_json::Value;

use super::{Problem, ProblemCode};
use crate::json::{self, Pointer};
use crate::source::{Location, Source};

/// A value together with its place in its file.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    source: &'a Source,
    pointer: Pointer,
    value: &'a Value,
}

impl<'a> Node<'a> {
    /// The whole file.
    pub fn root(source: &'a Source) -> Self {
        Self {
            source,
            pointer: Pointer::root(),
            value: source.root(),
        }
    }

    /// The value at a place, when there is one.
    pub fn at(source: &'a Source, pointer: &Pointer) -> Option<Self> {
        let value = pointer.lookup(source.root())?;
        Some(Self {
            source,
            pointer: pointer.clone(),
            value,
        })
    }

    /// The value itself.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// Where it stands, as a pointer.
    pub fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// Where it stands, as a line and a column.
    pub fn location(&self) -> Location {
        self.source.location(&self.pointer)
    }

    /// Where its key stands.
    pub fn key_location(&self) -> Location {
        self.source.key_location(&self.pointer)
    }

    /// The file that it stands in.
    pub fn source(&self) -> &'a Source {
        self.source
    }

    /// A field of an object, when it is there.
    pub fn get(&self, name: &str) -> Option<Node<'a>> {
        let value = self.value.as_object()?.get(name)?;
        Some(Node {
            source: self.source,
            pointer: self.pointer.join(name),
            value,
        })
    }

    /// A field that must be there.
    pub fn require(&self, name: &str, problems: &mut Vec<Problem>) -> Option<Node<'a>> {
        let found = self.get(name);
        if found.is_none() && self.value.is_object() {
            problems.push(
                Problem::new(
                    ProblemCode::MissingField,
                    self.key_location(),
                    format!("the required field `{name}` is missing"),
                )
                .with_help(format!("add `{}`", self.written(name))),
            );
        }
        found
    }

    /// How a field begins in the language of the file.
    fn written(&self, name: &str) -> String {
        let extension = Path::new(self.source.path()).extension();
        match extension.and_then(OsStr::to_str) {
            Some("toml") => format!("{name} = .."),
            Some("json") => format!("\"{name}\":"),
            _ => format!("{name}:"),
        }
    }

    /// The fields of an object, in their order; a Problem and nothing when it is no object.
    pub fn entries(&self, problems: &mut Vec<Problem>) -> Vec<(&'a str, Node<'a>)> {
        match self.value {
            Value::Object(map) => map
                .iter()
                .map(|(name, value)| {
                    let pointer = self.pointer.join(name);
                    (
                        name.as_str(),
                        Node {
                            source: self.source,
                            pointer,
                            value,
                        },
                    )
                })
                .collect(),
            _ => {
                self.complain_type::<()>("an object", problems);
                Vec::new()
            }
        }
    }

    /// The items of an array, in their order; a Problem and nothing when it is no array.
    pub fn items(&self, problems: &mut Vec<Problem>) -> Vec<Node<'a>> {
        match self.value {
            Value::Array(values) => values
                .iter()
                .enumerate()
                .map(|(index, value)| Node {
                    source: self.source,
                    pointer: self.pointer.index(index),
                    value,
                })
                .collect(),
            _ => {
                self.complain_type::<()>("an array", problems);
                Vec::new()
            }
        }
    }

    /// A text; a Problem and nothing when it is none.
    pub fn text(&self, problems: &mut Vec<Problem>) -> Option<&'a str> {
        self.value
            .as_str()
            .or_else(|| self.complain_type("a string", problems))
    }

    /// A boolean; a Problem and nothing when it is none.
    pub fn boolean(&self, problems: &mut Vec<Problem>) -> Option<bool> {
        self.value
            .as_bool()
            .or_else(|| self.complain_type("a boolean", problems))
    }

    /// A number that is not negative; a Problem and nothing when it is none.
    pub fn amount(&self, problems: &mut Vec<Problem>) -> Option<f64> {
        let number = self
            .value
            .as_f64()
            .filter(|number| number.is_finite() && *number >= 0.0);
        number.or_else(|| self.complain_type("a number that is not negative", problems))
    }

    /// A whole number that is not negative; a Problem and nothing when it is none.
    pub fn count(&self, problems: &mut Vec<Problem>) -> Option<u64> {
        self.value
            .as_u64()
            .or_else(|| self.complain_type("a whole number", problems))
    }

    /// The text of a field that must be there.
    pub fn require_text(&self, name: &str, problems: &mut Vec<Problem>) -> Option<&'a str> {
        self.require(name, problems)?.text(problems)
    }

    /// The text of a field that may be there.
    pub fn get_text(&self, name: &str, problems: &mut Vec<Problem>) -> Option<&'a str> {
        self.get(name)?.text(problems)
    }

    /// The items of a field that may be there.
    pub fn get_items(&self, name: &str, problems: &mut Vec<Problem>) -> Vec<Node<'a>> {
        self.get(name)
            .map_or_else(Vec::new, |node| node.items(problems))
    }

    /// The entries of a field that may be there.
    pub fn get_entries(&self, name: &str, problems: &mut Vec<Problem>) -> Vec<(&'a str, Node<'a>)> {
        self.get(name)
            .map_or_else(Vec::new, |node| node.entries(problems))
    }

    /// Complains about every field that is neither known nor an `x-` extension.
    pub fn only(&self, known: &[&str], problems: &mut Vec<Problem>) {
        if !self.value.is_object() {
            self.complain_type::<()>("an object", problems);
            return;
        }
        let names = self
            .value
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys());
        for name in names.filter(|name| !known.contains(&name.as_str())) {
            if let Some(field) = self.get(name).filter(|_| !name.starts_with("x-")) {
                problems.push(field.unknown_field(name, known));
            }
        }
    }

    /// Complains about every field that is not known; for objects of ours, which have no extensions.
    pub fn exactly(&self, known: &[&str], problems: &mut Vec<Problem>) {
        for (name, field) in self.entries(problems) {
            if !known.contains(&name) {
                problems.push(field.unknown_field(name, known));
            }
        }
    }

    fn unknown_field(&self, name: &str, known: &[&str]) -> Problem {
        let problem = Problem::new(
            ProblemCode::UnknownField,
            self.key_location(),
            format!("`{name}` is no field of this object"),
        );
        match crate::diff::nearest(name, known.iter().copied()) {
            Some(nearest) => problem.with_help(format!("did you mean `{nearest}`?")),
            None => problem.with_help(format!("its fields are {}", known.join(", "))),
        }
    }

    /// A Problem about this value.
    pub fn problem(&self, code: ProblemCode, message: impl Into<String>) -> Problem {
        Problem::new(code, self.location(), message)
    }

    fn complain_type<T>(&self, wanted: &str, problems: &mut Vec<Problem>) -> Option<T> {
        let message = format!(
            "this must be {wanted}, and it is {}",
            json::kind(self.value)
        );
        problems.push(
            self.problem(ProblemCode::WrongType, message)
                .with_help(format!("write {wanted} here")),
        );
        None
    }
}
