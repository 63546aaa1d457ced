//! `[identities.NAME]`: as whom scenarios come, and where the credentials are. None of them stands in
//! the file itself.

use super::source::{self, SecretSource};
use super::token::{self, TokenSettings};
use crate::contract::Contract;
use crate::http::CredentialPlace;
use crate::problem::{Node, Problem, ProblemCode, hide_lines};

/// One identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentitySettings {
    /// The name by which scenarios call it.
    pub name: String,
    /// Where its credentials are, by the security scheme that they are for.
    pub credentials: Vec<(String, CredentialSource)>,
}

/// Where a credential is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialSource {
    /// A text.
    Text(SecretSource),
    /// A token that is asked for.
    Token(Box<TokenSettings>),
    /// In two PEM files, relative to the project's folder.
    Certificate {
        /// The file of the certificate.
        certificate: String,
        /// The file of its private key.
        key: String,
    },
}

/// What may be written for a credential.
const SOURCES: &str = "write `{ env = \"NAME\" }`, `{ file = \"PATH\" }`, `{ command = [\"PROGRAM\", ..] }`, \
    `{ cert = \"PATH\", key = \"PATH\" }` or `{ oauth2 = { .. } }`";

/// Reads the identities of the whole file, or of one target.
///
/// What is wrong is told without the lines of the file: what stands there by mistake may be a secret.
pub(super) fn read(owner: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<IdentitySettings> {
    let before = problems.len();
    let identities = read_all(owner, problems);
    hide_lines(&mut problems[before..]);
    identities
}

fn read_all(owner: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<IdentitySettings> {
    let mut identities = Vec::new();
    for (name, node) in owner.get_entries("identities", problems) {
        let mut credentials = Vec::new();
        for (scheme, field) in node.entries(problems) {
            let what = format!("the credential for `{scheme}`");
            if let Some(source) = source(&field, &what, problems) {
                credentials.push((scheme.to_owned(), source));
            }
        }
        let name = name.to_owned();
        identities.push(IdentitySettings { name, credentials });
    }
    identities
}

fn source(node: &Node<'_>, what: &str, problems: &mut Vec<Problem>) -> Option<CredentialSource> {
    let is_there = |name: &&str| node.get(name).is_some();
    let is_certificate = ["cert", "key"].iter().any(is_there);
    let is_token = is_there(&"oauth2");
    let is_text = source::FIELDS.iter().any(is_there);
    if u8::from(is_certificate) + u8::from(is_token) + u8::from(is_text) > 1 {
        let problem = node.problem(ProblemCode::InvalidValue, format!("{what} has one source"));
        problems.push(problem.with_help(SOURCES));
        return None;
    }
    if is_token {
        node.exactly(&["oauth2"], problems);
        let token = token::read(&node.get("oauth2")?, problems)?;
        return Some(CredentialSource::Token(Box::new(token)));
    }
    if is_certificate {
        node.exactly(&["cert", "key"], problems);
        let certificate = source::path(node, "cert", problems);
        let key = source::path(node, "key", problems);
        for name in ["cert", "key"] {
            node.require(name, problems);
        }
        let (certificate, key) = certificate.zip(key)?;
        return Some(CredentialSource::Certificate { certificate, key });
    }
    let before = problems.len();
    let read = source::read(node, what, problems);
    for problem in &mut problems[before..] {
        if problem.help == source::SECRETS {
            SOURCES.clone_into(&mut problem.help);
        }
    }
    read.map(CredentialSource::Text)
}

/// Complains of credentials for schemes that the contract does not have.
pub(super) fn check(owner: &Node<'_>, contract: &Contract, problems: &mut Vec<Problem>) {
    let before = problems.len();
    // What is of another type has been told when the settings were read.
    let mut elsewhere = Vec::new();
    for (_, node) in owner.get_entries("identities", &mut elsewhere) {
        for (name, field) in node.entries(&mut elsewhere) {
            let mut schemes = contract.security_schemes.iter();
            let Some(scheme) = schemes.find(|it| it.name == name) else {
                let known = contract.security_schemes.iter().map(|it| it.name.as_str());
                problems.push(Problem::unknown_reference(
                    field.key_location(),
                    "security scheme",
                    name,
                    known,
                ));
                continue;
            };
            if let Some((wanted, help)) = misfit(&field, &scheme.place) {
                let message = format!("the credential for `{name}` is {wanted}");
                let problem = field.problem(ProblemCode::InvalidValue, message);
                problems.push(problem.with_help(help));
                continue;
            }
            token::check(&field, contract.token_scheme(name), problems);
        }
    }
    hide_lines(&mut problems[before..]);
}

/// What belongs to a place instead of what is given, and what to write; none where it fits.
fn misfit(field: &Node<'_>, place: &CredentialPlace) -> Option<(&'static str, &'static str)> {
    if !field.value().is_object() {
        return None;
    }
    let is_certificate = field.get("cert").is_some() || field.get("key").is_some();
    let is_token = field.get("oauth2").is_some();
    match place {
        CredentialPlace::Certificate if !is_certificate => {
            let help = "write `{ cert = \"PATH\", key = \"PATH\" }`";
            Some(("a certificate", help))
        }
        CredentialPlace::Certificate => None,
        _ if is_certificate => Some(("a text", source::SECRETS)),
        CredentialPlace::Bearer => None,
        _ if is_token => Some(("no token that goes after `Bearer`", source::SECRETS)),
        _ => None,
    }
}
