//! What a flow has made and not taken away: the Machine writes it down while it decides, and `drive` keeps
//! it before anything is sent.

use std::sync::Arc;

use super::machine::{Machine, Spoken};
use super::request;
use crate::contract::{Contract, Operation};
use crate::http::{Exchange, Request, is_safe, without_query};
use crate::journal::{Making, Told, Undo, making};
use crate::scenario::{Call, Step};
use crate::transcript::Received;
use crate::world::TargetErrorKind;

/// Why a thing may be there when no answer came.
const NO_ANSWER: &str = "no answer came, so that nobody knows whether it was made";
/// Why it is not known how a thing is taken away.
const NO_NAME: &str = "nothing says how it is taken away";

/// How many workflows are being played, the one at hand included.
type Depth = usize;

/// The things of one flow.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    things: Vec<Thing>,
    /// What is to be kept before the next request is sent.
    told: Vec<Told>,
}

/// Something that a flow makes, or a call that it makes at its end in any case.
#[derive(Debug)]
struct Thing {
    of: Source,
    undo: Option<Undo>,
    is_open: bool,
    /// Whether it may have been there before, so that only the flow itself takes it away.
    is_doubted: bool,
}

/// Where a thing comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The request that is under way.
    Underway,
    /// A request that was answered, in a workflow so deep.
    Made(Depth),
    /// An `always` step, by its place, of a workflow so deep.
    Always(Depth, usize),
    /// A workflow that has been left.
    Left,
}

impl Ledger {
    fn begin(&mut self, of: Source, step: &Step, undo: Option<Undo>) {
        let thing = self.things.len();
        self.told.push(Told::Begins {
            thing,
            step: step.id.clone(),
            undo: undo.clone(),
        });
        self.things.push(Thing {
            of,
            undo,
            is_open: true,
            is_doubted: false,
        });
    }

    /// Notes that something was made, or was there before. How it would be taken away is known to the flow
    /// alone, which may do it; nobody else does.
    fn doubt(&mut self, thing: usize, undo: Option<Undo>, status: u16) {
        let how = undo
            .as_ref()
            .map_or(String::new(), |it| format!(": {}", it.line()));
        let why = format!("the answer was {status}, so that it may have been there before{how}");
        self.told.push(Told::Unknown(thing, why));
        self.things[thing].undo = undo;
        self.things[thing].is_doubted = true;
    }

    fn know(&mut self, thing: usize, undo: Undo) {
        self.told.push(Told::Known(thing, undo.clone()));
        self.things[thing].undo = Some(undo);
    }

    fn end_where(&mut self, is_meant: impl Fn(&Thing) -> bool) {
        for (place, thing) in self.things.iter_mut().enumerate() {
            if thing.is_open && is_meant(thing) {
                thing.is_open = false;
                self.told.push(Told::Done(place));
            }
        }
    }

    /// Whether the flow has made what a request goes to, so that this operation takes it away at that path. What
    /// was begun since may have to be gone after it, unless it stands below it.
    fn holds(&self, removal: &Operation, path: &str, identity: Option<&str>) -> bool {
        let is_it = |it: &Thing| {
            let is_made = matches!(it.of, Source::Made(_)) && !it.is_doubted;
            let undo = it.undo.as_ref().filter(|_| is_made);
            undo.is_some_and(|it| it.is_by(removal, path, identity))
        };
        let stands_below = |it: &Thing| it.undo.as_ref().is_some_and(|it| it.is_below(path));
        let open = self.things.iter().rev().filter(|it| it.is_open);
        let mut rest = open.skip_while(|it| !is_it(it) && stands_below(it));
        rest.next().is_some_and(is_it)
    }

    fn underway(&mut self) -> Option<usize> {
        let place = self
            .things
            .iter()
            .position(|it| it.of == Source::Underway)?;
        self.things[place].of = Source::Left;
        Some(place)
    }
}

impl Machine {
    /// The same machine, which writes down what it makes.
    #[must_use]
    pub fn journalled(self) -> Self {
        Self {
            ledger: Some(Ledger::default()),
            ..self
        }
    }

    /// What is to be kept before anything is sent.
    pub fn told(&mut self) -> Vec<Told> {
        let ledger = self.ledger.as_mut();
        ledger
            .map(|it| std::mem::take(&mut it.told))
            .unwrap_or_default()
    }

    /// Writes down what a request is about to make. Where the flow has made what stands at that very path,
    /// it is written down already how that is taken away, whatever becomes of it.
    pub(super) fn foretell(&mut self, step: &Step, request: &Request) {
        let Some((contract, operation)) = step.call.operation() else {
            return;
        };
        if self.ledger.is_none() || is_safe(&operation.method) {
            return;
        }
        self.foretell_always();
        let making = making(contract, operation);
        let makes = step.undo.is_some() || making.is_some();
        if !makes || step.always {
            return;
        }
        let removal = making.as_ref().and_then(Making::own_removal);
        let removal = removal.filter(|_| step.undo.is_none());
        if removal.is_some_and(|it| self.is_written_down((contract, it), request)) {
            return;
        }
        let undo = self.declared_undo(step, None);
        if let Some(ledger) = &mut self.ledger {
            ledger.begin(Source::Underway, step, undo);
        }
    }

