//! Two texts of a flow side by side: where they differ, and the text in between that has taken over
//! some of the changes and not others.

use std::collections::{BTreeMap, BTreeSet};

use super::ChangeKind;
use super::place::unquoted;
use crate::diff::{self, Run};
use crate::snapshot::text::Part;
use crate::snapshot::without_names;

/// How many changes of one flow are told apart; a flow with more has changed as a whole.
pub const CHANGES_MAX: usize = 1_000;

/// How many pairs of elements are looked at to find those that belong together.
const PAIRS_MAX: usize = 250_000;

/// A name or a number on the way to a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// The name of a member, as it is shown.
    Name(String),
    /// The number of an element.
    Index(usize),
}

/// A difference at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// The way to it: in the new text where it stands in both; none for the whole text.
    pub(super) path: Vec<Token>,
    /// For a step, its number in the new text, where it is in it.
    pub(super) step: Option<usize>,
    pub(super) kind: ChangeKind,
    pub(super) old: Option<Part>,
    pub(super) new: Option<Part>,
}

/// Two texts side by side.
#[derive(Debug)]
pub(super) struct Alignment {
    root: Aligned,
    /// What differs, in the order of the text; a place in it is the number of the change.
    pub(super) differences: Vec<Difference>,
}

/// Two parts side by side. Numbers are those of changes.
#[derive(Debug)]
enum Aligned {
    Same(Part),
    Other(Part, Part, usize),
    Elements(Vec<Item>),
    Members(Vec<(String, Item)>, Order),
}

/// In which order members stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// As they were played.
    Played,
    /// By their names.
    Named,
}

/// What stands in a list.
#[derive(Debug)]
enum Item {
    Both(Aligned),
    Gone(Part, usize),
    New(Part, usize),
    Renamed(Part, (String, Part), usize),
}

impl Alignment {
    /// Lays the text that was approved, if any, beside the one of now.
    pub(super) fn of(approved: Option<&str>, now: &str) -> Self {
        let old = approved.map_or_else(|| Some(Part::Members(Vec::new())), Part::of_flow);
        if let (Some(old), Some(new)) = (old, Part::of_flow(now)) {
            let mut walk = Walk::default();
            let root = walk.members(old.members(), new.members());
            if walk.differences.len() <= CHANGES_MAX {
                let differences = walk.differences;
                return Self { root, differences };
            }
        }
        let leaf = |text: &str| Part::Leaf(text.trim_end().to_owned());
        let (old, new) = (leaf(approved.unwrap_or_default()), leaf(now));
        let mut walk = Walk::default();
        let root = walk.other(&old, &new, ChangeKind::Changed);
        let differences = walk.differences;
        Self { root, differences }
    }

    /// The text that has the changes for which `is_taken` says so.
    pub(super) fn merge(&self, is_taken: &dyn Fn(usize) -> bool) -> String {
        self.root.merge(is_taken).flow_text()
    }
}

impl Aligned {
    /// As deep as the texts, which the reader bounds.
    fn merge(&self, is_taken: &dyn Fn(usize) -> bool) -> Part {
        match self {
            Self::Same(part) => part.clone(),
            Self::Other(old, new, change) => if is_taken(*change) { new } else { old }.clone(),
            Self::Elements(items) => {
                let items = items.iter().filter_map(|it| it.merge("", is_taken));
                Part::Elements(items.map(|(_, part)| part).collect())
            }
            Self::Members(items, order) => {
                let items = items.iter();
                let merged = items.filter_map(|(name, it)| it.merge(name, is_taken));
                let mut members: Vec<(String, Part)> = merged.collect();
                if *order == Order::Named {
                    members.sort_by_cached_key(|(name, _)| unquoted(name));
                }
                Part::Members(members)
            }
        }
    }
}

impl Item {
    fn merge(&self, name: &str, is_taken: &dyn Fn(usize) -> bool) -> Option<(String, Part)> {
        let (name, part) = match self {
            Self::Both(aligned) => (name, aligned.merge(is_taken)),
            Self::Gone(part, change) => {
                return (!is_taken(*change)).then(|| (name.to_owned(), part.clone()));
            }
            Self::New(part, change) => {
                return is_taken(*change).then(|| (name.to_owned(), part.clone()));
            }
            Self::Renamed(_, (name, part), change) if is_taken(*change) => {
                (name.as_str(), part.clone())
            }
            Self::Renamed(part, _, _) => (name, part.clone()),
        };
        Some((name.to_owned(), part))
    }
}

/// The way through two texts.
#[derive(Debug, Default)]
struct Walk {
    path: Vec<Token>,
    step: Option<usize>,
    differences: Vec<Difference>,
}

