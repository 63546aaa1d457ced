//! Plays requests against a mock in process, for tests: what a mock answers with and without a
//! fault can then be compared.

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::SignedDuration;
use serde_json::Value;
use tower::ServiceExt;

use super::{Fault, Mock, Part, Setting};
use crate::world::{Entropy, FixedCalendar};

/// A mock under test, and what it has answered.
pub(super) struct Tour {
    router: Router,
    /// What every request carries beside its media type.
    headers: HeaderMap,
    /// Each exchange: the path's pattern is not known here, so the path as it was asked for.
    pub(super) answers: Vec<(String, Answered)>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) bytes: Bytes,
}

impl Answered {
    /// The body as JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body as text.
    pub(super) fn text(&self) -> &str {
        str::from_utf8(&self.bytes).unwrap()
    }

    /// The status as a number.
    pub(super) fn code(&self) -> u16 {
        self.status.as_u16()
    }

    /// A header, empty when it is not there.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// A setting in which everything is fixed; time moves 250 milliseconds at each reading.
pub(super) fn setting(fault: Option<&'static Fault>) -> Setting {
    let start = "2022-12-01T10:54:40.394Z".parse().unwrap();
    let calendar = FixedCalendar::starting_at(start, SignedDuration::from_millis(250));
    Setting {
        calendar: Arc::new(calendar),
        entropy: Entropy::from_seed(1),
        fault,
    }
}

impl Tour {
    /// A fresh mock that plays `fault`.
    pub(super) fn of(mock: &Mock, fault: Option<&'static Fault>) -> Tour {
        Tour {
            router: mock.router(setting(fault)),
            headers: HeaderMap::new(),
            answers: Vec::new(),
        }
    }

    /// Another tour of the same mock, over the same state and with the same headers.
    pub(super) fn beside(&self) -> Tour {
        Tour {
            router: self.router.clone(),
            headers: self.headers.clone(),
            answers: Vec::new(),
        }
    }

    /// The same tour, with a header field in every request from now on.
    pub(super) fn carrying(mut self, name: &'static str, value: &str) -> Tour {
        self.headers.insert(name, value.parse().unwrap());
        self
    }

    /// Sends a request, with a media type unless that is empty.
    pub(super) async fn send(
        &mut self,
        operation: &str,
        media_type: &str,
        body: impl Into<Body>,
    ) -> Answered {
        let (method, target) = operation.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(target);
        if !media_type.is_empty() {
            request = request.header("content-type", media_type);
        }
        let mut request = request.body(body.into()).unwrap();
        request.headers_mut().extend(self.headers.clone());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let answered = Answered {
            status: parts.status,
            headers: parts.headers,
            bytes,
        };
        self.answers.push((operation.to_owned(), answered.clone()));
        answered
    }

    /// Sends a request without a body.
    pub(super) async fn ask(&mut self, operation: &str) -> Answered {
        self.send(operation, "", Body::empty()).await
    }

    /// Sends a request with JSON.
    pub(super) async fn tell(&mut self, operation: &str, json: &str) -> Answered {
        self.send(operation, "application/json", json.to_owned())
            .await
    }
}

/// Whether `operation`, as it was asked for, is one of `method` and the path pattern `path`.
fn is_of(operation: &str, method: &str, path: &str) -> bool {
    let (asked_method, target) = operation.split_once(' ').unwrap();
    let asked: Vec<&str> = target.split('?').next().unwrap().split('/').collect();
    let pattern: Vec<&str> = path.split('/').collect();
    asked_method == method
        && asked.len() == pattern.len()
        && asked
            .iter()
            .zip(pattern)
            .all(|(asked, known)| known.starts_with('{') || *asked == known)
}

/// Plays a tour with each fault of a mock, and holds it against the one without. A tour has no
/// connection, and so no handshake to look at.
pub(super) async fn assert_every_fault_shows(
    mock: &Mock,
    play: impl AsyncFn(Option<&'static Fault>) -> Tour,
) {
    let right = play(None).await;
    let is_seen = |fault: &&Fault| fault.place.part != Part::Handshake;
    for fault in mock.faults.iter().filter(is_seen) {
        assert_shows(fault, &right, &play(Some(fault)).await);
    }
}

/// Holds the answers of two tours against each other: `fault` must show in the answer that it
/// names. If it only changes answers on their way out, nothing else may differ.
pub(super) fn assert_shows(fault: &Fault, right: &Tour, wrong: &Tour) {
    assert_eq!(right.answers.len(), wrong.answers.len());
    let mut shows = false;
    let mut differences = String::new();
    for ((operation, right), (_, wrong)) in right.answers.iter().zip(&wrong.answers) {
        if right == wrong {
            continue;
        }
        writeln!(differences, "{operation}: {right:?} became {wrong:?}").unwrap();
        let is_place = is_of(operation, fault.place.method, fault.place.path)
            && right.code() == fault.place.status;
        assert!(
            is_place || fault.is_behaviour(),
            "{} elsewhere:\n{differences}",
            fault.id
        );
        shows |= is_place;
    }
    assert!(
        shows,
        "{} does not show at {}:\n{differences}",
        fault.id, fault.place
    );
}
