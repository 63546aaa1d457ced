//! `explain`: what a check asks or a kind of Problem means, and what to do about it.

use std::fmt::Write as _;

use super::Exit;
use super::arguments::ExplainArguments;
use super::settings::Settings;
use crate::check::{self, CHECKS};
use crate::problem::ProblemCode;

pub(super) fn explain(settings: &Settings, arguments: &ExplainArguments) -> Exit {
    if arguments.markdown {
        settings.console.print(&page());
        return Exit::Ok;
    }
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

/// The page of all checks and kinds of problems, in Markdown.
fn page() -> String {
    let mut text = "\
# Checks

Each check asks one question of every answer and tells all that it finds. `countersign explain ID` shows one
of them; `[checks]` in `api.toml` sets what its findings weigh: `error`, `warning` or `off`.

This page is what `countersign explain --markdown` prints.

| check | weighs | asks whether |
|---|---|---|
"
    .to_owned();
    for check in CHECKS {
        let (id, severity, summary) = (check.id, check.severity, check.summary);
        let _ = writeln!(text, "| [`{id}`](#{id}) | {severity} | {summary} |");
    }
    for check in CHECKS {
        let (id, explanation) = (check.id, check.explanation.trim_end());
        let _ = write!(text, "\n## {id}\n\n{explanation}\n");
    }
    text.push_str(
        "
# Problems

Problems are of your files, not of a target. All of them are told, each with its place and what to do, before
anything is sent; the exit code is 6.

| problem | what it means |
|---|---|
",
    );
    for code in ProblemCode::ALL {
        let _ = writeln!(text, "| `{}` | {} |", code.id(), code.summary());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_explains_every_check() {
        let page = page();
        for check in CHECKS {
            let heading = format!("\n## {}\n\n", check.id);
            assert_eq!(page.matches(&heading).count(), 1, "{}", check.id);
            assert!(page.contains(check.explanation), "{}", check.id);
        }
        assert!(page.ends_with('\n') && !page.contains("\n\n\n"));
    }

    #[test]
    fn the_committed_page_is_the_printed_one() {
        let committed = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/checks.md"));
        assert_eq!(committed, page(), "mend it with `ci/drift --update`");
    }
}
