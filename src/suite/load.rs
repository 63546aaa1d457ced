//! From the texts of a folder to a suite that can be played.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::compile::{compile_called, compile_contract};
use super::settings::{self, ApiSettings, Uncovered};
use crate::arazzo::{self, Files, Surroundings};
use crate::contract::Contract;
use crate::coverage::{Exemption, Universe};
use crate::digest::{Digest, sha256};
use crate::openapi::{self, Fetch, Load, Reach, Shared};
use crate::parallel;
use crate::problem::{Problem, ProblemCode, hide_lines};
use crate::run::foresee;
use crate::scenario::Scenario;
use crate::source::{Source, SyntaxFault};

/// How many OpenAPI documents besides its own the scenarios of an API may name.
const SOURCES_MAX: usize = 100;

/// How many steps are looked into by several threads.
const SHARED_STEPS_MIN: usize = 100;

/// The texts that define one API.
pub struct Folder {
    /// Its short name: the name of the folder.
    pub api: String,
    /// The contract.
    pub contract: SourceText,
    /// The scenarios, ordered by path.
    pub scenarios: Vec<SourceText>,
    /// The settings, when there are any.
    pub settings: Option<SourceText>,
    /// The paths of files that are neither and look as if they were meant to be read.
    pub others: Vec<String>,
    /// The files that the contract may refer to and scenarios may send.
    pub files: Box<dyn Files>,
}

impl Folder {
    /// The digest of each text in it, by its path.
    fn digests(&self) -> BTreeMap<String, String> {
        let contract = std::iter::once(&self.contract);
        let texts = contract.chain(&self.scenarios).chain(&self.settings);
        let named = texts.map(|it| (it.path.clone(), sha256(it.text.as_bytes())));
        named.collect()
    }
}

/// A text with the path that it is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// The path, as it is shown.
    pub path: String,
    /// The text.
    pub text: String,
}

/// One API, ready to be played.
#[derive(Debug)]
pub struct Api {
    /// Its short name.
    pub name: String,
    /// What it promises.
    pub contract: Arc<Contract>,
    /// What is played, in the order of the files.
    pub scenarios: Vec<Arc<Scenario>>,
    /// What `api.toml` says.
    pub settings: ApiSettings,
    /// Its text, for the places in it.
    pub settings_source: Option<Arc<Source>>,
    /// A name for all that it is judged by: contract, scenarios, settings and the files that they name. The
    /// same bytes have the same one.
    pub digest: String,
}

/// Everything that can be played.
#[derive(Debug, Default)]
pub struct Suite {
    /// The APIs, ordered by name.
    pub apis: Vec<Api>,
}

impl Api {
    /// All of its contract that can be exercised.
    pub fn universe(&self) -> Universe {
        let uncovered = self.settings.uncovered.iter();
        let exemptions: Vec<Exemption> = uncovered.map(Uncovered::exemption).collect();
        Universe::new(&self.contract, &exemptions)
    }
}

impl Suite {
    /// The API of that name.
    pub fn api(&self, name: &str) -> Option<&Api> {
        self.apis.iter().find(|api| api.name == name)
    }

    /// Every scenario, ordered by API and then as the files have them.
    pub fn scenarios(&self) -> Vec<Arc<Scenario>> {
        self.apis
            .iter()
            .flat_map(|api| api.scenarios.iter().cloned())
            .collect()
    }

    /// Compiles every schema; with the Problems of those that are none.
    ///
    /// Playing compiles only what it needs; this is for whoever wants to know all beforehand.
    pub fn compile_all(&self) -> Vec<Problem> {
        let contracts = self.apis.iter().map(|api| &api.contract);
        contracts.flat_map(|it| compile_contract(it)).collect()
    }
}

/// Loads folders; with the Problems of all of them.
pub fn load(folders: Vec<Folder>) -> (Suite, Vec<Problem>) {
    load_with(folders, None)
}

