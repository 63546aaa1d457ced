//! Varying the request of a step: what breaks the contract must be refused and leave no trace, what keeps it
//! must be accepted.
//!
//! What breaks the contract is sent before the step, in the state that the flow has reached, so that nothing
//! else is a reason to refuse it. What keeps it is sent only where it is known how it is undone: what makes
//! something is taken away again at once, and after what changes something the step's own request is sent
//! once more. What another operation answers to another value nobody can know, and is not asked.

use std::sync::Arc;

use super::around::{body, fact};
use super::asker::{Answer, Asker, Probe, Silence};
use super::law::refusing::{Traced, trace};
use super::likeness::not_as_sent;
use super::thing::{Reading, Thing};
use super::tried::{self, Tried};
use super::ways::Ways;
use crate::check::{Check, Place, law};
use crate::contract::{Contract, Operation, RequestPart, StatusPattern};
use crate::http::{Request, is_safe};
use crate::journal::{FlowJournal, Told, making};
use crate::vary::{self, Expect, Kind, Variation};
use crate::world::Entropy;

/// Where the numbers of things begin that variations make; those that a flow makes are smaller.
const FIRST_THING: usize = 1_000_000;
/// How large a list may be that is read after each variation, in bytes.
const LIST_BYTES_MAX: usize = 64 * 1024;
/// How many smaller requests are tried of one that shows something.
const SHRINKS_MAX: usize = 50;

/// The request of a step that is varied.
pub(super) struct Varying<'v> {
    pub(super) called: (&'v Arc<Contract>, &'v Operation),
    pub(super) request: &'v Request,
    pub(super) thing: Option<Thing<'v>>,
    /// What was read before.
    pub(super) before: Reading,
    /// Whether something was made since that nobody could take away.
    pub(super) is_disturbed: bool,
    /// What came of it so far.
    pub(super) tried: Tried,
}

/// When variations are sent that the contract allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Before the step: it changes nothing, or what it makes is taken away again.
    Before,
    /// After the step, whose own request then puts back what it changed.
    After,
    /// Never: nobody knows how it is undone.
    Never,
}

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

    fn note(&mut self, told: Told) -> Result<(), String> {
        match self.journal.as_deref_mut() {
            Some(journal) => journal.note(told),
            None => Ok(()),
        }
    }
}

