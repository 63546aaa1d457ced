//! What is wrong with a value, as data: from the validator's errors to violations in order.

use std::collections::BTreeMap;
use std::ops::Deref;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::paths::Location;
use serde_json::Value;

use super::nearest;
use super::wording::{self, Wording};
use crate::json::Pointer;

/// How many violations of one value are told; the others are counted.
pub const VIOLATIONS_MAX: usize = 100;

/// One rule of the schema that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The part of the value that is wrong. For a member that is missing or must not be there, the
    /// object.
    pub instance: Pointer,
    /// The rule, where it stands in the compiled document: after references are followed, such as
    /// `/$defs/Order/properties/total/type`.
    pub keyword: Pointer,
    /// The name of the rule, such as `type`; `false` for a schema that allows nothing.
    pub keyword_name: String,
    /// What the rule asks for, in few words: `integer`, `one of "A", "B"`.
    pub expected: String,
    /// What is there instead, in few words: `string "3"`, `object with 2 members`.
    pub actual: String,
    /// Both in a sentence without a full stop.
    pub message: String,
    /// The member that is missing (`required`) or must not be there (`additionalProperties`,
    /// `unevaluatedProperties`).
    pub property: Option<String>,
}

/// The violations of one value, in the order of the value and then of the rules; at most
/// [`VIOLATIONS_MAX`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Violations {
    /// Those that are told.
    pub list: Vec<Violation>,
    /// How many more there are.
    pub omitted: usize,
}

impl Deref for Violations {
    type Target = [Violation];

    fn deref(&self) -> &[Violation] {
        &self.list
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = std::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'v> IntoIterator for &'v Violations {
    type Item = &'v Violation;
    type IntoIter = std::slice::Iter<'v, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

/// How many values a value is made of, itself included; counting stops at `enough`.
pub(super) fn parts(value: &Value, enough: usize) -> usize {
    let mut count = 0;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        count += 1;
        if count + open.len() >= enough {
            return enough;
        }
        match value {
            Value::Array(items) => open.extend(items.iter().take(enough)),
            Value::Object(members) => open.extend(members.values().take(enough)),
            _ => {}
        }
    }
    count
}

/// Orders and words the validator's errors for `value`.
pub(super) fn collect<'i>(
    errors: impl Iterator<Item = ValidationError<'i>>,
    value: &'i Value,
) -> Violations {
    let errors: Vec<ValidationError<'i>> = errors.collect();
    if errors.is_empty() {
        return Violations::default();
    }
    let mut found = Vec::with_capacity(errors.len());
    for error in &errors {
        nearest::add_with_branches(error, 0, &mut found);
    }
    let positions = positions(value, &found);
    found.sort_by_cached_key(|error| {
        let position = positions.get(error.instance_path().as_str()).copied();
        // What has no position (the name of a member) comes with the last.
        (
            position.unwrap_or(usize::MAX),
            error.schema_path().as_str().to_owned(),
        )
    });
    let mut violations = Violations::default();
    for error in found {
        let names = unexpected(error, value);
        let room = VIOLATIONS_MAX - violations.list.len();
        violations.omitted += names.as_ref().map_or(1, Vec::len).saturating_sub(room);
        match names {
            Some(names) => violations.list.extend(
                names
                    .into_iter()
                    .take(room)
                    .map(|(name, member)| violation(error, wording::of_unexpected(name, member))),
            ),
            None if room > 0 => violations.list.push(violation(error, wording::of(error))),
            None => {}
        }
    }
    violations
}

/// The members an error says must not be there, with their values.
fn unexpected<'e>(
    error: &'e ValidationError<'_>,
    value: &'e Value,
) -> Option<Vec<(&'e str, &'e Value)>> {
    let object = || value.pointer(error.instance_path().as_str())?.as_object();
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let object = object()?;
            Some(
                unexpected
                    .iter()
                    .filter_map(|name| Some((&**name, object.get(name)?)))
                    .collect(),
            )
        }
        // `additionalProperties: false` without `properties`: the validator gives the place of the
        // object and the value of its first member. Elsewhere the value is the one at the place.
        Kind::FalseSchema
            if error
                .schema_path()
                .as_str()
                .ends_with("/additionalProperties") =>
        {
            let object = object()?;
            let (_, first) = object.iter().next()?;
            let is_first_member = **error.instance() == *first;
            is_first_member.then(|| {
                object
                    .iter()
                    .map(|(name, member)| (&**name, member))
                    .collect()
            })
        }
        _ => None,
    }
}

fn violation(error: &ValidationError<'_>, wording: Wording) -> Violation {
    let keyword = pointer(error.schema_path());
    let keyword_name = match (error.kind(), keyword.last()) {
        (Kind::FalseSchema, _) if wording.property.is_none() => "false".to_owned(),
        (_, Some(name)) => name.into_owned(),
        (kind, None) => kind.keyword().to_owned(),
    };
    Violation {
        instance: pointer(error.instance_path()),
        keyword,
        keyword_name,
        message: wording.message(),
        expected: wording.expected,
        actual: wording.actual,
        property: wording.property,
    }
}

pub(super) fn pointer(location: &Location) -> Pointer {
    // The validator writes pointers of RFC 6901; were one malformed, the root is the honest place.
    Pointer::parse(location.as_str()).unwrap_or_default()
}

/// The place of each part that an error names, counted in the order of the text.
fn positions(value: &Value, errors: &[&ValidationError<'_>]) -> BTreeMap<String, usize> {
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for error in errors {
        wanted.insert(error.instance_path().as_str().to_owned(), usize::MAX);
    }
    let mut walk = Walk {
        wanted,
        next: 0,
        path: Pointer::root(),
    };
    walk.visit(value);
    walk.wanted
}

struct Walk {
    wanted: BTreeMap<String, usize>,
    next: usize,
    path: Pointer,
}

impl Walk {
    /// Recursion is as deep as the value.
    fn visit(&mut self, value: &Value) {
        if let Some(position) = self.wanted.get_mut(self.path.as_str()) {
            *position = self.next;
        }
        self.next += 1;
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.visit_part(self.path.join(name), value);
                }
            }
            Value::Array(elements) => {
                for (index, value) in elements.iter().enumerate() {
                    self.visit_part(self.path.index(index), value);
                }
            }
            _ => {}
        }
    }

    fn visit_part(&mut self, path: Pointer, value: &Value) {
        let outer = std::mem::replace(&mut self.path, path);
        self.visit(value);
        self.path = outer;
    }
}
