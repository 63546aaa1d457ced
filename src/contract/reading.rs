//! Text on the wire, read as the value that the contract describes.
//!
//! A header field, a form and a stream of lines hold texts, and only their schemas say whether `12` is a
//! number. What a schema leaves open stays a text.

mod form;
mod sent;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Contract, SchemaUse};
use crate::json::Pointer;
pub(super) use form::FormShape;

/// How many schemas are looked at to learn of what type a value is.
const SCHEMAS_MAX: usize = 256;

/// Reads texts by the schemas of a contract.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'c> {
    contract: &'c Contract,
    pub(super) document: &'c Value,
}

impl<'c> Reading<'c> {
    /// Reads by the schemas of this contract.
    pub fn new(contract: &'c Contract) -> Self {
        Self {
            contract,
            document: contract.document(),
        }
    }

    /// Whether a schema says that its values are of a type; false where it leaves that open.
    pub fn names_type(self, schema: &SchemaUse, name: &str) -> bool {
        let schema = schema.pointer.lookup(self.document);
        schema.is_some_and(|it| self.types(it).contains(name))
    }

    /// Whether a schema lets its values be of a type; true where it leaves that open.
    pub fn allows_type(self, schema: &SchemaUse, name: &str) -> bool {
        let schema = schema.pointer.lookup(self.document);
        let types = schema.map(|it| self.types(it)).unwrap_or_default();
        types.is_empty() || types.contains(name)
    }

    /// A header field of the style `simple`: an array, or an object, of texts between commas
    /// (`OpenAPI 3.1 §4.8.12.4`); none where the schema speaks of neither.
    pub fn header(self, text: &str, schema: &SchemaUse, explode: bool) -> Option<Value> {
        let schema = schema.pointer.lookup(self.document)?;
        let types = self.types(schema);
        let parts = || text.split(',').map(str::trim).filter(|it| !it.is_empty());
        if types.contains("array") {
            let items = self.parts(schema, &["items"], None);
            return Some(parts().map(|it| self.scalar(it, &items)).collect());
        }
        if !types.contains("object") {
            return None;
        }
        let all = self.in_place(schema);
        let mut fields = Map::new();
        let parts: Vec<&str> = parts().collect();
        if explode {
            for part in parts {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                fields.insert(name.to_owned(), self.field(name, value, &all));
            }
        } else {
            for pair in parts.chunks(2) {
                let (name, value) = (pair[0], pair.get(1).copied().unwrap_or_default());
                fields.insert(name.to_owned(), self.field(name, value, &all));
            }
        }
        Some(Value::Object(fields))
    }

    /// A member of an object that all of these schemas look at.
    fn field(self, name: &str, text: &str, all: &[&'c Value]) -> Value {
        let own = held(all, &["properties"], Some(name));
        if own.is_empty() {
            return self.scalar(text, &held(all, &["additionalProperties"], None));
        }
        self.scalar(text, &own)
    }

    /// A text as what it spells, unless it may be a text.
    fn scalar(self, text: &str, schemas: &[&'c Value]) -> Value {
        spelt(text, self.may_be_text(schemas))
    }

    /// Whether a value that all of these schemas look at may be a text.
    fn may_be_text(self, schemas: &[&'c Value]) -> bool {
        let types: BTreeSet<&str> = schemas.iter().flat_map(|it| self.types(it)).collect();
        types.is_empty() || types.contains("string")
    }

    /// The types that a schema names, with all that look at the same value; none means any.
    pub(super) fn types(self, schema: &'c Value) -> BTreeSet<&'c str> {
        let mut types = BTreeSet::new();
        for schema in self.in_place(schema) {
            match schema.get("type") {
                Some(Value::String(name)) => {
                    types.insert(name.as_str());
                }
                Some(Value::Array(names)) => types.extend(names.iter().filter_map(Value::as_str)),
                _ => {}
            }
        }
        types
    }

    /// The schemas that a schema holds under a keyword, or under a name in it, with all that look at
    /// the same value.
    pub(super) fn parts(
        self,
        schema: &'c Value,
        keywords: &[&str],
        name: Option<&str>,
    ) -> Vec<&'c Value> {
        held(&self.in_place(schema), keywords, name)
    }

    /// A schema and those that look at the same value; of circles and crowds only so many.
    pub(super) fn in_place(self, schema: &'c Value) -> Vec<&'c Value> {
        let mut found: Vec<&Value> = vec![schema];
        let mut next = 0;
        while let Some(schema) = found.get(next).copied() {
            next += 1;
            let referred = schema.get("$ref").and_then(Value::as_str);
            let referred = referred.and_then(|it| it.strip_prefix('#'));
            let pointer = referred.and_then(|it| Pointer::from_fragment(it).ok());
            let target = pointer.and_then(|it| it.lookup(self.document));
            let lists = ["allOf", "anyOf", "oneOf"].into_iter();
            let parts = lists.filter_map(|it| schema.get(it)?.as_array()).flatten();
            for part in target.into_iter().chain(parts) {
                if found.len() < SCHEMAS_MAX && !found.iter().any(|it| std::ptr::eq(*it, part)) {
                    found.push(part);
                }
            }
        }
        found
    }
}

/// What a text spells as JSON, unless it is a text.
fn spelt(text: &str, is_text: bool) -> Value {
    let spelt = (!is_text)
        .then(|| serde_json::from_str(text).ok())
        .flatten();
    spelt.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// What schemas hold under a keyword, or under a name in it.
fn held<'c>(schemas: &[&'c Value], keywords: &[&str], name: Option<&str>) -> Vec<&'c Value> {
    let all = schemas.iter();
    let held = all.flat_map(|it| keywords.iter().filter_map(|keyword| it.get(*keyword)));
    let parts = held.filter_map(|it| match name {
        Some(name) => it.get(name),
        None => Some(it),
    });
    parts.collect()
}
