//! What a step gives the operation that it calls (`Arazzo 1.1.0 Parameter Object`).

use super::document::Document;
use super::{form, payload};
use crate::contract::{Operation, ParameterPlace};
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Argument, Payload};
use crate::source::Location;

/// A value with the place where its name is written.
struct Given {
    argument: Argument,
    name: Location,
}

impl Given {
    /// Whether both are for the same parameter. Names of header fields have no case.
    fn is(&self, other: &Self) -> bool {
        let (own, other) = (&self.argument, &other.argument);
        let is_header = own.place == ParameterPlace::Header;
        let same_name =
            own.name == other.name || is_header && own.name.eq_ignore_ascii_case(&other.name);
        same_name && own.place == other.place
    }
}

/// What tells a Parameter Object from the others of its list: its name, and where it goes.
pub(super) fn identity(object: &Node<'_>) -> Option<(String, Option<String>)> {
    let text = |name: &str| object.get(name)?.value().as_str().map(str::to_owned);
    let (mut name, place) = (text("name")?, text("in"));
    if place.as_deref() == Some("header") {
        name.make_ascii_lowercase();
    }
    Some((name, place))
}

/// The step's own parameters, then the workflow's that it does not give itself
/// (`Arazzo 1.0.1 §4.6.4.1`).
pub(super) fn lower_all(
    node: &Node<'_>,
    shared: &[Node<'_>],
    document: &Document<'_>,
    operation: &Operation,
    problems: &mut Vec<Problem>,
) -> Vec<Argument> {
    let mut all: Vec<Given> = Vec::new();
    for item in node.get_items("parameters", problems) {
        let Some(given) = lower(&item, document, problems) else {
            continue;
        };
        if all.iter().any(|it| it.is(&given)) {
            let name = &given.argument.name;
            let message = format!("the parameter `{name}` is given twice");
            let problem = item.problem(ProblemCode::DuplicateName, message);
            problems.push(problem.with_help("keep one of the two"));
            continue;
        }
        all.push(given);
    }
    for item in shared {
        let Some(given) = lower(item, document, problems) else {
            continue;
        };
        if !all.iter().any(|it| it.is(&given)) {
            all.push(given);
        }
    }
    let is_one_query = check_query(&all, problems);
    let of_query = [ParameterPlace::Query, ParameterPlace::QueryString];
    for given in &all {
        // Where the query is wrong as a whole, its parts are not told once more.
        if is_one_query || !of_query.contains(&given.argument.place) {
            check_known(given, operation, problems);
        }
    }
    all.into_iter().map(|it| it.argument).collect()
}

fn lower(item: &Node<'_>, document: &Document<'_>, problems: &mut Vec<Problem>) -> Option<Given> {
    let (object, value_node) = payload::parameter(item, document, problems)?;
    let field = object.require("name", problems)?;
    let name = field.text(problems)?;
    let place = place(&object, document, problems)?;
    let value = payload::lower(&value_node, document, problems)?;
    if let Payload::File(_) = value {
        problems.push(
            value_node
                .problem(ProblemCode::WrongType, "a parameter cannot be a file")
                .with_help("send files in a body"),
        );
    } else {
        form::check_files(&value, &value_node, form::Holder::Text, problems);
    }
    let argument = Argument {
        name: name.to_owned(),
        place,
        value,
        location: value_node.location(),
    };
    let name = field.location();
    Some(Given { argument, name })
}

/// Where a parameter goes. The whole query string came with 1.1.
fn place(
    object: &Node<'_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Option<ParameterPlace> {
    let field = object.require("in", problems)?;
    let text = field.text(problems)?;
    let is_newer = |it: &ParameterPlace| *it == ParameterPlace::QueryString;
    let place = ParameterPlace::parse(text).filter(|it| document.minor >= 1 || !is_newer(it));
    if place.is_none() {
        let message = format!("a parameter cannot be in `{text}`");
        let help = match text {
            "querystring" => "write `arazzo: 1.1.0`, or give the parts as parameters in query",
            _ if document.minor >= 1 => "write path, query, querystring, header or cookie",
            _ => "write path, query, header or cookie",
        };
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help(help));
    }
    place
}

/// A query is given as a whole or by its parts; whether it is.
fn check_query(all: &[Given], problems: &mut Vec<Problem>) -> bool {
    let mut wholes = all
        .iter()
        .filter(|it| it.argument.place == ParameterPlace::QueryString);
    let Some(whole) = wholes.next() else {
        return true;
    };
    let part = all
        .iter()
        .find(|it| it.argument.place == ParameterPlace::Query);
    let Some(other) = wholes.next().or(part) else {
        return true;
    };
    let name = &whole.argument.name;
    let message = format!("`{name}` is the whole query, and the step gives more of it");
    problems.push(
        Problem::new(ProblemCode::InvalidValue, whole.name.clone(), message)
            .with_also(other.name.clone(), "this is of the query, too")
            .with_help("keep the parameter in querystring, or those in query"),
    );
    false
}

/// Header fields that the contract does not describe may be sent, such as `If-Match`.
fn check_known(given: &Given, operation: &Operation, problems: &mut Vec<Problem>) {
    let (name, place) = (&given.argument.name, given.argument.place);
    if operation.parameter(name, place).is_some() || place == ParameterPlace::Header {
        return;
    }
    let known = operation.parameters.iter().filter(|it| it.place == place);
    problems.push(Problem::unknown_reference(
        given.name.clone(),
        &format!("{} parameter of `{}`", place.as_str(), operation.id),
        name,
        known.map(|it| it.name.as_str()),
    ));
}
