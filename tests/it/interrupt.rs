//! A run that is told to stop ends in order: what a flow always does is still done, the report is
//! whole, and its numbers add up.
//!
//! The server holds its answers back for ever, so nothing here depends on how fast anything is; the
//! signals are sent when the server has seen a request.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tokio::io::{self, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::support::{self, Ran};

/// The contract of a server that makes things, and takes its time.
const CONTRACT: &str = "
openapi: 3.1.0
info: {title: Things, version: 1.0.0}
paths:
  /thing:
    put: {operationId: make, responses: {'204': {description: Made.}}}
    get: {operationId: look, responses: {'204': {description: There.}}}
    delete: {operationId: remove, responses: {'204': {description: Gone.}}}
";

/// Flows of which the first is stopped in its second step of four, and the others before they begin.
const FLOWS: &str = "
arazzo: 1.0.1
info: {title: Flows, version: 1.0.0}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - workflowId: first
    steps:
      - {stepId: make, operationId: make}
      - {stepId: look, operationId: look}
      - {stepId: lookAgain, operationId: look}
      - {stepId: remove, operationId: remove, x-countersign: {always: true}}
  - workflowId: second
    steps: [{stepId: make, operationId: make}, {stepId: remove, operationId: remove, x-countersign: {always: true}}]
  - workflowId: third
    steps: [{stepId: make, operationId: make}]
";

/// How many steps the flows have together.
const STEPS: u64 = 7;

/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// A server that answers at once, but for the methods that it holds back.
struct Server {
    url: String,
    /// The method of each request, when it has come in.
    seen: mpsc::UnboundedReceiver<String>,
    /// Ends with the server.
    _serving: JoinSet<()>,
}

impl Server {
    async fn start(held_back: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (tell, seen) = mpsc::unbounded_channel();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let tell = tell.clone();
                // A client that goes away is what these tests are about.
                connections.spawn(async move { drop(answer(stream, held_back, &tell).await) });
            }
        });
        Self {
            url,
            seen,
            _serving: serving,
        }
    }

    async fn next(&mut self) -> String {
        self.seen.recv().await.expect("the server runs")
    }
}

/// Reads a request, tells that it came, and answers it unless it is held back.
async fn answer(
    mut stream: TcpStream,
    held_back: &[&str],
    tell: &mpsc::UnboundedSender<String>,
) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD_BYTES_MAX {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head);
    let method = head.split(' ').next().unwrap_or_default();
    let is_held_back = held_back.contains(&method);
    // The test may have ended.
    let _ = tell.send(method.to_owned());
    if is_held_back {
        return std::future::pending().await;
    }
    stream
        .write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        .await?;
    stream.shutdown().await
}

/// Plays the flows one by one and sends the signal each time a method is seen that is waited for;
/// with the methods that were seen and the report.
async fn play(
    signal: &str,
    held_back: &'static [&'static str],
    signal_at: &[&str],
) -> (Ran, Vec<String>, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs/things");
    support::write(&specs.join("openapi.yaml"), CONTRACT);
    support::write(&specs.join("flows.arazzo.yaml"), FLOWS);
    let report = folder.path().join("report.json");
    let mut server = Server::start(held_back).await;
    let command = command(folder.path(), &server.url, &report);
    let (ran, seen) = drive(command, &mut server, (signal, signal_at)).await;
    let report = serde_json::from_str(&support::read(&report)).expect("whole JSON");
    (ran, seen, report)
}

/// Runs a command and sends the signal each time a method is seen that is waited for; with the methods that
/// were seen.
async fn drive(
    mut command: Command,
    server: &mut Server,
    (signal, signal_at): (&str, &[&str]),
) -> (Ran, Vec<String>) {
    let process = command.spawn().expect("the program can be started");
    let id = process.id().to_string();
    let ending = tokio::task::spawn_blocking(move || process.wait_with_output());
    let mut seen = Vec::new();
    for wanted in signal_at {
        while seen.last().map(String::as_str) != Some(*wanted) {
            seen.push(server.next().await);
        }
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{signal} {id}")])
            .status();
        assert!(sent.expect("there is a shell").success());
    }
    let ran = Ran::of(ending.await.expect("no panic").expect("it has ended"));
    while let Ok(method) = server.seen.try_recv() {
        seen.push(method);
    }
    (ran, seen)
}

fn command(root: &Path, url: &str, report: &Path) -> Command {
    let mut command = support::program();
    command.arg("-C").arg(root).arg("run");
    command.args(["--jobs", "1", "--target", url]);
    command.arg(format!("--report=json={}", report.display()));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Asserts that every flow and every step is in the report, once.
fn assert_adds_up(report: &Value) {
    let count = |pointer: &str| report.pointer(pointer).and_then(Value::as_u64);
    let sum = |pointers: &[&str]| -> Option<u64> { pointers.iter().map(|it| count(it)).sum() };
    assert_eq!(report["cases"].as_array().map(Vec::len), Some(3));
    assert_eq!(count("/summary/selected"), Some(3));
    let verdicts = [
        "/summary/passed",
        "/summary/failed",
        "/summary/needs_review",
        "/summary/broken",
        "/summary/skipped",
    ];
    assert_eq!(sum(&verdicts), Some(3));
    let steps = [
        "/summary/steps/passed",
        "/summary/steps/failed",
        "/summary/steps/not_run",
    ];
    assert_eq!(sum(&steps), Some(STEPS));
    let verdicts: Vec<_> = (0..3)
        .map(|place| &report["cases"][place]["verdict"])
        .collect();
    assert_eq!(verdicts, ["broken", "skipped", "skipped"], "{report:#}");
}

#[tokio::test]
async fn the_first_signal_lets_flows_tidy_up() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let (ran, seen, report) = play(signal, &["GET"], &["GET"]).await;
        assert_eq!(ran.code, Some(code), "{}", ran.story());
        assert_eq!(seen, ["PUT", "GET", "DELETE"], "{}", ran.story());
        assert_adds_up(&report);
        let passed = report.pointer("/summary/steps/passed");
        assert_eq!(passed.and_then(Value::as_u64), Some(2), "{report:#}");
        assert!(ran.out.contains("the run was stopped"), "{}", ran.story());
    }
}

#[tokio::test]
async fn a_second_signal_leaves_a_whole_report_too() {
    let (ran, seen, report) = play("INT", &["GET", "DELETE"], &["GET", "DELETE"]).await;
    assert_eq!(ran.code, Some(130), "{}", ran.story());
    assert_eq!(seen, ["PUT", "GET", "DELETE"], "{}", ran.story());
    assert_adds_up(&report);
}

#[tokio::test]
async fn mutants_that_are_stopped_let_flows_tidy_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs/things");
    support::write(&specs.join("openapi.yaml"), CONTRACT);
    support::write(&specs.join("flows.arazzo.yaml"), FLOWS);
    let mut server = Server::start(&["GET"]).await;
    let mut command = support::program();
    command.arg("-C").arg(folder.path()).arg("mutate");
    command.args(["--jobs", "1", "--target", &server.url]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (ran, seen) = drive(command, &mut server, ("INT", &["GET"])).await;
    assert_eq!(ran.code, Some(130), "{}", ran.story());
    assert_eq!(seen, ["PUT", "GET", "DELETE"], "{}", ran.story());
    assert!(ran.out.is_empty(), "{}", ran.story());
    assert!(
        ran.err.contains("stopped before every mutant was played"),
        "{}",
        ran.story()
    );
}
