//! The parts of a SARIF document, and its text.
//!
//! Source: OASIS SARIF 2.1.0: §3.14 (runs), §3.19 (tool components), §3.20 (invocations), §3.27 (results),
//! §3.28 to §3.30 (locations and regions), §3.49 (rules). Columns count Unicode characters, as
//! `columnKind` says.

use percent_encoding::utf8_percent_encode;
use serde::Serialize;

use crate::http::UNRESERVED;
use crate::report::PROGRAM;
use crate::report::escape::to_json;
use crate::source::Location;
use crate::verdict::Severity;

/// The schema of the format, as its standard names it.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

/// A run of the program.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Run {
    tool: Tool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    invocations: Vec<Invocation>,
    column_kind: &'static str,
    results: Vec<Entry>,
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

/// How the program did.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Invocation {
    /// Whether it did all that it was asked for.
    pub(in crate::report) execution_successful: bool,
    /// What is to be said of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) tool_execution_notifications: Vec<Notification>,
}

/// Something that is to be said of the run itself.
#[derive(Serialize)]
pub(in crate::report) struct Notification {
    /// How much it weighs.
    pub(in crate::report) level: &'static str,
    /// What it is.
    pub(in crate::report) message: Message,
}

/// A rule that results break.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Rule {
    id: &'static str,
    short_description: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Help>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_configuration: Option<Configuration>,
}

#[derive(Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

/// A text.
#[derive(Serialize)]
pub(in crate::report) struct Message {
    text: String,
}

/// A result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Entry {
    /// The name of its rule.
    pub(in crate::report) rule_id: &'static str,
    /// The place of its rule in the list of them.
    pub(in crate::report) rule_index: usize,
    /// How much it weighs.
    pub(in crate::report) level: &'static str,
    /// What is wrong.
    pub(in crate::report) message: Message,
    /// Where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) locations: Vec<Place>,
    /// What else belongs to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) related_locations: Vec<Place>,
    /// By what it is known from run to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) partial_fingerprints: Option<Fingerprints>,
    /// Why it is borne; empty where it is not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) suppressions: Vec<Suppression>,
}

/// That a result is borne (§3.35).
#[derive(Serialize)]
pub(in crate::report) struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

/// The name of a result that stays.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Fingerprints {
    #[serde(rename = "countersign/v1")]
    own: String,
    /// The one that GitHub knows; without it, it makes one from the text of the line.
    primary_location_line_hash: String,
}

/// A place in a file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
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

/// The document of a run, ending with a line end.
pub(in crate::report) fn render(run: Run) -> String {
    to_json(&Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run],
    })
}

/// The word for a weight.
pub(in crate::report) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Waived => "note",
    }
}

impl Run {
    /// A run of this program that came to these results.
    pub(in crate::report) fn new(rules: Vec<Rule>, results: Vec<Entry>) -> Self {
        let driver = Driver {
            name: PROGRAM,
            semantic_version: env!("CARGO_PKG_VERSION"),
            rules,
        };
        Self {
            tool: Tool { driver },
            invocations: Vec::new(),
            column_kind: "unicodeCodePoints",
            results,
        }
    }

    /// The same, with how the program did.
    pub(in crate::report) fn with_invocation(mut self, invocation: Invocation) -> Self {
        self.invocations.push(invocation);
        self
    }
}

impl Rule {
    /// A rule with a sentence on it.
    pub(in crate::report) fn new(id: &'static str, summary: &str) -> Self {
        Self {
            id,
            short_description: Message::new(summary),
            help: None,
            default_configuration: None,
        }
    }

    /// The same, with what to do, in Markdown, and the usual weight.
    pub(in crate::report) fn with_help(self, help: &'static str, severity: Severity) -> Self {
        let level = level(severity);
        Self {
            help: Some(Help {
                text: help,
                markdown: help,
            }),
            default_configuration: Some(Configuration { level }),
            ..self
        }
    }
}

impl Message {
    /// A text that stands for itself: none of it is a link (§3.11.6).
    pub(in crate::report) fn new(text: &str) -> Self {
        Self {
            text: text.replace("](", "\\]("),
        }
    }
}

impl Suppression {
    /// One that is declared outside of the file with the result.
    pub(in crate::report) fn external(why: &str) -> Self {
        Self {
            kind: "external",
            status: "accepted",
            justification: why.to_owned(),
        }
    }
}

impl Fingerprints {
    /// The same fingerprint under each name.
    pub(in crate::report) fn new(fingerprint: &str) -> Self {
        Self {
            own: fingerprint.to_owned(),
            primary_location_line_hash: fingerprint.to_owned(),
        }
    }
}

impl Place {
    /// A place in a file.
    pub(in crate::report) fn of(location: &Location) -> Self {
        let (end_line, end_column) = location.end();
        Self {
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

    /// The same, as the one place beside that of the result itself, with a word on why.
    pub(in crate::report) fn related(self, why: &str) -> Self {
        Self {
            id: Some(1),
            message: Some(Message::new(why)),
            ..self
        }
    }
}

/// A path as a relative reference (`RFC 3986 §4.2`).
fn reference(path: &str) -> String {
    let segments = path.split('/');
    let encoded = segments.map(|it| utf8_percent_encode(it, UNRESERVED).to_string());
    encoded.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
pub(in crate::report) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::schema::Schema;

    /// What the standard's own schema demands of the parts that are written here.
    const PARTS: &str = include_str!("parts.schema.json");

    /// Whether a document keeps the standard, and its results name rules that it has.
    pub(in crate::report) fn assert_standard(document: &Value) {
        let parts = serde_json::from_str(PARTS).expect("the schema is JSON");
        let schema = Schema::compile(&parts).expect("the schema compiles");
        assert_eq!(schema.violations(document).list, [], "{document}");
        let rules = &document["runs"][0]["tool"]["driver"]["rules"];
        for entry in results(document) {
            let index = entry["ruleIndex"].as_u64().expect("a number");
            let index = usize::try_from(index).expect("it is small");
            assert_eq!(rules[index]["id"], entry["ruleId"]);
        }
    }

    pub(in crate::report) fn results(document: &Value) -> &[Value] {
        document["runs"][0]["results"].as_array().expect("a list")
    }

    #[test]
    fn the_schema_refuses_another_document() {
        let parts = serde_json::from_str(PARTS).expect("the schema is JSON");
        let schema = Schema::compile(&parts).expect("the schema compiles");
        for wrong in [
            json!({"version": "2.1.0"}),
            json!({"version": "2.2.0", "runs": []}),
            json!({"version": "2.1.0", "runs": [{"tool": {}}]}),
            json!({"version": "2.1.0", "runs": [], "more": 1}),
        ] {
            assert!(!schema.is_valid(&wrong), "{wrong}");
        }
    }

    #[test]
    fn no_text_is_a_link() {
        let text = |text: &str| Message::new(text).text;
        assert_eq!(text("[x](http://evil)"), "[x\\](http://evil)");
        assert_eq!(text("a[0] (b)"), "a[0] (b)");
    }
}
