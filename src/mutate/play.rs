//! A mutant at work in one flow: what becomes of each request, and of each answer.
//!
//! It is pure, so that it can be tried on a recording: a mutant that would change nothing in a flow need not
//! be played in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::body::{Body, with, with_body, without};
use super::derive::Rules;
use super::message::Answered;
use super::mutant::Change;
use super::nature::Nature;
use super::paging::{last_item, page_parameter, parts, with_list};
use super::{Called, Kind, Mutant, Recording};
use crate::http::{Request, Response};
use crate::json::Pointer;
use crate::world::TargetErrorKind;

/// A mutant at work.
#[derive(Debug)]
pub struct Play<'p> {
    rules: &'p Rules,
    mutant: &'p Mutant,
    recording: &'p Recording,
    /// How often its operation was called.
    calls: usize,
    /// How often something was changed.
    changes: usize,
    /// The first answer to each question, and how much had been changed then.
    first: BTreeMap<String, (Response, usize)>,
    /// The last item of the page before, with the path and the query of it.
    page: Option<(String, String, Value)>,
    /// What was sent, where something else was sent in its place.
    sent: Option<Value>,
    acted: usize,
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Way {
    /// It is sent as it is.
    Send,
    /// Another one is sent.
    Instead(Box<Request>),
    /// It is not sent, and this is the answer.
    Answer(Box<Response>),
    /// It is not sent, and no answer comes in time.
    TimeOver,
}

impl<'p> Play<'p> {
    /// A mutant in a flow, of which is known what it says to a target that is right.
    pub fn new(rules: &'p Rules, mutant: &'p Mutant, recording: &'p Recording) -> Self {
        Self {
            rules,
            mutant,
            recording,
            calls: 0,
            changes: 0,
            first: BTreeMap::new(),
            page: None,
            sent: None,
            acted: 0,
        }
    }

    /// How often it has changed something so far.
    pub fn acted(&self) -> usize {
        self.acted
    }

    /// Whether it would change something in the flow as it was recorded.
    pub fn acts(mut self) -> bool {
        for recorded in &self.recording.exchanges {
            let request = &recorded.exchange.request;
            let operation = recorded.operation;
            if let Way::Answer(_) | Way::TimeOver = self.before(operation, request) {
                return true;
            }
            let response = &recorded.exchange.response;
            let turned_away = matches!(response.status, 401 | 403);
            if turned_away && self.let_through(operation, request).is_some() {
                return true;
            }
            self.after(operation, request, response);
            if self.acted > 0 {
                return true;
            }
        }
        false
    }

    /// What becomes of a request for an operation.
    pub fn before(&mut self, operation: usize, request: &Request) -> Way {
        if operation != self.mutant.operation {
            return Way::Send;
        }
        let call = self.calls;
        self.calls = self.calls.saturating_add(1);
        match self.mutant.kind {
            Kind::TimedOut => {
                self.acted += 1;
                Way::TimeOver
            }
            Kind::CreateSwallowed | Kind::UpdateSwallowed | Kind::DeleteSwallowed => {
                match self.recording.calls(operation).get(call) {
                    Some(Called::Answered(_, said)) if said.is_success() => {
                        self.acted += 1;
                        Way::Answer(Box::new(said.exchange.response.clone()))
                    }
                    _ => Way::Send,
                }
            }
            Kind::FieldNotStored => match self.without_field(request) {
                Some(other) => Way::Instead(Box::new(other)),
                None => Way::Send,
            },
            _ => Way::Send,
        }
    }

    /// What becomes of an answer of an operation.
    pub fn after(&mut self, operation: usize, request: &Request, response: &Response) -> Response {
        if self.rules.nature(operation) != Nature::Read {
            self.changes = self.changes.saturating_add(1);
        }
        let is_about = self
            .mutant
            .is_about(&self.rules.contract, operation, response.status);
        let other = if is_about {
            self.other(operation, request, response)
        } else {
            None
        };
        let other = other.filter(|it| it != response);
        self.acted += usize::from(other.is_some());
        other.unwrap_or_else(|| response.clone())
    }

    /// The request with which one that was turned away is let through.
    pub fn let_through(&self, operation: usize, request: &Request) -> Option<Request> {
        let Change::LetThrough(caller) = &self.mutant.change else {
            return None;
        };
        let is_other = request.caller.as_ref() != Some(caller);
        (operation == self.mutant.operation && is_other).then(|| Request {
            caller: Some(Arc::clone(caller)),
            ..request.clone()
        })
    }

    /// Whether it lets through what was turned away before there was an answer.
    pub fn opens(&self, kind: TargetErrorKind) -> bool {
        kind == TargetErrorKind::HandshakeRefused && self.mutant.kind == Kind::AuthNotDemanded
    }

