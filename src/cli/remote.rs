//! What contracts may refer to besides the files beside them.

use super::arguments::RemoteArguments;
use super::settings::Settings;
use super::{Exit, Project};
use crate::plan::Selection;
use crate::problem::{Problem, ProblemCode};
use crate::shell::remote::Remote;

impl RemoteArguments {
    /// Who fetches documents; nobody where that is not allowed.
    ///
    /// # Errors
    /// With the Problem that nothing can be fetched.
    pub(super) fn begin(self) -> Result<Option<Remote>, Box<Problem>> {
        if !self.allow_remote {
            return Ok(None);
        }
        Remote::new().map(Some).map_err(|error| {
            let message = format!("nothing can be fetched: {error}");
            let problem = Problem::without_place(ProblemCode::UnusableFile, message);
            let help = "keep copies in the API's folder, and leave out `--allow-remote`";
            Box::new(problem.with_help(help))
        })
    }

    /// The flag as it was given, with a space before it.
    pub(super) fn flag(self) -> &'static str {
        if self.allow_remote {
            " --allow-remote"
        } else {
            ""
        }
    }
}

impl Settings {
    /// Reads the project.
    ///
    /// # Errors
    /// With the exit code, once it has been told what is wrong.
    pub(super) fn load_project(&self, remote: RemoteArguments) -> Result<Project, Exit> {
        self.load_selected(&Selection::default(), remote)
    }

    /// Reads those APIs of the project that a selection can take flows of.
    ///
    /// # Errors
    /// With the exit code, once it has been told what is wrong.
    pub(super) fn load_selected(
        &self,
        selection: &Selection,
        remote: RemoteArguments,
    ) -> Result<Project, Exit> {
        let remote = remote.begin().map_err(|it| self.tell_problems(&[*it]))?;
        let loaded = Project::load_selected(&self.directory, selection, remote.as_ref());
        loaded.map_err(|problems| self.tell_problems(&problems))
    }
}
