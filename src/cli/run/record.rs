//! The record of a run: begun with it, written as flows end, and there when the run has ended.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use jiff::Timestamp;

use super::stage::Stage;
use super::workers::PlayedCase;
use crate::cli::arguments::RunArguments;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::coverage::Covered;
use crate::record::{DeclaredWaiver, Head, RecordedApi, VERSION, Writer};
use crate::report::human::Invocation;
use crate::shell::clock::SystemClock;
use crate::shell::files::{FileError, Stream};
use crate::shell::runs::Runs;
use crate::world::Calendar as _;

/// A record that is being written.
pub(super) struct Recorder<'r> {
    settings: &'r Settings,
    writer: Writer,
    /// None once it could not be written any more.
    stream: Option<Stream>,
    /// Where the runs of the project are, and the name of this one; none where a path was named.
    kept: Option<(Runs, String)>,
    /// Whether somebody asked for it, so that a run without it is not what was wanted.
    is_asked: bool,
    exit: Exit,
}

/// What the whole plan is called, and how many cases it has in all rounds.
pub(super) struct PlanName {
    pub(super) digest: String,
    pub(super) cases: usize,
    /// The waivers that it could need.
    pub(super) waivers: Vec<DeclaredWaiver>,
}

impl<'r> Recorder<'r> {
    /// Begins the record, unless nobody wants one.
    ///
    /// # Errors
    /// With the exit code, when it cannot be written to the path that was named; told already. Elsewhere
    /// the run goes on without it, and says so.
    pub(super) fn begin(
        (settings, arguments): (&'r Settings, &RunArguments),
        project: &Project,
        stage: &Stage,
        plan: PlanName,
        invocation: &Invocation,
    ) -> Result<Option<Self>, Exit> {
        if arguments.record.no_record {
            return Ok(None);
        }
        let now = SystemClock::new().now();
        let runs = Runs::of(&project.root);
        let is_asked = arguments.record.record.is_some();
        let begun = match &arguments.record.record {
            Some(path) => settings
                .guard
                .create_private(path)
                .map(|stream| (None, stream)),
            None => runs
                .begin(now, &settings.guard)
                .map(|(id, stream)| (Some((runs, id)), stream)),
        };
        let mut recorder = Self {
            settings,
            writer: Writer::default(),
            stream: None,
            kept: None,
            is_asked,
            exit: Exit::Ok,
        };
        match begun {
            Ok((kept, stream)) => {
                recorder.kept = kept;
                recorder.stream = Some(stream);
                let head = head(arguments, project, stage, (plan, now), invocation);
                recorder.write(|writer, stream| writer.begin(&head, stream));
            }
            Err(error) => recorder.give_up(&error),
        }
        match recorder.exit {
            Exit::Ok => Ok(Some(recorder)),
            exit => Err(exit),
        }
    }

    /// Writes a case as it has ended.
    pub(super) fn case(&mut self, played: &PlayedCase) {
        let outcome = &played.outcome;
        let when = (played.number, Some(played.period));
        let snapshot = outcome.snapshot.as_deref();
        self.write(|writer, stream| {
            writer.case(when, &outcome.report, (&outcome.steps, snapshot), stream)
        });
    }

    /// Ends the record and puts it in its place; with the exit code that this asks for.
    pub(super) fn finish(mut self, covered: Covered, exit: Exit, told: String) -> Exit {
        self.write(|writer, stream| writer.coverage(covered, stream));
        self.write(|writer, stream| writer.end((exit.code(), told), stream));
        if let Some(stream) = self.stream.take()
            && let Err(error) = stream.finish()
        {
            self.give_up(&error);
        }
        if let Some((runs, id)) = &self.kept
            && let Err(error) = runs.prune(SystemClock::new().now(), id)
        {
            let text = format!("warning: old runs were not taken away: {error}\n");
            self.settings.console.tell(&text);
        }
        self.exit
    }

    fn write(&mut self, act: impl FnOnce(&mut Writer, &mut Stream) -> io::Result<()>) {
        let Some(stream) = &mut self.stream else {
            return;
        };
        if let Err(error) = act(&mut self.writer, stream) {
            let error = FileError::from_io(Path::new("the record"), &error);
            self.give_up(&error);
        }
    }

    fn give_up(&mut self, error: &FileError) {
        self.stream = None;
        let console = &self.settings.console;
        if self.is_asked {
            self.exit = Exit::Usage;
            let text = "error: the record cannot be written";
            console.tell(&format!("{text}: {error}\nhelp: name another path\n"));
        } else {
            let text = "warning: the run is not recorded";
            console.tell(&format!(
                "{text}: {error}\nhelp: name a path with `--record PATH`, or say `--no-record`\n"
            ));
        }
    }
}

fn head(
    arguments: &RunArguments,
    project: &Project,
    stage: &Stage,
    (plan, now): (PlanName, Timestamp),
    invocation: &Invocation,
) -> Head {
    let places = stage.places.iter().filter_map(|(name, place)| {
        let api = RecordedApi {
            digest: project.suite.api(name)?.digest.clone(),
            url: place.site.url.clone(),
        };
        Some((name.clone(), api))
    });
    Head {
        version: VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        began: now.to_string(),
        command: invocation.command.clone(),
        selection: invocation.selection.clone(),
        target: arguments.target.clone(),
        seed: arguments.seed,
        apis: places.collect::<BTreeMap<_, _>>(),
        cases: plan.cases,
        plan: plan.digest,
        shard: arguments.shard.shard,
        waivers: plan.waivers,
    }
}
