//! What is in view and what was decided.

use std::collections::BTreeMap;

use super::keys::Wish;
use super::{ChangeAt, ReviewGroup, ReviewedFlow, groups};
use crate::change::{Change, ChangeClass, Choice, RuleDecision, VolatileDraft};

/// How long a filter may be, in characters.
pub(super) const FILTER_CHARS_MAX: usize = 100;

/// What was decided on a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken over, or not.
    Chosen(Choice),
    /// Its value changes from run to run: a rule says so from now on.
    Volatile(VolatileDraft),
}

/// What the keys are for at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Looking and deciding.
    Browse,
    /// Writing the filter.
    Filter,
    /// Reading what the keys mean.
    Help,
    /// Asked whether what breaks the contract is really to be taken over, in these places.
    Breaking(Vec<ChangeAt>),
    /// Asked whether all that is left is to be decided on at once.
    Everything(Verdict),
    /// Asked which rule to make.
    Volatile(Vec<VolatileDraft>),
    /// Asked what becomes of the decisions.
    Quit,
}

/// A review under way.
#[derive(Debug)]
pub struct Review {
    flows: Vec<ReviewedFlow>,
    groups: Vec<ReviewGroup>,
    decided: BTreeMap<ChangeAt, Verdict>,
    /// What was decided on the places of each decision before it, the last at the end.
    undone: Vec<Vec<(ChangeAt, Option<Verdict>)>>,
    group: usize,
    place: usize,
    /// The lines that are scrolled out of view above.
    pub(super) offset: usize,
    pub(super) mode: Mode,
    pub(super) filter: String,
    pub(super) side_by_side: bool,
    pub(super) shows_places: bool,
    /// What is to be told, for one key.
    pub(super) message: String,
}

impl Review {
    /// A review of flows.
    pub fn new(flows: Vec<ReviewedFlow>) -> Self {
        let groups = groups(&flows);
        let mut decided = BTreeMap::new();
        for (flow, it) in flows.iter().enumerate() {
            let changes = it.change.changes.iter().enumerate();
            let rejected = changes.filter(|(_, it)| it.is_rejected);
            let rejected = rejected.map(|(change, _)| ChangeAt { flow, change });
            decided.extend(rejected.map(|at| (at, Verdict::Chosen(Choice::Reject))));
        }
        Self {
            flows,
            groups,
            decided,
            undone: Vec::new(),
            group: 0,
            place: 0,
            offset: 0,
            mode: Mode::Browse,
            filter: String::new(),
            side_by_side: false,
            shows_places: false,
            message: String::new(),
        }
    }

    /// What is reviewed.
    pub fn flows(&self) -> &[ReviewedFlow] {
        &self.flows
    }

    /// The change at a place.
    pub fn change(&self, at: ChangeAt) -> &Change {
        &self.flows[at.flow].change.changes[at.change]
    }

    /// What was decided on a change.
    pub fn verdict(&self, at: ChangeAt) -> Option<&Verdict> {
        self.decided.get(&at)
    }

    /// What is chosen for each change of a flow, in their order. A change that becomes a rule is left
    /// open: the flow has to be played again with it.
    pub fn choices(&self, flow: usize) -> Vec<Option<Choice>> {
        let changes = 0..self.flows[flow].change.changes.len();
        let choice = |change| match self.verdict(ChangeAt { flow, change }) {
            Some(Verdict::Chosen(choice)) => Some(*choice),
            Some(Verdict::Volatile(_)) | None => None,
        };
        changes.map(choice).collect()
    }

    /// The rules that are to be written, with a change that each is made for.
    pub fn rules(&self) -> impl Iterator<Item = (ChangeAt, &VolatileDraft)> {
        self.decided.iter().filter_map(|(at, it)| match it {
            Verdict::Volatile(rule) => Some((*at, rule)),
            Verdict::Chosen(_) => None,
        })
    }

    /// The rules that are to be written for the changes of a flow, as they are carried elsewhere.
    pub fn rules_of(&self, flow: usize) -> Vec<RuleDecision> {
        let own = self.rules().filter(|(at, _)| at.flow == flow);
        own.map(|(at, rule)| RuleDecision {
            change: self.change(at).id.clone(),
            rule: rule.clone(),
        })
        .collect()
    }

