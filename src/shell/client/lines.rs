//! The connections of a client, for each runtime its own: what made a connection drives it, and asked from
//! another thread each answer would have to wake two.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hyper::Uri;
use tokio::runtime::{Handle, Id};

use super::ClientError;
use super::connect::{Line, plain, secure};
use super::keyring::{CertificateKey, Keyring};
use crate::http::Caller;
use crate::world::Wire;

/// Who is trusted, and how the target is connected to.
type Way<'w> = (&'w Keyring, &'w Wire);

/// The connections of all runtimes, by whose they are; nobody's before the first request.
#[derive(Debug)]
pub(super) struct Lines(Mutex<Vec<(Option<Id>, Arc<OwnLines>)>>);

/// The connections of one runtime, with and without TLS.
///
/// Those with it are apart for each certificate that the client shows. They are set up when first
/// needed where nobody said whom to trust: that reads the system's certificates, which takes
/// milliseconds and fails where there are none, such as in a container that holds one program.
#[derive(Debug)]
pub(super) struct OwnLines {
    plain: Line,
    /// Over TLS without a certificate of the client.
    secure: Secure,
    /// Over TLS with one, by whose it is and for which scheme.
    certified: BTreeMap<CertificateKey, Secure>,
}

/// Connections over TLS, once they are set up, or why they cannot be.
type Secure = OnceLock<Result<Line, ClientError>>;

impl Lines {
    /// None yet, but what somebody handed in is tried at once.
    ///
    /// # Errors
    /// When a certificate cannot be read, or TLS cannot be set up with it.
    pub(super) fn of(way: Way<'_>) -> Result<Self, ClientError> {
        let first = Arc::new(OwnLines::of(way)?);
        Ok(Self(Mutex::new(vec![(None, first)])))
    }

    /// Those of the runtime that asks.
    ///
    /// # Errors
    /// As for [`Lines::of`].
    pub(super) fn here(&self, way: Way<'_>) -> Result<Arc<OwnLines>, ClientError> {
        let own = Handle::try_current().ok().map(|it| it.id());
        // A thread that panicked while it held the lock left a list that is whole.
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = |of: Option<Id>| of.is_none() || of == own;
        if let Some((of, lines)) = made.iter_mut().find(|(of, _)| is_free(*of)) {
            *of = own;
            return Ok(Arc::clone(lines));
        }
        let lines = Arc::new(OwnLines::of(way)?);
        made.push((own, Arc::clone(&lines)));
        Ok(lines)
    }
}

impl OwnLines {
    fn of(way: Way<'_>) -> Result<Self, ClientError> {
        let (keyring, _) = way;
        let certified = keyring.certificates();
        let certified = certified.map(|(key, pem)| {
            let line = secure(way, Some(pem))?;
            Ok((key, Secure::from(Ok(line))))
        });
        let certified = certified.collect::<Result<_, ClientError>>()?;
        let anonymous = Secure::new();
        if !keyring.authorities.is_empty() {
            let line = secure(way, None)?;
            anonymous.get_or_init(|| Ok(line));
        }
        Ok(Self {
            plain: plain(way)?,
            secure: anonymous,
            certified,
        })
    }

    /// Those for a URL and whoever asks.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(super) fn to(
        &self,
        way: Way<'_>,
        (uri, caller): (&Uri, Option<&Caller>),
    ) -> Result<&Line, ClientError> {
        if uri.scheme_str() != Some("https") {
            return Ok(&self.plain);
        }
        let shown = caller.and_then(|it| way.0.shown_certificate(it));
        let own = shown.and_then(|key| self.certified.get(&key));
        own.unwrap_or(&self.secure)
            .get_or_init(|| secure(way, None))
            .as_ref()
            .map_err(Clone::clone)
    }
}
