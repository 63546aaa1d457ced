//! What is let through, what is taken out, and what is withdrawn.

use tempfile::TempDir;

use super::*;

const VALUE: &str = "s3cret/value+1";

/// A report of no flow.
const REPORT: &str = r#"{"cases": [], "summary": {"selected": 0, "passed": 0, "failed": 0, "needs_review": 0,
    "broken": 0, "skipped": 0}, "told": "later-known"}"#;

fn guard() -> (Guard, TempDir) {
    let guard = Guard::default();
    guard.secrets().add("token", VALUE);
    (guard, tempfile::tempdir().expect("a folder"))
}

fn text(path: &Path) -> String {
    load_text(path, 1 << 20).expect("a file")
}

#[test]
fn names_stand_in_a_file_and_it_appears() {
    let (guard, folder) = guard();
    let path = folder.path().join("a/b.txt");
    let mut stream = guard.create(&path).expect("a folder");
    for piece in ["one s3cr", "et/val", "ue+1 two\n", "%73%33cret%2Fvalue%2B1"] {
        stream.write_all(piece.as_bytes()).expect("room");
    }
    stream.finish().expect("nothing stands against it");
    assert_eq!(
        text(&path),
        "one (secret:token) two\n%73%33cret%2Fvalue%2B1"
    );
    assert!(!guard.has_caught());
}

#[test]
fn what_gets_past_is_withdrawn_and_what_stood_there_before_stays() {
    let (guard, folder) = guard();
    let path = folder.path().join("a.txt");
    super::super::store(&path, b"before").expect("a file");
    let mut stream = guard.create(&path).expect("a folder");
    stream.write_all(b"one\ntwo ").expect("room");
    let mut stream = stream.past_the_guard(format!("{VALUE}\n").as_bytes());
    stream.write_all(b"three").expect("room");
    let error = stream.finish().expect_err("a secret stands in it");
    let told = error.to_string();
    assert!(
        told.ends_with("(secret:token) would stand in line 1"),
        "{told}"
    );
    assert!(!told.contains(VALUE));
    assert_eq!(text(&path), "before");
    assert!(guard.has_caught());
    let left = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 1, "nothing of it is left");
}

#[test]
fn what_becomes_known_later_is_taken_out_of_what_is_there() {
    let (guard, folder) = guard();
    let [early, open, clean] = ["early", "open", "clean"].map(|it| folder.path().join(it));
    guard.store(&early, b"later-known").expect("a file");
    guard.store(&clean, b"nothing").expect("a file");
    let untouched = fs::metadata(&clean).expect("a file").modified();
    let mut stream = guard.create(&open).expect("a folder");
    stream
        .write_all("later-known ".repeat(20_000).as_bytes())
        .expect("room");
    guard.secrets().add("late", "later-known");
    stream.finish().expect("it can be taken out");
    assert_eq!(text(&open), "(secret:late) ".repeat(20_000));
    assert_eq!(guard.search_again(), Ok(()));
    assert_eq!(text(&early), "(secret:late)");
    assert_eq!(text(&clean), "nothing");
    let now = fs::metadata(&clean).expect("a file").modified();
    assert_eq!(untouched.ok(), now.ok());
    assert!(!guard.has_caught());
}

#[test]
fn what_cannot_be_taken_out_at_the_end_is_withdrawn() {
    let (guard, folder) = guard();
    let path = folder.path().join("a.html");
    let page = html::page(Variant::File, REPORT).expect("a report");
    guard.store(&path, page.as_bytes()).expect("a file");
    let data = page.split("id=\"data\">").nth(1).expect("it has data");
    // Without these letters nothing can be unpacked any more.
    let letters = data.trim_start().get(..40).expect("there are more");
    guard.secrets().add("late", letters);
    let told = guard.search_again().expect_err("it is withdrawn");
    assert!(matches!(told[..], [FileError::Secret(..)]), "{told:?}");
    assert!(guard.has_caught() && !path.exists());
    assert_eq!(guard.search_again(), Ok(()), "it is told once");
}

#[test]
fn a_file_that_is_gone_asks_for_nothing() {
    let (guard, folder) = guard();
    let path = folder.path().join("a.txt");
    guard.store(&path, b"later-known").expect("a file");
    guard.secrets().add("late", "later-known");
    fs::remove_file(&path).expect("it was there");
    assert_eq!(guard.search_again(), Ok(()));
    assert!(!path.exists());
}

#[test]
fn a_page_is_searched_as_it_was_before_it_was_packed() {
    let (guard, folder) = guard();
    let path = folder.path().join("a.html");
    let report = r#"{"cases": [], "summary": {"selected": 0, "passed": 0, "failed": 0, "needs_review": 0,
        "broken": 0, "skipped": 0}, "told": "later-known"}"#;
    let page = html::page(Variant::File, report);
    // A page needs the numbers of a report; where they are missing there is none to pack again.
    if let Ok(page) = page {
        guard.store(&path, page.as_bytes()).expect("a file");
        guard.secrets().add("late", "later-known");
        assert_eq!(guard.search_again(), Ok(()));
        let data = html::document(&text(&path), 1 << 20).expect("a page");
        assert!(data.contains("(secret:late)") && !data.contains("later-known"));
    }
    let known = html::document("<!doctype html>", 1);
    assert!(known.is_err());
    let broken = folder.path().join("b.html");
    let refused = guard.store(&broken, b"<!doctype html>nothing is packed here");
    assert!(refused.is_err(), "what cannot be searched does not appear");
    assert!(!broken.exists());
}

#[test]
fn without_secrets_everything_passes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.html");
    let guard = Guard::default();
    guard
        .store(&path, b"<!doctype html>whatever")
        .expect("a file");
    assert_eq!(text(&path), "<!doctype html>whatever");
    assert_eq!(guard.search_again(), Ok(()));
}
