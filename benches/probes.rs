//! How fast laws and variations are asked, beside the least client that sends the same requests.
//!
//! ```text
//! cargo bench --bench probes                          the bundled APIs that are reached by HTTP
//! cargo bench --bench probes -- qappctl-shim          one of them
//! ```
//!
//! `countersign run --laws --variations` is played against a bundled mock, and each request that arrives
//! is written down. The floor (`floor`) is one loop over one connection that sends the same requests in the
//! same order to a fresh mock, reads each answer, and parses it where it is JSON; it judges nothing, and
//! varies nothing. Then both have their turns. Mock, floor and the program with one job share one processor
//! (`pinned`); the program with its usual jobs has all of them. What is printed are medians of whole processes;
//! nothing fails because of a time. Where flows wait for what the server does, so does the program, and the
//! floor does not: the column of processor time says what is left.
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads what it wrote itself"
)]

#[path = "lifecycles/meter.rs"]
mod meter;
#[path = "pinned.rs"]
mod pinned;
#[path = "served.rs"]
mod served;

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use countersign::mock::{self, MOCKS, Mock, Setting, Transport};
use countersign::shell::clock::SystemClock;
use countersign::shell::server::Serving;
use countersign::world::Entropy;
use meter::Cost;
use reqwest::{Client, Method};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use served::Served;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How often each program has its turn.
const TURNS: usize = 5;

/// The largest body of a request that is written down, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The program that is measured.
const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");

/// A request as it arrived.
#[derive(Debug, Serialize, Deserialize)]
struct Arrived {
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["serve", api] => serve(api, None),
        ["serve", api, path] => serve(api, Some(Path::new(path))),
        ["floor", path, url] => floor(Path::new(path), url),
        rest => compare(rest),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The error output may be closed; the exit code tells as well.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(names: &[&str]) -> Result<(), Failure> {
    let mut out = io::stdout();
    writeln!(
        out,
        "{:<17} {:>8}  {:<12} {:>9}  {:>11}",
        "", "requests", "", "a second", "cpu/request"
    )?;
    // Each option of `cargo bench` itself begins with a dash.
    let named = |it: &&Mock| {
        names
            .iter()
            .all(|name| name.starts_with('-') || *name == it.id)
    };
    for mock in MOCKS.iter().filter(named) {
        if mock.transport == Transport::Plain {
            measure(mock, &mut out)?;
        } else {
            // Handshakes would be most of what is measured.
            writeln!(out, "{:<17} left out: it is reached by TLS", mock.id)?;
        }
    }
    Ok(())
}

fn measure(mock: &Mock, out: &mut impl io::Write) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("arrived.jsonl");
    let requests = {
        let served = start(mock, Some(&path))?;
        meter::run(&mut program(mock, &served.url, Some("1")), b"", 1)?;
        let lines = BufReader::new(File::open(&path)?).lines();
        lines.count()
    };
    let floor = |served: &Served| {
        let mut command = pinned::on_one_processor(std::env::current_exe()?);
        command.arg("floor").arg(&path).arg(&served.url);
        meter::run(&mut command, b"", 1)
    };
    let ran = |served: &Served, jobs: Option<&str>| {
        meter::run(&mut program(mock, &served.url, jobs), b"", 1)
    };
    let mut costs: [Vec<Cost>; 3] = Default::default();
    for _ in 0..TURNS {
        // A mock of their own for each: the state of it counts.
        costs[0].push(floor(&start(mock, None)?)?);
        costs[1].push(ran(&start(mock, None)?, Some("1"))?);
        costs[2].push(ran(&start(mock, None)?, None)?);
    }
    let [floor, rest @ ..] = costs.map(|it| Cost::median(&it));
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let many = requests as f64;
    let mut line = |name: &str, label: &str, cost: Cost| {
        writeln!(
            out,
            "{name:<17} {requests:>8}  {label:<12} {:>9.0}  {:>8.1} us  {:>5.2}x wall {:>5.2}x cpu",
            many / cost.wall,
            cost.cpu / many * 1e6,
            cost.wall / floor.wall,
            cost.cpu / floor.cpu,
        )
    };
    line(mock.id, "floor", floor)?;
    for (label, cost) in ["one job", "usual jobs"].into_iter().zip(rest) {
        line("", label, cost)?;
    }
    Ok(())
}