    /// Takes over a decision of an earlier review of the same texts.
    pub fn restore(&mut self, at: ChangeAt, verdict: Verdict) {
        self.decided.insert(at, verdict);
    }

    /// Tells something, until the next key.
    pub fn tell(&mut self, message: String) {
        self.message = message;
    }

    /// How many changes there are, and how many of them are decided on.
    pub fn progress(&self) -> (usize, usize) {
        let all = self.flows.iter().map(|it| it.change.changes.len()).sum();
        (all, self.decided.len())
    }

    /// The groups that the filter lets through.
    pub(super) fn shown(&self) -> Vec<&ReviewGroup> {
        let word = self.filter.to_lowercase();
        let is_shown = |group: &&ReviewGroup| {
            let flows = group.places.iter().map(|it| &self.flows[it.flow].name);
            let class = group.class.words();
            let mut texts = [group.title.as_str(), class, group.class.id()]
                .into_iter()
                .chain(flows.map(String::as_str));
            word.is_empty() || texts.any(|it| it.to_lowercase().contains(&word))
        };
        self.groups.iter().filter(is_shown).collect()
    }

    /// The number of the group in view, among those that are shown, and of the place in it.
    pub(super) fn cursor(&self) -> (usize, usize) {
        (self.group, self.place)
    }

    /// The group in view.
    pub(super) fn current(&self) -> Option<&ReviewGroup> {
        self.shown().get(self.group).copied()
    }

    /// The change in view.
    pub(super) fn focus(&self) -> Option<ChangeAt> {
        self.current()?.places.get(self.place).copied()
    }

    /// All that is not decided on and is shown.
    pub(super) fn undecided(&self) -> Vec<ChangeAt> {
        let places = self.shown().into_iter().flat_map(|it| &it.places);
        let open = places.filter(|it| self.verdict(**it).is_none());
        open.copied().collect()
    }

    pub(super) fn settle(&mut self) {
        self.group = self.group.min(self.shown().len().saturating_sub(1));
        let places = self.current().map_or(0, |it| it.places.len());
        self.place = self.place.min(places.saturating_sub(1));
        self.offset = 0;
    }

    pub(super) fn move_group(&mut self, by: isize) {
        let last = self.shown().len().saturating_sub(1);
        self.group = self.group.saturating_add_signed(by).min(last);
        self.place = 0;
        self.offset = 0;
    }

    pub(super) fn move_place(&mut self, by: isize) {
        let places = self.current().map_or(0, |it| it.places.len());
        let to = self.place.saturating_add_signed(by);
        self.place = to.min(places.saturating_sub(1));
        self.offset = 0;
    }

    pub(super) fn go_to(&mut self, sign: char) {
        let number = sign.to_digit(10).map_or(0, |it| it as usize);
        if (1..=self.shown().len()).contains(&number) {
            self.group = number - 1;
            self.place = 0;
            self.offset = 0;
        }
    }

    pub(super) fn scroll(&mut self, by: isize) {
        self.offset = self.offset.saturating_add_signed(by);
    }

    /// Decides on the change in view.
    pub(super) fn decide(&mut self, verdict: &Verdict) -> Option<Wish> {
        let focus = self.focus()?;
        self.wish(&[focus], verdict)
    }

    /// Decides on the group in view; when all of it is decided alike, asks about all the others.
    pub(super) fn decide_group(&mut self, verdict: Verdict) -> Option<Wish> {
        let places = self.current()?.places.clone();
        if places.iter().all(|it| self.verdict(*it) == Some(&verdict)) {
            if !self.undecided().is_empty() {
                self.mode = Mode::Everything(verdict);
            }
            return None;
        }
        self.wish(&places, &verdict)
    }

