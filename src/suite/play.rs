//! Playing cases: the one function that every driver calls.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use tokio::sync::{MutexGuard, OnceCell};

use super::compile::compile_needed;
use super::layers::layer_of;
use super::outcome;
use super::probing::Probing;
use super::secrets::{Learning, Telling};
use super::teardown::Tidier;
use super::{Baseline, Suite};
use crate::change::{self, ChangePolicy, FlowChange};
use crate::check::waiver::Waiver;
use crate::check::{self, Severities};
use crate::http::is_safe;
use crate::journal::{Entry, Journal};
use crate::plan::{self, Case, Plan, find};
use crate::probe::Ways;
use crate::report::{CaseReport, Tries};
use crate::run::{Library, Machine, Played, Watch, drive_with};
use crate::scenario::Scenario;
use crate::secret::Secrets;
use crate::snapshot::Renderer;
use crate::transcript::{End, StepRecord, Transcript};
use crate::verdict::Verdict;
use crate::world::{Pending, Site, Spares, World};

/// What playing one case came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What is told of it.
    pub report: Arc<CaseReport>,
    /// The text of its snapshot, when the flow came to its end.
    pub snapshot: Option<String>,
    /// Whether the target gave no answer.
    pub lost: bool,
    /// What was asked and answered, step by step.
    pub steps: Arc<[StepRecord]>,
    /// What it hands on to the workflows that depend on it.
    played: Played,
}

impl Outcome {
    /// Whether another try may end otherwise: the target failed, and not the user's files.
    fn may_pass_again(&self) -> bool {
        let has_failed = matches!(self.report.verdict, Verdict::Failed | Verdict::Broken(_));
        has_failed && self.report.problems.is_empty()
    }
}

/// All that the cases of one run share.
#[derive(Debug)]
pub struct Session {
    /// What is probed.
    pub(super) probing: Probing,
    /// Servers for plays that nobody else is to see.
    pub(super) spares: Option<Arc<dyn Spares>>,
    scenarios: Arc<Vec<Arc<Scenario>>>,
    /// The cases of the first round that others depend on.
    awaited: BTreeMap<String, Case>,
    judging: BTreeMap<String, Judging>,
    /// The locks that flows hold while they are played, by their names.
    locks: BTreeMap<String, tokio::sync::Mutex<()>>,
    /// Where what flows make is kept, and how it is taken away again, by API.
    journal: Option<Arc<Journal>>,
    tidiers: BTreeMap<String, Tidier>,
    /// The tag of the run, when it has one.
    tag: Option<String>,
    /// The day of the run; none where nothing is waived.
    pub(super) today: Option<Date>,
    /// How often a flow that fails is played again.
    retries: u32,
    /// How many cases a round has.
    cases_in_round: usize,
    /// The rounds that are being played.
    rounds: Mutex<BTreeMap<usize, Round>>,
}

/// One round while it is played.
#[derive(Debug)]
struct Round {
    shared: Arc<Shared>,
    /// How many of its cases have not been played yet.
    left: usize,
}

/// The outcomes of the cases that others of their round depend on: played once in a round, by whoever
/// comes first.
pub(super) type Shared = BTreeMap<String, OnceCell<Outcome>>;

/// How the cases of an API are judged.
#[derive(Debug)]
pub(super) struct Judging {
    pub(super) severities: Severities,
    policy: ChangePolicy,
    renderer: Renderer,
    baselines: BTreeMap<String, Baseline>,
    pub(super) waivers: Vec<Waiver>,
    pub(super) ways: Ways,
    pub(super) telling: Telling,
}

impl Session {
    /// A session over a plan, with the approved snapshots of each API; none for an API means that its
    /// snapshots are not compared.
    pub fn new(
        suite: &Suite,
        plan: &Plan,
        baselines: BTreeMap<String, BTreeMap<String, Baseline>>,
    ) -> Self {
        Self::keeping((suite, Arc::default()), plan, baselines)
    }

