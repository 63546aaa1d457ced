//! One mutant played: in one flow after the other, until one notices it.

use std::collections::BTreeSet;
use std::io;

use super::Api;
use super::ground::{Ground, Seat};
use crate::mutate::{
    Breaker, Derived, Fate, Memory, Mutant, Play, Reach, Recording, advice, recall,
};
use crate::suite::{Outcome, Session};
use crate::verdict::{Severity, Verdict};
use crate::world::{Pending, Stopping, Target, World};

/// How many more flows are played once a snapshot alone has noticed a mutant.
const AFTER_SNAPSHOT_MAX: usize = 4;

/// How much of a flow is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Until the mutant has changed something, and what tidies up.
    UntilItShows,
    /// All of it.
    Whole,
}

/// What a flow came to with a mutant at work.
#[derive(Debug, Default)]
struct Told {
    /// What noticed it.
    by: BTreeSet<String>,
    /// Whether it changed something.
    acted: bool,
}

/// Plays a mutant in the flows that show it; none when somebody asked to stop.
pub(super) async fn fate(
    api: &Api<'_>,
    derived: &Derived,
    session: &Session,
    ground: &Ground,
) -> io::Result<Option<Fate>> {
    let mutant = &derived.mutant;
    let flows = match &derived.reach {
        Reach::Flows(flows) => flows,
        Reach::Nowhere(why) => return Ok(Some(Fate::Unreachable(why.clone()))),
    };
    let mut by_snapshot: Option<(Fate, usize)> = None;
    let mut played: Vec<&Recording> = Vec::new();
    for (number, flow) in flows.iter().enumerate() {
        if ground.stop.is_requested() {
            return Ok(None);
        }
        let is_enough = |first: usize| played.len() >= first + AFTER_SNAPSHOT_MAX;
        if by_snapshot
            .as_ref()
            .is_some_and(|(_, first)| is_enough(*first))
        {
            break;
        }
        let (case, recording) = (api.flows.cases[*flow], &api.flows.recordings[*flow]);
        // Of the first flow it is known already.
        let may_act = number == 0 || mutant.fault().is_some();
        if !may_act && !api.rules.shows(mutant, (*flow, &api.flows.recordings)) {
            continue;
        }
        let told = play(api, mutant, *flow, (session, ground)).await?;
        if ground.stop.is_requested() {
            return Ok(None);
        }
        if !told.acted {
            continue;
        }
        played.push(recording);
        if told.by.is_empty() {
            continue;
        }
        let fate = Fate::Killed {
            by: told.by,
            flow: case.id.clone(),
        };
        if !fate.is_by_snapshot_only() {
            return Ok(Some(fate));
        }
        // Somebody approves a snapshot; whether anything else would notice is worth another play.
        by_snapshot.get_or_insert((fate, played.len()));
    }
    Ok(Some(match by_snapshot {
        Some((fate, _)) => fate,
        None if played.is_empty() || api.rules.forgets(mutant, &api.flows.recordings) => {
            Fate::Unreachable(Reach::why_not_again(&api.rules, mutant).to_owned())
        }
        None => Fate::Survived(advice(&api.rules, mutant, &played)),
    }))
}

async fn play(
    api: &Api<'_>,
    mutant: &Mutant,
    flow: usize,
    (session, ground): (&Session, &Ground),
) -> io::Result<Told> {
    let case = api.flows.cases[flow];
    let fault = mutant.fault();
    let ways = if mutant.is_of_message() {
        &[Extent::UntilItShows, Extent::Whole][..]
    } else {
        &[Extent::Whole][..]
    };
    let mut told = Told::default();
    for extent in ways {
        let seat = ground.seat(&api.name, &case.id, fault).await?;
        told = if api.rules.is_recalled(mutant) {
            from_memory(&seat, api, mutant, flow, session).await
        } else {
            at(&seat, api, mutant, (flow, *extent), session).await
        };
        seat.leave().await;
        if !told.by.is_empty() || ground.stop.is_requested() {
            break;
        }
    }
    Ok(told)
}