/// Loads folders, with the documents elsewhere that their contracts refer to.
pub fn load_with(folders: Vec<Folder>, fetch: Option<Fetch<'_>>) -> (Suite, Vec<Problem>) {
    let mut suite = Suite::default();
    let mut problems = Vec::new();
    for folder in folders {
        suite.apis.extend(load_api(folder, fetch, &mut problems));
    }
    (suite, problems)
}

/// Loads a contract by itself, with the files of its folder that it refers to.
pub fn load_contract(
    api: &str,
    text: SourceText,
    files: &dyn Files,
) -> (Option<Contract>, Vec<Problem>) {
    load_contract_with(api, text, files, None)
}

/// Loads a contract by itself, with the files of its folder and the documents elsewhere that it refers
/// to.
pub fn load_contract_with(
    api: &str,
    text: SourceText,
    files: &dyn Files,
    fetch: Option<Fetch<'_>>,
) -> (Option<Contract>, Vec<Problem>) {
    let mut problems = Vec::new();
    let contract = parse(text, &mut problems).and_then(|source| {
        let load: Load<'_> = &|path| files.load(path);
        let (contract, found) = openapi::lower_with(
            api,
            &source,
            Reach {
                fetch,
                ..Reach::folder(load)
            },
        );
        problems.extend(found);
        contract
    });
    (contract, problems)
}

fn parse(text: SourceText, problems: &mut Vec<Problem>) -> Option<Arc<Source>> {
    take(Source::parse(&text.path, text.text), problems)
}

/// Reads several texts, those of some size side by side.
fn parse_all(texts: Vec<SourceText>) -> Vec<Result<Source, Vec<SyntaxFault>>> {
    let bytes: usize = texts.iter().map(|it| it.text.len()).sum();
    let parse = |it: SourceText| Source::parse(&it.path, it.text);
    parallel::map(bytes >= parallel::TEXT_BYTES_MIN, texts, parse)
}

/// What was read, or else its Problems.
fn take(
    parsed: Result<Source, Vec<SyntaxFault>>,
    problems: &mut Vec<Problem>,
) -> Option<Arc<Source>> {
    match parsed {
        Ok(source) => Some(Arc::new(source)),
        Err(faults) => {
            problems.extend(faults.into_iter().map(Problem::from));
            None
        }
    }
}

fn load_api(folder: Folder, fetch: Option<Fetch<'_>>, problems: &mut Vec<Problem>) -> Option<Api> {
    let before = problems.len();
    let files = Noted::new(folder.digests(), folder.files.as_ref());
    let named = |text: &SourceText| text.text.contains("identities");
    let names_secrets = folder.settings.as_ref().is_some_and(named);
    let settings_source = folder.settings.and_then(|text| parse(text, problems));
    if names_secrets {
        // A line that cannot be read may hold a secret by mistake.
        hide_lines(&mut problems[before..]);
    }
    let settings = settings_source
        .as_ref()
        .map(|source| settings::read(source, problems))
        .unwrap_or_default();
    let texts = std::iter::once(folder.contract).chain(folder.scenarios);
    let mut parsed = parse_all(texts.collect()).into_iter();
    let source = parsed.next().and_then(|it| take(it, problems));
    let contract = source.and_then(|source| {
        let reach = Reach {
            load: &|path| files.load(path),
            shared: Some(Shared {
                folders: &settings.shared,
                load: &|path| files.load_shared(path),
            }),
            fetch,
        };
        let (contract, found) = openapi::lower_with(&folder.api, &source, reach);
        problems.extend(found);
        contract.map(Arc::new)
    });
    let sources: Vec<Arc<Source>> = parsed.filter_map(|it| take(it, problems)).collect();
    // Scenarios are read even without a contract, for what is wrong with them by themselves.
    let mut contracts: Vec<Arc<Contract>> = contract.iter().cloned().collect();
    let more = more_contracts(
        (&folder.api, &sources),
        (&files, fetch),
        &contracts,
        problems,
    );
    contracts.extend(more);
    let surroundings = Surroundings {
        api: &folder.api,
        contracts: &contracts,
        files: &files,
    };
    let borrowed: Vec<&Source> = sources.iter().map(AsRef::as_ref).collect();
    let (lowered, found) = arazzo::lower_all(&borrowed, &surroundings);
    let orphaned = contract.is_none();
    problems.extend(
        found
            .into_iter()
            .filter(|it| !orphaned || !is_consequence(it)),
    );
    let scenarios: Vec<Arc<Scenario>> = lowered.into_iter().map(Arc::new).collect();
    complain_of_twins(&scenarios, problems);
    let contract = contract?;
    complain_of_strangers(&folder.others, &files.loaded(&folder.api), problems);
    if let Some(source) = &settings_source {
        settings::check(source, &contract, problems);
        settings::check_servers(source, &contracts, problems);
    }
    problems.extend(compile_called(&scenarios));
    foresee_sound(&scenarios, problems);
    Some(Api {
        name: folder.api,
        contract,
        scenarios,
        settings,
        settings_source,
        digest: files.digest(),
    })
}

