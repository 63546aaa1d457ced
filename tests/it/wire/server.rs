//! A server over TLS that speaks what it is told to, HTTP/2 or HTTP/1.1, and notes how it was asked.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use bytes::Bytes;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::support;

/// The authority that signed the certificate of the server.
pub(super) const AUTHORITY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/src/shell/client/tests/tls/authority.pem"
);

/// The certificate of the server, for `localhost`, with its key.
const PAIR: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/src/shell/client/tests/tls/server.pem"
);

/// How a request came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// `HTTP/2` or `HTTP/1.1`.
    pub(super) version: &'static str,
    /// The number of the connection.
    pub(super) connection: usize,
    /// The name that was said in the handshake.
    pub(super) name: Option<String>,
    /// The server that was meant, with the port: `:authority` or `Host`.
    pub(super) host: String,
    /// Method and path.
    pub(super) line: String,
    /// Whether a proxy's credentials came with it.
    pub(super) holds_login: bool,
}

/// When a connection of HTTP/2 goes away, by `GOAWAY` (`RFC 9113 §6.8`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    Never,
    /// After each answer, in order.
    AfterEach,
    /// Once in the middle of the first `GET`, because of an error.
    InTheMiddle,
}

/// A running server.
#[derive(Debug, Clone)]
pub(super) struct Server {
    /// The port that it listens on.
    pub(super) port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    leaving: Mutex<Leaving>,
    asked: Mutex<Vec<Asked>>,
    things: Mutex<BTreeMap<usize, String>>,
}

impl Server {
    /// Listens, over TLS with these protocols, or without TLS where there are none.
    pub(super) fn start(protocols: &'static [&'static str], leaving: Leaving) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        listener
            .set_nonblocking(true)
            .expect("an option of every system");
        let state = Arc::new(State {
            leaving: Mutex::new(leaving),
            asked: Mutex::default(),
            things: Mutex::default(),
        });
        let own = Arc::clone(&state);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = runtime.expect("a runtime");
            runtime.block_on(accept(listener, protocols, own));
        });
        Self { port, state }
    }

    /// What was asked since this was called last.
    pub(super) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut held(&self.state.asked))
    }
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn acceptor(protocols: &[&str]) -> TlsAcceptor {
    // The program may have chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let pair = support::read(Path::new(PAIR));
    let chain = CertificateDer::pem_slice_iter(pair.as_bytes());
    let chain = chain.map(|it| it.expect("a certificate")).collect();
    let key = PrivateKeyDer::from_pem_slice(pair.as_bytes()).expect("a key");
    let builder = ServerConfig::builder().with_no_client_auth();
    let mut tls = builder.with_single_cert(chain, key).expect("a pair");
    let protocols = protocols.iter().map(|it| it.as_bytes().to_vec());
    tls.alpn_protocols = protocols.collect();
    TlsAcceptor::from(Arc::new(tls))
}

async fn accept(listener: std::net::TcpListener, protocols: &[&str], state: Arc<State>) {
    let listener = TcpListener::from_std(listener).expect("it does not block");
    let acceptor = acceptor(protocols);
    let is_plain = protocols.is_empty();
    for connection in 0.. {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        let (acceptor, state) = (acceptor.clone(), Arc::clone(&state));
        tokio::spawn(async move {
            // A client that does not trust the server goes away, which is what some tests want.
            let _ = serve(stream, (!is_plain).then_some(acceptor), (connection, state)).await;
        });
    }
}

type Of = (usize, Arc<State>);

async fn serve(stream: TcpStream, acceptor: Option<TlsAcceptor>, of: Of) -> io::Result<()> {
    let Some(acceptor) = acceptor else {
        return speak_1(stream, None, of).await;
    };
    let handshake =
        tokio_rustls::LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream);
    let begun = handshake.await?;
    let name = begun.client_hello().server_name().map(str::to_owned);
    // A name is noted though the client may not go on.
    let seen = Asked {
        version: "TLS",
        connection: of.0,
        name: name.clone(),
        host: String::new(),
        line: String::new(),
        holds_login: false,
    };
    held(&of.1.asked).push(seen);
    let stream = begun.into_stream(Arc::clone(acceptor.config())).await?;
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        speak_2(stream, name, of).await.map_err(io::Error::other)
    } else {
        speak_1(stream, name, of).await
    }
}

