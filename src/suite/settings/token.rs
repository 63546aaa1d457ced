//! `{ oauth2 = { .. } }`: an access token that is asked for, and what is handed in for it.

use super::source::{self, PlainSource, SecretSource};
use crate::contract::TokenScheme;
use crate::http::Grant;
use crate::problem::{Node, Problem, ProblemCode};

/// How many scopes may be asked for.
const SCOPES_MAX: usize = 256;

/// An access token that is asked for (`RFC 6749`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSettings {
    /// What is handed in for it.
    pub grant: Grant,
    /// Where it is handed out; none means where the contract says.
    pub url: Option<String>,
    /// The name of the client.
    pub client: Option<PlainSource>,
    /// The secret of the client.
    pub secret: Option<SecretSource>,
    /// The user, for the grant `password`.
    pub user: Option<PlainSource>,
    /// The password, for the grant `password`.
    pub password: Option<SecretSource>,
    /// The token that is handed in, for the grant `refresh-token`.
    pub refresh: Option<SecretSource>,
    /// What the token shall be good for; none means what the contract's operations ask for.
    pub scopes: Option<Vec<String>>,
    /// Whether the client's secret goes into the body, and not into `Authorization`
    /// (`RFC 6749 §2.3.1`).
    pub is_in_body: bool,
}

const FIELDS: [&str; 9] = [
    "grant",
    "token-url",
    "client-id",
    "client-secret",
    "username",
    "password",
    "refresh-token",
    "scopes",
    "auth",
];

/// Reads how a token is asked for.
pub(super) fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<TokenSettings> {
    node.exactly(&FIELDS, problems);
    let field = node.require("grant", problems)?;
    let grant = one_of(&field, "grant", &Grant::ALL.map(Grant::name), problems)?;
    let grant = Grant::ALL[grant];
    check_fields(node, grant, problems);
    let url = node.get("token-url").and_then(|it| url(&it, problems));
    let auth = node.get("auth");
    let auth = auth.and_then(|it| one_of(&it, "place", &["basic", "body"], problems));
    Some(TokenSettings {
        grant,
        url,
        client: plain(node, "client-id", problems),
        secret: secret(node, "client-secret", problems),
        user: plain(node, "username", problems),
        password: secret(node, "password", problems),
        refresh: secret(node, "refresh-token", problems),
        scopes: scopes(node, problems),
        is_in_body: auth == Some(1),
    })
}

