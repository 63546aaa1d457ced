//! A server for one API: a function from what is asked to what is answered, on a loopback port of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::io::{self, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The largest body of a request, in bytes.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// A request.
pub(super) struct Asked {
    pub(super) method: String,
    /// The path and the query, as they came.
    pub(super) target: String,
    /// The header fields, by their names in small letters.
    head: BTreeMap<String, String>,
    pub(super) body: String,
    /// How often the same was asked before.
    pub(super) before: usize,
}

impl Asked {
    /// The method and the path.
    pub(super) fn line(&self) -> String {
        let path = self.target.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.head.get(name).map_or("", String::as_str)
    }

    /// The body as JSON; null when it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Says back what came, without what a client adds by itself.
    pub(super) fn echo(&self) -> Reply {
        let mut head = self.head.clone();
        head.retain(|name, _| !matches!(name.as_str(), "host" | "user-agent" | "accept-encoding"));
        let came = json!({"target": self.target, "head": head, "body": self.body});
        Reply::json(200, &came)
    }
}

/// An answer.
pub(super) struct Reply {
    /// None when there is no answer at all.
    status: Option<u16>,
    head: Vec<(&'static str, String)>,
    body: String,
}

impl Reply {
    /// No answer; the connection stays open.
    pub(super) fn never() -> Self {
        Self {
            status: None,
            head: Vec::new(),
            body: String::new(),
        }
    }

    pub(super) fn empty(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::never()
        }
    }

    pub(super) fn text(status: u16, media_type: &str, body: &str) -> Self {
        Self {
            body: body.to_owned(),
            ..Self::empty(status).with("content-type", media_type)
        }
    }

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", &body.to_string())
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.head.push((name, value.to_owned()));
        self
    }

    async fn send(&self, stream: &mut TcpStream) -> io::Result<()> {
        let Some(status) = self.status else {
            return std::future::pending().await;
        };
        let mut text = format!("HTTP/1.1 {status} \r\nconnection: close\r\n");
        let fields = self
            .head
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        for (name, value) in fields {
            write!(text, "{name}: {value}\r\n").expect("a String takes all");
        }
        if status != 204 {
            let length = self.body.len();
            write!(text, "content-length: {length}\r\n").expect("a String takes all");
        }
        text.push_str("\r\n");
        text.push_str(&self.body);
        stream.write_all(text.as_bytes()).await?;
        stream.shutdown().await
    }
}

/// What an API answers.
pub(super) type Answers = fn(&Asked) -> Reply;

/// How often each request came.
type Counts = Arc<Mutex<BTreeMap<String, usize>>>;

pub(super) struct Server {
    pub(super) url: String,
    /// Ends with the server.
    _serving: JoinSet<()>,
}

impl Server {
    pub(super) async fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let counts = Counts::default();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let counts = Arc::clone(&counts);
                // A client that goes away has its own reasons.
                connections.spawn(async move { drop(serve(stream, answers, &counts).await) });
            }
        });
        Self {
            url: format!("http://{address}"),
            _serving: serving,
        }
    }
}

async fn serve(mut stream: TcpStream, answers: Answers, counts: &Counts) -> io::Result<()> {
    let mut asked = read(&mut stream).await?;
    asked.before = count(counts, &asked);
    let reply = answers(&asked);
    reply.send(&mut stream).await
}

/// Reads one request, whose body says how long it is.
async fn read(stream: &mut TcpStream) -> io::Result<Asked> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") && bytes.len() < HEAD_BYTES_MAX {
        bytes.push(stream.read_u8().await?);
    }
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (method, target) = (word(), word());
    let fields = lines.filter_map(|line| line.split_once(':'));
    let head: BTreeMap<String, String> = fields
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = head.get("content-length").and_then(|it| it.parse().ok());
    let mut body = vec![0; length.unwrap_or(0).min(BODY_BYTES_MAX)];
    stream.read_exact(&mut body).await?;
    Ok(Asked {
        method,
        target,
        head,
        body: String::from_utf8_lossy(&body).into_owned(),
        before: 0,
    })
}

/// Counts a request; how often it came before.
fn count(counts: &Counts, asked: &Asked) -> usize {
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let key = format!("{} {} {}", asked.method, asked.target, asked.body);
    let count = counts.entry(key).or_default();
    *count += 1;
    *count - 1
}
