//! Snapshot files between tools: what we write insta reads and accepts, and what insta writes we call
//! equal. What a checkout may do to a file is no change, and what a merge may leave in it is told.

use std::path::{Path, PathBuf};

use countersign::shell::files;

use super::cli;

/// The largest snapshot of these tests, in bytes.
const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The snapshot of the flow `deploy-installer::health`, below the project.
const HEALTH: &str = "snapshots/deploy-installer/health.snap";

/// Plays all flows of a project; answers with the exit code and what was told of mistakes.
fn play(place: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = cli::program_in(place)
        .arg("run")
        .args(arguments)
        .output()
        .expect("the program can be started");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), told)
}

fn load(path: &Path) -> String {
    files::load_text(path, FILE_BYTES_MAX).expect("the file is there")
}

fn store(path: &Path, text: &str) {
    files::store(path, text.as_bytes()).expect("there is room for a file");
}

/// Every file of a folder with this ending.
fn with_ending(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut paths = files::list(folder, 2).expect("the folder can be listed");
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths
}

/// Accepts what waits to be reviewed, as `cargo insta accept` does.
pub(super) fn accept_with_insta(folder: &Path) -> usize {
    let pending = with_ending(folder, ".snap.new");
    for path in &pending {
        let snapshot = insta::Snapshot::from_file(path).expect("insta reads what we write");
        assert!(snapshot.metadata().source().is_some() && snapshot.as_text().is_some());
        snapshot
            .save(&path.with_extension(""))
            .expect("insta writes the file");
        files::remove(path).expect("the pending file can be removed");
    }
    pending.len()
}

#[test]
fn what_insta_accepts_is_what_we_accept() {
    let ours = cli::project(&[("tests/projects/installer", "")]);
    let theirs = cli::project(&[("tests/projects/installer", "")]);
    assert_eq!(play(ours.path(), &["--update", "accept"]).0, Some(0));
    assert_eq!(play(theirs.path(), &[]).0, Some(5));
    assert_eq!(accept_with_insta(&theirs.path().join("snapshots")), 2);
    assert_eq!(play(theirs.path(), &["--update", "check"]).0, Some(0));
    for path in with_ending(&ours.path().join("snapshots"), ".snap") {
        let path = path.strip_prefix(ours.path()).expect("it was found there");
        assert_eq!(
            load(&theirs.path().join(path)),
            load(&ours.path().join(path))
        );
    }
}

#[test]
fn a_change_that_insta_accepts_is_accepted() {
    let place = cli::project(&[
        ("tests/projects/installer", ""),
        ("tests/projects/approved", "snapshots"),
    ]);
    let path = place.path().join(HEALTH);
    let approved = load(&path);
    store(&path, &approved.replace("\"ok\"", "\"fine\""));
    assert_eq!(play(place.path(), &[]).0, Some(5));
    assert_eq!(accept_with_insta(&place.path().join("snapshots")), 1);
    assert_eq!(load(&path), approved);
    assert_eq!(play(place.path(), &["--update", "check"]).0, Some(0));
}

#[test]
fn the_bundled_snapshots_are_as_insta_writes_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let place = tempfile::tempdir().expect("there is room for a folder");
    let copy = place.path().join("copy.snap");
    let paths = with_ending(&folder, ".snap");
    assert!(
        paths.len() > 30,
        "only {} snapshots were found",
        paths.len()
    );
    for path in paths {
        let snapshot = insta::Snapshot::from_file(&path).expect("insta reads the file");
        snapshot.save(&copy).expect("insta writes the file");
        assert_eq!(load(&copy), load(&path), "{}", path.display());
    }
}

#[test]
fn no_bundled_snapshot_waits_to_be_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    assert_eq!(with_ending(&folder, ".snap.new"), [] as [PathBuf; 0]);
}

#[test]
fn line_ends_of_another_system_are_no_change() {
    let place = cli::project(&[
        ("tests/projects/installer", ""),
        ("tests/projects/approved", "snapshots"),
    ]);
    let path = place.path().join(HEALTH);
    let text = load(&path).replace('\n', "\r\n");
    store(&path, &text);
    let before = load(&path);
    assert_eq!(play(place.path(), &["--update", "accept"]).0, Some(0));
    assert_eq!(load(&path), before, "what is no change is not written");
}

#[test]
fn what_a_merge_left_is_told_and_not_written_over() {
    for marker in ["<<<<<<< ours", "=======", ">>>>>>> theirs", "||||||| base"] {
        let place = cli::project(&[
            ("tests/projects/installer", ""),
            ("tests/projects/approved", "snapshots"),
        ]);
        let path = place.path().join(HEALTH);
        let text = format!("{}{marker}\n", load(&path));
        store(&path, &text);
        let (code, told) = play(place.path(), &["--update", "accept"]);
        assert_eq!(code, Some(6), "{told}");
        let line = text.lines().count();
        assert!(told.contains(&format!("{HEALTH}:{line}:1")), "{told}");
        assert_eq!(load(&path), text);
    }
}
