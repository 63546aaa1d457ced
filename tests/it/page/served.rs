//! A server of one page on a loopback port, which keeps what it is sent.

use std::sync::{Arc, Mutex};

use tokio::io::{self, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The largest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// What is asked of the server and what it answers.
struct State {
    page: String,
    /// Head and body of each request.
    taken: Vec<(String, String)>,
    status: u16,
    words: String,
}

/// The server; it ends when this is dropped.
pub(super) struct Served {
    /// Where it listens.
    pub(super) url: String,
    state: Arc<Mutex<State>>,
    _serving: JoinSet<()>,
}

impl Served {
    /// Serves a page at every path, and answers what is posted with 200 and some words.
    pub(super) async fn start(page: String, words: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = State {
            page,
            taken: Vec::new(),
            status: 200,
            words: words.to_owned(),
        };
        let state = Arc::new(Mutex::new(state));
        let mut serving = JoinSet::new();
        let shared = Arc::clone(&state);
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                // A browser opens connections that it never uses.
                connections.spawn(async move { drop(answer(stream, &state).await) });
            }
        });
        Self {
            url,
            state,
            _serving: serving,
        }
    }

    /// Head and body of every request until now.
    pub(super) fn taken(&self) -> Vec<(String, String)> {
        self.state
            .lock()
            .expect("no test panicked in it")
            .taken
            .clone()
    }

    /// What is answered from now on.
    pub(super) fn answer_with(&self, status: u16, words: &str) {
        let mut state = self.state.lock().expect("no test panicked in it");
        state.status = status;
        words.clone_into(&mut state.words);
    }
}

/// Reads one request and answers it.
async fn answer(mut stream: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD_BYTES_MAX {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok()).flatten()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    let answer = {
        let mut state = state.lock().expect("no test panicked in it");
        let (status, kind, text) = if head.starts_with("POST ") {
            (state.status, "text/plain", state.words.clone())
        } else {
            (200, "text/html; charset=utf-8", state.page.clone())
        };
        state
            .taken
            .push((head, String::from_utf8_lossy(&body).into_owned()));
        format!(
            "HTTP/1.1 {status} told\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
            text.len()
        )
    };
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}
