//! What waits for a decision in `snapshots/`, and what becomes of it.
//!
//! Only that folder is read: a decision is about what was answered, whatever has become of the contract or
//! the flow.

use std::path::{Path, PathBuf};

use super::Exit;
use super::arguments::WaitingArguments;
use super::project::TEXT_BYTES_MAX;
use super::project::layers::layer_of;
use super::run::flow_of;
use super::settings::Settings;
use crate::change::{ChangeClass, Choice, FlowChange, FlowDecisions, Note, Pending};
use crate::plan::{api_of, takes};
use crate::problem::{Problem, ProblemCode};
use crate::report::escape_line;
use crate::shell::files::{self, FileError};
use crate::snapshot::{SnapshotFile, approved_name, parse_file, text_name};
use crate::source::Location;
use crate::suite::{LAYER_SIGN, is_target_name};

/// What the file of a snapshot ends with while it waits.
const ENDING: &str = ".snap.new";

/// A snapshot that waits for a decision.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    /// The name of its flow, such as `api::workflow`.
    pub(super) flow: String,
    /// The file that waits, as it is shown.
    pub(super) shown: String,
    /// Where it stands.
    place: PathBuf,
    /// Where the approved one stands.
    approved: PathBuf,
    /// The approved file that it was compared with.
    compared: PathBuf,
    /// Whether it was brought from elsewhere, and waits in no file of its own.
    is_brought: bool,
    /// The target that answered, where it is known.
    pub(super) target: Option<String>,
    pub(super) pending: Pending,
}

impl Waiting {
    /// What differs; none where it is settled or stale, so that there is nothing to decide on.
    pub(super) fn open(&self) -> Option<&FlowChange> {
        let change = self.pending.change.as_ref();
        change.filter(|_| !self.pending.is_stale)
    }

    /// The name of its flow, with the layer that it is approved in, or the target that answered.
    pub(super) fn name(&self) -> String {
        match &self.target {
            Some(target) if self.is_in_layer(target) => {
                format!("{} {LAYER_SIGN}{target}", self.flow)
            }
            Some(target) => format!("{} from {target}", self.flow),
            None => self.flow.clone(),
        }
    }

    /// Whether somebody has said what the contract says of the changes: of what decisions alone bring
    /// along, and what a tool wrote that knows no contract, nobody has.
    pub(super) fn is_judged(&self) -> bool {
        let mut changes = self.pending.change.iter().flat_map(|it| &it.changes);
        !self.is_brought || changes.any(|it| it.judgement.class != ChangeClass::Unjudged)
    }

    /// Whether the approved file is one of the layer of a target.
    fn is_in_layer(&self, target: &str) -> bool {
        let folder = self.approved.parent().and_then(Path::file_name);
        folder == Some(format!("{LAYER_SIGN}{target}").as_ref())
    }

    /// What waits for a decision that is made for its target alone: another file is written. It is stale
    /// where the layer of the target has a text of its own by now.
    pub(super) fn for_target_alone(mut self) -> Self {
        let (folder, name) = (self.approved.parent(), self.approved.file_name());
        if let (Some(target), Some(folder), Some(name)) = (&self.target, folder, name)
            && !self.is_in_layer(target)
        {
            let approved = folder.join(format!("{LAYER_SIGN}{target}")).join(name);
            self.pending.is_stale |= approved.exists();
            self.approved = approved;
        }
        self
    }

