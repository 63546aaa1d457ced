//! What is to be played: the cases, in a fixed order, each with its inputs and its seed.

mod shard;
mod turns;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::contract::{Contract, Operation};
use crate::digest::Digest;
use crate::http::Caller;
use crate::scenario::{Call, Destination, Row, Scenario, Step};
use crate::world::Entropy;

/// One scenario with its inputs.
#[derive(Debug, Clone)]
pub struct Case {
    /// The name that selects it: `api::workflow`, for a row of a table `api::workflow::row`; from the
    /// second round on with the round's number, `api::workflow#2`.
    pub id: String,
    /// The name of its snapshot among those of its API.
    pub snapshot: String,
    /// What is played.
    pub scenario: Arc<Scenario>,
    /// Its inputs, defaults included.
    pub inputs: Map<String, Value>,
    /// Its own randomness, which depends on the run's seed and its name and on nothing else.
    pub seed: u64,
    /// The round that it is played in; 0 is the first one.
    pub round: usize,
    /// Its place in its round of the whole plan, wherever that is played.
    pub number: usize,
}

impl Case {
    /// The same case of the first round, as it is played in a later one.
    #[must_use]
    pub fn in_round(&self, round: usize) -> Self {
        Self {
            id: format!("{}#{}", self.id, round.saturating_add(1)),
            seed: Entropy::from_seed(self.seed)
                .fork(&round.to_string())
                .next_u64(),
            round,
            ..self.clone()
        }
    }
}

/// All that is to be played.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The cases, ordered by API and then as the files have them.
    pub cases: Vec<Case>,
    /// How many were not selected.
    pub left_out: usize,
    /// How many cases a round of the whole plan has, in all shards.
    pub whole: usize,
    /// How many more rounds are played after the first; each plays every case.
    pub repeats: usize,
}

impl Plan {
    /// How many cases are played in all rounds together.
    pub fn len(&self) -> usize {
        self.cases
            .len()
            .saturating_mul(self.repeats.saturating_add(1))
    }

    /// Whether nothing is played.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// The case that is played at a place, counted over all rounds.
    ///
    /// Cases of later rounds are made on demand, so that many rounds need no more memory than one.
    pub fn case(&self, place: usize) -> Option<Cow<'_, Case>> {
        let round = place.checked_div(self.cases.len())?;
        let first = self.cases.get(place % self.cases.len())?;
        match round {
            0 => Some(Cow::Borrowed(first)),
            _ if round <= self.repeats => Some(Cow::Owned(first.in_round(round))),
            _ => None,
        }
    }

    /// The place that the case at a place of this plan has in the whole plan, counted over all rounds.
    pub fn number(&self, place: usize) -> usize {
        let round = place.checked_div(self.cases.len()).unwrap_or_default();
        let first = self.cases.get(place % self.cases.len().max(1));
        let number = first.map_or(place, |it| it.number);
        round.saturating_mul(self.whole).saturating_add(number)
    }

    /// A name for the plan that its shards have in common: the same flows with the same seeds in as many
    /// rounds have the same one. It is to be asked for before the plan is cut.
    pub fn digest(&self) -> String {
        let mut digest = Digest::default();
        digest.add(&self.repeats.to_le_bytes());
        for case in &self.cases {
            digest.add(&case.seed.to_le_bytes());
            digest.add(case.id.as_bytes());
        }
        digest.short()
    }
}

/// Which scenarios are selected: those that any of the words selects; all when there is no word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Parts of `api::workflow`, in either case: `lifecycle` takes `appLifecycle`, too. One that is the
    /// whole name of a workflow takes no other, and one that is the whole name of an API, or begins with it
    /// and `::`, takes none of another API.
    pub words: Vec<String>,
    /// Whether a word must be the whole name, letter by letter.
    pub exact: bool,
    /// Tags, any of which a scenario must carry; none means that tags do not matter.
    pub tags: Vec<String>,
}

impl Selection {
    /// Those of the APIs of a project that it can take flows of: all, unless each of its words names one.
    /// The others need not be read.
    pub fn among(&self, apis: Vec<String>) -> Vec<String> {
        let named: Vec<&str> = self.words.iter().map(|it| api_of(it)).collect();
        let is_api = |name: &&str| apis.iter().any(|it| it == name);
        if named.is_empty() || !named.iter().all(is_api) {
            return apis;
        }
        let is_named = |api: &String| named.contains(&api.as_str());
        apis.into_iter().filter(is_named).collect()
    }

    /// The same selection, in which words that are the whole name of one of these scenarios stand for it
    /// alone, and those that name one of their APIs for flows of that one.
    fn settled<'s>(&'s self, scenarios: &[Arc<Scenario>]) -> Settled<'s> {
        let is_whole = |word: &&String| scenarios.iter().any(|it| it.path() == **word);
        let whole = self.words.iter().filter(is_whole);
        let names_api = |word: &&String| scenarios.iter().any(|it| it.api == api_of(word));
        let of_api = self.words.iter().filter(names_api);
        Settled {
            selection: self,
            whole: whole.map(String::as_str).collect(),
            of_api: of_api.map(String::as_str).collect(),
        }
    }
}

