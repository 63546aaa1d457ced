//! `mutate`: turns on one mutant after the other, and asks whether the flows notice.
//!
//! The flows are played once as they are; what they said tells which of them shows which mutant. Each mutant
//! is played in the flows that show it, those with the fewest steps first, until one does not pass. Against
//! a bundled mock every play begins with an empty one of its own, so that no mutant leaves something to
//! the next.

mod baseline;
mod ground;
mod json;
mod playing;
mod told;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use tokio::runtime::Builder;

use super::journal::RunJournal;
use super::stage::Stage;
use super::{JOBS_USUAL, TAG_AUTO, Targets, lay_out, targets};
use crate::check;
use crate::cli::arguments::{MutateArguments, ReportPath, RunArguments};
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::mock::Part;
use crate::mutate::{Derived, Fate, MUTANTS_MAX, Mutant, Reach, Recording, Rules, derive, faults};
use crate::plan::Plan;
use crate::report::escape_line;
use crate::shell::chance;
use crate::suite::Session;
use crate::verdict::{Severity, Verdict};
use crate::world::Limits;

use baseline::Flows;
use ground::Ground;

/// The mutants of one API, and the flows that they are played in.
pub(super) struct Api<'p> {
    name: String,
    rules: Rules,
    flows: Flows<'p>,
    derived: Vec<Derived>,
    /// What became of each; all of them, or those until somebody asked to stop.
    fates: Vec<Fate>,
}

/// Plays mutants, and tells which of them nothing notices.
pub(in crate::cli) fn mutate(settings: &Settings, arguments: &MutateArguments) -> Exit {
    match act(settings, arguments) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn act(settings: &Settings, arguments: &MutateArguments) -> Result<Exit, Exit> {
    let mut run = arguments.as_run();
    if run.safety.run_tag.as_deref() == Some(TAG_AUTO) {
        run.safety.run_tag = Some(chance::name());
    }
    let project = settings.load_selected(&run.selection.selection(), arguments.remote)?;
    must_be_known(settings, arguments, &project)?;
    must_have_flows(settings, arguments, &project)?;
    let targets = targets(settings, &run, &project)?;
    let mut plan = lay_out(&project, &run, &targets);
    plan.cases
        .retain(|it| arguments.apis.is_empty() || arguments.apis.contains(&it.scenario.api));
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| settings.tell_io(&error))?;
    let mutating = Mutating {
        settings,
        arguments,
        run: &run,
        project: &project,
        plan: &plan,
    };
    runtime.block_on(mutating.act(&targets))
}

/// That every API that is named is there.
fn must_be_known(
    settings: &Settings,
    arguments: &MutateArguments,
    project: &Project,
) -> Result<(), Exit> {
    let names: Vec<&str> = project
        .suite
        .apis
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    match arguments
        .apis
        .iter()
        .find(|it| !names.contains(&it.as_str()))
    {
        Some(unknown) => Err(settings.tell_unknown("API", unknown, &names)),
        None => Ok(()),
    }
}

/// That there is a flow that could notice something.
fn must_have_flows(
    settings: &Settings,
    arguments: &MutateArguments,
    project: &Project,
) -> Result<(), Exit> {
    let scenarios = project.suite.scenarios();
    let mut apis = scenarios.iter().map(|it| &it.api);
    if apis.any(|it| arguments.apis.is_empty() || arguments.apis.contains(it)) {
        return Ok(());
    }
    settings.console.tell(
        "error: there is no flow, so that nothing could notice a mutant\n\
         help: `countersign generate` writes first ones from a contract\n",
    );
    Err(Exit::NothingSelected)
}

struct Mutating<'m> {
    settings: &'m Settings,
    arguments: &'m MutateArguments,
    run: &'m RunArguments,
    project: &'m Project,
    plan: &'m Plan,
}

impl<'m> Mutating<'m> {
    async fn act(&self, targets: &Targets) -> Result<Exit, Exit> {
        let settings = self.settings;
        let ground = self.ground(targets).await?;
        let target = self.run.named_target();
        let begin = || {
            let baselines = self.project.baselines_at(target);
            let known = (&self.project.suite, Arc::clone(settings.guard.secrets()));
            Session::keeping(known, self.plan, baselines)
                .tagged(self.run.safety.run_tag.clone())
                .waiving(crate::cli::waivers::today(), target)
        };
        // Mutants write nothing into a journal: what an answer says that was changed is nobody's to take away.
        let (mut session, of_mutants) = (begin(), begin());
        let journal = ground
            .stage
            .as_ref()
            .and_then(|it| RunJournal::begin(settings, self.run, it));
        if let Some(it) = &journal {
            session = session.journalled(Arc::clone(&it.journal));
        }
        settings.console.tell(&told::heading(self.plan, &ground));
        let played = self.play((&session, &of_mutants), &ground).await;
        if let Some(stage) = &ground.stage {
            session.tidy_up(|api| stage.world(api)).await;
        }
        let cause = ground.stop.cause();
        ground.strike().await;
        if let Some(journal) = journal {
            journal.end(settings, self.run);
        }
        if let Some(code) = cause.and_then(crate::shell::signals::Cause::exit_code) {
            let apis = played.unwrap_or_default();
            if apis.iter().any(|it| !it.fates.is_empty()) {
                settings.console.print(&told::scores(&apis));
            }
            // Also where nothing is known yet: what an earlier call wrote says nothing of this one.
            self.write_json(&apis, true)?;
            settings
                .console
                .tell("error: stopped before every mutant was played\n");
            return Err(Exit::Signal(code));
        }
        match played {
            Ok(apis) => self.conclude(&apis),
            Err(exit) => {
                self.write_json(&[], true)?;
                Err(exit)
            }
        }
    }

