//! Gathers outcomes: tells each as it comes, writes reports in the order of the plan, puts snapshots
//! away, and decides the exit code.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use super::covering::Covering;
use super::record::Recorder;
use super::workers::PlayedCase;
use crate::change::{FlowChange, Note};
use crate::cli::arguments::{CredentialArguments, FailKind, RunArguments};
use crate::cli::exit::Ending;
use crate::cli::records::told_coverage;
use crate::cli::reports::Reports;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project, waiting, waivers};
use crate::record::{DeclaredWaiver, WaiverTally};
use crate::report::curl::quote;
use crate::report::human::{self, Closing, Invocation, Palette, Position, count};
use crate::report::{CaseReport, RecordedStep, Summary, Times};
use crate::shell::files;
use crate::shell::signals::Cause;
use crate::shell::terminal::Progress;
use crate::snapshot::{self, FileState};
use crate::suite::{Outcome, UpdateMode, UpdateStep};
use crate::transcript::StepRecord;
use crate::verdict::Verdict;

pub(super) struct Gatherer<'g> {
    settings: &'g Settings,
    project: &'g Project,
    mode: UpdateMode,
    total: usize,
    told: usize,
    progress: Progress,
    /// Whether the steps of every flow are told.
    verbose: bool,
    /// How many flows may fail before no further one begins, and how many have.
    failures: (Option<u32>, u32),
    /// Outcomes that came before their turn in the reports.
    early: BTreeMap<usize, (Early, OwnedSemaphorePermit)>,
    next: usize,
    reports: Reports<'g>,
    /// Whether they tell when each flow was played.
    has_times: bool,
    recorder: Option<Recorder<'g>>,
    covering: Covering,
    summary: Summary,
    ending: Ending,
    closing: Closing,
    invocation: Invocation,
    palette: Palette,
    /// The target that answers, where it has a name.
    target: Option<String>,
    /// How many snapshots were written to be reviewed, and how many of them break the contract.
    pending: usize,
    breaking: usize,
    /// How many snapshots were approved.
    approved: usize,
    /// What becomes of the waivers, and whether this run alone can tell.
    waivers: (WaiverTally, bool),
}

/// What is held back until its turn comes.
struct Early {
    case: Arc<CaseReport>,
    /// What was asked and answered, when a report wants that.
    steps: Arc<[StepRecord]>,
}

