//! The flows of OAuth 2.0 (`OpenAPI 3.1 §4.8.28`, `§4.8.29`). That a flow says what it has to
//! say is checked; where those that need nobody at a browser hand out tokens is noted.

use super::reader::{Fields, Reader};
use super::version::Version::{V3_0, V3_2};
use crate::contract::TokenScheme;
use crate::http::Grant;
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

/// Notes where a security scheme hands out tokens, when it is one that does.
pub(super) fn note<'a>(scheme: &Node<'a>, name: &str, reader: &mut Reader<'a>) {
    // What is of another type has been told when the scheme was checked.
    let mut elsewhere = Vec::new();
    let kind = scheme.get_text("type", &mut elsewhere);
    if !matches!(kind, Some("oauth2" | "openIdConnect")) {
        return;
    }
    let mut endpoints = Vec::new();
    for (flow, node) in scheme.get_entries("flows", &mut elsewhere) {
        let token = node.get_text("tokenUrl", &mut elsewhere);
        let refresh = node.get_text("refreshUrl", &mut elsewhere).or(token);
        match flow {
            "clientCredentials" => endpoints.extend(token.map(|it| (Grant::ClientCredentials, it))),
            "password" => endpoints.extend(token.map(|it| (Grant::Password, it))),
            _ => {}
        }
        endpoints.extend(refresh.map(|it| (Grant::RefreshToken, it)));
    }
    let own = endpoints.into_iter();
    let noted = TokenScheme {
        name: name.to_owned(),
        endpoints: own.map(|(grant, url)| (grant, url.to_owned())).collect(),
        ..TokenScheme::default()
    };
    reader.tokens.entry(name.to_owned()).or_insert(noted);
}

/// Notes what a requirement asks that a token is good for.
pub(super) fn note_scopes<'a>(asked: &[Node<'a>], name: &str, reader: &mut Reader<'a>) {
    let texts = asked.iter().filter_map(|it| it.value().as_str());
    if let Some(scheme) = reader.tokens.get_mut(name) {
        scheme.scopes.extend(texts.map(str::to_owned));
    }
}
