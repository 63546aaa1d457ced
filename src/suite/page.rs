//! The page of an API, as Markdown: what it can be asked, the flows as sequence diagrams (Mermaid), and
//! how its document was read where it is silent or slips.

use std::fmt::Write as _;

use serde_json::Value;

use super::Api;
use crate::contract::Operation;
use crate::http::SchemeSet;
use crate::json::Pointer;
use crate::report::human::count;
use crate::scenario::{
    ActionKind, Call, Comparison, Condition, CriterionKind, Expression, Operand, Root, Scenario,
    Step,
};

/// Paragraphs of descriptions that say how the API's document was read.
const READINGS: [(&str, &str); 2] = [("Slip:", "Slips of the document"), ("Reading:", "Readings")];

/// How deep descriptions are looked for.
const DEPTH_MAX: usize = 64;

/// Why writing cannot fail.
const TAKES_ALL: &str = "a String takes all";

/// Renders the page of an API.
pub fn render_page(api: &Api) -> String {
    let contract = &api.contract;
    let mut out = format!("# {}\n\n", api.name);
    let folder = &api.name;
    writeln!(
        out,
        "Generated from [specs/{folder}](../../specs/{folder}) by `countersign docs`.\n"
    )
    .expect(TAKES_ALL);
    let root = contract.source.root();
    let about = |name: &str| {
        root.pointer(&format!("/info/{name}"))
            .and_then(Value::as_str)
    };
    for text in ["summary", "description"].into_iter().filter_map(about) {
        for paragraph in paragraphs(text).filter(|it| reading(it).is_none()) {
            writeln!(out, "{paragraph}\n").expect(TAKES_ALL);
        }
    }
    write_operations(api, &mut out);
    write_flows(api, &mut out);
    write_readings(api, &mut out);
    write_uncovered(api, &mut out);
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    out
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
        writeln!(
            out,
            "| `{}`<br>{} | `{} {}` | {} | {} |",
            operation.id,
            cell(&operation.summary),
            operation.method,
            operation.path,
            answers.join(", "),
            demands(&operation.security),
        )
        .expect(TAKES_ALL);
    }
    out.push('\n');
}

