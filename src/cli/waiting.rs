//! What waits for a decision in `snapshots/`, and what becomes of it.
//!
//! Only that folder is read: a decision is about what was answered, whatever has become of the contract or
//! the flow.

use std::path::{Path, PathBuf};

use super::Exit;
use super::arguments::WaitingArguments;
use super::project::TEXT_BYTES_MAX;
use super::run::flow_of;
use super::settings::Settings;
use crate::change::{Choice, FlowChange, Pending};
use crate::problem::{Problem, ProblemCode};
use crate::report::escape_line;
use crate::shell::files::{self, FileError};
use crate::snapshot::{SnapshotFile, parse_file};
use crate::source::Location;

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
    pub(super) pending: Pending,
}

impl Waiting {
    /// What differs; none where it is settled or stale, so that there is nothing to decide on.
    pub(super) fn open(&self) -> Option<&FlowChange> {
        let change = self.pending.change.as_ref();
        change.filter(|_| !self.pending.is_stale)
    }

    /// Does what was decided on the changes, in their order: the approved file is written, and what
    /// waits goes away when nothing is left to decide on.
    ///
    /// # Errors
    /// When the disk refuses; a file is written whole or not at all.
    pub(super) fn carry_out(&self, choices: &[Option<Choice>]) -> Result<(), FileError> {
        let Some(change) = &self.pending.change else {
            return files::remove(&self.place).map(|_| ());
        };
        let settlement = change.settle(choices);
        if let Some(text) = &settlement.approve {
            let file = self.pending.approved_file(text);
            files::store(&self.approved, file.as_bytes())?;
            if settlement.waits {
                let file = self.pending.pending_file(Some(text));
                files::store(&self.place, file.as_bytes())?;
            }
        }
        if !settlement.waits {
            files::remove(&self.place)?;
        }
        Ok(())
    }

    /// Takes it away; what was approved stays.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn take_away(&self) -> Result<(), FileError> {
        files::remove(&self.place).map(|_| ())
    }
}

/// What waits and is selected, ordered by name.
///
/// # Errors
/// With the exit code, when a file is no snapshot or nothing that waits is selected; told already.
pub(super) fn gather(
    settings: &Settings,
    arguments: &WaitingArguments,
) -> Result<Vec<Waiting>, Exit> {
    let root = settings.directory.join("snapshots");
    let (mut waiting, mut problems) = (Vec::new(), Vec::new());
    // Without the folder nothing waits in it.
    for path in files::list(&root, 1).unwrap_or_default() {
        match read(&root, &path) {
            Some(Ok(it)) => waiting.push(it),
            Some(Err(problem)) => problems.push(*problem),
            None => {}
        }
    }
    if !problems.is_empty() {
        return Err(settings.tell_problems(&problems));
    }
    let all = waiting.len();
    let words: Vec<String> = arguments.words.iter().map(|it| flow_of(it)).collect();
    waiting.retain(|it| {
        let is_named = |word: &String| {
            let part = it.flow.to_lowercase().contains(&word.to_lowercase());
            it.flow == *word || part && !arguments.exact
        };
        words.is_empty() || words.iter().any(is_named)
    });
    if waiting.is_empty() && !words.is_empty() {
        settings.console.tell(&format!(
            "error: nothing that waits is selected by `{}`\nhelp: `{} pending` shows all {all}\n",
            escape_line(&words.join(" ")),
            settings.program(),
        ));
        return Err(Exit::NothingSelected);
    }
    Ok(waiting)
}

/// A snapshot that waits; none where the file is none.
fn read(root: &Path, path: &Path) -> Option<Result<Waiting, Box<Problem>>> {
    let below = path.strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
    let (api, name) = below.split_once('/')?;
    let name = name.strip_suffix(ENDING)?;
    let shown = format!("snapshots/{below}");
    let approved = path.with_extension("");
    let file = match parse(path, &shown) {
        Ok(file) => file,
        Err(problem) => return Some(Err(problem)),
    };
    let beside = if approved.exists() {
        match parse(&approved, shown.trim_end_matches(".new")) {
            Ok(file) => Some(file),
            Err(problem) => return Some(Err(problem)),
        }
    } else {
        None
    };
    let flow = file.expression.clone();
    Some(Ok(Waiting {
        flow: flow.unwrap_or_else(|| format!("{api}::{name}")),
        pending: Pending::new(file, beside.as_ref()),
        place: path.to_owned(),
        approved,
        shown,
    }))
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
