//! A proxy that asks who is there is told, and nobody else is.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use countersign::shell::client::{Client, Keyring, Secret};
use countersign::shell::clock::SystemClock;
use countersign::shell::signals::Stop;
use countersign::world::{TargetErrorKind, Wire};

use super::server::{AUTHORITY, Leaving, Server};
use super::{LIFE, ask, call, project};
use crate::support;

/// `ci:open sesame`, as it is sent (`RFC 7617 §2`).
const LOGIN: &str = "Basic Y2k6b3BlbiBzZXNhbWU=";

const PASSWORD: &str = "open sesame";

/// A proxy; it notes the first line of what it is asked, and lets through who says the right thing.
pub(super) struct Proxy {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::default();
        let own = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = Arc::clone(&own);
                // Either side may go away.
                thread::spawn(move || drop(pass(stream, &own)));
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().expect("nobody panics"))
    }

    fn settings(&self) -> String {
        format!(
            "proxy = {{ url = \"{}\", username = \"ci\", password = {{ env = \"PROXY_PASSWORD\" }} }}",
            self.url
        )
    }
}

/// Passes one request on, or all that is said through a tunnel.
fn pass(stream: TcpStream, asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut rest, mut is_known) = (String::new(), String::new(), false);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        match line.split_once(": ") {
            Some(("proxy-authorization" | "Proxy-Authorization", value)) => {
                is_known = value.trim() == LOGIN;
            }
            _ => rest.push_str(&line),
        }
    }
    asked
        .lock()
        .expect("nobody panics")
        .push(first.trim().to_owned());
    let mut stream = stream;
    if !is_known {
        let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"p\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        return stream.write_all(refusal.as_bytes());
    }
    let mut words = first.split(' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let bare = target.trim_start_matches("http://");
    let (host, path) = bare.split_once('/').unwrap_or((bare, ""));
    let port = host.rsplit(':').next().unwrap_or_default();
    let mut server = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    if method == "CONNECT" {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    } else {
        let head = format!("{method} /{path} HTTP/1.1\r\n{rest}connection: close\r\n\r\n");
        server.write_all(head.as_bytes())?;
    }
    let (mut back, mut client) = (server.try_clone()?, stream.try_clone()?);
    let answering = thread::spawn(move || {
        let _ = std::io::copy(&mut back, &mut client);
        let _ = client.shutdown(Shutdown::Write);
    });
    // What was read too far belongs to the server, too.
    let mut chunk = [0; 16 * 1024];
    loop {
        let length = reader.read(&mut chunk)?;
        if length == 0 {
            break;
        }
        server.write_all(&chunk[..length])?;
    }
    server.shutdown(Shutdown::Write)?;
    let _ = answering.join();
    Ok(())
}

/// What a server speaks, the scheme of its URL, and what a proxy is asked for it first.
const WAYS: [(&[&str], &str, &str); 3] = [
    (&[], "http", "POST http://localhost:PORT/things HTTP/1.1"),
    (&["http/1.1"], "https", "CONNECT localhost:PORT HTTP/1.1"),
    (&["h2"], "https", "CONNECT localhost:PORT HTTP/1.1"),
];

#[test]
fn who_says_the_right_thing_is_let_through_and_the_server_hears_nothing_of_it() {
    for (protocols, scheme, first) in WAYS {
        let (proxy, server) = (Proxy::start(), Server::start(protocols, Leaving::Never));
        let url = format!("{scheme}://localhost:{}", server.port);
        let folder = project(&url, &proxy.settings());
        let words = [
            "run",
            "--update",
            "new",
            "--report",
            "json=-",
            "--no-record",
        ];
        let ran = call(&folder, &words, PASSWORD);
        assert_eq!(ran.code, Some(0), "{}", ran.story());
        let asked = server.asked();
        let requests: Vec<_> = asked.iter().filter(|it| it.version != "TLS").collect();
        let lines: Vec<&str> = requests.iter().map(|it| it.line.as_str()).collect();
        assert_eq!(lines, LIFE);
        assert!(requests.iter().all(|it| !it.holds_login), "{requests:?}");
        let first = first.replace("PORT", &server.port.to_string());
        assert_eq!(proxy.asked().first(), Some(&first));
        for secret in [PASSWORD, LOGIN.trim_start_matches("Basic ")] {
            assert!(!ran.story().contains(secret), "{}", ran.story());
        }
    }
}

