//! Which schemas get a rule against undeclared properties: the outermost ones that declare some, or, where
//! all they say of properties is a reference, what they refer to. So it is told where the others are
//! declared, and compiled once however many refer to it.
//!
//! The validator follows such a rule through all that looks at the same value, and compiles what stands
//! there once more. So those that are put together of others are moved to `$defs`, of which each is compiled
//! once: left in place, they would be compiled for each way that leads to them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Bundler, IN_PLACE, Position, is_in_place};
use crate::json::Pointer;

impl Bundler<'_> {
    /// Whether a schema that no other one completes means all properties there are.
    pub(super) fn is_closed(&self, schema: &Value) -> bool {
        let says_itself = ["additionalProperties", "unevaluatedProperties"];
        !says_itself.iter().any(|key| schema.get(key).is_some())
            && self.declares_properties(schema, &mut BTreeSet::new())
            && !self.has_heirs(schema, &mut BTreeSet::new())
    }

    /// Whether a schema inside another one is moved to a place of its own.
    pub(super) fn is_moved(&self, schema: &Value) -> bool {
        let Value::Object(map) = schema else {
            return false;
        };
        map.keys().any(|key| is_in_place(key))
            && !leaves_properties_to_reference(map)
            && self.is_closed(schema)
    }

    /// What stands in the place of a schema that is moved.
    pub(super) fn moved(&mut self, place: &Pointer, at: Position<'_>) -> Value {
        let (prefix, origin) = &self.base;
        let inside = place.within(prefix).unwrap_or_else(Pointer::root);
        let pointer = origin.append(&inside);
        let reference = Value::String(self.refer_to(pointer, at));
        Value::Object(Map::from_iter([("$ref".to_owned(), reference)]))
    }

    /// Whether a schema is the base of others that it does not name: it has a discriminator and no
    /// alternatives (`OpenAPI 3.1 §4.8.25`). Its values are of those, and have their properties.
    fn has_heirs(&self, schema: &Value, seen: &mut BTreeSet<Pointer>) -> bool {
        let names_them = ["oneOf", "anyOf"]
            .iter()
            .any(|key| schema.get(key).is_some());
        let own = schema.get("discriminator").is_some() && !names_them;
        // Who adds to a base by `allOf` is an heir, and closed.
        let referred = schema
            .get("$ref")
            .and_then(|reference| self.target(reference));
        own || referred
            .is_some_and(|(pointer, target)| seen.insert(pointer) && self.has_heirs(target, seen))
    }

    /// Whether a schema, with all that looks at the same value, names properties.
    fn declares_properties(&self, schema: &Value, seen: &mut BTreeSet<Pointer>) -> bool {
        let Value::Object(map) = schema else {
            return false;
        };
        IN_PLACE
            .iter()
            .chain(&["properties", "patternProperties"])
            .any(|key| match (*key, map.get(*key)) {
                (_, None) | ("not", _) => false,
                ("properties" | "patternProperties", Some(named)) => {
                    named.as_object().is_some_and(|named| !named.is_empty())
                }
                ("$ref", Some(reference)) => {
                    self.target(reference).is_some_and(|(pointer, target)| {
                        seen.insert(pointer) && self.declares_properties(target, seen)
                    })
                }
                (_, Some(Value::Array(items))) => items
                    .iter()
                    .any(|item| self.declares_properties(item, seen)),
                ("dependentSchemas", Some(Value::Object(items))) => items
                    .values()
                    .any(|item| self.declares_properties(item, seen)),
                (_, Some(item)) => self.declares_properties(item, seen),
            })
    }
}

