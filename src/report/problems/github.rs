//! Problems as workflow commands of GitHub Actions, which show them beside the lines of a change.

use std::fmt::Write as _;

use super::ProblemFormat;
use crate::problem::Problem;
use crate::report::workflow_command::{Annotation, level};

pub(super) const FORMAT: ProblemFormat = ProblemFormat {
    id: "github",
    summary: "Workflow commands of GitHub Actions, one annotation for each problem.",
    render,
};

fn render(problems: &[Problem]) -> String {
    problems.iter().map(command).collect()
}

/// One problem as a command, ending with a line end.
pub(in crate::report) fn command(problem: &Problem) -> String {
    let mut text = problem.message.clone();
    if let Some((location, why)) = &problem.also {
        write!(text, "\n{why}: {location}").expect("a String takes all");
    }
    if !problem.help.is_empty() {
        write!(text, "\nhelp: {}", problem.help).expect("a String takes all");
    }
    let note = Annotation {
        level: level(problem.severity),
        location: problem.location.as_ref(),
        title: problem.code.id(),
        text: &text,
    };
    note.command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_problem_is_one_line_and_breaks_out_of_none() {
        let text = render(&super::super::sample::problems());
        let expected = "\
::error file=specs/a b/ö%2C%3A%25.yaml,line=2,endLine=2,col=4,endColumn=7,title=unknown-field::\
`b`%0D%0Ais 100%25 <wrong>, :not \\u{1b}[31mred%0Athe other, one: specs/a b/ö,:%25.yaml:1:4%0A\
help: take it away%0Aor not
::warning file=specs/a b/ö%2C%3A%25.yaml,line=1,endLine=1,col=4,endColumn=7,title=unused-output::nobody reads it
::error title=unusable-file::there is no folder
";
        assert_eq!(text, expected);
        assert_eq!(render(&[]), "");
    }
}