    /// Does what was decided on the changes, in their order: the approved file is written, and what
    /// waits goes away when nothing is left to decide on. Where a file is not any more what it was when
    /// it was read, nothing is done.
    ///
    /// # Errors
    /// When the disk refuses; a file is written whole or not at all.
    pub(super) fn carry_out(&self, choices: &[Option<Choice>]) -> Result<Carried, FileError> {
        let is_own = self.is_as_read();
        if !is_own && !self.is_brought {
            return Ok(Carried::Overtaken);
        }
        let Some(change) = &self.pending.change else {
            return self.remove_pending(is_own);
        };
        let approved = body_of(&self.compared);
        if approved_name(approved.as_deref()) != approved_name(change.approved.as_deref()) {
            return Ok(Carried::Overtaken);
        }
        let settlement = change.settle(choices);
        let mut rest = self.place.clone();
        if let Some(text) = &settlement.approve {
            let file = self.pending.approved_file(text);
            files::store(&self.approved, file.as_bytes())?;
            rest = beside(&self.approved);
            if rest != self.place {
                self.remove_pending(is_own)?;
            }
        }
        if !settlement.waits {
            return self.remove_pending(is_own);
        }
        let pairs = change.changes.iter().zip(choices);
        let rejected = pairs.filter(|(_, choice)| **choice == Some(Choice::Reject));
        let rejected: Vec<&str> = rejected.map(|(change, _)| change.id.as_str()).collect();
        // What another answer waits in stays.
        if is_own || !rest.exists() {
            let approved = settlement.approve.as_deref();
            let approved = approved.or(change.approved.as_deref());
            let file = self.pending.pending_file(approved, &rejected);
            files::store(&rest, file.as_bytes())?;
        }
        Ok(Carried::Done)
    }

    /// Takes it away; what was approved stays.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn take_away(&self) -> Result<Carried, FileError> {
        if self.is_as_read() {
            self.remove_pending(true)
        } else {
            Ok(Carried::Overtaken)
        }
    }

    /// Whether what waits is still what was read.
    fn is_as_read(&self) -> bool {
        let now = body_of(&self.place);
        now.is_some_and(|it| text_name(&it) == text_name(&self.pending.file.body))
    }

    fn remove_pending(&self, is_own: bool) -> Result<Carried, FileError> {
        if is_own {
            files::remove(&self.place)?;
        }
        Ok(Carried::Done)
    }
}

/// What became of a decision on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    /// It was carried out.
    Done,
    /// It was not: a file is not any more what was decided on.
    Overtaken,
}

/// The text of a snapshot as it is now; none where there is none that can be read.
fn body_of(path: &Path) -> Option<String> {
    let text = files::load_text(path, TEXT_BYTES_MAX).ok()?;
    parse_file(&text).ok().map(|file| file.body)
}

/// Where a snapshot waits to be approved as this file.
pub(super) fn beside(approved: &Path) -> PathBuf {
    let mut path = approved.as_os_str().to_owned();
    path.push(".new");
    path.into()
}

/// What a flow answered elsewhere, brought here to be decided on.
#[derive(Debug, Clone)]
pub(super) struct Brought {
    /// The flow.
    pub(super) flow: String,
    /// The text that it gave.
    pub(super) text: String,
    /// The name of the text that was approved there.
    pub(super) beside: Option<String>,
    /// The target in whose layer that stands.
    pub(super) layer: Option<String>,
    /// The file that the flow is written in.
    pub(super) source: Option<String>,
    /// What the flow shows.
    pub(super) about: Option<String>,
    /// What was said of the changes.
    pub(super) notes: Vec<String>,
}

impl Brought {
    /// Reads what is approved here, and lays it beside.
    ///
    /// # Errors
    /// With the exit code, when the name is none of a flow, or what is approved is no snapshot; told
    /// already.
    pub(super) fn read(self, settings: &Settings) -> Result<Waiting, Exit> {
        let Some(below) = file_of(&self.flow, self.layer.as_deref()) else {
            let flow = escape_line(&self.flow);
            settings
                .console
                .tell(&format!("error: `{flow}` is no name of a flow\n"));
            return Err(Exit::Files);
        };
        let shown = format!("snapshots/{below}");
        let approved = settings.directory.join(&shown);
        let beside = parse_approved(&approved, &shown);
        let beside = beside.map_err(|it| settings.tell_problems(&[*it]))?;
        let old = beside.clone().unwrap_or_default();
        let file = SnapshotFile {
            source: old.source.or(self.source),
            expression: Some(self.flow.clone()),
            description: old.description.or(self.about),
            beside: Some(self.beside.unwrap_or_else(|| approved_name(None))),
            notes: self.notes,
            body: self.text.trim_end().to_owned(),
        };
        let mut pending = Pending::new(file, beside.as_ref());
        if let Some(change) = &mut pending.change {
            change.layer.clone_from(&self.layer);
        }
        Ok(Waiting {
            flow: self.flow,
            target: self.layer,
            pending,
            place: self::beside(&approved),
            compared: approved.clone(),
            approved,
            is_brought: true,
            shown: format!("{shown}.new"),
        })
    }
}

