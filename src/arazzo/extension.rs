//! The one extension key, `x-countersign`: what contract testing needs and Arazzo does not say.
//!
//! Other runners ignore it. Here an unknown key inside it is a Problem.

use std::time::Duration;

use super::document::Document;
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::SnapshotLevel;

const KEY: &str = "x-countersign";

/// What a workflow says.
pub(super) struct WorkflowExtension {
    pub(super) tags: Vec<String>,
    pub(super) snapshot: SnapshotLevel,
}

/// What a step says.
pub(super) struct StepExtension {
    pub(super) invalid_request: bool,
    pub(super) always: bool,
    pub(super) snapshot: SnapshotLevel,
    pub(super) timeout: Option<Duration>,
}

/// What a request body says.
#[derive(Default)]
pub(super) struct BodyExtension {
    pub(super) raw: bool,
    pub(super) literal: Vec<Pointer>,
}

/// Reads what a workflow says, inside what the document says.
pub(super) fn workflow(
    node: &Node<'_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> WorkflowExtension {
    let mut shared = SnapshotLevel::default();
    if let Some(root) = document.root.get(KEY) {
        // Read for every workflow, and complained about only once.
        let first = document.workflow_ids.first().copied();
        let id = node.get("workflowId").and_then(|it| it.value().as_str());
        let mut repeated = Vec::new();
        let sink = if first == id {
            &mut *problems
        } else {
            &mut repeated
        };
        root.exactly(&["snapshot"], sink);
        shared = snapshot(&root, shared, sink);
    }
    let mut read = WorkflowExtension {
        tags: Vec::new(),
        snapshot: shared,
    };
    if let Some(own) = node.get(KEY) {
        own.exactly(&["tags", "snapshot"], problems);
        read.snapshot = snapshot(&own, shared, problems);
        for tag in own.get_items("tags", problems) {
            read.tags.extend(tag.text(problems).map(str::to_owned));
        }
    }
    read
}

/// Reads what a step says, inside what its workflow says.
pub(super) fn step(
    node: &Node<'_>,
    shared: SnapshotLevel,
    problems: &mut Vec<Problem>,
) -> StepExtension {
    let mut read = StepExtension {
        invalid_request: false,
        always: false,
        snapshot: shared,
        timeout: None,
    };
    if let Some(field) = node.get("timeout") {
        read.timeout = field.count(problems).map(Duration::from_millis);
    }
    let Some(own) = node.get(KEY) else {
        return read;
    };
    own.exactly(&["request", "always", "snapshot"], problems);
    read.snapshot = snapshot(&own, shared, problems);
    read.always = own
        .get("always")
        .and_then(|it| it.boolean(problems))
        .unwrap_or(false);
    if let Some(field) = own.get("request") {
        let text = field.text(problems);
        read.invalid_request = text == Some("invalid");
        if text.is_some_and(|text| text != "invalid") {
            problems.push(
                field
                    .problem(
                        ProblemCode::InvalidValue,
                        "the only thing to say of a request is `invalid`",
                    )
                    .with_help("write `request: invalid`, or take it away"),
            );
        }
    }
    read
}

/// Reads what a request body says.
pub(super) fn body(node: &Node<'_>, problems: &mut Vec<Problem>) -> BodyExtension {
    let mut read = BodyExtension::default();
    let Some(own) = node.get(KEY) else {
        return read;
    };
    own.exactly(&["raw", "literal"], problems);
    read.raw = own
        .get("raw")
        .and_then(|it| it.boolean(problems))
        .unwrap_or(false);
    for item in own.get_items("literal", problems) {
        let Some(text) = item.text(problems) else {
            continue;
        };
        let found = Pointer::parse(text).ok();
        let payload = node.get("payload");
        let exists = found
            .as_ref()
            .zip(payload)
            .is_some_and(|(it, payload)| it.lookup(payload.value()).is_some());
        match found.filter(|_| exists) {
            Some(pointer) => read.literal.push(pointer),
            None => problems.push(
                item.problem(
                    ProblemCode::UnknownReference,
                    format!("the payload has no `{text}`"),
                )
                .with_help("write a JSON Pointer into the payload, such as `/price`"),
            ),
        }
    }
    let payload = node.get("payload");
    if read.raw && !payload.as_ref().is_some_and(|it| it.value().is_string()) {
        problems.push(
            own.problem(
                ProblemCode::WrongType,
                "`raw` needs a payload that is a text",
            )
            .with_help("write the payload as a string"),
        );
    }
    read
}

fn snapshot(node: &Node<'_>, usual: SnapshotLevel, problems: &mut Vec<Problem>) -> SnapshotLevel {
    let Some(field) = node.get("snapshot") else {
        return usual;
    };
    field.exactly(&["body"], problems);
    let Some(body) = field.get("body") else {
        return usual;
    };
    match body.text(problems) {
        Some("exact") => SnapshotLevel::Exact,
        Some("shape") => SnapshotLevel::Shape,
        Some("contract") => SnapshotLevel::Contract,
        Some("off") => SnapshotLevel::Off,
        Some(other) => {
            let known = ["exact", "shape", "contract", "off"];
            problems.push(Problem::unknown_reference(
                body.location(),
                "snapshot level",
                other,
                known.into_iter(),
            ));
            usual
        }
        None => usual,
    }
}
