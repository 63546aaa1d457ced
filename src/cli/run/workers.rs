//! Workers: cases are played side by side, each by the next worker that is free.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::drivers::Drivers;
use super::stage::Stage;
use crate::plan::Plan;
use crate::suite::{Outcome, Session};
use crate::transcript::Period;

/// A case that has been played.
pub(super) struct PlayedCase {
    /// Its place in the plan.
    pub(super) place: usize,
    /// Its place in the whole plan, of which this one may be a shard.
    pub(super) number: usize,
    /// What it came to.
    pub(super) outcome: Outcome,
    /// When it was played.
    pub(super) period: Period,
    /// Its share of `AHEAD_MAX`, given back when it is dropped.
    pub(super) ahead: OwnedSemaphorePermit,
}

/// How many outcomes wait to be told at most; workers pause beyond it.
const WAITING_MAX: usize = 64;

/// How many cases may have begun, or have ended before their turn in the reports. One slow case at the
/// front would otherwise make all that come after it pile up.
const AHEAD_MAX: usize = 1024;

/// In which order the cases of each round begin.
struct Turns(Vec<usize>);

impl Turns {
    /// One worker plays them as they stand. So do several where a round is so long that what has ended before
    /// its turn in the reports might leave no room for the case whose turn it is.
    fn of((plan, session): (&Plan, &Session), jobs: usize) -> Self {
        if jobs > 1 && plan.cases.len().saturating_add(jobs) <= AHEAD_MAX {
            Self(plan.turns(session.scenarios()))
        } else {
            Self(Vec::new())
        }
    }

    /// The place of the case that is the next one.
    fn place(&self, number: usize) -> usize {
        let Some(round) = number.checked_div(self.0.len()) else {
            return number;
        };
        let first = round.saturating_mul(self.0.len());
        first.saturating_add(self.0[number % self.0.len()])
    }
}

/// Plays every case of a plan, so many at once; the outcomes come as they are ready.
pub(super) fn play_all(
    (jobs, drivers): (usize, &mut Drivers),
    plan: &Arc<Plan>,
    session: &Arc<Session>,
    stage: &Arc<Stage>,
) -> mpsc::Receiver<PlayedCase> {
    let (tell, told) = mpsc::channel(WAITING_MAX);
    let next = Arc::new(AtomicUsize::new(0));
    let turns = Arc::new(Turns::of((plan, session), jobs));
    let room = Arc::new(Semaphore::new(AHEAD_MAX.max(jobs)));
    let workers = (0..jobs).map(|_| {
        let (tell, next, room) = (tell.clone(), Arc::clone(&next), Arc::clone(&room));
        let turns = Arc::clone(&turns);
        let (plan, session, stage) = (Arc::clone(plan), Arc::clone(session), Arc::clone(stage));
        async move {
            // Room before a place: so the case that is to be told next has its own, or gets it, since no more
            // than there is room for begin before it.
            while let Ok(ahead) = Arc::clone(&room).acquire_owned().await {
                let place = turns.place(next.fetch_add(1, Ordering::Relaxed));
                let Some(case) = plan.case(place) else {
                    return;
                };
                let world = stage.world(&case.scenario.api);
                let begun = world.clock.elapsed();
                let outcome = if stage.is_closed() {
                    Session::leave_out(&case, "enough flows have failed")
                } else {
                    session.play(&case, world).await
                };
                let ended = stage.world(&case.scenario.api).clock.elapsed();
                if tell
                    .send(PlayedCase {
                        place,
                        number: plan.number(place),
                        outcome,
                        period: Period::at(begun).until(ended),
                        ahead,
                    })
                    .await
                    .is_err()
                {
                    return;
                }
            }
        }
    });
    drivers.drive(workers);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_of_each_round_has_its_turn_once() {
        let turns = Turns(vec![2, 0, 1]);
        let places: Vec<usize> = (0..7).map(|it| turns.place(it)).collect();
        assert_eq!(places, [2, 0, 1, 5, 3, 4, 8]);
        let plain = Turns(Vec::new());
        assert_eq!([0, 1, 7].map(|it| plain.place(it)), [0, 1, 7]);
    }
}
