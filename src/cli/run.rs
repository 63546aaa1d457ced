//! `run`: plays flows against targets, tells what happens as it happens, and writes reports.

mod aside;
mod booths;
mod cleanup;
mod covering;
mod diff;
mod doctor;
mod drivers;
mod gather;
mod journal;
mod keys;
mod mutate;
mod noise;
mod record;
mod remedy;
mod replay;
mod secrets;
mod shard;
mod spares;
mod stage;
mod waivers;
mod workers;

pub(super) use cleanup::cleanup;
pub(super) use diff::diff;
pub(super) use doctor::doctor;
pub(super) use mutate::mutate;
pub(super) use noise::noise;
pub(super) use replay::replay;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;

use super::arguments::{RunArguments, SelectionArguments, UpdateWhen};
use super::exit::Ending;
use super::records::Records;
use super::settings::Settings;
use super::{Exit, Project};
use crate::plan::{self, Plan, Selection};
use crate::probe::Aims;
use crate::problem::Problem;
use crate::report::human::count;
use crate::scenario::Scenario;
use crate::shell::chance;
use crate::shell::signals::Cause;
use crate::suite::{Session, UpdateMode};
use crate::verdict::Verdict;
use crate::world::Limits;

use covering::Covering;
use drivers::Drivers;
use gather::Gatherer;
use journal::RunJournal;
use record::Recorder;
use shard::Planned;
use stage::Stage;

/// How many flows are played at once when nothing is said. Flows wait for the target nearly all the
/// time, so this is what a small target bears, and not how many processors there are.
const JOBS_USUAL: usize = 8;

/// The tag that stands for one which nobody else has.
const TAG_AUTO: &str = "auto";

pub(super) fn run(settings: &Settings, arguments: &RunArguments) -> Exit {
    let mut settled = arguments.clone();
    if settled.safety.run_tag.as_deref() == Some(TAG_AUTO) {
        settled.safety.run_tag = Some(chance::name());
    }
    let arguments = &settled;
    let approves = matches!(arguments.update, UpdateWhen::New | UpdateWhen::Accept);
    if arguments.fault.is_some() && approves {
        settings.console.tell(
            "error: what a mock with a fault answers is never approved\n\
             help: leave out `--fault` or `--update`\n",
        );
        return Exit::Usage;
    }
    let arguments = &match only_failed(settings, arguments) {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    let (project, mut targets) = match prepare(settings, arguments) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let planned = match shard::plan(settings, arguments, &project, &mut targets) {
        Ok(planned) => planned,
        Err(exit) => return exit,
    };
    let jobs = jobs(arguments, &planned.plan);
    // One thread drives and tells, and others only where there is more to do: see
    // docs/decisions/0011-one-thread-drives.md.
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return settings.tell_io(&error),
    };
    let exit = runtime.block_on(async {
        match Stage::set((settings, arguments), &project, &planned.plan, &targets).await {
            Ok(stage) => {
                if let Some(seconds) = arguments.tries.global_timeout {
                    let time = Duration::from_secs(seconds);
                    stage.stop.request_after(time, Cause::TimeOver);
                }
                if let Some(seconds) = arguments.wait
                    && let Err(exit) = stage.wait(settings, Duration::from_secs(seconds)).await
                {
                    return Ending::at_once(exit, settings, arguments);
                }
                play((settings, arguments, jobs), &project, planned, stage).await
            }
            Err(exit) => exit,
        }
    });
    // The process ends, and the system takes back at once what would be given back piece by piece here.
    std::mem::forget(project);
    exit
}