/// Whether what a schema says of the properties of its value is all in what it refers to.
pub(super) fn leaves_properties_to_reference(schema: &Map<String, Value>) -> bool {
    let names_some = |key: &str| {
        let of_properties = matches!(
            key,
            "properties"
                | "patternProperties"
                | "additionalProperties"
                | "unevaluatedProperties"
                | "required"
                | "dependentRequired"
                | "discriminator"
        );
        of_properties || is_in_place(key) && key != "$ref"
    };
    schema.contains_key("$ref") && !schema.keys().any(|key| names_some(key))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use serde_json::json;

    use crate::contract::tests::contract;
    use crate::contract::{Direction, SchemaUse, export};
    use crate::json::Pointer;

    fn component(name: &str) -> Pointer {
        Pointer::root()
            .join("components")
            .join("schemas")
            .join(name)
    }

    /// Where undeclared properties of a value are told.
    fn undeclared(schemas: &str, value: &serde_json::Value) -> Vec<String> {
        let contract = contract(schemas);
        let schema = SchemaUse::new(component("A"), Direction::Response);
        let judge = schema.judge(&contract).expect("a schema");
        let told = judge.examine(value);
        assert!(told.violations.is_empty());
        let places = told.undeclared.iter();
        places.map(|it| it.place.to_string()).collect()
    }

    #[test]
    fn what_all_refer_to_is_closed_once_at_its_own_place() {
        let schemas = r"
    A: {type: object, properties: {one: {$ref: '#/components/schemas/B'}, two: {$ref: '#/components/schemas/B', description: d}}}
    B: {type: object, properties: {x: {}}}
";
        let value = json!({"one": {"x": 1, "y": 2}, "two": {"z": 3}});
        let place = "/components/schemas/B/unevaluatedProperties";
        assert_eq!(undeclared(schemas, &value), [place, place]);
    }

    #[test]
    fn what_is_completed_where_it_is_referred_to_is_closed_there() {
        let schemas = r"
    A: {type: object, properties: {one: {$ref: '#/components/schemas/B', properties: {y: {}}}}, allOf: [{$ref: '#/components/schemas/C'}]}
    B: {type: object, properties: {x: {}}}
    C: {type: object, properties: {c: {}}}
";
        let value = json!({"one": {"x": 1, "y": 2, "z": 3}, "c": 4, "d": 5});
        let places = undeclared(schemas, &value);
        let expected = [
            "/components/schemas/A/unevaluatedProperties",
            "/components/schemas/A/properties/one/unevaluatedProperties",
        ];
        assert_eq!(places, expected);
    }

    #[test]
    fn what_is_open_stays_open_to_those_who_refer_to_it() {
        let schemas = r"
    A:
      type: object
      properties:
        one: {$ref: '#/components/schemas/B'}
        two: {$ref: '#/components/schemas/C'}
        three: {$ref: '#/components/schemas/D', discriminator: {propertyName: k}}
    B: {type: object, properties: {x: {}}, additionalProperties: true}
    C: {type: object, discriminator: {propertyName: k}, properties: {k: {}}}
    D: {type: object, properties: {k: {}}}
";
        let value = json!({"one": {"y": 2}, "two": {"z": 3}, "three": {"z": 3}});
        assert_eq!(undeclared(schemas, &value), [""; 0]);
    }

    /// Compiling them at each reference took time and memory that grew with the factorial of their number.
    #[test]
    fn schemas_that_refer_to_each_other_are_closed_once_each() {
        let count = 12;
        let mut schemas = String::new();
        for index in 0..count {
            let member = |it: usize| format!("p{it}: {{$ref: '#/components/schemas/S{it}'}}");
            let members: Vec<String> = (0..count).map(member).collect();
            let members = members.join(", ");
            writeln!(
                schemas,
                "    S{index}: {{properties: {{{members}}}, anyOf: [{{properties: {{q: {{$ref: '#/components/schemas/S0'}}}}}}]}}"
            )
            .expect("a String can always be written to");
        }
        let contract = contract(&schemas);
        let bundle = export::bundle(&contract, &component("S0"), Direction::Response, true);
        let closed = bundle.document.to_string();
        // The root, and each under `$defs`.
        assert_eq!(closed.matches("unevaluatedProperties").count(), 1 + count);
    }

    /// Left in place, what is inside of them would be compiled for each way that leads to it.
    #[test]
    fn what_is_put_together_of_others_is_compiled_once() {
        let nullable = "{oneOf: [{$ref: '#/components/schemas/A'}, {type: 'null'}]}";
        let schemas = format!(
            "    A: {{allOf: [{{properties: {{a: {nullable}, b: {{items: {nullable}, additionalProperties: {nullable}}}}}}}]}}\n"
        );
        let contract = contract(&schemas);
        let bundle = export::bundle(&contract, &component("A"), Direction::Response, true);
        assert_eq!(bundle.injected.len(), 4);
        for place in &bundle.injected {
            let schema = place.parent().expect("a keyword stands in a schema");
            assert!(
                schema.tokens().count() == 0
                    || schema.tokens().count() == 2 && schema.to_string().starts_with("/$defs/"),
                "{place}"
            );
        }
        let value = json!({"a": {"x": 1}, "b": [{"y": 2}], "z": 3});
        let places = undeclared(&schemas, &value);
        let places: Vec<&str> = places
            .iter()
            .map(|it| it.trim_start_matches("/components/schemas/A"))
            .collect();
        let expected = [
            "/unevaluatedProperties",
            "/allOf/0/properties/a/unevaluatedProperties",
            "/allOf/0/properties/b/items/unevaluatedProperties",
        ];
        assert_eq!(places, expected);
    }
}
