//! Whether a value may be one of a schema, by its looks: its type, what is listed, which members it must
//! and must not have. It is cheap, and says no only where the schema does.

use serde_json::Value;

use super::tree::{Part, Tree};
use crate::contract::Types;
use crate::json;

/// How deep a value is looked into.
const DEPTH_MAX: usize = 4;

/// Whether a value may satisfy a part.
pub(super) fn fits(tree: &Tree, part: usize, value: &Value) -> bool {
    look(tree, part, value, 0)
}

fn look(tree: &Tree, part: usize, value: &Value, depth: usize) -> bool {
    let part = &tree.parts[part];
    let is_named = part.types.is_none_or(|it| it.holds(Types::of(value)));
    let mut listed = part.listed.iter();
    let is_listed = part.listed.is_empty() || listed.any(|(it, _)| json::equal(it, value));
    if part.is_never || !is_named || !is_listed {
        return false;
    }
    if depth >= DEPTH_MAX {
        return true;
    }
    let also = part.also.iter().all(|it| look(tree, *it, value, depth + 1));
    let mut choices = part.choices.iter();
    also && choices.all(|it| it.iter().any(|it| look(tree, it.part, value, depth + 1)))
        && has_members(tree, part, value, depth)
}

fn has_members(tree: &Tree, part: &Part, value: &Value, depth: usize) -> bool {
    let Value::Object(members) = value else {
        return true;
    };
    if part.required.iter().any(|it| !members.contains_key(it)) {
        return false;
    }
    members
        .iter()
        .all(|(name, value)| match part.members.get(name) {
            Some(member) => look(tree, member.part, value, depth + 1),
            None => !part.is_closed,
        })
}
