//! Where mutants are played: against bundled mocks, each play with one that begins anew, or against a target
//! that is there already.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::cli::arguments::RunArguments;
use crate::cli::run::stage::Stage;
use crate::contract::Contract;
use crate::mock::{Fault, Mock, Papers, Renewal, Setting};
use crate::mutate::Routes;
use crate::shell::client::Client;
use crate::shell::server::Serving;
use crate::shell::signals::Stop;
use crate::shell::stand::{Mocks, Stand};
use crate::world::{Entropy, FixedCalendar, Limits, Site, Target, VirtualClock, World};

/// The day at which every play with a mock begins, so that it is told the same in each: a Monday in 2024.
const BEGIN_SECONDS: i64 = 1_704_067_200;
/// How far a mock's clock goes at each reading.
const STEP: SignedDuration = SignedDuration::from_millis(250);

/// Where mutants of all APIs are played.
pub(super) struct Ground {
    /// The wish to stop.
    pub(super) stop: Stop,
    /// The targets that are there already; none where mocks are played against.
    pub(super) stage: Option<Stage>,
    booths: Option<Booths>,
    limits: Limits,
    /// One play of a flow at a time: at a target that all plays share, two would be in each other's way.
    turns: BTreeMap<String, tokio::sync::Mutex<()>>,
    /// Where operations are reached at targets that are there already, by API.
    routes: BTreeMap<String, OnceLock<Routes>>,
}

/// A mock of one's own.
struct Booth {
    mock: &'static Mock,
    renewal: Renewal,
    serving: Serving,
    client: Client,
    site: Site,
    routes: OnceLock<Routes>,
}

/// The mocks of one's own that are free, by API.
struct Booths {
    mocks: Mocks,
    seed: u64,
    free: Mutex<BTreeMap<&'static str, Vec<Booth>>>,
    /// The certificates of each mock, made once.
    papers: Mutex<BTreeMap<&'static str, Option<Arc<Papers>>>>,
}

/// A place for one play.
pub(super) struct Seat<'g> {
    ground: &'g Ground,
    booth: Option<Booth>,
    api: &'g str,
    clock: VirtualClock,
    keeps: bool,
    _turn: Option<tokio::sync::MutexGuard<'g, ()>>,
}

impl Ground {
    /// Mocks that are played against.
    ///
    /// # Errors
    /// When the system refuses a thread, or a listener for signals.
    pub(super) fn of_mocks(arguments: &RunArguments, limits: Limits) -> io::Result<Self> {
        let booths = Booths {
            mocks: Mocks::start()?,
            seed: arguments.seed,
            free: Mutex::default(),
            papers: Mutex::default(),
        };
        Ok(Self {
            stop: Stop::on_signals()?,
            stage: None,
            booths: Some(booths),
            limits,
            turns: BTreeMap::new(),
            routes: BTreeMap::new(),
        })
    }

    /// Targets that are there already, with the names of the flows that are played against them.
    pub(super) fn of_stage(stage: Stage, flows: impl Iterator<Item = String>) -> Self {
        let apis = stage.places.keys();
        Self {
            routes: apis.map(|it| (it.clone(), OnceLock::new())).collect(),
            stop: stage.stop.clone(),
            stage: Some(stage),
            booths: None,
            limits: Limits::default(),
            turns: flows
                .map(|it| (it, tokio::sync::Mutex::default()))
                .collect(),
        }
    }

    /// A place for one play of a flow of an API, where the mock has a fault or none.
    ///
    /// # Errors
    /// When a mock cannot be served.
    pub(super) async fn seat<'g>(
        &'g self,
        api: &'g str,
        flow: &str,
        fault: Option<&'static Fault>,
    ) -> io::Result<Seat<'g>> {
        let turn = match self.turns.get(flow) {
            Some(turn) => Some(turn.lock().await),
            None => None,
        };
        let (booth, keeps) = match &self.booths {
            Some(booths) => booths.take(api, fault, &self.stop).await?,
            None => (None, false),
        };
        Ok(Seat {
            ground: self,
            booth,
            api,
            clock: VirtualClock::default(),
            keeps,
            _turn: turn,
        })
    }

    /// Stops all mocks.
    pub(super) async fn strike(self) {
        if let Some(booths) = self.booths {
            let free = booths
                .free
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner);
            for booth in free.into_values().flatten() {
                booth.serving.stop().await;
            }
        }
        if let Some(stage) = self.stage {
            stage.strike().await;
        }
    }
}

