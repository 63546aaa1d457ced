//! What is kept of a response in the snapshot, and how: plain data, and how it is read where a person
//! wrote it.
//!
//! A rule on values that change is for what the contract cannot say; a value with the format of a time
//! or an identifier, a `readOnly` text and a step's output need none.

use std::sync::Arc;

use crate::json::Path;
use crate::problem::{Node, Problem, ProblemCode};

/// What is kept of a step's response, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotRules {
    /// How much is kept.
    pub body: SnapshotLevel,
    /// The headers that are kept beside `Content-Type` and those that the contract documents; none means
    /// those of the API's settings.
    pub headers: Option<Arc<[String]>>,
    /// The values that change from run to run. Where two rules name the same value, the first gives
    /// the name.
    pub volatile: Arc<[VolatileRule]>,
    /// The arrays whose order means nothing. Where two rules name the same one, the first counts.
    pub unordered: Arc<[UnorderedRule]>,
}

/// How much of a response is kept in a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SnapshotLevel {
    /// Every value.
    #[default]
    Exact,
    /// The names and types, without the values.
    Shape,
    /// The status and the headers; the body is left to the contract.
    Contract,
    /// Nothing.
    Off,
}

/// A value that changes from run to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolatileRule {
    /// The operation in whose responses it stands; none means every operation.
    pub operation: Option<String>,
    /// Where it stands.
    pub at: At,
    /// The name of its symbol.
    pub name: String,
    /// Why it may change; for the reader of the rule.
    pub why: String,
}

/// Where a value of a response stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// In the body: every place that the query finds. A place with an object or an array is one value.
    Body(Path),
    /// In the header of that name, in any case: its whole value.
    Header(String),
}

/// An array whose order means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnorderedRule {
    /// Where it stands in the body.
    pub at: Path,
    /// The value by which its elements are sorted, below each of them; none means the whole of them.
    pub by: Option<Path>,
}

impl VolatileRule {
    /// Reads a rule, which may have these fields.
    pub fn lower(node: &Node<'_>, fields: &[&str], problems: &mut Vec<Problem>) -> Option<Self> {
        node.exactly(fields, problems);
        let name = node.require_text("as", problems);
        let why = why(node, problems);
        let operation = node.get_text("operation", problems).map(str::to_owned);
        let at = match (node.get("at"), node.get("header")) {
            (Some(field), None) => At::Body(path(&field, problems)?),
            (None, Some(field)) => At::Header(field.text(problems)?.to_owned()),
            _ => {
                problems.push(
                    node.problem(ProblemCode::MissingField, "a rule names one place")
                        .with_help("give it `at` (a JSONPath into the body) or `header`"),
                );
                return None;
            }
        };
        Some(Self {
            operation,
            at,
            name: name?.to_owned(),
            why: why?.to_owned(),
        })
    }
}

impl UnorderedRule {
    /// Reads a rule.
    pub fn lower(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        node.exactly(&["at", "by"], problems);
        let at = node.require("at", problems);
        let at = at.and_then(|field| path(&field, problems));
        let by = match node.get("by") {
            Some(field) => Some(path(&field, problems)?),
            None => None,
        };
        Some(Self { at: at?, by })
    }
}

/// The reason, which says something.
fn why<'n>(node: &Node<'n>, problems: &mut Vec<Problem>) -> Option<&'n str> {
    let field = node.require("why", problems)?;
    let text = field.text(problems)?;
    if text.trim().is_empty() {
        problems.push(
            field
                .problem(ProblemCode::InvalidValue, "the reason is empty")
                .with_help("say why the value changes"),
        );
        return None;
    }
    Some(text)
}

fn path(field: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Path> {
    let text = field.text(problems)?;
    let parsed = Path::parse(text);
    let told = parsed.map_err(|error| {
        field
            .problem(ProblemCode::InvalidExpression, error.to_string())
            .with_help("write a JSONPath such as `$.items[*].id`")
    });
    told.map_err(|problem| problems.push(problem)).ok()
}
