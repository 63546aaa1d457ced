//! As whom a step comes: its identity, and what of the operation's `security` it shows.

use std::sync::Arc;

use super::extension::StepExtension;
use crate::http::{Caller, DEFAULT_IDENTITY, SchemeSet};
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::Call;

/// As whom a step comes; none where the operation asks nobody who it is. `usual` is the identity that
/// the workflow names.
pub(super) fn lower(
    call: &Call,
    extension: &StepExtension<'_>,
    usual: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Option<Arc<Caller>> {
    let security: &[SchemeSet] = call.operation().map_or(&[], |(_, it)| &it.security);
    let left_out = left_out(security, &extension.without, problems);
    if security.is_empty() {
        return None;
    }
    let identity = extension.identity.as_deref().or(usual);
    let alternatives = security.iter().map(|set| {
        let shown = set.iter().filter(|it| !left_out.contains(&it.name));
        shown.cloned().collect()
    });
    Some(Arc::new(Caller {
        identity: identity.unwrap_or(DEFAULT_IDENTITY).into(),
        alternatives: alternatives.collect(),
    }))
}

/// The names under `without`, each of a scheme that the operation demands.
fn left_out(
    security: &[SchemeSet],
    without: &[Node<'_>],
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    let mut names = Vec::new();
    for item in without {
        let Some(name) = item.text(problems) else {
            continue;
        };
        let known = security.iter().flatten().map(|it| it.name.as_str());
        if known.clone().any(|it| it == name) {
            names.push(name.to_owned());
        } else {
            let what = "security scheme of this operation";
            problems.push(Problem::unknown_reference(
                item.location(),
                what,
                name,
                known,
            ));
        }
    }
    names
}

/// A step that waits for a refusal of the handshake gets no answer that it could read.
pub(super) fn check_handshake(
    node: &Node<'_>,
    call: &Call,
    extension: &StepExtension<'_>,
    problems: &mut Vec<Problem>,
) {
    if !extension.refused_handshake {
        return;
    }
    if call.operation().is_none() {
        problems.push(
            node.problem(
                ProblemCode::InvalidValue,
                "a workflow has no handshake that could be refused",
            )
            .with_help("say `handshake: refused` on a step that calls an operation"),
        );
    }
    for name in ["successCriteria", "outputs"] {
        if let Some(field) = node.get(name) {
            problems.push(
                field
                    .problem(
                        ProblemCode::InvalidValue,
                        format!(
                            "there is no answer for `{name}` to read when the handshake is refused"
                        ),
                    )
                    .with_help(format!("take away `{name}`, or `handshake: refused`")),
            );
        }
    }
}
