//! `replay`: sends a recorded exchange again, judges the answer by the contract, and tells in what it
//! differs from the one that was recorded.

mod way;

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Map;
use tokio::runtime::Builder;

use super::remedy;
use super::stage::{self, Stage};
use super::{Targets, lay_out};
use crate::check::waiver::Waiver;
use crate::check::{self, Finding, law};
use crate::cli::arguments::{ProbingArguments, ReplayArguments, RunArguments, SelectionArguments};
use crate::cli::records::{Records, is_path};
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project, waivers};
use crate::http::{Exchange, Request, Response, hide_credentials, is_safe};
use crate::plan::{self, Plan};
use crate::report::human::changed_lines;
use crate::report::{RecordedExchange, RecordedStep, ShownExchange, curl, escape, escape_line};
use crate::scenario::{Scenario, Step, Wishes};
use crate::secret::{self, Piece};
use crate::snapshot::{self, SnapshotChange};
use crate::suite::{self, Telling};
use crate::transcript::{Attempt, End, Outcome, Received, StepRecord, Transcript};
use crate::verdict::Severity;
use crate::world::{Limits, Site, TargetError, TargetErrorKind};

/// What is sent again.
struct Asked {
    /// The flow that it belongs to.
    flow: String,
    api: String,
    /// Where it was sent before.
    url: String,
    /// The target of that run; none for mocks that are gone.
    target: Option<String>,
    /// Whether it is a run of the project, and no file from elsewhere.
    is_own: bool,
    /// The seed of that run.
    seed: u64,
    step: RecordedStep<'static>,
}

