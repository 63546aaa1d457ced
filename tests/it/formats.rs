//! Reports as their readers take them: each by its own grammar, and all with the same causes and numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use countersign::report::FORMATS;
use countersign::shell::files;
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use serde_json::Value;

use super::cli;

/// The largest report of these tests, in bytes.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What the bundled flows are played on.
const BUNDLED: &[(&str, &str)] = &[("specs", "specs"), ("snapshots", "snapshots")];

/// A run that writes both reports.
fn reports(parts: &[(&str, &str)], arguments: &[&str], code: i32) -> (Value, String) {
    let place = cli::project(parts);
    let output = cli::program_in(place.path())
        .args(["run", "--update", "check", "--report", "json=out.json"])
        .args(["--report", "junit=out.xml"])
        .args(arguments)
        .output()
        .expect("the program can be started");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{told}");
    let load = |name: &str| {
        files::load_text(&place.path().join(name), FILE_BYTES_MAX).expect("the report is there")
    };
    let document = serde_json::from_str(&load("out.json")).expect("the report is JSON");
    (document, load("out.xml"))
}

/// Runs that end in every way: what is played, how, and the exit code.
fn runs() -> Vec<(Value, String)> {
    let installer = ("tests/projects/installer", "");
    let approved = ("tests/projects/approved", "snapshots");
    let nobody = "http://127.0.0.1:1";
    vec![
        reports(&[installer, approved], &[], 0),
        reports(&[installer], &[], 5),
        reports(&[installer, approved], &["--target", nobody], 3),
        reports(BUNDLED, &["--fault", "wrong-type"], 1),
        reports(
            BUNDLED,
            &["--fault", "undeclared-field", "--report-times"],
            1,
        ),
        reports(BUNDLED, &["deploy-installer", "--fault", "invalid-utf8"], 1),
        reports(
            BUNDLED,
            &["deploy-installer", "--fault", "body-too-short"],
            1,
        ),
    ]
}

#[test]
fn the_json_report_is_what_its_schema_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let text = files::load_text(&path, FILE_BYTES_MAX).expect("the schema is there");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema compiles");
    for (document, _) in runs() {
        let wrong: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        let mut other = document;
        other["cases"][0]["took"] = Value::from(3);
        assert!(!validator.is_valid(&other), "the schema allows anything");
    }
}

/// What the steps of a run captured, with who reads it.
fn captures(document: &Value) -> Vec<&Value> {
    let cases = document["cases"].as_array().expect("a list").iter();
    let steps = cases.flat_map(|case| case["steps"].as_array().expect("a list"));
    let all = steps.flat_map(|step| step["captured"].as_array().into_iter().flatten());
    all.collect()
}

#[test]
fn values_that_were_captured_are_told_where_something_is_wrong_and_nowhere_else() {
    let (healthy, _) = reports(BUNDLED, &["qappctl-shim"], 0);
    let told = captures(&healthy);
    assert!(told.iter().any(|it| it["read_by"] != serde_json::json!([])));
    let with_value = told.iter().find(|it| it.get("value").is_some());
    assert_eq!(
        with_value, None,
        "what a target makes anew changes the report"
    );
    let (faulty, _) = reports(BUNDLED, &["qappctl-shim", "--fault", "missing-field"], 1);
    let told = captures(&faulty);
    assert!(told.iter().any(|it| it["value"].is_string()), "{told:#?}");
}

#[test]
fn times_are_told_where_somebody_asks_for_them_and_nowhere_else() {
    let (with, _) = reports(BUNDLED, &["qappctl-shim", "--report-times"], 0);
    for case in with["cases"].as_array().expect("a list") {
        let times = &case["times"];
        let steps = times["steps"].as_array().expect("a list");
        assert_eq!(Some(steps.len()), case["steps"].as_array().map(Vec::len));
        let number = |it: &Value, at: usize| it[at].as_u64().expect("a number");
        let (began, took) = (number(&times["case"], 0), number(&times["case"], 1));
        for step in steps.iter().filter(|it| !it.is_null()) {
            assert!(number(step, 0) >= began, "{times}");
            assert!(number(step, 0) + number(step, 1) <= began + took, "{times}");
        }
        assert!(steps.iter().any(|it| !it.is_null()), "{times}");
    }
    let (without, _) = reports(BUNDLED, &["qappctl-shim"], 0);
    assert!(without["cases"][0].get("times").is_none());
}

#[test]
fn both_reports_count_the_same() {
    for (document, xml) in runs() {
        let report = Report::deserialize_from_str(&xml).expect("another reader reads it");
        let summary = &document["summary"];
        let count = |name: &str| summary[name].as_u64().expect("a count");
        let cases: Vec<_> = report
            .test_suites
            .iter()
            .flat_map(|it| &it.test_cases)
            .collect();
        assert_eq!(cases.len() as u64, count("selected"));
        let with = |wanted: fn(&TestCaseStatus) -> bool| {
            cases.iter().filter(|case| wanted(&case.status)).count() as u64
        };
        let passed = with(|it| matches!(it, TestCaseStatus::Success { .. }));
        let skipped = with(|it| matches!(it, TestCaseStatus::Skipped { .. }));
        let failed = with(|it| is_non_success(it, NonSuccessKind::Failure));
        let errors = with(|it| is_non_success(it, NonSuccessKind::Error));
        assert_eq!(passed, count("passed"));
        assert_eq!(skipped, count("skipped"));
        assert_eq!(failed, count("failed") + count("needs_review"));
        assert_eq!(errors, count("broken"));
    }
}

