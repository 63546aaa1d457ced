//! Whether what a request takes from elsewhere can be of the type that the contract asks for.

use super::Rule;
use super::reading::Reader;
use crate::contract::{Contract, Operation, Spot, Types};
use crate::http::MediaType;
use crate::json::Pointer;
use crate::problem::{Problem, ProblemCode};
use crate::scenario::{Argument, Body, Call, Expression, Payload, Root, Step, Target};
use crate::source::Location;
use crate::suite::Api;

pub(super) const RULE: Rule = Rule {
    id: "agreeing-types",
    summary: "Whether what a request takes from elsewhere can be of the type that the contract asks for.",
    examine,
};

/// How deep values are looked into.
const DEPTH_MAX: usize = 128;

fn examine(api: &Api) -> Vec<Problem> {
    let mut problems = Vec::new();
    for scenario in &api.scenarios {
        let reader = Reader { api, scenario };
        // What breaks the contract on purpose may do so in any way.
        for step in scenario.steps.iter().filter(|it| !it.invalid_request) {
            // A request of inputs alone is judged as a whole, with their defaults.
            let is_input = |it: &Expression| matches!(it.root, Root::Input(_));
            if !super::sent(step).iter().all(|(it, _)| is_input(it)) {
                of_step(&reader, step, &mut problems);
            }
        }
    }
    problems
}

fn of_step(reader: &Reader<'_>, step: &Step, problems: &mut Vec<Problem>) {
    let Call::Operation {
        arguments, body, ..
    } = &step.call
    else {
        return;
    };
    let Some((contract, operation)) = step.call.operation() else {
        return;
    };
    for argument in arguments {
        of_argument(reader, (contract, operation), argument, problems);
    }
    if let Some(body) = body {
        of_body(reader, (contract, operation), body, problems);
    }
}

fn of_argument(
    reader: &Reader<'_>,
    (contract, operation): (&Contract, &Operation),
    argument: &Argument,
    problems: &mut Vec<Problem>,
) {
    let Payload::Expression(expression) = &argument.value else {
        return;
    };
    let parameter = operation.parameter(&argument.name, argument.place);
    let schema = parameter.and_then(|it| it.schema.as_ref());
    let Some((parameter, schema)) = parameter.zip(schema) else {
        return;
    };
    let given = reader.read(expression).types();
    let root = schema.outline(contract).root();
    // In a URL or a header everything that is no array and no object is a text.
    let structured = Types::ARRAY.or(Types::OBJECT);
    let mut wanted = root.types();
    if wanted.holds(Types::STRING) || given.holds(Types::STRING) {
        wanted = wanted.or(Types::ALL.without(structured).without(Types::NULL));
    }
    let what = format!(
        "the {} parameter `{}`",
        argument.place.as_str(),
        parameter.name
    );
    let place = root.place().unwrap_or_else(|| parameter.pointer.clone());
    let place = (contract, &place);
    complain(
        (given, wanted),
        (expression, &argument.location),
        &what,
        place,
        problems,
    );
}

fn of_body(
    reader: &Reader<'_>,
    (contract, operation): (&Contract, &Operation),
    body: &Body,
    problems: &mut Vec<Problem>,
) {
    let media_type = MediaType::parse(&body.content_type).ok();
    let documented = media_type
        .as_ref()
        .filter(|it| it.is_json())
        .and_then(|media_type| {
            let request_body = operation.request_body.as_ref()?;
            request_body.content_for(media_type)?.schema.as_ref()
        });
    let Some(schema) = documented else {
        return;
    };
    let root = schema.outline(contract).root();
    let mut holes = Vec::new();
    collect(&body.payload, &Pointer::root(), 0, &mut holes);
    for replacement in &body.replacements {
        // Where a query finds its place is known only when the payload is filled.
        if let Target::Pointer(target) = &replacement.target {
            collect(&replacement.value, target, 0, &mut holes);
        }
    }
    for (at, payload) in holes {
        // A place that is not declared is told when the request is judged.
        let Ok(spot) = root.at(&at) else { continue };
        of_hole(reader, (contract, &spot), (&at, payload), body, problems);
    }
}

fn of_hole(
    reader: &Reader<'_>,
    (contract, spot): (&Contract, &Spot<'_>),
    (at, payload): (&Pointer, &Payload),
    body: &Body,
    problems: &mut Vec<Problem>,
) {
    let (expression, given) = match payload {
        Payload::Expression(expression) => (expression, reader.read(expression).types()),
        Payload::Template(template) => match template.expressions().next() {
            Some(expression) => (expression, Types::STRING),
            None => return,
        },
        _ => return,
    };
    let what = match at.as_str() {
        "" => "the body".to_owned(),
        at => format!("{at} of the body"),
    };
    let Some(place) = spot.place() else { return };
    let types = (given, spot.types());
    let told = (expression, &body.location);
    complain(types, told, &what, (contract, &place), problems);
}

/// The values of a body that are read when it is sent, with their places.
pub(super) fn collect<'p>(
    payload: &'p Payload,
    at: &Pointer,
    depth: usize,
    holes: &mut Vec<(Pointer, &'p Payload)>,
) {
    if depth > DEPTH_MAX {
        return;
    }
    match payload {
        Payload::Literal(_) | Payload::File(_) => {}
        Payload::Expression(_) | Payload::Template(_) => holes.push((at.clone(), payload)),
        Payload::Object(fields) => {
            for (name, field) in fields {
                collect(field, &at.join(name), depth + 1, holes);
            }
        }
        Payload::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &at.index(index), depth + 1, holes);
            }
        }
    }
}

fn complain(
    (given, wanted): (Types, Types),
    (expression, place): (&Expression, &Location),
    what: &str,
    (contract, origin): (&Contract, &Pointer),
    problems: &mut Vec<Problem>,
) {
    if given.holds(wanted) || given == Types::NONE || wanted == Types::NONE {
        return;
    }
    let text = expression.as_str();
    let at = place.of(text).unwrap_or_else(|| place.clone());
    let message = format!("{what} takes {wanted}, and `{text}` gives {given}");
    problems.push(
        Problem::new(ProblemCode::TypeMismatch, at, message)
            .with_also(contract.location(origin), "the contract says so")
            .with_help("read another value, or say `x-countersign: {request: invalid}`"),
    );
}
