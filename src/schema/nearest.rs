//! Which alternative of an `anyOf` or `oneOf` a value was most likely meant for.
//!
//! Telling what is wrong with every alternative drowns the one that matters. The nearest one is
//! where the value at least has the right type, then where what tells alternatives apart (`const`,
//! `enum`) fits, then where the fewest rules are broken; of several, the first.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;

/// How deep alternatives within alternatives are looked into.
const ALTERNATIVES_DEPTH_MAX: usize = 8;

/// Adds an error, and what is wrong with the nearest alternative when it is about alternatives.
pub(super) fn add_with_branches<'e, 'i>(
    error: &'e ValidationError<'i>,
    depth: usize,
    found: &mut Vec<&'e ValidationError<'i>>,
) where
    'static: 'i,
{
    found.push(error);
    let (Kind::AnyOf { context } | Kind::OneOfNotValid { context }) = error.kind() else {
        return;
    };
    if depth >= ALTERNATIVES_DEPTH_MAX {
        return;
    }
    let place = error.instance_path().as_str();
    let nearest = context.iter().min_by_key(|branch| distance(branch, place));
    for inner in nearest.into_iter().flatten() {
        add_with_branches(inner, depth + 1, found);
    }
}

/// How far an alternative is from the value at `place`; less is nearer.
fn distance(branch: &[ValidationError<'static>], place: &str) -> (bool, usize, usize) {
    let wrong_type = branch.iter().any(|error| {
        matches!(error.kind(), Kind::Type { .. }) && error.instance_path().as_str() == place
    });
    let marks_missed = branch
        .iter()
        .filter(|error| matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. }))
        .count();
    (wrong_type, marks_missed, branch.len())
}
