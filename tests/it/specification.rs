//! The specifications' own examples: does the program read, check and play what they show?
//!
//! `tests/specification` is a project with a document of each version of OpenAPI, which holds every kind of
//! object, and with documents of each version of Arazzo that do what the examples of the specification
//! do. Each is right, each flow ends as it should against a server of this test, and of each there are
//! variants with something wrong, which is told at its place.

mod answers;
mod broken;
mod server;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{self, Ran};
use server::{Answers, Reply, Server};

/// Where the project is.
fn project() -> PathBuf {
    support::root().join("tests/specification")
}

/// An API of the project: what it answers, and how its flows end.
struct Api {
    name: &'static str,
    /// The path of the root server, where others stand beside it.
    base: &'static str,
    answers: Answers,
    flows: &'static [(&'static str, &'static str)],
}

const APIS: &[Api] = &[
    Api {
        name: "arazzo-1-0",
        base: "",
        answers: answers::arazzo_1_0,
        flows: &[
            ("loginUserAndRetrievePet", "passed"),
            ("stranger", "failed"),
            ("apply-coupon", "passed"),
            ("buy-available-pet", "passed"),
            ("place-order", "passed"),
            ("bodies", "passed"),
        ],
    },
    Api {
        name: "arazzo-1-1",
        base: "",
        answers: answers::arazzo_1_1,
        flows: &[
            ("selectors", "passed"),
            ("order-of-steps", "passed"),
            ("actions", "passed"),
            ("tooLate", "passed"),
            ("disappointed", "failed"),
            ("cancel", "passed"),
            ("waitForIt", "passed"),
        ],
    },
    Api {
        name: "arazzo-flows",
        base: "",
        answers: answers::arazzo_flows,
        flows: &[
            ("refresh-token-flow", "passed"),
            ("client-credentials-flow", "passed"),
            ("authorization-code-flow", "passed"),
            ("ApplyForLoanAtCheckout", "passed"),
            ("NothingQualifies", "passed"),
        ],
    },
    Api {
        name: "openapi-3-0",
        base: "",
        answers: answers::openapi_3_0,
        flows: &[
            ("petLifecycle", "passed"),
            ("photo", "passed"),
            ("styles", "passed"),
            ("watches", "passed"),
        ],
    },
    Api {
        name: "openapi-3-1",
        base: "/v1",
        answers: answers::openapi_3_1,
        flows: &[
            ("pets", "passed"),
            ("records", "passed"),
            ("texts", "passed"),
        ],
    },
    Api {
        name: "openapi-3-2",
        base: "",
        answers: answers::openapi_3_2,
        flows: &[
            ("streams", "passed"),
            ("methods", "passed"),
            ("requests", "passed"),
        ],
    },
];

/// Copies the project with one of its APIs into a folder of its own.
fn copy(api: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = Path::new("specs").join(api);
    support::copy(&project().join(&inside), &folder.path().join(inside));
    folder
}

fn check(root: &Path, arguments: &[&str]) -> Ran {
    let mut command = support::program();
    command.arg("-C").arg(root).arg("check").args(arguments);
    Ran::of(command.output().expect("the program can be started"))
}

#[test]
fn every_document_is_right() {
    let ran = check(&project(), &["--strict"]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    for api in APIS {
        let line = ran.err.lines().find(|it| it.starts_with(api.name));
        let line = line.unwrap_or_default();
        let flows = format!("{} flow", api.flows.len());
        assert!(
            line.contains(&flows) && line.ends_with("no problems"),
            "{}",
            ran.story()
        );
    }
}

/// How the flows of an API ended, by their names: the verdict, and how much was found where it is a good
/// one.
type Ends = Vec<(String, String)>;

/// The credentials that the documents ask for.
const CREDENTIALS: [(&str, &str); 3] = [
    ("PETS_TOKEN", "sesame"),
    ("PETS_LOGIN", "ann:sesame"),
    ("PETS_KEY", "open"),
];

/// Plays the flows of the project in `root` against a server; what is new in it is approved.
async fn play(root: &Path, api: &Api, answers: Answers) -> (Ran, Ends) {
    let server = Server::start(answers).await;
    let target = format!("{}{}", server.url, api.base);
    let report = root.join("report.json");
    let mut command = support::program();
    command.envs(CREDENTIALS).arg("-C").arg(root).arg("run");
    // One flow after the other: what some answers are hangs on what was asked before.
    command.args(["--target", &target, "--update", "new", "--jobs", "1"]);
    command.arg(format!("--report=json={}", report.display()));
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.expect("no panic").expect("it can be started");
    let report: Value = serde_json::from_str(&support::read(&report)).expect("whole JSON");
    let cases = report["cases"].as_array().expect("a list");
    let mut ends: Ends = cases.iter().map(end_of).collect();
    ends.sort();
    (Ran::of(output), ends)
}

fn end_of(case: &Value) -> (String, String) {
    let text = |name: &str| case[name].as_str().unwrap_or_default().to_owned();
    let path = text("path");
    let flow = path.rsplit("::").next().unwrap_or_default();
    let found = case["findings"].as_array().map_or(0, Vec::len);
    let end = match text("verdict").as_str() {
        "passed" if found > 0 => format!("passed with {found} findings"),
        verdict => verdict.to_owned(),
    };
    (flow.to_owned(), end)
}

/// How the flows of an API should end.
fn expected(api: &Api) -> Ends {
    let flows = api.flows.iter();
    let mut ends: Ends = flows
        .map(|(flow, end)| ((*flow).to_owned(), (*end).to_owned()))
        .collect();
    ends.sort();
    ends
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_ends_as_it_should_and_so_it_does_again() {
    let played = APIS.iter().map(|api| async move {
        let folder = copy(api.name);
        let first = play(folder.path(), api, api.answers).await;
        (api, [first, play(folder.path(), api, api.answers).await])
    });
    for (api, runs) in futures_util::future::join_all(played).await {
        for (ran, ends) in runs {
            assert_eq!(ends, expected(api), "{}: {}", api.name, ran.story());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_flow_passes_where_every_answer_is_wrong() {
    let wrong: Answers = |_| Reply::json(200, &json!({"wrong": true}));
    let played = APIS.iter().map(|api| async move {
        let folder = copy(api.name);
        (api, play(folder.path(), api, wrong).await)
    });
    for (api, (ran, ends)) in futures_util::future::join_all(played).await {
        let passed = ends.iter().filter(|(_, end)| end == "passed");
        assert_eq!(passed.count(), 0, "{}: {}", api.name, ran.story());
        assert_eq!(ran.code, Some(1), "{}: {}", api.name, ran.story());
    }
}
