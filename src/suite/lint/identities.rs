//! Whether the identities that steps come as are declared, and those that are declared come.

use std::collections::BTreeSet;

use super::Rule;
use crate::diff::nearest;
use crate::http::DEFAULT_IDENTITY;
use crate::problem::{Node, Problem, ProblemCode};
use crate::suite::Api;

pub(super) const RULE: Rule = Rule {
    id: "identities",
    summary: "Whether the identities that steps come as are declared, and those that are declared come.",
    examine,
};

fn examine(api: &Api) -> Vec<Problem> {
    let own = &api.settings.identities;
    let of_targets = api.settings.targets.iter().flat_map(|it| &it.identities);
    let declared: BTreeSet<&str> = own
        .iter()
        .chain(of_targets)
        .map(|it| it.name.as_str())
        .collect();
    let mut used = BTreeSet::new();
    let mut problems = Vec::new();
    for step in api.scenarios.iter().flat_map(|it| &it.steps) {
        let Some(caller) = &step.caller else {
            continue;
        };
        let name = &*caller.identity;
        // The usual one may come by flags alone; of another one it is enough to hear once.
        if !used.insert(name) || name == DEFAULT_IDENTITY || declared.contains(name) {
            continue;
        }
        let message = format!("the step comes as `{name}`, which api.toml does not declare");
        let help = match nearest(name, declared.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("add [identities.{name}] to specs/{}/api.toml", api.name),
        };
        problems.push(
            Problem::new(ProblemCode::StrayIdentity, step.location.clone(), message)
                .with_help(help)
                .as_warning(),
        );
    }
    problems.extend(strays(api, &used));
    problems
}

/// The identities that are declared for nothing.
fn strays(api: &Api, used: &BTreeSet<&str>) -> Vec<Problem> {
    let Some(source) = &api.settings_source else {
        return Vec::new();
    };
    // What is of another type has been told when the settings were read.
    let mut elsewhere = Vec::new();
    let root = Node::root(source);
    let targets = root.get_entries("targets", &mut elsewhere);
    let mut owners = vec![root];
    owners.extend(targets.into_iter().map(|(_, target)| target));
    let declared = owners
        .iter()
        .flat_map(|it| it.get_entries("identities", &mut elsewhere));
    let strays = declared.filter(|(name, _)| !used.contains(name));
    strays
        .map(|(name, node)| {
            let message = format!("no step comes as `{name}`");
            Problem::new(ProblemCode::StrayIdentity, node.key_location(), message)
                .with_help(format!(
                    "take it away, or let a step say `x-countersign: {{as: {name}}}`"
                ))
                .as_warning()
        })
        .collect()
}