/// Where a member stands: its place among the old ones, among the new ones.
type Pair = (Option<usize>, Option<usize>);

impl Walk {
    fn tell(&mut self, kind: ChangeKind, old: Option<&Part>, new: Option<&Part>) -> usize {
        self.differences.push(Difference {
            path: self.path.clone(),
            step: self.step,
            kind,
            old: old.cloned(),
            new: new.cloned(),
        });
        self.differences.len() - 1
    }

    fn other(&mut self, old: &Part, new: &Part, kind: ChangeKind) -> Aligned {
        let change = self.tell(kind, Some(old), Some(new));
        Aligned::Other(old.clone(), new.clone(), change)
    }

    fn part(&mut self, old: &Part, new: &Part) -> Aligned {
        match (old, new) {
            // It has changed as a whole, and how is not looked at any more.
            _ if self.differences.len() > CHANGES_MAX => Aligned::Same(new.clone()),
            _ if old == new => Aligned::Same(old.clone()),
            (Part::Members(old), Part::Members(new)) if !self.is_other_step(old, new) => {
                self.members(old, new)
            }
            (Part::Elements(old), Part::Elements(new)) => self.elements(old, new),
            _ => self.other(old, new, ChangeKind::Changed),
        }
    }

    /// Whether a step came to something else: parts of a step do not stand without the others.
    fn is_other_step(&self, old: &[(String, Part)], new: &[(String, Part)]) -> bool {
        let names = |members: &[(String, Part)]| -> Vec<String> {
            members.iter().map(|(name, _)| name.clone()).collect()
        };
        self.path.len() == 1 && names(old) != names(new)
    }

    fn within<T>(&mut self, token: Token, act: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(token);
        let done = act(self);
        self.path.pop();
        done
    }

    fn members(&mut self, old: &[(String, Part)], new: &[(String, Part)]) -> Aligned {
        let mut items = Vec::new();
        let are_steps = self.path.is_empty();
        for pair in pairs(old, new) {
            if self.differences.len() > CHANGES_MAX {
                break;
            }
            let (before, after) = (pair.0.map(|it| &old[it]), pair.1.map(|it| &new[it]));
            if are_steps {
                self.step = pair.1;
            }
            let Some((name, _)) = after.or(before) else {
                continue;
            };
            let item = self.within(Token::Name(name.clone()), |walk| match (before, after) {
                (Some((was, old)), Some((name, new))) if was != name => {
                    let kind = ChangeKind::Renamed(was.clone());
                    let change = walk.tell(kind, Some(old), Some(new));
                    Item::Renamed(old.clone(), (name.clone(), new.clone()), change)
                }
                (Some((_, old)), Some((_, new))) => Item::Both(walk.part(old, new)),
                (old, new) => walk.single(old.map(|it| &it.1), new.map(|it| &it.1)),
            });
            let name = before.or(after).map(|(name, _)| name.clone());
            items.push((name.unwrap_or_default(), item));
        }
        // Steps, and the parts of a step, stand as they were played.
        let order = if self.path.len() < 2 {
            Order::Played
        } else {
            Order::Named
        };
        Aligned::Members(items, order)
    }

    /// What stands in one of the texts alone.
    fn single(&mut self, old: Option<&Part>, new: Option<&Part>) -> Item {
        match (old, new) {
            (Some(old), _) => {
                let change = self.tell(ChangeKind::Removed, Some(old), None);
                Item::Gone(old.clone(), change)
            }
            (None, new) => {
                let change = self.tell(ChangeKind::Added, None, new);
                let empty = || Part::Members(Vec::new());
                Item::New(new.cloned().unwrap_or_else(empty), change)
            }
        }
    }

    fn elements(&mut self, old: &[Part], new: &[Part]) -> Aligned {
        let sorted = |parts: &[Part]| {
            let mut parts = parts.to_vec();
            parts.sort_unstable();
            parts
        };
        if old.len() == new.len() && sorted(old) == sorted(new) {
            let (old, new) = (old.to_vec(), new.to_vec());
            return self.other(
                &Part::Elements(old),
                &Part::Elements(new),
                ChangeKind::Reordered,
            );
        }
        let mut items = Vec::new();
        for run in diff::align(old, new) {
            match run {
                Run::Same(range, _) => {
                    let same = old[range].iter().cloned();
                    items.extend(same.map(|it| Item::Both(Aligned::Same(it))));
                }
                Run::Other(old_range, new_range) => {
                    let (first_old, first_new) = (old_range.start, new_range.start);
                    for (before, after) in matches(&old[old_range], &new[new_range]) {
                        if self.differences.len() > CHANGES_MAX {
                            break;
                        }
                        let before = before.map(|it| first_old + it);
                        let after = after.map(|it| first_new + it);
                        let index = after.or(before).unwrap_or_default();
                        let (before, after) = (before.map(|it| &old[it]), after.map(|it| &new[it]));
                        items.push(self.within(Token::Index(index), |walk| {
                            match (before, after) {
                                (Some(old), Some(new)) => Item::Both(walk.part(old, new)),
                                (old, new) => walk.single(old, new),
                            }
                        }));
                    }
                }
            }
        }
        Aligned::Elements(items)
    }
}

