//! The review in a real browser: on the page that the program serves, and on the page of a report whose
//! decisions are carried to the program as a file.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use super::{call, played, waiting};
use crate::cli;
use crate::support::{self, MockProgram};
use crate::webdriver::Browser;

/// What is true when the page has taken up its data.
const READY: &str = "document.documentElement.dataset.state === 'ready'";
/// The flow whose answer changes in the value of one field.
const FLOW: &str = "qappctl-shim::releaseTwice";

fn approved(place: &Path) -> String {
    support::read(&place.join("snapshots/qappctl-shim/releaseTwice.snap"))
}

/// The review of a project in a browser: the program, and the address that it prints.
fn serve(place: &Path) -> (Child, String) {
    let mut command = cli::program_in(place);
    command
        .args(["review", "--web"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut program = command.spawn().expect("the program can be started");
    let out = program.stdout.take().expect("it was asked for");
    let mut url = String::new();
    BufReader::new(out).read_line(&mut url).expect("a line");
    (program, url)
}

#[tokio::test]
async fn what_is_saved_in_the_page_is_approved() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let (place, _) = played("value-changed", FLOW);
    let (program, url) = serve(place.path());
    assert!(
        url.starts_with("http://127.0.0.1:") && url.contains("/#token="),
        "{url}"
    );
    browser.visit(url.trim_end()).await;
    browser.wait(READY).await;
    let address = browser.text("location.href").await;
    assert!(!address.contains("token"), "{address}");
    browser.press("A").await;
    assert!(!approved(place.path()).contains("C1M2"));
    browser.click("[data-act=save]").await;
    browser
        .wait("document.body.innerText.includes('1 change decided on')")
        .await;
    let ended = support::Ran::of(program.wait_with_output().expect("it ends"));
    assert_eq!(ended.code, Some(0), "{}", ended.story());
    assert!(
        ended
            .err
            .contains("decided: qappctl-shim::releaseTwice, 1 accepted"),
        "{}",
        ended.story()
    );
    assert!(approved(place.path()).contains("C1M2"));
    assert_eq!(waiting(place.path()), [""; 0]);
}

#[tokio::test]
async fn what_is_decided_in_a_report_is_carried_home_as_a_file() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let place = tempfile::tempdir().expect("a temporary folder");
    for folder in ["specs/qappctl-shim", "snapshots/qappctl-shim"] {
        support::copy(&support::root().join(folder), &place.path().join(folder));
    }
    // A run in CI: nothing is written but the report.
    let mock = MockProgram::start("qappctl-shim", Some("value-changed"));
    let report = place.path().join("report.html");
    let to = format!("html={}", report.display());
    let ran = support::run(
        place.path(),
        &[FLOW, "--target", &mock.url, "--report", &to],
    );
    assert_eq!(ran.code, Some(5), "{}", ran.story());
    assert_eq!(waiting(place.path()), [""; 0]);
    browser
        .visit(&format!("file://{}#tab=changes", report.display()))
        .await;
    browser.wait(READY).await;
    browser.press("a").await;
    browser.click("[data-act=download]").await;
    let decisions = browser.downloaded("decisions.json").await;
    support::write(&place.path().join("decisions.json"), &decisions);
    let applied = call(place.path(), &["review", "--apply", "decisions.json"]);
    assert_eq!(applied.code, Some(0), "{}", applied.story());
    assert!(approved(place.path()).contains("C1M2"));
    // What is decided already is not decided twice.
    let again = call(
        place.path(),
        &[
            "review",
            "--apply",
            "decisions.json",
            "--from",
            "report.html",
        ],
    );
    assert_eq!(again.code, Some(5), "{}", again.story());
    assert!(
        again.err.contains("refused: qappctl-shim::releaseTwice"),
        "{}",
        again.story()
    );
}

#[tokio::test]
async fn what_has_changed_on_the_disk_in_the_meantime_is_not_overwritten() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let (place, _) = played("value-changed", FLOW);
    let (mut program, url) = serve(place.path());
    browser.visit(url.trim_end()).await;
    browser.wait(READY).await;
    let path = place
        .path()
        .join("snapshots/qappctl-shim/releaseTwice.snap");
    let edited = approved(place.path()).replace("bash:5", "bash:6");
    support::write(&path, &edited);
    browser.press("A").await;
    browser.click("[data-act=save]").await;
    browser
        .wait("document.body.innerText.includes('its files have changed in the meantime')")
        .await;
    assert_eq!(approved(place.path()), edited);
    assert_eq!(waiting(place.path()), [FLOW]);
    program.kill().expect("it is our own");
    program.wait().expect("it was running");
}
