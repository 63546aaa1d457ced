//! What went wrong on the way, found by walking the chain of causes.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::iter::successors;

use rustls::AlertDescription;

use super::ClientError;
use super::connect::CONNECT_TIME_MAX;
use crate::world::TargetErrorKind;

/// How many causes of causes are looked at.
const CAUSES_MAX: usize = 16;

/// What the HTTP library says when a server speaks before it is asked. It offers no other way to
/// know; a test fails when the words change.
const SPOKE_UNASKED: &str = "received unexpected message from connection";

/// What it says to a request that waited for the connection of another one, when that was not made. It is no
/// reason: the next try has one of its own. A test fails when the words change.
const WAITED_IN_VAIN: &str = "request was canceled";

/// What the HTTP library says before the reason why a proxy opened no tunnel. It offers no other way to know; a test
/// fails when the words change, as for those below.
const TUNNEL: &str = "tunnel error: ";

/// What it says when a proxy wants to know who is there before it opens a tunnel.
const ASKS_WHO_IS_THERE: &str = "proxy authorization required";

/// What it says when no connection to a proxy was made.
const UNREACHED: &str = "failed to create underlying connection";

/// What it says when a proxy closed the connection instead of an answer.
const CUT: [&str; 2] = ["unexpected end of file", "io error establishing tunnel"];

/// The resolver found no address; the text says what it said.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unresolved(pub(super) String);

/// Host and port of a URL, or the text as it is when it is no URL.
pub(super) fn address(url: &str) -> String {
    let Ok(parsed) = reqwest::Url::parse(url) else {
        return url.to_owned();
    };
    let host = parsed.host_str().unwrap_or_default();
    match parsed.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The text of the cause behind all causes.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// What a library says where no answer came, by which one it is.
#[derive(Debug)]
pub(super) enum Failed {
    /// The one for all that nothing else is said of.
    Usual(reqwest::Error),
    /// The one beneath it.
    Direct(hyper_util::client::legacy::Error),
    /// None: there is nothing to send by.
    SetUp(ClientError),
}

impl Failed {
    fn outermost(&self) -> &(dyn Error + 'static) {
        match self {
            Self::Usual(error) => error,
            Self::Direct(error) => error,
            Self::SetUp(error) => error,
        }
    }

    /// Whether no connection was made.
    pub(super) fn is_connect(&self) -> bool {
        match self {
            Self::Usual(error) => error.is_connect(),
            Self::Direct(error) => error.is_connect(),
            Self::SetUp(_) => false,
        }
    }

    /// The kind of a failed exchange, with the innermost cause in its own words; where making a connection
    /// took too long, with how long that may take.
    pub(super) fn classify(&self, secure: bool) -> (TargetErrorKind, String) {
        if let Self::SetUp(error) = self {
            return (TargetErrorKind::Tls, error.to_string());
        }
        let error = self.outermost();
        let is_tls = secure && self.is_connect();
        let kind = causes(error).find_map(|cause| kind_of(cause, is_tls));
        let otherwise = match self {
            Self::Usual(error) if error.is_timeout() => TargetErrorKind::TimedOut,
            Self::Usual(error) if error.is_builder() => TargetErrorKind::Unsendable,
            // Such as a network that cannot be reached: whatever the reason, nothing answers there.
            _ if self.is_connect() => TargetErrorKind::Refused,
            _ => TargetErrorKind::Closed,
        };
        let kind = kind.unwrap_or(otherwise);
        if kind == TargetErrorKind::TimedOut && self.is_connect() {
            // Several clocks run, and each has its own words.
            let seconds = CONNECT_TIME_MAX.as_secs();
            return (kind, format!("no connection within {seconds} s"));
        }
        (kind, innermost(error))
    }

    /// Why a proxy opened no tunnel, when that is what failed.
    pub(super) fn in_tunnel(&self) -> Option<InTunnel> {
        causes(self.outermost()).find_map(|cause| {
            let told = cause.to_string();
            let why = told.strip_prefix(TUNNEL)?;
            Some(match why {
                UNREACHED => InTunnel::Unreached,
                _ if CUT.contains(&why) => InTunnel::Closed,
                _ => InTunnel::Refused,
            })
        })
    }

    /// Whether the connection was gone before any of the request was sent, or was that of another request.
    pub(super) fn was_never_sent(&self) -> bool {
        causes(self.outermost()).any(|cause| {
            let canceled = cause.downcast_ref().is_some_and(hyper::Error::is_canceled);
            canceled || self.is_connect() && cause.to_string() == WAITED_IN_VAIN
        })
    }
}

/// Why a proxy opened no tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InTunnel {
    /// There was no connection to the proxy.
    Unreached,
    /// It closed the connection.
    Closed,
    /// It answered otherwise.
    Refused,
}

