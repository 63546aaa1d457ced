//! Security schemes and what operations demand of them (`OpenAPI 3.1 §4.8.27`, `§4.8.30`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::resolve;
use crate::http::{CredentialPlace, SchemeSet, SecurityScheme};
use crate::problem::{Node, Problem, ProblemCode};

const FIELDS: [&str; 9] = [
    "type",
    "description",
    "name",
    "in",
    "scheme",
    "bearerFormat",
    "flows",
    "openIdConnectUrl",
    "deprecated",
];

/// The security schemes of a document, and what it demands where an operation says nothing.
pub(super) struct Security {
    schemes: BTreeMap<String, Arc<SecurityScheme>>,
    /// Every name that is declared, also of those that are not understood.
    names: Vec<String>,
    usual: Vec<SchemeSet>,
}

impl Security {
    /// Reads `components.securitySchemes` and the document's own `security`.
    pub(super) fn lower(root: &Node<'_>, problems: &mut Vec<Problem>) -> Self {
        let components = root.get("components");
        let entries = components.map(|it| it.get_entries("securitySchemes", problems));
        let mut security = Self {
            schemes: BTreeMap::new(),
            names: Vec::new(),
            usual: Vec::new(),
        };
        for (name, node) in entries.unwrap_or_default() {
            security.names.push(name.to_owned());
            let found = resolve(node, "security scheme", problems);
            if let Some(place) = found.and_then(|it| place(&it, problems)) {
                let name = name.to_owned();
                let scheme = SecurityScheme {
                    name: name.clone(),
                    place,
                };
                security.schemes.insert(name, Arc::new(scheme));
            }
        }
        security.usual = security.demands(root, problems).unwrap_or_default();
        security
    }

    /// Every scheme, in the order of the names.
    pub(super) fn schemes(&self) -> Vec<Arc<SecurityScheme>> {
        self.schemes.values().cloned().collect()
    }

    /// What an operation demands: one of these sets; nothing at all when there is none.
    pub(super) fn of(&self, operation: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<SchemeSet> {
        self.demands(operation, problems)
            .unwrap_or_else(|| self.usual.clone())
    }

    fn demands(&self, owner: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Vec<SchemeSet>> {
        let node = owner.get("security")?;
        let mut sets = Vec::new();
        for requirement in node.items(problems) {
            let mut set = SchemeSet::new();
            let mut understood = true;
            for (name, scopes) in requirement.entries(problems) {
                scopes.items(problems);
                match self.schemes.get(name) {
                    Some(scheme) => set.push(Arc::clone(scheme)),
                    None if self.names.iter().any(|it| it == name) => understood = false,
                    None => problems.push(Problem::unknown_reference(
                        scopes.key_location(),
                        "security scheme",
                        name,
                        self.names.iter().map(String::as_str),
                    )),
                }
            }
            if understood {
                sets.push(set);
            }
        }
        Some(sets)
    }
}

/// Where the credential of a scheme goes.
fn place(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<CredentialPlace> {
    node.only(&FIELDS, problems);
    let kind = node.require("type", problems)?;
    match kind.text(problems)? {
        "mutualTLS" => Some(CredentialPlace::Certificate),
        // Both hand out bearer tokens (RFC 6749 §7.1); how one is come by is the caller's business.
        "oauth2" | "openIdConnect" => Some(CredentialPlace::Bearer),
        "http" => {
            let scheme = node.require("scheme", problems)?;
            match scheme.text(problems)?.to_ascii_lowercase().as_str() {
                "bearer" => Some(CredentialPlace::Bearer),
                "basic" => Some(CredentialPlace::Basic),
                other => {
                    let message = format!("the authentication scheme `{other}` is not supported");
                    problems.push(
                        scheme
                            .problem(ProblemCode::Unsupported, message)
                            .with_help("supported are `bearer` and `basic`"),
                    );
                    None
                }
            }
        }
        "apiKey" => {
            let named = node.require("name", problems)?;
            let name = named.text(problems)?.to_owned();
            let field = node.require("in", problems)?;
            let place = field.text(problems)?;
            if !may_hold_a_key(place, &name) {
                let message = format!("a {place} cannot have the name `{name}`");
                problems.push(
                    named
                        .problem(ProblemCode::InvalidValue, message)
                        .with_help("write the name under which the key is sent, such as `X-Key`"),
                );
                return None;
            }
            match place {
                "header" => Some(CredentialPlace::Header(name)),
                "query" => Some(CredentialPlace::Query(name)),
                "cookie" => Some(CredentialPlace::Cookie(name)),
                other => {
                    let known = ["header", "query", "cookie"].into_iter();
                    let at = field.location();
                    problems.push(Problem::unknown_reference(at, "place", other, known));
                    None
                }
            }
        }
        other => {
            let known = ["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"];
            problems.push(Problem::unknown_reference(
                kind.location(),
                "type of security scheme",
                other,
                known.into_iter(),
            ));
            None
        }
    }
}

/// Fields that say how a message is framed and where it goes (`RFC 9110 §6.6`, `§7.2`); a key in one of
/// them would break the request.
const FRAMING: [&str; 6] = [
    "connection",
    "content-length",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Whether a key may be sent under this name.
fn may_hold_a_key(place: &str, name: &str) -> bool {
    // `RFC 9110 §5.6.2`; names of cookies are tokens, too (`RFC 6265 §4.1.1`).
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_framing = FRAMING.iter().any(|it| it.eq_ignore_ascii_case(name));
    match place {
        "header" => !name.is_empty() && name.bytes().all(is_token) && !is_framing,
        "cookie" => !name.is_empty() && name.bytes().all(is_token),
        _ => !name.is_empty(),
    }
}
