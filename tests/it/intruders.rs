//! What does not get in: a table of files, values and paths that somebody may hand in to do harm. Each is
//! refused with a place or a reason, in bounded time and output, and nothing is sent.
//!
//! What servers send is in `hostile`, what a page shows in `page`, what records and journals ask for in
//! `records` and `cleanup`.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;

use crate::support::{self, Ran};

/// A contract that everything is tried on.
const CONTRACT: &str = r#"openapi: 3.1.0
info: {title: A, version: "1"}
paths:
  /a:
    post:
      operationId: make
      parameters: [{name: X-A, in: header, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {}}, application/octet-stream: {}}}
      responses: {"200": {description: Ok.}}
"#;

/// A flow that is in order.
const FLOW: &str = r"arazzo: 1.0.1
info: {title: F, version: '1'}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - workflowId: flow
    steps:
      - stepId: make
        operationId: make
        requestBody: {contentType: application/json, payload: {x: 1}}
";

/// The largest output of a refusal, in bytes.
const OUTPUT_BYTES_MAX: usize = 64 * 1024;

/// One thing that is tried.
#[derive(Clone)]
struct Row {
    name: &'static str,
    /// The file that is handed in.
    file: &'static str,
    text: String,
    /// What is said of it.
    told: &'static str,
}

fn row(name: &'static str, file: &'static str, text: impl Into<String>, told: &'static str) -> Row {
    let text = text.into();
    Row {
        name,
        file,
        text,
        told,
    }
}

/// YAML in which each alias stands for nine of the one before.
fn bomb(head: &str) -> String {
    let mut text = format!("{head}\nx-bomb:\n  - &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        let nine = vec![format!("*a{before}"); 9].join(", ");
        writeln!(text, "  - &a{level} [{nine}]").expect("a String takes all");
    }
    text
}

fn flow(from: &str, to: &str) -> String {
    assert!(FLOW.contains(from), "{from}");
    FLOW.replace(from, to)
}

fn contract(from: &str, to: &str) -> String {
    assert!(CONTRACT.contains(from), "{from}");
    CONTRACT.replace(from, to)
}

const OPENAPI: &str = "specs/a/openapi.yaml";
const ARAZZO: &str = "specs/a/flow.arazzo.yaml";
const SETTINGS: &str = "specs/a/api.toml";

/// What grows, or never ends.
fn growing() -> Vec<Row> {
    let deep = "[".repeat(100_000);
    vec![
        row(
            "aliases that grow, in a contract",
            OPENAPI,
            bomb(CONTRACT),
            "copies",
        ),
        row(
            "aliases that grow, in a scenario",
            ARAZZO,
            bomb(FLOW),
            "copies",
        ),
        row(
            "an alias of itself",
            ARAZZO,
            format!("{FLOW}x-a: &a [*a]\n"),
            "a",
        ),
        row(
            "nesting without end, in YAML",
            ARAZZO,
            format!("{FLOW}x-a: {deep}\n"),
            "recursion limit",
        ),
        row(
            "a pattern that takes for ever",
            ARAZZO,
            flow(
                "requestBody:",
                "successCriteria: [{context: $response.body, type: regex, condition: '((a{999}){999}){999}'}]\n        requestBody:",
            ),
            "regex",
        ),
        row(
            "bytes that are no text",
            OPENAPI,
            "\u{0}\u{1}\u{2}",
            "error",
        ),
    ]
}

/// Ways out of the folder.
fn ways_out() -> Vec<Row> {
    let payload = "application/json, payload: {x: 1}";
    let file = |path: &str| {
        let payload_of = format!("application/octet-stream, payload: \"$file('{path}')\"");
        flow(payload, &payload_of)
    };
    let reference = |to: &str| contract("{description: Ok.}", &format!("{{$ref: '{to}'}}"));
    vec![
        row(
            "a file outside, to be sent",
            ARAZZO,
            file("../../../secret"),
            "secret",
        ),
        row(
            "a file of the system, to be sent",
            ARAZZO,
            file("/etc/hostname"),
            "hostname",
        ),
        row(
            "a link that leads out, to be sent",
            ARAZZO,
            file("files/link"),
            "files/link",
        ),
        row("a folder, to be sent", ARAZZO, file("files"), "files"),
        row(
            "a reference out of the folder",
            OPENAPI,
            reference("../../secret.yaml"),
            "secret",
        ),
        row(
            "a reference to a file of the system",
            OPENAPI,
            reference("/etc/hostname"),
            "hostname",
        ),
        row(
            "a reference through a link",
            OPENAPI,
            reference("files/link"),
            "files/link",
        ),
        row(
            "a reference that is fetched",
            OPENAPI,
            reference("http://127.0.0.1:1/a"),
            "--allow-remote",
        ),
        row(
            "a reference to a scheme of files",
            OPENAPI,
            reference("file:///etc/hostname"),
            "hostname",
        ),
    ]
}

