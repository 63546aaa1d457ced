//! A run is recorded, told again, joined from shards, compared and asked again; and what is no record of
//! it is refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign::report::FORMATS;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{self, MockProgram, Ran};

/// An API whose mock forgets nothing between flows, so that its flows must be played once each.
const API: &str = "qappctl-shim";

/// Runs any command over the bundled project.
fn call(arguments: &[&str]) -> Ran {
    let mut command = support::program();
    command.arg("-C").arg(support::root()).args(arguments);
    Ran::of(command.output().expect("the program can be started"))
}

/// A folder of a test's own, with names for what lies in it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Flags that write a report in every form, by a name.
    fn reports(&self, name: &str) -> Vec<String> {
        let flag = |id: &str| format!("--report={id}={}", self.text(&format!("{name}.{id}")));
        FORMATS.iter().map(|it| flag(it.id)).collect()
    }

    /// What stands in them.
    fn read_reports(&self, name: &str) -> BTreeMap<&'static str, String> {
        let read = |id: &str| support::read(&self.path(&format!("{name}.{id}")));
        FORMATS.iter().map(|it| (it.id, read(it.id))).collect()
    }
}

/// Runs a command with reports in every form.
fn with_reports(folder: &Folder, name: &str, arguments: &[&str]) -> Ran {
    let flags = folder.reports(name);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    call(&[arguments, &flags].concat())
}

#[test]
fn a_record_is_told_again_byte_for_byte() {
    let folder = Folder::new();
    let record = folder.text("run");
    let arguments = ["run", API, "--fault", "missing-field", "--record", &record];
    let ran = with_reports(&folder, "run", &arguments);
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    let told = with_reports(&folder, "again", &["report", &record]);
    assert_eq!(told.code, Some(0), "{}", told.story());
    assert_eq!(folder.read_reports("again"), folder.read_reports("run"));
    let told = call(&["report", &record]);
    assert!(
        told.out.contains("23 cases: 17 passed, 6 failed"),
        "{}",
        told.out
    );
    for line in told.out.lines().filter(|it| it.contains("explain ")) {
        assert!(ran.out.contains(line.trim()), "{line}");
    }
}

