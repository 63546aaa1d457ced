//! `list`: which flows a selection takes.

use std::fmt::Write as _;

use super::Exit;
use super::arguments::ListArguments;
use super::settings::Settings;
use crate::plan;
use crate::report::human::count;
use crate::scenario::{Call, Scenario};

pub(super) fn list(settings: &Settings, arguments: &ListArguments) -> Exit {
    let selection = arguments.selection.selection();
    let project = match settings.load_selected(&selection, arguments.remote) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let scenarios = project.suite.scenarios();
    let plan = plan::lay_out(&scenarios, &selection, 0, &|_| serde_json::Map::new());
    if plan.cases.is_empty() {
        return settings.tell_nothing_selected(&selection, &scenarios);
    }
    let mut text = String::new();
    for case in &plan.cases {
        let _ = writeln!(text, "{}", case.id);
        if arguments.steps {
            write_steps(&case.scenario, &mut text);
        }
    }
    settings.console.print(&text);
    settings.console.tell(&format!(
        "{}, {} not selected\n",
        count(plan.cases.len(), "flow"),
        plan.left_out
    ));
    Exit::Ok
}

fn write_steps(scenario: &Scenario, text: &mut String) {
    for step in &scenario.steps {
        let target = match &step.call {
            Call::Operation { .. } => step
                .call
                .operation()
                .map_or_else(String::new, |(_, it)| format!("{} {}", it.method, it.path)),
            Call::Workflow { workflow, .. } => format!("({workflow})"),
        };
        let line = format!("    {:<24} {target}  {}", step.id, step.manner());
        let _ = writeln!(text, "{}", line.trim_end());
    }
}
