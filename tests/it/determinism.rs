//! Order and threads change nothing: the same flows give the same reports and the same snapshots,
//! byte for byte, whatever the number of jobs and however often they are played.
//!
//! What a target makes up anew in every run, such as the time, is no part of that: the reports
//! compared are those of a run in which all is well, and of a mock that makes up nothing.

use std::collections::BTreeMap;
use std::path::Path;

use countersign::mock;
use countersign::report::{FORMATS, FormatEntry};

use crate::support;

/// The forms that are the same in every run: one that holds whole exchanges holds the server's own times.
fn forms() -> impl Iterator<Item = &'static FormatEntry> {
    FORMATS.iter().filter(|it| !it.wants_exchanges)
}

/// How many flows are played at once.
const JOBS: [&str; 3] = ["1", "4", "16"];

/// How often the same run is repeated.
const REPETITIONS: usize = 10;

/// Runs the program over the bundled project; its exit code with every report, by the names of the forms.
fn reports(arguments: &[&str]) -> (i32, BTreeMap<&'static str, String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |id: &str| folder.path().join(id);
    let wanted: Vec<String> = forms()
        .map(|it| format!("--report={}={}", it.id, path(it.id).display()))
        .collect();
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let ran = support::run(&support::root(), &[arguments, &wanted].concat());
    let code = ran.code.expect("no signal was sent");
    assert!(code < 2, "{}", ran.story());
    let read = forms().map(|it| (it.id, support::read(&path(it.id))));
    (code, read.collect())
}

#[test]
fn reports_are_the_same_bytes_for_any_number_of_jobs_and_in_every_run() {
    let first = reports(&["--jobs", "1"]);
    assert_eq!(first.0, 0, "{}", first.1["json"]);
    for jobs in JOBS.into_iter().cycle().take(REPETITIONS) {
        assert_eq!(reports(&["--jobs", jobs]), first, "--jobs {jobs}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_are_the_same_bytes_for_any_number_of_jobs() {
    let mock = mock::find("deploy-installer").expect("a bundled mock");
    let mut first = None;
    for jobs in JOBS.into_iter().cycle().take(2 * JOBS.len()) {
        let stand = support::serve(mock, mock.fault("values-merged")).await;
        let url = stand.serving.url();
        let arguments = ["deploy-installer::", "--target", &url, "--jobs", jobs];
        let (code, told) = tokio::task::block_in_place(|| reports(&arguments));
        let json = &told["json"];
        assert_eq!(code, 1, "{json}");
        assert!(json.contains(&url), "what to repeat names the target");
        // The port is the system's choice; the page holds what JSON holds, packed.
        let told = ["json", "junit"].map(|it| told[it].replace(&url, "URL"));
        assert_eq!(first.get_or_insert_with(|| told.clone()), &told, "{jobs}");
    }
}

#[test]
fn snapshots_are_the_same_bytes_for_any_number_of_jobs() {
    let approved = snapshots(&support::root());
    assert!(!approved.is_empty());
    for jobs in JOBS {
        let folder = tempfile::tempdir().expect("a folder");
        support::copy(&support::root().join("specs"), &folder.path().join("specs"));
        let ran = support::run(folder.path(), &["--update", "accept", "--jobs", jobs]);
        assert_eq!(ran.code, Some(0), "{}", ran.story());
        assert_eq!(snapshots(folder.path()), approved, "--jobs {jobs}");
    }
}

/// The texts of all snapshots of a project, by path.
fn snapshots(root: &Path) -> BTreeMap<String, String> {
    let folder = root.join("snapshots");
    let paths = countersign::shell::files::list(&folder, 1).expect("a folder");
    let name = |path: &Path| {
        path.strip_prefix(&folder)
            .expect("in it")
            .display()
            .to_string()
    };
    paths
        .iter()
        .map(|path| (name(path), support::read(path)))
        .collect()
}
