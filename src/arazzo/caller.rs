//! As whom a step comes: its identity, and what of the operation's `security` it shows.

use std::sync::Arc;

use super::extension::StepExtension;
use crate::http::{Caller, DEFAULT_IDENTITY, SchemeSet};
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::Call;

/// As whom a step comes; none where the operation asks nobody who it is. `usual` is the identity that
/// the workflow names.
///
/// Credentials are shown wherever the contract takes some: coming as nobody counts only where nothing
/// else is held, and never for an identity that is named.
pub(super) fn lower(
    node: &Node<'_>,
    (call, extension): (&Call, &StepExtension<'_>),
    usual: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Option<Arc<Caller>> {
    let security: &[SchemeSet] = call.operation().map_or(&[], |(_, it)| &it.security);
    let left_out = left_out(security, &extension.without, problems);
    if security.is_empty() {
        if extension.identity.is_some() {
            let message = "nobody is asked here who it is, so `as` says nothing";
            problems.push(
                node.problem(ProblemCode::InvalidValue, message)
                    .with_help("say it on steps whose operation has `security`, or take it away"),
            );
        }
        return None;
    }
    let identity = extension.identity.as_deref().or(usual);
    let (demanding, nothing): (Vec<_>, Vec<_>) =
        security.iter().cloned().partition(|set| !set.is_empty());
    let mut alternatives = demanding;
    if identity.is_none() || alternatives.is_empty() {
        alternatives.extend(nothing);
    }
    for set in &mut alternatives {
        set.retain(|scheme| !left_out.contains(&scheme.name));
    }
    Some(Arc::new(Caller {
        identity: identity.unwrap_or(DEFAULT_IDENTITY).into(),
        alternatives,
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
    // Actions may depend on criteria, which read an answer as well.
    let actions = ["onSuccess", "onFailure"].map(|name| node.get_items(name, &mut Vec::new()));
    let actions = actions
        .iter()
        .flatten()
        .filter_map(|action| action.get("criteria"));
    let own = ["successCriteria", "outputs"].map(|name| node.get(name));
    for field in own.into_iter().flatten().chain(actions) {
        let name = field.pointer().last().unwrap_or_default();
        let message =
            format!("there is no answer for `{name}` to read when the handshake is refused");
        problems.push(
            field
                .problem(ProblemCode::InvalidValue, message)
                .with_help(format!("take away `{name}`, or `handshake: refused`")),
        );
    }
}
