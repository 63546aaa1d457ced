//! The page of an API, as Markdown: what it can be asked, the flows as sequence diagrams (Mermaid), and
//! how its document was read where it is silent or slips.

mod diagram;
mod text;

use std::fmt::Write as _;

use serde_json::Value;

use super::Api;
use crate::http::SchemeSet;
use crate::json::Pointer;
use crate::report::human::count;
use crate::scenario::Scenario;
use text::{cell, code_cell, paragraphs, prose};

/// Paragraphs of descriptions that say how the API's document was read.
const READINGS: [(&str, &str); 2] = [("Slip:", "Slips of the document"), ("Reading:", "Readings")];

/// How deep descriptions are looked for.
const DEPTH_MAX: usize = 64;

/// What the third line of every page begins with, and of no page that somebody wrote.
const MARK: &str = "Generated from [specs/";

/// Why writing cannot fail.
const TAKES_ALL: &str = "a String takes all";

/// Renders the page of an API.
pub fn render_page(api: &Api) -> String {
    let contract = &api.contract;
    let mut out = format!("# {}\n\n", api.name);
    let folder = &api.name;
    writeln!(
        out,
        "{MARK}{folder}](../../specs/{folder}) by `countersign docs`.\n"
    )
    .expect(TAKES_ALL);
    let root = contract.source.root();
    let about = |name: &str| {
        root.pointer(&format!("/info/{name}"))
            .and_then(Value::as_str)
    };
    for text in ["summary", "description"].into_iter().filter_map(about) {
        for paragraph in paragraphs(text).filter(|it| reading(it).is_none()) {
            writeln!(out, "{}\n", prose(&paragraph)).expect(TAKES_ALL);
        }
    }
    write_operations(api, &mut out);
    write_readings(api, &mut out);
    write_uncovered(api, &mut out);
    write_flows(api, &mut out);
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    out
}

/// Whether a text is a page that [`render_page`] wrote.
pub fn is_page(text: &str) -> bool {
    let mut lines = text.lines();
    let titled = lines.next().is_some_and(|it| it.starts_with("# "));
    titled && lines.next() == Some("") && lines.next().is_some_and(|it| it.starts_with(MARK))
}

fn write_operations(api: &Api, out: &mut String) {
    out.push_str(
        "## Operations\n\n| operation | request | answers | demands |\n|---|---|---|---|\n",
    );
    for operation in &api.contract.operations {
        let answers: Vec<String> = operation
            .responses
            .iter()
            .map(|response| response.status.to_string())
            .collect();
        let summary = match cell(&operation.summary) {
            summary if summary.is_empty() => summary,
            summary => format!("<br>{summary}"),
        };
        let name = code_cell(&operation.id);
        let request = code_cell(&format!("{} {}", operation.method, operation.path));
        let (answers, demands) = (answers.join(", "), demands(&operation.security));
        writeln!(
            out,
            "| {name}{summary} | {request} | {answers} | {demands} |"
        )
        .expect(TAKES_ALL);
    }
    out.push('\n');
}

fn demands(security: &[SchemeSet]) -> String {
    let sets = security.iter().map(|set| {
        let names: Vec<String> = set.iter().map(|it| code_cell(&it.name)).collect();
        if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join(" and ")
        }
    });
    sets.collect::<Vec<_>>().join(", or ")
}

fn write_flows(api: &Api, out: &mut String) {
    let flows = count(api.scenarios.len(), "flow");
    let steps = api.scenarios.iter().map(|scenario| scenario.steps.len());
    let steps = count(steps.sum(), "step");
    writeln!(out, "## Flows\n\n{flows} with {steps}.\n").expect(TAKES_ALL);
    for scenario in &api.scenarios {
        write_flow(scenario, out);
    }
}

fn write_flow(scenario: &Scenario, out: &mut String) {
    writeln!(out, "### {}\n", scenario.id).expect(TAKES_ALL);
    if !scenario.summary.is_empty() {
        writeln!(out, "{}\n", prose(&scenario.summary)).expect(TAKES_ALL);
    }
    if !scenario.depends_on.is_empty() {
        let names = scenario.depends_on.iter();
        let links: Vec<String> = names
            .map(|id| format!("[{id}](#{})", id.to_lowercase()))
            .collect();
        writeln!(out, "After {}.\n", links.join(", ")).expect(TAKES_ALL);
    }
    diagram::write(scenario, out);
}

fn write_readings(api: &Api, out: &mut String) {
    let mut found = Vec::new();
    descriptions(api.contract.source.root(), &Pointer::root(), 0, &mut found);
    for (mark, title) in READINGS {
        let mut lines: Vec<String> = Vec::new();
        for (place, text) in &found {
            for paragraph in paragraphs(text).filter(|it| it.starts_with(mark)) {
                let said = prose(&paragraph[mark.len()..]);
                lines.push(format!("- {}: {said}", owner(api, place)));
            }
        }
        if !lines.is_empty() {
            writeln!(out, "## {title}\n\n{}\n", lines.join("\n")).expect(TAKES_ALL);
        }
    }
}

fn write_uncovered(api: &Api, out: &mut String) {
    let entries = &api.settings.uncovered;
    if entries.is_empty() {
        return;
    }
    out.push_str("## Not covered\n\nWhat no flow exercises, and why:\n\n");
    for entry in entries {
        let operation = match &entry.operation {
            Some(operation) => format!("`{operation}`"),
            None => "every operation".to_owned(),
        };
        writeln!(out, "- {operation}, {}: {}", entry.part, prose(&entry.why)).expect(TAKES_ALL);
    }
    out.push('\n');
}

/// Every description of a document with its place, in the document's order.
fn descriptions<'v>(
    value: &'v Value,
    place: &Pointer,
    depth: usize,
    found: &mut Vec<(Pointer, &'v str)>,
) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "description" => {
                        found.push((place.clone(), text));
                    }
                    _ => descriptions(member, &place.join(name), depth + 1, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                descriptions(item, &place.index(index), depth + 1, found);
            }
        }
        _ => {}
    }
}

/// What a description belongs to: an operation, a component, or the API.
fn owner(api: &Api, place: &Pointer) -> String {
    let operations = api.contract.operations.iter();
    let mut operations = operations.filter(|operation| operation.pointer.contains(place));
    if let Some(operation) = operations.next() {
        return format!("`{}`", operation.id);
    }
    let tokens: Vec<_> = place.tokens().collect();
    match tokens.as_slice() {
        [first, _, name, ..] if first == "components" => format!("`{name}`"),
        [first, path, ..] if first == "paths" => format!("`{path}`"),
        _ => "the API".to_owned(),
    }
}

fn reading(paragraph: &str) -> Option<&'static str> {
    let mut marks = READINGS.iter().map(|(mark, _)| *mark);
    marks.find(|mark| paragraph.starts_with(mark))
}

#[cfg(test)]
mod tests;
