//! The one extension key, `x-countersign`: what contract testing needs and Arazzo does not say.
//!
//! Other runners ignore it. Here an unknown key inside it is a Problem.

use std::time::Duration;

use super::document::Document;
use super::{snapshot, table};
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Row, SnapshotRules};

const KEY: &str = "x-countersign";

const STEP_FIELDS: [&str; 10] = [
    "as",
    "without",
    "handshake",
    "within",
    "request",
    "always",
    "undo",
    "location",
    "redirect",
    "snapshot",
];

/// What a workflow says.
pub(super) struct WorkflowExtension {
    pub(super) tags: Vec<String>,
    pub(super) identity: Option<String>,
    pub(super) exclusive: Option<String>,
    pub(super) rows: Vec<Row>,
    pub(super) snapshot: SnapshotRules,
}

/// What a step says.
pub(super) struct StepExtension<'d> {
    pub(super) identity: Option<String>,
    pub(super) without: Vec<Node<'d>>,
    pub(super) refused_handshake: bool,
    pub(super) within: Option<Duration>,
    pub(super) invalid_request: bool,
    pub(super) always: bool,
    /// What takes away again what the step makes.
    pub(super) undo: Option<Node<'d>>,
    /// What `Location` of the answer tells.
    pub(super) located: Option<Node<'d>>,
    pub(super) follows_redirects: Option<bool>,
    pub(super) snapshot: SnapshotRules,
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
    let mut shared = SnapshotRules::default();
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
        shared = snapshot::lower(&root, &shared, sink);
    }
    let mut read = WorkflowExtension {
        tags: Vec::new(),
        identity: None,
        exclusive: None,
        rows: Vec::new(),
        snapshot: shared,
    };
    if let Some(own) = node.get(KEY) {
        let fields = ["tags", "as", "cases", "exclusive", "snapshot"];
        own.exactly(&fields, problems);
        read.exclusive = own.get("exclusive").and_then(|it| name(&it, problems));
        if let Some(cases) = own.get("cases") {
            read.rows = table::lower(&cases, node, document, problems);
        }
        read.identity = identity(&own, problems);
        read.snapshot = snapshot::lower(&own, &read.snapshot, problems);
        for tag in own.get_items("tags", problems) {
            read.tags.extend(tag.text(problems).map(str::to_owned));
        }
    }
    read
}

/// Reads what a step says, inside what its workflow says.
pub(super) fn step<'d>(
    node: &Node<'d>,
    shared: &SnapshotRules,
    problems: &mut Vec<Problem>,
) -> StepExtension<'d> {
    let mut read = StepExtension {
        identity: None,
        without: Vec::new(),
        refused_handshake: false,
        within: None,
        invalid_request: false,
        always: false,
        undo: None,
        located: None,
        follows_redirects: None,
        snapshot: shared.clone(),
        timeout: None,
    };
    if let Some(field) = node.get("timeout") {
        read.timeout = field.count(problems).map(Duration::from_millis);
    }
    let Some(own) = node.get(KEY) else {
        return read;
    };
    own.exactly(&STEP_FIELDS, problems);
    read.identity = identity(&own, problems);
    read.without = own.get_items("without", problems);
    read.within = own.get("within").and_then(|it| duration(&it, problems));
    read.refused_handshake = only_word(&own, "handshake", "refused", problems);
    read.invalid_request = only_word(&own, "request", "invalid", problems);
    read.snapshot = snapshot::lower(&own, shared, problems);
    read.follows_redirects = own.get("redirect").and_then(|it| redirect(&it, problems));
    read.undo = own.get("undo");
    read.located = own.get("location");
    read.always = own
        .get("always")
        .and_then(|it| it.boolean(problems))
        .unwrap_or(false);
    read
}

/// Whether a field is there; it has only one thing to say.
fn only_word(own: &Node<'_>, name: &str, word: &str, problems: &mut Vec<Problem>) -> bool {
    let Some(field) = own.get(name) else {
        return false;
    };
    let text = field.text(problems);
    if text.is_some_and(|text| text != word) {
        let message = format!("the only thing to say of a {name} is `{word}`");
        problems.push(
            field
                .problem(ProblemCode::InvalidValue, message)
                .with_help(format!("write `{name}: {word}`, or take it away")),
        );
    }
    text == Some(word)
}

/// The identity that is named.
fn identity(own: &Node<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let field = own.get("as")?;
    let text = field.text(problems)?;
    if text.is_empty() {
        problems.push(
            field
                .problem(ProblemCode::InvalidValue, "an identity has a name")
                .with_help("name it, or take `as` away"),
        );
        return None;
    }
    Some(text.to_owned())
}

/// Whether redirects are followed.
fn redirect(field: &Node<'_>, problems: &mut Vec<Problem>) -> Option<bool> {
    let known = ["follow", "manual"];
    match field.text(problems)? {
        "follow" => Some(true),
        "manual" => Some(false),
        other => {
            problems.push(Problem::unknown_reference(
                field.location(),
                "way to treat redirects",
                other,
                known.into_iter(),
            ));
            None
        }
    }
}

/// A name that may also be a part of a file's name.
pub(super) fn name(field: &Node<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let text = field.text(problems)?;
    if is_name(text) {
        return Some(text.to_owned());
    }
    problems.push(
        field
            .problem(ProblemCode::InvalidValue, format!("`{text}` is no name"))
            .with_help("use letters, digits, `-` and `_`"),
    );
    None
}

/// Whether a text may be a part of a file's name.
pub(super) fn is_name(text: &str) -> bool {
    let belongs = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    !text.is_empty() && text.chars().all(belongs)
}

/// A time span with its unit.
fn duration(field: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Duration> {
    let text = field.text(problems)?;
    let read = text.parse::<jiff::SignedDuration>().ok();
    let read = read.and_then(|it| Duration::try_from(it).ok());
    let read = read.filter(|time| !time.is_zero());
    if read.is_none() {
        problems.push(
            field
                .problem(
                    ProblemCode::InvalidValue,
                    format!("`{text}` is no time span"),
                )
                .with_help("write a number and its unit, such as `30s`, `500ms` or `2m`"),
        );
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
