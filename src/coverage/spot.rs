//! A schema of the contract: where it stands, and what stands there, looked for once.

use serde_json::{Map, Value};

use crate::contract::export::reference;
use crate::json::Pointer;

/// A schema and its place.
#[derive(Debug, Clone)]
pub(super) struct Spot<'c> {
    pub(super) pointer: Pointer,
    /// None where nothing stands.
    pub(super) schema: Option<&'c Value>,
}

impl<'c> Spot<'c> {
    pub(super) fn find(pointer: Pointer, document: &'c Value) -> Self {
        let schema = pointer.lookup(document);
        Self { pointer, schema }
    }

    /// What a keyword, or a name within one, holds.
    pub(super) fn join(&self, token: &str) -> Self {
        Self {
            pointer: self.pointer.join(token),
            schema: self.schema.and_then(|it| it.get(token)),
        }
    }

    /// One of a list.
    pub(super) fn index(&self, index: usize) -> Self {
        Self {
            pointer: self.pointer.index(index),
            schema: self.schema.and_then(|it| it.get(index)),
        }
    }

    /// The keywords; none of a schema that is `true`, `false` or not there.
    pub(super) fn keywords(&self) -> Option<&'c Map<String, Value>> {
        self.schema.and_then(Value::as_object)
    }

    /// The schema that this one refers to.
    pub(super) fn reference(&self, document: &'c Value) -> Option<Self> {
        let target = self.keywords().and_then(reference)?;
        Some(Self::find(target, document))
    }

    /// The schemas that hold together with this one: that which it refers to, and those of `allOf`.
    pub(super) fn together(&self, document: &'c Value) -> Vec<Self> {
        let all = self.keywords().and_then(|it| it.get("allOf")?.as_array());
        let all = (0..all.map_or(0, Vec::len)).map(|place| self.join("allOf").index(place));
        self.reference(document).into_iter().chain(all).collect()
    }
}

/// The members that a schema itself requires.
pub(super) fn required(keywords: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let names = keywords.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str)
}
