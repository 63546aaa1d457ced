//! `schemas`: the JSON Schemas of every contract, as files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::arguments::GeneratedArguments;
use super::generated::Generated;
use super::settings::Settings;
use super::{Exit, Project};
use crate::contract;
use crate::shell::files::{self, FileError};
use crate::suite::Api;

/// The folder that they are written to.
const FOLDER: &str = "schemas";

const SCHEMAS: Generated = Generated {
    command: "schemas",
    singular: "schema",
    held,
    left: |_| Ok(Vec::new()),
};

pub(super) fn schemas(settings: &Settings, arguments: &GeneratedArguments) -> Exit {
    let project = match settings.load_project(arguments.remote) {
        Ok(project) => project,
        Err(exit) => return exit,
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
            let text =
                serde_json::to_string_pretty(&file.document).expect("a value can be written");
            (format!("{FOLDER}/{}", file.path), text + "\n")
        })
        .collect();
    SCHEMAS.apply(settings, &project, &wanted, arguments.check)
}

fn held(project: &Project, api: &Api) -> Result<Vec<PathBuf>, FileError> {
    let folder = project.root.join(FOLDER).join(&api.name);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut held = files::list(&folder, 1)?;
    held.retain(|path| path.extension().is_some_and(|it| it == "json"));
    Ok(held)
}
