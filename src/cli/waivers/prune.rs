//! `waivers prune`: takes away what has expired, and what a whole run did not need.

use std::collections::BTreeMap;

use super::known::{Known, KnownWaivers};
use crate::cli::arguments::WaiversPrune;
use crate::cli::records::Records;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::report::escape_line;
use crate::suite::without_waivers;

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
    let known = known(settings, project, arguments)?;
    let gone = gone(settings, project, &known);
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

/// What is known of the waivers: by the run that is named, else by the newest that can tell.
fn known(
    settings: &Settings,
    project: &Project,
    arguments: &WaiversPrune,
) -> Result<KnownWaivers, Exit> {
    let Some(run) = &arguments.from else {
        return KnownWaivers::newest(settings, project);
    };
    let record = Records::new(settings).find(run)?;
    if record.head.shard.is_some() {
        settings.console.tell(
            "error: a shard alone cannot tell which waivers are stale\n\
             help: join all of them with `countersign merge --output PATH`, and name that\n",
        );
        return Err(Exit::Usage);
    }
    Ok(KnownWaivers::by(project, &record))
}

/// What goes: what has expired, and what no run needed, of the APIs that are still what they were then.
fn gone(settings: &Settings, project: &Project, known: &KnownWaivers) -> Gone {
    let today = super::today();
    let mut gone = Gone::new();
    for api in &project.suite.apis {
        for waiver in &api.settings.waivers {
            let why = match known.of(waiver) {
                Some(Known::Needed) if waiver.has_expired(today) => {
                    let expires = waiver.expires;
                    format!("expired on {expires}, and what it is about is still found")
                }
                _ if waiver.has_expired(today) => format!("expired on {}", waiver.expires),
                Some(Known::Stale) => "stale: the run did not need it".to_owned(),
                Some(Known::StaleOnce) => {
                    let (at, program) = (waiver.place(), settings.program());
                    let at = escape_line(&at);
                    settings.console.tell(&format!(
                        "warning: {at} may be stale, but the files have changed since that run\n\
                         help: play all flows again: `{program} run --target NAME`\n"
                    ));
                    continue;
                }
                Some(Known::Needed) | None => continue,
            };
            let own = gone.entry(api.name.clone()).or_default();
            own.insert(waiver.location.line, why);
        }
    }
    gone
}
