//! Varying the request of a step apart: what nobody knows how to undo is sent where the server is gone
//! afterwards.
//!
//! For each variation the flow is played from its beginning, on a server of its own, up to the step. There the
//! variation is sent in the place of the step's own request, in the state that the flow has reached, and the
//! play ends. Neither the flow nor another one ever sees what it has done.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::answer::Answer;
use super::asker::Asker;
use super::prober::Prober;
use super::question::Probe;
use super::step::Origin;
use super::thing::{Reading, Thing};
use super::tried::{self, Tried};
use super::varying::{Listed, SHRINKS_MAX, Varying, accuse, check_of};
use crate::check::law;
use crate::http::Request;
use crate::vary::{self, Variation};
use crate::world::{Entropy, World};

/// The variations of one step that are sent apart.
pub struct Apart {
    /// The step's place in its flow.
    pub(super) step: usize,
    /// The operation that it calls.
    pub(super) operation: String,
    /// What is random in the variations.
    pub(super) entropy: Entropy,
    /// The names of the variations.
    names: BTreeSet<String>,
    /// The variations; none before the first play.
    listed: Option<Listed>,
    /// The names of those that were sent.
    sent: BTreeSet<String>,
    /// What shows something, and is being made smaller.
    shown: Option<Shown>,
    /// What came of it.
    pub(super) tried: Tried,
}

/// A variation that shows something.
struct Shown {
    variation: Variation,
    answer: Answer,
    /// Smaller ones that may show the same.
    smaller: VecDeque<Variation>,
    /// How many more of them may be tried.
    left: usize,
}

/// The prober of one play apart.
pub struct Lone<'s> {
    asker: Asker<'s>,
    apart: &'s mut Apart,
    has_asked: bool,
}

impl Apart {
    pub(super) fn new(
        (step, operation): (usize, &str),
        names: BTreeSet<String>,
        entropy: Entropy,
    ) -> Self {
        Self {
            step,
            operation: operation.to_owned(),
            entropy,
            names,
            listed: None,
            sent: BTreeSet::new(),
            shown: None,
            tried: Tried::default(),
        }
    }

    /// Notes that there is no server to send the rest to.
    pub fn leave(&mut self) {
        self.tried.leave(tried::NO_UNDO);
    }

    /// Whether nothing is left to be sent.
    fn is_over(&self) -> bool {
        let is_sent = |listed: &Listed| {
            let mut names = listed.list.iter().map(|it| &it.name);
            names.all(|it| self.sent.contains(it))
        };
        self.shown.is_none() && self.listed.as_ref().is_some_and(is_sent)
    }

    /// What is sent in a play in which the step is about to send this request.
    fn next(&mut self, varying: &Varying<'_>) -> Option<Variation> {
        if let Some(shown) = &mut self.shown {
            shown.left -= 1;
            return shown.smaller.pop_front();
        }
        let is_of_it = |listed: &Listed| listed.is_of(varying.request);
        if !self.listed.as_ref().is_some_and(is_of_it) {
            let mut list = varying.list(&self.entropy);
            list.retain(|it| self.names.contains(&it.name));
            self.listed = Some(Listed::new(varying.request, list));
        }
        let mut left = self.listed.as_ref()?.list.iter();
        let next = left.find(|it| !self.sent.contains(&it.name))?.clone();
        self.sent.insert(next.name.clone());
        Some(next)
    }

    /// Keeps what a server answered to a variation.
    async fn take(
        &mut self,
        (varying, asker): (&Varying<'_>, &mut Asker<'_>),
        variation: Variation,
        answer: Answer,
    ) {
        let may_be_refused = || varying.may_be_refused(&variation, asker.ways());
        let is_wrong = varying.is_wrong(&variation, &answer);
        let is_excused = is_wrong && answer.is_refusal() && may_be_refused();
        let is_wrong = is_wrong && !is_excused;
        if let Some(shown) = &mut self.shown {
            let class = |it: &Answer| it.status() / 100;
            if is_wrong && class(&answer) == class(&shown.answer) {
                shown.smaller = smaller(varying, &variation);
                (shown.variation, shown.answer) = (variation, answer);
            }
            return;
        }
        self.tried.sent += 1;
        if is_wrong {
            self.shown = Some(Shown {
                smaller: smaller(varying, &variation),
                variation,
                answer,
                left: SHRINKS_MAX,
            });
            return;
        }
        asker.judge(&answer);
        if answer.is_success() {
            varying.look_at(asker, &variation, &answer).await;
        }
    }
}

