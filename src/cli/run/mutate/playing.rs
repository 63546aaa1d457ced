//! One mutant played: in one flow after the other, until one notices it.

use std::collections::BTreeSet;
use std::io;

use super::Api;
use super::ground::{Ground, Seat};
use crate::mutate::{Breaker, Derived, Fate, Mutant, Play, Reach, Recording, advice};
use crate::plan::Case;
use crate::suite::{Outcome, Session};
use crate::verdict::{Severity, Verdict};

/// What a flow came to with a mutant at work.
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
    let mut by_snapshot: Option<Fate> = None;
    let mut played: Vec<&Recording> = Vec::new();
    for flow in flows {
        if ground.stop.is_requested() {
            return Ok(None);
        }
        let (case, recording) = (api.flows.cases[*flow], &api.flows.recordings[*flow]);
        let told = play(api, mutant, (case, recording), (session, ground)).await?;
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
        by_snapshot.get_or_insert(fate);
    }
    Ok(Some(match by_snapshot {
        Some(fate) => fate,
        None if played.is_empty() => {
            Fate::Unreachable("what flows showed once they did not show again".to_owned())
        }
        None => Fate::Survived(advice(&api.rules, mutant, &played)),
    }))
}

async fn play(
    api: &Api<'_>,
    mutant: &Mutant,
    (case, recording): (&Case, &Recording),
    (session, ground): (&Session, &Ground),
) -> io::Result<Told> {
    let fault = mutant.fault();
    let seat = ground.seat(&api.name, &case.id, fault).await?;
    let told = at(&seat, api, mutant, (case, recording), session).await;
    seat.leave().await;
    Ok(told)
}

async fn at(
    seat: &Seat<'_>,
    api: &Api<'_>,
    mutant: &Mutant,
    (case, recording): (&Case, &Recording),
    session: &Session,
) -> Told {
    let work = Play::new(&api.rules, mutant, recording);
    let breaker = Breaker::new(seat.target(), seat.site(), &api.rules, work);
    let by = match session.record(case, seat.world(&breaker)).await {
        Ok(transcript) => killers(&session.judge(case, transcript, seat.site())),
        // It passed without the mutant, so that what it needs did not pass with it.
        Err(_) => BTreeSet::from(["dependency".to_owned()]),
    };
    Told {
        by,
        acted: mutant.fault().is_some() || breaker.acted() > 0,
    }
}

/// What of a flow that does not pass noticed that something is wrong.
fn killers(outcome: &Outcome) -> BTreeSet<String> {
    let case = &outcome.report;
    if case.verdict == Verdict::Passed {
        return BTreeSet::new();
    }
    let errors = case
        .findings
        .iter()
        .filter(|it| it.severity == Severity::Error);
    let mut by: BTreeSet<String> = errors
        .map(|it| match it.check {
            "success-criteria" => "criterion".to_owned(),
            check => check.to_owned(),
        })
        .collect();
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
