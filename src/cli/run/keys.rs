//! The keys to a target: credentials from flags, the environment and files, put together for each API.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::secrets::{KEY_BYTES_MAX, Secrets, confined, pair, usable, without_line_break};
use super::stage::Chosen;
use crate::cli::Exit;
use crate::cli::arguments::{CredentialArguments, SecretSource};
use crate::cli::settings::Settings;
use crate::http::{Caller, CredentialPlace, DEFAULT_IDENTITY, SecurityScheme};
use crate::plan::{self, Plan};
use crate::report::escape_line;
use crate::shell::client::{Added, Client, Credential, Identity, Keyring};
use crate::shell::files;
use crate::suite::{Api, IdentitySettings, TargetSettings};
use crate::world::Target as _;

/// Keys, and what of them was looked for and not found.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub(super) keyring: Keyring,
    /// What was not found, in words, by the identity that it is for.
    missing: Vec<(String, String)>,
}

/// What cannot be used, and what to do.
pub(super) type Unusable = (String, String);

/// The keys of an API at a target; those of the command line count before those of the target, and
/// these before those of the API.
///
/// # Errors
/// With the exit code, once it has been told what cannot be used.
pub(super) fn gather(
    (settings, arguments): (&Settings, &CredentialArguments),
    needs: (&Plan, &mut Secrets),
    api: &Api,
    target: Option<&TargetSettings>,
) -> Result<Keys, Exit> {
    find(arguments, needs, api, target).map_err(|(what, help)| {
        let text = format!("error: {what}\nhelp: {help}\n");
        settings.console.tell(&text);
        Exit::Usage
    })
}

/// The same, where somebody else tells what is wrong.
///
/// # Errors
/// With what cannot be used, and what to do.
pub(super) fn find(
    arguments: &CredentialArguments,
    (plan, secrets): (&Plan, &mut Secrets),
    api: &Api,
    target: Option<&TargetSettings>,
) -> Result<Keys, Unusable> {
    let mut keys = Keys::default();
    said_once(arguments, api, target)?;
    let own = target.map_or(&[][..], |target| &target.identities);
    let cases = plan.cases.iter();
    let cases = cases.filter(|case| case.scenario.api == api.name);
    let callers = cases.flat_map(|case| plan::callers(&api.scenarios, &case.scenario));
    let needed: BTreeSet<Arc<str>> = callers.map(|it| Arc::clone(&it.identity)).collect();
    let all = api.settings.identities.iter().chain(own);
    // No program is run, and no file is read, for somebody as whom nobody comes.
    for identity in all.filter(|it| needed.contains(it.name.as_str())) {
        keys.add(identity, api, secrets);
    }
    keys.trust(arguments, target, secrets.root())?;
    keys.add_arguments(arguments, api)?;
    keys.add_fields(target, secrets)?;
    Ok(keys)
}

/// Complains of a credential of the command line that goes into a field which the target has of its own: two
/// values of one field are one too many, and the other would be left out without a word.
fn said_once(
    arguments: &CredentialArguments,
    api: &Api,
    target: Option<&TargetSettings>,
) -> Result<(), Unusable> {
    let Some(target) = target else {
        return Ok(());
    };
    let schemes = &api.contract.security_schemes;
    for word in &arguments.credential {
        let name = word.split('=').next().unwrap_or_default();
        let scheme = schemes.iter().find(|it| it.name == name);
        let taken = scheme.and_then(|it| it.place.field());
        let taken = taken.and_then(|taken| {
            let mut headers = target.headers.iter();
            headers.find(|it| it.name.eq_ignore_ascii_case(taken))
        });
        if let Some(header) = taken {
            let what = format!(
                "the credential for `{name}` goes into `{}`, which the target has of its own",
                header.name
            );
            let place = format!("`targets.{}.headers.{}`", target.name, header.name);
            let help = format!("leave out `--credential {name}`, or take {place} out of api.toml");
            return Err((what, help));
        }
    }
    Ok(())
}

