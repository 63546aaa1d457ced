//! The journal of a run: where it is kept, and what is told of what is left.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::stage::Stage;
use crate::cli::arguments::RunArguments;
use crate::cli::settings::Settings;
use crate::journal::{Book, Entry, Journal};
use crate::report::curl::quote;
use crate::report::escape_line;
use crate::report::human::count;
use crate::shell::files::{self, JournalFile};

/// How many leftovers are told.
const LEFTOVERS_MAX: usize = 100;

/// The journal of a run, with its name.
pub(super) struct RunJournal {
    pub(super) journal: Arc<Journal>,
    run: String,
    path: PathBuf,
}

/// The folder of journals.
pub(super) fn folder(settings: &Settings) -> PathBuf {
    settings.directory.join(files::OWN_FOLDER).join("journal")
}

impl RunJournal {
    /// The journal of a run against a target; none against mocks, which end with the run.
    pub(super) fn begin(
        settings: &Settings,
        arguments: &RunArguments,
        stage: &Stage,
    ) -> Option<Self> {
        let target = arguments
            .target
            .as_deref()
            .filter(|_| !arguments.safety.no_journal)?;
        let sites = stage.places.iter();
        let sites = sites.map(|(api, place)| (api.clone(), place.site.url.clone()));
        let book = Book::new(target, sites.collect());
        let run = format!("{}-{}", stage.stamp(), std::process::id());
        let path = folder(settings).join(format!("{run}.jsonl"));
        let file = JournalFile::new(path.clone(), &book.head().line());
        let file = file.guarded(&settings.guard);
        Some(Self {
            journal: Arc::new(Journal::new(book, Box::new(file))),
            run,
            path,
        })
    }

    /// Takes the journal away when nothing is left, else tells what is.
    pub(super) fn end(self, settings: &Settings, arguments: &RunArguments) {
        let left = self.journal.open();
        if left.is_empty() {
            if let Err(error) = JournalFile::remove(&self.path) {
                settings
                    .console
                    .tell(&format!("error: the journal was not removed: {error}\n"));
            }
            return;
        }
        settings.console.print(&told(&left));
        let target = arguments.target.as_deref().unwrap_or_default();
        settings.console.print(&format!(
            "     cleanup {} cleanup {} --target {}\n",
            settings.program(),
            self.run,
            quote(target)
        ));
    }
}

/// What may be left, the earliest first.
fn told(left: &[Entry]) -> String {
    let mut text = format!("{} at the target\n", count(left.len(), "possible leftover"));
    for entry in left.iter().rev().take(LEFTOVERS_MAX) {
        text.push_str(&line("LEFT", entry, entry.reason()));
    }
    let more = left.len().saturating_sub(LEFTOVERS_MAX);
    if more > 0 {
        let _ = writeln!(text, "             … {more} more");
    }
    text
}

/// A line on an entry.
pub(super) fn line(word: &str, entry: &Entry, what: &str) -> String {
    let (flow, step) = (escape_line(&entry.flow), escape_line(&entry.step));
    format!("{word:>12} {flow}/{step}  {}\n", escape_line(what))
}
