//! A proxy that does not do its part is told as that, with its host and its port; what comes through one, and
//! whose fault that is, is not made up.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use super::server::{Leaving, Server};
use super::{call, project};
use crate::support::Ran;

const PASSWORD: &str = "open sesame";

/// What a proxy does with whoever connects.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// It reads what is asked, and closes.
    Close,
    /// It reads what is asked, and says this.
    Say(&'static str),
    /// It reads nothing, and says nothing.
    Hang,
}

/// Where no proxy is.
const NOBODY: &str = "127.0.0.1:1";

/// A proxy that does so; with its host and its port.
fn proxy(act: Act) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming().flatten() {
            match act {
                Act::Hang => held.push(stream),
                // A client that goes away has had enough.
                _ => drop(answer(stream, act)),
            }
        }
    });
    address
}

fn answer(mut stream: TcpStream, act: Act) -> std::io::Result<()> {
    let mut read = Vec::new();
    let mut chunk = [0; 4096];
    while !read.windows(4).any(|it| it == b"\r\n\r\n") {
        let length = stream.read(&mut chunk)?;
        if length == 0 {
            break;
        }
        read.extend_from_slice(&chunk[..length]);
    }
    if let Act::Say(status) = act {
        let fields = "content-length: 0\r\nconnection: close";
        write!(stream, "HTTP/1.1 {status}\r\n{fields}\r\n\r\n")?;
    }
    Ok(())
}

/// Calls the program with a target behind a proxy; who is there is said to it, and told to nobody.
fn through(proxy: &str, url: &str, words: &[&str]) -> Ran {
    let lines = format!(
        "proxy = {{ url = \"http://{proxy}\", username = \"ci\", password = {{ env = \"PROXY_PASSWORD\" }} }}\ntimeout = 20"
    );
    let ran = call(&project(url, &lines), words, PASSWORD);
    for secret in [PASSWORD, "Y2k6b3BlbiBzZXNhbWU"] {
        assert!(!ran.story().contains(secret), "{}", ran.story());
    }
    ran
}

const HELP: &str = "help: see whether the proxy runs, and whether it may reach the server; or mend `proxy` of the target in api.toml";

/// That a proxy failed, as it is told.
fn failure(proxy: &str, why: &str) -> String {
    format!(
        "{proxy}: the proxy gives no way to the target: see `proxy` of the target in api.toml ({why})"
    )
}

/// Demands that a failure is told as the proxy's, by whoever meets it.
fn demand(proxy: &str, url: &str, why: &str) {
    let told = failure(proxy, why);
    through(proxy, url, &["run"]).demand(3, &[&told]);
    through(proxy, url, &["doctor"]).demand(3, &[&told, HELP]);
}

#[test]
fn a_proxy_that_is_not_there_is_told_with_its_port() {
    let server = Server::start(&["http/1.1"], Leaving::Never);
    for scheme in ["http", "https"] {
        let url = format!("{scheme}://localhost:{}", server.port);
        demand(NOBODY, &url, "connection refused");
    }
    assert_eq!(server.asked(), []);
}

#[test]
fn a_proxy_that_opens_no_tunnel_is_told_with_where_it_should_lead() {
    let url = "https://localhost:1";
    let why = "it opens no tunnel to localhost:1: it is not to, or cannot reach it";
    for status in [
        "502 Bad Gateway",
        "504 Gateway Timeout",
        "403 Forbidden",
        "nonsense",
    ] {
        demand(&proxy(Act::Say(status)), url, why);
    }
    let why = "it closed the connection before there was a tunnel to localhost:1";
    demand(&proxy(Act::Close), url, why);
}

#[test]
fn a_proxy_that_says_nothing_is_told_once_its_time_is_over() {
    let (proxy, url) = (proxy(Act::Hang), "https://localhost:1");
    let ran = through(&proxy, url, &["run"]);
    ran.demand(
        3,
        &[&failure(&proxy, "no connection to localhost:1 within 5 s")],
    );
    // Without a tunnel it may be the server that takes so long.
    let ran = through(&proxy, "http://localhost:1", &["run", "--timeout", "1"]);
    let told =
        format!("localhost:1, through the proxy {proxy}: no answer in time (the limit is 1000 ms)");
    ran.demand(3, &[&told]);
}

#[test]
fn what_is_not_http_or_nothing_at_all_came_from_the_proxy_or_through_it() {
    let url = "http://localhost:1";
    let closing = proxy(Act::Close);
    let told = format!(
        "{closing}, the proxy on the way to localhost:1: the connection was closed before an answer came"
    );
    through(&closing, url, &["run"]).demand(3, &[&told]);
    through(&closing, url, &["doctor"]).demand(3, &[&told]);
    let babbling = proxy(Act::Say("nonsense"));
    let told = format!("localhost:1, through the proxy {babbling}: the answer is not HTTP");
    through(&babbling, url, &["run"]).demand(3, &[&told]);
}

#[test]
fn an_answer_that_may_be_the_proxys_is_told_with_it() {
    let gateway = proxy(Act::Say("502 Bad Gateway"));
    let told = [
        format!("http://localhost:1 (through the proxy {gateway})"),
        "documented-status".to_owned(),
        format!("asked through the proxy {gateway}"),
    ];
    let told = told.each_ref().map(String::as_str);
    through(&gateway, "http://localhost:1", &["run"]).demand(1, &told);
    // The same answer of a server that nothing stands before.
    let ran = call(
        &project(&format!("http://{gateway}"), ""),
        &["run"],
        PASSWORD,
    );
    ran.demand(1, &["documented-status"]);
    assert!(!ran.story().contains("proxy"), "{}", ran.story());
}

#[test]
fn a_certificate_that_is_wrong_is_the_servers() {
    let server = Server::start(&["http/1.1"], Leaving::Never);
    let open = super::proxy::Proxy::start();
    let address = open.url.trim_start_matches("http://");
    let url = format!("https://127.0.0.1:{}", server.port);
    let told = format!(
        "127.0.0.1:{}, through the proxy {address}: TLS failed (",
        server.port
    );
    through(address, &url, &["run"]).demand(3, &[&told]);
}

#[test]
fn who_waits_for_a_target_is_told_of_the_proxy() {
    let refusing = proxy(Act::Say("502 Bad Gateway"));
    for (proxy, why) in [
        (NOBODY, "connection refused"),
        (
            &refusing,
            "it opens no tunnel to localhost:1: it is not to, or cannot reach it",
        ),
    ] {
        let ran = through(proxy, "https://localhost:1", &["run", "--wait", "1"]);
        let told = failure(proxy, why);
        let told = format!("error: the target did not answer within 1 s: {told}\n{HELP}\n");
        ran.demand(3, &[&told]);
    }
}
