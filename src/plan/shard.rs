//! Cutting a plan into shards that are played apart, each by a machine that knows nothing of the others.

use std::collections::BTreeMap;

use super::{Case, Plan};

impl Plan {
    /// Keeps what the shard with this number, from 1, of so many plays.
    ///
    /// What belongs together stays together: a flow with those that it depends on, and all that hold one
    /// lock. Such groups are dealt out from the heaviest to the lightest, each to the shard that has
    /// least so far, so that the same plan with the same weights is cut in the same way everywhere.
    /// `locks` names what a case holds while it is played.
    pub fn keep_shard(
        &mut self,
        (index, of): (usize, usize),
        weight: &dyn Fn(&Case) -> u64,
        locks: &dyn Fn(&Case) -> Vec<String>,
    ) {
        let mut groups = groups(&self.cases, locks);
        let weigh = |group: &Vec<usize>| -> u64 {
            let cases = group.iter().map(|at| weight(&self.cases[*at]));
            cases.fold(0, u64::saturating_add)
        };
        groups.sort_by_key(|group| (std::cmp::Reverse(weigh(group)), group[0]));
        let mut loads = vec![0_u64; of];
        let mut kept = vec![false; self.cases.len()];
        for group in &groups {
            let least = (0..of).min_by_key(|shard| (loads[*shard], *shard));
            let least = least.unwrap_or_default();
            // A group that weighs nothing still takes its turn.
            loads[least] = loads[least].saturating_add(weigh(group).max(1));
            for at in group.iter().filter(|_| least + 1 == index) {
                kept[*at] = true;
            }
        }
        let mut kept = kept.into_iter();
        self.cases.retain(|_| kept.next().unwrap_or_default());
    }
}

/// The cases that belong together, by their places; each list in order.
fn groups(cases: &[Case], locks: &dyn Fn(&Case) -> Vec<String>) -> Vec<Vec<usize>> {
    let mut heads: Vec<usize> = (0..cases.len()).collect();
    let mut holders: BTreeMap<String, usize> = BTreeMap::new();
    for (at, case) in cases.iter().enumerate() {
        let scenario = &case.scenario;
        let needed = scenario.depends_on.iter();
        let names = needed.map(|id| format!("{}::{id}", scenario.api));
        // All rows of a table that others depend on are one flow to them.
        let own = std::iter::once(scenario.path());
        let held = locks(case).into_iter().map(|it| format!("lock {it}"));
        for name in own.chain(names).chain(held) {
            let first = *holders.entry(name).or_insert(at);
            let (one, two) = (head(&heads, at), head(&heads, first));
            heads[one.max(two)] = one.min(two);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..cases.len() {
        groups.entry(head(&heads, at)).or_default().push(at);
    }
    groups.into_values().collect()
}

/// The first case of the group that a case is in.
fn head(heads: &[usize], mut at: usize) -> usize {
    while heads[at] != at {
        at = heads[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;
    use crate::plan::tests::scenario;

    /// A plan of so many flows; each depends on the one that is named for it.
    fn plan(needs: &[Option<usize>]) -> Plan {
        let cases = needs.iter().enumerate().map(|(number, needed)| {
            let needed: Vec<String> = needed.iter().map(|it| format!("w{it:03}")).collect();
            let mut scenario = scenario(&format!("w{number:03}"), &[]);
            scenario.depends_on = needed;
            Case {
                id: scenario.path(),
                snapshot: scenario.id.clone(),
                scenario: Arc::new(scenario),
                inputs: Map::new(),
                seed: 0,
                round: 0,
                number,
            }
        });
        Plan {
            cases: cases.collect(),
            whole: needs.len(),
            ..Plan::default()
        }
    }

    fn numbers(plan: &Plan) -> Vec<usize> {
        plan.cases.iter().map(|it| it.number).collect()
    }

    fn cut(plan: &Plan, of: usize, weight: &dyn Fn(&Case) -> u64) -> Vec<Vec<usize>> {
        let part = |index: usize| {
            let mut part = plan.clone();
            part.keep_shard((index, of), weight, &|_| Vec::new());
            numbers(&part)
        };
        (1..=of).map(part).collect()
    }

    #[test]
    fn shards_weigh_about_the_same() {
        let weights = [9, 1, 1, 1, 5, 4];
        let parts = cut(&plan(&[None; 6]), 2, &|it| weights[it.number]);
        assert_eq!(parts, [vec![0, 1, 3], vec![2, 4, 5]]);
    }

    #[test]
    fn what_belongs_together_stays_together() {
        let plan = plan(&[None, Some(0), None, Some(1), None, None]);
        let parts = cut(&plan, 3, &|_| 1);
        assert_eq!(parts, [vec![0, 1, 3], vec![2, 5], vec![4]]);
        let mut part = plan.clone();
        let locks = |case: &Case| vec![format!("lock {}", case.number % 2)];
        part.keep_shard((1, 2), &|_| 1, &locks);
        assert_eq!(numbers(&part), [0, 1, 2, 3, 4, 5], "all hang together");
        let mut part = plan.clone();
        part.keep_shard((2, 2), &|_| 1, &locks);
        assert!(part.is_empty());
    }

    #[test]
    fn places_are_those_of_the_whole_plan_in_every_round() {
        let mut part = plan(&[None; 4]);
        part.keep_shard((2, 2), &|_| 1, &|_| Vec::new());
        part.repeats = 1;
        let places: Vec<usize> = (0..part.len()).map(|it| part.number(it)).collect();
        assert_eq!(places, [1, 3, 5, 7]);
    }

    proptest! {
        #[test]
        fn every_case_is_in_one_shard(
            weights in proptest::collection::vec(0_u64..50, 1..40),
            needs in proptest::collection::vec(proptest::option::of(0_usize..40), 40),
            of in 1_usize..9,
        ) {
            let count = weights.len();
            let needs: Vec<_> = needs[..count].iter().map(|it| it.filter(|it| *it < count)).collect();
            let plan = plan(&needs);
            let parts = cut(&plan, of, &|it| weights[it.number]);
            for (at, needed) in needs.iter().enumerate() {
                if let Some(needed) = needed {
                    let same = parts.iter().any(|it| it.contains(&at) && it.contains(needed));
                    prop_assert!(same, "{at} needs {needed}");
                }
            }
            let mut all = parts.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }
}
