//! Reports as their readers take them: the JSON document by its schema, JUnit by another reader, and
//! both with the same numbers.

use std::path::Path;

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
    let output = cli::program(place.path())
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
        reports(BUNDLED, &["--fault", "undeclared-field"], 1),
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
    let output = cli::program(place.path())
        .arg("list")
        .output()
        .expect("the program can be started");
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(paths, listed.lines().collect::<Vec<_>>());
}