impl Keys {
    fn add(&mut self, identity: &IdentitySettings, api: &Api, secrets: &mut Secrets) {
        let held = self.keyring.identities.entry(identity.name.clone());
        let held = held.or_default();
        for (scheme, source) in &identity.credentials {
            match secrets.credential(source, &api.contract, scheme) {
                Ok(credential) => {
                    held.insert(scheme.clone(), credential);
                }
                Err(why) => {
                    // What is said for one target must not fall back to what is said for all.
                    held.remove(scheme);
                    self.missing.push((identity.name.clone(), why));
                }
            }
        }
    }

    /// Whom to trust.
    fn trust(
        &mut self,
        arguments: &CredentialArguments,
        target: Option<&TargetSettings>,
        root: &Path,
    ) -> Result<(), Unusable> {
        let named = target.and_then(|target| target.authority.as_deref());
        let text = match (&arguments.cacert, named) {
            (Some(path), _) => load(path)?,
            (None, Some(path)) => confined(root, path).map_err(|why| {
                let help = "mend `cacert` of the target, or name the file with --cacert";
                (why, help.to_owned())
            })?,
            (None, None) => return Ok(()),
        };
        self.keyring.authorities = vec![text.into_bytes()];
        Ok(())
    }

    /// What goes out with every request to the target, and what a proxy on the way is told.
    fn add_fields(
        &mut self,
        target: Option<&TargetSettings>,
        secrets: &mut Secrets,
    ) -> Result<(), Unusable> {
        let Some(target) = target else {
            return Ok(());
        };
        if let Some(login) = &target.proxy {
            let read = secrets.proxy(login).map_err(|why| {
                let place = format!("`targets.{}.proxy`", target.name);
                (why, format!("set it, or mend {place} in api.toml"))
            })?;
            self.keyring.proxy = Some(read);
        }
        self.keyring.added = Added::to(&target.site);
        for field in &target.headers {
            let added = secrets.add_field(field, &mut self.keyring.added);
            added.map_err(|why| {
                let place = format!("`targets.{}.headers.{}`", target.name, field.name);
                (why, format!("set it, or mend {place} in api.toml"))
            })?;
        }
        Ok(())
    }

    fn add_arguments(
        &mut self,
        arguments: &CredentialArguments,
        api: &Api,
    ) -> Result<(), Unusable> {
        let schemes = &api.contract.security_schemes;
        let mut given = Identity::new();
        for word in &arguments.credential {
            let (name, source) = SecretSource::parse(word)?;
            let Some(scheme) = schemes.iter().find(|it| it.name == name) else {
                let known: Vec<&str> = schemes.iter().map(|it| it.name.as_str()).collect();
                let what = format!("{} has no security scheme `{name}`", api.name);
                let help = match known.as_slice() {
                    [] => "its contract asks for no credentials".to_owned(),
                    known => format!("there is {}", known.join(", ")),
                };
                return Err((what, help));
            };
            if scheme.place == CredentialPlace::Certificate {
                let what = format!("`{name}` asks for a certificate, which is two files");
                return Err((what, "name them with --cert and --key".to_owned()));
            }
            given.insert(name.to_owned(), from_arguments(&source)?);
        }
        if let Some((certificate, key)) = arguments.cert.as_ref().zip(arguments.key.as_ref()) {
            let certified = schemes
                .iter()
                .filter(|it| it.place == CredentialPlace::Certificate);
            let names: Vec<&str> = certified.map(|it| it.name.as_str()).collect();
            if names.is_empty() {
                let what = format!("{} asks for no certificate of its clients", api.name);
                let help = "add a security scheme of the type mutualTLS to its contract";
                return Err((what, help.to_owned()));
            }
            let pair = pair(&load(certificate)?, &load(key)?);
            given.extend(names.iter().map(|name| ((*name).to_owned(), pair.clone())));
        }
        if !given.is_empty() {
            let identities = &mut self.keyring.identities;
            let held = identities.entry(DEFAULT_IDENTITY.to_owned()).or_default();
            held.extend(given);
        }
        Ok(())
    }
}

