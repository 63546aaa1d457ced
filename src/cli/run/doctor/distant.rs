//! What can be tried with a target: the way to it, its clock, and whether it lets anybody in.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Map;

use super::{Chosen, Trial};
use crate::cli::Project;
use crate::cli::arguments::DoctorArguments;
use crate::cli::run::keys::{self, Keys};
use crate::cli::run::remedy;
use crate::cli::run::secrets::Secrets;
use crate::cli::settings::Settings;
use crate::contract::{Operation, ParameterPlace};
use crate::http::{Caller, DEFAULT_IDENTITY, Headers, Request};
use crate::plan::{self, Selection};
use crate::secret::{self, CREDENTIAL_BYTES_MIN, DIGITS_MIN};
use crate::shell::client::{Client, Greeting};
use crate::shell::clock::SystemClock;
use crate::shell::probe;
use crate::shell::signals::Stop;
use crate::suite::Api;
use crate::world::{Calendar as _, Limits, Site, Target as _, TargetError, TargetErrorKind, Wire};

/// How long each thing that is tried may take.
const TRIAL_TIME_MAX: Duration = Duration::from_secs(10);

/// How far the clock of a server may be from ours.
const CLOCK_DIFFERENCE_MAX: Duration = Duration::from_mins(1);

/// What a proxy answers in the name of a server that it does not reach (`RFC 9110 §15.6`); a server may answer so
/// by itself.
const BETWEEN: [u16; 3] = [502, 503, 504];

/// How many days the certificate of a server is good for at least, so that nothing is said.
const CERTIFICATE_DAYS_MIN: i64 = 14;