    /// Whether it is written down already that an operation takes away what a request makes at its own path.
    fn is_written_down(
        &self,
        (contract, removal): (&Contract, &Operation),
        request: &Request,
    ) -> bool {
        let (Some(ledger), Ok(base)) = (&self.ledger, contract.base(removal, &self.site)) else {
            return false;
        };
        let path = without_query(&request.url).strip_prefix(base.url.as_str());
        let identity = request.caller.as_ref().map(|it| &*it.identity);
        path.is_some_and(|it| ledger.holds(removal, it, identity))
    }

    /// Writes down the `always` steps of the workflow at hand, before it changes anything.
    fn foretell_always(&mut self) {
        let depth = self.frames.len();
        let Some(frame) = self.frames.last() else {
            return;
        };
        let (scenario, at) = (Arc::clone(&frame.scenario), frame.at);
        let is_known = |ledger: &Ledger| {
            let mut things = ledger.things.iter();
            things.any(|it| matches!(it.of, Source::Always(deep, _) if deep == depth))
        };
        if self.ledger.as_ref().is_none_or(is_known) {
            return;
        }
        for (place, step) in scenario.steps.iter().enumerate() {
            let operation = step.call.operation().map(|(_, it)| it);
            let changes = operation.is_some_and(|it| !is_safe(&it.method));
            if !step.always || !changes || place == at {
                continue;
            }
            let undo = self.undo_by(step, &step.call, None);
            if let Some(ledger) = &mut self.ledger {
                ledger.begin(Source::Always(depth, place), step, undo);
            }
        }
    }

    /// Writes down what an answer says of what was made and taken away.
    pub(super) fn note_answer(&mut self, spoken: Spoken<'_>, succeeded: bool) {
        if self.ledger.is_none() {
            return;
        }
        let frame = self.frames.last().expect("a step belongs to a frame");
        let (scenario, at, depth) = (Arc::clone(&frame.scenario), frame.at, self.frames.len());
        let step = &scenario.steps[at];
        let (exchange, _, _) = spoken;
        let status = exchange.response.status;
        let is_gone = status / 100 == 2 || matches!(status, 404 | 410);
        let undo = self.undo_after(step, spoken);
        let base = step.call.operation();
        let base = base.and_then(|(contract, it)| contract.base(it, &self.site).ok());
        let Some(ledger) = &mut self.ledger else {
            return;
        };
        if let Some(place) = ledger.underway() {
            let making = step
                .call
                .operation()
                .and_then(|(contract, it)| making(contract, it));
            let status_says = |it: &Making<'_>| it.may_be_done_with(status);
            let is_unsure = step.undo.is_none() && making.as_ref().is_some_and(status_says);
            let is_made = match making {
                _ if step.undo.is_some() => status / 100 == 2,
                Some(making) => making.is_done_with(status),
                None => false,
            };
            ledger.things[place].of = Source::Made(depth);
            match undo.or_else(|| ledger.things[place].undo.clone()) {
                undo if is_unsure => ledger.doubt(place, undo, status),
                Some(undo) if is_made => ledger.know(place, undo),
                _ if is_made => ledger.told.push(Told::Unknown(place, NO_NAME.to_owned())),
                _ if status / 100 == 5 => {
                    let why = format!(
                        "the answer was {status}, so that nobody knows whether it was made"
                    );
                    ledger.told.push(Told::Unknown(place, why));
                }
                _ => {
                    ledger.things[place].is_open = false;
                    ledger.told.push(Told::Done(place));
                }
            }
        }
        if let Some(base) = base.filter(|_| is_gone) {
            let request = &exchange.request;
            ledger.end_where(|it| {
                it.undo
                    .as_ref()
                    .is_some_and(|it| it.is_done_by(request, &base.url))
            });
        }
        if step.always && (is_gone || succeeded) {
            let own = Source::Always(depth, at);
            // What nobody knows how to take away was for the flow's own steps to take away.
            let covered = |it: &Thing| {
                let is_unknown = it.undo.is_none() || it.is_doubted;
                it.of == Source::Made(depth) && is_unknown
            };
            ledger.end_where(|it| it.of == own || covered(it));
        }
    }

