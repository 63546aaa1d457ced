//! Paths, webhooks and callbacks, and the operations in them (`OpenAPI 3.1 §4.8.8` to `§4.8.10`).
//!
//! Webhooks and callbacks are what the API calls, not what it can be asked: they are lowered for
//! what is wrong with them, and not kept.

use std::collections::BTreeMap;

use super::reader::{Fields, Reader};
use super::security::Security;
use super::version::Version::{V3_0, V3_2};
use super::{document, expression, message, parameter, server};
use crate::contract::{Operation, ParameterPlace, PathTemplate, Segment, Server};
use crate::http::is_token;
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};

const ITEM_FIELDS: &Fields = &[
    (
        V3_0,
        &[
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
        ],
    ),
    (V3_2, &["query", "additionalOperations"]),
];
const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];
const OPERATION_FIELDS: &Fields = &[(
    V3_0,
    &[
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
    ],
)];

/// The operations of an API as they are gathered.
pub(super) struct Operations<'a, 's> {
    /// What it can be asked, in the document's order.
    pub(super) list: Vec<Operation>,
    /// Every operation that has a name, those that the API calls among them; with its place in the list.
    named: BTreeMap<String, (Node<'a>, Option<usize>)>,
    security: &'s Security,
    servers: &'s [Server],
}

/// A path item where it is used.
struct Item<'a, 'i> {
    node: &'i Node<'a>,
    /// Its path, with its place below `paths`; none for what the API calls.
    path: Option<(&'i PathTemplate, &'i Pointer)>,
    servers: &'i [Server],
}

impl<'a, 's> Operations<'a, 's> {
    pub(super) fn new(security: &'s Security, servers: &'s [Server]) -> Self {
        Self {
            list: Vec::new(),
            named: BTreeMap::new(),
            security,
            servers,
        }
    }

    /// The operation of that name that the API can be asked.
    pub(super) fn by_id(&self, id: &str) -> Option<&Operation> {
        let (_, listed) = self.named.get(id)?;
        self.list.get((*listed)?)
    }

    /// Whether there is an operation of that name, be it one that the API calls.
    pub(super) fn is_named(&self, id: &str) -> bool {
        self.named.contains_key(id)
    }

    /// Reads `paths`.
    pub(super) fn paths(&mut self, root: &Node<'a>, reader: &mut Reader<'a>) {
        document::require_content(root, reader.version(root), reader);
        let mut alike: BTreeMap<String, Node<'a>> = BTreeMap::new();
        for (path, node) in root.get_entries("paths", &mut reader.problems) {
            if reader.is_full() {
                break;
            }
            if path.starts_with("x-") {
                continue;
            }
            let template = match PathTemplate::parse(path) {
                Ok(template) => template,
                Err(why) => {
                    let message = format!("`{path}`: {why}");
                    let location = node.key_location();
                    reader.problems.push(
                        Problem::new(ProblemCode::InvalidValue, location, message)
                            .with_help("write the path as `/like/{this}`"),
                    );
                    continue;
                }
            };
            if let Some(first) = alike.insert(shape(&template), node.clone()) {
                let message = format!(
                    "`{path}` is the same path as another one: names of parameters tell nothing apart"
                );
                let problem =
                    Problem::new(ProblemCode::DuplicateName, node.key_location(), message);
                let problem = problem.with_also(first.key_location(), "the other one");
                reader
                    .problems
                    .push(problem.with_help("bring both under one path"));
            }
            let address = node.pointer().clone();
            if let Some(item) = reader.resolve(node, "path item") {
                self.item(&item, Some((&template, &address)), reader);
            }
        }
    }

    /// Reads `webhooks`.
    pub(super) fn webhooks(&mut self, root: &Node<'a>, reader: &mut Reader<'a>) {
        for (_, node) in root.get_entries("webhooks", &mut reader.problems) {
            self.unnamed(node, reader);
        }
    }

    /// Reads a callback: path items by expressions.
    pub(super) fn callback(&mut self, node: Node<'a>, reader: &mut Reader<'a>) {
        let Some(node) = reader.resolve(node, "callback") else {
            return;
        };
        // Callbacks may hold operations whose callbacks are these.
        if !reader.is_new(&node) {
            return;
        }
        for (expression, item) in node.entries(&mut reader.problems) {
            if !expression.starts_with("x-") {
                expression::check_key(expression, &item, reader);
                self.unnamed(item, reader);
            }
        }
    }

    /// Reads a path item that has no path.
    pub(super) fn unnamed(&mut self, node: Node<'a>, reader: &mut Reader<'a>) {
        if let Some(item) = reader.resolve(node, "path item")
            && reader.is_new(&item)
        {
            self.item(&item, None, reader);
        }
    }

    fn item(
        &mut self,
        node: &Node<'a>,
        path: Option<(&PathTemplate, &Pointer)>,
        reader: &mut Reader<'a>,
    ) {
        reader.only(node, ITEM_FIELDS);
        let own = server::lower(node, reader).filter(|it| !it.is_empty());
        let servers = own.as_deref().unwrap_or(self.servers);
        let item = Item {
            node,
            path,
            servers,
        };
        parameter::lower_all(node, reader);
        for method in METHODS {
            if let Some(operation) = node.get(method) {
                self.operation(&item, &operation, &method.to_ascii_uppercase(), reader);
            }
        }
        for (method, operation) in node.get_entries("additionalOperations", &mut reader.problems) {
            if check_method(method, &operation, reader) {
                self.operation(&item, &operation, method, reader);
            }
        }
    }

