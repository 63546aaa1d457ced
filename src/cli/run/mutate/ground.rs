//! Where mutants are played: against bundled mocks, each play with one that begins anew, or against a target
//! that is there already.

use std::collections::BTreeMap;
use std::io;
use std::sync::OnceLock;

use crate::cli::arguments::RunArguments;
use crate::cli::run::booths::{Booth, Booths};
use crate::cli::run::stage::Stage;
use crate::contract::Contract;
use crate::mock::Fault;
use crate::mutate::Routes;
use crate::shell::signals::Stop;
use crate::world::{Limits, Site, Target, VirtualClock, World};

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
        Ok(Self {
            stop: Stop::on_signals()?,
            stage: None,
            booths: Some(Booths::new(arguments.seed)?),
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
            Some(booths) => {
                let (booth, keeps) = booths.take(api, fault, &self.stop).await?;
                (Some(booth), keeps)
            }
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
            booths.strike().await;
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
            Some(booths) if self.keeps => booths.give_back(booth),
            _ => {
                booth.serving.stop().await;
            }
        }
    }
}
