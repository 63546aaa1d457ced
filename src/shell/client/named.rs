//! Connections over TLS to a host that has another name there: it is said in the handshake, and the
//! certificate is to be for it. The HTTP library that does all else takes the URL's host for both.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_rustls::{ConfigBuilderExt as _, FixedServerNameResolver, HttpsConnector};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use reqwest::header::{ACCEPT, HeaderValue, USER_AGENT};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::ClientError;
use super::connect::{AGENT, CONNECT_TIME_MAX, IDLE_TIME_MAX, addresses};
use super::failure::{self, Failed, Unresolved};
use super::keyring::Keyring;
use crate::world::{HttpVersion, Wire};

type Library =
    hyper_util::client::legacy::Client<HttpsConnector<HttpConnector<Lookup>>, reqwest::Body>;

/// Connections to one host by another name.
#[derive(Debug)]
pub(super) struct Named {
    /// The host of the URLs.
    host: String,
    library: Library,
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
        let mut tcp = HttpConnector::new_with_resolver(Lookup(wire.address.clone()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIME_MAX));
        let tls = Arc::new(tls((keyring, wire), identity)?);
        let resolver = Arc::new(FixedServerNameResolver::new(name));
        let connector = HttpsConnector::new(tcp, tls, true, resolver);
        let library = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME_MAX)
            .retry_canceled_requests(false)
            .http2_only(wire.version == Some(HttpVersion::Http2))
            .build(connector);
        let host = host.clone();
        Ok(Self { host, library })
    }

    /// Whether a URL is one of that host.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        url.host_str() == Some(self.host.as_str())
    }

    /// Sends a request.
    ///
    /// # Errors
    /// When no answer comes.
    pub(super) async fn execute(
        &self,
        request: reqwest::Request,
    ) -> Result<reqwest::Response, Failed> {
        let mut request: hyper::Request<reqwest::Body> =
            request.try_into().map_err(Failed::Usual)?;
        for (name, value) in [(ACCEPT, "*/*"), (USER_AGENT, AGENT)] {
            let entry = request.headers_mut().entry(name);
            entry.or_insert(HeaderValue::from_static(value));
        }
        let answer = self.library.request(request).await.map_err(Failed::Named)?;
        Ok(answer.map(reqwest::Body::wrap).into())
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

/// The system's resolver, or the one address that is given for a host.
#[derive(Debug, Clone)]
struct Lookup(Option<(String, IpAddr)>);

impl tower::Service<Name> for Lookup {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Unresolved;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let given = self.0.as_ref().filter(|(host, _)| host == name.as_str());
        // Port 0 stands for the URL's own port.
        let given = given.map(|(_, address)| vec![SocketAddr::new(*address, 0)]);
        Box::pin(async move {
            let found = match given {
                Some(given) => given,
                None => addresses(name.as_str()).await?,
            };
            Ok(found.into_iter())
        })
    }
}
