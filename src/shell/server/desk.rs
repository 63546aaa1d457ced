//! A server of one page on the loopback interface, to which somebody sitting at this machine, and nobody
//! else, can hand in one document.
//!
//! Whoever asks must name this server in `Host`, so that no other name leads here (DNS rebinding). A
//! document is taken only with the token of this server and from its own page (`Origin`): other pages in
//! the same browser have neither.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use rustls::crypto::ring::default_provider;
use tokio::sync::{mpsc, oneshot};

use super::Serving;

/// How many bytes of chance a token has.
const TOKEN_BYTES: usize = 32;
/// The header that holds the token.
const TOKEN_HEADER: &str = "x-countersign-token";

/// A document that was handed in, to be answered.
#[derive(Debug)]
pub struct HandedIn {
    /// The document.
    pub text: String,
    /// Takes whether it is right, and what is told about it.
    pub answer: oneshot::Sender<(bool, String)>,
}

/// The server.
#[derive(Debug)]
pub struct Desk {
    serving: Serving,
    token: String,
    documents: mpsc::Receiver<HandedIn>,
}

/// What answering needs.
struct Room {
    page: String,
    token: String,
    address: SocketAddr,
    documents: mpsc::Sender<HandedIn>,
    /// How long a document may be, in bytes.
    bytes_max: usize,
}

impl Desk {
    /// Serves a page on a free port; a document may have so many bytes.
    ///
    /// # Errors
    /// When no port is free, or the system gives no chance for a token.
    pub async fn open(page: String, bytes_max: usize) -> std::io::Result<Self> {
        let mut bytes = [0; TOKEN_BYTES];
        let random = default_provider().secure_random;
        let filled = random.fill(&mut bytes);
        filled.map_err(|_| std::io::Error::other("the system gives no random numbers"))?;
        let mut token = String::new();
        for byte in bytes {
            write!(token, "{byte:02x}").expect("a String takes all");
        }
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (sender, documents) = mpsc::channel(1);
        let room = Room {
            page,
            token: token.clone(),
            address,
            documents: sender,
            bytes_max,
        };
        let router = Router::new()
            .route("/", get(show))
            .route("/decisions", post(take))
            .with_state(Arc::new(room));
        let serving = Serving::serve(listener, router, (address, "http"));
        Ok(Self {
            serving,
            token,
            documents,
        })
    }

    /// Where the page is, with the token that goes away from the address when it is opened.
    pub fn url(&self) -> String {
        format!("{}/#token={}", self.serving.url(), self.token)
    }

    /// Waits for a document.
    pub async fn document(&mut self) -> Option<HandedIn> {
        self.documents.recv().await
    }

    /// Closes, once what was asked is answered.
    pub async fn close(self) {
        self.serving.stop().await;
    }
}

impl Room {
    /// Whether a request means this server.
    fn is_meant(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
        let names = [
            self.address.to_string(),
            format!("localhost:{}", self.address.port()),
        ];
        host.is_some_and(|host| names.iter().any(|it| it == host))
    }

    /// Whether a request comes from the page of this server, by somebody who has its token.
    fn is_own(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|it| it.to_str().ok())
                .unwrap_or_default()
        };
        let origin = text("origin").strip_prefix("http://").unwrap_or_default();
        let is_origin = !origin.is_empty()
            && Some(origin) == headers.get(header::HOST).and_then(|it| it.to_str().ok());
        let token = text(TOKEN_HEADER).as_bytes();
        // All of it is looked at, wherever the first difference is.
        let differ = token
            .iter()
            .zip(self.token.as_bytes())
            .fold(0, |sum, (a, b)| sum | (a ^ b));
        is_origin && token.len() == self.token.len() && differ == 0
    }
}

async fn show(State(room): State<Arc<Room>>, headers: HeaderMap) -> Response {
    if !room.is_meant(&headers) {
        return refusal("this server is not meant");
    }
    let head = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
    ];
    (head, Html(room.page.clone())).into_response()
}

