//! What is sent beside a step: a request, as whom it comes, and why there may be no answer.

use std::sync::Arc;

use crate::check::Check;
use crate::contract::{Contract, Operation};
use crate::http::{Headers, Request};

/// A request that is to be sent beside a step.
pub(super) struct Probe<'o> {
    /// What it is for; it names the probe.
    pub(super) check: &'static Check,
    /// Its own name, where there are several for one check at one step.
    pub(super) name: Option<String>,
    /// The contract with the operation that it calls.
    pub(super) called: (&'o Arc<Contract>, &'o Operation),
    /// Whether the answer is judged by that operation; a question that no contract has is judged by the law
    /// alone.
    pub(super) is_judged: bool,
    /// As whom it comes.
    pub(super) manner: Manner,
    /// Whether it goes where redirects lead, where its step does.
    pub(super) is_led: bool,
    /// The method.
    pub(super) method: String,
    /// The URL.
    pub(super) url: String,
    /// The header fields.
    pub(super) headers: Headers,
    /// The body.
    pub(super) body: bytes::Bytes,
}

/// As whom a probe comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As the step that it stands beside.
    AsTheStep,
    /// As nobody.
    Anonymous,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// It was not asked: the law is off, the budget is used up, or credentials are missing.
    NotAsked,
    /// The server refused the TLS handshake, before it could hear what is asked for.
    Unheard,
    /// A TLS handshake was refused, by the server or by one to which it led once it had heard.
    Refused,
    /// The connection gave no answer; told already.
    Lost,
}

impl<'o> Probe<'o> {
    /// A request without a body and header fields.
    pub(super) fn plain(
        check: &'static Check,
        called: (&'o Arc<Contract>, &'o Operation),
        url: impl Into<String>,
    ) -> Self {
        Self {
            check,
            name: None,
            called,
            is_judged: true,
            manner: Manner::AsTheStep,
            is_led: true,
            method: called.1.method.clone(),
            url: url.into(),
            headers: Headers::default(),
            body: bytes::Bytes::new(),
        }
    }

    /// A request that reads what is there, whatever the operation does.
    pub(super) fn get(
        check: &'static Check,
        called: (&'o Arc<Contract>, &'o Operation),
        url: impl Into<String>,
    ) -> Self {
        Self {
            method: "GET".to_owned(),
            ..Self::plain(check, called, url)
        }
    }

    /// The same request again.
    pub(super) fn again(
        check: &'static Check,
        called: (&'o Arc<Contract>, &'o Operation),
        request: &Request,
    ) -> Self {
        Self {
            headers: request.headers.clone(),
            body: request.body.clone(),
            ..Self::plain(check, called, request.url.clone())
        }
    }

    /// The same, which no operation of the contract judges.
    pub(super) fn unjudged(self) -> Self {
        Self {
            is_judged: false,
            ..self
        }
    }
}
