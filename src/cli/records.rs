//! Records of runs, found by the words that people call them by.

use std::path::Path;

use super::settings::Settings;
use super::{Exit, coverage};
use crate::coverage::Covered;
use crate::record::Record;
use crate::report::escape_line;
use crate::report::human::{self, Closing, Invocation, Position};
use crate::report::{CoverageSummary, Summary};
use crate::shell::clock::SystemClock;
use crate::shell::files;
use crate::shell::runs::{RunFile, Runs};
use crate::world::Calendar as _;

/// The largest record that is read, in bytes.
const RECORD_BYTES_MAX: usize = 1024 * 1024 * 1024;

/// The word for the newest run.
pub(super) const LATEST: &str = "latest";

/// The records of a project.
pub(super) struct Records<'r> {
    settings: &'r Settings,
    runs: Runs,
}

impl<'r> Records<'r> {
    pub(super) fn new(settings: &'r Settings) -> Self {
        let runs = Runs::of(&settings.directory);
        Self { settings, runs }
    }

    /// The runs of the project, the newest first.
    ///
    /// # Errors
    /// With the exit code, when they cannot be listed; told already.
    pub(super) fn list(&self) -> Result<Vec<RunFile>, Exit> {
        let listed = self.runs.list(SystemClock::new().now());
        listed.map_err(|error| {
            let text = format!("error: the runs cannot be listed: {error}\n");
            self.settings.console.tell(&text);
            Exit::Files
        })
    }

    /// The record that a word means: `latest`, the begin of a name, or a path.
    ///
    /// # Errors
    /// With the exit code, when there is none, several begin so, or it cannot be read; told already.
    pub(super) fn find(&self, word: &str) -> Result<Record, Exit> {
        if is_path(word) {
            return self.read(Path::new(word));
        }
        let runs = self.list()?;
        let mut found = runs
            .iter()
            .filter(|it| word == LATEST || it.id.starts_with(word));
        let help = match (found.next(), found.next()) {
            (Some(first), None) => return self.read(&first.path),
            (Some(first), Some(_)) if word == LATEST => return self.read(&first.path),
            (Some(first), Some(second)) => {
                format!("write more of it: `{}` or `{}`", first.id, second.id)
            }
            (None, _) if runs.is_empty() => {
                format!("`{} run` records one", self.settings.program())
            }
            (None, _) => format!("`{} runs` lists them", self.settings.program()),
        };
        let word = escape_line(word);
        let what = if word == LATEST {
            "no run was recorded yet".to_owned()
        } else {
            format!("`{word}` is no one run")
        };
        self.settings
            .console
            .tell(&format!("error: {what}\nhelp: {help}\n"));
        Err(Exit::Usage)
    }

    /// The record in a file.
    ///
    /// # Errors
    /// With the exit code, when it cannot be read; told already.
    pub(super) fn read(&self, path: &Path) -> Result<Record, Exit> {
        let shown = escape_line(&path.display().to_string()).into_owned();
        let text = files::load_text(path, RECORD_BYTES_MAX);
        let text = text.map_err(|error| format!("error: the record cannot be read: {error}\n"));
        let record = text.and_then(|text| {
            Record::read(&text).map_err(|error| {
                let why = escape_line(&error.to_string()).into_owned();
                format!("error: {shown} is no record: {why}\nhelp: `countersign run --record PATH` writes one\n")
            })
        });
        record.map_err(|told| {
            self.settings.console.tell(&told);
            Exit::Files
        })
    }
}

/// Whether a word means a file, and no run of the project.
pub(super) fn is_path(word: &str) -> bool {
    word.contains(['/', '\\', '.']) || Path::new(word).is_file()
}

/// What a record came to.
pub(super) fn summary(settings: &Settings, record: &Record) -> Summary {
    let mut summary = Summary::default();
    for case in &record.cases {
        summary.add(&case.report);
    }
    // What a shard covers says nothing of the whole.
    let covered = record.coverage.as_ref();
    let covered = covered.filter(|_| record.head.shard.is_none());
    summary.coverage = covered.and_then(|it| told_coverage(settings, it));
    summary
}

/// What is told of coverage at the end of a run: that of the APIs of which all flows were to be played.
pub(super) fn told_coverage(settings: &Settings, covered: &Covered) -> Option<CoverageSummary> {
    let covered = covered.of_whole_apis();
    let change = coverage::change(settings, &covered);
    (!covered.apis.is_empty()).then_some(CoverageSummary { covered, change })
}

/// Tells a record as its run was told, but for the times.
pub(super) fn tell(settings: &Settings, record: &Record) {
    let invocation = Invocation {
        command: record.head.command.clone(),
        selection: record.head.selection.clone(),
    };
    let palette = settings.console.palette();
    let mut closing = Closing::default();
    for (place, case) in record.cases.iter().enumerate() {
        let position = Position {
            ended: place + 1,
            all: record.cases.len(),
        };
        let line = human::status_line(&case.report, position, case.took, &palette);
        let block = human::failure(&case.report, &invocation, &palette);
        let text = format!("{line}\n{block}");
        settings.console.print(&format!("{}\n", text.trim_end()));
        closing.add(&case.report);
    }
    let told = closing.render(&summary(settings, record), None, &invocation, &palette);
    settings.console.print(&told);
}
