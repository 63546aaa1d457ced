//! The Machine: what to do next. It is told what happened and says what to do; it does nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::actions::Waited;
use super::answer::{accepted_handshake, read_outputs, usual_criterion};
use super::calls::{fill_inputs, wrong_inputs};
use super::conformance::refusals;
use super::criteria;
use super::ending::lacking;
use super::frame::{Entered, Frame};
use super::ledger::Ledger;
use super::request::{self, Unprepared};
use super::scope::Scope;
use crate::http::{Exchange, Request, Response, SchemeSet, retry_after};
use crate::plan::Case;
use crate::scenario::{Call, Scenario, Step, Wishes};
use crate::transcript::{
    Attempt, End, Outcome, Received, RequestViolation, StepRecord, Transcript, Unmet,
};
use crate::world::{Moment, Site, TargetError, TargetErrorKind};

/// How many requests one case may send.
const REQUESTS_MAX: usize = 10_000;
/// How many bytes of answers one case may gather. Their decoded form takes many times as much memory.
const ANSWERS_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How many steps one case may end; a circle of gotos hits it.
const RECORDS_MAX: usize = 10_000;

/// The workflows that a case may call, and what those before it handed on.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// Every scenario of the run.
    pub scenarios: Arc<Vec<Arc<Scenario>>>,
    /// The workflows that the case depends on, once they have passed.
    pub played: BTreeMap<String, Played>,
}

/// A workflow that has been played.
#[derive(Debug, Clone, Default)]
pub struct Played {
    /// Its inputs.
    pub inputs: Map<String, Value>,
    /// Its outputs.
    pub outputs: Map<String, Value>,
}

/// What is to be done.
#[derive(Debug)]
pub enum Effect {
    /// A request is to be sent, with what its step wishes.
    Send(Request, Wishes),
    /// Time is to pass.
    Sleep(Duration),
    /// Nothing any more.
    Finished(Box<Transcript>),
}

/// One case while it is played.
#[derive(Debug)]
pub struct Machine {
    pub(super) library: Library,
    pub(super) site: Site,
    pub(super) frames: Vec<Frame>,
    pub(super) records: Vec<StepRecord>,
    pub(super) case: Arc<Scenario>,
    pub(super) case_inputs: Map<String, Value>,
    pub(super) case_outputs: Map<String, Value>,
    /// The request that is on its way.
    pub(super) underway: Option<Underway>,
    pub(super) sent: usize,
    /// How many bytes of answers were gathered.
    pub(super) gathered: usize,
    pub(super) end: Option<End>,
    /// What the flow has made, where that is written down.
    pub(super) ledger: Option<Ledger>,
}

#[derive(Debug)]
pub(super) struct Underway {
    request: Request,
    pub(super) path: Vec<(String, String)>,
    violations: Vec<RequestViolation>,
}

impl Machine {
    /// A case that is about to begin, against a target that is reached there.
    pub fn new(case: &Case, library: Library, site: &Site) -> Self {
        let (scenario, inputs) = (Arc::clone(&case.scenario), case.inputs.clone());
        let wrong = wrong_inputs(&scenario, &inputs);
        // With wrong inputs there is no flow; the transcript says why.
        let frames = match &wrong {
            Some(_) => Vec::new(),
            None => vec![Frame::new(scenario, inputs, Entered::Case)],
        };
        Self {
            library,
            site: site.clone(),
            frames,
            records: Vec::new(),
            case: Arc::clone(&case.scenario),
            case_inputs: case.inputs.clone(),
            case_outputs: Map::new(),
            underway: None,
            sent: 0,
            gathered: 0,
            end: wrong.map(|problem| End::Refused(vec![problem])),
            ledger: None,
        }
    }

    /// What to do at the beginning, and again after a pause.
    pub fn proceed(&mut self) -> Effect {
        loop {
            if let Some(effect) = self.advance() {
                return effect;
            }
        }
    }

    /// Keeps which of the caller's sets the target shows, of the request that is on its way.
    pub fn note_shown(&mut self, shown: &SchemeSet) {
        let request = self.underway.as_mut().map(|it| &mut it.request);
        let caller = request.and_then(|it| it.caller.as_mut());
        if let Some(caller) = caller.filter(|it| it.alternatives.len() > 1) {
            Arc::make_mut(caller).alternatives = vec![shown.clone()];
        }
    }

