//! What a bundled mock costs, beside a route that always gives the same answer.
//!
//! ```text
//! cargo bench --bench mocks               2,000 requests a turn
//! cargo bench --bench mocks -- 500        as many as that
//! ```
//!
//! The mock is the program itself, `countersign mock`; the floor is one route of the same HTTP library
//! that reads the body as JSON and gives the mock's own answer back. Both are processes of their own,
//! share one processor with the client (`pinned`), and are asked in turn over one kept connection. What is printed are medians of the time from a
//! request to the end of its answer; nothing fails because of a time.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

#[path = "pinned.rs"]
mod pinned;
#[path = "served.rs"]
mod served;

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse as _;
use axum::routing::any;
use countersign::shell::server::Serving;
use serde_json::Value;
use served::Served;

type Failure = Box<dyn std::error::Error>;

/// How often each server has its turn.
const TURNS: usize = 11;

/// How many requests a turn has when nothing is said.
const REQUESTS: u32 = 2_000;

/// One request that a mock answers in the same way however often it comes.
struct Asked {
    mock: &'static str,
    method: &'static str,
    target: &'static str,
    body: &'static str,
}

const ASKED: [Asked; 3] = [
    Asked {
        mock: "qappctl-shim",
        method: "POST",
        target: "/images",
        body: r#"{"image":"docker.io/library/busybox:1.36"}"#,
    },
    Asked {
        mock: "qappctl-shim",
        method: "GET",
        target: "/images",
        body: "",
    },
    Asked {
        mock: "deploy-installer",
        method: "POST",
        target: "/internal/api/deploy-installer/v1/agents/release/phoenix?namespace=bench",
        body: r#"{"name":"example-app","version":"1.0.0","values":{"replicas":2,"image":{"tag":"1.2"}}}"#,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [role, body] if role == "floor" => serve(body.clone()),
        [role, rest @ ..] if role == "compare" => compare(rest),
        rest => compare_pinned(rest),
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

/// Does all of it in a process that stays on one processor, as do those that it starts.
fn compare_pinned(arguments: &[String]) -> Result<(), Failure> {
    let mut command = pinned::on_one_processor(std::env::current_exe()?);
    let status = command.arg("compare").args(arguments).status()?;
    if status.success() {
        Ok(())
    } else {
        Err("the mocks could not be measured".into())
    }
}

fn compare(arguments: &[String]) -> Result<(), Failure> {
    let said = arguments.iter().find_map(|argument| argument.parse().ok());
    let requests: u32 = said.unwrap_or(REQUESTS);
    writeln!(
        io::stdout(),
        "{:>8}  {:>8}  {:>6}  request",
        "floor",
        "mock",
        ""
    )?;
    for asked in &ASKED {
        let mut mock = Command::new(env!("CARGO_BIN_EXE_countersign"));
        let mock = Served::start(mock.args(["mock", asked.mock]).stderr(Stdio::null()))?;
        let mut to_mock = Connection::to(&mock)?;
        let answer = to_mock.ask(asked)?;
        let mut floor = Command::new(std::env::current_exe()?);
        let floor = Served::start(floor.arg("floor").arg(answer).stderr(Stdio::null()))?;
        let mut to_floor = Connection::to(&floor)?;
        let (mut mock_times, mut floor_times) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            floor_times.push(to_floor.time(asked, requests)?);
            mock_times.push(to_mock.time(asked, requests)?);
        }
        let (floor, mock) = (median(floor_times), median(mock_times));
        writeln!(
            io::stdout(),
            "{:>5.1} us  {:>5.1} us  {:>5.2}x  {} {} {}",
            floor * 1e6,
            mock * 1e6,
            mock / floor,
            asked.mock,
            asked.method,
            asked.target,
        )?;
    }
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Serves the floor: tells the URL on the first line of the output, and runs until it is killed.
fn serve(answer: String) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let answer = Bytes::from(answer);
        let route = any(move |body: Bytes| async move {
            let _read: Option<Value> = serde_json::from_slice(&body).ok();
            ([(CONTENT_TYPE, "application/json")], answer).into_response()
        });
        let router = Router::new().route("/{*any}", route);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let serving = Serving::start(router, address).await?;
        writeln!(io::stdout(), "{}", serving.url())?;
        std::future::pending().await
    })
}

/// The least client that there can be: one kept connection, answers with a length.
struct Connection {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Connection {
    /// A connection to a server.
    fn to(served: &Served) -> io::Result<Self> {
        let address = served.url.trim_start_matches("http://");
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            reader: BufReader::new(stream.try_clone()?),
            stream,
        })
    }

    /// The time of one request, in seconds, on average over so many.
    fn time(&mut self, asked: &Asked, requests: u32) -> Result<f64, Failure> {
        let begun = Instant::now();
        for _ in 0..requests {
            self.ask(asked)?;
        }
        Ok(begun.elapsed().as_secs_f64() / f64::from(requests.max(1)))
    }

    /// Sends a request and reads the body of its answer, which must be a success.
    fn ask(&mut self, asked: &Asked) -> Result<String, Failure> {
        let Asked {
            method,
            target,
            body,
            ..
        } = asked;
        let request = format!(
            "{method} {target} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes())?;
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 2") {
            return Err(format!("{method} {target} was answered with {}", line.trim()).into());
        }
        let mut length = 0;
        while line != "\r\n" {
            line.clear();
            self.reader.read_line(&mut line)?;
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.reader.read_exact(&mut answer)?;
        Ok(String::from_utf8(answer)?)
    }
}
