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

use countersign::shell::files;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{self, Ran};
use server::{Answers, Server};

/// The largest file of the project, in bytes.
const FILE_BYTES_MAX: usize = 1024 * 1024;

/// How many folders deep the files of the project lie.
const FOLDERS_MAX: usize = 6;

/// Where the project is.
fn project() -> PathBuf {
    support::root().join("tests/specification")
}

/// An API of the project: what it answers, and how its flows end.
struct Api {
    name: &'static str,
    answers: Answers,
    flows: &'static [(&'static str, &'static str)],
}

const APIS: &[Api] = &[
    Api {
        name: "arazzo-1-0",
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
        answers: answers::openapi_3_1,
        flows: &[
            ("pets", "passed"),
            ("records", "passed"),
            ("texts", "passed"),
        ],
    },
    Api {
        name: "openapi-3-2",
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
    let from = project();
    let paths =
        files::list(&from.join("specs").join(api), FOLDERS_MAX).expect("the project can be listed");
    for path in paths {
        let bytes = files::load_bytes(&path, FILE_BYTES_MAX).expect("a file of the project");
        let inside = path.strip_prefix(&from).expect("it was found there");
        let to = folder.path().join(inside);
        std::fs::create_dir_all(to.parent().expect("a folder"))
            .expect("a folder of the test's own");
        files::store(&to, &bytes).expect("a folder of the test's own");
    }
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

/// Plays the flows of an API against its server; with how each of them ended.
async fn play(root: &Path, api: &'static Api) -> (Ran, Vec<(String, String)>) {
    let server = Server::start(api.answers).await;
    let report = root.join(format!("{}.json", api.name));
    let mut command = support::program();
    command
        .env("PETS_TOKEN", "sesame")
        .env("PETS_LOGIN", "ann:sesame");
    command.env("PETS_KEY", "open");
    command
        .arg("-C")
        .arg(root)
        .arg("run")
        .arg(format!("{}::", api.name));
    command.args(["--target", &server.url, "--update", "new"]);
    command.arg(format!("--report=json={}", report.display()));
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.expect("no panic").expect("it can be started");
    let report: Value = serde_json::from_str(&support::read(&report)).expect("whole JSON");
    let cases = report["cases"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ends = cases.iter().map(|case| {
        let path = text(&case["path"]);
        let flow = path.rsplit("::").next().unwrap_or_default().to_owned();
        (flow, text(&case["verdict"]))
    });
    (Ran::of(output), ends.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_ends_as_it_should() {
    let played = APIS.iter().map(|api| async move {
        let folder = copy(api.name);
        (api, play(folder.path(), api).await)
    });
    for (api, (ran, mut ends)) in futures_util::future::join_all(played).await {
        let mut expected: Vec<(String, String)> = api
            .flows
            .iter()
            .map(|(flow, verdict)| ((*flow).to_owned(), (*verdict).to_owned()))
            .collect();
        expected.sort();
        ends.sort();
        assert_eq!(ends, expected, "{}: {}", api.name, ran.story());
    }
}
