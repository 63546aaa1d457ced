//! A gate from end to end: green, red by one cause, green with a waiver that everybody sees, red once it is
//! not needed any more, and green without it; with a server of its own for every run.

use std::path::Path;

use countersign::report::html;
use serde_json::Value;

use crate::support::{self, MockProgram, Ran};

const API: &str = "qappctl-shim";
const FAULT: &str = "missing-field";
const FINDING: &str = "qappctl-shim::pushAndFindImage/find#response-schema";
const MESSAGE: &str = "the member `ctime` is missing";
const REASON: &str = "ctime comes with the next version";

/// The largest document of a page, in bytes.
const DOCUMENT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A project of its own with a bundled API and what was approved of it.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for part in ["specs", "snapshots"] {
        let from = support::root().join(part).join(API);
        let to = folder.path().join(part).join(API);
        support::copy(&from, &to);
    }
    folder
}

/// The record of the last run: two that begin in the same second have no order by their names.
fn record(root: &Path) -> String {
    root.join("last.jsonl").display().to_string()
}

/// Plays all flows of the API against a server that has just been started, and records that.
fn play(root: &Path, fault: Option<&str>, more: &[&str]) -> Ran {
    let server = MockProgram::start(API, fault);
    let wish = format!("--record={}", record(root));
    let is_own = more.iter().any(|it| it.starts_with("--record="));
    let wish = (!is_own).then_some(wish.as_str());
    let more: Vec<&str> = more.iter().copied().chain(wish).collect();
    let target = ["--target", server.url.as_str()];
    support::run(root, &[&target[..], &more].concat())
}

fn waivers(root: &Path, arguments: &[&str]) -> Ran {
    let mut command = support::program();
    command.arg("-C").arg(root).arg("waivers").args(arguments);
    Ran::of(command.output().expect("the program can be started"))
}

fn add(root: &Path, more: &[&str]) -> Ran {
    let from = record(root);
    let words = ["add", FINDING, "--reason", REASON, "--owner", "images"];
    waivers(root, &[&words, &["--from", &from][..], more].concat())
}

#[track_caller]
fn assert_ends(ran: &Ran, code: i32, told: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}", ran.story());
    for words in told {
        assert!(
            ran.out.contains(words) || ran.err.contains(words),
            "{words}: {}",
            ran.story()
        );
    }
}

fn settings(root: &Path) -> String {
    support::read(&root.join("specs").join(API).join("api.toml"))
}

/// The reports of a run, in the order of their forms.
fn reports(root: &Path, fault: Option<&str>) -> (Ran, [String; 4]) {
    let paths = ["junit", "sarif", "github", "html"].map(|form| (form, root.join(form)));
    let wishes = paths
        .clone()
        .map(|(form, path)| format!("--report={form}={}", path.display()));
    let wishes: Vec<&str> = wishes.iter().map(String::as_str).collect();
    let ran = play(root, fault, &wishes);
    (ran, paths.map(|(_, path)| support::read(&path)))
}

/// What the page for people says of the findings with the message: their weights.
fn weights(page: &str) -> Vec<String> {
    let document = html::document(page, DOCUMENT_BYTES_MAX).expect("a page");
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let cases = document["cases"].as_array().expect("cases").iter();
    let findings = cases.flat_map(|it| it["findings"].as_array().expect("findings"));
    findings
        .filter(|it| it["message"] == MESSAGE)
        .map(|it| it["severity"].as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn a_gate_opens_for_what_is_waived_and_for_nothing_else() {
    let project = project();
    let root = project.path();
    assert_ends(&play(root, None, &[]), 0, &["23 cases: 23 passed\n"]);
    let before = settings(root);

    // A fault appears: one cause, told alike in every form.
    let (red, [junit, sarif, github, page]) = reports(root, Some(FAULT));
    assert_ends(&red, 1, &["23 cases: 17 passed, 6 failed", FINDING]);
    assert_eq!(junit.matches("<failure ").count(), 6);
    assert!(junit.contains(MESSAGE), "{junit}");
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 1, "{results:#?}");
    assert_eq!(
        (&results[0]["level"], results[0].get("suppressions")),
        (&"error".into(), None)
    );
    assert_eq!(github.matches("::error ").count(), 1, "{github}");
    assert_eq!(weights(&page), ["error"; 8]);

    // It is waived: green, and everybody sees it.
    assert_ends(&add(root, &["--ticket", "I-7"]), 0, &["1 waiver until 20"]);
    let (green, [junit, sarif, github, page]) = reports(root, Some(FAULT));
    assert_ends(
        &green,
        0,
        &[
            "23 passed (6 waived)",
            "8 waived\n",
            "(images, I-7)",
            REASON,
        ],
    );
    assert!(!junit.contains("<failure "), "{junit}");
    assert_eq!(junit.matches("name=\"waived\"").count(), 6, "{junit}");
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["suppressions"][0]["status"], "accepted");
    assert!(
        !github.contains("::error") && github.contains(REASON),
        "{github}"
    );
    assert_eq!(weights(&page), ["waived"; 8]);
    // Another mistake is none that is waived.
    assert_ends(&play(root, Some("wrong-type"), &[]), 1, &["`replicas`"]);

    // The fault is mended: what waived it must go, and then the gate is as it was.
    let part = play(root, None, &["pushAndFindImage"]);
    assert_ends(&part, 0, &["1 case: 1 passed\n"]);
    assert_ends(
        &play(root, None, &[]),
        5,
        &["stale waiver", "api.toml:35", "waivers prune"],
    );
    let dry = waivers(root, &["prune", "--from", &record(root), "--dry-run"]);
    assert_ends(
        &dry,
        0,
        &["would be taken away: specs/qappctl-shim/api.toml:35, stale"],
    );
    assert_ne!(settings(root), before);
    assert_ends(
        &waivers(root, &["prune", "--from", &record(root)]),
        0,
        &["taken away: specs/qappctl-shim/api.toml:35"],
    );
    assert_eq!(settings(root), before);
    assert_ends(&play(root, None, &[]), 0, &["23 cases: 23 passed\n"]);
}