/// What can be foreseen of the requests of every file in which nothing is wrong: elsewhere a request may
/// lack a part for that reason.
fn foresee_sound(scenarios: &[Arc<Scenario>], problems: &mut Vec<Problem>) {
    let is_sound = |scenario: &&Arc<Scenario>| {
        let file = &scenario.location.path;
        let mut places = problems.iter().filter_map(|it| it.location.as_ref());
        places.all(|it| it.path != *file)
    };
    let sound: Vec<_> = scenarios.iter().filter(is_sound).collect();
    let steps: usize = sound.iter().map(|it| it.steps.len()).sum();
    let foreseen = parallel::map(steps >= SHARED_STEPS_MIN, sound, foresee);
    problems.extend(foreseen.into_iter().flatten());
}

/// The OpenAPI documents besides the API's own that its scenarios name as sources, from its folder.
fn more_contracts(
    (api, sources): (&str, &[Arc<Source>]),
    (files, fetch): (&dyn Files, Option<Fetch<'_>>),
    contracts: &[Arc<Contract>],
    problems: &mut Vec<Problem>,
) -> Vec<Arc<Contract>> {
    let mut more = Vec::new();
    let folder = format!("specs/{api}/");
    let mut wanted: Vec<String> = sources.iter().flat_map(|it| arazzo::wanted(it)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let is_known = |path: &String| {
        let known = contracts.iter().map(|it| it.source.path());
        known
            .chain(sources.iter().map(|it| it.path()))
            .any(|it| it == path)
    };
    wanted.retain(|path| path.starts_with(&folder) && !is_known(path));
    for path in wanted.into_iter().take(SOURCES_MAX) {
        // What is not there is told where it is named.
        let bytes = files.load(path_below(&path, &folder)).ok();
        let text = bytes.and_then(|it| String::from_utf8(it.to_vec()).ok());
        let Some(source) = text.and_then(|text| parse(SourceText { path, text }, problems)) else {
            continue;
        };
        let is_openapi = ["openapi", "swagger"]
            .iter()
            .any(|it| source.root().get(it).is_some());
        if is_openapi {
            // What it refers to stands beside it.
            let beside = path_below(source.path(), &folder).rsplit_once('/');
            let beside = beside.map_or_else(String::new, |(beside, _)| format!("{beside}/"));
            let load: Load<'_> = &|path| files.load(&format!("{beside}{path}"));
            let (contract, found) = openapi::lower_with(
                api,
                &source,
                Reach {
                    fetch,
                    ..Reach::folder(load)
                },
            );
            problems.extend(found);
            more.extend(contract.map(Arc::new));
        }
    }
    more
}

/// A path as it is below a folder that it stands in.
fn path_below<'p>(path: &'p str, folder: &str) -> &'p str {
    path.strip_prefix(folder).unwrap_or(path)
}

/// The files of an API, with a note of those that were read. Each is read once, however many steps send it.
struct Noted<'f> {
    files: &'f dyn Files,
    /// Those of its own folder that were read, by their paths.
    loaded: Mutex<BTreeMap<String, Arc<[u8]>>>,
    /// Those that it shares with others.
    shared: Mutex<BTreeMap<String, Arc<[u8]>>>,
    /// The digest of each text and file that was read, by its path.
    digests: Mutex<BTreeMap<String, String>>,
}

