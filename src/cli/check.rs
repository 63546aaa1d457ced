//! `check`: everything that can be known of the files without sending a request.

use super::settings::Settings;
use super::{Exit, Project};

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
            "{}: {} operations, {} flows, {steps} steps: no problems\n",
            api.name,
            api.contract.operations.len(),
            api.scenarios.len(),
        ));
    }
    Exit::Ok
}
