//! Problems as one JSON object: for scripts and editors. Lines and columns count from 1, columns in
//! characters.

use serde::Serialize;

use super::ProblemFormat;
use crate::problem::Problem;
use crate::report::escape::to_json;
use crate::source::Location;

pub(super) const FORMAT: ProblemFormat = ProblemFormat {
    id: "json",
    summary: "One JSON object with all problems, for scripts and editors.",
    render,
};

#[derive(Serialize)]
struct Document<'p> {
    errors: usize,
    warnings: usize,
    problems: Vec<Entry<'p>>,
}

#[derive(Serialize)]
struct Entry<'p> {
    code: &'static str,
    severity: String,
    message: &'p str,
    #[serde(skip_serializing_if = "str::is_empty")]
    help: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    also: Option<Also<'p>>,
}

#[derive(Serialize)]
struct Also<'p> {
    why: &'p str,
    place: Place<'p>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'p> {
    path: &'p str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl<'p> Place<'p> {
    fn of(location: &'p Location) -> Self {
        let (end_line, end_column) = location.end();
        Self {
            path: &location.path,
            line: location.line,
            column: location.column,
            end_line,
            end_column,
        }
    }
}

fn render(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|it| it.is_error()).count();
    let entries = problems.iter().map(|problem| Entry {
        code: problem.code.id(),
        severity: problem.severity.to_string(),
        message: &problem.message,
        help: &problem.help,
        place: problem.location.as_ref().map(Place::of),
        also: problem.also.as_ref().map(|(location, why)| Also {
            why,
            place: Place::of(location),
        }),
    });
    let document = Document {
        errors,
        warnings: problems.len() - errors,
        problems: entries.collect(),
    };
    to_json(&document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn every_part_is_there_and_nothing_steers_a_terminal() {
        let text = render(&super::super::sample::problems());
        let read: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!((&read["errors"], &read["warnings"]), (&json!(2), &json!(1)));
        let first = &read["problems"][0];
        assert_eq!(first["code"], "unknown-field");
        assert_eq!(first["also"]["place"]["endColumn"], 7);
        assert_eq!(first["place"]["line"], 2);
        assert_eq!(read["problems"][2].get("place"), None);
        assert_eq!(read["problems"][1].get("help"), None);
        assert!(!text.contains('\u{1b}') && text.ends_with("}\n"));
    }

    #[test]
    fn without_problems_the_document_is_whole() {
        let read: Value = serde_json::from_str(&render(&[])).expect("it is JSON");
        assert_eq!(read, json!({"errors": 0, "warnings": 0, "problems": []}));
    }
}
