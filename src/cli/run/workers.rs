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

/// Plays every case of a plan, so many at once; the outcomes come as they are ready.
pub(super) fn play_all(
    (jobs, drivers): (usize, &mut Drivers),
    plan: &Arc<Plan>,
    session: &Arc<Session>,
    stage: &Arc<Stage>,
) -> mpsc::Receiver<PlayedCase> {
    let (tell, told) = mpsc::channel(WAITING_MAX);
    let next = Arc::new(AtomicUsize::new(0));
    let room = Arc::new(Semaphore::new(AHEAD_MAX.max(jobs)));
    let workers = (0..jobs).map(|_| {
        let (tell, next, room) = (tell.clone(), Arc::clone(&next), Arc::clone(&room));
        let (plan, session, stage) = (Arc::clone(plan), Arc::clone(session), Arc::clone(stage));
        async move {
            // Room before a place: so the case whose turn it is has always got its own.
            while let Ok(ahead) = Arc::clone(&room).acquire_owned().await {
                let place = next.fetch_add(1, Ordering::Relaxed);
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