/// The same call, for the flows alone that did not pass in the run that `--failed` names.
///
/// # Errors
/// With the exit code, when there is no such run, or none of its flows is selected; told already.
fn only_failed<'a>(
    settings: &Settings,
    arguments: &'a RunArguments,
) -> Result<Cow<'a, RunArguments>, Exit> {
    let Some(run) = &arguments.failed else {
        return Ok(Cow::Borrowed(arguments));
    };
    let record = Records::new(settings).find(run)?;
    let words = &arguments.selection.words;
    let takes = |path: &str| words.is_empty() || words.iter().any(|it| path.contains(&flow_of(it)));
    let cases = record.cases.into_iter().map(|it| it.report);
    let failed = cases.filter(|it| it.verdict != Verdict::Passed && takes(&it.path));
    // Rounds of one flow are one flow here.
    let failed = failed.map(|it| it.path.split('#').next().unwrap_or_default().to_owned());
    let mut words: Vec<String> = failed.collect();
    words.dedup();
    if words.is_empty() {
        settings.console.tell(&format!(
            "error: every flow of the run passed\nhelp: `{} run` plays all\n",
            settings.program()
        ));
        return Err(Exit::NothingSelected);
    }
    let mut only = arguments.clone();
    only.selection = SelectionArguments {
        words,
        exact: true,
        tag: Vec::new(),
    };
    Ok(Cow::Owned(only))
}

/// Reads the project, and finds what each API of the selection is played against.
///
/// # Errors
/// With the exit code, when something of it is wrong; told already.
fn prepare(settings: &Settings, arguments: &RunArguments) -> Result<(Project, Targets), Exit> {
    let selection = arguments.selection.selection();
    let project = settings.load_selected(&selection, arguments.remote)?;
    let targets = targets(settings, arguments, &project)?;
    Ok((project, targets))
}

/// Finds what each API of the selection is played against.
///
/// # Errors
/// With the exit code, when nothing is selected, or there is no such target; told already.
fn targets(
    settings: &Settings,
    arguments: &RunArguments,
    project: &Project,
) -> Result<Targets, Exit> {
    settings.console.tell_problems(&project.warnings);
    let first = lay_out(project, arguments, &Targets::new());
    if first.cases.is_empty() {
        let selection = arguments.selection.selection();
        let scenarios = project.suite.scenarios();
        return Err(settings.tell_nothing_selected(&selection, &scenarios));
    }
    stage::targets(settings, arguments, project, &first)
}

/// What is to be played, with the inputs that the targets need.
fn lay_out(project: &Project, arguments: &RunArguments, targets: &Targets) -> Plan {
    let tag = &arguments.safety.run_tag;
    let inputs = |scenario: &Scenario| {
        let target = targets.get(&scenario.api);
        let mut inputs = target.map(|it| it.inputs.clone()).unwrap_or_default();
        if let Some((tag, it)) = tag.as_ref().zip(scenario.run_tag.as_ref()) {
            inputs.insert(it.input.clone(), tag.as_str().into());
        }
        inputs
    };
    let selection = arguments.selection.selection();
    plan::lay_out(
        &project.suite.scenarios(),
        &selection,
        arguments.seed,
        &inputs,
    )
}

/// How many flows are played at once.
fn jobs(arguments: &RunArguments, plan: &Plan) -> usize {
    let jobs = arguments.jobs.map_or(JOBS_USUAL, usize::from);
    jobs.min(plan.len())
}

/// The threads that drive the flows. Flows wait for the target nearly all the time, and what is left fits one; to
/// make up probes is work.
fn drivers(arguments: &RunArguments, jobs: usize) -> Drivers {
    if arguments.probing.laws || arguments.probing.variations {
        Drivers::many(jobs)
    } else {
        Drivers::one()
    }
}