    /// Learns what the `always` steps of the workflow at hand will ask, as far as that is known by now.
    pub(super) fn learn_always(&mut self) {
        let Some(ledger) = &self.ledger else {
            return;
        };
        let depth = self.frames.len();
        let lacking: Vec<(usize, usize)> = ledger
            .things
            .iter()
            .enumerate()
            .filter(|(_, it)| it.is_open && it.undo.is_none())
            .filter_map(|(thing, it)| match it.of {
                Source::Always(deep, step) if deep == depth => Some((thing, step)),
                _ => None,
            })
            .collect();
        for (thing, place) in lacking {
            let Some(frame) = self.frames.last() else {
                return;
            };
            let scenario = Arc::clone(&frame.scenario);
            let step = &scenario.steps[place];
            let undo = self.undo_by(step, &step.call, None);
            if let (Some(undo), Some(ledger)) = (undo, &mut self.ledger) {
                ledger.know(thing, undo);
            }
        }
    }

    /// Writes down that no answer came.
    pub(super) fn note_loss(&mut self, kind: TargetErrorKind) {
        let Some(ledger) = &mut self.ledger else {
            return;
        };
        let Some(place) = ledger.underway() else {
            return;
        };
        let may_have_come = [
            TargetErrorKind::TimedOut,
            TargetErrorKind::Closed,
            TargetErrorKind::NotHttp,
        ];
        if !may_have_come.contains(&kind) {
            ledger.things[place].is_open = false;
            ledger.told.push(Told::Done(place));
        } else if ledger.things[place].undo.is_none() {
            ledger.told.push(Told::Unknown(place, NO_ANSWER.to_owned()));
        }
    }

    /// Writes down that the request which was to be sent is not.
    pub(super) fn note_unsent(&mut self) {
        self.note_loss(TargetErrorKind::Unsendable);
    }

    /// Writes down that the innermost workflow is left: its `always` steps are over, and one of which
    /// nobody ever knew what it would ask had nothing to do.
    pub(super) fn note_leave(&mut self) {
        let depth = self.frames.len();
        let Some(ledger) = &mut self.ledger else {
            return;
        };
        let of_it = |it: &Thing| match it.of {
            Source::Always(deep, _) => deep >= depth,
            _ => false,
        };
        ledger.end_where(|it| of_it(it) && it.undo.is_none());
        for thing in &mut ledger.things {
            if of_it(thing) || thing.of == Source::Made(depth) {
                thing.of = Source::Left;
            }
        }
    }

    /// How what a step made is taken away, by what is declared, else by the contract.
    fn undo_after(&self, step: &Step, spoken: Spoken<'_>) -> Option<Undo> {
        if step.undo.is_some() {
            return self.declared_undo(step, Some(spoken));
        }
        let (contract, operation) = step.call.operation()?;
        let removal = contract.removal(operation)?;
        let base = contract.base(removal.delete, &self.site).ok()?;
        let (exchange, received, _) = spoken;
        let making = making(contract, operation)?;
        let undo = making.undo(exchange, received.json(), &base.url)?;
        let secrets = self.secrets();
        let holds = secrets.iter().any(|it| undo.target.contains(it.as_str()));
        (!holds).then_some(undo)
    }

    /// How what the request under way would make is taken away, as its step declares it, by what another one
    /// like it was answered.
    pub(super) fn undo_of(
        &self,
        step: &Step,
        exchange: &Exchange,
        received: &Received,
    ) -> Option<Undo> {
        let path = self.underway.as_ref().map_or(&[][..], |it| &it.path);
        self.declared_undo(step, Some((exchange, received, path)))
    }

    fn declared_undo(&self, step: &Step, spoken: Option<Spoken<'_>>) -> Option<Undo> {
        self.undo_by(step, step.undo.as_deref()?, spoken)
    }

    /// The request of a call as an undoing, when all that it reads has a value.
    fn undo_by(&self, step: &Step, call: &Call, spoken: Option<Spoken<'_>>) -> Option<Undo> {
        let (contract, operation) = call.operation()?;
        let Call::Operation {
            arguments, body, ..
        } = call
        else {
            return None;
        };
        let base = contract.base(operation, &self.site).ok()?.url;
        let of: (&Contract, &Operation) = (contract, operation);
        let given = (arguments.as_slice(), body.as_deref());
        let prepared = self.with_scope(spoken, None, |scope| {
            request::prepare(step, of, given, &base, scope)
        });
        let prepared = prepared.ok()?;
        if !prepared.violations.is_empty() && !step.invalid_request {
            return None;
        }
        let mut undo = Undo::of(operation, &prepared.request, &base, &self.secrets())?;
        undo.identity = undo.identity.filter(|_| !operation.security.is_empty());
        Some(undo)
    }

    /// The values of the inputs that are told to nobody.
    fn secrets(&self) -> Vec<String> {
        let frames = self.frames.iter();
        let values = frames.flat_map(|frame| {
            let named = frame.scenario.secrets.iter();
            named.filter_map(|name| frame.inputs.get(name)?.as_str())
        });
        values
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect()
    }
}
