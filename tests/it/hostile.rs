//! Servers that break every rule: each ends in a clear finding or error, in bounded time and memory,
//! while the other flows go on, and nothing that they send reaches the terminal as a command.
//!
//! The servers are raw sockets, because no HTTP library would do what they do.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use countersign::shell::clock::SystemClock;
use countersign::world::Clock as _;
use serde_json::Value;
use tokio::io::{self, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::support::{self, Ran};

/// The contract of a server that has one good path and one that is hostile.
const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: Things, version: 1.0.0}
paths:
  /good:
    get:
      operationId: getGood
      responses: {"200": {$ref: '#/components/responses/Thing'}}
  /hostile:
    get:
      operationId: getHostile
      responses: {"200": {$ref: '#/components/responses/Thing'}}
components:
  responses:
    Thing:
      description: A thing.
      content:
        application/json:
          schema: {type: object, required: [ok], properties: {ok: {type: boolean}, text: {type: string}}}
"#;

const FLOWS: &str = "
arazzo: 1.0.1
info: {title: Flows, version: 1.0.0}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - workflowId: before
    steps: [{stepId: get, operationId: getGood}]
  - workflowId: hostile
    steps: [{stepId: get, operationId: getHostile}]
  - workflowId: after
    steps: [{stepId: get, operationId: getGood}]
";

/// A whole answer that is right.
const GOOD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\
                    connection: close\r\n\r\n{\"ok\":true}";

/// The longest that a run may take: three requests of at most a second, and a slow machine.
const TIME_MAX: Duration = Duration::from_secs(20);

/// How much a client that reads at most 16 MiB of a body may take, with all that lies in buffers.
const TAKEN_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// What a server does instead of answering.
#[derive(Debug, Clone, Copy)]
enum Deed {
    /// Sends this and closes.
    Sends(&'static [u8]),
    /// Sends this and then nothing more, without closing.
    Stalls(&'static [u8]),
    /// Sends this and breaks the connection.
    Breaks(&'static [u8]),
    /// Sends the first, then the second over and over.
    Repeats(&'static [u8], &'static [u8]),
    /// Sends the first, then a byte at a time.
    Drips(&'static [u8]),
}

/// A server on a loopback port, with the number of bytes that were taken from it.
struct Server {
    url: String,
    taken: Arc<AtomicUsize>,
    /// Ends with the server.
    _serving: JoinSet<()>,
}

impl Server {
    async fn start(deed: Deed) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let taken = Arc::new(AtomicUsize::new(0));
        let mut serving = JoinSet::new();
        let count = Arc::clone(&taken);
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let count = Arc::clone(&count);
                // A client that goes away is what these tests are about.
                connections.spawn(async move { drop(answer(stream, deed, &count).await) });
            }
        });
        Self {
            url: format!("http://{address}"),
            taken,
            _serving: serving,
        }
    }
}

/// Reads a request and answers it, or does the deed where the path asks for it.
async fn answer(mut stream: TcpStream, deed: Deed, taken: &AtomicUsize) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD_BYTES_MAX {
        head.push(stream.read_u8().await?);
    }
    if !head.starts_with(b"GET /hostile ") {
        stream.write_all(GOOD.as_bytes()).await?;
        return stream.shutdown().await;
    }
    match deed {
        Deed::Sends(bytes) => {
            stream.write_all(bytes).await?;
            stream.shutdown().await
        }
        Deed::Stalls(bytes) => {
            stream.write_all(bytes).await?;
            std::future::pending().await
        }
        Deed::Breaks(bytes) => {
            stream.write_all(bytes).await?;
            stream.set_zero_linger()
        }
        Deed::Repeats(bytes, more) => {
            stream.write_all(bytes).await?;
            let more = more.repeat(64 * 1024 / more.len());
            loop {
                stream.write_all(&more).await?;
                taken.fetch_add(more.len(), Ordering::Relaxed);
            }
        }
        Deed::Drips(bytes) => {
            stream.write_all(bytes).await?;
            let mut ticks = tokio::time::interval(Duration::from_millis(20));
            loop {
                ticks.tick().await;
                stream.write_u8(b'x').await?;
            }
        }
    }
}

