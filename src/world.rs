//! What a run may use of the world: a target, a clock, randomness. The real ones live in `shell`,
//! the virtual ones here, so that every path of a run can be tested without a server.

mod calendar;
mod entropy;
mod pace;
mod site;
mod spare;
mod virtual_world;
mod wire;

pub use calendar::{Calendar, FixedCalendar};
pub use entropy::Entropy;
pub use pace::{Pace, Paced, RATE_MAX};
pub use site::{Site, SiteField, Way};
pub use spare::{Spare, Spares};
pub use virtual_world::{ScriptedTarget, VirtualClock};
pub use wire::{HttpVersion, Wire};

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::http::{Caller, Request, Response, SchemeSet};

/// A boxed future; what a trait object returns for something that takes time.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that answers requests.
pub trait Target: Send + Sync {
    /// Sends one request and reads the whole response, within the limits.
    ///
    /// # Errors
    /// When no status line came back: refused, unresolvable, TLS failed, time over, reset. A body
    /// that breaks off later is no error but an answer (`http::BodyEnd`).
    fn send<'a>(
        &'a self,
        request: &'a Request,
        limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>>;

    /// Whether it has the credentials that a caller shows. One that asks nobody has all of them.
    fn knows(&self, _caller: &Caller) -> bool {
        true
    }

    /// Which of a caller's sets it shows; none when it has all of no set.
    fn shows<'c>(&self, caller: &'c Caller) -> Option<&'c SchemeSet> {
        caller.alternatives.first()
    }
}

/// What one request may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The time from the first byte sent to the last byte read.
    pub time: Duration,
    /// The size of the response's body, in bytes.
    pub body_bytes: usize,
    /// How many redirects are followed; 0 means that a 3xx is an answer like any other.
    pub redirects: u32,
    /// Whether only what changes nothing may be asked.
    pub safe_only: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(30),
            body_bytes: BODY_BYTES_MAX,
            redirects: 0,
            safe_only: false,
        }
    }
}

/// How many redirects are followed where a step follows them.
pub const REDIRECTS_MAX: u32 = 10;

/// The largest response body that is read, in bytes, when nothing else is said.
pub const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Why a target gave no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address}: {kind}{}", shown_detail(*kind, detail))]
pub struct TargetError {
    /// Host and port.
    pub address: String,
    /// What went wrong.
    pub kind: TargetErrorKind,
    /// What the network said, in its own words; may be empty.
    pub detail: String,
}

impl TargetError {
    /// What went wrong, in words that do not say where.
    pub fn words(kind: TargetErrorKind, detail: &str) -> String {
        format!("{kind}{}", shown_detail(kind, detail))
    }

    /// The same, where it is the proxy on the way that this came of.
    #[must_use]
    pub fn of_the_proxy(self) -> Self {
        Self {
            detail: Self::words(self.kind, &self.detail),
            kind: TargetErrorKind::ProxyFailed,
            ..self
        }
    }
}

/// What the network said, where it says more than the kind does.
fn shown_detail(kind: TargetErrorKind, detail: &str) -> String {
    let is_said = matches!(
        kind,
        TargetErrorKind::Refused | TargetErrorKind::ProxyRefused
    );
    let says_more = !detail.is_empty() && !is_said;
    if says_more {
        format!(" ({detail})")
    } else {
        String::new()
    }
}

/// What went wrong on the way to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetErrorKind {
    /// Nothing listens there.
    #[error("connection refused")]
    Refused,
    /// The name has no address.
    #[error("the host name cannot be resolved")]
    Unresolvable,
    /// The server refused the TLS handshake, such as for want of a certificate (`RFC 8446 §6.2`).
    #[error("the server refused the TLS handshake")]
    HandshakeRefused,
    /// No TLS session could be made.
    #[error("TLS failed")]
    Tls,
    /// The proxy on the way wants other credentials (`RFC 9110 §15.5.8`).
    #[error(
        "the proxy wants other credentials (status 407): see `proxy` of the target in api.toml"
    )]
    ProxyRefused,
    /// No connection was made through the proxy on the way, for a reason that is the proxy's.
    #[error("the proxy gives no way to the target: see `proxy` of the target in api.toml")]
    ProxyFailed,
    /// No answer came in time.
    #[error("no answer in time")]
    TimedOut,
    /// The connection was closed before a status line came.
    #[error("the connection was closed before an answer came")]
    Closed,
    /// What came back is not HTTP.
    #[error("the answer is not HTTP")]
    NotHttp,
    /// The request needs an access token, and none was handed out (`RFC 6749 §5.2`).
    #[error("no access token was handed out")]
    NoToken,
    /// The request cannot be sent at all, such as an URL that is none.
    #[error("the request cannot be sent")]
    Unsendable,
}

/// Time that passes, and waiting.
pub trait Clock: Calendar {
    /// The time since some fixed moment of this run.
    fn elapsed(&self) -> Duration;
    /// Waits.
    fn sleep(&self, duration: Duration) -> Pending<'_, ()>;
}

/// One moment, by both clocks: the one that people set, and the one that only goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// What the calendar says.
    pub wall: jiff::Timestamp,
    /// The time since some fixed moment of this run.
    pub elapsed: Duration,
}

impl dyn Clock + '_ {
    /// This moment.
    pub fn moment(&self) -> Moment {
        Moment {
            wall: self.now(),
            elapsed: self.elapsed(),
        }
    }
}

/// Whether somebody asked the run to stop.
pub trait Stopping: Send + Sync {
    /// Whether it has been asked.
    fn is_requested(&self) -> bool;
    /// Waits until it is asked.
    fn requested(&self) -> Pending<'_, ()>;
}

/// Nobody asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct NeverStopping;

impl Stopping for NeverStopping {
    fn is_requested(&self) -> bool {
        false
    }

    fn requested(&self) -> Pending<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// All that a run may use.
#[derive(Clone, Copy)]
pub struct World<'w> {
    /// What answers.
    pub target: &'w dyn Target,
    /// Where it is reached.
    pub site: &'w Site,
    /// Time.
    pub clock: &'w dyn Clock,
    /// The wish to stop.
    pub stopping: &'w dyn Stopping,
    /// What one request may use.
    pub limits: Limits,
}
