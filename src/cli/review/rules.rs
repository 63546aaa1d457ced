//! Rules for values that change from run to run, written into `api.toml`.

use std::collections::{BTreeMap, BTreeSet};

use super::carry::Decided;
use crate::change::VolatileDraft;
use crate::cli::arguments::RemoteArguments;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::plan;
use crate::report::escape_line;
use crate::report::human::count;
use crate::shell::files;
use crate::suite;

/// What is told where something is wrong with the project's files, besides that.
const NOT_WRITTEN: &str = "no rule was written\n";

/// Writes the rules that were decided on; each API's at once, or none of them.
pub(super) fn write(settings: &Settings, decided: &[Decided<'_>]) -> (Exit, String) {
    let project = match settings.load_project(RemoteArguments::NONE) {
        Ok(project) => project,
        Err(exit) => return (exit, NOT_WRITTEN.to_owned()),
    };
    let mut by_api: BTreeMap<&str, BTreeSet<(Option<String>, VolatileDraft)>> = BTreeMap::new();
    for it in decided {
        let Some((api, _)) = it.waiting.flow.split_once("::") else {
            continue;
        };
        let changes = it.waiting.pending.change.iter().flat_map(|it| &it.changes);
        for rule in &it.rules {
            let change = changes.clone().find(|it| it.id == rule.change);
            let step = change.map(|it| it.step.as_str());
            let operation = step.and_then(|step| operation(&project, &it.waiting.flow, step));
            let rules = by_api.entry(api).or_default();
            rules.insert((operation, rule.rule.clone()));
        }
    }
    let (mut exit, mut all) = (Exit::Ok, String::new());
    for (api, rules) in by_api {
        let (one, told) = append(settings, &project, api, &rules);
        exit = exit.max(one);
        all.push_str(&told);
    }
    (exit, all)
}

/// Adds rules to the settings of an API; with what is told of it.
pub(in crate::cli) fn append(
    settings: &Settings,
    project: &Project,
    api: &str,
    rules: &BTreeSet<(Option<String>, VolatileDraft)>,
) -> (Exit, String) {
    if project.suite.api(api).is_none() {
        let told = format!("error: the project has no API `{}`\n", escape_line(api));
        return (Exit::Files, told);
    }
    let shown = format!("specs/{api}/api.toml");
    let path = project.root.join(&shown);
    let old = if path.exists() {
        files::load_text(&path, crate::cli::project::TEXT_BYTES_MAX)
    } else {
        Ok(String::new())
    };
    let shown = escape_line(&shown);
    let old = match old {
        Ok(old) => old,
        Err(error) => return (Exit::Files, format!("error: {error}\n")),
    };
    let rules: Vec<suite::VolatileText<'_>> = rules
        .iter()
        .map(|(operation, rule)| suite::VolatileText {
            operation: operation.as_deref(),
            at: rule.at.as_deref(),
            header: rule.header.as_deref(),
            name: &rule.name,
            why: &rule.why,
        })
        .collect();
    let new = match suite::with_rules(&shown, &old, &rules) {
        Ok(new) => new,
        Err(problems) => return (settings.tell_problems(&problems), NOT_WRITTEN.to_owned()),
    };
    if let Err(error) = files::store(&path, new.as_bytes()) {
        return (Exit::Files, format!("error: {error}\n"));
    }
    let program = settings.program();
    let rules = count(rules.len(), "rule");
    let told =
        format!("{rules} written to {shown}\nhelp: play the flows again: `{program} run {api}`\n");
    (Exit::Ok, told)
}

/// The operation that a step of a flow calls, by its name from the flow's point of view.
pub(in crate::cli) fn operation(project: &Project, flow: &str, step: &str) -> Option<String> {
    let scenarios = project.suite.scenarios();
    let scenario = plan::scenario_of(&scenarios, flow)?;
    plan::operation_of(&scenarios, scenario, step)
}
