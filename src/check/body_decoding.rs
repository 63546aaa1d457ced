//! `body-decoding`: the body's form is what its headers and its media type say.

use super::{Check, Fact, Place, Subject};
use crate::json::Pointer;
use crate::transcript::BodyFaultKind;
use crate::verdict::Severity;

/// See the module.
pub(super) const CHECK: Check = Check {
    id: "body-decoding",
    summary: "the body is whole and can be decoded as declared",
    explanation: "\
The bytes of the body are not what the headers say: shorter than `Content-Length` promises, endless, \
in another charset than declared, in a content coding that cannot be undone; or they are no strict \
JSON: a byte-order mark (`RFC 8259 §8.1`), the same name twice in an object (`RFC 8259 §4`), `NaN` or \
`Infinity` (`RFC 8259 §6`), something after the value, or no value at all; or they are no well-formed \
XML: the charset is that of a byte-order mark, of `Content-Type`, or of the XML declaration, in this \
order (`RFC 7303 §3`).

Lenient clients read over these, each in its own way; strict ones break.",
    severity: Severity::Error,
    examine,
};

fn examine(subject: &Subject<'_>) -> Vec<Fact> {
    let faults = subject.attempt.received.faults.iter();
    faults
        .map(|fault| Fact {
            message: sentence(fault.kind).to_owned(),
            place: Place::Body(fault.place.clone().unwrap_or_else(Pointer::root)),
            expected: expected(fault.kind).to_owned(),
            actual: fault.message.clone(),
            contract: subject.documented.map(|it| it.pointer.clone()),
            scenario: None,
        })
        .collect()
}

fn sentence(kind: BodyFaultKind) -> &'static str {
    match kind {
        BodyFaultKind::Length => "the body is not as long as promised",
        BodyFaultKind::TooLarge => "the body is larger than what is read",
        BodyFaultKind::Coding => "the body's content coding cannot be undone",
        BodyFaultKind::Charset => "the body is not in its declared charset",
        BodyFaultKind::ByteOrderMark => "the body begins with a byte-order mark",
        BodyFaultKind::DuplicateKey => "a name stands twice in one object",
        BodyFaultKind::NotANumber => "the body holds a number that JSON does not have",
        BodyFaultKind::TrailingText => "something follows the JSON value",
        BodyFaultKind::Syntax => "the body is no JSON",
        BodyFaultKind::Xml => "the body is no XML",
    }
}

fn expected(kind: BodyFaultKind) -> &'static str {
    match kind {
        BodyFaultKind::Length => "a body as long as its headers say",
        BodyFaultKind::TooLarge => "a body that can be read whole",
        BodyFaultKind::Coding => "a body in a coding that the client asked for",
        BodyFaultKind::Charset => "bytes in the declared charset",
        BodyFaultKind::ByteOrderMark => "the JSON value from the first byte on",
        BodyFaultKind::DuplicateKey => "each name once",
        BodyFaultKind::NotANumber => "a finite number, or null",
        BodyFaultKind::TrailingText => "one JSON value and nothing else",
        BodyFaultKind::Syntax => "one JSON value",
        BodyFaultKind::Xml => "one well-formed XML document",
    }
}
