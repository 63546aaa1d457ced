//! The one loop that acts: it does what the Machine says and tells it what happened.

use futures_util::future::select;

use super::machine::{Effect, Machine};
use crate::transcript::Transcript;
use crate::world::{Limits, World};

/// Plays a case to its end.
pub async fn drive(mut machine: Machine, world: World<'_>) -> Transcript {
    let mut stopped = false;
    let mut effect = machine.proceed();
    loop {
        if world.stopping.is_requested() && !stopped && !matches!(effect, Effect::Finished(_)) {
            stopped = true;
            effect = machine.stop().unwrap_or(effect);
        }
        effect = match effect {
            Effect::Finished(transcript) => return *transcript,
            Effect::Sleep(duration) => {
                select(world.clock.sleep(duration), world.stopping.requested()).await;
                machine.proceed()
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
