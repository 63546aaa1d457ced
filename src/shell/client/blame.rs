//! Whose failure it is that no answer came: that of the server, or of the proxy on the way. Every connection is one
//! to the proxy where there is one; a tunnel (`CONNECT`) is its to open, and what comes through one is the server's.

use super::connect::CONNECT_TIME_MAX;
use super::failure::{self, Failed, InTunnel};
use super::{Connections, STOPPED};
use crate::world::{TargetError, TargetErrorKind};

/// What stands between the address of a proxy and that of the server, where the failure is the proxy's.
pub const ON_THE_WAY: &str = ", the proxy on the way to ";

impl Connections {
    /// That no answer came from a URL, for what the HTTP library says.
    pub(super) fn failed(&self, url: &str, error: &Failed) -> TargetError {
        let is_secure = is_secure(url);
        let (kind, detail) = error.classify(is_secure);
        let why = self.wire.proxy.is_some() && error.is_connect();
        let why = why.then(|| no_way(url, error, (kind, &detail))).flatten();
        let Some(why) = why.filter(|_| kind != TargetErrorKind::ProxyRefused) else {
            return self.lost(url, kind, detail);
        };
        self.lost(url, TargetErrorKind::ProxyFailed, why)
    }

    /// That no answer came from a URL, with who failed: nobody else than the server is asked without a proxy.
    pub(super) fn lost(&self, url: &str, kind: TargetErrorKind, detail: String) -> TargetError {
        let server = failure::address(url);
        let address = match self.wire.proxy_address() {
            None => server,
            Some(proxy) => match kind {
                TargetErrorKind::ProxyRefused | TargetErrorKind::ProxyFailed => proxy,
                // Without a tunnel nobody but the proxy is there to close it.
                TargetErrorKind::Closed if !is_secure(url) && detail != STOPPED => {
                    format!("{proxy}{ON_THE_WAY}{server}")
                }
                TargetErrorKind::Unsendable => server,
                _ => format!("{server}, through the proxy {proxy}"),
            },
        };
        TargetError {
            address,
            kind,
            detail,
        }
    }
}

fn is_secure(url: &str) -> bool {
    let scheme = url.get(..6);
    scheme.is_some_and(|it| it.eq_ignore_ascii_case("https:"))
}

/// What a proxy did not do, where no connection through it was made; nothing where it did its part.
fn no_way(url: &str, error: &Failed, (kind, detail): (TargetErrorKind, &str)) -> Option<String> {
    let server = failure::address(url);
    let reached = || TargetError::words(kind, detail);
    if !is_secure(url) {
        return Some(reached());
    }
    match error.in_tunnel() {
        Some(InTunnel::Unreached) => Some(reached()),
        Some(InTunnel::Closed) => Some(format!(
            "it closed the connection before there was a tunnel to {server}"
        )),
        Some(InTunnel::Refused) => Some(format!(
            "it opens no tunnel to {server}: it is not to, or cannot reach it"
        )),
        None if kind == TargetErrorKind::TimedOut => {
            let seconds = CONNECT_TIME_MAX.as_secs();
            Some(format!("no connection to {server} within {seconds} s"))
        }
        None => None,
    }
}
