//! The texts that findings point into, each once in a record.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::source::Location;

/// A text that places of a record are in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceLine<'s> {
    path: Cow<'s, str>,
    /// Empty where its lines are not to be shown.
    text: Cow<'s, str>,
}

/// A place in one of the texts before it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordedPlace {
    /// The number of the text, from 0.
    source: usize,
    line: u32,
    column: u32,
    start: usize,
    end: usize,
}

/// Numbers texts while they are written.
#[derive(Debug, Default)]
pub(super) struct SourceTable {
    /// By path, and whether the lines may be shown: within one run a path has one text.
    numbers: BTreeMap<(Arc<str>, bool), usize>,
    /// Those that were not written yet.
    fresh: Vec<(Arc<str>, Arc<str>)>,
}

impl SourceTable {
    /// A place, with its text noted.
    pub(super) fn place(&mut self, location: &Location) -> RecordedPlace {
        let key = (Arc::clone(&location.path), location.text.is_empty());
        let next = self.numbers.len();
        let source = *self.numbers.entry(key).or_insert_with(|| {
            let known = (Arc::clone(&location.path), Arc::clone(&location.text));
            self.fresh.push(known);
            next
        });
        RecordedPlace {
            source,
            line: location.line,
            column: location.column,
            start: location.span.start,
            end: location.span.end,
        }
    }

    /// Takes the texts that were noted since the last time.
    pub(super) fn take_fresh(&mut self) -> Vec<(Arc<str>, Arc<str>)> {
        std::mem::take(&mut self.fresh)
    }
}

impl<'s> SourceLine<'s> {
    pub(super) fn new(path: &'s str, text: &'s str) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }
}

/// The texts of a record while it is read.
#[derive(Debug, Default)]
pub(super) struct Sources(Vec<(Arc<str>, Arc<str>)>);

impl Sources {
    pub(super) fn add(&mut self, line: &SourceLine<'_>) {
        let known = (Arc::from(line.path.as_ref()), Arc::from(line.text.as_ref()));
        self.0.push(known);
    }

    /// The place, when there is such a text and the place is in it.
    pub(super) fn location(&self, place: &RecordedPlace) -> Option<Location> {
        let (path, text) = self.0.get(place.source)?;
        let is_inside = text.is_empty() || text.get(place.start..place.end).is_some();
        is_inside.then(|| Location {
            path: Arc::clone(path),
            line: place.line,
            column: place.column,
            span: place.start..place.end,
            text: Arc::clone(text),
        })
    }
}
