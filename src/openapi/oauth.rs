//! The flows of OAuth 2.0 (`OpenAPI 3.1 §4.8.28`, `§4.8.29`). How a token is come by is the caller's
//! business; that a flow says what it has to say is checked.

use super::reader::{Fields, Reader};
use super::version::Version::{V3_0, V3_2};
use crate::problem::Node;

const FLOWS: &Fields = &[
    (
        V3_0,
        &[
            "implicit",
            "password",
            "clientCredentials",
            "authorizationCode",
        ],
    ),
    (V3_2, &["deviceAuthorization"]),
];
const FIELDS: &Fields = &[
    (
        V3_0,
        &["authorizationUrl", "tokenUrl", "refreshUrl", "scopes"],
    ),
    (V3_2, &["deviceAuthorizationUrl"]),
];

/// Checks the flows of a security scheme.
pub(super) fn check<'a>(scheme: &Node<'a>, reader: &mut Reader<'a>) {
    let Some(flows) = scheme.require("flows", &mut reader.problems) else {
        return;
    };
    reader.only(&flows, FLOWS);
    for (name, flow) in flows.entries(&mut reader.problems) {
        let required: &[&str] = match name {
            "implicit" => &["authorizationUrl"],
            "password" | "clientCredentials" => &["tokenUrl"],
            "authorizationCode" => &["authorizationUrl", "tokenUrl"],
            "deviceAuthorization" => &["deviceAuthorizationUrl", "tokenUrl"],
            _ => continue,
        };
        reader.only(&flow, FIELDS);
        for field in required {
            flow.require_text(field, &mut reader.problems);
        }
        if let Some(scopes) = flow.require("scopes", &mut reader.problems) {
            for (_, scope) in scopes.entries(&mut reader.problems) {
                scope.text(&mut reader.problems);
            }
        }
    }
}