/// Values that go on as something else.
fn values() -> Vec<Row> {
    let header = |value: &str| {
        let parameters = format!("parameters: [{{name: X-A, in: header, value: \"{value}\"}}]");
        flow(
            "requestBody:",
            &format!("{parameters}\n        requestBody:"),
        )
    };
    vec![
        row(
            "a header that goes on as another one",
            ARAZZO,
            header("a\\r\\nX-Evil: 1"),
            "line break",
        ),
        row(
            "a header with a bare line feed",
            ARAZZO,
            header("a\\nX-Evil: 1"),
            "line break",
        ),
        row(
            "a workflow that is called like a way out",
            ARAZZO,
            flow("workflowId: flow", "workflowId: ../../x"),
            "workflowId",
        ),
        row(
            "a workflow that is called like a folder",
            ARAZZO,
            flow("workflowId: flow", "workflowId: a/b"),
            "workflowId",
        ),
        row(
            "a step that steers the terminal",
            ARAZZO,
            flow("operationId: make", "operationId: \"\\e[2Jmake\""),
            "operation",
        ),
    ]
}

/// Settings.
fn settings() -> Vec<Row> {
    let deep = "[".repeat(100_000);
    vec![
        row(
            "nesting without end, in TOML",
            SETTINGS,
            format!("a = {deep}\n"),
            "error",
        ),
        row(
            "a target that is called like a way out",
            SETTINGS,
            "[targets.\"../up\"]\nurl = \"http://h\"\n",
            "cannot be called",
        ),
        row(
            "a target with a password in its URL",
            SETTINGS,
            "[targets.t]\nurl = \"http://u:hunter2@h\"\n",
            "no user and no password",
        ),
        row(
            "a secret in the settings",
            SETTINGS,
            "[identities.default]\nkey = \"hunter2\"\n",
            "does not stand in this file",
        ),
        row(
            "a key outside of the project",
            SETTINGS,
            "[identities.default]\nkey = { file = \"../hunter2\" }\n",
            "a path inside the project",
        ),
        row(
            "shared files outside of the project",
            SETTINGS,
            "shared = [\"../..\"]\n",
            "no folder of the project",
        ),
    ]
}

fn rows() -> Vec<Row> {
    [growing(), ways_out(), values(), settings()].concat()
}

/// Runs the program over a project with one thing in it that should not get in.
fn try_row(row: &Row) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("project");
    for (file, text) in [
        (OPENAPI, CONTRACT),
        (ARAZZO, FLOW),
        (row.file, row.text.as_str()),
    ] {
        support::write(&root.join(file), text);
    }
    support::write(&folder.path().join("secret"), "hunter2");
    support::write(&root.join("specs/a/files/inside"), "x");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../../../../secret", root.join("specs/a/files/link"))
        .expect("a link");
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    server.set_nonblocking(true).expect("a socket can be asked");
    let url = format!("http://{}", server.local_addr().expect("an address"));
    let ran = support::run(&root, &["--target", &url, "--no-record"]);
    assert!(server.accept().is_err(), "{}: something was sent", row.name);
    ran
}

#[test]
fn what_does_harm_is_refused_before_anything_is_sent() {
    for row in rows() {
        let ran = try_row(&row);
        let story = || format!("{}\n{}", row.name, ran.story());
        assert_eq!(ran.code, Some(6), "{}", story());
        assert!(ran.err.contains(row.told), "{}", story());
        assert!(ran.err.contains("help: "), "{}", story());
        assert!(!ran.err.contains('\u{1b}'), "{}", story());
        assert!(!ran.err.contains("hunter2"), "{}", story());
        assert!(ran.err.len() < OUTPUT_BYTES_MAX, "{}", story());
    }
}

#[test]
fn without_harm_the_same_project_is_played() {
    let harmless = row("nothing", ARAZZO, FLOW, "");
    let folder = tempfile::tempdir().expect("a folder");
    for (file, text) in [(OPENAPI, CONTRACT), (ARAZZO, &harmless.text)] {
        support::write(&folder.path().join(file), text);
    }
    let ran = support::run(folder.path(), &["--target", "http://127.0.0.1:1"]);
    assert_eq!(ran.code, Some(3), "{}", ran.story());
}

#[test]
fn reports_and_records_go_to_no_folder_and_no_device() {
    let folder = tempfile::tempdir().expect("a folder");
    for (file, text) in [(OPENAPI, CONTRACT), (ARAZZO, FLOW)] {
        support::write(&folder.path().join(file), text);
    }
    let root = folder.path().display().to_string();
    for path in [root.as_str(), "/dev/null", "/dev/full", "/proc/none/x"] {
        for flag in [format!("--report=json={path}"), format!("--record={path}")] {
            let arguments = ["--target", "http://127.0.0.1:1", flag.as_str()];
            let ran = support::run(Path::new(&root), &arguments);
            assert_eq!(ran.code, Some(2), "{flag}\n{}", ran.story());
            assert!(
                ran.err.contains("help: name another path"),
                "{flag}\n{}",
                ran.story()
            );
        }
    }
}