async fn take(State(room): State<Arc<Room>>, request: Request) -> Response {
    // Nobody else's body is read at all.
    if !room.is_meant(request.headers()) || !room.is_own(request.headers()) {
        return refusal("only the page of this server may hand in decisions");
    }
    let Ok(body) = to_bytes(request.into_body(), room.bytes_max).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "it is too large").into_response();
    };
    let Ok(text) = String::from_utf8(body.to_vec()) else {
        return (StatusCode::BAD_REQUEST, "it is no text").into_response();
    };
    let (answer, answered) = oneshot::channel();
    let handed_in = HandedIn { text, answer };
    let gone = (StatusCode::SERVICE_UNAVAILABLE, "the review is over");
    if room.documents.send(handed_in).await.is_err() {
        return gone.into_response();
    }
    match answered.await {
        Ok((true, told)) => told.into_response(),
        Ok((false, told)) => (StatusCode::CONFLICT, told).into_response(),
        Err(_) => gone.into_response(),
    }
}

fn refusal(why: &'static str) -> Response {
    (StatusCode::FORBIDDEN, why).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    /// What is answered to a request of these lines.
    async fn ask(desk: &Desk, lines: &[&str], body: &str) -> String {
        let address = desk.serving.address();
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("it listens");
        let length = format!("content-length: {}", body.len());
        let head = [lines, &[length.as_str(), "connection: close", "", body]]
            .concat()
            .join("\r\n");
        stream.write_all(head.as_bytes()).await.expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        answer
    }

    async fn desk() -> Desk {
        Desk::open("<p>page".to_owned(), 100)
            .await
            .expect("a free port")
    }

    #[tokio::test]
    async fn the_page_is_shown_to_who_means_this_server() {
        let desk = desk().await;
        let port = desk.serving.address().port();
        for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
            let answer = ask(&desk, &["GET / HTTP/1.1", &format!("host: {host}")], "").await;
            assert!(
                answer.starts_with("HTTP/1.1 200") && answer.ends_with("<p>page"),
                "{answer}"
            );
            assert!(answer.contains("cache-control: no-store"), "{answer}");
        }
        for host in [
            "evil.example".to_owned(),
            format!("evil.example:{port}"),
            "127.0.0.1".to_owned(),
        ] {
            let answer = ask(&desk, &["GET / HTTP/1.1", &format!("host: {host}")], "").await;
            assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_document_is_taken_from_the_own_page_with_the_token_alone() {
        let mut desk = desk().await;
        let host = desk.serving.address().to_string();
        let url = desk.url();
        let (_, token) = url.split_once("#token=").expect("a token");
        assert_eq!(token.len(), 2 * TOKEN_BYTES);
        let (host_line, origin) = (format!("host: {host}"), format!("origin: http://{host}"));
        let token_line = format!("{TOKEN_HEADER}: {token}");
        let other = format!("{TOKEN_HEADER}: {}", token.replace(['0', '1', '2'], "3"));
        for lines in [
            vec![host_line.as_str(), &origin],
            vec![&host_line, &token_line],
            vec![&host_line, "origin: http://evil.example", &token_line],
            vec![&host_line, "origin: null", &token_line],
            vec![&host_line, &origin, &other],
            vec![
                "host: evil.example",
                "origin: http://evil.example",
                &token_line,
            ],
        ] {
            let lines = [&["POST /decisions HTTP/1.1"], lines.as_slice()].concat();
            let answer = ask(&desk, &lines, "{}").await;
            assert!(answer.starts_with("HTTP/1.1 403"), "{lines:?} {answer}");
        }
        let lines = ["POST /decisions HTTP/1.1", &host_line, &origin, &token_line];
        let large = ask(&desk, &lines, &"x".repeat(101)).await;
        assert!(large.starts_with("HTTP/1.1 413"), "{large}");
        let address = desk.serving.address();
        let request = [
            &lines[..],
            &["content-length: 2", "connection: close", "", "{}"],
        ]
        .concat();
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("it listens");
        let request = request.join("\r\n");
        stream.write_all(request.as_bytes()).await.expect("written");
        let document = desk.document().await.expect("a document");
        assert_eq!(document.text, "{}");
        document
            .answer
            .send((true, "done".to_owned()))
            .expect("it waits");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"),
            "{answer}"
        );
        desk.close().await;
    }
}