impl Waiting {
    /// What decisions bring along.
    ///
    /// # Errors
    /// As [`Brought::read`].
    pub(super) fn brought(settings: &Settings, it: &FlowDecisions) -> Result<Option<Self>, Exit> {
        let Some(text) = it.text.clone() else {
            return Ok(None);
        };
        let brought = Brought {
            flow: it.flow.clone(),
            text,
            beside: it.approved.clone(),
            layer: it.layer.clone(),
            source: it.source.clone(),
            about: it.about.clone(),
            notes: Vec::new(),
        };
        brought.read(settings).map(Some)
    }
}

/// The file of a flow's snapshot below their folder: `api/workflow.snap`, `api/workflow.row.snap`,
/// `api/@target/workflow.snap`.
fn file_of(flow: &str, layer: Option<&str>) -> Option<String> {
    let (api, name) = flow.split_once("::")?;
    let name = name.replace("::", ".");
    let is_plain = |part: &str| {
        let is_sign = |it: char| it.is_control() || "/\\:".contains(it);
        !part.is_empty() && !part.starts_with('.') && !part.contains(is_sign)
    };
    let folder = match layer {
        Some(target) if is_target_name(target) => format!("{LAYER_SIGN}{target}/"),
        Some(_) => return None,
        None => String::new(),
    };
    (is_plain(api) && is_plain(&name)).then(|| format!("{api}/{folder}{name}.snap"))
}

/// What waits in the folder.
pub(super) struct Gathered {
    /// What can be decided on.
    pub(super) waiting: Vec<Waiting>,
    /// Files that wait and are no snapshots, or not those of their names; told already.
    pub(super) broken: Vec<PathBuf>,
}

impl Gathered {
    /// The exit code that what was read asks for by itself.
    pub(super) fn exit(&self) -> Exit {
        if self.broken.is_empty() {
            Exit::Ok
        } else {
            Exit::Files
        }
    }
}

