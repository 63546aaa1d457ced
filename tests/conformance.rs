//! Every bundled flow against its bundled mock, as one test each: `api::workflow`.
//!
//! It is for whoever lives in `cargo test`, `cargo nextest` or an editor: they list, filter, repeat
//! and divide these tests as any others. The program itself has its own runner, which tells more; both
//! call `suite::Session::play`, so they cannot disagree.
//!
//! Listing starts nothing. A mock is started by the first flow that needs it, and lives as long as the
//! process: under `cargo nextest`, which has a process for each test, that is one flow and those that
//! it depends on.
//!
//! A snapshot that is new or has changed fails its test with the difference. Outside CI it is also
//! written beside the approved one as `*.snap.new`, to be reviewed; with the variable `CI` set nothing
//! is written.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use countersign::change::Note;
use countersign::cli::Project;
use countersign::mock::{self, Setting};
use countersign::plan::{self, Case, Plan, Selection};
use countersign::report::human::{self, Invocation, Palette};
use countersign::report::{CaseReport, escape};
use countersign::shell::client::Client;
use countersign::shell::clock::SystemClock;
use countersign::shell::signals::Stop;
use countersign::shell::stand::Stand;
use countersign::shell::{excerpt, files};
use countersign::snapshot::{self, FileState};
use countersign::suite::{Outcome, Session, UpdateMode, UpdateStep};
use countersign::verdict::Verdict;
use countersign::world::{Calendar as _, Entropy, Limits, Site, World};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

/// How long one flow may take, with those that it depends on.
const CASE_TIME_MAX: Duration = Duration::from_mins(2);

