//! The two streams of the program, shared by everything that tells something.

use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::problem::Problem;
use crate::report::human::Palette;
use crate::secret::Secrets;
use crate::shell::excerpt;
use crate::shell::terminal::{ColorHints, ColorWish, Output, Progress};

/// Where things are told: answers on the standard output, talk about them on the error output.
#[derive(Debug)]
pub(super) struct Console {
    out: Mutex<Output>,
    err: Mutex<Output>,
    progress: bool,
}

impl Console {
    /// The streams of the process, which print of these secrets the names alone; `progress` says whether a
    /// progress line is welcome.
    pub(super) fn new(
        (wish, hints): (ColorWish, ColorHints),
        progress: bool,
        secrets: &Arc<Secrets>,
    ) -> Self {
        Self {
            out: Mutex::new(Output::stdout(wish, hints).keeping(secrets)),
            err: Mutex::new(Output::stderr(wish, hints).keeping(secrets)),
            progress,
        }
    }

    /// The same, where the standard output belongs to a report: answers go to the error output, too.
    pub(super) fn beside_a_report(
        self,
        (wish, hints): (ColorWish, ColorHints),
        secrets: &Arc<Secrets>,
    ) -> Self {
        Self {
            out: Mutex::new(Output::stderr(wish, hints).keeping(secrets)),
            ..self
        }
    }

    /// Writes to the standard output.
    pub(super) fn print(&self, text: &str) {
        write(&self.out, text);
    }

    /// Writes to the error output.
    pub(super) fn tell(&self, text: &str) {
        write(&self.err, text);
    }

    /// Writes Problems to the error output.
    pub(super) fn tell_problems(&self, problems: &[Problem]) {
        let color = lock(&self.err).color();
        self.tell(&excerpt::render_problems(problems, color));
    }

    /// The styles of the standard output.
    pub(super) fn palette(&self) -> Palette {
        if lock(&self.out).color() {
            Palette::COLOURED
        } else {
            Palette::PLAIN
        }
    }

    /// A progress line of so many things; hidden where there is no terminal.
    pub(super) fn progress(&self, total: usize) -> Progress {
        Progress::new(u64::try_from(total).unwrap_or(u64::MAX), self.progress)
    }

    /// Writes to the standard output above the progress line.
    pub(super) fn print_above(&self, progress: &Progress, text: &str) {
        // A stream that takes no more has nobody who could be told so.
        let _ = progress.println(&mut lock(&self.out), text);
    }
}

fn lock(output: &Mutex<Output>) -> MutexGuard<'_, Output> {
    output.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(output: &Mutex<Output>, text: &str) {
    let mut output = lock(output);
    // As above: a closed pipe is the reader's wish, and a full disk cannot be told to it.
    let _ = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
}
