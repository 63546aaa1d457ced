//! How a token for a security scheme is come by, as far as the contract says.

use std::collections::BTreeSet;

use super::Contract;
use crate::http::Grant;

/// What the contract says of the tokens of one security scheme (`oauth2` or `openIdConnect`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenScheme {
    /// The name of the security scheme.
    pub name: String,
    /// Where tokens are handed out, by what is handed in for them; the first one counts.
    pub endpoints: Vec<(Grant, String)>,
    /// What operations ask that a token is good for.
    pub scopes: BTreeSet<String>,
}

impl TokenScheme {
    /// Where a token is handed out for this.
    pub fn endpoint(&self, grant: Grant) -> Option<&str> {
        let mut endpoints = self.endpoints.iter();
        let (_, url) = endpoints.find(|(known, _)| *known == grant)?;
        Some(url)
    }
}

impl Contract {
    /// What it says of the tokens of a security scheme.
    pub fn token_scheme(&self, name: &str) -> Option<&TokenScheme> {
        self.token_schemes.iter().find(|it| it.name == name)
    }
}
