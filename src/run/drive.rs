//! The one loop that acts: it does what the Machine says and tells it what happened.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select;

use super::machine::{Effect, Machine};
use crate::http::{Exchange, Request};
use crate::journal::{FlowJournal, Undo};
use crate::scenario::Scenario;
use crate::transcript::{Period, Received, StepRecord, Transcript};
use crate::world::{Pending, TargetError, TargetErrorKind, World};

/// Somebody who looks on while a case is played, and may ask the target for himself between its requests.
pub trait Watch: Send {
    /// A step is about to send a request. The journal is that of the flow, where there is one.
    fn before<'a>(
        &'a mut self,
        upcoming: Upcoming<'a>,
        journal: Option<&'a mut FlowJournal<'_>>,
    ) -> Pending<'a, ()>;

    /// A step has ended.
    fn after<'a>(
        &'a mut self,
        record: &'a StepRecord,
        journal: Option<&'a mut FlowJournal<'_>>,
    ) -> Pending<'a, ()>;

    /// Whether it has seen enough: then the play ends before the request at hand is sent, as if it had been
    /// interrupted, and nothing is tidied up.
    fn has_seen_enough(&self) -> bool {
        false
    }
}

/// A request that is about to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Upcoming<'a> {
    /// The scenario whose step sends it.
    pub scenario: &'a Arc<Scenario>,
    /// The step's place in it.
    pub step: usize,
    /// The steps that called that scenario, outermost first.
    pub callers: &'a [String],
    /// The request.
    pub request: &'a Request,
    machine: &'a Machine,
}

impl Upcoming<'_> {
    /// How what such a request has made is taken away, as the step declares it, by what was answered.
    pub fn undo(&self, exchange: &Exchange, received: &Received) -> Option<Undo> {
        let step = &self.scenario.steps[self.step];
        self.machine.undo_of(step, exchange, received)
    }
}

/// Plays a case to its end.
pub async fn drive(machine: Machine, world: World<'_>) -> Transcript {
    drive_with(machine, world, None, None).await
}

/// Plays a case to its end, and keeps in a journal what it makes before it is sent. What cannot be kept is
/// not sent. Who watches is told of every request and of every step.
pub async fn drive_with(
    mut machine: Machine,
    world: World<'_>,
    mut journal: Option<&mut FlowJournal<'_>>,
    mut watch: Option<&mut dyn Watch>,
) -> Transcript {
    let mut stopped = false;
    let mut seen = 0;
    let mut effect = machine.proceed();
    loop {
        if world.stopping.is_requested() && !stopped && !matches!(effect, Effect::Finished(_)) {
            stopped = true;
            machine.note_unsent();
            effect = machine.stop().unwrap_or(effect);
        }
        if let Some(watch) = watch.as_deref_mut().filter(|_| !stopped) {
            let records = match &effect {
                Effect::Finished(transcript) => &transcript.steps,
                _ => machine.records(),
            };
            for record in &records[seen..] {
                watch.after(record, journal.as_deref_mut()).await;
            }
            seen = records.len();
            if let (Effect::Send(request, _), Some((scenario, at))) = (&effect, machine.at_hand()) {
                let upcoming = Upcoming {
                    scenario,
                    step: at,
                    callers: &machine.callers(),
                    request,
                    machine: &machine,
                };
                watch.before(upcoming, journal.as_deref_mut()).await;
                if watch.has_seen_enough() {
                    return machine.broken_off();
                }
            }
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
                let limits = wishes.over(world.limits);
                let caller = request.caller.as_deref();
                if let Some(shown) = caller.and_then(|it| world.target.shows(it)) {
                    machine.note_shown(shown);
                }
                machine.note_moment(world.clock.elapsed());
                let answer = world.target.send(&request, limits).await;
                machine.note_moment(world.clock.elapsed());
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

impl Machine {
    /// Keeps that the step at hand sends something now, or is answered.
    fn note_moment(&mut self, now: Duration) {
        if let Some(frame) = self.frames.last_mut() {
            let period = frame.period.unwrap_or(Period::at(now));
            frame.period = Some(period.until(now));
        }
    }

    /// The steps that have ended.
    fn records(&self) -> &[StepRecord] {
        &self.records
    }

    /// The scenario that is being played, and the place in it of the step at hand; none once all is over.
    fn at_hand(&self) -> Option<(&Arc<Scenario>, usize)> {
        self.frames.last().map(|it| (&it.scenario, it.at))
    }

    /// The steps that called the scenario at hand, outermost first.
    pub(super) fn callers(&self) -> Vec<String> {
        let calling = &self.frames[..self.frames.len().saturating_sub(1)];
        let steps = calling.iter().map(|it| &it.scenario.steps[it.at]);
        steps.map(|it| it.id.clone()).collect()
    }
}