async fn play(
    (settings, arguments, jobs): (&Settings, &RunArguments, usize),
    project: &Project,
    planned: Planned,
    stage: Stage,
) -> Exit {
    let Planned {
        plan,
        name,
        whole_apis,
    } = planned;
    let (mode, why) = update_mode(settings, arguments);
    let snapshots = format!("{} ({why})", word(mode));
    tell_heading(
        (settings, arguments, jobs),
        project,
        (&plan, &stage),
        &snapshots,
    );
    let baselines = project.baselines_at(arguments.named_target());
    let known = (&project.suite, Arc::clone(settings.guard.secrets()));
    let mut session = Session::keeping(known, &plan, baselines);
    let journal = RunJournal::begin(settings, arguments, &stage);
    if let Some(it) = &journal {
        session = session.journalled(Arc::clone(&it.journal));
    }
    session = session.retrying(arguments.tries.retries);
    session = session.probing(
        Aims {
            is_alone: jobs == 1,
            ..arguments.probing.aims(arguments.seed)
        },
        &plan,
    );
    session = session.with_spares(Arc::new(stage.spares(arguments)));
    session = session.tagged(arguments.safety.run_tag.clone());
    session = session.waiving(super::waivers::today(), arguments.named_target());
    let session = Arc::new(session);
    let stage = Arc::new(stage);
    let plan = Arc::new(plan);
    let covering = Covering::begin(project, arguments, &plan, &whole_apis);
    let mut gatherer =
        match Gatherer::new((settings, arguments), project, (plan.len(), mode), covering) {
            Ok(gatherer) => gatherer,
            Err(exit) => return exit,
        };
    gatherer.tally(&name.waivers, arguments.shard.shard.is_none());
    let invocation = gather::invocation(settings, "run", arguments);
    match Recorder::begin((settings, arguments), project, &stage, name, &invocation) {
        Ok(recorder) => gatherer.record_into(recorder),
        Err(exit) => return exit,
    }
    let mut drivers = drivers(arguments, jobs);
    let mut told = workers::play_all((jobs, &mut drivers), &plan, &session, &stage);
    while let Some(played) = told.recv().await {
        gatherer.take(played);
        if gatherer.has_enough() {
            stage.close();
        }
    }
    drivers.join();
    session.tidy_up(|api| stage.world(api)).await;
    let cause = stage.stop.cause();
    let took = stage.elapsed();
    if let Ok(stage) = Arc::try_unwrap(stage) {
        stage.strike().await;
    }
    let unreferenced = unreferenced(project, arguments, &whole_apis);
    let exit = gatherer.finish(&unreferenced, (cause, took));
    if let Some(journal) = journal {
        journal.end(settings, arguments);
    }
    exit
}

/// Tells what is going to be played, and against what.
fn tell_heading(
    (settings, arguments, jobs): (&Settings, &RunArguments, usize),
    project: &Project,
    (plan, stage): (&Plan, &Stage),
    snapshots: &str,
) {
    let scenarios = project.suite.scenarios();
    let steps = plan.cases.iter();
    let steps = steps
        .map(|case| plan::steps(&scenarios, &case.scenario))
        .sum();
    let mut text = heading((plan, steps), stage, jobs, snapshots);
    if let Some(tag) = &arguments.safety.run_tag {
        let _ = writeln!(text, "  run tag              {tag}");
    }
    settings.console.tell(&text);
}

/// The snapshots that no flow has, of the APIs whose flows are all in the run, and of no API where that is of all;
/// of shards they are told by the first.
fn unreferenced(
    project: &Project,
    arguments: &RunArguments,
    whole: &BTreeSet<String>,
) -> Vec<String> {
    let is_of_all = arguments.selection.selection() == Selection::default();
    let is_later_shard = arguments.shard.shard.is_some_and(|it| it.index != 1);
    if is_later_shard || !is_of_all && whole.is_empty() {
        return Vec::new();
    }
    let mut names = project.unreferenced();
    names.retain(|name| {
        let api = name.split_once('/').map(|(api, _)| api);
        is_of_all || api.is_some_and(|it| whole.contains(it))
    });
    names
}

/// What is done with snapshots, and why.
fn update_mode(settings: &Settings, arguments: &RunArguments) -> (UpdateMode, String) {
    match (arguments.update, settings.ci) {
        // Two rounds may answer differently, and the later would overwrite the earlier.
        _ if arguments.repeat > 1 => (UpdateMode::Check, format!("--repeat {}", arguments.repeat)),
        // A wrong answer on purpose is nothing to review.
        (UpdateWhen::Auto, _) if arguments.fault.is_some() => {
            (UpdateMode::Check, "a fault is played".to_owned())
        }
        (UpdateWhen::Auto, Some(variable)) => {
            (UpdateMode::Check, format!("CI detected: {variable}"))
        }
        (UpdateWhen::Auto, None) => (UpdateMode::Pending, "auto".to_owned()),
        (UpdateWhen::Check, _) => (UpdateMode::Check, "--update check".to_owned()),
        (UpdateWhen::New, _) => (UpdateMode::New, "--update new".to_owned()),
        (UpdateWhen::Accept, _) => (UpdateMode::Accept, "--update accept".to_owned()),
    }
}

