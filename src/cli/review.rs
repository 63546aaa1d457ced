//! `review`: what has changed is decided on, one by one.
//!
//! What there is to decide on waits in `snapshots/`, or stands in the report of another run. Decisions come
//! from the terminal or from a file; either way they are carried out here, and each is told.

mod carry;
mod journal;
mod record;
mod rules;
mod terminal;
mod web;

pub(super) use rules::{append, operation};

use std::path::Path;

use carry::Insistence;

use super::Exit;
use super::arguments::ReviewArguments;
use super::pending::list;
use super::settings::Settings;
use super::waiting::{Waiting, gather};
use crate::change::Decisions;
use crate::report::{ChangedFlow, report_of_changes};
use crate::shell::{files, screen};

/// The largest document of decisions, in bytes: they may carry the texts of all flows.
const DECISIONS_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Reviews.
pub(super) fn review(settings: &Settings, arguments: &ReviewArguments) -> Exit {
    let read = match &arguments.from {
        Some(path) => record::read(settings, path, &arguments.waiting).map(|it| (it, Exit::Ok)),
        None => gather(settings, &arguments.waiting).map(|it| {
            let exit = it.exit();
            (it.waiting, exit)
        }),
    };
    let (waiting, exit) = match read {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    exit.max(decide(settings, arguments, waiting))
}

/// Decides on what waits, in the way that was asked for.
fn decide(settings: &Settings, arguments: &ReviewArguments, waiting: Vec<Waiting>) -> Exit {
    if let Some(path) = &arguments.apply {
        return apply(settings, path, waiting, arguments.accept_violations);
    }
    if arguments.web {
        if waiting.iter().all(|it| it.open().is_none()) {
            settings.console.tell("nothing waits for a decision\n");
            return Exit::Ok;
        }
        let report = match &arguments.from {
            Some(path) => match record::load(settings, path) {
                Ok(report) => report,
                Err(exit) => return exit,
            },
            None => report(&waiting),
        };
        return web::run(settings, &report, &waiting);
    }
    if arguments.plain || !screen::is_there() {
        list(settings, &waiting, true);
        return if waiting.iter().any(|it| it.open().is_some()) {
            Exit::NeedsReview
        } else {
            Exit::Ok
        };
    }
    terminal::run(settings, waiting)
}

/// The report of what waits.
fn report(waiting: &[Waiting]) -> String {
    let changed = waiting.iter().filter_map(|it| {
        Some(ChangedFlow {
            path: &it.flow,
            source: it.pending.file.source.as_deref().unwrap_or_default(),
            about: it.pending.file.description.as_deref().unwrap_or_default(),
            change: it.open()?,
        })
    });
    report_of_changes(changed)
}

/// Carries out decisions that were made elsewhere.
fn apply(settings: &Settings, path: &Path, waiting: Vec<Waiting>, insists: bool) -> Exit {
    let told = |why: &dyn std::fmt::Display| {
        let path = path.display();
        settings.console.tell(&format!(
            "error: {path} holds no decisions: {why}\n\
             help: a report in the format html makes such a file, and so does `countersign review --web`\n"
        ));
        Exit::Files
    };
    let text = if path == Path::new("-") {
        files::load_stdin(DECISIONS_BYTES_MAX)
    } else {
        files::load_text(path, DECISIONS_BYTES_MAX)
    };
    let decisions = match text {
        Ok(text) => match Decisions::parse(&text) {
            Ok(decisions) => decisions,
            Err(why) => return told(&why),
        },
        Err(error) => {
            settings.console.tell(&format!("error: {error}\n"));
            return Exit::Files;
        }
    };
    let insistence = if insists {
        Insistence::Whatever
    } else {
        Insistence::None
    };
    let done = carry::apply(settings, waiting, &decisions, insistence);
    settings.console.tell(&done.told);
    done.exit
}