fn from_arguments(source: &SecretSource) -> Result<Credential, Unusable> {
    let (read, what) = match source {
        SecretSource::Variable(name) => {
            let what = format!("the variable {name}");
            let help = format!("set {name} to the credential");
            let missing = || (format!("{what} is not set"), help);
            (Settings::variable(name).ok_or_else(missing)?, what)
        }
        SecretSource::File(path) => (load(path)?, path.display().to_string()),
    };
    let help = "a credential is one line of text";
    usable(without_line_break(&read), &what).map_err(|why| (why, help.to_owned()))
}

/// Whether every step that comes as the usual identity has what it shows; tells what others lack.
///
/// # Errors
/// With the exit code, once it has been told what is missing.
pub(super) fn demand(
    settings: &Settings,
    plan: &Plan,
    api: &Api,
    (client, chosen): (&Client, &Chosen),
) -> Result<(), Exit> {
    let mut lacking: BTreeMap<String, Arc<Caller>> = BTreeMap::new();
    let cases = plan.cases.iter();
    for case in cases.filter(|case| case.scenario.api == api.name) {
        let callers = plan::callers(&api.scenarios, &case.scenario);
        for caller in callers.into_iter().filter(|it| !client.knows(it)) {
            lacking.entry(caller.identity.to_string()).or_insert(caller);
        }
    }
    let Some(usual) = lacking.get(DEFAULT_IDENTITY) else {
        for identity in lacking.keys() {
            let notes = chosen.keys.notes(identity);
            let head = format!("note: nothing is played as `{identity}` of {}\n", api.name);
            settings.console.tell(&(head + &notes));
        }
        return Ok(());
    };
    let (name, all) = (&api.name, usual.schemes().join(", "));
    let notes = chosen.keys.notes(DEFAULT_IDENTITY);
    let first = usual.alternatives.first();
    let flags: Vec<String> = first.into_iter().flatten().map(flags).collect();
    let flags = flags.join(" and ");
    settings.console.tell(&format!(
        "error: {name} asks for {all}, and there are no credentials for it\n{notes}\
         help: {flags}, or [identities.default] in specs/{name}/api.toml\n"
    ));
    Err(Exit::Usage)
}

/// Asks for the access tokens that the steps of a plan show, before any of them is sent.
///
/// # Errors
/// With the exit code, once it has been told why there is none.
pub(super) async fn log_in(
    settings: &Settings,
    plan: &Plan,
    api: &Api,
    client: &Client,
) -> Result<(), Exit> {
    let cases = plan.cases.iter();
    for case in cases.filter(|case| case.scenario.api == api.name) {
        for caller in plan::callers(&api.scenarios, &case.scenario) {
            let Err(error) = client.log_in(&caller).await else {
                continue;
            };
            let (name, identity) = (&api.name, &caller.identity);
            let error = error.to_string();
            let error = escape_line(&error);
            settings.console.tell(&format!(
                "error: nobody can come as `{identity}` of {name}: {error}\n\
                 help: see [identities.{identity}] in specs/{name}/api.toml, or ask `countersign doctor {name}`\n"
            ));
            return Err(Exit::Target);
        }
    }
    Ok(())
}

impl Keys {
    /// What was not found for an identity, a line each.
    pub(super) fn notes(&self, identity: &str) -> String {
        let own = self.missing.iter().filter(|(it, _)| it == identity);
        own.fold(String::new(), |text, (_, why)| text + "note: " + why + "\n")
    }
}

/// The flags that hand in the credential for a scheme.
fn flags(scheme: &Arc<SecurityScheme>) -> String {
    let name = &scheme.name;
    match scheme.place {
        CredentialPlace::Certificate => "`--cert FILE --key FILE`".to_owned(),
        CredentialPlace::Basic => {
            format!("`--credential {name}=env:NAME` with `user:password` in it")
        }
        _ => format!("`--credential {name}=env:NAME` (or `file:PATH`)"),
    }
}

fn load(path: &Path) -> Result<String, Unusable> {
    files::load_text(path, KEY_BYTES_MAX).map_err(|error| {
        let help = "name a file that can be read".to_owned();
        (error.to_string(), help)
    })
}
