//! The keyring: the credentials of the identities that a client may come as, and whom it trusts.
//!
//! Credentials are put into a request on its way out, and stand nowhere else: no record, no report, no
//! text for debugging holds them.

use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::utf8_percent_encode;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};

use crate::http::{Caller, CredentialPlace, SchemeSet, SecurityScheme, UNRESERVED};

/// A text that is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[hidden]")
    }
}

/// What an identity shows for one security scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A token, a key, or `user:password`.
    Text(Secret),
    /// A certificate and its private key, one after the other as PEM text.
    Certificate(Secret),
}

/// The credentials of one identity, by the name of the security scheme.
pub type Identity = BTreeMap<String, Credential>;

/// Whom the client trusts and as whom it comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keyring {
    /// Certificate authorities to trust instead of the system's, as PEM texts; none means the system's.
    pub authorities: Vec<Vec<u8>>,
    /// Whether certificates of servers are not verified at all.
    pub unverified: bool,
    /// As whom the client may come, by name.
    pub identities: BTreeMap<String, Identity>,
}

impl Keyring {
    /// The schemes that a caller shows, when this holds all of some set's credentials.
    pub(super) fn choose<'c>(&self, caller: &'c Caller) -> Option<&'c SchemeSet> {
        let identity = self.identities.get(&*caller.identity);
        caller.choose(|scheme| identity.is_some_and(|it| it.contains_key(scheme)))
    }

    /// The certificate that an identity has for any scheme, as PEM text.
    pub(super) fn certificate(&self, identity: &str) -> Option<&str> {
        let mut credentials = self.identities.get(identity)?.values();
        credentials.find_map(|credential| match credential {
            Credential::Certificate(Secret(pem)) => Some(pem.as_str()),
            Credential::Text(_) => None,
        })
    }

    /// Puts into a request what its caller shows. Fields that the request has already stay as they are.
    ///
    /// # Errors
    /// When a credential is missing, or cannot stand where it belongs.
    pub(super) fn sign(
        &self,
        caller: &Caller,
        request: &mut reqwest::Request,
    ) -> Result<(), String> {
        let identity = &caller.identity;
        let set = self.choose(caller).ok_or_else(|| {
            let schemes = caller.schemes().join(", ");
            format!("there are no credentials of the identity `{identity}` for {schemes}")
        })?;
        for scheme in set {
            let held = self.identities.get(&**identity);
            if let Some(Credential::Text(Secret(text))) = held.and_then(|it| it.get(&scheme.name)) {
                present(scheme, text, request)?;
            }
        }
        Ok(())
    }
}

/// Puts the credential of one scheme where it belongs.
fn present(
    scheme: &SecurityScheme,
    secret: &str,
    request: &mut reqwest::Request,
) -> Result<(), String> {
    match &scheme.place {
        CredentialPlace::Bearer => {
            let value = header_value(scheme, &format!("Bearer {secret}"))?;
            insert(request.headers_mut(), AUTHORIZATION, value);
        }
        CredentialPlace::Basic => {
            use base64::Engine as _;
            let coded = base64::engine::general_purpose::STANDARD.encode(secret);
            let value = header_value(scheme, &format!("Basic {coded}"))?;
            insert(request.headers_mut(), AUTHORIZATION, value);
        }
        CredentialPlace::Header(name) => {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| format!("`{name}` of `{}` is no field name", scheme.name))?;
            let value = header_value(scheme, secret)?;
            insert(request.headers_mut(), name, value);
        }
        CredentialPlace::Query(name) => {
            let url = request.url_mut();
            if !url.query_pairs().any(|(key, _)| key == name.as_str()) {
                url.query_pairs_mut().append_pair(name, secret);
            }
        }
        CredentialPlace::Cookie(name) => {
            let coded = utf8_percent_encode(secret, UNRESERVED);
            let mut cookies = vec![format!("{name}={coded}")];
            let given = request.headers().get(COOKIE);
            let given = given.and_then(|it| it.to_str().ok());
            if given.is_some_and(|it| {
                it.split("; ")
                    .any(|pair| pair.starts_with(&format!("{name}=")))
            }) {
                return Ok(());
            }
            cookies.splice(0..0, given.map(str::to_owned));
            let value = header_value(scheme, &cookies.join("; "))?;
            request.headers_mut().insert(COOKIE, value);
        }
        // It is shown when hands are shaken.
        CredentialPlace::Certificate => {}
    }
    Ok(())
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}

