//! The texts of snapshots, each once in a record: a flow that is played a thousand times says the same each time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// How much text is remembered while a record is written, in bytes; what comes after that stands as often as it came.
const REMEMBERED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A text that cases after it have come to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct SnapshotLine<'s>(Cow<'s, str>);

/// Numbers texts while they are written.
#[derive(Debug, Default)]
pub(super) struct SnapshotTable {
    numbers: BTreeMap<String, usize>,
    /// How many stand in the record.
    written: usize,
    bytes: usize,
}

impl SnapshotTable {
    /// The number of a text, with its line where it is not in the record yet.
    pub(super) fn number<'s>(&mut self, text: &'s str) -> (usize, Option<SnapshotLine<'s>>) {
        if let Some(number) = self.numbers.get(text) {
            return (*number, None);
        }
        let number = self.written;
        self.written += 1;
        if self.bytes + text.len() <= REMEMBERED_BYTES_MAX {
            self.bytes += text.len();
            self.numbers.insert(text.to_owned(), number);
        }
        (number, Some(SnapshotLine(Cow::Borrowed(text))))
    }
}

/// The texts of a record while it is read.
#[derive(Debug, Default)]
pub(super) struct Snapshots(Vec<Arc<str>>);

impl Snapshots {
    pub(super) fn add(&mut self, line: SnapshotLine<'_>) {
        self.0.push(Arc::from(line.0));
    }

    pub(super) fn get(&self, number: usize) -> Option<Arc<str>> {
        self.0.get(number).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stands_once_and_too_much_of_it_is_not_remembered() {
        let mut table = SnapshotTable::default();
        let mut number = |text: &str| {
            let (number, line) = table.number(text);
            (number, line.is_some())
        };
        assert_eq!(number("a"), (0, true));
        assert_eq!(number("b"), (1, true));
        assert_eq!(number("a"), (0, false));
        let large = "c".repeat(REMEMBERED_BYTES_MAX);
        assert_eq!(number(&large), (2, true));
        assert_eq!(number(&large), (3, true));
        assert_eq!(number("b"), (1, false));
    }
}
