//! Changes against mocks that answer otherwise: each is classed right, the same change is one group, what
//! breaks the contract is not approved by accident, and decisions find their way into the files.

mod terminal;
mod web;

use std::path::Path;

use countersign::change::{ChangeClass, FlowChange};
use countersign::http::{Request, Response};
use countersign::mock::MOCKS;
use countersign::plan::{self, Selection};
use countersign::review::{ReviewGroup, ReviewedFlow, groups};
use countersign::shell::client::Client;
use countersign::shell::signals::Stop;
use countersign::suite::Session;
use countersign::verdict::Verdict;
use countersign::world::{Limits, Pending, Target, TargetError, VirtualClock, World};
use serde_json::{Map, Value, json};

use super::cli;
use super::support::{self, MockProgram, Ran};

/// A target whose JSON answers are changed on their way.
struct Meddler {
    client: Client,
    edit: fn(&mut Value),
}

impl Target for Meddler {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        Box::pin(async move {
            let mut response = self.client.send(request, limits).await?;
            if let Ok(mut value) = serde_json::from_slice::<Value>(&response.body) {
                (self.edit)(&mut value);
                response.body = value.to_string().into();
            }
            Ok(response)
        })
    }
}

/// What has changed in the flows of an API, where answers are changed on their way; with the verdicts.
async fn changes(api: &str, words: &[&str], edit: fn(&mut Value)) -> Vec<(Verdict, ReviewedFlow)> {
    let project = support::load(&support::root());
    let mock = MOCKS.iter().find(|it| it.id == api).expect("a bundled API");
    let stand = support::serve(mock, None).await;
    let selection = Selection {
        words: words.iter().map(|it| format!("{api}::{it}")).collect(),
        ..Selection::default()
    };
    let scenarios = project.suite.scenarios();
    let plan = plan::lay_out(&scenarios, &selection, 0, &|_| Map::new());
    let session = Session::new(&project.suite, &plan, project.baselines.clone());
    let stop = Stop::new();
    let client = Client::new(stand.keyring.clone(), stop.clone()).expect("the keys are sound");
    let target = Meddler { client, edit };
    let site = stand.serving.url().as_str().into();
    let mut told = Vec::new();
    for case in &plan.cases {
        let clock = VirtualClock::default();
        let world = World {
            target: &target,
            site: &site,
            clock: &clock,
            stopping: &stop,
            limits: Limits::default(),
        };
        let report = session.play(case, world).await.report;
        let change: Option<FlowChange> = report.change.clone();
        told.extend(change.map(|change| {
            let flow = ReviewedFlow {
                name: report.path.clone(),
                source: None,
                change,
            };
            (report.verdict.clone(), flow)
        }));
    }
    told
}

/// Every object within a value, itself included, is handed to `edit`.
fn each_object(value: &mut Value, edit: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|it| each_object(it, edit)),
        Value::Object(members) => {
            edit(members);
            members.values_mut().for_each(|it| each_object(it, edit));
        }
        _ => {}
    }
}

