//! Connections over TLS to a host that has another name there: it is said in the handshake, and the
//! certificate is to be for it. The HTTP library that does all else takes the URL's host for both.

use std::sync::Arc;

use hyper::Uri;
use hyper_rustls::{ConfigBuilderExt as _, FixedServerNameResolver, HttpsConnector};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use super::ClientError;
use super::direct::{self, Direct, Tcp};
use super::failure;
use super::keyring::Keyring;
use crate::world::{HttpVersion, Wire};

/// Connections to one host by another name.
#[derive(Debug)]
pub(super) struct Named {
    /// The host of the URLs.
    host: String,
    connections: Direct<HttpsConnector<Tcp>>,
}

impl Named {
    /// Connections to a host by a name, on which the client shows this certificate when there is one.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(super) fn new(
        (host, name): &(String, String),
        (keyring, wire): (&Keyring, &Wire),
        identity: Option<&str>,
    ) -> Result<Self, ClientError> {
        let name = ServerName::try_from(name.clone()).map_err(unusable)?;
        let mut tcp = direct::tcp(wire);
        tcp.enforce_http(false);
        let tls = Arc::new(tls((keyring, wire), identity)?);
        let resolver = Arc::new(FixedServerNameResolver::new(name));
        let connector = HttpsConnector::new(tcp, tls, true, resolver);
        let connections = Direct::over(connector, wire);
        let host = host.clone();
        Ok(Self { host, connections })
    }

    /// Whether a URL is one of that host.
    pub(super) fn is_for(&self, uri: &Uri) -> bool {
        uri.host() == Some(self.host.as_str())
    }

    /// The connections.
    pub(super) fn connections(&self) -> &Direct<HttpsConnector<Tcp>> {
        &self.connections
    }
}

fn unusable(error: impl std::error::Error + 'static) -> ClientError {
    ClientError::Setup(failure::innermost(&error))
}

/// Whom the client trusts, what it shows, and what it speaks.
pub(super) fn tls(
    (keyring, wire): (&Keyring, &Wire),
    identity: Option<&str>,
) -> Result<ClientConfig, ClientError> {
    let builder = ClientConfig::builder();
    let builder = if keyring.authorities.is_empty() {
        builder.try_with_platform_verifier().map_err(unusable)?
    } else {
        let mut trusted = RootCertStore::empty();
        for pem in &keyring.authorities {
            for authority in CertificateDer::pem_slice_iter(pem) {
                trusted
                    .add(authority.map_err(unusable)?)
                    .map_err(unusable)?;
            }
        }
        builder.with_root_certificates(trusted)
    };
    let mut tls = match identity {
        Some(pem) => {
            let chain = CertificateDer::pem_slice_iter(pem.as_bytes());
            let chain = chain.collect::<Result<_, _>>().map_err(unusable)?;
            let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(unusable)?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(unusable)?
        }
        None => builder.with_no_client_auth(),
    };
    let (one, two) = (b"http/1.1".to_vec(), b"h2".to_vec());
    tls.alpn_protocols = match wire.version {
        Some(HttpVersion::Http11) => vec![one],
        Some(HttpVersion::Http2) => vec![two],
        None => vec![two, one],
    };
    Ok(tls)
}
