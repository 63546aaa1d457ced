//! The order in which the steps of a workflow are played (`Arazzo 1.1.0 Step Dependencies and Execution
//! Order`): as they are written; where a step says `dependsOn`, behind those that it needs.

use serde_json::Value;

use crate::problem::{Node, Problem, ProblemCode};

/// How deep a step is looked into for what it reads.
const DEPTH_MAX: usize = 128;

/// How many steps a workflow may have where some depend on others.
const STEPS_MAX: usize = 2_000;

/// The steps in an order that has each one behind those that it needs, and that is as it was written
/// otherwise.
pub(super) fn by_dependency<'d>(
    nodes: Vec<Node<'d>>,
    problems: &mut Vec<Problem>,
) -> Vec<Node<'d>> {
    if nodes.iter().all(|node| node.get("dependsOn").is_none()) {
        return nodes;
    }
    if nodes.len() > STEPS_MAX {
        let message = format!("a workflow with `dependsOn` has at most {STEPS_MAX} steps");
        problems.push(
            nodes[STEPS_MAX]
                .problem(ProblemCode::Unsupported, message)
                .with_help("divide it into workflows"),
        );
        return nodes;
    }
    let ids: Vec<&str> = nodes.iter().map(id_of).collect();
    let needs = nodes.iter().enumerate();
    let needs: Vec<Vec<usize>> = needs.map(|(at, node)| needs_of(node, at, &ids)).collect();
    let mut order: Vec<usize> = Vec::with_capacity(nodes.len());
    while order.len() < nodes.len() {
        let ready = (0..nodes.len()).find(|place| {
            let waits = needs[*place].iter().any(|it| !order.contains(it));
            !order.contains(place) && !waits
        });
        let Some(ready) = ready else {
            let stuck = (0..nodes.len()).find(|place| !order.contains(place));
            let stuck = stuck.expect("a step is left");
            let message = format!("the step `{}` needs itself to be played before", ids[stuck]);
            problems.push(
                nodes[stuck]
                    .problem(ProblemCode::ImpossibleOrder, message)
                    .with_help("take one of the `dependsOn` or outputs of the circle away"),
            );
            return nodes;
        };
        order.push(ready);
    }
    order.iter().map(|place| nodes[*place].clone()).collect()
}

fn id_of<'d>(node: &Node<'d>) -> &'d str {
    let id = node.get("stepId").and_then(|it| it.value().as_str());
    id.unwrap_or_default()
}

/// The steps that a step names under `dependsOn`, and those before it whose outputs it reads. Reading
/// alone moves no step: who reads what is written behind it has to say so.
fn needs_of(node: &Node<'_>, at: usize, ids: &[&str]) -> Vec<usize> {
    let mut found = Vec::new();
    collect_reads(node.value(), ids, 0, &mut found);
    found.retain(|place| *place < at);
    for item in node.get_items("dependsOn", &mut Vec::new()) {
        let named = item.value().as_str();
        found.extend(ids.iter().position(|id| Some(*id) == named));
    }
    found
}

fn collect_reads(value: &Value, ids: &[&str], depth: usize, found: &mut Vec<usize>) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::String(text) => {
            for (at, _) in text.match_indices("$steps.") {
                let rest = &text[at + "$steps.".len()..];
                let named = rest.split_once(".outputs.").map(|(id, _)| id);
                found.extend(ids.iter().position(|id| Some(*id) == named));
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|it| collect_reads(it, ids, depth + 1, found)),
        Value::Object(fields) => fields
            .values()
            .for_each(|it| collect_reads(it, ids, depth + 1, found)),
        _ => {}
    }
}