    async fn ground(&self, targets: &Targets) -> Result<Ground, Exit> {
        let (settings, run) = (self.settings, self.run);
        if run.target.is_none() {
            let limits = Limits {
                time: super::time_limit(run, None),
                ..Limits::default()
            };
            return Ground::of_mocks(run, limits).map_err(|error| settings.tell_io(&error));
        }
        let stage = Stage::set((settings, run), self.project, self.plan, targets).await?;
        let flows = self.plan.cases.iter().map(|it| it.id.clone());
        Ok(Ground::of_stage(stage, flows))
    }

    fn jobs(&self) -> usize {
        self.run.jobs.map_or(JOBS_USUAL, usize::from)
    }

    /// Plays the flows once, and then every mutant.
    async fn play(
        &self,
        (session, of_mutants): (&Session, &Session),
        ground: &Ground,
    ) -> Result<Vec<Api<'m>>, Exit> {
        let settings = self.settings;
        let told = (self.jobs(), settings);
        let outcomes = baseline::play(self.plan, session, ground, told).await?;
        if ground.stop.cause().is_some() {
            return Ok(Vec::new());
        }
        baseline::demand_health(settings, self.run, &outcomes)?;
        let skipped = outcomes
            .iter()
            .filter(|it| matches!(it.report.verdict, Verdict::Skipped(_)));
        for outcome in skipped {
            let flow = escape_line(&outcome.report.path);
            settings
                .console
                .tell(&format!("note: {flow} is skipped, and notices nothing\n"));
        }
        let flows = baseline::recordings(self.project, self.plan, &outcomes);
        let mut apis = self.derive(flows);
        if !self.arguments.list {
            self.play_mutants(&mut apis, of_mutants, ground).await?;
        }
        Ok(apis)
    }

    fn derive(&self, flows: BTreeMap<String, Flows<'m>>) -> Vec<Api<'m>> {
        let undeclared = check::find("undeclared-field").expect("it is one of the checks");
        let mut flows = flows;
        let names = self.project.suite.apis.iter().map(|it| it.name.as_str());
        let apis = names.filter_map(|name| {
            let api = self.project.suite.api(name)?;
            let flows = flows.remove(name)?;
            let strict = api.settings.severities.of(undeclared) == Some(Severity::Error);
            let mut rules = Rules::new(&api.contract, strict);
            if self.run.target.is_some() {
                rules = rules.shared();
            }
            let mut derived = derive(&rules, &flows.recordings);
            if derived.len() >= MUTANTS_MAX {
                self.settings.console.tell(&format!(
                    "note: {} has more mutants than the {MUTANTS_MAX} that are played\n",
                    escape_line(name)
                ));
            }
            let mock = crate::mock::find(name).filter(|_| self.run.target.is_none());
            let played = mock.into_iter().flat_map(|it| faults(it, &api.contract));
            derived.extend(played.map(|mutant| Derived {
                reach: reach(&flows.recordings, &mutant),
                mutant,
            }));
            let only = &self.arguments.only;
            derived.retain(|it| only.is_empty() || only.contains(&it.mutant.kind));
            let name = name.to_owned();
            Some(Api {
                name,
                rules,
                flows,
                derived,
                fates: Vec::new(),
            })
        });
        apis.collect()
    }

    async fn play_mutants(
        &self,
        apis: &mut [Api<'m>],
        session: &Session,
        ground: &Ground,
    ) -> Result<(), Exit> {
        let total = apis.iter().map(|it| it.derived.len()).sum();
        let progress = self.settings.console.progress(total);
        let mut all = Vec::new();
        for api in &*apis {
            let playing = api.derived.iter().map(|derived| {
                let progress = &progress;
                async move {
                    let fate = playing::fate(api, derived, session, ground).await;
                    progress.advance(&derived.mutant.id);
                    fate
                }
            });
            let played: Vec<std::io::Result<Option<Fate>>> =
                stream::iter(playing).buffered(self.jobs()).collect().await;
            all.push(played);
        }
        progress.finish();
        for (api, played) in apis.iter_mut().zip(all) {
            let played: std::io::Result<Vec<Option<Fate>>> = played.into_iter().collect();
            let played = played.map_err(|error| self.settings.tell_io(&error))?;
            // Up to the first that was not played, so that each stands beside its mutant.
            api.fates = played.into_iter().map_while(|it| it).collect();
        }
        Ok(())
    }

    /// Tells all of it, and weighs the scores.
    fn conclude(&self, apis: &[Api<'_>]) -> Result<Exit, Exit> {
        let console = &self.settings.console;
        if apis.iter().all(|it| it.derived.is_empty()) {
            console.tell(self.why_none(apis));
            return Err(Exit::NothingSelected);
        }
        let text = if self.arguments.list {
            told::list(apis)
        } else {
            told::scores(apis)
        };
        console.print(&text);
        self.write_json(apis, false)?;
        Ok(self.demand(apis))
    }

    /// Why there is no mutant, and what to do.
    fn why_none(&self, apis: &[Api<'_>]) -> &'static str {
        if !apis.is_empty() {
            return "error: there is no mutant of that kind\nhelp: leave out `--only`, or see `--list`\n";
        }
        if self.run.target.is_some() && !self.run.allow_writes {
            return "error: no flow was played, so that nothing is known of mutants\n\
                    help: see above why; at a protected target `--allow-writes` plays flows that change something\n";
        }
        "error: no flow was played, so that nothing is known of mutants\nhelp: see above why\n"
    }

    fn write_json(&self, apis: &[Api<'_>], is_stopped: bool) -> Result<(), Exit> {
        let text = || json::render(apis, self.arguments.seed, is_stopped);
        match &self.arguments.json {
            None => Ok(()),
            Some(ReportPath::Stdout) => {
                let out = crate::shell::terminal::Output::document();
                let mut out = out.keeping(self.settings.guard.secrets());
                // A stream that takes no more has nobody who could be told so.
                let _ = std::io::Write::write_all(&mut out, text().as_bytes());
                let _ = std::io::Write::flush(&mut out);
                Ok(())
            }
            Some(ReportPath::File(path)) => {
                let guard = &self.settings.guard;
                guard.store(path, text().as_bytes()).map_err(|error| {
                    self.settings.console.tell(&format!(
                        "error: {} was not written: {error}\nhelp: name another path\n",
                        escape_line(&path.display().to_string())
                    ));
                    Exit::Files
                })
            }
        }
    }

    /// Complains of every API of whose mutants too few were noticed.
    fn demand(&self, apis: &[Api<'_>]) -> Exit {
        let Some(percent) = self.arguments.min_score.filter(|_| !self.arguments.list) else {
            return Exit::Ok;
        };
        let mut exit = Exit::Ok;
        for api in apis {
            let score = api.tally().score;
            if score.killed + score.survived == 0 {
                self.settings.console.tell(&format!(
                    "error: {}: the flows show no mutant, so that there is no score\n\
                     help: add flows, or see above why none is reached\n",
                    escape_line(&api.name),
                ));
                exit = Exit::Findings;
                continue;
            }
            let missing = score.missing_to(percent);
            if missing > 0 {
                self.settings.console.tell(&format!(
                    "error: {}: {} of the mutants are killed, and {percent}% are demanded: {missing} more\n\
                     help: each survivor above says what would notice it\n",
                    escape_line(&api.name),
                    told::percent(score),
                ));
                exit = Exit::Findings;
            }
        }
        exit
    }
}

/// The flows that show a fault of a mock, those with the fewest steps first.
fn reach(recordings: &[Recording], mutant: &Mutant) -> Reach {
    let place = mutant.fault().map(|it| it.place);
    // Where the handshake is to fail there is no status.
    let status = place
        .filter(|it| it.part != Part::Handshake)
        .map(|it| it.status);
    let own = |it: usize| recordings[it].of_operation(mutant.operation);
    let calls = |it: &usize| own(*it).next().is_some();
    let shows = |it: &usize| own(*it).any(|it| status.is_none_or(|status| it.status() == status));
    let mut flows: Vec<usize> = (0..recordings.len()).filter(shows).collect();
    flows.sort_by_key(|it| (recordings[*it].steps, *it));
    match (flows.is_empty(), status) {
        (false, _) => Reach::Flows(flows),
        (true, Some(status)) if (0..recordings.len()).any(|it| calls(&it)) => {
            Reach::Nowhere(format!("no flow sees the status {status}"))
        }
        (true, _) => Reach::Nowhere("no flow calls the operation".to_owned()),
    }
}
