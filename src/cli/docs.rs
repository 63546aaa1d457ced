//! `docs`: a page of every API, with its operations, its flows as diagrams, and how its document was read.

use std::collections::BTreeMap;

use super::arguments::GeneratedArguments;
use super::generated::Generated;
use super::settings::Settings;
use super::{Exit, Project};
use crate::suite;

/// The folder that they are written to. Pages that stand there for other reasons are left alone.
const FOLDER: &str = "docs/apis";

const PAGES: Generated = Generated {
    command: "docs",
    singular: "page",
    held: |_, _| Ok(Vec::new()),
};

pub(super) fn docs(settings: &Settings, arguments: &GeneratedArguments) -> Exit {
    let project = match Project::load(&settings.directory) {
        Ok(project) => project,
        Err(problems) => return settings.tell_problems(&problems),
    };
    let pages = project.suite.apis.iter().map(|api| {
        let path = format!("{FOLDER}/{}.md", api.name);
        (path, suite::render_page(api))
    });
    let wanted: BTreeMap<String, String> = pages.collect();
    PAGES.apply(settings, &project, &wanted, arguments.check)
}
