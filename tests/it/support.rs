//! What several tests need: the bundled project, mocks on loopback ports, the program as a child.
//!
//! It asserts nothing of the product; the tests do.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign::cli::Project;
use countersign::mock::{Fault, Mock, Setting};
use countersign::plan::{self, Selection};
use countersign::shell::client::{Client, TlsOptions};
use countersign::shell::clock::SystemClock;
use countersign::shell::server::Serving;
use countersign::shell::signals::Stop;
use countersign::suite::{Outcome, Session};
use countersign::world::{Entropy, Limits, World};
use futures_util::{StreamExt as _, stream};
use serde_json::Map;

/// The folder that holds the bundled `specs/` and `snapshots/`.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a project that is known to be right.
pub(crate) fn load(root: &Path) -> Project {
    Project::load(root).expect("the project has no mistake")
}

/// Serves a mock on a loopback port of its own.
pub(crate) async fn serve(mock: &Mock, fault: Option<&'static Fault>) -> Serving {
    let router = mock.router(Setting {
        calendar: Arc::new(SystemClock::new()),
        entropy: Entropy::from_seed(0),
        fault,
    });
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Serving::start(router, address)
        .await
        .expect("a loopback port is free")
}

/// Plays every flow of an API, so many at once; the outcomes are in the order of the files.
pub(crate) async fn play_api(
    project: &Project,
    api: &str,
    base_url: &str,
    jobs: usize,
) -> Vec<Outcome> {
    let selection = Selection {
        words: vec![format!("{api}::")],
        ..Selection::default()
    };
    let scenarios = project.suite.scenarios();
    let plan = plan::lay_out(&scenarios, &selection, 0, &|_| Map::new());
    let session = Session::new(&project.suite, &plan, project.baselines.clone());
    let stop = Stop::new();
    let client = Client::new(&TlsOptions::default(), stop.clone()).expect("no TLS is asked for");
    let clock = SystemClock::new();
    let world = World {
        target: &client,
        base_url,
        clock: &clock,
        stopping: &stop,
        limits: Limits::default(),
    };
    let playing: Vec<_> = plan
        .cases
        .iter()
        .map(|case| session.play(case, world))
        .collect();
    stream::iter(playing).buffered(jobs).collect().await
}
