//! The keyring: the credentials of the identities that a client may come as, and whom it trusts.
//!
//! Credentials are put into a request on its way out, and stand nowhere else: no record, no report, no
//! text for debugging holds them. Where a server says one back, plain or in the coding in which it was
//! sent, its name takes its place. What is shorter than `HIDDEN_BYTES_MIN` is not looked for: it would be
//! found where it is not meant.

use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::utf8_percent_encode;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};

use crate::http::{
    Caller, CredentialPlace, Header, Headers, Response, SchemeSet, SecurityScheme, UNRESERVED,
};

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

impl Credential {
    /// A token, a key, or `user:password`, that can be sent.
    ///
    /// # Errors
    /// When it is empty, or holds what no header field may hold; the text says which, and not the value.
    pub fn from_text(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("is empty");
        }
        if text.starts_with('\u{feff}') {
            return Err("begins with a byte order mark");
        }
        if text.contains(|c: char| c.is_control()) {
            return Err("holds a line break or another control character");
        }
        Ok(Self::Text(Secret::new(text)))
    }

    /// Whether it is of the kind that goes there.
    pub fn fits(&self, place: &CredentialPlace) -> bool {
        let is_certificate = matches!(self, Self::Certificate(_));
        is_certificate == (*place == CredentialPlace::Certificate)
    }
}

/// The credentials of one identity, by the name of the security scheme.
pub type Identity = BTreeMap<String, Credential>;

/// The shortest credential that is looked for in answers, in bytes.
const HIDDEN_BYTES_MIN: usize = 6;

/// Whom the client trusts and as whom it comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keyring {
    /// Certificate authorities to trust instead of the system's, as PEM texts; none means the system's.
    pub authorities: Vec<Vec<u8>>,
    /// As whom the client may come, by name.
    pub identities: BTreeMap<String, Identity>,
}