/// The API that a word names, if it names one: the word, or what stands before its `::`.
pub fn api_of(word: &str) -> &str {
    word.split_once("::").map_or(word, |(api, _)| api)
}

/// A selection beside the scenarios that there are.
struct Settled<'s> {
    selection: &'s Selection,
    /// The words that are whole names.
    whole: BTreeSet<&'s str>,
    /// The words that name an API.
    of_api: BTreeSet<&'s str>,
}

impl Settled<'_> {
    /// Whether a scenario is selected.
    fn takes(&self, scenario: &Scenario) -> bool {
        let rows = scenario.rows.iter();
        self.takes_path(scenario, &scenario.path())
            || rows
                .map(|row| row_path(scenario, row))
                .any(|path| self.takes_path(scenario, &path))
    }

    /// Whether a row of a scenario's table is selected: by its own name, or with all of them.
    fn takes_row(&self, scenario: &Scenario, row: &Row) -> bool {
        let paths = [scenario.path(), row_path(scenario, row)];
        paths.iter().any(|path| self.takes_path(scenario, path))
    }

    fn takes_path(&self, scenario: &Scenario, path: &str) -> bool {
        let Selection { words, exact, tags } = self.selection;
        let by_word = words.iter().any(|word| {
            let is_whole = *exact || self.whole.contains(word.as_str());
            takes(word, path, (is_whole, self.of_api.contains(word.as_str())))
        });
        let by_tag = tags.iter().any(|tag| scenario.tags.contains(tag));
        (words.is_empty() || by_word) && (tags.is_empty() || by_tag)
    }
}

/// Whether a word takes a flow of this name: as a part of it, in either case. Where it is the whole name of
/// some flow it takes no other, and where it names an API none of another.
pub fn takes(word: &str, path: &str, (is_whole, names_api): (bool, bool)) -> bool {
    if is_whole {
        return path == word;
    }
    let is_part = path.to_lowercase().contains(&word.to_lowercase());
    is_part && (!names_api || api_of(path) == api_of(word))
}

/// Lays out the plan: the selected scenarios, and before each of them those it depends on.
pub fn lay_out(
    scenarios: &[Arc<Scenario>],
    selection: &Selection,
    seed: u64,
    inputs: &dyn Fn(&Scenario) -> Map<String, Value>,
) -> Plan {
    let selection = &selection.settled(scenarios);
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<&Arc<Scenario>> = scenarios.iter().filter(|it| selection.takes(it)).collect();
    while let Some(scenario) = open.pop() {
        if wanted.insert(scenario.path()) {
            let needed = scenario.depends_on.iter();
            open.extend(needed.filter_map(|id| find(scenarios, &scenario.api, id)));
        }
    }
    let entropy = Entropy::from_seed(seed);
    let mut cases: Vec<Case> = scenarios
        .iter()
        .filter(|scenario| wanted.contains(&scenario.path()))
        .flat_map(|scenario| {
            let mut all: Map<String, Value> = scenario.defaults.iter().cloned().collect();
            all.extend(inputs(scenario));
            cases_of(scenario, &all, selection, &entropy)
        })
        .collect();
    for (number, case) in cases.iter_mut().enumerate() {
        case.number = number;
    }
    let all = scenarios.iter().map(|it| it.rows.len().max(1));
    let left_out = all.sum::<usize>() - cases.len();
    Plan {
        whole: cases.len(),
        cases,
        left_out,
        repeats: 0,
    }
}

/// The cases of a scenario: one for each row of its table that is selected, or one.
fn cases_of(
    scenario: &Arc<Scenario>,
    inputs: &Map<String, Value>,
    selection: &Settled<'_>,
    entropy: &Entropy,
) -> Vec<Case> {
    let case = |id: String, snapshot: String, inputs: Map<String, Value>| Case {
        seed: entropy.fork(&id).next_u64(),
        id,
        snapshot,
        scenario: Arc::clone(scenario),
        inputs,
        round: 0,
        number: 0,
    };
    if scenario.rows.is_empty() {
        return vec![case(scenario.path(), scenario.id.clone(), inputs.clone())];
    }
    let rows = scenario.rows.iter();
    let taken = rows.filter(|row| selection.takes_row(scenario, row));
    taken
        .map(|row| {
            let mut all = inputs.clone();
            all.extend(row.inputs.clone());
            case(row_path(scenario, row), scenario.snapshot_of(row), all)
        })
        .collect()
}

fn row_path(scenario: &Scenario, row: &Row) -> String {
    format!("{}::{}", scenario.path(), row.name)
}

/// How many steps a scenario has, those of the workflows that it calls included.
pub fn steps(scenarios: &[Arc<Scenario>], scenario: &Scenario) -> usize {
    steps_of(scenarios, scenario, &mut BTreeMap::new())
}