/// A run with all probes against a server that is there.
fn program(mock: &Mock, url: &str, jobs: Option<&str>) -> Command {
    let mut command = match jobs {
        Some(_) => pinned::on_one_processor(PROGRAM),
        None => Command::new(PROGRAM),
    };
    command.args(["-C", env!("CARGO_MANIFEST_DIR"), "run", mock.id]);
    command.args(["--target", url, "--laws", "--variations", "--no-record"]);
    command.args(jobs.into_iter().flat_map(|it| ["--jobs", it]));
    // By these names the settings of the bundled APIs know their tokens.
    let api = mock.id.replace('-', "_").to_uppercase();
    for identity in mock.identities {
        let name = match identity.name {
            "default" => format!("{api}_TOKEN"),
            name => format!("{api}_{}_TOKEN", name.to_uppercase()),
        };
        let tokens = identity.credentials.iter();
        command.envs(tokens.map(|(_, token)| (name.as_str(), *token)));
    }
    command
}

/// Sends what arrived once more.
fn floor(path: &Path, url: &str) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // An error means that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .redirect(reqwest::redirect::Policy::none())
        .tcp_nodelay(true)
        .build()?;
    let arrived = BufReader::new(File::open(path)?).lines();
    runtime.block_on(async {
        for line in arrived {
            let arrived: Arrived = serde_json::from_str(&line?)?;
            let method = Method::from_bytes(arrived.method.as_bytes())?;
            let mut request = client.request(method, format!("{url}{}", arrived.target));
            for (name, value) in arrived.headers {
                request = request.header(name, value);
            }
            let answer = request.body(arrived.body).send().await?;
            let _read: Option<Value> = serde_json::from_slice(&answer.bytes().await?).ok();
        }
        Ok(())
    })
}

/// Serves a mock: tells the URL on the first line of the output, and runs until it is killed.
fn serve(api: &str, path: Option<&Path>) -> Result<(), Failure> {
    let mock = mock::find(api).ok_or("there is no such mock")?;
    let router = mock.router(Setting {
        calendar: Arc::new(SystemClock::new()),
        entropy: Entropy::from_seed(0),
        fault: None,
    });
    let router = match path {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            written_down(router, file)
        }
        None => router,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let serving = Serving::start(router, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        writeln!(io::stdout(), "{}", serving.url())?;
        std::future::pending().await
    })
}

/// Routes whose requests are written down, a line each.
fn written_down(router: Router, file: File) -> Router {
    let file = Arc::new(Mutex::new(file));
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let file = Arc::clone(&file);
        async move {
            match write_down(request, &file).await {
                Ok(request) => next.run(request).await,
                // The floor would miss it: the run is to see that, too.
                Err(_) => StatusCode::INSUFFICIENT_STORAGE.into_response() as Response,
            }
        }
    }))
}

async fn write_down(request: Request, file: &Mutex<File>) -> Result<Request, Failure> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await?;
    // What the connection needs the client says by itself.
    let own = |name: &str| !matches!(name, "host" | "content-length" | "connection");
    let headers = head.headers.iter().filter(|(name, _)| own(name.as_str()));
    let arrived = Arrived {
        method: head.method.to_string(),
        target: head.uri.to_string(),
        headers: headers
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect(),
        body: body.to_vec(),
    };
    let line = serde_json::to_string(&arrived)? + "\n";
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    file.write_all(line.as_bytes())?;
    Ok(Request::from_parts(head, Body::from(body)))
}

/// A mock that ends with this value, and writes down what arrives where a path is given.
fn start(mock: &Mock, path: Option<&Path>) -> Result<Served, Failure> {
    let mut command = pinned::on_one_processor(std::env::current_exe()?);
    Ok(Served::start(command.args(["serve", mock.id]).args(path))?)
}