#[test]
fn who_says_the_wrong_thing_is_told_so_and_reaches_no_server() {
    for (protocols, scheme, _) in WAYS {
        let (proxy, server) = (Proxy::start(), Server::start(protocols, Leaving::Never));
        let url = format!("{scheme}://localhost:{}", server.port);
        let bare = format!("proxy = \"{}\"", proxy.url);
        for (lines, password) in [(&proxy.settings(), "closed sesame"), (&bare, "")] {
            let folder = project(&url, lines);
            let ran = call(&folder, &["run"], password);
            assert_eq!(ran.code, Some(3), "{}", ran.story());
            let said = "the proxy wants other credentials (status 407): see `proxy` of the target in api.toml";
            assert!(ran.out.contains(said), "{}", ran.story());
            let checked = call(&folder, &["doctor"], password);
            assert_eq!(checked.code, Some(3), "{}", checked.story());
            assert!(checked.out.contains(said), "{}", checked.story());
            let help = "help: say who is there: `proxy = { url, username, password }`";
            assert!(checked.out.contains(help), "{}", checked.story());
        }
        assert_eq!(server.asked(), []);
    }
}

#[test]
fn without_the_password_nothing_is_sent() {
    let (proxy, server) = (Proxy::start(), Server::start(&[], Leaving::Never));
    let folder = project(
        &format!("http://localhost:{}", server.port),
        &proxy.settings(),
    );
    let ran = call(&folder, &["run"], "");
    assert_eq!(ran.code, Some(2), "{}", ran.story());
    let said = "error: the variable PROXY_PASSWORD is empty\nhelp: set it, or mend `targets.staging.proxy` in api.toml\n";
    assert!(ran.err.contains(said), "{}", ran.story());
    assert_eq!(proxy.asked(), [""; 0]);
    let shown = folder
        .command(&["config", "show"])
        .env("PROXY_PASSWORD", PASSWORD)
        .output()
        .expect("the program can be started");
    let shown = String::from_utf8(shown.stdout).expect("UTF-8");
    let line = "targets.staging.proxy.password = from env PROXY_PASSWORD (set)";
    assert!(shown.contains(line), "{shown}");
}

#[tokio::test]
async fn a_407_of_the_server_itself_is_its_answer() {
    let (proxy, server) = (Proxy::start(), Server::start(&["h2"], Leaving::Never));
    let keyring = Keyring {
        authorities: vec![support::read(std::path::Path::new(AUTHORITY)).into_bytes()],
        proxy: Some(("ci".to_owned(), Secret::new(PASSWORD))),
        ..Keyring::default()
    };
    let wire = Wire {
        proxy: Some(proxy.url.clone()),
        ..Wire::default()
    };
    let clock = Arc::new(SystemClock::new());
    let client = Client::by((keyring, wire), Stop::new(), clock).expect("a client");
    let url = format!("https://localhost:{}/407", server.port);
    let answer = ask(&client, "GET", &url, b"").await.expect("an answer");
    assert_eq!(answer.status, 407);
    // In plain nobody can tell whose it is; it is taken for the proxy's.
    let plain = Server::start(&[], Leaving::Never);
    let url = format!("http://localhost:{}/407", plain.port);
    let error = ask(&client, "GET", &url, b"").await.expect_err("a refusal");
    assert_eq!(error.kind, TargetErrorKind::ProxyRefused);
}
