//! `waivers prune`: takes away what has expired, and what a whole run did not need.

use std::collections::BTreeMap;

use crate::cli::arguments::WaiversPrune;
use crate::cli::records::Records;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::record::{Record, WaiverUse, ends};
use crate::report::escape_line;
use crate::shell::files;
use crate::suite::without_waivers;

/// How much of a record's end is looked at, in bytes.
const TAIL_BYTES_MAX: usize = 4 * 1024;
/// How much of its begin: it names the waivers.
const HEAD_BYTES_MAX: usize = 1024 * 1024;

/// The lines of waivers that go, each with the reason, by API.
type Gone = BTreeMap<String, BTreeMap<u32, String>>;

pub(super) fn prune(settings: &Settings, project: &Project, arguments: &WaiversPrune) -> Exit {
    match pruned(settings, project, arguments) {
        Ok(told) => {
            settings.console.tell(&told);
            Exit::Ok
        }
        Err(exit) => exit,
    }
}

fn pruned(
    settings: &Settings,
    project: &Project,
    arguments: &WaiversPrune,
) -> Result<String, Exit> {
    let mut gone = Gone::new();
    if let Some(record) = judge(settings, arguments)? {
        add_stale(settings, project, &record, &mut gone);
    }
    let today = super::today();
    for api in &project.suite.apis {
        let expired = api.settings.waivers.iter();
        for waiver in expired.filter(|it| it.has_expired(today)) {
            let why = format!("expired on {}", waiver.expires);
            let own = gone.entry(api.name.clone()).or_default();
            own.insert(waiver.location.line, why);
        }
    }
    // All that is written can be written, or nothing is.
    let mut texts = Vec::new();
    for (api, lines) in &gone {
        let (shown, old) = super::load(settings, project, api)?;
        let numbers: Vec<u32> = lines.keys().copied().collect();
        let new = without_waivers(&shown, &old, &numbers);
        let new = new.map_err(|problems| settings.tell_problems(&problems))?;
        texts.push((shown, new, lines));
    }
    let mut told = String::new();
    let verb = if arguments.dry_run {
        "would be taken"
    } else {
        "taken"
    };
    for (shown, new, lines) in texts {
        if !arguments.dry_run {
            super::store(settings, project, &shown, &new)?;
        }
        for (line, why) in lines {
            let line = format!("{verb} away: {}:{line}, {why}\n", escape_line(&shown));
            told.push_str(&line);
        }
    }
    if told.is_empty() {
        told.push_str("no waiver is stale or has expired\n");
    }
    Ok(told)
}

/// The run that says what is needed: the one that is named, or the newest whole one that could need some.
fn judge(settings: &Settings, arguments: &WaiversPrune) -> Result<Option<Record>, Exit> {
    let records = Records::new(settings);
    if let Some(run) = &arguments.from {
        let record = records.find(run)?;
        if record.head.shard.is_some() {
            settings.console.tell(
                "error: a shard alone cannot tell which waivers are stale\n\
                 help: join all of them with `countersign merge --output PATH`, and name that\n",
            );
            return Err(Exit::Usage);
        }
        return Ok(Some(record));
    }
    for run in records.list()? {
        let edges = files::edges(&run.path, HEAD_BYTES_MAX, TAIL_BYTES_MAX);
        let head = edges.ok().and_then(|(head, tail)| ends(&head, &tail));
        if head.is_some_and(|(it, _)| it.shard.is_none() && !it.waivers.is_empty()) {
            return records.read(&run.path).map(Some);
        }
    }
    Ok(None)
}

/// Adds what the run did not need, of the APIs that are still what they were then.
fn add_stale(settings: &Settings, project: &Project, record: &Record, gone: &mut Gone) {
    for (waiver, told) in super::tally(record).uses() {
        if told != WaiverUse::Stale || record.cases.len() < record.head.cases {
            continue;
        }
        let then = record.head.apis.get(&waiver.api).map(|it| &it.digest);
        let now = project.suite.api(&waiver.api).map(|it| &it.digest);
        let api = project.suite.api(&waiver.api);
        let mut own = api.into_iter().flat_map(|it| &it.settings.waivers);
        if !own.any(|it| it.place() == waiver.at) {
            // It is gone already, or stands elsewhere since.
            continue;
        }
        if then != now {
            let (at, program) = (escape_line(&waiver.at), settings.program());
            settings.console.tell(&format!(
                "warning: {at} may be stale, but the files have changed since that run\n\
                 help: play all flows again: `{program} run --target NAME`\n"
            ));
            continue;
        }
        let line = waiver.at.rsplit(':').next().and_then(|it| it.parse().ok());
        let Some(line) = line else {
            continue;
        };
        let own = gone.entry(waiver.api.clone()).or_default();
        own.insert(line, "stale: the run did not need it".to_owned());
    }
}
