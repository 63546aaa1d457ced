//! The one loop that acts: it does what the Machine says and tells it what happened.

use futures_util::future::select;

use super::machine::{Effect, Machine};
use crate::journal::FlowJournal;
use crate::transcript::Transcript;
use crate::world::{Limits, TargetError, TargetErrorKind, World};

/// Plays a case to its end.
pub async fn drive(machine: Machine, world: World<'_>) -> Transcript {
    drive_with(machine, world, None).await
}

/// Plays a case to its end, and keeps in a journal what it makes before it is sent. What cannot be kept is
/// not sent.
pub async fn drive_with(
    mut machine: Machine,
    world: World<'_>,
    mut journal: Option<&mut FlowJournal<'_>>,
) -> Transcript {
    let mut stopped = false;
    let mut effect = machine.proceed();
    loop {
        if world.stopping.is_requested() && !stopped && !matches!(effect, Effect::Finished(_)) {
            stopped = true;
            machine.note_unsent();
            effect = machine.stop().unwrap_or(effect);
        }
        let kept = keep(&mut machine, journal.as_deref_mut());
        effect = match effect {
            Effect::Finished(transcript) => return *transcript,
            Effect::Sleep(duration) => {
                select(world.clock.sleep(duration), world.stopping.requested()).await;
                machine.proceed()
            }
            Effect::Send(..) if kept.is_err() => {
                let error = TargetError {
                    address: "the journal".to_owned(),
                    kind: TargetErrorKind::Unsendable,
                    detail: kept.err().unwrap_or_default(),
                };
                machine.answered(Err(error), world.clock.moment())
            }
            Effect::Send(request, wishes) => {
                let limits = Limits {
                    time: wishes.time.unwrap_or(world.limits.time),
                    redirects: wishes.redirects.unwrap_or(world.limits.redirects),
                    ..world.limits
                };
                let caller = request.caller.as_deref();
                if let Some(shown) = caller.and_then(|it| world.target.shows(it)) {
                    machine.note_shown(shown);
                }
                let answer = world.target.send(&request, limits).await;
                // A request that was dropped because of the wish to stop says nothing of the target.
                let dropped = answer.is_err() && !stopped && world.stopping.is_requested();
                stopped |= dropped;
                let instead = if dropped { machine.stop() } else { None };
                instead.unwrap_or_else(|| machine.answered(answer, world.clock.moment()))
            }
        };
    }
}

/// Keeps what the Machine tells.
fn keep(machine: &mut Machine, journal: Option<&mut FlowJournal<'_>>) -> Result<(), String> {
    let told = machine.told();
    let Some(journal) = journal else {
        return Ok(());
    };
    told.into_iter().try_for_each(|it| journal.note(it))
}
