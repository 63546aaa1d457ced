//! A snapshot that waits for a decision, beside the one that was approved.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FlowChange, Judgement};
use crate::snapshot::{FileState, SnapshotFile, approved_name, render_file};

/// A snapshot that waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// What was written.
    pub file: SnapshotFile,
    /// In what it differs from the approved one; none where it does no longer.
    pub change: Option<FlowChange>,
    /// Whether another text was approved since it was written: what it was compared with is gone, so
    /// that approving it would undo somebody's decision.
    pub is_stale: bool,
}

/// A line in the head of a pending file: what was said of its changes when it was written.
///
/// The changes themselves are not written down: they are what the two texts differ in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// What was said of a change.
    Judged {
        /// The change.
        change: String,
        /// What was said.
        judgement: Judgement,
    },
    /// What of the answers breaks the contract.
    Breaks(Judgement),
    /// How a step with changes is asked again.
    Asked {
        /// The step.
        step: String,
        /// The command.
        curl: String,
    },
    /// A change that was rejected while others of its flow were left.
    Rejected(String),
    /// The target that answered, by its name.
    Target(String),
}

/// How long a command is kept that sends a request again, in bytes.
const ASKED_BYTES_MAX: usize = 8 * 1024;

impl Note {
    /// What is written of a change in a flow.
    pub fn of(change: &FlowChange) -> Vec<String> {
        let breaches = change.breaches.iter().cloned().map(Self::Breaks);
        let judged = change.changes.iter().map(|it| Self::Judged {
            change: it.id.clone(),
            judgement: it.judgement.clone(),
        });
        let asked = change.changes.iter().filter_map(|it| {
            let curl = it.asked.clone().filter(|it| it.len() <= ASKED_BYTES_MAX)?;
            Some((it.step.clone(), curl))
        });
        let asked: BTreeMap<String, String> = asked.collect();
        let asked = asked.into_iter();
        let asked = asked.map(|(step, curl)| Self::Asked { step, curl });
        let notes = breaches.chain(judged).chain(asked);
        notes.map(|it| it.text()).collect()
    }

    /// The target that answered, where it was noted.
    pub fn target(notes: &[String]) -> Option<String> {
        let notes = notes.iter().filter_map(|it| serde_json::from_str(it).ok());
        notes.into_iter().find_map(|it| match it {
            Self::Target(target) => Some(target),
            _ => None,
        })
    }

    /// The line.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Pending {
    /// A pending file beside the approved one, when there is one.
    pub fn new(file: SnapshotFile, approved: Option<&SnapshotFile>) -> Self {
        let approved = approved.map(|it| it.body.as_str());
        let mut change = FlowChange::between(approved, &file.body);
        if let Some(change) = &mut change {
            change.take_notes(&file.notes);
        }
        let beside = file.beside.as_ref();
        // What another tool wrote does not say what it was compared with.
        let is_stale = beside.is_some_and(|it| *it != approved_name(approved));
        Self {
            is_stale: is_stale && change.is_some(),
            file,
            change,
        }
    }

    /// The text of the file in which a text of the flow is approved.
    pub fn approved_file(&self, body: &str) -> String {
        self.render(body, FileState::Approved)
    }