#[test]
fn a_record_of_scenarios_that_hold_a_secret_is_told_again() {
    let folder = Folder::new();
    let record = folder.text("run");
    // The record hides the tokens of a scenario, so that what follows stands elsewhere in its text.
    let ran = with_reports(
        &folder,
        "run",
        &["run", "kuscia-appimage", "--record", &record],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    let text = support::read(&folder.path("run"));
    assert!(text.contains("tokens.arazzo.yaml"));
    let told = with_reports(&folder, "again", &["report", &record]);
    assert_eq!(told.code, Some(0), "{}", told.story());
    assert_eq!(folder.read_reports("again"), folder.read_reports("run"));
}

#[test]
fn a_record_is_told_again_with_its_times() {
    let folder = Folder::new();
    let record = folder.text("run");
    let arguments = ["run", API, "--record", &record, "--report-times"];
    let ran = with_reports(&folder, "run", &arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    let told = with_reports(&folder, "again", &["report", &record, "--report-times"]);
    assert_eq!(told.code, Some(0), "{}", told.story());
    let timed = folder.read_reports("run");
    assert!(timed["json"].contains("\"times\""));
    assert_eq!(folder.read_reports("again"), timed);
    let told = with_reports(&folder, "without", &["report", &record]);
    assert_eq!(told.code, Some(0), "{}", told.story());
    let without = folder.read_reports("without");
    assert!(!without["json"].contains("\"times\""));
    assert!(without["html"] != timed["html"]);
    assert_eq!(without["junit"], timed["junit"]);
}

/// Plays an API in so many shards against one mock; with the paths of their records.
fn shards(
    folder: &Folder,
    of: usize,
    (api, fault): (&str, Option<&str>),
) -> (MockProgram, Vec<String>) {
    let mock = MockProgram::start(api, fault);
    let records = (1..=of).map(|index| {
        let record = folder.text(&format!("shard {index}"));
        let shard = format!("{index}/{of}");
        let target = ["run", api, "--target", &mock.url];
        let part = ["--shard", &shard, "--record", &record];
        let arguments = [target, part].concat();
        let ran = call(&arguments);
        assert!(ran.code.is_some_and(|it| it < 2), "{}", ran.story());
        record
    });
    let records = records.collect();
    (mock, records)
}

/// Joins records, with reports in every form.
fn merge(folder: &Folder, records: &[String], more: &[&str]) -> Ran {
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    with_reports(folder, "merged", &[&["merge"], &records[..], more].concat())
}

#[test]
fn shards_that_are_joined_are_the_whole_run_byte_for_byte() {
    // What is found there hangs on no other flow, and on no time.
    let faulty = ("deploy-installer", Some("values-merged"), 1);
    for (api, fault, code) in [(API, None, 0), faulty] {
        let folder = Folder::new();
        let (parts, mut records) = shards(&folder, 3, (api, fault));
        records.reverse();
        let joined = folder.text("joined");
        let ran = merge(&folder, &records, &["--output", &joined]);
        assert_eq!(ran.code, Some(code), "{}", ran.story());
        let whole = MockProgram::start(api, fault);
        let ran = with_reports(&folder, "whole", &["run", api, "--target", &whole.url]);
        assert_eq!(ran.code, Some(code), "{}", ran.story());
        let (merged, wanted) = (folder.read_reports("merged"), folder.read_reports("whole"));
        for entry in FORMATS.iter().filter(|it| !it.wants_exchanges) {
            let (id, text) = (entry.id, &wanted[entry.id]);
            // The page holds the same, packed; where nothing is found there is no port in it.
            if fault.is_none() || id != "html" {
                let text = text.replace(&whole.url, "URL");
                let merged = merged[id].replace(&parts.url, "URL");
                assert!(merged == text, "{id} of {api} is another one");
            }
        }
        let told = with_reports(&folder, "again", &["report", &joined]);
        assert_eq!(told.code, Some(0), "{}", told.story());
        assert_eq!(folder.read_reports("again"), merged);
    }
}

#[test]
fn more_shards_than_flows_are_still_the_whole() {
    let folder = Folder::new();
    let records: Vec<String> = (1..=4)
        .map(|index| {
            let (record, shard) = (folder.text(&format!("{index}")), format!("{index}/4"));
            let flow = "deployTwice";
            let ran = call(&["run", flow, "--shard", &shard, "--record", &record]);
            assert_eq!(ran.code, Some(0), "{}", ran.story());
            record
        })
        .collect();
    let ran = merge(&folder, &records, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(ran.out.contains("1 case: 1 passed"), "{}", ran.out);
}

#[test]
fn parts_can_be_cut_by_the_times_of_a_record() {
    let folder = Folder::new();
    let record = folder.text("times");
    let ran = call(&["run", "deploy-installer", "--record", &record]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    let parts: Vec<String> = (1..=2)
        .map(|index| {
            let (part, shard) = (folder.text(&format!("{index}")), format!("{index}/2"));
            let cut = ["--shard", &shard, "--shard-times", &record];
            let play = ["run", "deploy-installer", "--record", &part];
            let ran = call(&[&play[..], &cut].concat());
            assert_eq!(ran.code, Some(0), "{}", ran.story());
            part
        })
        .collect();
    let ran = merge(&folder, &parts, &[]);
    assert!(ran.out.contains("19 cases: 19 passed"), "{}", ran.story());
}

#[test]
fn what_does_not_belong_together_is_not_joined() {
    let folder = Folder::new();
    let part = |name: &str, more: &[&str]| {
        let record = folder.text(name);
        let ran = call(&[&["run", "deployTwice", "--record", &record], more].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.story());
        record
    };
    let one = part("one", &["--shard", "1/2"]);
    let other = part("other", &["--shard", "2/2", "--seed", "5"]);
    let whole = part("whole", &[]);
    let garbage = folder.text("garbage");
    support::write(Path::new(&garbage), "\u{1b}[2J<html>");
    let cases: [(&[&String], &str); 5] = [
        (&[&one, &other], "the seed is not that of"),
        (&[&one], "shards are missing: 2/2"),
        (&[&one, &one], "are both of shard 1/2"),
        (&[&whole], "no shard"),
        (&[&garbage, &garbage], "it does not begin as a record"),
    ];
    for (records, why) in cases {
        let records: Vec<String> = records.iter().map(|it| (*it).clone()).collect();
        let ran = merge(&folder, &records, &[]);
        assert_eq!(ran.code, Some(6), "{}", ran.story());
        assert!(ran.err.contains(why), "{why}: {}", ran.err);
        assert!(
            ran.err.contains("help: ") && !ran.err.contains('\u{1b}'),
            "{}",
            ran.err
        );
        assert!(!folder.path("merged.json").exists(), "{why}");
    }
}

#[test]
fn what_failed_is_played_again_alone() {
    let folder = Folder::new();
    let record = folder.text("run");
    call(&["run", API, "--fault", "missing-field", "--record", &record]);
    let failed = format!("--failed={record}");
    let again = folder.text("again");
    let ran = call(&["run", &failed, "--record", &again]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(ran.out.contains("6 cases: 6 passed"), "{}", ran.out);
    let ran = call(&["run", &format!("--failed={again}")]);
    assert_eq!(ran.code, Some(4), "{}", ran.story());
    assert!(
        ran.err.contains("every flow of the run passed"),
        "{}",
        ran.err
    );
}

#[test]
fn an_exchange_is_sent_again_and_judged() {
    let folder = Folder::new();
    let record = folder.text("run");
    let mock = MockProgram::start(API, Some("missing-field"));
    call(&[
        "run",
        "keepTagsApart",
        "--target",
        &mock.url,
        "--record",
        &record,
    ]);
    let exchange = format!("{record}:{API}::keepTagsApart/listBoth");
    let ran = call(&["replay", &exchange]);
    assert_eq!(ran.code, Some(2), "a file says where to: {}", ran.story());
    let ran = call(&["replay", &exchange, "--target", &mock.url]);
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    assert!(ran.out.contains("the same as was recorded"), "{}", ran.out);
    assert!(ran.out.contains("error response-schema: "), "{}", ran.out);
    let healthy = MockProgram::start(API, None);
    let ran = call(&["replay", &exchange, "--target", &healthy.url]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(
        ran.out.contains("differs from what was recorded"),
        "{}",
        ran.out
    );
    let ran = call(&["replay", &exchange, "--curl"]);
    assert_eq!(ran.out, format!("curl '{}/images'\n", mock.url));
    for wrong in ["latest", "x/y", &format!("{record}:{API}::nope/listBoth")] {
        let ran = call(&["replay", wrong]);
        assert_eq!(ran.code, Some(2), "{}", ran.story());
    }
}

#[test]
fn a_record_leads_to_no_other_server() {
    let folder = Folder::new();
    let record = folder.text("run");
    let mock = MockProgram::start(API, None);
    call(&[
        "run",
        "keepTagsApart",
        "--target",
        &mock.url,
        "--record",
        &record,
    ]);
    let text = support::read(Path::new(&record));
    let exchange = format!("{record}:{API}::keepTagsApart/listBoth");
    for other in [
        "http://other.example/images",
        &format!("{}.other.example/images", mock.url),
    ] {
        let here = format!("\"url\":\"{}/images\"", mock.url);
        let there = format!("\"url\":\"{other}\"");
        support::write(Path::new(&record), &text.replace(&here, &there));
        let ran = call(&["replay", &exchange, "--target", &mock.url]);
        assert_eq!(ran.code, Some(2), "{}", ran.story());
        assert!(ran.err.contains("another server"), "{}", ran.err);
    }
}

#[test]
fn a_record_asks_for_nothing_but_what_its_step_asks() {
    let folder = Folder::new();
    let record = folder.text("run");
    let mock = MockProgram::start(API, None);
    let played = ["run", "keepTagsApart", "--target", &mock.url];
    call(&[&played[..], &["--record", &record]].concat());
    let text = support::read(Path::new(&record));
    let exchange = format!("{record}:{API}::keepTagsApart/listBoth");
    let asked = "\"method\":\"GET\",\"url\":\"URL/images\",\"status\"".replace("URL", &mock.url);
    assert!(text.contains(&asked), "{text}");
    for (from, to) in [
        ("GET", "DELETE"),
        ("/images", "/apps/x/deploys"),
        ("/images", "/images/../apps"),
        (
            "\"status\"",
            "\"headers\":[[\"authorization\",\"Bearer mine\"]],\"status\"",
        ),
        (
            "\"status\"",
            "\"headers\":[[\"host\",\"other.example\"]],\"status\"",
        ),
    ] {
        let changed = text.replace(&asked, &asked.replace(from, to));
        support::write(Path::new(&record), &changed);
        let ran = call(&["replay", &exchange, "--target", &mock.url]);
        assert_eq!(ran.code, Some(2), "{to}: {}", ran.story());
        assert!(ran.err.contains("it is not sent: "), "{to}: {}", ran.err);
    }
}

#[test]
fn two_runs_and_two_targets_are_compared() {
    let folder = Folder::new();
    let (good, bad) = (folder.text("good"), folder.text("bad"));
    call(&["run", API, "--record", &good]);
    call(&["run", API, "--fault", "missing-field", "--record", &bad]);
    let ran = call(&["diff", &good, "mock", API]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(ran.out.contains("23 the same, 0 different"), "{}", ran.out);
    let ran = call(&["diff", &good, &bad]);
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    let found = format!("found in {bad} alone: {API}::keepTagsApart/listBoth#response-schema");
    assert!(ran.out.contains(&found), "{}", ran.out);
    let mock = MockProgram::start(API, Some("wrong-type"));
    let ran = call(&["diff", "mock", &mock.url, API]);
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    assert!(ran.out.contains("different: "), "{}", ran.out);
    let ran = call(&["diff", &good, &good, "nothing-is-called-so"]);
    assert_eq!(ran.code, Some(4), "{}", ran.story());
}

#[test]
fn a_run_that_cannot_be_recorded_says_so() {
    let folder = Folder::new();
    let specs = support::root().join("specs").join(API);
    let copied = folder.path("specs").join(API);
    std::fs::create_dir_all(&copied).expect("a folder of the test's own");
    for entry in std::fs::read_dir(specs)
        .expect("a folder")
        .map_while(Result::ok)
    {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), copied.join(entry.file_name())).expect("a file");
        }
    }
    support::write(&folder.path(".countersign"), "no folder");
    let ran = support::run(folder.0.path(), &["refuseAppNames", "--update", "new"]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(
        ran.err.contains("warning: the run is not recorded"),
        "{}",
        ran.err
    );
    let quiet = support::run(folder.0.path(), &["refuseAppNames", "--no-record"]);
    assert!(!quiet.err.contains("recorded"), "{}", quiet.err);
    let named = folder.text(".countersign/run");
    let ran = support::run(folder.0.path(), &["refuseAppNames", "--record", &named]);
    assert_eq!(ran.code, Some(2), "{}", ran.story());
    assert!(
        ran.err.contains("error: the record cannot be written"),
        "{}",
        ran.err
    );
}

#[test]
fn runs_are_kept_in_the_project_and_listed() {
    let folder = Folder::new();
    support::write(&folder.path("specs/a/openapi.yaml"), "openapi: 3.1.0\n");
    let mut command = support::program();
    let list = command.arg("-C").arg(folder.0.path()).arg("runs");
    let ran = Ran::of(list.output().expect("the program can be started"));
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
    assert!(ran.err.contains("no run was recorded yet"), "{}", ran.err);
    call(&["run", "refuseAppNames"]);
    let ran = call(&["runs", "--format", "json"]);
    let runs: Value = serde_json::from_str(&ran.out).expect("JSON");
    let mut all = runs.as_array().expect("an array").iter();
    let own = all.find(|it| it["command"] == "countersign run refuseAppNames");
    let root = support::root().display().to_string();
    let own = own.or_else(|| {
        let mut all = runs.as_array().expect("an array").iter();
        all.find(|it| {
            let command = it["command"].as_str().unwrap_or_default();
            command.contains(&root) && command.ends_with("refuseAppNames")
        })
    });
    let own = own.unwrap_or_else(|| panic!("{runs:#}"));
    assert_eq!(own["exit"], 0);
    let told = call(&["report", own["id"].as_str().expect("a name")]);
    assert_eq!(told.code, Some(0), "{}", told.story());
}

/// Calls a script of CI in a folder, with what a service says.
fn script(folder: &Folder, name: &str, says: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let root = support::root();
    let mut command = std::process::Command::new(root.join("ci").join(name));
    command.current_dir(folder.0.path());
    // The scripts need a shell's own tools, and nothing else of this process.
    let path = option_env!("PATH").unwrap_or("/usr/bin:/bin");
    command.env_clear().env("PATH", path).env("CI", "1");
    command.env("COUNTERSIGN", env!("CARGO_BIN_EXE_countersign"));
    command.envs(says.iter().copied());
    command.args(arguments);
    Ran::of(command.output().expect("the script can be started"))
}

#[test]
fn the_scripts_of_ci_play_every_shard_whatever_the_service() {
    let folder = Folder::new();
    let project = support::root().display().to_string();
    let flows = ["-C", &project, "refuseApp", "--seed", "3"];
    let services: [&[(&str, &str)]; 3] = [
        &[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "3")],
        &[("JOB_COMPLETION_INDEX", "1"), ("SHARDS", "3")],
        &[("SHARD", "3"), ("SHARDS", "3")],
    ];
    for says in services {
        let ran = script(&folder, "shard", says, &flows);
        assert_eq!(ran.code, Some(0), "{}", ran.story());
    }
    let ran = script(&folder, "join", &[], &["--report", "junit=report.xml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(folder.path("report.xml").is_file());
    let ran = script(&folder, "shard", &[("SHARDS", "3")], &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    assert!(ran.err.contains("say which shard to play"), "{}", ran.err);
    let wrong = script(&folder, "shard", services[0], &["--no-such-flag"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.story());
}
