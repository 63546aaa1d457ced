//! Does a secret that is said back, in whatever form, stand in nothing that is written or told?
//!
//! The server says back what it was given and what it hands out, in headers and in bodies, plain and in
//! the usual codings. In one test it puts a secret past the program into a file.

mod kept;
mod mutated;
mod planted;

use std::fmt::Write as _;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use countersign::report::html;
use countersign::shell::files;
use serde_json::{Value, json};
use tempfile::TempDir;

use planted::{ADMIN, ALL, CREDENTIAL, PIN, Planted, SID, TOKEN};

use crate::stand_in::{self, Reply};
use crate::support::{Playground, Ran, program, read, write};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Shop, version: '1'}
security: [{bearerAuth: []}]
components:
  securitySchemes: {bearerAuth: {type: http, scheme: bearer}}
paths:
  /echo:
    get:
      operationId: echo
      responses:
        '200':
          description: d
          content: {application/json: {schema: {type: object, properties: {count: {type: integer}}}}}
  /login:
    post:
      operationId: login
      security: []
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties: {user: {type: string}, password: {type: string, writeOnly: true}}
      responses:
        '200':
          description: d
          content:
            application/json:
              schema: {type: object, properties: {token: {type: string, format: password}}}
";

const FLOWS: &str = "  - workflowId: log-in
    inputs:
      type: object
      properties: {password: {type: string, format: password, default: \"open<sesame>&'42\"}}
    steps:
      - stepId: login
        operationId: login
        requestBody: {contentType: application/json, payload: {user: ada, password: $inputs.password}}
        outputs: {token: $response.body#/token}
      - {stepId: echo, operationId: echo}
  - workflowId: wrong
    inputs:
      type: object
      properties: {password: {type: string, format: password, default: \"open<sesame>&'42\"}}
    steps:
      - stepId: login
        operationId: login
        requestBody: {contentType: application/json, payload: {user: ada, password: $inputs.password}}
        successCriteria: [{condition: $response.body#/token == 'another'}]
";

const ECHO: &str = "  - workflowId: echo
    steps: [{stepId: echo, operationId: echo}]
";

const SETTINGS: &str = "[targets.staging]
url = \"URL\"

[identities.default]
bearerAuth = { env = \"SHOP_TOKEN\" }

[secrets]
names = [\"adminToken\", \"sid\", \"pin\"]
";

/// A server that counts what it was asked, and says back what it must not.
fn serve() -> String {
    saying(|before| before)
}

/// The same, with another count.
fn saying(count: impl Fn(usize) -> usize + Send + 'static) -> String {
    stand_in::start(Box::new(move |asked, before| {
        let mut headers = "content-type: application/json\r\n".to_owned();
        write!(headers, "set-cookie: sid={}; Path=/\r\n", SID.raw).expect("a String");
        for (number, planted) in ALL.iter().enumerate() {
            write!(
                headers,
                "x-raw-{number}: {}\r\nx-coded-{number}: {} {}\r\n",
                planted.raw, planted.basic, planted.url
            )
            .expect("a String");
        }
        let said: Vec<Value> = ALL.iter().map(Planted::said).collect();
        let mut body = json!({"said": said, "adminToken": ADMIN.raw, "pin": PIN, "number": 3});
        if asked == "POST /login" {
            body["token"] = TOKEN.raw.into();
        } else {
            body["count"] = count(before).into();
        }
        Reply {
            status: 200,
            headers,
            body: body.to_string(),
        }
    }))
}

fn project(url: &str, flows: &str) -> Playground {
    Playground::new("shop", CONTRACT, flows, &SETTINGS.replace("URL", url))
}

fn call(root: &Path, arguments: &[&str]) -> Ran {
    let mut command = program();
    command.arg("-C").arg(root).args(arguments);
    command.env_remove("CI").env("SHOP_TOKEN", CREDENTIAL.raw);
    Ran::of(command.output().expect("the program can be started"))
}

/// Demands that no secret stands in a text, in any form.
fn demand_none(what: &str, text: &str) {
    demand_none_of(&ALL, what, text);
}

fn demand_none_of(secrets: &[Planted], what: &str, text: &str) {
    for planted in secrets {
        for form in planted.forms() {
            let at = text.find(form);
            let around = at.map(|at| text[..at].chars().rev().take(80).collect::<String>());
            let around = around.map(|it| it.chars().rev().collect::<String>());
            assert_eq!(around, None, "{form} stands in {what}");
        }
    }
    let pin = text.find(PIN).map(|at| &text[at.saturating_sub(200)..at]);
    assert_eq!(pin, None, "{PIN} stands in {what}");
}

/// Every file below a folder, hidden ones too, but what the test wrote itself.
fn written(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if !path.ends_with("specs") {
                written(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

/// Demands that no secret stands in a file of the project; answers with the names of all of them.
fn demand_none_in_files(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    written(root, &mut found);
    for path in &found {
        let text = read(path);
        demand_none(&path.display().to_string(), &text);
        if path.extension().is_some_and(|it| it == "html") {
            let data = html::document(&text, 1 << 26).expect("a page with data");
            demand_none("the data of the page", &data);
        }
    }
    let names = found.iter().map(|it| it.display().to_string());
    names.collect()
}

/// The flags that ask for every form of report, into a folder of the project.
fn all_reports(root: &Path) -> Vec<String> {
    let forms = countersign::report::FORMATS.iter();
    let flags = forms.flat_map(|it| {
        let path = root.join(format!("reports/report.{}", it.id));
        [
            "--report".to_owned(),
            format!("{}={}", it.id, path.display()),
        ]
    });
    flags.collect()
}

const RUN: [&str; 6] = ["run", "--target", "staging", "--jobs", "1", "-v"];

#[test]
fn a_planted_secret_is_in_no_file_and_no_output() {
    let folder = project(&serve(), &format!("{FLOWS}{ECHO}"));
    let root = folder.root();
    let flags = all_reports(root);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let mut told = Vec::new();
    for update in ["new", "auto"] {
        let ran = call(root, &[&RUN[..], &["--update", update], &flags].concat());
        assert_eq!(ran.code, Some(1), "{}", ran.story());
        assert!(!ran.err.contains("withdrawn"), "{}", ran.story());
        told.push(("run", ran));
    }
    let files = demand_none_in_files(root);
    let is_there = |end: &str| files.iter().any(|it| it.ends_with(end));
    for form in countersign::report::FORMATS {
        assert!(is_there(&format!("report.{}", form.id)), "{files:?}");
    }
    for end in ["log-in.snap", "echo.snap", "echo.snap.new", ".jsonl"] {
        assert!(is_there(end), "{end}: {files:?}");
    }
    let snapshot = read(&root.join("snapshots/shop/echo.snap"));
    for name in [
        "(credential:bearerAuth)",
        "(secret:adminToken)",
        "(secret:token)",
        "\"pin\": \"(secret:pin)\"",
    ] {
        assert!(snapshot.contains(name), "{snapshot}");
    }
    let wrong = &told[0].1.out;
    assert!(wrong.contains("(secret:token)"), "{wrong}");
    let repeated = r#"{"user":"ada","password":"'"$STEP_PASSWORD"'"}'"#;
    assert!(wrong.contains(repeated), "{wrong}");
    let again = format!("html={}", root.join("again.html").display());
    for arguments in [
        &["run", "--target", "staging", "--report", "json=-"][..],
        &["run", "--target", "staging", "--report", "jsonl=-"],
        &["pending", "--diff"],
        &["report", "latest", "--report", "markdown=-"],
        &["report", "latest", "--report", &again],
        &["replay", "latest:shop::log-in/login", "--curl"],
        &["diff", "latest", "latest"],
        &["doctor", "--target", "staging"],
        &["accept"],
        &["runs"],
    ] {
        told.push((arguments[0], call(root, arguments)));
    }
    for (command, ran) in &told {
        demand_none(command, &ran.story());
        assert!(!matches!(ran.code, Some(8 | 70)), "{}", ran.story());
    }
    // What only another flow knows is no secret to a command that does not play it.
    for arguments in [
        &["replay", "latest:shop::echo/echo", "--target", "staging"][..],
        &["noise", "shop::echo", "--target", "staging"],
    ] {
        let ran = call(root, arguments);
        demand_none_of(&[CREDENTIAL, ADMIN, SID], arguments[0], &ran.story());
        assert!(!matches!(ran.code, Some(2 | 8 | 70)), "{}", ran.story());
    }
    demand_none_in_files(root);
}

#[test]
fn every_report_stays_well_formed_with_names_in_it() {
    let folder = project(&serve(), &format!("{FLOWS}{ECHO}"));
    let root = folder.root();
    let flags = all_reports(root);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let ran = call(root, &[&RUN[..], &["--update", "new"], &flags].concat());
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    let report = |id: &str| read(&root.join(format!("reports/report.{id}")));
    for id in ["json", "sarif", "gitlab", "har"] {
        let text = report(id);
        let value: Result<Value, _> = serde_json::from_str(&text);
        assert!(value.is_ok(), "{id}: {text}");
        assert!(id != "json" || text.contains("(secret:"), "{text}");
    }
    let lines = report("jsonl");
    let mut lines = lines.lines();
    assert!(lines.all(|it| serde_json::from_str::<Value>(it).is_ok()));
    assert!(countersign::xml::parse(&report("junit")).is_ok());
    assert!(html::document(&report("html"), 1 << 26).is_ok());
    let snapshot = read(&root.join("snapshots/shop/log-in.snap"));
    assert!(countersign::snapshot::parse_file(&snapshot).is_ok());
}

#[test]
fn what_was_written_before_a_secret_was_known_is_written_again() {
    let folder = project(&serve(), &format!("{ECHO}{FLOWS}"));
    let root = folder.root();
    let reports = ["--report", "json=a.json", "--report", "html=a.html"];
    let mut command = program();
    command
        .current_dir(root)
        .args(RUN)
        .args(["--update", "new"]);
    command.args(reports).env_remove("CI");
    command.env("SHOP_TOKEN", CREDENTIAL.raw);
    let ran = Ran::of(command.output().expect("the program can be started"));
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    assert!(demand_none_in_files(root).len() > 3);
    let snapshot = read(&root.join("snapshots/shop/echo.snap"));
    assert!(snapshot.contains("(secret:token)"), "{snapshot}");
}

#[test]
fn a_snapshot_with_names_of_secrets_stays_as_it_is() {
    let folder = project(&serve(), &format!("{FLOWS}{ECHO}"));
    let root = folder.root();
    let run = ["run", "shop::log-in", "--target", "staging", "--update"];
    let ran = call(root, &[&run[..], &["new"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    let path = root.join("snapshots/shop/log-in.snap");
    let first = read(&path);
    // What counts the requests changes, and nothing else does.
    write(&path, &first.replace("\"count\": 1", "\"count\": 3"));
    let ran = call(root, &[&run[..], &["check"]].concat());
    assert_eq!(ran.code, Some(0), "{first}\n{}", ran.story());
}

/// Puts a text past the program into the file that is being written in this folder.
fn put_into_the_file(folder: &Path, text: &str) {
    let mut found = Vec::new();
    written(folder, &mut found);
    for path in found {
        // The program writes before this place, and nothing of it over it.
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .open(path)
            .expect("it is there while the run goes on");
        file.seek(SeekFrom::Start(1 << 20)).expect("a plain file");
        file.write_all(text.as_bytes()).expect("room");
    }
}

#[test]
fn a_planted_hole_is_caught_and_the_file_withdrawn() {
    for form in CREDENTIAL.forms() {
        let folder = TempDir::new().expect("a folder");
        let reports = folder.path().join("reports");
        let place = reports.clone();
        let url = stand_in::start(Box::new(move |_, _| {
            put_into_the_file(&place, &format!("one\ntwo {form} three"));
            Reply::json("{\"count\": 1}")
        }));
        let shop = project(&url, ECHO);
        let report = format!("json={}", reports.join("a.json").display());
        let more = ["--no-record", "--update", "check", "--report", &report];
        let ran = call(shop.root(), &[&RUN[..], &more].concat());
        assert_eq!(ran.code, Some(8), "{form}: {}", ran.story());
        assert!(
            ran.err
                .contains("a.json: (credential:bearerAuth) would stand in line")
        );
        demand_none("what is told", &ran.story());
        let mut left = Vec::new();
        written(&reports, &mut left);
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn what_is_no_secret_is_no_hole() {
    let folder = TempDir::new().expect("a folder");
    let reports = folder.path().join("reports");
    let place = reports.clone();
    let url = stand_in::start(Box::new(move |_, _| {
        put_into_the_file(
            &place,
            "(credential:bearerAuth) cr3d/of+shop Y3IzZC9vZitzaG9w",
        );
        Reply::json("{\"count\": 1}")
    }));
    let shop = project(&url, ECHO);
    let report = format!("json={}", reports.join("a.json").display());
    let more = ["--no-record", "--update", "new", "--report", &report];
    let ran = call(shop.root(), &[&RUN[..], &more].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(reports.join("a.json").exists());
}

#[test]
fn a_recorded_request_without_its_secret_is_not_sent() {
    let folder = project(&serve(), &format!("{FLOWS}{ECHO}"));
    let root = folder.root();
    let ran = call(root, &[&RUN[..], &["--update", "new"]].concat());
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    let again = ["replay", "latest:shop::log-in/login", "--target", "staging"];
    let ran = call(root, &again);
    assert_eq!(ran.code, Some(2), "{}", ran.story());
    assert!(
        ran.err.contains("it held (secret:password)"),
        "{}",
        ran.story()
    );
}

#[test]
fn a_short_credential_is_told_once() {
    let folder = project(&serve(), &format!("{FLOWS}{ECHO}"));
    for command in ["run", "doctor"] {
        let mut program = program();
        program.arg("-C").arg(folder.root());
        program.args([command, "--target", "staging"]);
        program.env_remove("CI").env("SHOP_TOKEN", "abc");
        let ran = Ran::of(program.output().expect("the program can be started"));
        let told = format!("{}{}", ran.out, ran.err);
        let warned = told.matches("too short to be hidden").count();
        assert_eq!(warned, 1, "{}", ran.story());
    }
}

#[test]
fn the_file_that_is_left_would_show_what_is_not_hidden() {
    // The test is blind where nothing of it is found without the program's help.
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("a.txt");
    for planted in &ALL {
        for form in planted.forms() {
            files::store(&path, format!("x{form}y").as_bytes()).expect("a file");
            let text = read(&path);
            let found = std::panic::catch_unwind(|| demand_none("a file", &text));
            assert!(found.is_err(), "{form} is not looked for");
        }
    }
}
