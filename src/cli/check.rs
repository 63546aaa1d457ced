//! `check`: everything that can be known of the files without sending a request.
//!
//! Of the project all contracts, scenarios and settings are looked through; of a file that is named, the
//! contract in it. What is for programs goes to the standard output, what is for people to the error
//! output.

use std::fmt::Write as _;
use std::path::Path;

use super::arguments::CheckArguments;
use super::project::{ApiFiles, TEXT_BYTES_MAX};
use super::settings::Settings;
use super::{Exit, Project};
use crate::contract::Contract;
use crate::plan::Selection;
use crate::problem::{Problem, ProblemCode};
use crate::report::PROBLEM_FORMATS;
use crate::report::human::count;
use crate::shell::files::{self, Confined, FileError};
use crate::shell::remote::Remote;
use crate::suite::{self, SourceText};

pub(super) fn check(settings: &Settings, arguments: &CheckArguments) -> Exit {
    let (mut problems, summary) = match arguments.remote.begin() {
        Err(problem) => (vec![*problem], String::new()),
        Ok(remote) if arguments.files.is_empty() => {
            of_project(&settings.directory, remote.as_ref())
        }
        Ok(remote) => of_files(&settings.directory, arguments, remote.as_ref()),
    };
    problems.sort_by(|left, right| left.location.cmp(&right.location));
    let errors = problems.iter().filter(|it| it.is_error()).count();
    let warnings = problems.len() - errors;
    let mut formats = PROBLEM_FORMATS.iter();
    match formats.find(|it| it.id == arguments.format) {
        Some(format) => settings.console.print(&(format.render)(&problems)),
        None => {
            settings.console.tell_problems(&problems);
            tell_end(settings, (errors, warnings), &summary);
        }
    }
    if errors > 0 || (arguments.strict && warnings > 0) {
        return Exit::Files;
    }
    Exit::Ok
}

/// What is wrong with the project, and what it holds.
fn of_project(directory: &Path, remote: Option<&Remote>) -> (Vec<Problem>, String) {
    let mut project = match Project::load_selected(directory, &Selection::default(), remote) {
        Ok(project) => project,
        Err(problems) => return (problems, String::new()),
    };
    let mut problems = std::mem::take(&mut project.warnings);
    problems.extend(suite::lint(&project.suite));
    problems.extend(project.layer_problems());
    let mut summary = String::new();
    for api in &project.suite.apis {
        let steps: usize = api.scenarios.iter().map(|it| it.steps.len()).sum();
        let flows = count(api.scenarios.len(), "flow");
        let told = format!("{flows}, {}", count(steps, "step"));
        push_line(&mut summary, &api.contract, Some(&told));
    }
    (problems, summary)
}

/// What is wrong with contracts by themselves, and what they hold.
fn of_files(
    directory: &Path,
    arguments: &CheckArguments,
    remote: Option<&Remote>,
) -> (Vec<Problem>, String) {
    let (mut problems, mut summary) = (Vec::new(), String::new());
    for path in &arguments.files {
        match load_contract(directory, path, remote) {
            Ok((contract, found)) => {
                let is_sound = found.iter().all(|it| !it.is_error());
                problems.extend(found);
                if let Some(contract) = contract.filter(|_| is_sound) {
                    problems.extend(suite::lint_contract(&contract));
                    push_line(&mut summary, &contract, None);
                }
            }
            Err(error) => problems.push(unusable(&error)),
        }
    }
    (problems, summary)
}

/// The Problem of a contract that cannot be read.
pub(super) fn unusable(error: &FileError) -> Problem {
    Problem::without_place(ProblemCode::UnusableFile, error.to_string())
        .with_help("name an OpenAPI document, such as openapi.yaml")
}

/// The contract in a file, under the path by which the file was named, with the files of its folder.
pub(super) fn load_contract(
    directory: &Path,
    path: &Path,
    remote: Option<&Remote>,
) -> Result<(Option<Contract>, Vec<Problem>), FileError> {
    let whole = directory.join(path);
    let text = files::load_text(&whole, TEXT_BYTES_MAX)?;
    let beside = whole.parent().filter(|it| !it.as_os_str().is_empty());
    let beside = ApiFiles {
        own: Confined::new(beside.unwrap_or(Path::new(".")))?,
        project: None,
    };
    let path = path.to_string_lossy().replace('\\', "/");
    let name = path.clone();
    let text = SourceText { path, text };
    Ok(match remote {
        Some(remote) => {
            let fetch = |url: &_| remote.fetch(url);
            suite::load_contract_with(&name, text, &beside, Some(&fetch))
        }
        None => suite::load_contract(&name, text, &beside),
    })
}

fn push_line(summary: &mut String, contract: &Contract, more: Option<&str>) {
    let operations = count(contract.operations.len(), "operation");
    write!(summary, "{}: {operations}", contract.api).expect("a String takes all");
    if let Some(more) = more {
        write!(summary, ", {more}").expect("a String takes all");
    }
    summary.push('\n');
}

/// Tells how much was found, or what was looked through and found in order.
fn tell_end(settings: &Settings, found: (usize, usize), summary: &str) {
    let told = match found {
        (0, 0) => summary.replace('\n', ": no problems\n"),
        (1, 0) => String::new(),
        (errors, 0) => format!("{}\n", count(errors, "problem")),
        (0, warnings) => format!("{summary}{}\n", count(warnings, "warning")),
        (errors, warnings) => {
            let (errors, warnings) = (count(errors, "problem"), count(warnings, "warning"));
            format!("{errors}, {warnings}\n")
        }
    };
    settings.console.tell(&told);
}
