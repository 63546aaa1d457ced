//! A target that is wrong in one way: between the runner and the true target, in the same process.
//!
//! It works for any target, with TLS and tokens, since credentials are put in behind it and it sees none.
//! Why there is no proxy that listens: `docs/decisions/0019-mutants-in-process.md`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::derive::Rules;
use super::play::{Play, Way};
use super::routes::Routes;
use crate::http::{Caller, Request, Response, SchemeSet};
use crate::world::{Limits, Pending, Target, TargetError, TargetErrorKind};

/// A target that is wrong in one way.
#[derive(Debug)]
pub struct Breaker<'b, T: ?Sized> {
    inner: &'b T,
    rules: &'b Rules,
    routes: &'b Routes,
    play: Mutex<Play<'b>>,
}

impl<'b, T: Target + ?Sized> Breaker<'b, T> {
    /// A target, as it is while a mutant is at work; where its operations are reached is told.
    pub fn new(inner: &'b T, routes: &'b Routes, rules: &'b Rules, play: Play<'b>) -> Self {
        Self {
            inner,
            rules,
            routes,
            play: Mutex::new(play),
        }
    }

    /// How often the mutant has changed something.
    pub fn acted(&self) -> usize {
        self.play().acted()
    }

    fn play(&self) -> MutexGuard<'_, Play<'b>> {
        self.play.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, request: &Request, limits: Limits) -> Result<Response, TargetError> {
        let Some(operation) = self.routes.find(&self.rules.contract, request) else {
            return self.inner.send(request, limits).await;
        };
        let way = self.play().before(operation, request);
        let answer = match way {
            Way::Answer(response) => return Ok(*response),
            Way::TimeOver => return Err(time_over(request)),
            Way::Send => self.inner.send(request, limits).await,
            Way::Instead(other) => self.inner.send(&other, limits).await,
        };
        let is_turned_away = match &answer {
            Ok(response) => matches!(response.status, 401 | 403),
            Err(error) => self.play().opens(error.kind),
        };
        let again = is_turned_away.then(|| self.play().let_through(operation, request));
        if let Some(again) = again.flatten() {
            let answer = self.inner.send(&again, limits).await?;
            self.play().note_let_through();
            return Ok(answer);
        }
        let response = answer?;
        Ok(self.play().after(operation, request, &response))
    }
}

/// What is said of a target that does not answer in time.
fn time_over(request: &Request) -> TargetError {
    let (_, rest) = request.url.split_once("://").unwrap_or(("", &request.url));
    TargetError {
        address: rest.split(['/', '?']).next().unwrap_or_default().to_owned(),
        kind: TargetErrorKind::TimedOut,
        detail: String::new(),
    }
}

impl<T: Target + ?Sized> Target for Breaker<'_, T> {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        Box::pin(self.ask(request, limits))
    }

    fn knows(&self, caller: &Caller) -> bool {
        self.inner.knows(caller)
    }

    fn shows<'c>(&self, caller: &'c Caller) -> Option<&'c SchemeSet> {
        self.inner.shows(caller)
    }
}
