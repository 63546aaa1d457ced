//! The bundled flows exercise their contracts whole: each operation, each documented status, each field
//! of a request. What they do not, `api.toml` names with its reason, and nothing more than that.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use countersign::cli::Project;
use countersign::coverage::{Coverage, Covered, Universe};
use countersign::mock::{MOCKS, Mock};
use countersign::plan::{self, Selection};
use countersign::shell::client::Client;
use countersign::shell::signals::Stop;
use countersign::suite::{Api, Session};
use countersign::transcript::StepRecord;
use countersign::world::{Limits, Site, VirtualClock, World};
use serde_json::Map;

use crate::support;

/// Everything that the flows of an API say and hear.
async fn steps(project: &Project, mock: &Mock) -> Vec<StepRecord> {
    let stand = support::serve(mock, None).await;
    let client = Client::new(stand.keyring.clone(), Stop::new()).expect("the keys are sound");
    let selection = Selection {
        words: vec![format!("{}::", mock.id)],
        ..Selection::default()
    };
    let plan = plan::lay_out(&project.suite.scenarios(), &selection, 0, &|_| Map::new());
    let session = Session::new(&project.suite, &plan, BTreeMap::new());
    let (clock, stop) = (VirtualClock::default(), Stop::new());
    let site = Site::from(stand.serving.url().as_str());
    let mut steps = Vec::new();
    for case in &plan.cases {
        let world = World {
            target: &client,
            site: &site,
            clock: &clock,
            stopping: &stop,
            limits: Limits::default(),
        };
        let transcript = session.record(case, world).await.expect("it is played");
        steps.extend(transcript.steps);
    }
    steps
}

fn covered(universe: &Arc<Universe>, steps: &[StepRecord]) -> Covered {
    let mut coverage = Coverage::new([(Arc::clone(universe), true)]);
    for step in steps {
        coverage.observe(step);
    }
    coverage.covered()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_status_and_request_field_is_exercised() {
    let project = support::load(&support::root());
    let mut holes = String::new();
    for mock in MOCKS {
        let api = project.suite.api(mock.id).expect("a bundled API");
        let universe = Arc::new(api.universe());
        let covered = covered(&universe, &steps(&project, mock).await);
        complain(api, &universe, &covered, &mut holes);
    }
    assert!(holes.is_empty(), "{holes}");
}

/// Tells holes that nobody explains, and explanations of what is no hole.
fn complain(api: &Api, universe: &Universe, covered: &Covered, holes: &mut String) {
    let covered = &covered.apis[&api.name];
    assert!(
        !covered.cut,
        "{} has more places than are counted",
        api.name
    );
    let is_covered = |id: &String| covered.kinds.values().any(|it| it.covered.contains(id));
    let basic = universe.items().iter().filter(|it| it.is_basic());
    for item in basic.filter(|it| !it.is_exempt && !is_covered(&it.id)) {
        writeln!(holes, "{}: no flow has {}", api.name, item.id).expect("a String takes all");
    }
    for entry in &api.settings.uncovered {
        let exemption = entry.exemption();
        let is_used = universe.items().iter().any(|it| {
            let operation = &api.contract.operations[it.operation].id;
            exemption.takes(it, operation) && !is_covered(&it.id)
        });
        if !is_used {
            writeln!(holes, "{}: there is no such hole: {entry:?}", api.name)
                .expect("a String takes all");
        }
    }
}
