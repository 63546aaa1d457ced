//! The stage of a run: for each API the server that it is played against, and what is needed to
//! reach it.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::Targets;
use super::keys::{self, Keys};
use super::remedy;
use super::secrets::Secrets;
use super::spares::SpareMocks;
use crate::cli::arguments::RunArguments;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project, mock as mock_command};
use crate::http::{Headers, Request};
use crate::mock::{self, Fault, Mock, Setting};
use crate::plan::Plan;
use crate::report::escape_line;
use crate::shell::client::{Client, Keyring};
use crate::shell::clock::SystemClock;
use crate::shell::server::Serving;
use crate::shell::signals::Stop;
use crate::shell::stand::{Mocks, Stand};
use crate::suite::{Api, check_url};
use crate::world::{
    Calendar as _, Clock as _, Limits, Pace, Paced, Site, Target as _, Wire, World,
};

/// How long one try may take while a target is waited for.
const WAIT_TRY_MAX: Duration = Duration::from_secs(5);
/// How long is waited between two of them.
const WAIT_PAUSE: Duration = Duration::from_millis(200);

/// What an API is to be played against.
#[derive(Debug)]
pub(super) struct Chosen {
    server: Server,
    /// The keys to it; a mock brings its own.
    pub(super) keys: Keys,
    /// Inputs that the target needs otherwise than by their defaults.
    pub(super) inputs: Map<String, Value>,
    /// Whether nothing may be changed there.
    pub(super) is_protected: bool,
    /// How many requests per second it is asked.
    rate: Option<f64>,
    /// How it is connected to.
    wire: Wire,
    /// How long one request may take there, when the target says so.
    time: Option<Duration>,
}

impl Chosen {
    /// Has it told whom a flag says to trust there.
    fn trust(&mut self, authority: Option<&Path>) {
        if let (Server::Site(site), Some(path)) = (&mut self.server, authority) {
            site.way.authority = Some(path.display().to_string());
        }
    }
}

#[derive(Debug)]
enum Server {
    Mock(&'static Mock, Option<&'static Fault>),
    Site(Box<Site>),
}

/// Where an API is reached.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) site: Site,
    /// What is worth saying of it.
    pub(super) remark: String,
    /// Whether only what changes nothing may be asked.
    safe_only: bool,
    /// How long one request may take.
    time: Duration,
}

/// Everything that is needed to play.
pub(super) struct Stage {
    /// Where each API is reached.
    pub(super) places: BTreeMap<String, Place>,
    /// The wish to stop.
    pub(super) stop: Stop,
    clients: BTreeMap<String, Paced<Client, SystemClock, Stop>>,
    clock: SystemClock,
    limits: Limits,
    /// Whether no further case begins.
    is_closed: AtomicBool,
    serving: Vec<Serving>,
    /// The faults that the mocks play.
    faults: BTreeMap<String, Option<&'static Fault>>,
    /// The thread that the mocks live on.
    mocks: Option<Mocks>,
}

/// What each API of a plan is played against.
///
/// # Errors
/// With the exit code, once it has been told what is wrong with the wish.
pub(super) fn targets(
    settings: &Settings,
    arguments: &RunArguments,
    project: &Project,
    plan: &Plan,
) -> Result<Targets, Exit> {
    let mut names: Vec<&str> = plan
        .cases
        .iter()
        .map(|case| case.scenario.api.as_str())
        .collect();
    names.dedup();
    let apis: Vec<&Api> = names
        .iter()
        .filter_map(|name| project.suite.api(name))
        .collect();
    if let (Some(target), true) = (&arguments.target, apis.len() > 1 && is_url(arguments)) {
        let list = names.join(", ");
        settings.console.tell(&format!(
            "error: `--target {target}` is one server, and {} APIs are selected: {list}\n\
             help: name one: `countersign run {} --target {target}`\n",
            names.len(),
            names[0],
        ));
        return Err(Exit::Usage);
    }
    let mut chosen = BTreeMap::new();
    let mut secrets = Secrets::of(&project.root, settings.guard.secrets());
    for api in apis {
        let one = match &arguments.target {
            Some(target) if is_url(arguments) => url(settings, target)?,
            Some(target) => named(settings, api, target)?,
            None => bundled(settings, arguments, api)?,
        };
        let named = arguments.target.as_ref().and_then(|name| {
            let mut targets = api.settings.targets.iter();
            targets.find(|it| it.name == *name)
        });
        let mut one = one;
        if arguments.target.is_some() {
            let needs = (plan, &mut secrets);
            one.keys = keys::gather((settings, &arguments.credentials), needs, api, named)?;
            one.trust(arguments.credentials.cacert.as_deref());
        }
        chosen.insert(api.name.clone(), one);
    }
    Ok(chosen)
}

fn is_url(arguments: &RunArguments) -> bool {
    arguments.target.is_some() && arguments.named_target().is_none()
}