    /// The text of the file that waits on, beside the text that is approved by then, with the names of
    /// the changes that were rejected.
    pub fn pending_file(&self, approved: Option<&str>, rejected: &[&str]) -> String {
        let mut notes = self.file.notes.clone();
        for change in rejected {
            let note = Note::Rejected((*change).to_owned()).text();
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        let notes = &notes;
        let state = FileState::Pending { approved, notes };
        self.render(&self.file.body, state)
    }

    fn render(&self, body: &str, state: FileState<'_>) -> String {
        let field = |field: &Option<String>| field.clone().unwrap_or_default();
        render_file(
            &field(&self.file.source),
            &field(&self.file.expression),
            &field(&self.file.description),
            body,
            state,
        )
    }
}

impl FlowChange {
    /// Puts what was written down to the changes that it was said of. A line that is no note is another
    /// tool's comment.
    pub fn take_notes(&mut self, notes: &[String]) {
        for note in notes.iter().filter_map(|it| serde_json::from_str(it).ok()) {
            match note {
                Note::Target(_) => {}
                Note::Breaks(judgement) => self.breaches.push(judgement),
                Note::Asked { step, curl } => {
                    for it in self.changes.iter_mut().filter(|it| it.step == step) {
                        it.asked = Some(curl.clone());
                    }
                }
                Note::Rejected(change) => {
                    if let Some(found) = self.changes.iter_mut().find(|it| it.id == change) {
                        found.is_rejected = true;
                    }
                }
                Note::Judged { change, judgement } => {
                    if let Some(found) = self.changes.iter_mut().find(|it| it.id == change) {
                        found.judgement = judgement;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{ChangeClass, ContractLine};
    use crate::snapshot::{SnapshotChange, parse_file};

    fn text(body: &str, state: FileState<'_>) -> String {
        render_file("specs/a/b.arazzo.yaml", "a::b", "About b", body, state)
    }

    fn waiting(body: &str, approved: Option<&str>, notes: &[String]) -> String {
        text(body, FileState::Pending { approved, notes })
    }

    fn read(text: &str) -> SnapshotFile {
        parse_file(text).expect("a snapshot")
    }

    #[test]
    fn what_is_approved_is_what_would_have_been_written() {
        let pending = read(&waiting("new", Some("old"), &[]));
        let approved = read(&text("old", FileState::Approved));
        let pending = Pending::new(pending, Some(&approved));
        assert!(!pending.is_stale);
        let change = pending.change.as_ref().expect("a change");
        assert!(matches!(change.lines, SnapshotChange::Changed(_)));
        let file = pending.approved_file(&change.now);
        assert_eq!(file, text("new", FileState::Approved));
    }

    #[test]
    fn what_was_compared_with_another_text_is_stale() {
        let state = |beside, now: Option<&str>| {
            let pending = read(&waiting("new", beside, &[]));
            let approved = now.map(|body| read(&text(body, FileState::Approved)));
            let waiting = Pending::new(pending, approved.as_ref());
            (waiting.change.is_some(), waiting.is_stale)
        };
        assert_eq!(state(None, None), (true, false));
        assert_eq!(state(Some("old\n"), Some("old")), (true, false));
        assert_eq!(state(None, Some("old")), (true, true));
        assert_eq!(state(Some("old"), None), (true, true));
        assert_eq!(state(Some("old"), Some("other")), (true, true));
        assert_eq!(
            state(Some("old"), Some("new")),
            (false, false),
            "it is settled"
        );
    }

    #[test]
    fn what_another_tool_wrote_is_taken_as_it_is() {
        let mut pending = read(&waiting("new", None, &["a comment".to_owned()]));
        pending.beside = None;
        let approved = read(&text("old", FileState::Approved));
        let pending = Pending::new(pending, Some(&approved));
        assert!(!pending.is_stale);
        let change = pending.change.expect("a change");
        assert_eq!(change.changes[0].judgement.class, ChangeClass::Unjudged);
        assert!(!change.breaks());
    }

    #[test]
    fn the_target_that_answered_is_read_again() {
        let notes = vec![
            "a comment".to_owned(),
            Note::Target("a \"b\"".to_owned()).text(),
        ];
        let pending = read(&waiting("new", Some("old"), &notes));
        assert_eq!(Note::target(&pending.notes).as_deref(), Some("a \"b\""));
        let pending = Pending::new(pending, None);
        let again = read(&pending.pending_file(None, &[]));
        assert_eq!(Note::target(&again.notes).as_deref(), Some("a \"b\""));
        assert_eq!(Note::target(&notes[..1]), None);
    }

    #[test]
    fn what_was_said_is_read_again() {
        let (old, new) = ("# a\nGET /\n\n200\n\n1", "# a\nGET /\n\n200\n\n\"1\"");
        let mut change = FlowChange::between(Some(old), new).expect("a change");
        let judgement = Judgement {
            class: ChangeClass::Breaking,
            contract: Some(ContractLine {
                file: "specs/a/openapi.yaml".to_owned(),
                line: 9,
                column: 3,
            }),
            promise: crate::json::Pointer::parse("/components/schemas/A~1b").ok(),
            why: "a line\nof hostile\u{1b}text".to_owned(),
        };
        change.changes[0].judgement = judgement.clone();
        change.changes[0].asked = Some("curl http://h/".to_owned());
        change.breaches = vec![judgement];
        let pending = read(&waiting(new, Some(old), &Note::of(&change)));
        let approved = read(&text(old, FileState::Approved));
        let pending = Pending::new(pending, Some(&approved));
        assert_eq!(pending.change, Some(change));
        let again = read(&pending.pending_file(Some(old), &[]));
        assert_eq!(again, pending.file);
    }
}
