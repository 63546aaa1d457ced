//! `schemas`: the JSON Schemas of every contract, as files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::arguments::SchemasArguments;
use super::settings::Settings;
use super::{Exit, Project};
use crate::contract;
use crate::shell::files::{self, FileError};

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
            let text =
                serde_json::to_string_pretty(&file.document).expect("a value can be written");
            (format!("{FOLDER}/{}", file.path), text + "\n")
        })
        .collect();
    match apply(settings, &project, &wanted, arguments.check) {
        Ok(exit) => exit,
        Err(error) => settings.tell_io(&error),
    }
}

/// Writes what differs, or says what would be written.
fn apply(
    settings: &Settings,
    project: &Project,
    wanted: &BTreeMap<String, String>,
    check: bool,
) -> Result<Exit, FileError> {
    let root = &settings.directory;
    let mut differing = Vec::new();
    for (path, text) in wanted {
        let held = files::load_bytes(&root.join(path), super::project::TEXT_BYTES_MAX).ok();
        if held.as_deref() != Some(text.as_bytes()) {
            differing.push((path.clone(), Some(text)));
        }
    }
    for path in held_files(root, project)? {
        let shown = path
            .strip_prefix(root)
            .unwrap_or(&path)
            .to_string_lossy()
            .replace('\\', "/");
        if !wanted.contains_key(&shown) {
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
                None => files::remove(&root.join(path)).map(|_| ())?,
            }
        }
        settings.console.tell(&format!("{word}: {path}\n"));
    }
    if check && !differing.is_empty() {
        settings.console.tell("help: run `countersign schemas`\n");
        return Ok(Exit::Files);
    }
    settings.console.tell(&format!(
        "{} schemas, {} changed\n",
        wanted.len(),
        differing.len()
    ));
    Ok(Exit::Ok)
}

/// The schemas that are there: those of the APIs of this project, which are this command's to write
/// and to take away.
fn held_files(root: &Path, project: &Project) -> Result<Vec<PathBuf>, FileError> {
    let mut held = Vec::new();
    for api in &project.suite.apis {
        let folder = root.join(FOLDER).join(&api.name);
        if folder.is_dir() {
            held.extend(files::list(&folder, 1)?);
        }
    }
    held.retain(|path| path.extension().is_some_and(|it| it == "json"));
    Ok(held)
}