/// A run of bundled flows that writes every form, by name.
fn all_forms(arguments: &[&str], code: i32) -> BTreeMap<&'static str, String> {
    let place = cli::project(BUNDLED);
    let mut command = cli::program_in(place.path());
    command.args(["run", "--update", "check"]).args(arguments);
    for format in FORMATS {
        command
            .arg("--report")
            .arg(format!("{0}=out.{0}", format.id));
    }
    let output = command.output().expect("the program can be started");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{told}");
    let load = |id: &str| {
        let path = place.path().join(format!("out.{id}"));
        files::load_text(&path, FILE_BYTES_MAX).expect("the report is there")
    };
    FORMATS.iter().map(|it| (it.id, load(it.id))).collect()
}

#[test]
fn the_same_cause_is_in_every_form() {
    let forms = all_forms(&["qappctl-shim", "--fault", "missing-field"], 1);
    assert_eq!(forms.len(), FORMATS.len());
    // An archive holds what was said, and nothing that was found.
    for (id, text) in forms.iter().filter(|(id, _)| **id != "har") {
        // The page holds the document of the `json` form, packed; its table names the flow and the check.
        let sentence = "the member `ctime` is missing";
        assert!(text.contains(sentence), "{id}\n{text}");
        assert!(text.contains("response-schema"), "{id}\n{text}");
        assert!(!text.contains('\u{1b}'), "{id}");
    }
    for id in ["github", "markdown"] {
        assert_eq!(forms[id].matches("ctime` is missing").count(), 1, "{id}");
        assert!(
            forms[id].contains("8 places") && forms[id].contains("6 flows"),
            "{id}"
        );
    }
    let contract = "specs/qappctl-shim/openapi.yaml";
    for id in [
        "github", "gitlab", "json", "jsonl", "markdown", "sarif", "tap",
    ] {
        assert!(
            forms[id].contains(contract),
            "{id} does not name the contract"
        );
    }
}

#[test]
fn every_form_is_well_formed_by_its_own_grammar() {
    for (arguments, code) in [
        (&["qappctl-shim", "--fault", "wrong-type"][..], 1),
        (&["paas-backend", "--fault", "undeclared-field"], 1),
        (&["kuscia-appimage"], 0),
        (&["deploy-installer", "--target", "http://127.0.0.1:1"], 3),
    ] {
        let forms = all_forms(arguments, code);
        let document: Value = serde_json::from_str(&forms["json"]).expect("JSON");
        let selected = document["summary"]["selected"].as_u64().expect("a count");
        assert_lines(&forms["jsonl"], &document);
        assert_points(&forms["tap"], selected);
        assert_sarif(&forms["sarif"]);
        assert_code_quality(&forms["gitlab"]);
        assert_commands(&forms["github"]);
        assert_archive(&forms["har"], code == 3);
        let row = format!("| {selected} |\n");
        assert!(forms["markdown"].contains(&row), "{}", forms["markdown"]);
    }
}

/// A HTTP archive: every exchange belongs to a flow that is in it.
fn assert_archive(text: &str, is_lost: bool) {
    let archive: Value = serde_json::from_str(text).expect("JSON");
    let list = |name: &str| archive["log"][name].as_array().expect("a list").clone();
    let (pages, entries) = (list("pages"), list("entries"));
    assert_eq!(pages.is_empty(), is_lost);
    assert_eq!(entries.is_empty(), is_lost);
    for entry in entries {
        assert!(
            pages.iter().any(|it| it["id"] == entry["pageref"]),
            "{entry}"
        );
        assert!(entry["request"]["url"].is_string(), "{entry}");
        assert!(entry["response"]["status"].is_u64(), "{entry}");
    }
}

/// JSON lines: the same as the document.
fn assert_lines(text: &str, document: &Value) {
    let lines = text.lines().map(serde_json::from_str::<Value>);
    let mut lines: Vec<Value> = lines.collect::<Result<_, _>>().expect("JSON on every line");
    for line in &mut lines {
        let kind = line.as_object_mut().and_then(|it| it.remove("type"));
        assert!(kind.is_some(), "{line}");
    }
    assert_eq!(lines[0]["countersign"], document["countersign"]);
    assert_eq!(lines.pop().as_ref(), Some(&document["summary"]));
    assert_eq!(document["cases"].as_array(), Some(&lines[1..].to_vec()));
}