/// Tries the target of every API that is looked at.
pub(super) async fn of_all(
    (settings, arguments): (&Settings, &DoctorArguments),
    project: &Project,
    chosen: &[Chosen<'_>],
) -> Vec<Trial> {
    let mut secrets = Secrets::of(&project.root, settings.guard.secrets());
    let mut trials = Vec::new();
    for one in chosen {
        let selection = Selection {
            words: vec![format!("{}::", one.api.name)],
            ..Selection::default()
        };
        let scenarios = project.suite.scenarios();
        let plan = plan::lay_out(&scenarios, &selection, 0, &|_| Map::new());
        let needs = (&plan, &mut secrets);
        let own = match keys::find(&arguments.credentials, needs, one.api, one.named) {
            Ok(keys) => of_one(one, keys, settings.guard.secrets()).await,
            Err((what, help)) => vec![Trial::of_target("credentials", what, help)],
        };
        trials.extend(own.into_iter().map(|trial| Trial {
            api: Some(one.api.name.clone()),
            ..trial
        }));
    }
    trials
}

async fn of_one(one: &Chosen<'_>, keys: Keys, secrets: &Arc<secret::Secrets>) -> Vec<Trial> {
    let wire = one.named.map(|it| it.wire.clone()).unwrap_or_default();
    let way = (keys.keyring.clone(), wire.clone());
    let client = match Client::by(way, Stop::new(), Arc::new(SystemClock::new())) {
        Ok(client) => client,
        Err(error) => {
            let help = "name PEM files, the key without a passphrase";
            return vec![Trial::of_target("tls", error.to_string(), help)];
        }
    };
    client.tell(secrets);
    let callers = callers(one.api);
    let mut trials = of_site(one, &callers);
    trials.extend(credentials(&client, &callers, &keys));
    trials.extend(short(secrets));
    match reached(&one.site.url, &wire).await {
        Ok(reached) => trials.extend(reached),
        Err(failed) => {
            trials.push(failed);
            return trials;
        }
    }
    let url = format!("{}/", one.site.url);
    match client.greet(&url, TRIAL_TIME_MAX).await {
        Ok(greeting) => {
            trials.extend(greeted(&one.site, &greeting));
            let end = client.certificate_end(&url, TRIAL_TIME_MAX).await;
            let now = SystemClock::new().now();
            trials.extend(end.and_then(|it| expiry(it, now)));
        }
        Err(error) => {
            let is_tls = one.site.url.starts_with("https:");
            trials.push(failed(if is_tls { "tls" } else { "http" }, &error));
            return trials;
        }
    }
    for (identity, caller) in &callers {
        if client.knows(caller) && client.asks_for_tokens(caller) {
            let trial = match client.log_in(caller).await {
                Ok(()) => Trial::ok("token", format!("one was handed out for `{identity}`")),
                Err(error) => failed("token", &error),
            };
            let is_ok = trial.help.is_empty();
            trials.push(trial);
            if !is_ok {
                return trials;
            }
        }
    }
    trials.push(admission(one, &client).await);
    trials
}

/// That there is somebody to connect to, under a name that is known.
///
/// # Errors
/// With what failed of it.
async fn reached(url: &str, wire: &Wire) -> Result<[Trial; 2], Trial> {
    let error = match probe::reach(&first_hop(url, wire), TRIAL_TIME_MAX).await {
        Ok(addresses) => {
            let name = format!("resolved to {}", addresses.join(", "));
            let found = match &wire.proxy {
                Some(_) => "a connection to the proxy can be made",
                None => "a connection can be made",
            };
            return Ok([Trial::ok("name", name), Trial::ok("tcp", found)]);
        }
        Err(error) => error,
    };
    let name = match error.kind {
        TargetErrorKind::Unresolvable => "name",
        _ => "tcp",
    };
    Err(match &wire.proxy {
        Some(_) => failed(name, &error.of_the_proxy()),
        None => failed(name, &error),
    })
}

/// The URL of what is connected to: of the proxy, or of the server at the address that is given.
fn first_hop(url: &str, wire: &Wire) -> String {
    if let Some(proxy) = &wire.proxy {
        return proxy.clone();
    }
    let parsed = wire.address.as_ref().zip(url::Url::parse(url).ok());
    let moved = parsed.and_then(|((_, address), mut url)| {
        url.set_ip_host(*address).ok()?;
        Some(url.into())
    });
    moved.unwrap_or_else(|| url.to_owned())
}

/// As whom the steps of an API's flows come.
fn callers(api: &Api) -> BTreeMap<String, Arc<Caller>> {
    let mut callers = BTreeMap::new();
    for scenario in &api.scenarios {
        for caller in plan::callers(&api.scenarios, scenario) {
            callers.entry(caller.identity.to_string()).or_insert(caller);
        }
    }
    callers
}

/// A warning of credentials that are too short to be looked for in what is written.
fn short(secrets: &secret::Secrets) -> Option<Trial> {
    let short = secrets.take_short();
    let help = format!("use at least {CREDENTIAL_BYTES_MIN} bytes, or {DIGITS_MIN} digits");
    let found = "too short to be hidden where an answer says it back: ";
    let trial = || Trial::warning("secrets", found.to_owned() + &short.join(", "), help);
    (!short.is_empty()).then(trial)
}

/// That what the target wants to see in every request is there, and a proxy on the way; or that nobody wants
/// to see anything.
fn of_site(one: &Chosen<'_>, callers: &BTreeMap<String, Arc<Caller>>) -> Vec<Trial> {
    let fields = one.site.fields.iter();
    let secret = fields.filter(|it| it.value.is_none());
    let names: Vec<&str> = secret.map(|it| it.name.as_str()).collect();
    let mut wanted = Vec::new();
    match names.as_slice() {
        [] => {}
        [one] => wanted.push(format!("the header {one}")),
        more => wanted.push(format!("the headers {}", more.join(", "))),
    }
    if one.named.is_some_and(|it| it.proxy.is_some()) {
        wanted.push("the proxy".to_owned());
    }
    let found = match wanted.as_slice() {
        [] if callers.is_empty() => "no flow needs any".to_owned(),
        [] => return Vec::new(),
        wanted => format!("the target has those for {}", wanted.join(" and ")),
    };
    vec![Trial::ok("credentials", found)]
}

/// Whether there is what flows show; the values stay where they are.
fn credentials(
    client: &Client,
    callers: &BTreeMap<String, Arc<Caller>>,
    keys: &Keys,
) -> Vec<Trial> {
    let trial = |(identity, caller): (&String, &Arc<Caller>)| {
        if let Some(shown) = client.shows(caller) {
            let names: Vec<&str> = shown.iter().map(|it| it.name.as_str()).collect();
            let names = names.join(", ");
            return Trial::ok("credentials", format!("`{identity}` has those for {names}"));
        }
        let wanted = caller.schemes().join(", ");
        let notes = keys.notes(identity).replace("note: ", "");
        let notes = notes.trim_end().replace('\n', "; ");
        let found = format!("`{identity}` has none for {wanted}");
        let help = if notes.is_empty() {
            format!("say where they are: [identities.{identity}] in api.toml")
        } else {
            notes
        };
        if identity == DEFAULT_IDENTITY {
            return Trial::of_target("credentials", found, help);
        }
        Trial::warning("credentials", found + ", and its flows are skipped", help)
    };
    callers.iter().map(trial).collect()
}

/// What the first answer tells of a server.
fn greeted(site: &Site, greeting: &Greeting) -> Vec<Trial> {
    let (version, status) = (greeting.version, greeting.status);
    let mut trials = Vec::new();
    let is_secure = site.url.starts_with("https:");
    if is_secure {
        trials.push(Trial::ok("tls", "the certificate is trusted"));
    }
    let proxy = site.proxy();
    let through = proxy.as_ref().map(|it| format!(", through the proxy {it}"));
    let through = through.unwrap_or_default();
    let found = format!("{version}, GET / answers {status}{through}");
    let is_between = proxy.is_some() && !is_secure && BETWEEN.contains(&status);
    trials.push(if is_between {
        let help = "see which of them says so: the proxy, because it does not reach the server, or the server";
        Trial::warning("http", found, help)
    } else {
        Trial::ok("http", found)
    });
    let told = greeting.date.as_deref();
    let told = told.and_then(|it| jiff::fmt::rfc2822::parse(it).ok());
    let now = SystemClock::new().now();
    trials.push(match told {
        None => Trial::ok("clock", "the server does not tell the time"),
        Some(told) => {
            let apart = told.timestamp().duration_since(now).unsigned_abs();
            let seconds = apart.as_secs();
            if apart > CLOCK_DIFFERENCE_MAX {
                let found = format!("the server's clock is {seconds} s from ours");
                let help = "set both clocks by the network: tokens and signatures hang on them";
                Trial::warning("clock", found, help)
            } else {
                Trial::ok("clock", "the server's clock is as ours, within 60 s")
            }
        }
    });
    trials
}

/// Until when the certificate of a server is good, by its end in seconds since 1970.
fn expiry(end: u64, now: Timestamp) -> Option<Trial> {
    let end = Timestamp::from_second(i64::try_from(end).ok()?).ok()?;
    let days = end.duration_since(now).as_hours() / 24;
    let left = match days {
        1 => "1 day is left".to_owned(),
        days => format!("{days} days are left"),
    };
    let day = end.strftime("%Y-%m-%d");
    let found = format!("the server's certificate is good until {day}: {left}");
    Some(if days < CERTIFICATE_DAYS_MIN {
        let help = "have it renewed before that day: no run reaches the server after it";
        Trial::warning("certificate", found, help)
    } else {
        Trial::ok("certificate", found)
    })
}

/// Whether the server lets the usual identity in, where that can be asked safely.
async fn admission(one: &Chosen<'_>, client: &Client) -> Trial {
    let mut operations = one.api.contract.operations.iter();
    let Some(operation) = operations.find(|it| is_harmless(it)) else {
        let found = "not tried: no GET of the contract asks for credentials and nothing else";
        return Trial::ok("access", found);
    };
    let base = match one.api.contract.base(operation, &one.site) {
        Ok(base) => base,
        Err(why) => return Trial::ok("access", format!("not tried: {why}")),
    };
    let caller = Arc::new(Caller {
        identity: DEFAULT_IDENTITY.into(),
        alternatives: operation.security.clone(),
    });
    let path = operation.path.to_string();
    if !client.knows(&caller) {
        return Trial::ok("access", "not tried without credentials");
    }
    let request = Request {
        method: operation.method.clone(),
        url: format!("{}{path}", base.url),
        headers: Headers::default(),
        body: Bytes::new(),
        caller: Some(caller),
    };
    let limits = Limits {
        time: TRIAL_TIME_MAX,
        safe_only: true,
        ..Limits::default()
    };
    match client.send(&request, limits).await {
        Ok(answer) if matches!(answer.status, 401 | 403) => {
            let found = format!("GET {path} answers {} to `default`", answer.status);
            let help = "look at whether its credentials are right and still good";
            Trial::of_target("access", found, help)
        }
        Ok(answer) => Trial::ok("access", format!("GET {path} answers {}", answer.status)),
        Err(error) => failed("access", &error),
    }
}

/// Whether an operation changes nothing, asks for credentials, and needs nothing that is made up.
fn is_harmless(operation: &Operation) -> bool {
    let needs = operation.parameters.iter();
    let mut needs = needs.filter(|it| it.required || it.place == ParameterPlace::Path);
    operation.method == "GET" && !operation.security.is_empty() && needs.next().is_none()
}

/// What failed, and what to do.
fn failed(name: &'static str, error: &TargetError) -> Trial {
    Trial::of_target(name, error.to_string(), remedy::of(error))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn a_certificate_that_is_soon_over_is_told() {
        let now = Timestamp::from_second(1_800_000_000).expect("a moment");
        let day = 24 * 60 * 60;
        for (end, state, left) in [
            (1_800_000_000 + 365 * day, State::Ok, "365 days are left"),
            (1_800_000_000 + 14 * day, State::Ok, "14 days are left"),
            (
                1_800_000_000 + 14 * day - 1,
                State::Warning,
                "13 days are left",
            ),
            (1_800_000_000 + day, State::Warning, "1 day is left"),
            (1_800_000_000 + 1, State::Warning, "0 days are left"),
        ] {
            let trial = expiry(end, now).expect("a day");
            assert_eq!(trial.state, state, "{left}");
            assert!(trial.found.ends_with(left), "{}", trial.found);
        }
        let trial = expiry(4_733_510_400, now).expect("a day");
        assert!(trial.found.contains("2120-01-01"), "{}", trial.found);
        assert_eq!(expiry(u64::MAX, now), None);
    }
}
