//! `explain`: what a check asks, and what to do about its findings.

use super::Exit;
use super::arguments::ExplainArguments;
use super::settings::Settings;
use crate::check::{self, CHECKS};
use crate::diff;

pub(super) fn explain(settings: &Settings, arguments: &ExplainArguments) -> Exit {
    let Some(id) = &arguments.id else {
        let lines = CHECKS
            .iter()
            .map(|check| format!("{:<20} {}\n", check.id, check.summary));
        settings.console.print(&lines.collect::<String>());
        return Exit::Ok;
    };
    // A finding's own id ends in the check's: `api::workflow/step#check`.
    let name = id.rsplit_once('#').map_or(id.as_str(), |(_, name)| name);
    match check::find(name) {
        Some(check) => {
            let (id, severity) = (check.id, check.severity);
            let (summary, text) = (check.summary, check.explanation);
            settings
                .console
                .print(&format!("{id} ({severity}): {summary}\n\n{text}\n"));
            Exit::Ok
        }
        None => {
            let near = diff::nearest(name, CHECKS.iter().map(|check| check.id));
            let help = near.map_or("countersign explain".to_owned(), |it| {
                format!("countersign explain {it}")
            });
            settings.console.tell(&format!(
                "error: there is no check `{name}`\nhelp: {help}\n"
            ));
            Exit::Usage
        }
    }
}
