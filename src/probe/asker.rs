//! Sending probes, and keeping what they show.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Map;

use super::answer::Answer;
use super::question::{Manner, Probe, Silence};
use super::step::{Origin, scenario_of};
use super::tried;
use super::ways::Ways;
use super::{Aims, Rest};
use crate::check::{self, Check, Fact, Finding, Place, Severities};
use crate::contract::Operation;
use crate::http::{Caller, DEFAULT_IDENTITY, Exchange, Request, Response, retry_after};
use crate::scenario::Wishes;
use crate::transcript::{Attempt, Outcome, Received, StepRecord};
use crate::world::{Limits, TargetError, TargetErrorKind, World};

/// How often a server is asked that has no time.
const TRIES_MAX: usize = 3;
/// How long it is waited for when it does not say.
const PAUSE_USUAL: Duration = Duration::from_secs(1);
/// How long it is waited for at most.
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// After how many probes without an answer no more are sent.
const SILENCES_MAX: usize = 3;
/// How many findings one flow may have: what is accused is held until the flow is told.
const FINDINGS_MAX: usize = 200;

/// Who sends the probes of one flow.
pub(super) struct Asker<'p> {
    world: World<'p>,
    severities: &'p Severities,
    ways: &'p Ways,
    origin: Option<Origin>,
    /// The probes that show something.
    records: Vec<Arc<StepRecord>>,
    findings: Vec<Finding>,
    sent: usize,
    /// How many requests of the flow were sent again for probes that were sent apart.
    repeated: usize,
    aims: Aims,
    is_lost: bool,
    /// How many probes got no answer.
    silences: usize,
    /// The laws that need no other probe in this flow, each with what it was asked of.
    settled: BTreeSet<(&'static str, Of)>,
}

/// What one probe in a flow tells all about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    /// The operation of that name.
    Operation(String),
    /// What lies below that URL, as it is to whoever shows that.
    Below(String, Shown),
    /// The server of that origin, to whoever comes as nobody.
    Server(String),
}

/// Who comes, and by which schemes that is shown; empty where nothing is.
pub(super) type Shown = Vec<String>;

impl<'p> Asker<'p> {
    pub(super) fn new(
        world: World<'p>,
        (severities, ways): (&'p Severities, &'p Ways),
        aims: Aims,
    ) -> Self {
        Self {
            world,
            severities,
            ways,
            origin: None,
            records: Vec::new(),
            findings: Vec::new(),
            sent: 0,
            repeated: 0,
            aims,
            is_lost: false,
            silences: 0,
            settled: BTreeSet::new(),
        }
    }

