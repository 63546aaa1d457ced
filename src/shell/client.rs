//! The client: requests over real connections, answers as they came.
//!
//! Kept both ways: every field, the order of fields of one name, every byte of a value, every byte
//! of a body (no content coding is removed). Not kept, because the HTTP library does not: the case
//! of field names (they are sent and shown in lower case, `RFC 9110 §5.1`), and fields of one name
//! that stand apart (they are sent and shown together, at the place of the first,
//! `RFC 9110 §5.3`). Nothing is sent twice, but after a 401 with a token that was
//! there before; no proxy is taken from the environment, and a redirect is followed only on demand.

mod added;
mod answer;
mod arrival;
mod blame;
mod certificate;
mod connect;
mod direct;
mod failure;
mod greeting;
mod keyring;
mod lines;
mod login;
mod named;
mod outgoing;
mod purse;
mod redirect;
#[cfg(test)]
mod rogue;
#[cfg(test)]
mod tests;
mod timely;
mod token;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::clock::SystemClock;
use super::signals::Stop;
use crate::http::{BodyEnd, Caller, Request, Response, SchemeSet};
use crate::secret::Secrets;
use crate::world::{Clock, Limits, Pending, Target, TargetError, TargetErrorKind, Wire};
use answer::Answer;
use arrival::Arrival;
use failure::Failed;
use lines::Lines;
use outgoing::{Origin, Outgoing};
use purse::{Purse, Shown};

pub use added::Added;
pub use blame::ON_THE_WAY;
pub use greeting::Greeting;
pub use keyring::{Credential, Identity, Keyring, Secret};
pub use token::{TOKEN_TIME_MAX, TokenRequest};

/// How long a request in flight may still take after somebody asked to stop.
const STOP_GRACE_MAX: Duration = Duration::from_secs(2);

/// How many connections one request may take: a server that refuses a client after the handshake (TLS
/// 1.3, `RFC 8446 §4.4.2.4`) may have closed before anything was sent, so that the reason is not known.
const CONNECTIONS_MAX: u32 = 3;

/// The status by which a proxy asks who is there.
const PROXY_AUTHENTICATION: u16 = 407;

/// What the end of an exchange says when somebody asked to stop.
const STOPPED: &str = "the run was stopped";

/// Why no client can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// A certificate authority cannot be read; its index and why.
    #[error("certificate authority {0} is no PEM certificate ({1})")]
    Authority(usize, String),
    /// The identity cannot be read.
    #[error("the client's identity is no PEM certificate with its private key ({0})")]
    Identity(String),
    /// The TLS library cannot be set up, such as without the system's certificates.
    #[error("TLS cannot be set up ({0})")]
    Setup(String),
}

/// A target over HTTP/1.1, or over HTTP/2 where TLS agrees on it. Clones share the connections.
#[derive(Debug, Clone)]
pub struct Client {
    connections: Arc<Connections>,
    stop: Stop,
}

/// Connections, and what goes over all of them.
#[derive(Debug)]
struct Connections {
    keyring: Keyring,
    wire: Wire,
    /// The tokens that were asked for.
    purse: Purse,
    /// What is asked most.
    origin: Origin,
    lines: Lines,
}

impl Connections {
    fn of((keyring, wire): (Keyring, Wire), clock: Arc<dyn Clock>) -> Result<Self, ClientError> {
        Ok(Self {
            lines: Lines::of((&keyring, &wire))?,
            purse: Purse::new(&keyring, clock),
            keyring,
            wire,
            origin: Origin::default(),
        })
    }

    /// Sends a request of whoever asks.
    ///
    /// # Errors
    /// When no answer comes.
    async fn execute(&self, request: Outgoing, caller: Option<&Caller>) -> Result<Answer, Failed> {
        let way = (&self.keyring, &self.wire);
        let lines = self.lines.here(way).map_err(Failed::SetUp)?;
        let line = lines
            .to(way, (request.uri(), caller))
            .map_err(Failed::SetUp)?;
        line.execute(request).await
    }

    /// Whether an answer is the proxy's own: it wants other credentials (`RFC 9110 §15.5.8`). What comes
    /// through a tunnel is the server's.
    fn is_of_the_proxy(&self, url: &str, status: u16) -> bool {
        let is_plain = !url
            .get(..6)
            .is_some_and(|it| it.eq_ignore_ascii_case("https:"));
        status == PROXY_AUTHENTICATION && is_plain && self.wire.proxy.is_some()
    }
}

impl Client {
    /// A client without connections yet; they are made when needed and kept for the next request.
    ///
    /// # Errors
    /// When a certificate cannot be read, or TLS cannot be set up with it.
    pub fn new(keyring: Keyring, stop: Stop) -> Result<Self, ClientError> {
        let clock = Arc::new(SystemClock::new());
        Self::by((keyring, Wire::default()), stop, clock)
    }

