//! Problems as SARIF, which code scanning services and editors read.
//!
//! Source: OASIS SARIF 2.1.0: §3.14 (runs), §3.19 (tool components), §3.27 (results), §3.28 to §3.30
//! (locations and regions). Columns count Unicode characters, as `columnKind` says.

use std::collections::BTreeSet;

use percent_encoding::utf8_percent_encode;
use serde::Serialize;

use super::ProblemFormat;
use crate::http::UNRESERVED;
use crate::problem::{Problem, ProblemCode};
use crate::report::PROGRAM;
use crate::report::escape::to_json;
use crate::source::Location;
use crate::verdict::Severity;

pub(super) const FORMAT: ProblemFormat = ProblemFormat {
    id: "sarif",
    summary: "SARIF 2.1.0, for code scanning services and editors.",
    render,
};

/// The schema of the format, as its standard names it.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'p> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'p>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'p> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Entry<'p>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'p> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Place<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place<'p>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageOf<'p>>,
}

#[derive(Serialize)]
struct MessageOf<'p> {
    text: &'p str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

fn render(problems: &[Problem]) -> String {
    let codes: BTreeSet<ProblemCode> = problems.iter().map(|it| it.code).collect();
    let codes: Vec<ProblemCode> = codes.into_iter().collect();
    let rules = codes.iter().map(|code| Rule {
        id: code.id(),
        short_description: Message {
            text: code.summary().to_owned(),
        },
    });
    let driver = Driver {
        name: PROGRAM,
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules.collect(),
    };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver },
            column_kind: "unicodeCodePoints",
            results: problems.iter().map(|it| entry(it, &codes)).collect(),
        }],
    };
    to_json(&log)
}

fn entry<'p>(problem: &'p Problem, codes: &[ProblemCode]) -> Entry<'p> {
    let rule_index = codes.binary_search(&problem.code);
    let mut text = problem.message.clone();
    if !problem.help.is_empty() {
        text.push_str("\nhelp: ");
        text.push_str(&problem.help);
    }
    Entry {
        rule_id: problem.code.id(),
        rule_index: rule_index.expect("every code of a problem is among the rules"),
        level: match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: Message { text },
        locations: problem.location.iter().map(place).collect(),
        related_locations: problem
            .also
            .iter()
            .map(|(location, why)| Place {
                id: Some(1),
                message: Some(MessageOf { text: why }),
                ..place(location)
            })
            .collect(),
    }
}

fn place(location: &Location) -> Place<'static> {
    let (end_line, end_column) = location.end();
    Place {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: reference(&location.path),
            },
            region: Region {
                start_line: location.line,
                start_column: location.column,
                end_line,
                end_column,
            },
        },
        message: None,
    }
}

/// A path as a relative reference (`RFC 3986 §4.2`).
fn reference(path: &str) -> String {
    let segments = path.split('/');
    let encoded = segments.map(|it| utf8_percent_encode(it, UNRESERVED).to_string());
    encoded.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;
    use serde_json::{Value, json};

    /// What the standard demands of the parts that are written here.
    fn demanded() -> Value {
        let line = json!({"type": "integer", "minimum": 1});
        let message = json!({"type": "object", "required": ["text"]});
        let place = json!({
            "type": "object",
            "required": ["physicalLocation"],
            "properties": {
                "id": {"type": "integer", "minimum": -1},
                "message": message,
                "physicalLocation": {
                    "required": ["artifactLocation"],
                    "properties": {
                        "artifactLocation": {"properties": {"uri": {"type": "string", "format": "uri-reference"}}},
                        "region": {
                            "required": ["startLine"],
                            "properties": {"startLine": line, "startColumn": line, "endLine": line, "endColumn": line},
                            "additionalProperties": false
                        }
                    }
                }
            }
        });
        let places = json!({"type": "array", "items": place, "uniqueItems": true});
        json!({
            "required": ["version", "runs"],
            "properties": {
                "version": {"const": "2.1.0"},
                "$schema": {"format": "uri"},
                "runs": {"type": "array", "items": {
                    "required": ["tool"],
                    "properties": {
                        "tool": {"required": ["driver"], "properties": {"driver": {
                            "required": ["name"],
                            "properties": {"rules": {"type": "array", "uniqueItems": true, "items": {
                                "required": ["id"], "properties": {"shortDescription": message}
                            }}}
                        }}},
                        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                        "results": {"type": "array", "items": {
                            "required": ["message"],
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": -1},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": message,
                                "locations": places,
                                "relatedLocations": places
                            }
                        }}
                    }
                }}
            }
        })
    }

    #[test]
    fn the_document_has_the_form_of_the_standard() {
        let schema = Schema::compile(&demanded()).expect("the test's own schema");
        for problems in [super::super::sample::problems(), Vec::new()] {
            let text = render(&problems);
            let read: Value = serde_json::from_str(&text).expect("it is JSON");
            let violations = schema.violations(&read);
            assert!(violations.is_empty(), "{violations:?}\n{text}");
            let run = &read["runs"][0];
            let entries = run["results"].as_array().expect("a list");
            assert_eq!(entries.len(), problems.len());
            for entry in entries {
                let index = entry["ruleIndex"].as_u64().expect("a number");
                let index = usize::try_from(index).expect("it is small");
                assert_eq!(run["tool"]["driver"]["rules"][index]["id"], entry["ruleId"]);
            }
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