/// What waits and is selected, ordered by name. Files that are no snapshots are told, and the others are
/// decided on all the same.
///
/// # Errors
/// With the exit code, when nothing that waits is selected; told already.
pub(super) fn gather(settings: &Settings, arguments: &WaitingArguments) -> Result<Gathered, Exit> {
    let root = settings.directory.join("snapshots");
    let (mut waiting, mut broken, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    // Without the folder nothing waits in it.
    for path in files::list(&root, 2).unwrap_or_default() {
        match read(&root, &path) {
            Some(Ok(it)) => waiting.push(it),
            Some(Err(problem)) => {
                problems.push(*problem);
                broken.push(path);
            }
            None => {}
        }
    }
    settings.console.tell_problems(&problems);
    // What is named may be among what is broken.
    let waiting = if broken.is_empty() {
        selected(settings, waiting, arguments)?
    } else {
        choose(settings, waiting, arguments)
    };
    Ok(Gathered { waiting, broken })
}

/// Those that the arguments select.
///
/// # Errors
/// With the exit code, when none of them is; told already.
pub(super) fn selected(
    settings: &Settings,
    waiting: Vec<Waiting>,
    arguments: &WaitingArguments,
) -> Result<Vec<Waiting>, Exit> {
    let all = waiting.len();
    let chosen = choose(settings, waiting, arguments);
    if chosen.is_empty() && !arguments.words.is_empty() {
        settings.console.tell(&format!(
            "error: nothing that waits is selected by `{}`\nhelp: `{} pending` shows all {all}\n",
            escape_line(&arguments.words.join(" ")),
            settings.program(),
        ));
        return Err(Exit::NothingSelected);
    }
    Ok(chosen)
}

/// Those whose names fit. A word that is the whole name of a flow selects no other one, and one that names an
/// API none of another.
fn choose(
    settings: &Settings,
    mut waiting: Vec<Waiting>,
    arguments: &WaitingArguments,
) -> Vec<Waiting> {
    let words = arguments.words.iter().map(|it| flow_of(it));
    let is_whole = |word: &String| arguments.exact || waiting.iter().any(|it| it.flow == *word);
    let words: Vec<(String, (bool, bool))> = words
        .map(|it| (is_whole(&it), names_api(settings, &it), it))
        .map(|(is_whole, names_api, it)| (it, (is_whole, names_api)))
        .collect();
    waiting.retain(|it| {
        let is_taken = |(word, how): &(String, (bool, bool))| takes(word, &it.flow, *how);
        words.is_empty() || words.iter().any(is_taken)
    });
    waiting
}

/// Whether a word names an API that there is.
fn names_api(settings: &Settings, word: &str) -> bool {
    let name = api_of(word);
    let is_name = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
    let folder = |it: &&str| files::list(&settings.directory.join(it).join(name), 0).is_ok();
    is_name && ["specs", "snapshots"].iter().any(folder)
}

/// A snapshot that waits; none where the file is none.
fn read(root: &Path, path: &Path) -> Option<Result<Waiting, Box<Problem>>> {
    let below = path.strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
    let (api, name) = below.split_once('/')?;
    let layer = layer_of(name);
    let (target, name) = layer.map_or((None, name), |(target, name)| (Some(target), name));
    let name = name.strip_suffix(ENDING).filter(|it| !it.contains('/'))?;
    let shown = format!("snapshots/{below}");
    let approved = path.with_extension("");
    let file = match parse(path, &shown) {
        Ok(file) => file,
        Err(problem) => return Some(Err(problem)),
    };
    let beside = match parse_approved(&approved, shown.trim_end_matches(".new")) {
        Ok(beside) => beside,
        Err(problem) => return Some(Err(problem)),
    };
    let own = format!("{api}::{name}");
    let flow = file.expression.clone().unwrap_or(own);
    let place = file_of(&flow, target);
    if place.as_deref()
        != shown
            .strip_prefix("snapshots/")
            .and_then(|it| it.strip_suffix(".new"))
    {
        let message = format!(
            "this is a snapshot of `{flow}`, and it stands where that of another flow does"
        );
        let at = Location::at_line(&shown, file.body.clone(), 1).without_text();
        let problem = Problem::new(ProblemCode::InvalidValue, at, message);
        let help = "remove it, and play the flow again";
        return Some(Err(Box::new(problem.with_help(help))));
    }
    // What a target is called by its file may be the name of no folder.
    let noted = Note::target(&file.notes).filter(|it| is_target_name(it));
    let mut pending = Pending::new(file, beside.as_ref());
    if let Some(change) = &mut pending.change {
        change.layer = target.map(str::to_owned);
    }
    Some(Ok(Waiting {
        target: target.map(str::to_owned).or(noted),
        flow,
        pending,
        place: path.to_owned(),
        compared: approved.clone(),
        approved,
        is_brought: false,
        shown,
    }))
}

/// What is approved; none where nothing is.
fn parse_approved(path: &Path, shown: &str) -> Result<Option<SnapshotFile>, Box<Problem>> {
    path.exists().then(|| parse(path, shown)).transpose()
}

fn parse(path: &Path, shown: &str) -> Result<SnapshotFile, Box<Problem>> {
    let text = files::load_text(path, TEXT_BYTES_MAX).map_err(|error| {
        let problem = Problem::without_place(ProblemCode::UnusableFile, error.to_string());
        Box::new(problem.with_help("remove it, and play the flow again"))
    })?;
    parse_file(&text).map_err(|fault| {
        let at = Location::at_line(shown, text.clone(), fault.line as usize);
        let message = format!("this is no snapshot: {}", fault.message);
        let problem = Problem::new(ProblemCode::Syntax, at, message);
        Box::new(problem.with_help("restore it, or remove it and play the flow again"))
    })
}