    /// What to do once the target has answered, or has not.
    pub fn answered(&mut self, answer: Result<Response, TargetError>, now: Moment) -> Effect {
        let underway = self.underway.take().expect("an answer follows a request");
        match answer {
            Err(error) => {
                self.note_loss(error.kind);
                if self.awaits(error.kind) {
                    self.go_on();
                } else if let Some(timeout) = self.step_timeout(error.kind) {
                    if let Some(pause) = self.time_over(timeout, now) {
                        return Effect::Sleep(pause);
                    }
                } else {
                    self.lose(error);
                }
                self.proceed()
            }
            Ok(response) => match self.judge(underway, response, now) {
                Some(pause) => Effect::Sleep(pause),
                None => self.proceed(),
            },
        }
    }

    /// Whether the step waits for the target to fail in this way.
    fn awaits(&self, kind: TargetErrorKind) -> bool {
        let frame = self.frames.last().expect("a step belongs to a frame");
        let step = &frame.scenario.steps[frame.at];
        step.refused_handshake && kind == TargetErrorKind::HandshakeRefused
    }

    /// The time that the step gives its request, when it is that which is over.
    fn step_timeout(&self, kind: TargetErrorKind) -> Option<Duration> {
        let frame = self.frames.last().expect("a step belongs to a frame");
        let timeout = frame.scenario.steps[frame.at].timeout;
        timeout.filter(|_| kind == TargetErrorKind::TimedOut)
    }

    /// The step has failed, because there was no answer in its time; with the pause before the next
    /// try when there is one.
    fn time_over(&mut self, timeout: Duration, now: Moment) -> Option<Duration> {
        let frame = self.frames.last_mut().expect("a step belongs to a frame");
        let first = *frame.answered.get_or_insert(now.elapsed);
        let since = now.elapsed.saturating_sub(first);
        frame.unmet = vec![Unmet {
            criterion: None,
            actual: format!("no answer within {} ms", timeout.as_millis()),
            place: None,
        }];
        let scenario = Arc::clone(&frame.scenario);
        let step = &scenario.steps[frame.at];
        let waited = Waited { since, asked: None };
        let chosen = self.with_scope(None, None, |scope| self.choose(step, false, waited, scope));
        self.act(chosen, false, Map::new(), None)
    }

    /// Ends the step at hand with success, and nothing handed on.
    fn go_on(&mut self) {
        let frame = self.frames.last().expect("a step belongs to a frame");
        let scenario = Arc::clone(&frame.scenario);
        let step = &scenario.steps[frame.at];
        let chosen = self.with_scope(None, None, |scope| {
            self.choose(step, true, Waited::default(), scope)
        });
        self.act(chosen, true, Map::new(), None);
    }

    /// Ends the flow where it stands, with what to do instead of what was said last; nothing when
    /// that is to be done all the same, because what must always be done is being done already.
    pub fn stop(&mut self) -> Option<Effect> {
        let tearing_down = self
            .frames
            .last()
            .is_some_and(|frame| frame.teardown.is_some());
        if tearing_down {
            self.end.get_or_insert(End::Interrupted);
            self.end_all();
            return None;
        }
        self.note_loss(TargetErrorKind::Closed);
        self.underway = None;
        self.abandon(End::Interrupted, "the run was stopped");
        Some(self.proceed())
    }

    /// One move; nothing when there is more to decide.
    fn advance(&mut self) -> Option<Effect> {
        let Some(frame) = self.frames.last_mut() else {
            return Some(Effect::Finished(Box::new(self.transcript())));
        };
        if std::mem::take(&mut frame.again) {
            // The step stays where it is.
        } else if let Some(waiting) = &mut frame.teardown {
            match waiting.pop() {
                Some(place) => frame.go(place),
                None => return self.leave().map(Effect::Sleep),
            }
        } else if frame.at >= frame.scenario.steps.len() {
            frame.begin_teardown();
            return None;
        }
        if let Some(limit) = self.limit_hit() {
            self.frames
                .iter_mut()
                .for_each(|frame| frame.teardown = Some(Vec::new()));
            self.end.get_or_insert(End::Stopped(limit));
            self.leave();
            return None;
        }
        self.begin_step()
    }

