//! What of a journal may be sent. Whoever can write into the project's folder can write a journal, so
//! nothing in it is believed: what may be asked stands in the contract and in the scenarios.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::Undo;
use crate::contract::{Contract, Operation, PathTemplate, Segment};
use crate::http::{
    Caller, DEFAULT_IDENTITY, Headers, Request, is_of_a_url, is_secret_name, is_token,
};
use crate::scenario::Scenario;
use crate::world::Site;

/// Fields that belong to the connection, and are nobody's to give.
const OF_THE_CONNECTION: [&str; 7] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "upgrade",
    "te",
    "trailer",
];

/// The operations of an API by which something may be taken away.
#[derive(Debug, Clone, Default)]
pub struct Undoings(BTreeSet<String>);

impl Undoings {
    /// Those that scenarios call in `always` steps and in `undo`.
    pub fn of(scenarios: &[Arc<Scenario>]) -> Self {
        let steps = scenarios.iter().flat_map(|it| &it.steps);
        let calls = steps.flat_map(|step| {
            let always = step.always.then_some(&step.call);
            always.into_iter().chain(step.undo.as_deref())
        });
        let operations = calls.filter_map(|call| call.operation());
        Self(operations.map(|(_, it)| it.id.clone()).collect())
    }

    fn take(&self, operation: &Operation) -> bool {
        operation.method == "DELETE" || self.0.contains(&operation.id)
    }
}

/// The request of an undoing.
///
/// # Errors
/// With the reason why it is not sent.
pub fn permit(
    undo: &Undo,
    contract: &Contract,
    undoings: &Undoings,
    site: &Site,
) -> Result<Request, String> {
    let name = &undo.operation;
    let operation = contract.operation(name);
    let operation = operation.ok_or_else(|| format!("the contract has no operation `{name}`"))?;
    if !undoings.take(operation) {
        return Err(format!(
            "`{name}` takes nothing away: it is no DELETE, and no `undo` or `always` step calls it"
        ));
    }
    if undo.method != operation.method || !fits(&operation.path, &undo.target) {
        return Err(format!(
            "`{}` is no request of `{name}`: {} {}",
            undo.line(),
            operation.method,
            operation.path
        ));
    }
    let base = contract
        .base(operation, site)
        .map_err(|why| why.to_string())?;
    let mut headers = Headers::default();
    for (field, value) in &undo.headers {
        if !may_give(field, value) {
            return Err("it gives a header field that is not its to give".to_owned());
        }
        headers.push(field.as_str(), value.as_bytes());
    }
    Ok(Request {
        method: operation.method.clone(),
        url: format!("{}{}", base.url, undo.target),
        headers,
        body: Bytes::from(undo.body.clone()),
        // It comes as the identity of the step that made what is taken away.
        caller: Caller::of(
            undo.identity.as_deref().unwrap_or(DEFAULT_IDENTITY),
            &operation.security,
        ),
    })
}

/// Whether a header field is one that a file may give: none of the connection, nothing that says who asks,
/// and one line.
pub fn may_give(field: &str, value: &str) -> bool {
    let mut others = OF_THE_CONNECTION.iter();
    let is_others = others.any(|it| field.eq_ignore_ascii_case(it));
    let is_line = !value.contains(|it: char| it.is_control() && it != '\t');
    is_token(field) && is_line && !is_others && !is_secret_name(field)
}

/// Whether a target is a path of a template, with or without a query: every hole is filled with one
/// segment that leads nowhere else.
pub fn fits(template: &PathTemplate, target: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let leads_away = |segment: &str| {
        if !segment.starts_with(['.', '%']) {
            return false;
        }
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        matches!(decoded.as_ref(), "." | "..")
    };
    let is_plain = path.bytes().all(is_of_a_url) && query.bytes().all(is_of_a_url);
    if !is_plain || path.split('/').any(leads_away) {
        return false;
    }
    let mut rest = path;
    let mut segments = template.segments().iter().peekable();
    while let Some(segment) = segments.next() {
        match segment {
            Segment::Literal(text) => match rest.strip_prefix(text.as_str()) {
                Some(after) => rest = after,
                None => return false,
            },
            Segment::Variable(_) => {
                let end = match segments.peek() {
                    Some(Segment::Literal(next)) => rest.find(next.as_str()),
                    _ => Some(rest.find('/').unwrap_or(rest.len())),
                };
                let Some(end) = end.filter(|end| *end > 0 && !rest[..*end].contains('/')) else {
                    return false;
                };
                rest = &rest[end..];
            }
        }
    }
    rest.is_empty()
}
