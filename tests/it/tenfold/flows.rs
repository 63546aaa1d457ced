//! The flows that `countersign generate` writes for the API, played against it. Nobody adds a line.

use std::path::Path;

use countersign::shell::server::Serving;
use tempfile::TempDir;

use super::api::{self, Switch};
use crate::support::{self, Ran};

/// The place of the contract in a project.
const CONTRACT: &str = "specs/tenfold/openapi.yaml";

/// The steps that reach every operation, and look that nothing is left.
pub(super) const STEPS: [&str; 7] = [
    "createParcel",
    "read",
    "list",
    "update",
    "readAgain",
    "deleteParcel",
    "gone",
];

/// The contract as it is written.
fn contract() -> String {
    let project = support::root().join("tests/projects/tenfold");
    support::read(&project.join(CONTRACT))
}

/// The contract of the API that tells a new parcel by `Location` alone.
fn terse() -> String {
    let text = contract();
    let (begin, end) = ("          content:\n", "        '400'");
    let made = text.find("description: It was taken");
    let made = made.expect("it is documented");
    let from = made + text[made..].find(begin).expect("it has a body");
    let to = from + text[from..].find(end).expect("another answer follows");
    format!("{}{}", &text[..from], &text[to..])
}

/// A project that has the contract, and the flows that are generated from it.
pub(super) fn project() -> TempDir {
    project_of(&contract())
}

fn project_of(text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    support::write(&folder.path().join(CONTRACT), text);
    let mut command = support::program();
    command.arg("-C").arg(folder.path());
    command.args(["generate", CONTRACT]);
    let ran = Ran::of(command.output().expect("the program can be started"));
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    folder
}

/// Plays all flows against a server that has just been started.
pub(super) async fn play(root: &Path, switch: Option<Switch>, arguments: &[&str]) -> Ran {
    let serving = api::serve(switch).await;
    let ran = play_at(root, &serving, arguments).await;
    serving.stop().await;
    ran
}

async fn play_at(root: &Path, serving: &Serving, arguments: &[&str]) -> Ran {
    let url = serving.url();
    let (root, arguments) = (root.to_owned(), arguments.join("\n"));
    let playing = tokio::task::spawn_blocking(move || {
        let more = arguments.split('\n').filter(|it| !it.is_empty());
        let arguments: Vec<&str> = ["--target", &url].into_iter().chain(more).collect();
        support::run(&root, &arguments)
    });
    playing.await.expect("it does not panic")
}

/// Nothing is wrong, and every step was played.
#[track_caller]
pub(super) fn assert_whole(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    for step in STEPS {
        let line = format!(" {step} ");
        let is_told = ran.out.contains(&line) || ran.err.contains(&line);
        assert!(is_told, "{step}: {}", ran.story());
    }
}

/// Approves what a server answers, and plays the flows against it once more: the next parcel has another
/// number, and what was approved is still the same.
async fn play_twice(root: &Path, serving: &Serving) {
    let ran = play_at(root, serving, &["--update", "new"]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert_whole(&play_at(root, serving, &["-v"]).await);
}

#[tokio::test]
async fn what_is_approved_of_one_parcel_is_the_same_of_the_next() {
    let project = project();
    let serving = api::serve(None).await;
    play_twice(project.path(), &serving).await;
    serving.stop().await;
}

#[tokio::test]
async fn what_location_alone_names_is_read_changed_and_taken_away() {
    let project = project_of(&terse());
    let root = project.path();
    let serving = api::serve_as(None, true).await;
    play_twice(root, &serving).await;
    serving.stop().await;
    let broken = api::serve_as(Some(Switch::BrokenLocation), true).await;
    let ran = play_at(root, &broken, &[]).await;
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    assert!(ran.out.contains("success-criteria"), "{}", ran.story());
    broken.stop().await;
}
