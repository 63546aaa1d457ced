//! The plan of a run, and the shard of it that is played.

use std::collections::{BTreeMap, BTreeSet};

use super::covering::whole_apis;
use super::record::PlanName;
use super::{Targets, lay_out, waivers};
use crate::cli::arguments::RunArguments;
use crate::cli::records::Records;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::plan::{self, Case, Plan};

/// What is played.
pub(super) struct Planned {
    pub(super) plan: Plan,
    /// What the whole plan is called.
    pub(super) name: PlanName,
    /// The APIs of which the whole plan has all flows.
    pub(super) whole_apis: BTreeSet<String>,
}

/// Lays out what is played, and forgets the targets that nothing of it needs.
///
/// # Errors
/// With the exit code, when the times to cut it by cannot be read; told already.
pub(super) fn plan(
    settings: &Settings,
    arguments: &RunArguments,
    project: &Project,
    targets: &mut Targets,
) -> Result<Planned, Exit> {
    let mut plan = lay_out(project, arguments, targets);
    plan.repeats = usize::try_from(arguments.repeat - 1).unwrap_or(usize::MAX);
    let name = PlanName {
        digest: plan.digest(),
        cases: plan.len(),
        waivers: waivers::declared(arguments, project, &plan),
    };
    let whole_apis = whole_apis(project, &plan);
    if let Some(shard) = arguments.shard.shard {
        let times = times(settings, arguments)?;
        let scenarios = project.suite.scenarios();
        let steps = |case: &Case| plan::steps(&scenarios, &case.scenario);
        // What has no time yet is taken to be as long as the others are by their steps.
        let known: Vec<&Case> = plan
            .cases
            .iter()
            .filter(|it| times.contains_key(&it.id))
            .collect();
        let known_time: u64 = known.iter().map(|it| times[&it.id]).sum();
        let known_steps: usize = known.iter().map(|it| steps(it)).sum();
        let per_step = known_time / u64::try_from(known_steps.max(1)).unwrap_or(u64::MAX);
        let weight = |case: &Case| match times.get(&case.id) {
            Some(time) => *time,
            None => u64::try_from(steps(case))
                .unwrap_or(u64::MAX)
                .saturating_mul(per_step.max(1)),
        };
        let locks = |case: &Case| {
            plan::locks(&scenarios, &case.scenario)
                .into_iter()
                .collect()
        };
        let mut part = plan.clone();
        part.keep_shard((shard.index, shard.of), &weight, &locks);
        plan = part;
        let apis: BTreeSet<&str> = plan
            .cases
            .iter()
            .map(|it| it.scenario.api.as_str())
            .collect();
        targets.retain(|api, _| apis.contains(api.as_str()));
    }
    Ok(Planned {
        plan,
        name,
        whole_apis,
    })
}

/// How long cases took in the record that the parts are cut by, in microseconds.
fn times(settings: &Settings, arguments: &RunArguments) -> Result<BTreeMap<String, u64>, Exit> {
    let Some(path) = &arguments.shard.shard_times else {
        return Ok(BTreeMap::new());
    };
    let record = Records::new(settings).read(path)?;
    let micros = |it: std::time::Duration| u64::try_from(it.as_micros()).unwrap_or(u64::MAX);
    let cases = record.cases.into_iter();
    let times = cases.filter_map(|it| Some((it.report.path, micros(it.took?))));
    Ok(times.collect())
}
