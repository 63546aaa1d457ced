//! Varying the request of a step: what breaks the contract must be refused and leave no trace, what keeps it
//! must be accepted.
//!
//! What breaks the contract is sent before the step, in the state that the flow has reached, so that nothing
//! else is a reason to refuse it. What keeps it is sent here only where it is known how it is undone: what makes
//! something is taken away again at once, and after what changes something the step's own request is sent
//! once more. The rest is sent apart ([`super::Apart`]), or not at all.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::answer::Answer;
use super::around::{body, fact};
use super::asker::Asker;
use super::law::refusing::{Traced, trace};
use super::likeness::not_as_sent;
use super::question::Probe;
use super::thing::{Reading, Thing};
use super::tried::{self, Tried};
use super::turn::Turn;
use super::undoing::{Declared, Ledger};
use super::ways::Ways;
use crate::check::{Check, Place, law};
use crate::contract::{Contract, Operation, RequestPart};
use crate::http::{Request, is_safe};
use crate::vary::{self, Expect, Kind, Variation};
use crate::world::Entropy;

/// How large a list may be that is read after each variation, in bytes.
const LIST_BYTES_MAX: usize = 64 * 1024;
/// How many smaller requests are tried of one that shows something.
pub(super) const SHRINKS_MAX: usize = 50;

/// The request of a step that is varied.
pub(super) struct Varying<'v> {
    pub(super) called: (&'v Arc<Contract>, &'v Operation),
    pub(super) request: &'v Request,
    pub(super) thing: Option<Thing<'v>>,
    /// What was read before.
    pub(super) before: Reading,
    /// Whether something was made since that nobody could take away.
    pub(super) is_disturbed: bool,
    /// The names of those that are to be sent apart.
    pub(super) apart: BTreeSet<String>,
    /// Whether the step declares how what it makes is taken away, and how.
    pub(super) is_declared: bool,
    pub(super) undo: Option<Declared<'v>>,
    /// What came of it so far.
    pub(super) tried: Tried,
    /// Those that are not for before the step.
    pub(super) listed: Option<Listed>,
}

/// Variations with the request that they were made of. To make them once more costs as much as to send some.
#[derive(Debug)]
pub(super) struct Listed {
    of: Request,
    pub(super) list: Vec<Variation>,
}

impl Listed {
    /// What was made of a request.
    pub(super) fn new(of: &Request, list: Vec<Variation>) -> Self {
        let of = of.clone();
        Self { of, list }
    }

    /// Whether they are variations of that request.
    pub(super) fn is_of(&self, request: &Request) -> bool {
        self.of == *request
    }
}

impl Varying<'_> {
    /// The variations of the request, none where it cannot be varied.
    pub(super) fn list(&self, entropy: &Entropy) -> Vec<Variation> {
        let (contract, operation) = self.called;
        let varied = vary::variations(contract, operation, self.request, entropy);
        varied.map(|it| it.list).unwrap_or_default()
    }

    /// Whether the server may refuse what the contract allows.
    pub(super) fn may_be_refused(&self, variation: &Variation, ways: &Ways) -> bool {
        let is_excepted = ways.excepts(&self.called.1.id, &variation.place.name());
        variation.expect() == Expect::Accepted && (is_excepted || is_word_of_a_query(variation))
    }

    /// Sends what is to be sent before the step.
    pub(super) async fn before(
        &mut self,
        asker: &mut Asker<'_>,
        ledger: &mut Ledger<'_, '_>,
        entropy: &Entropy,
    ) {
        let list = self.list(entropy);
        let mut later = list.is_empty().then_some(tried::NOTHING);
        let mut goes_on = true;
        let mut left = Vec::new();
        for variation in list {
            let is_now = match variation.expect() {
                Expect::Refused => true,
                Expect::Accepted => match self.turn(&variation) {
                    Turn::Apart if asker.has_spares() => {
                        self.apart.insert(variation.name.clone());
                        false
                    }
                    _ if self.may_be_refused(&variation, asker.ways()) => false,
                    Turn::Apart => {
                        later.get_or_insert(tried::NO_UNDO);
                        false
                    }
                    // Until the step has come.
                    Turn::After(_) => {
                        later = Some(tried::ENDED);
                        false
                    }
                    Turn::Before => true,
                },
            };
            if !is_now {
                left.push(variation);
            } else if goes_on {
                goes_on = self.try_out(asker, ledger, variation).await;
            }
        }
        self.listed = Some(Listed::new(self.request, left));
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
        if self.tried.left == Some(tried::ENDED) {
            self.tried.left = None;
        }
        let listed = self.listed.take().filter(|it| it.is_of(self.request));
        let mut list = listed.map_or_else(|| self.list(entropy), |it| it.list);
        list.retain(|it| it.expect() == Expect::Accepted);
        list.retain(|it| !self.may_be_refused(it, asker.ways()));
        let mut is_changed = false;
        for variation in list {
            match self.turn(&variation) {
                Turn::After(undo) => {
                    is_changed = true;
                    if !self.try_out(asker, ledger, variation).await {
                        break;
                    }
                    if *undo != *self.request {
                        let check = &law::VALID_IS_ACCEPTED;
                        let undo = Probe::again(check, self.called, &undo).unjudged();
                        let _ = asker.restore(undo).await;
                    }
                }
                Turn::Apart if !asker.has_spares() => self.tried.leave(tried::NO_UNDO),
                Turn::Apart | Turn::Before => {}
            }
        }
        if is_changed {
            let again = Probe::again(&law::VALID_IS_ACCEPTED, self.called, self.request);
            let _ = asker.restore(again).await;
        }
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

    /// What else a right answer must have done, or must not.
    async fn look_after(&self, asker: &mut Asker<'_>, variation: &Variation, answer: &Answer) {
        let Some(thing) = self.thing.clone() else {
            return;
        };
        let thing = &thing.after(&variation.name);
        let is_write = matches!(self.called.1.method.as_str(), "PUT" | "PATCH");
        // What is only taken on need not be done yet.
        let is_done = answer.is_success() && answer.status() != 202;
        if is_write && is_done && variation.expect() == Expect::Accepted {
            self.read_back(asker, variation, thing).await;
        }
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
                called: self.called,
                request: &variation.request,
                sent: sent.as_ref(),
            };
            trace(asker, &traced, (&self.before, &now), check).await;
        }
    }

    /// Whether a text in another language that something was made of can be read as it was sent.
    pub(super) async fn look_at(
        &self,
        asker: &mut Asker<'_>,
        variation: &Variation,
        made: &Answer,
    ) {
        if let Some(thing) = self.thing.clone() {
            let thing = thing.named(made.exchange(), made.json());
            let thing = thing.after(&variation.name);
            self.read_back(asker, variation, &thing).await;
        }
    }

    /// The same of what was made or changed.
    async fn read_back(&self, asker: &mut Asker<'_>, variation: &Variation, thing: &Thing<'_>) {
        // Marks that combine may be put together, which is the same text (Unicode Standard Annex 15).
        if ![Kind::TEXT_FOREIGN, Kind::TEXT_ASTRAL].contains(&variation.kind) {
            return;
        }
        let check = &law::TEXT_COMES_BACK;
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
    pub(super) fn is_wrong(&self, variation: &Variation, answer: &Answer) -> bool {
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

pub(super) fn check_of(variation: &Variation) -> &'static Check {
    match variation.expect() {
        Expect::Refused => &law::INVALID_IS_REFUSED,
        Expect::Accepted => &law::VALID_IS_ACCEPTED,
    }
}

pub(super) fn accuse(
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
