//! What a run covers of the contracts, noted as its flows end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cli::Project;
use crate::cli::arguments::RunArguments;
use crate::coverage::Coverage;
use crate::plan::{self, Plan, Selection};

/// The coverage of a run.
pub(super) struct Covering {
    pub(super) coverage: Coverage,
    /// Whether the end of the run tells it: what a shard covers says nothing of the whole.
    pub(super) is_told: bool,
}

/// The APIs of which a plan, before it is cut to shards, has all flows.
pub(super) fn whole_apis(project: &Project, plan: &Plan) -> BTreeSet<String> {
    let all = plan::lay_out(
        &project.suite.scenarios(),
        &Selection::default(),
        0,
        &|_| serde_json::Map::new(),
    );
    let (all, planned) = (flows(&all), flows(plan));
    let is_whole =
        |(api, flows): (&&str, &usize)| (all.get(*api) == Some(flows)).then(|| (*api).to_owned());
    planned.iter().filter_map(is_whole).collect()
}

/// How many flows a plan has of each API.
fn flows(plan: &Plan) -> BTreeMap<&str, usize> {
    let mut flows = BTreeMap::new();
    for case in &plan.cases {
        *flows.entry(case.scenario.api.as_str()).or_default() += 1;
    }
    flows
}

impl Covering {
    /// Nothing yet, of the APIs of a plan.
    pub(super) fn begin(
        project: &Project,
        arguments: &RunArguments,
        plan: &Plan,
        whole: &BTreeSet<String>,
    ) -> Self {
        let planned = flows(plan);
        let apis = project.suite.apis.iter();
        let apis = apis.filter(|it| planned.contains_key(it.name.as_str()));
        Self {
            coverage: Coverage::new(
                apis.map(|it| (Arc::new(it.universe()), whole.contains(&it.name))),
            ),
            is_told: arguments.shard.shard.is_none(),
        }
    }
}
