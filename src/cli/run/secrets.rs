//! The secrets that `api.toml` names, from where they are. A program that prints one is run once in a
//! run, whoever needs what it prints.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::settings::Settings;
use crate::contract::Contract;
use crate::secret;
use crate::shell::client::{Added, Credential, Secret, TOKEN_TIME_MAX, TokenRequest};
use crate::shell::command::{self, COMMAND_TIME_MAX};
use crate::shell::files::Confined;
use crate::suite::{
    CredentialSource, HeaderSettings, PlainSource, ProxyLogin, SecretSource, TokenSettings,
    check_user,
};

/// The largest credential or certificate, in bytes.
pub(in crate::cli) const KEY_BYTES_MAX: usize = 1024 * 1024;

/// Where secrets come from, and what programs printed so far.
#[derive(Debug)]
pub(in crate::cli) struct Secrets {
    root: PathBuf,
    printed: BTreeMap<Vec<String>, Result<Secret, String>>,
    /// Who is told what programs print.
    told: Arc<secret::Secrets>,
}

impl Secrets {
    /// The secrets of the project in this folder; no program has been run.
    pub(in crate::cli) fn of(root: &Path, told: &Arc<secret::Secrets>) -> Self {
        Self {
            root: root.to_owned(),
            printed: BTreeMap::new(),
            told: Arc::clone(told),
        }
    }

    /// The folder of the project.
    pub(in crate::cli) fn root(&self) -> &Path {
        &self.root
    }

    /// The credential that `api.toml` names for a scheme.
    ///
    /// # Errors
    /// With what is wrong with its source, in words.
    pub(in crate::cli) fn credential(
        &mut self,
        source: &CredentialSource,
        contract: &Contract,
        scheme: &str,
    ) -> Result<Credential, String> {
        match source {
            CredentialSource::Text(source) => {
                let (text, what) = self.read(source)?;
                usable(&text, &what)
            }
            CredentialSource::Certificate { certificate, key } => {
                let certificate = confined(&self.root, certificate)?;
                Ok(pair(&certificate, &confined(&self.root, key)?))
            }
            CredentialSource::Token(token) => self.token(token, contract, scheme),
        }
    }

    /// How a token is asked for.
    fn token(
        &mut self,
        token: &TokenSettings,
        contract: &Contract,
        scheme: &str,
    ) -> Result<Credential, String> {
        let promised = contract.token_scheme(scheme);
        let url = token.url.as_deref();
        let url = url.or_else(|| promised?.endpoint(token.grant));
        let asked = || {
            let scopes = promised.map(|it| it.scopes.iter().cloned().collect());
            scopes.unwrap_or_default()
        };
        let handed_in = token.password.as_ref().or(token.refresh.as_ref());
        let request = TokenRequest {
            url: url
                .ok_or("nobody says where its token is handed out")?
                .to_owned(),
            grant: token.grant,
            client: self.plain(token.client.as_ref())?,
            secret: self.secret(token.secret.as_ref())?,
            user: self.plain(token.user.as_ref())?,
            handed_in: self.secret(handed_in)?,
            scopes: token.scopes.clone().unwrap_or_else(asked),
            is_in_body: token.is_in_body,
            time: TOKEN_TIME_MAX,
        };
        Ok(Credential::Token(Box::new(request)))
    }

    /// Adds a header field of a target to what goes out with every request.
    ///
    /// # Errors
    /// With what is wrong with its source or its value, in words that do not hold it.
    pub(in crate::cli) fn add_field(
        &mut self,
        field: &HeaderSettings,
        added: &mut Added,
    ) -> Result<(), String> {
        let (text, what, is_secret) = match &field.value {
            PlainSource::Text(text) => (text.clone(), format!("`{}`", field.name), false),
            PlainSource::Elsewhere(source) => {
                let (text, what) = self.read(source)?;
                (text, what, true)
            }
        };
        let told = added.add(&field.name, &text, is_secret);
        told.map_err(|why| format!("{what} {why}"))
    }

    /// The user and the password that a proxy asks for.
    ///
    /// # Errors
    /// With what is wrong with a source or a value, in words that do not hold it.
    pub(in crate::cli) fn proxy(&mut self, login: &ProxyLogin) -> Result<(String, Secret), String> {
        let (user, what) = match &login.user {
            PlainSource::Text(text) => (text.clone(), "`username`".to_owned()),
            PlainSource::Elsewhere(source) => self.read(source)?,
        };
        check_user(&user).map_err(|why| format!("{what} {why}"))?;
        let (password, what) = self.read(&login.password)?;
        usable(&password, &what)?;
        Ok((user, Secret::new(password)))
    }

    fn plain(&mut self, source: Option<&PlainSource>) -> Result<Option<String>, String> {
        match source {
            None => Ok(None),
            Some(PlainSource::Text(text)) => Ok(Some(text.clone())),
            Some(PlainSource::Elsewhere(source)) => Ok(Some(self.read(source)?.0)),
        }
    }

    fn secret(&mut self, source: Option<&SecretSource>) -> Result<Option<Secret>, String> {
        let Some(source) = source else {
            return Ok(None);
        };
        let (text, what) = self.read(source)?;
        if text.is_empty() {
            return Err(format!("{what} is empty"));
        }
        Ok(Some(Secret::new(text)))
    }

    /// The text of a source, and what the source is called.
    fn read(&mut self, source: &SecretSource) -> Result<(String, String), String> {
        match source {
            SecretSource::Variable(name) => {
                let what = format!("the variable {name}");
                let text = Settings::variable(name).ok_or_else(|| format!("{what} is not set"))?;
                Ok((text, what))
            }
            SecretSource::File(path) => {
                let text = confined(&self.root, path)?;
                Ok((without_line_break(&text).to_owned(), path.clone()))
            }
            SecretSource::Command(words) => {
                let program = words.first().map(String::as_str).unwrap_or_default();
                let what = format!("what `{}` prints", program.escape_debug());
                let root = &self.root;
                let printed = self.printed.entry(words.clone()).or_insert_with(|| {
                    let printed = command::print(root, words, COMMAND_TIME_MAX);
                    printed.map(Secret::new).map_err(|error| error.to_string())
                });
                let text = printed.as_ref().map_err(Clone::clone)?.reveal();
                self.told.add(program, text);
                Ok((text.to_owned(), what))
            }
        }
    }
}

pub(super) fn usable(text: &str, what: &str) -> Result<Credential, String> {
    Credential::from_text(text).map_err(|why| format!("{what} {why}"))
}

/// A file that `api.toml` names; it does not lead out of the project.
pub(super) fn confined(root: &Path, path: &str) -> Result<String, String> {
    Confined::new(root)
        .and_then(|root| root.load_text(path, KEY_BYTES_MAX))
        .map_err(|error| error.to_string())
}

pub(super) fn without_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

pub(super) fn pair(certificate: &str, key: &str) -> Credential {
    Credential::Certificate(Secret::new(format!("{certificate}\n{key}")))
}