/// Speaks HTTP/2.
async fn speak_2(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    name: Option<String>,
    (connection, state): Of,
) -> Result<(), h2::Error> {
    let mut session = h2::server::handshake(stream).await?;
    while let Some(next) = session.accept().await {
        let (request, mut respond) = next?;
        let (head, mut body) = request.into_parts();
        let line = format!("{} {}", head.method, head.uri.path());
        let asked = Asked {
            version: "HTTP/2",
            connection,
            name: name.clone(),
            host: head
                .uri
                .authority()
                .map(ToString::to_string)
                .unwrap_or_default(),
            line: line.clone(),
            holds_login: head.headers.contains_key("proxy-authorization"),
        };
        held(&state.asked).push(asked);
        let leaving = *held(&state.leaving);
        if leaving == Leaving::InTheMiddle && line.starts_with("GET") {
            *held(&state.leaving) = Leaving::Never;
            session.abrupt_shutdown(h2::Reason::INTERNAL_ERROR);
            continue;
        }
        if leaving == Leaving::AfterEach {
            session.graceful_shutdown();
        }
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let mut bytes = Vec::new();
            while let Some(chunk) = body.data().await {
                let chunk = chunk?;
                body.flow_control().release_capacity(chunk.len())?;
                bytes.extend_from_slice(&chunk);
            }
            let (status, answer) = answer(&state, &line, &bytes);
            let head = http::Response::builder().status(status);
            let head = head.header("content-type", "application/json").body(());
            let head = head.expect("a head");
            let mut sending = respond.send_response(head, false)?;
            sending.send_data(answer, true)
        });
    }
    Ok(())
}

/// Speaks HTTP/1.1.
async fn speak_1(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    name: Option<String>,
    (connection, state): Of,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut first, mut host, mut length) = (String::new(), String::new(), 0);
        let (mut holds_login, mut is_last) = (false, false);
        if stream.read_line(&mut first).await? == 0 {
            return Ok(());
        }
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 || line.trim().is_empty() {
                break;
            }
            match line.trim().split_once(": ") {
                Some(("host", value)) => value.clone_into(&mut host),
                Some(("content-length", value)) => length = value.parse().unwrap_or_default(),
                Some(("proxy-authorization", _)) => holds_login = true,
                Some(("connection", value)) => is_last = value == "close",
                _ => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let line = first.trim().trim_end_matches(" HTTP/1.1").to_owned();
        held(&state.asked).push(Asked {
            version: "HTTP/1.1",
            connection,
            name: name.clone(),
            host,
            line: line.clone(),
            holds_login,
        });
        let (status, answer) = answer(&state, &line, &body);
        let mut fields = String::new();
        if status != 204 {
            fields = format!("content-length: {}\r\n", answer.len());
        }
        if is_last {
            fields += "connection: close\r\n";
        }
        let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{fields}\r\n");
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&answer).await?;
        stream.flush().await?;
        if is_last {
            return stream.shutdown().await;
        }
    }
}

/// What is answered, whatever it is spoken in.
fn answer(state: &State, line: &str, body: &[u8]) -> (u16, Bytes) {
    let mut things = held(&state.things);
    let (method, path) = line.split_once(' ').unwrap_or_default();
    let id = path.strip_prefix("/things/");
    let id = id.and_then(|it| it.parse::<usize>().ok());
    let (status, text) = match (method, path, id) {
        ("POST", "/echo", _) => return (200, Bytes::copy_from_slice(body)),
        ("GET", "/407", _) => (407, "{}".to_owned()),
        ("POST", "/things", _) => {
            let id = things.len() + 1;
            let text = format!(r#"{{"id":"{id}","name":"a"}}"#);
            things.insert(id, text.clone());
            (201, text)
        }
        ("GET", _, Some(id)) if things.contains_key(&id) => (200, things[&id].clone()),
        ("DELETE", _, Some(id)) if things.remove(&id).is_some() => (204, String::new()),
        _ => (404, String::new()),
    };
    (status, Bytes::from(text))
}
