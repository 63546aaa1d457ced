//! The baseline: every flow once, against a target that is as it is.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use super::ground::Ground;
use crate::cli::arguments::RunArguments;
use crate::cli::run::gather;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::mutate::Recording;
use crate::plan::{Case, Plan};
use crate::report::escape_line;
use crate::report::human::{Invocation, count};
use crate::suite::{Outcome, Session};
use crate::verdict::Verdict;

/// How many flows that do not pass are named.
const NAMED_MAX: usize = 10;

/// What the flows of one API said, and how to play them again.
pub(super) struct Flows<'p> {
    pub(super) recordings: Vec<Recording>,
    /// The case of each recording.
    pub(super) cases: Vec<&'p Case>,
}

/// Plays a plan once; what it came to is in the order of the plan.
pub(super) async fn play(
    plan: &Plan,
    session: &Session,
    ground: &Ground,
    (jobs, settings): (usize, &Settings),
) -> Result<Vec<Outcome>, Exit> {
    let progress = settings.console.progress(plan.cases.len());
    let playing = plan.cases.iter().map(|case| {
        let progress = &progress;
        async move {
            let api = case.scenario.api.as_str();
            let seat = ground.seat(api, &case.id, None).await?;
            let outcome = one(session, case, &seat).await;
            seat.leave().await;
            progress.advance(&case.id);
            Ok(outcome)
        }
    });
    let played: Vec<std::io::Result<Outcome>> =
        stream::iter(playing).buffered(jobs).collect().await;
    progress.finish();
    let played: std::io::Result<Vec<Outcome>> = played.into_iter().collect();
    played.map_err(|error| settings.tell_io(&error))
}

async fn one(session: &Session, case: &Case, seat: &super::ground::Seat<'_>) -> Outcome {
    let world = seat.world(seat.target());
    match session.record(case, world).await {
        Ok(transcript) => session.judge(case, transcript, seat.site()),
        Err(reason) => Session::leave_out(case, &reason),
    }
}

/// That every flow passes, or was skipped.
///
/// # Errors
/// With the exit code of a run of them, when one does not; told already.
pub(super) fn demand_health(
    settings: &Settings,
    run: &RunArguments,
    outcomes: &[Outcome],
) -> Result<(), Exit> {
    let is_sick =
        |it: &&Outcome| !matches!(it.report.verdict, Verdict::Passed | Verdict::Skipped(_));
    let sick: Vec<&Outcome> = outcomes.iter().filter(is_sick).collect();
    let exit = sick.iter().map(|it| Exit::of_case(it)).max();
    let Some(exit) = exit.filter(|it| *it != Exit::Ok) else {
        return Ok(());
    };
    let number = count(sick.len(), "flow");
    let fails = if sick.len() == 1 { "does" } else { "do" };
    let mut text = format!(
        "error: nothing can be said of mutants while {number} {fails} not pass without one\n"
    );
    for outcome in sick.iter().take(NAMED_MAX) {
        let word = match &outcome.report.verdict {
            Verdict::NeedsReview => "has a snapshot to review",
            Verdict::Broken(_) => "is broken",
            _ => "failed",
        };
        let _ = writeln!(text, "note: {} {word}", escape_line(&outcome.report.path));
    }
    let Invocation { command, selection } = gather::invocation(settings, "run", run);
    let _ = writeln!(text, "help: `{command}{selection}` tells more");
    settings.console.tell(&text);
    Err(exit)
}

/// What the flows of each API said; those that were skipped are left out.
pub(super) fn recordings<'p>(
    project: &Project,
    plan: &'p Plan,
    outcomes: &[Outcome],
) -> BTreeMap<String, Flows<'p>> {
    let mut own: BTreeMap<String, Recording> = BTreeMap::new();
    for (case, outcome) in plan.cases.iter().zip(outcomes) {
        if let Some(api) = project.suite.api(&case.scenario.api) {
            let recording = Recording::of(&case.id, &outcome.steps, &api.contract);
            own.insert(case.id.clone(), recording);
        }
    }
    let mut all: BTreeMap<String, Flows<'p>> = BTreeMap::new();
    for (case, outcome) in plan.cases.iter().zip(outcomes) {
        if outcome.report.verdict != Verdict::Passed {
            continue;
        }
        let Some(recording) = own.get(&case.id) else {
            continue;
        };
        let mut recording = recording.clone();
        for needed in needed(plan, case).into_iter().rev() {
            if let Some(earlier) = own.get(&needed) {
                recording = recording.after(earlier);
            }
        }
        let flows = all
            .entry(case.scenario.api.clone())
            .or_insert_with(|| Flows {
                recordings: Vec::new(),
                cases: Vec::new(),
            });
        flows.recordings.push(recording);
        flows.cases.push(case);
    }
    all
}

/// The flows that are played before a flow, in their order, each once.
fn needed(plan: &Plan, case: &Case) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    let mut open: Vec<(Arc<crate::scenario::Scenario>, bool)> =
        vec![(Arc::clone(&case.scenario), false)];
    while let Some((scenario, is_done)) = open.pop() {
        let id = scenario.path();
        if order.contains(&id) {
            continue;
        }
        if is_done {
            order.push(id);
            continue;
        }
        open.push((Arc::clone(&scenario), true));
        for first in scenario.depends_on.iter().rev() {
            let path = format!("{}::{first}", scenario.api);
            let found = plan.cases.iter().find(|it| it.id == path);
            open.extend(found.map(|it| (Arc::clone(&it.scenario), false)));
        }
    }
    order.retain(|it| *it != case.scenario.path());
    order
}