async fn at(
    seat: &Seat<'_>,
    api: &Api<'_>,
    mutant: &Mutant,
    (flow, extent): (usize, Extent),
    session: &Session,
) -> Told {
    let (case, recording) = (api.flows.cases[flow], &api.flows.recordings[flow]);
    let routes = seat.routes(api.rules.contract());
    let memory = Memory::new(seat.target(), routes, &api.rules, recording);
    // At a target that others use no mutant is played that needs more than what was said.
    let target: &dyn Target = if seat.is_shared() {
        &memory
    } else {
        seat.target()
    };
    let work = Play::new(&api.rules, mutant, recording);
    let breaker = Breaker::new(target, routes, &api.rules, work);
    let world = seat.world(&breaker);
    let enough = Enough {
        outer: world.stopping,
        breaker: &breaker,
    };
    let early = extent == Extent::UntilItShows;
    let stopping: &dyn Stopping = if early { &enough } else { world.stopping };
    let by = match session.record(case, World { stopping, ..world }).await {
        Ok(transcript) => {
            let outcome = session.judge(case, transcript, seat.site());
            if early {
                proven(&outcome)
            } else {
                killers(&outcome)
            }
        }
        Err(_) if early => BTreeSet::new(),
        // It passed without the mutant, so that what it needs did not pass with it.
        Err(_) => BTreeSet::from(["dependency".to_owned()]),
    };
    Told {
        by,
        acted: mutant.fault().is_some() || breaker.acted() > 0,
    }
}

/// Plays a behaviour with what the target said before, as far as that tells what it would say.
async fn from_memory(
    seat: &Seat<'_>,
    api: &Api<'_>,
    mutant: &Mutant,
    flow: usize,
    session: &Session,
) -> Told {
    let Ok(recalled) = recall(&api.rules, mutant, (flow, &api.flows.recordings)) else {
        return Told::default();
    };
    let case = api.flows.cases[flow];
    let routes = seat.routes(api.rules.contract());
    let memory = Memory::new(seat.target(), routes, &api.rules, &recalled.recording);
    let by = match session.record(case, seat.world_of_memory(&memory)).await {
        Ok(transcript) => killers(&session.judge(case, transcript, seat.site())),
        Err(_) => BTreeSet::from(["dependency".to_owned()]),
    };
    let acted = recalled.is_whole || !by.is_empty();
    Told { by, acted }
}

/// The wish to stop once a mutant has changed something: what is wrong with a single answer is found in it
/// or nowhere, but for what criteria and snapshots say.
struct Enough<'e> {
    outer: &'e dyn Stopping,
    breaker: &'e Breaker<'e, dyn Target + 'e>,
}

impl Stopping for Enough<'_> {
    fn is_requested(&self) -> bool {
        self.outer.is_requested() || self.breaker.acted() > 0
    }

    fn requested(&self) -> Pending<'_, ()> {
        self.outer.requested()
    }
}

/// What of a flow that was stopped early noticed that something is wrong: checks of single answers alone.
fn proven(outcome: &Outcome) -> BTreeSet<String> {
    let criterion = killer("success-criteria");
    let mut by = errors(outcome);
    by.remove(&criterion);
    by
}

/// The checks whose findings weigh as errors.
fn errors(outcome: &Outcome) -> BTreeSet<String> {
    let findings = outcome.report.findings.iter();
    let errors = findings.filter(|it| it.severity == Severity::Error);
    errors.map(|it| killer(it.check)).collect()
}

/// How a check is called as what kills.
fn killer(check: &str) -> String {
    match check {
        "success-criteria" => "criterion".to_owned(),
        check => check.to_owned(),
    }
}

/// What of a flow that does not pass noticed that something is wrong.
fn killers(outcome: &Outcome) -> BTreeSet<String> {
    let case = &outcome.report;
    if case.verdict == Verdict::Passed {
        return BTreeSet::new();
    }
    let mut by = errors(outcome);
    if outcome.lost {
        by.insert("lost".to_owned());
    }
    if by.is_empty() {
        let word = if case.change.is_some() {
            "snapshot"
        } else {
            "broken"
        };
        by.insert(word.to_owned());
    }
    by
}
