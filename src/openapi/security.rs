//! Security schemes and what operations demand of them (`OpenAPI 3.1 §4.8.27`, `§4.8.30`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::discovery::is_name;
use super::oauth;
use super::reader::{Fields, Reader};
use super::version::Version::{V3_0, V3_2};
use crate::http::{CredentialPlace, SchemeSet, SecurityScheme, is_token};
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};

const FIELDS: &Fields = &[
    (
        V3_0,
        &[
            "type",
            "description",
            "name",
            "in",
            "scheme",
            "bearerFormat",
            "flows",
            "openIdConnectUrl",
        ],
    ),
    (V3_2, &["deprecated", "oauth2MetadataUrl"]),
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
    pub(super) fn lower<'a>(root: &Node<'a>, reader: &mut Reader<'a>) -> Self {
        let components = root.get("components");
        let entries = components.map(|it| it.get_entries("securitySchemes", &mut reader.problems));
        let mut security = Self {
            schemes: BTreeMap::new(),
            names: Vec::new(),
            usual: Vec::new(),
        };
        for (name, node) in entries.unwrap_or_default() {
            security.names.push(name.to_owned());
            let found = reader.resolve(node, "security scheme");
            let found = found.and_then(|it| Some((place(&it, reader)?, it)));
            if let Some((place, node)) = found {
                oauth::note(&node, name, reader);
                let name = name.to_owned();
                let scheme = SecurityScheme {
                    name: name.clone(),
                    place,
                };
                security.schemes.insert(name, Arc::new(scheme));
            }
        }
        security.usual = security.demands(root, reader).unwrap_or_default();
        security
    }

    /// Every scheme, in the order of the names; with those that were found by their URIs.
    pub(super) fn schemes(&self, reader: &Reader<'_>) -> Vec<Arc<SecurityScheme>> {
        let found = reader.schemes.values().flatten();
        let mut all: Vec<_> = self.schemes.values().chain(found).cloned().collect();
        all.sort_by(|left, right| left.name.cmp(&right.name));
        all
    }

    /// What an operation demands: one of these sets; nothing at all when there is none.
    pub(super) fn of<'a>(&self, operation: &Node<'a>, reader: &mut Reader<'a>) -> Vec<SchemeSet> {
        self.demands(operation, reader)
            .unwrap_or_else(|| self.usual.clone())
    }

    fn demands<'a>(&self, owner: &Node<'a>, reader: &mut Reader<'a>) -> Option<Vec<SchemeSet>> {
        let node = owner.get("security")?;
        let mut sets = Vec::new();
        for requirement in node.items(&mut reader.problems) {
            let mut set = SchemeSet::new();
            let mut understood = true;
            for (name, scopes) in requirement.entries(&mut reader.problems) {
                let asked = scopes.items(&mut reader.problems);
                match self.named(&scopes, name, reader) {
                    Some(scheme) => {
                        oauth::note_scopes(&asked, &scheme.name, reader);
                        set.push(scheme);
                    }
                    None => understood = false,
                }
            }
            if understood {
                sets.push(set);
            }
        }
        Some(sets)
    }

    /// The scheme that a requirement names: by its name in the components, or since OpenAPI 3.2 by its
    /// URI (`OpenAPI 3.2 §4.30`). What is none, or is not understood, is told.
    fn named<'a>(
        &self,
        requirement: &Node<'a>,
        name: &str,
        reader: &mut Reader<'a>,
    ) -> Option<Arc<SecurityScheme>> {
        if self.names.iter().any(|it| it == name) {
            return self.schemes.get(name).cloned();
        }
        let at = requirement.key_location();
        let has_uris = reader.version(requirement) >= V3_2;
        let before = reader.problems.len();
        let found = match has_uris && !is_name(name) {
            true => reader.follow(requirement, name, "security scheme"),
            false if has_uris => reader.peek(requirement, name),
            false => None,
        };
        let told = reader.problems[before..].iter_mut();
        for location in told.filter_map(|it| it.location.as_mut()) {
            if *location == requirement.location() {
                // A line that is not shown may hold a secret.
                let is_shown = !location.text.is_empty();
                let key = at.clone();
                *location = if is_shown { key } else { key.without_text() };
            }
        }
        let is_scheme = |it: &Node<'_>| it.get("type").is_some() || it.get("$ref").is_some();
        let Some(found) = found.filter(is_scheme) else {
            if reader.problems.len() == before {
                let known = self.names.iter().map(String::as_str);
                let problem = Problem::unknown_reference(at, "security scheme", name, known);
                reader.problems.push(problem);
            }
            return None;
        };
        let place = reader.place(&found);
        let schemes = Pointer::root().join("components").join("securitySchemes");
        if let Some(declared) = self.names.iter().find(|it| schemes.join(it) == place) {
            return self.schemes.get(declared).cloned();
        }
        if let Some(known) = reader.schemes.get(&place) {
            return known.clone();
        }
        let scheme = self.foreign(found, name, reader);
        reader.schemes.insert(place, scheme.clone());
        scheme
    }

    /// A scheme that is not among the components. It is called by its own name, as long as no other
    /// scheme is, and otherwise by its URI.
    fn foreign<'a>(
        &self,
        found: Node<'a>,
        uri: &str,
        reader: &mut Reader<'a>,
    ) -> Option<Arc<SecurityScheme>> {
        let own = found.pointer().last().unwrap_or_default().into_owned();
        let node = reader.resolve(found, "security scheme")?;
        let place = place(&node, reader)?;
        let mut others = reader.schemes.values().flatten();
        let is_taken = self.names.contains(&own) || others.any(|it| it.name == own);
        let name = if own.is_empty() || is_taken {
            uri.to_owned()
        } else {
            own
        };
        oauth::note(&node, &name, reader);
        Some(Arc::new(SecurityScheme { name, place }))
    }
}

