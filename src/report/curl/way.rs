//! How a site is reached where the usual way does not do, as options.

use std::net::IpAddr;

use super::{Held, Variables, quote};
use crate::world::Way;

/// What the URL of a server or a proxy begins with that shows a certificate.
const SECURE: &str = "https:";

/// Writes whom to trust, where to connect to, and through what. Who is told to be there at a proxy is a
/// variable: user and password, with a colon between them.
pub(super) fn write(way: &Way, url: &str, variables: &mut Variables<'_>, out: &mut String) {
    let mut option = |name: &str, value: &str| {
        out.push_str(name);
        out.push_str(&quote(value));
    };
    let is_secure = url.starts_with(SECURE);
    if let Some(authority) = way.authority.as_ref().filter(|_| is_secure) {
        option(" --cacert ", authority);
    }
    if let Some((host, address)) = &way.wire.address {
        // The ports stay as the URL has them.
        let address = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        option(" --connect-to ", &format!("{host}::{address}:"));
    }
    let Some(proxy) = &way.wire.proxy else {
        return;
    };
    option(" -x ", proxy);
    let is_secure = proxy.starts_with(SECURE);
    if let Some(authority) = way.authority.as_ref().filter(|_| is_secure) {
        option(" --proxy-cacert ", authority);
    }
    if way.has_login {
        out.push_str(" --proxy-user ");
        let held = Held::Credential(String::new(), "proxy");
        variables.write("proxy_userinfo", held, out);
    }
}
