//! A door before the shelf, which notes who comes, and may turn some away.

use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::shelf::{Shelf, json_answer};
use crate::http::{Request, Response};
use crate::world::{Limits, Pending, Target, TargetError, TargetErrorKind};

/// Who is turned away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// No one.
    Nobody,
    /// Who comes as nobody, in the handshake, before it is heard what is asked for.
    Strangers,
    /// Who comes as nobody to this path, for want of credentials; everybody else gets an answer there.
    StrangersTo(&'static str),
}

/// A shelf behind a door.
pub(super) struct Door {
    shelf: Shelf,
    guard: Guard,
    /// The URLs that were asked for, each with whether somebody came as nobody.
    seen: Mutex<Vec<(String, bool)>>,
}

impl Door {
    pub(super) fn before(shelf: Shelf, guard: Guard) -> Self {
        Self {
            shelf,
            guard,
            seen: Mutex::default(),
        }
    }

    /// How many requests came as nobody.
    pub(super) fn anonymous(&self) -> usize {
        self.count(|(_, is_anonymous)| *is_anonymous)
    }

    /// How many requests came for a URL.
    pub(super) fn asked_for(&self, url: &str) -> usize {
        self.count(|(it, _)| it == url)
    }

    fn count(&self, is_meant: impl Fn(&(String, bool)) -> bool) -> usize {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().filter(|it| is_meant(it)).count()
    }
}

impl Target for Door {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        let is_anonymous = request.caller.is_none();
        let came = (request.url.clone(), is_anonymous);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(came);
        if matches!(self.guard, Guard::StrangersTo(path) if path == request.target()) {
            let status = if is_anonymous { 401 } else { 200 };
            return Box::pin(std::future::ready(Ok(json_answer(status, &json!({})))));
        }
        if self.guard == Guard::Strangers && is_anonymous {
            let refused = TargetError {
                address: "books:443".to_owned(),
                kind: TargetErrorKind::HandshakeRefused,
                detail: String::new(),
            };
            return Box::pin(std::future::ready(Err(refused)));
        }
        self.shelf.send(request, limits)
    }
}
