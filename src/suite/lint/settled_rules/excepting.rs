//! Whether a law is asked at all where it is excepted.

use crate::probe::may_be_asked;
use crate::problem::{Node, Problem, ProblemCode};
use crate::suite::Api;

/// Exceptions of laws beside operations that show nothing of them.
pub(super) fn problems(api: &Api) -> Vec<Problem> {
    let Some(source) = &api.settings_source else {
        return Vec::new();
    };
    // What is wrong by itself has been told when the settings were read.
    let mut elsewhere = Vec::new();
    let probes = Node::root(source).get("probes");
    let entries = probes.map(|it| it.get_items("except", &mut elsewhere));
    let mut found = Vec::new();
    for entry in entries.into_iter().flatten() {
        let text = |name: &str| entry.get(name)?.value().as_str().map(str::to_owned);
        let (Some(law), Some(name)) = (text("law"), text("operation")) else {
            continue;
        };
        let Some(operation) = api.contract.operation(&name) else {
            continue;
        };
        if may_be_asked(&law, &api.contract, operation) {
            continue;
        }
        let at = entry.get("law").unwrap_or_else(|| entry.clone()).location();
        let message =
            format!("nothing can fall under the exception: `{law}` is never asked beside `{name}`");
        let problem = Problem::new(ProblemCode::StaleRule, at, message).as_warning();
        let help =
            format!("take the exception away; `countersign explain {law}` says of what the law is");
        found.push(problem.with_help(help));
    }
    found
}