/// What all randomness comes from: the same in every run, so that a failure can be repeated.
const SEED: u64 = 0;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let project = match Project::load_selected(
        Path::new(env!("CARGO_MANIFEST_DIR")),
        &selection(&arguments),
        None,
    ) {
        Ok(project) => project,
        Err(problems) => return refuse(&excerpt::render_problems(&problems, false)),
    };
    let bench = Arc::new(Bench::new(project));
    let cases = bench.plan.cases.iter().enumerate();
    let trials = cases.map(|(place, case)| {
        let bench = Arc::clone(&bench);
        Trial::ignorable_test(case.id.as_str(), move || bench.test(place))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// What is to be read: all, or where one test is asked for by its whole name, as by nextest, its API.
fn selection(arguments: &Arguments) -> Selection {
    let whole = arguments.filter.iter().filter(|_| arguments.exact);
    Selection {
        words: whole.cloned().collect(),
        exact: true,
        tags: Vec::new(),
    }
}

/// Says why there are no tests.
fn refuse(why: &str) -> ExitCode {
    // When the error output is closed, the exit code still says it.
    let _ = io::Write::write_all(&mut io::stderr(), why.as_bytes());
    ExitCode::FAILURE
}

/// What all tests share; nothing in it runs before a test does.
struct Bench {
    project: Project,
    plan: Plan,
    session: Session,
    runtime: OnceLock<Result<Runtime, String>>,
    mocks: BTreeMap<String, OnceCell<(Stand, Client)>>,
    clock: SystemClock,
    stop: Stop,
}

impl Bench {
    fn new(project: Project) -> Self {
        let scenarios = project.suite.scenarios();
        let inputs = |_: &_| serde_json::Map::new();
        let plan = plan::lay_out(&scenarios, &Selection::default(), SEED, &inputs);
        let session = Session::new(&project.suite, &plan, project.baselines.clone());
        // As `run` does against bundled mocks: what is waived for every target is waived here.
        let session = session.waiving(SystemClock::new().today(), None);
        let apis = project.suite.apis.iter();
        let mocks = apis
            .map(|api| (api.name.clone(), OnceCell::new()))
            .collect();
        Self {
            project,
            plan,
            session,
            runtime: OnceLock::new(),
            mocks,
            clock: SystemClock::new(),
            stop: Stop::new(),
        }
    }

    /// One test, on a thread of the harness.
    fn test(self: Arc<Self>, place: usize) -> Result<Completion, Failed> {
        let bench = Arc::clone(&self);
        let made = || Runtime::new().map_err(|error| error.to_string());
        let runtime = self.runtime.get_or_init(made).as_ref()?;
        // A task of its own turns a panic into an error that can be told.
        let played = runtime.spawn(async move {
            let case = &bench.plan.cases[place];
            tokio::time::timeout(CASE_TIME_MAX, bench.play(case)).await
        });
        let outcome = match runtime.block_on(played) {
            Ok(Ok(outcome)) => outcome?,
            Ok(Err(_)) => return Err(format!("not at its end after {CASE_TIME_MAX:?}").into()),
            Err(error) => return Err(panicked(error).into()),
        };
        self.put_away(&outcome)?;
        judged(&outcome)
    }

    async fn play(&self, case: &Case) -> Result<Outcome, String> {
        let api = &case.scenario.api;
        let (stand, client) = self.mock(api).await?;
        let site = Site::from(stand.serving.url().as_str());
        let world = World {
            target: client,
            site: &site,
            clock: &self.clock,
            stopping: &self.stop,
            limits: Limits::default(),
        };
        Ok(self.session.play(case, world).await)
    }

    /// The mock of an API with a client that has its keys; the first who asks starts it.
    async fn mock(&self, api: &str) -> Result<&(Stand, Client), String> {
        let mock = mock::find(api).ok_or_else(|| format!("there is no bundled mock of `{api}`"))?;
        let cell = self
            .mocks
            .get(api)
            .expect("every API of the project has its place");
        let start = || async {
            let setting = Setting {
                calendar: Arc::new(SystemClock::new()),
                entropy: Entropy::from_seed(SEED),
                fault: None,
            };
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            let stand = Stand::start(mock, setting, address).await?;
            let client = Client::new(stand.keyring.clone(), self.stop.clone());
            Ok::<_, io::Error>((stand, client.map_err(io::Error::other)?))
        };
        cell.get_or_try_init(start)
            .await
            .map_err(|error| format!("the mock of `{api}` cannot be started: {error}"))
    }

    /// Writes a snapshot that is to be reviewed; removes one that no longer is.
    fn put_away(&self, outcome: &Outcome) -> Result<(), Failed> {
        let case = &outcome.report;
        let Some(body) = &outcome.snapshot else {
            return Ok(());
        };
        let pending = self.project.pending_path(&case.api, &case.snapshot);
        match update_mode().decide(case.change.as_ref(), &case.verdict) {
            UpdateStep::WritePending => {
                let source = &case.location.path;
                let approved = self.project.approved(&case.api, &case.snapshot);
                let notes = case.change.as_ref().map(Note::of).unwrap_or_default();
                let state = FileState::Pending {
                    approved,
                    notes: &notes,
                };
                let text = snapshot::render_file(source, &case.path, &case.about, body, state);
                files::store(&pending, text.as_bytes())?;
            }
            UpdateStep::Settled if Project::waits_for_another(&pending, None) => {}
            UpdateStep::Settled => {
                files::remove(&pending)?;
            }
            UpdateStep::Approve | UpdateStep::Nothing => {}
        }
        Ok(())
    }
}

/// What is done with snapshots that are new or have changed.
#[expect(
    clippy::disallowed_methods,
    reason = "a harness has no settings but the environment"
)]
fn update_mode() -> UpdateMode {
    match std::env::var_os("CI") {
        Some(value) if !value.is_empty() => UpdateMode::Check,
        _ => UpdateMode::Pending,
    }
}

/// What an outcome means to the harness.
fn judged(outcome: &Outcome) -> Result<Completion, Failed> {
    let case = &outcome.report;
    if let Verdict::Skipped(reason) = &case.verdict {
        return Ok(Completion::ignored_with(reason));
    }
    if case.verdict == Verdict::Passed {
        tell_waived(case);
        return Ok(Completion::Completed);
    }
    let problems = excerpt::render_problems(&case.problems, false);
    Err(format!(
        "{}{problems}",
        human::failure(case, &Invocation::default(), &Palette::PLAIN)
    )
    .into())
}

/// Says what passes by a waiver alone, which no harness shows of a test that passes.
fn tell_waived(case: &CaseReport) {
    for finding in &case.findings {
        if let Some(waiver) = finding.waiver.as_ref().filter(|it| !it.has_expired) {
            let (id, message) = (case.finding_id(finding), &finding.message);
            let line = format!("waived: {id}: {message}; {}\n", waiver.words());
            // When the error output is closed, nobody looks.
            let _ = io::Write::write_all(&mut io::stderr(), escape(&line).as_bytes());
        }
    }
}

/// What a task said when it panicked.
fn panicked(error: tokio::task::JoinError) -> String {
    let Ok(payload) = error.try_into_panic() else {
        return "the flow was taken down before its end".to_owned();
    };
    let payload: &dyn Any = payload.as_ref();
    let said = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    format!("panicked: {}", said.unwrap_or("without a word"))
}