    /// The same in another world, with all that it has kept, until it comes back. Whether there is time for it
    /// is asked here, by the clock of the run.
    pub(super) fn go<'s>(&mut self, world: World<'s>) -> Asker<'s>
    where
        'p: 's,
    {
        Asker {
            world,
            severities: self.severities,
            ways: self.ways,
            origin: self.origin.clone(),
            records: std::mem::take(&mut self.records),
            findings: std::mem::take(&mut self.findings),
            sent: self.sent,
            repeated: self.repeated,
            aims: Aims {
                time: None,
                ..self.aims
            },
            is_lost: self.is_lost,
            silences: self.silences,
            settled: BTreeSet::new(),
        }
    }

    /// Takes back what one has kept that went elsewhere; so many requests of the flow were sent for it.
    pub(super) fn come_back(&mut self, other: Asker<'_>, requests: usize) {
        let probes = other.sent - self.sent;
        self.records = other.records;
        self.findings = other.findings;
        self.sent = other.sent;
        self.repeated += requests.saturating_sub(probes);
        self.is_lost = other.is_lost;
        self.silences = other.silences;
    }

    /// Whether there are servers of one's own.
    pub(super) fn has_spares(&self) -> bool {
        self.aims.rest == Rest::Apart
    }

    /// Whether no other flow uses the API at the same time.
    pub(super) fn is_alone(&self) -> bool {
        self.aims.is_alone
    }

    /// The ways of the API.
    pub(super) fn ways(&self) -> &'p Ways {
        self.ways
    }

    pub(super) fn world(&self) -> World<'p> {
        self.world
    }

    /// The name of the step that probes stand beside.
    pub(super) fn step(&self) -> String {
        let origin = self.origin.as_ref();
        origin.map_or(String::new(), |it| it.step().id.clone())
    }

    /// From here on probes stand beside that step.
    pub(super) fn stand_at(&mut self, origin: Origin) {
        self.origin = Some(origin);
    }

    /// Whether a law is asked at all.
    pub(super) fn asks(&self, check: &Check) -> bool {
        self.severities.of(check).is_some() && self.may_send()
    }

    /// Whether a law needs no other probe in this flow.
    pub(super) fn is_settled(&self, check: &'static Check, of: &Of) -> bool {
        self.settled.contains(&(check.id, of.clone()))
    }

    /// From here on it needs none.
    pub(super) fn settle(&mut self, check: &'static Check, of: Of) {
        self.settled.insert((check.id, of));
    }

    /// What a probe of an operation shows that comes as the step; none where the credentials for that are
    /// missing.
    pub(super) fn shown(&self, operation: &Operation) -> Option<Shown> {
        let Some(caller) = self.caller(operation) else {
            return Some(Shown::new());
        };
        let schemes = self.world.target.shows(&caller)?;
        let who = (!schemes.is_empty()).then(|| caller.identity.to_string());
        let schemes = schemes.iter().map(|it| it.name.clone());
        Some(who.into_iter().chain(schemes).collect())
    }

    /// As whom a probe of an operation comes that comes as the step; none where the operation asks for nobody.
    fn caller(&self, operation: &Operation) -> Option<Arc<Caller>> {
        let own = self
            .origin
            .as_ref()
            .and_then(|it| it.step().caller.as_ref());
        let identity = own.map_or(DEFAULT_IDENTITY, |it| &it.identity);
        Caller::of(identity, &operation.security)
    }

    /// Whether another probe may be sent.
    pub(super) fn may_send(&self) -> bool {
        self.why_silent().is_none()
    }

    /// Why no other probe may be sent.
    pub(super) fn why_silent(&self) -> Option<&'static str> {
        let is_time_over = || {
            let end = self.aims.time;
            end.is_some_and(|it| self.world.clock.elapsed() >= it)
        };
        if self.is_lost {
            return Some(tried::LOST);
        }
        if self.world.stopping.is_requested() {
            return Some(tried::STOPPED);
        }
        let is_spent = self.sent + self.repeated >= self.aims.budget;
        (is_spent || is_time_over()).then_some(tried::BUDGET)
    }

    /// Whether the step goes where redirects lead.
    pub(super) fn is_led(&self) -> bool {
        let origin = self.origin.as_ref();
        origin.is_some_and(|it| self.limits(it).redirects > 0)
    }

    /// What a request beside a step may use.
    fn limits(&self, origin: &Origin) -> Limits {
        let wishes = Wishes::of(origin.step()).beside();
        wishes.over(self.world.limits)
    }

    /// Sends a probe, and judges its answer by the contract.
    pub(super) async fn ask(&mut self, probe: Probe<'_>) -> Result<Answer, Silence> {
        if !self.asks(probe.check) {
            return Err(Silence::NotAsked);
        }
        self.send(probe).await
    }

    /// Sends what puts back or takes away what a probe has changed: whatever the budget says, and also
    /// once the run is to stop.
    pub(super) async fn restore(&mut self, probe: Probe<'_>) -> Result<Answer, Silence> {
        if self.is_lost {
            return Err(Silence::Lost);
        }
        self.send(probe).await
    }

    async fn send(&mut self, probe: Probe<'_>) -> Result<Answer, Silence> {
        let origin = self.origin.clone().ok_or(Silence::NotAsked)?;
        let (contract, operation) = probe.called;
        let caller = match probe.manner {
            Manner::Anonymous => None,
            Manner::AsTheStep => self.caller(operation),
        };
        if let Some(caller) = &caller
            && !self.world.target.knows(caller)
        {
            return Err(Silence::NotAsked);
        }
        let mut callers = origin.path.clone();
        if probe.name.is_some() {
            callers.push(probe.check.id.to_owned());
        }
        let scenario = scenario_of(
            &origin,
            probe.name.as_deref().unwrap_or(probe.check.id),
            (contract, operation),
            caller.clone(),
        );
        let mut record = StepRecord {
            scenario,
            step: 0,
            callers,
            attempts: Vec::new(),
            waits: Vec::new(),
            unmet: Vec::new(),
            outputs: Map::new(),
            outcome: Outcome::Succeeded,
            period: None,
        };
        let request = Request {
            method: probe.method,
            url: probe.url,
            headers: probe.headers,
            body: probe.body,
            caller,
        };
        let mut limits = self.limits(&origin);
        if !probe.is_led {
            limits.redirects = 0;
        }
        let response = match self.exchange(&request, limits).await {
            Ok(Some(response)) => response,
            // It has no time, also later: nothing is known.
            Ok(None) => return Err(Silence::NotAsked),
            Err(error) if error.kind == TargetErrorKind::HandshakeRefused => {
                return Err(if limits.redirects > 0 {
                    Silence::Refused
                } else {
                    Silence::Unheard
                });
            }
            Err(error) => return Err(self.lose(probe.check, record, &error)),
        };
        record.attempts.push(attempt(request, response));
        let mut answer = Answer {
            record: Arc::new(record),
            says_no: false,
        };
        answer.says_no = self.ways.says_no(answer.status(), answer.json());
        if probe.is_judged {
            self.judge(&answer);
        }
        Ok(answer)
    }

    /// Sends a request, and again after a while where the server has no time (`RFC 9110 §15.6.4`,
    /// `RFC 6585 §4`); nothing when it never has.
    async fn exchange(
        &mut self,
        request: &Request,
        limits: Limits,
    ) -> Result<Option<Response>, TargetError> {
        for _ in 0..TRIES_MAX {
            self.sent += 1;
            let response = self.world.target.send(request, limits).await?;
            if !matches!(response.status, 429 | 503) {
                return Ok(Some(response));
            }
            let asked = retry_after(&response, self.world.clock.now());
            let pause = asked.unwrap_or(PAUSE_USUAL).min(PAUSE_MAX);
            self.world.clock.sleep(pause).await;
        }
        Ok(None)
    }

    /// Judges an answer by the contract, as that to a step is.
    pub(super) fn judge(&mut self, answer: &Answer) {
        let place = self.records.len();
        let found = check::examine_step(&answer.record, place, self.severities);
        if !found.is_empty() && self.findings.len() < FINDINGS_MAX {
            self.records.push(Arc::clone(&answer.record));
            self.findings.extend(found);
        }
    }

    /// Keeps that no answer came.
    fn lose(&mut self, check: &'static Check, record: StepRecord, error: &TargetError) -> Silence {
        if self.world.stopping.is_requested() {
            return Silence::NotAsked;
        }
        self.silences += 1;
        // A server that is not there any more answers no other probe either.
        let is_gone = [TargetErrorKind::Refused, TargetErrorKind::ProxyFailed];
        self.is_lost = is_gone.contains(&error.kind) || self.silences >= SILENCES_MAX;
        if self.silences > 1 {
            return Silence::Lost;
        }
        let record = Arc::new(record);
        let fact = Fact {
            message: "no answer came to a probe".to_owned(),
            place: Place::Flow,
            expected: "an answer".to_owned(),
            actual: error.kind.to_string(),
            contract: None,
            scenario: None,
        };
        self.keep(check, &record, fact);
        Silence::Lost
    }

    /// Keeps that an answer breaks a law.
    pub(super) fn accuse(&mut self, check: &'static Check, answer: &Answer, fact: Fact) {
        let record = Arc::clone(&answer.record);
        self.keep(check, &record, fact);
    }

    /// Keeps that the answer to the step itself breaks a law.
    pub(super) fn accuse_step(&mut self, check: &'static Check, record: &StepRecord, fact: Fact) {
        let (Some(origin), Some(called)) = (&self.origin, record.definition().call.operation())
        else {
            return;
        };
        let caller = record.definition().caller.clone();
        let own = StepRecord {
            scenario: scenario_of(origin, check.id, called, caller),
            step: 0,
            callers: origin.path.clone(),
            ..record.clone()
        };
        self.keep(check, &Arc::new(own), fact);
    }

    fn keep(&mut self, check: &'static Check, record: &Arc<StepRecord>, fact: Fact) {
        let Some(severity) = self.severities.of(check) else {
            return;
        };
        if self.findings.len() >= FINDINGS_MAX {
            return;
        }
        let Some((contract, _)) = record.definition().call.operation() else {
            return;
        };
        let mut known = self.records.iter();
        let place = known.position(|it| Arc::ptr_eq(it, record));
        let place = place.unwrap_or_else(|| {
            self.records.push(Arc::clone(record));
            self.records.len() - 1
        });
        let last = record.attempts.len().saturating_sub(1);
        let finding = Finding::new((check, severity), (record, place, last), contract, fact);
        self.findings.push(finding);
    }

    /// How many probes were sent, the steps that show something, and what they show.
    pub(super) fn finish(self) -> (usize, Vec<StepRecord>, Vec<Finding>) {
        let records = self.records.into_iter().map(Arc::unwrap_or_clone);
        (self.sent, records.collect(), self.findings)
    }
}

fn attempt(request: Request, response: Response) -> Attempt {
    let received = Received::decode(&response);
    Attempt {
        exchange: Exchange { request, response },
        received,
        unmet: Vec::new(),
        broken_request: Vec::new(),
    }
}
