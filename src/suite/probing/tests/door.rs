//! A door before the shelf, which notes who comes, and may turn away whoever comes as nobody.

use std::sync::{Mutex, PoisonError};

use super::shelf::Shelf;
use crate::http::{Request, Response};
use crate::world::{Limits, Pending, Target, TargetError, TargetErrorKind};

/// A shelf behind a door.
pub(super) struct Door {
    shelf: Shelf,
    /// Whether nobody is turned away in the handshake, before it is heard what is asked for.
    is_closed: bool,
    /// What came, each with whether it came as nobody.
    seen: Mutex<Vec<(String, bool)>>,
}

impl Door {
    pub(super) fn before(shelf: Shelf, is_closed: bool) -> Self {
        Self {
            shelf,
            is_closed,
            seen: Mutex::default(),
        }
    }

    /// How many requests came as nobody.
    pub(super) fn anonymous(&self) -> usize {
        self.count(|(_, is_anonymous)| *is_anonymous)
    }

    /// How many requests came for a path.
    pub(super) fn asked_for(&self, path: &str) -> usize {
        self.count(|(target, _)| target == path)
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
        let came = (request.target().to_owned(), is_anonymous);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(came);
        if is_anonymous && self.is_closed {
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
