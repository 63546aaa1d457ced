//! An input that holds the tag of the run: `x-countersign: {runTag: true}` on its schema.

use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::RunTag;

/// The input of a workflow that holds the tag of the run, when one does.
pub(super) fn lower(inputs: &Node<'_>, problems: &mut Vec<Problem>) -> Option<RunTag> {
    let mut found: Option<RunTag> = None;
    // What is no object has been told already.
    for (name, property) in inputs.get_entries("properties", &mut Vec::new()) {
        let Some(own) = property.get("x-countersign") else {
            continue;
        };
        own.exactly(&["runTag"], problems);
        let flag = own.get("runTag");
        if flag.and_then(|it| it.boolean(problems)) != Some(true) {
            continue;
        }
        let default = property.get("default");
        let default = default.and_then(|it| it.value().as_str().map(str::to_owned));
        let Some(default) = default.filter(|it| !it.is_empty()) else {
            let message = format!("`{name}` has no text to be without a tag");
            let problem = own.problem(ProblemCode::MissingField, message);
            problems.push(problem.with_help("add a `default`, such as `dev`"));
            continue;
        };
        if let Some(first) = &found {
            let message = format!("`{}` holds the tag of the run already", first.input);
            let problem = own.problem(ProblemCode::DuplicateName, message);
            problems.push(problem.with_help("keep one of the two"));
            continue;
        }
        found = Some(RunTag {
            input: name.to_owned(),
            default,
        });
    }
    found
}