/// How many results of a rule point into the contract.
fn lines_of(sarif: &str, rule: &str) -> usize {
    let document: Value = serde_json::from_str(sarif).expect("JSON");
    let results = document["runs"][0]["results"].as_array().expect("results");
    let own = results.iter().filter(|it| it["ruleId"] == rule);
    let uri = "/locations/0/physicalLocation/artifactLocation/uri";
    let uris = own.map(|it| it.pointer(uri).and_then(Value::as_str));
    uris.filter(|it| it.is_some_and(|it| it.ends_with("openapi.yaml")))
        .count()
}

#[test]
fn a_change_is_borne_until_the_snapshot_is_met_again() {
    const CHANGE: &str = "qappctl-shim::refuseLists/deploysWithoutRegion#allowed-value";
    let project = project();
    let root = project.path();
    let path = root.join("snapshots").join(API).join("refuseLists.snap");
    let approved = support::read(&path);
    let other = approved.replacen("| region is required", "| the region is required", 1);
    assert_ne!(other, approved);
    support::write(&path, &other);
    let settings_before = settings(root);

    assert_ends(&play(root, None, &[]), 5, &["22 passed, 1 needs review"]);
    let record = record(root);
    let words = |finding: &'static str| ["add", finding, "--reason", REASON, "--owner", "images"];
    let from = ["--from", record.as_str()];
    let mistyped = waivers(
        root,
        &[
            &words("qappctl-shim::refuseLists/deploysWithoutRegion#allowed")[..],
            &from,
        ]
        .concat(),
    );
    assert_ends(&mistyped, 2, &["did you mean", CHANGE]);
    assert_eq!(settings(root), settings_before);
    assert_ends(
        &waivers(root, &[&words(CHANGE)[..], &from].concat()),
        0,
        &["1 waiver until"],
    );
    let written = settings(root);
    assert!(written.contains("change = \"allowed-value\""), "{written}");
    let place = "contract = \"/components/schemas/ErrorText\"\n";
    assert!(written.contains(place), "{written}");
    assert!(
        written.contains("now = \"| region is required\\\\n\""),
        "{written}"
    );

    let (green, [junit, sarif, github, _]) = reports(root, None);
    assert_ends(&green, 0, &["23 passed (1 waived)", REASON]);
    assert_eq!(junit.matches("name=\"waived\"").count(), 1, "{junit}");
    assert!(github.contains(REASON));
    assert_eq!(lines_of(&sarif, "approved-snapshot"), 1, "{sarif}");
    // Of another place of the contract it is another change.
    let named = settings(root);
    let elsewhere = named.replace(place, "contract = \"/components/schemas\"\n");
    let path_of_settings = root.join("specs").join(API).join("api.toml");
    support::write(&path_of_settings, &elsewhere);
    let other = play(root, None, &["refuseLists"]);
    assert_ends(&other, 5, &["needs review"]);
    support::write(&path_of_settings, &named);
    // The first occurrence alone is borne: the same words elsewhere are another change.
    support::write(
        &path,
        &approved.replace("| region is required", "| the region is required"),
    );
    assert_ends(&play(root, None, &["refuseLists"]), 5, &["needs review"]);

    // What was approved is answered again: the waiver is not needed.
    support::write(&path, &approved);
    assert_ends(&play(root, None, &[]), 5, &["stale waiver"]);
    let stale = waivers(root, &["prune", "--from", &record]);
    assert_ends(&stale, 0, &["taken away"]);
    assert_eq!(settings(root), settings_before);
}

