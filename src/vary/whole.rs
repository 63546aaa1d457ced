//! Variations of a body as a whole: it is missing, of another media type, or breaks off.

use super::{Candidate, Edit, Kind, Place};
use crate::contract::{Operation, RequestBody, RequestPart, RequestRule};
use crate::http::{MediaType, Request};
use crate::json::Pointer;

/// Media types that a body is said to be of, where the contract does not document them.
const MEDIA_TYPES: [&str; 3] = ["text/plain", "application/xml", "application/octet-stream"];

/// The candidates of the body of a request.
pub(super) fn candidates(operation: &Operation, request: &Request) -> Vec<Candidate> {
    let Some(documented) = &operation.request_body else {
        return Vec::new();
    };
    if request.body.is_empty() {
        return Vec::new();
    }
    let kind = if documented.required {
        Kind::REQUIRED_MISSING
    } else {
        Kind::OPTIONAL_ABSENT
    };
    let missing = candidate(documented, (kind, RequestRule::Present), vec![Edit::Drop]);
    let media_types = MEDIA_TYPES.map(Edit::MediaType).into_iter().collect();
    let rule = (Kind::WRONG_MEDIA_TYPE, RequestRule::MediaType);
    let other = candidate(documented, rule, media_types);
    let mut found = vec![missing, other];
    let content_type = request.headers.first("content-type").unwrap_or_default();
    if MediaType::parse(&content_type).is_ok_and(|it| it.is_json()) {
        let cut = request.body.len() - 1;
        let shorter = Edit::Bytes(request.body[..cut].to_vec());
        let longer = Edit::Bytes([b"{", &request.body[..]].concat());
        let rule = (Kind::MALFORMED_JSON, RequestRule::Syntax);
        found.push(candidate(documented, rule, vec![shorter, longer]));
    }
    found
}

fn candidate(
    documented: &RequestBody,
    (kind, rule): (Kind, RequestRule),
    edits: Vec<Edit>,
) -> Candidate {
    Candidate {
        kind,
        place: Place {
            part: RequestPart::Body,
            pointer: Pointer::root(),
            contract: documented.pointer.clone(),
        },
        root: None,
        edits,
        rules: vec![rule],
    }
}
