//! Self-contained JSON Schemas out of a contract: what is judged with, and what is written to
//! `schemas/`, are the same translation.
//!
//! A bundle holds one schema with everything that it refers to under `$defs`. By direction, what the
//! other side must not send is forbidden: `writeOnly` properties in a response, `readOnly` ones in a
//! request (`OpenAPI 3.1 §4.8.24`). The judging form also forbids, beside every schema that declares
//! properties (`closing`), those that it does not declare, with `unevaluatedProperties`; where these
//! were put is remembered, because an undeclared field is another finding than a broken schema.

mod alone;
mod closing;
mod marks;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Contract;
use crate::json::Pointer;
use closing::leaves_properties_to_reference;
use marks::forbid;

pub use alone::compile_alone;

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From the client to the server.
    Request,
    /// From the server to the client.
    Response,
    /// None in particular: a shared schema by itself.
    Neutral,
}

impl Direction {
    /// The keyword of properties that must not go this way (`OpenAPI 3.1 §4.8.24`).
    pub(super) fn forbidden_mark(self) -> Option<&'static str> {
        match self {
            Self::Request => Some("readOnly"),
            Self::Response => Some("writeOnly"),
            Self::Neutral => None,
        }
    }
}

/// A self-contained schema.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The schema, with `$defs`.
    pub document: Value,
    /// Where each part of it comes from: places in the bundle with places in the contract.
    origins: Vec<(Pointer, Pointer)>,
    /// Where a rule against undeclared properties was put.
    injected: BTreeSet<Pointer>,
    /// Whether a value may satisfy it because of those rules, which only without them it does not.
    pub(super) bends: bool,
    /// Where a property stands that must not go this way, with the place in the contract that says so.
    forbidden: BTreeMap<Pointer, Pointer>,
    direction: Direction,
}

/// How deep schemas may nest. Deeper ones are cut to `true`, which the reader of the contract has
/// refused before; this bound is for the stack.
const DEPTH_MAX: usize = 200;

/// How a keyword holds schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It is one.
    One,
    /// It is a list of them.
    List,
    /// It is a map of them.
    Map,
}

/// How a keyword holds schemas, when it does.
pub fn holds(keyword: &str) -> Option<Holds> {
    if ONE.contains(&keyword) {
        Some(Holds::One)
    } else if LIST.contains(&keyword) {
        Some(Holds::List)
    } else {
        MAP.contains(&keyword).then_some(Holds::Map)
    }
}

/// The schema that a reference among these keywords names.
pub fn reference(keywords: &Map<String, Value>) -> Option<Pointer> {
    let target = keywords.get("$ref")?.as_str()?;
    Pointer::from_fragment(target.strip_prefix('#')?).ok()
}

/// Whether a keyword applies what it holds to the same value as its own schema.
pub fn is_in_place(keyword: &str) -> bool {
    IN_PLACE.contains(&keyword)
}

/// The keywords whose value is one schema.
const ONE: [&str; 13] = [
    "items",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contains",
    "propertyNames",
    "if",
    "then",
    "else",
    "not",
    "contentSchema",
    "additionalItems",
    "$recursiveRef",
];
/// The keywords whose value is a list of schemas.
const LIST: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// The keywords whose value is a map of schemas.
const MAP: [&str; 4] = [
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
];
/// The keywords that apply a schema to the same value as their own schema does.
const IN_PLACE: [&str; 9] = [
    "allOf",
    "anyOf",
    "oneOf",
    "if",
    "then",
    "else",
    "not",
    "dependentSchemas",
    "$ref",
];
/// The keywords below which a stricter schema may make a value right: there a rule against undeclared
/// properties would decide more than whether a property is declared.
const NEGATING: [&str; 3] = ["not", "if", "contains"];
/// The keywords that count or turn round what the schemas below them say.
const BENDING: [&str; 4] = ["not", "if", "contains", "oneOf"];
/// Keywords of OpenAPI that JSON Schema does not have (`OpenAPI 3.1 §4.8.24.2`).
const FOREIGN: [&str; 4] = ["discriminator", "xml", "externalDocs", "example"];

