//! Who stands beside the steps of a flow: reads before and after each, and asks the laws.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Aims;
use super::around::Around;
use super::asker::Asker;
use super::law::LAWS;
use super::step::Origin;
use super::thing::{Reading, Thing};
use crate::check::{Finding, Severities, law};
use crate::http::{Request, is_safe};
use crate::transcript::{Outcome, StepRecord};
use crate::world::World;

/// The probes of one flow.
pub struct Prober<'p> {
    asker: Asker<'p>,
    aims: Aims,
    /// What was read before the step at hand.
    before: Reading,
    /// The laws that one step of an operation shows, with the operations of which they have been asked.
    asked: BTreeSet<(&'static str, String)>,
}

/// What the probes of one flow came to.
#[derive(Debug, Default)]
pub struct Probed {
    /// How many were sent.
    pub sent: usize,
    /// Those that show something, as steps.
    pub records: Vec<StepRecord>,
    /// What they show; `Finding::record` is a place in the list of them.
    pub findings: Vec<Finding>,
}

impl<'p> Prober<'p> {
    /// A prober that has asked nothing.
    pub fn new(aims: Aims, world: World<'p>, severities: &'p Severities) -> Self {
        Self {
            asker: Asker::new(world, severities, aims),
            aims,
            before: Reading::default(),
            asked: BTreeSet::new(),
        }
    }

    /// A step is about to send a request.
    pub async fn before(&mut self, origin: Origin, request: &Request) {
        self.before = Reading::default();
        let scenario = Arc::clone(&origin.scenario);
        let step = &scenario.steps[origin.step];
        let Some((contract, operation)) = step.call.operation() else {
            return;
        };
        if !self.aims.laws || is_safe(&operation.method) {
            return;
        }
        self.asker.stand_at(origin);
        let site = self.asker.world().site;
        if let Some(thing) = Thing::of(contract, operation, request, site) {
            self.before = thing
                .look(&law::REFUSAL_LEAVES_NO_TRACE, &mut self.asker)
                .await;
        }
    }

    /// A step has ended.
    pub async fn after(&mut self, record: &StepRecord) {
        let before = std::mem::take(&mut self.before);
        let Some((contract, operation)) = record.definition().call.operation() else {
            return;
        };
        let (Some(attempt), true) = (record.last(), self.aims.laws) else {
            return;
        };
        if matches!(record.outcome, Outcome::NotRun(_)) {
            return;
        }
        self.asker
            .stand_at(Origin::new(&record.scenario, record.step, &record.callers));
        let site = self.asker.world().site;
        let exchange = &attempt.exchange;
        let thing = Thing::of(contract, operation, &exchange.request, site);
        let mut around = Around {
            contract,
            operation,
            record,
            attempt,
            thing: None,
            before,
            after: Reading::default(),
        };
        let is_success = exchange.response.status / 100 == 2;
        around.thing = match thing {
            Some(it) if is_success => Some(it.named(exchange, around.answered())),
            other => other,
        };
        if let (Some(thing), false) = (&around.thing, is_safe(&operation.method)) {
            around.after = thing.look(&law::CREATED_READS_BACK, &mut self.asker).await;
        }
        for law in LAWS {
            let key = (law.check.id, operation.id.clone());
            let is_done = law.is_once && self.asked.contains(&key);
            if is_done || !self.asker.asks(law.check) {
                continue;
            }
            (law.ask)(&mut self.asker, &around).await;
            if law.is_once && around.is_done() {
                self.asked.insert(key);
            }
        }
    }

    /// What it came to.
    pub fn finish(self) -> Probed {
        let (sent, records, findings) = self.asker.finish();
        Probed {
            sent,
            records,
            findings,
        }
    }
}
