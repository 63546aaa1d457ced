//! Whether a server can be reached at all: its name and its port.

use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::Url;

use crate::world::{TargetError, TargetErrorKind};

/// How many addresses of a name are told.
const ADDRESSES_MAX: usize = 4;

/// The addresses of the server of a URL, once a connection could be made.
///
/// # Errors
/// When its name has no address, or nothing takes a connection there in time.
pub async fn reach(url: &str, time: Duration) -> Result<Vec<String>, TargetError> {
    let failed = |address: &str, kind, detail: String| TargetError {
        address: address.to_owned(),
        kind,
        detail,
    };
    let parsed = Url::parse(url)
        .map_err(|error| failed(url, TargetErrorKind::Unsendable, error.to_string()))?;
    let host = parsed.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = parsed.port_or_known_default().unwrap_or_default();
    let address = format!("{host}:{port}");
    let over = |_| {
        let detail = format!("the limit is {} ms", time.as_millis());
        failed(&address, TargetErrorKind::TimedOut, detail)
    };
    let found = timeout(time, lookup_host((host, port)))
        .await
        .map_err(over)?;
    let found = found
        .map_err(|error| failed(&address, TargetErrorKind::Unresolvable, error.to_string()))?;
    let found: Vec<_> = found.collect();
    let connected = timeout(time, TcpStream::connect(found.as_slice()));
    connected
        .await
        .map_err(over)?
        .map_err(|error| failed(&address, TargetErrorKind::Refused, error.to_string()))?;
    let mut told: Vec<String> = found.iter().map(|it| it.ip().to_string()).collect();
    told.sort();
    told.dedup();
    told.truncate(ADDRESSES_MAX);
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_listens_is_reached_and_who_does_not_is_told() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let time = Duration::from_secs(10);
        assert_eq!(reach(&url, time).await, Ok(vec!["127.0.0.1".to_owned()]));
        drop(listener);
        let error = reach(&url, time).await.expect_err("nobody listens");
        assert_eq!(error.kind, TargetErrorKind::Refused);
        let error = reach("nonsense", time).await.expect_err("no URL");
        assert_eq!(error.kind, TargetErrorKind::Unsendable);
    }
}
