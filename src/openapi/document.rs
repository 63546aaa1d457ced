//! The document as a whole: servers, paths and their operations (`OpenAPI 3.1 §4.8.1`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::security::Security;
use super::{message, parameter, resolve, schema};
use crate::contract::{Contract, Operation, ParameterPlace, PathTemplate, Server};
use crate::http::SchemeSet;
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::source::Source;

const ROOT_FIELDS: [&str; 11] = [
    "openapi",
    "info",
    "jsonSchemaDialect",
    "servers",
    "paths",
    "webhooks",
    "components",
    "security",
    "tags",
    "externalDocs",
    "$self",
];
const COMPONENT_FIELDS: [&str; 10] = [
    "schemas",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
    "pathItems",
];
const PATH_ITEM_FIELDS: [&str; 13] = [
    "$ref",
    "summary",
    "description",
    "servers",
    "parameters",
    "get",
    "put",
    "post",
    "delete",
    "options",
    "head",
    "patch",
    "trace",
];
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
const OPERATION_FIELDS: [&str; 12] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
];

/// Lowers a document of a supported version.
pub(super) fn lower(api: &str, source: &Arc<Source>, problems: &mut Vec<Problem>) -> Contract {
    let root = Node::root(source);
    root.only(&ROOT_FIELDS, problems);
    let info = root.require("info", problems);
    let title = info
        .as_ref()
        .and_then(|info| info.require_text("title", problems));
    let version = info
        .as_ref()
        .and_then(|info| info.require_text("version", problems));
    let servers = servers(&root, problems);
    let schemas = components(&root, problems);
    let security = Security::lower(&root, problems);
    let operations = operations(&root, &security, problems);
    Contract {
        api: api.to_owned(),
        title: title.unwrap_or(api).to_owned(),
        version: version.unwrap_or_default().to_owned(),
        source: Arc::clone(source),
        translated: None,
        servers,
        security_schemes: security.schemes(),
        operations,
        schemas,
    }
}

fn servers(root: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<Server> {
    let mut servers = Vec::new();
    for server in root.get_items("servers", problems) {
        server.only(&["url", "description", "variables"], problems);
        let Some(url) = server.require_text("url", problems) else {
            continue;
        };
        let mut url = url.to_owned();
        for (name, variable) in server.get_entries("variables", problems) {
            variable.only(&["enum", "default", "description"], problems);
            if let Some(default) = variable.require_text("default", problems) {
                url = url.replace(&format!("{{{name}}}"), default);
            }
        }
        servers.push(Server { url });
    }
    servers
}

/// Reads the shared schemas, and looks through all components for fields and references.
fn components(root: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<(String, Pointer)> {
    let Some(components) = root.get("components") else {
        return Vec::new();
    };
    components.only(&COMPONENT_FIELDS, problems);
    let mut names = Vec::new();
    for (name, node) in components.get_entries("schemas", problems) {
        schema::check(&node, problems);
        names.push((name.to_owned(), node.pointer().clone()));
    }
    names
}

fn operations(root: &Node<'_>, security: &Security, problems: &mut Vec<Problem>) -> Vec<Operation> {
    let mut operations: Vec<Operation> = Vec::new();
    let mut named = BTreeMap::new();
    let Some(paths) = root.require("paths", problems) else {
        return operations;
    };
    for (path, item) in paths.entries(problems) {
        if path.starts_with("x-") {
            continue;
        }
        let template = match PathTemplate::parse(path) {
            Ok(template) => template,
            Err(why) => {
                let location = item.key_location();
                problems.push(
                    Problem::new(
                        ProblemCode::InvalidValue,
                        location,
                        format!("`{path}`: {why}"),
                    )
                    .with_help("write the path as `/like/{this}`"),
                );
                continue;
            }
        };
        let Some(item) = resolve(item, "path item", problems) else {
            continue;
        };
        item.only(&PATH_ITEM_FIELDS, problems);
        // Read here for its Problems alone, so that they are told once and not per operation.
        parameter::lower_all(&item, problems);
        for method in METHODS {
            let Some(node) = item.get(method) else {
                continue;
            };
            let security = security.of(&node, problems);
            let operation = operation(&node, (method, &template), security, problems);
            if let Some(first) = named.insert(operation.id.clone(), node.clone()) {
                problems.push(
                    node.problem(
                        ProblemCode::DuplicateName,
                        format!("there are two operations `{}`", operation.id),
                    )
                    .with_also(first.location(), "the other one")
                    .with_help("give each operation its own operationId"),
                );
            }
            let operation = with_shared(operation, &item);
            check_path(&operation, &node, problems);
            operations.push(operation);
        }
    }
    operations
}

fn operation(
    node: &Node<'_>,
    (method, template): (&str, &PathTemplate),
    security: Vec<SchemeSet>,
    problems: &mut Vec<Problem>,
) -> Operation {
    node.only(&OPERATION_FIELDS, problems);
    let method = method.to_ascii_uppercase();
    let id = node.get_text("operationId", problems);
    // An operation without a name can still be judged and listed; no scenario can call it by name.
    let id = id.map_or_else(|| format!("{method} {template}"), str::to_owned);
    let body = node.get("requestBody");
    let request_body = body.and_then(|body| message::request_body(body, problems));
    let responses = message::responses(node, problems);
    Operation {
        id,
        method,
        path: template.clone(),
        summary: node
            .get_text("summary", problems)
            .unwrap_or_default()
            .to_owned(),
        parameters: parameter::lower_all(node, problems),
        request_body,
        responses,
        security,
        pointer: node.pointer().clone(),
    }
}

/// Adds the parameters of the path item that the operation does not give itself
/// (`OpenAPI 3.1 §4.8.9.1`).
fn with_shared(mut operation: Operation, item: &Node<'_>) -> Operation {
    let mut shared = parameter::lower_all(item, &mut Vec::new());
    shared.retain(|parameter| {
        operation
            .parameter(&parameter.name, parameter.place)
            .is_none()
    });
    operation.parameters.extend(shared);
    operation
}

/// Every hole of the path has its parameter, and every path parameter its hole.
fn check_path(operation: &Operation, node: &Node<'_>, problems: &mut Vec<Problem>) {
    for name in operation.path.variables() {
        if operation.parameter(name, ParameterPlace::Path).is_none() {
            let message = format!("`{{{name}}}` of the path has no parameter");
            problems.push(
                Problem::new(ProblemCode::MissingField, node.key_location(), message)
                    .with_help(format!("add a parameter `{name}` with `in: path`")),
            );
        }
    }
    for parameter in &operation.parameters {
        let is_path = parameter.place == ParameterPlace::Path;
        if is_path
            && !operation
                .path
                .variables()
                .any(|name| name == parameter.name)
        {
            let names: Vec<&str> = operation.path.variables().collect();
            problems.push(Problem::unknown_reference(
                node.source().location(&parameter.pointer),
                "hole in the path",
                &parameter.name,
                names.into_iter(),
            ));
        }
    }
}
