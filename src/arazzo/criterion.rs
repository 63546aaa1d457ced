//! Criteria (`Arazzo 1.0.1 §4.6.11`, `§4.6.12`).

use super::workflow::{expression, invalid_expression};
use crate::json::Path;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Condition, Criterion, CriterionKind, Pattern, Template};

/// How large a compiled regular expression may be, in bytes.
const REGEX_SIZE_MAX: usize = 1 << 20;

/// Lowers one criterion.
pub(super) fn lower(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Criterion> {
    node.only(&["context", "condition", "type"], problems);
    let condition = node.require("condition", problems)?;
    let text = condition.text(problems)?;
    let kind = match kind(node, problems)? {
        "simple" => CriterionKind::Simple(simple(&condition, text, problems)?),
        "regex" => {
            let context = expression(&node.require("context", problems)?, problems)?;
            let pattern = pattern(&condition, text, problems, |text| {
                regex::RegexBuilder::new(text)
                    .size_limit(REGEX_SIZE_MAX)
                    .build()
                    .map_err(|error| error.to_string())
            })?;
            CriterionKind::Regex { context, pattern }
        }
        _ => {
            let context = expression(&node.require("context", problems)?, problems)?;
            let pattern = pattern(&condition, text, problems, |text| {
                Path::parse(text).map_err(|error| error.to_string())
            })?;
            CriterionKind::JsonPath { context, pattern }
        }
    };
    Some(Criterion {
        kind,
        text: text.to_owned(),
        location: node.location(),
    })
}

/// The type of a criterion: `simple`, `regex` or `jsonpath`.
fn kind<'d>(node: &Node<'d>, problems: &mut Vec<Problem>) -> Option<&'d str> {
    let Some(field) = node.get("type") else {
        return Some("simple");
    };
    let named = if field.value().is_object() {
        field.only(&["type", "version"], problems);
        field.require("type", problems)?
    } else {
        field
    };
    let text = named.text(problems)?;
    match text {
        "simple" | "regex" | "jsonpath" => Some(text),
        "xpath" => {
            problems.push(
                named
                    .problem(
                        ProblemCode::Unsupported,
                        "criteria of the type `xpath` are not supported yet",
                    )
                    .with_help("use simple, regex or jsonpath"),
            );
            None
        }
        _ => {
            let known = ["simple", "regex", "jsonpath"];
            problems.push(Problem::unknown_reference(
                named.location(),
                "type of criteria",
                text,
                known.into_iter(),
            ));
            None
        }
    }
}

fn simple(node: &Node<'_>, text: &str, problems: &mut Vec<Problem>) -> Option<Condition> {
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
