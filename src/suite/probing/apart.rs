//! Plays apart: each on a server of its own that begins anew, up to the step whose request is varied there.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::http::{Caller, Request, Response, SchemeSet};
use crate::journal::FlowJournal;
use crate::plan::Case;
use crate::probe::{Lone, Origin, Prober, Rest};
use crate::run::{Upcoming, Watch};
use crate::suite::play::Session;
use crate::transcript::StepRecord;
use crate::world::{Limits, Pending, Target, TargetError, World};

/// A prober that has one question, and has seen enough once it has asked it.
struct Asking<'s>(Lone<'s>);

impl Watch for Asking<'_> {
    fn before<'a>(
        &'a mut self,
        upcoming: Upcoming<'a>,
        _journal: Option<&'a mut FlowJournal<'_>>,
    ) -> Pending<'a, ()> {
        Box::pin(async move {
            let origin = Origin::new(upcoming.scenario, upcoming.step, upcoming.callers);
            self.0.before(origin, upcoming.request).await;
        })
    }

    fn after<'a>(
        &'a mut self,
        _record: &'a StepRecord,
        _journal: Option<&'a mut FlowJournal<'_>>,
    ) -> Pending<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    fn has_seen_enough(&self) -> bool {
        self.0.has_asked()
    }
}

/// A target whose requests are counted.
struct Counted<'t> {
    target: &'t dyn Target,
    requests: AtomicUsize,
}

impl Target for Counted<'_> {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.target.send(request, limits)
    }

    fn knows(&self, caller: &Caller) -> bool {
        self.target.knows(caller)
    }

    fn shows<'c>(&self, caller: &'c Caller) -> Option<&'c SchemeSet> {
        self.target.shows(caller)
    }
}

impl Session {
    /// What becomes of what nobody knows how to undo.
    pub(super) fn rest(&self, api: &str) -> Rest {
        match &self.spares {
            Some(spares) if spares.has(api) => Rest::Apart,
            _ => Rest::Left,
        }
    }

    /// Sends what a prober has left to be sent apart.
    pub(super) async fn vary_apart(&self, case: &Case, prober: &mut Prober<'_>) {
        let Some(spares) = &self.spares else { return };
        let telling = &self.judging(case).telling;
        while let Some(mut apart) = prober.next_apart() {
            while prober.goes_on(&mut apart) {
                let Some(spare) = spares.spare(&case.scenario.api).await else {
                    apart.leave();
                    break;
                };
                let counted = Counted {
                    target: spare.world().target,
                    requests: AtomicUsize::new(0),
                };
                let world = World {
                    target: &counted,
                    ..spare.world()
                };
                let mut asking = Asking(prober.alone(world, &mut apart));
                // What it depends on is played there, too.
                let shared = self.fresh();
                let played = self
                    .record_alone(case, (&shared, world), Some(&mut asking))
                    .await;
                // Why it did not come to its step is told by the prober, which has asked nothing.
                for record in played.iter().flat_map(|it| &it.steps) {
                    telling.learn_of(record);
                }
                let requests = counted.requests.load(Ordering::Relaxed);
                if !prober.take_back(asking.0, requests) {
                    break;
                }
            }
            prober.put_away(apart);
        }
    }
}
