//! The document as a whole: version, sources and components (`Arazzo 1.1.0 Arazzo Specification Object`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::extension::is_name;
use super::outline::{self, Outline};
use super::{Surroundings, bind, workflow};
use crate::contract::Contract;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::Scenario;
use crate::source::Source;

/// What the parts of a document may refer to while they are lowered.
pub(super) struct Document<'d> {
    pub(super) root: Node<'d>,
    pub(super) surroundings: &'d Surroundings<'d>,
    /// The second number of its version.
    pub(super) minor: u32,
    pub(super) sources: Vec<(&'d str, SourceDocument<'d>)>,
    /// Its own outline.
    pub(super) own: &'d Outline,
    pub(super) workflow_ids: Vec<&'d str>,
    pub(super) constants: Arc<BTreeMap<String, Value>>,
}

/// The document that a source description names.
pub(super) enum SourceDocument<'d> {
    OpenApi(Arc<Contract>),
    Arazzo(&'d Outline),
    /// It is not there, which has been told.
    Missing,
}

/// Lowers a document of a supported version, which stands among those of its API.
pub(super) fn lower<'d>(
    source: &'d Source,
    outlines: &'d [Outline],
    surroundings: &'d Surroundings<'d>,
    problems: &mut Vec<Problem>,
) -> Vec<Scenario> {
    let root = Node::root(source);
    let own = outlines.iter().find(|it| it.path == source.path());
    let Some((minor, own)) = minor_version(&root, problems).zip(own) else {
        return Vec::new();
    };
    let sources = check_root(&root, minor, outlines, surroundings, problems);
    let nodes = root
        .require("workflows", problems)
        .map(|it| it.items(problems))
        .unwrap_or_default();
    let document = Document {
        constants: Arc::new(constants(&root, own)),
        root,
        surroundings,
        minor,
        sources,
        own,
        workflow_ids: workflow_ids(&nodes, problems),
    };
    let mut scenarios = Vec::new();
    for node in &nodes {
        if let Some(scenario) = workflow::lower(node, &document, problems) {
            scenarios.push((scenario, node.clone()));
        }
    }
    bind::check(&scenarios, &document, problems);
    scenarios
        .into_iter()
        .map(|(scenario, _)| scenario)
        .collect()
}

/// Checks the fields around the workflows; with the sources that they name.
fn check_root<'d>(
    root: &Node<'d>,
    minor: u32,
    outlines: &'d [Outline],
    surroundings: &Surroundings<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<(&'d str, SourceDocument<'d>)> {
    let fields = [
        "arazzo",
        "info",
        "sourceDescriptions",
        "workflows",
        "components",
        "$self",
    ];
    only(root, &fields, &["$self"], minor, problems);
    if let Some(field) = root.get("$self")
        && let Some(text) = field.text(problems)
        && (text.contains('#') || outline::place("").join(text).is_err())
    {
        let message = format!("`{text}` cannot name a document");
        problems.push(
            field
                .problem(ProblemCode::InvalidValue, message)
                .with_help("write a URI, or a part of one, without a fragment"),
        );
    }
    if let Some(about) = root.require("info", problems) {
        about.only(&["title", "summary", "description", "version"], problems);
        about.require_text("title", problems);
        about.require_text("version", problems);
    }
    if let Some(components) = root.get("components") {
        check_components(&components, problems);
    }
    sources(root, outlines, surroundings, problems)
}

/// The kinds of components have names that expressions can hold.
fn check_components(components: &Node<'_>, problems: &mut Vec<Problem>) {
    let kinds = ["inputs", "parameters", "successActions", "failureActions"];
    components.only(&kinds, problems);
    for kind in kinds {
        for (name, node) in components.get_entries(kind, problems) {
            if !is_key(name) {
                let message = format!("`{name}` cannot name a component");
                problems.push(
                    Problem::new(ProblemCode::InvalidValue, node.key_location(), message)
                        .with_help("use letters, digits, `.`, `-` and `_`"),
                );
            }
        }
    }
}

/// Whether a text may be the key of a component or an output.
pub(super) fn is_key(name: &str) -> bool {
    let belongs = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    !name.is_empty() && name.chars().all(belongs)
}

/// Complains about every field that the version of the document does not know; `newer` are those that
/// came with 1.1.
pub(super) fn only(
    node: &Node<'_>,
    known: &[&str],
    newer: &[&str],
    minor: u32,
    problems: &mut Vec<Problem>,
) {
    node.only(known, problems);
    let too_new = newer.iter().filter(|_| minor == 0);
    for (name, field) in too_new.filter_map(|name| Some((name, node.get(name)?))) {
        let message = format!("`{name}` is a field of Arazzo 1.1, and this document is of 1.0");
        problems.push(
            Problem::new(ProblemCode::UnknownField, field.key_location(), message)
                .with_help("write `arazzo: 1.1.0` at the top, or take the field away"),
        );
    }
}

/// What expressions read of the document itself.
fn constants(root: &Node<'_>, own: &Outline) -> BTreeMap<String, Value> {
    let mut constants = BTreeMap::new();
    if root.get("$self").is_some() {
        constants.insert("$self".to_owned(), Value::from(own.identity.as_str()));
    }
    for node in root.get_items("sourceDescriptions", &mut Vec::new()) {
        let Some(name) = node.get("name").and_then(|it| it.value().as_str()) else {
            continue;
        };
        for (field, value) in node.entries(&mut Vec::new()) {
            let text = format!("$sourceDescriptions.{name}.{field}");
            constants.insert(text, value.value().clone());
        }
    }
    constants
}

