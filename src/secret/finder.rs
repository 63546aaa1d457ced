//! Where secrets stand in a text: all of them are looked for at once, in the text as it is and with its
//! escapes undone, so that the time hangs on the text's length alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::placeholder::{Name, around};
use super::view::{Escape, View};
use super::{forms, is_number};

/// How many kinds of escapes may stand within one another.
const NESTED_MAX: usize = 2;

/// So many values are looked for by one search; of more a search has at least twice as many as the next.
const TOGETHER_MIN: usize = 16;

/// A place where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// The first byte.
    pub start: usize,
    /// The byte behind the last one.
    pub end: usize,
    /// What it is called.
    pub name: Name,
    /// Whether a number stands here that no quotes surround, so that a text would break the syntax.
    is_number: bool,
}

impl Sight {
    /// What stands in its place. A number is replaced by one.
    pub fn placeholder(&self) -> String {
        if self.is_number {
            "0".to_owned()
        } else {
            self.name.placeholder()
        }
    }
}

/// All that is looked for.
#[derive(Default)]
pub(super) struct Finder {
    names: BTreeMap<String, Name>,
    known: BTreeSet<Name>,
    /// What no search looks for yet.
    waiting: Vec<String>,
    searches: Vec<Search>,
    /// Whether a blank stands in some value, so that `+` may be one.
    has_blank: bool,
}

/// A search for some values at once.
struct Search {
    values: Vec<String>,
    automaton: AhoCorasick,
    /// Whose form each pattern is.
    owners: Vec<usize>,
}

impl fmt::Debug for Finder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} values", self.len())
    }
}

impl Finder {
    /// How many values are looked for.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// What a value is called, when it is looked for.
    pub(super) fn name_of(&self, value: &str) -> Option<&Name> {
        self.names.get(value)
    }

    /// Looks for one more. Of several names for one value the first in their order stays, whoever came
    /// first.
    pub(super) fn add(&mut self, name: &Name, value: &str) {
        self.known.insert(name.clone());
        if let Some(held) = self.names.get_mut(value) {
            *held = name.clone().min(held.clone());
            return;
        }
        self.names.insert(value.to_owned(), name.clone());
        self.has_blank |= value.contains(' ');
        self.waiting.push(value.to_owned());
    }

    /// Whether all that is known is looked for.
    pub(super) fn is_built(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Makes the searches for what has come since.
    pub(super) fn build(&mut self) {
        let mut values = std::mem::take(&mut self.waiting);
        if values.is_empty() {
            return;
        }
        let few = |it: &mut Search, all: usize| it.values.len() <= all.max(TOGETHER_MIN);
        while let Some(last) = self.searches.pop_if(|it| few(it, values.len())) {
            values.extend(last.values);
        }
        self.searches.extend(Search::of(values));
    }

    /// Where they stand, in order, none within another.
    pub(super) fn find(&self, bytes: &[u8]) -> Vec<Sight> {
        let mut sights = Vec::new();
        self.look(bytes, &|at| at, &mut sights);
        self.look_behind(bytes, &|at| at, (0, &mut sights));
        // A name may hold what is secret elsewhere; it stands there because it is shown.
        sights.retain(|it| {
            around(bytes, it.start, it.end).is_none_or(|name| !self.known.contains(&name))
        });
        for sight in &mut sights {
            sight.is_number = sight.is_number && is_bare(bytes, sight.start, sight.end);
        }
        joined(sights)
    }

    /// Looks behind the escapes of a text, and behind those that then show.
    fn look_behind(
        &self,
        bytes: &[u8],
        place: &dyn Fn(usize) -> usize,
        (depth, sights): (usize, &mut Vec<Sight>),
    ) {
        for escape in Escape::ALL {
            if escape == Escape::Form && !self.has_blank {
                continue;
            }
            let Some(view) = View::of(escape, bytes) else {
                continue;
            };
            let place = |at: usize| place(view.place(at));
            self.look(&view.bytes, &place, sights);
            if depth + 1 < NESTED_MAX {
                self.look_behind(&view.bytes, &place, (depth + 1, sights));
            }
        }
    }

    fn look(&self, bytes: &[u8], place: &dyn Fn(usize) -> usize, sights: &mut Vec<Sight>) {
        for search in &self.searches {
            for found in search.automaton.find_iter(bytes) {
                let value = &search.values[search.owners[found.pattern().as_usize()]];
                let is_number = is_number(value) && found.len() == value.len();
                let (start, end) = (found.start(), found.end());
                if is_number && is_within_number(bytes, start, end) {
                    continue;
                }
                sights.push(Sight {
                    start: place(start),
                    end: place(end),
                    name: self.names[value].clone(),
                    is_number,
                });
            }
        }
    }
}

impl Search {
    /// None where the patterns are more than fit together, which their limits rule out.
    fn of(values: Vec<String>) -> Option<Self> {
        let (mut patterns, mut owners) = (Vec::new(), Vec::new());
        for (owner, value) in values.iter().enumerate() {
            for form in forms::of(value) {
                patterns.push(form);
                owners.push(owner);
            }
        }
        let mut builder = AhoCorasick::builder();
        // The fastest one to search with takes ten times as long to make, for secrets that come one by one.
        let built = builder
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns);
        Some(Self {
            values,
            automaton: built.ok()?,
            owners,
        })
    }
}

/// Whether more digits stand around a number: then it is another one.
fn is_within_number(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    is_digit(start.checked_sub(1)) || is_digit(Some(end))
}

/// Whether what stands here has no quotes around it, and may be a number of JSON or YAML.
fn is_bare(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_blank = |it: &&u8| matches!(it, b' ' | b'\t' | b'\r' | b'\n');
    let before = bytes[..start].iter().rev().find(|it| !is_blank(it));
    let behind = bytes[end..].iter().find(|it| !is_blank(it));
    before.is_some_and(|it| b":,[".contains(it))
        && behind.is_none_or(|it| b",]}".contains(it) || !it.is_ascii_punctuation())
}

/// In order, and those that overlap as one, by the name of the longest.
fn joined(mut sights: Vec<Sight>) -> Vec<Sight> {
    sights.sort_by(|one, other| {
        let order = one.start.cmp(&other.start);
        order
            .then(other.end.cmp(&one.end))
            .then(one.name.cmp(&other.name))
    });
    let mut all: Vec<Sight> = Vec::with_capacity(sights.len());
    let mut longest = 0;
    for sight in sights {
        let length = sight.end - sight.start;
        match all.last_mut() {
            Some(last) if sight.start < last.end => {
                if length > longest {
                    (last.name, longest) = (sight.name, length);
                }
                last.is_number &= sight.is_number;
                last.end = last.end.max(sight.end);
            }
            _ => {
                longest = length;
                all.push(sight);
            }
        }
    }
    all
}