/// The place of a word among those that may stand there.
fn one_of(
    field: &Node<'_>,
    what: &str,
    known: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<usize> {
    let word = field.text(problems)?;
    let found = known.iter().position(|it| *it == word);
    if found.is_none() {
        let known = known.iter().copied();
        problems.push(Problem::unknown_reference(
            field.location(),
            what,
            word,
            known,
        ));
    }
    found
}

/// Whether all that a grant needs is there, and nothing that it does not use.
fn check_fields(node: &Node<'_>, grant: Grant, problems: &mut Vec<Problem>) {
    let (needed, strange): (&[&str], &[&str]) = match grant {
        Grant::ClientCredentials => (
            &["client-id", "client-secret"],
            &["username", "password", "refresh-token"],
        ),
        Grant::Password => (&["username", "password"], &["refresh-token"]),
        Grant::RefreshToken => (&["refresh-token"], &["username", "password"]),
    };
    for name in needed {
        node.require(name, problems);
    }
    if node.get("client-secret").is_some() && !needed.contains(&"client-id") {
        node.require("client-id", problems);
    }
    for field in strange.iter().filter_map(|name| node.get(name)) {
        let name = field.pointer().last().unwrap_or_default().into_owned();
        let message = format!("the grant `{}` uses no `{name}`", grant.name());
        let problem = Problem::new(ProblemCode::InvalidValue, field.key_location(), message);
        problems.push(problem.with_help("take it away, or mend `grant`"));
    }
}

fn plain(node: &Node<'_>, name: &str, problems: &mut Vec<Problem>) -> Option<PlainSource> {
    source::plain(&node.get(name)?, &format!("`{name}`"), problems)
}

fn secret(node: &Node<'_>, name: &str, problems: &mut Vec<Problem>) -> Option<SecretSource> {
    source::read(&node.get(name)?, &format!("`{name}`"), problems)
}

/// Names of scopes (`RFC 6749 §3.3`).
fn scopes(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Vec<String>> {
    let field = node.get("scopes")?;
    let mut scopes = Vec::new();
    let items = field.items(problems);
    for item in items.iter().take(SCOPES_MAX) {
        let Some(text) = item.text(problems) else {
            continue;
        };
        let is_part = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        if text.is_empty() || !text.bytes().all(is_part) {
            let problem = item.problem(ProblemCode::InvalidValue, "this is no name of a scope");
            problems
                .push(problem.with_help("write each scope as a text of its own, without spaces"));
            continue;
        }
        scopes.push(text.to_owned());
    }
    Some(scopes)
}

fn url(field: &Node<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let text = field.text(problems)?;
    let Err(why) = check_token_url(text) else {
        return Some(text.to_owned());
    };
    let problem = field.problem(ProblemCode::InvalidValue, why);
    problems.push(problem.with_help("write a URL such as `https://login.example/token`"));
    None
}

/// Whether a text is a URL where tokens are handed out (`RFC 6749 §3.2`).
///
/// # Errors
/// When it is not; the text says why, and does not show it.
pub fn check_token_url(text: &str) -> Result<(), String> {
    let url = url::Url::parse(text).map_err(|error| format!("this is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("a token is asked for by http or https".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL of a token endpoint holds no user and no password".to_owned());
    }
    if url.fragment().is_some() {
        return Err("the URL of a token endpoint has no fragment".to_owned());
    }
    Ok(())
}

/// Complains where neither `api.toml` nor the contract says where tokens are handed out.
pub(super) fn check(node: &Node<'_>, scheme: Option<&TokenScheme>, problems: &mut Vec<Problem>) {
    let Some(field) = node.get("oauth2") else {
        return;
    };
    let named = |name| Grant::ALL.into_iter().find(|it| it.name() == name);
    let grant = field.get("grant").and_then(|it| it.value().as_str());
    let Some(grant) = grant.and_then(named) else {
        return;
    };
    if field.get("token-url").is_some() {
        return;
    }
    let promised = scheme.and_then(|it| it.endpoint(grant));
    let message = match promised.map(check_token_url) {
        Some(Ok(())) => return,
        Some(Err(why)) => format!("the contract's `tokenUrl` cannot be used: {why}"),
        None => {
            let grant = grant.name();
            format!("the contract names no URL for tokens by the grant `{grant}`")
        }
    };
    let problem = Problem::new(ProblemCode::MissingField, field.key_location(), message);
    problems.push(problem.with_help("add `token-url = \"https://..\"`"));
}

#[cfg(test)]
mod tests {
    use super::super::tests::problems;

    fn told(fields: &str) -> Vec<String> {
        problems(&format!(
            "[identities.default]\nkey = {{ oauth2 = {{ {fields} }} }}"
        ))
    }

    #[test]
    fn each_grant_has_what_it_needs() {
        let client = "client-id = \"a\", client-secret = { env = \"B\" }";
        for fields in [
            format!("grant = \"client-credentials\", {client}"),
            format!(
                "grant = \"client-credentials\", {client}, auth = \"body\", scopes = [\"a:b\"]"
            ),
            "grant = \"password\", username = { file = \"u\" }, password = { env = \"P\" }"
                .to_owned(),
            format!(
                "grant = \"refresh-token\", refresh-token = {{ command = [\"x\"] }}, {client}, \
                 token-url = \"https://a.example/t?b=c\""
            ),
        ] {
            assert_eq!(told(&fields), [""; 0], "{fields}");
        }
    }

    #[test]
    fn what_is_missing_or_strange_is_told() {
        for (fields, expected) in [
            ("grant = \"implicit\"", "there is no grant `implicit`"),
            ("client-id = \"a\"", "the required field `grant` is missing"),
            (
                "grant = \"client-credentials\", client-id = \"a\"",
                "the required field `client-secret` is missing",
            ),
            (
                "grant = \"password\", username = \"u\", password = \"sesame\"",
                "`password` does not stand in this file",
            ),
            (
                "grant = \"refresh-token\", refresh-token = { env = \"A\" }, username = \"u\"",
                "the grant `refresh-token` uses no `username`",
            ),
            (
                "grant = \"refresh-token\", refresh-token = { env = \"A\" }, client-secret = { env = \"B\" }",
                "the required field `client-id` is missing",
            ),
            (
                "grant = \"refresh-token\", refresh-token = { env = \"A\" }, scopes = [\"a b\"]",
                "this is no name of a scope",
            ),
            (
                "grant = \"refresh-token\", refresh-token = { env = \"A\" }, auth = \"header\"",
                "there is no place `header`",
            ),
            (
                "grant = \"refresh-token\", refresh-token = { env = \"A\" }, token-url = \"ftp://a\"",
                "a token is asked for by http or https",
            ),
            (
                "grant = \"refresh-token\", refresh-token = { env = \"A\" }, token-url = \"https://u:p@a\"",
                "the URL of a token endpoint holds no user and no password",
            ),
        ] {
            assert_eq!(told(fields), [expected], "{fields}");
        }
    }
}
