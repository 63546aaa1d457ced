//! Where secrets stand in a text: they are looked for together in all their forms, by few searches, so that the
//! time hangs on the text's length and hardly on their number. Encoders differ in what they escape, so escapes
//! are undone and not foreseen, but only around what may be the middle of a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use memchr::memmem;

use super::forms::{self, Mixed};
use super::placeholder::{Name, around};
use super::view::{Escape, View};
use super::{ESCAPE_BYTES_MAX, VALUE_BYTES_MAX, VALUE_BYTES_MIN, is_number};

/// How many kinds of escapes may stand within one another.
const NESTED_MAX: usize = 2;

/// So many values are looked for by one search that tells at once whether there is one at all: each has
/// dozens of patterns.
const AT_ONCE_MAX: usize = 4;
/// How many patterns one of the library's searches for that takes.
const PATTERNS_MAX: usize = 64;
/// Of how many searches on they are joined to fewer: more would take longer than what they spare.
const SEARCHES_MAX: usize = 8;
/// So many values are looked for by one other search; of more a search has at least twice as many as the next.
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
    /// Values that are looked for in the whole text with its escapes undone.
    anywhere: Vec<String>,
}

/// A search for some values at once.
struct Search {
    values: Vec<String>,
    /// A first look; not there where the values are too many for it.
    first: Option<FirstLook>,
    /// Tells where. It takes long to make, and most searches never find one: made for the first that does.
    places: OnceLock<Places>,
}

/// Tells many times as fast whether a pattern is there at all, and in most texts none is. A part of a value
/// may be a common word, so that it is looked for by itself.
struct FirstLook {
    forms: Vec<Searcher>,
    /// Not there where no value has an anchor.
    anchors: Option<Searcher>,
}

/// Where values stand, by the patterns that are looked for: each with the place of its value and its role.
enum Places {
    /// So few that each is looked for by itself, which takes no time to make.
    Apart(Vec<(memmem::Finder<'static>, usize, Role)>),
    /// All at once.
    Together(AhoCorasick, Vec<(usize, Role)>),
}

/// What a pattern is for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A form of it.
    Form,
    /// A part of it, around which the rest may be escaped.
    Anchor,
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
        if forms::mixed(value) == Mixed::Anywhere {
            self.anywhere.push(value.to_owned());
        }
        self.waiting.push(value.to_owned());
    }

    /// The length of the begin of a secret with which a text ends, and what that is called. A quote may
    /// stand behind it.
    pub(super) fn begin_of_one(&self, text: &str) -> Option<(usize, &Name)> {
        let first = text.len().saturating_sub(VALUE_BYTES_MAX);
        let quote = usize::from(text.ends_with('"'));
        let ended = &text[..text.len() - quote];
        let starts = ended.char_indices().map(|(at, _)| at);
        let mut starts = starts.filter(|at| *at >= first && ended.len() - at >= VALUE_BYTES_MIN);
        starts.find_map(|at| {
            let begin = ended[at..].replace("\\\"", "\"").replace("\\\\", "\\");
            let (value, name) = self.names.range(begin.clone()..).next()?;
            // The quote stays where it is.
            value.starts_with(&begin).then_some((text.len() - at, name))
        })
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
        let is_crowded = self.searches.len() >= SEARCHES_MAX;
        let joins = |last: &Search, new: usize| {
            let own = last.values.len();
            own + new <= AT_ONCE_MAX || is_crowded && own <= new.max(TOGETHER_MIN)
        };
        while let Some(last) = self.searches.pop_if(|it| joins(it, values.len())) {
            values.extend(last.values);
        }
        // Many that come at once are no reason for a slow search.
        let room = SEARCHES_MAX - self.searches.len().min(SEARCHES_MAX);
        let together = if values.len() <= AT_ONCE_MAX * room {
            AT_ONCE_MAX
        } else {
            values.len()
        };
        while !values.is_empty() {
            let rest = values.split_off(values.len().min(together));
            self.searches.push(Search::of(values));
            values = rest;
        }
    }

    /// Where they stand, in order, none within another.
    pub(super) fn find(&self, bytes: &[u8]) -> Vec<Sight> {
        let mut sights = Vec::new();
        for search in &self.searches {
            self.look(search, bytes, &mut sights);
        }
        if !self.anywhere.is_empty() {
            let values: Vec<&str> = self.anywhere.iter().map(String::as_str).collect();
            self.look_behind(bytes, (&values, &|at| at), (0, &mut sights));
        }
        // A name may hold what is secret elsewhere; it stands there because it is shown.
        sights.retain(|it| {
            around(bytes, it.start, it.end).is_none_or(|name| !self.known.contains(&name))
        });
        joined(sights)
    }

