//! Layers of snapshots: what a target answers otherwise than the others is kept for it alone.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::shell::files;

use super::cli;
use super::snapshots::accept_with_insta;
use super::stand_in::{self, Reply};

/// The largest snapshot of these tests, in bytes.
const FILE_BYTES_MAX: usize = 1024 * 1024;

const BASE: &str = "snapshots/widgets/listOfWidgets.snap";
const LAYER: &str = "snapshots/widgets/@staging/listOfWidgets.snap";

/// A server whose only widget has a size that may be changed.
fn server(size: usize) -> (String, Arc<AtomicUsize>) {
    let kept = Arc::new(AtomicUsize::new(size));
    let shared = Arc::clone(&kept);
    let url = stand_in::start(Box::new(move |_, _| {
        let size = shared.load(Ordering::SeqCst);
        Reply::json(format!(r#"[{{"name": "cog", "size": {size}}}]"#))
    }));
    (url, kept)
}

/// Calls the program; answers with the exit code and all that it told.
fn call(place: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = cli::program_in(place).args(arguments).output();
    let output = output.expect("the program can be started");
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    (output.status.code(), told)
}

fn run(place: &Path, target: &str) -> (Option<i32>, String) {
    call(place, &["run", "listOfWidgets", "--target", target])
}

#[test]
fn what_a_target_answers_otherwise_is_kept_in_its_layer() {
    let ((local, _), (staging, size)) = (server(1), server(2));
    let project = cli::project(&[("tests/projects/widgets", "")]);
    let place = project.path();
    let settings = |targets: &str| {
        let path = place.join("specs/widgets/api.toml");
        files::store(&path, targets.as_bytes()).expect("there is room for a file");
    };
    settings(&format!(
        "[targets.local]\nurl = \"{local}\"\n[targets.staging]\nurl = \"{staging}\"\n"
    ));
    let load = |path: &str| files::load_text(&place.join(path), FILE_BYTES_MAX).ok();
    let pending = |path: &str| load(&format!("{path}.new"));

    let (exit, told) = call(
        place,
        &["run", "listOfWidgets", "-t", "local", "--update", "new"],
    );
    assert_eq!(exit, Some(0), "{told}");
    let base = load(BASE).expect("it is approved");

    // What staging answers waits beside what it was compared with, and says whose it is.
    let (exit, told) = run(place, "staging");
    assert_eq!(exit, Some(5), "{told}");
    assert!(
        told.contains("`countersign accept --target staging`"),
        "{told}"
    );
    let waits = pending(BASE).expect("it waits");
    assert!(waits.contains("\n# {\"target\":\"staging\"}\n"), "{waits}");

    // What another target answers does not take it away.
    assert_eq!(run(place, "local").0, Some(0));
    assert_eq!(run(place, &local).0, Some(0));
    assert_eq!(pending(BASE), Some(waits));
    let (exit, told) = call(place, &["accept", "--target", "local"]);
    assert_eq!(exit, Some(4), "{told}");

    let (exit, told) = call(place, &["accept", "--target", "staging"]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(
        told.starts_with("approved: widgets::listOfWidgets @staging\n"),
        "{told}"
    );
    assert_eq!(load(BASE), Some(base.clone()));
    assert_eq!(pending(BASE), None);
    let layer = load(LAYER).expect("it is approved for staging");
    assert_eq!(layer, base.replace("\"size\": 1", "\"size\": 2"));
    for target in ["local", "staging"] {
        assert_eq!(run(place, target).0, Some(0), "{target}");
    }
    let (exit, told) = run(place, &staging);
    assert_eq!(exit, Some(5), "a URL has no layer: {told}");
    assert_eq!(call(place, &["reject"]).0, Some(0));

    // From here on, what staging answers is compared with its layer.
    size.store(3, Ordering::SeqCst);
    assert_eq!(run(place, "staging").0, Some(5));
    assert!(pending(LAYER).is_some() && pending(BASE).is_none());
    assert_eq!(call(place, &["accept", "listOfWidgets"]).0, Some(0));
    assert_eq!(
        load(LAYER),
        Some(layer.replace("\"size\": 2", "\"size\": 3"))
    );
    assert_eq!(load(BASE), Some(base.clone()));

    // A layer that says what is approved for all is told, and removed.
    assert_eq!(call(place, &["check", "--strict"]).0, Some(0));
    files::store(&place.join(LAYER), base.as_bytes()).expect("there is room for a file");
    let (exit, told) = call(place, &["check", "--strict"]);
    assert_eq!(exit, Some(6), "{told}");
    assert!(told.contains("warning[stray-layer]"), "{told}");
    let (exit, told) = call(place, &["accept", "--unreferenced"]);
    assert_eq!((exit, told), (Some(0), format!("removed: {LAYER}\n")));
    assert_eq!(load(LAYER), None);
}

#[test]
fn what_another_tool_accepts_in_a_layer_counts_there() {
    let (staging, _) = server(2);
    let project = cli::project(&[("tests/projects/widgets", "")]);
    let place = project.path();
    let settings = format!("[targets.staging]\nurl = \"{staging}\"\n");
    let path = place.join("specs/widgets/api.toml");
    files::store(&path, settings.as_bytes()).expect("there is room for a file");
    let run = |target: &str| run(place, target).0;
    assert_eq!(run("staging"), Some(5));
    assert_eq!(call(place, &["accept", "-t", "staging"]).0, Some(0));
    assert!(!place.join(BASE).exists(), "there is none for all");
    let layer = place.join(LAYER);
    let text = files::load_text(&layer, FILE_BYTES_MAX).expect("it is approved");
    let other = text.replace("\"size\": 2", "\"size\": 9");
    files::store(&layer, other.as_bytes()).expect("there is room for a file");
    assert_eq!(run("staging"), Some(5));
    assert_eq!(accept_with_insta(&place.join("snapshots")), 1);
    assert_eq!(run("staging"), Some(0));
    let accepted = files::load_text(&layer, FILE_BYTES_MAX).expect("it is approved");
    assert_eq!(accepted, text);
}

#[test]
fn a_report_of_a_target_is_reviewed_beside_its_layer() {
    let ((local, _), (staging, size)) = (server(1), server(2));
    let project = cli::project(&[("tests/projects/widgets", "")]);
    let place = project.path();
    let settings =
        format!("[targets.local]\nurl = \"{local}\"\n[targets.staging]\nurl = \"{staging}\"\n");
    let path = place.join("specs/widgets/api.toml");
    files::store(&path, settings.as_bytes()).expect("there is room for a file");
    let load = |path: &str| files::load_text(&place.join(path), FILE_BYTES_MAX).ok();
    let first = ["run", "listOfWidgets", "-t", "local", "--update", "new"];
    assert_eq!(call(place, &first).0, Some(0));
    assert_eq!(run(place, "staging").0, Some(5));
    assert_eq!(call(place, &["accept", "-t", "staging"]).0, Some(0));
    let base = load(BASE);

    size.store(3, Ordering::SeqCst);
    let report = ["--report", "json=report.json", "--update", "check"];
    let again = [&["run", "listOfWidgets", "-t", "staging"], &report[..]].concat();
    assert_eq!(call(place, &again).0, Some(5));
    let (exit, told) = call(place, &["review", "--plain", "--from", "report.json"]);
    assert_eq!(exit, Some(5), "{told}");
    assert!(told.contains("`size`: 2 -> 3"), "{told}");

    let document = load("report.json").expect("it was written");
    let document: serde_json::Value = serde_json::from_str(&document).expect("a report");
    let case = &document["cases"][0];
    let snapshot = &case["snapshot"];
    assert_eq!(snapshot["layer"], "staging");
    let decisions = |layer: &serde_json::Value| {
        let change = &snapshot["changes"][0]["id"];
        let decisions = serde_json::json!({"countersign": {"decisions": 1}, "flows": [{
            "flow": case["path"], "approved": snapshot["approved"], "layer": layer, "now": snapshot["now"],
            "text": snapshot["text"], "decisions": [{"change": change, "decision": "accept", "class": "allowed-value"}],
        }]});
        let path = place.join("decisions.json");
        files::store(&path, decisions.to_string().as_bytes()).expect("there is room for a file");
        call(place, &["review", "--apply", "decisions.json"])
    };
    for (layer, exit) in [("../x", 6), ("other", 5)] {
        let (found, told) = decisions(&layer.into());
        assert_eq!(found, Some(exit), "{layer}: {told}");
    }
    let (exit, told) = decisions(&snapshot["layer"]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(load(LAYER).is_some_and(|it| it.contains("\"size\": 3")));
    assert_eq!(load(BASE), base);
}
