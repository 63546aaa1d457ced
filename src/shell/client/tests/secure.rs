//! Sessions over TLS: who is trusted, and as whom the client comes. The server is for `localhost`
//! and its certificate is signed by the authority beside it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::*;
use crate::http::{CredentialPlace, SecurityScheme};

const AUTHORITY: &[u8] = include_bytes!("tls/authority.pem");
const SERVER: &[u8] = include_bytes!("tls/server.pem");
const CLIENT: &[u8] = include_bytes!("tls/client.pem");

/// The security scheme under which the client's certificate is kept.
const SCHEME: &str = "certificate";

/// How the server sees its clients.
#[derive(Clone, Copy)]
enum Demand {
    Anyone,
    Certificate,
}

fn configuration(demand: Demand) -> ServerConfig {
    choose_cryptography();
    let chain: Vec<_> = CertificateDer::pem_slice_iter(SERVER)
        .map(|found| found.expect("a certificate"))
        .collect();
    let key = PrivateKeyDer::from_pem_slice(SERVER).expect("a key");
    let builder = match demand {
        Demand::Anyone => ServerConfig::builder().with_no_client_auth(),
        Demand::Certificate => {
            let mut trusted = RootCertStore::empty();
            let authority = CertificateDer::from_pem_slice(AUTHORITY).expect("a certificate");
            trusted.add(authority).expect("an authority");
            let verifier = WebPkiClientVerifier::builder(Arc::new(trusted)).build();
            ServerConfig::builder().with_client_cert_verifier(verifier.expect("a verifier"))
        }
    };
    builder.with_single_cert(chain, key).expect("a usable pair")
}

/// Serves one connection and answers `ok` to the first request; gives the port.
fn serve(demand: Demand) -> u16 {
    let configuration = Arc::new(configuration(demand));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let (socket, _) = listener.accept().expect("a connection");
        let session = ServerConnection::new(configuration).expect("a session");
        let mut stream = StreamOwned::new(session, socket);
        let mut request = [0; 4096];
        // A client that does not trust the server ends here, which is what some tests want.
        if stream.read(&mut request).is_ok_and(|length| length > 0) {
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
            stream.write_all(answer).expect("the client reads");
            stream.conn.send_close_notify();
            stream.flush().expect("the client reads");
        }
    });
    port
}

async fn ask(keyring: Keyring, host: &str, demand: Demand) -> Result<Response, TargetError> {
    let port = serve(demand);
    let mut request = get(&format!("https://{host}:{port}/"));
    let name = SCHEME.to_owned();
    let place = CredentialPlace::Certificate;
    let shown = SecurityScheme { name, place };
    request.caller = keyring.identities.keys().next().map(|identity| {
        Arc::new(Caller {
            identity: identity.as_str().into(),
            alternatives: vec![vec![Arc::new(shown)]],
        })
    });
    let client = Client::new(keyring, Stop::new()).expect("a client");
    client.send(&request, limits(Duration::from_secs(10))).await
}

fn trusting() -> Keyring {
    Keyring {
        authorities: vec![AUTHORITY.to_vec()],
        ..Keyring::default()
    }
}

/// A client that has this certificate.
fn certified(pem: &[u8]) -> Keyring {
    let pem = String::from_utf8(pem.to_vec()).expect("PEM is text");
    let credential = Credential::Certificate(Secret::new(pem));
    let identity = Identity::from([(SCHEME.to_owned(), credential)]);
    Keyring {
        identities: BTreeMap::from([("default".to_owned(), identity)]),
        ..trusting()
    }
}

#[tokio::test]
async fn an_authority_of_the_user_is_trusted() {
    let response = ask(trusting(), "localhost", Demand::Anyone)
        .await
        .expect("an answer");
    assert_eq!((response.status, response.body.as_ref()), (200, &b"ok"[..]));
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted() {
    let error = ask(Keyring::default(), "localhost", Demand::Anyone).await;
    let error = error.expect_err("nobody knows the authority");
    assert_eq!(error.kind, TargetErrorKind::Tls);
    assert!(error.detail.contains("UnknownIssuer"), "{}", error.detail);
}

#[tokio::test]
async fn a_certificate_for_another_host_is_not_trusted() {
    let error = ask(trusting(), "127.0.0.1", Demand::Anyone).await;
    let error = error.expect_err("the certificate is for localhost");
    assert_eq!(error.kind, TargetErrorKind::Tls);
    assert!(error.detail.contains("localhost"), "{}", error.detail);
}

#[tokio::test]
async fn the_client_shows_its_own_certificate() {
    let response = ask(certified(CLIENT), "localhost", Demand::Certificate)
        .await
        .expect("an answer");
    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn without_its_certificate_the_client_is_turned_away() {
    let error = ask(trusting(), "localhost", Demand::Certificate)
        .await
        .expect_err("no identity");
    // The server says no only after the client has begun to speak (`RFC 8446 §2`), so that the
    // reason may be lost with the connection.
    // Where nothing was sent yet it is tried again, and this server takes one connection alone.
    let kinds = [
        TargetErrorKind::HandshakeRefused,
        TargetErrorKind::Closed,
        TargetErrorKind::Refused,
    ];
    assert!(kinds.contains(&error.kind), "{error:?}");
}

#[test]
fn a_private_key_is_never_shown() {
    let shown = format!("{:?}", certified(CLIENT).identities);
    assert_eq!(
        shown,
        r#"{"default": {"certificate": Certificate([hidden])}}"#
    );
}

#[test]
fn certificates_that_are_none_are_refused() {
    let check = |keyring: Keyring| Client::new(keyring, Stop::new()).expect_err("no certificate");
    let authority = Keyring {
        authorities: vec![AUTHORITY.to_vec(), b"nonsense".to_vec()],
        ..Keyring::default()
    };
    assert!(matches!(check(authority), ClientError::Authority(1, _)));
    for pem in [&b"nonsense"[..], AUTHORITY] {
        assert!(matches!(check(certified(pem)), ClientError::Identity(_)));
    }
}
