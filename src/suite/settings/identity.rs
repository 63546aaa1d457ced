//! `[identities.NAME]`: as whom scenarios come, and where the credentials are. None of them stands in
//! the file itself.

use std::path::{Component, Path};

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
            if field.value().is_string() {
                let message = format!("the credential for `{scheme}` does not stand in this file");
                problems.push(
                    field
                        .problem(ProblemCode::InvalidValue, message)
                        .with_help(SOURCES),
                );
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
    let mut text = |name: &str| {
        let field = node.get(name)?;
        let text = field.text(problems)?;
        let is_name = !text.is_empty() && !text.contains(['=', '\0']);
        // Whether a file is there shows when it is needed; that it leads out of the project shows now.
        let parts = Path::new(text).components();
        let is_inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        let is_path = !text.is_empty() && parts.into_iter().all(is_inside);
        let (usable, wanted) = match name {
            "env" => (is_name, "the name of a variable"),
            _ => (is_path, "a path inside the project, relative to its folder"),
        };
        if !usable {
            let message = format!("this is not {wanted}");
            problems.push(
                field
                    .problem(ProblemCode::InvalidValue, message)
                    .with_help(format!("write {wanted}")),
            );
        }
        Some(text.to_owned())
    };
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
            let is_certificate = field.get("cert").is_some();
            let wants_certificate = scheme.place == CredentialPlace::Certificate;
            if field.value().is_object() && is_certificate != wants_certificate {
                let (wanted, help) = if wants_certificate {
                    (
                        "a certificate",
                        "write `{ cert = \"PATH\", key = \"PATH\" }`",
                    )
                } else {
                    (
                        "a text",
                        "write `{ env = \"NAME\" }` or `{ file = \"PATH\" }`",
                    )
                };
                let message = format!("the credential for `{name}` is {wanted}");
                problems.push(
                    field
                        .problem(ProblemCode::InvalidValue, message)
                        .with_help(help),
                );
            }
        }
    }
    hide_lines(&mut problems[before..]);
}
