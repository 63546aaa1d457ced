//! Criteria (`Arazzo 1.0.1 §4.6.11`, `§4.6.12`).

use super::selector::{Language, language};
use super::workflow::{expression, invalid_expression};
use crate::json::Path;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Condition, Criterion, CriterionKind, Pattern, Template};
use crate::xml::XPath;

/// The languages of conditions.
const LANGUAGES: [&str; 4] = ["simple", "regex", "jsonpath", "xpath"];

/// How large a compiled regular expression may be, in bytes.
const REGEX_SIZE_MAX: usize = 1 << 20;

/// Lowers one criterion.
pub(super) fn lower(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Criterion> {
    node.only(&["context", "condition", "type"], problems);
    let condition = node.require("condition", problems)?;
    let text = condition.text(problems)?;
    let field = node.get("type");
    let language = match &field {
        Some(field) => language(field, &LANGUAGES, problems)?,
        None => Language::Simple,
    };
    let context = match &field {
        Some(_) => Some(node.require("context", problems)?),
        None => node.get("context"),
    };
    let context = match context {
        Some(context) => Some(expression(&context, problems)?),
        None => None,
    };
    let kind = match (language, context) {
        (Language::Regex, Some(context)) => {
            let pattern = pattern(&condition, text, problems, |text| {
                regex::RegexBuilder::new(text)
                    .size_limit(REGEX_SIZE_MAX)
                    .build()
                    .map_err(|error| error.to_string())
            })?;
            CriterionKind::Regex { context, pattern }
        }
        (Language::JsonPath, Some(context)) => {
            let pattern = pattern(&condition, text, problems, |text| {
                Path::parse(text).map_err(|error| error.to_string())
            })?;
            CriterionKind::JsonPath { context, pattern }
        }
        (Language::XPath, Some(context)) => {
            let pattern = pattern(&condition, text, problems, |text| {
                XPath::parse(text).map_err(|error| error.to_string())
            })?;
            CriterionKind::XPath { context, pattern }
        }
        _ => CriterionKind::Simple(simple(&condition, text, problems)?),
    };
    Some(Criterion {
        kind,
        text: text.to_owned(),
        location: node.location(),
    })
}

fn simple(node: &Node<'_>, text: &str, problems: &mut Vec<Problem>) -> Option<Condition> {
    // An example of Arazzo 1.0 has braces around the whole of it.
    let inside = text.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
    let text = inside.unwrap_or(text);
    Condition::parse(text)
        .map_err(|(at, why)| {
            let column = text.get(..at).map_or(at, |before| before.chars().count()) + 1;
            problems.push(
                node.problem(
                    ProblemCode::InvalidExpression,
                    format!("the condition breaks at its character {column}: {why}"),
                )
                .with_help(
                    "a condition looks like `$statusCode == 200 && $response.body#/a != 'b'`",
                ),
            );
        })
        .ok()
}

fn pattern<T>(
    node: &Node<'_>,
    text: &str,
    problems: &mut Vec<Problem>,
    compile: impl Fn(&str) -> Result<T, String>,
) -> Option<Pattern<T>> {
    match Template::parse(text) {
        Err(error) => {
            problems.push(invalid_expression(node, &error));
            None
        }
        Ok(template) if template.expressions().next().is_some() => {
            Some(Pattern::Template(template))
        }
        Ok(_) => compile(text)
            .map(Pattern::Fixed)
            .map_err(|why| {
                problems.push(
                    node.problem(ProblemCode::InvalidExpression, why)
                        .with_help("mend the condition, or check its `type`"),
                );
            })
            .ok(),
    }
}