    /// Looks for the forms of values, and around their anchors.
    fn look(&self, search: &Search, bytes: &[u8], sights: &mut Vec<Sight>) {
        let look = search.first.as_ref();
        let is_there = |it: &Searcher| it.find(bytes).is_some();
        let has_forms = look.is_none_or(|it| it.forms.iter().any(is_there));
        let has_anchors = look.is_none_or(|it| it.anchors.iter().any(is_there));
        if !has_forms && !has_anchors {
            return;
        }
        let mut anchors = Vec::new();
        // By their values: what covers a part of another one says nothing of that.
        let mut forms = BTreeSet::new();
        let places = search
            .places
            .get_or_init(|| Places::of(&search.values, look.is_some()));
        places.each((bytes, has_forms), |(start, end), owner, role| {
            let value = &search.values[owner];
            match role {
                Role::Anchor => anchors.push((start, end, owner)),
                Role::Form => {
                    if let Some(sight) = self.sight(bytes, (start, end), value) {
                        sights.push(sight);
                        forms.insert((owner, start, end));
                    }
                }
            }
        });
        for (start, end, owner) in anchors {
            let mut before = forms.range((owner, 0, 0)..=(owner, start, usize::MAX));
            if before.next_back().is_some_and(|it| end <= it.2) {
                continue;
            }
            let value = &search.values[owner];
            let reach = value.len() * ESCAPE_BYTES_MAX;
            let from = start.saturating_sub(reach);
            let window = &bytes[from..(end + reach).min(bytes.len())];
            self.look_behind(window, (&[value], &|at| from + at), (0, sights));
        }
    }

    fn sight(&self, bytes: &[u8], (start, end): (usize, usize), value: &str) -> Option<Sight> {
        let is_number = is_number(value) && end - start == value.len();
        if is_number && is_within_number(bytes, start, end) {
            return None;
        }
        Some(Sight {
            start,
            end,
            name: self.names[value].clone(),
            is_number: is_number && is_bare(bytes, start, end),
        })
    }

    /// Looks for values behind the escapes of a text, and behind those that then show.
    fn look_behind(
        &self,
        bytes: &[u8],
        (values, place): (&[&str], &dyn Fn(usize) -> usize),
        (depth, sights): (usize, &mut Vec<Sight>),
    ) {
        for escape in Escape::ALL {
            if escape == Escape::Form && !values.iter().any(|it| it.contains(' ')) {
                continue;
            }
            let Some(view) = View::of(escape, bytes) else {
                continue;
            };
            let place = |at: usize| place(view.place(at));
            for value in values {
                let found = memmem::find_iter(&view.bytes, value);
                sights.extend(found.map(|at| Sight {
                    start: place(at),
                    end: place(at + value.len()),
                    name: self.names[*value].clone(),
                    is_number: false,
                }));
            }
            if depth + 1 < NESTED_MAX {
                self.look_behind(&view.bytes, (values, &place), (depth + 1, sights));
            }
        }
    }
}

impl Search {
    fn of(values: Vec<String>) -> Self {
        let is_few = values.len() <= AT_ONCE_MAX;
        Self {
            first: is_few.then(|| FirstLook::at(&values)).flatten(),
            values,
            places: OnceLock::new(),
        }
    }
}

impl FirstLook {
    /// None where the library has no such search for the patterns, or on this machine.
    fn at(values: &[String]) -> Option<Self> {
        let (texts, roles) = patterns(values);
        let of = |wanted: Role| -> Vec<&String> {
            let all = texts.iter().zip(&roles);
            all.filter(|(_, (_, role))| *role == wanted)
                .map(|(text, _)| text)
                .collect()
        };
        let forms = of(Role::Form);
        let forms = forms.chunks(PATTERNS_MAX).map(Searcher::new);
        let anchors = of(Role::Anchor);
        Some(Self {
            forms: forms.collect::<Option<_>>()?,
            anchors: match anchors.as_slice() {
                [] => None,
                some => Some(Searcher::new(some)?),
            },
        })
    }
}

impl Places {
    fn of(values: &[String], is_few: bool) -> Self {
        let (texts, patterns) = patterns(values);
        if is_few {
            let all = texts.iter().zip(patterns);
            let finders = all.map(|(text, (owner, role))| {
                let finder = memmem::Finder::new(text.as_bytes()).into_owned();
                (finder, owner, role)
            });
            return Self::Apart(finders.collect());
        }
        // The fastest one to search with takes ten times as long to make, for secrets that come one by one.
        let mut builder = AhoCorasick::builder();
        let built = builder
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(texts);
        // Better no text than one with a secret.
        let automaton = built.expect("the number and the length of the values are limited");
        Self::Together(automaton, patterns)
    }

    /// Calls for each place of a pattern, also of those that overlap; where no form is there, none is
    /// looked for.
    fn each(
        &self,
        (bytes, has_forms): (&[u8], bool),
        mut call: impl FnMut((usize, usize), usize, Role),
    ) {
        match self {
            Self::Apart(finders) => {
                let is_wanted = |role: Role| has_forms || role == Role::Anchor;
                for (finder, owner, role) in finders.iter().filter(|it| is_wanted(it.2)) {
                    let mut from = 0;
                    while let Some(at) = finder.find(&bytes[from..]) {
                        let start = from + at;
                        call((start, start + finder.needle().len()), *owner, *role);
                        from = start + 1;
                    }
                }
            }
            Self::Together(automaton, patterns) => {
                for found in automaton.find_overlapping_iter(bytes) {
                    let (owner, role) = patterns[found.pattern().as_usize()];
                    call((found.start(), found.end()), owner, role);
                }
            }
        }
    }
}

/// The texts that are looked for, and what each is.
fn patterns(values: &[String]) -> (Vec<String>, Vec<(usize, Role)>) {
    let (mut texts, mut patterns) = (Vec::new(), Vec::new());
    for (owner, value) in values.iter().enumerate() {
        for form in forms::of(value) {
            texts.push(form);
            patterns.push((owner, Role::Form));
        }
        if let Mixed::Around(anchor) = forms::mixed(value) {
            texts.push(anchor.to_owned());
            patterns.push((owner, Role::Anchor));
        }
    }
    (texts, patterns)
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

#[cfg(test)]
mod tests;
