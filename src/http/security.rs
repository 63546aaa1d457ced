//! As whom a request is sent: by name alone. The credentials themselves are put in by the target on the
//! way out, so that no record, report or snapshot can hold them.

use std::sync::Arc;

/// A way to show who asks (`OpenAPI 3.1 §4.8.27`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityScheme {
    /// Its name in the contract.
    pub name: String,
    /// Where its credential goes.
    pub place: CredentialPlace,
}

/// Where a credential goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialPlace {
    /// Into `Authorization`, after the word `Bearer` (`RFC 6750 §2.1`).
    Bearer,
    /// Into `Authorization`, after the word `Basic`; the credential is `user:password` (`RFC 7617 §2`).
    Basic,
    /// Into a header field of this name.
    Header(String),
    /// Into a query field of this name.
    Query(String),
    /// Into a cookie of this name.
    Cookie(String),
    /// Into the TLS handshake: it is a certificate with its key.
    Certificate,
}

impl CredentialPlace {
    /// The name of the header field that the credential goes into, when it is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Bearer | Self::Basic => Some("authorization"),
            Self::Header(name) => Some(name),
            Self::Cookie(_) => Some("cookie"),
            Self::Query(_) | Self::Certificate => None,
        }
    }
}

/// Schemes that are shown together, such as a certificate and a token.
pub type SchemeSet = Vec<Arc<SecurityScheme>>;

/// As whom a request is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The name of the identity.
    pub identity: Arc<str>,
    /// What it may show; the first set of which it has all is shown. An empty set shows nothing.
    pub alternatives: Vec<SchemeSet>,
}

/// The identity of a step that names none.
pub const DEFAULT_IDENTITY: &str = "default";

impl Caller {
    /// As whom an operation is called that makes these demands; none when it makes none. The usual
    /// identity shows nothing where that is allowed; another one only where nothing else is.
    pub fn of(identity: &str, demands: &[SchemeSet]) -> Option<Arc<Self>> {
        if demands.is_empty() {
            return None;
        }
        let (mut alternatives, nothing): (Vec<_>, Vec<_>) =
            demands.iter().cloned().partition(|set| !set.is_empty());
        if identity == DEFAULT_IDENTITY || alternatives.is_empty() {
            alternatives.extend(nothing);
        }
        Some(Arc::new(Self {
            identity: identity.into(),
            alternatives,
        }))
    }

    /// The first set of which all credentials are there; `has` tells whether one is.
    pub fn choose(&self, has: impl Fn(&SecurityScheme) -> bool) -> Option<&SchemeSet> {
        let held = |set: &&SchemeSet| set.iter().all(|scheme| has(scheme));
        self.alternatives.iter().find(held)
    }

    /// Every scheme that it may show, each once, in their order.
    pub fn schemes(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for scheme in self.alternatives.iter().flatten() {
            if !names.contains(&scheme.name.as_str()) {
                names.push(&scheme.name);
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheme(name: &str) -> Arc<SecurityScheme> {
        let place = CredentialPlace::Bearer;
        let name = name.to_owned();
        Arc::new(SecurityScheme { name, place })
    }

    fn caller(alternatives: &[&[&str]]) -> Caller {
        let sets = alternatives.iter();
        let sets = sets.map(|set| set.iter().map(|name| scheme(name)).collect());
        Caller {
            identity: DEFAULT_IDENTITY.into(),
            alternatives: sets.collect(),
        }
    }

    fn chosen(caller: &Caller, held: &[&str]) -> Option<Vec<String>> {
        let set = caller.choose(|scheme| held.contains(&scheme.name.as_str()))?;
        Some(set.iter().map(|scheme| scheme.name.clone()).collect())
    }

    #[test]
    fn the_first_set_that_is_whole_is_shown() {
        let both_or_key = caller(&[&["token", "certificate"], &["key"]]);
        assert_eq!(chosen(&both_or_key, &["token", "key"]).unwrap(), ["key"]);
        let all = chosen(&both_or_key, &["certificate", "key", "token"]);
        assert_eq!(all.unwrap(), ["token", "certificate"]);
        assert_eq!(chosen(&both_or_key, &["token"]), None);
        assert_eq!(both_or_key.schemes(), ["token", "certificate", "key"]);
    }

    #[test]
    fn an_empty_set_is_always_whole() {
        assert_eq!(chosen(&caller(&[&["token"], &[]]), &[]), Some(Vec::new()));
        assert_eq!(chosen(&caller(&[]), &["token"]), None);
    }
}
