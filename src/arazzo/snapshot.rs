//! What the extension key says of snapshots: at a step, its workflow or the document.

use std::sync::Arc;

use crate::http::is_token;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{SnapshotLevel, SnapshotRules, UnorderedRule, VolatileRule};

/// How many headers or rules of a kind one place may name.
const ENTRIES_MAX: usize = 100;

/// Reads what one place says, inside what the place around it says. A level or headers count instead of
/// those around; rules come before them, so that they count where both name the same value.
pub(super) fn lower(
    owner: &Node<'_>,
    around: &SnapshotRules,
    problems: &mut Vec<Problem>,
) -> SnapshotRules {
    let mut rules = around.clone();
    let Some(node) = owner.get("snapshot") else {
        return rules;
    };
    node.exactly(&["body", "headers", "volatile", "unordered"], problems);
    if let Some(level) = node.get("body").and_then(|field| level(&field, problems)) {
        rules.body = level;
    }
    if node.get("headers").is_some() {
        let names = entries(&node, "headers", problems);
        let names = names.iter().filter_map(|field| header(field, problems));
        rules.headers = Some(names.collect());
    }
    let own = entries(&node, "volatile", problems);
    let own = own
        .iter()
        .filter_map(|it| VolatileRule::lower(it, &["at", "header", "as", "why"], problems));
    rules.volatile = before(own.collect(), &rules.volatile);
    let own = entries(&node, "unordered", problems);
    let own = own
        .iter()
        .filter_map(|it| UnorderedRule::lower(it, problems));
    rules.unordered = before(own.collect(), &rules.unordered);
    rules
}

/// Rules with those around them behind them.
fn before<T: Clone>(mut own: Vec<T>, around: &Arc<[T]>) -> Arc<[T]> {
    if own.is_empty() {
        return Arc::clone(around);
    }
    own.extend(around.iter().cloned());
    own.into()
}

/// The items of a list that is not too long.
fn entries<'n>(node: &Node<'n>, name: &str, problems: &mut Vec<Problem>) -> Vec<Node<'n>> {
    let items = node.get_items(name, problems);
    if let Some(first) = items.get(ENTRIES_MAX) {
        let message = format!("`{name}` has more than {ENTRIES_MAX} entries");
        problems.push(
            first.problem(ProblemCode::Unsupported, message).with_help(
                "name fewer: a wider path, or what the contract says, needs no entry each",
            ),
        );
    }
    items.into_iter().take(ENTRIES_MAX).collect()
}

fn level(field: &Node<'_>, problems: &mut Vec<Problem>) -> Option<SnapshotLevel> {
    let level = match field.text(problems)? {
        "exact" => SnapshotLevel::Exact,
        "shape" => SnapshotLevel::Shape,
        "contract" => SnapshotLevel::Contract,
        "off" => SnapshotLevel::Off,
        other => {
            let known = ["exact", "shape", "contract", "off"];
            problems.push(Problem::unknown_reference(
                field.location(),
                "snapshot level",
                other,
                known.into_iter(),
            ));
            return None;
        }
    };
    Some(level)
}

/// The name of a header, in lower case (`RFC 9110 §5.6.2`).
fn header(field: &Node<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let text = field.text(problems)?;
    if !is_token(text) {
        let message = format!("`{text}` is no name of a header");
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help("write a name such as `Cache-Control`"));
        return None;
    }
    Some(text.to_ascii_lowercase())
}
