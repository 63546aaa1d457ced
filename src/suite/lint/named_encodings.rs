//! Whether each encoding of a form is that of a property (`OpenAPI 3.1 §4.8.14.1`): one of another name
//! is never used, and the field that was meant is written in the usual way.

use serde_json::Value;

use super::ContractRule;
use crate::contract::{Contract, Direction, Encoding, Outline, SchemaUse};
use crate::diff::nearest;
use crate::json::Pointer;
use crate::problem::{Problem, ProblemCode};

pub(super) const RULE: ContractRule = ContractRule {
    id: "named-encodings",
    summary: "Whether each encoding of a form is that of a property.",
    examine,
};

fn examine(contract: &Contract) -> Vec<Problem> {
    let mut problems = Vec::new();
    for operation in &contract.operations {
        let bodies = operation.request_body.iter().flat_map(|it| &it.content);
        let answers = operation.responses.iter().flat_map(|it| &it.content);
        for content in bodies.chain(answers) {
            let described = (content.schema.as_ref(), content.encodings.as_slice());
            problems.extend(of(contract, &content.pointer, described));
        }
        for parameter in &operation.parameters {
            let described = (parameter.schema.as_ref(), parameter.encodings.as_slice());
            let held = parameter.pointer.join("content");
            let media_types = held.lookup(contract.document()).and_then(Value::as_object);
            let name = media_types.and_then(|it| it.keys().next());
            let place = name.map_or(parameter.pointer.clone(), |it| held.join(it));
            problems.extend(of(contract, &place, described));
        }
    }
    problems.sort_by(|left, right| left.location.cmp(&right.location));
    problems.dedup();
    problems
}

/// What is said of the encodings at a place, which are of the values of a schema.
fn of(
    contract: &Contract,
    place: &Pointer,
    (schema, encodings): (Option<&SchemaUse>, &[Encoding]),
) -> Vec<Problem> {
    let Some(schema) = schema.filter(|_| !encodings.is_empty()) else {
        return Vec::new();
    };
    // A property that may not be sent is one all the same.
    let outline = Outline::new(contract, &schema.pointer, Direction::Neutral);
    let whole = outline.root();
    let missing = encodings.iter().filter_map(|it| {
        let miss = whole.child(&it.field).err()?;
        let at = place.join("encoding").join(&it.field);
        let message = format!(
            "the encoding `{}` names no property of the schema",
            it.field
        );
        let declared = miss.declared.iter().map(String::as_str);
        let help = match nearest(&it.field, declared) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name a property, or take the encoding away".to_owned(),
        };
        let problem = Problem::new(
            ProblemCode::UnknownReference,
            contract.location(&at),
            message,
        );
        let schema = contract.location(&miss.place);
        let problem = problem.with_also(schema, "the schema of the form");
        Some(problem.with_help(help).as_warning())
    });
    missing.collect()
}
