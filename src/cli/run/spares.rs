//! Servers for plays that nobody else is to see: booths with bundled mocks, which answer in the name of the
//! one that the run is played against.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use super::booths::{Booth, Booths};
use crate::http::{Caller, Request, Response, SchemeSet};
use crate::mock::Fault;
use crate::shell::signals::Stop;
use crate::world::{
    Limits, Pending, Site, Spare, Spares, Target, TargetError, VirtualClock, World,
};

/// The mocks that a run may have for itself.
pub(super) struct SpareMocks {
    /// The fault that the mock of each API plays, and where the run reaches that mock.
    pub(super) apis: BTreeMap<String, (Option<&'static Fault>, Site)>,
    /// The seed of what is random in them.
    pub(super) seed: u64,
    /// The wish to stop.
    pub(super) stop: Stop,
    /// What one request may use.
    pub(super) limits: Limits,
    /// The booths; none before the first is needed, or where the system refuses a thread.
    pub(super) booths: OnceLock<Option<Booths>>,
}

/// A booth for one play.
struct SpareMock<'s> {
    spares: &'s SpareMocks,
    booths: &'s Booths,
    booth: Option<Booth>,
    /// Where the run reaches its own mock, for which this one answers.
    site: &'s Site,
    clock: VirtualClock,
    /// Whether it can begin anew for others.
    keeps: bool,
}

impl fmt::Debug for SpareMocks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SpareMocks")
            .field("apis", &self.apis)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Spares for SpareMocks {
    fn spare<'a>(&'a self, api: &'a str) -> Pending<'a, Option<Box<dyn Spare + 'a>>> {
        Box::pin(async move {
            let (fault, site) = self.apis.get(api)?;
            let booths = self.booths.get_or_init(|| Booths::new(self.seed).ok());
            let booths = booths.as_ref()?;
            let (booth, keeps) = booths.take(api, *fault, &self.stop).await.ok()?;
            let spare = SpareMock {
                spares: self,
                booths,
                booth: Some(booth),
                site,
                clock: VirtualClock::default(),
                keeps,
            };
            Some(Box::new(spare) as Box<dyn Spare>)
        })
    }

    fn has(&self, api: &str) -> bool {
        self.apis.contains_key(api)
    }
}

impl Spare for SpareMock<'_> {
    fn world(&self) -> World<'_> {
        World {
            target: self,
            site: self.site,
            // A mock never changes by itself, so that waiting for it takes no time.
            clock: &self.clock,
            stopping: &self.spares.stop,
            limits: self.spares.limits,
        }
    }
}

impl SpareMock<'_> {
    fn booth(&self) -> &Booth {
        self.booth.as_ref().expect("it is given back at the end")
    }
}

impl Target for SpareMock<'_> {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        Box::pin(async move {
            let booth = self.booth();
            let own = request.url.strip_prefix(self.site.url.as_str());
            let Some(own) = own else {
                return booth.client.send(request, limits).await;
            };
            let mut moved = request.clone();
            moved.url = format!("{}{own}", booth.site.url);
            booth.client.send(&moved, limits).await
        })
    }

    fn knows(&self, caller: &Caller) -> bool {
        self.booth().client.knows(caller)
    }

    fn shows<'c>(&self, caller: &'c Caller) -> Option<&'c SchemeSet> {
        self.booth().client.shows(caller)
    }
}

impl Drop for SpareMock<'_> {
    fn drop(&mut self) {
        if let Some(booth) = self.booth.take().filter(|_| self.keeps) {
            self.booths.give_back(booth);
        }
    }
}