/// Where the credential of a scheme goes.
fn place<'a>(node: &Node<'a>, reader: &mut Reader<'a>) -> Option<CredentialPlace> {
    reader.only(node, FIELDS);
    let kind = node.require("type", &mut reader.problems)?;
    match kind.text(&mut reader.problems)? {
        "mutualTLS" => Some(CredentialPlace::Certificate),
        // Both hand out bearer tokens (RFC 6749 §7.1); how one is come by is the caller's business.
        "oauth2" => {
            oauth::check(node, reader);
            Some(CredentialPlace::Bearer)
        }
        "openIdConnect" => {
            node.require_text("openIdConnectUrl", &mut reader.problems);
            Some(CredentialPlace::Bearer)
        }
        "http" => http_place(node, reader),
        "apiKey" => {
            let named = node.require("name", &mut reader.problems)?;
            let name = named.text(&mut reader.problems)?.to_owned();
            let field = node.require("in", &mut reader.problems)?;
            let place = field.text(&mut reader.problems)?;
            if !may_hold_a_key(place, &name) {
                let message = format!("a {place} cannot have the name `{name}`");
                reader.problems.push(
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
                    reader
                        .problems
                        .push(Problem::unknown_reference(at, "place", other, known));
                    None
                }
            }
        }
        other => {
            let known = ["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"];
            reader.problems.push(Problem::unknown_reference(
                kind.location(),
                "type of security scheme",
                other,
                known.into_iter(),
            ));
            None
        }
    }
}

/// Where the credential of a scheme of HTTP's own goes.
fn http_place<'a>(node: &Node<'a>, reader: &mut Reader<'a>) -> Option<CredentialPlace> {
    let scheme = node.require("scheme", &mut reader.problems)?;
    match scheme
        .text(&mut reader.problems)?
        .to_ascii_lowercase()
        .as_str()
    {
        "bearer" => Some(CredentialPlace::Bearer),
        "basic" => Some(CredentialPlace::Basic),
        other => {
            let message = format!("the authentication scheme `{other}` is not supported");
            reader.problems.push(
                scheme
                    .problem(ProblemCode::Unsupported, message)
                    .with_help("supported are `bearer` and `basic`"),
            );
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
    let is_framing = FRAMING.iter().any(|it| it.eq_ignore_ascii_case(name));
    match place {
        "header" => is_token(name) && !is_framing,
        // Names of cookies are tokens, too (`RFC 6265 §4.1.1`).
        "cookie" => is_token(name),
        _ => !name.is_empty(),
    }
}
