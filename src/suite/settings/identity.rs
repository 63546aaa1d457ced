//! `[identities.NAME]`: as whom scenarios come, and where the credentials are. None of them stands in
//! the file itself.

use crate::contract::Contract;
use crate::problem::{Node, Problem, ProblemCode};

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
    /// In a variable of the environment.
    Variable(String),
    /// In a file, without a line break at its end; relative to the project's folder.
    File(String),
    /// In two PEM files, relative to the project's folder.
    Certificate {
        /// The file of the certificate.
        certificate: String,
        /// The file of its private key.
        key: String,
    },
}

/// What may be written for a credential.
const SOURCES: &str =
    "write `{ env = \"NAME\" }`, `{ file = \"PATH\" }` or `{ cert = \"PATH\", key = \"PATH\" }`";

/// Reads the identities of the whole file, or of one target.
pub(super) fn read(owner: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<IdentitySettings> {
    let mut identities = Vec::new();
    for (name, node) in owner.get_entries("identities", problems) {
        let mut credentials = Vec::new();
        for (scheme, field) in node.entries(problems) {
            if field.value().is_string() {
                // Not at its own place: its line would be shown, and the secret with it.
                let message = format!("the credential for `{scheme}` does not stand in this file");
                let at = node.key_location();
                problems
                    .push(Problem::new(ProblemCode::InvalidValue, at, message).with_help(SOURCES));
            } else if let Some(source) = source(&field, problems) {
                credentials.push((scheme.to_owned(), source));
            }
        }
        let name = name.to_owned();
        identities.push(IdentitySettings { name, credentials });
    }
    identities
}

fn source(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<CredentialSource> {
    node.exactly(&["env", "file", "cert", "key"], problems);
    let mut text = |name: &str| Some(node.get(name)?.text(problems)?.to_owned());
    let given = (text("env"), text("file"), text("cert"), text("key"));
    match given {
        (Some(name), None, None, None) => Some(CredentialSource::Variable(name)),
        (None, Some(path), None, None) => Some(CredentialSource::File(path)),
        (None, None, Some(certificate), Some(key)) => {
            Some(CredentialSource::Certificate { certificate, key })
        }
        _ => {
            problems.push(
                node.problem(ProblemCode::InvalidValue, "a credential has one source")
                    .with_help(SOURCES),
            );
            None
        }
    }
}

/// Complains of credentials for schemes that the contract does not have.
pub(super) fn check(owner: &Node<'_>, contract: &Contract, problems: &mut Vec<Problem>) {
    // What is of another type has been told when the settings were read.
    let mut elsewhere = Vec::new();
    for (_, node) in owner.get_entries("identities", &mut elsewhere) {
        for (name, field) in node.entries(&mut elsewhere) {
            let known = contract.security_schemes.iter().map(|it| it.name.as_str());
            if !known.clone().any(|it| it == name) {
                problems.push(Problem::unknown_reference(
                    field.key_location(),
                    "security scheme",
                    name,
                    known,
                ));
            }
        }
    }
}