fn url(settings: &Settings, target: &str) -> Result<Chosen, Exit> {
    if let Err(why) = check_url(target) {
        // What stands before the host may be a password.
        let shown = if target.contains('@') {
            "the URL"
        } else {
            target
        };
        settings.console.tell(&format!(
            "error: `{shown}` cannot be a target: {why}\nhelp: write a URL such as http://127.0.0.1:8080\n"
        ));
        return Err(Exit::Usage);
    }
    Ok(Chosen {
        server: Server::Site(Box::new(target.into())),
        keys: Keys::default(),
        inputs: Map::new(),
        is_protected: false,
        rate: None,
        wire: Wire::default(),
        time: None,
    })
}

fn named(settings: &Settings, api: &Api, target: &str) -> Result<Chosen, Exit> {
    let found = api.settings.targets.iter().find(|it| it.name == target);
    match found {
        Some(found) => Ok(Chosen {
            server: Server::Site(Box::new(found.site.clone())),
            keys: Keys::default(),
            inputs: found.inputs.clone(),
            is_protected: found.is_protected,
            rate: found.rate,
            wire: found.wire.clone(),
            time: found.time,
        }),
        None => {
            let known: Vec<&str> = api
                .settings
                .targets
                .iter()
                .map(|it| it.name.as_str())
                .collect();
            Err(settings.tell_unknown(&format!("target of {}", api.name), target, &known))
        }
    }
}

fn bundled(settings: &Settings, arguments: &RunArguments, api: &Api) -> Result<Chosen, Exit> {
    let Some(mock) = mock::find(&api.name) else {
        settings.console.tell(&format!(
            "error: there is no bundled mock of `{}` to play against\n\
             help: name a server: `countersign run {} --target URL`\n",
            api.name, api.name,
        ));
        return Err(Exit::Usage);
    };
    if let Some(id) = arguments
        .fault
        .as_deref()
        .filter(|id| mock.fault(id).is_none())
    {
        tell_elsewhere(settings, mock, id)?;
    }
    let fault = mock_command::find_fault(settings, mock, arguments.fault.as_deref())?;
    Ok(Chosen {
        server: Server::Mock(mock, fault),
        keys: Keys::default(),
        inputs: Map::new(),
        is_protected: false,
        rate: None,
        wire: Wire::default(),
        time: None,
    })
}

/// Tells which other mocks have a fault, when some have.
fn tell_elsewhere(settings: &Settings, mock: &Mock, id: &str) -> Result<(), Exit> {
    let others = mock::MOCKS.iter().filter(|other| other.fault(id).is_some());
    let others: Vec<&str> = others.map(|other| other.id).collect();
    let Some(first) = others.first() else {
        return Ok(());
    };
    let held = others.join(", ");
    settings.console.tell(&format!(
        "error: the mock of {} has no fault `{id}`\nnote: there is one in {held}\n\
         help: `countersign run {first} --fault {id}`\n",
        mock.id,
    ));
    Err(Exit::Usage)
}

/// What is worth saying of a server.
fn remark(site: &Site, safe_only: bool) -> String {
    let protected = if safe_only { " (protected)" } else { "" };
    let proxy = site.proxy();
    let through = proxy.map(|it| format!(" (through the proxy {it})"));
    protected.to_owned() + &through.unwrap_or_default()
}

/// The turns at a target: those of the command line are for all together.
fn pace(common: Option<&Arc<Pace>>, chosen: &Chosen) -> Option<Arc<Pace>> {
    let own = || chosen.rate.and_then(|it| Pace::per_second(it).ok());
    common.cloned().or_else(|| own().map(Arc::new))
}

impl Stage {
    /// Starts the mocks and makes the clients.
    ///
    /// # Errors
    /// With the exit code, once it has been told what the system refused, or which credentials are
    /// missing.
    pub(super) async fn set(
        (settings, arguments): (&Settings, &RunArguments),
        project: &Project,
        plan: &Plan,
        targets: &Targets,
    ) -> Result<Self, Exit> {
        let stop = Stop::on_signals().map_err(|error| settings.tell_io(&error))?;
        let mut stage = Self {
            places: BTreeMap::new(),
            stop,
            clients: BTreeMap::new(),
            clock: SystemClock::new(),
            limits: Limits::default(),
            is_closed: AtomicBool::new(false),
            serving: Vec::new(),
            faults: BTreeMap::new(),
            mocks: None,
        };
        let common = arguments
            .safety
            .rate
            .and_then(|it| Pace::per_second(it).ok());
        let common = common.map(Arc::new);
        for (name, chosen) in targets {
            let (place, keyring) = match &chosen.server {
                Server::Site(site) => {
                    let safe_only = chosen.is_protected && !arguments.allow_writes;
                    let place = Place {
                        site: Site::clone(site),
                        remark: remark(site, safe_only),
                        safe_only,
                        time: super::time_limit(arguments, chosen.time),
                    };
                    (place, chosen.keys.keyring.clone())
                }
                Server::Mock(mock, fault) => {
                    stage.faults.insert(name.clone(), *fault);
                    let started = stage.start(arguments, mock, *fault).await;
                    started.map_err(|error| settings.tell_io(&error))?
                }
            };
            let way = (keyring, chosen.wire.clone());
            let client = Client::by(way, stage.stop.clone(), Arc::new(stage.clock));
            let client = client.map_err(|error| {
                let help = "name PEM files, the key without a passphrase";
                let text = format!("error: {error}\nhelp: {help}\n");
                settings.console.tell(&text);
                Exit::Usage
            })?;
            client.tell(settings.guard.secrets());
            if let Some(api) = project.suite.api(name) {
                keys::demand(settings, plan, api, (&client, chosen))?;
                keys::log_in(settings, plan, api, &client).await?;
            }
            let client = Paced {
                target: client,
                clock: stage.clock,
                stopping: stage.stop.clone(),
                pace: pace(common.as_ref(), chosen),
            };
            stage.clients.insert(name.clone(), client);
            stage.places.insert(name.clone(), place);
        }
        settings.tell_short_credentials();
        Ok(stage)
    }

