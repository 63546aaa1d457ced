//! What all who use a contract share: it is found out when somebody first asks, and kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::outline::marks;
use super::{Contract, Direction, Judge, export};
use crate::json::Pointer;
use crate::schema::CompileError;

/// How many references in a row are followed.
pub(crate) const REFERENCE_CHAIN_MAX: usize = 32;

/// What was found out of one contract.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    has_secrets: OnceLock<bool>,
    /// The judges of schemas that others refer to, by the places of these schemas and by direction.
    judges: Mutex<BTreeMap<(Pointer, Direction), Arc<JudgeCell>>>,
}

/// A judge, compiled when it is first asked for; or why there is none.
pub(super) type JudgeCell = OnceLock<Result<Judge, CompileError>>;

impl Contract {
    /// Whether some schema says that its values are secret. What a schema refers to, wherever it was written,
    /// is part of the document that is looked through.
    pub fn has_secrets(&self) -> bool {
        let some = || marks::has_secrets(self.document());
        *self.shared.has_secrets.get_or_init(some)
    }

    /// Where the judge of the schema at a place is kept: the same one for all that only refer to one schema.
    pub(super) fn judge_cell(&self, pointer: &Pointer, direction: Direction) -> Arc<JudgeCell> {
        let schema = self.referred(pointer);
        if schema == *pointer {
            return Arc::default();
        }
        // A thread that panicked while it held the lock left a table that is whole.
        let judges = self.shared.judges.lock();
        let mut judges = judges.unwrap_or_else(PoisonError::into_inner);
        Arc::clone(judges.entry((schema, direction)).or_default())
    }

    /// What the judge of the schema at a place is compiled from.
    pub(super) fn judged_by(&self, pointer: &Pointer, direction: Direction) -> export::Bundle {
        export::bundle(self, &self.referred(pointer), direction, true)
    }

    /// The place of the schema itself, where the one at a place says nothing but where it stands.
    pub fn referred(&self, pointer: &Pointer) -> Pointer {
        referred(self.document(), pointer)
    }
}

fn referred(document: &Value, pointer: &Pointer) -> Pointer {
    let mut at = pointer.clone();
    for _ in 0..REFERENCE_CHAIN_MAX {
        match at.lookup(document).and_then(reference_alone) {
            Some(next) => at = next,
            None => return at,
        }
    }
    // A circle, or next to one: it has no schema itself.
    pointer.clone()
}

/// What a schema refers to that has no other keyword.
fn reference_alone(schema: &Value) -> Option<Pointer> {
    let keywords = schema.as_object().filter(|it| it.len() == 1)?;
    export::reference(keywords)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::SchemaUse;
    use crate::contract::tests::contract;
    use serde_json::json;

    const SCHEMAS: &str = r"
    Pet: {type: object, properties: {name: {type: string}}}
    Dog: {$ref: '#/components/schemas/Pet'}
    Puppy: {$ref: '#/components/schemas/Dog'}
    Named: {$ref: '#/components/schemas/Pet', required: [name]}
";

    fn using(name: &str, direction: Direction) -> SchemaUse {
        let pointer = Pointer::root().join("components").join("schemas");
        SchemaUse::new(pointer.join(name), direction)
    }

    #[test]
    fn what_only_refers_to_a_schema_shares_its_judge() {
        let contract = contract(SCHEMAS);
        let uses = ["Dog", "Puppy", "Named"].map(|it| using(it, Direction::Response));
        let judges = uses.each_ref().map(|it| it.judge(&contract).expect("one"));
        let [dog, puppy, named] = judges;
        assert!(std::ptr::eq(dog, puppy) && !std::ptr::eq(dog, named));
        assert!(dog.is_valid(&json!({})) && !named.is_valid(&json!({})));
        let asked = using("Dog", Direction::Request);
        assert!(!std::ptr::eq(dog, asked.judge(&contract).expect("one")));
    }

    #[test]
    fn what_is_not_declared_is_told_where_the_others_are_declared() {
        let contract = contract(SCHEMAS);
        let puppy = using("Puppy", Direction::Response);
        let judge = puppy.judge(&contract).expect("a judge");
        let undeclared = judge.examine(&json!({"tail": 1})).undeclared;
        let places: Vec<&str> = undeclared.iter().map(|it| it.place.as_str()).collect();
        assert_eq!(places, ["/components/schemas/Pet/unevaluatedProperties"]);
    }

    #[test]
    fn a_schema_that_forbids_the_rest_itself_tells_it_once_whoever_refers_to_it() {
        let contract = contract(
            r"
    Closed: {type: object, properties: {a: true}, unevaluatedProperties: false}
    Other: {$ref: '#/components/schemas/Closed'}
",
        );
        for name in ["Closed", "Other"] {
            let using = using(name, Direction::Response);
            let judge = using.judge(&contract).expect("a judge");
            let judgement = judge.examine(&json!({"a": 1, "b": 2}));
            let places: Vec<&str> = judgement
                .violations
                .iter()
                .map(|it| it.place.as_str())
                .collect();
            assert_eq!(places, ["/components/schemas/Closed/unevaluatedProperties"]);
            assert_eq!(judgement.undeclared, []);
        }
    }

    #[test]
    fn a_schema_that_is_none_is_told_at_its_own_place_by_all() {
        let contract =
            contract("    Odd: {pattern: '('}\n    Even: {$ref: '#/components/schemas/Odd'}\n");
        for name in ["Odd", "Even"] {
            let using = using(name, Direction::Response);
            let error = using.judge(&contract).expect_err("no pattern");
            let place = using.origin_of(&contract, error);
            assert_eq!(place.as_str(), "/components/schemas/Odd/pattern");
        }
    }

    #[test]
    fn references_in_a_circle_end() {
        let mut document =
            json!({"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}, "c": {"$ref": "#/a"}});
        let at = |name: &str| Pointer::root().join(name);
        assert_eq!(reference_alone(&document["a"]), Some(at("b")));
        assert_eq!(referred(&document, &at("a")), at("a"));
        assert_eq!(referred(&document, &at("c")), at("c"));
        assert_eq!(referred(&document, &at("missing")), at("missing"));
        document["b"] = json!(true);
        assert_eq!(referred(&document, &at("c")), at("b"));
    }
}
