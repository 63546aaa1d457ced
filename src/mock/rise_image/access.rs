//! Who asks, and what they may do.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, StatusCode};

use super::Refusal;
use crate::mock::Identity;

/// The security scheme of the API.
const SCHEME: &str = "bearerAuth";

/// The token of who may do everything.
pub(super) const TOKEN_OF_ALL: &str = "rise-token-of-default";
/// The token of who may read.
pub(super) const TOKEN_OF_VIEWER: &str = "rise-token-of-viewer";
/// The token of who is known and may do nothing.
pub(super) const TOKEN_OF_OUTSIDER: &str = "rise-token-of-outsider";

/// Who may come.
pub(super) const IDENTITIES: &[Identity] = &[
    identity("default", &[(SCHEME, TOKEN_OF_ALL)]),
    identity("viewer", &[(SCHEME, TOKEN_OF_VIEWER)]),
    identity("outsider", &[(SCHEME, TOKEN_OF_OUTSIDER)]),
];

const fn identity(
    name: &'static str,
    credentials: &'static [(&'static str, &'static str)],
) -> Identity {
    Identity {
        name,
        credentials,
        certificate: None,
    }
}

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    /// Everything.
    All,
    /// Ask, and change nothing.
    Reading,
    /// Nothing.
    None,
}

/// Every token with the rights of its owner.
const TOKENS: &[(&str, Rights)] = &[
    (TOKEN_OF_ALL, Rights::All),
    (TOKEN_OF_VIEWER, Rights::Reading),
    (TOKEN_OF_OUTSIDER, Rights::None),
];

/// The rights of who sent these headers.
///
/// # Errors
/// When they have no token, or one that nobody has.
pub(super) fn rights(headers: &HeaderMap) -> Result<Rights, Refusal> {
    let token = bearer(headers);
    let known = TOKENS.iter().find(|(known, _)| token == Some(known));
    known.map(|(_, rights)| *rights).ok_or_else(|| {
        let message = "未授权：Token 缺失或无效";
        Refusal::of(StatusCode::UNAUTHORIZED, "Unauthorized", message)
    })
}

/// Refuses what these rights do not allow.
///
/// # Errors
/// When they do not.
pub(super) fn demand(rights: Rights, method: &Method) -> Result<(), Refusal> {
    let is_allowed = match rights {
        Rights::All => true,
        Rights::Reading => method.is_safe(),
        Rights::None => false,
    };
    if is_allowed {
        return Ok(());
    }
    let message = "权限不足";
    Err(Refusal::of(StatusCode::FORBIDDEN, "Forbidden", message))
}

/// The Bearer token (RFC 6750 §2.1); the name of the scheme is in any case (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("Bearer")
        .then(|| token.trim_matches(' '))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn rights_of(value: &'static str) -> Option<Rights> {
        let value = HeaderValue::from_static(value);
        rights(&HeaderMap::from_iter([(AUTHORIZATION, value)])).ok()
    }

    #[test]
    fn a_token_gives_the_rights_of_its_owner() {
        let cases = [
            ("Bearer rise-token-of-default", Rights::All),
            ("bearer  rise-token-of-viewer", Rights::Reading),
            ("BEARER rise-token-of-outsider", Rights::None),
        ];
        for (value, expected) in cases {
            assert_eq!(rights_of(value), Some(expected), "{value}");
        }
    }

    #[test]
    fn every_identity_has_rights_of_its_own() {
        let tokens = IDENTITIES.iter().map(|identity| {
            (
                "Bearer ".to_owned() + identity.credentials[0].1,
                identity.name,
            )
        });
        for (value, name) in tokens {
            let value = value.parse().unwrap();
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
            let expected = match name {
                "default" => Rights::All,
                "viewer" => Rights::Reading,
                _ => Rights::None,
            };
            assert_eq!(rights(&headers).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn everything_else_gives_none() {
        assert!(rights(&HeaderMap::new()).is_err());
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer rise-token",
            "Bearer rise-token-of-default2",
            "Basic rise-token-of-default",
            "rise-token-of-default",
        ] {
            assert_eq!(rights_of(value), None, "{value}");
        }
    }

    #[test]
    fn who_may_read_may_not_write() {
        assert!(demand(Rights::Reading, &Method::GET).is_ok());
        for method in [Method::POST, Method::DELETE] {
            assert!(demand(Rights::All, &method).is_ok());
            assert!(demand(Rights::Reading, &method).is_err());
            assert!(demand(Rights::None, &method).is_err());
        }
        assert!(demand(Rights::None, &Method::GET).is_err());
    }
}