impl<'f> Noted<'f> {
    /// The files beside texts that were read already.
    fn new(digests: BTreeMap<String, String>, files: &'f dyn Files) -> Self {
        Self {
            files,
            loaded: Mutex::default(),
            shared: Mutex::default(),
            digests: Mutex::new(digests),
        }
    }

    /// A file by its path; loaded where that was not done yet.
    fn once(
        &self,
        known: &Mutex<BTreeMap<String, Arc<[u8]>>>,
        path: &str,
        load: impl FnOnce() -> Result<Arc<[u8]>, String>,
    ) -> Result<Arc<[u8]>, String> {
        // One file is read at a time, so that none is read twice.
        let mut known = lock(known);
        if let Some(bytes) = known.get(path) {
            return Ok(Arc::clone(bytes));
        }
        let bytes = load()?;
        known.insert(path.to_owned(), Arc::clone(&bytes));
        lock(&self.digests).insert(path.to_owned(), sha256(&bytes));
        Ok(bytes)
    }

    /// A name for all that was read.
    fn digest(&self) -> String {
        let mut all = Digest::default();
        for (path, digest) in lock(&self.digests).iter() {
            all.add(path.as_bytes());
            all.add(digest.as_bytes());
        }
        all.short()
    }

    /// The paths of the files that were read, as they are shown.
    fn loaded(&self, api: &str) -> BTreeSet<String> {
        let loaded = lock(&self.loaded);
        loaded
            .keys()
            .map(|it| format!("specs/{api}/{it}"))
            .collect()
    }
}

/// A path without the `./` that it begins with, and never one that may not be read for one that may: what is
/// left of `.//a` without it is a path from the root.
fn plain(mut path: &str) -> &str {
    while let Some(rest) = path.strip_prefix("./").filter(|it| !it.starts_with('/')) {
        path = rest;
    }
    path
}

fn lock<T>(noted: &Mutex<T>) -> MutexGuard<'_, T> {
    noted.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Files for Noted<'_> {
    fn load(&self, path: &str) -> Result<Arc<[u8]>, String> {
        self.once(&self.loaded, plain(path), || self.files.load(path))
    }

    fn load_shared(&self, path: &str) -> Result<Arc<[u8]>, String> {
        self.once(&self.shared, path, || self.files.load_shared(path))
    }
}

/// Whether a Problem only says again that there is no contract.
fn is_consequence(problem: &Problem) -> bool {
    problem.code == ProblemCode::UnknownReference && problem.message.contains("OpenAPI document")
}

/// A file that nobody reads is told, because somebody may think that it is read.
fn complain_of_strangers(paths: &[String], loaded: &BTreeSet<String>, problems: &mut Vec<Problem>) {
    for path in paths.iter().filter(|path| !loaded.contains(*path)) {
        let message = format!(
            "`{path}` is neither the contract nor a scenario, and neither of them refers to it"
        );
        problems.push(
            Problem::without_place(ProblemCode::UnusableFile, message)
                .with_help("scenarios are called *.arazzo.yaml, the contract openapi.yaml"),
        );
    }
}

/// The names of workflows are unique in their API, because snapshots are named after them.
fn complain_of_twins(scenarios: &[Arc<Scenario>], problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<String, &Arc<Scenario>> = BTreeMap::new();
    for scenario in scenarios {
        // Names that differ by case alone are one file on some disks.
        let Some(first) = seen.insert(scenario.id.to_lowercase(), scenario) else {
            continue;
        };
        let same_file = first.location.path == scenario.location.path;
        if same_file && first.id == scenario.id {
            continue;
        }
        let message = format!("there are two workflows `{}` of this API", scenario.id);
        problems.push(
            Problem::new(
                ProblemCode::DuplicateName,
                scenario.location.clone(),
                message,
            )
            .with_also(first.location.clone(), "the other one")
            .with_help("give each workflow of an API its own workflowId"),
        );
    }
}

#[cfg(test)]
mod tests;
