//! Layers of snapshots: what a named target answers otherwise than what is approved for all.

use std::collections::BTreeMap;

use super::load::{Api, SourceText};
use super::update::{Baseline, baselines};
use crate::diff;
use crate::problem::{Problem, ProblemCode};
use crate::snapshot;
use crate::source::Location;

/// What the name of a layer's folder begins with.
pub const LAYER_SIGN: char = '@';

/// The target in whose layer a snapshot stands, by the path of its file as it is shown; none where it is
/// approved for all.
pub fn layer_of(path: &str) -> Option<String> {
    let folder = path.rsplit('/').nth(1)?;
    folder.strip_prefix(LAYER_SIGN).map(str::to_owned)
}

/// The longest name of a target, in bytes: it is part of the name of a folder.
const NAME_BYTES_MAX: usize = 200;

/// Whether a target may have this name: it is one plain part of a path.
pub fn is_target_name(name: &str) -> bool {
    let is_sign = |it: char| it.is_control() || "/\\:".contains(it);
    !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && !name.starts_with('.')
        && !name.contains(is_sign)
}

/// The layers of one API.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// By target, then by the name of the snapshot.
    files: BTreeMap<String, BTreeMap<String, LayerFile>>,
}

/// A snapshot of a layer.
#[derive(Debug, Clone)]
struct LayerFile {
    baseline: Baseline,
    /// Its first line.
    location: Location,
}

impl Layers {
    /// Reads layers from the target, the name and the text of each snapshot; with the Problems of those
    /// that cannot be read.
    pub fn read(texts: Vec<(String, String, SourceText)>) -> (Self, Vec<Problem>) {
        let mut layers = Self::default();
        let mut problems = Vec::new();
        for (target, name, text) in texts {
            let location = Location::at_line(&text.path, text.text.clone(), 1);
            let (read, found) = baselines(vec![(name, text)]);
            problems.extend(found);
            let layer = layers.files.entry(target).or_default();
            layer.extend(read.into_iter().map(|(name, baseline)| {
                let location = location.clone();
                (name, LayerFile { baseline, location })
            }));
        }
        (layers, problems)
    }

    /// The snapshot of that name in the layer of a target.
    pub fn get(&self, target: &str, name: &str) -> Option<&Baseline> {
        let file = self.files.get(target)?.get(name)?;
        Some(&file.baseline)
    }

    /// The snapshots that count at a target: those of its layer, and those for all that have none in it.
    pub fn over(
        &self,
        base: &BTreeMap<String, Baseline>,
        target: &str,
    ) -> BTreeMap<String, Baseline> {
        let mut all = base.clone();
        let own = self.files.get(target).into_iter().flatten();
        all.extend(own.map(|(name, file)| (name.clone(), file.baseline.clone())));
        all
    }

    /// The snapshots that say what is approved for all, by target and name.
    pub fn needless(&self, base: &BTreeMap<String, Baseline>) -> Vec<(&str, &str)> {
        let found = self.all().filter(|(_, name, file)| {
            let same = base.get(*name);
            same.is_some_and(|it| snapshot::compare(Some(&it.body), &file.baseline.body).is_none())
        });
        found.map(|(target, name, _)| (target, name)).collect()
    }

    /// What is worth a word: layers of targets that nobody knows, and snapshots that say nothing new.
    pub fn problems(&self, api: &Api, base: &BTreeMap<String, Baseline>) -> Vec<Problem> {
        let known = api.settings.targets.iter();
        let known: Vec<&str> = known.map(|it| it.name.as_str()).collect();
        let needless = self.needless(base);
        let mut problems = Vec::new();
        for (target, files) in &self.files {
            let first = files.values().next();
            if let Some(file) = first.filter(|_| !known.contains(&target.as_str())) {
                problems.push(stray(api, target, &known, file));
            }
        }
        for (target, name, file) in self.all() {
            if needless.contains(&(target, name)) {
                let message = format!("the layer of `{target}` says what is approved for all");
                let help =
                    "remove the file, or all such files with `countersign accept --unreferenced`";
                problems.push(word(file, message).with_help(help));
            }
        }
        problems
    }

    fn all(&self) -> impl Iterator<Item = (&str, &str, &LayerFile)> {
        self.files.iter().flat_map(|(target, files)| {
            let files = files.iter();
            files.map(move |(name, file)| (target.as_str(), name.as_str(), file))
        })
    }
}

fn word(file: &LayerFile, message: String) -> Problem {
    Problem::new(ProblemCode::StrayLayer, file.location.clone(), message).as_warning()
}