    fn operation(
        &mut self,
        item: &Item<'a, '_>,
        node: &Node<'a>,
        method: &str,
        reader: &mut Reader<'a>,
    ) {
        reader.only(node, OPERATION_FIELDS);
        let id = node.get_text("operationId", &mut reader.problems);
        let body = node.get("requestBody");
        let mut operation = Operation {
            id: id.unwrap_or_default().to_owned(),
            method: method.to_owned(),
            path: PathTemplate::default(),
            address: node.pointer().clone(),
            summary: summary(node, reader),
            parameters: parameters(node, item.node, reader),
            request_body: body.and_then(|body| message::request_body(body, reader)),
            responses: message::responses(node, reader),
            security: self.security.of(node, reader),
            servers: server::lower(node, reader)
                .filter(|it| !it.is_empty())
                .unwrap_or_else(|| item.servers.to_vec()),
            pointer: reader.place(node),
        };
        let listed = item.path.map(|_| self.list.len());
        if let Some(id) = id {
            self.name(id, node, listed, reader);
        }
        for (_, callback) in node.get_entries("callbacks", &mut reader.problems) {
            self.callback(callback, reader);
        }
        let Some((template, address)) = item.path else {
            return;
        };
        if id.is_none() {
            // Without a name it can still be judged and listed; no scenario can call it by name.
            operation.id = format!("{method} {template}");
        }
        operation.path = template.clone();
        let below = node.pointer().within(item.node.pointer());
        operation.address = address.append(&below.unwrap_or_default());
        check_path(&operation, node, reader);
        self.list.push(operation);
    }

    /// Notes the name of an operation, which is unique among all.
    fn name(&mut self, id: &str, node: &Node<'a>, listed: Option<usize>, reader: &mut Reader<'a>) {
        let Some((first, before)) = self.named.get(id).cloned() else {
            self.named.insert(id.to_owned(), (node.clone(), listed));
            return;
        };
        let same = reader.place(&first) == reader.place(node);
        if same && !(before.is_some() && listed.is_some()) {
            return;
        }
        reader.problems.push(
            node.problem(
                ProblemCode::DuplicateName,
                format!("there are two operations `{id}`"),
            )
            .with_also(first.location(), "the other one")
            .with_help("give each operation its own operationId"),
        );
    }
}

fn summary<'a>(node: &Node<'a>, reader: &mut Reader<'a>) -> String {
    let text = node.get_text("summary", &mut reader.problems);
    text.unwrap_or_default().to_owned()
}

/// The parameters of an operation, and those of its path item that it does not give itself
/// (`OpenAPI 3.1 §4.8.9.1`).
fn parameters<'a>(
    operation: &Node<'a>,
    item: &Node<'a>,
    reader: &mut Reader<'a>,
) -> Vec<crate::contract::Parameter> {
    let mut parameters = parameter::lower_all(operation, reader);
    let mut shared = parameter::lower_all(item, reader);
    shared.retain(|it| !parameters.iter().any(|own| own.is(&it.name, it.place)));
    parameters.extend(shared);
    parameter::check_query(&parameters, operation, reader);
    parameters
}

/// A path with its holes unnamed: two paths of one shape are the same path (`OpenAPI 3.1 §4.8.8.1`).
fn shape(template: &PathTemplate) -> String {
    let parts = template.segments().iter().map(|segment| match segment {
        Segment::Literal(text) => text.as_str(),
        Segment::Variable(_) => "{}",
    });
    parts.collect()
}

/// Whether a key of `additionalOperations` is a method that has no field of its own.
fn check_method<'a>(method: &str, node: &Node<'a>, reader: &mut Reader<'a>) -> bool {
    let message = if !is_token(method) {
        format!("`{method}` is no method")
    } else if METHODS.iter().any(|it| it.to_ascii_uppercase() == method) {
        format!("`{method}` has a field of its own")
    } else {
        return true;
    };
    let problem = Problem::new(ProblemCode::InvalidValue, node.key_location(), message);
    let help = "write the method as it is sent, and the usual ones as fields of the path item";
    reader.problems.push(problem.with_help(help));
    false
}

/// Every hole of the path has its parameter, and every path parameter its hole.
fn check_path<'a>(operation: &Operation, node: &Node<'a>, reader: &mut Reader<'a>) {
    for name in operation.path.variables() {
        if operation.parameter(name, ParameterPlace::Path).is_none() {
            let message = format!("`{{{name}}}` of the path has no parameter");
            reader.problems.push(
                Problem::new(ProblemCode::MissingField, node.key_location(), message)
                    .with_help(format!("add a parameter `{name}` with `in: path`")),
            );
        }
    }
    for parameter in &operation.parameters {
        let is_path = parameter.place == ParameterPlace::Path;
        let has_hole = || operation.path.variables().any(|it| it == parameter.name);
        if is_path && !has_hole() {
            let names: Vec<&str> = operation.path.variables().collect();
            reader.problems.push(Problem::unknown_reference(
                reader.location(&parameter.pointer),
                "hole in the path",
                &parameter.name,
                names.into_iter(),
            ));
        }
    }
}
