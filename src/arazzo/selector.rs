//! Expression Type Objects and Selector Objects (`Arazzo 1.1.0`): in which language a query is
//! written, and the query itself.

use serde_json::Value;

use super::document::Document;
use super::workflow::expression;
use crate::json::{Path, Pointer};
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Expression, Query};
use crate::xml::XPath;

/// The languages of queries with their versions; the first one counts where none is said.
const LANGUAGES: [(&str, &[&str]); 3] = [
    (
        "jsonpath",
        &["rfc9535", "draft-goessner-dispatch-jsonpath-00"],
    ),
    ("xpath", &["xpath-31", "xpath-30", "xpath-20", "xpath-10"]),
    ("jsonpointer", &["rfc6901"]),
];

/// Those versions that are read here.
const SUPPORTED: [&str; 3] = ["rfc9535", "rfc6901", "xpath-10"];

/// How to ask for the version of XPath that is read here.
pub(super) const XPATH_HELP: &str =
    "say `{type: xpath, version: xpath-10}`: XPath 1.0 is read here";

/// A language of conditions and queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Simple,
    Regex,
    JsonPath,
    JsonPointer,
    XPath,
}

impl Language {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "simple" => Some(Self::Simple),
            "regex" => Some(Self::Regex),
            "jsonpath" => Some(Self::JsonPath),
            "jsonpointer" => Some(Self::JsonPointer),
            "xpath" => Some(Self::XPath),
            _ => None,
        }
    }
}

/// The language that a field names, one of those that its place allows; by its name alone, or by an
/// Expression Type Object with a version.
pub(super) fn language(
    field: &Node<'_>,
    allowed: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<Language> {
    let object = field.value().is_object();
    let named = if object {
        field.only(&["type", "version"], problems);
        field.require("type", problems)?
    } else {
        field.clone()
    };
    let text = named.text(problems)?;
    let versions = LANGUAGES.iter().find(|(name, _)| *name == text);
    let has_versions = versions.is_some() || !object;
    if !allowed.contains(&text) || !has_versions {
        let known = allowed.iter().copied();
        problems.push(Problem::unknown_reference(
            named.location(),
            "type of expressions here",
            text,
            known,
        ));
        return None;
    }
    if let Some((_, versions)) = versions {
        let version = match field.get("version").filter(|_| object) {
            Some(version) => known_version(&version, text, versions, problems)?,
            None => versions[0],
        };
        if !SUPPORTED.contains(&version) {
            let message = format!("`{text}` of the version `{version}` is not supported yet");
            let help = match text {
                "xpath" => XPATH_HELP,
                _ => "use jsonpath (rfc9535), jsonpointer, or in criteria simple or regex",
            };
            problems.push(
                named
                    .problem(ProblemCode::Unsupported, message)
                    .with_help(help),
            );
            return None;
        }
    }
    Language::parse(text)
}

fn known_version<'v>(
    field: &Node<'_>,
    language: &str,
    versions: &[&'v str],
    problems: &mut Vec<Problem>,
) -> Option<&'v str> {
    let text = field.text(problems)?;
    let found = versions.iter().find(|it| **it == text);
    if found.is_none() {
        problems.push(Problem::unknown_reference(
            field.location(),
            &format!("version of {language}"),
            text,
            versions.iter().copied(),
        ));
    }
    found.copied()
}

/// Whether an object is a Selector Object and no value that happens to look like one: it has the
/// three fields and no other, and its context means to be an expression.
pub(super) fn is_selector(value: &Value, document: &Document<'_>) -> bool {
    let Some(object) = value.as_object().filter(|_| document.minor >= 1) else {
        return false;
    };
    let fields = ["context", "selector", "type"];
    let context = object.get("context").and_then(Value::as_str);
    object.len() == fields.len()
        && fields.iter().all(|name| object.contains_key(*name))
        && context.is_some_and(Expression::is_meant)
}

/// Lowers a Selector Object.
pub(super) fn lower(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Expression> {
    node.only(&["context", "selector", "type"], problems);
    let context = node.require("context", problems);
    let context = context.and_then(|it| expression(&it, problems));
    let field = node.require("selector", problems);
    let text = field.as_ref().and_then(|it| it.text(problems));
    let kinds = ["jsonpath", "jsonpointer", "xpath"];
    let kind = node.require("type", problems);
    let kind = kind.and_then(|it| language(&it, &kinds, problems));
    let (context, field, text) = (context?, field?, text?);
    match kind? {
        Language::JsonPointer => Some(context.at(&pointer(&field, text, problems)?)),
        Language::XPath => {
            let path = xpath(&field, text, problems)?;
            Some(context.with_query(Query::XPath(Box::new(path))))
        }
        _ => {
            let path = path(&field, text, problems)?;
            Some(context.with_query(Query::Path(Box::new(path))))
        }
    }
}

/// A JSON Pointer in a field.
pub(super) fn pointer(
    field: &Node<'_>,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Option<Pointer> {
    let read = Pointer::parse(text).ok();
    if read.is_none() {
        problems.push(
            field
                .problem(
                    ProblemCode::InvalidValue,
                    format!("`{text}` is no JSON Pointer"),
                )
                .with_help("write it as `/field/0`"),
        );
    }
    read
}

/// A JSONPath in a field.
pub(super) fn path(field: &Node<'_>, text: &str, problems: &mut Vec<Problem>) -> Option<Path> {
    let read = Path::parse(text);
    read.map_err(|error| {
        problems.push(
            field
                .problem(ProblemCode::InvalidExpression, error.to_string())
                .with_help("write a JSONPath (RFC 9535) such as `$.items[0].id`"),
        );
    })
    .ok()
}

/// An XPath in a field.
pub(super) fn xpath(field: &Node<'_>, text: &str, problems: &mut Vec<Problem>) -> Option<XPath> {
    let read = XPath::parse(text);
    read.map_err(|error| {
        problems.push(
            field
                .problem(ProblemCode::InvalidExpression, error.to_string())
                .with_help("write an XPath 1.0 expression such as `/order/item[1]/@id`"),
        );
    })
    .ok()
}
