//! A target that is remembered: it gives the answers of a recording again, and sends nothing.
//!
//! Mutants that change answers alone are played against it where the true target is one that others use: a
//! flow that is told a wrong identifier would ask, and take away, what is theirs.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::derive::Rules;
use super::{Recording, Routes};
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
    fn remembered(&self, request: &Request) -> Option<Response> {
        let operation = self.routes.find(&self.rules.contract, request)?;
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let call = calls.entry(operation).or_default();
        let said = || self.recording.of_operation(operation);
        let answer = said().nth(*call).or_else(|| said().last())?;
        *call = call.saturating_add(1);
        Some(answer.exchange.response.clone())
    }
}

impl<T: Target + ?Sized> Target for Memory<'_, T> {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        _limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        let answer = self.remembered(request).ok_or_else(|| TargetError {
            address: "what the target said".to_owned(),
            kind: TargetErrorKind::Unsendable,
            detail: "nothing of the sort was asked before".to_owned(),
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
