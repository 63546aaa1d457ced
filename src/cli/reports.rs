//! The reports of a run: begun before anything is played, written in the order of the plan, and put in
//! their places at the end.

use std::borrow::Cow;
use std::io::{self, Write};

use super::Exit;
use super::arguments::{ReportPath, TimesArguments};
use super::settings::Settings;
use crate::record::RecordedCase;
use crate::report::{self, CaseReport, Format, RecordedStep, Summary};
use crate::shell::files::{FileError, Guard, Stream};
use crate::shell::terminal::Output;

/// All reports of a run.
pub(super) struct Reports<'r> {
    settings: &'r Settings,
    writers: Vec<Writer>,
}

struct Writer {
    path: ReportPath,
    format: Box<dyn Format>,
    wants_exchanges: bool,
    sink: Sink,
}

/// Where the bytes of a report go.
enum Sink {
    /// A file that appears whole at the end.
    File(Stream),
    /// The standard output, where what is written is there at once.
    Stdout(Output),
}

impl Sink {
    fn open(path: &ReportPath, guard: &Guard) -> Result<Self, FileError> {
        match path {
            ReportPath::Stdout => Ok(Self::Stdout(Output::document().keeping(guard.secrets()))),
            ReportPath::File(path) => guard.create(path).map(Self::File),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(other)) => one.target() == other.target(),
            (Self::Stdout(_), Self::Stdout(_)) => true,
            _ => false,
        }
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::File(stream) => stream,
            Self::Stdout(output) => output,
        }
    }

    /// Has what is for the standard output there at once.
    fn settle(&mut self) -> io::Result<()> {
        match self {
            Self::File(_) => Ok(()),
            Self::Stdout(output) => output.settle(),
        }
    }

    fn finish(self) -> Result<(), String> {
        match self {
            Self::File(stream) => stream.finish().map_err(|error| error.to_string()),
            Self::Stdout(mut output) => output.flush().map_err(|error| error.to_string()),
        }
    }
}

impl<'r> Reports<'r> {
    /// Begins all reports.
    ///
    /// # Errors
    /// With the exit code, when one cannot be written or two go to one place; told already.
    pub(super) fn begin(
        settings: &'r Settings,
        wishes: &[(String, ReportPath)],
    ) -> Result<Self, Exit> {
        let mut writers: Vec<Writer> = Vec::new();
        for (id, path) in wishes {
            let entry = report::find(id).expect("the arguments allow only formats that exist");
            let refused = |what: String| {
                let text = format!("error: {what}\nhelp: name another path\n");
                settings.console.tell(&text);
                Exit::Usage
            };
            let sink = Sink::open(path, &settings.guard)
                .map_err(|error| refused(format!("the report cannot be written: {error}")))?;
            if writers.iter().any(|other| other.sink.is_same(&sink)) {
                return Err(refused(format!("two reports cannot be written to {path}")));
            }
            let mut format = (entry.create)();
            format.keep(settings.guard.secrets());
            writers.push(Writer {
                path: path.clone(),
                format,
                wants_exchanges: entry.wants_exchanges,
                sink,
            });
        }
        let mut reports = Self { settings, writers };
        // The standard output is written to once nothing stands against any of them.
        match reports.write(|_| true, |format, out| format.begin(out)) {
            Exit::Ok => Ok(reports),
            _ => Err(Exit::Usage),
        }
    }

    /// Whether one of them wants what was asked and answered.
    pub(super) fn want_exchanges(&self) -> bool {
        self.writers.iter().any(|it| it.wants_exchanges)
    }

    /// Writes one case to all of them, with what was asked and answered in it for those that want that;
    /// answers with what that asks for.
    pub(super) fn case(&mut self, case: &CaseReport, steps: &[RecordedStep<'_>]) -> Exit {
        let told = self.write(|_| true, |format, out| format.case(case, out));
        let shown = self.write(
            |it| it.wants_exchanges,
            |format, out| format.exchanges(case, steps, out),
        );
        told.max(shown)
    }

    /// Writes one case of a record.
    pub(super) fn recorded(&mut self, case: &RecordedCase, times: TimesArguments) -> Exit {
        let told = times.report_times.then(|| case.times()).flatten();
        let report = match told {
            Some(times) => Cow::Owned(CaseReport {
                times: Some(times),
                ..case.report.clone()
            }),
            None => Cow::Borrowed(&case.report),
        };
        self.case(&report, &case.steps)
    }

    /// Ends all of them and puts them in their places; answers with what that asks for.
    pub(super) fn end(&mut self, summary: &Summary) -> Exit {
        let mut exit = self.write(|_| true, |format, out| format.end(summary, out));
        for writer in std::mem::take(&mut self.writers) {
            if let Err(why) = writer.sink.finish() {
                let text = format!("error: the report was not written: {why}\n");
                self.settings.console.tell(&text);
                exit = Exit::Files;
            }
        }
        exit
    }

    /// Does something with each that is meant; one that takes no more is told and left alone from then on.
    fn write(
        &mut self,
        is_meant: impl Fn(&Writer) -> bool,
        act: impl Fn(&mut dyn Format, &mut dyn Write) -> io::Result<()>,
    ) -> Exit {
        let mut exit = Exit::Ok;
        self.writers.retain_mut(|writer| {
            if !is_meant(writer) {
                return true;
            }
            let done = act(writer.format.as_mut(), writer.sink.writer());
            let done = done.and_then(|()| writer.sink.settle());
            if let Err(error) = &done {
                let text = format!("error: {} was not written: {error}\n", writer.path);
                self.settings.console.tell(&text);
                exit = Exit::Files;
            }
            done.is_ok()
        });
        exit
    }
}