/// The schema at a place of the contract, by itself.
///
/// With `closed`, undeclared properties are forbidden as the module says.
pub fn bundle(
    contract: &Contract,
    pointer: &Pointer,
    direction: Direction,
    closed: bool,
) -> Bundle {
    let mut bundler = Bundler {
        document: contract.document(),
        direction,
        names: BTreeMap::new(),
        taken: BTreeSet::new(),
        queue: Vec::new(),
        injected: BTreeSet::new(),
        forbidden: BTreeSet::new(),
        bends: false,
        base: (Pointer::root(), pointer.clone()),
    };
    let nothing = BTreeSet::new();
    let mut origins = vec![(Pointer::root(), pointer.clone())];
    let schema = pointer
        .lookup(contract.document())
        .unwrap_or(&Value::Bool(true));
    let position = Position {
        outermost: closed,
        closing: closed,
        marks: &nothing,
        depth: 0,
    };
    let mut root = bundler.rewrite(schema, &Pointer::root(), position);
    let mut definitions = Map::new();
    let defs = Pointer::root().join("$defs");
    let mut next = 0;
    while let Some((name, target)) = bundler.queue.get(next).cloned() {
        let place = defs.join(&name);
        let schema = target
            .pointer
            .lookup(contract.document())
            .unwrap_or(&Value::Bool(true));
        bundler.base = (place.clone(), target.pointer.clone());
        let position = Position {
            outermost: target.outermost,
            closing: target.closing,
            marks: &target.marks,
            depth: 0,
        };
        let rewritten = bundler.rewrite(schema, &place, position);
        definitions.insert(name, rewritten);
        origins.push((place, target.pointer));
        next += 1;
    }
    definitions.sort_keys();
    if !definitions.is_empty() {
        if let Value::Bool(_) = root {
            root = Value::Object(Map::new());
        }
        if let Value::Object(map) = &mut root {
            map.insert("$defs".to_owned(), Value::Object(definitions));
        }
    }
    let forbidden = std::mem::take(&mut bundler.forbidden);
    let mut bundle = Bundle {
        document: root,
        origins,
        injected: std::mem::take(&mut bundler.injected),
        bends: bundler.bends,
        forbidden: BTreeMap::new(),
        direction,
    };
    let told = forbidden.into_iter().map(|place| {
        let said = bundler.place_of_mark(bundle.origin(&place));
        (place, said)
    });
    bundle.forbidden = told.collect();
    bundle
}

impl Bundle {
    /// The place in the contract that a place in the bundle comes from.
    pub fn origin(&self, place: &Pointer) -> Pointer {
        let mut best: Option<(&Pointer, &Pointer)> = None;
        for (prefix, origin) in &self.origins {
            let longer = best.is_none_or(|(held, _)| prefix.as_str().len() >= held.as_str().len());
            if longer && prefix.contains(place) {
                best = Some((prefix, origin));
            }
        }
        let found = best.and_then(|(prefix, origin)| Some(origin.append(&place.within(prefix)?)));
        found.unwrap_or_else(|| place.clone())
    }

    /// Whether a rule against undeclared properties was put at this place by us.
    pub fn is_injected(&self, place: &Pointer) -> bool {
        self.injected.contains(place)
    }

    /// The keyword by which a property at this place must not go this way, and where the contract says
    /// so, when it does.
    pub fn forbidding_mark(&self, place: &Pointer) -> Option<(&'static str, &Pointer)> {
        let said = self.forbidden.get(place)?;
        Some((self.direction.forbidden_mark()?, said))
    }

    /// The same schema without our rules against undeclared properties.
    pub fn opened(&self) -> Value {
        let mut document = self.document.clone();
        for place in &self.injected {
            let parent = place.parent().unwrap_or_else(Pointer::root);
            if let Some(Value::Object(map)) = document.pointer_mut(parent.as_str()) {
                map.shift_remove("unevaluatedProperties");
            }
        }
        document
    }
}

struct Bundler<'c> {
    document: &'c Value,
    direction: Direction,
    /// What is referred to, with its name under `$defs`.
    names: BTreeMap<Target, String>,
    taken: BTreeSet<String>,
    queue: Vec<(String, Target)>,
    injected: BTreeSet<Pointer>,
    forbidden: BTreeSet<Pointer>,
    bends: bool,
    /// The schema that is being rewritten: its place in the bundle, and in the contract.
    base: (Pointer, Pointer),
}

/// A shared schema as it is referred to: the same one may be needed in several forms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    pointer: Pointer,
    outermost: bool,
    closing: bool,
    marks: BTreeSet<String>,
}

/// Where a schema stands that is rewritten.
#[derive(Debug, Clone, Copy)]
struct Position<'m> {
    /// No other schema looks at the same value from outside, so that a rule against undeclared
    /// properties sees all declarations.
    outermost: bool,
    /// Rules against undeclared properties are wanted below.
    closing: bool,
    /// The properties of the value that must not go in this direction, as schemas further out say.
    marks: &'m BTreeSet<String>,
    depth: usize,
}

