//! From a contract and what flows said to the mutants that are worth a play.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::behaviour;
use super::message::Answered;
use super::mutant::{Change, Wrong};
use super::nature::Nature;
use super::places::places;
use super::play::Play;
use super::recall::{Oblivion, recall};
use super::{Kind, Mutant, Recording};
use crate::contract::{Contract, Operation, Response, StatusPattern};
use crate::json::Pointer;

/// How many answers that show a place are tried until a mutant counts as one that the contract allows.
const PROOFS_MAX: usize = 8;
/// How many mutants one contract has at most; what is beyond is told.
pub const MUTANTS_MAX: usize = 50_000;
/// How many flows that show the same wrong answer are played for a mutant.
const FLOWS_MAX: usize = 2;
/// Statuses that are tried for one that nobody documents, those of the class of the true one first.
const STATUSES: [u16; 8] = [299, 499, 599, 203, 418, 507, 226, 451];

/// Why a behaviour is not played from memory.
const FORGOTTEN: &str = "nothing that the target said tells what it would answer then";

/// What holds for all mutants of an API.
#[derive(Debug)]
pub struct Rules {
    pub(super) contract: Arc<Contract>,
    /// Whether members that nobody declares are wrong.
    pub(super) strict: bool,
    /// Whether others use the target, too.
    pub(super) is_shared: bool,
    /// The names of members that some answer has.
    pub(super) readable: BTreeSet<String>,
    natures: Vec<Nature>,
}

/// A mutant, and where it shows.
#[derive(Debug)]
pub struct Derived {
    /// The mutant.
    pub mutant: Mutant,
    /// Where it shows.
    pub reach: Reach,
}

/// Where a mutant shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// In the first of these recordings, by their places, and maybe in the others; those with the fewest
    /// steps first.
    Flows(Vec<usize>),
    /// In none; the text says why.
    Nowhere(String),
}

impl Rules {
    /// Rules over a contract; whether members that nobody declares are wrong is a setting of the checks.
    pub fn new(contract: &Arc<Contract>, strict: bool) -> Self {
        let operations = contract.operations.iter();
        Self {
            strict,
            is_shared: false,
            readable: behaviour::readable(contract),
            natures: operations.map(|it| Nature::of(contract, it)).collect(),
            contract: Arc::clone(contract),
        }
    }

    /// The same, at a target that others use: nothing is sent to it but what the flows send without a mutant.
    #[must_use]
    pub fn shared(self) -> Self {
        Self {
            is_shared: true,
            ..self
        }
    }

    /// Whether others use the target, too, so that mutants are played from memory.
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// Whether a mutant is a behaviour that is played from memory: at a target that others use, a flow that
    /// is led astray could change, or take away, what is theirs.
    pub fn is_recalled(&self, mutant: &Mutant) -> bool {
        self.is_shared && !mutant.is_of_answers()
    }

    /// Whether a mutant would change something in the flow at a place of the recordings.
    pub fn shows(&self, mutant: &Mutant, (flow, recordings): (usize, &[Recording])) -> bool {
        if self.is_recalled(mutant) {
            return recall(self, mutant, (flow, recordings)).is_ok();
        }
        Play::new(self, mutant, &recordings[flow]).acts()
    }

    /// Whether in some flow that shows a mutant from memory it is not known what all would be answered, so
    /// that it may have been noticed there.
    pub fn forgets(&self, mutant: &Mutant, recordings: &[Recording]) -> bool {
        let is_forgotten = |flow: usize| match recall(self, mutant, (flow, recordings)) {
            Ok(recalled) => !recalled.is_whole,
            Err(oblivion) => oblivion == Oblivion::Unknown,
        };
        self.is_recalled(mutant) && (0..recordings.len()).any(is_forgotten)
    }

    /// The contract.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    pub(super) fn nature(&self, operation: usize) -> Nature {
        self.natures
            .get(operation)
            .copied()
            .unwrap_or(Nature::Unknown)
    }
}

