//! The project on the disk: `specs/<api>/` and `snapshots/<api>/`, found by folder.

pub(super) mod layers;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::arazzo::Files;
use crate::plan::Selection;
use crate::problem::{Problem, ProblemCode};
use crate::shell::files::{self, Confined, FileError};
use crate::shell::remote::Remote;
use crate::suite::{self, Baseline, Folder, LAYER_SIGN, Layers, SourceText, Suite};

/// The largest contract, scenario, setting or snapshot, in bytes.
pub(super) const TEXT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How many APIs one project may have.
const APIS_MAX: usize = 1_000;

/// Everything that a run reads from the disk.
#[derive(Debug)]
pub struct Project {
    /// The folder that holds `specs/` and `snapshots/`.
    pub root: PathBuf,
    /// What can be played.
    pub suite: Suite,
    /// The approved snapshots, by API and workflow.
    pub baselines: BTreeMap<String, BTreeMap<String, Baseline>>,
    /// What targets answer otherwise, by API.
    pub layers: BTreeMap<String, Layers>,
    /// What is worth a word in its files, and stops nothing.
    pub warnings: Vec<Problem>,
}

/// The files of a folder that documents in it may name, with those of the project around it, when it is
/// in one.
pub(super) struct ApiFiles {
    pub(super) own: Confined,
    pub(super) project: Option<Confined>,
}

impl Files for ApiFiles {
    fn load(&self, path: &str) -> Result<Arc<[u8]>, String> {
        self.own.load(path)
    }

    fn load_shared(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let project = self.project.as_ref();
        let project = project.ok_or("there is no project around the folder")?;
        project.load(path)
    }
}

impl Project {
    /// Reads a project.
    ///
    /// # Errors
    /// With every Problem of every file, when one of them is an error.
    pub fn load(root: &Path) -> Result<Self, Vec<Problem>> {
        Self::load_selected(root, &Selection::default(), None)
    }

    /// Reads those APIs of a project that a selection can take flows of, with the documents elsewhere that
    /// their contracts refer to. What it costs, and what can be wrong, is theirs alone.
    ///
    /// # Errors
    /// With every Problem of every file that was read, when one of them is an error.
    pub fn load_selected(
        root: &Path,
        selection: &Selection,
        remote: Option<&Remote>,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let folders = folders(root, selection, &mut problems);
        let (suite, found) = match remote {
            Some(remote) => suite::load_with(folders, Some(&|url| remote.fetch(url))),
            None => suite::load(folders),
        };
        problems.extend(found);
        // A folder of files that APIs share is none of an API.
        let shared = suite.apis.iter().flat_map(|api| &api.settings.shared);
        let shared: Vec<Problem> = shared.map(|it| no_contract(it)).collect();
        problems.retain(|it| !shared.contains(it));
        let (mut baselines, mut layers) = (BTreeMap::new(), BTreeMap::new());
        for api in &suite.apis {
            let (read, found) = suite::baselines(snapshot_texts(root, &api.name, &mut problems));
            problems.extend(found);
            baselines.insert(api.name.clone(), read);
            let (read, found) = Layers::read(layers::texts(root, &api.name, &mut problems));
            problems.extend(found);
            layers.insert(api.name.clone(), read);
        }
        problems.sort_by(|left, right| left.location.cmp(&right.location));
        // What two readers of one file see is one Problem.
        problems.dedup();
        if problems.iter().all(|it| !it.is_error()) {
            Ok(Self {
                root: root.to_owned(),
                suite,
                baselines,
                layers,
                warnings: problems,
            })
        } else {
            Err(problems)
        }
    }

    /// The path of a workflow's snapshot.
    pub fn snapshot_path(&self, api: &str, workflow: &str) -> PathBuf {
        self.root
            .join("snapshots")
            .join(api)
            .join(format!("{workflow}.snap"))
    }

    /// The path of a workflow's snapshot while it waits to be approved.
    pub fn pending_path(&self, api: &str, workflow: &str) -> PathBuf {
        super::waiting::beside(&self.snapshot_path(api, workflow))
    }

    /// The approved text of a snapshot, when there is one.
    pub fn approved(&self, api: &str, name: &str) -> Option<&str> {
        let baseline = self.baselines.get(api)?.get(name)?;
        Some(&baseline.body)
    }

    /// The approved snapshots that no workflow has any more, as `api/workflow` or
    /// `api/@target/workflow`.
    pub fn unreferenced(&self) -> Vec<String> {
        let folder = self.root.join("snapshots");
        let mut names = Vec::new();
        for path in files::list(&folder, 2).unwrap_or_default() {
            let below = path.strip_prefix(&folder).unwrap_or(&path);
            let Some(name) = below.to_str().and_then(|it| it.strip_suffix(".snap")) else {
                continue;
            };
            let (api, below) = name.split_once('/').unwrap_or(("", name));
            let workflow = match below.split_once('/') {
                Some((layer, workflow)) if layer.starts_with(LAYER_SIGN) => workflow,
                // What lies deeper and is no layer is nobody's.
                Some(_) => continue,
                None => below,
            };
            let api = self.suite.api(api);
            let known = api.is_some_and(|it| {
                let mut scenarios = it.scenarios.iter();
                scenarios.any(|it| it.snapshots().iter().any(|name| name == workflow))
            });
            if !known {
                names.push(name.to_owned());
            }
        }
        names
    }
}

fn unusable(path: &Path, error: &FileError) -> Problem {
    let message = format!("{}: {}", path.display(), error.why());
    Problem::without_place(ProblemCode::UnusableFile, message)
        .with_help("make the file readable, or take it away")
}

