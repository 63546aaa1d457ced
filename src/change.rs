//! What has changed since a snapshot was approved: place by place, judged by the contract, grouped, and
//! taken over one by one.
//!
//! [`FlowChange`] compares two texts of a flow. Each [`Change`] in it is one place, and gets its
//! [`Judgement`] from whoever knows: [`judge()`] asks the contract and the findings of the run, a pending
//! file has written down what was said then. The same change in many places has one [`Change::group`].
//! Nothing here reads a disk or decides what is approved.

mod align;
mod class;
mod decision;
mod draft;
mod judge;
mod pending;
mod place;
mod title;
mod waive;

pub use align::CHANGES_MAX;
pub use class::{CLASSES, ChangeClass, ChangePolicy, Consequence};
pub use decision::{
    Choice, Decision, Decisions, FlowDecisions, RuleDecision, Settlement, VolatileDraft,
};
pub use judge::judge;
pub use pending::{Note, Pending};
pub use place::ChangePlace;
pub use waive::waive;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use align::{Alignment, Difference, Token};

use crate::diff::Hunk;
use crate::json::Pointer;
use crate::snapshot::{self, SnapshotChange};

/// What has changed in a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowChange {
    /// The lines that differ.
    pub lines: SnapshotChange,
    /// The text that was approved; none where there is none.
    pub approved: Option<String>,
    /// The target in whose layer that stands; none where it is approved for all.
    pub layer: Option<String>,
    /// The text of now.
    pub now: String,
    /// What has changed, in the order of the text.
    pub changes: Vec<Change>,
    /// What of its answers breaks the contract, wherever it stands: an answer that does is not approved
    /// unless somebody insists.
    pub breaches: Vec<Judgement>,
}

/// One place at which a flow answered otherwise than approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// A name that tells it from the other changes of its flow, and is the same wherever both texts are.
    pub id: String,
    /// The step; empty where the flow was not taken apart.
    pub step: String,
    /// The number of the step in the text of now, where it is in it.
    pub record: Option<usize>,
    /// The place in the step.
    pub place: ChangePlace,
    /// In what way it has changed.
    pub kind: ChangeKind,
    /// What was approved there, as it is shown.
    pub old: Option<String>,
    /// What is there now, as it is shown.
    pub new: Option<String>,
    /// What it is, in a few words: `total`: integer -> string.
    pub title: String,
    /// What is said of it.
    pub judgement: Judgement,
    /// The command that sends the step's request again, as far as it is known.
    pub asked: Option<String>,
    /// Whether somebody has rejected it, and the flow waits for the decision on its other changes.
    pub is_rejected: bool,
}

/// In what way something has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there.
    Added,
    /// It is not there any more.
    Removed,
    /// It is something else.
    Changed,
    /// It has another name; this was the old one, as it is shown.
    Renamed(String),
    /// It has the same elements in another order.
    Reordered,
}

/// What is said of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// What kind of change it is.
    pub class: ChangeClass,
    /// The line of the contract that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractLine>,
    /// The same place by its name, which stays where lines move: of the schema, the header or the answer, else
    /// of the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<Pointer>,
    /// Why, in a sentence without a full stop.
    pub why: String,
}

/// A place in a contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ContractLine {
    /// The file, as it is shown.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
}

impl std::fmt::Display for ContractLine {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl ChangeKind {
    /// Its name in documents.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renamed(_) => "renamed",
            Self::Reordered => "reordered",
        }
    }
}

impl Judgement {
    fn none() -> Self {
        Self {
            class: ChangeClass::Unjudged,
            contract: None,
            promise: None,
            why: "nobody has judged it by the contract".to_owned(),
        }
    }
}

impl FlowChange {
    /// What differs between the approved text and that of now, not judged yet; none when nothing does.
    pub fn between(approved: Option<&str>, now: &str) -> Option<Self> {
        let lines = snapshot::compare(approved, now)?;
        let unified = |text: &str| text.trim_end().replace("\r\n", "\n");
        let approved = approved.map(unified);
        let now = unified(now);
        let alignment = Alignment::of(approved.as_deref(), &now);
        let mut seen = BTreeMap::new();
        let changes = alignment.differences.iter();
        let changes = changes.map(|it| Change::of(it, &mut seen)).collect();
        Some(Self {
            lines,
            approved,
            layer: None,
            now,
            changes,
            breaches: Vec::new(),
        })
    }

    /// The text in which those changes are taken over for which `is_taken` says so, by their numbers.
    /// Empty when there was none and nothing is taken over.
    pub fn merge(&self, is_taken: &dyn Fn(usize) -> bool) -> String {
        let mut all = 0..self.changes.len();
        if all.clone().all(is_taken) {
            return self.now.clone();
        }
        if !all.any(is_taken) {
            return self.approved.clone().unwrap_or_default();
        }
        Alignment::of(self.approved.as_deref(), &self.now).merge(is_taken)
    }

