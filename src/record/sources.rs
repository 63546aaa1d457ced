//! The texts that findings point into, each once in a record.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::source::{Location, Text};

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
pub(super) struct Sources(Vec<Text>);

impl Sources {
    pub(super) fn add(&mut self, line: &SourceLine<'_>) {
        self.0.push(Text::new(&line.path, line.text.to_string()));
    }

    /// The place, when there is such a text. A secret that stood in the text is hidden in the record, and what
    /// follows stands elsewhere: such a place has no lines to show.
    pub(super) fn location(&self, place: &RecordedPlace) -> Option<Location> {
        let span = place.start..place.end;
        let found = self.0.get(place.source)?.location(span.clone());
        let is_it = (found.line, found.column) == (place.line, place.column) && found.span == span;
        Some(if is_it {
            found
        } else {
            let (line, column) = (place.line, place.column);
            let told = Location {
                line,
                column,
                span,
                ..found
            };
            told.without_text()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_behind_a_hidden_secret_keeps_its_numbers_and_shows_no_lines() {
        let mut table = SourceTable::default();
        let written = Text::new(
            "a.yaml",
            "token: s3cret-of-all\nname: é\nsize: 1\n".to_owned(),
        );
        let before = written.location(0..5);
        let behind = written.location(28..32);
        let last = written.location(31..39);
        let places = [&before, &behind, &last].map(|it| table.place(it));
        let read = |hidden: &str| {
            let mut sources = Sources::default();
            for (path, text) in table.fresh.clone() {
                let text = text.replace("s3cret-of-all", hidden);
                sources.add(&SourceLine::new(&path, &text));
            }
            places
                .clone()
                .map(|it| sources.location(&it).expect("a text"))
        };
        let told = |it: &Location| (it.line, it.column, it.span.clone());
        let same = read("s3cret-of-all");
        for (place, original) in same.iter().zip([&before, &behind, &last]) {
            assert_eq!((told(place), &place.text), (told(original), &original.text));
        }
        for hidden in ["[x]", "[hidden: the token of all]"] {
            let changed = read(hidden);
            let [first, rest @ ..] = &changed;
            assert_eq!(told(first), told(&before));
            assert!(!first.text.is_empty());
            for (place, original) in rest.iter().zip([&behind, &last]) {
                assert_eq!(told(place), told(original));
                assert_eq!(&*place.text, "");
            }
        }
        let mut beyond = places[0].clone();
        beyond.source = 1;
        assert!(Sources::default().location(&beyond).is_none());
    }
}
