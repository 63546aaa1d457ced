//! Whether a flow may leave something behind: played twice at a server that others use, it would do so
//! twice, and the second time may meet what the first has left.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::plan::find;
use crate::scenario::{Call, Scenario, Step};

/// The step by which a flow may leave something behind, where no step of it tidies up: none deletes, and
/// none is played whatever happens.
pub(super) fn leaving_step(scenarios: &[Arc<Scenario>], scenario: &Scenario) -> Option<String> {
    let mut steps: Vec<&Step> = Vec::new();
    let (mut open, mut met) = (vec![scenario], BTreeSet::new());
    while let Some(scenario) = open.pop() {
        // Each workflow once, however often it is called.
        if !met.insert(&scenario.id) {
            continue;
        }
        for step in &scenario.steps {
            steps.push(step);
            if let Call::Workflow { workflow, .. } = &step.call {
                let called = find(scenarios, &scenario.api, workflow);
                open.extend(called.map(|it| &**it));
            }
        }
    }
    let method = |step: &Step| step.call.operation().map(|(_, it)| it.method.clone());
    let is = |step: &Step, methods: &[&str]| {
        let method = method(step);
        method.is_some_and(|it| methods.iter().any(|known| it.eq_ignore_ascii_case(known)))
    };
    if steps.iter().any(|it| it.always || is(it, &["DELETE"])) {
        return None;
    }
    let leaves = |it: &&&Step| !it.invalid_request && is(it, &["POST", "PUT", "PATCH"]);
    steps.iter().find(leaves).map(|it| it.id.clone())
}
