//! A review under way: what there is to decide on, what is in view, what was decided.
//!
//! This is the part of a review that a terminal has nothing to do with: [`Review`] takes one [`Key`] after
//! the other and changes; [`screen`] draws it. Nothing is written here, and nothing is decided but by a
//! key that says so. What is decided is carried out by whoever began the review, when it is over.

mod keys;
pub mod screen;
mod state;

pub use keys::{Key, Wish};
pub use state::{Mode, Review, Verdict};

use std::collections::BTreeMap;

use crate::change::{ChangeClass, FlowChange};

/// A flow that is reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewedFlow {
    /// Its name, such as `api::workflow`.
    pub name: String,
    /// The file that it is written in, when that is known.
    pub source: Option<String>,
    /// What has changed.
    pub change: FlowChange,
}

/// The same change in many places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewGroup {
    /// What it is, in a few words.
    pub title: String,
    /// What kind of change it is.
    pub class: ChangeClass,
    /// Where it is, in the order of the flows.
    pub places: Vec<ChangeAt>,
}

/// A change, by the numbers of its flow and its own in that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangeAt {
    /// The number of the flow.
    pub flow: usize,
    /// The number of the change in it.
    pub change: usize,
}

/// The changes of all flows, the same ones together, the gravest first.
///
/// A flow that has no approved snapshot yet is one group: its steps are no news by themselves.
pub fn groups(flows: &[ReviewedFlow]) -> Vec<ReviewGroup> {
    let mut groups: BTreeMap<String, ReviewGroup> = BTreeMap::new();
    for (flow, it) in flows.iter().enumerate() {
        for (change, one) in it.change.changes.iter().enumerate() {
            let is_new = it.change.approved.is_none();
            let class = one.judgement.class;
            let (name, title) = if is_new {
                (
                    format!("new {flow} {class:?}"),
                    format!("new flow {}", it.name),
                )
            } else {
                (one.group(), one.title.clone())
            };
            let place = ChangeAt { flow, change };
            let group = groups.entry(name).or_insert_with(|| ReviewGroup {
                title,
                class,
                places: Vec::new(),
            });
            group.places.push(place);
        }
    }
    let mut groups: Vec<ReviewGroup> = groups.into_values().collect();
    groups.sort_by(|left, right| {
        let key = |it: &ReviewGroup| (it.class, std::cmp::Reverse(it.places.len()));
        key(left)
            .cmp(&key(right))
            .then_with(|| left.title.cmp(&right.title))
    });
    groups
}

#[cfg(test)]
mod tests;
