//! How fast laws and variations are asked, beside the least client that sends the same requests.
//!
//! ```text
//! cargo bench --bench probes                          the bundled APIs
//! cargo bench --bench probes -- qappctl-shim          one of them
//! ```
//!
//! `countersign run --laws --variations` is played against a bundled mock, and each request that arrives
//! is written down. The floor (`floor`) is one loop over one connection that sends the same requests in the
//! same order to a fresh mock, reads each answer, and parses it where it is JSON; it judges nothing, and
//! varies nothing. A TLS handshake that the server refuses, as it has to, counts as a request of both: before
//! the request that came next, the floor comes as often without a certificate. Of those that the server
//! takes, the floor shakes hands once, and the program for each connection. Then both have their turns.
//! Mock, floor and the program with one job share one processor (`pinned`); the program with its usual jobs has
//! all of them.
//!
//! `a second` counts whole processes, from their start to their end. Before its first request the program reads
//! contract and flows, and the floor what it is to send; `once read` is without that: less what `countersign
//! list` takes, and the floor with nothing to send. What is printed are medians; nothing fails because of a time.
//! Where flows wait for what the server does, so does the program, and the floor does not: the column of
//! processor time says what is left.
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads what it wrote itself"
)]

#[path = "copied.rs"]
mod copied;
#[path = "lifecycles/meter.rs"]
mod meter;
#[path = "pinned.rs"]
mod pinned;
#[path = "served.rs"]
mod served;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use copied::copy;
use countersign::mock::{self, MOCKS, Mock, Papers, Setting, Transport};
use countersign::shell::clock::SystemClock;
use countersign::shell::stand::Stand;
use countersign::world::Entropy;
use meter::Cost;
use reqwest::{Certificate, Client, ClientBuilder, Identity, Method};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use served::Served;
use tempfile::TempDir;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How often each program has its turn.
const TURNS: usize = 5;

/// The largest body of a request that is written down, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The program that is measured.
const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");

/// Where a mock's papers are, in the project.
const HANDED_OUT: &str = "secrets";

/// The certificate of the authority that signed the mock's.
const AUTHORITY: &str = "ca.crt";

/// A request as it arrived.
#[derive(Debug, Serialize, Deserialize)]
struct Arrived {
    /// How many handshakes had been refused before it.
    refused: usize,
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["serve", api, folder] => serve(api, Path::new(folder), None),
        ["serve", api, folder, path] => serve(api, Path::new(folder), Some(Path::new(path))),
        ["floor", path, url, folder] => floor(Path::new(path), url, Path::new(folder)),
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
        "{:<17} {:>8}  {:<12} {:>9} {:>10}  {:>11}",
        "", "requests", "", "a second", "once read", "cpu/request"
    )?;
    // Each option of `cargo bench` itself begins with a dash.
    let named = |it: &&Mock| {
        names
            .iter()
            .all(|name| name.starts_with('-') || *name == it.id)
    };
    MOCKS
        .iter()
        .filter(named)
        .try_for_each(|mock| Stage::new(mock)?.measure(&mut out))
}

/// What a program cost, and how much of that was before its first request.
#[derive(Default)]
struct Costs {
    whole: Vec<Cost>,
    start: Vec<Cost>,
}

/// Where an API is measured: a project that has it alone, with what its mock hands out.
struct Stage {
    mock: &'static Mock,
    project: TempDir,
    /// What arrived.
    arrived: PathBuf,
    /// Nothing.
    nothing: PathBuf,
}

impl Stage {
    fn new(mock: &'static Mock) -> Result<Self, Failure> {
        let project = tempfile::tempdir()?;
        for folder in ["specs", "snapshots"] {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            copy(
                &from.join(mock.id),
                &project.path().join(folder).join(mock.id),
            )?;
        }
        fs::create_dir(project.path().join(HANDED_OUT))?;
        let [arrived, nothing] =
            ["arrived.jsonl", "nothing.jsonl"].map(|it| project.path().join(it));
        File::create(&nothing)?;
        Ok(Self {
            mock,
            project,
            arrived,
            nothing,
        })
    }

