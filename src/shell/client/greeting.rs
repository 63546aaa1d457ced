//! The first answer of a server, for whoever wants to know how it speaks.

use std::time::Duration;

use reqwest::Version;
use reqwest::header::DATE;
use url::Url;

use super::Client;
use super::outgoing::{Outgoing, uri_of};
use crate::world::{TargetError, TargetErrorKind};

/// What the first answer of a server tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// The version of HTTP.
    pub version: &'static str,
    /// The status.
    pub status: u16,
    /// Its field `Date`, when there is one.
    pub date: Option<String>,
}

impl Client {
    /// Asks for a URL by `GET` and as nobody, and reads no body.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn greet(&self, url: &str, time: Duration) -> Result<Greeting, TargetError> {
        let failed = |kind, detail: String| self.connections.lost(url, kind, detail);
        let parsed = Url::parse(url).map_err(|error| error.to_string());
        let uri = parsed.and_then(|it| uri_of(&it));
        let mut asking = Outgoing::default();
        *asking.uri_mut() = uri.map_err(|why| failed(TargetErrorKind::Unsendable, why))?;
        self.connections.keyring.added.put(&mut asking);
        let asked = self.connections.execute(asking, None);
        let asked = tokio::time::timeout(time, asked).await;
        let asked = asked.map_err(|_| failed(TargetErrorKind::TimedOut, super::in_words(time)))?;
        let answer = asked.map_err(|error| self.connections.failed(url, &error))?;
        if self
            .connections
            .is_of_the_proxy(url, answer.status().as_u16())
        {
            return Err(failed(TargetErrorKind::ProxyRefused, String::new()));
        }
        let date = answer.headers().get(DATE).and_then(|it| it.to_str().ok());
        Ok(Greeting {
            version: match answer.version() {
                Version::HTTP_2 => "HTTP/2",
                Version::HTTP_10 => "HTTP/1.0",
                _ => "HTTP/1.1",
            },
            status: answer.status().as_u16(),
            date: date.map(str::to_owned),
        })
    }
}
