//! The reports that were asked for, written case by case.

use std::path::PathBuf;

use super::Exit;
use super::settings::Settings;
use crate::report::{self, CaseReport, Format, Summary};
use crate::shell::files::{FileError, Stream};

/// All reports of one run.
pub(super) struct Reports<'r> {
    settings: &'r Settings,
    writers: Vec<Writer>,
    exit: Exit,
}

struct Writer {
    path: PathBuf,
    format: Box<dyn Format>,
    stream: Stream,
}

impl<'r> Reports<'r> {
    /// Begins all of them.
    ///
    /// # Errors
    /// With the exit code, when one cannot be written; told already.
    pub(super) fn begin(settings: &'r Settings, asked: &[(String, PathBuf)]) -> Result<Self, Exit> {
        let mut writers: Vec<Writer> = Vec::new();
        for (id, path) in asked {
            let entry = report::find(id).expect("the arguments allow only formats that exist");
            let begun = Stream::create(path).and_then(|stream| {
                let mut writer = Writer {
                    path: path.clone(),
                    format: (entry.create)(),
                    stream,
                };
                writer
                    .format
                    .begin(&mut writer.stream)
                    .map_err(|error| FileError::from_io(path, &error))?;
                Ok(writer)
            });
            let is_taken = |writer: &Writer| {
                let mut others = writers.iter();
                others.any(|it: &Writer| it.stream.target() == writer.stream.target())
            };
            match begun {
                Ok(writer) if is_taken(&writer) => {
                    settings.console.tell(&format!(
                        "error: two reports cannot be written to {}\nhelp: name another path\n",
                        path.display()
                    ));
                    return Err(Exit::Usage);
                }
                Ok(writer) => writers.push(writer),
                Err(error) => {
                    settings.console.tell(&format!(
                        "error: the report cannot be written: {error}\nhelp: name another path\n"
                    ));
                    return Err(Exit::Usage);
                }
            }
        }
        Ok(Self {
            settings,
            writers,
            exit: Exit::Ok,
        })
    }

    /// Writes one case; they come in the order of the plan.
    pub(super) fn case(&mut self, case: &CaseReport) {
        self.write(|format, stream| format.case(case, stream));
    }

    /// Ends all of them, and puts them in their places; with the exit code that this asks for.
    pub(super) fn finish(&mut self, summary: &Summary) -> Exit {
        self.write(|format, stream| format.end(summary, stream));
        for writer in std::mem::take(&mut self.writers) {
            if let Err(error) = writer.stream.finish() {
                self.exit = self.exit.max(Exit::Files);
                self.settings
                    .console
                    .tell(&format!("error: the report was not written: {error}\n"));
            }
        }
        self.exit
    }

    fn write(&mut self, act: impl Fn(&mut dyn Format, &mut Stream) -> std::io::Result<()>) {
        let mut broken = Vec::new();
        self.writers.retain_mut(
            |writer| match act(writer.format.as_mut(), &mut writer.stream) {
                Ok(()) => true,
                Err(error) => {
                    broken.push(format!(
                        "error: {} was not written: {error}\n",
                        writer.path.display()
                    ));
                    false
                }
            },
        );
        for message in broken {
            self.exit = self.exit.max(Exit::Files);
            self.settings.console.tell(&message);
        }
    }
}
