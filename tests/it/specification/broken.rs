//! Variants of the documents with one thing wrong, and the place where that is told.

mod arazzo;
mod openapi;

use std::collections::BTreeMap;
use std::path::Path;

use countersign::cli::Project;
use countersign::problem::Problem;
use tempfile::TempDir;

use super::copy;
use crate::support;

/// A file below `specs`, what stands in it, what stands there instead, and what is told: each Problem as
/// `file:line:column code`, where its own file has no name.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

fn shown(problem: &Problem, file: &str) -> String {
    let code = problem.code.id();
    let Some(place) = &problem.location else {
        return format!("nowhere {code}");
    };
    let path = place.path.trim_start_matches("specs/");
    let path = if path == file { "" } else { path };
    format!("{path}:{}:{} {code}", place.line, place.column)
}

/// What is told of a project with one row of them in it.
fn told(root: &Path, (file, from, to, _): &Row) -> Vec<String> {
    let path = root.join("specs").join(file);
    let right = support::read(&path);
    assert!(right.contains(from), "{file} does not hold {from}");
    support::write(&path, &right.replacen(from, to, 1));
    let problems = match Project::load(root) {
        Ok(project) => project.warnings,
        Err(problems) => problems,
    };
    support::write(&path, &right);
    problems.iter().map(|it| shown(it, file)).collect()
}

/// Plays the rows of a table; with each that is told otherwise.
fn play(rows: &'static [Row]) {
    let mut projects: BTreeMap<&str, TempDir> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows {
        let api = row.0.split('/').next().unwrap_or_default();
        let project = projects.entry(api).or_insert_with(|| copy(api));
        let told = told(project.path(), row);
        if told != row.3 {
            let (file, from, to, _) = row;
            wrong.push(format!("{file}: {from:?} -> {to:?}\n  told {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn what_is_wrong_with_an_openapi_document_is_told_at_its_place() {
    play(openapi::ROWS);
}

#[test]
fn what_is_wrong_with_an_arazzo_document_is_told_at_its_place() {
    play(arazzo::ROWS);
}
