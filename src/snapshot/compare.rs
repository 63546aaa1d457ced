//! A flow's text beside the one that was approved.

use super::SnapshotChange;
use crate::diff;

/// What a text came to, compared with the approved body; none when nothing changed.
///
/// The end of both is trimmed and line breaks are made alike, as insta does when it reads a file: what
/// an editor or a checkout may change on its own is no change.
pub fn compare(approved: Option<&str>, body: &str) -> Option<SnapshotChange> {
    let Some(approved) = approved else {
        return Some(SnapshotChange::New);
    };
    let (approved, body) = (approved.trim_end(), body.trim_end());
    if approved == body {
        return None;
    }
    let approved = approved.replace("\r\n", "\n");
    if approved == body {
        return None;
    }
    // Each line has its end, so that the last one looks like any other.
    let lines = diff::lines(&(approved + "\n"), &format!("{body}\n"));
    Some(SnapshotChange::Changed(lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::LineKind;

    #[test]
    fn equal_texts_are_no_change() {
        assert_eq!(compare(Some("a\nb"), "a\nb\n"), None);
        assert_eq!(compare(Some("a\r\nb\r\n"), "a\nb"), None);
    }

    #[test]
    fn a_text_without_an_approved_one_is_new() {
        assert_eq!(compare(None, ""), Some(SnapshotChange::New));
    }

    #[test]
    fn different_texts_show_their_lines() {
        for approved in ["a\nb\n", "a\r\nb\r\n"] {
            let Some(SnapshotChange::Changed(hunks)) = compare(Some(approved), "a\nc\n") else {
                panic!("a change was expected");
            };
            let lines: Vec<_> = hunks
                .iter()
                .flat_map(|it| &it.lines)
                .map(|it| (it.kind, it.text.as_str()))
                .collect();
            let expected = [
                (LineKind::Equal, "a"),
                (LineKind::Removed, "b"),
                (LineKind::Added, "c"),
            ];
            assert_eq!(lines, expected);
        }
        assert!(matches!(
            compare(Some(""), "a"),
            Some(SnapshotChange::Changed(_))
        ));
    }
}
