//! A flow as a sequence diagram (Mermaid): who asks what, and what the answer must be.

use std::fmt::Write as _;

use serde_json::Value;

use super::TAKES_ALL;
use super::text::shorten;
use crate::contract::Operation;
use crate::scenario::{
    ActionKind, Call, Comparison, Condition, Criterion, CriterionKind, Expression, Operand, Part,
    Root, Scenario, Step,
};

/// How many values of an answer are told beside its status.
const VALUES_MAX: usize = 2;

/// How many characters of a name or a value are shown.
const SHOWN_CHARS_MAX: usize = 48;

/// How many characters of a condition are shown.
const CONDITION_CHARS_MAX: usize = 80;

pub(super) fn write(scenario: &Scenario, out: &mut String) {
    out.push_str("```mermaid\nsequenceDiagram\n    participant C as client\n");
    writeln!(out, "    participant S as {}", escape(&scenario.api)).expect(TAKES_ALL);
    for step in &scenario.steps {
        write_step(step, out);
    }
    out.push_str("```\n\n");
}

fn write_step(step: &Step, out: &mut String) {
    let id = escape(&step.id);
    let (_, operation) = match (&step.call, step.call.operation()) {
        (Call::Workflow { workflow, .. }, _) => {
            let workflow = escape(workflow);
            writeln!(out, "    Note over C,S: {id}: {workflow}").expect(TAKES_ALL);
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
        let awaited = escape(&waited_for(step, operation));
        writeln!(out, "    loop until {awaited}{within}").expect(TAKES_ALL);
    }
    let always = if step.always { " (always)" } else { "" };
    let manner = match step.manner() {
        manner if manner.is_empty() => manner,
        manner => format!(" {}", escape(&manner)),
    };
    let asked = escape(&operation.id);
    writeln!(out, "{indent}C->>S: {id}{always}: {asked}{manner}").expect(TAKES_ALL);
    let awaited = escape(&awaited(step, operation));
    writeln!(out, "{indent}S-->>C: {awaited}").expect(TAKES_ALL);
    if retries {
        out.push_str("    end\n");
    }
}

/// What tries go on for: what is beyond the status, where something is.
fn waited_for(step: &Step, operation: &Operation) -> String {
    let values = values(&step.criteria);
    if !values.is_empty() {
        return values.join(", ");
    }
    let is_status = |criterion: &&Criterion| match &criterion.kind {
        CriterionKind::Simple(condition) => named_status(condition).is_some(),
        CriterionKind::Regex { .. }
        | CriterionKind::JsonPath { .. }
        | CriterionKind::XPath { .. } => false,
    };
    match step.criteria.iter().find(|it| !is_status(it)) {
        Some(criterion) => {
            let text = criterion.text.replace("$response.body#/", "");
            shorten(&text, CONDITION_CHARS_MAX)
        }
        None => awaited(step, operation),
    }
}

/// What the answer must be: the status that a criterion names, else what is usual, and values in it.
fn awaited(step: &Step, operation: &Operation) -> String {
    if step.refused_handshake {
        return "the handshake is refused".to_owned();
    }
    let named = step.criteria.iter().filter_map(|it| match &it.kind {
        CriterionKind::Simple(condition) => named_status(condition),
        CriterionKind::Regex { .. }
        | CriterionKind::JsonPath { .. }
        | CriterionKind::XPath { .. } => None,
    });
    let mut told: Vec<String> = named.collect();
    if told.is_empty() {
        told.push(usual(operation));
    }
    told.extend(values(&step.criteria));
    told.join(", ")
}

fn usual(operation: &Operation) -> String {
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
            Some(format!("{}{value}", sign(*comparison)))
        }
        Condition::Any(inner) => {
            let all: Option<Vec<String>> = inner.iter().map(named_status).collect();
            Some(all?.join(" or "))
        }
        Condition::All(inner) => inner.iter().find_map(named_status),
        _ => None,
    }
}

/// The first values of a body that criteria compare with something written out.
fn values(criteria: &[Criterion]) -> Vec<String> {
    let mut values = Vec::new();
    for criterion in criteria {
        if let CriterionKind::Simple(condition) = &criterion.kind {
            add_values(condition, &mut values);
        }
    }
    let shown = values.iter().take(VALUES_MAX);
    let named = shown.map(|(name, value)| {
        let value = shorten(value, SHOWN_CHARS_MAX);
        let name = shorten(name, SHOWN_CHARS_MAX);
        format!("{name} {value}").trim_start().to_owned()
    });
    named.collect()
}

/// As deep as the condition, which its parser bounds.
fn add_values(condition: &Condition, values: &mut Vec<(String, String)>) {
    match condition {
        Condition::All(inner) => inner.iter().for_each(|it| add_values(it, values)),
        Condition::Any(inner) => {
            let all: Option<Vec<_>> = inner.iter().map(value).collect();
            // Several values of one place are told; other alternatives say too little.
            if let Some([first, rest @ ..]) = all.as_deref()
                && rest.iter().all(|it| it.0 == first.0)
            {
                let words: Vec<&str> = [first].into_iter().chain(rest).map(|it| &*it.1).collect();
                values.push((first.0.clone(), words.join(" or ")));
            }
        }
        other => values.extend(value(other)),
    }
}

/// A place of the body and what stands there, when a condition says so.
fn value(condition: &Condition) -> Option<(String, String)> {
    let Condition::Compare(Operand::Expression(read), comparison, Operand::Literal(value)) =
        condition
    else {
        return None;
    };
    if read.root != Root::Response(Part::Body) {
        return None;
    }
    let shown = match value {
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let name = read.pointer.as_str().trim_start_matches('/').to_owned();
    Some((name, format!("{}{shown}", sign(*comparison))))
}

/// How two values are compared, as a word before the second.
fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "",
        Comparison::NotEqual => "not ",
        Comparison::Less => "less than ",
        Comparison::LessOrEqual => "at most ",
        Comparison::Greater => "more than ",
        Comparison::GreaterOrEqual => "at least ",
    }
}

/// A text in a diagram, where `#` begins an escape, `;` ends a line, and `<` may begin a tag.
fn escape(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars() {
        match letter {
            '#' | ';' | '<' | '>' | '`' => {
                write!(shown, "#{};", u32::from(letter)).expect(TAKES_ALL);
            }
            letter if letter.is_control() => shown.push(' '),
            _ => shown.push(letter),
        }
    }
    shown
}
