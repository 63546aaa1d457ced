//! How something is taken away again: a request without its credentials.

use serde::{Deserialize, Serialize};

use crate::contract::Operation;
use crate::http::{DEFAULT_IDENTITY, Headers, Request, hide_secrets, is_secret_name};

/// A request that takes something away, as it stands in a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// The operation of the contract.
    pub operation: String,
    /// Its method.
    pub method: String,
    /// The path below the URL that the operation's requests begin with, and the query.
    pub target: String,
    /// The header fields, none of them secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body, a text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// The name of the identity that it comes as; none where nobody is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

impl Undo {
    /// The undoing that a request is; none where it cannot stand in a journal: it holds a secret, or what
    /// is no text.
    pub fn of(
        operation: &Operation,
        request: &Request,
        base: &str,
        secrets: &[String],
    ) -> Option<Self> {
        let target = request.url.strip_prefix(base)?;
        let body = std::str::from_utf8(&request.body).ok()?;
        let headers = texts(&request.headers)?;
        let has_secret = |text: &str| secrets.iter().any(|it| text.contains(it.as_str()));
        let is_secret = hide_secrets(target) != target
            || headers.iter().any(|(name, _)| is_secret_name(name))
            || headers.iter().any(|(_, value)| has_secret(value))
            || has_secret(target)
            || has_secret(body);
        (!is_secret).then(|| Self {
            operation: operation.id.clone(),
            method: operation.method.clone(),
            target: target.to_owned(),
            headers,
            body: body.to_owned(),
            identity: request.caller.as_ref().map(|it| it.identity.to_string()),
        })
    }

    /// Whether a request takes away what this one would: the same method, URL and body.
    pub fn is_done_by(&self, request: &Request, base: &str) -> bool {
        request.method == self.method
            && request.url.strip_prefix(base) == Some(self.target.as_str())
            && request.body == self.body.as_bytes()
    }

    /// Whether an operation takes away the same at that path, asked by that identity for nothing else.
    pub fn is_by(&self, operation: &Operation, path: &str, identity: Option<&str>) -> bool {
        let is_plain = self.headers.is_empty() && self.body.is_empty();
        let own = self.identity.as_deref().unwrap_or(DEFAULT_IDENTITY);
        is_plain
            && self.operation == operation.id
            && self.target == path
            && own == identity.unwrap_or(DEFAULT_IDENTITY)
    }

    /// Whether it takes away something below that path.
    pub fn is_below(&self, path: &str) -> bool {
        let rest = self.target.strip_prefix(path);
        rest.is_some_and(|it| it.starts_with('/'))
    }

    /// What it asks, in a line.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

fn texts(headers: &Headers) -> Option<Vec<(String, String)>> {
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    let read = headers.iter();
    read.map(|it| Some((it.name.clone(), text(&it.value)?)))
        .collect()
}
