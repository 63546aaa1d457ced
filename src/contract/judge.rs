//! A compiled schema of the contract that tells what is wrong with a value, and where both stand.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::Bundle;
use crate::json::Pointer;
use crate::schema::{CompileError, Schema, Violation};

/// Judges values by one schema of the contract.
#[derive(Debug)]
pub struct Judge {
    closed: Schema,
    opened: OnceLock<Schema>,
    bundle: Bundle,
}

/// What is wrong with a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Where it breaks the schema.
    pub violations: Vec<Judged>,
    /// Properties that the schema allows but does not declare.
    pub undeclared: Vec<Judged>,
}

/// One violation with the place in the contract that it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What is wrong.
    pub violation: Violation,
    /// The place in the contract.
    pub place: Pointer,
}

impl Judge {
    /// Compiles a closed bundle.
    ///
    /// # Errors
    /// When it is no valid schema.
    pub fn compile(bundle: Bundle) -> Result<Self, CompileError> {
        let closed = Schema::compile(&bundle.document)?;
        Ok(Self {
            closed,
            opened: OnceLock::new(),
            bundle,
        })
    }

    /// Whether a value satisfies the schema, without our rules against undeclared properties.
    pub fn is_valid(&self, value: &Value) -> bool {
        !self.bundle.bends && self.closed.is_valid(value) || self.opened().is_valid(value)
    }

    /// Judges a value.
    ///
    /// A value without fault costs one validation, or two where the rules against undeclared
    /// properties could make a wrong value right. What is wrong is told by the schema without those
    /// rules; they only tell what is not declared.
    pub fn examine(&self, value: &Value) -> Judgement {
        let fine = !self.bundle.bends || self.opened().is_valid(value);
        if fine && self.closed.is_valid(value) {
            return Judgement::default();
        }
        let violations = self.opened().violations(value);
        let closed = self.closed.violations(value).into_iter();
        let (ours, others): (Vec<_>, Vec<_>) =
            closed.partition(|violation| self.bundle.is_injected(&violation.keyword));
        let undeclared: Vec<_> = if ours.is_empty() && violations.is_empty() {
            // An alternative that fits only without our rules: what is undeclared is inside of it.
            let names = ["anyOf", "oneOf"];
            others
                .into_iter()
                .filter(|it| names.contains(&it.keyword_name.as_str()))
                .collect()
        } else {
            ours
        };
        // Of which claims are shadows is not known where there are more violations than are kept.
        let is_told = |it: &&Violation| {
            violations.omitted == 0 && !is_shadow(it, violations.iter().chain(&undeclared))
        };
        let undeclared = undeclared.iter().filter(is_told).cloned().collect();
        Judgement {
            undeclared: self.all_placed(undeclared),
            violations: self.all_placed(violations.into_iter().collect()),
        }
    }

    /// Each thing once: a schema of the contract may stand in the bundle in several forms.
    fn all_placed(&self, violations: Vec<Violation>) -> Vec<Judged> {
        let mut told = BTreeSet::new();
        let placed = violations.into_iter().map(|it| self.placed(it));
        let is_new = |it: &Judged| {
            let violation = &it.violation;
            let (instance, property) = (violation.instance.clone(), violation.property.clone());
            told.insert((instance, property, it.place.clone()))
        };
        let mut placed: Vec<Judged> = placed.collect();
        placed.retain(is_new);
        placed
    }

    /// The schema without our rules against undeclared properties.
    fn opened(&self) -> &Schema {
        self.opened.get_or_init(|| {
            Schema::compile(&self.bundle.opened())
                .expect("a schema that compiles with our rules compiles without them")
        })
    }

    /// Judges a value that goes over the wire as text, in a URL or a header: it is right when any
    /// reading of that text is.
    pub fn examine_text(&self, value: &Value) -> Judgement {
        let is_right = |it: &Value| self.is_valid(it);
        if is_right(value) || other_reading(value).as_ref().is_some_and(is_right) {
            return Judgement::default();
        }
        self.examine(value)
    }

    /// Judges the fields of a form: each is a text, or a list of texts, and right when any reading of
    /// them is. What is wrong is told of the value as it was given.
    pub fn examine_form(&self, value: &Value) -> Judgement {
        if self.is_valid(value) {
            return Judgement::default();
        }
        let mut texts = value.clone();
        let mut read = value.clone();
        for_each_field(&mut texts, |field| {
            if !field.is_string() {
                turn(field);
            }
        });
        for_each_field(&mut read, |field| {
            if field.is_string() {
                turn(field);
            }
        });
        if self.is_valid(&texts) || self.is_valid(&read) {
            return Judgement::default();
        }
        // Each field by itself: those which are right in their other reading are left in it. What shows only
        // then is turned as well.
        let mut judgement = self.examine(value);
        let mut mixed = value.clone();
        for _ in 0..2 {
            let before = mixed.clone();
            for judged in &judgement.violations {
                turn_at(&mut mixed, &judged.violation.instance);
            }
            if mixed == before {
                break;
            }
            judgement = self.examine(&mixed);
        }
        judgement
    }

    fn placed(&self, mut violation: Violation) -> Judged {
        let mut place = self.bundle.origin(&violation.keyword);
        if let Some((mark, said)) = self.bundle.forbidding_mark(&violation.keyword) {
            let name = violation.instance.last().unwrap_or_default();
            let whither = if mark == "readOnly" {
                "a request"
            } else {
                "an answer"
            };
            violation.message = format!("`{name}` is {mark} and may not be in {whither}");
            violation.expected = format!("no member `{name}`");
            place = said.clone();
        }
        Judged { violation, place }
    }
}

/// The other value that is the same text on the wire.
fn other_reading(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => {
            let read: Option<Value> = serde_json::from_str(text).ok();
            read.filter(|it| it.is_number() || it.is_boolean())
        }
        Value::Number(_) | Value::Bool(_) => Some(Value::String(value.to_string())),
        _ => None,
    }
}

/// Puts the other reading in the place of a value that has one.
fn turn(value: &mut Value) {
    if let Some(other) = other_reading(value) {
        *value = other;
    }
}

/// Puts the other reading in a field of a form, or in an item of one that is a list.
fn turn_at(form: &mut Value, place: &Pointer) {
    let depth = place.tokens().count();
    let is_of_list = || {
        let parent = place.parent();
        parent.is_some_and(|it| matches!(it.lookup(form), Some(Value::Array(_))))
    };
    if depth == 1 || depth == 2 && is_of_list() {
        form.pointer_mut(place.as_str()).into_iter().for_each(turn);
    }
}

/// Calls for each field of a form: a member, or an item of one that is a list.
fn for_each_field(form: &mut Value, call: impl Fn(&mut Value)) {
    for member in form.as_object_mut().into_iter().flat_map(Map::values_mut) {
        match member {
            Value::Array(items) => items.iter_mut().for_each(&call),
            field => call(field),
        }
    }
}

/// Whether a claim of an undeclared property only says again that the property's value is wrong, or has
/// undeclared properties itself: a declaration that fails declares nothing (`JSON Schema 2020-12 core
/// §7.7.1.1`), and what nobody declares nobody looks into.
fn is_shadow<'v>(claim: &Violation, mut others: impl Iterator<Item = &'v Violation>) -> bool {
    others.any(|violation| match &claim.property {
        Some(name) => claim.instance.join(name).contains(&violation.instance),
        None => false,
    })
}

impl Judgement {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty() && self.undeclared.is_empty()
    }
}