fn demands(security: &[SchemeSet]) -> String {
    let sets = security.iter().map(|set| {
        let names: Vec<String> = set.iter().map(|it| format!("`{}`", it.name)).collect();
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
        write_flow(api, scenario, out);
    }
}

fn write_flow(api: &Api, scenario: &Scenario, out: &mut String) {
    writeln!(out, "### {}\n", scenario.id).expect(TAKES_ALL);
    if !scenario.summary.is_empty() {
        writeln!(out, "{}\n", scenario.summary).expect(TAKES_ALL);
    }
    if !scenario.depends_on.is_empty() {
        let names = scenario.depends_on.iter();
        let links: Vec<String> = names
            .map(|id| format!("[{id}](#{})", id.to_lowercase()))
            .collect();
        writeln!(out, "After {}.\n", links.join(", ")).expect(TAKES_ALL);
    }
    out.push_str("```mermaid\nsequenceDiagram\n    participant C as client\n");
    writeln!(out, "    participant S as {}", diagram(&api.name)).expect(TAKES_ALL);
    for step in &scenario.steps {
        write_step(step, out);
    }
    out.push_str("```\n\n");
}

fn write_step(step: &Step, out: &mut String) {
    let (_, operation) = match (&step.call, step.call.operation()) {
        (Call::Workflow { workflow, .. }, _) => {
            let workflow = diagram(workflow);
            writeln!(out, "    Note over C,S: {}: {workflow}", step.id).expect(TAKES_ALL);
            return;
        }
        (Call::Operation { .. }, Some(found)) => found,
        (Call::Operation { .. }, None) => return,
    };
    let retries = step
        .on_failure
        .iter()
        .any(|action| matches!(action.kind, ActionKind::Retry { .. }));
    let indent = if retries { "        " } else { "    " };
    if retries {
        let within = step.within.map(|time| format!(" within {time:?}"));
        let within = within.unwrap_or_default();
        writeln!(out, "    loop until it holds{within}").expect(TAKES_ALL);
    }
    let always = if step.always { " (always)" } else { "" };
    writeln!(
        out,
        "{indent}C->>S: {}{always}: {}{}",
        step.id,
        diagram(&operation.id),
        diagram(&who(step))
    )
    .expect(TAKES_ALL);
    writeln!(out, "{indent}S-->>C: {}", awaited(step, operation)).expect(TAKES_ALL);
    if retries {
        out.push_str("    end\n");
    }
}

/// As whom a step comes, where that is worth saying.
fn who(step: &Step) -> String {
    let Some(caller) = &step.caller else {
        return String::new();
    };
    let demanded = step.call.operation().map_or(0, |(_, operation)| {
        operation.security.iter().map(Vec::len).sum()
    });
    let shown: usize = caller.alternatives.iter().map(Vec::len).sum();
    let mut text = String::new();
    if &*caller.identity != crate::http::DEFAULT_IDENTITY {
        write!(text, " as {}", caller.identity).expect(TAKES_ALL);
    }
    if shown < demanded {
        let names = caller.schemes().join(", ");
        let with = if names.is_empty() { "nothing" } else { &names };
        write!(text, " showing {with}").expect(TAKES_ALL);
    }
    text
}

/// What the answer must be: the status that a criterion names, else what is usual.
fn awaited(step: &Step, operation: &Operation) -> String {
    if step.refused_handshake {
        return "the handshake is refused".to_owned();
    }
    let kinds = step.criteria.iter().map(|criterion| &criterion.kind);
    let statuses: Vec<String> = kinds
        .filter_map(|kind| match kind {
            CriterionKind::Simple(condition) => named_status(condition),
            CriterionKind::Regex { .. } | CriterionKind::JsonPath { .. } => None,
        })
        .collect();
    if !statuses.is_empty() {
        return diagram(&statuses.join(", "));
    }
    let fine = operation
        .responses
        .iter()
        .map(|response| response.status.to_string())
        .filter(|status| status.starts_with(['2', '3']));
    let fine: Vec<String> = fine.collect();
    if fine.is_empty() {
        "an answer".to_owned()
    } else {
        fine.join(" or ")
    }
}

/// The status that a condition demands.
fn named_status(condition: &Condition) -> Option<String> {
    let is_status = |operand: &Operand| {
        matches!(
            operand,
            Operand::Expression(Expression {
                root: Root::StatusCode,
                ..
            })
        )
    };
    match condition {
        Condition::Compare(left, comparison, Operand::Literal(value)) if is_status(left) => {
            let sign = match comparison {
                Comparison::Equal => "",
                Comparison::NotEqual => "not ",
                Comparison::Less => "less than ",
                Comparison::LessOrEqual => "at most ",
                Comparison::Greater => "more than ",
                Comparison::GreaterOrEqual => "at least ",
            };
            Some(format!("{sign}{value}"))
        }
        Condition::Any(inner) => {
            let all: Option<Vec<String>> = inner.iter().map(named_status).collect();
            Some(all?.join(" or "))
        }
        Condition::All(inner) => inner.iter().find_map(named_status),
        _ => None,
    }
}

fn write_readings(api: &Api, out: &mut String) {
    let mut found = Vec::new();
    descriptions(api.contract.source.root(), &Pointer::root(), 0, &mut found);
    for (mark, title) in READINGS {
        let mut lines: Vec<String> = Vec::new();
        for (place, text) in &found {
            for paragraph in paragraphs(text).filter(|it| it.starts_with(mark)) {
                let said = paragraph[mark.len()..].trim();
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
        writeln!(out, "- {operation}, {}: {}", entry.part, entry.why).expect(TAKES_ALL);
    }
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

/// The paragraphs of a text, each as one line.
fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    let split = text.split("\n\n");
    split
        .map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|it| !it.is_empty())
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A text in a diagram, where `#` begins an escape and `;` ends a line.
fn diagram(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars() {
        match letter {
            '#' => shown.push_str("#35;"),
            ';' => shown.push_str("#59;"),
            '\n' | '\r' => shown.push(' '),
            _ => shown.push(letter),
        }
    }
    shown
}
