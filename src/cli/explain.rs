//! `explain`: what a check asks, and what to do about its findings.

use std::fmt::Write as _;

use super::Exit;
use super::arguments::ExplainArguments;
use super::settings::Settings;
use crate::check::{self, CHECKS};
use crate::diff;

pub(super) fn explain(settings: &Settings, arguments: &ExplainArguments) -> Exit {
    if arguments.markdown {
        settings.console.print(&page());
        return Exit::Ok;
    }
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

/// The page of all checks, in Markdown.
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
