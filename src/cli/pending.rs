//! `pending`, `accept`, `reject`: decisions about snapshots that wait for one, without playing anything and
//! without a terminal.
//!
//! Only `snapshots/` is read: a decision is about what was answered, whatever has become of the contract or
//! the flow. What is stale, because another text was approved since it was written, is never approved.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Exit;
use super::arguments::{
    AcceptArguments, PendingArguments, PendingFormat, RejectArguments, WaitingArguments,
};
use super::project::TEXT_BYTES_MAX;
use super::run::flow_of;
use super::settings::Settings;
use crate::diff::{Hunk, LineKind};
use crate::problem::{Problem, ProblemCode};
use crate::report::escape_line;
use crate::report::human::{Palette, changed_lines, count};
use crate::shell::files::{self, FileError};
use crate::snapshot::{Pending, SnapshotChange, SnapshotFile, parse_file};
use crate::source::Location;

/// What the file of a snapshot ends with while it waits.
const ENDING: &str = ".snap.new";

/// A snapshot that waits for a decision.
struct Waiting {
    /// The name of its flow, such as `api::workflow`.
    flow: String,
    /// The file that waits, as it is shown.
    shown: String,
    /// Where it stands, and where the approved one stands.
    places: (PathBuf, PathBuf),
    pending: Pending,
}

/// Lists what waits.
pub(super) fn pending(settings: &Settings, arguments: &PendingArguments) -> Exit {
    let waiting = match gather(settings, &arguments.waiting) {
        Ok(waiting) => waiting,
        Err(exit) => return exit,
    };
    if arguments.format == PendingFormat::Json {
        let lines = waiting.iter().map(|it| format!("{}\n", it.as_json()));
        settings.console.print(&lines.collect::<String>());
        return Exit::Ok;
    }
    let palette = settings.console.palette();
    let mut text = String::new();
    for it in &waiting {
        it.write(arguments.diff, &palette, &mut text);
    }
    settings.console.print(&text);
    let open = waiting.iter().filter(|it| it.pending.change.is_some());
    let told = match open.count() {
        0 => "nothing waits for a decision\n".to_owned(),
        open => format!(
            "{} to review\n\
             help: `{program} accept` approves, `{program} reject` takes away; name flows to decide on some\n",
            count(open, "snapshot"),
            program = settings.program(),
        ),
    };
    settings.console.tell(&told);
    Exit::Ok
}

/// Approves what waits.
pub(super) fn accept(settings: &Settings, arguments: &AcceptArguments) -> Exit {
    let is_taken = |it: &Waiting| {
        !arguments.new_only || matches!(it.pending.change, Some(SnapshotChange::New))
    };
    decide(settings, &arguments.waiting, is_taken, |it| {
        if it.pending.is_stale {
            return Ok(Decision::Stale);
        }
        let (from, to) = &it.places;
        files::store(to, it.pending.approved_file().as_bytes())?;
        files::remove(from)?;
        Ok(Decision::Done("approved"))
    })
}

/// Takes away what waits.
pub(super) fn reject(settings: &Settings, arguments: &RejectArguments) -> Exit {
    decide(
        settings,
        &arguments.waiting,
        |_| true,
        |it| {
            files::remove(&it.places.0)?;
            Ok(Decision::Done("rejected"))
        },
    )
}

/// What became of a decision.
enum Decision {
    /// It was made; the word for it.
    Done(&'static str),
    /// It was not made: what waits is stale.
    Stale,
}

/// Decides on each snapshot that waits, and tells of each.
fn decide(
    settings: &Settings,
    arguments: &WaitingArguments,
    is_taken: impl Fn(&Waiting) -> bool,
    decide: impl Fn(&Waiting) -> Result<Decision, FileError>,
) -> Exit {
    let waiting = match gather(settings, arguments) {
        Ok(waiting) => waiting,
        Err(exit) => return exit,
    };
    let (mut decided, mut exit) = (0, Exit::Ok);
    for it in waiting.iter().filter(|it| is_taken(it)) {
        let flow = escape_line(&it.flow);
        match decide(it) {
            Ok(Decision::Done(word)) => {
                decided += 1;
                settings.console.tell(&format!("{word}: {flow}\n"));
            }
            Ok(Decision::Stale) => {
                exit = exit.max(Exit::NeedsReview);
                settings.console.tell(&format!(
                    "stale: {flow}, another text was approved since\n\
                     help: play it again: `{program} run {flow} --exact`, or `{program} reject {flow} --exact`\n",
                    program = settings.program(),
                ));
            }
            Err(error) => {
                exit = exit.max(Exit::Files);
                settings.console.tell(&format!("error: {error}\n"));
            }
        }
    }
    let decided = match decided {
        0 => "nothing was decided".to_owned(),
        some => format!("{} decided", count(some, "snapshot")),
    };
    settings.console.tell(&format!("{decided}\n"));
    exit
}

/// What waits and is selected, ordered by name.
///
/// # Errors
/// With the exit code, when a file is no snapshot or nothing that waits is selected; told already.
fn gather(settings: &Settings, arguments: &WaitingArguments) -> Result<Vec<Waiting>, Exit> {
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
        places: (path.to_owned(), approved),
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

impl Waiting {
    /// What kind of change it is, in a word.
    fn kind(&self) -> &'static str {
        match &self.pending.change {
            _ if self.pending.is_stale => "stale",
            None => "settled",
            Some(SnapshotChange::New) => "new",
            Some(SnapshotChange::Changed(_)) => "changed",
        }
    }

    /// The lines that differ; none where all are new.
    fn hunks(&self) -> &[Hunk] {
        match &self.pending.change {
            Some(SnapshotChange::Changed(hunks)) => hunks,
            _ => &[],
        }
    }

    /// How many lines were taken out and put in.
    fn extent(&self) -> (usize, usize) {
        let lines = self.hunks().iter().flat_map(|it| &it.lines);
        let (mut removed, mut added) = (0, 0);
        for line in lines {
            removed += usize::from(line.kind == LineKind::Removed);
            added += usize::from(line.kind == LineKind::Added);
        }
        match self.pending.change {
            Some(SnapshotChange::New) => (0, self.pending.file.body.lines().count()),
            _ => (removed, added),
        }
    }

    fn as_json(&self) -> serde_json::Value {
        let (removed, added) = self.extent();
        json!({
            "flow": self.flow,
            "kind": self.kind(),
            "path": self.shown,
            "removed": removed,
            "added": added,
        })
    }

    fn write(&self, diff: bool, palette: &Palette, text: &mut String) {
        let (removed, added) = self.extent();
        let flow = escape_line(&self.flow);
        writeln!(text, "{:<8} {flow}  -{removed} +{added}", self.kind())
            .expect("a String takes all");
        if diff {
            for line in changed_lines(self.hunks(), palette) {
                writeln!(text, "    {line}").expect("a String takes all");
            }
        }
    }
}
