//! Booths: bundled mocks of one's own, each of which begins anew for the next play.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::mock::{Fault, Mock, Papers, Renewal, Setting};
use crate::mutate::Routes;
use crate::shell::client::Client;
use crate::shell::server::Serving;
use crate::shell::signals::Stop;
use crate::shell::stand::{Mocks, Stand};
use crate::world::{Entropy, FixedCalendar, Site};

/// The day at which every play with a mock begins, so that it is told the same in each: a Monday in 2024.
const BEGIN_SECONDS: i64 = 1_704_067_200;
/// How far a mock's clock goes at each reading.
const STEP: SignedDuration = SignedDuration::from_millis(250);

/// A mock of one's own.
pub(super) struct Booth {
    mock: &'static Mock,
    renewal: Renewal,
    /// Its server.
    pub(super) serving: Serving,
    /// Who asks it.
    pub(super) client: Client,
    /// Where it is reached.
    pub(super) site: Site,
    /// Where the operations of its contract are reached.
    pub(super) routes: OnceLock<Routes>,
}

/// The mocks of one's own, those that are free by API.
pub(super) struct Booths {
    mocks: Mocks,
    seed: u64,
    free: Mutex<BTreeMap<&'static str, Vec<Booth>>>,
    /// The certificates of each mock, made once.
    papers: Mutex<BTreeMap<&'static str, Option<Arc<Papers>>>>,
}

impl Booths {
    /// No booths yet; what is random in them hangs on the seed.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(super) fn new(seed: u64) -> io::Result<Self> {
        Ok(Self {
            mocks: Mocks::start()?,
            seed,
            free: Mutex::default(),
            papers: Mutex::default(),
        })
    }

    /// Leaves a booth to others.
    pub(super) fn give_back(&self, booth: Booth) {
        lock(&self.free)
            .entry(booth.mock.id)
            .or_default()
            .push(booth);
    }

    /// Stops all that are free.
    pub(super) async fn strike(self) {
        let free = self
            .free
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        for booth in free.into_values().flatten() {
            booth.serving.stop().await;
        }
    }

    /// A mock that has just begun; and whether it can begin anew for others.
    pub(super) async fn take(
        &self,
        api: &str,
        fault: Option<&'static Fault>,
        stop: &Stop,
    ) -> io::Result<(Booth, bool)> {
        let mock = crate::mock::find(api);
        let mock = mock.expect("where no target is named every API has a mock");
        let setting = self.setting(fault);
        // Whether a certificate is demanded is a matter of the server, which does not begin anew.
        let keeps = setting.demands_certificate();
        let free = lock(&self.free).get_mut(mock.id).and_then(Vec::pop);
        match free {
            Some(booth) if keeps => {
                booth.renewal.renew(setting);
                Ok((booth, keeps))
            }
            other => {
                if let Some(booth) = other {
                    self.give_back(booth);
                }
                Ok((self.build(mock, setting, stop).await?, keeps))
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