    fn measure(&self, out: &mut impl io::Write) -> Result<(), Failure> {
        let requests = {
            let served = self.serve(Some(&self.arrived))?;
            meter::run(&mut self.program(&served.url, Some("1")), b"", 1)?;
            let all = arrived(&self.arrived)?.collect::<Result<Vec<_>, _>>()?;
            all.len() + all.last().map_or(0, |it| it.refused)
        };
        let mut costs: [Costs; 3] = Default::default();
        for _ in 0..TURNS {
            let [floor, alone, usual] = &mut costs;
            // A mock of their own for each: the state of it counts.
            let served = self.serve(None)?;
            floor.start.push(self.floor(&self.nothing, &served.url)?);
            floor.whole.push(self.floor(&self.arrived, &served.url)?);
            for (cost, jobs) in [(alone, Some("1")), (usual, None)] {
                let served = self.serve(None)?;
                let mut program = self.program(&served.url, jobs);
                cost.whole.push(meter::run(&mut program, b"", 1)?);
                let mut list = self.countersign(jobs);
                list.args(["list", self.mock.id]);
                cost.start.push(meter::run(&mut list, b"", 1)?);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let many = requests as f64;
        let [floor, ..] = &costs;
        let labels = ["floor", "one job", "usual jobs"];
        for (label, costs) in labels.into_iter().zip(&costs) {
            let [cost, start] = [&costs.whole, &costs.start].map(|it| Cost::median(it));
            let beside = Cost::beside(&costs.whole, &floor.whole);
            writeln!(
                out,
                "{:<17} {requests:>8}  {label:<12} {:>9.0} {:>10.0}  {:>8.1} us  {:>5.2}x wall {:>5.2}x cpu",
                self.mock.id,
                many / cost.wall,
                many / (cost.wall - start.wall),
                cost.cpu / many * 1e6,
                beside.wall,
                beside.cpu,
            )?;
        }
        Ok(())
    }

    /// A mock that ends with this value, and writes down what arrives where a path is given.
    fn serve(&self, path: Option<&Path>) -> Result<Served, Failure> {
        let mut command = pinned::on_one_processor(std::env::current_exe()?);
        command
            .arg("serve")
            .arg(self.mock.id)
            .arg(self.handed_out());
        Ok(Served::start(command.args(path))?)
    }

    fn handed_out(&self) -> PathBuf {
        self.project.path().join(HANDED_OUT)
    }

    fn floor(&self, path: &Path, url: &str) -> Result<Cost, Failure> {
        let mut command = pinned::on_one_processor(std::env::current_exe()?);
        command
            .arg("floor")
            .arg(path)
            .arg(url)
            .arg(self.handed_out());
        Ok(meter::run(&mut command, b"", 1)?)
    }

    /// The program in the project, on one processor where its jobs are said.
    fn countersign(&self, jobs: Option<&str>) -> Command {
        let mut command = match jobs {
            Some(_) => pinned::on_one_processor(PROGRAM),
            None => Command::new(PROGRAM),
        };
        command.arg("-C").arg(self.project.path());
        command
    }

    /// A run with all probes against a server that is there.
    fn program(&self, url: &str, jobs: Option<&str>) -> Command {
        let mock = self.mock;
        let mut command = self.countersign(jobs);
        command.args(["run", mock.id, "--target", url]);
        command.args(["--laws", "--variations", "--no-record"]);
        command.args(jobs.into_iter().flat_map(|it| ["--jobs", it]));
        if mock.transport != Transport::Plain {
            command
                .arg("--cacert")
                .arg(self.handed_out().join(AUTHORITY));
        }
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
}

/// What was written down.
fn arrived(path: &Path) -> Result<impl Iterator<Item = Result<Arrived, Failure>>, Failure> {
    let lines = BufReader::new(File::open(path)?).lines();
    Ok(lines.map(|line| Ok(serde_json::from_str(&line?)?)))
}

/// Sends what arrived once more, over one connection, and is refused as often in the handshake; as the usual client, where the mock asks who comes.
fn floor(path: &Path, url: &str, handed_out: &Path) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // An error means that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let shown = [
        read(handed_out, "default.crt")?,
        read(handed_out, "default.key")?,
    ];
    let known = match shown {
        [Some(certificate), Some(key)] => {
            bare_client(handed_out)?.identity(Identity::from_pem(&[certificate, key].concat())?)
        }
        _ => bare_client(handed_out)?,
    };
    let (known, unknown) = (known.build()?, bare_client(handed_out)?.build()?);
    let arrived = arrived(path)?;
    let mut refused = 0;
    runtime.block_on(async {
        for arrived in arrived {
            let arrived = arrived?;
            while refused < arrived.refused {
                refused += 1;
                if unknown.get(url).send().await.is_ok() {
                    return Err("who should be turned away is let in".into());
                }
            }
            let method = Method::from_bytes(arrived.method.as_bytes())?;
            let mut request = known.request(method, format!("{url}{}", arrived.target));
            for (name, value) in arrived.headers {
                request = request.header(name, value);
            }
            let answer = request.body(arrived.body).send().await?;
            let _read: Option<Value> = serde_json::from_slice(&answer.bytes().await?).ok();
        }
        Ok(())
    })
}

/// A client that shows no certificate.
fn bare_client(handed_out: &Path) -> Result<ClientBuilder, Failure> {
    let authority = read(handed_out, AUTHORITY)?;
    let authorities = authority.map(|it| Certificate::from_pem(&it)).transpose()?;
    Ok(Client::builder()
        .no_proxy()
        .tls_certs_only(authorities)
        .redirect(reqwest::redirect::Policy::none())
        .tcp_nodelay(true))
}

/// A paper of the mock's, where it hands out some.
fn read(handed_out: &Path, name: &str) -> io::Result<Option<Vec<u8>>> {
    match fs::read(handed_out.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// Serves a mock: hands out its papers, tells the URL on the first line of the output, and runs until it is killed.
fn serve(api: &str, handed_out: &Path, path: Option<&Path>) -> Result<(), Failure> {
    let mock = mock::find(api).ok_or("there is no such mock")?;
    let setting = Setting {
        calendar: Arc::new(SystemClock::new()),
        entropy: Entropy::from_seed(0),
        fault: None,
    };
    let demands_certificate = setting.demands_certificate();
    let router = mock.router(setting);
    let stand = Arc::new(OnceLock::new());
    let router = match path {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            written_down(router, (file, Arc::clone(&stand)))
        }
        None => router,
    };
    let papers = mock.papers(Ipv4Addr::LOCALHOST.into());
    if let Some(papers) = &papers {
        hand_out(mock, papers, handed_out)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let routes = (mock, router);
        let started =
            Stand::start_router(routes, papers.as_ref(), demands_certificate, address).await?;
        let url = started.serving.url();
        // Nobody else sets it.
        let _ = stand.set(started);
        writeln!(io::stdout(), "{url}")?;
        std::future::pending().await
    })
}

/// Writes the papers of a mock by the names that the settings of the bundled APIs know.
fn hand_out(mock: &Mock, papers: &Papers, folder: &Path) -> io::Result<()> {
    fs::write(folder.join(AUTHORITY), &papers.authority)?;
    for identity in mock.identities {
        let path = |ending: &str| folder.join(format!("{}.{ending}", identity.name));
        if let Some(signer) = identity.certificate {
            let pair = papers.client(signer);
            fs::write(path("crt"), &pair.certificate)?;
            fs::write(path("key"), &pair.key)?;
        }
        for (scheme, text) in identity.credentials {
            fs::write(path(scheme), text)?;
        }
    }
    Ok(())
}

/// Routes whose requests are written down, a line each, once they are served.
fn written_down(router: Router, (file, stand): (File, Arc<OnceLock<Stand>>)) -> Router {
    let file = Arc::new(Mutex::new(file));
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let file = Arc::clone(&file);
        let refused = stand.get().map_or(0, |it| it.serving.failed_handshakes());
        async move {
            match write_down((request, refused), &file).await {
                Ok(request) => next.run(request).await,
                // The floor would miss it: the run is to see that, too.
                Err(_) => StatusCode::INSUFFICIENT_STORAGE.into_response() as Response,
            }
        }
    }))
}

async fn write_down(
    (request, refused): (Request, usize),
    file: &Mutex<File>,
) -> Result<Request, Failure> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await?;
    // What the connection needs the client says by itself.
    let own = |name: &str| !matches!(name, "host" | "content-length" | "connection");
    let headers = head.headers.iter().filter(|(name, _)| own(name.as_str()));
    let arrived = Arrived {
        refused,
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
