//! `coverage`: what of the contracts a run exercised; and how much of it is demanded.

mod missing;
mod ratchet;
mod told;

use std::collections::BTreeMap;

use super::Exit;
use super::arguments::{CoverageArguments, CoverageFormat, Minimum};
use super::records::Records;
use super::settings::Settings;
use crate::coverage::{ApiCovered, Covered};
use crate::record::Record;
use crate::report::escape_line;

pub(super) use ratchet::change;

pub(super) fn coverage(settings: &Settings, arguments: &CoverageArguments) -> Exit {
    match tell(settings, arguments) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn tell(settings: &Settings, arguments: &CoverageArguments) -> Result<Exit, Exit> {
    let record = Records::new(settings).find(&arguments.run)?;
    let covered = known(settings, &record)?;
    let covered = chosen(settings, arguments, covered)?;
    let is_demanding = !arguments.min.is_empty() || arguments.ratchet.is_some();
    if is_demanding {
        must_be_whole(settings, &record, &covered)?;
    }
    let steps = if arguments.missing {
        missing::steps(settings, arguments.remote, &covered)?
    } else {
        BTreeMap::new()
    };
    let text = match arguments.format {
        CoverageFormat::Human => told::table(&covered) + &told::holes(&covered, &steps),
        CoverageFormat::Json => told::json(&covered, &steps),
    };
    settings.console.print(&text);
    for note in told::notes(&covered) {
        settings.console.tell(&format!("note: {note}\n"));
    }
    let mut exit = demand(settings, arguments, &covered);
    if let Some(path) = &arguments.ratchet {
        let path = path.as_deref();
        exit = exit.max(ratchet::hold(settings, (path, arguments.update), &covered)?);
    }
    Ok(exit)
}

/// What a record says of coverage.
///
/// # Errors
/// With the exit code, when it says nothing; told already.
fn known<'r>(settings: &Settings, record: &'r Record) -> Result<&'r Covered, Exit> {
    record.coverage.as_ref().ok_or_else(|| {
        settings.console.tell(
            "error: the record says nothing of coverage: an earlier version wrote it, or one of its parts\n\
             help: play again\n",
        );
        Exit::Files
    })
}

/// The APIs that were asked for.
fn chosen(
    settings: &Settings,
    arguments: &CoverageArguments,
    covered: &Covered,
) -> Result<Covered, Exit> {
    let mut asked = arguments.apis.iter();
    if let Some(unknown) = asked.find(|it| !covered.apis.contains_key(*it)) {
        let known: Vec<&str> = covered.apis.keys().map(String::as_str).collect();
        let (unknown, known) = (escape_line(unknown), known.join(", "));
        let known = escape_line(&known).into_owned();
        settings.console.tell(&format!(
            "error: the run played nothing of `{unknown}`\nhelp: it played {known}\n"
        ));
        return Err(Exit::Usage);
    }
    let is_asked = |name: &String| arguments.apis.is_empty() || arguments.apis.contains(name);
    let apis = covered.apis.iter().filter(|(name, _)| is_asked(name));
    Ok(Covered {
        apis: apis.map(|(name, it)| (name.clone(), it.clone())).collect(),
    })
}

/// A part of a run covers a part, and that says nothing of the whole.
fn must_be_whole(settings: &Settings, record: &Record, covered: &Covered) -> Result<(), Exit> {
    let part = covered.apis.iter().find(|(_, it)| !it.whole);
    let (what, help) = match (record.head.shard, part) {
        (Some(shard), _) => (
            format!("it is the record of shard {shard}"),
            "`merge` joins the shards of a run".to_owned(),
        ),
        (None, Some((name, _))) => (
            format!("the run did not take every flow of {}", escape_line(name)),
            format!("play them all, as `{} run` does", settings.program()),
        ),
        (None, None) => return Ok(()),
    };
    settings.console.tell(&format!(
        "error: nothing can be demanded of a part: {what}\nhelp: {help}\n"
    ));
    Err(Exit::Usage)
}

/// Complains of every API of which less is covered than is demanded.
fn demand(settings: &Settings, arguments: &CoverageArguments, covered: &Covered) -> Exit {
    let mut exit = Exit::Ok;
    for (name, api) in &covered.apis {
        for minimum in &arguments.min {
            let Some(text) = below(api, *minimum) else {
                continue;
            };
            let (name, program) = (escape_line(name), settings.program());
            let run = escape_line(&arguments.run);
            settings.console.tell(&format!(
                "error: {name}: {text}\nhelp: `{program} coverage {run} {name} --missing` names what is missing\n"
            ));
            exit = Exit::Findings;
        }
    }
    exit
}

/// What is missing to a minimum; none when nothing is.
fn below(api: &ApiCovered, minimum: Minimum) -> Option<String> {
    let Minimum { kind, percent } = minimum;
    let count = kind.map_or_else(|| api.total(), |kind| api.count(kind));
    let wanted = count
        .total
        .saturating_mul(usize::from(percent))
        .div_ceil(100);
    let missing = wanted.checked_sub(count.covered).filter(|it| *it > 0)?;
    let what = kind.map_or("everything", |it| it.id());
    Some(format!(
        "{what} {count} is {}%, and {percent}% are demanded: {missing} more",
        told::percent(count)
    ))
}
