//! Sending a variation, and taking away at once what it makes: as the flow declares it, else as the contract's
//! paths and methods tell.

use super::answer::Answer;
use super::asker::Asker;
use super::question::{Probe, Silence};
use super::varying::{Varying, check_of};
use crate::http::{Exchange, Headers};
use crate::journal::{FlowJournal, Making, Told, Undo, making};
use crate::transcript::Received;
use crate::vary::Variation;

/// Where the numbers of things begin that variations make; those that a flow makes are smaller.
const FIRST_THING: usize = 1_000_000;
/// Why it is not known how a thing is taken away.
const NO_NAME: &str = "nothing says how it is taken away";

/// How a step says that what it has made is taken away, by what was answered.
pub type Declared<'v> = &'v (dyn Fn(&Exchange, &Received) -> Option<Undo> + Sync);

/// What variations may write: the journal of the flow, where there is one.
pub(super) struct Ledger<'l, 'j> {
    journal: Option<&'l mut FlowJournal<'j>>,
    next: usize,
}

impl<'l, 'j> Ledger<'l, 'j> {
    /// A ledger; `made` tells how many things variations of the flow have made before.
    pub(super) fn new(journal: Option<&'l mut FlowJournal<'j>>, made: usize) -> Self {
        Self {
            journal,
            next: FIRST_THING + made,
        }
    }

    /// How many things variations of the flow have made.
    pub(super) fn made(&self) -> usize {
        self.next - FIRST_THING
    }

    pub(super) fn note(&mut self, told: Told) -> Result<(), String> {
        match self.journal.as_deref_mut() {
            Some(journal) => journal.note(told),
            None => Ok(()),
        }
    }
}

impl Varying<'_> {
    /// Sends a variation. What it makes is written down before, and taken away at once.
    pub(super) async fn send(
        &mut self,
        asker: &mut Asker<'_>,
        ledger: &mut Ledger<'_, '_>,
        variation: &Variation,
    ) -> Result<Answer, Silence> {
        let (contract, operation) = self.called;
        let making = making(contract, operation);
        let makes = making.is_some() || self.undo.is_some();
        let thing = ledger.next;
        if makes {
            ledger.next += 1;
            let begins = Told::Begins {
                thing,
                step: asker.step(),
                undo: None,
            };
            ledger.note(begins).map_err(|_| Silence::NotAsked)?;
        }
        let again = Probe::again(check_of(variation), self.called, &variation.request);
        let mut probe = again.unjudged();
        probe.name = Some(variation.name.clone());
        let answer = asker.ask(probe).await;
        if !makes {
            return answer;
        }
        let made = match &answer {
            Ok(it) if self.has_made(it, making.as_ref()) => it,
            Ok(_) | Err(Silence::NotAsked | Silence::Unheard) => {
                // What was not made needs no undoing; that this is not kept harms nobody.
                let _ = ledger.note(Told::Done(thing));
                return answer;
            }
            Err(Silence::Lost | Silence::Refused) => return answer,
        };
        self.look_at(asker, variation, made).await;
        let told = match (self.undo, making) {
            (Some(undo), _) => {
                let undo = undo(made.exchange(), made.received());
                self.undo_as_declared(asker, ledger, (variation, thing), undo)
                    .await
            }
            (None, Some(making)) => {
                let of = (variation, thing, making);
                self.undo_as_told(asker, ledger, of, made).await
            }
            (None, None) => None,
        };
        if let Some(why) = told {
            let _ = ledger.note(Told::Unknown(thing, why.to_owned()));
            self.is_disturbed = true;
        }
        answer
    }

    /// Whether an answer says that something was made.
    fn has_made(&self, answer: &Answer, making: Option<&Making<'_>>) -> bool {
        let status = answer.status();
        let says_so = |it: &Making<'_>| it.is_done_with(status) || it.may_be_done_with(status);
        answer.is_success() && (self.undo.is_some() || making.is_some_and(says_so))
    }

    /// Takes away what was made by what the step declares; with why not, where that is not known.
    async fn undo_as_declared(
        &self,
        asker: &mut Asker<'_>,
        ledger: &mut Ledger<'_, '_>,
        (variation, thing): (&Variation, usize),
        undo: Option<Undo>,
    ) -> Option<&'static str> {
        let (contract, _) = self.called;
        let site = asker.world().site;
        let known = undo.and_then(|undo| {
            let mut all = contract.operations.iter();
            let operation = all.find(|it| it.id == undo.operation)?;
            Some((operation, contract.base(operation, site).ok()?.url, undo))
        });
        let Some((operation, base, undo)) = known else {
            return Some(NO_NAME);
        };
        let _ = ledger.note(Told::Known(thing, undo.clone()));
        let mut headers = Headers::default();
        for (name, value) in &undo.headers {
            headers.push(name.as_str(), value.as_str());
        }
        let url = format!("{base}{}", undo.target);
        let removal = Probe {
            headers,
            body: undo.body.into(),
            ..Probe::plain(check_of(variation), (contract, operation), url)
        };
        done(asker.restore(removal).await, ledger, thing);
        None
    }

    /// Takes away what was made by what the contract tells; with why not, where that is not known.
    async fn undo_as_told(
        &self,
        asker: &mut Asker<'_>,
        ledger: &mut Ledger<'_, '_>,
        (variation, thing, making): (&Variation, usize, Making<'_>),
        made: &Answer,
    ) -> Option<&'static str> {
        let (contract, operation) = self.called;
        let site = asker.world().site;
        let delete = contract.removal(operation).map(|it| it.delete);
        let base = delete.and_then(|it| Some((it, contract.base(it, site).ok()?.url)));
        let undo = base.and_then(|(delete, base)| {
            let undo = making.undo(made.exchange(), made.json(), &base)?;
            Some((delete, base, undo))
        });
        let Some((delete, base, undo)) = undo else {
            return Some(NO_NAME);
        };
        let _ = ledger.note(Told::Known(thing, undo.clone()));
        let url = format!("{base}{}", undo.target);
        // Where the answer names two things, neither is taken away: one may be somebody else's.
        let thing_made = self.thing.clone();
        let named = thing_made.and_then(|it| it.named(made.exchange(), made.json()).item);
        if named.as_ref() != Some(&url) {
            return Some("the answer does not say which one was made");
        }
        let removal = match &self.thing {
            Some(it) => it.probe(check_of(variation), delete, url),
            None => Probe::plain(check_of(variation), (contract, delete), url),
        };
        done(asker.restore(removal).await, ledger, thing);
        None
    }
}

/// Notes that something is gone. That it is not there so soon may mean that it is still being made.
fn done(gone: Result<Answer, Silence>, ledger: &mut Ledger<'_, '_>, thing: usize) {
    if gone.is_ok_and(|it| it.is_success()) {
        let _ = ledger.note(Told::Done(thing));
    }
}