    /// The same, with how the target is connected to, and the clock by which access tokens expire.
    ///
    /// # Errors
    /// As for [`Client::new`].
    pub fn by(
        way: (Keyring, Wire),
        stop: Stop,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ClientError> {
        choose_cryptography();
        let connections = Arc::new(Connections::of(way, clock)?);
        Ok(Self { connections, stop })
    }

    /// Tells all credentials, and the tokens that it will be handed, to whoever keeps secrets.
    pub fn tell(&self, secrets: &Arc<Secrets>) {
        self.connections.keyring.tell(secrets);
        self.connections.purse.tell(secrets);
    }

    /// Sends, and gives up at the time limit or when the run is stopped.
    async fn exchange(
        &self,
        request: &Request,
        shown: &Shown,
        limits: Limits,
    ) -> Result<Response, TargetError> {
        let mut arrival = Arrival::new(limits.body_bytes);
        let failed = |arrival: &Arrival, kind, detail: &str| {
            let url = arrival.hop.as_ref().unwrap_or(&request.url);
            self.connections.lost(url, kind, detail.to_owned())
        };
        if self.stop.is_forced() {
            return Err(failed(&arrival, TargetErrorKind::Closed, STOPPED));
        }
        let ended = tokio::select! {
            biased;
            ended = self.follow((request, shown), limits.redirects, &mut arrival) => ended?,
            () = self.stop.wait_with_grace(STOP_GRACE_MAX) => {
                if !arrival.has_head() {
                    return Err(failed(&arrival, TargetErrorKind::Closed, STOPPED));
                }
                BodyEnd::CutShort(STOPPED.into())
            }
            () = time_over(limits.time) => {
                if !arrival.has_head() {
                    return Err(failed(&arrival, TargetErrorKind::TimedOut, &in_words(limits.time)));
                }
                BodyEnd::TimedOut(u64::try_from(limits.time.as_millis()).unwrap_or(u64::MAX))
            }
        };
        let mut response = arrival.into_response(ended);
        if let Some(caller) = &request.caller {
            self.connections.keyring.hide(caller, shown, &mut response);
        }
        Ok(response)
    }

    /// Sends, and goes where redirects lead, as often as allowed.
    async fn follow(
        &self,
        (request, shown): (&Request, &Shown),
        redirects: u32,
        arrival: &mut Arrival,
    ) -> Result<BodyEnd, TargetError> {
        let mut current = Cow::Borrowed(request);
        let mut followed = 0;
        loop {
            let ended = self.play((&current, shown), arrival).await?;
            // A redirect that breaks off is a fault to be seen, not a way to go.
            if followed == redirects || ended != BodyEnd::Complete {
                return Ok(ended);
            }
            let Some(next) = redirect::next(&current, arrival.status, &arrival.headers) else {
                return Ok(ended);
            };
            followed += 1;
            arrival.clear(next.url.clone());
            current = Cow::Owned(next);
        }
    }

    /// Sends one request and reads its answer.
    async fn play(
        &self,
        (request, shown): (&Request, &Shown),
        arrival: &mut Arrival,
    ) -> Result<BodyEnd, TargetError> {
        let failed = |kind, detail| Err(self.connections.lost(&request.url, kind, detail));
        let caller = request.caller.as_deref();
        let mut tries = 1;
        let mut answer = loop {
            let outgoing = match self.signed(request, shown) {
                Ok(outgoing) => outgoing,
                Err(why) => return failed(TargetErrorKind::Unsendable, why),
            };
            match self.connections.execute(outgoing, caller).await {
                Ok(answer) => break answer,
                Err(error) if error.was_never_sent() && tries < CONNECTIONS_MAX => {
                    tries += 1;
                }
                Err(error) => return Err(self.connections.failed(&request.url, &error)),
            }
        };
        let status = answer.status().as_u16();
        if self.connections.is_of_the_proxy(&request.url, status) {
            return failed(TargetErrorKind::ProxyRefused, String::new());
        }
        arrival.take_head(status, answer.headers());
        loop {
            match answer.body_mut().next_piece().await {
                Ok(Some(chunk)) => {
                    if !arrival.take(chunk) {
                        // Dropping the answer drops the connection with the rest of the body.
                        return Ok(BodyEnd::TooLarge(arrival.bytes_max()));
                    }
                }
                Ok(None) => return Ok(BodyEnd::Complete),
                Err(why) => return Ok(BodyEnd::CutShort(why)),
            }
        }
    }

    /// A request as it goes out, with the credentials of whoever asks.
    fn signed(&self, request: &Request, shown: &Shown) -> Result<Outgoing, String> {
        let connections = &self.connections;
        let mut outgoing = outgoing::lower(request, &connections.origin)?;
        if let Some(caller) = &request.caller {
            connections.keyring.sign(caller, shown, &mut outgoing)?;
        }
        connections.keyring.added.put(&mut outgoing);
        Ok(outgoing)
    }
}

impl Target for Client {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        Box::pin(self.ask(request, limits))
    }

    fn knows(&self, caller: &Caller) -> bool {
        self.shows(caller).is_some()
    }

    fn shows<'c>(&self, caller: &'c Caller) -> Option<&'c SchemeSet> {
        self.connections.keyring.choose(caller)
    }
}

/// The one place that chooses the implementation of TLS's cryptography.
pub(super) fn choose_cryptography() {
    // An error means that the program chose already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Returns when the time is over; a time that the clock cannot count is never over.
async fn time_over(time: Duration) {
    match tokio::time::Instant::now().checked_add(time) {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn in_words(time: Duration) -> String {
    format!("the limit is {} ms", time.as_millis())
}
