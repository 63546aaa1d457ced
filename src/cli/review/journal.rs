//! The decisions of a review under way, kept so that neither a crash nor a closed terminal loses any.
//!
//! `.countersign/review.json` holds them as a document of decisions. It is written after every one, and
//! gone when the review is over.

use std::path::PathBuf;

use crate::change::{Decisions, FlowDecisions};
use crate::cli::settings::Settings;
use crate::review::{ChangeAt, Review, Verdict};
use crate::shell::files::{self, FileError};

fn path(settings: &Settings) -> PathBuf {
    settings
        .directory
        .join(files::OWN_FOLDER)
        .join("review.json")
}

/// The decisions of a review, flow by flow; flows without any are left out.
pub(super) fn decisions(review: &Review) -> Vec<FlowDecisions> {
    let flows = review.flows().iter().enumerate();
    let flows = flows.map(|(flow, it)| {
        let mut decisions = it.change.decisions(&it.name, &review.choices(flow));
        // The texts are where they are.
        decisions.text = None;
        decisions.rules = review.rules_of(flow);
        decisions
    });
    let is_decided = |it: &FlowDecisions| !(it.decisions.is_empty() && it.rules.is_empty());
    flows.filter(is_decided).collect()
}

/// Keeps what has been decided so far.
pub(super) fn keep(settings: &Settings, review: &Review) -> Result<(), FileError> {
    let document = Decisions::new([others(settings, review), decisions(review)].concat());
    let text = serde_json::to_string(&document).unwrap_or_default();
    files::own_folder(&settings.directory)?;
    files::store(&path(settings), text.as_bytes())
}

/// Takes over what was decided before on the same texts; how many decisions that were.
pub(super) fn restore(settings: &Settings, review: &mut Review) -> usize {
    let journal = read(settings);
    let mut restored = Vec::new();
    for (flow, it) in review.flows().iter().enumerate() {
        let kept = journal.iter().find(|kept| kept.flow == it.name);
        let Some((kept, choices)) =
            kept.and_then(|kept| Some((kept, kept.choices(&it.change).ok()?)))
        else {
            continue;
        };
        for (change, choice) in choices.into_iter().enumerate() {
            let at = ChangeAt { flow, change };
            restored.extend(choice.map(|choice| (at, Verdict::Chosen(choice))));
            let own = &it.change.changes[change].id;
            let rule = kept.rules.iter().find(|it| it.change == *own);
            restored.extend(rule.map(|it| (at, Verdict::Volatile(it.rule.clone()))));
        }
    }
    let count = restored.len();
    for (at, verdict) in restored {
        review.restore(at, verdict);
    }
    count
}

/// What is in the journal. One that cannot be read holds nothing that could be taken over.
fn read(settings: &Settings) -> Vec<FlowDecisions> {
    let text = files::load_text(&path(settings), super::DECISIONS_BYTES_MAX);
    let document = text.ok().and_then(|it| Decisions::parse(&it).ok());
    document.map_or_else(Vec::new, |it| it.flows)
}

/// The decisions of other reviews in the journal.
fn others(settings: &Settings, review: &Review) -> Vec<FlowDecisions> {
    let flows = read(settings);
    let is_own = |it: &FlowDecisions| review.flows().iter().any(|own| own.name == it.flow);
    flows.into_iter().filter(|it| !is_own(it)).collect()
}

/// Forgets the decisions of a review; those of others stay.
pub(super) fn forget(settings: &Settings, review: &Review) -> Result<(), FileError> {
    let others = others(settings, review);
    if others.is_empty() {
        return files::remove(&path(settings)).map(|_| ());
    }
    let text = serde_json::to_string(&Decisions::new(others)).unwrap_or_default();
    files::store(&path(settings), text.as_bytes())
}
