//! Layers of snapshots on the disk: `snapshots/<api>/@<target>/<workflow>.snap` holds what a named target
//! answers otherwise.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Project, TEXT_BYTES_MAX, unusable};
use crate::change::Note;
use crate::problem::Problem;
use crate::shell::files;
use crate::snapshot::parse_file;
use crate::suite::{Baseline, LAYER_SIGN, SourceText};

/// The snapshots of the layers of an API: the target, the name of the workflow, the text.
pub(super) fn texts(
    root: &Path,
    api: &str,
    problems: &mut Vec<Problem>,
) -> Vec<(String, String, SourceText)> {
    let folder = root.join("snapshots").join(api);
    let mut texts = Vec::new();
    for path in files::list(&folder, 1).unwrap_or_default() {
        let below = path.strip_prefix(&folder).ok().and_then(Path::to_str);
        let below = below.map(|it| it.replace('\\', "/")).unwrap_or_default();
        let Some((target, name)) = layer_of(&below) else {
            continue;
        };
        let Some(workflow) = name.strip_suffix(".snap") else {
            continue;
        };
        match files::load_text(&path, TEXT_BYTES_MAX) {
            Ok(text) => {
                let shown = format!("snapshots/{api}/{below}");
                let text = SourceText { path: shown, text };
                texts.push((target.to_owned(), workflow.to_owned(), text));
            }
            Err(error) => problems.push(unusable(&path, &error)),
        }
    }
    texts
}

/// The target and the file of a path below the snapshots of an API, where it leads into a layer.
pub(in crate::cli) fn layer_of(below: &str) -> Option<(&str, &str)> {
    below.strip_prefix(LAYER_SIGN)?.split_once('/')
}

/// The path of a workflow's snapshot in the layer of a target.
pub(in crate::cli) fn layer_path(root: &Path, (api, target): (&str, &str), name: &str) -> PathBuf {
    let folder = root.join("snapshots").join(api);
    folder
        .join(format!("{LAYER_SIGN}{target}"))
        .join(format!("{name}.snap"))
}

impl Project {
    /// Whether a file waits that another target answered: what is settled here is not settled there.
    pub fn waits_for_another(pending: &Path, target: Option<&str>) -> bool {
        let text = files::load_text(pending, TEXT_BYTES_MAX);
        // What is no snapshot, or is not there, is nobody's.
        let file = text.ok().and_then(|it| parse_file(&it).ok());
        file.is_some_and(|it| Note::target(&it.notes).as_deref() != target)
    }

    /// The approved snapshots that count at a named target, or where none is named.
    pub(in crate::cli) fn baselines_at(
        &self,
        target: Option<&str>,
    ) -> BTreeMap<String, BTreeMap<String, Baseline>> {
        let mut all = self.baselines.clone();
        for (api, base) in &mut all {
            if let (Some(target), Some(layers)) = (target, self.layers.get(api)) {
                *base = layers.over(base, target);
            }
        }
        all
    }

    /// The file that a workflow's answers are compared with at a named target: that of its layer where
    /// there is one. With the approved text.
    pub(in crate::cli) fn compared_at(
        &self,
        api: &str,
        name: &str,
        target: Option<&str>,
    ) -> (PathBuf, Option<&str>) {
        let layers = self.layers.get(api);
        let own = target.and_then(|target| Some((target, layers?.get(target, name)?)));
        match own {
            Some((target, baseline)) => {
                let path = layer_path(&self.root, (api, target), name);
                (path, Some(&baseline.body))
            }
            None => (self.snapshot_path(api, name), self.approved(api, name)),
        }
    }

    /// The snapshots of layers that say what is approved for all, as `api/@target/workflow`.
    pub(in crate::cli) fn needless(&self) -> Vec<String> {
        let each = self.layers.iter().flat_map(|(api, layers)| {
            let base = self.baselines.get(api);
            let found = base.map(|it| layers.needless(it)).unwrap_or_default();
            found
                .into_iter()
                .map(move |(target, name)| format!("{api}/{LAYER_SIGN}{target}/{name}"))
        });
        each.collect()
    }

    /// What is worth a word of the layers.
    pub(in crate::cli) fn layer_problems(&self) -> Vec<Problem> {
        let each = self.suite.apis.iter().filter_map(|api| {
            let layers = self.layers.get(&api.name)?;
            Some(layers.problems(api, self.baselines.get(&api.name)?))
        });
        each.flatten().collect()
    }
}