fn word(mode: UpdateMode) -> &'static str {
    match mode {
        UpdateMode::Check => "compared, never written",
        UpdateMode::Pending => "compared, changes written to be reviewed",
        UpdateMode::New => "compared, missing ones approved",
        UpdateMode::Accept => "approved",
    }
}

fn heading((plan, steps): (&Plan, usize), stage: &Stage, jobs: usize, snapshots: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let flows = plan.cases.len();
    let mut text = format!(
        "countersign {version}: {}, {}, {jobs} at once",
        count(flows, "flow"),
        count(steps, "step"),
    );
    if plan.repeats > 0 {
        let _ = write!(text, ", {} rounds", plan.repeats.saturating_add(1));
    }
    if plan.left_out > 0 {
        let _ = write!(text, " ({} not selected)", count(plan.left_out, "flow"));
    }
    text.push('\n');
    for (api, place) in &stage.places {
        let _ = writeln!(text, "  {api:<20} {}{}", place.site.url, place.remark);
    }
    let _ = writeln!(text, "  snapshots            {snapshots}");
    text
}

/// How long a request may take.
fn time_limit(arguments: &RunArguments, of_target: Option<Duration>) -> Duration {
    let flag = arguments.timeout.map(Duration::from_secs);
    flag.or(of_target).unwrap_or(Limits::default().time)
}

/// The flow of a finding's id, `api::workflow/step#check`, which reports print to be pasted.
pub(super) fn flow_of(word: &str) -> String {
    let end = word
        .find("::")
        .and_then(|at| word[at..].find(['/', '#']).map(|it| at + it));
    word[..end.unwrap_or(word.len())].to_owned()
}

impl SelectionArguments {
    /// What is selected.
    pub(super) fn selection(&self) -> Selection {
        Selection {
            words: self.words.iter().map(|word| flow_of(word)).collect(),
            exact: self.exact,
            tags: self.tag.clone(),
        }
    }
}

impl Settings {
    /// Tells every Problem.
    pub(super) fn tell_problems(&self, problems: &[Problem]) -> Exit {
        self.console.tell_problems(problems);
        if problems.len() > 1 {
            self.console
                .tell(&format!("{}\n", count(problems.len(), "problem")));
        }
        Exit::Files
    }

    /// Tells that the system refused something.
    pub(super) fn tell_io(&self, error: &dyn std::error::Error) -> Exit {
        self.console.tell(&format!("error: {error}\n"));
        Exit::Internal
    }

    /// Tells that a selection takes nothing.
    pub(super) fn tell_nothing_selected(
        &self,
        selection: &Selection,
        scenarios: &[Arc<Scenario>],
    ) -> Exit {
        let words = selection
            .words
            .iter()
            .chain(&selection.tags)
            .cloned()
            .collect::<Vec<_>>();
        let near_flow = selection
            .words
            .iter()
            .find_map(|word| near_flow(word, scenarios));
        let tags = scenarios.iter().flat_map(|scenario| &scenario.tags);
        let near_tag = selection
            .tags
            .iter()
            .find_map(|tag| crate::diff::nearest(tag, tags.clone().map(String::as_str)));
        let help = match near_flow.or(near_tag.map(str::to_owned)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`countersign list` shows all".to_owned(),
        };
        let asked = words.join(" ");
        self.console.tell(&format!(
            "error: nothing is selected by `{asked}`\nhelp: {help}\n"
        ));
        Exit::NothingSelected
    }
}

/// The flow that a word most likely means, by its whole name.
fn near_flow(word: &str, scenarios: &[Arc<Scenario>]) -> Option<String> {
    let path = |scenario: &Arc<Scenario>| scenario.path();
    // Where a selector is the whole name, the name without the API selects nothing.
    if let Some(same) = scenarios.iter().find(|scenario| scenario.id == word) {
        return Some(same.path());
    }
    let paths: Vec<String> = scenarios.iter().map(path).collect();
    let ids = scenarios.iter().map(|scenario| scenario.id.as_str());
    let near = crate::diff::nearest(word, paths.iter().map(String::as_str).chain(ids))?;
    let found = scenarios
        .iter()
        .find(|scenario| scenario.id == near || scenario.path() == near);
    found.map(path)
}

/// Inputs of scenarios, by API.
type Targets = BTreeMap<String, stage::Chosen>;
