//! What can be tried without a target: this machine and the files of the project.

use std::path::Path;

use super::Trial;
use crate::cli::Project;
use crate::cli::settings::Settings;
use crate::problem::Problem;
use crate::report::human::{Palette, count};
use crate::shell::files;
use crate::shell::terminal;

/// The folders that a run writes to.
const WRITTEN: [&str; 2] = ["snapshots", ".countersign"];

/// The program and what it stands in.
pub(super) fn of_machine(settings: &Settings) -> Vec<Trial> {
    let version = env!("CARGO_PKG_VERSION");
    let is_coloured = settings.console.palette() == Palette::COLOURED;
    let shown = if terminal::is_terminal() {
        "the output is a terminal"
    } else {
        "the output is no terminal"
    };
    let colour = if is_coloured {
        "with colour"
    } else {
        "without colour"
    };
    let ci = match settings.ci {
        Some(name) => format!("{name} is set: snapshots are compared and never written"),
        None => "none was detected: changes are written to be reviewed".to_owned(),
    };
    vec![
        Trial::ok("version", format!("countersign {version}")),
        Trial::ok("terminal", format!("{shown}, {colour}")),
        Trial::ok("ci", ci),
    ]
}

/// A project that cannot be read.
pub(super) fn unreadable(settings: &Settings, problems: &[Problem]) -> Trial {
    let errors = problems.iter().filter(|it| it.is_error()).count();
    let help = format!(
        "mend what is told above; `{} check` looks again",
        settings.program()
    );
    Trial::of_files("project", count(errors, "problem"), help)
}

/// The files of a project that can be read.
pub(super) fn of_project(settings: &Settings, project: &Project) -> Vec<Trial> {
    let mut trials = Vec::new();
    for api in &project.suite.apis {
        let operations = count(api.contract.operations.len(), "operation");
        let flows = count(api.scenarios.len(), "flow");
        let contract = Trial::ok("contract", format!("{operations}, {flows}"));
        let found = match &api.settings_source {
            Some(_) => {
                let targets = count(api.settings.targets.len(), "target");
                format!("api.toml is in order: {targets}")
            }
            None => "there is no api.toml, and none is needed".to_owned(),
        };
        let settings = Trial::ok("settings", found);
        let own = [contract, settings].map(|trial| Trial {
            api: Some(api.name.clone()),
            ..trial
        });
        trials.extend(own);
    }
    if !project.warnings.is_empty() {
        let found = count(project.warnings.len(), "warning");
        let help = format!("`{} check` tells them", settings.program());
        trials.push(Trial::warning("project", found, help));
    }
    trials.extend(WRITTEN.map(|name| writable(&project.root, name)));
    trials
}

/// Whether files can be made in a folder, or in the one around it where it is not there yet.
fn writable(root: &Path, name: &str) -> Trial {
    let folder = root.join(name);
    let (tried, found) = if folder.is_dir() {
        (folder.as_path(), format!("{name}/ can be written"))
    } else {
        (root, format!("{name}/ is not there yet, and can be made"))
    };
    match files::try_to_write(tried) {
        Ok(()) => Trial::ok("writing", found),
        Err(error) => {
            let found = format!("{name}/ cannot be written: {}", error.why());
            Trial::of_files("writing", found, "let this user write there")
        }
    }
}
