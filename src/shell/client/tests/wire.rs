//! Ways to a target that are not the usual one.

use std::net::{IpAddr, Ipv4Addr};

use super::*;
use crate::world::HttpVersion;

fn by(wire: Wire) -> Client {
    let clock = Arc::new(SystemClock::new());
    Client::by((Keyring::default(), wire), Stop::new(), clock).expect("a client")
}

#[tokio::test]
async fn an_address_stands_for_the_name_and_the_name_goes_out() {
    let rogue = Rogue::start(answer("HTTP/1.1 204 No Content\r\n\r\n")).await;
    let port = rogue.url.rsplit(':').next().expect("a port");
    let url = format!("http://staging.invalid:{port}");
    let error = client().send(&get(&url), Limits::default()).await;
    let error = error.expect_err("nobody has that name");
    assert_eq!(error.kind, TargetErrorKind::Unresolvable);
    let address = (
        "staging.invalid".to_owned(),
        IpAddr::V4(Ipv4Addr::LOCALHOST),
    );
    let client = by(Wire {
        address: Some(address),
        ..Wire::default()
    });
    let answer = client.send(&get(&url), Limits::default()).await;
    assert_eq!(answer.expect("an answer").status, 204);
    let read = rogue.read().pop().expect("a request");
    assert!(
        read.contains(&format!("host: staging.invalid:{port}")),
        "{read}"
    );
}

#[tokio::test]
async fn everything_goes_through_a_proxy() {
    let rogue = Rogue::start(answer("HTTP/1.1 204 No Content\r\n\r\n")).await;
    let client = by(Wire {
        proxy: Some(rogue.url.clone()),
        ..Wire::default()
    });
    let url = "http://staging.invalid/a";
    let answer = client.send(&get(url), Limits::default()).await;
    assert_eq!(answer.expect("an answer").status, 204);
    let read = rogue.read().pop().expect("a request");
    assert!(
        read.starts_with("GET http://staging.invalid/a HTTP/1.1"),
        "{read}"
    );
    // TLS goes through it as well, and nobody but the server reads what is said.
    let url = "https://staging.invalid/a";
    let answer = client.send(&get(url), Limits::default()).await;
    answer.expect_err("the proxy is none");
    let read = rogue.read().pop().expect("a request");
    assert!(
        read.starts_with("CONNECT staging.invalid:443 HTTP/1.1"),
        "{read}"
    );
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let proxy = gone.local_addr().expect("an address").to_string();
    drop(gone);
    let client = by(Wire {
        proxy: Some(format!("http://{proxy}")),
        ..Wire::default()
    });
    let error = client
        .send(&get("http://staging.invalid/"), Limits::default())
        .await;
    let error = error.expect_err("there is no proxy");
    assert_eq!(error.kind, TargetErrorKind::ProxyFailed);
    assert_eq!(error.address, proxy);
    assert_eq!(error.detail, "connection refused");
}

#[tokio::test]
async fn the_version_is_the_one_that_is_said() {
    for (version, line) in [
        (None, "GET / HTTP/1.1"),
        (Some(HttpVersion::Http11), "GET / HTTP/1.1"),
        (Some(HttpVersion::Http2), "PRI * HTTP/2.0"),
    ] {
        let rogue = Rogue::start(answer("HTTP/1.1 204 No Content\r\n\r\n")).await;
        let client = by(Wire {
            version,
            ..Wire::default()
        });
        let limits = limits(Duration::from_secs(10));
        let answer = client.send(&get(&rogue.url), limits).await;
        assert_eq!(answer.is_ok(), version != Some(HttpVersion::Http2));
        let read = rogue.read().pop().expect("a request");
        assert!(read.starts_with(line), "{read}");
    }
}

#[tokio::test]
async fn who_waits_for_the_connection_of_another_is_told_the_same() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    // Looking the name up takes both of them to the same connection.
    let port = gone.local_addr().expect("an address").port();
    let request = get(&format!("http://localhost:{port}"));
    drop(gone);
    let client = by(Wire {
        version: Some(HttpVersion::Http2),
        ..Wire::default()
    });
    let limits = limits(Duration::from_secs(10));
    let (one, other) = tokio::join!(client.send(&request, limits), client.send(&request, limits));
    let one = one.expect_err("nobody is there");
    assert_eq!(one.kind, TargetErrorKind::Refused);
    assert_eq!(other.expect_err("nobody is there"), one);
}
