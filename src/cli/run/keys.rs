//! The keys to a target: credentials from flags, the environment and files, put together for each API.

use std::fmt::Write as _;
use std::path::Path;

use super::stage::Chosen;
use crate::cli::arguments::{CredentialArguments, SecretSource};
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::http::{CredentialPlace, DEFAULT_IDENTITY};
use crate::plan::{self, Plan};
use crate::shell::client::{Client, Credential, Identity, Keyring, Secret};
use crate::shell::files::{self, Confined};
use crate::suite::{Api, CredentialSource, IdentitySettings, TargetSettings};
use crate::world::Target as _;

/// The largest credential or certificate, in bytes.
const KEY_BYTES_MAX: usize = 1024 * 1024;

/// Keys, and what of them was looked for and not found.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub(super) keyring: Keyring,
    /// What was not found, in words.
    missing: Vec<String>,
}

/// The keys of an API at a target; those of the command line count before those of the target, and
/// these before those of the API.
///
/// # Errors
/// With the exit code, once it has been told what of the command line cannot be used.
pub(super) fn gather(
    (settings, arguments): (&Settings, &CredentialArguments),
    project: &Project,
    api: &Api,
    target: Option<&TargetSettings>,
) -> Result<Keys, Exit> {
    let mut keys = Keys::default();
    let own = target.map_or(&[][..], |target| &target.identities);
    for identity in api.settings.identities.iter().chain(own) {
        keys.add(identity, &project.root);
    }
    if let Some(path) = target.and_then(|target| target.authority.as_deref()) {
        match confined(&project.root, path) {
            Ok(text) => keys.keyring.authorities.push(text.into_bytes()),
            Err(why) => keys.missing.push(why),
        }
    }
    if let Err((what, help)) = keys.add_arguments(arguments, api) {
        settings
            .console
            .tell(&format!("error: {what}\nhelp: {help}\n"));
        return Err(Exit::Usage);
    }
    Ok(keys)
}

impl Keys {
    fn add(&mut self, identity: &IdentitySettings, root: &Path) {
        let held = self.keyring.identities.entry(identity.name.clone());
        let held = held.or_default();
        for (scheme, source) in &identity.credentials {
            let found = match source {
                CredentialSource::Variable(name) => Settings::variable(name)
                    .map(|text| Credential::Text(Secret::new(text)))
                    .ok_or_else(|| format!("the variable {name} is not set")),
                CredentialSource::File(path) => confined(root, path)
                    .map(|text| Credential::Text(Secret::new(without_line_break(&text)))),
                CredentialSource::Certificate { certificate, key } => confined(root, certificate)
                    .and_then(|certificate| Ok((certificate, confined(root, key)?)))
                    .map(|(certificate, key)| pair(&certificate, &key)),
            };
            match found {
                Ok(credential) => {
                    held.insert(scheme.clone(), credential);
                }
                Err(why) => self.missing.push(why),
            }
        }
    }

    /// # Errors
    /// With what cannot be used, and what to do.
    fn add_arguments(
        &mut self,
        arguments: &CredentialArguments,
        api: &Api,
    ) -> Result<(), (String, String)> {
        let mut given = Identity::new();
        for (scheme, source) in &arguments.credential {
            let schemes = api.contract.security_schemes.iter();
            let known: Vec<&str> = schemes.map(|it| it.name.as_str()).collect();
            if !known.contains(&scheme.as_str()) {
                let what = format!("{} has no security scheme `{scheme}`", api.name);
                let help = match known.as_slice() {
                    [] => "its contract asks for no credentials".to_owned(),
                    known => format!("there is {}", known.join(", ")),
                };
                return Err((what, help));
            }
            let text = match source {
                SecretSource::Variable(name) => Settings::variable(name).ok_or_else(|| {
                    let what = format!("the variable `{name}` is not set");
                    (what, format!("set it to the credential for `{scheme}`"))
                })?,
                SecretSource::File(path) => without_line_break(&load(path)?).to_owned(),
            };
            given.insert(scheme.clone(), Credential::Text(Secret::new(text)));
        }
        if let Some((certificate, key)) = arguments.cert.as_ref().zip(arguments.key.as_ref()) {
            let mut schemes = api.contract.security_schemes.iter();
            let scheme = schemes.find(|it| it.place == CredentialPlace::Certificate);
            let scheme = scheme.ok_or_else(|| {
                let what = format!("{} asks for no certificate of its clients", api.name);
                let help = "add a security scheme of the type mutualTLS to its contract";
                (what, help.to_owned())
            })?;
            given.insert(scheme.name.clone(), pair(&load(certificate)?, &load(key)?));
        }
        if let Some(path) = &arguments.cacert {
            self.keyring.authorities = vec![load(path)?.into_bytes()];
        }
        if !given.is_empty() {
            let identities = &mut self.keyring.identities;
            let held = identities.entry(DEFAULT_IDENTITY.to_owned()).or_default();
            held.extend(given);
        }
        Ok(())
    }
}

/// Whether every step that comes as the usual identity has what it shows.
///
/// # Errors
/// With the exit code, once it has been told what is missing.
pub(super) fn demand(
    settings: &Settings,
    plan: &Plan,
    api: &Api,
    (client, chosen): (&Client, &Chosen),
) -> Result<(), Exit> {
    let cases = plan.cases.iter();
    let cases = cases.filter(|case| case.scenario.api == api.name);
    let callers = cases.flat_map(|case| plan::callers(&api.scenarios, &case.scenario));
    let mut usual = callers.filter(|caller| &*caller.identity == DEFAULT_IDENTITY);
    let Some(lacking) = usual.find(|caller| !client.knows(caller)) else {
        return Ok(());
    };
    let schemes = lacking.schemes();
    let (name, all) = (&api.name, schemes.join(", "));
    let mut text = format!("error: {name} asks for {all}, and there are no credentials for it\n");
    for missing in &chosen.keys.missing {
        let _ = writeln!(text, "note: {missing}");
    }
    let scheme = schemes.first().copied().unwrap_or_default();
    let _ = writeln!(
        text,
        "help: `--credential {scheme}=env:NAME` or `--credential {scheme}=file:PATH`, `--cert` and `--key` \
         for a certificate, or [identities.default] in specs/{name}/api.toml"
    );
    settings.console.tell(&text);
    Err(Exit::Usage)
}

fn load(path: &Path) -> Result<String, (String, String)> {
    files::load_text(path, KEY_BYTES_MAX).map_err(|error| {
        let help = "name a file that can be read".to_owned();
        (error.to_string(), help)
    })
}

/// A file that `api.toml` names; it does not lead out of the project.
fn confined(root: &Path, path: &str) -> Result<String, String> {
    Confined::new(root)
        .and_then(|root| root.load_text(path, KEY_BYTES_MAX))
        .map_err(|error| error.to_string())
}

fn without_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

fn pair(certificate: &str, key: &str) -> Credential {
    Credential::Certificate(Secret::new(format!("{certificate}\n{key}")))
}
