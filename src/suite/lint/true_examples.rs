//! Whether each example of the contract satisfies the schema that it is an example of.
//!
//! Looked at are the examples of bodies, parameters and headers, and those inside of shared schemas.
//! Examples that are values of files (`externalValue`) or texts of another media type are left alone.

use serde_json::Value;

use super::ContractRule;
use crate::contract::export::{Holds, holds};
use crate::contract::{Contract, Direction, SchemaUse};
use crate::json::Pointer;
use crate::problem::{Problem, ProblemCode};

pub(super) const RULE: ContractRule = ContractRule {
    id: "true-examples",
    summary: "Whether each example of the contract satisfies the schema that it is an example of.",
    examine,
};

/// How many examples are judged; to judge one its schema has to be compiled.
const EXAMPLES_MAX: usize = 20_000;
/// How deep schemas are looked into.
const DEPTH_MAX: usize = 100;
/// How many violations of one example are told.
const VIOLATIONS_MAX: usize = 3;

fn examine(contract: &Contract) -> Vec<Problem> {
    let mut judge = Examiner {
        contract,
        left: EXAMPLES_MAX,
        problems: Vec::new(),
    };
    for operation in &contract.operations {
        for parameter in &operation.parameters {
            if let Some(schema) = &parameter.schema {
                judge.owner(&parameter.pointer, schema);
            }
        }
        let bodies = operation.request_body.iter().flat_map(|it| &it.content);
        let answers = operation.responses.iter().flat_map(|it| &it.content);
        for content in bodies.chain(answers) {
            let media_type = content.range.as_media_type();
            let is_json = media_type.is_some_and(|it| it.is_json());
            if let Some(schema) = content.schema.as_ref().filter(|_| is_json) {
                judge.owner(&content.pointer, schema);
            }
        }
        for header in operation.responses.iter().flat_map(|it| &it.headers) {
            if let Some(schema) = &header.schema {
                judge.owner(&header.pointer, schema);
            }
        }
        for schema in operation.schema_uses() {
            judge.inside(&schema.pointer, schema.direction, 0);
        }
    }
    for (_, pointer) in &contract.schemas {
        judge.inside(pointer, Direction::Neutral, 0);
    }
    judge
        .problems
        .sort_by(|left, right| left.location.cmp(&right.location));
    judge.problems.dedup();
    judge.problems
}

struct Examiner<'c> {
    contract: &'c Contract,
    left: usize,
    problems: Vec<Problem>,
}

impl Examiner<'_> {
    /// The examples of a parameter, a header or a body, which stand beside its schema.
    fn owner(&mut self, owner: &Pointer, schema: &SchemaUse) {
        let Some(Value::Object(map)) = owner.lookup(self.contract.document()) else {
            return;
        };
        if let Some(value) = map.get("example") {
            self.one(&owner.join("example"), value, schema);
        }
        let Some(Value::Object(named)) = map.get("examples") else {
            return;
        };
        let place = owner.join("examples");
        for (name, example) in named {
            // One that stands elsewhere is not this place's to judge.
            if let Some(value) = example.get("value") {
                self.one(&place.join(name).join("value"), value, schema);
            }
        }
    }

    /// The examples inside of a schema: its own, and those of the schemas that it holds.
    fn inside(&mut self, at: &Pointer, direction: Direction, depth: usize) {
        let Some(Value::Object(map)) = at.lookup(self.contract.document()) else {
            return;
        };
        if depth > DEPTH_MAX {
            return;
        }
        let schema = SchemaUse::new(at.clone(), direction);
        if let Some(value) = map.get("example") {
            self.one(&at.join("example"), value, &schema);
        }
        if let Some(Value::Array(values)) = map.get("examples") {
            for (index, value) in values.iter().enumerate() {
                self.one(&at.join("examples").index(index), value, &schema);
            }
        }
        for (keyword, value) in map {
            let place = at.join(keyword);
            match (holds(keyword), value) {
                // What is below these need not hold for the value.
                _ if ["not", "if", "contains"].contains(&keyword.as_str()) => {}
                (Some(Holds::One), _) => self.inside(&place, Direction::Neutral, depth + 1),
                (Some(Holds::List), Value::Array(items)) => {
                    for index in 0..items.len() {
                        self.inside(&place.index(index), Direction::Neutral, depth + 1);
                    }
                }
                (Some(Holds::Map), Value::Object(items)) => {
                    for name in items.keys() {
                        self.inside(&place.join(name), Direction::Neutral, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn one(&mut self, at: &Pointer, value: &Value, schema: &SchemaUse) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let Ok(judge) = schema.judge(self.contract) else {
            return;
        };
        let judgement = judge.examine(value);
        for judged in judgement.violations.into_iter().take(VIOLATIONS_MAX) {
            let violation = judged.violation;
            let place = at.append(&violation.instance);
            let message = format!("the example breaks its schema: {}", violation.message);
            self.problems.push(
                Problem::new(
                    ProblemCode::BrokenExample,
                    self.contract.location(&place),
                    message,
                )
                .with_also(self.contract.location(&judged.place), "the schema says so")
                .with_help("mend the example, or the schema"),
            );
        }
    }
}
