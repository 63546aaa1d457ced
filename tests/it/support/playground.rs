//! A project that a test makes up: one API with its contract, its flows and its settings, in a folder of its
//! own.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{program, write};

/// What a document of flows begins with, before its workflows.
const HEAD: &str = "arazzo: 1.1.0
info: {title: T, version: '1'}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
";

/// A project of one API.
pub(crate) struct Playground {
    folder: TempDir,
    api: PathBuf,
}

impl Playground {
    /// An API of that name: its contract, its workflows as a list of YAML, and its settings.
    pub(crate) fn new(api: &str, contract: &str, workflows: &str, settings: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let api = folder.path().join("specs").join(api);
        write(&api.join("openapi.yaml"), contract);
        write(
            &api.join("flows.arazzo.yaml"),
            &format!("{HEAD}{workflows}"),
        );
        write(&api.join("api.toml"), settings);
        Self { folder, api }
    }

    /// The folder of the project.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A file of the API.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.api.join(name)
    }

    /// The program over the project.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = program();
        command.arg("-C").arg(self.root()).args(words);
        command
    }
}