    /// The same, which tells these what is secret in what is played, and learns from them what else is.
    pub fn keeping(
        (suite, secrets): (&Suite, Arc<Secrets>),
        plan: &Plan,
        mut baselines: BTreeMap<String, BTreeMap<String, Baseline>>,
    ) -> Self {
        let judging = suite.apis.iter().map(|api| {
            let judging = Judging {
                severities: api.settings.severities.clone(),
                policy: api.settings.changes.clone(),
                renderer: Renderer::new(api.settings.snapshot.clone()),
                baselines: baselines.remove(&api.name).unwrap_or_default(),
                waivers: api.settings.waivers.clone(),
                ways: api.settings.ways.clone(),
                telling: Telling::of(api, Arc::clone(&secrets)),
            };
            (api.name.clone(), judging)
        });
        let judging: BTreeMap<String, Judging> = judging.collect();
        for case in &plan.cases {
            if let Some(judging) = judging.get(&case.scenario.api) {
                judging.telling.learn_inputs(case);
            }
        }
        let awaited: Vec<String> = plan
            .cases
            .iter()
            .flat_map(|case| {
                case.scenario
                    .depends_on
                    .iter()
                    .map(|id| format!("{}::{id}", case.scenario.api))
            })
            .collect();
        let cases = plan.cases.iter().filter(|case| awaited.contains(&case.id));
        let scenarios = suite.scenarios();
        let locks = scenarios.iter().filter_map(|it| it.exclusive.clone());
        let locks = locks.map(|name| (name, tokio::sync::Mutex::default()));
        Self {
            locks: locks.collect(),
            scenarios: Arc::new(scenarios),
            probing: Probing::default(),
            spares: None,
            awaited: cases.map(|case| (case.id.clone(), case.clone())).collect(),
            judging,
            cases_in_round: plan.cases.len(),
            rounds: Mutex::default(),
            journal: None,
            retries: 0,
            tag: None,
            today: None,
            tidiers: suite
                .apis
                .iter()
                .map(|api| (api.name.clone(), Tidier::new(api)))
                .collect(),
        }
    }

    /// The same, with a journal of what flows make: what a flow leaves behind is taken away once it has
    /// ended, unless others depend on it.
    #[must_use]
    pub fn journalled(self, journal: Arc<Journal>) -> Self {
        Self {
            journal: Some(journal),
            ..self
        }
    }

    /// The same, which plays a flow that fails again, so often at most.
    #[must_use]
    pub fn retrying(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    /// The same, of a run with a tag: in snapshots stands what a run without one would have sent.
    #[must_use]
    pub fn tagged(self, tag: Option<String>) -> Self {
        Self { tag, ..self }
    }

    /// The same, on a day and against a target, where the waivers for it cover what they are about.
    #[must_use]
    pub fn waiving(mut self, today: Date, target: Option<&str>) -> Self {
        for judging in self.judging.values_mut() {
            judging.waivers.retain(|it| it.is_for(target));
        }
        self.today = Some(today);
        self
    }

    /// A snapshot as it is without a tag.
    fn without_tag(&self, text: String, scenario: &Scenario) -> String {
        match (&self.tag, &scenario.run_tag) {
            (Some(tag), Some(input)) => text.replace(tag.as_str(), &input.default),
            _ => text,
        }
    }

    /// Takes away what is left of all flows, the latest first.
    pub async fn tidy_up<'w>(&self, world: impl Fn(&str) -> World<'w>) {
        let Some(journal) = &self.journal else {
            return;
        };
        self.take_away(journal.open(), world).await;
    }

