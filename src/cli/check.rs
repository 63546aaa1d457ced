//! `check`: everything that can be known of the files without sending a request.

use super::settings::Settings;
use super::{Exit, Project};
use crate::report::human::count;

pub(super) fn check(settings: &Settings) -> Exit {
    let project = match Project::load(&settings.directory) {
        Ok(project) => project,
        Err(problems) => return settings.tell_problems(&problems),
    };
    let problems = project.suite.compile_all();
    if !problems.is_empty() {
        return settings.tell_problems(&problems);
    }
    for api in &project.suite.apis {
        let steps: usize = api
            .scenarios
            .iter()
            .map(|scenario| scenario.steps.len())
            .sum();
        settings.console.tell(&format!(
            "{}: {}, {}, {}: no problems\n",
            api.name,
            count(api.contract.operations.len(), "operation"),
            count(api.scenarios.len(), "flow"),
            count(steps, "step"),
        ));
    }
    Exit::Ok
}
