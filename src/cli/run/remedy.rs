//! What to do where a target gave no usable answer.

use crate::shell::client::ON_THE_WAY;
use crate::world::{TargetError, TargetErrorKind};

/// What the library for TLS says of a certificate for another host. It hurts nobody where the words change: the
/// help is the usual one then, and a test fails.
const FOR_ANOTHER_NAME: &str = "not valid for name";

/// What to do where a proxy asks who is there.
const SAY_WHO: &str =
    "say who is there: `proxy = { url, username, password }` of the target in api.toml";

/// What to do where a proxy does not do its part.
const SEE_TO_THE_PROXY: &str = "see whether the proxy runs, and whether it may reach the server; or mend `proxy` of the target in api.toml";

/// What to do.
pub(super) fn of(error: &TargetError) -> &'static str {
    match error.kind {
        TargetErrorKind::Refused => "start the server, or mend the URL or the port",
        TargetErrorKind::Unresolvable => "mend the host of the URL, or see to the name service",
        TargetErrorKind::Tls if error.detail.contains(FOR_ANOTHER_NAME) => {
            "write the host that the certificate is for into `url`, or into `tls.server-name` of the target"
        }
        TargetErrorKind::Tls => {
            "name the authority that signed the server's certificate: `cacert` of the target, or --cacert"
        }
        TargetErrorKind::HandshakeRefused => {
            "name the client's certificate: [identities] in api.toml, or --cert and --key"
        }
        TargetErrorKind::ProxyRefused => SAY_WHO,
        TargetErrorKind::ProxyFailed => SEE_TO_THE_PROXY,
        TargetErrorKind::TimedOut => "see whether something between here and there drops packets",
        TargetErrorKind::NoToken => "see `oauth2` of the identity in api.toml: docs/targets.md",
        TargetErrorKind::NotHttp => "see whether the port is that of the API, and http or https",
        // Without a tunnel it was the proxy's connection.
        TargetErrorKind::Closed if error.address.contains(ON_THE_WAY) => SEE_TO_THE_PROXY,
        TargetErrorKind::Closed | TargetErrorKind::Unsendable => "see the log of the server",
    }
}

/// What to do while a target is waited for.
pub(super) fn of_waiting(error: &TargetError) -> &'static str {
    match error.kind {
        TargetErrorKind::ProxyRefused | TargetErrorKind::ProxyFailed => of(error),
        TargetErrorKind::Closed if error.address.contains(ON_THE_WAY) => of(error),
        _ => "start it, or give it longer with `--wait`",
    }
}
