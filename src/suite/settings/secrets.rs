//! `[secrets]`: names of what is secret wherever it stands.

use crate::problem::{Node, Problem, ProblemCode};

/// Reads the names.
pub(super) fn read(root: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<String> {
    let Some(node) = root.get("secrets") else {
        return Vec::new();
    };
    node.exactly(&["names"], problems);
    let mut names: Vec<String> = Vec::new();
    for item in node.get_items("names", problems) {
        let Some(name) = item.text(problems) else {
            continue;
        };
        if name.trim().is_empty() || name.trim() != name {
            let problem = item.problem(ProblemCode::InvalidValue, "this is no name");
            problems.push(problem.with_help(
                "write the name of a member of JSON, a field, an input or an output, such as \"adminToken\"",
            ));
        } else if names.iter().any(|it| it == name) {
            let message = format!("`{name}` is named twice");
            let problem = item.problem(ProblemCode::InvalidValue, message);
            problems.push(problem.with_help("take one of them away"));
        } else {
            names.push(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::tests::problems;

    #[test]
    fn names_are_names_and_each_stands_once() {
        assert_eq!(
            problems("[secrets]\nnames = [\"adminToken\", \"X-Key\"]"),
            [""; 0]
        );
        let wrong = problems("[secrets]\nnames = [\"a\", \"\", \" b\", \"a\", 1]\nmore = 1");
        assert_eq!(wrong.len(), 5, "{wrong:?}");
        assert!(wrong.iter().any(|it| it.contains("this is no name")));
        assert!(wrong.iter().any(|it| it.contains("`a` is named twice")));
    }
}