    /// Which limit of a case is used up.
    fn limit_hit(&self) -> Option<String> {
        if self.gathered > ANSWERS_BYTES_MAX {
            return Some(format!(
                "the answers of the flow have more than {ANSWERS_BYTES_MAX} bytes"
            ));
        }
        let too_many = self.records.len() >= RECORDS_MAX || self.sent >= REQUESTS_MAX;
        too_many.then(|| {
            format!("the flow was stopped after {RECORDS_MAX} steps: does it go in circles?")
        })
    }

    fn begin_step(&mut self) -> Option<Effect> {
        let frame = self.frames.last().expect("a step belongs to a frame");
        let scenario = Arc::clone(&frame.scenario);
        let step = &scenario.steps[frame.at];
        let missing = step
            .depends_on
            .iter()
            .find(|it| frame.outputs[**it].is_none());
        if let Some(place) = missing {
            let first = &scenario.steps[*place].id;
            self.cannot_run(&format!("needs the step `{first}`, which was not played"));
            return None;
        }
        match &step.call {
            Call::Workflow { workflow, inputs } => {
                let filled = self.with_scope(None, None, |scope| fill_inputs(inputs, scope));
                match filled {
                    Ok(inputs) => self.enter(workflow, inputs, Entered::Call),
                    Err(expression) => self.cannot_run(&lacking(&expression)),
                }
                None
            }
            Call::Operation { .. } => self.send(step),
        }
    }

    fn send(&mut self, step: &Step) -> Option<Effect> {
        let Call::Operation {
            contract,
            operation,
            arguments,
            body,
        } = &step.call
        else {
            return None;
        };
        let operation = &contract.operations[*operation];
        let prepared = self.with_scope(None, None, |scope| {
            let given = (arguments.as_slice(), body.as_deref());
            let base = request::base(step, (contract, operation), &self.site)?;
            request::prepare(step, (contract, operation), given, &base, scope)
        });
        match prepared {
            Err(Unprepared::Missing(expression)) => {
                self.cannot_run(&lacking(&expression));
                None
            }
            Err(Unprepared::Wrong(problem)) => {
                self.refuse(vec![*problem]);
                None
            }
            Ok(prepared) if !prepared.violations.is_empty() && !step.invalid_request => {
                let problems = refusals(step, contract, &prepared.violations);
                self.refuse(problems);
                None
            }
            Ok(prepared) => {
                self.foretell(step, &prepared.request);
                self.sent += 1;
                let request = prepared.request.clone();
                self.underway = Some(Underway {
                    request: prepared.request,
                    path: prepared.path,
                    violations: prepared.violations,
                });
                Some(Effect::Send(request, Wishes::of(step)))
            }
        }
    }

    /// Judges an answer; with the pause before the next try when there is one.
    fn judge(&mut self, underway: Underway, response: Response, now: Moment) -> Option<Duration> {
        self.gathered = self.gathered.saturating_add(response.body.len());
        let received = Received::decode(&response);
        let exchange = Exchange {
            request: underway.request,
            response,
        };
        let frame = self.frames.last_mut().expect("a step belongs to a frame");
        let first = *frame.answered.get_or_insert(now.elapsed);
        let since = now.elapsed.saturating_sub(first);
        let scenario = Arc::clone(&frame.scenario);
        let step = &scenario.steps[frame.at];
        let asked = retry_after(&exchange.response, now.wall);
        let spoken = Some((&exchange, &received, underway.path.as_slice()));
        let (unmet, outputs, chosen) = self.with_scope(spoken, None, |scope| {
            let unmet = if step.refused_handshake {
                accepted_handshake(exchange.response.status)
            } else if step.criteria.is_empty() {
                usual_criterion(step, exchange.response.status)
            } else {
                criteria::unmet(&step.criteria, scope)
            };
            let outputs = read_outputs(&step.outputs, scope);
            let waited = Waited { since, asked };
            let chosen = self.choose(step, unmet.is_empty(), waited, scope);
            (unmet, outputs, chosen)
        });
        let turned = (exchange.response.status, Waited { since, asked });
        if let Some(pause) = self.polite_pause(step, turned, &unmet, chosen.as_ref()) {
            return Some(pause);
        }
        let broken_request = underway.violations;
        let succeeded = unmet.is_empty();
        self.note_answer((&exchange, &received, underway.path.as_slice()), succeeded);
        let frame = self.frames.last_mut().expect("a step belongs to a frame");
        frame.attempts.push(Attempt {
            exchange,
            received,
            unmet,
            broken_request,
        });
        self.act(chosen, succeeded, outputs, asked)
    }