/// The same, with what is known of workflows that were looked at: two that call the same one, or one
/// twice, must not cost twice as much.
fn steps_of<'s>(
    scenarios: &'s [Arc<Scenario>],
    scenario: &'s Scenario,
    known: &mut BTreeMap<&'s str, usize>,
) -> usize {
    if let Some(known) = known.get(scenario.id.as_str()) {
        return *known;
    }
    let mut steps = scenario.steps.len();
    for step in &scenario.steps {
        // No workflow calls itself; that was refused when it was bound.
        if let Call::Workflow { workflow, .. } = &step.call
            && let Some(called) = find(scenarios, &scenario.api, workflow)
        {
            steps = steps.saturating_add(steps_of(scenarios, called, known));
        }
    }
    known.insert(&scenario.id, steps);
    steps
}

/// As whom the steps of a scenario come, those of the workflows that it may play besides included.
pub fn callers(scenarios: &[Arc<Scenario>], scenario: &Scenario) -> Vec<Arc<Caller>> {
    let reached = reached(scenarios, scenario);
    let steps = reached.iter().flat_map(|scenario| &scenario.steps);
    steps.filter_map(|step| step.caller.clone()).collect()
}

/// The operations that a scenario calls, with those of the workflows that it may play besides.
pub fn operations<'s>(
    scenarios: &'s [Arc<Scenario>],
    scenario: &'s Scenario,
) -> Vec<(&'s Arc<Contract>, &'s Operation)> {
    let reached = reached(scenarios, scenario);
    let steps = reached.iter().flat_map(|scenario| &scenario.steps);
    let calls = steps.flat_map(|step| [&step.call].into_iter().chain(step.undo.as_deref()));
    calls.filter_map(Call::operation).collect()
}

/// The scenario of a flow, by the flow's name: `api::workflow`, or `api::workflow::row`.
pub fn scenario_of<'s>(scenarios: &'s [Arc<Scenario>], flow: &str) -> Option<&'s Arc<Scenario>> {
    scenarios.iter().find(|it| {
        let rest = flow.strip_prefix(&it.path());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    })
}

/// The operation that a step calls, by the step's name from the point of view of a scenario:
/// `caller/step`.
pub fn operation_of(
    scenarios: &[Arc<Scenario>],
    scenario: &Arc<Scenario>,
    step: &str,
) -> Option<String> {
    let (owner, place) = step_of(scenarios, scenario, step)?;
    let operation = owner.steps[place].call.operation();
    operation.map(|(_, it)| it.id.clone())
}

/// The step of that name from the point of view of a scenario, `caller/step`: the scenario that it
/// belongs to, and its place there.
pub fn step_of<'s>(
    scenarios: &'s [Arc<Scenario>],
    scenario: &'s Arc<Scenario>,
    step: &str,
) -> Option<(&'s Arc<Scenario>, usize)> {
    let (own, rest) = match step.split_once('/') {
        Some((own, rest)) => (own, Some(rest)),
        None => (step, None),
    };
    let place = scenario.step(own)?;
    match (&scenario.steps[place].call, rest) {
        (Call::Workflow { workflow, .. }, Some(rest)) => {
            let called = find(scenarios, &scenario.api, workflow)?;
            step_of(scenarios, called, rest)
        }
        (_, None) => Some((scenario, place)),
        (Call::Operation { .. }, Some(_)) => None,
    }
}

/// The locks of a scenario and of the workflows that it may play besides, each once, in the order of
/// their names.
pub fn locks(scenarios: &[Arc<Scenario>], scenario: &Scenario) -> BTreeSet<String> {
    let reached = reached(scenarios, scenario);
    let locks = reached
        .iter()
        .filter_map(|scenario| scenario.exclusive.clone());
    locks.collect()
}

/// A scenario with the workflows that it calls, goes over to or plays before a retry; each once.
fn reached<'s>(scenarios: &'s [Arc<Scenario>], scenario: &'s Scenario) -> Vec<&'s Scenario> {
    let mut seen = BTreeSet::from([scenario.id.as_str()]);
    let mut all = vec![scenario];
    let mut looked_at = 0;
    while let Some(scenario) = all.get(looked_at).copied() {
        looked_at += 1;
        for id in scenario.steps.iter().flat_map(workflows_of) {
            if seen.insert(id) {
                all.extend(find(scenarios, &scenario.api, id).map(AsRef::as_ref));
            }
        }
    }
    all
}

/// The workflows that a step may lead to.
fn workflows_of(step: &Step) -> Vec<&str> {
    let called = match &step.call {
        Call::Workflow { workflow, .. } => Some(workflow.as_str()),
        Call::Operation { .. } => None,
    };
    let actions = step.on_success.iter().chain(step.on_failure.iter());
    let led = actions.filter_map(|action| match action.destination() {
        Some(Destination::Workflow { workflow, .. }) => Some(workflow.as_str()),
        _ => None,
    });
    called.into_iter().chain(led).collect()
}

/// The scenario of an API by its name.
pub fn find<'s>(scenarios: &'s [Arc<Scenario>], api: &str, id: &str) -> Option<&'s Arc<Scenario>> {
    scenarios
        .iter()
        .find(|scenario| scenario.api == api && scenario.id == id)
}

#[cfg(test)]
mod tests;
