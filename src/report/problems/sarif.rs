//! Problems as SARIF, which code scanning services and editors read.

use std::collections::BTreeSet;

use super::ProblemFormat;
use crate::problem::{Problem, ProblemCode};
use crate::report::sarif::log::{Entry, Message, Place, Rule, Run, level, render as render_log};

pub(super) const FORMAT: ProblemFormat = ProblemFormat {
    id: "sarif",
    summary: "SARIF 2.1.0, for code scanning services and editors.",
    render,
};

fn render(problems: &[Problem]) -> String {
    let codes: BTreeSet<ProblemCode> = problems.iter().map(|it| it.code).collect();
    let codes: Vec<ProblemCode> = codes.into_iter().collect();
    let rules = codes
        .iter()
        .map(|code| Rule::new(code.id(), code.summary()))
        .collect();
    let results = problems.iter().map(|it| entry(it, &codes)).collect();
    render_log(Run::new(rules, results))
}

fn entry(problem: &Problem, codes: &[ProblemCode]) -> Entry {
    let rule_index = codes.binary_search(&problem.code);
    let mut text = problem.message.clone();
    if !problem.help.is_empty() {
        text.push_str("\nhelp: ");
        text.push_str(&problem.help);
    }
    let also = problem.also.iter();
    Entry {
        rule_id: problem.code.id(),
        rule_index: rule_index.expect("every code of a problem is among the rules"),
        level: level(problem.severity),
        message: Message::new(&text),
        locations: problem.location.iter().map(Place::of).collect(),
        related_locations: also
            .map(|(location, why)| Place::of(location).related(why))
            .collect(),
        partial_fingerprints: None,
        suppressions: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::sarif::log::tests::{assert_standard, results};

    #[test]
    fn the_document_has_the_form_of_the_standard() {
        for problems in [super::super::sample::problems(), Vec::new()] {
            let text = render(&problems);
            let read: Value = serde_json::from_str(&text).expect("it is JSON");
            assert_standard(&read);
            assert_eq!(results(&read).len(), problems.len());
            assert!(!text.contains('\u{1b}'));
        }
    }

    #[test]
    fn a_path_is_a_reference() {
        let text = render(&super::super::sample::problems());
        assert!(
            text.contains("\"specs/a%20b/%C3%B6%2C%3A%25.yaml\""),
            "{text}"
        );
    }
}
