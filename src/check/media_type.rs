//! `media-type`: the body is of a media type that the contract documents.

use super::{Check, Fact, Place, Subject};
use crate::http::MediaTypeError;
use crate::verdict::Severity;

/// See the module.
pub(super) const CHECK: Check = Check {
    id: "media-type",
    summary: "the body is of a documented media type",
    explanation: "\
The response has a body, and its `Content-Type` is missing, given twice, no media type, or none that \
the contract documents for this status (`RFC 9110 §8.3`). A range such as `application/*` documents \
every type that it names; parameters such as `charset` matter only where the contract writes them.

A client chooses its decoder by this header. Without it the body is judged as far as it can be read.",
    severity: Severity::Error,
    examine,
};

fn examine(subject: &Subject<'_>) -> Vec<Fact> {
    let Some(documented) = subject.documented else {
        return Vec::new();
    };
    let response = &subject.attempt.exchange.response;
    if response.body.is_empty() || documented.content.is_empty() {
        return Vec::new();
    }
    let fact = |message: &str, actual: String| {
        let ranges = documented.content.iter().map(|it| it.range.to_string());
        let ranges: Vec<String> = ranges.collect();
        vec![Fact {
            message: message.to_owned(),
            place: Place::Header("content-type".to_owned()),
            expected: ranges.join(" or "),
            actual,
            contract: Some(documented.pointer.join("content")),
            scenario: None,
        }]
    };
    match &subject.attempt.received.media_type {
        Ok(media_type) if documented.content_for(media_type).is_some() => Vec::new(),
        Ok(media_type) => fact("the media type is not documented", media_type.to_string()),
        Err(MediaTypeError::Missing) => {
            fact("there is no Content-Type", "no such header".to_owned())
        }
        Err(error) => fact("the Content-Type cannot be read", error.to_string()),
    }
}