impl Seat<'_> {
    /// The target itself.
    pub(super) fn target(&self) -> &dyn Target {
        match &self.booth {
            Some(booth) => &booth.client,
            None => self.staged().target,
        }
    }

    /// Whether others use the target, too.
    pub(super) fn is_shared(&self) -> bool {
        self.booth.is_none()
    }

    /// Where the operations of its contract are reached.
    pub(super) fn routes(&self, contract: &Contract) -> &Routes {
        let known = match &self.booth {
            Some(booth) => &booth.routes,
            None => &self.ground.routes[self.api],
        };
        known.get_or_init(|| Routes::new(contract, self.site()))
    }

    /// Where it is reached.
    pub(super) fn site(&self) -> &Site {
        match &self.booth {
            Some(booth) => &booth.site,
            None => self.staged().site,
        }
    }

    /// What a play may use, with this in the place of the target.
    pub(super) fn world<'w>(&'w self, target: &'w dyn Target) -> World<'w> {
        match &self.booth {
            // A mock never changes by itself, so that waiting for it takes no time.
            Some(booth) => World {
                target,
                site: &booth.site,
                clock: &self.clock,
                stopping: &self.ground.stop,
                limits: self.ground.limits,
            },
            None => World {
                target,
                ..self.staged()
            },
        }
    }

    /// The same for a play in which nothing is sent: what nobody is asked for takes no time to wait for.
    pub(super) fn world_of_memory<'w>(&'w self, target: &'w dyn Target) -> World<'w> {
        World {
            clock: &self.clock,
            ..self.world(target)
        }
    }

    fn staged(&self) -> World<'_> {
        let stage = self.ground.stage.as_ref();
        stage
            .expect("where there is no mock there is a target")
            .world(self.api)
    }

    /// Leaves the place to others.
    pub(super) async fn leave(self) {
        let Some(booth) = self.booth else {
            return;
        };
        match &self.ground.booths {
            Some(booths) if self.keeps => lock(&booths.free)
                .entry(booth.mock.id)
                .or_default()
                .push(booth),
            _ => {
                booth.serving.stop().await;
            }
        }
    }
}

impl Booths {
    /// A mock that has just begun; and whether it can begin anew for others.
    async fn take(
        &self,
        api: &str,
        fault: Option<&'static Fault>,
        stop: &Stop,
    ) -> io::Result<(Option<Booth>, bool)> {
        let mock = crate::mock::find(api);
        let mock = mock.expect("where no target is named every API has a mock");
        let setting = self.setting(fault);
        // Whether a certificate is demanded is a matter of the server, which does not begin anew.
        let keeps = setting.demands_certificate();
        let free = lock(&self.free).get_mut(mock.id).and_then(Vec::pop);
        match free {
            Some(booth) if keeps => {
                booth.renewal.renew(setting);
                Ok((Some(booth), keeps))
            }
            other => {
                if let Some(booth) = other {
                    lock(&self.free).entry(mock.id).or_default().push(booth);
                }
                Ok((Some(self.build(mock, setting, stop).await?), keeps))
            }
        }
    }

    async fn build(&self, mock: &'static Mock, setting: Setting, stop: &Stop) -> io::Result<Booth> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let papers = self.papers(mock, address);
        let demands = setting.demands_certificate();
        let renewal = Renewal::new(mock, setting);
        let router = renewal.router();
        let starting = self.mocks.runtime().spawn(async move {
            Stand::start_router((mock, router), papers.as_deref(), demands, address).await
        });
        let stand = starting.await.map_err(io::Error::other)??;
        Ok(Booth {
            mock,
            renewal,
            client: Client::new(stand.keyring, stop.clone()).map_err(io::Error::other)?,
            site: Site::from(stand.serving.url().as_str()),
            serving: stand.serving,
            routes: OnceLock::new(),
        })
    }

    fn papers(&self, mock: &'static Mock, address: SocketAddr) -> Option<Arc<Papers>> {
        let mut papers = lock(&self.papers);
        let made = || mock.papers(address.ip()).map(Arc::new);
        papers.entry(mock.id).or_insert_with(made).clone()
    }

    fn setting(&self, fault: Option<&'static Fault>) -> Setting {
        let begin = Timestamp::from_second(BEGIN_SECONDS).unwrap_or_default();
        Setting {
            calendar: Arc::new(FixedCalendar::starting_at(begin, STEP)),
            entropy: Entropy::from_seed(self.seed),
            fault,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