impl<'g> Gatherer<'g> {
    /// Begins all reports.
    pub(super) fn new(
        (settings, arguments): (&'g Settings, &RunArguments),
        project: &'g Project,
        (total, mode): (usize, UpdateMode),
        covering: Covering,
    ) -> Result<Self, Exit> {
        let reports = Reports::begin(settings, &arguments.report)?;
        let progress = settings.console.progress(total);
        Ok(Self {
            settings,
            project,
            mode,
            total,
            told: 0,
            progress,
            verbose: arguments.verbose,
            failures: (arguments.failures_max(), 0),
            early: BTreeMap::new(),
            next: 0,
            reports,
            has_times: arguments.times.report_times,
            recorder: None,
            covering,
            summary: Summary::default(),
            ending: Ending::new(settings, arguments),
            closing: Closing::default(),
            invocation: invocation(settings, "run", arguments),
            palette: settings.console.palette(),
            target: arguments.named_target().map(str::to_owned),
            pending: 0,
            breaking: 0,
            approved: 0,
            waivers: (WaiverTally::default(), false),
        })
    }

    /// Has everything recorded, if there is a record.
    pub(super) fn record_into(&mut self, recorder: Option<Recorder<'g>>) {
        self.recorder = recorder;
    }

    /// Has it counted which waivers are needed; only the run of a whole plan says which are not.
    pub(super) fn tally(&mut self, declared: &[DeclaredWaiver], is_whole: bool) {
        self.waivers = (WaiverTally::new(declared), is_whole);
    }

    /// Takes one outcome.
    pub(super) fn take(&mut self, mut played: PlayedCase) {
        self.told += 1;
        self.put_away(&mut played.outcome);
        for step in &*played.outcome.steps {
            self.covering.coverage.observe(step);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.case(&played);
        }
        let PlayedCase {
            place,
            outcome,
            period,
            ahead,
            ..
        } = played;
        self.ending.add_case(&outcome);
        self.failures.1 += u32::from(outcome.report.verdict == Verdict::Failed);
        let mut case = Arc::clone(&outcome.report);
        if self.has_times {
            let steps = outcome.steps.iter().map(|it| it.period);
            Arc::make_mut(&mut case).times = Some(Times::of(period, steps));
        }
        let position = Position {
            ended: self.told,
            all: self.total,
        };
        let line = human::status_line(&case, position, Some(period.took()), &self.palette);
        let steps = if self.verbose {
            human::steps(&case, &self.palette)
        } else {
            String::new()
        };
        let block = human::tries(&case, &self.invocation, &self.palette)
            + &human::failure(&case, &self.invocation, &self.palette);
        let console = &self.settings.console;
        console.print_above(&self.progress, format!("{line}\n{steps}{block}").trim_end());
        self.progress.advance(&case.path);
        let steps = self.reports.want_exchanges().then_some(outcome.steps);
        let steps = steps.unwrap_or_default();
        self.early.insert(place, (Early { case, steps }, ahead));
        while let Some((Early { case, steps }, _)) = self.early.remove(&self.next) {
            self.next += 1;
            self.summary.add(&case);
            self.waivers.0.add(&case);
            self.closing.add(&case);
            let steps: Vec<_> = steps.iter().map(RecordedStep::of).collect();
            self.ending.add(self.reports.case(&case, &steps));
        }
    }

    /// Whether no further flow shall begin.
    pub(super) fn has_enough(&self) -> bool {
        self.failures.0.is_some_and(|most| self.failures.1 >= most)
    }

    fn step(&self, outcome: &Outcome) -> UpdateStep {
        let case = &outcome.report;
        if outcome.snapshot.is_none() {
            return UpdateStep::Nothing;
        }
        self.mode.decide(case.change.as_ref(), &case.verdict)
    }

    /// Does with a snapshot what is to be done with it.
    fn put_away(&mut self, outcome: &mut Outcome) {
        let case = Arc::clone(&outcome.report);
        let Some(body) = &outcome.snapshot else {
            return;
        };
        let target = self.target.as_deref();
        let (path, approved) = self.project.compared_at(&case.api, &case.snapshot, target);
        let pending = waiting::beside(&path);
        let text = |state| {
            let source = &case.location.path;
            let about = &case.about;
            snapshot::render_file(source, &case.path, about, body, state)
        };
        let step = self.step(outcome);
        let guard = &self.settings.guard;
        let done = match step {
            UpdateStep::Nothing => return,
            // What another target answered waits on.
            UpdateStep::Settled if Project::waits_for_another(&pending, target) => return,
            UpdateStep::Settled => files::remove(&pending).map(|_| ()),
            UpdateStep::WritePending => {
                let mut notes = case.change.as_ref().map(Note::of).unwrap_or_default();
                let noted = target.map(|it| Note::Target(it.to_owned()).text());
                notes.splice(..0, noted);
                let state = FileState::Pending {
                    approved,
                    notes: &notes,
                };
                guard.store(&pending, text(state).as_bytes())
            }
            UpdateStep::Approve => guard
                .store(&path, text(FileState::Approved).as_bytes())
                .and_then(|()| files::remove(&pending).map(|_| ())),
        };
        match (done, step) {
            (Err(error), _) => {
                self.ending.add(Exit::Files);
                self.settings
                    .console
                    .tell(&format!("error: the snapshot was not written: {error}\n"));
            }
            (Ok(()), UpdateStep::WritePending) => {
                self.pending += 1;
                let breaks = case.change.as_ref().is_some_and(FlowChange::breaks);
                self.breaking += usize::from(breaks);
            }
            (Ok(()), UpdateStep::Approve) => {
                self.approved += 1;
                // From here on it is what was approved.
                let report = Arc::make_mut(&mut outcome.report);
                report.change = None;
                report.verdict = Verdict::Passed;
            }
            (Ok(()), UpdateStep::Settled | UpdateStep::Nothing) => {}
        }
    }

    /// Ends all reports and tells what the run came to.
    pub(super) fn finish(
        mut self,
        unreferenced: &[String],
        (cause, took): (Option<Cause>, Duration),
    ) -> Exit {
        let covered = self.covering.coverage.covered();
        if self.covering.is_told {
            self.summary.coverage = told_coverage(self.settings, &covered);
        }
        self.ending.add(self.reports.end(&self.summary));
        if self.told < self.total {
            let lost = self.total - self.told;
            self.settings.console.tell(&format!(
                "error: {lost} flows were lost by a bug of countersign\n"
            ));
            self.ending.add(Exit::Internal);
        }
        self.progress.finish();
        let closing =
            self.closing
                .render(&self.summary, Some(took), &self.invocation, &self.palette);
        self.settings.console.print(&closing);
        self.tell_snapshots(unreferenced);
        if cause.is_none() {
            self.tell_skipped();
        }
        if self.summary.flaky > 0 {
            self.ending.fails_by(FailKind::Flaky);
        }
        let is_whole = self.waivers.1 && self.told == self.total && cause.is_none();
        if waivers::tell(self.settings, &self.waivers.0, is_whole) {
            self.ending.fails_by(FailKind::Review);
        }
        let signal = cause
            .and_then(Cause::exit_code)
            .map_or(Exit::Ok, Exit::Signal);
        self.ending.add(signal);
        if self.settings.guard.has_caught() {
            self.ending.add(Exit::Secret);
        }
        if let Some(recorder) = self.recorder.take() {
            let told = human::cases(&self.summary);
            let exit = self.ending.exit();
            self.ending.add(recorder.finish(covered, exit, told));
        }
        self.ending.finish(self.settings)
    }

    /// A run that plays nothing says nothing of the target; and a gate must not open because half of it
    /// was never asked.
    fn tell_skipped(&mut self) {
        let skipped = self.summary.skipped;
        if skipped == 0 {
            return;
        }
        let (what, help) = if skipped == self.summary.selected {
            self.ending.add(Exit::NothingSelected);
            ("no flow was played".to_owned(), "see above why not")
        } else if self.has_enough() || !self.ending.fails_by(FailKind::Skipped) {
            // Once enough have failed, that the others were not played is what was asked for.
            return;
        } else {
            let (why, help) = self.ending.why_skipped_fails();
            (
                format!("{} not played, and {why}", count(skipped, "flow")),
                help,
            )
        };
        self.settings
            .console
            .tell(&format!("error: {what}\nhelp: {help}\n"));
    }

    fn tell_snapshots(&mut self, unreferenced: &[String]) {
        let terminal = &self.settings.console;
        if self.approved > 0 {
            terminal.print(&format!("{} approved\n", count(self.approved, "snapshot")));
        }
        if self.pending > 0 {
            let waiting = count(self.pending, "snapshot");
            // cargo-insta works only beside a Cargo.toml.
            let cargo = self.project.root.join("Cargo.toml").is_file();
            let insta = if cargo {
                ", or look at them with `cargo insta review`"
            } else {
                ""
            };
            let program = self.settings.program();
            terminal.print(&format!(
                "{waiting} to review, beside the approved ones as *.snap.new: `{program} review` decides one by one, \
                 `{program} accept` approves{insta}\n",
            ));
            if self.breaking > 0 {
                let breaking = count(self.breaking, "snapshot");
                terminal.print(&format!(
                    "{breaking} of that with answers that break the contract: `accept` refuses them\n"
                ));
            }
            if let Some(target) = &self.target {
                let target = quote(target);
                terminal.print(&format!(
                    "for this target alone: `{program} accept --target {target}`\n"
                ));
            }
        }
        if !unreferenced.is_empty() {
            for name in unreferenced {
                terminal.tell(&format!("unreferenced: snapshots/{name}.snap\n"));
            }
            terminal.tell("help: remove the snapshots that no flow has any more\n");
            if self.mode == UpdateMode::Check {
                self.ending.fails_by(FailKind::Review);
            }
        }
    }
}

/// How this run was called, for the commands that are printed to be pasted.
pub(super) fn invocation(
    settings: &Settings,
    command: &str,
    arguments: &RunArguments,
) -> Invocation {
    let mut command = format!("{} {command}", settings.program());
    if let Some(target) = &arguments.target {
        command = format!("{command} --target {}", quote(target));
    }
    command.push_str(&credentials(&arguments.credentials));
    command.push_str(arguments.remote.flag());
    command.push_str(&arguments.probing.flags(arguments.seed));
    let words = arguments
        .selection
        .words
        .iter()
        .map(|word| format!(" {}", quote(word)));
    let tags = arguments
        .selection
        .tag
        .iter()
        .map(|tag| format!(" --tag {}", quote(tag)));
    let exact = arguments.selection.exact.then(|| " --exact".to_owned());
    Invocation {
        command,
        selection: words.chain(exact).chain(tags).collect(),
    }
}

/// The flags that say where the credentials are, each with a space before it.
fn credentials(arguments: &CredentialArguments) -> String {
    let CredentialArguments {
        credential,
        cert,
        key,
        cacert,
    } = arguments;
    let mut flags: Vec<(&str, String)> = Vec::new();
    flags.extend(credential.iter().map(|word| ("credential", word.clone())));
    for (flag, path) in [("cert", cert), ("key", key), ("cacert", cacert)] {
        flags.extend(path.iter().map(|it| (flag, it.display().to_string())));
    }
    flags.iter().fold(String::new(), |told, (flag, value)| {
        told + " --" + flag + " " + &quote(value)
    })
}
