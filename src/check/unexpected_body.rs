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
allows none, with the status 204 or 205 (`RFC 9110 §6.4.1`, `§15.3.6`). There the header fields are \
believed, because a client does not read such a body. Bytes that follow a complete answer are not \
seen.",
    severity: Severity::Error,
    examine,
};

fn examine(subject: &Subject<'_>) -> Vec<Fact> {
    let response = &subject.attempt.exchange.response;
    let headers = &response.headers;
    // HEAD and 304 may say how long the body would have been (RFC 9110 §8.6).
    if let 204 | 205 = response.status {
        let promised = headers.first("content-length");
        let announced = match promised.filter(|it| it.trim() != "0") {
            Some(bytes) => Some(format!("{bytes} bytes announced")),
            None if !response.body.is_empty() => Some(format!("{} bytes", response.body.len())),
            None if headers.contains("transfer-encoding") => Some("a chunked body".to_owned()),
            None => None,
        };
        if let Some(actual) = announced {
            let message = format!(
                "the status {} has no body, and there is one",
                response.status
            );
            return fact(&message, actual, None);
        }
    }
    let Some(documented) = subject.documented else {
        return Vec::new();
    };
    let body = response.body.len();
    if documented.content.is_empty() && body > 0 && response.status != 304 {
        let place = Some(documented.pointer.clone());
        let message = "the contract documents no body, and there is one";
        return fact(message, format!("{body} bytes"), place);
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
