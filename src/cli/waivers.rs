//! `waivers`: deviations of targets that are known and borne until a day.

mod add;
mod known;
mod prune;

use std::fmt::Write as _;

use jiff::civil::Date;

use super::arguments::{RemoteArguments, WaiversArguments, WaiversCommand};
use super::settings::Settings;
use super::{Exit, Project};
use crate::check::waiver::{Deviation, Waiver};
use crate::record::{Record, WaiverTally, WaiverUse};
use crate::report::escape_line;
use crate::report::human::count;
use crate::shell::clock::SystemClock;
use crate::shell::files;
use crate::world::Calendar as _;
use known::{Known, KnownWaivers};

pub(super) fn waivers(settings: &Settings, arguments: &WaiversArguments) -> Exit {
    let project = match settings.load_project(RemoteArguments::NONE) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    match &arguments.command {
        WaiversCommand::List => list(settings, &project),
        WaiversCommand::Add(arguments) => add::add(settings, &project, arguments),
        WaiversCommand::Prune(arguments) => prune::prune(settings, &project, arguments),
    }
}

/// The day on which waivers are judged, by UTC.
pub(super) fn today() -> Date {
    SystemClock::new().today()
}

fn list(settings: &Settings, project: &Project) -> Exit {
    let today = today();
    let known = match KnownWaivers::newest(settings, project) {
        Ok(known) => known,
        Err(exit) => return exit,
    };
    let mut advice = Advice::default();
    let mut lines = String::new();
    for waiver in project
        .suite
        .apis
        .iter()
        .flat_map(|it| &it.settings.waivers)
    {
        let known = known.of(waiver);
        let has_expired = waiver.has_expired(today);
        let is_missed = has_expired && known == Some(Known::Needed);
        advice.is_missed |= is_missed;
        advice.can_go |= known == Some(Known::Stale) || has_expired && !is_missed;
        lines.push_str(&told(waiver, known, today));
    }
    if lines.is_empty() {
        settings.console.tell("nothing is waived\n");
    } else {
        settings.console.print(&lines);
        settings.console.tell(&advice.text(&settings.program()));
    }
    Exit::Ok
}

/// What is to be done about waivers.
#[derive(Debug, Default)]
struct Advice {
    /// Whether some can be taken away.
    can_go: bool,
    /// Whether one has expired, and what it is about is still found.
    is_missed: bool,
}

impl Advice {
    fn text(&self, program: &str) -> String {
        let mended =
            "help: mend what is found, or give the waiver a later day: `expires = YYYY-MM-DD`\n";
        let gone =
            format!("help: `{program} waivers prune` takes away what is stale or has expired\n");
        let lines = [(self.is_missed, mended), (self.can_go, &gone)];
        let lines = lines.iter().filter(|(is_due, _)| *is_due);
        lines.map(|(_, line)| *line).collect()
    }
}

/// A waiver in a few lines.
fn told(waiver: &Waiver, known: Option<Known>, today: Date) -> String {
    let days = today.until(waiver.expires).map_or(0, |it| it.get_days());
    let state = match days {
        ..0 => "expired".to_owned(),
        0 => "today is the last day".to_owned(),
        days => {
            let days = count(usize::try_from(days).unwrap_or(0), "day");
            format!("expires in {days}")
        }
    };
    let stale = match known {
        Some(Known::Stale) => "stale, ",
        _ => "",
    };
    let scope = &waiver.scope;
    let (operation, at) = (&scope.operation, scope.at.as_str());
    let mut lines = vec![
        format!("{}  {stale}{state}, on {}", waiver.place(), waiver.expires),
        match &scope.deviation {
            Deviation::Change { class, now, .. } => {
                let now = now.as_deref().unwrap_or("nothing");
                format!("  {class} in {operation}, {at}: now {now}")
            }
            Deviation::Finding { check, message, .. } => {
                format!("  {check} in {operation}, {at}: {message}")
            }
        },
        format!("  {}", why(waiver)),
    ];
    if waiver.has_expired(today) && known == Some(Known::Needed) {
        lines.push("  what it is about is still found".to_owned());
    }
    if let Some(target) = &scope.target {
        lines.push(format!("  at {target} alone"));
    }
    let lines = lines.iter().map(|it| escape_line(it));
    lines.fold(String::new(), |text, line| text + &line + "\n")
}

fn why(waiver: &Waiver) -> String {
    let ticket = waiver.ticket.as_ref().map(|it| format!(", {it}"));
    let (reason, owner) = (&waiver.reason, &waiver.owner);
    format!("{reason} ({owner}{})", ticket.unwrap_or_default())
}

/// What a recorded run says of the waivers that it could need.
pub(super) fn tally(record: &Record) -> WaiverTally {
    let mut tally = WaiverTally::new(&record.head.waivers);
    for case in &record.cases {
        tally.add(&case.report);
    }
    tally
}

/// Tells what has expired, and by a whole run what is stale; answers whether something is.
pub(super) fn tell(settings: &Settings, tally: &WaiverTally, is_whole: bool) -> bool {
    let (mut text, mut has_stale) = (String::new(), false);
    let mut advice = Advice::default();
    for (waiver, told) in tally.uses() {
        let (at, expires) = (escape_line(&waiver.at), &waiver.expires);
        let is_stale = told == WaiverUse::Stale && is_whole;
        has_stale |= is_stale;
        let is_missed = waiver.has_expired && told == WaiverUse::Needed;
        advice.is_missed |= is_missed;
        advice.can_go |= is_stale || waiver.has_expired && !is_missed;
        let line = match (is_stale, waiver.has_expired, told) {
            (true, ..) => format!("error: stale waiver: nothing was found that {at} is about"),
            (false, true, WaiverUse::Needed) => {
                format!("error: waiver expired on {expires}, and what it is about was found: {at}")
            }
            (false, true, _) => format!("warning: waiver expired on {expires}: {at}"),
            (false, false, _) => continue,
        };
        writeln!(text, "{line}").expect("a String takes all");
    }
    if text.is_empty() {
        return false;
    }
    text.push_str(&advice.text(&settings.program()));
    settings.console.tell(&text);
    has_stale
}

/// The settings of an API: the path as it is shown, and the text.
///
/// # Errors
/// With the exit code, when they cannot be read; told already.
fn load(settings: &Settings, project: &Project, api: &str) -> Result<(String, String), Exit> {
    let shown = format!("specs/{api}/api.toml");
    let path = project.root.join(&shown);
    if !path.exists() {
        return Ok((shown, String::new()));
    }
    let text = files::load_text(&path, super::project::TEXT_BYTES_MAX);
    text.map(|text| (shown, text)).map_err(|error| {
        settings.console.tell(&format!("error: {error}\n"));
        Exit::Files
    })
}

/// Writes the settings of an API.
///
/// # Errors
/// With the exit code, when they cannot be written; told already.
fn store(settings: &Settings, project: &Project, shown: &str, text: &str) -> Result<(), Exit> {
    let stored = settings
        .guard
        .store(&project.root.join(shown), text.as_bytes());
    stored.map_err(|error| {
        settings.console.tell(&format!("error: {error}\n"));
        Exit::Files
    })
}
