//! Folders of generated files, one for each kind: what differs is written, or told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::settings::Settings;
use super::{Exit, Project};
use crate::report::human::count;
use crate::shell::files::{self, FileError};
use crate::suite::Api;

/// One kind of generated files.
pub(super) struct Generated {
    /// The command that writes them.
    pub(super) command: &'static str,
    /// What one of them is called.
    pub(super) singular: &'static str,
    /// The files and folders of an API, relative to the project: which of what stands there is this
    /// command's to write and to take away.
    pub(super) held: fn(&Project, &Api) -> Result<Vec<PathBuf>, FileError>,
    /// Those that stand there for an API that may be gone.
    pub(super) left: fn(&Path) -> Result<Vec<PathBuf>, FileError>,
}

impl Generated {
    /// Writes what differs from what is wanted, or says what would be written.
    pub(super) fn apply(
        &self,
        settings: &Settings,
        project: &Project,
        wanted: &BTreeMap<String, String>,
        check: bool,
    ) -> Exit {
        match self.try_apply(settings, project, wanted, check) {
            Ok(exit) => exit,
            Err(error) => settings.tell_io(&error),
        }
    }

    fn try_apply(
        &self,
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
        let mut held = (self.left)(root)?;
        for api in &project.suite.apis {
            held.extend((self.held)(project, api)?);
        }
        for path in held {
            let shown = path.strip_prefix(root).unwrap_or(&path).to_string_lossy();
            let shown = shown.replace('\\', "/");
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
            let command = self.command;
            settings
                .console
                .tell(&format!("help: run `countersign {command}`\n"));
            return Ok(Exit::Files);
        }
        let all = count(wanted.len(), self.singular);
        let changed = differing.len();
        settings
            .console
            .tell(&format!("{all}, {changed} changed\n"));
        Ok(Exit::Ok)
    }
}
