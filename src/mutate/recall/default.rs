//! What a field is where nobody sends it, as far as the contract tells: its `default`.

use serde_json::Value;

use super::Recalling;
use crate::contract::{MediaContent, SchemaUse};
use crate::json::Pointer;

impl Recalling<'_> {
    /// The defaults of a field of what was sent.
    pub(super) fn defaults_sent(&self, act: usize, field: &Pointer) -> Vec<Value> {
        let operation = &self.rules.contract.operations[self.trace(act).recorded.operation];
        let body = operation.request_body.as_ref();
        body.map_or_else(Vec::new, |it| self.defaults(&it.content, field))
    }

    /// The defaults of a place of what was answered.
    pub(super) fn defaults_answered(&self, place: usize, at: &Pointer) -> Vec<Value> {
        let recorded = self.trace(place).recorded;
        let operation = &self.rules.contract.operations[recorded.operation];
        let response = operation.response(recorded.status());
        response.map_or_else(Vec::new, |it| self.defaults(&it.content, at))
    }

    fn defaults(&self, content: &[MediaContent], at: &Pointer) -> Vec<Value> {
        let schemas = content.iter().filter_map(|it| it.schema.as_ref());
        let said = |schema: &SchemaUse| -> Vec<Value> {
            let spot = schema.outline(&self.rules.contract).root().at(at);
            let said = spot.map(|it| it.said("default").into_iter().cloned().collect());
            said.unwrap_or_default()
        };
        schemas.flat_map(said).collect()
    }
}
