//! What documents can know of each other before any of them is lowered: where each one stands, what
//! it calls itself, and what its workflows are called (`Arazzo 1.1.0 Parsing Documents`).
//!
//! References are URIs. A document stands at a URI made of its path; `$self` gives it another name.
//! What has neither is not there: nothing is fetched.

use serde_json::Value;
use url::Url;

use crate::contract::Contract;
use crate::json::Pointer;
use crate::problem::Node;
use crate::source::Source;

/// What is known of a document from outside.
#[derive(Debug)]
pub(super) struct Outline {
    /// Where it stands.
    pub(super) path: String,
    /// What it calls itself, else where it stands.
    pub(super) identity: Url,
    pub(super) workflows: Vec<WorkflowOutline>,
}

/// What is known of a workflow from outside.
#[derive(Debug)]
pub(super) struct WorkflowOutline {
    pub(super) id: String,
    pub(super) inputs: Vec<String>,
    pub(super) steps: Vec<String>,
    /// Whether it is played once for each row of a table.
    pub(super) has_rows: bool,
}

impl Outline {
    /// Reads the outline of a document; what is wrong with it is told when it is lowered.
    pub(super) fn read(source: &Source) -> Self {
        let root = Node::root(source);
        let nodes = root.get_items("workflows", &mut Vec::new());
        let workflows = nodes.iter().filter_map(|node| {
            let steps = node.get_items("steps", &mut Vec::new());
            let ids = steps.iter().filter_map(|it| text_of(it, "stepId"));
            Some(WorkflowOutline {
                id: text_of(node, "workflowId")?.to_owned(),
                inputs: input_names(node),
                steps: ids.map(str::to_owned).collect(),
                has_rows: node
                    .get("x-countersign")
                    .is_some_and(|it| it.get("cases").is_some()),
            })
        });
        Self {
            path: source.path().to_owned(),
            identity: identity(source),
            workflows: workflows.collect(),
        }
    }

    /// The workflow of that name.
    pub(super) fn workflow(&self, id: &str) -> Option<&WorkflowOutline> {
        self.workflows.iter().find(|workflow| workflow.id == id)
    }
}

fn text_of<'d>(node: &Node<'d>, name: &str) -> Option<&'d str> {
    node.get(name)?.value().as_str()
}

/// Where a document stands, as a URI.
pub(super) fn place(path: &str) -> Url {
    let root = Url::parse("file:///").expect("it is a URI");
    root.join(path.trim_start_matches('/')).unwrap_or(root)
}

/// The name that a document gives itself, else where it stands.
fn identity(source: &Source) -> Url {
    let place = place(source.path());
    let own = source.root().get("$self").and_then(|it| it.as_str());
    own.and_then(|own| place.join(own).ok()).unwrap_or(place)
}

/// Whether a contract is the document that a URI names: by its own name, or by where it stands.
pub(super) fn is_contract(contract: &Contract, wanted: &Url) -> bool {
    identity(&contract.source) == *wanted || place(contract.source.path()) == *wanted
}

/// The URIs that a source description may mean: relative to what its document calls itself, and
/// relative to where that stands.
pub(super) fn candidates(source: &Source, url: &str) -> Vec<Url> {
    let mut candidates = Vec::new();
    for base in [identity(source), place(source.path())] {
        if let Ok(mut wanted) = base.join(url) {
            wanted.set_fragment(None);
            candidates.push(wanted);
        }
    }
    candidates.dedup();
    candidates
}

/// The names of a workflow's inputs, those of the object that it refers to included.
pub(super) fn input_names(workflow: &Node<'_>) -> Vec<String> {
    let Some(mut inputs) = workflow.get("inputs") else {
        return Vec::new();
    };
    if let Some(reference) = inputs.get("$ref").and_then(|it| it.value().as_str()) {
        match find_schema(inputs.source(), reference) {
            Some(target) => inputs = target,
            None => return Vec::new(),
        }
    }
    let properties = inputs
        .get("properties")
        .and_then(|it| it.value().as_object());
    properties.map_or_else(Vec::new, |it| it.keys().cloned().collect())
}

/// The schema that a reference within a document names, by a JSON Pointer or by its `$anchor`.
pub(super) fn find_schema<'d>(source: &'d Source, reference: &str) -> Option<Node<'d>> {
    let fragment = reference.strip_prefix('#')?;
    if fragment.is_empty() || fragment.starts_with('/') {
        let pointer = Pointer::from_fragment(fragment).ok()?;
        return Node::at(source, &pointer);
    }
    let root = Node::root(source);
    let shared = root.get("components").and_then(|it| it.get("inputs"));
    let shared = shared.map(|it| it.entries(&mut Vec::new()));
    let own = root.get_items("workflows", &mut Vec::new());
    let own = own.iter().filter_map(|it| it.get("inputs"));
    let mut schemas = shared.into_iter().flatten().map(|(_, it)| it).chain(own);
    schemas.find(|it| text_of(it, "$anchor") == Some(fragment))
}

/// The paths that the source descriptions of a document may mean, as they stand below the root of all
/// paths.
pub(super) fn wanted(source: &Source) -> Vec<String> {
    let root = Node::root(source);
    let nodes = root.get_items("sourceDescriptions", &mut Vec::new());
    let mut paths: Vec<String> = Vec::new();
    for text in nodes.iter().filter_map(|it| text_of(it, "url")) {
        for wanted in candidates(source, text) {
            let path = wanted.path().trim_start_matches('/');
            let decoded = percent_encoding::percent_decode_str(path).decode_utf8();
            if let Ok(path) = decoded
                && wanted.scheme() == "file"
                && !paths.iter().any(|it| *it == path)
            {
                paths.push(path.into_owned());
            }
        }
    }
    paths
}

/// How deep a value is looked into.
const DEPTH_MAX: usize = 128;

/// Whether an object anywhere in a value has that key.
pub(super) fn holds_key(value: &Value, key: &str) -> bool {
    fn look(value: &Value, key: &str, depth: usize) -> bool {
        if depth > DEPTH_MAX {
            return true;
        }
        match value {
            Value::Array(items) => items.iter().any(|it| look(it, key, depth + 1)),
            Value::Object(fields) => fields
                .iter()
                .any(|(name, it)| name == key || look(it, key, depth + 1)),
            _ => false,
        }
    }
    look(value, key, 0)
}
