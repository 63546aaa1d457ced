//! Problems as workflow commands of GitHub Actions: each becomes an annotation of the changed file.
//!
//! Source: GitHub's "Workflow commands": `%`, CR and LF are percent-encoded in a message, `:` and `,` in a
//! property as well.

use std::fmt::Write as _;

use super::ProblemFormat;
use crate::problem::Problem;
use crate::report::escape;

pub(super) const FORMAT: ProblemFormat = ProblemFormat {
    id: "github",
    summary: "Workflow commands of GitHub Actions, one annotation for each problem.",
    render,
};

fn render(problems: &[Problem]) -> String {
    let mut out = String::new();
    for problem in problems {
        let mut place = String::new();
        if let Some(location) = &problem.location {
            let (end_line, end_column) = location.end();
            let file = property(&location.path);
            write!(
                place,
                "file={file},line={},endLine={end_line}",
                location.line
            )
            .expect("a String takes all");
            // A column is only understood of an annotation within one line.
            if end_line == location.line {
                let column = location.column;
                write!(place, ",col={column},endColumn={end_column}").expect("a String takes all");
            }
            place.push(',');
        }
        let mut text = problem.message.clone();
        if let Some((location, why)) = &problem.also {
            write!(text, "\n{why}: {location}").expect("a String takes all");
        }
        if !problem.help.is_empty() {
            write!(text, "\nhelp: {}", problem.help).expect("a String takes all");
        }
        let (severity, code) = (problem.severity, problem.code.id());
        writeln!(out, "::{severity} {place}title={code}::{}", message(&text))
            .expect("a String takes all");
    }
    out
}

fn message(text: &str) -> String {
    // Percent signs first: the others bring new ones.
    let text = text.replace('%', "%25").replace('\r', "%0D");
    escape(&text.replace('\n', "%0A")).into_owned()
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
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
