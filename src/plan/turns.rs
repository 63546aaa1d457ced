//! In which order the cases of a round begin.

use std::sync::Arc;

use super::{Plan, reached};
use crate::scenario::{ActionKind, Scenario};

impl Plan {
    /// The places of the first round's cases in the order in which several workers begin them: first those
    /// that may wait for what the target does, so that the others are played meanwhile. The scenarios are all
    /// that they may call.
    pub fn turns(&self, scenarios: &[Arc<Scenario>]) -> Vec<usize> {
        let mut turns: Vec<usize> = (0..self.cases.len()).collect();
        turns.sort_by_cached_key(|at| {
            let mut played = reached(scenarios, &self.cases[*at].scenario).into_iter();
            !played.any(may_wait)
        });
        turns
    }
}

/// Whether a step of a flow is asked again after some time.
fn may_wait(scenario: &Scenario) -> bool {
    let actions = scenario
        .steps
        .iter()
        .flat_map(|step| step.on_success.iter().chain(&*step.on_failure));
    let mut kinds = actions.map(|it| &it.kind);
    kinds.any(|it| matches!(it, ActionKind::Retry { after, .. } if !after.is_zero()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Map;

    use crate::arazzo::{self, NoFiles, Surroundings};
    use crate::openapi;
    use crate::plan::{Selection, lay_out};
    use crate::source::Source;

    const CONTRACT: &str = "
openapi: 3.1.1
info: {title: T, version: '1'}
paths: {/a: {get: {operationId: a, responses: {'200': {description: d}}}}}
";

    const SCENARIOS: &str = "
arazzo: 1.0.1
info: {title: T, version: '1'}
sourceDescriptions: [{name: api, url: openapi.yaml, type: openapi}]
workflows:
  - {workflowId: quick, steps: [{stepId: s, operationId: a}]}
  - workflowId: again
    steps: [{stepId: s, operationId: a, onFailure: [{name: f, type: retry, retryAfter: 0, retryLimit: 3}]}]
  - workflowId: waits
    steps: [{stepId: s, operationId: a, onFailure: [{name: f, type: retry, retryAfter: 0.1, retryLimit: 3}]}]
  - {workflowId: calls, steps: [{stepId: s, workflowId: waits}]}
  - {workflowId: last, steps: [{stepId: s, operationId: a}]}
";

    #[test]
    fn what_may_wait_begins_first_and_the_others_as_they_stand() {
        let parse = |path, text: &str| Source::parse(path, text.to_owned()).expect("YAML");
        let contract = Arc::new(parse("specs/t/openapi.yaml", CONTRACT));
        let (contract, problems) = openapi::lower("t", &contract);
        assert_eq!(problems, []);
        let surroundings = Surroundings {
            api: "t",
            contracts: &[Arc::new(contract.expect("a contract"))],
            files: &NoFiles,
        };
        let scenarios = parse("specs/t/t.arazzo.yaml", SCENARIOS);
        let (scenarios, problems) = arazzo::lower(&scenarios, &surroundings);
        assert_eq!(problems, []);
        let scenarios: Vec<_> = scenarios.into_iter().map(Arc::new).collect();
        let plan = lay_out(&scenarios, &Selection::default(), 1, &|_| Map::new());
        let turns = plan.turns(&scenarios);
        let ids: Vec<&str> = turns
            .iter()
            .map(|at| plan.cases[*at].scenario.id.as_str())
            .collect();
        assert_eq!(ids, ["waits", "calls", "quick", "again", "last"]);
    }
}