impl Varying<'_> {
    fn turn(&self) -> Turn {
        let (contract, operation) = self.called;
        if is_safe(&operation.method) {
            return Turn::Before;
        }
        let Some(thing) = &self.thing else {
            return Turn::Never;
        };
        let is = |it: Option<&Operation>| it.is_some_and(|it| it.id == operation.id);
        let life = &thing.life;
        if is(life.replace) || is(life.patch) {
            return Turn::After;
        }
        let is_made = is(Some(life.create)) && !life.is_named_by_client;
        // Where another status than 201 answers, it may have been there before.
        let says_made = operation
            .responses
            .iter()
            .any(|it| it.status == StatusPattern::Exact(201));
        match contract.removal(operation) {
            Some(_) if is_made && says_made => Turn::Before,
            _ => Turn::Never,
        }
    }

    /// The variations of the request, none where it cannot be varied.
    fn list(&self, entropy: &Entropy, ways: &Ways) -> Vec<Variation> {
        let (contract, operation) = self.called;
        let varied = vary::variations(contract, operation, self.request, entropy);
        let mut list = varied.map(|it| it.list).unwrap_or_default();
        let is_excepted = |it: &Variation| {
            let is_excepted = ways.excepts(&operation.id, &it.place.name());
            it.expect() == Expect::Accepted && (is_excepted || is_word_of_a_query(it))
        };
        list.retain(|it| !is_excepted(it));
        list
    }

    /// Sends what is to be sent before the step.
    pub(super) async fn before(
        &mut self,
        asker: &mut Asker<'_>,
        ledger: &mut Ledger<'_, '_>,
        entropy: &Entropy,
    ) {
        let turn = self.turn();
        let list = self.list(entropy, asker.ways());
        let allowed = list.iter().any(|it| it.expect() == Expect::Accepted);
        let later = match turn {
            _ if list.is_empty() => Some(tried::NOTHING),
            Turn::Never if allowed => Some(tried::NO_UNDO),
            // Until the step has come.
            Turn::After if allowed => Some(tried::ENDED),
            _ => None,
        };
        for variation in list {
            let is_now = match variation.expect() {
                Expect::Refused => true,
                Expect::Accepted => turn == Turn::Before,
            };
            if is_now && !self.try_out(asker, ledger, variation).await {
                break;
            }
        }
        if let Some(why) = later {
            self.tried.leave(why);
        }
    }

    /// Sends what is to be sent after the step, and then the step's own request again.
    pub(super) async fn after(
        &mut self,
        asker: &mut Asker<'_>,
        ledger: &mut Ledger<'_, '_>,
        entropy: &Entropy,
    ) {
        if self.turn() != Turn::After {
            return;
        }
        if self.tried.left == Some(tried::ENDED) {
            self.tried.left = None;
        }
        let list = self.list(entropy, asker.ways()).into_iter();
        for variation in list.filter(|it| it.expect() == Expect::Accepted) {
            if !self.try_out(asker, ledger, variation).await {
                break;
            }
        }
        let again = Probe::again(&law::VALID_IS_ACCEPTED, self.called, self.request);
        let _ = asker.restore(again).await;
    }

    /// Sends one variation; whether others may follow.
    async fn try_out(
        &mut self,
        asker: &mut Asker<'_>,
        ledger: &mut Ledger<'_, '_>,
        variation: Variation,
    ) -> bool {
        let check = check_of(&variation);
        if !asker.asks(check) {
            self.tried.leave(asker.why_silent().unwrap_or(tried::OFF));
            return asker.may_send();
        }
        let Ok(answer) = self.send(asker, ledger, &variation).await else {
            self.tried.leave(asker.why_silent().unwrap_or(tried::LOST));
            return asker.may_send();
        };
        self.tried.sent += 1;
        if std::mem::take(&mut self.is_disturbed)
            && let Some(thing) = &self.thing
        {
            self.before = thing.look(check, asker).await;
        }
        if self.is_wrong(&variation, &answer) {
            let (variation, answer) = self.shrink(asker, ledger, variation, answer).await;
            accuse(asker, (self.called.1, &variation), &answer);
            // What was let in may have changed something; what follows is compared with that.
            if let Some(thing) = &self.thing {
                self.before = thing.look(check, asker).await;
            }
        } else {
            asker.judge(&answer);
            self.look_after(asker, &variation, &answer).await;
        }
        true
    }

    /// What else a right answer must not have done.
    async fn look_after(&self, asker: &mut Asker<'_>, variation: &Variation, answer: &Answer) {
        let Some(thing) = &self.thing else { return };
        let is_refused = variation.expect() == Expect::Refused && answer.is_refusal();
        if is_refused && !is_safe(&self.called.1.method) {
            let check = &law::REFUSAL_LEAVES_NO_TRACE;
            // A large list after each variation would cost more than the variations.
            let list = self.before.list.as_ref();
            let is_small =
                list.is_none_or(|it| it.exchange().response.body.len() <= LIST_BYTES_MAX);
            let now = Reading {
                item: thing.read(check, asker).await,
                list: if is_small && asker.is_alone() {
                    thing.list(check, asker).await
                } else {
                    None
                },
            };
            let sent = serde_json::from_slice(&variation.request.body).ok();
            let traced = Traced {
                thing,
                operation: self.called.1,
                sent: sent.as_ref(),
            };
            trace(asker, &traced, (&self.before, &now), check);
        }
    }

    /// Sends a variation. What it makes is written down before, and taken away at once.
    async fn send(
        &mut self,
        asker: &mut Asker<'_>,
        ledger: &mut Ledger<'_, '_>,
        variation: &Variation,
    ) -> Result<Answer, Silence> {
        let (contract, operation) = self.called;
        let making = making(contract, operation);
        let thing = ledger.next;
        if making.is_some() {
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
        let Some(making) = making else {
            return answer;
        };
        let is_made = |it: &Answer| {
            let status = it.status();
            it.is_success() && (making.is_done_with(status) || making.may_be_done_with(status))
        };
        let made = match &answer {
            Ok(it) if is_made(it) => it,
            Ok(_) | Err(Silence::NotAsked | Silence::Refused) => {
                // What was not made needs no undoing; that this is not kept harms nobody.
                let _ = ledger.note(Told::Done(thing));
                return answer;
            }
            Err(Silence::Lost) => return answer,
        };
        self.look_at(asker, variation, made).await;
        let site = asker.world().site;
        let base = contract
            .removal(operation)
            .and_then(|it| Some((it.delete, contract.base(it.delete, site).ok()?)));
        let undo = base.and_then(|(delete, base)| {
            let undo = making.undo(made.exchange(), made.json(), &base.url)?;
            Some((delete, base, undo))
        });
        let Some((delete, base, undo)) = undo else {
            let why = "nothing says how it is taken away".to_owned();
            let _ = ledger.note(Told::Unknown(thing, why));
            self.is_disturbed = true;
            return answer;
        };
        let _ = ledger.note(Told::Known(thing, undo.clone()));
        let url = format!("{}{}", base.url, undo.target);
        // Where the answer names two things, neither is taken away: one may be somebody else's.
        let thing_made = self.thing.clone();
        let named = thing_made.and_then(|it| it.named(made.exchange(), made.json()).item);
        if named.as_ref() != Some(&url) {
            let why = "the answer does not say which one was made".to_owned();
            let _ = ledger.note(Told::Unknown(thing, why));
            self.is_disturbed = true;
            return answer;
        }
        let _ = ledger.note(Told::Known(thing, undo.clone()));
        let removal = match &self.thing {
            Some(it) => it.probe(check_of(variation), delete, url),
            None => Probe::plain(check_of(variation), (contract, delete), url),
        };
        let gone = asker.restore(removal).await;
        // That it is not there so soon may mean that it is still being made.
        if gone.is_ok_and(|it| it.is_success()) {
            let _ = ledger.note(Told::Done(thing));
        }
        answer
    }

    /// Whether what was made of a text in another language can be read as it was sent.
    async fn look_at(&self, asker: &mut Asker<'_>, variation: &Variation, made: &Answer) {
        // Marks that combine may be put together, which is the same text (Unicode Standard Annex 15).
        let kinds = [Kind::TEXT_FOREIGN, Kind::TEXT_ASTRAL];
        let Some(thing) = self
            .thing
            .clone()
            .filter(|_| kinds.contains(&variation.kind))
        else {
            return;
        };
        let check = &law::TEXT_COMES_BACK;
        let thing = thing.named(made.exchange(), made.json());
        let read = thing.read(check, asker).await;
        let sent = serde_json::from_slice(&variation.request.body).ok();
        let (Some(read), Some(sent)) = (read, sent) else {
            return;
        };
        let Some(value) = read.json().filter(|_| read.is_success()) else {
            return;
        };
        let varied = variation.place.pointer.last();
        let found = not_as_sent(&sent, value, &thing.writable()).into_iter();
        for it in found.filter(|it| it.place.last() == varied) {
            let message = "a text does not come back as it was sent";
            let said = (it.expected, it.actual);
            asker.accuse(
                check,
                &read,
                fact(message, body(&it.place), said, self.called.1),
            );
        }
    }

    /// Whether an answer is not what the contract lets expect. What is asked for by another value need not be there.
    fn is_wrong(&self, variation: &Variation, answer: &Answer) -> bool {
        // Another version by now, a state that allows no change, a name that is taken: not the request is wrong.
        let is_conflict = matches!(answer.status(), 409 | 412 | 423 | 428);
        let is_safe = is_safe(&self.called.1.method);
        let is_right = match variation.expect() {
            Expect::Refused => answer.is_refusal(),
            Expect::Accepted => answer.is_success() || is_conflict || is_safe && answer.is_gone(),
        };
        !is_right
    }

    /// The smallest request that shows the same.
    async fn shrink(
        &mut self,
        asker: &mut Asker<'_>,
        ledger: &mut Ledger<'_, '_>,
        mut variation: Variation,
        mut answer: Answer,
    ) -> (Variation, Answer) {
        let (contract, operation) = self.called;
        let class = answer.status() / 100;
        let mut left = SHRINKS_MAX;
        'smaller: loop {
            for smaller in vary::shrink(contract, operation, &variation) {
                if left == 0 {
                    return (variation, answer);
                }
                left -= 1;
                let Ok(other) = self.send(asker, ledger, &smaller).await else {
                    return (variation, answer);
                };
                if self.is_wrong(&smaller, &other) && other.status() / 100 == class {
                    (variation, answer) = (smaller, other);
                    continue 'smaller;
                }
            }
            return (variation, answer);
        }
    }
}