/// The chain of causes from the outside to the inside.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    successors(Some(error), |&cause| {
        // An I/O error that wraps another one names that one's cause as its own and skips it.
        let wrapped = cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match wrapped {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => cause.source(),
        }
    })
    .take(CAUSES_MAX)
}

/// The kind that one cause stands for, when it stands for one. `shaking_hands` is whether a TLS
/// session was being made.
fn kind_of(cause: &(dyn Error + 'static), shaking_hands: bool) -> Option<TargetErrorKind> {
    if cause.is::<Unresolved>() {
        return Some(TargetErrorKind::Unresolvable);
    }
    if let Some(cause) = cause.downcast_ref::<rustls::Error>() {
        return Some(match cause {
            rustls::Error::AlertReceived(alert) if is_refusal(*alert) => {
                TargetErrorKind::HandshakeRefused
            }
            _ => TargetErrorKind::Tls,
        });
    }
    if let Some(cause) = cause.downcast_ref::<hyper::Error>() {
        // Its other kinds only say that the connection ended; why may stand further inside.
        let not_http = cause.is_parse() || cause.to_string() == SPOKE_UNASKED;
        return not_http.then_some(TargetErrorKind::NotHttp);
    }
    if cause.to_string().strip_prefix(TUNNEL) == Some(ASKS_WHO_IS_THERE) {
        return Some(TargetErrorKind::ProxyRefused);
    }
    match cause.downcast_ref::<io::Error>()?.kind() {
        ErrorKind::ConnectionRefused => Some(TargetErrorKind::Refused),
        ErrorKind::TimedOut => Some(TargetErrorKind::TimedOut),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => Some(if shaking_hands {
            TargetErrorKind::Tls
        } else {
            TargetErrorKind::Closed
        }),
        _ => None,
    }
}

/// Whether a server says with this alert that it does not want this client (`RFC 8446 §6.2`).
fn is_refusal(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError
            | AlertDescription::HandshakeFailure
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_host_and_port() {
        assert_eq!(address("http://a.example/b"), "a.example:80");
        assert_eq!(address("https://[::1]/b"), "[::1]:443");
        assert_eq!(address("http://a.example:8080"), "a.example:8080");
        assert_eq!(address("nonsense"), "nonsense");
    }

    #[test]
    fn a_cause_inside_an_io_error_is_seen() {
        let wrapped = io::Error::other(Unresolved("no such name".into()));
        assert_eq!(innermost(&wrapped), "no such name");
        let kind = causes(&wrapped).find_map(|cause| kind_of(cause, false));
        assert_eq!(kind, Some(TargetErrorKind::Unresolvable));
    }

    #[test]
    fn an_end_counts_as_tls_only_while_hands_are_shaken() {
        for kind in [
            ErrorKind::UnexpectedEof,
            ErrorKind::ConnectionReset,
            ErrorKind::BrokenPipe,
        ] {
            let error = io::Error::from(kind);
            assert_eq!(kind_of(&error, true), Some(TargetErrorKind::Tls));
            assert_eq!(kind_of(&error, false), Some(TargetErrorKind::Closed));
        }
        assert_eq!(kind_of(&io::Error::from(ErrorKind::NotFound), true), None);
    }
}
