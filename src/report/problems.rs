//! Problems for programs: one file per format, each a function from Problems to the bytes of a document.
//!
//! What a person reads is rendered by `shell::excerpt`, which knows terminals. The same Problems give the
//! same bytes; no time and no name of a machine stands in them.

mod github;
mod json;
mod sarif;

pub(super) use github::command as github_command;

use crate::problem::Problem;

/// A format in which Problems are handed to a program.
pub struct ProblemFormat {
    /// Its name on the command line.
    pub id: &'static str,
    /// What it is, in a sentence.
    pub summary: &'static str,
    /// The whole document, ending with a line end.
    pub render: fn(&[Problem]) -> String,
}

/// Every format.
pub const PROBLEM_FORMATS: &[ProblemFormat] = &[json::FORMAT, sarif::FORMAT, github::FORMAT];

#[cfg(test)]
mod sample {
    //! Problems with everything that is hostile to a format.

    use crate::problem::{Node, Problem, ProblemCode};
    use crate::source::Source;

    /// An error with two places, a warning at a place, an error without one.
    pub(super) fn problems() -> Vec<Problem> {
        let text = "a: \"é\"\nb: <&'\n".to_owned();
        let source = Source::parse("specs/a b/ö,:%.yaml", text).expect("the sample is YAML");
        let root = Node::root(&source);
        let (a, b) = (root.get("a").expect("a"), root.get("b").expect("b"));
        vec![
            b.problem(
                ProblemCode::UnknownField,
                "`b`\r\nis 100% <wrong>, :not \u{1b}[31mred",
            )
            .with_also(a.location(), "the other, one")
            .with_help("take it away\nor not"),
            a.problem(ProblemCode::UnusedOutput, "nobody reads it")
                .as_warning(),
            Problem::without_place(ProblemCode::UnusableFile, "there is no folder"),
        ]
    }
}
