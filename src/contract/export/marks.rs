//! Properties that go one way only: `readOnly` and `writeOnly` (`OpenAPI 3.1 §4.8.24`).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Bundler, DEPTH_MAX};
use crate::json::Pointer;

impl Bundler<'_> {
    /// The properties of a value that must not go in this direction, as a schema says with all that
    /// looks at the same value.
    pub(super) fn collect_marks(
        &self,
        schema: &Value,
        marks: &mut BTreeSet<String>,
        seen: &mut BTreeSet<Pointer>,
    ) {
        let Some(mark) = self.direction.forbidden_mark() else {
            return;
        };
        if let Some(Value::Object(properties)) = schema.get("properties") {
            let marked = properties
                .iter()
                .filter(|(_, it)| self.has_mark(it, mark, &mut BTreeSet::new(), 0));
            marks.extend(marked.map(|(name, _)| name.clone()));
        }
        for part in self.parts_in_place(schema, seen) {
            self.collect_marks(part, marks, seen);
        }
    }

    /// Each schema that is referred to is looked at once, however many ways lead to it.
    fn has_mark(
        &self,
        schema: &Value,
        mark: &str,
        seen: &mut BTreeSet<Pointer>,
        depth: usize,
    ) -> bool {
        if schema.get(mark).and_then(Value::as_bool) == Some(true) {
            return true;
        }
        let parts = self.parts_in_place(schema, seen);
        depth < DEPTH_MAX
            && parts
                .into_iter()
                .any(|part| self.has_mark(part, mark, seen, depth + 1))
    }

    /// Where it is said of the schema at a place that it must not go this way; the place itself where
    /// another one says so.
    pub(super) fn place_of_mark(&self, place: Pointer) -> Pointer {
        let Some(mark) = self.direction.forbidden_mark() else {
            return place;
        };
        let mut at = place.clone();
        for _ in 0..DEPTH_MAX {
            let Some(schema) = at.lookup(self.document) else {
                break;
            };
            if schema.get(mark).and_then(Value::as_bool) == Some(true) {
                return at.join(mark);
            }
            match schema.get("$ref").and_then(|it| self.target(it)) {
                Some((target, _)) => at = target,
                None => break,
            }
        }
        place
    }
}

/// Forbids the properties that do not go in this direction, and demands them no longer.
pub(super) fn forbid(marks: &BTreeSet<String>, schema: &mut Map<String, Value>) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        let marked = properties
            .iter_mut()
            .filter(|(name, _)| marks.contains(*name));
        marked.for_each(|(_, value)| *value = Value::Bool(false));
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !name.as_str().is_some_and(|name| marks.contains(name)));
    }
}