/// Which members belong together: those of one name, and those that were only renamed.
fn pairs(old: &[(String, Part)], new: &[(String, Part)]) -> Vec<Pair> {
    let names = |members: &[(String, Part)]| -> Vec<String> {
        members.iter().map(|(name, _)| name.clone()).collect()
    };
    let mut pairs = Vec::new();
    for run in diff::align(&names(old), &names(new)) {
        match run {
            Run::Same(old, new) => pairs.extend(old.zip(new).map(|(it, to)| (Some(it), Some(to)))),
            Run::Other(old, new) => {
                pairs.extend(old.map(|it| (Some(it), None)));
                pairs.extend(new.map(|it| (None, Some(it))));
            }
        }
    }
    let renamed = renamed(old, new, &pairs);
    if renamed.is_empty() {
        return pairs;
    }
    let gone: BTreeSet<usize> = renamed.values().copied().collect();
    let pairs = pairs.into_iter().filter_map(|pair| match pair {
        (Some(from), None) if gone.contains(&from) => None,
        (None, Some(to)) => Some((renamed.get(&to).copied(), Some(to))),
        other => Some(other),
    });
    pairs.collect()
}

/// Members that are gone and stand there under another name, the old by the new: the value is the same
/// and no other one's; or there is one of each alone, and both are symbols of one kind, which are named
/// after their members.
fn renamed(
    old: &[(String, Part)],
    new: &[(String, Part)],
    pairs: &[Pair],
) -> BTreeMap<usize, usize> {
    let gone: Vec<usize> = pairs
        .iter()
        .filter_map(|it| it.0.filter(|_| it.1.is_none()))
        .collect();
    let come: Vec<usize> = pairs
        .iter()
        .filter_map(|it| it.1.filter(|_| it.0.is_none()))
        .collect();
    if let ([from], [to]) = (gone.as_slice(), come.as_slice())
        && let (Part::Leaf(before), Part::Leaf(after)) = (&old[*from].1, &new[*to].1)
        && without_names(before).is_some_and(|it| Some(it) == without_names(after))
    {
        return BTreeMap::from([(*to, *from)]);
    }
    let mut by_value: BTreeMap<&Part, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for from in gone {
        by_value.entry(&old[from].1).or_default().0.push(from);
    }
    for to in come {
        by_value.entry(&new[to].1).or_default().1.push(to);
    }
    let alone = |it: (Vec<usize>, Vec<usize>)| match (it.0.as_slice(), it.1.as_slice()) {
        ([from], [to]) => Some((*to, *from)),
        _ => None,
    };
    by_value.into_values().filter_map(alone).collect()
}

/// Which elements belong together where others stand in their place: all, when there are as many; else
/// those that have most of their members in common, in their order.
fn matches(old: &[Part], new: &[Part]) -> Vec<Pair> {
    let both = old.len().min(new.len());
    if old.len() == new.len() || old.len().saturating_mul(new.len()) > PAIRS_MAX {
        let rest = (both..old.len()).map(|it| (Some(it), None));
        let more = (both..new.len()).map(|it| (None, Some(it)));
        let pairs = (0..both).map(|it| (Some(it), Some(it)));
        return pairs.chain(rest).chain(more).collect();
    }
    let mut pairs = Vec::new();
    let mut next = 0;
    for (to, part) in new.iter().enumerate() {
        match (next..old.len()).find(|from| are_alike(&old[*from], part)) {
            Some(from) => {
                pairs.extend((next..from).map(|it| (Some(it), None)));
                pairs.push((Some(from), Some(to)));
                next = from + 1;
            }
            None => pairs.push((None, Some(to))),
        }
    }
    pairs.extend((next..old.len()).map(|it| (Some(it), None)));
    pairs
}

fn are_alike(old: &Part, new: &Part) -> bool {
    let (old, new) = (old.members(), new.members());
    let common = old.iter().filter(|it| new.contains(it)).count();
    common > 0 && common * 2 >= old.len().max(new.len())
}

#[cfg(test)]
mod tests;
