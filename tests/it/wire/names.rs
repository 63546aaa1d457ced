//! A server may be known to TLS by another name than the URL's.

use std::net::{IpAddr, Ipv4Addr};

use countersign::world::{HttpVersion, TargetErrorKind, Wire};

use super::server::{Leaving, Server};
use super::{LIFE, ask, call, client, project};
use crate::support;

const BOTH: &[&str] = &["h2", "http/1.1"];

#[test]
fn a_lifecycle_is_played_by_the_name_that_is_said() {
    for (version, line) in [("HTTP/2", ""), ("HTTP/1.1", "http = \"1.1\"")] {
        let server = Server::start(BOTH, Leaving::Never);
        let url = format!("https://127.0.0.1:{}", server.port);
        let without = call(&project(&url, line), &["run"], "");
        assert_eq!(without.code, Some(3), "{}", without.story());
        assert!(without.out.contains("TLS failed"), "{}", without.story());
        let checked = call(&project(&url, line), &["doctor"], "");
        assert_eq!(checked.code, Some(3), "{}", checked.story());
        let help = "or into `tls.server-name` of the target";
        assert!(checked.out.contains(help), "{}", checked.story());
        server.asked();
        let named = project(&url, &format!("tls.server-name = \"localhost\"\n{line}"));
        let ran = call(&named, &["run", "--update", "new"], "");
        assert_eq!(ran.code, Some(0), "{}", ran.story());
        let asked = server.asked();
        let requests: Vec<_> = asked.iter().filter(|it| it.version != "TLS").collect();
        let lines: Vec<&str> = requests.iter().map(|it| it.line.as_str()).collect();
        assert_eq!(lines, LIFE);
        for request in requests {
            assert_eq!(request.version, version);
            assert_eq!(request.name.as_deref(), Some("localhost"));
            assert_eq!(request.host, format!("127.0.0.1:{}", server.port));
        }
        let checked = call(&named, &["doctor"], "");
        for said in ["the certificate is trusted", "is good until 2120-01-01"] {
            assert!(checked.out.contains(said), "{}", checked.story());
        }
    }
}

#[test]
fn a_name_for_which_the_server_has_no_certificate_is_told() {
    let server = Server::start(BOTH, Leaving::Never);
    let url = format!("https://localhost:{}", server.port);
    let folder = project(&url, "tls.server-name = \"other.example\"");
    let ran = call(&folder, &["run"], "");
    assert_eq!(ran.code, Some(3), "{}", ran.story());
    assert!(ran.out.contains("TLS failed"), "{}", ran.story());
    let asked = server.asked();
    assert!(asked.iter().all(|it| it.version == "TLS"), "{asked:?}");
    assert_eq!(asked[0].name.as_deref(), Some("other.example"));
}

#[test]
fn a_printed_curl_reaches_the_server_as_the_run_did() {
    let server = Server::start(BOTH, Leaving::Never);
    let url = format!("https://localhost:{}", server.port);
    let folder = project(&url, "address = \"127.0.0.1\"");
    let contract = folder.file("openapi.yaml");
    let text = support::read(&contract);
    let other = text.replace("name: {type: string}", "name: {type: integer}");
    assert_ne!(other, text);
    support::write(&contract, &other);
    let path = folder.root().join("ca.pem").display().to_string();
    let flag = ["run", "--cacert", path.as_str()];
    for (words, authority) in [
        (&["run"][..], "ca.pem".to_owned()),
        (&flag, format!("'{path}'")),
    ] {
        let ran = call(&folder, words, "");
        assert_eq!(ran.code, Some(1), "{}", ran.story());
        let options = format!(" --cacert {authority} --connect-to localhost::127.0.0.1:");
        assert!(ran.out.contains(&options), "{}", ran.story());
    }
}

#[tokio::test]
async fn it_is_for_the_host_of_the_target_alone_and_goes_with_an_address() {
    for version in [HttpVersion::Http2, HttpVersion::Http11] {
        let server = Server::start(BOTH, Leaving::Never);
        let host = "staging.example".to_owned();
        let client = client(Wire {
            address: Some((host.clone(), IpAddr::V4(Ipv4Addr::LOCALHOST))),
            server_name: Some((host, "localhost".to_owned())),
            version: Some(version),
            ..Wire::default()
        });
        let url = format!("https://staging.example:{}/echo", server.port);
        let answer = ask(&client, "POST", &url, b"a").await.expect("an answer");
        assert_eq!((answer.status, &answer.body[..]), (200, &b"a"[..]));
        let asked = server.asked().pop().expect("a request");
        assert_eq!(asked.host, format!("staging.example:{}", server.port));
        let url = format!("https://127.0.0.1:{}/echo", server.port);
        let error = ask(&client, "POST", &url, b"a")
            .await
            .expect_err("another host");
        assert_eq!(error.kind, TargetErrorKind::Tls);
    }
}

#[tokio::test]
async fn what_fails_on_the_way_is_told_as_ever() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    for (host, kind) in [
        ("127.0.0.1", TargetErrorKind::Refused),
        ("nowhere.invalid", TargetErrorKind::Unresolvable),
    ] {
        let client = client(Wire {
            server_name: Some((host.to_owned(), "localhost".to_owned())),
            ..Wire::default()
        });
        let url = format!("https://{host}:{port}/");
        let error = ask(&client, "GET", &url, b"").await.expect_err("no server");
        assert_eq!(error.kind, kind, "{error}");
    }
}
