//! What names of a document lead to: operations, workflows and components.

use std::sync::Arc;

use super::document::{Document, SourceDocument};
use super::outline::WorkflowOutline;
use crate::contract::{Contract, Operation};
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};

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
            Some((source, id)) => (vec![self.contract(node, source, problems)?], id),
            None => (self.contracts().collect(), text),
        };
        if contracts.is_empty() {
            // The source itself could not be read; that has been said already.
            return None;
        }
        if contracts.len() > 1 {
            let message = format!("`{id}` does not say which of the sources it belongs to");
            problems.push(
                node.problem(ProblemCode::UnknownReference, message)
                    .with_help(format!("write `$sourceDescriptions.NAME.{id}`")),
            );
            return None;
        }
        let found = contracts.iter().find_map(|contract| {
            let mut operations = contract.operations.iter();
            let place = operations.position(|operation| operation.id == id)?;
            Some((Arc::clone(contract), place))
        });
        if found.is_none() {
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
        found
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
        let contract = self.contract(node, source, problems)?;
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

    /// The contracts among the sources.
    fn contracts(&self) -> impl Iterator<Item = &Arc<Contract>> {
        self.sources.iter().filter_map(|(_, it)| match it {
            SourceDocument::OpenApi(contract) => Some(contract),
            SourceDocument::Arazzo(_) | SourceDocument::Missing => None,
        })
    }

    /// The contract that is the source of that name.
    fn contract(
        &self,
        node: &Node<'_>,
        name: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<&Arc<Contract>> {
        match self.source(node, name, problems)? {
            SourceDocument::OpenApi(contract) => Some(contract),
            SourceDocument::Missing => None,
            SourceDocument::Arazzo(_) => {
                let message = format!("the source `{name}` is an Arazzo document");
                problems.push(
                    node.problem(ProblemCode::UnknownReference, message)
                        .with_help("name one of its workflows, with `workflowId`"),
                );
                None
            }
        }
    }

    fn source(
        &self,
        node: &Node<'_>,
        name: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<&SourceDocument<'d>> {
        let found = self.sources.iter().find(|(other, _)| *other == name);
        if found.is_none() {
            problems.push(Problem::unknown_reference(
                node.location(),
                "source description",
                name,
                self.sources.iter().map(|(name, _)| *name),
            ));
        }
        found.map(|(_, document)| document)
    }

    /// The workflow of a name: plain in this document, `$sourceDescriptions.NAME.ID` in another one.
    /// Names of workflows are unique in their API, so that its own name is enough from then on.
    pub(super) fn workflow(
        &self,
        node: &Node<'_>,
        text: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<&'d WorkflowOutline> {
        let qualified = text
            .strip_prefix("$sourceDescriptions.")
            .and_then(|it| it.split_once('.'));
        let (outline, id) = match qualified {
            None => (self.own, text),
            Some((name, id)) => match self.source(node, name, problems)? {
                SourceDocument::Arazzo(outline) => (*outline, id),
                SourceDocument::Missing => return None,
                SourceDocument::OpenApi(_) => {
                    let message = format!("the source `{name}` has operations and no workflows");
                    problems.push(
                        node.problem(ProblemCode::UnknownReference, message)
                            .with_help("name one of its operations, with `operationId`"),
                    );
                    return None;
                }
            },
        };
        let found = outline.workflow(id);
        if found.is_none() {
            let known = outline.workflows.iter().map(|it| it.id.as_str());
            problems.push(Problem::unknown_reference(
                node.location(),
                "workflow",
                id,
                known,
            ));
        }
        found
    }

    /// Checks the name of a step of another workflow: `$workflows.ID.steps.STEP`, or
    /// `$sourceDescriptions.NAME.ID.steps.STEP`.
    pub(super) fn step_elsewhere(&self, node: &Node<'_>, text: &str, problems: &mut Vec<Problem>) {
        let split = text.split_once(".steps.");
        let named = split.map(|(workflow, step)| {
            let local = workflow.strip_prefix("$workflows.");
            (local.unwrap_or(workflow), step)
        });
        let Some((workflow, step)) = named else {
            problems.push(
                node.problem(ProblemCode::InvalidValue, format!("`{text}` names no step"))
                    .with_help(
                        "write `STEP`, or `$workflows.ID.steps.STEP` for that of another workflow",
                    ),
            );
            return;
        };
        let Some(workflow) = self.workflow(node, workflow, problems) else {
            return;
        };
        if !workflow.steps.iter().any(|it| it == step) {
            problems.push(Problem::unknown_reference(
                node.location(),
                &format!("step of the workflow `{}`", workflow.id),
                step,
                workflow.steps.iter().map(String::as_str),
            ));
        }
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