    pub(super) fn go(&mut self, place: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.go(place);
        }
    }

    /// Keeps what happened in the step that has just ended.
    pub(super) fn record(&mut self, outcome: Outcome, outputs: Map<String, Value>) {
        self.settle(&outcome);
        let failed = outcome == Outcome::Failed;
        let callers = self.callers();
        let frame = self.frames.last_mut().expect("a step belongs to a frame");
        frame.outputs[frame.at] = Some(outputs.clone());
        frame.again = false;
        self.records.push(StepRecord {
            scenario: Arc::clone(&frame.scenario),
            step: frame.at,
            callers,
            attempts: std::mem::take(&mut frame.attempts),
            waits: std::mem::take(&mut frame.waits),
            unmet: std::mem::take(&mut frame.unmet),
            outputs,
            outcome,
            period: frame.period.take(),
        });
        if failed {
            self.blame_last();
        }
        self.learn_always();
    }

    /// Decides what becomes of the failures of workflows that were played on behalf of a step, once it
    /// is known how the step goes on: they are its causes, or they were made good.
    pub(super) fn settle(&mut self, outcome: &Outcome) {
        let frame = self.frames.last_mut().expect("a step belongs to a frame");
        let undecided = std::mem::take(&mut frame.undecided);
        let in_teardown = frame.teardown.is_some();
        match outcome {
            Outcome::Succeeded | Outcome::Diverted => {
                for place in undecided {
                    let inner = &mut self.records[place].outcome;
                    if *inner == Outcome::Failed {
                        *inner = Outcome::Diverted;
                    }
                }
            }
            // Nothing makes good what fails in a teardown, whoever called the workflow.
            Outcome::Failed if in_teardown => {
                if let Some(first) = undecided.first() {
                    self.end.get_or_insert(End::Failed(*first));
                }
            }
            Outcome::Failed => frame.causes.extend(undecided),
            Outcome::NotRun(_) => {}
        }
    }

    /// Makes the last record a cause of the failure of its flow, unless that has ended already. Only
    /// the case's own failure is the end; what becomes of another one's is for its caller to say.
    pub(super) fn blame_last(&mut self) {
        let last = self.records.len() - 1;
        let frame = self.frames.last_mut().expect("a record has a frame");
        if frame.teardown.is_some() {
            return;
        }
        frame.causes.push(last);
        if frame.entered == Entered::Case {
            let first = frame.causes[0];
            self.end.get_or_insert(End::Failed(first));
        }
    }

    pub(super) fn with_scope<T>(
        &self,
        spoken: Option<Spoken<'_>>,
        called: Option<&Map<String, Value>>,
        read: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        let frame = self
            .frames
            .last()
            .expect("an expression belongs to a frame");
        read(&Scope {
            frame,
            workflows: &self.library.played,
            called,
            exchange: spoken.map(|(exchange, received, _)| (exchange, received)),
            path: spoken.map_or(&[], |(_, _, path)| path),
        })
    }

    pub(super) fn transcript(&mut self) -> Transcript {
        Transcript {
            scenario: Arc::clone(&self.case),
            inputs: std::mem::take(&mut self.case_inputs),
            steps: std::mem::take(&mut self.records),
            outputs: std::mem::take(&mut self.case_outputs),
            end: self.end.take().unwrap_or(End::Completed),
        }
    }
}

/// What was said in a step: the exchange, its body, the values of the path's parameters.
pub(super) type Spoken<'s> = (&'s Exchange, &'s Received, &'s [(String, String)]);