/// TAP: the version, numbered points with blocks that end, the plan.
fn assert_points(text: &str, selected: u64) {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("TAP version 14"));
    let (mut points, mut is_open) = (0, false);
    for line in lines {
        match line {
            "  ---" if !is_open => is_open = true,
            "  ..." if is_open => is_open = false,
            inside if is_open => assert!(inside.starts_with("  "), "{inside}"),
            plan if plan.starts_with("1..") => assert_eq!(plan, format!("1..{selected}")),
            point => {
                points += 1;
                let rest = point.strip_prefix("not ").unwrap_or(point);
                assert!(rest.starts_with(&format!("ok {points} - ")), "{point}");
            }
        }
    }
    assert_eq!((points, is_open), (selected, false));
}

fn assert_sarif(text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/sarif/parts.schema.json");
    let schema = files::load_text(&path, FILE_BYTES_MAX).expect("the schema is there");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema compiles");
    let document: Value = serde_json::from_str(text).expect("JSON");
    let wrong: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Code Quality: the members that GitLab demands, and no fingerprint twice.
fn assert_code_quality(text: &str) {
    let entries: Vec<Value> = serde_json::from_str(text).expect("a list");
    let mut seen = BTreeSet::new();
    for entry in &entries {
        let words = ["description", "check_name", "fingerprint", "severity"];
        assert!(words.iter().all(|it| entry[it].is_string()), "{entry}");
        assert!(entry["location"]["path"].is_string(), "{entry}");
        assert!(
            entry["location"]["lines"]["begin"].as_u64() > Some(0),
            "{entry}"
        );
        assert!(seen.insert(entry["fingerprint"].to_string()), "{entry}");
    }
}

/// Workflow commands: nothing else, no more than are shown, and a notice at the end.
fn assert_commands(text: &str) {
    let number = |begin: &str| text.lines().filter(|it| it.starts_with(begin)).count();
    let (errors, warnings) = (number("::error "), number("::warning "));
    assert!(errors <= 10 && warnings <= 10, "{text}");
    assert_eq!(errors + warnings + 1, text.lines().count(), "{text}");
    let last = text.lines().last().unwrap_or_default();
    assert!(last.starts_with("::notice title=countersign::"), "{last}");
}

#[test]
fn names_are_unique_in_every_round() {
    let place = cli::project(BUNDLED);
    let output = cli::program_in(place.path())
        .args([
            "run",
            "kuscia-appimage",
            "--repeat",
            "3",
            "--report",
            "junit=-",
        ])
        .output()
        .expect("the program can be started");
    assert_eq!(output.status.code(), Some(0));
    let xml = String::from_utf8(output.stdout).expect("XML is text");
    let report = Report::deserialize_from_str(&xml).expect("another reader reads it");
    let mut names = BTreeSet::new();
    for suite in &report.test_suites {
        for case in &suite.test_cases {
            let class = case.classname.as_ref().map(|it| it.as_str().to_owned());
            assert!(
                names.insert((class, case.name.as_str().to_owned())),
                "{} twice",
                case.name.as_str()
            );
        }
    }
    assert!(names.len() > 3 && names.len() % 3 == 0, "{}", names.len());
}

#[test]
fn fingerprints_stay_from_run_to_run_and_where_lines_move() {
    let fingerprints = |project: &[(&str, &str)], move_lines: bool| {
        let place = cli::project(project);
        let contract = place.path().join("specs/qappctl-shim/openapi.yaml");
        let text = files::load_text(&contract, FILE_BYTES_MAX).expect("it is there");
        let before = if move_lines { "# moved\n# down\n" } else { "" };
        files::store(&contract, format!("{before}{text}").as_bytes()).expect("it fits");
        let output = cli::program_in(place.path())
            .args([
                "run",
                "qappctl-shim",
                "--fault",
                "missing-field",
                "--report",
                "gitlab=-",
            ])
            .output()
            .expect("the program can be started");
        let entries: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a list");
        let lines: Vec<_> = entries.iter().map(|it| it["location"].clone()).collect();
        let names: Vec<_> = entries.iter().map(|it| it["fingerprint"].clone()).collect();
        (names, lines)
    };
    let (first, lines) = fingerprints(BUNDLED, false);
    let (moved, moved_lines) = fingerprints(BUNDLED, true);
    assert!(!first.is_empty());
    assert_eq!(first, moved);
    assert_ne!(lines, moved_lines);
}

fn is_non_success(status: &TestCaseStatus, wanted: NonSuccessKind) -> bool {
    matches!(status, TestCaseStatus::NonSuccess { kind, .. } if *kind == wanted)
}

#[test]
fn the_cases_stand_in_the_order_of_the_plan() {
    let (document, _) = reports(BUNDLED, &["--jobs", "8"], 0);
    let cases = document["cases"].as_array().expect("a list");
    let paths: Vec<&str> = cases
        .iter()
        .filter_map(|case| case["path"].as_str())
        .collect();
    let place = cli::project(BUNDLED);
    let output = cli::program_in(place.path())
        .arg("list")
        .output()
        .expect("the program can be started");
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(paths, listed.lines().collect::<Vec<_>>());
}