/// Whether it varies the text of a query that may be one of a few words, though the contract takes any:
/// what to sort by, where to go on.
fn is_word_of_a_query(variation: &Variation) -> bool {
    let is_free = |name: &str| ["q", "query", "search"].contains(&name.to_lowercase().as_str());
    let is_text = [
        Kind::TEXT_FOREIGN,
        Kind::TEXT_ASTRAL,
        Kind::TEXT_COMBINING,
        Kind::SHORTEST_TEXT,
        Kind::LONGEST_TEXT,
    ];
    match &variation.place.part {
        RequestPart::Parameter(_, name) => is_text.contains(&variation.kind) && !is_free(name),
        RequestPart::Body => false,
    }
}

fn check_of(variation: &Variation) -> &'static Check {
    match variation.expect() {
        Expect::Refused => &law::INVALID_IS_REFUSED,
        Expect::Accepted => &law::VALID_IS_ACCEPTED,
    }
}

fn accuse(
    asker: &mut Asker<'_>,
    (operation, variation): (&Operation, &Variation),
    answer: &Answer,
) {
    let place = variation.place.name();
    let (message, expected) = match variation.expect() {
        Expect::Refused => (
            "a request is not refused that breaks the contract",
            "a documented 4xx",
        ),
        Expect::Accepted => (
            "a request is not accepted that the contract allows",
            "a success",
        ),
    };
    let message = format!("{message}: {} ({place})", variation.why);
    let mut fact = fact(message, Place::Status, (expected, answer.line()), operation);
    fact.contract = Some(variation.place.contract.clone());
    asker.accuse(check_of(variation), answer, fact);
}
