//! Until when the certificate of a server is good.
//!
//! The library for TLS tells the end of a certificate to whoever asks on a day behind it, and reads it for
//! nobody else: so it is asked.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, Error, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

use super::connect::addresses;
use super::{Client, named};

/// A day behind the end of every certificate, the first of the year 10000 (`RFC 5280 §4.1.2.5`), in
/// seconds since 1970.
const BEHIND_ALL_SECONDS: u64 = 253_402_300_800;

impl Client {
    /// Until when the certificate of the server of a URL is good, in seconds since 1970. None where that
    /// cannot be known: through a proxy, or where the server wants to see a certificate first.
    pub async fn certificate_end(&self, url: &str, time: Duration) -> Option<u64> {
        let shown = tokio::time::timeout(time, self.shake_hands(url)).await;
        shown.ok().flatten()
    }

    async fn shake_hands(&self, url: &str) -> Option<u64> {
        let (keyring, wire) = (&self.connections.keyring, &self.connections.wire);
        let url = Url::parse(url).ok()?;
        if url.scheme() != "https" || wire.proxy.is_some() {
            return None;
        }
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        let known = wire.server_name.as_ref().filter(|(it, _)| it == host);
        let given = wire.address.as_ref().filter(|(it, _)| it == host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let mut found = match given {
            Some((_, address)) => vec![SocketAddr::new(*address, port)],
            None => addresses(host).await.ok()?,
        };
        for address in &mut found {
            address.set_port(port);
        }
        let name = known.map_or(host, |(_, name)| name).to_owned();
        let name = ServerName::try_from(name).ok()?;
        let tls = named::tls((keyring, wire), None).ok()?;
        let stream = TcpStream::connect(found.as_slice()).await.ok()?;
        let session = TlsConnector::from(Arc::new(tls)).connect(name.clone(), stream);
        let session = session.await.ok()?;
        let chain = session.get_ref().1.peer_certificates()?;
        end_of(chain.first()?, &name)
    }
}

/// The end of a certificate.
fn end_of(certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> Option<u64> {
    // Who signed it has been asked before. Here it is its own authority, since there has to be one.
    let mut trusted = RootCertStore::empty();
    trusted.add(certificate.clone().into_owned()).ok()?;
    let verifier = WebPkiServerVerifier::builder(Arc::new(trusted)).build();
    let day = UnixTime::since_unix_epoch(Duration::from_secs(BEHIND_ALL_SECONDS));
    let told = verifier
        .ok()?
        .verify_server_cert(certificate, &[], name, &[], day);
    match told {
        Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            Some(not_after.as_secs())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::client::choose_cryptography;
    use rustls::pki_types::pem::PemObject as _;

    #[test]
    fn the_end_of_a_certificate_is_the_one_that_stands_in_it() {
        choose_cryptography();
        let name = ServerName::try_from("localhost").expect("a name");
        let pem = include_bytes!("tests/tls/server.pem");
        let certificate = CertificateDer::from_pem_slice(pem).expect("a certificate");
        // 2120-01-01, as the file has it.
        assert_eq!(end_of(&certificate, &name), Some(4_733_510_400));
        let other = ServerName::try_from("other.example").expect("a name");
        assert_eq!(end_of(&certificate, &other), Some(4_733_510_400));
        assert_eq!(end_of(&CertificateDer::from(vec![0x30, 0]), &name), None);
    }
}
