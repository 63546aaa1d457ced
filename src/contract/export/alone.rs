//! A schema by itself, without those that it refers to: whether it is one can be known of each alone, in
//! time that grows with the contract. Compiled with all that it refers to, each takes as long as all.

use serde_json::{Map, Value};

use super::{DEPTH_MAX, FOREIGN, Holds, holds};
use crate::contract::Contract;
use crate::json::Pointer;
use crate::schema::{CompileError, Schema};

/// The keywords that refer to other schemas, and those that name a schema for them.
const REFERRING: [&str; 6] = [
    "$ref",
    "$dynamicRef",
    "$id",
    "$anchor",
    "$dynamicAnchor",
    "$schema",
];

/// Compiles the schema at a place of the contract, as if all that it refers to took any value.
///
/// # Errors
/// When it is no schema; the keyword is a place in the contract.
pub fn compile_alone(contract: &Contract, pointer: &Pointer) -> Result<(), CompileError> {
    let schema = pointer.lookup(contract.document());
    let alone = rewrite(schema.unwrap_or(&Value::Bool(true)), 0);
    Schema::compile(&alone)
        .map(|_| ())
        .map_err(|error| CompileError {
            keyword: pointer.append(&error.keyword),
            ..error
        })
}

fn rewrite(schema: &Value, depth: usize) -> Value {
    let Value::Object(map) = schema else {
        return schema.clone();
    };
    if depth > DEPTH_MAX {
        return Value::Bool(true);
    }
    let mut alone = Map::new();
    for (keyword, value) in map {
        let known = FOREIGN.iter().chain(&REFERRING);
        if known.clone().any(|it| it == keyword) || keyword.starts_with("x-") {
            continue;
        }
        let inner = |value: &Value| rewrite(value, depth + 1);
        let value = match (holds(keyword), value) {
            (Some(Holds::One), value) => inner(value),
            (Some(Holds::List), Value::Array(items)) => items.iter().map(inner).collect(),
            (Some(Holds::Map), Value::Object(items)) => {
                let items = items.iter().map(|(name, it)| (name.clone(), inner(it)));
                Value::Object(items.collect())
            }
            (_, value) => value.clone(),
        };
        alone.insert(keyword.clone(), value);
    }
    Value::Object(alone)
}
