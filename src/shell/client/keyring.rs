//! The keyring: the credentials of the identities that a client may come as, and whom it trusts.
//!
//! Credentials are put into a request on its way out, and stand nowhere else: no record, no report, no
//! text for debugging holds them. Where a server says one back, plain or in the coding in which it was
//! sent, its name takes its place before anybody sees the answer. What is shorter than
//! `CREDENTIAL_BYTES_MIN` is not looked for: it would be found where it is not meant.

use std::collections::BTreeMap;
use std::fmt;

use memchr::memmem;
use percent_encoding::utf8_percent_encode;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};

use super::added::Added;
use super::outgoing::{Outgoing, uri_of, url_of};
use super::purse::Shown;
use super::token::TokenRequest;
use crate::http::{
    Caller, CredentialPlace, Header, Headers, Response, SchemeSet, SecurityScheme, UNRESERVED,
};
use crate::secret::{CREDENTIAL_BYTES_MIN, Kind, Name, Secrets};

/// A text that is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for whoever hands it on to where it belongs.
    pub fn reveal(&self) -> &str {
        &self.0
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
    /// A token that is asked for when it is needed.
    Token(Box<TokenRequest>),
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
        match self {
            Self::Text(_) => *place != CredentialPlace::Certificate,
            Self::Certificate(_) => *place == CredentialPlace::Certificate,
            Self::Token(_) => *place == CredentialPlace::Bearer,
        }
    }
}

/// The credentials of one identity, by the name of the security scheme.
pub type Identity = BTreeMap<String, Credential>;

/// Whom the client trusts and as whom it comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keyring {
    /// Certificate authorities to trust instead of the system's, as PEM texts; none means the system's.
    pub authorities: Vec<Vec<u8>>,
    /// As whom the client may come, by name.
    pub identities: BTreeMap<String, Identity>,
    /// What goes out with every request, whoever asks.
    pub added: Added,
    /// The user and the password that the proxy asks for.
    pub proxy: Option<(String, Secret)>,
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

    /// Tells all credentials, and what gets tokens, to whoever keeps secrets.
    pub(super) fn tell(&self, secrets: &Secrets) {
        self.added.tell(secrets);
        if let Some((user, password)) = &self.proxy {
            secrets.add_credential("proxy", &format!("{user}:{}", password.reveal()));
        }
        for (scheme, credential) in self.identities.values().flatten() {
            let add = |secret: &Secret| secrets.add_credential(scheme, secret.reveal());
            match credential {
                Credential::Text(text) => add(text),
                Credential::Certificate(pem) => {
                    // The certificate is shown to everybody.
                    let key = pem.reveal().split_once("PRIVATE KEY-----");
                    if let Some((_, key)) = key {
                        secrets.add(scheme, key);
                    }
                }
                Credential::Token(request) => {
                    let parts = [&request.secret, &request.handed_in];
                    parts.into_iter().flatten().for_each(add);
                }
            }
        }
    }

    /// Whose tokens are asked for, and for which scheme.
    pub(super) fn token_requests(&self) -> impl Iterator<Item = (String, String)> {
        self.identities.iter().flat_map(|(identity, credentials)| {
            let tokens = credentials.iter();
            let tokens = tokens.filter(|(_, held)| matches!(held, Credential::Token(_)));
            tokens.map(move |(scheme, _)| (identity.clone(), scheme.clone()))
        })
    }

    /// How the tokens are asked for that a caller shows, by the name of the scheme.
    pub(super) fn shown_tokens<'k>(
        &'k self,
        caller: &'k Caller,
    ) -> impl Iterator<Item = (&'k str, &'k TokenRequest)> {
        let schemes = self.choose(caller).into_iter().flatten();
        schemes.filter_map(|scheme| {
            let held = self.credential(&caller.identity, &scheme.name)?;
            let Credential::Token(request) = held else {
                return None;
            };
            Some((scheme.name.as_str(), &**request))
        })
    }

    /// The texts by which a caller is known for a scheme, the one that it shows first.
    fn texts<'k>(
        &'k self,
        (caller, scheme): (&Caller, &SecurityScheme),
        shown: &'k Shown,
    ) -> Vec<&'k str> {
        match self.credential(&caller.identity, &scheme.name) {
            Some(Credential::Text(Secret(text))) => vec![text],
            Some(Credential::Token(_)) => {
                let token = shown.get(&scheme.name).into_iter();
                let texts = token.flat_map(|it| std::iter::once(&it.text).chain(&it.earlier));
                texts.map(Secret::reveal).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Puts the name of a credential in its place wherever an answer says it back.
    pub(super) fn hide(&self, caller: &Caller, shown: &Shown, response: &mut Response) {
        for scheme in self.choose(caller).into_iter().flatten() {
            let name = Name::new(Kind::Credential, &scheme.name).placeholder();
            let texts = self.texts((caller, scheme), shown).into_iter();
            for form in texts.flat_map(|text| forms(scheme, text)) {
                if form.len() >= CREDENTIAL_BYTES_MIN {
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
        shown: &Shown,
        request: &mut Outgoing,
    ) -> Result<(), String> {
        let identity = &caller.identity;
        let set = self.choose(caller).ok_or_else(|| {
            let schemes = caller.schemes().join(", ");
            format!("there are no credentials of the identity `{identity}` for {schemes}")
        })?;
        for scheme in set {
            if let Some(text) = self.texts((caller, scheme), shown).first() {
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
    memmem::find(bytes, part).is_some()
}

/// The bytes with every sight of a part replaced; none when it is not there.
fn replaced(bytes: &[u8], part: &[u8], by: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut done = 0;
    for at in memmem::find_iter(bytes, part) {
        out.extend_from_slice(&bytes[done..at]);
        out.extend_from_slice(by);
        done = at + part.len();
    }
    if done == 0 {
        return None;
    }
    out.extend_from_slice(&bytes[done..]);
    Some(out)
}

pub(super) fn basic(secret: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(secret)
}

/// Puts the credential of one scheme where it belongs.
fn present(scheme: &SecurityScheme, secret: &str, request: &mut Outgoing) -> Result<(), String> {
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
            let mut url = url_of(request.uri())?;
            if !url.query_pairs().any(|(key, _)| key == name.as_str()) {
                url.query_pairs_mut().append_pair(name, secret);
                *request.uri_mut() = uri_of(&url)?;
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
mod tests;