/// All mutants of a contract, in its order, up to [`MUTANTS_MAX`]. One that shows somewhere and that the contract allows there is
/// none.
pub fn derive(rules: &Rules, recordings: &[Recording]) -> Vec<Derived> {
    let mut order: Vec<usize> = (0..recordings.len()).collect();
    order.sort_by_key(|it| (recordings[*it].steps, *it));
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for operation in 0..rules.contract.operations.len() {
        let seen = Seen::of(rules, operation, recordings, &order);
        let messages = messages(&rules.contract, operation);
        let behaviours = behaviour::of_operation(rules, operation, recordings);
        let messages = messages.into_iter().map(|it| (seen.reach(&it), it));
        let behaviours = behaviours.into_iter().map(|it| {
            let reach = shown(rules, &it, recordings, &order);
            (Some(reach), it)
        });
        for (reach, mutant) in messages.chain(behaviours) {
            if found.len() >= MUTANTS_MAX {
                return found;
            }
            if let Some(reach) = reach
                && known.insert(mutant.id.clone())
            {
                found.push(Derived { mutant, reach });
            }
        }
    }
    found
}

/// The mutants of single answers of an operation.
fn messages(contract: &Contract, place: usize) -> Vec<Mutant> {
    let operation = &contract.operations[place];
    let mut found = Vec::new();
    for response in &operation.responses {
        let make = |kind: Kind, rule: &str, at: &Pointer, change: Change| {
            let status = Some(response.status);
            Mutant::new(contract, place, status, (kind, rule, at), change)
        };
        let root = Pointer::root();
        if let Some(status) = undocumented(operation, response.status) {
            found.push(make(Kind::Status, "", &root, Change::Status(status)));
        }
        if !response.content.is_empty() {
            found.push(make(Kind::MediaType, "", &root, Change::MediaType));
            found.push(make(Kind::NoMediaType, "", &root, Change::NoMediaType));
            found.push(make(Kind::Truncated, "", &root, Change::Truncated));
        }
        for header in &response.headers {
            let name = header.name.to_ascii_lowercase();
            if header.required {
                found.push(make(
                    Kind::NoHeader,
                    &name,
                    &root,
                    Change::NoHeader(name.clone()),
                ));
            }
            found.push(make(
                Kind::Header,
                &name,
                &root,
                Change::Header(name.clone()),
            ));
        }
        found.extend(values(contract, response).into_iter().map(|(at, wrong)| {
            let (kind, rule) = kind_of(&wrong);
            make(kind, rule, &at, Change::Value(wrong))
        }));
    }
    found
}

/// All that can be wrong with the bodies of an answer.
fn values(contract: &Contract, response: &Response) -> Vec<(Pointer, Wrong)> {
    let schemas = response.content.iter().filter_map(|it| it.schema.as_ref());
    let places = schemas.flat_map(|it| places(contract, it));
    places.flat_map(|it| it.wrongs()).collect()
}

fn kind_of(wrong: &Wrong) -> (Kind, &'static str) {
    match wrong {
        Wrong::Missing => (Kind::Required, ""),
        Wrong::Type => (Kind::Type, ""),
        Wrong::Null => (Kind::Null, ""),
        Wrong::Enum => (Kind::Enum, ""),
        Wrong::Format => (Kind::Format, ""),
        Wrong::Pattern => (Kind::Pattern, ""),
        Wrong::Bound(keyword, _) => (Kind::Bound, keyword),
        Wrong::Undeclared => (Kind::Undeclared, ""),
    }
}

/// A status that an operation does not document, of the same class where there is one.
fn undocumented(operation: &Operation, status: StatusPattern) -> Option<u16> {
    let class = match status {
        StatusPattern::Exact(status) => status / 100,
        StatusPattern::Class(digit) => digit,
        StatusPattern::Default => return None,
    };
    let free = |it: &&u16| operation.response(**it).is_none();
    let same = STATUSES.iter().filter(free).find(|it| **it / 100 == class);
    same.or_else(|| STATUSES.iter().find(free)).copied()
}

/// The answers of an operation that flows have seen, decoded once.
struct Seen<'s> {
    contract: &'s Contract,
    /// Each with the place of its recording, and its status; those that come after few others first.
    answers: Vec<(usize, u16, Answered<'s>)>,
}

