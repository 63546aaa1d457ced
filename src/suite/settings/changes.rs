//! `[changes]`: what becomes of the changes of each class.

use crate::change::{CLASSES, ChangeClass, ChangePolicy, Consequence};
use crate::problem::{Node, Problem};

/// Reads it; with all its Problems.
pub(super) fn read(root: &Node<'_>, problems: &mut Vec<Problem>) -> ChangePolicy {
    let mut policy = ChangePolicy::default();
    for (id, node) in root.get_entries("changes", problems) {
        let Some(class) = ChangeClass::find(id) else {
            let known = CLASSES.iter().map(|it| it.id());
            let place = node.key_location();
            problems.push(Problem::unknown_reference(
                place,
                "class of changes",
                id,
                known,
            ));
            continue;
        };
        let Some(text) = node.text(problems) else {
            continue;
        };
        match Consequence::find(text) {
            Some(consequence) => policy.set(class, consequence),
            None => {
                let known = ["fail", "review", "pass"].into_iter();
                let place = node.location();
                problems.push(Problem::unknown_reference(
                    place,
                    "consequence",
                    text,
                    known,
                ));
            }
        }
    }
    policy
}
