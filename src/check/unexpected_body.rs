//! `unexpected-body`: there is no body where none may be.

use super::{Check, Fact, Place, Subject};
use crate::json::Pointer;
use crate::verdict::Severity;

/// See the module.
pub(super) const CHECK: Check = Check {
    id: "unexpected-body",
    summary: "there is no body where none may be",
    explanation: "\
The contract documents the response without content, and it has a body; or it has one where HTTP \
allows none: with the status 204 or 304, or as the answer to HEAD (`RFC 9110 §6.4.1`). For these the \
header fields are believed, because a client never reads such a body.",
    severity: Severity::Error,
    examine,
};

fn examine(subject: &Subject<'_>) -> Vec<Fact> {
    let exchange = &subject.attempt.exchange;
    let response = &exchange.response;
    let forbidden = matches!(response.status, 204 | 304);
    let promised = response
        .headers
        .first("content-length")
        .filter(|it| it.trim() != "0");
    let announced = promised.is_some() || response.headers.contains("transfer-encoding");
    // HEAD and 304 may say how long the body would have been (RFC 9110 §8.6).
    if response.status == 204 && announced {
        let actual = promised.map_or("a chunked body".to_owned(), |it| {
            format!("{it} bytes announced")
        });
        return fact(
            "the status 204 has no body, and one is announced",
            actual,
            None,
        );
    }
    let Some(documented) = subject.documented else {
        return Vec::new();
    };
    if documented.content.is_empty() && !response.body.is_empty() && !forbidden {
        let actual = format!("{} bytes", response.body.len());
        let place = Some(documented.pointer.clone());
        return fact(
            "the contract documents no body, and there is one",
            actual,
            place,
        );
    }
    Vec::new()
}

fn fact(message: &str, actual: String, contract: Option<Pointer>) -> Vec<Fact> {
    vec![Fact {
        message: message.to_owned(),
        place: Place::Body(Pointer::root()),
        expected: "no body".to_owned(),
        actual,
        contract,
        scenario: None,
    }]
}
