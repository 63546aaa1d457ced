//! Whether requests give all that the contract asks for, as far as it can be known before their values are.
//!
//! Where a request reads nothing but inputs, their defaults are put in. Where a body reads outputs, any
//! value that its place takes is put in, and only what is wrong elsewhere is told.

use serde_json::Value;

use super::agreeing_types::collect;
use super::{Rule, reading};
use crate::contract::{Contract, Direction, Judged, SchemaUse};
use crate::http::MediaType;
use crate::json::Pointer;
use crate::problem::{Problem, ProblemCode};
use crate::run::foresee_defaults;
use crate::sample::sample;
use crate::scenario::{Body, Call, Payload, Root, Step};
use crate::suite::Api;

pub(super) const RULE: Rule = Rule {
    id: "whole-requests",
    summary: "Whether requests give all that the contract asks for, whatever they read.",
    examine,
};

fn examine(api: &Api) -> Vec<Problem> {
    let mut problems = Vec::new();
    for scenario in &api.scenarios {
        // Whoever calls a workflow may give it other inputs.
        if !reading::is_called(api, scenario) {
            problems.extend(foresee_defaults(scenario));
        }
        for step in scenario.steps.iter().filter(|it| !it.invalid_request) {
            problems.extend(of_step(step));
        }
    }
    problems
}

fn of_step(step: &Step) -> Vec<Problem> {
    let Call::Operation {
        body: Some(body), ..
    } = &step.call
    else {
        return Vec::new();
    };
    let Some((contract, operation)) = step.call.operation() else {
        return Vec::new();
    };
    let media_type = MediaType::parse(&body.content_type).ok();
    let documented = media_type
        .filter(MediaType::is_json)
        .and_then(|media_type| {
            let request_body = operation.request_body.as_ref()?;
            request_body.content_for(&media_type)?.schema.as_ref()
        });
    let read = body.payload.expressions();
    let reads_more = read.iter().any(|it| !matches!(it.root, Root::Input(_)));
    let Some(schema) = documented.filter(|_| reads_more && body.replacements.is_empty()) else {
        return Vec::new();
    };
    let told = lacking(contract, schema, body)
        .unwrap_or_default()
        .into_iter();
    told.map(|judged| {
        let violation = judged.violation;
        let message = format!(
            "the request breaks the contract: the body{}: {}",
            at(&violation.instance),
            violation.message
        );
        Problem::new(ProblemCode::InvalidRequest, body.location.clone(), message)
            .with_also(contract.location(&judged.place), "the contract says so")
            .with_help("mend the body, or say `x-countersign: {request: invalid}`")
    })
    .collect()
}

fn at(instance: &Pointer) -> String {
    if instance.is_root() {
        String::new()
    } else {
        format!(" at {instance}")
    }
}

/// What is wrong with a body whatever it reads; nothing where that cannot be told.
fn lacking(contract: &Contract, schema: &SchemaUse, body: &Body) -> Option<Vec<Judged>> {
    let mut holes = Vec::new();
    collect(&body.payload, &Pointer::root(), 0, &mut holes);
    let root = schema.outline(contract).root();
    let mut value = written(&body.payload);
    for (place, _) in &holes {
        // What stands where nothing is declared is wrong whatever it is.
        let filling = match root.at(place) {
            Ok(spot) if spot.is_described() => {
                sample(contract, &SchemaUse::new(spot.place()?, Direction::Request))?
            }
            _ => Value::Null,
        };
        place.set(&mut value, filling).ok()?;
    }
    let judgement = schema.judge(contract).ok()?.examine(&value);
    // Which alternative is meant may hang on what is read.
    let hangs = ["anyOf", "oneOf", "not", "if", "contains"];
    let violations = judgement.violations;
    if violations
        .iter()
        .any(|it| hangs.contains(&it.violation.keyword_name.as_str()))
    {
        return None;
    }
    let is_elsewhere = |judged: &Judged| {
        let instance = &judged.violation.instance;
        let of_objects = judged.violation.property.is_some();
        let touches =
            |hole: &Pointer| hole.contains(instance) || (instance.contains(hole) && !of_objects);
        !holes.iter().any(|(hole, _)| touches(hole))
    };
    Some(violations.into_iter().filter(is_elsewhere).collect())
}

/// A value with nothing where something is read.
fn written(payload: &Payload) -> Value {
    match payload {
        Payload::Literal(value) => value.clone(),
        Payload::Object(fields) => {
            let fields = fields.iter().map(|(name, it)| (name.clone(), written(it)));
            Value::Object(fields.collect())
        }
        Payload::Array(items) => items.iter().map(written).collect(),
        Payload::Expression(_) | Payload::Template(_) | Payload::File(_) => Value::Null,
    }
}
