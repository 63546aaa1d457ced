//! A door before the shelf, which notes who comes, and may turn some away.

use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::shelf::{Shelf, json_answer};
use crate::http::{Caller, Request, Response};
use crate::world::{Limits, Pending, Target, TargetError, TargetErrorKind};

/// Who is turned away.
pub(super) enum Guard {
    /// No one.
    Nobody,
    /// Who comes as nobody, in the handshake, before it is heard what is asked for.
    Strangers,
    /// Who comes as nobody or to no book, to the front page, where they are welcome.
    Astray,
    /// Everybody, once, to the same path with a slash at its end.
    Slashless,
    /// Whoever comes to this path, for want of credentials, but who shows that name: an identity, or a scheme.
    AllBut(&'static str, &'static str),
    /// Whoever comes to this path, without an answer for this reason.
    Silent(&'static str, TargetErrorKind),
    /// Whoever comes to this path, until there is time, which there never is.
    Busy(&'static str),
}

/// A path below which everything is as it is at the root.
pub(super) const AGAIN: &str = "/again";

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
        let caller = request.caller.as_deref();
        let schemes = caller.and_then(|it| self.shows(it));
        let is_anonymous = schemes.is_none_or(Vec::is_empty);
        let came = (request.url.clone(), is_anonymous);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(came);
        let answer = |status| json_answer(status, &json!({}));
        let led = |to: &str| {
            let mut answer = answer(307);
            answer.headers.push("location", to.as_bytes());
            answer
        };
        let silence = |kind| TargetError {
            address: "books:443".to_owned(),
            kind,
            detail: String::new(),
        };
        let target = request.target();
        let at_the_door = match &self.guard {
            Guard::AllBut(path, name) if *path == target => {
                let is_it = |it: &Caller| {
                    let mut names = schemes.into_iter().flatten().map(|it| it.name.as_str());
                    *it.identity == **name || names.any(|it| it == *name)
                };
                let is_welcome = !is_anonymous && caller.is_some_and(is_it);
                Ok(answer(if is_welcome { 200 } else { 401 }))
            }
            Guard::Astray if target == "/login" => Ok(answer(200)),
            // The client would go on where redirects are followed.
            Guard::Astray if is_anonymous || !target.starts_with("/books") => {
                Ok(if limits.redirects > 0 {
                    answer(200)
                } else {
                    led("/login")
                })
            }
            Guard::Slashless if limits.redirects == 0 && !target.ends_with('/') => {
                Ok(led(&format!("{target}/")))
            }
            Guard::Strangers if is_anonymous => Err(silence(TargetErrorKind::HandshakeRefused)),
            Guard::Silent(path, kind) if *path == target => Err(silence(*kind)),
            Guard::Busy(path) if *path == target => Ok(answer(503)),
            _ => Ok(self.shelf.answer(&plain(request))),
        };
        Box::pin(std::future::ready(at_the_door))
    }
}

/// The same request as the shelf knows it.
fn plain(request: &Request) -> Request {
    let target = request.target();
    let target = target.strip_prefix(AGAIN).unwrap_or(target);
    Request {
        url: format!("{}{}", request.origin(), target.trim_end_matches('/')),
        ..request.clone()
    }
}