impl Keyring {
    /// The schemes that a caller shows, when this holds all of some set's credentials.
    pub(super) fn choose<'c>(&self, caller: &'c Caller) -> Option<&'c SchemeSet> {
        caller.choose(|scheme| {
            let held = self.credential(&caller.identity, &scheme.name);
            held.is_some_and(|it| it.fits(&scheme.place))
        })
    }

    fn credential(&self, identity: &str, scheme: &str) -> Option<&Credential> {
        self.identities.get(identity)?.get(scheme)
    }

    /// Whose certificate for which scheme a caller shows, when it shows one.
    pub(super) fn shown_certificate(&self, caller: &Caller) -> Option<CertificateKey> {
        let set = self.choose(caller)?;
        let mut schemes = set.iter();
        let scheme = schemes.find(|it| it.place == CredentialPlace::Certificate)?;
        Some((caller.identity.to_string(), scheme.name.clone()))
    }

    /// Every certificate as PEM text, by whose it is and for which scheme.
    pub(super) fn certificates(&self) -> impl Iterator<Item = (CertificateKey, &str)> {
        self.identities.iter().flat_map(|(identity, credentials)| {
            credentials.iter().filter_map(move |(scheme, credential)| {
                let Credential::Certificate(Secret(pem)) = credential else {
                    return None;
                };
                Some(((identity.clone(), scheme.clone()), pem.as_str()))
            })
        })
    }

    /// Puts the name of a credential in its place wherever an answer says it back.
    pub(super) fn hide(&self, caller: &Caller, response: &mut Response) {
        for scheme in self.choose(caller).into_iter().flatten() {
            let held = self.credential(&caller.identity, &scheme.name);
            let Some(Credential::Text(Secret(text))) = held else {
                continue;
            };
            let name = format!("[credential {}]", scheme.name);
            for form in forms(scheme, text) {
                if form.len() >= HIDDEN_BYTES_MIN {
                    replace_in_answer(response, form.as_bytes(), name.as_bytes());
                }
            }
        }
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

/// Whose certificate, and for which scheme.
pub(super) type CertificateKey = (String, String);

/// The forms in which a credential goes out, the longest first.
fn forms(scheme: &SecurityScheme, secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    match scheme.place {
        CredentialPlace::Basic => forms.push(basic(secret)),
        CredentialPlace::Query(_) => {
            forms.push(form_urlencoded::byte_serialize(secret.as_bytes()).collect());
        }
        CredentialPlace::Cookie(_) => {
            forms.push(utf8_percent_encode(secret, UNRESERVED).to_string());
        }
        CredentialPlace::Bearer | CredentialPlace::Header(_) | CredentialPlace::Certificate => {}
    }
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

fn replace_in_answer(response: &mut Response, secret: &[u8], name: &[u8]) {
    if let Some(body) = replaced(&response.body, secret, name) {
        response.body = body.into();
    }
    let is_there = |header: &Header| holds(&header.value, secret);
    if response.headers.iter().any(is_there) {
        let mut headers = Headers::default();
        for header in &response.headers {
            let value = replaced(&header.value, secret, name);
            let value = value.unwrap_or_else(|| header.value.clone());
            headers.push(header.name.clone(), value);
        }
        response.headers = headers;
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The bytes with every sight of a part replaced; none when it is not there.
fn replaced(bytes: &[u8], part: &[u8], by: &[u8]) -> Option<Vec<u8>> {
    if !holds(bytes, part) {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        if let Some(after) = rest.strip_prefix(part) {
            out.extend_from_slice(by);
            rest = after;
        } else {
            out.push(*first);
            rest = &rest[1..];
        }
    }
    Some(out)
}

fn basic(secret: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(secret)
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
            let value = header_value(scheme, &format!("Basic {}", basic(secret)))?;
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
    fn a_credential_of_the_wrong_kind_is_none() {
        let certificate = caller(CredentialPlace::Certificate);
        let text = keyring(&[("key", "sesame")]);
        assert_eq!(text.choose(&certificate), None);
        assert_eq!(text.shown_certificate(&certificate), None);
        let mut sealed = keyring(&[]);
        let seal = Credential::Certificate(Secret::new("PEM"));
        let identity = Identity::from([("key".to_owned(), seal)]);
        sealed.identities.insert("default".to_owned(), identity);
        assert_eq!(sealed.choose(&caller(CredentialPlace::Bearer)), None);
        let shown = sealed.shown_certificate(&certificate);
        assert_eq!(shown, Some(("default".to_owned(), "key".to_owned())));
    }

    #[test]
    fn texts_that_cannot_be_sent_are_refused_when_they_are_read() {
        for text in ["", "a\nb", "a\r", "\u{feff}a", "\0"] {
            assert!(Credential::from_text(text).is_err(), "{text:?}");
        }
        assert!(Credential::from_text("user:pa ss").is_ok());
    }

    #[test]
    fn what_a_server_says_back_is_hidden() {
        for (place, sent) in [
            (CredentialPlace::Bearer, "open sesame"),
            (CredentialPlace::Basic, "b3BlbiBzZXNhbWU="),
            (CredentialPlace::Query("q".into()), "open+sesame"),
            (CredentialPlace::Cookie("c".into()), "open%20sesame"),
        ] {
            let mut headers = Headers::default();
            headers.push("x-echo", format!("<{sent}>").into_bytes());
            headers.push("x-other", "as it was");
            let mut response = Response {
                status: 200,
                headers,
                body: format!("{sent}, open sesame and {sent}").into(),
                end: crate::http::BodyEnd::Complete,
            };
            let keyring = keyring(&[("key", "open sesame")]);
            keyring.hide(&caller(place.clone()), &mut response);
            let name = "[credential key]";
            assert_eq!(
                response.body,
                format!("{name}, {name} and {name}"),
                "{place:?}"
            );
            let echo = response.headers.first("x-echo");
            assert_eq!(echo.as_deref(), Some("<[credential key]>"));
            assert_eq!(
                response.headers.first("x-other").as_deref(),
                Some("as it was")
            );
        }
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
