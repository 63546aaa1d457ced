//! What would notice a mutant that nothing has noticed.

use super::derive::Rules;
use super::nature::Nature;
use super::trace::{Bond, Traces};
use super::{Kind, Mutant, Recording};
use crate::json::Pointer;

/// What would notice a mutant that survived in these recordings, those that were played.
pub fn advice(rules: &Rules, mutant: &Mutant, played: &[&Recording]) -> String {
    match mutant.kind {
        Kind::CreateSwallowed | Kind::UpdateSwallowed | Kind::DeleteSwallowed => {
            of_swallowed(rules, mutant, played)
        }
        Kind::FieldNotStored => of_field(rules, mutant, played),
        kind if mutant.is_of_message() => {
            let check = check_of(kind);
            format!(
                "`{check}` would notice; here it is no error, or waived ([checks] and [[waivers]] of api.toml)"
            )
        }
        Kind::Fault => match played.first() {
            Some(recording) => format!(
                "`{}` calls the operation; none of its criteria looks at this",
                recording.flow
            ),
            None => "no flow calls the operation".to_owned(),
        },
        Kind::AuthNotDemanded => {
            let step = step_of(mutant, played, |status| matches!(status, 401 | 403));
            format!("{step} is let through; the criterion `$statusCode == 401` would notice")
        }
        _ => of_answer(rules, mutant, played),
    }
}

/// The check that is about a wrong message of that kind.
fn check_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Undeclared => "undeclared-field",
        Kind::Status => "documented-status",
        Kind::MediaType | Kind::NoMediaType => "media-type",
        Kind::NoHeader | Kind::Header => "response-headers",
        Kind::Truncated => "body-decoding",
        _ => "response-schema",
    }
}

/// A step in words; one that calls the operation of the mutant and sees such a status.
fn step_of(mutant: &Mutant, played: &[&Recording], sees: impl Fn(u16) -> bool) -> String {
    let found = played.iter().find_map(|recording| {
        let mut own = recording.of_operation(mutant.operation);
        own.find(|it| sees(it.status())).map(|it| (recording, it))
    });
    match found {
        Some((recording, step)) => format!("step `{}` of `{}`", step.step, recording.flow),
        None => "no step".to_owned(),
    }
}

fn of_answer(rules: &Rules, mutant: &Mutant, played: &[&Recording]) -> String {
    let sees = |status| mutant.is_about(&rules.contract, mutant.operation, status);
    let step = step_of(mutant, played, sees);
    if mutant.place.is_root() {
        return format!("{step} sees it; a criterion on what it answers would notice");
    }
    let place = &mutant.place;
    format!(
        "{step} sees {place}; a criterion on {} would notice",
        expression(place)
    )
}

/// How a criterion names a place.
fn expression(place: &Pointer) -> String {
    if place.tokens().any(|it| it == "*") {
        let path: Vec<String> = place.tokens().map(|it| segment(&it)).collect();
        return format!("`${}` (jsonpath)", path.concat());
    }
    format!("`$response.body#{place}`")
}

/// A part of a place, in a query.
fn segment(token: &str) -> String {
    let is_plain = token
        .chars()
        .all(|it| it.is_ascii_alphanumeric() || it == '_');
    match token {
        "*" => "[*]".to_owned(),
        name if is_plain => format!(".{name}"),
        name => format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'")),
    }
}

fn of_field(rules: &Rules, mutant: &Mutant, played: &[&Recording]) -> String {
    let name = mutant.place.last().unwrap_or_default().into_owned();
    match later_read(rules, mutant, played) {
        Some((flow, step, what)) => format!(
            "send another value of `{name}` than the one that is there without it; step `{step}` of `{flow}` {what} afterwards, and a criterion on its `{name}` would notice"
        ),
        None => format!("no step reads `{name}` after `{}`", mutant.operation_id),
    }
}

fn of_swallowed(rules: &Rules, mutant: &Mutant, played: &[&Recording]) -> String {
    match later_read(rules, mutant, played) {
        Some((flow, step, what)) => format!(
            "step `{step}` of `{flow}` {what} afterwards; a criterion on what it finds would notice"
        ),
        None if reads_other(rules, mutant, played) => format!(
            "no step reads what `{}` is about afterwards",
            mutant.operation_id
        ),
        None => format!("no step reads after `{}`", mutant.operation_id),
    }
}

/// Whether a step reads something after the operation of a mutant was called with success.
fn reads_other(rules: &Rules, mutant: &Mutant, played: &[&Recording]) -> bool {
    let mut reads = played.iter().filter_map(|recording| {
        let (_, mut later) = after(mutant, recording)?;
        later.find(|it| rules.nature(recording.exchanges[*it].operation) == Nature::Read)
    });
    reads.next().is_some()
}

/// The first step that reads the same thing after the operation of a mutant was called with success, else one
/// that is about many and may hold it, else one that changes the same thing and is told how it is: flow, step
/// and what it does.
fn later_read<'r>(
    rules: &Rules,
    mutant: &Mutant,
    played: &[&'r Recording],
) -> Option<(&'r str, &'r str, &'static str)> {
    let step = |recording: &'r Recording, place: usize, what| {
        let step = recording.exchanges[place].step.as_str();
        (recording.flow.as_str(), step, what)
    };
    let reads = |is_bound: fn(Option<Bond>) -> bool| {
        played.iter().find_map(|recording| {
            let (act, mut later) = after(mutant, recording)?;
            let traces = Traces::of(rules, &recording.exchanges);
            let found = later.find(|it| {
                traces.all[*it].nature == Nature::Read && is_bound(traces.bond(act, *it))
            })?;
            Some(step(recording, found, "reads"))
        })
    };
    let tells = || {
        played.iter().find_map(|recording| {
            let (act, mut later) = after(mutant, recording)?;
            let traces = Traces::of(rules, &recording.exchanges);
            let found = later.find(|it| {
                let trace = &traces.all[*it];
                let is_other = trace.recorded.operation != mutant.operation;
                let is_it = || traces.bond(act, *it) == Some(Bond::One);
                trace.nature == Nature::Update && is_other && trace.answered.is_some() && is_it()
            })?;
            Some(step(recording, found, "is told how it is"))
        })
    };
    reads(|it| it == Some(Bond::One))
        .or_else(|| reads(|it| it.is_some()))
        .or_else(tells)
}

/// Where the operation of a mutant was first called with success, and the places of what went well later.
fn after<'r>(
    mutant: &Mutant,
    recording: &'r Recording,
) -> Option<(usize, impl Iterator<Item = usize> + use<'r>)> {
    let mut own = recording.exchanges.iter();
    let act = own.position(|it| it.operation == mutant.operation && it.is_success())?;
    let all = recording.exchanges.iter().enumerate().skip(act + 1);
    let later = all.filter(|(_, it)| it.is_success());
    Some((act, later.map(|(place, _)| place)))
}