impl<'s> Seen<'s> {
    fn of(
        rules: &'s Rules,
        operation: usize,
        recordings: &'s [Recording],
        order: &[usize],
    ) -> Self {
        let contract = rules.contract.as_ref();
        let mut found = Vec::new();
        for recording in order {
            let exchanges = recordings[*recording].exchanges.iter().enumerate();
            let own = exchanges.filter(|(_, it)| it.operation == operation);
            found.extend(own.map(|(before, it)| (before, *recording, &it.exchange.response)));
        }
        // Stable, so that of those that come after as many the flow with the fewest steps comes first.
        found.sort_by_key(|(before, _, _)| *before);
        let answers = found.into_iter().map(|(_, recording, response)| {
            let answered = Answered::new(contract, operation, response, rules.strict);
            (recording, response.status, answered)
        });
        let answers = answers.collect();
        Self { contract, answers }
    }

    /// Where a mutant shows; none when the contract allows it where it does.
    fn reach(&self, mutant: &Mutant) -> Option<Reach> {
        let is_about = |status: u16| mutant.is_about(self.contract, mutant.operation, status);
        let mut answers = self
            .answers
            .iter()
            .filter(|(_, status, _)| is_about(*status))
            .peekable();
        if answers.peek().is_none() {
            return Some(Reach::Nowhere(self.why_never(mutant)));
        }
        let (mut flows, mut tried): (Vec<usize>, usize) = (Vec::new(), 0);
        for (flow, _, answered) in answers.filter(|(_, _, it)| it.shows(mutant)) {
            if flows.contains(flow) {
                continue;
            }
            tried += 1;
            // That it shows in one flow is proven here; in the others it is where they are played.
            if !flows.is_empty() || answered.broken(mutant).is_some() {
                flows.push(*flow);
            }
            if flows.len() >= FLOWS_MAX || flows.is_empty() && tried >= PROOFS_MAX {
                break;
            }
        }
        match (flows.is_empty(), tried) {
            (false, _) => Some(Reach::Flows(flows)),
            (true, 0) => Some(Reach::Nowhere(
                "no answer that a flow sees has this place".to_owned(),
            )),
            (true, _) => None,
        }
    }

    fn why_never(&self, mutant: &Mutant) -> String {
        match (self.answers.is_empty(), mutant.status) {
            (false, Some(status)) => format!("no flow sees the status {status}"),
            _ => "no flow calls the operation".to_owned(),
        }
    }
}

/// Where a behaviour shows.
fn shown(rules: &Rules, mutant: &Mutant, recordings: &[Recording], order: &[usize]) -> Reach {
    let acts = |it: &usize| rules.shows(mutant, (*it, recordings));
    if let Some(first) = order.iter().position(acts) {
        let calls = |it: &usize| {
            recordings[*it]
                .of_operation(mutant.operation)
                .next()
                .is_some()
        };
        let flows = order[first..].iter().copied().filter(calls);
        return Reach::Flows(flows.collect());
    }
    let mut all = recordings.iter();
    if !all.any(|it| it.of_operation(mutant.operation).next().is_some()) {
        return Reach::Nowhere("no flow calls the operation".to_owned());
    }
    if rules.forgets(mutant, recordings) {
        return Reach::Nowhere(FORGOTTEN.to_owned());
    }
    Reach::Nowhere(why_not(mutant.kind).to_owned())
}

impl Reach {
    /// Why a mutant that a recording showed did not show in a play.
    pub fn why_not_again(rules: &Rules, mutant: &Mutant) -> &'static str {
        match mutant.kind {
            _ if rules.is_recalled(mutant) => FORGOTTEN,
            Kind::FieldNotStored => {
                "the field cannot be left out, and the target takes no other value there"
            }
            _ => "what a flow showed once it did not show again",
        }
    }
}

fn why_not(kind: Kind) -> &'static str {
    match kind {
        Kind::StaleRead => "no flow asks twice, with a change between, and is answered otherwise",
        Kind::CreateSwallowed | Kind::UpdateSwallowed | Kind::DeleteSwallowed => {
            "no flow calls the operation with success"
        }
        Kind::FieldNotStored => "no flow sends the field, and could leave it out or change it",
        Kind::ItemMissing | Kind::ItemDoubled => {
            "no answer that a flow sees has an item there that the contract lets be missing, or be there twice"
        }
        Kind::PageOverlap => "no flow asks for one page after another",
        Kind::AuthNotDemanded => "no flow is turned away by the operation",
        Kind::WrongId => "no answer that a flow sees has an identifier that could be another",
        _ => "no flow shows it",
    }
}