#[test]
fn after_its_last_day_a_waiver_covers_nothing() {
    let project = project();
    let root = project.path();
    assert_ends(&play(root, Some(FAULT), &[]), 1, &[FINDING]);
    assert_ends(
        &add(root, &["--expires", "2020-01-31"]),
        2,
        &["cannot hold until 2020-01-31"],
    );
    assert_ends(
        &add(root, &["--expires", "2999-01-31"]),
        2,
        &["365 days ahead"],
    );
    assert_ends(&add(root, &[]), 0, &["1 waiver"]);
    let text = settings(root);
    let (kept, expires) = text.rsplit_once("expires = ").expect("it was written");
    assert_eq!(expires.trim_end().len(), "2020-01-31".len(), "{expires}");
    let path = root.join("specs").join(API).join("api.toml");
    support::write(&path, &format!("{kept}expires = 2020-01-31\n"));

    let told = [
        "23 cases: 17 passed, 6 failed",
        "waiver expired on 2020-01-31, and what it is about was found",
        "help: mend what is found, or give the waiver a later day: `expires = YYYY-MM-DD`",
    ];
    let red = play(root, Some(FAULT), &[]);
    assert_ends(&red, 1, &told);
    assert!(!red.err.contains("waivers prune"), "{}", red.story());
    assert_ends(
        &waivers(root, &["list"]),
        0,
        &["api.toml:35  expired, on 2020-01-31"],
    );
    // It goes, needed or not, and the fault stays red.
    assert_ends(
        &waivers(root, &["prune", "--from", &record(root)]),
        0,
        &["api.toml:35, expired on 2020-01-31, and what it is about is still found"],
    );
    assert_ends(&play(root, Some(FAULT), &[]), 1, &[FINDING]);
    let nothing = waivers(root, &["prune", "--from", &record(root)]);
    assert_ends(&nothing, 0, &["no waiver is stale or has expired"]);
}

#[test]
fn shards_leave_it_to_their_merge_to_call_a_waiver_stale() {
    let project = project();
    let root = project.path();
    assert_ends(&play(root, Some(FAULT), &[]), 1, &[FINDING]);
    assert_ends(&add(root, &[]), 0, &["1 waiver"]);
    let merged = |fault: Option<&str>, code: i32, told: &str| {
        let paths = ["1/2", "2/2"].map(|shard| {
            let path = root.join(shard.replace('/', "-"));
            let record = format!("--record={}", path.display());
            let ran = play(root, fault, &["--shard", shard, &record]);
            assert_ends(&ran, 0, &["snapshots"]);
            assert!(!ran.err.contains("stale"), "{}", ran.story());
            path
        });
        let mut command = support::program();
        command.arg("-C").arg(root).arg("merge").args(paths);
        let ran = Ran::of(command.output().expect("the program can be started"));
        assert_ends(&ran, code, &[told]);
    };
    merged(Some(FAULT), 0, "23 passed (6 waived)");
    merged(None, 5, "stale waiver");
}

#[test]
fn what_no_run_found_is_not_waived() {
    let project = project();
    let root = project.path();
    let early = waivers(
        root,
        &["add", FINDING, "--owner", "me", "--reason", "known"],
    );
    assert_ends(&early, 2, &["no run was recorded yet"]);
    assert_ends(&play(root, None, &[]), 0, &[]);
    assert_ends(
        &add(root, &[]),
        2,
        &["the run has no finding", "countersign"],
    );
    let no_reason = waivers(root, &["add", FINDING, "--owner", "me"]);
    assert_ends(&no_reason, 2, &["--reason"]);
    let empty = waivers(root, &["add", FINDING, "--owner", "me", "--reason", " "]);
    assert_ends(&empty, 2, &["write a few words"]);
    // What ends a flow is not borne.
    let fault = Some("server-error");
    let ran = play(root, fault, &[]);
    assert_ends(&ran, 1, &["#success-criteria"]);
    let mut words = ran.out.split_whitespace();
    let ended = words.find(|it| it.ends_with("#success-criteria"));
    let ended = ended.expect("the flow ended there");
    let from = record(root);
    let refused = waivers(
        root,
        &[
            "add", ended, "--from", &from, "--owner", "me", "--reason", "known",
        ],
    );
    assert_ends(&refused, 2, &["is not waived: the flow ended there"]);
    let before = support::read(&support::root().join("specs").join(API).join("api.toml"));
    assert_eq!(settings(root), before);
}