/// A value that HTTP libraries show to nobody.
fn header_value(scheme: &SecurityScheme, text: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        format!(
            "the credential for `{}` holds a character that no header field may hold",
            scheme.name
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::{Method, Url};

    use super::*;

    fn keyring(credentials: &[(&str, &str)]) -> Keyring {
        let credentials = credentials.iter().map(|(scheme, text)| {
            let credential = Credential::Text(Secret::new(*text));
            ((*scheme).to_owned(), credential)
        });
        Keyring {
            identities: BTreeMap::from([("default".to_owned(), credentials.collect())]),
            ..Keyring::default()
        }
    }

    fn caller(place: CredentialPlace) -> Caller {
        let name = "key".to_owned();
        Caller {
            identity: "default".into(),
            alternatives: vec![vec![Arc::new(SecurityScheme { name, place })]],
        }
    }

    fn request(url: &str) -> reqwest::Request {
        reqwest::Request::new(Method::GET, Url::parse(url).expect("a URL"))
    }

    fn signed(
        place: CredentialPlace,
        secret: &str,
        mut request: reqwest::Request,
    ) -> reqwest::Request {
        let keyring = keyring(&[("key", secret)]);
        keyring.sign(&caller(place), &mut request).expect("signed");
        request
    }

    #[test]
    fn every_credential_goes_to_its_place() {
        let field = |place, name: &str| {
            let signed = signed(place, "user:pa ss", request("http://h/"));
            let value = signed.headers().get(name).expect("a field").clone();
            assert!(value.is_sensitive());
            value.to_str().expect("a text").to_owned()
        };
        assert_eq!(
            field(CredentialPlace::Bearer, "authorization"),
            "Bearer user:pa ss"
        );
        // The coding of RFC 7617 §2.
        assert_eq!(
            field(CredentialPlace::Basic, "authorization"),
            "Basic dXNlcjpwYSBzcw=="
        );
        let named = CredentialPlace::Header("X-Key".into());
        assert_eq!(field(named, "x-key"), "user:pa ss");
        assert_eq!(
            field(CredentialPlace::Cookie("sid".into()), "cookie"),
            "sid=user%3Apa%20ss"
        );
        let query = CredentialPlace::Query("key".into());
        let asked = signed(query, "a&b", request("http://h/p?x=y"));
        assert_eq!(asked.url().as_str(), "http://h/p?x=y&key=a%26b");
    }

    #[test]
    fn what_a_step_says_itself_wins() {
        let mut wrong = request("http://h/?key=mine");
        wrong
            .headers_mut()
            .insert(AUTHORIZATION, HeaderValue::from_static("Bearer wrong"));
        wrong
            .headers_mut()
            .insert(COOKIE, HeaderValue::from_static("a=b; sid=mine"));
        for place in [
            CredentialPlace::Bearer,
            CredentialPlace::Query("key".into()),
            CredentialPlace::Cookie("sid".into()),
        ] {
            wrong = signed(place, "right", wrong);
        }
        assert_eq!(wrong.headers()[AUTHORIZATION], "Bearer wrong");
        assert_eq!(wrong.headers()[COOKIE], "a=b; sid=mine");
        assert_eq!(wrong.url().as_str(), "http://h/?key=mine");
        let beside = signed(CredentialPlace::Cookie("id".into()), "1", wrong);
        assert_eq!(beside.headers()[COOKIE], "a=b; sid=mine; id=1");
    }

    #[test]
    fn what_cannot_be_shown_is_not_sent() {
        let bearer = caller(CredentialPlace::Bearer);
        let why = keyring(&[("other", "x")]).sign(&bearer, &mut request("http://h/"));
        assert_eq!(
            why.expect_err("it is missing"),
            "there are no credentials of the identity `default` for key"
        );
        let why = keyring(&[("key", "a\r\nb: c")]).sign(&bearer, &mut request("http://h/"));
        let why = why.expect_err("it would be another field");
        assert!(why.contains("`key`") && !why.contains("b: c"), "{why}");
    }

    #[test]
    fn nothing_secret_is_shown() {
        let shown = format!("{:?}", keyring(&[("key", "sesame")]));
        assert!(
            shown.contains("[hidden]") && !shown.contains("sesame"),
            "{shown}"
        );
    }
}
