//! The document as a whole: version, sources and components (`Arazzo 1.0.1 §4.6.1`).

use std::sync::Arc;

use super::{Surroundings, bind, workflow};
use crate::contract::{Contract, Operation};
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::Scenario;
use crate::source::Source;

/// What the parts of a document may refer to while they are lowered.
pub(super) struct Document<'d> {
    pub(super) root: Node<'d>,
    pub(super) surroundings: &'d Surroundings<'d>,
    sources: Vec<(&'d str, Option<Arc<Contract>>)>,
    pub(super) workflow_ids: Vec<&'d str>,
}

/// Lowers a document of a supported version.
pub(super) fn lower(
    source: &Source,
    surroundings: &Surroundings<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Scenario> {
    let root = Node::root(source);
    if !is_supported(&root, problems) {
        return Vec::new();
    }
    root.only(
        &[
            "arazzo",
            "info",
            "sourceDescriptions",
            "workflows",
            "components",
            "x-countersign",
        ],
        problems,
    );
    if let Some(about) = root.require("info", problems) {
        about.only(&["title", "summary", "description", "version"], problems);
        about.require_text("title", problems);
        about.require_text("version", problems);
    }
    let mut document = Document {
        sources: sources(&root, surroundings, problems),
        root: root.clone(),
        surroundings,
        workflow_ids: Vec::new(),
    };
    if let Some(components) = root.get("components") {
        components.only(
            &["inputs", "parameters", "successActions", "failureActions"],
            problems,
        );
    }
    let nodes = root
        .require("workflows", problems)
        .map(|it| it.items(problems))
        .unwrap_or_default();
    document.workflow_ids = workflow_ids(&nodes, problems);
    let mut scenarios = Vec::new();
    for node in &nodes {
        if let Some(scenario) = workflow::lower(node, &document, problems) {
            scenarios.push((scenario, node.clone()));
        }
    }
    bind::check(&scenarios, problems);
    scenarios
        .into_iter()
        .map(|(scenario, _)| scenario)
        .collect()
}

fn is_supported(root: &Node<'_>, problems: &mut Vec<Problem>) -> bool {
    let Some(field) = root.require("arazzo", problems) else {
        return false;
    };
    let Some(text) = field.text(problems) else {
        return false;
    };
    let mut parts = text.split('.');
    match (parts.next(), parts.next()) {
        (Some("1"), Some("0")) => true,
        (Some("1"), Some(_)) => {
            let message = format!("Arazzo {text} is not supported yet");
            problems.push(
                field
                    .problem(ProblemCode::Unsupported, message)
                    .with_help("write the document in Arazzo 1.0.1"),
            );
            false
        }
        _ => {
            let message = format!("`{text}` is no version of Arazzo");
            problems.push(
                field
                    .problem(ProblemCode::InvalidValue, message)
                    .with_help("write `arazzo: 1.0.1`"),
            );
            false
        }
    }
}

fn sources<'d>(
    root: &Node<'d>,
    surroundings: &Surroundings<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<(&'d str, Option<Arc<Contract>>)> {
    let mut sources: Vec<(&str, Option<Arc<Contract>>)> = Vec::new();
    let nodes = root.require("sourceDescriptions", problems);
    for node in nodes.map(|it| it.items(problems)).unwrap_or_default() {
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
        if let Some(kind) = node.get("type")
            && let Some(text) = kind.text(problems)
            && text != "openapi"
        {
            problems.push(
                kind.problem(
                    ProblemCode::Unsupported,
                    format!("sources of the type `{text}` are not supported yet"),
                )
                .with_help("name an OpenAPI document, with `type: openapi`"),
            );
            continue;
        }
        let Some(url) = node.require("url", problems) else {
            continue;
        };
        let Some(text) = url.text(problems) else {
            continue;
        };
        sources.push((name, find_contract(&url, text, surroundings, problems)));
    }
    sources
}

/// The contract whose document a relative URL names.
fn find_contract(
    node: &Node<'_>,
    url: &str,
    surroundings: &Surroundings<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Arc<Contract>> {
    let folder = node
        .source()
        .path()
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in url.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let path = parts.join("/");
    let normal = |contract: &Contract| contract.source.path().trim_start_matches('/').to_owned();
    let found = surroundings
        .contracts
        .iter()
        .find(|contract| normal(contract) == path);
    if found.is_none() {
        let known: Vec<String> = surroundings
            .contracts
            .iter()
            .map(|contract| contract.source.path().to_owned())
            .collect();
        problems.push(Problem::unknown_reference(
            node.location(),
            "OpenAPI document",
            &path,
            known.iter().map(String::as_str),
        ));
    }
    found.cloned()
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
        let plain = !id.is_empty()
            && id
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        if !plain {
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

impl<'d> Document<'d> {
    /// The operation of a name: plain, or qualified by its source.
    pub(super) fn operation_by_id(
        &self,
        node: &Node<'_>,
        text: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<(Arc<Contract>, usize)> {
        let qualified = text
            .strip_prefix("$sourceDescriptions.")
            .and_then(|it| it.split_once('.'));
        let (contracts, id): (Vec<&Arc<Contract>>, &str) = match qualified {
            Some((source, id)) => (vec![self.source(node, source, problems)?], id),
            None => (
                self.sources
                    .iter()
                    .filter_map(|(_, it)| it.as_ref())
                    .collect(),
                text,
            ),
        };
        if contracts.is_empty() {
            // The source itself could not be read; that has been said already.
            return None;
        }
        let mut found = contracts.iter().filter_map(|contract| {
            let place = contract
                .operations
                .iter()
                .position(|operation| operation.id == id)?;
            Some((Arc::clone(contract), place))
        });
        let first = found.next();
        if let (Some(_), Some(_)) = (&first, found.next()) {
            problems.push(
                node.problem(
                    ProblemCode::UnknownReference,
                    format!("more than one source has an operation `{id}`"),
                )
                .with_help(format!("write `$sourceDescriptions.NAME.{id}`")),
            );
        }
        if first.is_none() {
            let names: Vec<&str> = contracts
                .iter()
                .flat_map(|contract| contract.operations.iter().map(|it| it.id.as_str()))
                .collect();
            problems.push(Problem::unknown_reference(
                node.location(),
                "operation",
                id,
                names.into_iter(),
            ));
        }
        first
    }

    /// The operation at a place: `{$sourceDescriptions.api.url}#/paths/~1images/get`.
    pub(super) fn operation_by_path(
        &self,
        node: &Node<'_>,
        text: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<(Arc<Contract>, usize)> {
        let split = text
            .strip_prefix("{$sourceDescriptions.")
            .and_then(|it| it.split_once(".url}#"));
        let Some((source, fragment)) = split else {
            problems.push(
                node.problem(
                    ProblemCode::InvalidValue,
                    format!("`{text}` names no operation"),
                )
                .with_help("write `{$sourceDescriptions.NAME.url}#/paths/~1images/get`"),
            );
            return None;
        };
        let contract = self.source(node, source, problems)?;
        let pointer = Pointer::from_fragment(fragment).ok();
        let is_it = |operation: &Operation| Some(&operation.address) == pointer.as_ref();
        let found = contract.operations.iter().position(is_it);
        if found.is_none() {
            let places: Vec<&str> = contract
                .operations
                .iter()
                .map(|it| it.address.as_str())
                .collect();
            problems.push(Problem::unknown_reference(
                node.location(),
                "operation at",
                fragment,
                places.into_iter(),
            ));
        }
        found.map(|place| (Arc::clone(contract), place))
    }

    fn source(
        &self,
        node: &Node<'_>,
        name: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<&Arc<Contract>> {
        let found = self.sources.iter().find(|(other, _)| *other == name);
        if found.is_none() {
            problems.push(Problem::unknown_reference(
                node.location(),
                "source description",
                name,
                self.sources.iter().map(|(name, _)| *name),
            ));
        }
        found.and_then(|(_, contract)| contract.as_ref())
    }

    /// The object that `$components.KIND.NAME` names (`Arazzo 1.0.1 §4.6.10`).
    pub(super) fn component(
        &self,
        reference: &Node<'_>,
        kind: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<Node<'d>> {
        let text = reference.text(problems)?;
        let split = text
            .strip_prefix("$components.")
            .and_then(|it| it.split_once('.'));
        let Some((written, name)) = split.filter(|(written, _)| *written == kind) else {
            problems.push(
                reference
                    .problem(
                        ProblemCode::UnknownReference,
                        format!("`{text}` names none of the {kind}"),
                    )
                    .with_help(format!("write `$components.{kind}.NAME`")),
            );
            return None;
        };
        let all = self.root.get("components").and_then(|it| it.get(written));
        let found = all.as_ref().and_then(|all| all.get(name));
        if found.is_none() {
            let map = all.and_then(|all| all.value().as_object());
            let names = map.map_or_else(Vec::new, |it| it.keys().map(String::as_str).collect());
            problems.push(Problem::unknown_reference(
                reference.location(),
                "component",
                name,
                names.into_iter(),
            ));
        }
        found
    }
}