/// Sends an exchange again.
pub(in crate::cli) fn replay(settings: &Settings, arguments: &ReplayArguments) -> Exit {
    let found = find(settings, &arguments.exchange).and_then(|asked| {
        let exchange = asked.step.tries.last().cloned();
        let exchange = exchange.ok_or_else(|| wrong(settings, "the step sent nothing"))?;
        let request = exchange.request();
        let request =
            request.map_err(|why| wrong(settings, &format!("it cannot be sent: {why}")))?;
        Ok((asked, exchange, request))
    });
    let (asked, exchange, request) = match found {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    if arguments.curl {
        let own = SelectionArguments::of_flow(&asked.flow).selection();
        let project = Project::load_selected(&settings.directory, &own, None).ok();
        let site = project.map(|it| way::site(&it, arguments, (&asked, &request)));
        let command = curl::render_to(&request, &site.unwrap_or_default());
        settings.console.print(&format!("{command}\n"));
        return Exit::Ok;
    }
    if let Some(secret) = secret_of(&request) {
        settings.console.tell(&format!(
            "error: it is not sent: it held {secret}, which no record keeps\n\
             help: `--curl` prints it with a variable for that\n"
        ));
        return Exit::Usage;
    }
    send(settings, arguments, &asked, (&exchange, request)).unwrap_or_else(|exit| exit)
}

/// The first secret of which a recorded request holds the name alone.
fn secret_of(request: &Request) -> Option<String> {
    let headers = request.headers.iter().map(|it| &*it.value);
    let mut parts = headers.chain([request.url.as_bytes(), &request.body]);
    parts.find_map(|part| {
        secret::pieces(part).into_iter().find_map(|it| match it {
            Piece::Placeholder(kind, name) => Some(secret::Name::new(kind, name).placeholder()),
            Piece::Plain(_) => None,
        })
    })
}

fn wrong(settings: &Settings, what: &str) -> Exit {
    settings
        .console
        .tell(&format!("error: {}\n", escape_line(what)));
    Exit::Usage
}

/// The exchange that is named by `RUN:FLOW/STEP`.
fn find(settings: &Settings, word: &str) -> Result<Asked, Exit> {
    // A path may hold a colon, a flow always holds two and no slash before its step.
    let flow_at = word.rfind("::").and_then(|at| word[..at].rfind(':'));
    let parts = flow_at.map(|at| (&word[..at], &word[at + 1..]));
    let parts = parts.and_then(|(run, rest)| Some((run, rest.split_once('/')?)));
    let Some((run, (flow, step))) = parts else {
        settings.console.tell(
            "error: this names no exchange\n\
             help: write RUN:FLOW/STEP, such as `latest:images::lifecycle/create`\n",
        );
        return Err(Exit::Usage);
    };
    let record = Records::new(settings).find(run)?;
    let Some(case) = record.case(flow) else {
        let known = record.cases.iter().map(|it| it.report.path.as_str());
        let known: Vec<&str> = known.collect();
        return Err(settings.tell_unknown("flow of the run", flow, &known));
    };
    let Some(step) = case.steps.iter().rfind(|it| it.path == step) else {
        let known: Vec<&str> = case.steps.iter().map(|it| &*it.path).collect();
        return Err(settings.tell_unknown("step of the flow", step, &known));
    };
    let api = case.report.api.clone();
    let url = record.head.apis.get(&api).map(|it| it.url.clone());
    Ok(Asked {
        flow: flow.split('#').next().unwrap_or(flow).to_owned(),
        api,
        url: url.unwrap_or_default(),
        target: record.head.target.clone(),
        is_own: !is_path(run),
        seed: record.head.seed,
        step: step.clone(),
    })
}

fn send(
    settings: &Settings,
    arguments: &ReplayArguments,
    asked: &Asked,
    (exchange, mut request): (&RecordedExchange<'_>, Request),
) -> Result<Exit, Exit> {
    let target = target(settings, arguments, asked)?;
    let run = RunArguments {
        selection: SelectionArguments::of_flow(&asked.flow),
        target: Some(target),
        credentials: arguments.credentials.clone(),
        allow_writes: arguments.allow_writes,
        ..RunArguments::silent()
    };
    let project = settings.load_selected(&run.selection.selection(), run.remote)?;
    let mut plan = lay_out(&project, &run, &Targets::new());
    plan.cases.retain(|case| case.id == asked.flow);
    let scenarios = project.suite.scenarios();
    let scenario = plan::scenario_of(&scenarios, &asked.flow);
    let step = scenario.and_then(|it| plan::step_of(&scenarios, it, &asked.step.path));
    let Some((scenario, step)) = step else {
        if let Some(told) = of_probe(asked) {
            settings.console.tell(&told);
            return Err(Exit::Usage);
        }
        return Err(wrong(
            settings,
            "the scenarios do not have that step any more",
        ));
    };
    let targets = stage::targets(settings, &run, &project, &plan)?;
    request.caller.clone_from(&scenario.steps[step].caller);
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| settings.tell_io(&error))?;
    let answer = runtime.block_on(ask(
        (settings, &run),
        (&project, &plan, &targets),
        (asked, &scenario.steps[step]),
        &mut request,
    ))?;
    Ok(tell(
        (settings, &run),
        &project,
        (scenario, step),
        (exchange, request, answer),
    ))
}

/// What is said of a step that is a probe: it stands in no scenario, and in the state of the flow alone.
fn of_probe(asked: &Asked) -> Option<String> {
    let mut parts = asked.step.path.split('/');
    let law = parts.find_map(|part| law::LAWS.iter().find(|it| it.id == part))?;
    let flow = curl::quote(&asked.flow);
    let is_varied = law::is_of_variations(law);
    let probing = ProbingArguments {
        laws: !is_varied,
        variations: is_varied,
        budget: None,
    };
    let way = probing.flags(asked.seed);
    Some(format!(
        "error: `{}` is a probe of the check `{}`, and no step of a scenario\n\
         help: `run {flow}{way}` sends it again beside its step; `--curl` prints it as a command\n",
        escape_line(&asked.step.path),
        law.id
    ))
}

/// Where it is sent. A record from elsewhere may name a target of the project, and no other server: what
/// is sent there may hold credentials.
fn target(settings: &Settings, arguments: &ReplayArguments, asked: &Asked) -> Result<String, Exit> {
    let told = match (&arguments.target, &asked.target) {
        (Some(target), _) => return Ok(target.clone()),
        (None, Some(target)) if !target.contains("://") || asked.is_own => {
            return Ok(target.clone());
        }
        (None, Some(target)) => format!(
            "error: the record names {} as its target, and is none of this project's runs\n\
             help: say where to send it with `--target`\n",
            escape_line(target)
        ),
        (None, None) => "error: the run was against bundled mocks, which are gone\n\
             help: serve one with `countersign mock`, and name it with `--target`\n"
            .to_owned(),
    };
    settings.console.tell(&told);
    Err(Exit::Usage)
}

async fn ask(
    (settings, run): (&Settings, &RunArguments),
    (project, plan, targets): (&Project, &Plan, &Targets),
    (asked, step): (&Asked, &Step),
    request: &mut Request,
) -> Result<Response, Exit> {
    let stage = Stage::set((settings, run), project, plan, targets).await?;
    let world = stage.world(&asked.api);
    let before = way::before(project, asked);
    way::lead(request, step, (&before, world.site)).map_err(|(why, help)| {
        let help = help.map(|it| format!("help: {}\n", escape_line(&it)));
        let told = format!("error: {}\n{}", escape_line(&why), help.unwrap_or_default());
        settings.console.tell(&told);
        Exit::Usage
    })?;
    if world.limits.safe_only && !is_safe(&request.method) {
        settings.console.tell(&format!(
            "error: the target is protected, and `{}` may change something\n\
             help: say `--allow-writes`\n",
            escape_line(&request.method)
        ));
        return Err(Exit::Usage);
    }
    let limits = Wishes::of(step).over(world.limits);
    let answer = world.target.send(request, limits).await;
    answer.map_err(|error| match step.timeout {
        Some(_) if error.kind == TargetErrorKind::TimedOut => tell_late(settings, request, limits),
        _ => tell_silence(settings, &error),
    })
}

/// Tells that the time of the step is over, which is a finding as in a run.
fn tell_late(settings: &Settings, request: &Request, limits: Limits) -> Exit {
    let (head, time) = (head(request), limits.time.as_millis());
    settings.console.print(&format!(
        "{head}error success-criteria: the step was not done in its time\n  \
         expected an answer within its `timeout`, actual no answer within {time} ms\n"
    ));
    Exit::Findings
}

/// Tells that no answer came.
fn tell_silence(settings: &Settings, error: &TargetError) -> Exit {
    let why = escape_line(&error.to_string()).into_owned();
    let help = remedy::of(error);
    settings
        .console
        .tell(&format!("error: {why}\nhelp: {help}\n"));
    Exit::Target
}

/// The line that says what is sent.
fn head(request: &Request) -> String {
    format!(
        "{} {}\n",
        escape_line(&request.method),
        escape_line(&hide_credentials(&request.url))
    )
}

/// Tells the answer, what is wrong with it, and in what it differs.
fn tell(
    (settings, run): (&Settings, &RunArguments),
    project: &Project,
    (scenario, step): (&Arc<Scenario>, usize),
    (exchange, request, response): (&RecordedExchange<'_>, Request, Response),
) -> Exit {
    let before = attempt(request.clone(), exchange.answer());
    let (now, findings) = examine(
        (settings, run, project),
        (scenario, step),
        attempt(request, response),
    );
    let (before, shown) = (text(&before), text(&now));
    let palette = settings.console.palette();
    let mut out = format!("{}{}\n", head(&now.exchange.request), escape(&shown));
    for finding in &findings {
        let (severity, check) = (finding.severity, finding.check);
        let (message, place) = (escape_line(&finding.message), &finding.place);
        let place = place.to_string();
        let place = escape_line(&place);
        let found = format!("{severity} {check}: {message} ({place})\n");
        let found = found
            + &format!(
                "  expected {}, actual {}\n",
                escape_line(&finding.expected),
                escape_line(&finding.actual)
            );
        out.push_str(&found);
        if let Some(waiver) = &finding.waiver {
            let _ = writeln!(out, "  {}", escape_line(&waiver.words()));
        }
    }
    match snapshot::compare(Some(&before), &shown) {
        Some(SnapshotChange::Changed(hunks)) => {
            out.push_str("differs from what was recorded:\n");
            for line in changed_lines(&hunks, &palette) {
                let _ = writeln!(out, "  {line}");
            }
        }
        Some(SnapshotChange::New) | None => out.push_str("the same as was recorded\n"),
    }
    settings.console.print(&out);
    if findings.iter().any(|it| it.severity == Severity::Error) {
        Exit::Findings
    } else {
        Exit::Ok
    }
}

fn attempt(request: Request, response: Response) -> Attempt {
    Attempt {
        received: Received::decode(&response),
        exchange: Exchange { request, response },
        unmet: Vec::new(),
        broken_request: Vec::new(),
    }
}

fn text(attempt: &Attempt) -> String {
    let shown = ShownExchange::of(0, attempt, &Site::default());
    format!("{}\n\n{}", shown.head.join("\n"), shown.body)
}

/// What the contract says of an answer, and the answer without its secrets. The criteria of the scenario
/// are not asked: they may need what the flow did before.
fn examine(
    (settings, run, project): (&Settings, &RunArguments, &Project),
    (scenario, step): (&Arc<Scenario>, usize),
    attempt: Attempt,
) -> (Attempt, Vec<Finding>) {
    let api = project.suite.api(&scenario.api);
    let severities = api.map(|it| it.settings.severities.clone());
    let mut transcript = Transcript {
        scenario: Arc::clone(scenario),
        inputs: Map::new(),
        steps: vec![StepRecord {
            scenario: Arc::clone(scenario),
            step,
            callers: Vec::new(),
            attempts: vec![attempt.clone()],
            waits: Vec::new(),
            unmet: Vec::new(),
            outputs: Map::new(),
            outcome: Outcome::Succeeded,
            period: None,
        }],
        outputs: Map::new(),
        end: End::Completed,
    };
    let mut findings = check::examine(&transcript, &severities.unwrap_or_default());
    if let Some(api) = api {
        let waivers = api.settings.waivers.iter();
        let own = waivers.filter(|it| it.is_for(run.named_target()));
        let own: Vec<Waiver> = own.cloned().collect();
        suite::waive(&mut findings, &transcript, &own, waivers::today());
        let telling = Telling::of(api, Arc::clone(settings.guard.secrets()));
        telling.clean(&mut transcript, &mut findings);
    }
    let clean = transcript.steps.pop().and_then(|mut it| it.attempts.pop());
    (clean.unwrap_or(attempt), findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str) -> Option<String> {
        told_of(path, 0)
    }

    fn told_of(path: &str, seed: u64) -> Option<String> {
        of_probe(&Asked {
            flow: "shop::buy".to_owned(),
            api: "shop".to_owned(),
            url: String::new(),
            target: None,
            is_own: true,
            seed,
            step: RecordedStep {
                path: path.to_owned().into(),
                operation: "buy".into(),
                tries: Vec::new(),
                period: None,
            },
        })
    }

    #[test]
    fn a_probe_is_named_with_the_run_that_sends_it() {
        let of_law = told("pay/update-repeats").expect("it is a probe");
        assert!(
            of_law.starts_with(
                "error: `pay/update-repeats` is a probe of the check `update-repeats`"
            ),
            "{of_law}"
        );
        assert!(of_law.contains("`run shop::buy --laws`"), "{of_law}");
        let varied = told("pay/invalid-is-refused/body-name-missing").expect("it is a probe");
        assert!(varied.contains("`run shop::buy --variations`"), "{varied}");
        // What is varied hangs on the seed, and what a law asks does not.
        let seeded = |path| told_of(path, 7).expect("it is a probe");
        let varied = seeded("pay/invalid-is-refused/body-name-missing");
        assert!(
            varied.contains("`run shop::buy --variations --seed 7`"),
            "{varied}"
        );
        let of_law = seeded("pay/update-repeats");
        assert!(of_law.contains("`run shop::buy --laws`"), "{of_law}");
        assert_eq!(told("pay/update"), None);
    }
}