    /// Notes that a request was let through.
    pub fn note_let_through(&mut self) {
        self.acted += 1;
    }

    fn other(
        &mut self,
        operation: usize,
        request: &Request,
        response: &Response,
    ) -> Option<Response> {
        let contract = Arc::clone(&self.rules.contract);
        let answered = || Answered::new(&contract, operation, response, self.rules.strict);
        match self.mutant.kind {
            Kind::StaleRead => self.stale(request, response),
            Kind::ItemMissing => self.listed(answered().body()?, response, |it| it.pop().is_some()),
            Kind::ItemDoubled => self.listed(answered().body()?, response, |it| {
                let last = it.last().cloned();
                it.extend(last.clone());
                last.is_some()
            }),
            Kind::WrongId => {
                let answered = answered();
                let body = answered.body()?;
                let other = body.altered(&self.mutant.place)?;
                Some(with_body(response, body.bytes(&other)))
            }
            Kind::PageOverlap => {
                let answered = answered();
                self.overlapping(answered.body()?, request, response)
            }
            Kind::FieldNotStored => {
                let sent = self.sent.take()?;
                self.acted += usize::from((200..300).contains(&response.status));
                let answered = answered();
                self.acknowledged(answered.body()?, &sent, response)
            }
            _ => answered().broken(self.mutant),
        }
    }

    fn stale(&mut self, request: &Request, response: &Response) -> Option<Response> {
        let identity = request.caller.as_ref().map(|it| it.identity.as_ref());
        let body = String::from_utf8_lossy(&request.body);
        let question = format!("{}\n{}\n{body}", request.url, identity.unwrap_or_default());
        let changes = self.changes;
        let (first, then) = self
            .first
            .entry(question)
            .or_insert_with(|| (response.clone(), changes));
        let differs = first.status != response.status || first.body != response.body;
        (*then < changes && differs).then(|| first.clone())
    }

    fn listed(
        &self,
        body: &Body<'_>,
        response: &Response,
        change: impl Fn(&mut Vec<Value>) -> bool,
    ) -> Option<Response> {
        let allowed = |it: &Value| body.allows(it);
        let changed = with_list(&self.mutant.place, &body.value, change, allowed)?;
        Some(with_body(response, body.bytes(&changed)))
    }

    fn overlapping(
        &mut self,
        body: &Body<'_>,
        request: &Request,
        response: &Response,
    ) -> Option<Response> {
        let operation = self.mutant.operation(&self.rules.contract);
        let name = page_parameter(operation)?;
        let (path, query) = parts(request);
        let place = &self.mutant.place;
        let own = last_item(place, &body.value);
        let before = match own {
            Some(own) => self.page.replace((path.clone(), query.clone(), own)),
            None => self.page.take(),
        };
        let (before_path, before_query, item) = before?;
        let mut fields = query.split('&');
        let asks = fields.any(|it| it.split('=').next() == Some(name));
        if before_path != path || before_query == query || !asks {
            return None;
        }
        let change = |items: &mut Vec<Value>| {
            let is_new = !items.contains(&item);
            items.pop();
            items.insert(0, item.clone());
            is_new
        };
        self.listed(body, response, change)
    }

    /// The request without the field that is not to be kept, or with another value of it where it cannot be
    /// left out.
    fn without_field(&mut self, request: &Request) -> Option<Request> {
        let operation = self.mutant.operation(&self.rules.contract);
        // Most requests have not the field, and are not worth being read.
        let name = self.mutant.place.last()?;
        memchr::memmem::find(&request.body, name.as_bytes())?;
        let body = Body::of_request(&self.rules.contract, operation, request)?;
        let place = super::places::locate(&self.mutant.place, &body.value);
        let place = place.first()?;
        let left_out = without(&body.value, place).filter(|it| body.allows(it));
        let other = left_out.or_else(|| body.altered(place))?;
        // What the contract forbids is refused, kept or not.
        body.allows(&body.value).then_some(())?;
        let mut changed = request.clone();
        changed.body = body.bytes(&other);
        self.sent = Some(body.value);
        Some(changed)
    }

    /// The answer with the field as it was sent, where the answer has a place for it.
    fn acknowledged(&self, body: &Body<'_>, sent: &Value, response: &Response) -> Option<Response> {
        let place = &self.mutant.place;
        let value = place.lookup(sent)?;
        let wrapped = ["", "data", "result"].into_iter().map(|it| match it {
            "" => place.clone(),
            outer => Pointer::root().join(outer).append(place),
        });
        let mut tried = wrapped.filter_map(|it| with(&body.value, &it, value.clone()));
        let repaired = tried.find(|it| body.allows(it))?;
        Some(with_body(response, body.bytes(&repaired)))
    }
}
