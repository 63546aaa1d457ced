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