fn folders(root: &Path, selection: &Selection, problems: &mut Vec<Problem>) -> Vec<Folder> {
    let specs = root.join("specs");
    let Ok(paths) = files::list(&specs, 1) else {
        let message = format!("there is no folder `specs` in `{}`", root.display());
        problems.push(
            Problem::without_place(ProblemCode::UnusableFile, message)
                .with_help("go to the project, or name it: `countersign -C DIR ..`"),
        );
        return Vec::new();
    };
    let mut names: Vec<String> = paths
        .iter()
        .filter_map(|path| {
            path.strip_prefix(&specs)
                .unwrap_or(path)
                .parent()?
                .to_str()
                .map(str::to_owned)
        })
        .filter(|name| !name.is_empty())
        .collect();
    names.dedup();
    if names.is_empty() {
        let message = format!("`{}` holds no API", specs.display());
        problems.push(
            Problem::without_place(ProblemCode::UnusableFile, message)
                .with_help("put an openapi.yaml into specs/<api>/"),
        );
    }
    selection
        .among(names)
        .into_iter()
        .take(APIS_MAX)
        .filter_map(|name| folder(root, &name, problems))
        .collect()
}

/// The texts of one API.
fn folder(root: &Path, api: &str, problems: &mut Vec<Problem>) -> Option<Folder> {
    let path = root.join("specs").join(api);
    let shown = format!("specs/{api}");
    let confined = match Confined::new(&path) {
        Ok(confined) => confined,
        Err(error) => {
            problems.push(unusable(&path, &error));
            return None;
        }
    };
    let mut read = |name: &str| match confined.load_text(name, TEXT_BYTES_MAX) {
        Ok(text) => Some(SourceText {
            path: format!("{shown}/{name}"),
            text,
        }),
        Err(error) => {
            problems.push(unusable(&path.join(name), &error));
            None
        }
    };
    let names: Vec<String> = files::list(&path, 0)
        .unwrap_or_default()
        .iter()
        .filter_map(|file| file.file_name()?.to_str().map(str::to_owned))
        .collect();
    let mut contract = None;
    let mut scenarios = Vec::new();
    let mut settings = None;
    let mut others = Vec::new();
    for name in &names {
        match name.as_str() {
            _ if is_contract(name) => contract = read(name),
            "api.toml" => settings = read(name),
            _ if is_scenario(name) => scenarios.extend(read(name)),
            _ if is_description(name) => others.push(format!("{shown}/{name}")),
            _ => {}
        }
    }
    let contracts: Vec<&String> = names.iter().filter(|name| is_contract(name)).collect();
    if let [first, second, ..] = contracts.as_slice() {
        let message = format!("`{shown}` has two contracts, {first} and {second}");
        problems.push(
            Problem::without_place(ProblemCode::UnusableFile, message)
                .with_help("keep one of the two"),
        );
    }
    if contracts.is_empty() {
        problems.push(no_contract(&shown));
    }
    let files = Box::new(ApiFiles {
        own: confined.clone(),
        project: Confined::new(root).ok(),
    });
    Some(Folder {
        api: api.to_owned(),
        contract: contract?,
        scenarios,
        settings,
        others,
        files,
    })
}

/// The Problem of a folder below `specs` that holds no API.
fn no_contract(shown: &str) -> Problem {
    let message = format!("`{shown}` has no contract");
    Problem::without_place(ProblemCode::UnusableFile, message).with_help(format!(
        "put the API's description into {shown}/openapi.yaml"
    ))
}

fn is_contract(name: &str) -> bool {
    matches!(name, "openapi.yaml" | "openapi.yml" | "openapi.json")
}

/// Whether a file is called as scenarios are: `arazzo.yaml`, which the specification recommends, or with
/// a name before it.
fn is_scenario(name: &str) -> bool {
    ["arazzo.yaml", "arazzo.yml", "arazzo.json"]
        .iter()
        .filter_map(|ending| name.strip_suffix(ending))
        .any(|before| before.is_empty() || before.ends_with('.'))
}

/// Whether a file looks as if it were meant to be read.
fn is_description(name: &str) -> bool {
    [".yaml", ".yml", ".json"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// The approved snapshots of an API: the name of the workflow with the text.
fn snapshot_texts(
    root: &Path,
    api: &str,
    problems: &mut Vec<Problem>,
) -> Vec<(String, SourceText)> {
    let folder = root.join("snapshots").join(api);
    let mut texts = Vec::new();
    for path in files::list(&folder, 0).unwrap_or_default() {
        let Some(name) = path.file_name().and_then(|it| it.to_str()) else {
            continue;
        };
        let Some(workflow) = name.strip_suffix(".snap") else {
            continue;
        };
        match files::load_text(&path, TEXT_BYTES_MAX) {
            Ok(text) => {
                let shown = format!("snapshots/{api}/{name}");
                texts.push((workflow.to_owned(), SourceText { path: shown, text }));
            }
            Err(error) => problems.push(unusable(&path, &error)),
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v4_a_document_is_called_as_the_specification_recommends_or_otherwise() {
        for name in [
            "arazzo.yaml",
            "arazzo.json",
            "buy.arazzo.yaml",
            "a.b.arazzo.yml",
        ] {
            assert!(is_scenario(name), "{name}");
        }
        for name in [
            "flows.yaml",
            "notarazzo.yaml",
            "arazzo.toml",
            "arazzo.yaml.txt",
        ] {
            assert!(!is_scenario(name), "{name}");
        }
    }
}
