//! A snapshot that waits for a decision, beside the one that was approved.

use super::file::{FileState, SnapshotFile, name_of, render_file};
use super::{SnapshotChange, compare};

/// A snapshot that waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// What was written.
    pub file: SnapshotFile,
    /// In what it differs from the approved one; none where it does no longer.
    pub change: Option<SnapshotChange>,
    /// Whether another text was approved since it was written: what it was compared with is gone, so
    /// that approving it would undo somebody's decision.
    pub is_stale: bool,
}

impl Pending {
    /// A pending file beside the approved one, when there is one.
    pub fn new(file: SnapshotFile, approved: Option<&SnapshotFile>) -> Self {
        let approved = approved.map(|it| it.body.as_str());
        let change = compare(approved, &file.body);
        let beside = file.beside.as_ref();
        // What another tool wrote does not say what it was compared with.
        let is_stale = beside.is_some_and(|it| *it != name_of(approved));
        Self {
            is_stale: is_stale && change.is_some(),
            file,
            change,
        }
    }

    /// The text of the file that approving it writes.
    pub fn approved_file(&self) -> String {
        let field = |field: &Option<String>| field.clone().unwrap_or_default();
        render_file(
            &field(&self.file.source),
            &field(&self.file.expression),
            &field(&self.file.description),
            &self.file.body,
            FileState::Approved,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::parse_file;

    fn text(body: &str, state: FileState<'_>) -> String {
        render_file("specs/a/b.arazzo.yaml", "a::b", "About b", body, state)
    }

    fn read(text: &str) -> SnapshotFile {
        parse_file(text).expect("a snapshot")
    }

    #[test]
    fn what_is_approved_is_what_would_have_been_written() {
        let pending = read(&text("new", FileState::Pending(Some("old"))));
        let approved = read(&text("old", FileState::Approved));
        let waiting = Pending::new(pending, Some(&approved));
        assert!(!waiting.is_stale);
        assert!(matches!(waiting.change, Some(SnapshotChange::Changed(_))));
        assert_eq!(waiting.approved_file(), text("new", FileState::Approved));
    }

    #[test]
    fn what_was_compared_with_another_text_is_stale() {
        let state = |beside, now: Option<&str>| {
            let pending = read(&text("new", FileState::Pending(beside)));
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
        let mut pending = read(&text("new", FileState::Pending(None)));
        pending.beside = None;
        let approved = read(&text("old", FileState::Approved));
        assert!(!Pending::new(pending, Some(&approved)).is_stale);
    }
}
