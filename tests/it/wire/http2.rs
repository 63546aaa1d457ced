//! Over HTTP/2 everything is as over HTTP/1.1, and a connection that goes away is told as what it is.

use countersign::http::BodyEnd;
use countersign::world::{HttpVersion, TargetErrorKind, Wire};

use super::server::{Asked, Leaving, Server};
use super::{LIFE, ask, call, client, project};

const BOTH: &[&str] = &["h2", "http/1.1"];
const ONE: &[&str] = &["http/1.1"];
const TWO: &[&str] = &["h2"];

/// The requests, and the versions that they came in.
fn told(asked: &[Asked]) -> (Vec<&str>, Vec<&str>) {
    let requests = asked.iter().filter(|it| it.version != "TLS");
    requests.map(|it| (it.line.as_str(), it.version)).unzip()
}

#[test]
fn a_lifecycle_is_played_in_the_version_that_both_sides_speak() {
    for (protocols, line, version) in [
        (BOTH, "", "HTTP/2"),
        (TWO, "http = \"2\"", "HTTP/2"),
        (BOTH, "http = \"1.1\"", "HTTP/1.1"),
        (ONE, "", "HTTP/1.1"),
    ] {
        let server = Server::start(protocols, Leaving::Never);
        let folder = project(&format!("https://localhost:{}", server.port), line);
        let ran = call(&folder, &["run", "--update", "new"], "");
        assert_eq!(ran.code, Some(0), "{protocols:?} {line}: {}", ran.story());
        let asked = server.asked();
        assert_eq!(told(&asked), (LIFE.to_vec(), vec![version; 4]), "{line}");
        // Whatever it comes in, it is the same.
        let again = call(&folder, &["run"], "");
        assert_eq!(again.code, Some(0), "{}", again.story());
    }
}

#[test]
fn a_version_that_the_server_does_not_speak_is_told() {
    for (protocols, line) in [(ONE, "http = \"2\""), (TWO, "http = \"1.1\"")] {
        let server = Server::start(protocols, Leaving::Never);
        let folder = project(&format!("https://localhost:{}", server.port), line);
        let ran = call(&folder, &["run"], "");
        assert_eq!(ran.code, Some(3), "{line}: {}", ran.story());
        assert!(
            ran.story().contains("NoApplicationProtocol"),
            "{}",
            ran.story()
        );
        assert_eq!(told(&server.asked()).0, [""; 0], "{line}");
    }
}

#[test]
fn doctor_tells_the_version_and_until_when_the_certificate_is_good() {
    let server = Server::start(BOTH, Leaving::Never);
    let folder = project(&format!("https://localhost:{}", server.port), "");
    let ran = call(&folder, &["doctor"], "");
    let until = "the server's certificate is good until 2120-01-01: ";
    assert!(ran.out.contains(until), "{}", ran.story());
    assert!(
        ran.out.contains("HTTP/2, GET / answers 404"),
        "{}",
        ran.story()
    );
}

#[tokio::test]
async fn large_bodies_go_both_ways() {
    let body: Vec<u8> = (0..5_000_000_u32).map(|it| (it % 251) as u8).collect();
    for version in [HttpVersion::Http2, HttpVersion::Http11] {
        let server = Server::start(BOTH, Leaving::Never);
        let client = client(Wire {
            version: Some(version),
            ..Wire::default()
        });
        let url = format!("https://localhost:{}/echo", server.port);
        let answer = ask(&client, "POST", &url, &body).await.expect("an answer");
        assert_eq!((answer.status, answer.end), (200, BodyEnd::Complete));
        assert!(answer.body == body, "{version:?}");
    }
}

#[tokio::test]
async fn a_connection_that_goes_away_in_order_costs_nothing() {
    let server = Server::start(TWO, Leaving::AfterEach);
    let client = client(Wire::default());
    for _ in 0..3 {
        let url = format!("https://localhost:{}/things", server.port);
        let answer = ask(&client, "POST", &url, b"{}").await;
        assert_eq!(answer.expect("an answer").status, 201);
    }
    let asked = server.asked();
    assert_eq!(told(&asked).0, ["POST /things"; 3], "nothing is sent twice");
}

#[tokio::test]
async fn a_connection_that_goes_away_in_the_middle_is_told_and_the_next_one_works() {
    let server = Server::start(TWO, Leaving::InTheMiddle);
    let client = client(Wire::default());
    let url = format!("https://localhost:{}/things", server.port);
    let made = ask(&client, "POST", &url, b"{}").await.expect("an answer");
    assert_eq!(made.status, 201);
    let url = format!("{url}/1");
    let error = ask(&client, "GET", &url, b"")
        .await
        .expect_err("it went away");
    assert_eq!(error.kind, TargetErrorKind::Closed, "{error}");
    assert!(!error.detail.is_empty(), "{error}");
    let there = ask(&client, "GET", &url, b"").await.expect("an answer");
    assert_eq!(there.status, 200);
    let asked = server.asked();
    let first = asked.first().map(|it| it.connection);
    assert_ne!(first, asked.last().map(|it| it.connection));
}

#[test]
fn a_flow_whose_connection_goes_away_in_the_middle_ends_with_3() {
    let server = Server::start(TWO, Leaving::InTheMiddle);
    let folder = project(&format!("https://localhost:{}", server.port), "");
    let ran = call(&folder, &["run", "--no-journal"], "");
    assert_eq!(ran.code, Some(3), "{}", ran.story());
    let said = "the connection was closed before an answer came";
    assert!(ran.out.contains(said), "{}", ran.story());
    let asked = server.asked();
    assert_eq!(told(&asked).0, LIFE[..2], "nothing is sent twice");
}
