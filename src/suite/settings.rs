//! `api.toml`: where an API runs and as whom scenarios come, which values change, how much findings
//! weigh, what is not covered.

mod changes;
mod headers;
mod identity;
mod probes;
mod proxy;
mod rate;
mod rules;
mod secrets;
mod servers;
mod source;
mod target;
mod tls;
mod token;
mod uncovered;
mod waiver_text;
mod waivers;
mod wire;

pub use headers::HeaderSettings;
pub use identity::{CredentialSource, IdentitySettings};
pub use proxy::{ProxyLogin, check_user};
pub use rules::{VolatileText, with_rules};
pub(super) use servers::check as check_servers;
pub use source::{PlainSource, SecretSource};
pub use target::{TargetSettings, check_url};
pub use token::{TokenSettings, check_token_url};
pub use uncovered::{Uncovered, UncoveredPart};
pub use waiver_text::{WaiverText, with_waivers, without_waivers};

use std::sync::Arc;

use crate::change::ChangePolicy;
use crate::check::waiver::Waiver;
use crate::check::{self, CHECKS, Severities};
use crate::contract::Contract;
use crate::probe::Ways;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::VolatileRule;
use crate::snapshot::SnapshotSettings;
use crate::source::Source;
use crate::verdict::Severity;

const FIELDS: [&str; 11] = [
    "shared",
    "targets",
    "identities",
    "volatile",
    "checks",
    "changes",
    "snapshot",
    "secrets",
    "uncovered",
    "waivers",
    "probes",
];

/// What `api.toml` says.
#[derive(Debug, Clone, Default)]
pub struct ApiSettings {
    /// The folders whose files the contract may refer to besides its own, by their paths below the
    /// project's folder.
    pub shared: Vec<String>,
    /// The targets that have a name.
    pub targets: Vec<TargetSettings>,
    /// As whom scenarios come, wherever they are played.
    pub identities: Vec<IdentitySettings>,
    /// What of the contract no flow exercises.
    pub uncovered: Vec<Uncovered>,
    /// How much the findings of each check weigh.
    pub severities: Severities,
    /// What is kept in snapshots.
    pub snapshot: SnapshotSettings,
    /// What becomes of the changes of each class.
    pub changes: ChangePolicy,
    /// Names of what is secret wherever it stands.
    pub secrets: Vec<String>,
    /// The deviations that are known and borne.
    pub waivers: Vec<Waiver>,
    /// What probes have to know.
    pub ways: Ways,
}

/// Reads the settings; with all their Problems.
pub(super) fn read(source: &Source, problems: &mut Vec<Problem>) -> ApiSettings {
    let root = Node::root(source);
    root.exactly(&FIELDS, problems);
    let mut settings = ApiSettings::default();
    for node in root.get_items("shared", problems) {
        settings.shared.extend(shared(&node, problems));
    }
    for (name, node) in root.get_entries("targets", problems) {
        settings.targets.extend(target::read(name, &node, problems));
    }
    settings.identities = identity::read(&root, problems);
    for node in root.get_items("uncovered", problems) {
        settings.uncovered.extend(uncovered::read(&node, problems));
    }
    for node in root.get_items("volatile", problems) {
        settings.snapshot.volatile.extend(volatile(&node, problems));
    }
    for (id, node) in root.get_entries("checks", problems) {
        let Some(check) = check::find(id) else {
            let known = CHECKS.iter().map(|check| check.id);
            problems.push(Problem::unknown_reference(
                node.key_location(),
                "check",
                id,
                known,
            ));
            continue;
        };
        let severity = match node.text(problems) {
            Some("error") => Some(Severity::Error),
            Some("warning") => Some(Severity::Warning),
            Some("off") => None,
            Some(other) => {
                let known = ["error", "warning", "off"].into_iter();
                problems.push(Problem::unknown_reference(
                    node.location(),
                    "severity",
                    other,
                    known,
                ));
                continue;
            }
            None => continue,
        };
        if check.decides_the_flow() && severity != Some(Severity::Error) {
            let message = format!("`{id}` is always an error");
            problems.push(node.problem(ProblemCode::InvalidValue, message).with_help(
                "a flow ends where it finds something; mend the step's `successCriteria`, or \
                     say in its `onFailure` how the flow goes on",
            ));
            continue;
        }
        settings.severities.set(check, severity);
    }
    settings.changes = changes::read(&root, problems);
    settings.ways = probes::read(&root, problems);
    settings.secrets = secrets::read(&root, problems);
    settings.waivers = waivers::read(&root, &settings.targets, problems);
    if let Some(node) = root.get("snapshot") {
        node.exactly(&["headers"], problems);
        for item in node.get_items("headers", problems) {
            settings
                .snapshot
                .headers
                .extend(item.text(problems).map(str::to_ascii_lowercase));
        }
    }
    settings
}

/// A folder of the project.
fn shared(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let text = node.text(problems)?.trim_end_matches('/');
    let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\\');
    if text.split('/').all(is_plain) {
        return Some(text.to_owned());
    }
    let message = format!("`{text}` is no folder of the project");
    let problem = node.problem(ProblemCode::InvalidValue, message);
    problems
        .push(problem.with_help("write it relative to the project's folder, as in `specs/common`"));
    None
}

/// Complains of what the settings name and the contract does not have.
pub(super) fn check(source: &Source, contract: &Arc<Contract>, problems: &mut Vec<Problem>) {
    let root = Node::root(source);
    // What is of another type has been told when the settings were read.
    let mut elsewhere = Vec::new();
    identity::check(&root, contract, problems);
    for (_, target) in root.get_entries("targets", &mut elsewhere) {
        identity::check(&target, contract, problems);
        headers::check((&root, &target), contract, problems);
    }
    uncovered::check(&root, contract, problems);
    waivers::check(&root, contract, problems);
    let rules = root.get_items("volatile", &mut elsewhere);
    let entries = root.get_items("uncovered", &mut elsewhere);
    let waivers = root.get_items("waivers", &mut elsewhere);
    let probes = root.get("probes");
    let exceptions = probes.map(|it| it.get_items("except", &mut elsewhere));
    let exceptions = exceptions.unwrap_or_default();
    let all = rules.iter().chain(&entries).chain(&waivers);
    for rule in all.chain(&exceptions) {
        let Some(field) = rule.get("operation") else {
            continue;
        };
        let Some(name) = field.text(&mut elsewhere) else {
            continue;
        };
        if contract.operation(name).is_none() {
            let known = contract
                .operations
                .iter()
                .map(|operation| operation.id.as_str());
            problems.push(Problem::unknown_reference(
                field.location(),
                "operation",
                name,
                known,
            ));
        }
    }
}

/// Reads one rule on values that change.
pub(super) fn volatile(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<VolatileRule> {
    VolatileRule::lower(node, &["operation", "at", "header", "as", "why"], problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn problems(text: &str) -> Vec<String> {
        let source = Source::parse("specs/t/api.toml", text.to_owned()).expect("TOML");
        let mut problems = Vec::new();
        read(&source, &mut problems);
        problems.into_iter().map(|it| it.message).collect()
    }

    #[test]
    fn what_decides_the_flow_is_always_an_error() {
        let wrong = ["`success-criteria` is always an error"];
        assert_eq!(problems("[checks]\nsuccess-criteria = \"off\""), wrong);
        assert_eq!(problems("[checks]\nsuccess-criteria = \"warning\""), wrong);
        assert_eq!(problems("[checks]\nsuccess-criteria = \"error\""), [""; 0]);
        assert_eq!(problems("[checks]\nmedia-type = \"off\""), [""; 0]);
    }
}