/// The second number of the version, when it is one that can be read. The third says nothing that a
/// reader has to know.
fn minor_version(root: &Node<'_>, problems: &mut Vec<Problem>) -> Option<u32> {
    let field = root.require("arazzo", problems)?;
    let text = field.text(problems)?;
    let numbers: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    let (code, message, help) = match numbers.as_deref() {
        Some([1, minor @ (0 | 1), _]) => return Some(*minor),
        Some([1, _, _]) => (
            ProblemCode::Unsupported,
            format!("Arazzo {text} is not supported yet"),
            "write the document in Arazzo 1.1.0",
        ),
        _ => (
            ProblemCode::InvalidValue,
            format!("`{text}` is no version of Arazzo"),
            "write `arazzo: 1.1.0`",
        ),
    };
    problems.push(field.problem(code, message).with_help(help));
    None
}

fn sources<'d>(
    root: &Node<'d>,
    outlines: &'d [Outline],
    surroundings: &Surroundings<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<(&'d str, SourceDocument<'d>)> {
    let mut sources: Vec<(&str, SourceDocument<'_>)> = Vec::new();
    let Some(list) = root.require("sourceDescriptions", problems) else {
        return sources;
    };
    let nodes = list.items(problems);
    if nodes.is_empty() && list.value().is_array() {
        let message = "a document has at least one source";
        problems.push(
            list.problem(ProblemCode::MissingField, message)
                .with_help("name the OpenAPI document whose operations are called"),
        );
    }
    for node in nodes {
        node.only(&["name", "url", "type"], problems);
        let Some(name) = node.require_text("name", problems) else {
            continue;
        };
        if sources.iter().any(|(other, _)| *other == name) {
            problems.push(
                node.problem(
                    ProblemCode::DuplicateName,
                    format!("there are two sources `{name}`"),
                )
                .with_help("give each source its own name"),
            );
        }
        let found = find_source(&node, outlines, surroundings, problems);
        sources.push((name, found.unwrap_or(SourceDocument::Missing)));
    }
    sources
}

/// The document that a source description names, which must be of the type that it says.
fn find_source<'d>(
    node: &Node<'_>,
    outlines: &'d [Outline],
    surroundings: &Surroundings<'_>,
    problems: &mut Vec<Problem>,
) -> Option<SourceDocument<'d>> {
    let kind = node.get("type");
    let kind_text = kind.as_ref().and_then(|it| it.text(problems));
    if let (Some(field), Some(text)) = (&kind, kind_text)
        && !matches!(text, "openapi" | "arazzo")
    {
        let problem = match text {
            "asyncapi" => field
                .problem(
                    ProblemCode::Unsupported,
                    "AsyncAPI documents are not supported: messages are not HTTP",
                )
                .with_help("take the source and the steps that call it away"),
            _ => Problem::unknown_reference(
                field.location(),
                "type of sources",
                text,
                ["openapi", "arazzo", "asyncapi"].into_iter(),
            ),
        };
        problems.push(problem);
        return None;
    }
    let url = node.require("url", problems)?;
    let text = url.text(problems)?;
    let candidates = outline::candidates(node.source(), text);
    let wanted = |text: &str| kind_text.is_none_or(|kind| kind == text);
    for candidate in &candidates {
        let contracts = surroundings.contracts.iter();
        let contract = contracts
            .filter(|_| wanted("openapi"))
            .find(|it| outline::is_contract(it, candidate));
        if let Some(contract) = contract {
            return Some(SourceDocument::OpenApi(Arc::clone(contract)));
        }
        let outlined = outlines
            .iter()
            .filter(|_| wanted("arazzo"))
            .find(|it| it.identity == *candidate || outline::place(&it.path) == *candidate);
        if let Some(outline) = outlined {
            return Some(SourceDocument::Arazzo(outline));
        }
    }
    let (what, known): (&str, Vec<&str>) = match kind_text {
        Some("arazzo") => (
            "Arazzo document",
            outlines.iter().map(|it| it.path.as_str()).collect(),
        ),
        _ => {
            let contracts = surroundings.contracts.iter();
            let paths = contracts.map(|it| it.source.path()).collect();
            ("OpenAPI document", paths)
        }
    };
    let shown = candidates.last().map_or(text, |it| it.as_str());
    let shown = shown.strip_prefix("file:///").unwrap_or(shown);
    problems.push(Problem::unknown_reference(
        url.location(),
        what,
        shown,
        known.into_iter(),
    ));
    None
}

fn workflow_ids<'d>(nodes: &[Node<'d>], problems: &mut Vec<Problem>) -> Vec<&'d str> {
    let mut ids: Vec<&str> = Vec::new();
    for node in nodes {
        let Some(field) = node.get("workflowId") else {
            continue;
        };
        let Some(id) = field.value().as_str() else {
            continue;
        };
        if !is_name(id) {
            problems.push(
                field
                    .problem(
                        ProblemCode::InvalidValue,
                        format!("`{id}` cannot name a workflow"),
                    )
                    .with_help("use letters, digits, `-` and `_`: the name is also a file's name"),
            );
        }
        if ids.contains(&id) {
            problems.push(
                field
                    .problem(
                        ProblemCode::DuplicateName,
                        format!("there are two workflows `{id}`"),
                    )
                    .with_help("give each workflow its own workflowId"),
            );
        }
        ids.push(id);
    }
    ids
}
