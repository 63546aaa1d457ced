//! Mutants of what an operation does, which no single answer shows.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::derive::Rules;
use super::mutant::Change;
use super::nature::Nature;
use super::noun::is_spoken_of;
use super::paging::page_parameter;
use super::places::{Described, places};
use super::{Kind, Mutant, Recording};
use crate::contract::{
    Contract, Operation, Response, StatusPattern, names_of_identifier, plain_path,
};
use crate::http::Caller;
use crate::json::Pointer;

/// Members that hold what identifies a thing, where it does not do so itself.
const HOLDERS: [&str; 3] = ["metadata", "data", "result"];

/// The mutants of what an operation does.
pub(super) fn of_operation(
    rules: &Rules,
    operation: usize,
    recordings: &[Recording],
) -> Vec<Mutant> {
    let maker = Maker { rules, operation };
    let mut found = vec![maker.whole(Kind::TimedOut, Change::TimedOut)];
    let swallowed = match rules.nature(operation) {
        Nature::Create => Some(Kind::CreateSwallowed),
        Nature::Update => Some(Kind::UpdateSwallowed),
        Nature::Delete => Some(Kind::DeleteSwallowed),
        Nature::Read | Nature::Unknown => None,
    };
    let swallowed = swallowed.filter(|_| is_spoken_of(maker.contract(), maker.operation()));
    found.extend(swallowed.map(|kind| maker.whole(kind, Change::Behaviour)));
    if rules.nature(operation) == Nature::Read {
        found.extend(maker.reads());
    }
    found.extend(maker.fields());
    found.extend(maker.ids());
    found.extend(maker.doors(recordings));
    found
}

struct Maker<'m> {
    rules: &'m Rules,
    operation: usize,
}

impl Maker<'_> {
    fn contract(&self) -> &Contract {
        &self.rules.contract
    }

    fn operation(&self) -> &Operation {
        &self.contract().operations[self.operation]
    }

    fn whole(&self, kind: Kind, change: Change) -> Mutant {
        self.at(None, kind, &Pointer::root(), change)
    }

    fn at(
        &self,
        status: Option<StatusPattern>,
        kind: Kind,
        place: &Pointer,
        change: Change,
    ) -> Mutant {
        let what = (kind, "", place);
        Mutant::new(self.contract(), self.operation, status, what, change)
    }

    fn reads(&self) -> Vec<Mutant> {
        let mut found = vec![self.whole(Kind::StaleRead, Change::Behaviour)];
        for response in successes(self.operation()) {
            let described = described(self.contract(), response);
            let lists = described.iter().filter(|it| it.is_list());
            let lists: Vec<&Pointer> = lists.map(|it| &it.place).collect();
            let at = |kind, place| self.at(Some(response.status), kind, place, Change::Behaviour);
            for place in &lists {
                found.push(at(Kind::ItemMissing, place));
                found.push(at(Kind::ItemDoubled, place));
            }
            let outer = lists.iter().min_by_key(|it| it.tokens().count());
            let paged = outer.filter(|_| page_parameter(self.operation()).is_some());
            found.extend(paged.map(|place| at(Kind::PageOverlap, place)));
        }
        found
    }

    /// Fields of what is sent that an answer has a place for. What no answer has a place for nobody can
    /// miss.
    fn fields(&self) -> Vec<Mutant> {
        let makes = matches!(
            self.rules.nature(self.operation),
            Nature::Create | Nature::Update
        );
        let Some(body) = self.operation().request_body.as_ref().filter(|_| makes) else {
            return Vec::new();
        };
        let mut found: Vec<Mutant> = Vec::new();
        for schema in body.content.iter().filter_map(|it| it.schema.as_ref()) {
            for described in places(self.contract(), schema) {
                let name = described.name().filter(|_| described.is_leaf());
                if name.is_some_and(|it| self.rules.readable.contains(&it)) {
                    let place = &described.place;
                    let mutant = self.at(None, Kind::FieldNotStored, place, Change::Behaviour);
                    found.push(mutant);
                }
            }
        }
        found
    }

    /// What identifies a thing, in what says that it was made, or how it is.
    fn ids(&self) -> Vec<Mutant> {
        let path = plain_path(self.operation());
        let own = self.contract().lifecycle_at(path);
        let variable = own.map_or("id", |it| it.variable);
        let names = names_of_identifier(variable);
        let mut found = Vec::new();
        for response in successes(self.operation()) {
            let described = described(self.contract(), response);
            if let Some(place) = identifier(&described, &names) {
                let status = Some(response.status);
                found.push(self.at(status, Kind::WrongId, place, Change::Behaviour));
            }
        }
        found
    }

    fn doors(&self, recordings: &[Recording]) -> Option<Mutant> {
        let demands = self.operation().demands_credentials();
        let caller = welcome(recordings, self.operation).filter(|_| demands)?;
        Some(self.whole(Kind::AuthNotDemanded, Change::LetThrough(caller)))
    }
}

/// Somebody who was let in.
fn welcome(recordings: &[Recording], operation: usize) -> Option<Arc<Caller>> {
    let mut all = recordings.iter().flat_map(|it| it.of_operation(operation));
    all.find_map(|it| {
        it.exchange
            .request
            .caller
            .clone()
            .filter(|_| it.is_success())
    })
}

/// The answers that say that all went well.
fn successes(operation: &Operation) -> impl Iterator<Item = &Response> {
    operation
        .responses
        .iter()
        .filter(|it| is_success(it.status))
}

fn is_success(status: StatusPattern) -> bool {
    match status {
        StatusPattern::Exact(status) => (200..300).contains(&status),
        StatusPattern::Class(digit) => digit == 2,
        StatusPattern::Default => false,
    }
}

/// The places of the bodies of an answer, each once.
fn described<'c>(contract: &'c Contract, response: &'c Response) -> Vec<Described<'c>> {
    let schemas = response.content.iter().filter_map(|it| it.schema.as_ref());
    let mut seen = BTreeSet::new();
    let all = schemas.flat_map(|it| places(contract, it));
    all.filter(|it| seen.insert(it.place.clone())).collect()
}

/// The place of what identifies a thing: its own member, or one of a member that holds it.
fn identifier<'d>(described: &'d [Described<'_>], names: &[String]) -> Option<&'d Pointer> {
    let root = Pointer::root();
    let holders = HOLDERS.iter().map(|it| root.join(it));
    let outers: Vec<Pointer> = [root.clone()].into_iter().chain(holders).collect();
    outers.iter().find_map(|outer| {
        names.iter().find_map(|name| {
            let wanted = outer.join(name);
            let found = described
                .iter()
                .find(|it| it.place == wanted && it.is_leaf());
            found.map(|it| &it.place)
        })
    })
}

/// The names of all members that some operation which reads has in its answer.
pub(super) fn readable(contract: &Contract) -> BTreeSet<String> {
    let reads = |it: &&Operation| Nature::of(contract, it) == Nature::Read;
    let answers = contract.operations.iter().filter(reads).flat_map(successes);
    let places = answers.flat_map(|it| described(contract, it));
    places.filter_map(|it| it.name()).collect()
}