/// A server's deed with what comes of it: the exit code, and what is told.
type Row = (&'static str, Deed, i32, &'static [&'static str]);

/// Deeds after which there is no answer at all.
const LOST: &[Row] = &[
    ("hangs", Deed::Stalls(b""), 3, &["no answer in time"]),
    (
        "hangs up",
        Deed::Sends(b""),
        3,
        &["the connection was closed"],
    ),
    (
        "resets",
        Deed::Breaks(b""),
        3,
        &["the connection was closed"],
    ),
    (
        "speaks no HTTP",
        Deed::Sends(b"SSH-2.0-OpenSSH_9.6\r\n"),
        3,
        &["the answer is not HTTP"],
    ),
    (
        "breaks off in the head",
        Deed::Sends(b"HTTP/1.1 200 OK\r\ncontent-ty"),
        3,
        &["the connection was closed"],
    ),
    (
        "drips a head",
        Deed::Drips(b"HTTP/1.1 200 OK\r\nx-drip: "),
        3,
        &["no answer in time"],
    ),
    (
        "never ends its head",
        Deed::Repeats(b"HTTP/1.1 200 OK\r\n", b"x-more: more\r\n"),
        3,
        &["the answer is not HTTP"],
    ),
    (
        "has commands in a header",
        Deed::Sends(b"HTTP/1.1 200 OK\r\nx-evil: \x1b[2Jowned\r\ncontent-length: 0\r\n\r\n"),
        3,
        &["the answer is not HTTP"],
    ),
    (
        "has commands in the status line",
        Deed::Sends(b"HTTP/1.1 200 \x1b]0;owned\x07\r\ncontent-length: 0\r\n\r\n"),
        3,
        &["the answer is not HTTP"],
    ),
];

/// Deeds after which there is an answer to judge.
const JUDGED: &[Row] = &[
    ("truncates", Deed::Sends(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"ok\":true"), 1, &["body-decoding: "]),
    ("breaks off in the body", Deed::Breaks(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"ok\":true"), 1, &["body-decoding: "]),
    ("declares more than it sends", Deed::Stalls(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{\"ok\":true}"), 1, &["body-decoding: "]),
    ("declares less than it sends", Deed::Sends(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{\"ok\":true}"), 1, &["body-decoding: "]),
    ("has chunks that are none", Deed::Sends(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{\"ok\":true}"), 1, &["body-decoding: "]),
    ("never ends", Deed::Repeats(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1073741824\r\n\r\n[", b"1,"), 1, &["body-decoding: "]),
    ("drips a body", Deed::Drips(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n\""), 1, &["body-decoding: "]),
    ("nests too deep", Deed::Repeats(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n", b"["), 1, &["body-decoding: "]),
    ("is not UTF-8", Deed::Sends(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"ok\":true,\"text\":\"\xff\xfe\"}"), 1, &["body-decoding: "]),
    ("is not JSON", Deed::Sends(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"ok\":tru"), 1, &["body-decoding: "]),
    ("has commands in broken JSON", Deed::Sends(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"ok\":\"\x1b[31m\xc2\x9b2Jred\"}"), 1, &["body-decoding: "]),
    ("has commands in good JSON", Deed::Sends(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"ok\":\"\\u001b[31m\\u009b2Jred\",\"\\u001b]0;owned\\u0007\":\"\xc2\x9b31m\"}"), 1, &["response-schema: "]),
    ("has commands in its media type", Deed::Sends(b"HTTP/1.1 200 OK\r\ncontent-type: \xc2\x9b31mtext/html\r\n\r\n<html>"), 1, &["media-type: "]),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_gives_no_answer_is_named_and_other_flows_go_on() {
    play_all(LOST, "broken").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_gives_a_bad_answer_is_found_and_other_flows_go_on() {
    play_all(JUDGED, "failed").await;
}

/// Plays the flows against every server, all at the same time.
async fn play_all(rows: &'static [Row], verdict: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs/things");
    support::write(&specs.join("openapi.yaml"), CONTRACT);
    support::write(&specs.join("flows.arazzo.yaml"), FLOWS);
    let good = Server::start(Deed::Sends(GOOD.as_bytes())).await;
    let approved = run(folder.path(), &good.url, "approve").await.0;
    assert_eq!(approved.code, Some(0), "{}", approved.story());
    let mut complaints = Vec::new();
    let root = folder.path();
    let played = rows.iter().map(|row| async move {
        let server = Server::start(row.1).await;
        let clock = SystemClock::new();
        let (ran, reports) = run(root, &server.url, row.0).await;
        let took = clock.elapsed();
        (row, ran, reports, took, server)
    });
    for (row, ran, [json, junit], took, server) in futures_util::future::join_all(played).await {
        let (name, _, code, words) = row;
        let mut wrong = Vec::new();
        let told = [&ran.out, &ran.err, &json, &junit]
            .map(String::as_str)
            .concat();
        let report: Value = serde_json::from_str(&json).expect("whole JSON");
        let verdicts = ["before", "hostile", "after"].map(|flow| verdict_of(&report, flow));
        wrong.extend((ran.code != Some(*code)).then_some("the exit code"));
        wrong.extend((verdicts != ["passed", verdict, "passed"]).then_some("the verdicts"));
        wrong.extend((!words.iter().all(|it| ran.out.contains(it))).then_some("the words"));
        wrong.extend((took > TIME_MAX).then_some("the time"));
        let taken = server.taken.load(Ordering::Relaxed);
        wrong.extend((taken > TAKEN_BYTES_MAX).then_some("the bytes taken"));
        let is_command = |it: char| it.is_control() && !matches!(it, '\n' | '\t');
        wrong.extend(told.contains(is_command).then_some("commands told"));
        if !wrong.is_empty() {
            complaints.push(format!(
                "{name}: {wrong:?} {took:?} {taken}\n{}",
                ran.story()
            ));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Runs the program with a limit of a second for each request; with both reports.
async fn run(root: &Path, url: &str, name: &str) -> (Ran, [String; 2]) {
    let [json, junit] = ["json", "xml"].map(|ending| root.join(format!("{name}.{ending}")));
    let mut command = support::program();
    command.arg("-C").arg(root).arg("run");
    command.args(["--target", url, "--timeout", "1"]);
    command.arg(format!("--report=json={}", json.display()));
    command.arg(format!("--report=junit={}", junit.display()));
    if name == "approve" {
        command.args(["--update", "accept"]);
    }
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.expect("no panic").expect("it can be started");
    (
        Ran::of(output),
        [json, junit].map(|path| support::read(&path)),
    )
}

fn verdict_of<'r>(report: &'r Value, flow: &str) -> &'r str {
    let cases = report["cases"].as_array().expect("a list");
    let path = format!("things::{flow}");
    let case = cases.iter().find(|case| case["path"] == path.as_str());
    case.and_then(|case| case["verdict"].as_str())
        .unwrap_or("none")
}

#[tokio::test]
async fn where_nothing_listens_host_and_port_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs/things");
    support::write(&specs.join("openapi.yaml"), CONTRACT);
    support::write(&specs.join("flows.arazzo.yaml"), FLOWS);
    // A port that is taken, so that nobody else can listen there, and that does not listen.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket
        .bind("127.0.0.1:0".parse().expect("an address"))
        .expect("a free port");
    let address = socket.local_addr().expect("an address").to_string();
    let (ran, [json, junit]) = run(folder.path(), &format!("http://{address}"), "refused").await;
    assert_eq!(ran.code, Some(3), "{}", ran.story());
    for told in [&ran.out, &json, &junit] {
        assert!(
            told.contains(&format!("{address}: connection refused")),
            "{told}"
        );
    }
}
