//! Servers and their variables, at any of the three levels (`OpenAPI 3.1 §4.8.5`).

use url::Url;

use super::reader::{Fields, Reader};
use super::version::Version::{V3_0, V3_1, V3_2};
use crate::contract::Server;
use crate::problem::{Node, Problem, ProblemCode};

const FIELDS: &Fields = &[
    (V3_0, &["url", "description", "variables"]),
    (V3_2, &["name"]),
];
const VARIABLE_FIELDS: &Fields = &[(V3_0, &["enum", "default", "description"])];

/// The servers of a document, a path item or an operation; none where it names no servers.
pub(super) fn lower<'a>(owner: &Node<'a>, reader: &mut Reader<'a>) -> Option<Vec<Server>> {
    let list = owner.get("servers")?;
    let items = list.items(&mut reader.problems);
    let servers = items.iter().filter_map(|node| lower_one(node, reader));
    Some(servers.collect())
}

/// One server.
pub(super) fn lower_one<'a>(node: &Node<'a>, reader: &mut Reader<'a>) -> Option<Server> {
    reader.only(node, FIELDS);
    let field = node.require("url", &mut reader.problems)?;
    let url = field.text(&mut reader.problems)?;
    let defaults = variables(node, reader);
    match filled(url, &defaults) {
        Ok(url) => {
            check_url(&field, &url, reader);
            return Some(Server { url });
        }
        Err(Unfilled::Open) => {
            let message = format!("`{url}` has a `{{` that is never closed");
            let problem = field.problem(ProblemCode::InvalidValue, message);
            reader
                .problems
                .push(problem.with_help("write a variable as `{name}`"));
        }
        Err(Unfilled::Unknown(name)) => {
            let declared = node.get("variables");
            // A variable that is there without a default was complained about.
            if declared.is_none_or(|it| it.get(name).is_none()) {
                let names: Vec<&str> = defaults.iter().map(|(name, _)| *name).collect();
                let (at, what) = (field.location(), "variable of the server");
                let problem = Problem::unknown_reference(at, what, name, names.into_iter());
                reader.problems.push(problem);
            }
        }
    }
    None
}

/// Complains of a URL to which no path can be appended, once its variables are filled in. Since 3.2 it has
/// no query and no fragment (`OpenAPI 3.2 §4.6`); before, it only makes no sense.
fn check_url<'a>(field: &Node<'a>, url: &str, reader: &mut Reader<'a>) {
    let is_read = match url.split_once(':') {
        // A relative one is read from where the document stands.
        None => true,
        Some((before, _)) if before.contains(['/', '?', '#']) => true,
        Some(_) => Url::parse(url).is_ok_and(|it| !it.cannot_be_a_base()),
    };
    let problem = if !is_read {
        let message = format!("`{url}` is no URL of a server");
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problem
            .with_help("write it as https://HOST/PATH, or as a path")
            .as_warning()
    } else if url.contains(['?', '#']) {
        let message = format!("`{url}` has a query or a fragment, behind which no path can stand");
        let problem = field.problem(ProblemCode::InvalidValue, message);
        let problem = problem.with_help("take it away");
        if reader.version(field) >= V3_2 {
            problem
        } else {
            problem.as_warning()
        }
    } else {
        return;
    };
    reader.problems.push(problem);
}

/// The variables of a server, with their defaults.
fn variables<'a>(server: &Node<'a>, reader: &mut Reader<'a>) -> Vec<(&'a str, &'a str)> {
    let mut defaults = Vec::new();
    for (name, node) in server.get_entries("variables", &mut reader.problems) {
        reader.only(&node, VARIABLE_FIELDS);
        let Some(field) = node.require("default", &mut reader.problems) else {
            continue;
        };
        let Some(default) = field.text(&mut reader.problems) else {
            continue;
        };
        if let Some(list) = node.get("enum") {
            let values = list.items(&mut reader.problems);
            let texts: Vec<&str> = values
                .iter()
                .filter_map(|it| it.text(&mut reader.problems))
                .collect();
            let problem = if values.is_empty() {
                let message = "this variable may have no value at all";
                let problem = list.problem(ProblemCode::InvalidValue, message);
                Some(problem.with_help("list its values, or leave `enum` out"))
            } else if texts.len() == values.len() && !texts.contains(&default) {
                let message = format!("the default `{default}` is none of the values in `enum`");
                let problem = field.problem(ProblemCode::InvalidValue, message);
                Some(problem.with_help(format!("write one of {}", texts.join(", "))))
            } else {
                None
            };
            // In 3.0 both only ought not to be so (`OpenAPI 3.0.4 §4.8.6`).
            let is_law = reader.version(&node) >= V3_1;
            let told = problem.map(|it| if is_law { it } else { it.as_warning() });
            reader.problems.extend(told);
        }
        defaults.push((name, default));
    }
    defaults
}

/// Why the variables of a URL cannot be filled in.
enum Unfilled<'u> {
    Open,
    Unknown(&'u str),
}

/// A URL with its variables filled in, once: what a default holds is not looked at again.
fn filled<'u>(url: &'u str, defaults: &[(&str, &str)]) -> Result<String, Unfilled<'u>> {
    let mut out = String::new();
    let mut rest = url;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').ok_or(Unfilled::Open)?;
        let value = defaults.iter().find(|(known, _)| *known == name);
        let (_, value) = value.ok_or(Unfilled::Unknown(name))?;
        out.push_str(literal);
        out.push_str(value);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}