impl Bundler<'_> {
    /// A copy of a schema with its references turned to `$defs`.
    fn rewrite(&mut self, schema: &Value, place: &Pointer, at: Position<'_>) -> Value {
        let Value::Object(map) = schema else {
            return schema.clone();
        };
        if at.depth > DEPTH_MAX {
            return Value::Bool(true);
        }
        if at.outermost && *place != self.base.0 && self.is_moved(schema) {
            return self.moved(place, at);
        }
        let mut marks = at.marks.clone();
        self.collect_marks(schema, &mut marks, &mut BTreeSet::new());
        let below = Position {
            marks: &marks,
            depth: at.depth + 1,
            ..at
        };
        // What it refers to is closed there, once for all who refer to it.
        let hands_on = at.outermost && leaves_properties_to_reference(map);
        let at_reference = if hands_on {
            at
        } else {
            Position {
                outermost: false,
                ..below
            }
        };
        let mut result = Map::new();
        for (key, value) in map {
            if FOREIGN.contains(&key.as_str()) || key.starts_with("x-") {
                continue;
            }
            self.bends |= BENDING.contains(&key.as_str());
            let rewritten = match value {
                Value::String(target) if key == "$ref" => {
                    Value::String(self.refer(target, at_reference))
                }
                _ => self.rewrite_keyword(key, value, &place.join(key), below),
            };
            result.insert(key.clone(), rewritten);
        }
        if hands_on {
            return Value::Object(result);
        }
        forbid(&marks, &mut result);
        let properties = place.join("properties");
        let forbidden = marks.iter().map(|name| properties.join(name));
        self.forbidden.extend(forbidden);
        if at.outermost && self.is_closed(schema) {
            result.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
            self.injected.insert(place.join("unevaluatedProperties"));
        }
        Value::Object(result)
    }

    fn rewrite_keyword(
        &mut self,
        key: &str,
        value: &Value,
        place: &Pointer,
        at: Position<'_>,
    ) -> Value {
        let none = BTreeSet::new();
        let in_place = IN_PLACE.contains(&key);
        let closing = at.closing && !NEGATING.contains(&key);
        let marks = if in_place { at.marks } else { &none };
        let inner = Position {
            outermost: closing && !in_place,
            closing,
            marks,
            ..at
        };
        match value {
            _ if ONE.contains(&key) => self.rewrite(value, place, inner),
            Value::Array(items) if LIST.contains(&key) => {
                let items = items.iter().enumerate();
                items
                    .map(|(i, item)| self.rewrite(item, &place.index(i), inner))
                    .collect()
            }
            Value::Object(map) if MAP.contains(&key) => {
                let entries = map.iter().map(|(name, item)| {
                    (name.clone(), self.rewrite(item, &place.join(name), inner))
                });
                Value::Object(entries.collect())
            }
            _ => value.clone(),
        }
    }

    /// The reference inside the bundle for a reference inside the contract.
    fn refer(&mut self, reference: &str, at: Position<'_>) -> String {
        let Some(pointer) = reference
            .strip_prefix('#')
            .and_then(|it| Pointer::from_fragment(it).ok())
        else {
            return reference.to_owned();
        };
        self.refer_to(pointer, at)
    }

    /// The same for what it names.
    fn refer_to(&mut self, pointer: Pointer, at: Position<'_>) -> String {
        let target = Target {
            pointer,
            outermost: at.outermost,
            closing: at.closing,
            marks: at.marks.clone(),
        };
        if let Some(name) = self.names.get(&target) {
            return reference_to(name);
        }
        let base = target
            .pointer
            .last()
            .map_or_else(|| "root".to_owned(), Into::into);
        let mut name = base.clone();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{base}{number}");
            number += 1;
        }
        self.names.insert(target.clone(), name.clone());
        self.queue.push((name.clone(), target));
        reference_to(&name)
    }

    /// The schemas that another one makes hold for the same value: by reference and by `allOf`.
    fn parts_in_place<'s>(
        &'s self,
        schema: &'s Value,
        seen: &mut BTreeSet<Pointer>,
    ) -> Vec<&'s Value> {
        let all = schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let referred = schema
            .get("$ref")
            .and_then(|reference| self.target(reference));
        let referred = referred.filter(|(pointer, _)| seen.insert(pointer.clone()));
        all.chain(referred.map(|(_, target)| target)).collect()
    }

    fn target(&self, reference: &Value) -> Option<(Pointer, &Value)> {
        let pointer = Pointer::from_fragment(reference.as_str()?.strip_prefix('#')?).ok()?;
        let value = pointer.lookup(self.document)?;
        Some((pointer, value))
    }
}

fn reference_to(name: &str) -> String {
    let mut pointer = Pointer::root().join("$defs");
    pointer.push(name);
    format!("#{}", pointer.to_fragment())
}
