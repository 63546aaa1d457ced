//! `explain`: what a check asks or a kind of Problem means, and what to do about it.

use super::Exit;
use super::arguments::ExplainArguments;
use super::settings::Settings;
use crate::check::{self, CHECKS};
use crate::problem::ProblemCode;

pub(super) fn explain(settings: &Settings, arguments: &ExplainArguments) -> Exit {
    let Some(id) = &arguments.id else {
        settings.console.print(&list());
        return Exit::Ok;
    };
    // A finding's own id ends in the check's: `api::workflow/step#check`.
    let name = id.rsplit_once('#').map_or(id.as_str(), |(_, name)| name);
    if let Some(check) = check::find(name) {
        let (id, severity) = (check.id, check.severity);
        let (summary, text) = (check.summary, check.explanation);
        settings
            .console
            .print(&format!("{id} ({severity}): {summary}\n\n{text}\n"));
        return Exit::Ok;
    }
    if let Some(code) = ProblemCode::find(name) {
        let (id, summary) = (code.id(), code.summary());
        settings
            .console
            .print(&format!("{id} (a problem of your files): {summary}\n"));
        return Exit::Ok;
    }
    let checks = CHECKS.iter().map(|check| check.id);
    let codes = ProblemCode::ALL.iter().map(|code| code.id());
    let known: Vec<&str> = checks.chain(codes).collect();
    settings.tell_unknown("check or problem", name, &known)
}

/// Every name with its summary.
fn list() -> String {
    let checks = CHECKS.iter().map(|check| (check.id, check.summary));
    let codes = ProblemCode::ALL.iter().map(|it| (it.id(), it.summary()));
    let line = |(id, summary): (&str, &str)| format!("  {id:<20} {summary}\n");
    let checks: String = checks.map(line).collect();
    let codes: String = codes.map(line).collect();
    format!(
        "Checks, of what a target answers:\n{checks}\nKinds of problems, of your files:\n{codes}"
    )
}