    async fn take_away<'w>(&self, entries: Vec<Entry>, world: impl Fn(&str) -> World<'w>) {
        let Some(journal) = &self.journal else {
            return;
        };
        for entry in entries {
            // Another one may have been the same thing.
            if !journal.is_open(entry.number) {
                continue;
            }
            if let Some(tidier) = self.tidiers.get(&entry.api) {
                tidier.undo(&entry, journal, world(&entry.api)).await;
            }
        }
    }

    /// Plays a case, after those of its round that it depends on.
    pub fn play<'p>(&'p self, case: &'p Case, world: World<'p>) -> Pending<'p, Outcome> {
        Box::pin(async move {
            if self.awaited.is_empty() {
                return self.play_alone(case, &Shared::new(), world).await;
            }
            let shared = self.enter_round(case.round);
            let outcome = self.play_once(case, &shared, world).await;
            self.leave_round(case.round);
            outcome
        })
    }

    /// What the cases of a round share.
    fn enter_round(&self, round: usize) -> Arc<Shared> {
        let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        let entered = rounds.entry(round).or_insert_with(|| Round {
            shared: Arc::new(self.fresh()),
            left: self.cases_in_round,
        });
        Arc::clone(&entered.shared)
    }

    /// Forgets a round once all its cases have been played: many rounds need no more memory than those
    /// that are under way.
    fn leave_round(&self, round: usize) {
        let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = rounds.get_mut(&round) {
            left.left = left.left.saturating_sub(1);
            if left.left == 0 {
                rounds.remove(&round);
            }
        }
    }

    fn play_once<'p>(
        &'p self,
        case: &'p Case,
        shared: &'p Shared,
        world: World<'p>,
    ) -> Pending<'p, Outcome> {
        Box::pin(async move {
            match shared.get(&case.scenario.path()) {
                Some(cell) => cell
                    .get_or_init(|| self.play_alone(case, shared, world))
                    .await
                    .clone(),
                None => self.play_alone(case, shared, world).await,
            }
        })
    }

    /// Plays a case, and again from its beginning when it fails, as often as that is allowed.
    async fn play_alone(&self, case: &Case, shared: &Shared, world: World<'_>) -> Outcome {
        let tries = usize::try_from(self.retries)
            .unwrap_or(usize::MAX)
            .saturating_add(1);
        let mut earlier = Vec::new();
        loop {
            let mut outcome = self.try_alone(case, shared, world).await;
            let is_last = earlier.len() + 1 >= tries || world.stopping.is_requested();
            if is_last || !outcome.may_pass_again() {
                if tries > 1 {
                    let report = Arc::make_mut(&mut outcome.report);
                    report.tries = Tries {
                        earlier,
                        max: tries,
                    };
                }
                return outcome;
            }
            earlier.push(Arc::unwrap_or_clone(outcome.report));
        }
    }

    async fn try_alone(&self, case: &Case, shared: &Shared, world: World<'_>) -> Outcome {
        match self.record_alone(case, (shared, world), None).await {
            Ok(transcript) => {
                compile_needed(&transcript).await;
                let outcome = self.judge(case, transcript, world.site);
                self.probe(case, (shared, world), outcome).await
            }
            Err(reason) => Self::leave_out(case, &reason),
        }
    }

    /// Plays a case, after those that it depends on, and judges nothing; for whoever wants to know what
    /// was said.
    ///
    /// # Errors
    /// With the reason why it cannot be played.
    pub async fn record(&self, case: &Case, world: World<'_>) -> Result<Transcript, String> {
        self.record_alone(case, (&self.fresh(), world), None).await
    }

    /// What the cases of a round share, before any of them was played.
    pub(super) fn fresh(&self) -> Shared {
        let awaited = self.awaited.keys();
        let cells = awaited.map(|path| (path.clone(), OnceCell::new()));
        cells.collect()
    }

    pub(super) async fn record_alone(
        &self,
        case: &Case,
        (shared, world): (&Shared, World<'_>),
        watch: Option<&mut dyn Watch>,
    ) -> Result<Transcript, String> {
        if world.stopping.is_requested() {
            return Err("the run was stopped".to_owned());
        }
        let callers = plan::callers(&self.scenarios, &case.scenario);
        if let Some(stranger) = callers.iter().find(|caller| !world.target.knows(caller)) {
            let (identity, schemes) = (&stranger.identity, stranger.schemes().join(", "));
            return Err(format!(
                "there are no credentials of `{identity}` for {schemes}"
            ));
        }
        let called = plan::operations(&self.scenarios, &case.scenario).into_iter();
        let mut bases = called.map(|(contract, operation)| contract.base(operation, world.site));
        if let Some(Err(why)) = bases.find(Result::is_err) {
            return Err(format!("{why}: see [targets.NAME.servers] of api.toml"));
        }
        let mut called = plan::operations(&self.scenarios, &case.scenario).into_iter();
        if world.limits.safe_only
            && let Some((_, it)) = called.find(|(_, it)| !is_safe(&it.method))
        {
            let what = format!("{} {}", it.method, it.path);
            return Err(format!(
                "the target is protected, and `{what}` may change something (`--allow-writes`)"
            ));
        }
        let mut library = Library {
            scenarios: Arc::clone(&self.scenarios),
            played: BTreeMap::new(),
        };
        for id in &case.scenario.depends_on {
            let path = format!("{}::{id}", case.scenario.api);
            let Some(first) = self.awaited.get(&path) else {
                return Err(format!("needs `{id}`, which is not in the plan"));
            };
            let needed = match case.round {
                0 => Cow::Borrowed(first),
                round => Cow::Owned(first.in_round(round)),
            };
            let outcome = self.play_once(&needed, shared, world).await;
            if !matches!(
                outcome.report.verdict,
                Verdict::Passed | Verdict::NeedsReview
            ) {
                return Err(format!("needs `{id}`, which did not pass"));
            }
            library.played.insert(id.clone(), outcome.played);
        }
        let _held = self.hold_locks(&case.scenario).await;
        let machine = Machine::new(case, library, world.site);
        let Some(journal) = &self.journal else {
            return Ok(drive_with(machine, world, None, watch).await);
        };
        let mut own = journal.of_flow(&case.scenario.api, &case.id);
        let mut watch = Learning::new(&self.judging(case).telling, watch);
        let machine = machine.journalled();
        let transcript = drive_with(machine, world, Some(&mut own), Some(&mut watch)).await;
        if !self.is_awaited(case) {
            self.take_away(own.open(), |_| world).await;
        }
        Ok(transcript)
    }

    /// Whether other cases depend on it.
    pub(super) fn is_awaited(&self, case: &Case) -> bool {
        self.awaited.contains_key(&case.scenario.path())
    }

    /// How it is judged.
    pub(super) fn judging(&self, case: &Case) -> &Judging {
        self.judging
            .get(&case.scenario.api)
            .expect("every case is of an API of the suite")
    }

    /// Waits for the locks of a flow and of those that it calls. They are taken in the order of their
    /// names, so that nobody waits for somebody who waits for him.
    async fn hold_locks(&self, scenario: &Scenario) -> Vec<MutexGuard<'_, ()>> {
        let mut held = Vec::new();
        for name in plan::locks(&self.scenarios, scenario) {
            if let Some(lock) = self.locks.get(&name) {
                held.push(lock.lock().await);
            }
        }
        held
    }

    /// Judges a transcript, whoever recorded it.
    pub fn judge(&self, case: &Case, mut transcript: Transcript, site: &Site) -> Outcome {
        let judging = self.judging(case);
        let mut findings = check::examine(&transcript, &judging.severities);
        if let Some(today) = self.today {
            outcome::waive(&mut findings, &transcript, &judging.waivers, today);
        }
        let played = Played {
            inputs: transcript.inputs.clone(),
            outputs: transcript.outputs.clone(),
        };
        // From here on nobody sees a secret but by its name.
        judging.telling.clean(&mut transcript, &mut findings);
        let completed = matches!(transcript.end, End::Completed);
        let snapshot = completed.then(|| {
            let text = judging.renderer.render(&transcript, site);
            self.without_tag(text, &case.scenario)
        });
        let baseline = judging.baselines.get(&case.snapshot);
        let approved = baseline.map(|it| it.body.as_str());
        let mut change = snapshot
            .as_deref()
            .and_then(|body| FlowChange::between(approved, body));
        if let Some(change) = &mut change {
            change.layer = baseline.and_then(|it| layer_of(&it.path));
            change::judge(change, &transcript, &findings);
            if let Some(today) = self.today {
                let waivers = &judging.waivers;
                findings.extend(change::waive(change, &transcript, waivers, today));
            }
        }
        let change = (change, &judging.policy);
        let report = outcome::report(case, (&transcript, site), findings, change);
        Outcome {
            report: Arc::new(report),
            snapshot,
            lost: matches!(transcript.end, End::Lost(_)),
            steps: transcript.steps.into(),
            played,
        }
    }

    /// What a case comes to that is left out for a reason.
    pub fn leave_out(case: &Case, reason: &str) -> Outcome {
        Outcome {
            report: Arc::new(outcome::skipped(case, reason)),
            snapshot: None,
            lost: false,
            steps: Arc::default(),
            played: Played::default(),
        }
    }

    /// All that cases may play.
    pub fn scenarios(&self) -> &[Arc<Scenario>] {
        &self.scenarios
    }

    /// The workflow of that name, for drivers that look one up.
    pub fn scenario(&self, api: &str, id: &str) -> Option<&Arc<Scenario>> {
        find(&self.scenarios, api, id)
    }
}

#[cfg(test)]
mod tests;
