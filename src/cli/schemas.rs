//! `schemas`: the JSON Schemas of every contract, as files.

use std::collections::BTreeMap;

use super::arguments::SchemasArguments;
use super::settings::Settings;
use super::{Exit, Project};
use crate::contract;
use crate::shell::files;

/// The folder that they are written to.
const FOLDER: &str = "schemas";

pub(super) fn schemas(settings: &Settings, arguments: &SchemasArguments) -> Exit {
    let project = match Project::load(&settings.directory) {
        Ok(project) => project,
        Err(problems) => return settings.tell_problems(&problems),
    };
    let problems = project.suite.compile_all();
    if !problems.is_empty() {
        return settings.tell_problems(&problems);
    }
    let wanted: BTreeMap<String, String> = project
        .suite
        .apis
        .iter()
        .flat_map(|api| contract::files(&api.contract))
        .map(|file| {
            let text = serde_json::to_string_pretty(&file.document).expect("a value can be written");
            (format!("{FOLDER}/{}", file.path), text + "\n")
        })
        .collect();
    match apply(settings, &wanted, arguments.check) {
        Ok(exit) => exit,
        Err(error) => settings.tell_io(&error),
    }
}

/// Writes what differs, or says what would be written.
fn apply(settings: &Settings, wanted: &BTreeMap<String, String>, check: bool) -> std::io::Result<Exit> {
    let root = &settings.directory;
    let mut differing = Vec::new();
    for (path, text) in wanted {
        let held = files::load_bytes(&root.join(path), files::TEXT_BYTES_MAX).ok();
        if held.as_deref() != Some(text.as_bytes()) {
            differing.push((path.clone(), Some(text)));
        }
    }
    for path in files::list(&root.join(FOLDER))? {
        let shown = format!("{FOLDER}/{path}");
        // Only what this command could have written is its to take away.
        if path.ends_with(".json") && !wanted.contains_key(&shown) {
            differing.push((shown, None));
        }
    }
    for (path, text) in &differing {
        let word = match text {
            Some(_) if check => "differs",
            Some(_) => "written",
            None if check => "no longer belongs",
            None => "removed",
        };
        if !check {
            match text {
                Some(text) => files::store(&root.join(path), text.as_bytes())?,
                None => files::remove(&root.join(path))?,
            }
        }
        settings.terminal.tell(&format!("{word}: {path}\n"));
    }
    if check && !differing.is_empty() {
        settings.terminal.tell("help: run `countersign schemas`\n");
        return Ok(Exit::Findings);
    }
    settings.terminal.tell(&format!("{} schemas, {} changed\n", wanted.len(), differing.len()));
    Ok(Exit::Ok)
}
