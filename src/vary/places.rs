//! The places of a request that the contract speaks of, each with the schemas that look at it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Place;
use super::proof::{Ground, media_type};
use crate::contract::{
    Contract, Direction, Parameter, ParameterPlace, RequestPart, SchemaUse, Spot, Types,
};
use crate::json::Pointer;
use crate::sample::sample;

/// How many places of one request are varied.
const PLACES_MAX: usize = 200;
/// How large a body may be whose places are varied, in bytes; of a larger one only the whole is.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// How deep places may lie.
const DEPTH_MAX: usize = 16;
/// How many values are made up for places that the request leaves empty.
const ADDED_MAX: usize = 64;

/// A place with a value.
pub(super) struct Site<'s> {
    pub(super) place: Place,
    /// The value of the whole part, with one at the place.
    pub(super) root: Arc<Value>,
    /// The schemas that look at it, with their places in the contract.
    pub(super) schemas: Vec<(Pointer, &'s Map<String, Value>)>,
    /// The types that it may be of.
    pub(super) types: Types,
    /// Whether the request has nothing there, and the value is made up.
    pub(super) is_added: bool,
    /// Whether a request without the part is wrong.
    pub(super) is_required: bool,
}

/// The places of one request.
pub(super) struct Places<'s> {
    pub(super) list: Vec<Site<'s>>,
    /// Whether there are more.
    pub(super) is_cut: bool,
}

impl Site<'_> {
    /// The value at the place.
    pub(super) fn value(&self) -> &Value {
        self.place
            .pointer
            .lookup(&self.root)
            .unwrap_or(&Value::Null)
    }

    /// Whether the part goes over the wire as a text, and where.
    pub(super) fn parameter(&self) -> Option<ParameterPlace> {
        match &self.place.part {
            RequestPart::Parameter(place, _) => Some(*place),
            RequestPart::Body => None,
        }
    }

    /// What the schemas say by a keyword, each with its place in the contract.
    pub(super) fn said<'k>(
        &'k self,
        keyword: &'k str,
    ) -> impl Iterator<Item = (Pointer, &'k Value)> {
        let schemas = self.schemas.iter();
        schemas.filter_map(move |(at, map)| Some((at.join(keyword), map.get(keyword)?)))
    }
}

/// The places of a request, parameters first.
pub(super) fn places<'s>(ground: &'s Ground<'_>) -> Places<'s> {
    let request = ground.request;
    let mut walk = Walk {
        contract: ground.contract,
        found: Places {
            list: Vec::new(),
            is_cut: false,
        },
        added: 0,
    };
    for parameter in &ground.operation.parameters {
        walk.parameter(ground, parameter);
    }
    let body = ground.operation.request_body.as_ref();
    let media_type = media_type(request);
    let content = body
        .zip(media_type)
        .and_then(|(body, it)| body.content_for(&it));
    let schema = content.and_then(|it| it.schema.as_ref());
    // Each place costs a body that is written and read again.
    let is_large = request.body.len() > BODY_BYTES_MAX;
    walk.found.is_cut |= is_large;
    let body = ground.body.clone().filter(|_| !is_large);
    if let (Some(schema), Some(value)) = (schema, body) {
        let whole = Whole {
            part: RequestPart::Body,
            root: Arc::new(value),
            schema,
            is_added: false,
            // A body that is missing is no body of a value; it is looked at as a whole.
            is_required: false,
        };
        let spot = schema.outline(ground.contract).root();
        walk.visit(&whole, &spot, &Pointer::root(), 0);
    }
    walk.found
}

/// A part of a request while its places are looked for.
struct Whole<'s> {
    part: RequestPart,
    root: Arc<Value>,
    schema: &'s SchemaUse,
    is_added: bool,
    is_required: bool,
}

struct Walk<'s> {
    contract: &'s Contract,
    found: Places<'s>,
    added: usize,
}

impl<'s> Walk<'s> {
    fn parameter(&mut self, ground: &'s Ground<'_>, parameter: &'s Parameter) {
        let Some(schema) = &parameter.schema else {
            return;
        };
        let part = RequestPart::Parameter(parameter.place, parameter.name.clone());
        let given = ground.value(&part).cloned();
        let is_added = given.is_none();
        let made = given.or_else(|| self.made(schema));
        if let Some(root) = made.map(Arc::new) {
            let whole = Whole {
                part,
                root,
                schema,
                is_added,
                is_required: parameter.required,
            };
            let spot = schema.outline(self.contract).root();
            self.visit(&whole, &spot, &Pointer::root(), 0);
        }
    }

    /// A value for a place that is empty; none where too many were made already.
    fn made(&mut self, schema: &SchemaUse) -> Option<Value> {
        if self.added >= ADDED_MAX {
            self.found.is_cut = true;
            return None;
        }
        self.added += 1;
        sample(self.contract, schema)
    }

    fn visit(&mut self, part: &Whole<'s>, spot: &Spot<'s>, pointer: &Pointer, depth: usize) {
        if self.found.list.len() >= PLACES_MAX || depth > DEPTH_MAX {
            self.found.is_cut = true;
            return;
        }
        let schemas = spot.schemas();
        let contract = schemas
            .first()
            .map_or(&part.schema.pointer, |(it, _)| it)
            .clone();
        self.found.list.push(Site {
            place: Place {
                part: part.part.clone(),
                pointer: pointer.clone(),
                contract,
            },
            root: Arc::clone(&part.root),
            schemas,
            types: spot.types(),
            is_added: part.is_added,
            is_required: part.is_required,
        });
        match pointer.lookup(&part.root) {
            Some(Value::Object(members)) => {
                for name in members.keys() {
                    if let Ok(below) = spot.child(name) {
                        self.visit(part, &below, &pointer.join(name), depth + 1);
                    }
                }
                self.visit_absent(part, (spot, members), pointer, depth);
            }
            Some(Value::Array(items)) if !items.is_empty() => {
                // The items of a list have one schema; the first stands for all.
                if let Ok(below) = spot.child("0") {
                    self.visit(part, &below, &pointer.index(0), depth + 1);
                }
            }
            _ => {}
        }
    }

    /// The members that the schemas declare and the object lacks.
    fn visit_absent(
        &mut self,
        part: &Whole<'s>,
        (spot, members): (&Spot<'s>, &Map<String, Value>),
        pointer: &Pointer,
        depth: usize,
    ) {
        // What was made up already is as full as it needs to be.
        if part.is_added {
            return;
        }
        for name in spot.names() {
            let below = spot
                .child(&name)
                .ok()
                .filter(|_| !members.contains_key(&name));
            let Some((below, place)) = below.and_then(|it| Some((it.clone(), it.place()?))) else {
                continue;
            };
            let schema = SchemaUse::new(place, Direction::Request);
            let Some(value) = self.made(&schema) else {
                continue;
            };
            let mut root = Value::clone(&part.root);
            let at = pointer.join(&name);
            let is_set = at.set(&mut root, value).is_ok();
            let judge = part.schema.judge(self.contract).ok();
            if is_set && judge.is_some_and(|it| it.is_valid(&root)) {
                let more = Whole {
                    part: part.part.clone(),
                    root: Arc::new(root),
                    schema: part.schema,
                    is_added: true,
                    is_required: part.is_required,
                };
                self.visit(&more, &below, &at, depth + 1);
            }
        }
    }
}
