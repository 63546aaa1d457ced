//! Playing flows beside a run: for commands that want to know what was answered, and that neither write
//! nor report.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::runtime::Builder;

use super::drivers::Drivers;
use super::stage::Stage;
use super::{Targets, heading, jobs, workers};
use crate::cli::arguments::RunArguments;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project, waivers};
use crate::plan::{self, Plan};
use crate::shell::signals::Cause;
use crate::suite::{Baseline, Outcome, Session};

/// What flows answered, by API and by the name of the snapshot.
pub(super) type Texts = BTreeMap<String, BTreeMap<String, Baseline>>;

/// Where flows are played.
pub(super) struct Aside<'a> {
    pub(super) settings: &'a Settings,
    pub(super) project: &'a Project,
    pub(super) targets: &'a Targets,
}

impl Aside<'_> {
    /// Plays a plan once, and compares it with some texts; with the outcomes in the order of the plan.
    /// What is to be told at the begin of what becomes of snapshots is handed in.
    ///
    /// # Errors
    /// With the exit code, when the targets cannot be reached as it was asked for, or somebody stopped it.
    pub(super) fn play(
        &self,
        arguments: &RunArguments,
        plan: Plan,
        texts: Texts,
        words: Option<&str>,
    ) -> Result<Vec<Outcome>, Exit> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| self.settings.tell_io(&error))?;
        let (outcomes, cause) = runtime.block_on(self.play_plan(arguments, plan, texts, words))?;
        match cause.map(|it| it.exit_code().map_or(Exit::Ok, Exit::Signal)) {
            Some(exit) => Err(exit),
            None => Ok(outcomes),
        }
    }

    async fn play_plan(
        &self,
        arguments: &RunArguments,
        plan: Plan,
        texts: Texts,
        words: Option<&str>,
    ) -> Result<(Vec<Outcome>, Option<Cause>), Exit> {
        let settings = self.settings;
        let stage = Stage::set((settings, arguments), self.project, &plan, self.targets).await?;
        let jobs = jobs(arguments, &plan);
        if let Some(words) = words {
            let scenarios = self.project.suite.scenarios();
            let steps = plan.cases.iter();
            let steps = steps.map(|it| plan::steps(&scenarios, &it.scenario)).sum();
            let heading = heading((&plan, steps), &stage, jobs, words);
            settings.console.tell(&heading);
        }
        let known = (&self.project.suite, Arc::clone(settings.guard.secrets()));
        let session = Session::keeping(known, &plan, texts);
        let target = arguments.named_target();
        let session = Arc::new(session.waiving(waivers::today(), target));
        let progress = settings.console.progress(plan.len());
        let (stage, plan) = (Arc::new(stage), Arc::new(plan));
        let mut played = workers::play_all((jobs, &mut Drivers::one()), &plan, &session, &stage);
        let mut outcomes = BTreeMap::new();
        while let Some(it) = played.recv().await {
            progress.advance(&it.outcome.report.path);
            outcomes.insert(it.place, it.outcome);
        }
        progress.finish();
        let cause = stage.stop.cause();
        if let Ok(stage) = Arc::try_unwrap(stage) {
            stage.strike().await;
        }
        Ok((outcomes.into_values().collect(), cause))
    }
}