    /// Decides, but for what breaks the contract: that is asked about once more.
    pub(super) fn wish(&mut self, scope: &[ChangeAt], verdict: &Verdict) -> Option<Wish> {
        let breaks = |it: &ChangeAt| {
            let elsewhere = self.flows[it.flow].change.breach_elsewhere().is_some();
            elsewhere || self.change(*it).judgement.class == ChangeClass::Breaking
        };
        if *verdict == Verdict::Chosen(Choice::Accept) && scope.iter().any(breaks) {
            self.mode = Mode::Breaking(scope.to_vec());
            return None;
        }
        Some(self.decide_all(scope, verdict))
    }

    /// Decides, whatever it is.
    pub(super) fn decide_all(&mut self, scope: &[ChangeAt], verdict: &Verdict) -> Wish {
        let before = scope.iter().map(|it| (*it, self.decided.get(it).cloned()));
        self.undone.push(before.collect());
        for it in scope {
            self.decided.insert(*it, verdict.clone());
        }
        self.go_on();
        Wish::Keep
    }

    /// Takes the last decision back, and goes where it was made.
    pub(super) fn undo(&mut self) -> Option<Wish> {
        let Some(before) = self.undone.pop() else {
            "there is nothing to undo".clone_into(&mut self.message);
            return None;
        };
        let first = before.first().map(|(at, _)| *at);
        for (at, verdict) in before {
            match verdict {
                Some(verdict) => self.decided.insert(at, verdict),
                None => self.decided.remove(&at),
            };
        }
        let shown = self.shown();
        let found = shown.iter().enumerate().find_map(|(group, it)| {
            let place = it.places.iter().position(|place| Some(*place) == first);
            place.map(|place| (group, place))
        });
        (self.group, self.place) = found.unwrap_or((self.group, self.place));
        self.offset = 0;
        Some(Wish::Keep)
    }

    pub(super) fn skip(&mut self) {
        let places = self.current().map_or(0, |it| it.places.len());
        if self.place + 1 < places {
            self.move_place(1);
        } else {
            self.move_group(1);
        }
    }

    pub(super) fn skip_group(&mut self) {
        self.move_group(1);
    }

    /// Goes to the next change that is not decided on: in the group first, then behind it, then from the
    /// begin.
    fn go_on(&mut self) {
        let shown = self.shown();
        let is_open = |at: &ChangeAt| self.verdict(*at).is_none();
        let mut order: Vec<(usize, usize)> = Vec::new();
        for (group, it) in shown.iter().enumerate() {
            order.extend((0..it.places.len()).map(|place| (group, place)));
        }
        let here = (self.group, self.place);
        let (before, behind): (Vec<_>, Vec<_>) = order.into_iter().partition(|it| *it <= here);
        let mut all = behind.into_iter().chain(before);
        let next = all.find(|(group, place)| is_open(&shown[*group].places[*place]));
        match next {
            Some((group, place)) => (self.group, self.place) = (group, place),
            None => "all is decided: q ends the review".clone_into(&mut self.message),
        }
        self.offset = 0;
    }

    /// Offers rules for the value in view.
    pub(super) fn offer_volatile(&mut self) {
        let options = self
            .focus()
            .map_or_else(Vec::new, |at| VolatileDraft::offered(self.change(at)));
        if options.is_empty() {
            "only a value of a body or a header can be said to change from run to run"
                .clone_into(&mut self.message);
        } else {
            self.mode = Mode::Volatile(options);
        }
    }

    pub(super) fn open(&mut self) -> Option<Wish> {
        let at = self.focus()?;
        let contract = self.change(at).judgement.contract.as_ref();
        let contract = contract.map(|it| (it.file.clone(), it.line as usize));
        let source = self.flows[at.flow].source.clone().map(|it| (it, 1));
        match contract.or(source) {
            Some((file, line)) => Some(Wish::Open(file, line)),
            None => {
                "nobody knows where it is written".clone_into(&mut self.message);
                None
            }
        }
    }

    pub(super) fn copy(&mut self) -> Option<Wish> {
        let at = self.focus()?;
        match self.change(at).asked.clone() {
            Some(command) => {
                "the curl command is on the clipboard".clone_into(&mut self.message);
                Some(Wish::Copy(command))
            }
            None => {
                "nobody has written down how it was asked".clone_into(&mut self.message);
                None
            }
        }
    }
}