    /// The lines in which one change alone shows.
    pub fn lines_of(&self, change: usize) -> Vec<Hunk> {
        let alignment = Alignment::of(self.approved.as_deref(), &self.now);
        self.lines_in(&alignment, change)
    }

    /// The same for every change, in their order; each when it is asked for.
    pub fn lines_of_each(&self) -> impl Iterator<Item = Vec<Hunk>> {
        let alignment = Alignment::of(self.approved.as_deref(), &self.now);
        (0..self.changes.len()).map(move |change| self.lines_in(&alignment, change))
    }

    fn lines_in(&self, alignment: &Alignment, change: usize) -> Vec<Hunk> {
        let new = alignment.merge(&|it| it == change);
        match snapshot::compare(Some(self.approved.as_deref().unwrap_or_default()), &new) {
            Some(SnapshotChange::Changed(hunks)) => hunks,
            Some(SnapshotChange::New) | None => Vec::new(),
        }
    }

    /// What the gravest of its changes makes of the flow. One that nobody has approved yet needs review at
    /// least, whatever the policy.
    pub fn consequence(&self, policy: &ChangePolicy) -> Consequence {
        let each = self.changes.iter();
        let gravest = each.map(|it| policy.of(it.judgement.class)).max();
        let least = match self.approved {
            Some(_) => Consequence::Pass,
            None => Consequence::Review,
        };
        gravest.map_or(Consequence::Review, |it| it.max(least))
    }

    /// The choices that accept every change but those that were rejected before.
    pub fn all_accepted(&self) -> Vec<Option<Choice>> {
        let choice = |it: &Change| {
            if it.is_rejected {
                Choice::Reject
            } else {
                Choice::Accept
            }
        };
        self.changes.iter().map(choice).map(Some).collect()
    }

    /// What breaks the contract and is approved with these choices, in the order of the changes: that of
    /// a change that is accepted; and as soon as anything is accepted, what is broken where nothing has
    /// changed.
    pub fn approved_breach(&self, choices: &[Option<Choice>]) -> Option<&Judgement> {
        let pairs = self.changes.iter().zip(choices);
        let mut accepted = pairs.filter(|(_, choice)| **choice == Some(Choice::Accept));
        let breaking = accepted
            .clone()
            .map(|(change, _)| &change.judgement)
            .find(|it| it.class == ChangeClass::Breaking);
        let elsewhere = self.breach_elsewhere();
        breaking.or(elsewhere.filter(|_| accepted.next().is_some()))
    }

    /// What breaks the contract, and is no change.
    pub fn breach_elsewhere(&self) -> Option<&Judgement> {
        let is_change =
            |it: &&Judgement| self.changes.iter().any(|change| change.judgement == **it);
        self.breaches.iter().find(|it| !is_change(it))
    }

    /// Whether approving all of it approves an answer that breaks the contract.
    pub fn breaks(&self) -> bool {
        let breaks = |it: &Change| it.judgement.class == ChangeClass::Breaking;
        !self.breaches.is_empty() || self.changes.iter().any(breaks)
    }
}

impl Change {
    fn of(difference: &Difference, seen: &mut BTreeMap<String, usize>) -> Self {
        let (step, rest) = match difference.path.split_first() {
            Some((Token::Name(step), rest)) => (step.clone(), rest),
            _ => (String::new(), [].as_slice()),
        };
        let place = ChangePlace::of(rest);
        let shown = |part: &Option<snapshot::text::Part>| {
            let is_step = place == ChangePlace::Step;
            let text = |it: &snapshot::text::Part| if is_step { it.step_text() } else { it.text() };
            part.as_ref().map(text)
        };
        let (old, new) = (shown(&difference.old), shown(&difference.new));
        let title = title::of(difference, &place, &step);
        // Where in a list it stands does not count: taking over another change may move it.
        let what = (&step, place.pattern().to_string(), difference.kind.id());
        let name = snapshot::digest(&format!("{what:?} {old:?} {new:?}"));
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        let id = match *count {
            1 => name,
            more => format!("{name}.{more}"),
        };
        Self {
            id,
            step,
            record: difference.step,
            place,
            kind: difference.kind.clone(),
            old,
            new,
            title,
            judgement: Judgement::none(),
            asked: None,
            is_rejected: false,
        }
    }

    /// A name that the same change has in every place and flow: what it is, and what is said of it.
    pub fn group(&self) -> String {
        let Judgement {
            class, contract, ..
        } = &self.judgement;
        // A value that is cut in the title is part of what it is.
        let rest = self.title.contains('…').then_some((&self.old, &self.new));
        snapshot::digest(&format!("{:?} {rest:?} {class:?} {contract:?}", self.title))
    }
}

#[cfg(test)]
mod tests;
