//! `undeclared-field`: the body holds no field that the contract does not know.

use super::{Check, Fact, Place, Subject, response_schema};
use crate::verdict::Severity;

/// See the module.
pub(super) const CHECK: Check = Check {
    id: "undeclared-field",
    summary: "the body holds no field that the contract does not declare",
    explanation: "\
An object in the body has a property that its schema neither declares nor rules out. JSON Schema \
allows such properties, and honest servers have them; but what nobody wrote down nobody keeps, and a \
field that slips out may be one that must not, such as a password.

This is a warning. Make it an error with `undeclared-field = \"error\"` under `[checks]` in \
`api.toml`. An object that is open on purpose says `additionalProperties: true`.",
    severity: Severity::Warning,
    examine,
};

fn examine(subject: &Subject<'_>) -> Vec<Fact> {
    let undeclared = &response_schema::judgement(subject).undeclared;
    undeclared
        .iter()
        .cloned()
        .map(|it| {
            let mut place = it.violation.instance.clone();
            if let Some(name) = &it.violation.property {
                place.push(name);
            }
            Fact {
                message: "the field is not declared".to_owned(),
                expected: "only declared fields".to_owned(),
                ..Fact::from_judged(it, Place::Body(place))
            }
        })
        .collect()
}