    /// Starts a mock; with its place, and the keys to it.
    async fn start(
        &mut self,
        arguments: &RunArguments,
        mock: &'static Mock,
        fault: Option<&'static Fault>,
    ) -> io::Result<(Place, Keyring)> {
        let setting = mock_command::setting(arguments.seed, fault);
        let started = self.serve(mock, setting).await?;
        let remark = match fault {
            Some(fault) => format!(" (mock with the fault {})", fault.id),
            None => " (mock)".to_owned(),
        };
        let place = Place {
            site: Site::from(started.serving.url().as_str()),
            remark,
            safe_only: false,
            time: super::time_limit(arguments, None),
        };
        self.serving.push(started.serving);
        Ok((place, started.keyring))
    }

    /// Serves a mock on the thread of the mocks, which the first one starts.
    async fn serve(&mut self, mock: &'static Mock, setting: Setting) -> io::Result<Stand> {
        let mocks = match self.mocks.take() {
            Some(mocks) => mocks,
            None => Mocks::start()?,
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let starting = mocks
            .runtime()
            .spawn(async move { Stand::start(mock, setting, address).await });
        self.mocks = Some(mocks);
        starting.await.map_err(io::Error::other)?
    }

    /// What a case of an API may use.
    pub(super) fn world(&self, api: &str) -> World<'_> {
        let place = self
            .places
            .get(api)
            .expect("every API of the plan has its place");
        let client = self
            .clients
            .get(api)
            .expect("every API of the plan has its client");
        World {
            target: client,
            site: &place.site,
            clock: &self.clock,
            stopping: &self.stop,
            limits: Limits {
                safe_only: place.safe_only,
                time: place.time,
                ..self.limits
            },
        }
    }

    /// Servers for plays that nobody else is to see: mocks like those of the run, where it has some.
    pub(super) fn spares(&self, arguments: &RunArguments) -> SpareMocks {
        let own = self.faults.iter().filter_map(|(api, fault)| {
            let place = self.places.get(api)?;
            Some((api.clone(), (*fault, place.site.clone())))
        });
        SpareMocks {
            apis: own.collect(),
            seed: arguments.seed,
            stop: self.stop.clone(),
            limits: Limits {
                time: super::time_limit(arguments, None),
                ..self.limits
            },
            booths: OnceLock::new(),
        }
    }

    /// Begins no further case.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// Whether no further case begins.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// Waits until every server answers, whatever it is.
    ///
    /// # Errors
    /// With the exit code, when one has not answered in time; told already.
    pub(super) async fn wait(&self, settings: &Settings, time: Duration) -> Result<(), Exit> {
        let begun = self.clock.elapsed();
        for (api, place) in &self.places {
            let request = Request {
                method: "GET".to_owned(),
                url: format!("{}/", place.site.url),
                headers: Headers::default(),
                body: Bytes::new(),
                caller: None,
            };
            let client = &self.clients[api];
            loop {
                let left = time.saturating_sub(self.clock.elapsed().saturating_sub(begun));
                let limits = Limits {
                    time: left.clamp(WAIT_PAUSE, WAIT_TRY_MAX),
                    ..self.limits
                };
                let Err(error) = client.send(&request, limits).await else {
                    break;
                };
                if self.stop.is_requested() {
                    break;
                }
                if self.clock.elapsed().saturating_sub(begun) >= time {
                    settings.console.tell(&format!(
                        "error: the target did not answer within {} s: {}\nhelp: {}\n",
                        time.as_secs(),
                        escape_line(&error.to_string()),
                        remedy::of_waiting(&error),
                    ));
                    return Err(Exit::Target);
                }
                self.clock.sleep(WAIT_PAUSE).await;
            }
        }
        Ok(())
    }

    /// This moment, as a part of a file's name.
    pub(super) fn stamp(&self) -> String {
        self.clock.now().strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// The time since the stage was set.
    pub(super) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Stops the mocks.
    pub(super) async fn strike(self) {
        for serving in self.serving {
            serving.stop().await;
        }
    }
}
