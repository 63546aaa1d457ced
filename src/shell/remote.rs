//! Documents from elsewhere, for whoever allowed it: fetched over http and https, each once, as nobody,
//! within limits.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::client::{Client, ClientError, Keyring};
use super::clock::SystemClock;
use super::signals::Stop;
use crate::http::{BodyEnd, Headers, Request, Response};
use crate::world::{Clock as _, Limits, Target as _};

/// The largest document, in bytes.
const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How large all documents may be together, in bytes.
const ALL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How many documents are fetched.
const DOCUMENTS_MAX: usize = 100;
/// How many redirects lead to one document.
const REDIRECTS_MAX: usize = 5;
/// How long one answer may take.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
/// How long all of them may take together.
const ALL_TIME_MAX: Duration = Duration::from_mins(1);

/// What is said to be understood.
const ACCEPTED: &str = "application/yaml, application/json, text/yaml, */*;q=0.1";

/// A document with the URL where it was found, after redirects; or why there is none.
pub type Fetched = Result<(String, Arc<[u8]>), String>;

/// Fetches documents.
#[derive(Debug)]
pub struct Remote {
    runtime: Runtime,
    client: Client,
    clock: SystemClock,
    known: RefCell<Known>,
}

/// What was fetched so far.
#[derive(Debug, Default)]
struct Known {
    documents: BTreeMap<String, Fetched>,
    bytes: usize,
    time: Duration,
}

/// Why nothing can be fetched.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The system refused what is needed.
    #[error(transparent)]
    System(#[from] io::Error),
    /// There is no client.
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl Remote {
    /// Somebody who fetches, and has fetched nothing yet.
    ///
    /// # Errors
    /// When there can be no client.
    pub fn new() -> Result<Self, RemoteError> {
        Ok(Self {
            runtime: Builder::new_current_thread().enable_all().build()?,
            client: Client::new(Keyring::default(), Stop::new())?,
            clock: SystemClock::new(),
            known: RefCell::default(),
        })
    }

    /// The document at a URL; the same one, or the same failure, at every call.
    ///
    /// # Errors
    /// In words: when the URL is none of http or https, there is no whole document within the limits, or
    /// the limits of all documents are reached.
    pub fn fetch(&self, url: &str) -> Fetched {
        let mut known = self.known.borrow_mut();
        if let Some(fetched) = known.documents.get(url) {
            return fetched.clone();
        }
        if known.documents.len() >= DOCUMENTS_MAX {
            return Err(format!(
                "more than {DOCUMENTS_MAX} documents would be fetched"
            ));
        }
        let time = ALL_TIME_MAX.saturating_sub(known.time);
        let bytes = ALL_BYTES_MAX.saturating_sub(known.bytes);
        if time.is_zero() || bytes == 0 {
            let (mebibytes, seconds) = (ALL_BYTES_MAX / (1024 * 1024), ALL_TIME_MAX.as_secs());
            return Err(format!(
                "all documents together took {mebibytes} MiB or {seconds} s, which is the limit"
            ));
        }
        let before = self.clock.elapsed();
        let fetching = self.get(url, time, bytes.min(DOCUMENT_BYTES_MAX));
        let fetched = self.runtime.block_on(fetching);
        known.time += self.clock.elapsed().saturating_sub(before);
        known.bytes += fetched.as_ref().map_or(0, |(_, bytes)| bytes.len());
        known.documents.insert(url.to_owned(), fetched.clone());
        fetched
    }

    /// Asks, and goes where redirects lead.
    async fn get(&self, url: &str, time: Duration, body_bytes: usize) -> Fetched {
        let begin = self.clock.elapsed();
        let mut current = usable(url)?;
        for _ in 0..=REDIRECTS_MAX {
            let spent = self.clock.elapsed().saturating_sub(begin);
            let limits = Limits {
                time: time.saturating_sub(spent).min(ANSWER_TIME_MAX),
                body_bytes,
                ..Limits::default()
            };
            let request = request(&current);
            let answer = self.client.send(&request, limits).await;
            let answer = answer.map_err(|error| error.to_string())?;
            match target(&current, &answer)? {
                Some(next) => current = next,
                None => return Ok((current.into(), Arc::from(whole(&answer)?.as_ref()))),
            }
        }
        Err(format!("more than {REDIRECTS_MAX} redirects"))
    }
}

/// A URL that may be asked.
fn usable(url: &str) -> Result<Url, String> {
    let mut url = Url::parse(url).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("documents are fetched over http and https alone".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL of a document holds no user and no password".to_owned());
    }
    url.set_fragment(None);
    Ok(url)
}

fn request(url: &Url) -> Request {
    let mut headers = Headers::default();
    headers.push("accept", ACCEPTED);
    Request {
        method: "GET".to_owned(),
        url: url.to_string(),
        headers,
        body: Bytes::new(),
        caller: None,
    }
}

/// Where an answer leads (`RFC 9110 §15.4`); none where it is the document.
fn target(asked: &Url, answer: &Response) -> Result<Option<Url>, String> {
    match answer.status {
        200 => Ok(None),
        301 | 302 | 303 | 307 | 308 => {
            let location = answer.headers.first("location");
            let location = location.ok_or("the redirect leads nowhere")?;
            let next = asked.join(&location).map_err(|error| error.to_string())?;
            let next = usable(next.as_str())?;
            if asked.scheme() == "https" && next.scheme() == "http" {
                return Err(format!("the redirect leads from https to `{next}`"));
            }
            Ok(Some(next))
        }
        status => Err(format!("the server answered {status}")),
    }
}

/// The body of an answer, when it is there as it was written.
fn whole(answer: &Response) -> Result<&Bytes, String> {
    if let Some(coding) = answer.headers.first("content-encoding")
        && !coding.eq_ignore_ascii_case("identity")
    {
        return Err(format!(
            "it came encoded as `{coding}`, which nobody asked for"
        ));
    }
    match &answer.end {
        BodyEnd::Complete => Ok(&answer.body),
        BodyEnd::TooLarge(limit) => Err(format!("it is larger than {limit} bytes")),
        BodyEnd::TimedOut(limit) => Err(format!("it did not come within {limit} ms")),
        BodyEnd::CutShort(why) => Err(format!("it broke off ({why})")),
    }
}

#[cfg(test)]
mod tests;