fn smaller(varying: &Varying<'_>, variation: &Variation) -> VecDeque<Variation> {
    let (contract, operation) = varying.called;
    vary::shrink(contract, operation, variation).into()
}

impl<'p> Prober<'p> {
    /// The next step whose variations are sent apart.
    pub fn next_apart(&mut self) -> Option<Apart> {
        self.apart.pop_front()
    }

    /// Whether there is something left to be sent, and room for it.
    pub fn goes_on(&mut self, apart: &mut Apart) -> bool {
        let is_smallest = |it: &Shown| it.smaller.is_empty() || it.left == 0;
        if apart.shown.as_ref().is_some_and(is_smallest) {
            self.tell(apart);
        }
        if apart.is_over() {
            return false;
        }
        let may_ask = self.asker.asks(&law::VALID_IS_ACCEPTED);
        if !may_ask {
            let why = self.asker.why_silent().unwrap_or(tried::OFF);
            apart.tried.leave(why);
        }
        may_ask
    }

    /// Tells what was shown.
    fn tell(&mut self, apart: &mut Apart) {
        if let Some(shown) = apart.shown.take() {
            let record = &shown.answer.record;
            let called = record.definition().call.operation();
            if let Some((_, operation)) = called {
                accuse(
                    &mut self.asker,
                    (operation, &shown.variation),
                    &shown.answer,
                );
            }
        }
    }

    /// The prober of a play apart.
    pub fn alone<'s>(&mut self, world: World<'s>, apart: &'s mut Apart) -> Lone<'s>
    where
        'p: 's,
    {
        Lone {
            asker: self.asker.go(world),
            apart,
            has_asked: false,
        }
    }

    /// Takes back what a play apart has shown, in which so many requests were sent; whether another one may
    /// show more.
    pub fn take_back(&mut self, lone: Lone<'_>, requests: usize) -> bool {
        let Lone {
            asker,
            apart,
            has_asked,
        } = lone;
        self.asker.come_back(asker, requests);
        if !has_asked {
            let why = self.asker.why_silent();
            apart.tried.leave(why.unwrap_or(tried::NOT_AGAIN));
        }
        apart.tried.left.is_none()
    }

    /// Keeps what came of it.
    pub fn put_away(&mut self, mut apart: Apart) {
        self.tell(&mut apart);
        let tried = self.tried.entry(apart.operation).or_default();
        tried.sent += apart.tried.sent;
        if let Some(why) = apart.tried.left {
            tried.leave(why);
        }
    }
}

impl Lone<'_> {
    /// A step is about to send a request.
    pub async fn before(&mut self, origin: Origin, request: &Request) {
        if self.has_asked || origin.path.len() != 1 || origin.step != self.apart.step {
            return;
        }
        self.has_asked = true;
        let scenario = Arc::clone(&origin.scenario);
        let Some((contract, operation)) = scenario.steps[origin.step].call.operation() else {
            return;
        };
        self.asker.stand_at(origin);
        let site = self.asker.world().site;
        let varying = Varying {
            called: (contract, operation),
            request,
            thing: Thing::of(contract, operation, request, site),
            before: Reading::default(),
            is_disturbed: false,
            apart: BTreeSet::new(),
            is_declared: false,
            undo: None,
            tried: self.apart.tried,
            listed: None,
        };
        let Some(variation) = self.apart.next(&varying) else {
            return;
        };
        let check = check_of(&variation);
        let again = Probe::again(check, varying.called, &variation.request);
        let mut probe = again.unjudged();
        probe.name = Some(variation.name.clone());
        match self.asker.ask(probe).await {
            Ok(answer) => {
                let beside = (&varying, &mut self.asker);
                self.apart.take(beside, variation, answer).await;
            }
            Err(_) => {
                let why = self.asker.why_silent().unwrap_or(tried::LOST);
                self.apart.tried.leave(why);
            }
        }
    }

    /// Whether the play is over.
    pub fn has_asked(&self) -> bool {
        self.has_asked
    }
}
