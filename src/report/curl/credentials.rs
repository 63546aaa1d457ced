//! What a caller shows, as variables: the credentials themselves are no part of a request.

use super::{Held, Variables, write_quoted};
use crate::http::form::decode_urlencoded;
use crate::http::{Caller, CredentialPlace, DEFAULT_IDENTITY, Request, SecurityScheme};

/// What of a caller's credentials goes out with a request: what the request does not say itself.
pub(super) struct Credentials<'r> {
    identity: &'r str,
    schemes: Vec<&'r SecurityScheme>,
    /// Whether it is said already whose certificates are trusted.
    is_trusting: bool,
}

impl<'r> Credentials<'r> {
    /// The credentials that go out with a request. Of several sets it is the first: a request that was
    /// sent has one. Whose certificates are trusted may be said elsewhere.
    pub(super) fn of(request: &'r Request, is_trusting: bool) -> Self {
        let caller: Option<&Caller> = request.caller.as_deref();
        let shown = caller.and_then(|it| it.alternatives.first());
        let schemes = shown.into_iter().flatten().map(|scheme| &**scheme);
        Self {
            identity: caller.map_or(DEFAULT_IDENTITY, |it| &it.identity),
            schemes: schemes.filter(|it| !says(request, &it.place)).collect(),
            is_trusting,
        }
    }

    /// Whether one of them goes into a header field of that name.
    pub(super) fn go_into(&self, field: &str) -> bool {
        let mut taken = self.schemes.iter().filter_map(|it| it.place.field());
        taken.any(|it| it.eq_ignore_ascii_case(field))
    }

    /// Those that are cookies, by the cookie's name.
    pub(super) fn cookies(&self) -> Vec<(&'r str, &'r SecurityScheme)> {
        let schemes = self.schemes.iter();
        let cookies = schemes.filter_map(|scheme| match &scheme.place {
            CredentialPlace::Cookie(name) => Some((name.as_str(), *scheme)),
            _ => None,
        });
        cookies.collect()
    }

    /// Writes them as options, with these of the cookies.
    pub(super) fn write(
        &self,
        cookies: &[(&'r str, &'r SecurityScheme)],
        variables: &mut Variables<'r>,
        out: &mut String,
    ) {
        for scheme in self.schemes.iter().copied() {
            let mut option = |option: &str, before: &str| {
                out.push_str(option);
                if !before.is_empty() {
                    write_quoted(before.as_bytes(), out);
                }
                self.write_variable(scheme, "", variables, out);
            };
            match &scheme.place {
                CredentialPlace::Bearer => option(" -H ", "authorization: Bearer "),
                CredentialPlace::Basic => option(" --user ", ""),
                CredentialPlace::Header(name) => option(" -H ", &format!("{name}: ")),
                CredentialPlace::Query(name) => option(" --url-query ", &format!("{name}=")),
                CredentialPlace::Cookie(_) => {}
                CredentialPlace::Certificate => {
                    out.push_str(" --cert ");
                    self.write_variable(scheme, "_cert", variables, out);
                    out.push_str(" --key ");
                    self.write_variable(scheme, "_key", variables, out);
                    if !self.is_trusting {
                        out.push_str(" --cacert ");
                        variables.write("cacert", Held::Credential(String::new(), "cacert"), out);
                    }
                }
            }
        }
        for (name, scheme) in cookies {
            out.push_str(" -b ");
            write_quoted(format!("{name}=").as_bytes(), out);
            self.write_cookie(scheme, variables, out);
        }
    }

    /// Writes the variable of a cookie. It goes out percent-encoded, and no option of curl does that.
    pub(super) fn write_cookie(
        &self,
        scheme: &'r SecurityScheme,
        variables: &mut Variables<'r>,
        out: &mut String,
    ) {
        self.write_variable(scheme, "_percent_encoded", variables, out);
    }

    fn write_variable(
        &self,
        scheme: &'r SecurityScheme,
        what: &'static str,
        variables: &mut Variables<'r>,
        out: &mut String,
    ) {
        let name = match self.identity {
            DEFAULT_IDENTITY => format!("{}{what}", scheme.name),
            identity => format!("{}_{identity}{what}", scheme.name),
        };
        variables.write(&name, Held::Credential(scheme.name.clone(), what), out);
    }
}

/// Whether a request says itself what would be put in this place.
fn says(request: &Request, place: &CredentialPlace) -> bool {
    match place {
        CredentialPlace::Bearer | CredentialPlace::Basic => {
            request.headers.contains("authorization")
        }
        CredentialPlace::Header(name) => request.headers.contains(name),
        CredentialPlace::Query(name) => {
            let target = request.target().split('#').next().unwrap_or_default();
            let query = target.split_once('?').map_or("", |(_, query)| query);
            let fields = decode_urlencoded(query.as_bytes());
            fields.iter().any(|(key, _)| key == name)
        }
        CredentialPlace::Cookie(name) => {
            let given = request.headers.first("cookie").unwrap_or_default();
            let mut cookies = given.split("; ");
            cookies.any(|it| it.strip_prefix(name).is_some_and(|it| it.starts_with('=')))
        }
        CredentialPlace::Certificate => false,
    }
}
