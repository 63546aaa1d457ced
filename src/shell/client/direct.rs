//! Connections without a proxy on the way, by the library that the one for all else is built on: the same
//! requests and answers for half the work, since no redirect, proxy or decoding is looked after.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use reqwest::header::{ACCEPT, HOST, HeaderValue, USER_AGENT};

use super::answer::{Answer, Rest};
use super::connect::{AGENT, CONNECT_TIME_MAX, IDLE_TIME_MAX, addresses};
use super::failure::{Failed, Unresolved};
use super::outgoing::Outgoing;
use super::timely::Timely;
use crate::world::{HttpVersion, Wire};

/// Makes connections over TCP.
pub(super) type Tcp = HttpConnector<Lookup>;

/// After what silence of a connection the system asks whether the other end is still there, and how long after that
/// once more; firewalls forget connections that say nothing.
const KEEPALIVE_TIME: Duration = Duration::from_secs(15);

/// How many of these questions may stay without an answer.
const KEEPALIVES_MAX: u32 = 3;

/// How long what was sent may stay without a sign that it arrived, where the system can count that.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED_TIME_MAX: Duration = Duration::from_secs(30);

/// How connections over TCP are made.
pub(super) fn tcp(wire: &Wire) -> Tcp {
    let mut tcp = HttpConnector::new_with_resolver(Lookup(wire.address.clone()));
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEPALIVE_TIME));
    tcp.set_keepalive_interval(Some(KEEPALIVE_TIME));
    tcp.set_keepalive_retries(Some(KEEPALIVES_MAX));
    #[cfg(target_os = "linux")]
    tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED_TIME_MAX));
    // Shared by the addresses of a name, so that one which is silent leaves time for the next.
    tcp.set_connect_timeout(Some(CONNECT_TIME_MAX));
    tcp
}

/// Connections that are made in one way, and kept for the next request.
#[derive(Debug)]
pub(super) struct Direct<C> {
    library: legacy::Client<Timely<C>, reqwest::Body>,
    /// The first authority that was asked, with its `Host` field: the library writes a new one for each
    /// request, and most runs ask no other. None where the connections may be of HTTP/2, which has no such field.
    host: Option<OnceLock<(String, HeaderValue)>>,
}

impl<C> Direct<C>
where
    C: Clone + Send + Sync + 'static,
    Timely<C>: Connect,
{
    /// Connections that are made like that. A request that crosses the end of an idle connection before
    /// any of it was sent goes over another one.
    pub(super) fn over(connector: C, wire: &Wire) -> Self {
        let library = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME_MAX)
            .http2_only(wire.version == Some(HttpVersion::Http2))
            .build(Timely::new(connector, CONNECT_TIME_MAX));
        Self {
            library,
            host: None,
        }
    }

    /// The same, of HTTP/1.1 alone.
    pub(super) fn of_http1(self) -> Self {
        let host = Some(OnceLock::new());
        Self { host, ..self }
    }

    /// The `Host` field of a request, where it is known (`RFC 9110 §7.2`).
    fn host(&self, request: &Outgoing) -> Option<HeaderValue> {
        // The URL has been read, so that neither a default port nor a user stands there.
        let authority = request.uri().authority()?.as_str();
        let known = self.host.as_ref()?;
        let (own, value) = match known.get() {
            Some(known) => known,
            None => {
                let value = HeaderValue::from_str(authority).ok()?;
                known.get_or_init(|| (authority.to_owned(), value))
            }
        };
        (own == authority).then(|| value.clone())
    }

    /// Sends a request.
    ///
    /// # Errors
    /// When no answer comes.
    pub(super) async fn execute(&self, mut request: Outgoing) -> Result<Answer, Failed> {
        for (name, value) in [(ACCEPT, "*/*"), (USER_AGENT, AGENT)] {
            let entry = request.headers_mut().entry(name);
            entry.or_insert(HeaderValue::from_static(value));
        }
        if let Some(host) = self.host(&request) {
            request.headers_mut().entry(HOST).or_insert(host);
        }
        let answer = self.library.request(request).await;
        Ok(answer.map_err(Failed::Direct)?.map(Rest::Direct))
    }
}

/// The system's resolver, or the one address that is given for a host.
#[derive(Debug, Clone)]
pub(super) struct Lookup(Option<(String, IpAddr)>);

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