fn grouped(flows: &[(Verdict, ReviewedFlow)]) -> Vec<ReviewGroup> {
    groups(&flows.iter().map(|it| it.1.clone()).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_renamed_field_is_one_group_over_all_its_places() {
    let flows = changes("rise-image", &[""], |value| {
        each_object(value, &mut |members| {
            if let Some(provider) = members.shift_remove("provider") {
                members.insert("vendor".to_owned(), provider);
            }
        });
    })
    .await;
    let groups = grouped(&flows);
    let renamed: Vec<_> = groups
        .iter()
        .filter(|it| it.title.contains("vendor"))
        .collect();
    let [group] = renamed.as_slice() else {
        panic!("one group was expected: {groups:#?}");
    };
    assert_eq!(group.title, "`provider` renamed to `vendor`");
    assert_eq!(group.class, ChangeClass::Breaking);
    let flows_of_group: std::collections::BTreeSet<_> =
        group.places.iter().map(|it| it.flow).collect();
    assert!(flows_of_group.len() > 5 && group.places.len() > flows_of_group.len());
    assert!(flows.iter().all(|(verdict, _)| *verdict == Verdict::Failed));
}

#[tokio::test]
async fn another_ones_identifier_is_seen_although_it_is_valid() {
    let flows = changes("rise-image", &["allNamespaces"], |value| {
        let items = value.get_mut("items").and_then(Value::as_array_mut);
        if let Some([first, second]) = items.map(Vec::as_mut_slice) {
            second["metadata"]["uid"] = first["metadata"]["uid"].clone();
        }
    })
    .await;
    let (verdict, flow) = &flows[0];
    assert_eq!(*verdict, Verdict::NeedsReview);
    let change = &flow.change.changes[0];
    assert_eq!(change.judgement.class, ChangeClass::Identity);
    assert_eq!(change.title, "`uid`: \"‹uuid#2›\" -> \"‹uuid#1›\"");
    assert!(!change.judgement.class.is_allowed());
}

#[tokio::test]
async fn another_order_is_told_from_another_value() {
    let flows = changes("deploy-installer", &["uploadImageArchive"], |value| {
        let images = value.get_mut("images").and_then(Value::as_array_mut);
        if let Some(images) = images {
            images.reverse();
        }
    })
    .await;
    let (verdict, flow) = &flows[0];
    assert_eq!(*verdict, Verdict::NeedsReview);
    let classes = flow.change.changes.iter().map(|it| it.judgement.class);
    let classes: std::collections::BTreeSet<_> = classes.collect();
    assert_eq!(
        classes.into_iter().collect::<Vec<_>>(),
        [ChangeClass::OrderOnly]
    );
}

/// A project with a flow that has been played against a server of its own.
fn played(fault: &str, flows: &str) -> (tempfile::TempDir, Ran) {
    let place = tempfile::tempdir().expect("a temporary folder");
    for folder in ["specs/qappctl-shim", "snapshots/qappctl-shim"] {
        support::copy(&support::root().join(folder), &place.path().join(folder));
    }
    let mock = MockProgram::start("qappctl-shim", Some(fault));
    let mut command = support::program();
    command.env_remove("CI").arg("-C").arg(place.path());
    command.args(["run", flows, "--target", &mock.url]);
    let ran = Ran::of(command.output().expect("the program can be started"));
    (place, ran)
}

/// Runs a command in a project.
fn call(place: &Path, arguments: &[&str]) -> Ran {
    let mut command = cli::program_in(place);
    Ran::of(
        command
            .args(arguments)
            .output()
            .expect("the program can be started"),
    )
}

/// The files that wait.
fn waiting(place: &Path) -> Vec<String> {
    let ran = call(place, &["pending", "--format", "json"]);
    let flow = |line: &str| -> String {
        let object: Value = serde_json::from_str(line).expect("an object");
        object["flow"].as_str().expect("a name").to_owned()
    };
    ran.out.lines().map(flow).collect()
}

#[test]
fn what_breaks_the_contract_is_approved_only_by_who_insists() {
    let (place, ran) = played("format-violated", "release");
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    let before = waiting(place.path());
    assert!(!before.is_empty(), "{}", ran.story());
    let refused = call(place.path(), &["accept"]);
    assert_eq!(refused.code, Some(1), "{}", refused.story());
    assert!(
        refused
            .err
            .contains("its answers break the contract\n  specs/qappctl-shim/openapi.yaml:")
    );
    assert_eq!(waiting(place.path()), before);
    let allowed = call(place.path(), &["accept", "--allowed-only"]);
    assert_eq!(allowed.code, Some(5), "{}", allowed.story());
    assert_eq!(waiting(place.path()), before);
    let insisted = call(place.path(), &["accept", "--accept-violations"]);
    assert_eq!(insisted.code, Some(0), "{}", insisted.story());
    assert_eq!(waiting(place.path()), [""; 0]);
}

/// Decisions that accept all that a report tells of; of what each change is they say nothing.
fn accepting(report: &Path) -> Value {
    let document: Value = serde_json::from_str(&support::read(report)).expect("JSON");
    let cases = document["cases"].as_array().expect("cases");
    let flows = cases.iter().map(|case| {
        let snapshot = &case["snapshot"];
        let changes = snapshot["changes"].as_array().expect("changes");
        let decision = |it: &Value| json!({"change": it["id"], "decision": "accept"});
        json!({
            "flow": case["path"],
            "approved": snapshot["approved"],
            "now": snapshot["now"],
            "text": snapshot["text"],
            "decisions": changes.iter().map(decision).collect::<Vec<_>>(),
        })
    });
    json!({"countersign": {"decisions": 1}, "flows": flows.collect::<Vec<_>>()})
}

#[test]
fn a_report_brings_a_run_home_and_stale_decisions_are_refused_one_by_one() {
    let (place, ran) = played("value-changed", "release");
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    let mock = MockProgram::start("qappctl-shim", Some("value-changed"));
    let report = place.path().join("report.json");
    let flows = ["releaseTwice", "releaseWithLeast"];
    let to = format!("json={}", report.display());
    let arguments = [&["--target", &mock.url, "--report", &to], &flows[..]].concat();
    let ran = support::run(place.path(), &arguments);
    assert_eq!(ran.code, Some(5), "{}", ran.story());
    for flow in waiting(place.path()) {
        call(place.path(), &["reject", &flow, "--exact"]);
    }
    let report = report.to_str().expect("a path").to_owned();
    let listed = call(place.path(), &["review", "--plain", "--from", &report]);
    assert_eq!(listed.code, Some(5), "{}", listed.story());
    assert!(listed.out.contains("· allowed value"), "{}", listed.story());
    let decisions = accepting(Path::new(&report));
    let path = place.path().join("decisions.json");
    support::write(&path, &decisions.to_string());
    // One of the two has been approved otherwise in the meantime.
    let other = place
        .path()
        .join("snapshots/qappctl-shim/releaseTwice.snap");
    let text = support::read(&other);
    support::write(&other, &text.replace("C1M1", "C9M9"));
    // Without what was said of the changes nobody knows what they are.
    let blind = call(place.path(), &["review", "--apply", "decisions.json"]);
    assert_eq!(blind.code, Some(5), "{}", blind.story());
    assert!(
        blind
            .err
            .contains("releaseWithLeast, nobody has said what the contract says of it"),
        "{}",
        blind.story()
    );
    let applied = call(
        place.path(),
        &[
            "review",
            "--apply",
            "decisions.json",
            "--from",
            "report.json",
        ],
    );
    assert_eq!(applied.code, Some(5), "{}", applied.story());
    assert!(
        applied
            .err
            .contains("refused: qappctl-shim::releaseTwice, another text was approved since"),
        "{}",
        applied.story()
    );
    assert!(
        applied.err.contains(
            "decided: qappctl-shim::releaseWithLeast, 1 accepted, 0 rejected, 0 to review"
        ),
        "{}",
        applied.story()
    );
    let approved = support::read(
        &place
            .path()
            .join("snapshots/qappctl-shim/releaseWithLeast.snap"),
    );
    assert!(approved.contains("C1M2"));
    assert!(support::read(&other).contains("C9M9"));
}
