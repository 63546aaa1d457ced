//! What has changed since the snapshot was approved, as JSON: all that a review needs, the texts included.

use serde::Serialize;

use crate::change::{Change, ChangePlace, ContractLine, FlowChange};
use crate::diff::{Hunk, LineKind};
use crate::snapshot::{SnapshotChange, text_name};

/// How many changes of one flow come with their lines; of the others the whole text tells.
const WITH_LINES_MAX: usize = 100;

#[derive(Serialize)]
pub(super) struct SnapshotObject<'c> {
    state: &'static str,
    approved: Option<String>,
    layer: Option<&'c str>,
    now: String,
    text: &'c str,
    source: &'c str,
    about: &'c str,
    changes: Vec<ChangeObject<'c>>,
    hunks: Vec<HunkObject>,
}

#[derive(Serialize)]
struct ChangeObject<'c> {
    id: &'c str,
    group: String,
    title: &'c str,
    step: &'c str,
    place: PlaceObject<'c>,
    kind: &'static str,
    class: &'static str,
    old: Option<&'c str>,
    new: Option<&'c str>,
    contract: Option<&'c ContractLine>,
    why: &'c str,
    hunks: Vec<HunkObject>,
}

#[derive(Serialize)]
#[serde(tag = "in", rename_all = "lowercase")]
enum PlaceObject<'c> {
    Step,
    Request,
    Status,
    Header { name: &'c str },
    Body { pointer: &'c str },
}

#[derive(Serialize)]
struct HunkObject {
    old_start: usize,
    new_start: usize,
    lines: Vec<LineObject>,
}

#[derive(Serialize)]
struct LineObject {
    kind: &'static str,
    text: String,
    terminated: bool,
}

impl<'c> SnapshotObject<'c> {
    pub(super) fn of(change: &'c FlowChange, (source, about): (&'c str, &'c str)) -> Self {
        // Of those that come after the first, the whole text tells.
        let lines = change.lines_of_each().take(WITH_LINES_MAX);
        let lines = lines.chain(std::iter::repeat(Vec::new()));
        let changes = change.changes.iter().zip(lines);
        let hunks = match &change.lines {
            SnapshotChange::New => Vec::new(),
            SnapshotChange::Changed(hunks) => hunks.iter().map(HunkObject::of).collect(),
        };
        Self {
            state: if change.approved.is_some() {
                "changed"
            } else {
                "new"
            },
            approved: change.approved.as_deref().map(text_name),
            layer: change.layer.as_deref(),
            now: text_name(&change.now),
            text: &change.now,
            source,
            about,
            changes: changes
                .map(|(it, lines)| ChangeObject::of(it, &lines))
                .collect(),
            hunks,
        }
    }
}

impl<'c> ChangeObject<'c> {
    fn of(change: &'c Change, lines: &[Hunk]) -> Self {
        Self {
            id: &change.id,
            group: change.group(),
            title: &change.title,
            step: &change.step,
            place: PlaceObject::of(&change.place),
            kind: change.kind.id(),
            class: change.judgement.class.id(),
            old: change.old.as_deref(),
            new: change.new.as_deref(),
            contract: change.judgement.contract.as_ref(),
            why: &change.judgement.why,
            hunks: lines.iter().map(HunkObject::of).collect(),
        }
    }
}

impl<'c> PlaceObject<'c> {
    fn of(place: &'c ChangePlace) -> Self {
        match place {
            ChangePlace::Step => Self::Step,
            ChangePlace::Request => Self::Request,
            ChangePlace::Status => Self::Status,
            ChangePlace::Header { name } => Self::Header { name },
            ChangePlace::Body { pointer, .. } => Self::Body {
                pointer: pointer.as_str(),
            },
        }
    }
}

impl HunkObject {
    fn of(hunk: &Hunk) -> Self {
        let lines = hunk.lines.iter().map(|line| LineObject {
            kind: match line.kind {
                LineKind::Equal => "equal",
                LineKind::Removed => "removed",
                LineKind::Added => "added",
            },
            text: line.text.clone(),
            terminated: line.terminated,
        });
        Self {
            old_start: hunk.old_start,
            new_start: hunk.new_start,
            lines: lines.collect(),
        }
    }
}
