//! How a target is connected to, where the usual way does not do.

use std::net::IpAddr;

use url::Url;

/// How a target is connected to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wire {
    /// The host whose address is given, and the address: no name service is asked for it. The name goes
    /// out and is expected of the certificate as ever.
    pub address: Option<(String, IpAddr)>,
    /// The URL of the proxy that everything goes through.
    pub proxy: Option<String>,
    /// The host that has another name for TLS, and that name: it is said in the handshake, and the
    /// certificate is to be for it. The host goes out in requests as ever.
    pub server_name: Option<(String, String)>,
    /// The version of HTTP; none means what both sides agree on.
    pub version: Option<HttpVersion>,
}

impl Wire {
    /// Host and port of the proxy, when there is one.
    pub fn proxy_address(&self) -> Option<String> {
        let url = Url::parse(self.proxy.as_deref()?).ok()?;
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        Some(format!("{host}:{port}"))
    }
}

/// A version of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1 (`RFC 9112`).
    Http11,
    /// HTTP/2 (`RFC 9113`): agreed on over TLS, without a word before it otherwise.
    Http2,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_told_by_host_and_port_alone() {
        for (proxy, address) in [
            ("http://proxy.example:3128", Some("proxy.example:3128")),
            ("https://proxy.example", Some("proxy.example:443")),
            ("http://ci:sesame@[::1]:1/", Some("[::1]:1")),
            ("nonsense", None),
        ] {
            let wire = Wire {
                proxy: Some(proxy.to_owned()),
                ..Wire::default()
            };
            assert_eq!(wire.proxy_address().as_deref(), address, "{proxy}");
        }
        assert_eq!(Wire::default().proxy_address(), None);
    }
}
