//! `docs`: a page of every API, with its operations, its flows as diagrams, and how its document was read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Exit;
use super::arguments::GeneratedArguments;
use super::generated::Generated;
use super::project::TEXT_BYTES_MAX;
use super::settings::Settings;
use crate::shell::files::{self, FileError};
use crate::suite;

/// The folder that they are written to. Pages that stand there for other reasons are left alone.
const FOLDER: &str = "docs/apis";

const PAGES: Generated = Generated {
    command: "docs",
    singular: "page",
    held: |_, _| Ok(Vec::new()),
    left,
};

pub(super) fn docs(settings: &Settings, arguments: &GeneratedArguments) -> Exit {
    let project = match settings.load_project(arguments.remote) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let pages = project.suite.apis.iter().map(|api| {
        let path = format!("{FOLDER}/{}.md", api.name);
        (path, suite::render_page(api))
    });
    let wanted: BTreeMap<String, String> = pages.collect();
    PAGES.apply(settings, &project, &wanted, arguments.check)
}

/// The pages that stand there and say that they are generated, whichever API they are of.
fn left(root: &Path) -> Result<Vec<PathBuf>, FileError> {
    let folder = root.join(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut pages = files::list(&folder, 0)?;
    pages.retain(|path| {
        let text = files::load_text(path, TEXT_BYTES_MAX);
        let is_markdown = path.extension().is_some_and(|it| it == "md");
        is_markdown && text.is_ok_and(|it| suite::is_page(&it))
    });
    Ok(pages)
}
