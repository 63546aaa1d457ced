//! `[probes]`: what probes have to know of an API that its contract cannot say.

use crate::check::law;
use crate::json::Pointer;
use crate::probe::{Excepted, Exception, Success, Ways};
use crate::problem::{Node, Problem, ProblemCode};

/// Reads it; with all its Problems.
pub(super) fn read(root: &Node<'_>, problems: &mut Vec<Problem>) -> Ways {
    let Some(node) = root.get("probes") else {
        return Ways::default();
    };
    node.exactly(&["success", "except"], problems);
    let success = node.get("success").and_then(|it| success(&it, problems));
    let entries = node.get_items("except", problems);
    let exceptions = entries.iter().filter_map(|it| exception(it, problems));
    let exceptions = exceptions.collect();
    Ways {
        success,
        exceptions,
    }
}

fn success(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Success> {
    node.exactly(&["place", "is"], problems);
    let place = node.require("place", problems);
    let place = place.and_then(|it| pointer(&it, problems));
    let values = node.require("is", problems)?;
    let values: Vec<_> = values
        .items(problems)
        .iter()
        .map(|it| it.value().clone())
        .collect();
    if values.is_empty() {
        let problem = node.problem(ProblemCode::InvalidValue, "no value is a success");
        problems.push(problem.with_help("list the values that are, such as `is = [0]`"));
        return None;
    }
    Some(Success {
        place: place?,
        values,
    })
}

fn pointer(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Pointer> {
    match Pointer::parse(node.text(problems)?) {
        Ok(place) => Some(place),
        Err(error) => {
            let problem = node.problem(ProblemCode::InvalidValue, error.to_string());
            problems.push(problem.with_help("write a JSON Pointer into the body, such as `/code`"));
            None
        }
    }
}

fn exception(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Exception> {
    node.exactly(&["operation", "place", "law", "why"], problems);
    let operation = node.require_text("operation", problems);
    let of = excepted(node, problems);
    let why = node.require_text("why", problems);
    if why.is_some_and(|it| it.trim().is_empty()) {
        let problem = node.problem(ProblemCode::InvalidValue, "the reason is empty");
        problems.push(problem.with_help("say what refuses it, and why no schema can say that"));
    }
    Some(Exception {
        operation: operation?.to_owned(),
        of: of?,
        why: why?.to_owned(),
    })
}

/// What does not hold: a place of the request, or a law.
fn excepted(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Excepted> {
    match (node.get("place"), node.get("law")) {
        (Some(place), None) => Some(Excepted::Place(place.text(problems)?.to_owned())),
        (None, Some(named)) => {
            let text = named.text(problems)?;
            // What variations ask is excepted by its place.
            let mut laws = law::LAWS.iter().filter(|it| !law::is_of_variations(it));
            if !laws.clone().any(|it| it.id == text) {
                let at = named.location();
                let names = laws.map(|it| it.id);
                problems.push(Problem::unknown_reference(at, "law", text, names));
                return None;
            }
            laws.find(|it| it.id == text)
                .map(|it| Excepted::Law(it.id.to_owned()))
        }
        (found, _) => {
            let message = match found {
                Some(_) => "an exception is of a `place` or of a `law`, and this is of both",
                None => "the exception says neither `place` nor `law`",
            };
            let problem = node.problem(ProblemCode::MissingField, message);
            let help = "write one of them: `place = \"body/name\"`, or `law = \"links-lead\"`";
            problems.push(problem.with_help(help));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn told(text: &str) -> (Vec<Excepted>, Vec<String>) {
        let source = Source::parse("specs/t/api.toml", text.to_owned()).expect("TOML");
        let mut problems = Vec::new();
        let ways = read(&Node::root(&source), &mut problems);
        let of = ways.exceptions.into_iter().map(|it| it.of);
        let problems = problems.iter();
        (
            of.collect(),
            problems.map(|it| it.message.clone()).collect(),
        )
    }

    fn entry(fields: &str) -> String {
        format!("[[probes.except]]\noperation = \"a\"\nwhy = \"so it is\"\n{fields}\n")
    }

    #[test]
    fn an_exception_is_of_a_place_or_of_a_law() {
        let text = [
            entry("place = \"body/name\""),
            entry("law = \"get-is-safe\""),
        ];
        let (of, problems) = told(&text.concat());
        assert_eq!(problems, Vec::<String>::new());
        let place = Excepted::Place("body/name".to_owned());
        let law = Excepted::Law("get-is-safe".to_owned());
        assert_eq!(of, [place, law]);
        for (fields, message) in [
            ("", "the exception says neither `place` nor `law`"),
            (
                "place = \"body/name\"\nlaw = \"get-is-safe\"",
                "an exception is of a `place` or of a `law`, and this is of both",
            ),
            ("law = \"get-is-saf\"", "there is no law `get-is-saf`"),
            (
                "law = \"valid-is-accepted\"",
                "there is no law `valid-is-accepted`",
            ),
        ] {
            let (of, problems) = told(&entry(fields));
            assert_eq!((of, problems), (Vec::new(), vec![message.to_owned()]));
        }
    }
}
