//! A target that is remembered: it gives the answers of a recording again, and sends nothing.
//!
//! Mutants that change answers alone are played against it where the true target is one that others use: a
//! flow that is told a wrong identifier would ask, and take away, what is theirs.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::derive::Rules;
use super::{Called, Recording, Routes};
use crate::http::{Caller, Request, Response, SchemeSet};
use crate::world::{Limits, Pending, Target, TargetError, TargetErrorKind};

/// A target that is remembered.
#[derive(Debug)]
pub struct Memory<'m, T: ?Sized> {
    /// Who is asked what it knows of callers, and nothing else.
    inner: &'m T,
    rules: &'m Rules,
    routes: &'m Routes,
    recording: &'m Recording,
    /// How often each operation was called.
    calls: Mutex<BTreeMap<usize, usize>>,
}

impl<'m, T: Target + ?Sized> Memory<'m, T> {
    /// What a target said in a flow.
    pub fn new(
        inner: &'m T,
        routes: &'m Routes,
        rules: &'m Rules,
        recording: &'m Recording,
    ) -> Self {
        Self {
            inner,
            rules,
            routes,
            recording,
            calls: Mutex::default(),
        }
    }

    /// What it said when the operation of a request was called as often before; its last answer where it was
    /// not called as often.
    fn remembered(&self, request: &Request) -> Result<Response, TargetErrorKind> {
        let operation = self.routes.find(&self.rules.contract, request);
        let operation = operation.ok_or(TargetErrorKind::Unsendable)?;
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let call = calls.entry(operation).or_default();
        let said = self.recording.calls(operation);
        let came = said.get(*call).or(said.last());
        *call = call.saturating_add(1);
        match came {
            Some(Called::Answered(_, it)) => Ok(it.exchange.response.clone()),
            Some(Called::Refused(_)) => Err(TargetErrorKind::HandshakeRefused),
            None => Err(TargetErrorKind::Unsendable),
        }
    }
}

impl<T: Target + ?Sized> Target for Memory<'_, T> {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        _limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        let answer = self.remembered(request).map_err(|kind| TargetError {
            address: "what the target said".to_owned(),
            kind,
            detail: match kind {
                TargetErrorKind::Unsendable => "nothing of the sort was asked before",
                _ => "it was so before",
            }
            .to_owned(),
        });
        Box::pin(std::future::ready(answer))
    }

    fn knows(&self, caller: &Caller) -> bool {
        self.inner.knows(caller)
    }

    fn shows<'c>(&self, caller: &'c Caller) -> Option<&'c SchemeSet> {
        self.inner.shows(caller)
    }
}