fn stray(api: &Api, target: &str, known: &[&str], file: &LayerFile) -> Problem {
    let message = format!(
        "the layer is of `{target}`, and {} has no such target",
        api.name
    );
    let help = match diff::nearest(target, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "add `[targets.{target}]` to specs/{}/api.toml, or remove the folder",
            api.name
        ),
    };
    word(file, message).with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_known_by_its_folder() {
        assert_eq!(layer_of("snapshots/a/@t/w.snap").as_deref(), Some("t"));
        assert_eq!(layer_of("snapshots/a/w.snap"), None);
        assert_eq!(layer_of("@t"), None);
    }
    use crate::snapshot::{FileState, render_file};
    use crate::suite::{Folder, load};

    fn text(path: &str, body: &str) -> SourceText {
        SourceText {
            path: path.to_owned(),
            text: render_file("s", "t::a", "", body, FileState::Approved),
        }
    }

    fn base() -> BTreeMap<String, Baseline> {
        let texts = ["a", "b"].map(|name| (name.to_owned(), text(name, "for all")));
        baselines(texts.into()).0
    }

    fn layers(files: &[(&str, &str, &str)]) -> Layers {
        let texts = files.iter().map(|(target, name, body)| {
            let path = format!("snapshots/t/@{target}/{name}.snap");
            ((*target).to_owned(), (*name).to_owned(), text(&path, body))
        });
        let (layers, problems) = Layers::read(texts.collect());
        assert_eq!(problems, []);
        layers
    }

    fn told(layers: &Layers, targets: &str) -> Vec<String> {
        let source = |path: &str, text: &str| SourceText {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let contract = "openapi: 3.1.1\ninfo: {title: T, version: '1'}\npaths: {}\n";
        let (suite, problems) = load(vec![Folder {
            api: "t".to_owned(),
            contract: source("specs/t/openapi.yaml", contract),
            scenarios: Vec::new(),
            settings: Some(source("specs/t/api.toml", targets)),
            others: Vec::new(),
            files: Box::new(crate::arazzo::NoFiles),
        }]);
        assert_eq!(problems, []);
        let problems = layers.problems(&suite.apis[0], &base());
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_stands_in_a_layer_counts_there_alone() {
        let layers = layers(&[("staging", "a", "there")]);
        let body = |target: &str, name: &str| layers.over(&base(), target)[name].body.clone();
        assert_eq!(body("staging", "a"), "there");
        assert_eq!(body("staging", "b"), "for all");
        assert_eq!(body("other", "a"), "for all");
        assert!(layers.get("staging", "a").is_some());
        assert!(layers.get("staging", "b").is_none() && layers.get("other", "a").is_none());
    }

    #[test]
    fn layers_that_say_nothing_or_belong_to_nobody_are_told() {
        const TARGET: &str = "[targets.staging]\nurl = \"http://t\"\n";
        let other = layers(&[("staging", "a", "there"), ("staging", "new", "for all")]);
        assert_eq!(told(&other, TARGET), [""; 0]);
        let same = layers(&[("staging", "a", "for all\r\n"), ("staging", "b", "there")]);
        assert_eq!(same.needless(&base()), [("staging", "a")]);
        let line = "snapshots/t/@staging/a.snap:1:1: warning[stray-layer]: ";
        assert_eq!(
            told(&same, TARGET),
            [format!(
                "{line}the layer of `staging` says what is approved for all; help: remove the file, or all such files \
                 with `countersign accept --unreferenced`"
            )]
        );
        let of_nobody = "the layer is of `staging`, and t has no such target; help: ";
        let near = "[targets.stagign]\nurl = \"http://t\"\n";
        let expected = [format!("{line}{of_nobody}did you mean `stagign`?")];
        assert_eq!(told(&other, near), expected);
        let far = format!(
            "{line}{of_nobody}add `[targets.staging]` to specs/t/api.toml, or remove the folder"
        );
        assert_eq!(told(&other, ""), [far]);
    }

    #[test]
    fn what_is_no_snapshot_is_told() {
        let wrong = SourceText {
            path: "x.snap".to_owned(),
            text: "no head".to_owned(),
        };
        let (layers, problems) = Layers::read(vec![("t".to_owned(), "a".to_owned(), wrong)]);
        assert_eq!(problems.len(), 1);
        assert!(layers.get("t", "a").is_none());
    }

    #[test]
    fn a_target_has_a_name_that_a_folder_may_have() {
        for name in ["staging", "eu-1", "a b", "@", "ü"] {
            assert!(is_target_name(name), "{name}");
        }
        let long = "x".repeat(201);
        for name in ["", ".", "..", ".hidden", "a/b", "a\\b", "c:", "a\n", &long] {
            assert!(!is_target_name(name), "{name}");
        }
    }
}
