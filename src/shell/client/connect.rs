//! How connections are set up: what they have in common, and whom they trust.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::ClientError;
use super::answer::{Answer, Rest};
use super::direct::{self, Direct, Tcp};
use super::failure::{self, Failed, Unresolved};
use super::keyring::Keyring;
use super::named::Named;
use super::outgoing::Outgoing;
use crate::world::{HttpVersion, Wire};

/// The longest time that making one connection may take.
pub(super) const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);

/// The longest time that a connection is kept for the next request. Common servers close an idle one
/// after 5 s; a request that crosses such a close would fail through nobody's fault.
pub(super) const IDLE_TIME_MAX: Duration = Duration::from_secs(4);

/// What the client calls itself.
pub(super) const AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// Connections that are set up in one way.
#[derive(Debug)]
pub(super) enum Line {
    /// Without TLS, and without a proxy.
    Plain(Direct<Tcp>),
    /// All others.
    Usual {
        library: reqwest::Client,
        /// Those to the host that has another name for TLS.
        named: Option<Named>,
    },
}

impl Line {
    /// Sends a request.
    ///
    /// # Errors
    /// When no answer comes.
    pub(super) async fn execute(&self, request: Outgoing) -> Result<Answer, Failed> {
        match self {
            Self::Plain(direct) => direct.execute(request).await,
            Self::Usual { library, named } => {
                match named.as_ref().filter(|it| it.is_for(request.uri())) {
                    Some(named) => named.connections().execute(request).await,
                    None => {
                        let request = request.try_into().map_err(Failed::Usual)?;
                        let answer = library.execute(request).await.map_err(Failed::Usual)?;
                        Ok(hyper::Response::from(answer).map(Rest::Usual))
                    }
                }
            }
        }
    }
}

/// What every connection has in common.
///
/// An answer may have 100 fields; more is no answer. That is the HTTP library's own limit: for any
/// other it sets memory aside with every answer.
fn settings((keyring, wire): (&Keyring, &Wire)) -> Result<reqwest::ClientBuilder, ClientError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .tcp_nodelay(true)
        .connect_timeout(CONNECT_TIME_MAX)
        .pool_idle_timeout(IDLE_TIME_MAX)
        .dns_resolver(Arc::new(SystemResolver));
    if let Some((host, address)) = &wire.address {
        // Port 0 stands for the URL's own port.
        builder = builder.resolve(host, SocketAddr::new(*address, 0));
    }
    if let Some(url) = &wire.proxy {
        let proxy = reqwest::Proxy::all(url);
        let mut proxy = proxy.map_err(|error| ClientError::Setup(failure::innermost(&error)))?;
        if let Some((user, password)) = &keyring.proxy {
            proxy = proxy.basic_auth(user, password.reveal());
        }
        builder = builder.proxy(proxy);
    }
    Ok(match wire.version {
        Some(HttpVersion::Http11) => builder.http1_only(),
        Some(HttpVersion::Http2) => builder.http2_prior_knowledge(),
        None => builder,
    })
}

/// Connections without TLS.
pub(super) fn plain((keyring, wire): (&Keyring, &Wire)) -> Result<Line, ClientError> {
    if wire.proxy.is_none() {
        let direct = Direct::over(direct::tcp(wire), wire);
        let is_http2 = wire.version == Some(HttpVersion::Http2);
        return Ok(Line::Plain(if is_http2 {
            direct
        } else {
            direct.of_http1()
        }));
    }
    let library = build(settings((keyring, wire))?.tls_certs_only([]))?;
    Ok(Line::Usual {
        library,
        named: None,
    })
}

/// Connections over TLS, on which the client shows this certificate when there is one.
pub(super) fn secure(
    (keyring, wire): (&Keyring, &Wire),
    identity: Option<&str>,
) -> Result<Line, ClientError> {
    let mut builder = settings((keyring, wire))?;
    let mut trusted = Vec::new();
    for (index, pem) in keyring.authorities.iter().enumerate() {
        let unusable = |why| ClientError::Authority(index, why);
        let authorities = reqwest::Certificate::from_pem_bundle(pem)
            .map_err(|error| unusable(failure::innermost(&error)))?;
        if authorities.is_empty() {
            return Err(unusable("it holds no certificate".into()));
        }
        trusted.extend(authorities);
    }
    if !trusted.is_empty() {
        builder = builder.tls_certs_only(trusted);
    }
    if let Some(pem) = identity {
        let identity = reqwest::Identity::from_pem(pem.as_bytes())
            .map_err(|error| ClientError::Identity(failure::innermost(&error)))?;
        builder = builder.identity(identity);
    }
    let library = build(builder)?;
    let named = wire.server_name.as_ref();
    let named = named.map(|names| Named::new(names, (keyring, wire), identity));
    let named = named.transpose()?;
    Ok(Line::Usual { library, named })
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, ClientError> {
    builder
        .build()
        .map_err(|error| ClientError::Setup(failure::innermost(&error)))
}

/// The system's resolver, with an error type by which its failures are known.
#[derive(Debug)]
struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses: Addrs = Box::new(addresses(name.as_str()).await?.into_iter());
            Ok(addresses)
        })
    }
}

/// The addresses of a name, as the system knows them.
///
/// # Errors
/// When there is none.
pub(super) async fn addresses(name: &str) -> Result<Vec<SocketAddr>, Unresolved> {
    // Port 0 stands for the URL's own port, which is put in later.
    let found = tokio::net::lookup_host((name, 0)).await;
    let found = found.map_err(|error| Unresolved(error.to_string()))?;
    let addresses: Vec<SocketAddr> = found.collect();
    if addresses.is_empty() {
        return Err(Unresolved("the name has no address".into()));
    }
    Ok(addresses)
}
