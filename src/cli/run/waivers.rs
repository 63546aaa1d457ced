//! The waivers that a run could need, and what becomes of them.

use std::collections::BTreeSet;

use serde_json::Map;

use crate::check::{self, law};
use crate::cli::arguments::RunArguments;
use crate::cli::{Project, waivers};
use crate::plan::{self, Plan, Selection};
use crate::record::DeclaredWaiver;

/// The waivers for the target of a run, of the APIs whose flows are all in its plan. A bundled mock is no
/// target whose deviations are known.
pub(super) fn declared(
    arguments: &RunArguments,
    project: &Project,
    plan: &Plan,
) -> Vec<DeclaredWaiver> {
    if arguments.target.is_none() {
        return Vec::new();
    }
    let scenarios = project.suite.scenarios();
    let all = plan::lay_out(&scenarios, &Selection::default(), 0, &|_| Map::new());
    let played: BTreeSet<&str> = plan.cases.iter().map(|it| it.id.as_str()).collect();
    let missing = all
        .cases
        .iter()
        .filter(|it| !played.contains(it.id.as_str()));
    let partial: BTreeSet<&str> = missing.map(|it| it.scenario.api.as_str()).collect();
    let target = arguments.named_target();
    let today = waivers::today();
    let apis = project.suite.apis.iter();
    let apis = apis.filter(|it| !partial.contains(it.name.as_str()));
    apis.flat_map(|api| {
        let own = api.settings.waivers.iter().filter(|it| it.is_for(target));
        // What only probes find, a run without all of them cannot miss.
        let is_asked = |check: &str| {
            let is_law = check::find(check).is_some_and(law::is_law);
            !is_law || arguments.probing.asks_everything()
        };
        let own = own.filter(move |it| is_asked(it.scope.deviation.check()));
        own.map(|it| DeclaredWaiver {
            api: api.name.clone(),
            operation: it.scope.operation.clone(),
            at: it.place(),
            expires: it.expires.to_string(),
            has_expired: it.has_expired(today),
        })
    })
    .collect()
}
