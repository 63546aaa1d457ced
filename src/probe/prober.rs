//! Who stands beside the steps of a flow: reads before and after each, asks the laws, varies the requests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::Aims;
use super::apart::Apart;
use super::around::Around;
use super::asker::{Asker, Of};
use super::law::LAWS;
use super::step::Origin;
use super::thing::{Reading, Thing};
use super::tried::Tried;
use super::undoing::{Declared, Ledger};
use super::varying::{Listed, Varying};
use super::ways::Ways;
use crate::check::{Finding, Severities, law};
use crate::http::{Request, is_safe};
use crate::journal::FlowJournal;
use crate::transcript::{Outcome, StepRecord};
use crate::world::{Entropy, World};

/// The probes of one flow.
pub struct Prober<'p> {
    pub(super) asker: Asker<'p>,
    aims: Aims,
    /// The steps of the flow whose requests are varied.
    varied: BTreeSet<usize>,
    /// What came of varying each operation.
    pub(super) tried: BTreeMap<String, Tried>,
    /// The steps whose variations are to be sent apart.
    pub(super) apart: VecDeque<Apart>,
    /// Those of them that have been varied before they were sent: a step may be sent several times.
    begun: BTreeSet<usize>,
    /// What was read before the step at hand.
    before: Reading,
    /// How many things variations have made.
    made: usize,
    /// The URLs of what the flow has made.
    own: BTreeSet<String>,
    /// The variations of the step at hand that are not for before it.
    listed: Option<Listed>,
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
    /// What came of varying each operation.
    pub tried: BTreeMap<String, Tried>,
}

impl<'p> Prober<'p> {
    /// A prober that has asked nothing; it varies the requests of these steps of the flow, by their places.
    pub fn new(
        aims: Aims,
        world: World<'p>,
        judging: (&'p Severities, &'p Ways),
        varied: BTreeSet<usize>,
    ) -> Self {
        Self {
            asker: Asker::new(world, judging, aims),
            aims,
            varied,
            tried: BTreeMap::new(),
            apart: VecDeque::new(),
            begun: BTreeSet::new(),
            before: Reading::default(),
            made: 0,
            own: BTreeSet::new(),
            listed: None,
        }
    }

    /// A step is about to send a request; with how it declares that what it makes is taken away.
    pub async fn before(
        &mut self,
        origin: Origin,
        (request, undo): (&Request, Declared<'_>),
        journal: Option<&mut FlowJournal<'_>>,
    ) {
        self.before = Reading::default();
        let scenario = Arc::clone(&origin.scenario);
        let place = origin.step;
        let Some((contract, operation)) = scenario.steps[place].call.operation() else {
            return;
        };
        let is_varied = self.is_varied(&origin) && self.begun.insert(place);
        let may_change = !is_safe(&operation.method);
        if !(is_varied || self.aims.laws && may_change) {
            return;
        }
        self.asker.stand_at(origin);
        let site = self.asker.world().site;
        let thing = Thing::of(contract, operation, request, site);
        if let Some(thing) = thing.as_ref().filter(|_| may_change) {
            self.before = thing
                .look(&law::REFUSAL_LEAVES_NO_TRACE, &mut self.asker)
                .await;
        }
        if is_varied {
            let mut varying = Varying {
                called: (contract, operation),
                request,
                thing,
                before: self.before.clone(),
                is_disturbed: false,
                apart: BTreeSet::new(),
                is_declared: scenario.steps[place].undo.is_some(),
                undo: scenario.steps[place].undo.as_ref().map(|_| undo),
                tried: self.tried(&operation.id),
                listed: None,
            };
            let entropy = self.entropy(&operation.id);
            let mut ledger = Ledger::new(journal, self.made);
            varying.before(&mut self.asker, &mut ledger, &entropy).await;
            self.made = ledger.made();
            let names = std::mem::take(&mut varying.apart);
            if !names.is_empty() {
                let of = (place, operation.id.as_str());
                let apart = Apart::new(of, names, entropy);
                self.apart.push_back(apart);
            }
            self.tried.insert(operation.id.clone(), varying.tried);
            self.listed = varying.listed;
            // What was let in may have changed something.
            self.before = varying.before;
        }
    }

    /// Whether the request of a step is varied: of one that the flow itself has, once.
    fn is_varied(&self, origin: &Origin) -> bool {
        self.aims.variations && origin.path.len() == 1 && self.varied.contains(&origin.step)
    }

    fn tried(&self, operation: &str) -> Tried {
        self.tried.get(operation).copied().unwrap_or_default()
    }

    /// What is random in the variations of an operation hangs on the seed and its name alone.
    fn entropy(&self, operation: &str) -> Entropy {
        Entropy::from_seed(self.aims.seed).fork(operation)
    }

    /// A step has ended.
    pub async fn after(&mut self, record: &StepRecord, journal: Option<&mut FlowJournal<'_>>) {
        let before = std::mem::take(&mut self.before);
        let Some((contract, operation)) = record.definition().call.operation() else {
            return;
        };
        let (Some(attempt), false) = (record.last(), matches!(record.outcome, Outcome::NotRun(_)))
        else {
            return;
        };
        let origin = Origin::new(&record.scenario, record.step, &record.callers);
        let is_varied = self.is_varied(&origin);
        self.asker.stand_at(origin);
        let site = self.asker.world().site;
        let exchange = &attempt.exchange;
        let mut around = Around {
            contract,
            operation,
            record,
            attempt,
            says_no: false,
            is_own: false,
            thing: Thing::of(contract, operation, &exchange.request, site),
            before,
            after: Reading::default(),
        };
        let ways = self.asker.ways();
        around.says_no = ways.says_no(exchange.response.status, around.answered());
        if exchange.response.status / 100 == 2 && !around.says_no {
            let thing = around.thing.take();
            around.thing = thing.map(|it| it.named(exchange, around.answered()));
        }
        let item = around.thing.as_ref().and_then(|it| it.item.clone());
        if around.made().is_some() {
            self.own.extend(item.clone());
        }
        around.is_own = item.is_some_and(|it| self.own.contains(&it));
        if self.aims.laws {
            self.ask_laws(&mut around).await;
        }
        if is_varied {
            self.varied.remove(&record.step);
            let mut varying = Varying {
                called: (contract, operation),
                request: &exchange.request,
                thing: around.thing,
                before: around.before,
                is_disturbed: false,
                apart: BTreeSet::new(),
                is_declared: record.definition().undo.is_some(),
                undo: None,
                tried: self.tried(&operation.id),
                listed: self.listed.take(),
            };
            let entropy = self.entropy(&operation.id);
            let mut ledger = Ledger::new(journal, self.made);
            varying.after(&mut self.asker, &mut ledger, &entropy).await;
            self.made = ledger.made();
            self.tried.insert(operation.id.clone(), varying.tried);
        }
    }

    async fn ask_laws(&mut self, around: &mut Around<'_>) {
        let operation = around.operation;
        if let (Some(thing), false) = (&around.thing, is_safe(&operation.method)) {
            around.after = thing.look(&law::CREATED_READS_BACK, &mut self.asker).await;
        }
        let of = Of::Operation(operation.id.clone());
        for law in LAWS {
            let is_done = law.is_once && self.asker.is_settled(law.check, &of);
            let ways = self.asker.ways();
            let is_excepted = ways.excepts_law(&operation.id, law.check.id);
            if is_done || is_excepted || !self.asker.asks(law.check) {
                continue;
            }
            (law.ask)(&mut self.asker, around).await;
            if law.is_once && around.is_done() {
                self.asker.settle(law.check, of.clone());
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
            tried: self.tried,
        }
    }
}
